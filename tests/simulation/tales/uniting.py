"""One payment is told under several names, as several orders, until somebody says that it is one.

The one that happened first is kept, whenever it is told; what the others earned is taken back,
where it stands. Who had the last touch of all before it earns it, unless it is due by then.
"""

from dataclasses import replace
from random import Random
from typing import Any

from goodword.conversions.model import OtherNames

from tests.simulation.story import DAY_MS, HOUR_MS, PEOPLE, Story
from tests.simulation.tales.payment import ANOTHER, One, Payment, short
from tests.simulation.tales.teller import Tale, Teller, plain


def _thrice(teller: Teller) -> None:
    """In two steps, the earliest told first or last."""
    draw, payment = teller.draw, Payment(teller)
    net, base_ms = draw.randrange(3_001, 60_000), teller.now_ms - 5 * HOUR_MS
    times = sorted(draw.sample(range(4 * HOUR_MS), 3))
    names = [f"p{place}" for place in range(3)]
    at_ms = {name: base_ms + late for name, late in zip(names, times, strict=True)}
    friend = draw.choice(("c1", "", None))
    order = draw.choice((["p1", "p2", "p0"], ["p2", "p1", "p0"], names, draw.sample(names, 3)))
    nets = dict.fromkeys(names, net)
    if draw.random() < 0.3:
        nets[draw.choice(names)] += draw.choice((-1, 1000))
    friends = {name: "" if friend is None else friend or name for name in names}
    for name in order[:2]:
        payment.told(name, at_ms[name], nets[name], friends[name])
        payment.holds()
    due = draw.random() < 0.4
    if draw.random() < 0.6:
        payment.comes_back(draw.choice(order[:2]), draw.choice((net // 3, 700, 699, None)))
    if draw.random() < 0.3:  # the same refund, told of both
        amount = draw.choice((1, net // 4))
        for name in order[:2]:
            payment.comes_back(name, amount, "same")
    if due:
        teller.days(draw.choice((2, 9)))
        payment.holds()
        payment.comes_back(order[0], draw.choice((None, 1, 2)))
    payment.joins(*draw.sample(order[:2], 2))
    if draw.random() < 0.5:
        payment.comes_back(draw.choice(order[:2]), draw.choice((net // 5, 900, net)))
    payment.told(order[2], at_ms[order[2]], nets[order[2]], friends[order[2]])
    payment.holds()
    if draw.random() < 0.8:
        payment.comes_back(order[2], net // 7)
    payment.joins(*draw.sample([order[2], draw.choice(order[:2])], 2))
    for name in draw.sample(names, 2):
        payment.comes_back(name, draw.choice((net // 9, 1)))
    payment.settles()


def _retold(teller: Teller) -> None:
    """A checkout only guesses what an invoice knows; told as one order, or as two."""
    draw, payment = teller.draw, Payment(teller)
    first, second = ((draw.randrange(3_000, 60_000), draw.random() < 0.5) for _ in range(2))
    if draw.random() < 0.2:
        second = first[0], second[1]
    at_ms = teller.now_ms - draw.choice((HOUR_MS, DAY_MS + 1, DAY_MS))
    later_ms = draw.choice((1, HOUR_MS * 3 // 2)) * draw.choice((1, 1, -1))
    one = _tells(payment, "a", at_ms, first)
    payment.holds()
    if draw.random() < 0.5:
        of, size = draw.choice((("net", one.net), ("gross", one.gross)))
        payment.comes_back("a", draw.choice((size // 3, size - 1, size, None)), of=of)
    if draw.random() < 0.3:
        teller.days(1)
        payment.holds()
    if draw.random() < 0.3:
        _tells_again(payment, one, second, later_ms)
    else:
        other = _tells(payment, "b", at_ms + later_ms, second)
        payment.holds()
        if draw.random() < 0.3:
            payment.comes_back("b", other.net // 2)
        kept, gone = sorted((one, other), key=lambda each: each.at_ms)
        _says_that_they_are_one(payment, kept, gone)
    for of in ("gross", "net"):
        payment.comes_back("a", draw.choice((0, 1, one.gross // 7)), of=of)
    payment.settles()


def _tells(payment: Payment, name: str, at_ms: int, what: tuple[int, bool]) -> One:
    return payment.told(name, at_ms, what[0], "c1", **_sums(payment, *what))


def _sums(payment: Payment, net: int, guessed: bool) -> dict[str, Any]:
    gross = net + payment.draw.choice((-1, 0, net // 5))
    return {"provisional": guessed, "gross_minor": gross}


def _differ(kept: One, net: int, gross: int, guessed: bool) -> bool:
    """Whether somebody has to look at two that both know, or at one that comes too late."""
    if (kept.net, kept.gross) == (net, gross):
        return False
    return kept.provisional == guessed or (kept.provisional and kept.locked)


def _tells_again(payment: Payment, one: One, second: tuple[int, bool], later_ms: int) -> None:
    """The order itself is told once more."""
    teller, (net, guessed) = payment.teller, second
    fields = _sums(payment, *second)
    gross = max(net, fields["gross_minor"])
    differ = _differ(one, net, gross, guessed)
    fields |= {"occurred_ms": one.at_ms + later_ms, "friend": "c1"}
    fact = teller.sold("a", net, **fields)
    if one.provisional and not guessed and not differ:
        one.net, one.gross = net, gross
    teller.knows("a", one.net, gross=one.gross, twin=ANOTHER)
    teller.tells(fact)
    teller.ends("order_differs" if differ else "")
    one.provisional = one.provisional and (guessed or differ)
    payment.holds()


def _says_that_they_are_one(payment: Payment, kept: One, gone: One) -> None:
    """One of them does, or another delivery, or a third name has both for its own."""
    teller, draw = payment.teller, payment.draw
    why = "order_differs" if _differ(kept, gone.net, gone.gross, gone.provisional) else ""
    names = draw.sample(("a", "b"), 2)
    if draw.random() < 0.5:
        payment.joins(names[0], names[1], why)
        return
    known = payment.of(names[0])
    amounts: dict[str, Any] = {"gross_minor": known.gross, "provisional": known.provisional}
    fields: dict[str, Any] = {
        "occurred_ms": known.at_ms,
        "friend": "",
        "aliases": tuple(names),
    } | amounts
    teller.tells(teller.sold("z", known.net, **fields))
    teller.ends(why)
    payment.are_one("a", "b")
    payment.holds()


def _with_points(draw: Random) -> Story:
    """In some, seven points come beside the money."""
    return replace(plain(draw), extra=draw.choice((0, 7)))


def _looked_at(draw: Random) -> Story:
    """Somebody has to look at every reward."""
    return replace(plain(draw), limit=0)


def _refused(teller: Teller) -> None:
    """Of one of the two somebody has refused the reward."""
    draw, net = teller.draw, teller.draw.randrange(100, 90_000, 10)
    people = {"a": "adv_maya", "b": draw.choice(("adv_maya", "adv_ben"))}
    for ago_ms, name in enumerate(("b", "a")):
        click = teller.click(people[name], 2 * HOUR_MS - (name == "b"))
        at_ms = teller.now_ms - HOUR_MS - ago_ms
        fact = teller.sold(name, net, occurred_ms=at_ms, friend=name, click_ids=(click,))
        teller.tells(fact)
    refused = draw.choice("ab")
    (reward,) = teller.of_order(refused)
    path = f"/v1/rewards/{reward.reward_id}/refuse"
    teller.wants("no", teller.asks("usr_fatima", path, reason_code="fraud"), "")
    left = people["a" if refused == "b" else "b"]
    teller.owns(**short({left: net // 10}))
    teller.tells(names=(OtherNames(order_id="a", aliases=("b",)),))
    teller.ends()
    won = people["b"]  # whose click is later
    is_maya = won == "adv_maya"
    owned = 0 if is_maya and refused == "a" else net // 10
    teller.owns(**short({won: owned}))
    teller.wants("refused", [one.order_id for one in teller.rewards("rejected")], [refused])
    teller.counts(**short({won: (1, 1, net)}))
    teller.pays()
    teller.paid(**short({won: owned}))


def _of_friends(draw: Random) -> Story:
    """Who brought somebody keeps them."""
    return replace(plain(draw), sticky=True)


def _befriended(teller: Teller) -> None:
    """Two customers were one: what the second one bought is of whoever brought them first."""
    draw, hour = teller.draw, HOUR_MS
    net, other = draw.randrange(100, 90_000, 10), draw.randrange(100, 90_000, 10)
    now_ms = teller.now_ms
    first, second = draw.sample(PEOPLE, 2)
    facts = {
        "a": teller.sold("a", net, friend="c1", occurred_ms=now_ms - 5 * hour),
        "b": teller.sold("b", net, friend="c2", occurred_ms=now_ms - 4 * hour),
        "x": teller.sold("x", other, friend="c2", occurred_ms=now_ms - 3 * hour),
    }
    clicks = {"a": (first, 6), "b": (second, 7), "x": (second, 3.5)}
    for name in draw.choice(("abx", "xba", "bax")):
        person, ago = clicks[name]
        click = teller.click(person, round(ago * hour))
        teller.tells(facts[name].but(click_ids=(click,)))
    teller.owns(**short({first: net // 10, second: (net + other) // 10}))
    late = draw.random() < 0.4
    if late:
        teller.days(2)
    teller.tells(names=(OtherNames(order_id="b", aliases=("a",)),))
    teller.ends()
    kept = {first: net // 10, second: other // 10}
    teller.owns(**short(kept if late else {first: (net + other) // 10}))
    teller.tells(teller.sold("y", 1_000, friend="c1", click_ids=(teller.click(second),)))
    teller.tells(teller.sold("z", 3_000, friend="c2", click_ids=(teller.click(second),)))
    before = kept if late else {first: (net + other) // 10}
    owned = before | {first: before[first] + 400}
    teller.owns(**short(owned))
    teller.pays()
    teller.paid(**short(owned))


UNITING = (
    Tale("one payment told thrice", _thrice, _with_points),
    Tale("one payment told better", _retold),
    Tale("one payment refused as one of two", _refused, _looked_at),
    Tale("one payment of one friend", _befriended, _of_friends),
)
