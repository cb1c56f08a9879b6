"""The ledger: double-entry journal, balances and their check."""
