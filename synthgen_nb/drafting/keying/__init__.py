"""Keys, UNIQUEs, foreign keys and periods: who is unique by which construction, and whose rows belong together."""
