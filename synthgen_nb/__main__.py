"""`python -m synthgen_nb` is the command `synthgen`."""

from .terminal.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
