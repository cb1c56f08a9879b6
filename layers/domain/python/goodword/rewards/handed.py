"""What was handed over: the record, the lists of a person's own, and what is let go of them."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from goodword.limits import COMING_PAGES_MAX, PAYOUT_REWARDS_MAX
from goodword.money import Currency, Minor, PositiveMinor, is_money
from goodword.paging import pages
from goodword.payouts.model import FrozenReward
from goodword.ports import Change, Page, Store, until_settled
from goodword.programs.model import ProgramVersion, version_key
from goodword.records import Key, Record
from goodword.rewards.model import Reward, RewardState, reward_listing

COMING: tuple[RewardState, ...] = ("pending", "on_hold", "approved", "due")
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


def coming_to(store: Store, person_id: str, limit: int, cursor: str | None) -> Page[Reward]:
    """This person's rewards that are no money and are still to be handed over, newest first.

    A page may be short, or empty, while there are more: only so many rewards of money between them
    are passed over at once.
    """
    found: list[Reward] = []
    for _ in range(COMING_PAGES_MAX):
        page = reward_listing(store, person_id, limit - len(found), cursor)
        found += [one for one in page.rows if _is_coming(one)]
        cursor = page.cursor
        if cursor is None or len(found) == limit:
            break
    return Page(found, cursor)


def _is_coming(reward: Reward) -> bool:
    owed = reward.state in COMING and reward.remaining_minor > 0
    return owed and not is_money(reward.currency)


def items_of(store: Store, rewards: Sequence[Reward]) -> Mapping[str, str]:
    """Which gift or code each reward is, by the rule that gave it; empty for what has no name."""
    keys = {version_key(one.program_id, one.version_number) for one in rewards}
    versions = store.get_many(ProgramVersion, list(keys)) if keys else {}
    return {one.reward_id: _item(one, versions) for one in rewards}


def _item(reward: Reward, versions: Mapping[Key, ProgramVersion]) -> str:
    version = versions[version_key(reward.program_id, reward.version_number)]
    rule = next(one for one in version.terms.rules if one.rule_id == reward.rule_id)
    side = rule.friend if reward.side == "friend" else rule
    return (side.item if side else None) or ""


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
