"""What a later delivery knows better, and orders that wait for rates beside each other.

A checkout only guesses; an order that earned nothing has other amounts all the same. Orders wait
for rates of their own days and currencies, and keep what they were decided with.
"""

from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

from goodword.conversions.exchange import Wanted
from goodword.conversions.model import ConversionFact, OtherNames
from goodword.conversions.order import OrderFacts, OrderLine
from goodword.ports import Change
from goodword.programs.conditions import OneOf
from goodword.programs.model import ProgramVersion
from goodword.programs.rates import NewRate, Rates
from goodword.programs.rules import FlatReward, PercentageReward, Rule, TieredReward
from goodword.programs.tiers import Level, Tiers

from tests.simulation.abroad import Abroad, day_of, later
from tests.simulation.story import DAY_MS, HOUR_MS, Story
from tests.simulation.tales.changed import PAUSED
from tests.simulation.tales.payment import ANOTHER
from tests.simulation.tales.teller import Tale, Teller, plain
from tests.support.scene import PROGRAM

ACME = OneOf(of="brand", values=("acme",))


def _by_brand(teller: Teller) -> None:
    """A hundredth of an order, and a tenth of what of it is of Acme."""
    every, some = PercentageReward(basis_points=100), PercentageReward(basis_points=1_000)
    rules = (
        Rule(rule_id="every", action="sale", reward=every),
        Rule(rule_id="acme", action="sale", reward=some, when=ACME),
    )
    teller.promises(rules=rules)


def _of(acme: int, bolt: int, **facts: Any) -> OrderFacts:
    lines = [OrderLine(line_id="l1", net_minor=acme, brand="Acme")]
    lines += [OrderLine(line_id="l2", net_minor=bolt, brand="Bolt")]
    return OrderFacts(lines=tuple(lines), **facts)


def _earned(net: int, acme: int) -> int:
    return round(Fraction(net, 100)) + round(Fraction(acme, 10))


def _guessed(teller: Teller) -> None:
    """A checkout and its invoice, either first; the amounts, lines and taxes are the invoice's."""
    _by_brand(teller)
    draw, at_ms = teller.draw, teller.now_ms - HOUR_MS // 2
    one, two = ([draw.randrange(1_000, 40_000) for _ in range(2)] for _ in range(2))
    if draw.random() < 0.25:
        two = one
    taxed = draw.random() < 0.6
    click = teller.click("adv_maya")

    def fact(sizes: list[int], *, guessed: bool) -> ConversionFact:
        net = sum(sizes)
        more: dict[str, Any] = {"channel": "pos"} if guessed else {"country": "DE"}
        fields: dict[str, Any] = {
            "order": _of(*sizes, **more, nth=3 if guessed else 2),
            "gross_minor": net + net // 5,
            "occurred_ms": at_ms,
            "click_ids": (click,),
            "provisional": guessed,
            "prices_include_tax": taxed is (one == two or not guessed),
        }
        return teller.sold("a", net, **fields)

    told = [fact(one, guessed=True), fact(two, guessed=False)]
    teller.town.story.order("a").twin = ANOTHER
    first = draw.randrange(2)
    teller.tells(told[first])
    teller.ends()
    teller.owns(maya=_earned(sum(_whichever(one, two, first)), _whichever(one, two, first)[0]))
    paused = first == 0 and one != two and draw.random() < 0.4
    if paused:
        _turns(teller, "paused")
        teller.tells(told[1])
        teller.ends("order_differs")
        teller.owns(maya=_earned(sum(one), one[0]))
        _turns(teller, "active")
    for number in (1 - first, first, 1 - first):
        teller.tells(told[number])
        teller.ends()
        teller.owns(maya=_earned(sum(two), two[0]))
        teller.counts(maya=(1, 1, sum(two)))
    known = teller.conversion("a")
    said = [known["order"].get(name) for name in ("channel", "country", "nth")]
    teller.wants("what both know", said, ["pos", "DE", 3 if one == two and not first else 2])
    teller.tells(told[1].but(net_minor=sum(two) + draw.choice((-1, 1, 500))))
    teller.ends("order_differs")
    tax = draw.randrange(1, 90)
    back = draw.randrange(100, 900)
    teller.tells(teller.back("r1", "a", back + tax * taxed, tax_minor=tax))
    share = Fraction(back, sum(two))
    parts = round(Fraction(sum(two), 100)), round(Fraction(two[0], 10))
    teller.owns(maya=sum(part - round(part * share) for part in parts))


