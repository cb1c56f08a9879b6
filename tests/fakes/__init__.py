"""In-memory stand-ins that pass the same suites as the real adapters (`tests/adapters`)."""
