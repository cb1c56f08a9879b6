"""What a stranger needs to check the ledger: one file, Python's standard library, nothing else."""
