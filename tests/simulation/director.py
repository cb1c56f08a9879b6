"""What happens in a town, and when: deliveries, streams, clocks, people, and jumps of time.

Each act is drawn from the seed; `healing` strings them together into a whole seed.
"""

from collections.abc import Callable
from random import Random
from typing import TypeVar

from goodword.advocates.model import Enrolment
from goodword.conversions.model import Facts
from goodword.payouts.approving import Approving, Person
from goodword.payouts.calendar import next_payout
from goodword.payouts.confirming import Confirming, Outcome
from goodword.payouts.model import Payout, PayoutRun
from goodword.ports import Change
from goodword.programs.service import Programs
from goodword.rewards.budget import Budgets
from goodword.rewards.model import Reward
from goodword.rewards.service import Approval

from tests.simulation.findings import decide_one
from tests.simulation.office import Office
from tests.simulation.story import DAY_MS, HOUR_MS, INTAKE_DAYS, PEOPLE, START_MS
from tests.simulation.terms import deliveries_of, payment_of
from tests.simulation.town import Town
from tests.support.scene import PROGRAM

T = TypeVar("T")
ANNA, CARL, MAYA = Person("usr_anna", None), Person("usr_carl", None), Person("usr_maya", PEOPLE[0])
END_MS = START_MS + 80 * DAY_MS  # what is told after more than 90 days is kept for a person


