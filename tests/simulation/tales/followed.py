"""What follows a payment that moves after its run has ended, and what a rail's silence costs.

The runs here have payments of any state and of equal amounts. Their sums are worked out anew from
the payments; how long a rail is left alone, and a comparison goes on, is said to the millisecond.
"""

from collections.abc import Iterable
from typing import Any

from goodword.limits import RUN_RECOUNT_MAX, SEND_UNKNOWN_MAX
from goodword.payouts import sums
from goodword.payouts.auditing import Auditing
from goodword.payouts.freezing import Freezing
from goodword.payouts.hashing import line_of
from goodword.payouts.history import pasts
from goodword.payouts.model import Payout, PayoutRun, Sum, payout_id_of
from goodword.payouts.origins import KnownOrigins
from goodword.payouts.ports import RailAnswer
from goodword.payouts.recomparing import (
    OpenComparison,
    close_if_clear,
    is_late,
    once_more,
    opened,
    reconcilable,
    take_turn,
)
from goodword.payouts.resting import Patience, rest, rest_as_told, rests
from goodword.payouts.sums import follow, sum_up
from goodword.ports import Change
from goodword.records import Record

from tests.simulation.smallness import AS_EVER, grow
from tests.simulation.story import DAY_MS, HOUR_MS
from tests.simulation.tales.teller import Tale, Teller
from tests.support.desk import PlainIndex
from tests.support.scene import PROGRAM

SECOND_MS, MINUTE_MS = 1_000, 60_000
STATES = ("sent", "unknown", "paid", "paid", "paid", "failed", "returned", "cancelled")
ENDS = ("paid", "failed", "returned")


