"""`python -m tests.simulation SEED` replays one seed with its trace; exit code 1 if it finds.

python -m tests.simulation --soak SECONDS [--first SEED]   seeds for so long, and their figures
"""

import argparse
import sys

from tests.simulation.campaign import campaign
from tests.simulation.playing import play


def main() -> int:
    """What a person types."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("seed", type=int, nargs="?")
    parser.add_argument("--soak", type=float, metavar="SECONDS")
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    given = parser.parse_args()
    if given.soak:
        totals = campaign(given.soak, given.first)
        print("\n".join(totals.lines()))
        return bool(totals.found)
    outcome = play(given.seed or 0, print)
    print("\n".join(outcome.found) or "nothing was found")
    return bool(outcome.found)


if __name__ == "__main__":
    sys.exit(main())
