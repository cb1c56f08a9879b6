"""Terms of payment change: from that moment on, paydays, the minimum and the rail are the new ones.

What was promised stays: a reward is of the terms of its click. When it is paid, how, and by whose
leave is of the terms that hold when the run is made.
"""

from dataclasses import replace
from fractions import Fraction
from random import Random

from goodword.payouts.model import PayoutRun

from tests.simulation.paydays import Paying, calendar, drawn, named, oddly
from tests.simulation.rails import in_unit
from tests.simulation.story import DAY_MS, HOUR_MS, START_MS, Story
from tests.simulation.tales.teller import Tale, Teller, plain
from tests.support.scene import PROGRAM

ZONES = ("UTC", "UTC", "Europe/Berlin", "America/New_York")
TICK_HOURS, TICKS = 8, 75
SECOND_PERCENT = 25
PAUSED = f"/v1/programs/{PROGRAM}/state"


def _paying(draw: Random) -> Paying:
    found = oddly(draw, drawn(draw, often=draw.random() < 0.7))
    return replace(found, zone=draw.choice(ZONES), checkers=draw.choice((None, 300, 1_000)))


def _first(draw: Random) -> Story:
    return replace(plain(draw), paying=_paying(draw))


def _changes(teller: Teller, at_ms: int) -> Story:
    """The second version: other paydays, and more of a sale."""
    story, draw = teller.town.story, teller.draw
    second = replace(
        story,
        paying=replace(_paying(draw), checkers=story.paying.checkers),
        versions=[replace(story.versions[0], from_ms=at_ms, points=100 * SECOND_PERCENT)],
    )
    teller.publishes(second, at_ms)
    return second


def _changed(teller: Teller) -> None:
    """Orders before and after, and the schedule every few hours."""
    draw, first = teller.draw, teller.town.story
    cutoffs = [one for one in calendar(first.paying) if one > teller.now_ms + DAY_MS]
    at_ms = draw.choice(cutoffs[:2]) + draw.choice((-1, 0, 1, HOUR_MS, 3 * DAY_MS))
    second = _changes(teller, at_ms)
    wanted: dict[str, tuple[int, int, Paying]] = {}
    net, sold, owned = draw.randrange(1_000, 9_000), 0, 0
    for number in range(TICKS):
        teller.to(START_MS + DAY_MS + number * TICK_HOURS * HOUR_MS + draw.choice((0, 1, 60_000)))
        if number in (0, 20, 40) and teller.now_ms > START_MS:
            teller.tells(teller.sold(f"o{number}", net, "adv_maya"))
            percent = SECOND_PERCENT if teller.now_ms - HOUR_MS >= at_ms else 10
            sold, owned = sold + 1, owned + round(net * percent / 100)
            teller.owns(maya=owned)
        teller.days(0)
        holds = second if teller.now_ms >= at_ms else first
        ends = calendar(holds.paying)
        cutoff = max(one for one in ends if one <= teller.now_ms)
        name = named(holds.paying, ends[cutoff])  # one of this name is never made twice
        wanted.setdefault(name, (cutoff, ends[cutoff], holds.paying))
        _people(teller)
    _runs(teller, wanted)


def _people(teller: Teller) -> None:
    """Whoever is asked lets a run pass, as many as it takes."""
    for _ in range(3):
        if any(one.state in ("draft", "requested") for one in teller.town.all(PayoutRun)):
            teller.lets_pass()


def _runs(teller: Teller, wanted: dict[str, tuple[int, int, Paying]]) -> None:
    runs: list[PayoutRun] = teller.town.all(PayoutRun)
    made = {one.period: one for one in runs}
    teller.wants("the periods that are paid", sorted(made), sorted(wanted))
    for name, (cutoff_ms, ended_ms, paying) in wanted.items():
        if (run := made.get(name)) is None:
            continue
        said = run.cutoff_ms, run.ended_ms, run.minimum_minor, run.two_checkers_from_minor
        goes_by = cutoff_ms, ended_ms, paying.minimum, paying.checkers
        teller.wants(f"what {run.run_id} goes by", said, goes_by)
        large = paying.checkers is not None and run.total_minor >= paying.checkers
        if run.state == "settled" and run.count:
            teller.wants(f"{run.run_id} was checked twice", bool(run.checked_by), large)


def _aside(draw: Random) -> Story:
    """A minimum that nobody reaches, in euros and in dollars."""
    paying = Paying(draw.choice(("daily", "weekly")), minimum=50_000)
    return replace(plain(draw), accepts=True, paying=paying)


def _put_aside(teller: Teller) -> None:
    """What was too little is paid once the minimum is lower, also by a programme that is paused."""
    draw, story = teller.draw, teller.town.story
    net = draw.randrange(1_000, 9_000, 10)
    money, least = draw.choice(("EUR", "USD")), draw.choice((0, net // 10, net // 10 + 1))
    teller.tells(teller.sold("o1", net, "adv_maya", currency=money))
    for _ in range(draw.choice((9, 16))):
        teller.days(1)
    teller.paid()
    teller.wants("what waits", [one.state for one in teller.rewards()], ["due"])
    if draw.random() < 0.6:
        said = teller.asks("usr_marta", PAUSED, "marketer", state="paused", reason="other")
        teller.wants("a pause", said, "")
    at_ms = teller.now_ms + draw.choice((0, 1, DAY_MS))
    teller.publishes(replace(story, paying=replace(story.paying, minimum=least)), at_ms)
    for _ in range(9):
        teller.days(1)
        teller.lets_pass()
    is_enough = in_unit(least, money) <= net // 10
    teller.paid(maya=net // 10 if is_enough else 0)


def _published(teller: Teller) -> None:
    """Whoever has decided under the terms of before goes by the new ones from their moment on."""
    draw, story = teller.draw, teller.town.story
    owned, percents = 0, [10]
    starts = [0]
    for number in range(5):
        net = draw.randrange(1_000, 9_000)
        click_ms = teller.now_ms - HOUR_MS
        teller.tells(teller.sold(f"o{number}", net, "adv_maya", friend=f"c{number}"))
        pairs = zip(starts, percents, strict=True)
        (percent,) = [each for at_ms, each in pairs if at_ms <= click_ms][-1:]
        owned += round(Fraction(net * percent, 100))
        teller.owns(maya=owned)
        if number < 3:
            percents.append(draw.randrange(11, 60))
            starts.append(teller.now_ms + draw.choice((0, 1, HOUR_MS)))
            points = [replace(story.versions[0], points=100 * percents[-1])]
            teller.publishes(replace(story, versions=points), starts[-1])
        teller.to(teller.now_ms + draw.choice((HOUR_MS, 2 * HOUR_MS)))


CALENDAR = ("paydays", "in_time", "paid_out", "payouts")  # of the terms of before
CHANGED = (
    Tale("other paydays from now on", _changed, _first, CALENDAR),
    Tale("terms that are published between orders", _published),
    Tale("a lower minimum pays what was put aside", _put_aside, _aside, CALENDAR),
)
