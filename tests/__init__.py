"""Each directory here is a suite of `tests/suites.py`, or what suites share."""
