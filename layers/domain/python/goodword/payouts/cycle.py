"""`payout_cycle` asks the run's own record what comes next; the machine only waits and repeats.

Each step does a bounded piece of work and answers the route of the next one. A step that is
repeated, comes late or comes twice finds the record where it is and answers from there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from goodword.limits import LOOKUP_TRIES_MAX, NOTICES_PER_SWEEP
from goodword.payouts.approving import Approving, Wait, overdue
from goodword.payouts.auditing import Auditing
from goodword.payouts.ending import Ending
from goodword.payouts.filing import Filing
from goodword.payouts.freezing import Freezing, read_run
from goodword.payouts.hearing import Hearing, Names
from goodword.payouts.listing import Listing
from goodword.payouts.model import OpenRun, PayoutRun, open_run_key
from goodword.payouts.ports import Origins
from goodword.payouts.recomparing import ONLY_UNCLEAR, reconcilable
from goodword.payouts.reconciling import Reconciling
from goodword.payouts.sending import Sending
from goodword.ports import Desk
from goodword.privacy.ports import Macs
from goodword.records import Value

Route = Literal[
    "freeze",
    "close_list",
    "audit",
    "ask_request",
    "ask_release",
    "begin",
    "send",
    "give_back",
    "look_up",
    "reconcile",
    "compare",
    "nothing_due",
    "waiting",
    "settled",
    "given_back",
    "left",
]
CHUNK_WAIT_SECONDS_FIRST, CHUNK_WAIT_SECONDS_MAX = 15, 900  # seconds between tries of a chunk


class Step(Value):
    """Where a run goes next; `chunks` are the items of a map."""

    run_id: str = ""
    route: Route
    cursor: str = ""
    chunks: tuple[int, ...] = ()


class ChunkStep(Value):
    """Where a chunk goes next: again after a wait, done, or left to the clock's sweep."""

    run_id: str
    chunk: int
    turn: int
    route: Literal["again", "done", "left"]
    wait_seconds: int = Field(ge=1)


