"""What people are told of money that waits: why, since when, until when, and how much of it goes.

Balances, rewards, stops and runs are put together by chance, of equal times and amounts as well;
what must be said of them is worked out from the figures and the calendar alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from goodword.advocates.model import Enrolment, PayoutMethod
from goodword.errors import Conflict
from goodword.ledger.model import Balance
from goodword.limits import STOPS_MAX
from goodword.payouts.ahead import left_for_later, pay_day, run_ahead
from goodword.payouts.calendar import closed_period, next_payout, payout_of
from goodword.payouts.choice import Chosen, LeftOut, choose, hindrance, waits_for
from goodword.payouts.model import PayoutRun
from goodword.payouts.stops import Cause, PayoutStop, barred, let, lifted, stopped
from goodword.payouts.waiting import kept_back
from goodword.rewards.model import Reward

from tests.simulation.paydays import calendar
from tests.simulation.smallness import AS_EVER, grow
from tests.simulation.story import DAY_MS, Story
from tests.simulation.tales.payees import calendars, daily
from tests.simulation.tales.teller import Tale, Teller

MAYA = "adv_maya"
Line = tuple[str, str, int | None, str, str]


class Purse:
    """What Maya has, put together; her real records are what it is made of."""

    def __init__(self, teller: Teller) -> None:
        self.teller, self.draw = teller, teller.draw
        teller.tells(teller.sold("o1", 1_000, MAYA))
        (self.reward,) = teller.rewards()
        (self.balance,) = teller.town.all(Balance)
        found = [one for one in teller.town.all(Enrolment) if one.advocate_id == MAYA]
        (self.enrolment,) = found
        methods = [one for one in teller.town.all(PayoutMethod) if one.advocate_id == MAYA]
        (self.method,) = methods

    def due(self, count: int, moments: Sequence[int]) -> list[Reward]:
        """Some rewards of hers, earned at one of the moments, held for a while."""
        draw, alike = self.draw, self.draw.randrange(1, 900)
        return [
            self.reward.but(
                reward_id=f"rwd_{draw.randrange(10**6):06d}{number}",
                state="due",
                created_ms=(at_ms := draw.choice(moments) + draw.choice((-1, 0, 1))),
                hold_until_ms=max(at_ms, draw.choice(moments) + draw.choice((-1, 0, 1))),
                remaining_minor=draw.choice((alike, draw.randrange(1, 900))),
            )
            for number in range(count)
        ]

    def holds(self, due: Sequence[Reward], owed: int) -> Balance:
        """Her balance with these rewards, and what it holds beyond them."""
        payable = sum(one.remaining_minor for one in due) + owed
        return Balance.model_validate(self.balance.model_dump() | {"payable_minor": payable})


def _days(teller: Teller) -> None:
    """On which day something is paid, by the calendar and the minimum."""
    draw, paying, wants = teller.draw, teller.town.story.paying, teller.wants
    purse, ends = Purse(teller), calendar(teller.town.story.paying)
    payment = teller.terms().payment
    cutoffs = sorted(ends)
    first = next(at for at, one in enumerate(cutoffs) if one > teller.now_ms)
    now_ms = cutoffs[first + draw.randrange(4)] + draw.choice((-1, 0, 1, DAY_MS // 3))
    later = [one for one in cutoffs if one > now_ms][:30]
    last = max(one for one in cutoffs if one <= now_ms)
    wants("the next", next_payout(payment, now_ms), later[0])
    closed = closed_period(payment, now_ms)
    wants("the last", (closed.cutoff_ms, closed.ended_ms), (last, ends[last]))
    ahead = run_ahead(payment, now_ms)
    wants("ahead", (ahead.cutoff_ms, ahead.ended_ms), (later[0], ends[later[0]]))
    wants("it is over", ahead.is_over(now_ms), ends[later[0]] <= now_ms)
    moments = [*later[:3], *(ends[one] for one in later[:3]), now_ms]
    before = [*moments, now_ms - 9 * DAY_MS]
    earned, due = (draw.choice(before) + draw.choice((-1, 0, 1)) for _ in range(2))
    able = (one for one in later if one > max(now_ms, due) and ends[one] > earned)
    wants("its payout", payout_of(payment, earned, due, now_ms), next(able))
    for _ in range(6):
        rewards = purse.due(draw.randrange(0, 4), moments)
        owed = draw.choice((0, 0, -40, 25, -2_000))
        balance = purse.holds(rewards, owed)
        abroad = [one.but(currency="USD", reward_id="rwd_x") for one in rewards[:1]]
        least = max(draw.choice((0, 1, 300)), 0)
        terms = payment.but(minimum_minor=least)
        takes = {one: _takes(rewards, owed, ends[one], one) for one in later}
        newest = max((one.created_ms for one in rewards), default=0)
        wanted = later[0]
        for one in later:
            if takes[one] >= max(1, least):
                wanted = one
            if takes[one] >= max(1, least) or ends[one] > newest:
                break
        said = pay_day(terms, balance, [*abroad, *rewards], now_ms)
        wants(f"{paying.cadence}: the day of {balance.payable_minor}", said, wanted)
        left = left_for_later(run_ahead(terms, now_ms), balance, [*abroad, *rewards])
        reason = _left(rewards, owed, ends[later[0]], later[0])
        none = takes[later[0]] >= max(1, least)
        said_left = (left.reason, left.amount_minor) if left else None
        wants("what is left", said_left, None if none else (reason, balance.payable_minor))


def _takes(due: Sequence[Reward], owed: int, end_ms: int, cutoff_ms: int) -> int:
    ready = [one for one in due if one.created_ms < end_ms and one.hold_until_ms < cutoff_ms]
    return sum(one.remaining_minor for one in ready) + owed


def _left(due: Sequence[Reward], owed: int, end_ms: int | None, cutoff_ms: int) -> str:
    earned = [one for one in due if end_ms is None or one.created_ms < end_ms]
    if owed > 0 or any(one.hold_until_ms < cutoff_ms for one in earned):
        return "below_minimum"
    return "after_cutoff" if earned else "later_period"


def _chosen(teller: Teller) -> None:
    """The oldest two, or the largest two, in steps; what is no whole step stays."""
    draw, purse, wants = teller.draw, Purse(teller), teller.wants
    teller.town.parts = replace(AS_EVER, rewards=2)
    grow(teller.town.parts)
    cutoff_ms = teller.now_ms
    for _ in range(10):
        end_ms = draw.choice((None, cutoff_ms, cutoff_ms - DAY_MS))
        moments = (cutoff_ms, cutoff_ms - DAY_MS, cutoff_ms - 3 * DAY_MS, cutoff_ms - 3 * DAY_MS)
        due = purse.due(draw.randrange(0, 6), moments)
        step, least = draw.choice((1, 1, 100)), draw.choice((0, 1, 250, 900))
        owed = draw.choice((0, 0, -7, -400, 60, 130))
        balance = purse.holds(due, owed)
        run = _Span(cutoff_ms, end_ms, least)
        ready = [
            one
            for one in due
            if (end_ms is None or one.created_ms < end_ms) and one.hold_until_ms < cutoff_ms
        ]
        oldest = sorted(ready, key=lambda one: (one.created_ms, one.reward_id))
        largest = sorted(oldest, key=lambda one: -one.remaining_minor)
        wanted: Chosen | LeftOut | None = None
        for order in (largest[:2], oldest[:2]):
            amount = sum(one.remaining_minor for one in order) + owed
            if amount >= step and amount >= least:
                over = amount - amount // step * step
                wanted = Chosen(tuple(order), owed - over, amount - over)
        if wanted is None:
            reason = _left(due, owed, end_ms, cutoff_ms)
            wanted = LeftOut(reason, balance.payable_minor)  # type: ignore[arg-type]  # a reason
        wants("chosen", choose(run, balance, due, step), wanted)


class _Span:
    def __init__(self, cutoff_ms: int, ended_ms: int | None, minimum_minor: int) -> None:
        self.cutoff_ms, self.ended_ms, self.minimum_minor = cutoff_ms, ended_ms, minimum_minor


def _why(teller: Teller) -> None:
    """Every reason with what ends it and since when, in their order; a run names the first."""
    draw, purse, wants = teller.draw, Purse(teller), teller.wants
    teller.pays()
    run = next(iter(teller.town.all(PayoutRun)))
    for _ in range(12):
        since_ms, least = teller.now_ms - draw.randrange(9), draw.choice((0, 1, 500))
        payable = draw.choice((-5, 0, 1, least - 1, least, 9_000))
        fields = {"payable_minor": payable, "payable_since_ms": since_ms}
        balance = Balance.model_validate(purse.balance.model_dump() | fields)
        state, keeps = draw.choice(("active", "left", "paused", "banned")), draw.random() < 0.5
        enrolment = purse.enrolment.but(state=state, keeps_earned=keeps, changed_ms=since_ms - 7)
        method = draw.choice((None, purse.method, purse.method.but(country_hash="c")))
        stop = draw.choice((None, _stop(teller)))
        payment = teller.terms().payment.but(minimum_minor=least)
        rail = draw.choice((payment.rail, "tremendous"))
        payment = payment.but(rail=rail)
        lines = [("negative_balance", "earning_more", since_ms, "", "")] * (payable < 0)
        standing = _standing(state, keeps, since_ms - 7)
        stops = _stops(stop) if stop else []
        ways = _ways(method, rail, since_ms)
        small = [("below_minimum", "earning_more", since_ms, "", "")] * (0 <= payable < least)
        found = kept_back(payment, balance, enrolment, method, stop, {"c"})
        said = [(one.reason, one.lets_go, one.since_ms, one.cause_id, one.code) for one in found]
        wants("why", said, [*lines, *standing, *stops, *ways, *small])
        wants("no end", {one.until_ms for one in found} - {None}, set())
        serious = [one[0] for one in (*lines, *standing, *stops, *ways)]
        nothing = ["nothing_ready"] * (payable == 0)
        first = next(iter([*serious, *nothing, *(one[0] for one in small)]), None)
        wants("first", waits_for(payment, balance, enrolment, method, stop, {"c"}), first)
        unit = draw.choice(("EUR", "USD"))
        here = run.but(currency=unit, rail=rail, barred=("b", "c"))
        if unit != "EUR":
            serious[len(lines) : len(lines)] = ["other_currency"]
        said_run = hindrance(here, balance, enrolment, method, stop)
        wants("in a run", said_run, next(iter(serious), None))
        if unit == "EUR" and payable >= 0:
            wants("nobody", hindrance(here, balance, None, method, stop), "not_enrolled")


def _standing(state: str, keeps: bool, at_ms: int) -> list[Line]:
    if state == "paused":
        return [("enrolment_paused", "resuming", at_ms, "", "")]
    if state == "banned" and not keeps:
        return [("enrolment_banned", "lifting_the_ban", at_ms, "", "")]
    return []


def _ways(method: PayoutMethod | None, rail: str, at_ms: int) -> list[Line]:
    if method is None:
        return [("no_method", "a_method", at_ms, "", "")]
    found: list[Line] = []
    if method.country_hash == "c":
        found.append(("sanctioned_country", "a_method_elsewhere", at_ms, "", ""))
    if method.rail != rail:
        found.append(("rail_mismatch", "a_method_of_the_rail", at_ms, "", ""))
    return found


def _stop(teller: Teller) -> PayoutStop:
    """Some causes, of the same moment or not."""
    draw, now_ms = teller.draw, teller.now_ms
    codes = iter("abcdefgh")

    def cause(reason: str) -> Cause:
        at_ms = now_ms - draw.randrange(3)
        return Cause.model_validate(
            {"reason": reason, "code": next(codes), "by": "usr_dora", "at_ms": at_ms}
        )

    names = draw.sample(["x1", "x2", "x3", "x4"], draw.randrange(4))
    causes = {name: cause(draw.choice(("on_hold", "dispute_open"))) for name in names}
    bans = {one: cause("on_hold") for one in draw.sample(["prg_a", "prg_b"], draw.randrange(3))}
    return PayoutStop(advocate_id=MAYA, causes=causes, bans=bans)


def _stops(stop: PayoutStop) -> list[Line]:
    lets = {"on_hold": "lifting_the_hold", "dispute_open": "answering_the_dispute"}
    rows = [
        (one.reason, lets[one.reason], one.at_ms, k, one.code) for k, one in stop.causes.items()
    ]
    rows += [
        (one.reason, "carrying_out_the_ban", one.at_ms, f"ban:{k}", one.code)
        for k, one in stop.bans.items()
    ]
    return sorted(rows, key=lambda row: (row[0] == "on_hold", row[2], row[3]))


def _lifts(teller: Teller) -> None:
    """What stops payouts is lifted one by one; there is always room for a ban."""
    draw, wants, now_ms = teller.draw, teller.wants, teller.now_ms
    for _ in range(8):
        stop = _stop(teller)
        rows = _stops(stop)
        wants("shown", stop.reason, rows[0][0] if rows else None)
        holds = {name: one.at_ms for name, one in stop.causes.items() if one.reason == "on_hold"}
        wants("holds", stop.held(), tuple(holds))
        until_ms = now_ms - draw.randrange(3)
        early = tuple(name for name, at_ms in holds.items() if at_ms <= until_ms)
        wants("by then", stop.held(until_ms), early)
        name = draw.choice(("x1", "x2", "none", "ban:prg_a", "prg_a"))
        others = {key: one for key, one in stop.causes.items() if key != name}
        after = lifted(stop, name)
        wants("lifted", (after.causes, after.bans), (others, stop.bans))
        other = let(stop, name).bans
        wants("let", other, {key: one for key, one in stop.bans.items() if key != name})
    cause = Cause(reason="on_hold", code="other", by="usr_dora", at_ms=now_ms)
    count = draw.choice((STOPS_MAX - 1, STOPS_MAX))
    full = PayoutStop(advocate_id=MAYA, causes={f"h{n}": cause for n in range(count)})
    full = barred(full, "prg_a", cause)
    wants("a ban", (len(full.causes), list(full.bans)), (count, ["prg_a"]))
    wants("once more", len(stopped(full, "h0", cause.but(at_ms=1)).causes), count)
    try:
        found = len(stopped(full, "h99", cause).causes)
    except Conflict as refused:
        wants("too many", (refused.code, count), ("too_many_stops", STOPS_MAX))
    else:
        wants("room", (found, count), (STOPS_MAX, STOPS_MAX - 1))


def _late(draw: Random) -> Story:
    """Paid days after the end of a period as often as at once."""
    story = calendars(draw)
    paying = replace(story.paying, net_days=draw.choice((0, 3, 10)))
    if draw.random() < 0.3:
        paying = replace(paying, cadence="monthly", anchor=draw.choice((1, 15, 28)))
    return replace(story, paying=paying)


FORESEEN = (
    Tale("the day on which it is paid", _days, _late, judged=False),
    Tale("what is taken into a run", _chosen, daily, judged=False),
    Tale("why money waits", _why, daily, judged=False),
    Tale("what stops payouts", _lifts, daily, judged=False),
)
