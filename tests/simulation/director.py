"""What happens in a town, and when: deliveries, streams, clocks, people, and jumps of time.

Each act is drawn from the seed; `healing` strings them together into a whole seed.
"""

import json
from collections.abc import Callable
from functools import partial

from goodword.advocates.model import Enrolment, EnrolmentState
from goodword.payouts.findings import WHOLE_RUN, RunFinding
from goodword.payouts.model import Payout, PayoutRun
from goodword.rewards.model import Reward

from tests.simulation.bank import Bank
from tests.simulation.bans import Conduct
from tests.simulation.complaints import Complaints
from tests.simulation.giving import Giving
from tests.simulation.happenings import account_of
from tests.simulation.keeping import Keeping
from tests.simulation.lambdas import TWICE
from tests.simulation.leaving import Leaving
from tests.simulation.letters import Letters
from tests.simulation.office import Office
from tests.simulation.rail import FilesByHand, SimulatedRail
from tests.simulation.story import DAY_MS, PEOPLE, START_MS
from tests.simulation.timing import LIVELY, Timing, turn
from tests.simulation.town import Town
from tests.support.scene import PROGRAM

QUEUE_TRIES = 5  # times that a message is received before it goes to the dead-letter queue
SCHEDULES = ("conversions_schedule", "rewards_schedule", "payouts_schedule")
TURNS: tuple[EnrolmentState, ...] = ("active", "active", "paused", "banned")
RUSH_LEAD = 20  # turns that a task of a rush may wait before it begins
RUSH_MOVES = 200  # turns of one rush
END_MS = START_MS + 80 * DAY_MS  # what is told after more than 90 days is kept for a person


