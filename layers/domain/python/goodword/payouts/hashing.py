"""The hash that two people confirm covers everything that decides who gets how much, and where.

A payout's digest covers its frozen fields; the run's hash covers the digests in the order of the
payout ids, how many payments of how much they are, and what was decided about them. Changing,
adding, leaving out or exchanging a payout therefore changes the run's hash. The digest also stands
in the journal, in the entry that froze the payout, where nothing can be edited. Texts are JSON
lists, so that no two different contents give the same bytes.
"""

import hashlib
import json
from collections.abc import Iterable

from goodword.payouts.model import Payout, PayoutRun, RunLine


def payout_digest(payout: Payout) -> str:
    """The digest of all that is frozen; states, times and answers of the rail are not in it."""
    return _digest(
        payout.payout_id,
        payout.run_id,
        payout.advocate_id,
        payout.program_id,
        payout.amount_minor,
        payout.currency,
        payout.rail,
        payout.destination_hash,
        payout.carry_minor,
        payout.cutoff_ms,
        [[reward.reward_id, reward.amount_minor] for reward in payout.rewards],
    )


def line_of(payout: Payout) -> RunLine:
    """The line of a payout that was just frozen."""
    return RunLine(
        run_id=payout.run_id,
        payout_id=payout.payout_id,
        advocate_id=payout.advocate_id,
        amount_minor=payout.amount_minor,
        digest=payout_digest(payout),
    )


class RunHash:
    """The hash of a run, fed line by line in the order of the keys."""

    def __init__(self, run: PayoutRun) -> None:
        head = [run.run_id, run.program_id, run.period, run.cutoff_ms, run.currency, run.rail]
        self._hash = hashlib.sha256(_text(*head, run.two_checkers_from_minor))
        self.count = self.total_minor = 0

    def add(self, lines: Iterable[RunLine]) -> None:
        """Take in the next lines."""
        for line in lines:
            self.count += 1
            self.total_minor += line.amount_minor
            self._hash.update(
                _text(line.payout_id, line.advocate_id, line.amount_minor, line.digest)
            )

    def text(self) -> str:
        """The hash of all lines and of what they come to, 64 hexadecimal digits."""
        whole = self._hash.copy()
        whole.update(_text(self.count, self.total_minor))
        return whole.hexdigest()


def run_hash_of(lines_hash: str, decisions_hash: str) -> str:
    """What two people confirm: the lines, and what was decided about them since, if anything."""
    return _digest(lines_hash, decisions_hash) if decisions_hash else lines_hash


def decided_hash(before: str, *decision: object) -> str:
    """The hash of the decisions with one more; each also covers all before it."""
    return _digest(before, *decision)


def _digest(*parts: object) -> str:
    return hashlib.sha256(_text(*parts)).hexdigest()


def _text(*parts: object) -> bytes:
    return json.dumps(parts, separators=(",", ":")).encode() + b"\n"
