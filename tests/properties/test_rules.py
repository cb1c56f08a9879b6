"""Random rules over random lines, refunded by line and without: exact, and alike in any order.

What is left is recounted by fractions: of each line what was named, then the same share of what is
left of all lines for what was not.
"""

from collections.abc import Sequence
from fractions import Fraction

from goodword.conversions.model import Conversion, Customer, Fact, ReversalFact
from goodword.conversions.order import OrderFacts, OrderLine, ReturnedLine
from goodword.ledger.model import Balance, Entry
from goodword.rewards.model import Reward
from goodword.times import DAY_MS
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.bookkeeping_rules import rule_of
from tests.support.desk import NOW_MS
from tests.support.scene import Scene, sale

RULES = (
    *("10 %", "7.25 % of acme", "5 % half up of acme|bolt", "3 a piece", "9 % of each line"),
    *("250 of bolt", "40 points a piece of acme", "10 % credit", "12 % if coupon MAY"),
    *("first 8 %", "further 4 %", "renewal 6 % for 1 months", "10 % of acme + friend 5 % points"),
)
BRANDS = ("acme", "bolt", "cobb")


@st.composite
def stories(draw: st.DrawFn) -> tuple[str, list[str], list[Fact]]:
    """A currency, some rules, and orders with their refunds; each fact is one delivery."""
    currency = draw(st.sampled_from(("JPY", "EUR", "KWD")))
    rules = draw(st.lists(st.sampled_from(RULES), min_size=1, max_size=3, unique=True))
    facts: list[Fact] = []
    for number in range(draw(st.integers(1, 3))):
        at_ms = NOW_MS - draw(st.integers(1, 60)) * DAY_MS
        lines = tuple(
            OrderLine(line_id=brand, net_minor=net, quantity=draw(st.integers(1, 3)), brand=brand)
            for brand in draw(st.lists(st.sampled_from(BRANDS), min_size=1, unique=True))
            for net in (draw(st.integers(0, 9_999)),)
        )
        told = sum(line.net_minor for line in lines)
        net = draw(st.sampled_from((told, told // 2 + 1, told + 777)))
        order = OrderFacts(lines=lines, coupons=draw(st.sampled_from((None, (), ("MAY",)))))
        fields: dict[str, object] = {
            "currency": currency,
            "codes": draw(st.sampled_from((("MAYA7",), ("BEN77",)))),
            "customer": Customer(customer_id=draw(st.sampled_from(("x", "y")))),
            "occasion": draw(st.sampled_from(("plain", "renewal"))),
            "order": order,
            "gross_minor": net + 100,
        }
        facts.append(sale(f"o{number}", net, at_ms, **fields))
        facts += draw(st.lists(refunds(f"o{number}", at_ms, currency), max_size=3))
    sales = [fact for fact in facts if not isinstance(fact, ReversalFact)]
    once = {(f.orders, f.refund_id): f for f in facts if isinstance(f, ReversalFact)}
    return currency, rules, [*sales, *once.values()]


@st.composite
def refunds(draw: st.DrawFn, order: str, at_ms: int, currency: str) -> ReversalFact:
    """A refund by line, of an amount, of what was paid, or of all."""
    lines: tuple[ReturnedLine, ...] = ()
    of = draw(st.sampled_from(("net", "net", "gross")))
    amount = draw(st.one_of(st.none(), st.integers(0, 9_999)))
    if of == "net" and amount is not None and draw(st.booleans()):
        lines = (ReturnedLine(line_id=draw(st.sampled_from(BRANDS)), net_minor=amount),)
    return ReversalFact.model_validate(
        {
            "refund_id": f"r{draw(st.integers(0, 3))}",
            "orders": (order,),
            "occurred_ms": at_ms,
            "currency": currency,
            "amount_minor": amount,
            "of": of,
            "lines": lines,
        }
    )


def played(currency: str, rules: Sequence[str], facts: Sequence[Fact]) -> Scene:
    """The facts, delivered one by one."""
    made = [rule_of(n, text, lambda s: int(s.replace(".", ""))) for n, text in enumerate(rules)]
    scene = Scene(currency=currency, rules=tuple(made), caps=())
    for fact in facts:
        assert scene.deliver(fact).state == "booked"
    return scene


def standing(scene: Scene) -> list[Reward]:
    """The rewards of the decisions that stand."""
    orders = scene.all(Conversion)
    names = {name for one in orders for name in (*one.reward_ids, *one.friend_reward_ids)}
    return [one for one in scene.all(Reward) if one.reward_id in names]


def left(scene: Scene) -> list[tuple[object, ...]]:
    """Per order, rule and side: what was earned and what is left of it."""
    return sorted(
        (one.order_id, one.rule_id, one.side, one.currency, one.earned_minor, one.remaining_minor)
        for one in standing(scene)
    )


def exact(scene: Scene) -> None:
    """What is left of every living reward is its exact share, rounded once."""
    orders = {one.conversion_id: one for one in scene.all(Conversion)}
    for reward in standing(scene):
        back = share_back(reward, orders[reward.conversion_id])
        assert abs(reward.remaining_minor - reward.earned_minor * (1 - back)) <= Fraction(1, 2)


def share_back(reward: Reward, order: Conversion) -> Fraction:
    """The share of the reward that is to be back."""
    claims = order.claims
    if claims is None:
        return Fraction(0)
    if claims.wholes:
        return Fraction(1)
    net, gross = order.net_minor, order.gross_minor
    paid = Fraction(min(claims.gross_minor, gross), gross) if gross else Fraction(0)
    nets = {line.line_id: line.net_minor for line in order.order.lines}
    if not reward.parts:
        goods = Fraction(min(claims.net_minor, net), net) if net else Fraction(0)
        return min(Fraction(1), goods + paid)
    named = {name: min(claims.lines.get(name, 0), size) for name, size in nets.items()}
    rest = net - sum(named.values())
    unnamed = min(claims.net_minor, net) - sum(named.values()) + net * paid
    share = (min(Fraction(1), unnamed / rest) if rest else Fraction(1)) if net else paid
    shares = {
        name: (named[name] + (size - named[name]) * share) / size if size else share
        for name, size in nets.items()
    }
    weights = sum(part.weight for part in reward.parts)
    return sum((part.weight * shares[part.line_id] for part in reward.parts), Fraction(0)) / weights


@settings(max_examples=150, deadline=None)
@given(st.data(), stories())
def test_any_order_of_arrival_leaves_the_same_exact_amounts(
    data: st.DataObject, story: tuple[str, list[str], list[Fact]]
) -> None:
    currency, rules, facts = story
    first = played(currency, rules, facts)
    second = played(currency, rules, data.draw(st.permutations(facts)))
    assert left(first) == left(second)
    for scene in (first, second):
        assert scene.ledger_differences() == []
        exact(scene)
        for entry in scene.all(Entry):
            assert sum(leg.amount_minor for leg in entry.legs) == 0
        for balance in scene.all(Balance):
            assert balance.currency == currency or balance.index_entry is None
