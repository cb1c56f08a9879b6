"""An entry sums to zero, and a balance is the fold of its entries, whatever their order."""

import pytest
from goodword.ledger.model import (
    Balance,
    Entry,
    Leg,
    account,
    balance_key,
    differences,
    due_index,
    entry_key,
    expense,
    fold,
    move,
    owners,
    rail_account,
)
from goodword.ledger.model import apply as moved
from pydantic import ValidationError


def entry(number: int, *legs: Leg, program_id: str = "prg_1", currency: str = "EUR") -> Entry:
    return Entry(
        entry_id=f"ent_{number}",
        what="test",
        at_ms=number,
        program_id=program_id,
        currency=currency,
        legs=legs,
    )


def test_a_reward_travels_from_pending_to_paid() -> None:
    ann = "adv_ann"
    steps = [
        move(500, expense("prg_1"), account(ann, "pending")),
        move(500, account(ann, "pending"), account(ann, "payable")),
        move(500, account(ann, "payable"), account(ann, "in_payout")),
        move(500, account(ann, "in_payout"), rail_account("csv")),
    ]
    seen = []
    balance = Balance(advocate_id=ann, program_id="prg_1", currency="EUR")
    for number, legs in enumerate(steps):
        balance = moved(balance, entry(number, *legs))
        seen.append(
            (
                balance.pending_minor,
                balance.payable_minor,
                balance.in_payout_minor,
                balance.paid_minor,
                balance.earned_minor,
            )
        )
    assert seen == [
        (500, 0, 0, 0, 500),
        (0, 500, 0, 0, 500),
        (0, 0, 500, 0, 500),
        (0, 0, 0, 500, 500),
    ]


def test_a_clawback_leaves_a_debt_and_is_counted() -> None:
    balance = Balance(advocate_id="adv_ann", program_id="prg_1", currency="EUR")
    back = move(-300, expense("prg_1"), account("adv_ann", "payable"))
    after = moved(balance, entry(1, *back))
    assert (after.payable_minor, after.reversed_minor, after.earned_minor) == (-300, 300, 0)


@pytest.mark.parametrize(
    "legs",
    [
        (),
        (Leg(account="a", amount_minor=1),),
        (Leg(account="a", amount_minor=1), Leg(account="b", amount_minor=-2)),
    ],
)
def test_an_entry_that_does_not_sum_to_zero_is_none(legs: tuple[Leg, ...]) -> None:
    with pytest.raises(ValidationError, match="sum to zero"):
        entry(1, *legs)


def test_a_leg_of_nothing_is_none() -> None:
    with pytest.raises(ValidationError, match="moves nothing"):
        Leg(account="a", amount_minor=0)


def test_an_entry_of_others_leaves_a_balance_as_it_is() -> None:
    balance = Balance(advocate_id="adv_ann", program_id="prg_1", currency="EUR")
    of_bob = entry(1, *move(500, expense("prg_1"), account("adv_bob", "pending")))
    assert moved(balance, of_bob) is balance
    for foreign in (of_bob.but(program_id="prg_2"), of_bob.but(currency="JPY")):
        with pytest.raises(ValueError, match="another programme or currency"):
            moved(balance, foreign)


def test_one_entry_may_touch_several_people() -> None:
    both = entry(
        1,
        Leg(account=expense("prg_1"), amount_minor=500),
        Leg(account=account("adv_ann", "pending"), amount_minor=-300),
        Leg(account=account("adv_bob", "pending"), amount_minor=-200),
    )
    assert owners(both) == {"adv_ann", "adv_bob"}
    folded = fold([both])
    assert {balance.advocate_id: balance.pending_minor for balance in folded.values()} == {
        "adv_ann": 300,
        "adv_bob": 200,
    }


def test_what_differs_is_said_with_its_place() -> None:
    key = balance_key("adv_ann", "prg_1", "EUR")
    balance = Balance(advocate_id="adv_ann", program_id="prg_1", currency="EUR", payable_minor=5)
    assert differences({key: balance}, {key: balance}) == []
    (said,) = differences({}, {key: balance})
    assert said.endswith("payable_minor: journal says 0, balance says 5")
    (said,) = differences({key: balance}, {})
    assert said.endswith("payable_minor: journal says 5, balance says 0")


def test_a_balance_is_in_the_due_index_while_something_is_payable() -> None:
    balance = Balance(advocate_id="adv_ann", program_id="prg_1", currency="EUR")
    assert balance.index_entry is None
    assert balance.key == balance_key("adv_ann", "prg_1", "EUR")
    for amount in (5, -5):
        place = balance.but(payable_minor=amount).index_entry
        assert place is not None
        assert place.pk in {due_index("prg_1", "EUR", shard) for shard in range(8)}


def test_an_entry_is_found_by_its_id() -> None:
    one = entry(1, *move(5, "a", "b"))
    assert one.key == entry_key("ent_1")