@dataclass(frozen=True)
class Cycle:
    """The steps of the machine. Only the steps that send make `sending`, which opens the vault."""

    desk: Desk
    macs: Macs
    origins: Origins
    names: Names
    approving: Approving
    ending: Ending
    sending: Callable[[], Sending]

    def open(
        self,
        program_id: str,
        period: str,
        cutoff_ms: int,
        ended_ms: int | None = None,
        currency: str | None = None,
    ) -> Step:
        """Cut off: make the run of the period, or find how far it is."""
        freezing = Freezing(self.desk, self.macs)
        return self._stand(freezing.open(program_id, period, cutoff_ms, ended_ms, currency))

    def freeze(self, run_id: str, cursor: str) -> Step:
        """Freeze some of what is due."""
        following = Freezing(self.desk, self.macs).freeze(run_id, cursor)
        if following:
            return Step(run_id=run_id, route="freeze", cursor=following)
        step = self.stand(run_id)
        return step.but(route="close_list") if step.route == "freeze" else step

    def close_list(self, run_id: str) -> Step:
        """Count what was frozen."""
        return self._stand(Listing(self.desk).close(run_id))

    def audit(self, run_id: str, cursor: str) -> Step:
        """Look at some of the payments for what is unusual; after the last the list is hashed."""
        following = Auditing(self.desk, self.origins).look(run_id, cursor)
        if following:
            return Step(run_id=run_id, route="audit", cursor=following)
        return self.stand(run_id)

    def ask(self, run_id: str, wait: Wait, token: str) -> Step:
        """Wait for a person; the answer of this step is not used by the machine."""
        self.approving.ask(run_id, wait, token)
        return Step(run_id=run_id, route="waiting")

    def stand(self, run_id: str) -> Step:
        """How far the run is."""
        return self._stand(read_run(self.desk.store, run_id))

    def expire(self, run_id: str) -> Step:
        """A wait timed out: the run ends unpaid, unless its answer came at the last moment."""
        return self._stand(self.approving.expire(run_id))

    def begin(self, run_id: str) -> Step:
        """Released -> sending."""
        return self._stand(self.sending().begin(run_id))

    def send(self, run_id: str, chunk: int, turn: int) -> ChunkStep:
        """Send, or look up, the payments of one chunk; `turn` counts the tries from 0."""
        pending = self.sending().advance(run_id, chunk)
        wait = min(CHUNK_WAIT_SECONDS_FIRST * 2**turn, CHUNK_WAIT_SECONDS_MAX)
        again = "again" if turn + 1 < LOOKUP_TRIES_MAX else "left"
        return ChunkStep(
            run_id=run_id,
            chunk=chunk,
            turn=turn + 1,
            route=again if pending else "done",  # type: ignore[arg-type]  # both are routes
            wait_seconds=wait,
        )

    def settle(self, run_id: str) -> Step:
        """Close the run, or leave what could not be sent to the sweep."""
        run = self.ending.settle(run_id)
        if run.state == "sending":
            return Step(run_id=run_id, route="left")
        return Step(run_id=run_id, route="reconcile") if reconcilable(run) else self._stand(run)

    def reconcile(self, run_id: str) -> Step:
        """Which chunks are to be compared with the rail's own word, if any."""
        chunks = Reconciling(self.desk, self.sending()).parts(run_id)
        return Step(run_id=run_id, route="compare" if chunks else "settled", chunks=chunks)

    def recompare(self, run_id: str) -> Step:
        """The chunks with something unclear, when it is time to compare them again."""
        chunks = Reconciling(self.desk, self.sending()).turn(run_id)
        if chunks is None:
            return Step(run_id=run_id, route="settled")
        if not chunks:
            return self.sum_up(run_id)
        return Step(run_id=run_id, route="compare", cursor=ONLY_UNCLEAR, chunks=chunks)

    def compare(self, run_id: str, chunk: int, cursor: str = "") -> Step:
        """Compare the payments of this chunk, and of the few after it; or the unclear ones only."""
        Reconciling(self.desk, self.sending()).look(run_id, chunk, cursor)
        return Step(run_id=run_id, route="compare")

    def sum_up(self, run_id: str) -> Step:
        """What the comparison of all chunks came to."""
        Reconciling(self.desk, self.sending()).sum_up(run_id)
        return self.stand(run_id)

    def give_back(self, run_id: str, cursor: str) -> Step:
        """Give back some of a cancelled or expired run."""
        following = self.ending.give_back(run_id, cursor)
        return Step(
            run_id=run_id, route="give_back" if following else "given_back", cursor=following
        )

    def write_file(self, run_id: str) -> Step:
        """Write the bank's file anew, as a person asked."""
        return self._stand(Filing(self.desk, self.ending.files).write(run_id))

    def mend(self, run_id: str) -> Step:
        """Take up a run whose execution is lost, or end one that nobody answered in time."""
        run = read_run(self.desk.store, run_id)
        if overdue(run, self.desk.clock.now_ms()):
            run = self.approving.expire(run_id)
        self.approving.remind(run)
        step = self._stand(run)
        return step.but(route="waiting") if step.route in ("ask_request", "ask_release") else step

    def look_up(self) -> Step:
        """Ask the rails about payments that are still unknown, and about what they have told."""
        asks = self.sending()
        heard = Hearing(self.desk, asks, self.names).take_up()
        more = asks.look_up_due() or heard == NOTICES_PER_SWEEP
        return Step(route="look_up" if more else "settled")

    def _stand(self, run: PayoutRun) -> Step:
        chunks = tuple(range(run.chunks)) if run.state == "sending" else ()
        return Step(run_id=run.run_id, route=self._route(run), chunks=chunks)

    def _route(self, run: PayoutRun) -> Route:
        match run.state:
            case "draft":
                waits: dict[str, Route] = {
                    "open": "freeze",
                    "closed": "close_list",
                    "counted": "audit",
                }
                return waits.get(run.listing, "ask_request")
            case "requested":
                return "ask_release"
            case "released":
                return "begin"
            case "sending":
                return "send"
            case "settled":
                return "nothing_due" if run.count == 0 else "settled"
            case _:
                opened = self.desk.store.get(OpenRun, open_run_key(run.run_id))
                return "give_back" if opened else "given_back"
