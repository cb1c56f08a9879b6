"""Deterministic simulation: one seed is one run of the real services among faults."""