def _whichever(one: list[int], two: list[int], first: int) -> list[int]:
    """The lines of whichever was first."""
    return two if first else one


def _bare(teller: Teller) -> None:
    """An invoice, which says no lines, is one with its checkout: the lines are made to fit."""
    _by_brand(teller)
    draw, at_ms = teller.draw, teller.now_ms - HOUR_MS // 2
    sizes, click = [draw.randrange(1_000, 40_000) for _ in range(2)], teller.click("adv_maya")
    whole = sum(sizes)
    net = draw.choice((whole, whole - 1, whole + 1, draw.randrange(1_000, 90_000)))
    shared = (Fraction(net * sizes[0], whole) + Fraction(1, 2)).__floor__()
    acme = sizes[0] if net >= whole else shared
    fields: dict[str, Any] = {"occurred_ms": at_ms, "click_ids": (click,)}
    checkout = teller.sold("a", whole, order=_of(*sizes), provisional=True, **fields)
    name = draw.choice("ab")
    invoice = teller.sold(name, net, **fields | {"occurred_ms": at_ms + 1})
    for one in draw.sample((checkout, invoice), 2):
        teller.tells(one)
        teller.ends()
    if name == "b":
        teller.tells(names=(OtherNames(order_id="a", aliases=("b",)),))
        teller.ends()
    teller.owns(maya=_earned(net, acme))
    teller.counts(maya=(1, 1, net))


def _turns(teller: Teller, state: str) -> None:
    said = teller.asks("usr_marta", PAUSED, "marketer", state=state, reason="other")
    teller.wants(state, said, "")


