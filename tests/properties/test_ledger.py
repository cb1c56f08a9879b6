"""However money moves, nothing appears and nothing is lost."""

import random

from goodword.ledger.model import (
    BUCKETS,
    Entry,
    account,
    balance_key,
    differences,
    expense,
    fold,
    move,
    rail_account,
)
from goodword.ledger.model import apply as moved
from hypothesis import given
from hypothesis import strategies as st

PEOPLE = ("adv_a", "adv_b", "adv_c")
AMOUNTS = st.integers(-1_000_000, 1_000_000).filter(bool)
PLACES = st.one_of(
    st.builds(account, st.sampled_from(PEOPLE), st.sampled_from(BUCKETS)),
    st.just(expense("prg_1")),
    st.just(rail_account("csv")),
)


@st.composite
def entries(draw: st.DrawFn) -> list[Entry]:
    listed = []
    for number in range(draw(st.integers(0, 12))):
        debit, credit = draw(st.lists(PLACES, min_size=2, max_size=2, unique=True))
        legs = move(draw(AMOUNTS), debit, credit)
        listed.append(
            Entry(
                entry_id=f"ent_{number}",
                what="moved",
                at_ms=number,
                program_id="prg_1",
                currency=draw(st.sampled_from(["EUR", "JPY"])),
                legs=legs,
            )
        )
    return listed


@given(entries(), st.randoms(use_true_random=False))
def test_the_order_of_entries_does_not_matter(listed: list[Entry], chance: random.Random) -> None:
    shuffled = list(listed)
    chance.shuffle(shuffled)
    first, second = fold(listed), fold(shuffled)
    assert set(first) == set(second)
    assert differences(first, second) == []


@given(entries())
def test_what_people_own_is_what_their_accounts_say(listed: list[Entry]) -> None:
    folded = fold(listed)
    for person in PEOPLE:
        for currency in ("EUR", "JPY"):
            own = {account(person, bucket) for bucket in BUCKETS}
            legs = (leg for one in listed if one.currency == currency for leg in one.legs)
            owed = -sum(leg.amount_minor for leg in legs if leg.account in own)
            balance = folded.get(balance_key(person, "prg_1", currency))
            have = sum(getattr(balance, f"{bucket}_minor") for bucket in BUCKETS) if balance else 0
            assert have == owed


@given(entries())
def test_one_by_one_gives_the_same_as_all_at_once(listed: list[Entry]) -> None:
    for key, balance in fold(listed).items():
        step = fold([]).get(key) or balance.but(
            **{name: 0 for name in type(balance).model_fields if name.endswith("_minor")}
        )
        for one in listed:
            if one.currency == balance.currency:
                step = moved(step, one)
        assert step == balance