class Director(Timing):
    """Moves one town; all its choices come from the town's chance."""

    def __init__(self, town: Town) -> None:
        super().__init__(town)
        self.office = Office(self.town, self.task)
        self.complaints = Complaints(self.town, self.task)
        self.letters = Letters(self.complaints, partial(self.schedule, "trust_schedule"), self.to)
        self.conduct = Conduct(self.town, self.person)
        self.bank = Bank(self.town, self.task)
        self.giving = Giving(self.town, self.task)
        self.leaving = Leaving(self.town, self.task)
        self.keeping = Keeping(self.town)
        self._houses = 0
        self._said: set[tuple[str, str]] = set()

    def intake_acts(self) -> list[Callable[[], None]]:
        acts = [self.deliver] * 6 + [self.stream] * 5 + [self.bus] * 3 + [self.tick] * 2
        acts += [self.jump] * 3 + [self.review, self.rush] + self.office.acts()
        acts += [self.review] * 4 * any(order.draft for order in self.town.story.orders)
        return acts if self.town.story.calm else [*acts, self.staff, *self._disputed()]

    def payday_acts(self) -> list[Callable[[], None]]:
        """Money leaves: everything goes on, people act at the same time, and refunds come late."""
        acts = (
            [self.settle] * 5
            + [self.pump] * 6
            + [self.run] * 5
            + [self.jump] * 5
            + [self.deliver] * 2
        )
        acts += [self.stream] * 2 + [self.bus, self.review, self.rush, self.rush, self.cancel]
        acts += [self.press] * 5 + [self.word_of_a_person] * 2 + [self.move_house] * 2
        acts += [self.staff] * (self.town.story.seed % 3 == 0 or self.town.story.conduct)
        acts += [self.mistype] * 3 * self.town.story.sharp
        acts += self.bank.acts() + self.giving.acts() + self.leaving.acts() + self.keeping.acts()
        return acts + self.office.acts() + self._disputed()

    def race_acts(self) -> list[Callable[[], None]]:
        """Much at one moment."""
        acts = [self.rush] * 5 + [self.deliver] * 4 + [self.stream] * 3 + [self.bus, self.tick]
        return [*acts, self.jump, self.review, *self.office.acts()]

    def money_acts(self) -> list[Callable[[], None]]:
        acts = [self.tick] * 6 + [self.jump] * 5 + [self.review] * 2 + [self.run] * 6
        acts += [self.bus, self.move_house, self.word_of_a_person, self.rush]
        acts += self.bank.acts() + self.giving.acts() + self.leaving.acts() + self.keeping.acts()
        return (
            acts
            if self.town.story.calm
            else [*acts, *[self.deliver] * 2, self.stream, self.staff, *self._disputed()]
        )

    def _disputed(self) -> list[Callable[[], None]]:
        return self.complaints.acts() + self.letters.acts()

    def act(self, steps: int, limit_ms: int, acts: list[Callable[[], None]], busy: int) -> None:
        self.limit_ms = limit_ms
        for _ in range(steps):
            for _ in range(self.chance.randint(0, busy)):
                ready = self.town.baton.ready()
                if ready:
                    self.town.baton.give(self.chance.choice(ready))
            self.chance.choice(acts)()

    def rush(self) -> None:
        """Much at one moment, and everybody is interrupted at every call."""
        rate, self.town.baton.restless = self.town.baton.restless, 1.0
        self.town.baton.lead = self.chance.choice((0, RUSH_LEAD))
        acts = [self.deliver, self.stream, self.stream, self.tick, self.tick, self.review]
        acts += [self.bus, self.run]
        if self.town.story.leaning == "race":
            acts += [self.deliver] * 3 + [self.stream] * 4
        if self.town.story.leaning == "payday":
            acts += [self.run, self.run, self.word_of_a_person, self.cancel, self.payouts]
        for _ in range(self.chance.randint(2, 6)):
            self.chance.choice(acts)()
        for _ in range(RUSH_MOVES):
            ready = self.town.baton.ready()
            if not ready:
                break
            self.town.baton.give(self.chance.choice(ready))
        self.town.baton.restless, self.town.baton.lead = rate, 0

    def task(self, name: str, act: Callable[[], object]) -> None:
        """An invocation of its own."""
        self.town.baton.spawn(name, lambda: self.town.invoke(name, act))

    def stream(self) -> None:
        """Some of what the streams hold, in order or not, is shown to its consumer."""
        town = self.town
        held, function = town.streamed, "conversions_stream"
        if not held or (town.journaled and self.chance.random() < 0.5):
            held, function = town.journaled, "ledger_stream"
        most = 1 if town.story.leaning == "race" and self.chance.random() < 0.7 else 4
        batch = held[: self.chance.randint(1, most)]
        if not batch:
            return
        if self.chance.random() < 0.3:
            batch = self.chance.sample(batch, len(batch))
        what = "stream" if function == "conversions_stream" else "journal"
        lost = town.outside.strikes(f"{what}_lost")
        if lost or not town.outside.strikes(f"{what}_twice"):
            held[:] = [one for one in held if one not in batch]
        if not lost:
            again = partial(town.settle_batch, function, batch)
            town.baton.spawn(function, lambda: held.extend(again()))

    def bus(self) -> None:
        """An event reaches the queue that starts an approval."""
        if not self.town.announced:
            return
        place = self.chance.randrange(len(self.town.announced))
        reward_id, tries = self.town.announced[place]
        if not self.town.outside.strikes("bus_twice"):
            self.town.announced.pop(place)
        if self.town.outside.strikes("bus_lost"):
            return
        detail = {"detail-type": "reward.created", "detail": {"subject": reward_id}}
        message = {"messageId": reward_id, "body": json.dumps(detail), "eventSource": "aws:sqs"}

        def work() -> None:
            answer = self.town.function("rewards_queue", {"Records": [message]})
            if (answer is None or answer["batchItemFailures"]) and tries < QUEUE_TRIES:
                self.town.announced.append((reward_id, tries + 1))

        self.town.baton.spawn("rewards_queue", work)

    def pump(self) -> None:
        """All that goes on by itself."""
        for name in SCHEDULES[1:]:
            self.schedule(name)
        self.bus()
        self.stream()

    def payouts(self) -> None:
        """The payout clock twice at one moment, as schedules may come."""
        self.schedule("payouts_schedule")
        self.schedule("payouts_schedule")

    def press(self) -> None:
        """People do what is asked of them."""
        for reward in self.town.all(Reward):
            if reward.state == "on_hold":
                approve = not self.town.story.disputed or self.chance.random() < 0.7
                self.answer(reward, approve, None)
        for run in self.town.all(PayoutRun):
            if run.listing == "hashed" and run.state in ("draft", "requested"):
                self.let_pass(run)

    def let_pass(self, run: PayoutRun) -> None:
        """The next step of a run, by the next person."""
        able = ("usr_anna", "usr_carl", "usr_dora")
        who = next(one for one in able if one not in (run.requested_by, run.checked_by))
        place = f"/v1/payout-runs/{run.run_id}"
        if run.checked_by and not self.town.outside.healed and self.chance.random() < 0.4:
            self._check_again(run)
        elif run.open_findings:
            self.decide(run, who, 1.0)
        elif run.state == "draft":
            self._ask(who, f"{place}/request", {"run_hash": run.run_hash}, wrong=False)
        else:
            body = {"run_hash": run.run_hash, "total_minor": run.total_minor}
            self._ask(who, f"{place}/release", body, wrong=False)

    def cancel(self) -> None:
        """A run is cancelled, however far it has come."""
        able = ("draft", "requested", "released")

        def work() -> None:
            for _ in range(self.chance.randint(0, 30)):
                self.town.baton.pause()  # so that a run that begins meanwhile is met as well
            runs = [one for one in self.town.all(PayoutRun) if one.state in able]
            if runs:
                place = f"/v1/payout-runs/{self.chance.choice(runs).run_id}/cancel"
                self.town.asks("usr_anna", "POST", place, {"reason_code": "other"})

        if self.chance.random() < 0.4:
            self.town.baton.spawn("usr_anna", work)

    def tick(self) -> None:
        """One of the schedules."""
        self.schedule(self.chance.choice(SCHEDULES))

    def schedule(self, name: str) -> None:
        """EventBridge Scheduler invokes a function."""
        if self.town.sparing and name in LIVELY and not self.rings(name):
            return
        if name == "payouts_schedule":
            self.town.rung_ms = self.town.clock.at_ms
        self.town.baton.spawn(name, partial(self.town.function, name, {}))

    def review(self) -> None:
        """A person of finance, or the payee, answers a reward on hold."""
        held = [one for one in self.town.all(Reward) if one.state == "on_hold"]
        if held:
            reward = self.chance.choice(held)
            approve, own = self.chance.random() < 0.7, self.chance.random() < 0.15
            payee = own and reward.side == "advocate"
            self.answer(reward, approve, reward.advocate_id if payee else None)

    def answer(self, reward: Reward, approve: bool, advocate_id: str | None) -> None:
        who = account_of(advocate_id) if advocate_id else "usr_fatima"
        if reward.first_look_by is not None and not advocate_id:
            hasty = not self.town.outside.healed and self.chance.random() < 0.5
            other = "usr_fatima" if reward.first_look_by == "usr_carl" else "usr_carl"
            who = f"usr_fatima{TWICE}" if hasty else other
        path = f"/v1/rewards/{reward.reward_id}/{'approve' if approve else 'refuse'}"
        self.person(who, path, {"reason_code": "checked_order" if approve else "fraud"})

    def person(self, who: str, path: str, body: object, group: str = "finance") -> None:
        """Somebody presses a button; whoever does so after the heal is right."""
        right = self.town.outside.healed
        ask = partial(self.town.asks, who, "POST", path, body, group, right=right)
        self.town.baton.spawn(who, ask)

    def run(self) -> None:
        """Somebody does something to a run; mostly the right thing."""
        runs = [one for one in self.town.all(PayoutRun) if one.state in ("draft", "requested")]
        runs = [one for one in runs if one.listing == "hashed"]
        if not runs:
            return
        run = self.chance.choice(runs)
        who = self.chance.choice(("usr_anna", "usr_carl", "usr_carl", "usr_dora", "usr_maya"))
        if run.open_findings:
            self.decide(run, who, self.chance.random())
            return
        if run.checked_by is not None and self.chance.random() < 0.5:
            self._check_again(run)
            return
        odd = self.chance.random()
        run_hash = "0" * 64 if odd < 0.05 else run.run_hash
        total = run.total_minor + (odd > 0.95)
        place = f"/v1/payout-runs/{run.run_id}"
        if 0.05 < odd < 0.10:
            self.person(who, f"{place}/cancel", {"reason_code": "other"})
        elif run.state == "draft":
            self._ask(who, f"{place}/request", {"run_hash": run_hash}, wrong=odd < 0.05)
        else:
            body = {"run_hash": run_hash, "total_minor": total}
            self._ask(who, f"{place}/release", body, wrong=odd < 0.05 or odd > 0.95)

    def _check_again(self, run: PayoutRun) -> None:
        """Whoever has checked a run lets it go as well, signed in anew."""
        body = {"run_hash": run.run_hash, "total_minor": run.total_minor}
        place = f"/v1/payout-runs/{run.run_id}/release"
        self._ask(f"{run.checked_by}{TWICE}", place, body, wrong=True)

    def mistype(self) -> None:
        """A run is requested; somebody types another total, its requester signs in anew."""
        self.press()
        self.settle()
        runs = [one for one in self.town.all(PayoutRun) if one.state == "requested"]
        if runs:
            run, who = self.chance.choice(runs), self.chance.choice(("usr_carl", "usr_dora"))
            body = {"run_hash": run.run_hash, "total_minor": run.total_minor + 1}
            self._ask(who, f"/v1/payout-runs/{run.run_id}/release", body, wrong=True)
            right, again = body | {"total_minor": run.total_minor}, f"{run.requested_by}{TWICE}"
            self._ask(again, f"/v1/payout-runs/{run.run_id}/release", right, wrong=True)

    def decide(self, run: PayoutRun, who: str, chance: float) -> None:
        """Decide about the first open finding; a small chance holds the payment back."""
        found = [one for one in self.town.all(RunFinding) if one.run_id == run.run_id]
        one = next((each for each in found if each.state == "open"), None)
        if one is None:
            return
        hold = chance < 0.4 and one.subject != WHOLE_RUN
        body = {
            "check": one.check,
            "subject": one.subject,
            "verdict": "hold" if hold else "clear",
            "reason_code": "unclear" if hold else "other",
        }
        self.person(who, f"/v1/payout-runs/{run.run_id}/findings", body)

    def _ask(self, who: str, path: str, body: object, *, wrong: bool) -> None:
        """A person's word; a wrong hash or total must never be taken."""
        right = self.town.outside.healed and not wrong

        def ask() -> None:
            if not wrong:
                self._said.add((who, path))  # whoever says the right thing may repeat it wrongly
            status = self.town.asks(who, "POST", path, body, right=right)
            if wrong and 0 < status < 300 and (who, path) not in self._said:
                self.town.fail(f"{path} was taken with a wrong hash or total")

        self.town.baton.spawn(who, ask)

    def move_house(self) -> None:
        """An advocate gives another destination."""
        if self.chance.random() < 0.6:
            self._houses += 1
            person = self.chance.choice(PEOPLE)
            if self.leaving.stays(person):
                self.town.pay_to(person, self.town.story.receivers[person], self._houses)

    def word_of_a_person(self) -> None:
        """After two days somebody looks at the rail's own list and says what became of it."""
        now_ms = self.town.clock.at_ms
        open_ = [
            one
            for one in self.town.all(Payout)
            if (one.state == "unknown" and now_ms >= (one.sent_ms or now_ms) + 2 * DAY_MS)
            or (one.rail == "csv" and one.state == "sent")
        ]
        hasty = [one for one in self.town.all(Payout) if one.state == "unknown"]
        if open_:
            self.say(self.chance.choice(open_))
        elif hasty:
            self.say(hasty[0])  # it must be refused: nobody can know by now

    def say(self, payout: Payout) -> None:
        rail = self.town.rail
        if isinstance(rail, FilesByHand):
            left = rail.find(payout.payout_id, self.chance.random()) == "paid"
        elif isinstance(rail, SimulatedRail):
            left = rail.stands(payout.payout_id)
        else:
            left = bool(rail.left()[payout.payout_id])
        body = {
            "payout_id": payout.payout_id,
            "outcome": "paid" if left else "failed",
            "reference": "ref",
            "reason_code": "other",
        }
        by_hand = payout.rail == "csv" and not self.town.outside.healed
        own = by_hand and self.chance.random() < 0.4
        who = account_of(payout.advocate_id) if own else "usr_anna"
        self.person(who, f"/v1/payout-runs/{payout.run_id}/confirm", body)

    def staff(self) -> None:
        """Advocates are paused or banned, and the programme is paused."""
        if self.town.story.conduct and self.chance.random() < 0.4:
            self.conduct.ban()
            self.schedule("trust_schedule")
            return
        if self.chance.random() < 0.3:
            state = self.chance.choice(("active", "paused"))
            body = {"state": state, "reason": "other"}
            self.person("usr_marta", f"/v1/programs/{PROGRAM}/state", body, "marketer")
            return
        person = self.chance.choice(PEOPLE)
        one = next(each for each in self.town.all(Enrolment) if each.advocate_id == person)
        if one.state in ("banned", "left"):
            return
        other = self.chance.choice(TURNS)
        if other != "banned" or not self.town.story.conduct:  # there it is the API that bans
            turn(self.town, person, other)
