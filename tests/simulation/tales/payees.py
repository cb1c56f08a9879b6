"""Who is in which run, with how much, and for which reason the others are left out of it.

What is due a moment before the cut-off and was earned a moment before the period's end is paid;
what comes a millisecond later waits, and is in the run after that.
"""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from goodword.advocates.model import Enrolment, PayoutMethod
from goodword.payouts.model import Exclusion, Payout, PayoutRun
from goodword.payouts.stops import PayoutStop
from goodword.ports import Change

from tests.simulation.paydays import Paying, calendar
from tests.simulation.story import DAY_MS, HOUR_MS, PEOPLE, Story
from tests.simulation.tales.teller import Tale, Teller, plain
from tests.simulation.timing import turn
from tests.support.desk import PlainIndex

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland")
Listed = dict[str, int]


def calendars(draw: Random) -> Story:
    """Paid in any rhythm that is not too slow, days after its end or at once, anywhere."""
    paying = Paying(
        cadence=draw.choice(("daily", "weekly", "every_n_days")),
        net_days=draw.choice((0, 2, 3)),
        business_day=draw.choice(("none", "next", "previous")),
        zone=draw.choice(ZONES),
        anchor=draw.choice((1, 3, 7)),
        weekend=draw.choice(((6, 7), (5, 6), (7,), ())),
        holidays=draw.choice(((), ("2025-11-27", "2025-11-28", "2025-12-01"))),
    )
    one = paying if paying.cadence == "weekly" else replace(paying, anchor=1)
    return replace(plain(draw), paying=one)


def daily(draw: Random) -> Story:
    """Paid at every midnight."""
    return replace(plain(draw), paying=Paying("daily"))


