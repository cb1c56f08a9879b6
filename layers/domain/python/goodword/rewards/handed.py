"""What was handed over: the record, the list of a person's own, and what is let go of them."""

from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from goodword.limits import PAYOUT_REWARDS_MAX
from goodword.money import Currency, Minor, PositiveMinor
from goodword.payouts.model import FrozenReward
from goodword.payouts.paging import pages
from goodword.ports import Change, Page, Store, until_settled
from goodword.records import Key, Record

Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/#-]{0,59}$")]


class HandOut(Record):
    """What was handed over, for which rewards, and under which reference it can be found again.

    `amount_minor` is the sum of the rewards plus `carry_minor`: less where returns after an earlier
    hand-out are set against it, more where such a return was undone. The reference of somebody who
    was erased or forgotten is empty: it may lead to a parcel, and so to a name.
    """

    KIND: ClassVar[str] = "hand_out"

    hand_out_id: str
    advocate_id: str
    program_id: str
    currency: Currency
    rewards: tuple[FrozenReward, ...] = Field(max_length=PAYOUT_REWARDS_MAX)
    carry_minor: Minor
    amount_minor: PositiveMinor
    reference: Reference | Literal[""]
    at_ms: int
    by: str

    @property
    def key(self) -> Key:
        return hand_out_key(self.advocate_id, self.hand_out_id)


def hand_out_key(advocate_id: str, hand_out_id: str) -> Key:
    """Where it is: with the person it went to."""
    return Key("core", f"ADV#{advocate_id}", f"H#{hand_out_id}")


def hand_outs_of(store: Store, person_id: str, limit: int, cursor: str | None) -> Page[HandOut]:
    """What went to this person, newest first."""
    place = f"ADV#{person_id}"
    read = partial(store.query, HandOut, "core", place, "H#", newest_first=True)
    return read(limit=limit, cursor=cursor)


def forget_references(store: Store, person_id: str) -> None:
    """Take the references away from all that went to this person. Twice is as once."""
    for rows in pages(lambda at: hand_outs_of(store, person_id, 100, at)):
        for one in rows:
            until_settled(partial(_unname, store, one.key))


def _unname(store: Store, key: Key) -> None:
    found, change = store.get(HandOut, key), Change()
    if found is not None and found.reference:
        change.replace(found.but(reference=""))
        store.commit(change)
