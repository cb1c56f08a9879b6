"""Who must be refused while money waits for people, and is: payees, whoever else has no say, the
same person twice, another total by a cent, and a list that somebody has edited in the table.

It is all asked in the middle of a payday where nothing fails, with everything else right: the hash,
the total, the run. A refusal has written nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import TYPE_CHECKING, Any

from goodword.payouts.findings import RunFinding
from goodword.payouts.model import Payout, PayoutRun, RunChunk, RunLine
from goodword.payouts.stops import PayoutStop
from goodword.ports import Change
from goodword.records import Record
from goodword.rewards.model import Reward

from tests.simulation.happenings import account_of
from tests.simulation.lambdas import TWICE
from tests.simulation.story import HOUR_MS

if TYPE_CHECKING:
    from tests.simulation.town import Town

PRIES, MOST = 0.12, 40  # of the stories; calls of one
CANCELS = 0.25  # of these; one of their runs
UNSURE_HOURS = 48  # so long nobody can say what became of a payment
ROLES = ("admin", "marketer", "analyst")
Said = dict[str, Any]


class Prying:
    """Asks what must be refused, for as long as a seed has patience."""

    def __init__(self, town: "Town") -> None:
        self.town = town
        self._chance = Random(f"prying {town.story.seed}")
        self._left = MOST if self._chance.random() < PRIES else 0
        self._cancels = self._chance.random() < CANCELS

    @property
    def is_over(self) -> bool:
        """Whether nothing (more) is asked in this story."""
        return self._left <= 0

    def ask(self) -> None:
        """Everything that could be tried now, in any order."""
        tries = [*self._runs(), *self._payments(), *self._people()]
        self._chance.shuffle(tries)
        for one in tries[: self._left]:
            one()
        self._left -= len(tries)
        if self._cancels and (runs := self._waiting()):
            self._cancels = False
            self._cancel(self._chance.choice(runs))

    def _runs(self) -> Iterator[Callable[[], None]]:
        for run in self._waiting():
            cancel = f"/v1/payout-runs/{run.run_id}/cancel"
            yield self._no("usr_anna", cancel, {"reason_code": "nonsense"})
            yield self._no("usr_olga", cancel, {"reason_code": "other"}, "admin")
            verb = "request" if run.state == "draft" else "release"
            path, body = f"/v1/payout-runs/{run.run_id}/{verb}", _said(run)
            payees = {one.advocate_id for one in self._payouts(run)}
            for person in sorted(payees):
                yield self._no(account_of(person), path, body)
            if run.open_findings:
                yield self._no("usr_zoe", path, body)
                yield from self._findings(run)
                continue
            yield self._no("usr_olga", path, body, self._chance.choice(ROLES))
            yield self._no("usr_zoe", path, body | {"run_hash": "0" * 64})
            if run.state == "draft":
                release = path.replace("/request", "/release")
                yield self._no("usr_zoe", release, body | {"total_minor": run.total_minor})
                continue
            for who in (run.requested_by, f"{run.requested_by}{TWICE}"):
                yield self._no(str(who), path, body)
            if run.checked_by:
                yield self._no(f"{run.checked_by.removesuffix(TWICE)}{TWICE}", path, body)
            for off in (-1, 1):
                yield self._no("usr_zoe", path, body | {"total_minor": run.total_minor + off})
            yield from self._edits(run, path, body)

    def _waiting(self) -> list[PayoutRun]:
        """Runs that wait for a person."""
        found: list[PayoutRun] = self.town.all(PayoutRun)
        states = ("draft", "requested")
        return [one for one in found if one.listing == "hashed" and one.state in states]

    def _cancel(self, run: PayoutRun) -> None:
        """A person may stop it, and say so twice."""
        path, body = f"/v1/payout-runs/{run.run_id}/cancel", {"reason_code": "wrong_amounts"}
        said = [self.town.asks("usr_anna", "POST", path, body) for _ in range(2)]
        after = next(one for one in self.town.all(PayoutRun) if one.run_id == run.run_id)
        if said != [200, 200] or (after.state, after.reason) != ("cancelled", "wrong_amounts"):
            self.town.fail(f"{path} was answered with {said}: {after.state} {after.reason}")

    def _findings(self, run: PayoutRun) -> Iterator[Callable[[], None]]:
        for one in self.town.all(RunFinding):
            if one.run_id == run.run_id and one.state == "open" and one.advocate_id:
                body = {"check": one.check, "subject": one.subject, "reason_code": "other"}
                path = f"/v1/payout-runs/{run.run_id}/findings"
                yield self._no(account_of(one.advocate_id), path, body | {"verdict": "clear"})
                yield self._no("usr_olga", path, body | {"verdict": "clear"}, "admin")

    def _edits(self, run: PayoutRun, path: str, body: Said) -> Iterator[Callable[[], None]]:
        """Somebody has edited what is stored, after one person has looked at it."""
        payout = next((one for one in self._payouts(run) if one.state == "draft"), None)
        if payout is None:
            return
        lines = [one for one in self.town.all(RunLine) if one.payout_id == payout.payout_id]
        chunk = next(one for one in self.town.all(RunChunk) if one.run_id == run.run_id)
        more = payout.amount_minor + 1
        rows = (chunk.rows[0].but(advocate_id="adv_nobody"), *chunk.rows[1:])
        edits = (
            payout.but(amount_minor=more, carry_minor=payout.carry_minor + 1),
            payout.but(destination_hash="0" * 64),
            lines[0].but(amount_minor=more),
            chunk.but(rows=rows),
            chunk.but(rows=(chunk.rows[0].but(digest="0" * 64), *chunk.rows[1:])),
        )
        was: tuple[Record, ...] = (payout, payout, lines[0], chunk, chunk)
        for before, after in zip(was, edits, strict=True):
            yield self._edited(before, after, self._no("usr_zoe", path, body))

    def _payments(self) -> Iterator[Callable[[], None]]:
        for payout in self.town.all(Payout):
            path = f"/v1/payout-runs/{payout.run_id}/confirm"
            body = {"payout_id": payout.payout_id, "reference": "ref", "reason_code": "other"}
            paid, failed, back = (
                body | {"outcome": outcome} for outcome in ("paid", "failed", "returned")
            )
            asked = self.town.clock.at_ms - (payout.sent_ms or 0)
            if payout.state in ("sent", "unknown"):
                yield self._no(account_of(payout.advocate_id), path, paid)
                yield self._no("usr_anna", path, back)
                yield self._no("usr_olga", path, paid, self._chance.choice(ROLES))
            by_hand = payout.rail == "csv"
            if not by_hand and (payout.state == "sent" or asked < UNSURE_HOURS * HOUR_MS):
                if payout.state in ("sent", "unknown"):
                    yield from (self._no("usr_anna", path, each) for each in (paid, failed))
            elif payout.state == "paid":
                yield self._no("usr_anna", path, failed)
                yield self._no(account_of(payout.advocate_id), path, back)
            elif payout.state in ("failed", "returned", "cancelled"):
                yield self._no("usr_anna", path, paid)

    def _people(self) -> Iterator[Callable[[], None]]:
        for stop in self.town.all(PayoutStop):
            for name, cause in stop.causes.items():
                body = {"advocate_id": stop.advocate_id, "hold_id": name, "reason_code": "other"}
                path = "/v1/payout-holds/lift"
                yield self._no(account_of(stop.advocate_id), path, body)
                yield self._no("usr_olga", path, body, self._chance.choice(ROLES))
                if cause.reason != "on_hold":
                    yield self._no("usr_zoe", path, body)
        for reward in self.town.all(Reward):
            if reward.state == "on_hold":
                path = f"/v1/rewards/{reward.reward_id}/approve"
                body = {"reason_code": "checked_order"}
                if reward.side == "advocate":  # no friend is one of us
                    yield self._no(account_of(reward.advocate_id), path, body)
                yield self._no("usr_olga", path, body, self._chance.choice(ROLES))

    def _payouts(self, run: PayoutRun) -> list[Payout]:
        return [one for one in self.town.all(Payout) if one.run_id == run.run_id]

    def _no(self, who: str, path: str, body: Said, group: str = "finance") -> Callable[[], None]:
        def ask() -> None:
            commits = self.town.commits
            status = self.town.asks(who, "POST", path, body, group)
            if not 400 <= status < 500:
                self.town.fail(f"{path} of {who} ({group}) was answered with {status}: {body}")
            if self.town.commits != commits:
                self.town.fail(f"{path} of {who} was refused, and has written something")

        return ask

    def _edited(self, before: Record, after: Record, ask: Callable[[], None]) -> Callable[[], None]:
        def edited() -> None:
            with unseen(self.town):
                put(self.town, before, after)
            ask()
            with unseen(self.town):
                put(self.town, after, before)

        return edited


@contextmanager
def unseen(town: "Town") -> Iterator[None]:
    """Nobody is told of what is written meanwhile."""
    seen, town.dynamo.written = town.dynamo.written, lambda _: None
    try:
        yield
    finally:
        town.dynamo.written = seen


def put(town: "Town", old: Record, new: Record) -> None:
    """Somebody who may write to the table puts one record in the place of another."""
    stored = town.memory.get(type(old), old.key)
    change = Change()
    change.replace(new.but(version=stored.version if stored else 0))
    town.memory.commit(change)


def _said(run: PayoutRun) -> Said:
    """What a person says of a run that they have looked at."""
    return {"run_hash": run.run_hash} | (
        {} if run.state == "draft" else {"total_minor": run.total_minor}
    )
