"""CRMs that keep what is written to them, over HTTP."""
