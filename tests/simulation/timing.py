"""Time in a town: when what is told is told, and the instants at which something may change."""

from random import Random

from goodword.advocates.model import MOVES, Enrolment, EnrolmentState
from goodword.conversions.model import Facts
from goodword.payouts.calendar import next_payout
from goodword.ports import Change

from tests.simulation.bans import Verdict, verdicts_of
from tests.simulation.rails import window_of
from tests.simulation.rarities import Turn
from tests.simulation.returning import told_after_ms
from tests.simulation.story import DAY_MS, HOUR_MS, INTAKE_DAYS, RACE_MS, START_MS, Order
from tests.simulation.terms import deliveries_of, payment_of
from tests.simulation.town import Town

MOVES_PER_ROUND = 2_000
# What has come to its end, by kind; nothing else may be left when a seed ends.
ENDS = {
    "delivery": {"booked", "ignored", "quarantined", "not_understood"},
    "reward": {"due", "paid", "rejected", "void", "reversed"},
    "payout": {"paid", "failed", "returned", "cancelled"},
    "payout_run": {"settled", "cancelled", "expired"},
}
DECIDED = {"qualified", "disqualified", "unattributed"}
# What a schedule is for, by kind: whatever is not in one of these states.
LIVELY: dict[str, dict[str, set[str]]] = {
    "conversions_schedule": {"delivery": ENDS["delivery"], "conversion": DECIDED},
    "rewards_schedule": {"reward": ENDS["reward"] | {"batched"}},
    "payouts_schedule": {
        "reward": ENDS["reward"] - {"due"} | {"pending", "on_hold", "approved"},
        "payout": ENDS["payout"],
        "payout_run": ENDS["payout_run"],
        "open_run": set(),
        "rail_notice": set(),
    },
}


def turn(town: Town, person: str, state: EnrolmentState) -> None:
    """An enrolment is in another state from now on, if it may be."""
    one = next((each for each in town.all(Enrolment) if each.advocate_id == person), None)
    banned = one is not None and one.state == "banned" and town.story.conduct  # the API's to lift
    gone = any(
        each.plain["advocate_id"] == person and each.plain["state"] == "done"
        for each in town.dynamo.of_kind("erasure")
    )  # nobody comes back who is erased
    if one is not None and state in MOVES[one.state] and not banned and not gone:
        change = Change()
        change.replace(one.turned(state, town.clock.at_ms))
        town.memory.commit(change)
        town.tell(f"{person} is {state}")


