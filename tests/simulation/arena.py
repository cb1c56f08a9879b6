"""Where two invocations meet: the way to a moment of a flow, and who acts then.

How often and in which order they meet is said by `duels.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from goodword.payouts.model import Payout, PayoutRun
from goodword.rewards.model import Reward

from tests.simulation.baton import Task
from tests.simulation.golden import Golden
from tests.simulation.story import (
    DAY_MS,
    HOUR_MS,
    START_MS,
    Story,
)
from tests.simulation.town import Town

MINUTE_MS = 60_000
TURNS_MAX = 2_000  # turns of one side that surely ends before


class Arena(Golden):
    """Plays one meeting."""

    def __init__(self, town: Town, duel: "Duel", *, swapped: bool, after: int) -> None:
        super().__init__(town)
        self._duel, self._swapped, self._after = duel, swapped, after
        self.turns = 0

    def play(self) -> None:
        """To the meeting, through it, and to the end."""
        baton = self.town.baton
        baton.restless, self.limit_ms = 0.0, START_MS + 60 * DAY_MS
        self._duel.before(self)
        baton.restless = 1.0
        first, second = self._duel.one(self), self._duel.other(self)
        if self._swapped:
            first, second = second, first
        self.turns = self._turn(first, self._after)
        self._turn(second, TURNS_MAX)
        self.turns += self._turn(first, TURNS_MAX)
        baton.restless = 0.2
        self.settle()
        for _ in range(2):
            self._tell_all()
            self.heal()
            self.to(self.town.clock.at_ms + 8 * DAY_MS)  # the next payday
            self._rounds()

    def _turn(self, task: Task, most: int) -> int:
        for done in range(most):
            if task not in self.town.baton.ready():
                return done
            self.town.baton.give(task)
        return most

    # --- ways to a meeting ------------------------------------------------------------------

    def through(self, side: "Side") -> None:
        """Somebody acts from beginning to end, and nobody else."""
        held, self.town.baton.restless = self.town.baton.restless, 1.0
        self._turn(side(self), TURNS_MAX)
        self.town.baton.restless = held

    def deliver_all(self) -> None:
        """Everything is told and waits in the stream."""
        self.to(START_MS + 2 * HOUR_MS)
        self.outgoing = [one for one in self.outgoing if "again" not in one[1]]
        while self.outgoing:
            self.outgoing = [(0, name, facts) for _, name, facts in self.outgoing]
            self.deliver()
            self.settle()

    def booked(self) -> None:
        """Orders are booked, their refunds are told."""
        self.deliver_all()
        later = [one for one in self.town.streamed if "-r" in str(one)]
        self.town.streamed[:] = [one for one in self.town.streamed if one not in later]
        self._rounds()
        self.town.streamed += later

    def due(self) -> None:
        """Rewards are due, and the payday is near."""
        self.booked()
        later, self.town.streamed[:] = list(self.town.streamed), []
        self.to(self.town.clock.at_ms + DAY_MS + HOUR_MS)
        self._people(True)
        self._rounds()
        self.to(self.town.clock.at_ms + 7 * DAY_MS)
        self.town.streamed += later

    def listed(self) -> None:
        """The run is listed and waits for its first person."""
        self.due()
        later, self.town.streamed[:] = list(self.town.streamed), []
        self._rounds()
        while self.run_now().open_findings:
            self._people(True)
            self.settle()
        self.town.streamed += later

    def requested(self) -> None:
        """The first person has requested it."""
        self.listed()
        self._people(True)
        self.settle()

    def released(self) -> None:
        """The second has let it go, and the machine is about to send."""
        self.requested()
        self._let_go()

    def unclear(self) -> None:
        """Sent, but the rail has not said a word for two days."""
        self.released()
        self._silence(0, 1, 24, 24)
        self.to(max(one.look_ms or 0 for one in self.town.all(Payout)))

    def nearly_due(self) -> None:
        """The same, half an hour before anybody may say what became of it."""
        self.released()
        self._silence(0, 1, 24, 22)
        self.to(min(self.town.asked_ms.values()) + 48 * HOUR_MS - 30 * MINUTE_MS)

    def just_sent(self) -> None:
        """Frozen days ago and sent just now, and the rail does not say a word."""
        self.requested()
        self.to(self.town.clock.at_ms + 3 * DAY_MS)
        self._let_go()
        self._silence(0, 1)

    def forgotten(self) -> None:
        """What was sent got lost, and the rail may have forgotten the key a moment ago."""
        self.released()
        self._silence(0, 1, kind="rail_lost_before")
        sent_ms = min(self.town.asked_ms.values())
        self.to(sent_ms + self.town.rail.key_window_ms + MINUTE_MS)

    def _let_go(self) -> None:
        self.through(lambda _: self.says("usr_carl", "release"))

    def _silence(self, *hours: int, kind: str = "rail_lost_after") -> None:
        self.town.outside.plan, silent = None, self.town.outside.rates
        self.town.outside.rates = dict.fromkeys(silent, 0.0) | {kind: 1.0}
        for each in hours:
            self.to(self.town.clock.at_ms + each * HOUR_MS)
            self.schedule("payouts_schedule")
            self.settle()
        self.town.outside.plan = {}

    # --- who meets --------------------------------------------------------------------------

    def run_now(self) -> PayoutRun:
        """The newest run that has a payment."""
        runs: list[PayoutRun] = [
            one for one in self.town.all(PayoutRun) if one.count or one.state == "draft"
        ]
        return max(runs, key=lambda one: one.cutoff_ms)

    def settles(self, delivery_id: str) -> Task:
        """The stream brings this delivery."""
        held = self.town.streamed
        record = next(one for one in held if _delivery(one) == delivery_id)
        held.remove(record)
        return self.town.baton.spawn(
            delivery_id,
            lambda: held.extend(self.town.settle_batch("conversions_stream", [record])),
        )

    def scheduled(self, name: str) -> Task:
        """A schedule comes."""
        return self.town.baton.spawn(name, lambda: self.town.function(name, {}))

    def machine(self) -> Task:
        """What the payout clock starts now, or goes on with."""
        baton = self.town.baton
        known = set(map(id, baton.tasks))
        if not baton.ready():
            self._turn(self.scheduled("payouts_schedule"), TURNS_MAX)
            return next(one for one in baton.tasks if id(one) not in known)
        return baton.ready()[0]

    def says(self, who: str, what: str) -> Task:
        """Somebody acts on the run."""
        run = self.run_now()
        place = f"/v1/payout-runs/{run.run_id}/{what}"
        body: dict[str, object] = {"run_hash": run.run_hash}
        if what == "release":
            body["total_minor"] = run.total_minor
        elif what == "cancel":
            body = {"reason_code": "other"}
        return self.town.baton.spawn(who, lambda: self.town.asks(who, "POST", place, body))

    def decides(self, who: str, what: str) -> Task:
        """Somebody decides about the reward that waits."""
        reward = next(one for one in self.town.all(Reward) if one.state == "on_hold")
        path = f"/v1/rewards/{reward.reward_id}/{what}"
        body = {"reason_code": "checked_order" if what == "approve" else "fraud"}
        return self.town.baton.spawn(who, lambda: self.town.asks(who, "POST", path, body))

    def begun(self, act: Callable[[], None]) -> Task:
        """The task that an act of the director begins."""
        known = set(map(id, self.town.baton.tasks))
        act()
        return next(one for one in self.town.baton.tasks if id(one) not in known)

    def moves_house(self) -> Task:
        """The payee gives another destination."""
        return self.town.baton.spawn("adv_maya", lambda: self.town.pay_to("adv_maya", "plain", 7))


def _delivery(record: dict[str, object]) -> str:
    image = record["dynamodb"]["NewImage"]  # type: ignore[index]  # a stream's record
    return str(image["delivery_id"]["S"])


Way = Callable[[Arena], None]
Side = Callable[[Arena], Task]


@dataclass(frozen=True)
class Duel:
    """Two sides, and how they come to meet."""

    name: str
    story: Callable[[], Story]
    before: Way
    one: Side
    other: Side
