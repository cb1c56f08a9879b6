"""Rewards: how a conversion is decided, a reward's life, and its exact reversal."""
