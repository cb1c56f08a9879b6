"""The product wired as it is deployed, with a faulty outside: services, loops, machines, a rail.

Nothing here decides anything. What is invoked runs under its own time-out and may die; whatever
else than a stable refusal comes out of it is a finding.
"""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any
from unittest.mock import patch

from goodword.advocates.model import PayoutMethod
from goodword.conversions.intake import DeliveryHead, Inbox, first_seen
from goodword.conversions.model import Delivery, Facts, Source
from goodword.conversions.service import Worker
from goodword.errors import GoodwordError
from goodword.events import Actor, Event, system
from goodword.payouts.approving import Approving
from goodword.payouts.clock import PayoutClock
from goodword.payouts.cycle import Cycle
from goodword.payouts.ending import Ending
from goodword.payouts.origins import KnownOrigins
from goodword.payouts.sending import Sending
from goodword.ports import Change, Collision, Desk
from goodword.programs.model import Program
from goodword.rewards.service import Approval
from goodword_aws import conversions, observe
from goodword_aws.items import from_plain

from tests.simulation.baton import Baton, Died
from tests.simulation.outside import FaultyStore, Outside
from tests.simulation.paychecks import watch_order
from tests.simulation.rail import SimulatedRail
from tests.simulation.story import CODES, PEOPLE, START_MS, Story
from tests.simulation.terms import budget_of, version_of
from tests.simulation.watching import WatchedStore
from tests.support import asl
from tests.support.desk import CountingIds, FakeClock, PlainIndex
from tests.support.payday import Hands, Places
from tests.support.scene import PROGRAM, SECRET, Scene

FUNCTION_SECONDS = 60  # seconds after which Lambda kills an invocation
SOURCE = "src_shop"


class Violation(AssertionError):
    """Something that must never be, was."""


LambdaDied = type("Lambda.Unknown", (Exception,), {})


@dataclass
class Quiet:
    """A log that nobody reads."""

    def info(self, *_: object, **__: object) -> None: ...


