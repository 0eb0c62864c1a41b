"""Benchmarks: `make bench-…` prints a table with the rival, or the limit, measured in the same run."""
