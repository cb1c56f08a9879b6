"""`python -m goodword_aws.balances` makes every number that rules read again from the journal.

Balances with their counts, totals of levels, uses of caps and budgets, what rewards hold and what
refunds have claimed: `goodword.ledger.numbers` has the list. It needs JOURNAL_TABLE, CORE_TABLE and
credentials that may scan both; it reads, and writes nothing. Exit code 0: every stored number is
what the journal gives. 1: one is not, or never stood still long enough to be judged; each is named.
With `--mend` the wrong ones are then written as the journal gives them, each on the version that
was compared and with an event, and the exit code is still 1: what had to be mended was wrong.
"""

import argparse
import sys
from collections.abc import Sequence

from goodword.ledger.service import Checker

from goodword_aws import wiring


def main(arguments: Sequence[str]) -> int:
    """The command; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m goodword_aws.balances")
    parser.add_argument("--mend", action="store_true", help="write what the journal gives")
    asked = parser.parse_args(arguments)
    wiring.require("core_table", "journal_table")
    checker = Checker(wiring.desk("balance_rebuild"), wiring.store())
    outcome, wrong = checker.compare()
    say = sys.stdout.write
    for one in wrong:
        say("".join(f"  WRONG  {sentence}\n" for sentence in one.sentences))
    say(f"  {outcome.balances} balances and {outcome.numbers} other records ")
    say(f"rebuilt from {outcome.entries} entries and the events: ")
    say(f"{outcome.found} differences, {outcome.unsettled} not judged (they kept moving)\n")
    if asked.mend and wrong:
        say(f"  {checker.mend(wrong)} of {len(wrong)} mended; run it again to see\n")
    return 1 if wrong or outcome.unsettled else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