class Director:
    """Moves one town; all its choices come from the town's chance."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.chance: Random = town.chance
        self.accepted: dict[str, Facts] = {}
        outgoing = list(deliveries_of(town.story, self.chance))
        self.outgoing = [(self._told_ms(name), name, facts) for name, facts in outgoing]
        self.office = Office(self.town, self.task)
        self._moves = 0
        self._houses = 0

    # --- acts -------------------------------------------------------------------------------

    def intake_acts(self) -> list[Callable[[], None]]:
        acts = [self.deliver] * 6 + [self.stream] * 5 + [self.bus] * 3 + [self.tick] * 2
        acts += [self.jump] * 3 + [self.review] + self.office.acts()
        return acts if self.town.story.calm else [*acts, self.staff]

    def money_acts(self) -> list[Callable[[], None]]:
        acts = [self.tick] * 6 + [self.jump] * 5 + [self.review] * 2 + [self.run] * 6
        acts += [self.bus, self.move_house, self.word_of_a_person]
        return acts if self.town.story.calm else [*acts, self.deliver, self.stream, self.staff]

    def act(self, steps: int, limit_ms: int, acts: list[Callable[[], None]], busy: int) -> None:
        self.limit_ms = limit_ms
        for _ in range(steps):
            for _ in range(self.chance.randint(0, busy)):
                ready = self.town.baton.ready()
                if ready:
                    self.town.baton.give(self.chance.choice(ready))
            self.chance.choice(acts)()

    def task(self, name: str, act: Callable[[], object]) -> None:
        """An invocation of its own."""
        self.town.baton.spawn(name, lambda: self.town.invoke(name, act))

    def deliver(self) -> None:
        """The shop sends what it has not got a 2xx for yet."""
        now_ms = self.town.clock.at_ms
        able = [one for one in self.outgoing if one[0] <= now_ms]
        if not able:
            return
        told = self.chance.choice(able)
        name, facts = told[1], told[2]

        def send() -> None:
            self.town.put(name, facts)
            self.accepted[name] = facts
            twice = self.town.outside.strikes("sent_twice")
            if told in self.outgoing and not twice:
                self.outgoing.remove(told)

        self.task(f"send {name}", send)

    def stream(self) -> None:
        """Some of what the table's stream holds, in order or not, is shown to its consumer."""
        held = self.town.streamed
        batch = held[: self.chance.randint(1, 4)]
        if not batch:
            return
        if self.chance.random() < 0.3:
            batch = self.chance.sample(batch, len(batch))
        if self.town.outside.strikes("stream_lost"):
            self.town.streamed = [one for one in held if one not in batch]
            return
        if not self.town.outside.strikes("stream_twice"):
            self.town.streamed = [one for one in held if one not in batch]

        def show() -> None:
            self.town.streamed += self.town.settle_batch(batch)

        self.task("conversions_stream", show)

    def bus(self) -> None:
        """An event reaches the queue that starts an approval."""
        if not self.town.announced:
            return
        place = self.chance.randrange(len(self.town.announced))
        reward_id = self.town.announced[place]
        if not self.town.outside.strikes("bus_twice"):
            self.town.announced.pop(place)
        if not self.town.outside.strikes("bus_lost"):
            given = {"reward_id": reward_id}
            self.task(
                "rewards_queue", lambda: self.town.execute("reward_approval", reward_id, given)
            )

    def tick(self) -> None:
        """One of the schedules."""
        town = self.town
        name, act = self.chance.choice(
            [
                ("conversions_schedule", town.sweep_deliveries),
                ("rewards_schedule", Approval(town.desk("rewards_schedule"), town).sweep),
                ("budget_watch", Budgets(town.desk("budget_watch")).watch),
                ("payouts_schedule", town.payouts_clock.tick),
            ]
        )
        self.task(name, act)

    def review(self) -> None:
        """A person of finance, or the payee, answers a reward on hold."""
        held = [one for one in self.town.all(Reward) if one.state == "on_hold"]
        if held:
            reward = self.chance.choice(held)
            approve, payee = self.chance.random() < 0.7, self.chance.random() < 0.15
            self.answer(reward, approve, reward.advocate_id if payee else None)

    def answer(self, reward: Reward, approve: bool, advocate_id: str | None) -> None:
        who = f"usr_{advocate_id}" if advocate_id else "usr_fatima"
        desk = self.town.desk(self.town.person(who))
        self.task(
            f"review by {who}",
            lambda: Approval(desk, self.town).decide(
                reward.reward_id,
                approve=approve,
                code="checked_order" if approve else "fraud",
                decider_advocate_id=advocate_id,
            ),
        )

    def run(self) -> None:
        """Somebody does something to a run; mostly the right thing."""
        runs = [one for one in self.town.all(PayoutRun) if one.state in ("draft", "requested")]
        runs = [one for one in runs if one.listing == "hashed"]
        if not runs:
            return
        run = self.chance.choice(runs)
        who = self.chance.choice((ANNA, CARL, CARL, MAYA))
        people = Approving(self.town.desk(self.town.person(who.subject)), self.town)
        if run.open_findings:
            self.task("decide", lambda: decide_one(self.town, run, who, self.chance.random()))
            return
        odd = self.chance.random()
        run_hash = "0" * 64 if odd < 0.05 else run.run_hash
        total = run.total_minor + (odd > 0.95)
        if 0.05 < odd < 0.10:
            self.task("cancel", lambda: people.cancel(run.run_id, "other"))
        elif run.state == "draft":
            self._ask("request", who, lambda: people.request(run.run_id, who, run_hash), odd < 0.05)
        else:
            wrong = odd < 0.05 or odd > 0.95
            self._ask(
                "release", who, lambda: people.release(run.run_id, who, run_hash, total), wrong
            )

    def _ask(self, what: str, who: Person, act: Callable[[], object], wrong: bool) -> None:
        """A person's word; a wrong hash or total must never be taken."""

        def ask() -> None:
            act()
            if wrong:
                self.town.fail(f"{what} was taken with a wrong hash or total")

        self.task(f"{what} {who.subject}", ask)

    def move_house(self) -> None:
        """An advocate gives another destination."""
        if self.chance.random() < 0.3:
            self._houses += 1
            person = self.chance.choice(PEOPLE)
            self.town.pay_to(person, self.town.story.receivers[person], self._houses)

    def word_of_a_person(self) -> None:
        """After two days somebody looks at the rail's own list and says what became of it."""
        now_ms = self.town.clock.at_ms
        open_ = [
            one
            for one in self.town.all(Payout)
            if one.state == "unknown" and now_ms >= (one.sent_ms or now_ms) + 2 * DAY_MS
        ]
        if open_:
            self.say(self.chance.choice(open_))

    def say(self, payout: Payout) -> None:
        left = self.town.rail.left()[payout.payout_id]
        said: Outcome = "paid" if left else "failed"
        desk = self.town.desk(self.town.person("usr_anna"))
        self.task(
            f"confirm {said}",
            lambda: Confirming(desk).one(
                payout.payout_id, ANNA, said, run_id=payout.run_id, reference="ref", code="other"
            ),
        )

    def staff(self) -> None:
        """Advocates are paused or banned, and the programme is paused."""
        if self.chance.random() < 0.3:
            state = self.chance.choice(("active", "paused"))
            desk = self.town.desk(self.town.person("usr_marta"))
            self.task(
                f"programme {state}",
                lambda: Programs(desk).set_state(PROGRAM, state, "other"),  # type: ignore[arg-type]  # both are states
            )
            return
        person = self.chance.choice(PEOPLE)
        one = next(each for each in self.town.all(Enrolment) if each.advocate_id == person)
        if one.state == "banned":
            return
        state = self.chance.choice(("active", "active", "paused", "banned"))
        change = Change()
        change.replace(one.but(state=state))
        self.town.memory.commit(change)
        self.town.tell(f"{person} is {state}")

    # --- time -------------------------------------------------------------------------------

    def jump(self) -> None:
        """Time passes: a little, a lot, or exactly to where something ends or begins."""
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
                    found += [item.get("look_ms") or 0, (item.get("sent_ms") or 0) + 23 * HOUR_MS]
                    found += [(item.get("sent_ms") or 0) + 24 * HOUR_MS]
                case "delivery" if item["state"] == "waiting":
                    found.append(item["received_ms"] + 120_000)
        found += [told_ms for told_ms, _, _ in self.outgoing]
        found.append(next_payout(payment_of(self.town.story), self.town.clock.at_ms))
        return sorted({one for one in found if one > self.town.clock.at_ms})

    def _told_ms(self, name: str) -> int:
        """When the shop tells: soon after it happened, refunds at any time."""
        order = self.town.story.order(name.split("-", maxsplit=1)[0])
        if self.town.story.burst:
            return START_MS + INTAKE_DAYS * DAY_MS + HOUR_MS
        late = (0, 0, 60_000, HOUR_MS, 20 * HOUR_MS)
        return order.at_ms + self.chance.choice(late)
