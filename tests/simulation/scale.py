"""How much of the simulation `make test` plays, and in how many processes."""

import os

FAST, BRIEF, WIRE = 2_000, 18_500, 60  # seeds of each lane
WORKERS = max(1, min(2, os.cpu_count() or 1))
