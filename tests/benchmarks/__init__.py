"""Benchmarks that a stranger can run: `python -m tests.benchmarks`. They print tables and never fail on time."""
