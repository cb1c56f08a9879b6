"""The ways in which money leaves; one module per rail, all behind `goodword.payouts.ports.Rail`."""
