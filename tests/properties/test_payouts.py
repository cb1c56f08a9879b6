"""Whatever happens in whatever order: the ledger agrees, nothing is paid twice, two people agree.

Random acts (rewards, refunds, freezes, people, rails that fail in every way, crashes) play against
the use cases. After each act the books must agree with the journal and with the rail's own list. A
property that never reaches a payment proves nothing, so one test counts what the acts reach.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TypeVar

from goodword.errors import Conflict, InvalidInput, NotAllowed
from goodword.payouts.calendar import closed_period
from goodword.payouts.confirming import Outcome
from goodword.payouts.deciding import Deciding
from goodword.payouts.findings import WHOLE_RUN, RunFinding, Verdict
from goodword.payouts.model import Payout, PayoutRun
from goodword.payouts.ports import PaymentOrder, RailAnswer
from goodword.persons import Person
from goodword.programs.model import ProgramVersion
from goodword.rewards.model import Reward
from goodword.times import DAY_MS, HOUR_MS, MINUTE_MS
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.payday import Payday
from tests.support.scene import BEN, MAYA
from tests.support.sums import sums_of

T = TypeVar("T")
PEOPLE = (MAYA, BEN, "adv_third")
ANNA, CARL, PAYEE = Person("usr_anna", None), Person("usr_carl", None), Person("usr_maya", MAYA)
LIVE = ("draft", "sent", "unknown", "paid")
TROUBLES = ("", "", "before", "after", "refuse", "accept", "silent")
ACTS = (
    *("earn",) * 4,
    *("refund",) * 2,
    *("pass_a_day",) * 3,
    *("let_pass",) * 5,
    *("send",) * 5,
    *("look_up",) * 3,
    "part_back",
    *("wait",) * 2,
    *("gather", "request", "release", "stop", "move_house", "word_of_a_person"),
)


class Crash(BaseException):
    """The process dies."""


class Play:
    """A programme that is paid daily; every act takes one number and makes its choices from it."""

    def __init__(self) -> None:
        self.world = Payday(cadence="daily", minimum_minor=300)
        self.world.enrol("adv_third", "THIRD7")
        self.world.pay_to("adv_third")
        self.payment = self.world.one(ProgramVersion).terms.payment
        self.reached: Counter[str] = Counter()

    def earn(self, n: int) -> None:
        self.world.due(n % 1_900 + 1, PEOPLE[n % 3], hold_until_ms=self.world.clock.at_ms)

    def refund(self, n: int) -> None:
        if reward := _one([each for each in self.world.all(Reward) if each.remaining_minor], n):
            self.reached[f"refund of {reward.state}"] += 1
            part = max(1, reward.remaining_minor * (n % 101) // 100)
            self.world.take_back(reward, part if n % 3 else reward.remaining_minor)

    def pass_a_day(self, _: int) -> None:
        self.world.clock.advance(DAY_MS)

    def wait(self, n: int) -> None:
        self.world.clock.advance((1, 5, 23)[n % 3] * HOUR_MS)

    def gather(self, _: int) -> None:
        period = closed_period(self.payment, self.world.clock.at_ms)
        before = {who: self.world.purse(who).payable_minor for who in PEOPLE}
        known = {each.payout_id for each in self.world.all(Payout)}
        self.world.listed(period.name, period.cutoff_ms)
        for who in PEOPLE:
            fresh = [p for p in self.world.all(Payout) if p.advocate_id == who]
            frozen = sum(p.amount_minor for p in fresh if p.payout_id not in known)
            left = self.world.purse(who).payable_minor
            assert before[who] - left == frozen
            assert not frozen or left >= 0, "more was frozen than was payable"

    def let_pass(self, _: int) -> None:
        self.gather(0)
        for name in [run.run_id for run in self.runs("draft")]:
            self.decide(len(name))
            run = self.world.run(name)
            self.world.approving.request(run.run_id, ANNA, run.run_hash)
            self.world.approving.release(run.run_id, CARL, run.run_hash, run.total_minor)

    def decide(self, n: int) -> None:
        """Somebody decides about everything that audits have found."""
        for finding in self.world.all(RunFinding):
            hold = (n + len(finding.subject)) % 3 == 0 and finding.subject != WHOLE_RUN
            verdict: Verdict = "hold" if hold else "clear"
            call = partial(
                Deciding(self.world.desk()).decide,
                finding.run_id,
                finding.check,
                finding.subject,
                verdict,
                "other",
            )
            _try(lambda call=call: call(ANNA))  # type: ignore[misc]  # bound at once

    def request(self, n: int) -> None:
        if run := _one(self.runs("draft"), n):
            person = (ANNA, CARL, PAYEE)[n % 3]
            _try(lambda: self.world.approving.request(run.run_id, person, run.run_hash))

    def release(self, n: int) -> None:
        if run := _one(self.runs("requested"), n):
            person, total = (ANNA, CARL, PAYEE)[n % 3], run.total_minor + (n % 4 == 0)
            _try(lambda: self.world.approving.release(run.run_id, person, run.run_hash, total))

    def send(self, n: int) -> None:
        run = _one(self.runs("released", "sending"), n)
        if run is None:
            return
        chance, rail = random.Random(n), self.world.rail
        rail.troubles = [chance.choice(TROUBLES) for _ in range(4)]
        dies, real = chance.choice(("", "", "before", "after")), rail.send

        def dying(order: PaymentOrder) -> RailAnswer:
            if dies == "after":
                real(order)
            raise Crash

        if dies:
            rail.send = dying  # type: ignore[method-assign]  # put back below
        with suppress(Crash):
            for chunk in self.world.cycle.begin(run.run_id).chunks:
                self.world.cycle.send(run.run_id, chunk, 0)
            self.world.cycle.settle(run.run_id)
        rail.send = real  # type: ignore[method-assign]  # as it was
        rail.troubles = []

    def look_up(self, n: int) -> None:
        self.world.rail.troubles = ["silent"] * (n % 3 == 0)
        self.world.cycle.look_up()
        self.world.rail.troubles = []

    def part_back(self, n: int) -> None:
        """The rail says that a part of a payment, or more of it than before, is with it again."""
        if payout := _one([p for p in self.world.all(Payout) if p.state == "paid"], n):
            amount = payout.amount_minor
            back = payout.returned_minor + n % max(1, amount - payout.returned_minor)
            said = RailAnswer("paid", amount_minor=amount, returned_minor=back)
            self.world.sending.post_back(payout, said)
            self.reached["part back"] += 1

    def stop(self, n: int) -> None:
        if run := _one(self.runs("draft", "requested", "released"), n):
            if n % 2:
                self.world.approving.cancel(run.run_id, "other")
            else:
                self.world.approving.expire(run.run_id)
            self.world.cycle.give_back(run.run_id, "")

    def move_house(self, n: int) -> None:
        self.world.pay_to(PEOPLE[n % 3], f"{'abc'[n % 2]}@x.example")

    def word_of_a_person(self, n: int) -> None:
        payout = _one([p for p in self.world.all(Payout) if p.state in ("paid", "unknown")], n)
        if payout is None:
            return
        # A person looks at the bank's own list before saying anything.
        left = payout.payout_id in self.world.rail.counts()
        said: Outcome = "returned" if payout.state == "paid" else "paid" if left else "failed"
        _try(
            lambda: self.world.confirming.one(
                payout.payout_id, ANNA, said, run_id=payout.run_id, reference="SEPA", code="other"
            )
        )

    def drain(self) -> None:
        """Heal the rail and walk on as the sweep does: nothing may be left half done."""
        for _ in range(3):
            for run in self.runs("released", "sending"):
                for chunk in self.world.cycle.begin(run.run_id).chunks:
                    self.world.cycle.send(run.run_id, chunk, 0)
                self.world.cycle.settle(run.run_id)
            self.world.clock.advance(2 * MINUTE_MS)
            self.world.cycle.look_up()
        assert self.runs("released", "sending") == []
        ended = {run.run_id for run in self.runs("settled", "cancelled", "expired")}
        drafts = [p for p in self.world.all(Payout) if p.state == "draft"]
        assert not [payout for payout in drafts if payout.run_id in ended]

    def runs(self, *states: str) -> list[PayoutRun]:
        return [run for run in self.world.all(PayoutRun) if run.state in states]

    def check(self) -> None:
        """All that must hold after every act."""
        world, counts = self.world, self.world.rail.counts()
        payouts = {each.payout_id: each for each in world.all(Payout)}
        assert world.ledger_differences() == []
        assert all(count == 1 for count in counts.values()), "a key was paid twice"
        self._check_rewards(list(payouts.values()))
        for who in PEOPLE:
            mine = [each for each in payouts.values() if each.advocate_id == who]
            under_way = [p for p in mine if p.state in ("draft", "sent", "unknown")]
            assert world.purse(who).in_payout_minor == sum(p.amount_minor for p in under_way)
            assert world.purse(who).paid_minor == sum(
                p.amount_minor - p.returned_minor for p in mine if p.state == "paid"
            )
        for key, amount in world.rail.paid:
            assert payouts[key].amount_minor == amount
            assert payouts[key].state not in ("failed", "cancelled", "draft"), "it left, though"
        for payout in payouts.values():
            parts = sum(frozen.amount_minor for frozen in payout.rewards)
            assert payout.amount_minor == parts + payout.carry_minor
            if payout.state == "paid":
                assert payout.payout_id in counts, "booked as paid, though it never left"
        self._check_people({payouts[key].run_id for key in counts}, list(payouts.values()))
        for run in self.runs("settled"):
            of_run = [one for one in payouts.values() if one.run_id == run.run_id]
            assert (run.outcome, run.part_back) == sums_of(of_run)
            self.reached["part back of a run"] += run.part_back is not None
        for payout in payouts.values():
            self.reached[f"payout {payout.state}"] += 1
            self.reached["carry"] += payout.carry_minor < 0

    def _check_rewards(self, payouts: Sequence[Payout]) -> None:
        inside = Counter(
            frozen.reward_id for each in payouts if each.state in LIVE for frozen in each.rewards
        )
        assert all(count == 1 for count in inside.values()), "a reward is in two live payouts"
        held = {"batched": ("draft", "sent", "unknown"), "paid": ("paid",)}
        by_id = {payout.payout_id: payout for payout in payouts}
        for reward in self.world.all(Reward):
            if reward.state in held:
                assert reward.payout_id is not None
                assert by_id[reward.payout_id].state in held[reward.state]
            assert (reward.state, reward.remaining_minor) != ("due", 0)

    def _check_people(self, paid_runs: set[str], payouts: Sequence[Payout]) -> None:
        for run in self.world.all(PayoutRun):
            if run.run_id in paid_runs:
                assert None not in (run.requested_by, run.released_by)
                assert run.requested_by != run.released_by
            if MAYA in {each.advocate_id for each in payouts if each.run_id == run.run_id}:
                assert PAYEE.subject not in (run.requested_by, run.released_by)


def play(acts: Sequence[tuple[str, int]]) -> Play:
    """Play the acts, checking after each, then drain."""
    scene = Play()
    for name, number in acts:
        getattr(scene, name)(number)
        scene.check()
    scene.drain()
    scene.check()
    return scene


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 100_000)), min_size=15, max_size=50)
)
def test_any_acts_in_any_order(acts: list[tuple[str, int]]) -> None:
    play(acts)


def test_long_plays_reach_everything_that_they_are_about() -> None:
    reached: Counter[str] = Counter()
    for seed in range(60):
        chance = random.Random(seed)
        reached += play(
            [(chance.choice(ACTS), chance.randrange(100_000)) for _ in range(80)]
        ).reached
    wanted = {f"payout {state}" for state in ("paid", "failed", "unknown", "sent", "returned")}
    wanted |= {
        "payout cancelled",
        "part back",
        "part back of a run",
        "carry",
        "refund of batched",
        "refund of paid",
    }
    assert {name for name in wanted if reached[name] < 20} == set()


def _one(some: Sequence[T], n: int) -> T | None:
    return some[n % len(some)] if some else None


def _try(call: Callable[[], object]) -> None:
    with suppress(Conflict, InvalidInput, NotAllowed):
        call()
