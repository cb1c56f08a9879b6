"""Whatever is sold, refunded, charged back, won, held and paid, in whatever order: exact books.

Three lanes: the arithmetic alone; worlds without caps, which come out alike for every order of
arrival; and worlds with caps, approvals and payouts, where the books must agree after every act.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Any

from goodword.conversions.disputes import claimed, growth, with_claim
from goodword.conversions.model import (
    Conversion,
    Customer,
    Fact,
    InquiryFact,
    Refund,
    ReinstatementFact,
    ReversalFact,
)
from goodword.conversions.order import Claims
from goodword.errors import Conflict
from goodword.ledger.model import Balance
from goodword.limits import BACKDATED_DAYS_MAX
from goodword.money import Rounding, ratio
from goodword.payouts.calendar import closed_period
from goodword.payouts.model import Payout
from goodword.programs.caps import Cap
from goodword.programs.model import (
    FlatReward,
    PercentageReward,
    ProgramVersion,
    Review,
    Rule,
)
from goodword.rewards.caps import CapUse
from goodword.rewards.decision import Decision
from goodword.rewards.model import Counted, Reward
from goodword.rewards.reversal import refunded_share
from goodword.times import DAY_MS, HOUR_MS
from goodword.tracking.click import sign_click
from goodword.tracking.model import AttributionRules
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.desk import NOW_MS
from tests.support.payday import Payday
from tests.support.scene import SECRET, Scene, sale

CODES = ("MAYA7", "BEN77")
START_MS = NOW_MS - 20 * DAY_MS
TOLD_BY_MS = START_MS + (BACKDATED_DAYS_MAX - 5) * DAY_MS  # an order told later is too old
CURRENCIES = ("JPY", "EUR", "KWD")  # 0, 2 and 3 decimals
AMOUNTS = st.sampled_from((1, 7, 999, 3_000, 4_990, 100_001))
ROUNDINGS: tuple[Rounding, ...] = ("down", "half_even", "half_up")


# --- the arithmetic alone ---------------------------------------------------------------------


@settings(max_examples=1_500, deadline=None)
@given(
    st.integers(1, 10**7),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.lists(st.tuples(st.sampled_from(("net", "gross")), st.integers(0, 10**6)), max_size=6),
)
@example(earned=1, net=10, more=20, parts=[("net", 5), ("gross", 15)])
def test_parts_give_back_the_share_rounded_once_and_never_more(
    earned: int, net: int, more: int, parts: list[tuple[str, int]]
) -> None:
    total, so_far, taken = {"net": net, "gross": net + more}, {"net": 0, "gross": 0}, 0
    for of, amount in parts:
        so_far[of] = min(so_far[of] + amount, total[of])
        share = refunded_share(
            earned, (so_far["net"], so_far["gross"]), (total["net"], total["gross"])
        )
        assert taken <= share <= earned
        taken = share
    exact = sum((Fraction(so_far[of], total[of]) for of in total if total[of]), Fraction(0))
    assert abs(taken - min(exact, Fraction(1)) * earned) <= Fraction(1, 2)
    if exact >= 1:
        assert taken == earned


@settings(max_examples=700, deadline=None)
@given(
    st.integers(0, 10**9), st.integers(0, 10_000), st.sampled_from(ROUNDINGS), st.integers(1, 99)
)
def test_a_rounding_is_off_by_less_than_one_unit(
    net: int, points: int, rounding: Rounding, parts: int
) -> None:
    exact = Fraction(net * points, 10_000)
    found = ratio(net, points, 10_000, rounding)
    assert abs(found - exact) < 1
    assert rounding != "down" or found <= exact
    assert rounding == "down" or abs(found - exact) <= Fraction(1, 2)
    assert refunded_share(found, (net, 0), (net, 0)) == (found if net else 0)
    assert 0 <= refunded_share(found, (net // parts, 0), (net, 0)) <= found


# --- facts of a few orders --------------------------------------------------------------------


def later(kind: type[Any], order: str, currency: str, **fields: object) -> Any:
    """A refund, reinstatement or inquiry of an order."""
    base = {"orders": (order,), "occurred_ms": START_MS, "currency": currency}
    return kind.model_validate(base | fields)


@st.composite
def reversals(draw: st.DrawFn, order: str, currency: str) -> list[Fact]:
    """What may befall one order: refunds of every kind, disputes and their ends, inquiries."""
    found: list[Fact] = []
    for number in range(draw(st.integers(0, 2))):
        amount = draw(st.one_of(st.none(), st.integers(0, 5_000)))
        fields = {"amount_minor": amount, "of": draw(st.sampled_from(("net", "gross")))}
        name = {"refund_id": f"r{number}"}
        found.append(later(ReversalFact, order, currency, **name, **fields))
    for total in draw(st.sets(st.integers(1, 5_000), max_size=2)):
        running = {"refund_id": f"ch:{total}", "amount_minor": total}
        found.append(later(ReversalFact, order, currency, of="gross", cumulative=True, **running))
    for number in range(draw(st.integers(0, 2))):
        name = {"refund_id": f"dp{number}"}
        amount = draw(st.one_of(st.none(), st.integers(1, 5_000)))
        taken = {"amount_minor": amount, "of": "gross", "reason": "chargeback"}
        end = draw(st.sampled_from(("open", "won", "won")))
        if draw(st.booleans()):
            asked = {"inquiry_id": f"dp{number}"}
            found.append(later(InquiryFact, order, currency, state="open", **asked))
            found.append(later(InquiryFact, order, currency, state="closed", **asked))
        found.append(later(ReversalFact, order, currency, **name, **taken))
        if end == "won":
            found.append(later(ReinstatementFact, order, currency, **name))
    return found


@st.composite
def stories(draw: st.DrawFn, currency: str) -> list[Fact]:
    """A few orders of two friends with clicks and codes, and what befalls them."""
    facts: list[Fact] = []
    for number in range(draw(st.integers(1, 3))):
        at_ms = START_MS + draw(st.integers(0, 15 * 24)) * HOUR_MS
        net = draw(AMOUNTS)
        fields = {
            "currency": currency,
            "gross_minor": net + draw(st.sampled_from((0, 500))),
            "customer": Customer(customer_id=draw(st.sampled_from(("c1", "c2")))),
        }
        for each in range(draw(st.integers(1, 2))):
            clicked_ms = at_ms - draw(st.integers(-24, 15 * 24)) * HOUR_MS
            mark = bytes([number, each, 0, 0, 0, 0, 0, 0])
            click = sign_click(clicked_ms, draw(st.sampled_from(CODES)), mark, SECRET)
            facts.append(sale(f"o{number}", net, at_ms, click_ids=(click,), **fields))
        facts += draw(reversals(f"o{number}", currency))
    return facts


@st.composite
def programmes(draw: st.DrawFn) -> dict[str, object]:
    """Random terms without a cap."""
    flat = {"amount_minor": draw(st.integers(1, 900))}
    rate = {
        "basis_points": draw(st.integers(1, 5_000)),
        "rounding": draw(st.sampled_from(ROUNDINGS)),
    }
    rules = [
        Rule(
            rule_id="rate",
            action="sale",
            reward=PercentageReward.model_validate(rate),
            minimum_order_minor=draw(st.sampled_from((0, 0, 1_000))),
        )
    ]
    if draw(st.booleans()):
        rules.append(Rule(rule_id="flat", action="sale", reward=FlatReward.model_validate(flat)))
    return {
        "currency": draw(st.sampled_from(CURRENCIES)),
        "rules": tuple(rules),
        "hold_days": draw(st.sampled_from((0, 14, 30))),
        "attribution": AttributionRules(sticky=draw(st.booleans())),
        "review": Review(auto_approve_limit_minor=draw(st.sampled_from((0, 300, 10**9)))),
    }


def play(scene: Scene, facts: Sequence[Fact]) -> None:
    """Deliver one by one."""
    for fact in facts:
        assert scene.deliver(fact).state == "booked"


# --- every order of arrival -------------------------------------------------------------------


def told(scene: Scene) -> list[object]:
    """What must be alike: decisions, what is left of each reward, balances."""
    newest = {one.conversion_id: one for one in scene.all(Decision)}
    orders = [
        (one.order_id, one.advocate_id, one.state, one.reason, one.refunded_net_minor)
        for one in scene.all(Conversion)
    ]
    decisions = [
        (one.basis.order_id, one.outcome, one.reason, one.version_number, one.lines)
        for one in newest.values()
    ]
    current = {each for one in scene.all(Conversion) for each in one.reward_ids}
    rewards = [
        (one.order_id, one.advocate_id, one.rule_id, one.state, one.remaining_minor)
        for one in scene.all(Reward)
        if one.reward_id in current
    ]
    money = [
        (one.advocate_id, one.pending_minor, one.on_hold_minor, one.sales)
        for one in scene.all(Balance)
        if one.pending_minor or one.on_hold_minor or one.sales
    ]
    net = [
        (one.advocate_id, one.earned_minor - one.reversed_minor)
        for one in scene.all(Balance)
        if one.earned_minor != one.reversed_minor
    ]
    return [sorted(map(repr, each)) for each in (orders, decisions, rewards, money, net)]


def live_claims(facts: Sequence[Fact], order: str) -> tuple[int, int, int]:
    """An oracle of its own: net, gross and wholes that stand at the end, in no order."""
    mine = [one for one in facts if not hasattr(one, "order_id") and order in one.orders]
    won = {one.refund_id for one in mine if isinstance(one, ReinstatementFact)}
    standing = [one for one in mine if isinstance(one, ReversalFact) and one.refund_id not in won]
    own = [one for one in standing if not one.cumulative]
    totals = [one.amount_minor or 0 for one in standing if one.cumulative]
    net = sum(one.amount_minor or 0 for one in own if one.of == "net")
    gross = sum(one.amount_minor or 0 for one in own if one.of == "gross")
    return net, gross + max(totals, default=0), sum(one.amount_minor is None for one in own)


def check_shares(scene: Scene, facts: Sequence[Fact]) -> None:
    """What is left of each living reward is what the claims that stand leave of it."""
    for one in scene.all(Conversion):
        net, gross, wholes = live_claims(facts, one.order_id)
        share = Fraction(min(net, one.net_minor), one.net_minor)
        share = min(share + Fraction(min(gross, one.gross_minor), one.gross_minor), Fraction(1))
        share = Fraction(1) if wholes else share
        for reward in scene.all(Reward):
            if reward.reward_id in one.reward_ids:
                exact = reward.earned_minor * share
                assert reward.earned_minor - reward.remaining_minor == round(exact)


@settings(max_examples=450, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), programmes())
def test_every_order_of_arrival_gives_the_same_rewards_balances_and_decisions(
    data: st.DataObject, terms: dict[str, object]
) -> None:
    facts = data.draw(stories(str(terms["currency"])))
    again = data.draw(st.lists(st.sampled_from(facts), max_size=3))
    first, second = Scene(caps=(), **terms), Scene(caps=(), **terms)
    play(first, facts)
    play(second, data.draw(st.permutations([*facts, *again])))
    assert told(first) == told(second)
    for scene in (first, second):
        check_books(scene)
        check_shares(scene, facts)


@settings(max_examples=500, deadline=None)
@given(st.data(), reversals("o1", "EUR"), st.integers(1, 10**6), st.integers(0, 10**6))
def test_claims_are_a_sum_in_any_order(
    data: st.DataObject, facts: list[Fact], net: int, more: int
) -> None:
    taken = [one for one in facts if isinstance(one, ReversalFact)]
    found = []
    for order in (taken, data.draw(st.permutations(taken))):
        claims, booked = Claims(), list[Refund]()
        for fact in order:
            series = [one for one in booked if one.fact.series == fact.series]
            claims = with_claim(claims, fact, growth(fact, series), 1)
            booked.append(Refund(conversion_id="cnv_1", fact=fact, booked_ms=0, taken_minor=0))
        found.append(claims)
    assert found[0] == found[1]
    one = claimed(conversion(net, net + more), found[0])
    assert one.refunded_net_minor <= net
    assert one.refunded_gross_minor <= net + more


def conversion(net: int, gross: int) -> Conversion:
    """A conversion of nobody."""
    return Conversion(
        conversion_id="cnv_1",
        program_id="prg_1",
        action="sale",
        order_id="o1",
        occurred_ms=0,
        received_ms=0,
        currency="EUR",
        net_minor=net,
        gross_minor=gross,
        state="unattributed",
        reason="no_touch",
    )


# --- with caps, approvals and payouts ---------------------------------------------------------


def check_books(scene: Scene) -> None:
    """I1, I2, I5 and I11 at this moment."""
    assert scene.ledger_differences() == []
    used: Counter[Counted] = Counter()
    number: Counter[Counted] = Counter()
    alive: set[tuple[str, str, str]] = set()
    for reward in scene.all(Reward):
        assert 0 <= reward.remaining_minor <= reward.earned_minor
        gone = reward.state in ("rejected", "void")
        place = (reward.order_id, reward.advocate_id, reward.rule_id)
        assert gone or place not in alive
        alive |= set() if gone else {place}
        for counted in () if gone else reward.counted:
            used[counted] += reward.remaining_minor
            number[counted] += min(1, reward.remaining_minor)
    for cap in scene.all(CapUse):
        assert (cap.used_minor, cap.rewards) == (used[cap.counted], number[cap.counted])
    for one in scene.all(Balance):
        owned = one.pending_minor + one.on_hold_minor + one.payable_minor + one.in_payout_minor
        assert one.earned_minor - one.reversed_minor == owned + one.paid_minor
        assert 0 <= one.reversed_minor <= one.earned_minor


def act(world: Payday, data: st.DataObject) -> None:
    """Time passes, and one thing happens that functions or people do."""
    what = data.draw(st.sampled_from(("sweep", "wait", "review", "pay", "look", "return")))
    held = [one for one in world.all(Reward) if one.state == "on_hold"]
    if what == "sweep":
        world.approval.sweep()
    elif what == "wait":
        passed = data.draw(st.sampled_from((HOUR_MS, DAY_MS, 15 * DAY_MS)))
        if world.clock.at_ms + passed < TOLD_BY_MS:
            world.clock.advance(passed)
        world.approval.sweep()
    elif what == "review" and held:
        approve = data.draw(st.booleans())
        code = "other"
        world.approval.decide(
            held[0].reward_id, approve=approve, code=code, decider_advocate_id=None
        )
    elif what == "pay":
        world.rail.troubles = data.draw(
            st.lists(st.sampled_from(("", "", "after", "refuse", "accept")), max_size=2)
        )
        period = closed_period(world.one(ProgramVersion).terms.payment, world.clock.at_ms)
        # this period was paid before, or there was nothing to pay
        with suppress(Conflict, AssertionError):
            world.sent(period.name, period.cutoff_ms)
        world.rail.troubles = []
    elif what == "look":
        world.clock.advance(2 * HOUR_MS)
        world.cycle.look_up()


@settings(max_examples=450, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), programmes(), st.integers(1, 3_000), st.sampled_from(("month", "lifetime")))
def test_with_caps_approvals_and_payouts_the_books_agree_after_every_act(
    data: st.DataObject, terms: dict[str, object], cap: int, period: str
) -> None:
    facts = data.draw(stories(str(terms["currency"])))
    limit = Cap.model_validate({"amount_minor": cap, "period": period})
    world = Payday(terms | {"caps": (limit,)}, cadence="daily", minimum_minor=1)
    for fact in data.draw(st.permutations([*facts, facts[0]])):
        play(world, [fact])
        check_books(world)
        act(world, data)
        check_books(world)
    paid = sum(amount for _, amount in world.rail.paid)
    ended = [one for one in world.all(Payout) if one.state in ("paid", "unknown", "sent")]
    assert paid <= sum(one.amount_minor for one in ended)
    assert max(world.rail.counts().values(), default=0) <= 1
