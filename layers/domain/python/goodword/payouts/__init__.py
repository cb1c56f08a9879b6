"""Payouts: periods, runs, the two people, rails and statements."""
