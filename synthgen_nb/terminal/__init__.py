"""The command `synthgen`: a room for each family of subcommands, thin above what they call."""
