"""A whole seed: the story is told, the money runs for some weeks, and then everything heals.

Both parts are full of faults. Afterwards nothing fails any more, and everything must drain.
"""

from collections.abc import Callable
from functools import partial
from random import Random

from goodword.conversions.intake import read_again
from goodword.conversions.model import Delivery
from goodword.payouts.calendar import next_payout
from goodword.payouts.model import OpenRun, Payout
from goodword.rewards.model import Reward

from tests.simulation.bans import Verdict
from tests.simulation.clerks import Clerks
from tests.simulation.director import END_MS, SCHEDULES, Director
from tests.simulation.doubts import Doubts
from tests.simulation.ebbing import flow_back
from tests.simulation.halves import come_by_halves
from tests.simulation.letters import writes
from tests.simulation.probing import probe, probes_of
from tests.simulation.prying import Prying
from tests.simulation.returning import come_back
from tests.simulation.revoking import hold_back, take_back_paid
from tests.simulation.segments import join_all
from tests.simulation.stale import tell_stale
from tests.simulation.story import DAY_MS, HOUR_MS, INTAKE_DAYS, RACE_MS, START_MS
from tests.simulation.terms import payment_of
from tests.simulation.timing import ENDS

STEPS_INTAKE, STEPS_MONEY, STEPS_PAYDAY = (15, 60), (15, 60), (25, 80)
BRIEF = 4  # in a brief story there are so many times fewer
ROUNDS_MAX = 400  # rounds of healing after which something does not drain
ROUNDS_CALM = 100  # rounds of half a day; afterwards of an hour
ROUNDS_SILENT, ROUNDS_UNSEEN = 12, 40  # rounds in which nobody answers, in some seeds
ANSWERED, ANSWERED_LATE = 0.7, 0.4  # of the seeds; of those where people look at small rewards
STILL_MAX = 4  # times that a step doubles while nothing is written: eight days at most
PEOPLE_OF_A_RUN = 3  # who let a large one pass, if they answer on the same day
EPILOGUES, AFTER_PAYDAY, AFTER_BRIEF = 0.5, 1.0, 0.3  # of the seeds
SPARING = 0.5  # of the full seeds, and all brief ones
HELPLESS = 0.45  # of the brief seeds: even what must be told fails at first
SOON_DAYS = 2
FOR_EVER = 10**15


