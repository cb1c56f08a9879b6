"""Voids, endings and refunds of sign-ups and orders, told in any order and twice, come out alike.

What is left of a reward is worked out here a second time, from the facts alone.
"""

from fractions import Fraction
from typing import Any

from goodword.conversions.aliases import ParkedRefunds
from goodword.conversions.model import Customer, Fact, ReinstatementFact, ReversalFact
from goodword.ledger.model import Balance
from goodword.ledger.service import Checker
from goodword.money import ratio
from goodword.programs.cancellation import Cancellation
from goodword.rewards.model import Reward
from goodword.rewards.tally import Tally
from goodword.times import DAY_MS, HOUR_MS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.scene import Scene, sale

NET = 9_000  # 10 % of it is earned, 2.00 by a sign-up
HALF_HOURS = st.integers(min_value=0, max_value=200 * 48)
PROMISES = st.one_of(
    st.none(),
    st.builds(
        Cancellation,
        within_days=st.sampled_from((1, 7, 90)),
        takes=st.sampled_from(("all", "pro_rata")),
    ),
)


@st.composite
def happenings(draw: st.DrawFn) -> dict[str, Any]:
    """What may be told of one order and of one sign-up, each or nothing of it."""
    return {
        "promise": draw(PROMISES),
        "ends": draw(st.lists(HALF_HOURS, max_size=2, unique=True)),
        "refund": draw(st.one_of(st.none(), st.integers(min_value=1, max_value=NET))),
        "void": draw(st.booleans()),
        "undone": draw(st.booleans()),
        "lead_ends": draw(st.one_of(st.none(), HALF_HOURS)),
    }


def facts_of(scene: Scene, what: dict[str, Any]) -> list[Fact]:
    now_ms = scene.clock.at_ms
    clicks = (scene.click(),)
    lead = sale("s-1", 0, now_ms, action="lead", click_ids=clicks, customer=Customer())
    facts: list[Fact] = [sale("1001", NET, now_ms, click_ids=clicks, customer=Customer()), lead]

    def taken(name: str, order: str, reason: str, at: int, amount: int | None = None) -> None:
        fact = {"refund_id": name, "orders": (order,), "reason": reason, "amount_minor": amount}
        more = {"occurred_ms": now_ms + at * HOUR_MS // 2, "currency": "EUR", "of": "net"}
        facts.append(ReversalFact.model_validate(fact | more))

    for number, at in enumerate(what["ends"]):
        taken(f"c-{number}", "1001", "subscription_ended", at)
    if what["refund"]:
        taken("r-1", "1001", "refund", 1, what["refund"])
    if what["void"]:
        taken("v-1", "lead:s-1", "void", 1)
    if what["lead_ends"] is not None:
        taken("c-9", "lead:s-1", "subscription_ended", what["lead_ends"])
    if what["undone"]:
        undone = {"refund_id": "v-1", "orders": ("lead:s-1",), "reason": "void_undone"}
        more = {"occurred_ms": now_ms, "currency": "EUR"}
        facts.append(ReinstatementFact.model_validate(undone | more))
    return facts


def ended(promise: Cancellation | None, earned: int, ends: list[int]) -> int:
    """What the earliest end takes, in fractions of days."""
    if promise is None or not ends:
        return 0
    days = Fraction(min(ends), 48)
    if days >= promise.within_days:
        return 0
    used = -(-days.numerator // days.denominator) if promise.takes == "pro_rata" else 0
    return ratio(earned, promise.within_days - used, promise.within_days, "half_even")


def wanted(what: dict[str, Any]) -> dict[str, int]:
    """What is to be left of each reward."""
    refund = ratio(900, what["refund"] or 0, NET, "half_even")
    sold = 900 - max(refund, ended(what["promise"], 900, what["ends"]))
    ends = [] if what["lead_ends"] is None else [what["lead_ends"]]
    void = what["void"] and not what["undone"]
    return {"1001": sold, "s-1": 0 if void else 200 - ended(what["promise"], 200, ends)}


def told(what: dict[str, Any], order: list[int], again: list[int]) -> Scene:
    scene = Scene(cancellation=what["promise"], caps=())
    facts = facts_of(scene, what)
    for at in (*order, *again):
        if at < len(facts):
            scene.deliver(facts[at])
    return scene


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    what=happenings(),
    order=st.permutations(list(range(8))),
    again=st.lists(st.integers(min_value=0, max_value=7), max_size=4),
)
def test_what_is_left_is_the_same_in_any_order(
    what: dict[str, Any], order: list[int], again: list[int]
) -> None:
    one, other = told(what, list(range(8)), []), told(what, order, again)
    for scene in (one, other):
        assert {r.order_id: r.remaining_minor for r in scene.all(Reward)} == wanted(what)
        outcome, wrong = Checker(scene.desk(), scene.store).compare()
        assert (wrong, outcome.unsettled) == ([], 0)
        left = [waits for one in scene.all(ParkedRefunds) for waits in one.facts]
        assert left == []
    assert counted(one) == counted(other)


def counted(scene: Scene) -> list[Any]:
    """What is counted beside money, and the money."""
    balances = [
        (one.pending_minor, one.leads, one.sales, one.earned_minor - one.reversed_minor)
        for one in scene.all(Balance)
    ]
    return [*balances, *[one.but(version=0) for one in scene.all(Tally)]]


@given(
    promise=PROMISES.filter(lambda one: one is not None),
    earned=st.integers(min_value=1, max_value=10**9),
    lasted=st.lists(st.integers(min_value=0, max_value=400 * DAY_MS), min_size=2, max_size=2),
)
def test_who_stays_longer_never_loses_more(
    promise: Cancellation, earned: int, lasted: list[int]
) -> None:
    less, more = (promise.share_of(earned, 0, at) for at in sorted(lasted))
    assert earned >= less >= more >= 0
