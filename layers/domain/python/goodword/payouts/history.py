"""What the audit compares an advocate's payments with: the whole share, and the ones before.

One advocate is read once, however many payouts the share was split into.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from goodword.limits import (
    AUDIT_HISTORY,
    AUDIT_HISTORY_PAGES,
    PAYOUT_PARTS_MAX,
    READ_KEYS_MAX,
)
from goodword.paging import pages
from goodword.payouts.model import Payout, PayoutRun, payout_id_of, payout_key
from goodword.ports import Store


@dataclass(frozen=True)
class Past:
    """An advocate's share of the run in all its payouts, and paid payouts of the runs before it."""

    share_minor: int
    earlier: Sequence[Payout]


def pasts(store: Store, run: PayoutRun, people: Sequence[str]) -> Mapping[str, Past]:
    """The past of each of the advocates, who are in the run."""
    shares = dict.fromkeys(people, 0)
    keys = [
        payout_key(person, payout_id_of(run.run_id, run.cutoff_ms, person, part))
        for person in shares
        for part in range(PAYOUT_PARTS_MAX)
    ]
    for at in range(0, len(keys), READ_KEYS_MAX):
        for payout in store.get_many(Payout, keys[at : at + READ_KEYS_MAX]).values():
            shares[payout.advocate_id] += payout.amount_minor
    return {person: Past(share, _earlier(store, run, person)) for person, share in shares.items()}


def _earlier(store: Store, run: PayoutRun, person: str) -> Sequence[Payout]:
    """Paid payouts of the last runs that paid this person, in the same programme and currency.

    Those of other programmes lie among them: pages are read until there are enough of these, or
    AUDIT_HISTORY_PAGES of them.
    """
    found: list[Payout] = []
    runs: set[str] = set()
    read = pages(
        lambda at: store.query(
            Payout,
            "core",
            f"ADV#{person}",
            "P#",
            limit=2 * AUDIT_HISTORY,
            cursor=at,
            newest_first=True,
        )
    )
    for one in (each for rows in islice(read, AUDIT_HISTORY_PAGES) for each in rows):
        same = (one.program_id, one.currency) == (run.program_id, run.currency)
        if not same or one.state != "paid" or one.run_id == run.run_id:
            continue
        runs.add(one.run_id)
        if len(runs) > AUDIT_HISTORY:
            break
        found.append(one)
    return found
