"""What people do about orders: grant one by any of its names, and look after what was kept.

A grant is of this order alone, of the terms of its day, and stands once. What is kept is listed by
when it came; what names several orders waits until all of them are there.
"""

from dataclasses import replace
from fractions import Fraction

from goodword.conversions.intake import list_kept
from goodword.conversions.model import Conversion, OtherNames
from goodword.ports import Change
from goodword.trust.dispute import GrantedOrder
from goodword.trust.signals import Signals

from tests.simulation.story import DAY_MS, HOUR_MS
from tests.simulation.tales.granted import grants
from tests.simulation.tales.keeping_back import ORDER_TRIES, swept
from tests.simulation.tales.teller import Tale, Teller
from tests.support.scene import PROGRAM

SIGN_UP = 200


def _named(teller: Teller) -> None:
    """An order, or a sign-up, that nobody brought; by its name with a `#`, or without."""
    draw = teller.draw
    net, is_lead = draw.randrange(100, 90_000, 10), draw.random() < 0.4
    bare = str(draw.randrange(1_000, 9_999))
    told, asked = draw.sample((bare, f"#{bare}"), 2)
    if is_lead:
        teller.tells(teller.sold(told, 0, friend="c9", action="lead"))
    else:
        teller.tells(teller.sold(told, net, friend="c9"))
    earned = SIGN_UP if is_lead else net // 10
    teller.owns()
    _elsewhere(teller, told)
    asked = draw.choice((asked, told))
    teller.wants("a grant", grants(teller, asked), "")
    teller.owns(maya=earned)
    for who in ("maya", "third", "maya"):
        teller.wants("again", grants(teller, asked, who=who), "conversion_locked")
        teller.owns(maya=earned)
    teller.counts(maya=(0, 0, 0) if is_lead else (1, 1, net))
    teller.tells(teller.sold("next", 5_000, friend="c9"))
    teller.orders(next=["unattributed"])
    teller.to(teller.now_ms + 2 * HOUR_MS)
    teller.tells(teller.sold("bens", 7_000, "adv_ben", friend="c9"))
    teller.owns(maya=earned, ben=700)
    teller.tells(teller.sold("free", 0, friend="c8"))
    teller.wants("nothing", grants(teller, "free"), "grant_earns_nothing")
    teller.orders(free=["unattributed"])
    teller.owns(maya=earned, ben=700)


def _elsewhere(teller: Teller, name: str) -> None:
    """It is no order of this programme."""
    every: list[Conversion] = teller.town.all(Conversion)
    (own,) = (one for one in every if one.order_id == name)
    there = own.but(conversion_id="cnv_elsewhere", program_id="prg_elsewhere", version=0)
    change = Change()
    change.create(there)
    teller.town.memory.commit(change)
    for one in ("cnv_elsewhere", "cnv_nowhere"):
        teller.wants(one, grants(teller, name, name=one), "unknown_conversion")
    change = Change()
    change.delete(there.but(version=1))
    teller.town.memory.commit(change)


def _of_its_day(teller: Teller) -> None:
    """Of the terms that held when it happened, told or not; never later than now."""
    draw, story = teller.draw, teller.town.story
    at_ms, now_ms = teller.now_ms - 2 * HOUR_MS, teller.now_ms
    teller.publishes(replace(story, versions=[replace(story.versions[0], points=2_500)]), at_ms)
    net, owned = draw.randrange(100, 90_000, 20), 0
    times = [at_ms - 1, at_ms, at_ms + 1, now_ms - 1]
    for number, time_ms in enumerate(draw.sample(times, 2)):
        name = f"o{number}"
        order = None
        if draw.randrange(2):
            teller.tells(teller.sold(name, net, friend=name, occurred_ms=time_ms))
        else:
            order = GrantedOrder(order_id=name, net_minor=net, occurred_ms=time_ms)
            teller.knows(name, net, at_ms=time_ms)
        before_ms = teller.now_ms
        teller.wants("a grant", grants(teller, name, order), "")
        if order is not None:
            said = teller.conversion(name)
            when = said["occurred_ms"], said["received_ms"] >= before_ms
            teller.wants("when", when, (time_ms, True))
        owned += net // 4 if time_ms >= at_ms else net // 10
        teller.owns(maya=owned)
    far = draw.choice((1, DAY_MS - HOUR_MS, DAY_MS))
    late = GrantedOrder(order_id="late", net_minor=net, occurred_ms=teller.now_ms + far)
    teller.knows("late", net)
    too_late = late.but(occurred_ms=teller.now_ms + DAY_MS + HOUR_MS)
    teller.wants("too late", grants(teller, "late", too_late), "order_in_the_future")
    granted_ms = teller.now_ms
    teller.wants("a grant", grants(teller, "late", late), "")
    owned += net // 4
    teller.owns(maya=owned)
    said = teller.conversion("late")
    times = [said["occurred_ms"], said["received_ms"]]
    teller.wants("when", max(times) - granted_ms < HOUR_MS and times[0] <= times[1], True)
    _signs_up(teller, owned)


