"""Which order of its customer, and of its advocate, one is, and what a sign-up becomes later.

A customer's orders count by when they happened, however late they are told; an advocate's as they
were first told, less those that turn out to be others. The level is that of before the order.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from goodword.conversions.model import OtherNames
from goodword.conversions.order import OrderFacts
from goodword.programs.conditions import AtMost, Equals, OneOf
from goodword.programs.rules import FlatReward, PercentageReward, Rule, TieredReward
from goodword.programs.tiers import Level, Tiers

from tests.simulation.story import HOUR_MS
from tests.simulation.tales.teller import Tale, Teller

FIRST_POINTS, AGAIN_POINTS = 1_000, 450
SECOND, THIRD, NUMBERED = 55, 11, 33
LEVELS = {"bronze": 1, "silver": 7}


def _flat(amount: int) -> FlatReward:
    return FlatReward(amount_minor=amount)


def _rules(silver: int) -> dict[str, Any]:
    by_level: Any = {name: _flat(amount) for name, amount in LEVELS.items()}
    first = PercentageReward(basis_points=FIRST_POINTS)
    again = PercentageReward(basis_points=AGAIN_POINTS)
    two, few = Equals(of="friend_order", value=2), AtMost(of="friend_order", value=3)
    numbered = Equals(of="advocate_conversion", value=2)
    return {
        "rules": (
            Rule(rule_id="first", action="first_purchase", reward=first),
            Rule(rule_id="again", action="repeat_purchase", reward=again),
            Rule(rule_id="two", action="sale", reward=_flat(SECOND), when=two),
            Rule(rule_id="few", action="sale", reward=_flat(THIRD), when=few),
            Rule(rule_id="numbered", action="sale", reward=_flat(NUMBERED), when=numbered),
            Rule(rule_id="level", action="sale", reward=TieredReward(by_level=by_level)),
        ),
        "tiers": Tiers(
            measure="orders",
            levels=(Level(name="bronze", at_least=0), Level(name="silver", at_least=silver)),
        ),
    }


@dataclass
class Bought:
    """An order of the customer: when it happened, and what it was to its advocate when told."""

    name: str
    at_ms: int
    net: int
    nth: int
    number: int
    level: str
    whole: bool = False

    def earns(self, place: int) -> int:
        """As the customer's order of this place, or as the shop counts if that is more."""
        place = max(place, self.nth)
        points = FIRST_POINTS if place == 1 else AGAIN_POINTS
        own = SECOND * (place == 2) + THIRD * (place <= 3) + NUMBERED * (self.number == 2)
        return round(Fraction(self.net * points, 10_000)) + own + LEVELS[self.level]


def _owned(bought: list[Bought]) -> int:
    found = sorted(bought, key=lambda one: one.at_ms)
    return sum(0 if one.whole else one.earns(at + 1) for at, one in enumerate(found))


