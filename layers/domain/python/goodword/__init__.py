"""Goodword's domain: rules about links, conversions, rewards and money, as pure functions.

Nothing here reads a clock, draws a random number, opens a socket or looks at the environment: those
are arguments (`ports.py`). Nothing here imports boto3 or Powertools; `tests/tidy` enforces both.
"""
