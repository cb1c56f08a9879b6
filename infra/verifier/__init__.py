"""What a stranger needs to check the ledger: this directory, Python's standard library, no more."""
