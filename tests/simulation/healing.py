"""A whole seed: the story is told, the money runs for some weeks, and then everything heals.

Both parts are full of faults. Afterwards nothing fails any more, and everything must drain.
"""

from functools import partial

from goodword.conversions.intake import read_again
from goodword.conversions.model import Delivery
from goodword.payouts.model import OpenRun, Payout, PayoutRun
from goodword.rewards.model import Reward

from tests.simulation.director import END_MS, SCHEDULES, Director
from tests.simulation.story import DAY_MS, HOUR_MS, INTAKE_DAYS, START_MS

STEPS_INTAKE, STEPS_MONEY = (20, 90), (20, 80)
ROUNDS_MAX = 400  # rounds of healing after which something does not drain
ROUNDS_SILENT = 25  # rounds in which nobody answers, in some seeds
MOVES_PER_ROUND = 2_000


class Play(Director):
    """One seed from its beginning to its end."""

    def play(self) -> None:
        """The whole seed."""
        intake = self.chance.randint(*STEPS_INTAKE)
        self.act(intake, START_MS + (INTAKE_DAYS + 4) * DAY_MS, self.intake_acts(), 6)
        if self.town.story.calm:
            self._tell_all()
        self.act(self.chance.randint(*STEPS_MONEY), END_MS, self.money_acts(), 14)
        self._tell_all()
        self.heal()

    # --- the end ----------------------------------------------------------------------------

    def settle(self) -> None:
        """Let everybody run who can."""
        for _ in range(MOVES_PER_ROUND):
            ready = self.town.baton.ready()
            if not ready:
                return
            self.town.baton.give(self.chance.choice(ready))
        self.town.fail("tasks go on for ever without time passing")

    def _tell_all(self) -> None:
        """Everything is accepted and booked before the story goes on; no hold ends meanwhile."""
        healed, self.town.outside.healed = self.town.outside.healed, True
        latest = max((told_ms for told_ms, _, _ in self.outgoing), default=0)
        self.to(latest)
        for _ in range(40):
            while self.outgoing:
                self.deliver()
                self.settle()
            while self.town.streamed or self.town.journaled:
                self.stream()
                self.settle()
            self.office.state_all()
            self.settle()
            if not self._waiting():
                break
            self.to(self.town.clock.at_ms + 121_000)
            self.schedule("conversions_schedule")
            self.settle()
            self._read_again()
        else:
            self.town.fail("deliveries wait for ever")
        self.town.outside.healed = healed

    def _waiting(self) -> bool:
        return self.office.waits() or any(
            one.state == "waiting" or one.reason == "unknown_order"
            for one in self.town.all(Delivery)
        )

    def _read_again(self) -> None:
        """Staff put back what waited for its order in vain."""
        for one in self.town.all(Delivery):
            if one.state == "not_understood" and one.reason in ("unknown_order", "poison"):
                desk, key = self.town.desk(self.town.person("usr_ada")), one.key
                self.task("read_again", partial(read_again, desk, key))
                self.settle()

    def heal(self) -> None:
        """No faults any more: tick, answer and wait until nothing is left to do."""
        town = self.town
        town.outside.healed = True
        answers = self.chance.random() < 0.7
        self.limit_ms = END_MS + 400 * DAY_MS
        for number in range(ROUNDS_MAX):
            self.settle()
            while town.announced or town.journaled:
                self.stream()
                self.bus()
                self.settle()
            for name in SCHEDULES:
                self.schedule(name)
                self.settle()
            self._people(answers or number > ROUNDS_SILENT)
            self.settle()
            if not self._open():
                return
            aims = self.aims()
            self.to(min([*aims, town.clock.at_ms + 6 * HOUR_MS]))
        town.fail(f"it does not drain: {self._open()}")

    def _people(self, answers: bool) -> None:
        town = self.town
        if answers:
            for reward in town.all(Reward):
                if reward.state == "on_hold":
                    self.answer(reward, True, None)
            for run in town.all(PayoutRun):
                if run.listing == "hashed" and run.state in ("draft", "requested"):
                    self._let_pass(run)
        for payout in town.all(Payout):
            since_ms = town.clock.at_ms - (payout.sent_ms or town.clock.at_ms)
            if payout.state == "unknown" and since_ms >= 2 * DAY_MS:
                self.say(payout)

    def _let_pass(self, run: PayoutRun) -> None:
        who = "usr_anna" if run.requested_by != "usr_anna" else "usr_carl"
        place = f"/v1/payout-runs/{run.run_id}"
        if run.open_findings:
            self.decide(run, who, 1.0)
        elif run.state == "draft":
            self.person(who, f"{place}/request", {"run_hash": run.run_hash})
        else:
            body = {"run_hash": run.run_hash, "total_minor": run.total_minor}
            self.person(who, f"{place}/release", body)

    def _open(self) -> list[str]:
        """What is not at an end."""
        ends = {
            "delivery": {"booked", "ignored", "quarantined", "not_understood"},
            "reward": {"due", "paid", "rejected", "void", "reversed"},
            "payout": {"paid", "failed", "returned", "cancelled"},
            "payout_run": {"settled", "cancelled", "expired"},
        }
        found = [
            f"{item['kind']} {item['state']} {key.sk}"
            for key, item in self.town.memory.items.items()
            if item["kind"] in ends and item["state"] not in ends[item["kind"]]
        ]
        found += [f"open run {one.run_id}" for one in self.town.all(OpenRun)]
        return found + [f"execution {one.name}" for one in self.town.baton.tasks]
