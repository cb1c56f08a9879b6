"""Figures that a person can ask for: each module prints a table and fails outside its limits."""
