"""A payment is asked for only after the payout says so, always under the payout's own id (I3).

`draft -> sent` is committed first, on condition that the run is being sent as it was released; only
then is the rail asked. Whatever is unclear is looked up, and sent again only while the rail still
knows the key. After that a person decides.

Every step may be cut off anywhere and repeated by anyone: a payout that is already `sent` is never
sent blindly. Sending again and giving up both write the payout as it was read first, so that of two
workers who come to different ends only one goes on.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from goodword.errors import Conflict, NotFound, Stale
from goodword.limits import (
    LOOK_SECONDS_FIRST,
    LOOK_SECONDS_MAX,
    LOOKUP_TRIES_MAX,
    QUIET_HOURS,
    RAIL_HALT_SECONDS,
    RAIL_REST_SECONDS,
    RESEND_MARGIN_HOURS,
    SEND_UNKNOWN_MAX,
    UNKNOWN_PER_SWEEP,
)
from goodword.payouts.answers import repeated, short_of, since_paid
from goodword.payouts.ending import end_payout, part_back, waits_event
from goodword.payouts.freezing import read_run
from goodword.payouts.hashing import payout_digest
from goodword.payouts.listing import Listing
from goodword.payouts.model import (
    RAILS_BY_HAND,
    RAILS_TOLD_AGAIN,
    ChunkRow,
    Payout,
    PayoutRun,
    PayoutState,
    RunChunk,
    RunLine,
    chunk_key,
    line_key,
    payout_key,
    payout_moved,
    run_key,
    run_moved,
)
from goodword.payouts.ports import HALTING, TELLING, Destinations, PaymentOrder, Rail, RailAnswer
from goodword.payouts.resting import rest, rest_as_told, rests
from goodword.payouts.standing import Standing, standing_of
from goodword.payouts.sums import follow
from goodword.ports import Change, Collision, Desk, Guard, GuardFailed, until_settled
from goodword.programs.payment import RailName
from goodword.times import HOUR_MS, SECOND_MS

FORGED = "changed_after_release"
_ENDS: dict[str, PayoutState] = {"paid": "paid", "failed": "failed", "returned": "returned"}


@dataclass(frozen=True)
class Sending:
    """The steps of `payout_cycle` after the release."""

    desk: Desk
    rails: Mapping[RailName, Rail]
    destinations: Destinations

    def begin(self, run_id: str) -> PayoutRun:
        """Released -> sending, if the lines are still what was released.

        Raises Conflict `run_changed`, or `rail_not_ready`; the run may then still be cancelled.
        """

        def attempt() -> PayoutRun:
            run = read_run(self.desk.store, run_id)
            if run.state != "released":
                return run
            if run.rail not in self.rails:
                raise Conflict("rail_not_ready", f"the rail {run.rail} is not set up here")
            Listing(self.desk).check(run)
            after = run_moved(run, "sending", self.desk.clock.now_ms())
            change = Change()
            change.replace(after, Guard(equals={"state": "released", "run_hash": run.run_hash}))
            change.create(self.desk.event("payout_run.sending", run_id, program_id=run.program_id))
            self.desk.store.commit(change)
            return after

        return until_settled(attempt)

    def advance(self, run_id: str, number: int) -> int:
        """Send or look up each payout of a chunk; how many still need the rail before long."""
        run = read_run(self.desk.store, run_id)
        chunk = self.desk.store.get(RunChunk, chunk_key(run_id, number))
        if chunk is None:
            raise NotFound("unknown_chunk", "the run has no such chunk")
        keys = [payout_key(row.advocate_id, row.payout_id) for row in chunk.rows]
        payouts = self.desk.store.get_many(Payout, keys)
        lines = [line_key(run_id, row.payout_id) for row in chunk.rows]
        confirmed = self.desk.store.get_many(RunLine, lines)
        unclear = pending = 0
        asks = not rests(self.desk, run.rail)
        for row, key, place in zip(chunk.rows, keys, lines, strict=True):
            payout = before = payouts[key]
            if asks:
                payout = self._advance(run, row, confirmed.get(place), before)
                unclear = unclear + 1 if _silent(payout) else 0
                asks = not self._is_enough(before, payout, unclear)
            pending += _needs_rail(payout)
        return pending

    def look_up_due(self) -> bool:
        """Look up payments whose time has come, whatever became of their runs; False: enough now.

        Enough is when nothing more has come due, or the rail answers nothing clearly.
        """
        until = f"{self.desk.clock.now_ms():015d}$"  # "$" sorts after the "#" before the id
        page = self.desk.store.query_index(
            Payout, "core", "UNKNOWN", until=until, limit=UNKNOWN_PER_SWEEP
        )
        unclear: Counter[RailName] = Counter()
        asks_all = True  # a rail that is left alone, or has no keys any more, stays on the list
        for seen in page.rows:
            payout = self.desk.store.get(Payout, seen.key)
            if payout is None or payout.state not in ("sent", "unknown"):
                continue
            if payout.rail not in self.rails or rests(self.desk, payout.rail):
                asks_all = False
                continue
            before, payout = payout, self._look_up(payout)
            unclear[payout.rail] = unclear[payout.rail] + 1 if _silent(payout) else 0
            if self._is_enough(before, payout, unclear[payout.rail]):
                return False
        return asks_all and page.cursor is not None

    def ask_again(self, payout: Payout) -> bool:
        """Ask the rail what became of a payment, also one that was paid: it may have come back.

        False when it has to be asked once more about a payment that nothing else looks up again.
        """
        if payout.state in ("sent", "unknown"):
            self._look_up(payout)
        elif payout.state == "paid":
            answer = self.rails[payout.rail].look_up(payout.payout_id, payout.reference)
            if answer is not None and answer.status == "unknown":
                rest_as_told(self.desk, payout.rail, answer.rest_seconds)
                return False
            if answer is not None:
                self.post_back(payout, answer)
        return True

    def post_back(self, payout: Payout, answer: RailAnswer) -> Payout:
        """Post what came back of a payment that was booked as paid; the payout as it is then.

        However the rail's word was heard (a notice, a comparison), each cent is posted once.
        """
        said = since_paid(answer)
        back = said.status == "returned" or short_of(payout, said) > payout.returned_minor
        return self._record(payout, said) if payout.state == "paid" and back else payout

    def _is_enough(self, before: Payout, after: Payout, unclear: int) -> bool:
        """Whether the rail is to be left alone now: it is silent, or takes nothing for now."""
        if unclear >= SEND_UNKNOWN_MAX:
            rest(self.desk, after.rail, RAIL_REST_SECONDS)
        if unclear and (unclear >= SEND_UNKNOWN_MAX or rests(self.desk, after.rail)):
            return True
        halted = before.state != after.state == "failed" and after.reason in HALTING
        if halted:
            rest(self.desk, after.rail, RAIL_HALT_SECONDS)
        return halted

    def _advance(
        self, run: PayoutRun, row: ChunkRow, line: RunLine | None, payout: Payout
    ) -> Payout:
        if payout.state == "draft" and run.state == "sending":
            return self._send_first(run, row, line, payout)
        if payout.state in ("sent", "unknown"):
            return self._look_up(payout)
        return payout

    def _send_first(
        self, run: PayoutRun, row: ChunkRow, line: RunLine | None, payout: Payout
    ) -> Payout:
        """Mark the draft as sent, then ask the rail; or fail it, when it may not be sent."""
        digest, standing = payout_digest(payout), standing_of(self.desk.store, payout)
        if line is None or (digest, digest) != (row.digest, line.digest):
            return self._give_back_as_frozen(payout, standing)
        refused, order = self._order(payout, standing)
        if order is None:
            return self._give_up(payout, refused, standing)
        if not self._mark_sent(run, payout, standing):
            return self._read(payout)
        return self._record(payout, self.rails[payout.rail].send(order))

    def _order(self, payout: Payout, standing: Standing) -> tuple[str, PaymentOrder | None]:
        """The order, or why there cannot be one."""
        if not standing.knows(payout):
            return FORGED, None
        if standing.bar:
            return standing.bar, None
        opened = self.destinations.open(payout.advocate_id, payout.rail)
        if opened is None:
            return "no_destination", None
        if opened.hash != payout.destination_hash:
            return "destination_changed", None
        return "", PaymentOrder(
            payout_id=payout.payout_id,
            run_id=payout.run_id,
            amount_minor=payout.amount_minor,
            currency=payout.currency,
            destination=opened.fields,
            advocate_id=payout.advocate_id,
        )

    def _mark_sent(self, run: PayoutRun, payout: Payout, standing: Standing) -> bool:
        """Commit draft -> sent; False when the payout, its run or its person has moved meanwhile.

        A hold that comes first wins; one that comes after it finds a payment that is on its way.
        """
        now_ms = self.desk.clock.now_ms()
        after = payout_moved(payout, "sent", now_ms).but(
            sent_ms=now_ms, look_ms=_next_look(payout, now_ms)
        )
        change = Change()
        change.replace(after)
        standing.stays(change)
        change.require(
            run_key(run.run_id), Guard(equals={"state": "sending", "run_hash": run.run_hash})
        )
        change.create(
            self.desk.event(
                "payout.sent",
                payout.payout_id,
                run_id=run.run_id,
                advocate_id=payout.advocate_id,
                amount_minor=payout.amount_minor,
                currency=payout.currency,
                rail=payout.rail,
            )
        )
        return self._won(change)

    def _look_up(self, payout: Payout) -> Payout:
        """Ask the rail what it knows; send again only if it surely can tell a repeat.

        Who may not be paid by now is sent nothing again, as where the place to pay to has changed.
        """
        rail, now_ms = self.rails[payout.rail], self.desk.clock.now_ms()
        answer = rail.look_up(payout.payout_id, payout.reference)
        if answer is not None:
            return self._record(payout, answer)
        first_ms = payout.sent_ms or now_ms
        if now_ms >= first_ms + rail.key_window_ms - RESEND_MARGIN_HOURS * HOUR_MS:
            return self._record(payout, RailAnswer("unknown", reason="past_key_window"))
        standing = standing_of(self.desk.store, payout)
        refused, order = self._order(payout, standing)
        if order is not None:
            change = Change()
            standing.stays(change)
            change.replace(payout.but(look_ms=_next_look(payout, now_ms)))
            if not self._won(change):
                return self._read(payout)
            return self._record(
                payout, repeated(rail.send(replace(order, again=True)), first_ms, now_ms)
            )
        quiet = now_ms >= first_ms + QUIET_HOURS * HOUR_MS
        if quiet and payout.rail not in RAILS_TOLD_AGAIN:
            # No earlier call can still be under way, and the rail would know one that arrived.
            return self._give_up(payout, refused, standing)
        return self._record(payout, RailAnswer("unknown", reason=refused))

    def _give_up(self, payout: Payout, reason: str, standing: Standing) -> Payout:
        """Fail a payment that the rail surely has not; only if nobody touched it since the read."""
        if reason == FORGED:
            return self._give_back_as_frozen(payout, standing)
        return self._failed(payout, reason)

    def _failed(self, payout: Payout, reason: str) -> Payout:
        try:
            return end_payout(self.desk, payout, "failed", reason)
        except (Stale, Collision):
            return self._read(payout)

    def _give_back_as_frozen(self, payout: Payout, standing: Standing) -> Payout:
        """Fail a payment whose record was edited by the amount and currency of the journal.

        What the record says by now is believed in nothing. A payment of which the journal knows
        nothing stays as it is: the run stays open, and a person has to look.
        """
        if (entry := standing.frozen(payout)) is None:
            return payout
        amount_minor = max(leg.amount_minor for leg in entry.legs)
        carry_minor = amount_minor - sum(one.amount_minor for one in payout.rewards)
        frozen = {"amount_minor": amount_minor, "carry_minor": carry_minor}
        return self._failed(payout.but(currency=entry.currency, **frozen), FORGED)

    def _won(self, change: Change) -> bool:
        try:
            self.desk.store.commit(change)
        except (Stale, GuardFailed):
            return False
        return True

    def _record(self, payout: Payout, answer: RailAnswer) -> Payout:
        """Commit what the rail said. A payout that has ended meanwhile stays as it ended."""
        rest_as_told(self.desk, payout.rail, answer.rest_seconds)
        if answer.status in _ENDS:
            return self._end(payout, answer)

        def attempt() -> Payout:
            now = self._read(payout)
            if now.state not in ("sent", "unknown"):
                return now
            state: PayoutState = "unknown" if answer.status == "unknown" else "sent"
            now_ms = self.desk.clock.now_ms()
            after = now if now.state == state else payout_moved(now, state, now_ms)
            waits = answer.status == "unclaimed"
            after = after.but(
                reason=answer.reason or ("unclaimed" if waits else ""),
                unclaimed_ms=now.unclaimed_ms or (now_ms if waits else None),
                reference=answer.reference or now.reference,
                looks=now.looks + 1,
                look_ms=_next_look(now, now_ms, accepted=state == "sent"),
            )
            change = Change()
            change.replace(after)
            if after.state != now.state:
                follow(self.desk, change, now, after)
                change.create(
                    self.desk.event(
                        f"payout.{state}",
                        now.payout_id,
                        after.reason,
                        run_id=now.run_id,
                        advocate_id=now.advocate_id,
                    )
                )
            if after.unclaimed_ms != now.unclaimed_ms:
                change.create(waits_event(self.desk, after))
            self.desk.store.commit(change)
            return self._read(payout)

        return until_settled(attempt)

    def _end(self, payout: Payout, answer: RailAnswer) -> Payout:
        def attempt() -> Payout:
            now = self._read(payout)
            came_back = now.state == "paid" and answer.status == "returned"
            if now.state in ("sent", "unknown") or came_back:
                now = end_payout(
                    self.desk,
                    now,
                    _ENDS[answer.status],
                    answer.reason,
                    reference=answer.reference,
                    fee_minor=answer.fee_minor,
                )
                now = self._read(now) if answer.returned_minor else now
            short = short_of(now, answer)
            return part_back(self.desk, now, short) if short > now.returned_minor else now

        return until_settled(attempt)

    def _read(self, payout: Payout) -> Payout:
        found = self.desk.store.get(Payout, payout.key)
        if found is None:
            raise NotFound("unknown_payout", "there is no such payout")
        return found


def _silent(payout: Payout) -> bool:
    """Whether the rail said nothing about a payment that it was just asked about."""
    return payout.state == "unknown" and payout.reason not in TELLING


def _next_look(payout: Payout, now_ms: int, *, accepted: bool = False) -> int | None:
    """When to ask again: a minute later, then twice as long each time, at last once a day.

    What a rail by hand has taken is a person's; until then it is looked up as any other.
    """
    if accepted and payout.rail in RAILS_BY_HAND:
        return None
    seconds: int = min(LOOK_SECONDS_FIRST * 2 ** min(payout.looks, 20), LOOK_SECONDS_MAX)
    return now_ms + seconds * SECOND_MS


def _needs_rail(payout: Payout) -> bool:
    """Whether a call in the next minutes may get further; what takes days is left to the sweep."""
    if payout.state == "draft":
        return True
    by_hand = payout.rail in RAILS_BY_HAND and payout.state == "sent" and payout.look_ms is None
    if by_hand or payout.reason == "unclaimed":
        return False
    return payout.state in ("sent", "unknown") and payout.looks < LOOKUP_TRIES_MAX
