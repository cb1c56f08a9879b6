"""Whatever is bought, returned, won back and handed over, in whatever order: nothing twice."""

from collections import Counter as Count

from goodword.conversions.model import Customer, ReinstatementFact
from goodword.errors import Conflict
from goodword.ledger.model import Balance, Entry
from goodword.rewards.handed import HandOut
from goodword.rewards.model import Reward
from goodword.times import DAY_MS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.handing import POINTS, Counter
from tests.support.scene import MAYA

CREDIT = {
    "rule_id": "credit",
    "action": "sale",
    "reward": {"kind": "percentage", "basis_points": 333},
    "unit": "store_credit",
}
CODES = {
    "rule_id": "code",
    "action": "sale",
    "reward": {"kind": "flat", "amount_minor": 2},
    "unit": "code",
    "item": "SPRING",
}
UNITS = ("POINTS", "EUR.CREDIT", "CODES")
ORDERS = st.sampled_from(("o1", "o2", "o3"))
ACTS = st.one_of(
    st.tuples(st.just("order"), ORDERS, st.sampled_from((1, 999, 20_000))),
    st.tuples(st.just("refund"), ORDERS, st.sampled_from((333, 4_990, None))),
    st.tuples(st.just("charge back"), ORDERS, st.none()),
    st.tuples(st.just("win"), ORDERS, st.none()),
    st.tuples(st.just("wait"), st.none(), st.none()),
    st.tuples(st.just("all"), st.none(), st.none()),
    st.tuples(st.just("hand"), st.sampled_from(UNITS), st.sampled_from((0, 1, -1))),
)


def play(counter: Counter, number: int, what: str, of: str | None, how: int | None) -> None:
    """One act; what the books refuse has changed nothing."""
    if what == "order":
        buyer = Customer(customer_id=str(of))
        touch = counter.click()
        counter.sale(str(of), how or 0, click_ids=(touch,), customer=buyer)
    elif what == "refund":
        counter.refund(f"r{number}", how, orders=(of,))
    elif what == "charge back":
        counter.refund(f"dp-{of}", None, orders=(of,), reason="chargeback")
    elif what == "win":
        won = {"refund_id": f"dp-{of}", "orders": (of,), "currency": "EUR"}
        counter.deliver(
            ReinstatementFact.model_validate(won | {"occurred_ms": counter.clock.at_ms})
        )
    elif what in ("wait", "all"):
        counter.mature()
        for unit in UNITS if what == "all" else ():
            hand(counter, unit, 0)
    else:
        hand(counter, str(of), how or 0)
    counter.clock.advance(DAY_MS)


def hand(counter: Counter, unit: str, off_by: int) -> None:
    """Hand over what is listed, or another amount, and then the same once more."""
    listed = [one for one in counter.owed(unit) if one.advocate_id == MAYA]
    amount = listed[0].amount_minor if listed else 5
    before = dict(counter.store.items)
    for again in (False, True):
        try:
            done = counter.hand(amount + off_by, unit)
        except Conflict:
            assert again or off_by or not listed or listed[0].bar
        else:
            assert not again
            assert listed
            assert (done.amount_minor, off_by) == (listed[0].amount_minor, 0)
            assert counter.purse(unit).payable_minor == 0
            before = dict(counter.store.items)
        assert counter.store.items == before


def check(counter: Counter) -> None:
    """Each unit sums to zero; what was handed over is what left; no reward went out twice."""
    assert counter.ledger_differences() == []
    sums: Count[str] = Count()
    for entry in counter.all(Entry):
        sums[entry.currency] += sum(leg.amount_minor for leg in entry.legs)
    assert not any(sums.values())
    made = counter.all(HandOut)
    handed = Count(one.reward_id for out in made for one in out.rewards)
    assert not handed or max(handed.values()) == 1
    rewards = counter.all(Reward)
    assert {one.reward_id for one in rewards if one.hand_out_id} == set(handed)
    assert all(one.state in ("paid", "reversed") for one in rewards if one.hand_out_id)
    for balance in counter.all(Balance):
        if balance.currency not in UNITS:
            continue
        own = [one for one in rewards if one.currency == balance.currency]
        alive = sum(one.remaining_minor for one in own if one.state not in ("rejected", "void"))
        out = sum(one.amount_minor for one in made if one.currency == balance.currency)
        kept = balance.pending_minor + balance.on_hold_minor + balance.payable_minor
        assert (kept, balance.paid_minor, balance.in_payout_minor) == (alive - out, out, 0)
        assert 0 <= out <= balance.earned_minor


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ACTS, min_size=1, max_size=16))
def test_any_story_of_units_keeps_the_books(acts: list[tuple[str, str | None, int | None]]) -> None:
    counter = Counter(POINTS, CREDIT, CODES)
    first, second = ("order", "o1", 4_990), ("order", "o2", 20_000)
    acts = [first, ("all", None, None), *acts[:4], second, ("all", None, None), *acts[4:]]
    for number, (what, of, how) in enumerate(acts):
        play(counter, number, what, of, how)
        check(counter)
    assert counter.owed("GIFTS") == []
