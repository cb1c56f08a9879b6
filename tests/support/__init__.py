"""What several suites need: a desk in memory, builders, signing."""