def _nobodys(teller: Teller) -> None:
    """What nobody brought, or what a person has refused, has other amounts by now; twice told."""
    draw = teller.draw
    one, two, third = (draw.randrange(100, 90_000, 10) for _ in range(3))
    at_ms, refused = teller.now_ms - HOUR_MS // 2, draw.random() < 0.5
    brought: dict[str, Any] = {"click_ids": (teller.click("adv_maya"),), "occurred_ms": at_ms}
    other = teller.sold("b", third, friend="c2", **brought)
    fact = teller.sold("a", one, provisional=True, **brought)
    teller.town.story.order("a").twin = ANOTHER
    fact = fact if refused else fact.but(click_ids=())
    for each in draw.sample((fact, other), 2):
        teller.tells(each)
    if refused:
        (reward,) = teller.of_order("a")
        path = f"/v1/rewards/{reward.reward_id}/refuse"
        teller.wants("no", teller.asks("usr_fatima", path, reason_code="fraud"), "")
        if draw.randrange(2):
            (reward,) = teller.of_order("b")
            path = f"/v1/rewards/{reward.reward_id}/approve"
            teller.wants("yes", teller.asks("usr_fatima", path, reason_code="other"), "")
    teller.counts(maya=(1 + refused, 1 + refused, third + one * refused))
    again = fact.but(net_minor=two, gross_minor=two + 7, provisional=False)
    for _ in range(2):
        teller.tells(again)
        teller.ends()
        teller.owns(maya=third // 10)
        teller.counts(maya=(1 + refused, 1 + refused, third + two * refused))
        said = teller.conversion("a")
        wanted = two, two + 7, "qualified" if refused else "unattributed"
        teller.wants("a", (said["net_minor"], said["gross_minor"], said["state"]), wanted)
    retold = [one.plain for one in teller.town.dynamo.of_kind("event")]
    retold = [one["data"] for one in retold if one["type"] == "conversion.retold"]
    told = [(one["net_minor"], one.get("advocate_id")) for one in retold]
    teller.wants("told", told, [(two, "adv_maya" if refused else None)] * (one != two))
    teller.tells(teller.back("r1", "a", two // 2))
    left = two - two // 2
    teller.counts(maya=(1 + refused, 1 + refused, third + left * refused))
    teller.tells(fact.but(click_ids=(teller.click("adv_ben", HOUR_MS * 3 // 4),)))
    teller.ends()
    ben = round(Fraction(two, 10))
    ben -= round(Fraction(ben * (two // 2), two))
    teller.owns(maya=third // 10, ben=ben)
    teller.counts(maya=(1, 1, third), ben=(1, 1, left))


def _looked_at(draw: Random) -> Story:
    """Somebody has to look at every reward."""
    return replace(plain(draw), limit=0)


def _far(draw: Random) -> Story:
    """Euros; the rest is changed, at a rate of the day or of two days before."""
    return replace(plain(draw), rates={"2025-01-01": "1"}, abroad=Abroad(days=2), hold_days=60)


def _stated(teller: Teller, currency: str, day: str, rate: str, *, inverse: bool = False) -> None:
    base, quote = (currency, "EUR") if inverse else ("EUR", currency)
    said = {"day": day, "base": base, "quote": quote, "rate": rate, "source": "ECB"}
    desk = teller.town.desk(teller.town.person("usr_fatima"))
    told = [NewRate.model_validate(said)]
    teller.wants("a rate", teller.tries("usr_fatima", lambda: Rates(desk).put(told)), "")


def _apart(teller: Teller) -> None:
    """Orders of two days and two currencies: each goes on when its own rate is there."""
    _by_brand(teller)
    draw, now_ms = teller.draw, teller.now_ms
    orders = {"a": ("USD", 0), "b": ("USD", 20), "c": ("GBP", 0), "d": ("USD", 3)}
    rates = {name: draw.choice(("1.0834", "0.5", "1.333333", "2")) for name in orders}
    sizes = {name: [draw.randrange(1_000, 40_000) for _ in range(2)] for name in orders}
    facts: dict[str, ConversionFact] = {}
    for name in draw.sample(list(orders), len(orders)):
        currency, days = orders[name]
        at_ms = now_ms - days * DAY_MS - HOUR_MS // 2
        clicks = (teller.click("adv_maya", teller.now_ms - at_ms + HOUR_MS),)
        fields: dict[str, Any] = {"currency": currency, "occurred_ms": at_ms, "friend": name}
        order = _of(*sizes[name])
        facts[name] = teller.sold(name, sum(sizes[name]), order=order, click_ids=clicks, **fields)
        teller.tells(facts[name])
        teller.orders(**{name: ["waiting"]})
    lead = teller.sold("u1", 0, "adv_ben", friend="u1", action="lead", currency="USD")
    teller.tells(lead)
    teller.orders(u1=["disqualified"])
    done: set[str] = set()
    owned = dict.fromkeys(orders, 0)
    for name in draw.sample(list(orders), len(orders)):
        currency, days = orders[name]
        day = day_of(now_ms - days * DAY_MS - HOUR_MS // 2, "UTC")
        inverse = draw.randrange(2) == 0
        day = later(day, -2) if name == "a" else day
        _stated(teller, currency, day, rates[name], inverse=inverse)
        owned[name] = _changed(sizes[name], rates[name], inverse=inverse)
        done |= {name}
        teller.days(0)
        teller.owns(maya=sum(owned.values()))
        teller.orders(**{each: ["qualified" if each in done else "waiting"] for each in orders})
        near = {"a"} & {*orders} - done if "d" in done else set()
        near |= {"d"} & {*orders} - done if "a" in done else set()
        wanted = Wanted(teller.town.memory)
        ready = len(list(wanted.ready()))
        waits = len(orders) - len(done)
        teller.wants("missing", (ready, wanted.missing), (len(near), waits - len(near)))
    _stated(teller, "USD", day_of(now_ms - HOUR_MS // 2, "UTC"), "7.7")
    _again(teller, facts["a"], owned)


def _changed(sizes: list[int], rate: str, *, inverse: bool) -> int:
    """In euros, and what of it is of Acme: the larger remainder gets the cent, or the first."""
    factor = Fraction(rate) if inverse else 1 / Fraction(rate)
    home = round(sum(sizes) * factor)
    acme = (Fraction(home * sizes[0], sum(sizes)) + Fraction(1, 2)).__floor__()
    return _earned(home, acme)


def _again(teller: Teller, fact: ConversionFact, owned: dict[str, int]) -> None:
    """It becomes another's, at the rate that it was decided with."""
    before = teller.decided("a").basis
    teller.wants("before", before.before_minor, fact.net_minor)
    ben = owned.pop("a")
    teller.tells(fact.but(click_ids=(teller.click("adv_ben", HOUR_MS * 3 // 4),)))
    teller.ends()
    teller.owns(maya=sum(owned.values()), ben=ben)
    after = teller.decided("a").basis
    teller.wants("its rate", (after.rate, after.before_minor), (before.rate, fact.net_minor))


def _laddered(teller: Teller, names: tuple[str, str], least: int, worth: tuple[int, int]) -> None:
    """The newest version pays by these two levels, the second one from so many orders on."""
    every: list[ProgramVersion] = teller.town.all(ProgramVersion)
    newest = max((one for one in every if one.program_id == PROGRAM), key=lambda one: one.number)
    by_level: Any = {
        name: FlatReward(amount_minor=each) for name, each in zip(names, worth, strict=True)
    }
    rule = Rule(rule_id="level", action="sale", reward=TieredReward(by_level=by_level))
    levels = tuple(
        Level(name=name, at_least=each) for name, each in zip(names, (0, least), strict=True)
    )
    tiers = Tiers(measure="orders", levels=levels)
    change = Change()
    change.replace(newest.but(terms=newest.terms.but(rules=(rule,), tiers=tiers)))
    teller.town.memory.commit(change)


def _levels(teller: Teller) -> None:
    """A later click is of terms whose levels have other names, or begin elsewhere."""
    draw, start_ms = teller.draw, teller.now_ms
    first, second = ("bronze", "silver"), draw.choice((("bronze", "silver"), ("red", "blue")))
    least, newer = draw.choice((1, 2, 3)), draw.choice((1, 2, 3))
    worth, more = (draw.sample(range(1, 900), 2) for _ in range(2))
    more = worth if draw.random() < 0.4 else more
    _laddered(teller, first, least, (worth[0], worth[1]))
    teller.publishes(teller.town.story, start_ms)
    _laddered(teller, second, newer, (more[0], more[1]))
    owned = 0
    for number in range(3):
        at_ms = start_ms + (number + 1) * HOUR_MS
        teller.to(at_ms + HOUR_MS // 2)
        early = teller.click("adv_maya", teller.now_ms - start_ms + HOUR_MS)
        name = f"o{number}"
        fact = teller.sold(name, 5_000, friend=name, occurred_ms=at_ms, click_ids=(early,))
        teller.tells(fact)
        was = number >= least
        earned = worth[was]
        teller.owns(maya=owned + earned)
        if draw.random() < 0.6:
            late = teller.click("adv_maya", teller.now_ms - at_ms + HOUR_MS // 2)
            teller.tells(fact.but(click_ids=(late,)))
            at_level = was if second == first else number >= newer
            earned = more[at_level]
            said = teller.decided(name)
            wanted = second[at_level], 2
            teller.wants("its level", (said.basis.level, said.version_number), wanted)
        owned += earned
        teller.owns(maya=owned)
        teller.counts(maya=(number + 1, number + 1, 5_000 * (number + 1)))


KNOWN_BETTER = (
    Tale("levels of other names", _levels, judged=False),
    Tale("an invoice without lines", _bare, judged=False),
    Tale("an invoice knows better", _guessed, judged=False),
    Tale("what earned nothing is retold", _nobodys, _looked_at, judged=False),
    Tale("several wait for rates", _apart, _far, judged=False),
)
