"""Whoever's payouts are stopped is in no run, and gets nothing that was frozen before.

One record per advocate holds every reason at once, each under the id of what caused it (a dispute,
a hold by finance), so that lifting the one does not lift the other. Other capabilities put their
own reasons here, in their own Change: `stopped` and `lifted` give the record to save. Bans stand
apart: there is always room for one, and nobody lifts its stop but the ban itself (`barred`, `let`).
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from goodword.errors import Conflict, InvalidInput, NotAllowed, NotFound
from goodword.limits import STOPS_MAX
from goodword.ports import Change, Desk, Store, until_settled
from goodword.receipts import Receipt, no_receipt, settle
from goodword.records import Key, Record, Value

StopReason = Literal["on_hold", "dispute_open"]
HOLD_CODES = ("suspected_fraud", "details_unclear", "legal_request", "other")


class Cause(Value):
    """Why, since when and by whom; `code` is a stable word."""

    reason: StopReason
    code: str
    by: str
    at_ms: int


class PayoutStop(Record):
    """What keeps an advocate from being paid, by the id of its cause; empty when nothing does.

    `bans` are those that are not carried out yet, by programme: no more than somebody is in.
    """

    KIND: ClassVar[str] = "payout_stop"

    advocate_id: str
    causes: dict[str, Cause] = Field(default={}, max_length=STOPS_MAX)
    bans: dict[str, Cause] = {}

    @property
    def key(self) -> Key:
        return stop_key(self.advocate_id)

    @property
    def reason(self) -> StopReason | None:
        """The reason that is shown: a dispute before a hold; None when nothing stops."""
        found = {cause.reason for cause in self.all.values()}
        if "dispute_open" in found:
            return "dispute_open"
        return "on_hold" if found else None

    @property
    def all(self) -> dict[str, Cause]:
        """Every cause by an id that is its own, bans among them."""
        return {f"ban:{program}": cause for program, cause in self.bans.items()} | self.causes

    def held(self, until_ms: int | None = None) -> tuple[str, ...]:
        """The ids of finance's holds; only those made by then if that is said."""
        return tuple(
            name
            for name, cause in self.causes.items()
            if cause.reason == "on_hold" and (until_ms is None or cause.at_ms <= until_ms)
        )


def stop_key(advocate_id: str) -> Key:
    """Where it is: in the advocate's summary."""
    return Key("core", f"ADV#{advocate_id}", "A#STOP")


def read_stop(store: Store, advocate_id: str) -> PayoutStop:
    """The record as stored, or a new empty one."""
    return store.get(PayoutStop, stop_key(advocate_id)) or PayoutStop(advocate_id=advocate_id)


def taken_stop(store: Store, change: Change, advocate_id: str) -> PayoutStop:
    """The record as the change has it so far, taken out to be put in again; else as stored."""
    for kept in change.replaced:
        if isinstance(kept[0], PayoutStop) and kept[0].advocate_id == advocate_id:
            change.replaced.remove(kept)
            return kept[0]
    return read_stop(store, advocate_id)


def stopped(stop: PayoutStop, cause_id: str, cause: Cause) -> PayoutStop:
    """The record with one more cause. Conflict `too_many_stops`."""
    if len(stop.causes) >= STOPS_MAX and cause_id not in stop.causes:
        raise Conflict("too_many_stops", "there are too many reasons already; lift some first")
    return stop.but(causes={**stop.causes, cause_id: cause})


def lifted(stop: PayoutStop, cause_id: str) -> PayoutStop:
    """The record without the cause; without any effect if it is not there."""
    return stop.but(causes={one: cause for one, cause in stop.causes.items() if one != cause_id})


def barred(stop: PayoutStop, program_id: str, cause: Cause) -> PayoutStop:
    """The record with a ban from a programme that is to be carried out."""
    return stop.but(bans={**stop.bans, program_id: cause})


def let(stop: PayoutStop, program_id: str) -> PayoutStop:
    """The record without that ban, which is carried out or lifted."""
    return stop.but(bans={one: cause for one, cause in stop.bans.items() if one != program_id})


@dataclass(frozen=True)
class Holding:
    """Finance holds the payouts of one advocate, and lets them go on; never one's own."""

    desk: Desk

    def hold(
        self,
        advocate_id: str,
        code: str,
        own_id: str | None,
        receipt: Receipt[PayoutStop] = no_receipt,
    ) -> PayoutStop:
        """Stop the payouts of the advocate under a fresh cause.

        Raises InvalidInput `unknown_reason_code`, NotAllowed `own_payouts`.
        """
        _may(advocate_id, own_id)
        _known(code)
        cause_id = self.desk.ids.new("hld")

        def attempt() -> PayoutStop:
            stop, now_ms = read_stop(self.desk.store, advocate_id), self.desk.clock.now_ms()
            cause = Cause(reason="on_hold", code=code, by=self.desk.actor.id, at_ms=now_ms)
            after = stopped(stop, cause_id, cause)
            return self._commit(after, "advocate.payouts_held", code, cause_id, receipt)

        return until_settled(attempt)

    def lift(
        self,
        advocate_id: str,
        cause_id: str,
        code: str,
        own_id: str | None,
        receipt: Receipt[PayoutStop] = no_receipt,
    ) -> PayoutStop:
        """Take back a hold of finance. Raises as `hold`, and NotFound `unknown_hold`."""
        _may(advocate_id, own_id)
        _known(code)

        def attempt() -> PayoutStop:
            stop = read_stop(self.desk.store, advocate_id)
            cause = stop.causes.get(cause_id)
            if cause is None or cause.reason != "on_hold":
                raise NotFound("unknown_hold", "the advocate has no such hold")
            after = lifted(stop, cause_id)
            return self._commit(after, "advocate.payouts_let_go", code, cause_id, receipt)

        return until_settled(attempt)

    def _commit(
        self,
        after: PayoutStop,
        what: str,
        code: str,
        cause_id: str,
        receipt: Receipt[PayoutStop],
    ) -> PayoutStop:
        change = Change()
        change.save(after)
        change.create(self.desk.event(what, after.advocate_id, code, cause_id=cause_id))
        return settle(self.desk.store, change, after, receipt)


def _may(advocate_id: str, own_id: str | None) -> None:
    if advocate_id == own_id:
        raise NotAllowed("own_payouts", "these payouts are your own")


def _known(code: str) -> None:
    if code not in HOLD_CODES:
        raise InvalidInput("unknown_reason_code", "the reason code is not one of the list")