def _numbered(teller: Teller) -> None:
    """Four orders in any order; one comes back whole, or two of them are one, between."""
    draw, silver = teller.draw, teller.draw.choice((1, 2))
    teller.promises(**_rules(silver))
    times = sorted(draw.sample(range(1, 3 * HOUR_MS), 4))
    names = draw.sample(["n0", "n1", "n2", "n3"], 4)
    bought: list[Bought] = []
    happens = draw.choice(("returned", "one", "nothing"))
    lead = teller.sold("u1", 0, action="lead", occurred_ms=teller.now_ms - 9 * HOUR_MS // 2)
    teller.tells(lead.but(click_ids=(teller.click("adv_maya", 5 * HOUR_MS),)))
    for name in names:
        if len(bought) == 3:
            bought = _happens(teller, happens, bought)
        at_ms = teller.now_ms - 4 * HOUR_MS + times[int(name[1])]
        net, nth = draw.randrange(1_001, 50_000), draw.choice((0, 0, 0, 2, 4))
        level = "silver" if sum(not one.whole for one in bought) >= silver else "bronze"
        bought.append(Bought(name, at_ms, net, nth, len(bought) + 1, level))
        order = OrderFacts(nth=nth or None)
        fact = teller.sold(name, net, occurred_ms=at_ms, order=order)
        click = teller.click("adv_maya", 5 * HOUR_MS)
        teller.tells(fact.but(click_ids=(click,)))
        teller.ends()
        teller.owns(maya=_owned(bought))
        live = [one for one in bought if not one.whole]
        sums = len(bought), len(live), sum(one.net for one in live)
        teller.counts(maya=sums)
    teller.pays()
    teller.owns(maya=_owned(bought))
    teller.paid(maya=_owned(bought))


def _happens(teller: Teller, what: str, bought: list[Bought]) -> list[Bought]:
    """The first told comes back whole, or is one with another, which happened later or before."""
    if what == "returned":
        one = bought[0]
        teller.tells(teller.back("r1", one.name, one.net))
        one.whole = True
        teller.owns(maya=_owned(bought))
    if what == "one":
        kept, gone = sorted(bought[:2], key=lambda one: one.at_ms)
        teller.tells(names=(OtherNames(order_id=gone.name, aliases=(kept.name,)),))
        teller.ends("order_differs")
        kept.nth = kept.nth or gone.nth
        bought = [one for one in bought if one is not gone]
        teller.owns(maya=_owned(bought))
    return bought


def _stepwise(teller: Teller) -> None:
    """A sign-up, what it becomes, and what is heard of its customer; each once, by its own id."""
    draw, net = teller.draw, teller.draw.randrange(1_003, 40_000)
    named = OneOf(of="event_name", values=("Webinar",))
    share = PercentageReward(basis_points=1_000)
    rules = (
        Rule(rule_id="lead", action="lead", reward=_flat(200)),
        Rule(rule_id="qualified", action="lead_qualified", reward=_flat(300)),
        Rule(rule_id="event", action="event", reward=_flat(70), when=named),
        Rule(rule_id="up", action="level_up", reward=share),
        Rule(rule_id="renewal", action="renewal", reward=PercentageReward(basis_points=2_000)),
        Rule(rule_id="first", action="first_purchase", reward=share),
    )
    teller.promises(rules=rules)
    tenth, fifth = round(Fraction(net, 10)), round(Fraction(net, 5))
    steps = {
        "plain": ({"action": "lead"}, 200),
        "qualified": ({"action": "lead", "occasion": "qualified"}, 300),
        "event": ({"action": "lead", "occasion": "event", "event_name": "webinar"}, 70),
        "other": ({"action": "lead", "occasion": "event", "event_name": "fair"}, 0),
        "level_up": ({"action": "lead", "occasion": "level_up"}, tenth),
        "renewal": ({"action": "sale", "occasion": "renewal"}, fifth),
        "sale": ({"action": "sale"}, tenth),
    }
    told: list[str] = []
    click = teller.click("adv_ben")
    for name in draw.sample(list(steps), len(steps)):
        fields, _ = steps[name]
        kept_apart = {"other": "u2", "sale": "o1", "renewal": "o2"}
        has_net = name in ("level_up", "renewal", "sale")
        at_ms = teller.now_ms - (HOUR_MS // 2 if name == "sale" else 0)
        fact = teller.sold(
            kept_apart.get(name, "u1"), net if has_net else 0, occurred_ms=at_ms, **fields
        )
        told.append(name)
        for _ in range(draw.choice((1, 2))):
            teller.tells(fact.but(click_ids=(click,)))
            teller.ends()
        teller.owns(ben=sum(steps[each][1] for each in told))
        sales = [each for each in told if each in ("sale", "renewal")]
        teller.counts(ben=(len(sales), len(sales), net * len(sales)))
        leads = sum(one.plain.get("leads", 0) for one in teller.town.dynamo.of_kind("balance"))
        teller.wants("sign-ups", leads, int("plain" in told))
    owned = sum(earned for _, earned in steps.values())
    owned += _told_better(teller, net, owned)
    gone = draw.choice((("lead:u1", 200), ("qualified:u1", 300), ("event:u1", 70)))
    teller.tells(teller.back("v", gone[0], None, reason="void"))
    teller.owns(ben=owned - gone[1])
    teller.pays()
    teller.paid(ben=owned - gone[1])


def _told_better(teller: Teller, net: int, owned: int) -> int:
    """An order turns out to be a renewal, an event gets its name; how much more that is."""
    before, tenth, fifth = owned, round(Fraction(net, 10)), round(Fraction(net, 5))
    order = teller.sold("o3", net, "adv_ben", friend="c5")
    event = teller.sold("u3", 0, "adv_ben", friend="c5", action="lead", occasion="event")
    for fact, more in (
        (order, tenth),
        (order.but(occasion="renewal"), fifth - tenth),
        (order, 0),
        (event, 0),
        (event.but(event_name="WEBINAR"), 70),
        (event.but(event_name="fair"), 0),
    ):
        owned += more
        teller.tells(fact)
        teller.owns(ben=owned)
    return owned - before


COUNTED = (
    Tale("which order it is", _numbered, judged=False),
    Tale("what a sign-up becomes", _stepwise, judged=False),
)