class Town:
    """One seed's installation."""

    def __init__(self, story: Story, *, trace: Callable[[str], None] | None = None) -> None:
        self.story = story
        self.chance = Random(f"run {story.seed}")
        self.clock = FakeClock(START_MS)
        self.lines: list[str] = []
        self._trace = trace
        self.baton = Baton(self.chance, self.clock, self.chance.choice((0.02, 0.2, 0.7)))
        self.outside = Outside(self.chance, self.baton, self.tell)
        self.memory = WatchedStore(self)
        self.store = FaultyStore(self.memory, self.outside)
        self.ids = CountingIds(self.clock)
        self.rail = SimulatedRail(self.clock, self.baton, self.outside, self._watch_order)
        self.streamed: list[dict[str, Any]] = []
        self.announced: list[str] = []
        self.started: set[str] = set()
        self.answers: dict[str, dict[str, str]] = {}
        self.failures: list[str] = []
        self.refusals: dict[str, int] = {}
        self.accepted: dict[str, Facts] = {}
        self._numbers = itertools.count(1)
        self._wire()
        self._found()

    def tell(self, line: str) -> None:
        """A line of the trace."""
        if self._trace is not None:
            at = (self.clock.at_ms - START_MS) / 3_600_000
            who = self.baton.current.name if self.baton.current else ""
            self._trace(f"{at:10.4f} h  {who:<28} {line}")

    def fail(self, what: str) -> None:
        """A finding; the seed goes on, so that it shows all of them."""
        self.tell(f"!!! {what}")
        self.failures.append(what)

    def desk(self, actor: str | Actor) -> Desk:
        """A desk over the faulty store."""
        who = system(actor) if isinstance(actor, str) else actor
        return Desk(store=self.store, clock=self.clock, ids=self.ids, actor=who)

    def person(self, subject: str) -> Actor:
        """Somebody of staff."""
        return Actor(kind="staff", id=subject)

    # --- the deployment ---------------------------------------------------------------------

    def _wire(self) -> None:
        self.places = Places()
        self.worker = Worker(self.desk("conversions"), PlainIndex(), (SECRET,))
        self.inbox = Inbox(self.desk("conversions_stream"), self, self.worker)
        self.approval = Approval(self.desk("reward_approval"), self)
        self.approving = Approving(self.desk("payout_cycle"), self)
        self.payouts_clock = PayoutClock(self.desk("payout_clock"), self)
        self.hands = Hands(self.clock)
        self.sending = Sending(
            self.desk("payout_cycle"), {"simulator": self.rail, "csv": self.hands}, self.places
        )
        self.cycle = Cycle(
            self.desk("payout_cycle"),
            PlainIndex(),
            KnownOrigins(self.store),
            lambda _rail, _resource: (),
            self.approving,
            Ending(self.desk("payout_cycle"), self.hands),
            lambda: self.sending,
        )

    def _found(self) -> None:
        """The programme with its versions, the advocates with their links and destinations."""
        story, change = self.story, Change()
        for number in range(len(story.versions)):
            change.create(version_of(story, number))
        change.create(
            Program(
                program_id=PROGRAM,
                latest=len(story.versions),
                in_force=1,
                name="Acme",
                currency="EUR",
                created_ms=START_MS - 100 * 86_400_000,
                budget=budget_of(story),
            )
        )
        self.memory.commit(change)
        for person in PEOPLE:
            Scene.enrol(self, person, CODES[person])  # type: ignore[arg-type]  # it only stores
            self.pay_to(person, story.receivers[person])

    def pay_to(self, person: str, kind: str, number: int = 0) -> None:
        """Give or change where somebody's money goes."""
        fields = {"receiver": f"{kind}@{person.removeprefix('adv_')}{number}.example"}
        self.places.fields[person] = fields
        wanted = PayoutMethod(
            advocate_id=person,
            rail="simulator",
            destination_hash=Places.hash("simulator", fields),
            changed_ms=self.clock.at_ms,
        )
        known = self.memory.get(PayoutMethod, wanted.key)
        change = Change()
        change.save(wanted.but(version=known.version if known else 0))
        self.memory.commit(change)

    # --- ports that the town itself plays ---------------------------------------------------

    def facts_of(self, delivery: Delivery) -> Facts:
        """The Reader port: what a delivery says is written in it."""
        return Facts.model_validate_json(delivery.sealed_body)

    def resume(self, token: str, answer: dict[str, str]) -> bool:
        """The Workflow port. The execution goes on when it gets the baton."""
        self.baton.pause()
        if self.outside.strikes("resume_lost"):
            raise Died("before SendTaskSuccess")
        self.answers[token] = answer
        return True

    def start(self, name: str, given: Any) -> bool:
        """The Machine port, for `payout_cycle`."""
        return self.execute("payout_cycle", name, dict(given))

    def execute(self, machine: str, name: str, given: dict[str, Any]) -> bool:
        """Start an execution; False if its name was used."""
        self.baton.pause()
        if name in self.started:
            return False
        self.started.add(name)
        self.tell(f"execution {name}")
        self.baton.spawn(name[-28:], lambda: self._walk(machine, given))
        return True

    def _walk(self, machine: str, given: dict[str, Any]) -> None:
        step = self._reward_step if machine == "reward_approval" else self._payout_step
        walk = asl.Execution(asl.definition(machine), step, Sleeper(self), given)
        while walk.waits is not None:
            token, until_ms = walk.waits.token, walk.waits.until_ms
            self.baton.sleep(until_ms, partial(self.answers.__contains__, token))
            if token in self.answers:
                walk.succeed(token, self.answers.pop(token))
            else:
                walk.time_out()
        self.tell(f"{walk.status} at {walk.last} {walk.error or ''}")

    def _reward_step(self, event: dict[str, Any]) -> Any:
        given = dict(event)
        name = given.pop("step")
        answer = self._call(f"reward {name}", lambda: getattr(self.approval, name)(**given))
        return answer.model_dump() if answer is not None else {"reward_id": event["reward_id"]}

    def _payout_step(self, event: dict[str, Any]) -> Any:
        given = dict(event)
        name = given.pop("step")
        answer = self._call(f"payout {name}", lambda: getattr(self.cycle, name)(**given))
        return answer.model_dump(mode="json")

    def _call(self, name: str, act: Callable[[], Any]) -> Any:
        """A step of a machine: a Lambda that may die, which the machine sees as an error."""
        try:
            return self.invoke(name, act, reraise=True)
        except Died as died:
            task = self.baton.current
            if task is not None and task.killed:
                raise
            raise LambdaDied(str(died)) from died

    def invoke(self, name: str, act: Callable[[], Any], *, reraise: bool = False) -> Any:
        """Run something as one invocation: under its time-out, and with nothing but refusals."""
        task = self.baton.current
        assert task is not None, "invocations run in tasks"
        before, task.until_ms = task.until_ms, self.clock.at_ms + FUNCTION_SECONDS * 1_000
        self.tell(name)
        try:
            return act()
        except Died as died:
            self.tell(f"  died {died}")
            if reraise or task.killed:
                raise
        except GoodwordError as refused:
            self.tell(f"  refused {type(refused).__name__} {refused.code}")
            self.refusals[refused.code] = self.refusals.get(refused.code, 0) + 1
            if reraise:
                raise
        except Exception as error:
            self.fail(f"{name}: {type(error).__name__}: {error}")
            if reraise:
                raise
        finally:
            task.until_ms = before
        return None

    # --- the intake -------------------------------------------------------------------------

    def put(self, delivery_id: str, facts: Facts) -> bool:
        """The front door: whether the delivery was accepted (a repeat is)."""
        source = Source(
            source_id=SOURCE,
            kind="generic",
            program_id=PROGRAM,
            currency="EUR",
            label="shop",
            sealed_secrets=(),
            created_ms=0,
        )
        head = DeliveryHead(delivery_id=delivery_id, topic="sale", fingerprint=delivery_id)
        body = facts.model_dump_json()
        delivery = first_seen(
            source, head, sealed_body=body, at_ms=self.clock.at_ms, writer=self.ids.new("wrt")
        )
        change = Change()
        change.create(delivery)
        try:
            self.store.commit(change)
        except Collision:
            return True
        return True

    def settle_batch(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The stream's consumer with its outermost loop; the records that it reports as failed."""
        answer = conversions.settle_records({"Records": records}, Quiet())  # type: ignore[arg-type]  # all it uses
        bad = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
        return [one for one in records if one["dynamodb"]["SequenceNumber"] in bad]

    def sweep_deliveries(self) -> None:
        """The sweeper with its outermost loop."""
        conversions.sweep(lambda: 60_000, Quiet())  # type: ignore[arg-type]  # all it uses

    def committed(self, change: Change) -> None:
        """What the streams of the tables pass on."""
        for record in change.created:
            if isinstance(record, Delivery):
                self.streamed.append(
                    {
                        "dynamodb": {
                            "Keys": {"pk": {"S": record.key.pk}, "sk": {"S": record.key.sk}},
                            "NewImage": {"kind": {"S": Delivery.KIND}},
                            "SequenceNumber": str(next(self._numbers)),
                        }
                    }
                )
            elif isinstance(record, Event) and record.type == "reward.created":
                self.announced.append(record.subject)

    def all(self, kind: Any) -> list[Any]:
        """Every stored record of a kind, in key order."""
        return [
            from_plain(kind, item)
            for _, item in sorted(self.memory.items.items())
            if item["kind"] == kind.KIND
        ]

    def _watch_order(self, body: dict[str, Any]) -> None:
        """Before money can leave: the run was requested by one and released by another person."""
        watch_order(self, body)

    @contextmanager
    def open(self) -> Iterator["Town"]:
        """The loops find this town, and no thread outlives it."""
        asl._TOKENS = itertools.count(1)

        def seen(_log: object, _what: str, error: BaseException, **_: object) -> None:
            if not isinstance(error, GoodwordError):
                self.fail(f"delivery: {type(error).__name__}: {error}")
            else:
                self.tell(f"  refused {type(error).__name__} {error.code}")

        with (
            patch.object(conversions, "inbox", lambda _: self.inbox),
            patch.object(observe, "metric", lambda *_: None),
            patch.object(observe, "failure", seen),
        ):
            try:
                yield self
            finally:
                self.baton.end()
                self.rail.ledger.close()


class Sleeper(FakeClock):
    """The clock as a machine sees it: its waits are waits of a task, and nobody else's."""

    def __init__(self, town: Town) -> None:
        self._town = town

    @property
    def at_ms(self) -> int:
        return self._town.clock.at_ms

    @at_ms.setter
    def at_ms(self, _: int) -> None: ...

    def now_ms(self) -> int:
        return self._town.clock.at_ms

    def advance(self, ms: int) -> None:
        self._town.baton.sleep(self._town.clock.at_ms + ms)
