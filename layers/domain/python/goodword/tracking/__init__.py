"""Tracking: clicks, touches and the choice of the one that earns."""
