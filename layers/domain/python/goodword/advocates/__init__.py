"""Advocates: people in a programme, their links and codes, and how they want to be paid."""