class Timing:
    """The clock of one town, and what the shop has still to tell."""

    limit_ms: int

    def __init__(self, town: Town) -> None:
        self.town = town
        self.chance: Random = town.chance
        self.accepted: dict[str, Facts] = {}
        outgoing = list(deliveries_of(town.story, self.chance))
        self.outgoing = [(self._told_ms(name), name, facts) for name, facts in outgoing]
        self._turns: list[Turn | Verdict] = [*town.story.turns, *verdicts_of(town.story)]
        self._turns.sort(key=lambda one: one.at_ms)
        self._payday_ms = 0

    def settle(self) -> None:
        """Let everybody run who can."""
        for _ in range(MOVES_PER_ROUND):
            ready = self.town.baton.ready()
            if not ready:
                return
            self.town.baton.give(self.chance.choice(ready))
        self.town.fail("tasks go on for ever without time passing")

    def deliver(self) -> None:
        """The shop sends what it has not got a 2xx for yet."""
        now_ms = self.town.clock.at_ms
        able = [one for one in self.outgoing if one[0] <= now_ms]
        if able:
            self.send(self.chance.choice(able))

    def send(self, told: tuple[int, str, Facts]) -> None:
        """One delivery; it is sent once more if nobody said that it was accepted."""
        _, name, facts = told

        def post() -> None:
            if not self.town.put(name, facts):
                return
            self.accepted[name] = facts
            twice = self.town.outside.strikes("sent_twice")
            if told in self.outgoing and not twice:
                self.outgoing.remove(told)

        self.town.baton.spawn(f"send {name}", post)

    def jump(self) -> None:
        """Time passes: a little, a lot, or exactly to where something ends or begins."""
        if self.town.story.leaning == "payday" and self.chance.random() < 0.8:
            self.settle()  # mostly what goes on ends before much time has passed
        now_ms = self.town.clock.at_ms
        aims = self.aims()
        kind = self.chance.random()
        if kind < 0.5 and aims:
            at_ms = self.chance.choice(aims[:4]) + self.chance.choice((-1, 0, 0, 1, 60_000))
        else:
            at_ms = now_ms + self.chance.choice(
                (1, 1_000, 59_000, 61_000, 5 * 60_000, HOUR_MS, 7 * HOUR_MS, DAY_MS)
            )
        self.to(min(at_ms, self.limit_ms))

    def to(self, at_ms: int) -> None:
        while self._turns and self._turns[0].at_ms <= at_ms:
            one = self._turns.pop(0)
            self._pass(one.at_ms)
            if isinstance(one, Turn):
                turn(self.town, one.person, one.state)
            else:
                self.rule(one)
        self._pass(at_ms)

    def rule(self, verdict: Verdict) -> None:
        """Somebody is banned."""
        raise NotImplementedError

    def _pass(self, at_ms: int) -> None:
        if at_ms > self.town.clock.at_ms:
            self.town.clock.at_ms = at_ms
            self.town.tell("time")

    def aims(self) -> list[int]:
        """Every instant to come at which something may change, soonest first."""
        found = [one.wake_ms for one in self.town.baton.tasks]
        for item in self.town.memory.items.values():
            match item["kind"]:
                case "reward" if item["state"] == "approved":
                    found.append(item["hold_until_ms"])
                case "reward" if item["state"] == "on_hold":
                    found.append(item["lapse_ms"])
                case "reward" if item["state"] == "pending":
                    found.append(item["start_by_ms"])
                case "payout" if item["state"] in ("sent", "unknown"):
                    window_ms = (item.get("sent_ms") or 0) + window_of(self.town.story)
                    found += [item.get("look_ms") or 0, window_ms - HOUR_MS, window_ms]
                case "delivery" if item["state"] == "waiting":
                    found.append(item["received_ms"] + 120_000)
        found += [told_ms for told_ms, _, _ in self.outgoing]
        found += [one.at_ms for one in self._turns]
        now_ms = self.town.clock.at_ms
        if not self.town.sparing or self.rings("payouts_schedule"):
            if self._payday_ms <= now_ms:
                self._payday_ms = next_payout(payment_of(self.town.story), now_ms)
            found.append(self._payday_ms)
        return sorted({one for one in found if one > now_ms})

    def rings(self, schedule: str) -> bool:
        """Whether this schedule has anything to do; a sparing seed plays no other."""
        lively = LIVELY[schedule]
        return any(
            item["kind"] in lively and item.get("state", "") not in lively[item["kind"]]
            for item in self.town.memory.items.values()
        )

    def _told_ms(self, name: str) -> int:
        """When the shop tells: soon after it happened, refunds at any time."""
        order = self.town.story.order(name.split("-", maxsplit=1)[0])
        if self.town.story.leaning == "race":
            return RACE_MS
        after_ms = self._final_ms(order, name)
        if self.town.story.leaning == "payday":
            days = self.chance.choice((0, 2, 3, 5, 9, 15)) if "-r" in name else 0
            return order.at_ms + days * DAY_MS + self.chance.choice((0, HOUR_MS)) + after_ms
        if self.town.story.burst and self.town.story.calm:
            return START_MS + INTAKE_DAYS * DAY_MS + HOUR_MS
        late = [0, 0, 60_000, HOUR_MS, 20 * HOUR_MS]
        if "-r" in name and not self.town.story.calm:
            late = [0, DAY_MS, 10 * DAY_MS, 30 * DAY_MS, 50 * DAY_MS]
        elif self.town.story.turns:
            late += [2 * DAY_MS, 5 * DAY_MS]
        return order.at_ms + self.chance.choice(late) + after_ms

    def _final_ms(self, order: Order, name: str) -> int:
        """How much later the last word comes than it otherwise would."""
        if order.returns:
            return told_after_ms(name, self.town.story.hold_days)
        draft = None if "-r" in name or name.endswith("-draft") else order.draft
        return draft.days * DAY_MS if draft is not None else 0
