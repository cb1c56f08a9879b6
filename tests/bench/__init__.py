"""Measurements: `python -m tests.bench` prints them and writes docs/performance.md."""
