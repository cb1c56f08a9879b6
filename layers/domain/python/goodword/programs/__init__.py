"""Programmes: immutable versions of rules, terms, cadence and destinations."""