class Books:
    """A payment that was really made, and runs of payments like it, as they are put down."""

    def __init__(self, teller: Teller) -> None:
        self.teller, self.draw = teller, teller.draw
        teller.tells(teller.sold("o1", self.draw.randrange(2_000, 90_000, 10), "adv_maya"))
        teller.pays()
        (self.payout,) = teller.town.all(Payout)
        every: list[PayoutRun] = teller.town.all(PayoutRun)
        (self.run,) = (one for one in every if one.run_id == self.payout.run_id)
        self.desk = teller.town.desk("payout_cycle")
        self._made = 0
        teller.town.parts = AS_EVER
        grow(AS_EVER)

    def writes(self, *records: Record) -> None:
        """These are there."""
        change = Change()
        change.create(*(one.but(version=0) for one in records))
        self.teller.town.memory.commit(change)

    def makes(self, payments: Iterable[Payout], stored: bool, **fields: Any) -> PayoutRun:
        """Another run that has ended; its payments are there only if they are `stored`."""
        self._made += 1
        run = self.run.but(run_id=f"run_{self._made}", **fields)
        own = [one.but(run_id=run.run_id) for one in payments]
        self.writes(run)
        if stored:
            self.writes(*own, *(line_of(one) for one in own))
        return run.but(version=1)

    def payments(self, count: int) -> list[Payout]:
        """Payments in any state; of some that are paid a part is back."""
        draw, name = self.draw, f"pay_{self._made}"
        alike = draw.randrange(2, 9_000)
        found = []
        for number in range(count):
            state, amount = draw.choice(STATES), draw.choice((alike, draw.randrange(2, 9_000)))
            back = draw.choice((0, 1, amount - 1, amount // 2)) if state == "paid" else 0
            one = self.payout.but(payout_id=f"{name}_{number}", state=state, amount_minor=amount)
            found.append(one.but(returned_minor=back))
        return found

    def moves(self, one: Payout) -> Payout:
        """Something happens to it."""
        draw = self.draw
        if one.state == "paid":
            more = one.returned_minor + draw.choice((0, 1)) * (
                one.returned_minor + 1 < one.amount_minor
            )
            return (
                one.but(state="returned")
                if more == one.returned_minor
                else one.but(returned_minor=more)
            )
        if one.state in ("sent", "unknown"):
            return one.but(state=draw.choice(ENDS))
        return one


def _sums(payments: Iterable[Payout]) -> dict[str, Any]:
    states: dict[str, list[int]] = {}
    parts = []
    for one in payments:
        states.setdefault(one.state, []).append(one.amount_minor)
        if one.state == "paid" and one.returned_minor:
            parts.append(one.returned_minor)
    outcome = {state: _sum(each) for state, each in states.items()}
    return {"outcome": outcome, "part_back": _sum(parts) if parts else None}


def _sum(amounts: list[int]) -> Sum:
    return Sum(count=len(amounts), amount_minor=sum(amounts))


def _follows(books: Books, run: PayoutRun, before: Payout, after: Payout) -> PayoutRun:
    """The run as the payment's move leaves it."""
    change = Change()
    follow(books.desk, change, before.but(run_id=run.run_id), after.but(run_id=run.run_id))
    (found,) = (one for one, _ in change.replaced)
    assert isinstance(found, PayoutRun)
    return found


def _moved(teller: Teller) -> None:
    """A payment moves: known sums move with it, others are counted anew, if they are not many."""
    draw, books = teller.draw, Books(teller)
    for _ in range(12):
        payments = books.payments(draw.choice((1, 1, 2, 3, 5)))
        at = draw.randrange(len(payments))
        before, after = payments[at], books.moves(payments[at])
        later = [*payments[:at], after, *payments[at + 1 :]]
        known, wanted = _sums(payments), _sums(later)
        count, held = len(payments), None
        kind = draw.choice(("known", "old", "odd", "many"))
        if kind == "old":
            known |= {"part_back": None}
        elif kind == "odd":
            known |= {"outcome": {"paid": Sum(count=1, amount_minor=1)}, "part_back": None}
        elif kind == "many":
            taken = draw.choice((0, 1, RUN_RECOUNT_MAX))
            count = RUN_RECOUNT_MAX + draw.choice((0, 1)) - taken
            held = Sum(count=taken, amount_minor=taken) if taken else None
            known["outcome"] = {"sent": Sum(count=3, amount_minor=draw.choice((2, 10**6)))}
            if draw.random() < 0.3:
                known["part_back"] = Sum(count=2, amount_minor=draw.choice((1, 2, 10**5)))
            if count + taken > RUN_RECOUNT_MAX:
                wanted = _kept(known, before, after)
        run = books.makes(
            payments,
            kind != "known",
            count=count,
            held=held,
            summed=kind in ("known", "odd"),
            **known,
        )
        found = _follows(books, run, before, after)
        said = {"outcome": found.outcome, "part_back": found.part_back}
        what = f"{kind}: {before.state} {before.returned_minor} -> {after.state}"
        teller.wants(what, said, wanted)
    _others(books)


def _kept(known: dict[str, Any], before: Payout, after: Payout) -> dict[str, Any]:
    """What is known of a run of very many, where little of it fits."""
    outcome, sent = dict(known["outcome"]), known["outcome"]["sent"]
    amount, part = before.amount_minor, known["part_back"]
    if before.state == "sent" != after.state and amount < sent.amount_minor:
        outcome["sent"] = Sum(count=2, amount_minor=sent.amount_minor - amount)
        outcome[after.state] = _sum([amount])
    total, count = (part.amount_minor, part.count) if part else (0, 0)
    was = before.returned_minor if before.state == "paid" else 0
    if was and (total == was if count == 1 else total > was):
        total, count = total - was, count - 1
    if after.state == "paid" and after.returned_minor:
        total, count = total + after.returned_minor, count + 1
    part = Sum(count=count, amount_minor=total) if count else None
    return {"outcome": outcome, "part_back": part}


def _others(books: Books) -> None:
    """A run under way has no sums yet; one that has ended is counted once more, if it has to be."""
    teller, draw = books.teller, books.draw
    (one, other) = books.payments(2)
    run = books.makes((one,), False, state="sending")
    change = Change()
    moves = one.but(run_id=run.run_id)
    follow(books.desk, change, moves, moves)
    teller.wants("under way", change.keys, [])
    payments = books.payments(draw.randrange(1, 5))
    summed = draw.random() < 0.4
    odd = {"outcome": {"sent": _sum([other.amount_minor])}, "part_back": _sum([1])}
    run = books.makes(payments, True, summed=summed, **odd)
    found = sum_up(books.desk, run.run_id)
    said = {"outcome": found.outcome, "part_back": found.part_back}
    teller.wants("once more", said, odd if summed else _sums(payments))
    teller.wants("it is summed", found.summed, True)
    back = sums.tally({}, None, one)
    wanted = one.returned_minor if one.state == "paid" else 0
    teller.wants("its part", back.amount_minor if back else 0, wanted)


def _goes_on(teller: Teller) -> None:
    """How often a run is compared, until when, and who is told of it."""
    draw, books = teller.draw, Books(teller)
    chunks, now_ms, wants = draw.randrange(1, 60), teller.now_ms, teller.wants
    run = books.makes((), False, chunks=chunks)
    signs = opened(run, now_ms)
    wants("first", (signs.run_id, signs.since_ms, signs.tries), (run.run_id, now_ms, 0))
    wants("at", signs.look_ms, now_ms + (30 + chunks // 8) * MINUTE_MS)
    wants("can be", reconcilable(run), True)
    for field, value in (("state", "sending"), ("chunks", 0), ("rail", "csv")):
        wants(f"not {field}", reconcilable(run.but(**{field: value})), False)
    tries = draw.randrange(0, 9)
    days = draw.choice((0, 1, 3, 3, 34, 35, 35))
    at_ms = now_ms + days * DAY_MS + draw.choice((-1, 0, 1))
    told, hours = draw.random() < 0.3, min(2**tries, 24)
    early = at_ms < now_ms + 3 * DAY_MS
    known = signs.but(tries=tries, escalated=told)
    wants("late", is_late(known, at_ms), not early)
    after, last = once_more(known, at_ms), at_ms >= now_ms + 35 * DAY_MS
    wants("next", after.look_ms, None if last else at_ms + hours * HOUR_MS)
    wants("told", after.escalated, told or not early)
    wants("tries", after.tries, tries + (not last))
    _turns(books, run, known)


def _turns(books: Books, run: PayoutRun, known: OpenComparison) -> None:
    teller, wants, draw = books.teller, books.teller.wants, books.draw
    wants("no sign", take_turn(books.desk, run), False)
    since_ms = teller.now_ms - draw.choice((DAY_MS, 3 * DAY_MS, 35 * DAY_MS)) + draw.choice((0, 1))
    look_ms = teller.now_ms + draw.choice((0, 1, -5))
    known = known.but(since_ms=since_ms, look_ms=look_ms)
    books.writes(known)
    soon, age_ms = look_ms > teller.now_ms, teller.now_ms - since_ms
    last = age_ms >= 35 * DAY_MS
    wants("a turn", take_turn(books.desk, run), not soon and not last)
    events = [
        one.plain
        for one in teller.town.dynamo.of_kind("event")
        if one.plain["type"] == "payout_run.comparison_escalated"
    ]
    told = [one["reason"] for one in events]
    late = age_ms >= 3 * DAY_MS and not known.escalated
    reasons = ["asked_no_more"] if last else ["still_unclear"] * late
    wants("staff is told", told, [] if soon else reasons)
    wants("since", [one["data"]["since_ms"] for one in events], [since_ms] * len(told))
    for unclear in (1, 0):
        change = Change()
        close_if_clear(books.desk, change, run.run_id, unclear)
        wants(f"gone at {unclear}", len(change.deleted), int(not unclear))


def _rests(teller: Teller) -> None:
    """A rail is left alone as long as it says, within bounds; a longer time is not cut."""
    draw, desk, wants = teller.draw, teller.town.desk("payout_cycle"), teller.wants
    start_ms, rail, other = teller.now_ms, "stripe", "paypal"
    seconds = draw.choice((0, 5, 6, 60, 3_599, 3_600, 3_601, 99_999))
    rest_as_told(desk, rail, seconds)  # type: ignore[arg-type]  # a rail's name
    until_ms = start_ms + (min(seconds, 3_600) if seconds > 5 else 0) * SECOND_MS
    wants("told", rests(desk, rail), until_ms > start_ms)  # type: ignore[arg-type]  # as above
    wants("another", rests(desk, other), False)  # type: ignore[arg-type]  # as above
    more = draw.choice((1, 60, 900, 3_600))
    teller.to(start_ms + draw.choice((1, 30 * SECOND_MS)))
    rest(desk, rail, more)  # type: ignore[arg-type]  # as above
    until_ms = max(until_ms, teller.now_ms + more * SECOND_MS)
    for at_ms, still in ((until_ms - 1, True), (until_ms, False)):
        teller.to(at_ms)
        wants(f"at {at_ms - until_ms}", rests(desk, rail), still)  # type: ignore[arg-type]  # as above
    _patience(teller)


def _patience(teller: Teller) -> None:
    """After some unclear answers in a row nothing is asked; what says something is not silence."""
    draw, desk = teller.draw, teller.town.desk("payout_cycle")
    patience, row, over, asked = Patience(desk, "stripe"), 0, False, 0
    said = {
        "paid": RailAnswer("paid"),
        "none": None,
        "silent": RailAnswer("unknown", reason="no_answer"),
        "telling": RailAnswer("unknown", reason="past_key_window"),
        "busy": RailAnswer("unknown", reason="busy", rest_seconds=draw.choice((5, 30))),
    }
    start_ms = teller.now_ms
    until_ms = start_ms
    for _ in range(12):
        kind = draw.choice(("paid", "none", "silent", "silent", "silent", "telling", "busy"))
        answer, calls = said[kind], list[int]()

        def ask(one: RailAnswer | None = answer, made: list[int] = calls) -> RailAnswer | None:
            made.append(1)
            return one

        found = patience.ask(ask)
        teller.wants("asked", len(calls), int(not over))
        teller.wants("said", found, RailAnswer("unknown", reason="rail_rests") if over else answer)
        if over:
            continue
        asked += 1
        row = row + 1 if kind in ("silent", "busy") else 0
        told = kind == "busy" and answer is not None and answer.rest_seconds > 5
        until_ms = start_ms + 30 * SECOND_MS if told else until_ms
        until_ms = start_ms + 60 * SECOND_MS if row == SEND_UNKNOWN_MAX else until_ms
        over = row == SEND_UNKNOWN_MAX or told
    teller.to(max(start_ms, until_ms - 1))
    teller.wants("it rests", rests(desk, "stripe"), until_ms > start_ms)
    teller.to(until_ms)
    teller.wants("no more", rests(desk, "stripe"), False)


def _before(teller: Teller) -> None:
    """The runs of before that paid, in their chain, and the one before where the chain is torn."""
    draw, books, wants = teller.draw, Books(teller), teller.wants
    runs: list[PayoutRun] = []
    for number in range(draw.choice((1, 4, 12, 26))):
        state = draw.choice(("sending", *["settled"] * 5, "cancelled", "expired"))
        unit, count = draw.choice(("EUR", "EUR", "EUR", "USD")), draw.choice((0, 1, 1, 3))
        fields: dict[str, Any] = {"currency": unit, "state": state, "count": count}
        fields["total_minor"] = draw.randrange(3, 9_000)
        fields["program_id"] = draw.choice((PROGRAM, PROGRAM, "prg_other"))
        before = runs[-1].run_id if runs else None
        cutoff_ms = teller.now_ms + number * DAY_MS
        more = {"previous_run_id": before, "cutoff_ms": cutoff_ms}
        runs.append(books.makes((), False, **fields, **more))
    last = runs[-1].but(run_id="run_last", previous_run_id=runs[-1].run_id, currency="EUR")
    paid = [one for one in runs[::-1] if one.state in ("sending", "settled") and one.count]
    paid = [one for one in paid if one.currency == "EUR"][:12]
    audit = Auditing(books.desk, KnownOrigins(books.desk.store))
    found = [one.run_id for one in audit._runs_before(last)]
    wants("before", found, [one.run_id for one in paid])
    means = sorted(one.total_minor // one.count for one in paid)
    usual = means[(len(means) - 1) // 2] if means else None
    wants("usual", audit._usual(last), usual)
    unit, until_ms = draw.choice(("EUR", "USD")), draw.choice(runs).cutoff_ms + draw.choice((0, 1))
    same = [one for one in teller.town.all(PayoutRun) if one.currency == unit]
    same = [one for one in same if one.program_id == PROGRAM and one.cutoff_ms < until_ms]
    newest = max(same, key=lambda one: one.cutoff_ms, default=None)
    said = Freezing(books.desk, PlainIndex())._last_run(PROGRAM, unit, until_ms)
    wants("the last", said and said.run_id, newest and newest.run_id)


def _past(teller: Teller) -> None:
    """What somebody was paid before, in the last runs that did; and all of this one."""
    draw, books, share = teller.draw, Books(teller), 0
    now = books.run.but(run_id="run_now", cutoff_ms=teller.now_ms + 90 * DAY_MS)
    names, runs = list[str](), 0
    for number in range(30, 0, -1):
        run_id, cutoff_ms = f"run_{number}", teller.now_ms + number * DAY_MS
        kind = draw.choice(("", "", "", "", "program_id", "currency"))
        states = [draw.choice(("paid", "paid", "failed")) for _ in range(draw.randrange(1, 4))]
        for part, state in enumerate(states):
            name = payout_id_of(run_id, cutoff_ms, books.payout.advocate_id, part)
            one = books.payout.but(payout_id=name, run_id=run_id, state=state, cutoff_ms=cutoff_ms)
            odd = {"program_id": "prg_other", "currency": "USD"}
            books.writes(one.but(**{kind: odd[kind]}) if kind else one)
            if state == "paid" and not kind and runs < 12:
                names.append(name)
        runs += "paid" in states and not kind
    for part in range(draw.randrange(1, 6)):
        name = payout_id_of(now.run_id, now.cutoff_ms, books.payout.advocate_id, part)
        amount, state = draw.randrange(1, 9_000), draw.choice(("draft", "paid"))
        one = books.payout.but(payout_id=name, run_id=now.run_id, amount_minor=amount)
        books.writes(one.but(state=state))
        share += amount
    if runs < 12 and books.payout.cutoff_ms < teller.now_ms:
        names.append(books.payout.payout_id)
    (past,) = pasts(books.desk.store, now, [books.payout.advocate_id]).values()
    teller.wants("the share", past.share_minor, share)
    teller.wants("before", sorted(one.payout_id for one in past.earlier), sorted(names))


FOLLOWED = (
    Tale("sums that follow a payment", _moved, judged=False),
    Tale("a comparison goes on", _goes_on, judged=False),
    Tale("a rail is left alone", _rests, judged=False),
    Tale("the runs before", _before, judged=False),
    Tale("what somebody was paid before", _past, judged=False),
)
