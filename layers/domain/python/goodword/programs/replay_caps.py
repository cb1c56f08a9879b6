"""A replay simulates caps in the order of the decisions, starting from what was used in truth.

Each decision says what its caps left then, refunds and refusals and all; the simulation adds what
the draft had given more or less until then. So a draft that changes nothing finds exactly the room
that there was. Of a cap that no decision tells (there was none, it counted otherwise, or a limit of
the whole programme was read in part) the replay counts from its own beginning.

A budget is no part of the terms: it holds for each conversion as its decision found it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

from goodword.limits import READ_KEYS_MAX
from goodword.ports import Store
from goodword.programs.caps import Measure
from goodword.programs.model import ProgramVersion
from goodword.programs.replay import Held, Outcome, Replay, Standing
from goodword.records import Key, Record
from goodword.rewards.caps import CapLine, Limit, Room, whole_room
from goodword.rewards.model import Counted


class ReplayUse(Record):
    """What one replay knows of a cap's use: in truth when last told, and how the draft moved it."""

    KIND: ClassVar[str] = "replay_use"

    replay_id: str
    counted: Counted
    used_money: int = 0
    used_rewards: int = 0
    moved_money: int = 0
    moved_rewards: int = 0
    keep_s: int

    @property
    def key(self) -> Key:
        return replay_use_key(self.replay_id, self.counted)

    @property
    def expires_s(self) -> int:
        return self.keep_s


def replay_use_key(replay_id: str, counted: Counted) -> Key:
    """Where a replay keeps what it knows of the use of a cap."""
    name = f"CAP#{counted.scope}#{counted.subject}#{counted.period}"
    return Key("core", f"RPL#{replay_id}", name)


class Told(NamedTuple):
    """One use of one measure."""

    counted: Counted
    measure: Measure


@dataclass
class Caps:
    """The caps that one page of decisions meets: read when met, moved in order, written at last."""

    store: Store
    replay: Replay
    draft: ProgramVersion
    versions: Mapping[int, ProgramVersion]
    _known: dict[Key, ReplayUse] = field(default_factory=dict)
    _before: dict[Key, ReplayUse] = field(default_factory=dict)

    def meet(self, page: Sequence[Standing]) -> None:
        """Read at once what is known of the caps of everybody whose conversions these are."""
        places = {
            replay_use_key(self.replay.replay_id, place): place
            for one in page
            if one.decision.advocate_id is not None
            for place in self._whole(self.draft, one, one.decision.advocate_id).counted
        }
        keys = list(places)
        for start in range(0, len(keys), READ_KEYS_MAX):
            some = keys[start : start + READ_KEYS_MAX]
            found = self.store.get_many(ReplayUse, some)
            for key in some:
                self._keep(key, found.get(key) or self._fresh(places[key]))

    def room(self, standing: Standing, winner: str) -> Room:
        """What the draft's caps leave for the winner at this conversion."""
        told = self._told(standing)
        whole = self._whole(self.draft, standing, winner)
        return Room(limits=tuple(self._left(limit, told) for limit in whole.limits))

    def seen(self, standing: Standing, outcome: Outcome) -> None:
        """The conversion is through: what it used in truth, and what the draft moved."""
        told = self._told(standing)
        people = {one.advocate_id for one in (*outcome.before, *outcome.after)}
        places = {
            place for one in people for place in self._whole(self.draft, standing, one).counted
        }
        for place in places:
            known = self._use(place)
            before, after = _of(place, outcome.before), _of(place, outcome.after)
            self._known[known.key] = known.but(
                used_money=told.get(Told(place, "money"), known.used_money) + before.money,
                used_rewards=told.get(Told(place, "rewards"), known.used_rewards) + before.rewards,
                moved_money=known.moved_money + after.money - before.money,
                moved_rewards=known.moved_rewards + after.rewards - before.rewards,
            )

    @property
    def moved(self) -> list[ReplayUse]:
        """Those that are to be written."""
        return [use for key, use in self._known.items() if use != self._before[key]]

    def _left(self, limit: Limit, told: Mapping[Told, int]) -> Limit:
        measure = limit.measure
        used = (self._used(place, measure, told) for place in limit.places)
        return limit.but(left=max(0, limit.left - max(used, default=0)))

    def _used(self, place: Counted, measure: Measure, told: Mapping[Told, int]) -> int:
        known = self._use(place)
        moved = known.moved_money if measure == "money" else known.moved_rewards
        used = known.used_money if measure == "money" else known.used_rewards
        return max(0, told.get(Told(place, measure), used) + moved)

    def _told(self, standing: Standing) -> dict[Told, int]:
        """How much of each cap was used before this decision, as the decision itself says."""
        decision = standing.decision
        lines = _first_lines(standing)
        if decision.advocate_id is None or not lines:
            return {}
        pinned = self.versions[decision.version_number]
        whole = self._whole(pinned, standing, decision.advocate_id)
        said = {(one.cap, one.period): one.limit - one.before for one in lines if one.whole}
        return {
            Told(place, limit.measure): said[limit.name, limit.when]
            for limit in whole.limits
            for place in limit.places
            if (limit.name, limit.when) in said
        }

    def _whole(self, version: ProgramVersion, standing: Standing, advocate_id: str) -> Room:
        """The caps of the version and the budget of then, as if nothing were used."""
        one = standing.conversion
        caps = whole_room(version, None, advocate_id, one.identities, one.occurred_ms)
        return Room(limits=(*caps.limits, *_budget(standing)))

    def _use(self, counted: Counted) -> ReplayUse:
        key = replay_use_key(self.replay.replay_id, counted)
        if key not in self._known:
            self._keep(key, self.store.get(ReplayUse, key) or self._fresh(counted))
        return self._known[key]

    def _fresh(self, counted: Counted) -> ReplayUse:
        keep_s, replay_id = self.replay.expires_s, self.replay.replay_id
        return ReplayUse(replay_id=replay_id, counted=counted, keep_s=keep_s)

    def _keep(self, key: Key, use: ReplayUse) -> None:
        self._known[key] = self._before[key] = use


def _first_lines(standing: Standing) -> Sequence[CapLine]:
    """What the limits of a decision left before it gave anything."""
    return next((line.caps for line in standing.decision.lines if line.caps), ())


def _budget(standing: Standing) -> list[Limit]:
    """The budgets that the decision met, with their sizes of then."""
    return [
        Limit(
            name=line.cap,
            scope="budget",
            measure="money",
            period=line.cap.split("-")[1],  # type: ignore[arg-type]  # `budget-month-money`
            when=line.period,
            size=line.limit,
            places=(Counted(scope="budget", subject=line.cap, period=line.period),),
            left=line.limit,
        )
        for line in _first_lines(standing)
        if line.cap.startswith("budget-")
    ]


class Sum(NamedTuple):
    """What rewards hold of a cap."""

    money: int
    rewards: int


def _of(place: Counted, held: Sequence[Held]) -> Sum:
    """What counts in this place: all rewards of a friend's orders, an advocate's own."""
    mine = [one for one in held if place.scope != "advocate" or one.advocate_id == place.subject]
    return Sum(sum(one.amount_minor for one in mine), sum(one.amount_minor > 0 for one in mine))
