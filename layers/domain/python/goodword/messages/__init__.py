"""What people are told about what has happened, once per fact."""