class Desk:
    """The runs of a programme, and who is in them."""

    def __init__(self, teller: Teller) -> None:
        self.teller, self._sold = teller, 0

    def sells(self, person: str, amount: int) -> None:
        """Somebody earns so much now, to the cent."""
        self._sold += 1
        name = f"o{self._sold}"
        self.teller.tells(self.teller.sold(name, amount * 10, person, friend=name))

    def earns(self, person: str, least: int = 50) -> int:
        """Somebody earns an amount."""
        amount = self.teller.draw.randrange(least, 5_000)
        self.sells(person, amount)
        return amount

    def midnight(self) -> None:
        """The next one, and its run passes; then it is an hour later."""
        self.teller.at((self.teller.now_ms // DAY_MS + 1) * DAY_MS)
        self.passes()
        self.teller.at(self.teller.now_ms + HOUR_MS)

    def passes(self) -> None:
        """People let pass whatever waits for them."""
        for _ in range(3):
            self.teller.press()
            self.teller.settle()
            self.teller.goes_on()

    def run(self) -> PayoutRun:
        """The newest."""
        every: list[PayoutRun] = self.teller.town.all(PayoutRun)
        return max(every, key=lambda one: one.cutoff_ms)

    def lists(self, what: str, paid: Listed, out: dict[str, tuple[str, int]]) -> None:
        """Who is in the newest run with how much, and why who is not."""
        town, run_id = self.teller.town, self.run().run_id
        payouts: list[Payout] = town.all(Payout)
        said = {one.advocate_id: one.amount_minor for one in payouts if one.run_id == run_id}
        self.teller.wants(f"in the run, {what}", said, paid)
        gone: list[Exclusion] = [one for one in town.all(Exclusion) if one.run_id == run_id]
        left = {one.advocate_id: (one.reason, one.amount_minor) for one in gone}
        self.teller.wants(f"left out, {what}", left, out)


def _moments(teller: Teller) -> None:
    """Three orders around the cut-off, or around the end of its period."""
    draw, desk, paying = teller.draw, Desk(teller), teller.town.story.paying
    ends = calendar(paying)
    able = [one for one in sorted(ends) if one > teller.now_ms + 6 * DAY_MS]
    cutoff_ms, following_ms = able[0], able[1]
    end_ms = ends[cutoff_ms]
    apart = end_ms + DAY_MS < cutoff_ms  # so that the end decides, and not the hold
    due_ms = cutoff_ms - DAY_MS
    kinds = ["end", "end", "due"] if apart else ["due"] * 3
    if due_ms >= end_ms and not apart:
        kinds = []  # neither alone decides
    orders = []
    for person, kind in zip(PEOPLE, kinds, strict=False):
        at_ms = (end_ms if kind == "end" else due_ms) + draw.choice((-1, -1, 0, 1))
        orders.append((at_ms, person, draw.randrange(50, 5_000)))
    for at_ms, person, amount in sorted(orders):
        teller.to(at_ms)
        desk.sells(person, amount)
    teller.at(cutoff_ms - 1)
    made: list[PayoutRun] = teller.town.all(PayoutRun)
    teller.wants("not before", [one for one in made if one.cutoff_ms >= cutoff_ms], [])
    teller.at(cutoff_ms)
    teller.wants("the cut-off", desk.run().cutoff_ms, cutoff_ms)
    teller.wants("its end", desk.run().ended_ms, end_ms)
    paid = {person: amount for at_ms, person, amount in orders if at_ms < min(end_ms, due_ms)}
    out = {}
    for at_ms, person, amount in orders:
        if person not in paid and at_ms + DAY_MS <= cutoff_ms:
            out[person] = ("later_period" if at_ms >= end_ms else "after_cutoff", amount)
    desk.lists("at the cut-off", paid, out)
    desk.passes()
    rest = {person: amount for _, person, amount in orders if person not in paid}
    teller.at(following_ms)
    if ends[following_ms] > max([one for one, _, _ in orders], default=0):
        desk.lists("then", rest, {})


def _minimum(teller: Teller) -> None:
    """To the cent: who has as much is paid, who lacks one waits until it is earned."""
    draw, desk = teller.draw, Desk(teller)
    least = draw.randrange(100, 4_000)
    teller.town.story.paying = replace(teller.town.story.paying, minimum=least)
    teller.promises(payment=teller.terms().payment.but(minimum_minor=least))
    maya, ben, third = PEOPLE
    desk.sells(maya, least)
    desk.sells(ben, least - 1)
    desk.sells(third, least // 2)
    desk.sells(third, least - least // 2)
    desk.midnight()
    desk.midnight()
    small = {ben: ("below_minimum", least - 1)}
    desk.lists("at first", {maya: least, third: least}, small)
    desk.midnight()
    desk.lists("put aside", {}, {})
    lowered = draw.random() < 0.5
    if lowered:
        teller.town.story.paying = replace(teller.town.story.paying, minimum=least - 1)
        teller.promises(payment=teller.terms().payment.but(minimum_minor=least - 1))
    else:
        desk.sells(ben, 1)
        desk.midnight()
        desk.lists("not due so far", {}, {})
    desk.midnight()
    desk.lists("at last", {ben: least - lowered}, {})


def _debts(teller: Teller) -> None:
    """What is taken back of a payment that was made is netted with what is earned next."""
    draw, desk, (maya, *_) = teller.draw, Desk(teller), PEOPLE
    first = desk.earns(maya)
    desk.midnight()
    desk.midnight()
    desk.lists("first", {maya: first}, {})
    owed = draw.choice((first, draw.randrange(1, first)))
    teller.tells(teller.back("r1", "o1", owed * 10))
    teller.owns(maya=first - owed)
    second = draw.choice((max(1, owed - 1), owed, owed + 1, draw.randrange(1, 2 * owed)))
    desk.sells(maya, second)
    desk.midnight()
    desk.lists("owing", {}, {maya: ("negative_balance", -owed)})
    desk.midnight()
    if second < owed:
        desk.lists("less, and noted before", {}, {})
        third = owed - second + draw.randrange(0, 900)
        desk.sells(maya, third)
        desk.midnight()
        desk.midnight()
        second += third
    rest = second - owed
    desk.lists("in the end", {maya: rest} if rest else {}, {})
    teller.paid(maya=first + rest)
    if rest:
        newest = max(teller.town.all(Payout), key=lambda one: one.created_ms)
        teller.wants("its carry", newest.carry_minor, -owed)
        sums = sum(one.amount_minor for one in newest.rewards)
        teller.wants("its rewards", sums, second)


Bar = Callable[[Teller, str], Callable[[], object]]


def _turned(state: str, *, keeps: bool = False) -> Bar:
    def bar(teller: Teller, who: str) -> Callable[[], object]:
        def put(to: str) -> None:
            turn(teller.town, who, to)  # type: ignore[arg-type]  # a state
            (one,) = (each for each in teller.town.all(Enrolment) if each.advocate_id == who)
            change = Change()
            change.replace(one.but(keeps_earned=keeps))
            teller.town.memory.commit(change)

        put(state)
        return lambda: put("active")

    return bar


def _method(**fields: str) -> Bar:
    def bar(teller: Teller, who: str) -> Callable[[], object]:
        def put(**said: str) -> None:
            (one,) = (each for each in teller.town.all(PayoutMethod) if each.advocate_id == who)
            change = Change()
            change.replace(one.but(**said))
            teller.town.memory.commit(change)

        (before,) = (one for one in teller.town.all(PayoutMethod) if one.advocate_id == who)
        put(**fields)
        return lambda: put(**{name: getattr(before, name) for name in fields})

    return bar


def _held(teller: Teller, who: str) -> Callable[[], object]:
    hold = {"advocate_id": who, "reason_code": "other"}
    teller.asks("usr_dora", "/v1/payout-holds", **hold)
    stops = {one.advocate_id: one for one in teller.town.all(PayoutStop)}
    (name,) = stops[who].held()
    return lambda: teller.asks("usr_dora", "/v1/payout-holds/lift", hold_id=name, **hold)


BARS: dict[str, tuple[str, Bar]] = {
    "paused": ("enrolment_paused", _turned("paused")),
    "banned": ("enrolment_banned", _turned("banned")),
    "banned, and keeps it": ("", _turned("banned", keeps=True)),
    "held": ("on_hold", _held),
    "elsewhere": ("sanctioned_country", _method(country_hash=PlainIndex().mac("country", "IR"))),
    "another rail": ("rail_mismatch", _method(rail="paypal")),
}


def _barred(teller: Teller) -> None:
    """Whom something keeps from being paid is in no run until it ends, with all of it then."""
    draw, desk = teller.draw, Desk(teller)
    names = draw.sample(sorted(BARS), 3)
    owed = {person: desk.earns(person) for person in PEOPLE}
    teller.days(1)
    lets = {}
    why: dict[str, str] = {}
    for person, name in zip(PEOPLE, names, strict=True):
        why[person], bar = BARS[name]
        lets[person] = bar(teller, person)
    desk.midnight()
    out = {person: (why[person], amount) for person, amount in owed.items() if why[person]}
    paid = {person: amount for person, amount in owed.items() if not why[person]}
    desk.lists(f"{names}", paid, out)
    one = draw.choice(PEOPLE)
    lets[one]()
    desk.midnight()
    freed = {one: owed[one]} if why[one] else {}
    desk.lists(f"{one} is let go", freed, {who: said for who, said in out.items() if who != one})


PAYEES = (
    Tale("who is paid: by the millisecond", _moments, calendars),
    Tale("who is paid: by the cent", _minimum, daily),
    Tale("who is paid: who owes", _debts, daily),
    Tale("who is paid: who may be", _barred, daily),
)