def _signs_up(teller: Teller, owned: int) -> None:
    """A sign-up that nobody reported, then reported, beside an order of its id."""
    lead = GrantedOrder(order_id="u7", action="lead", occurred_ms=teller.now_ms - 1)
    teller.knows("u7", 0, action="lead")
    teller.wants("a sign-up", grants(teller, "u7", lead), "")
    teller.owns(maya=owned + SIGN_UP)
    facts = [
        teller.sold("u7", 0, "adv_ben", friend="c7", action="lead"),
        teller.sold("u7", 3_000, "adv_ben", friend="c7"),
    ]
    for fact in teller.draw.sample(facts, 2):
        teller.tells(fact)
        teller.ends()
    teller.owns(maya=owned + SIGN_UP, ben=750)
    wanted = ("qualified", "qualified")
    teller.orders(u7=wanted)


def _listed(teller: Teller) -> None:
    """What is kept, by when it came: from the first millisecond on, and before the last."""
    draw = teller.draw
    teller.tells(teller.sold("a", draw.randrange(100, 90_000, 10), "adv_maya"))
    came: list[int] = []
    for number in range(4):
        teller.to(teller.now_ms + draw.choice((1, HOUR_MS)))
        teller.tells(teller.back(f"r{number}", "a", 5, currency="USD"))
        teller.ends("currency_mismatch")
        kept = [one.plain for one in teller.town.dynamo.of_kind("delivery")]
        came.append(max(one["received_ms"] for one in kept))
    edges = [came[0], came[1], came[3], came[0] - 1, came[2] + 1, came[3] + 1, -5, 0]
    for _ in range(8):
        since_ms, until_ms = draw.choice(edges), draw.choice((None, *edges))
        found: list[int] = []
        cursor: str | None = None
        for _ in range(9):
            page = list_kept(
                teller.town.memory,
                PROGRAM,
                limit=draw.choice((1, 3)),
                cursor=cursor,
                since_ms=since_ms,
                until_ms=until_ms,
            )
            found += [one.received_ms for one in page.rows]
            cursor = page.cursor
            if cursor is None:
                break
        most = came[3] + 1 if until_ms is None else until_ms
        wanted = [one for one in came if since_ms <= one < most]
        teller.wants(f"kept from {since_ms} to {until_ms}", found, wanted)


def _several(teller: Teller) -> None:
    """A delivery names two orders; the second one comes later, or never."""
    draw = teller.draw
    net, other = draw.randrange(100, 90_000, 10), draw.randrange(100, 90_000, 10)
    teller.tells(teller.sold("a", net, "adv_maya"))
    shows = draw.choice(((True, False), (False, True), (True, True), (False, False)))
    names = [
        OtherNames(
            order_id=name,
            aliases=(f"{name}2",),
            signals=Signals(card=f"card {name}") if shown else Signals(),
        )
        for name, shown in zip("ab", shows, strict=True)
    ]
    teller.tells(names=draw.sample(names, 2))
    teller.ends(state="waiting")
    teller.tells(teller.back("r1", "a2", net))
    teller.owns()
    parked = draw.randrange(2)
    if parked:
        teller.tells(teller.back("r2", "b2", other // 2))
        teller.ends()
    sweeps = draw.choice((0, 1, ORDER_TRIES - 1, ORDER_TRIES, ORDER_TRIES))
    for number in range(1, sweeps + 1):
        swept(teller)
        is_last = number == ORDER_TRIES
        end = ("ignored" if all(shows) else "not_understood") if is_last else "waiting"
        _second(teller, (end, "unknown_order" if is_last else ""))
    teller.tells(teller.sold("b", other, "adv_ben", friend="c2"))
    teller.owns(ben=other // 10)
    swept(teller)
    if sweeps < ORDER_TRIES:
        _second(teller, ("booked", ""))
        left = other // 10
        left -= round(Fraction(left * (other // 2), other)) if parked else 0
        teller.owns(ben=left)
        teller.tells(teller.back("r3", "b2", None))
        teller.owns()


def _second(teller: Teller, wanted: tuple[str, str]) -> None:
    """What became of the second delivery."""
    found = [one.plain for one in teller.town.dynamo.of_kind("delivery")]
    (second,) = (one for one in found if one["delivery_id"] == "d2")
    teller.wants("two orders", (second["state"], second.get("reason", "")), wanted)


BY_STAFF = (
    Tale("granted by any name", _named, judged=False),
    Tale("granted of its day", _of_its_day, judged=False),
    Tale("what was kept, by when it came", _listed),
    Tale("names of two orders", _several),
)
