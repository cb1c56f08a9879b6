"""A walk moves one step at a time, each in one Change, until something has to be waited for.

The state machine `journey` walks; the sweep walks whatever its execution did not, so a lost one
strands nobody. Both only ask: what happens is decided by the walk's own record. Every step but
`wait` and `remind` first waits until the open ask has its answer or is over. An ask that may not be
made yet is looked at again when its reason says, once a day otherwise, and given up when the time
of the journey's goal is over; every time the reason is kept. A programme that is paused holds its
walks, and a closed one ends them, as their journey would. What was promised in a walk that has
ended is looked at once more, when its days are over: no yes waits for ever.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from pydantic import Field

from goodword.errors import NotFound
from goodword.events import Event
from goodword.journeys.asked import OWED, TAKEN
from goodword.journeys.asks import ANSWER_NAME
from goodword.journeys.definition import Ask, JourneyTerms
from goodword.journeys.journey import (
    Journey,
    JourneyVersion,
    version_key,
    with_program,
)
from goodword.journeys.moves import Moves
from goodword.journeys.walk import Walk, stopped_by_version, walk_key
from goodword.limits import (
    WALK_GRACE_SECONDS,
    WALK_MOVES_MAX,
    WALK_SHARDS,
    WALK_SLEEP_DAYS,
    WALKS_PER_SWEEP,
)
from goodword.ports import Change, Desk, Guard, in_turn, unheard, until_settled
from goodword.programs.model import ProgramState
from goodword.records import Value
from goodword.times import DAY_MS, SECOND_MS
from goodword.workflow import TaskToken, Workflow, token_key

Route = Literal["wait", "answer", "done"]
SAID = frozenset({"journey.asked", "journey.reminded"})  # what a pause that commits first prevents


class Step(Value):
    """Where the machine goes next, and for how long at most. At least a second."""

    journey_id: str
    walk_id: str
    route: Route
    seconds: int = Field(default=1, ge=1, le=31_536_000)


@dataclass(frozen=True)
class Walking:
    """The steps of the machine `journey`, and the sweep."""

    desk: Desk
    moves: Moves
    workflow: Workflow

    def step(self, journey_id: str, walk_id: str) -> Step:
        """Move as far as it goes now; what to wait for then. Safe to repeat at any time.

        Raises NotFound `unknown_walk`.
        """
        walk = self._walk(journey_id, walk_id)
        for _ in range(WALK_MOVES_MAX):
            if walk.state != "walking" or walk.next_ms > self.desk.clock.now_ms():
                break
            walk = until_settled(partial(self._move, journey_id, walk_id))
        while walk.owed_ms is not None and walk.owed_ms <= self.desk.clock.now_ms():
            walk = until_settled(partial(self._lapse, journey_id, walk_id))
        return self._pause(walk)

    def listen(self, journey_id: str, walk_id: str, token: str) -> None:
        """Keep the callback of a wait for an answer; resume it at once if there is one."""

        def attempt() -> bool:
            walk = self._walk(journey_id, walk_id)
            if walk.state != "walking" or walk.next_ms <= self.desk.clock.now_ms():
                return False
            kept = self.desk.store.get(TaskToken, token_key(walk_id, ANSWER_NAME))
            given = TaskToken(
                subject_id=walk_id,
                name=ANSWER_NAME,
                token=token,
                given_ms=self.desk.clock.now_ms(),
                version=kept.version if kept else 0,
            )
            change = Change()
            change.save(given)
            change.replace(walk)  # nobody may answer between the read and this token
            self.desk.store.commit(change)
            return True

        if not until_settled(attempt):
            self.workflow.resume(token, {"walk_id": walk_id})

    def sweep(self, failed: Callable[[str, Exception], None] = unheard) -> int:
        """Move on the walks whose execution did not; how many there were.

        One that cannot be moved holds back no other: `failed` hears of each, by the id of its walk,
        and the first error is raised when all had their turn.
        """
        until_ms = self.desk.clock.now_ms() - WALK_GRACE_SECONDS * SECOND_MS
        pages = (
            self.desk.store.query_index(
                Walk,
                "core",
                f"WALKS#{shard}",
                until=f"{max(0, until_ms):015d}#~",
                limit=WALKS_PER_SWEEP,
            )
            for shard in range(WALK_SHARDS)
        )
        due = [walk for page in pages for walk in page.rows]
        in_turn(
            ((one.walk_id, partial(self.step, one.journey_id, one.walk_id)) for one in due), failed
        )
        return len(due)

    def _walk(self, journey_id: str, walk_id: str) -> Walk:
        walk = self.desk.store.get(Walk, walk_key(journey_id, walk_id))
        if walk is None:
            raise NotFound("unknown_walk", "nobody walks so")
        return walk

    def _pause(self, walk: Walk) -> Step:
        def paused(route: Route, seconds: int = 1) -> Step:
            return Step(
                journey_id=walk.journey_id, walk_id=walk.walk_id, route=route, seconds=seconds
            )

        if walk.state != "walking":
            return paused("done")
        left_ms = max(0, walk.next_ms - self.desk.clock.now_ms())
        seconds = min(31_536_000, max(1, -(-left_ms // SECOND_MS)))
        waits = any(one.state in ("sent", "accepted", "submitted") for one in walk.asks)
        waits = waits or walk.held == "handed_over"
        return paused("answer" if waits else "wait", seconds)

    def _move(self, journey_id: str, walk_id: str) -> Walk:
        """One move, committed; the walk after it."""
        walk, now_ms = self._walk(journey_id, walk_id), self.desk.clock.now_ms()
        if walk.state != "walking" or walk.next_ms > now_ms:
            return walk
        journey, program_state = with_program(self.desk.store, walk.program_id, journey_id)
        assert journey is not None  # a journey is never deleted
        rests, over = _rests(journey, program_state), _over(journey, program_state)
        change = Change()
        if rests:
            after = walk.but(next_ms=now_ms + WALK_SLEEP_DAYS * DAY_MS, held=rests)
        elif (stopped := self._stopped(walk, journey, over)) is not None:
            after = self.moves.end(change, walk, stopped)
        else:
            walk, version = self._version(walk, journey)
            after = self.moves.move(change, walk, version.terms, asks=not over)
            if any(isinstance(one, Event) and one.type in SAID for one in change.created):
                change.require(journey.key, Guard({"version": journey.version}))
        after = after.but(changed_ms=now_ms)
        change.replace(after)
        self.desk.store.commit(change)
        return after.but(version=after.version + 1)

    def _lapse(self, journey_id: str, walk_id: str) -> Walk:
        """One promise of a walk that has ended looked at, committed; each has its days."""
        walk, change = self._walk(journey_id, walk_id), Change()
        after = self.moves.lapse(change, walk).but(changed_ms=self.desk.clock.now_ms())
        change.replace(after)
        self.desk.store.commit(change)
        return after.but(version=after.version + 1)

    def _stopped(self, walk: Walk, journey: Journey, over: str) -> str | None:
        """Why the walk ends here. Nobody is stopped who has promised something: that is kept."""
        if any(one.state in OWED for one in walk.asks):
            return None
        if over:
            return over
        return "version_stopped" if stopped_by_version(self.desk.store, walk, journey) else None

    def _version(self, walk: Walk, journey: Journey) -> tuple[Walk, JourneyVersion]:
        """The walk by the version that it goes on with: its own, or as a later one said.

        Whoever is to move, and stands at a step that the new version does not have, finishes; and
        whoever has promised something, by what the version of then gives for it.
        """
        number = walk.number
        if any(one.state in TAKEN for one in walk.asks):
            return walk, self._of(journey, number)
        for later in range(walk.seen + 1, journey.in_force + 1):
            version = self._of(journey, later)
            if version.in_flight == "move" and _knows(version.terms, walk):
                number = later
        after = walk.but(number=number, seen=max(walk.seen, journey.in_force))
        return after, self._of(journey, number)

    def _of(self, journey: Journey, number: int) -> JourneyVersion:
        version = self.desk.store.get(JourneyVersion, version_key(journey.journey_id, number))
        assert version is not None  # versions are never deleted
        return version


def _rests(journey: Journey, program_state: ProgramState) -> str:
    """Why nobody walks on for now; empty if they do."""
    if program_state != "active":
        return "programme_paused" if program_state == "paused" else ""
    return "journey_paused" if journey.state == "paused" else ""


def _over(journey: Journey, program_state: ProgramState) -> str:
    """Why nobody is asked for anything any more; empty if they are."""
    if program_state == "closed":
        return "programme_closed"
    return "journey_ended" if journey.state == "ended" else ""


def _knows(terms: JourneyTerms, walk: Walk) -> bool:
    """Whether it has the step of the walk, and asks for what the walk has asked for."""
    asking = {(one.name, one.motion) for one in terms.steps if isinstance(one, Ask)}
    here = any(one.name == walk.step for one in terms.steps)
    return here and {(one.step, one.motion) for one in walk.asks} <= asking
