"""Tracking: clicks, touches and the choice of the one that earns.

Empty of imports: the redirect imports `click`, `destination` and `visit` without pydantic.
"""
