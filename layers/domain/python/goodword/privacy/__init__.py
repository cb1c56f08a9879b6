"""What is known of a person beyond an id, and how it is kept so that it can be forgotten."""