class Play(Director):
    """One seed from its beginning to its end."""

    helpless = False

    def play(self) -> None:
        """The whole seed."""
        brief, chance = self.town.story.brief, Random(f"spare {self.town.story.seed}")
        self.town.sparing = brief or chance.random() < SPARING
        self.helpless = brief and chance.random() < HELPLESS
        join_all(self.town)
        if self.town.story.leaves:
            self.leaving.ask()
        if self.town.story.leaning == "payday":
            self._payday()
        else:
            self._all_of_it()
        self._tell_all()
        self.heal()
        if self.chance.random() < self._epilogues():
            self._epilogue()
        probes = probes_of(self.town.story.seed)
        for one in probes[: len(probes) // 2] if brief else probes:
            self.task("probe", partial(probe, self.town, one))
            self.settle()

    def rule(self, verdict: Verdict) -> None:
        """Somebody is banned, and a page or two of what they have earned is voided."""
        self.conduct.rule(verdict)
        self.schedule("trust_schedule")

    def _epilogues(self) -> float:
        story = self.town.story
        return (
            AFTER_BRIEF if story.brief else AFTER_PAYDAY if story.leaning == "payday" else EPILOGUES
        )

    def _epilogue(self) -> None:
        """The next payday of whatever is due, with faults again, and the end after it."""
        town = self.town
        disputed = town.story.disputed and bool(town.all(Payout))
        some = disputed or self.bank.takes_back()
        if not some and not any(one.state == "due" for one in town.all(Reward)):
            return
        town.outside.healed = False
        if self.bank.takes_back():
            self.bank.take_back()
        if disputed:
            self.complaints.open()
            self.settle()
        self.to(next_payout(payment_of(town.story), town.clock.at_ms) + HOUR_MS)
        for _ in range(3):
            for act in (self.pump, self.settle, self.press, self.settle, *self._heard()):
                act()
        self.heal()

    def _heard(self) -> list[Callable[[], None]]:
        back = [self.bank.take_back, self.settle] * self.bank.takes_back()
        return back + [self.complaints.end, self.settle] * self.town.story.disputed

    def _payday(self) -> None:
        self.limit_ms = END_MS
        tell_stale(self)
        hold_back(self)
        come_back(self)
        come_by_halves(self)
        flow_back(self)
        self.act(self.chance.randint(0, 15), START_MS + 2 * DAY_MS, self.intake_acts(), 6)
        self._tell_all(START_MS + 2 * DAY_MS)
        take_back_paid(self, payment_of(self.town.story))
        self.act(self._steps(STEPS_PAYDAY), END_MS, self.payday_acts(), 8)
        paying = self.town.story.paying
        soon = paying.cadence != "monthly" and paying.net_days <= SOON_DAYS
        orders = self.town.story.orders
        asked = any(order.inquiry for order in orders)  # a bank's question, closed later, holds
        if soon and not asked and any(order.twin for order in orders):
            self.heal()  # paid before anybody says which orders are one
            self.town.outside.healed = False

    def _all_of_it(self) -> None:
        intake = self._steps(STEPS_INTAKE)
        race = self.town.story.leaning == "race"
        if race:
            self.to(RACE_MS)
        tell_stale(self)
        come_back(self)
        come_by_halves(self)
        flow_back(self)
        acts = self.race_acts() if race else self.intake_acts()
        self.act(intake, START_MS + (INTAKE_DAYS + 4) * DAY_MS, acts, 6)
        if self.town.story.calm:
            self._tell_all()
        self.act(self._steps(STEPS_MONEY), END_MS, self.money_acts(), 14)

    def _steps(self, some: tuple[int, int]) -> int:
        steps = self.chance.randint(*some)
        return steps // BRIEF if self.town.story.brief else steps

    # --- the end ----------------------------------------------------------------------------

    def _tell_all(self, until_ms: int = FOR_EVER) -> None:
        """Everything until then is accepted and booked before the story goes on."""
        healed = self.town.outside.healed
        told = [told_ms for told_ms, _, _ in self.outgoing if told_ms <= until_ms]
        self.to(max(told, default=0))
        for number in range(40):
            self.town.outside.healed = healed or number > 0 or not self.helpless
            while any(told_ms <= self.town.clock.at_ms for told_ms, _, _ in self.outgoing):
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
        town.outside.healed, town.healed_ms = True, town.clock.at_ms
        answers = self.chance.random() < (ANSWERED_LATE if town.story.watched else ANSWERED)
        silent = ROUNDS_UNSEEN if town.story.watched else ROUNDS_SILENT
        self.limit_ms = END_MS + 400 * DAY_MS
        still = written = 0
        prying, clerks, doubts = Prying(town), Clerks(town), Doubts(town)
        self.letters.answer_some()
        for number in range(ROUNDS_MAX):
            self.settle()
            while town.announced or town.journaled:
                self.stream()
                self.bus()
                self.settle()
            trust = town.story.conduct or writes(town.story)
            for name in (*SCHEDULES, *["trust_schedule"] * trust):
                self.schedule(name)
                self.settle()
            for what in self.letters.late() if trust else ():
                town.fail(what)
            for _ in range(PEOPLE_OF_A_RUN if town.story.paying.checkers else 1):
                beside = {"prying": prying.ask} if not prying.is_over else {}
                beside |= {} if clerks.idle else {"clerks": clerks.work}
                beside |= {} if doubts.idle else {"doubts": doubts.stir}
                for name, act in beside.items():
                    self.task(name, act)
                    self.settle()
                self._people(answers or number > silent)
                self.settle()
            left = self._open()
            if not left:
                return
            if all(one.startswith("execution") for one in left):  # they wait for a bank's answer
                self.to(min(one.wake_ms for one in town.baton.tasks))
                continue
            still = still + 1 if town.commits == written else 0
            written = town.commits
            # Where each day's payment comes back, people must be quicker than the days.
            hours = 12 * 2 ** min(still, STILL_MAX) if number < ROUNDS_CALM else 1
            self.to(min([*self.aims(), town.clock.at_ms + hours * HOUR_MS]))
        town.fail(f"it does not drain: {self._open()}")

    def _people(self, answers: bool) -> None:
        town = self.town
        if answers:
            self.press()
            self.complaints.end_all()
            self.giving.hand_over_all()
        self.bank.end()
        if town.story.leaves:
            self.leaving.sweep()
        if answers and town.story.holds:
            self.keeping.lift_some()
        for payout in town.all(Payout):
            since_ms = town.clock.at_ms - (payout.sent_ms or town.clock.at_ms)
            silent = payout.state == "unknown" and since_ms >= 2 * DAY_MS
            if payout.state == "sent" if payout.rail == "csv" else silent:
                self.say(payout)

    def _open(self) -> list[str]:
        """What is not at an end."""
        found = [
            f"{item['kind']} {item['state']} {key.sk}"
            for key, item in self.town.memory.items.items()
            if item["kind"] in ENDS and item["state"] not in ENDS[item["kind"]]
        ]
        found += [f"open {one.dispute_id}" for one in self.complaints.running()]
        found += [f"ban of {one['advocate_id']}" for one in self.conduct.running()]
        found += self.bank.open() + self.leaving.open()
        found += [f"open run {one.run_id}" for one in self.town.all(OpenRun)]
        return found + [f"execution {one.name}" for one in self.town.baton.tasks]
