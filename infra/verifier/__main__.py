"""`python -m verifier ...`, called from the directory that holds this one."""

import sys

from .verify import main

sys.exit(main(sys.argv[1:]))
