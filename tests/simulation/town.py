"""An installation that plays one seed: the real functions over faulty AWS, machines and a rail.

Nothing here decides anything. What is invoked runs under its own time-out and may die; whatever
else than a stable refusal comes out of it is a finding.
"""

import hashlib
import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from random import Random
from typing import Any

from botocore.exceptions import ClientError
from goodword.advocates.model import Advocate
from goodword.conversions.model import Delivery, Facts, Source
from goodword.errors import GoodwordError
from goodword.events import Actor, system
from goodword.ports import Change, Desk
from goodword.programs.effective import Editions
from goodword.records import Key
from goodword_aws.arrivals import SourceBook
from goodword_aws.items import Item
from goodword_aws.store import DynamoStore

from tests.fakes.dynamo import FakeDynamo, error
from tests.fakes.privacy import PlainSealer
from tests.simulation.alarms import unsettled
from tests.simulation.batches import RAILS
from tests.simulation.baton import Baton, Died
from tests.simulation.demands import Demands
from tests.simulation.explained import unexplained
from tests.simulation.granting import GRANTING
from tests.simulation.happenings import advocate_of
from tests.simulation.lambdas import TABLES, asked, call, remembered
from tests.simulation.neighbours import settle_at, strangers
from tests.simulation.outside import FaultyBus, FaultyDynamo, Outside
from tests.simulation.paychecks import watch_order
from tests.simulation.shops import sale, shop_of, shops
from tests.simulation.smallness import AS_EVER, grow, parts_in
from tests.simulation.standing import Stood
from tests.simulation.story import CODES, DAY_MS, PEOPLE, START_MS, Story
from tests.simulation.terms import link_of, program_of, version_of
from tests.simulation.watching import Watch
from tests.simulation.wire import unhurried, wire_client
from tests.support import asl
from tests.support.desk import CountingIds, FakeClock
from tests.support.payday import Hands, Places
from tests.support.scene import Scene

FUNCTION_SECONDS = 60  # seconds after which Lambda kills an invocation
STREAM_TRIES = 5  # times that a record is brought before it is set aside

LambdaDied = type("Lambda.Unknown", (Exception,), {})


class Ledgered(DynamoStore):
    """The product's own store over a client of ours; `items` are the table's, in plain."""

    def __init__(self, client: Any, table: FakeDynamo, town: "Town") -> None:
        self.items = table.items
        super().__init__(
            client,
            {"arrivals": "arrivals", "journal": "journal", "core": "core"},
            sleep=lambda _: None,
            chance=town.chance.random,
            entropy=town.ids.entropy,
        )

    def digest(self) -> str:
        """What is stored, as a number: the same for the same seed."""
        text = json.dumps([[*key, self.items[key]] for key in sorted(self.items)], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class Town:
    """One seed's installation."""

    def __init__(
        self, story: Story, *, trace: Callable[[str], None] | None = None, wire: bool = False
    ) -> None:
        self.story = story
        self._wire = wire
        self.chance = Random(f"run {story.seed}")
        self.clock = FakeClock(START_MS)
        self._trace = trace
        self.baton = Baton(self.chance, self.clock, self.chance.choice((0.02, 0.2, 0.7)))
        self.outside = Outside(story.seed, self.baton, self.tell, often=story.brief)
        self.ids = CountingIds(self.clock)
        self.stood: dict[str, list[Stood]] = defaultdict(list)  # every state of enrolments
        self._table()
        self.places, self.parts = Places(), parts_in(story)
        self.rail = RAILS[story.rail](self.clock, self.baton, self.outside, self._watch_order)
        self.hands: Hands = self.rail if isinstance(self.rail, Hands) else Hands(self.clock)
        self.rails = {story.rail: self.rail}
        self.clients = {
            "dynamodb": self.faulty,
            "events": FaultyBus(self.outside, self._on_the_bus),
            "stepfunctions": self,
        }
        self.commits = 0  # so often something was written
        self.streamed: list[dict[str, Any]] = []
        self.journaled: list[dict[str, Any]] = []
        self.announced: list[tuple[str, int]] = []  # rewards on the queue, and how often
        self.started: set[str] = set()
        self.answers: dict[str, dict[str, str]] = {}
        self.failures: list[str] = []
        self.typed: dict[str, int] = {}  # what people have typed, by the reference of a hand-out
        self.asked_ms: dict[str, int] = {}  # when the rail was first asked for a payment
        self.came_back: set[str] = set()  # paid, as the rail believes; the bank knows better
        self.healed_ms = START_MS  # since when nothing fails any more
        self.sparing = False  # no schedule rings while there is nothing for it to do
        self.rung_ms = START_MS  # when that of payouts did
        self.refusals, self.accepted = dict[str, int](), dict[str, Facts]()
        self._numbers, self._brought = itertools.count(1), Counter[str]()
        self._found()

    def _table(self) -> None:
        """One table in memory, seen by the functions through faults, and by us plainly."""
        self.dynamo = FakeDynamo(
            {name: name for name in TABLES},  # type: ignore[misc]  # they are Tables, and `keys`
            lambda: self.clock.at_ms / 1_000,
        )
        self.watch = Watch(self)
        self.dynamo.written, self.dynamo.sent = self.watch.see, Demands(self, *GRANTING).see
        self.memory = Ledgered(self.dynamo, self.dynamo, self)
        self.faulty = wire_client(self) if self._wire else FaultyDynamo(self.dynamo, self.outside)
        self.store = Ledgered(self.faulty, self.dynamo, self)
        self.book = SourceBook(self.store, PlainSealer(), lambda: self.clock.at_ms / 1_000)
        self.editions, self.sources = Editions(), dict[str, Source]()  # what processes remember

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
        """A desk over the faulty store, for what has no function of its own."""
        who = system(actor) if isinstance(actor, str) else actor
        return Desk(store=self.store, clock=self.clock, ids=self.ids, actor=who)

    def person(self, subject: str) -> Actor:
        """Somebody of staff."""
        return Actor(kind="staff", id=subject)

    def advocate_of(self, subject: str) -> str | None:
        """Who of staff is an advocate too: `usr_maya` is `adv_maya`."""
        advocate_id = advocate_of(subject)
        return advocate_id if advocate_id in PEOPLE else None

    def noticed(self, what: str, failure: BaseException) -> None:
        """An error that a function has logged: ours and AWS's are part of the play."""
        if isinstance(failure, (GoodwordError, ClientError)):
            self.tell(f"  logged {what}: {getattr(failure, 'code', 'ClientError')}")
        else:
            self.fail(f"{what}: {type(failure).__name__}: {failure}")

    # --- the deployment ---------------------------------------------------------------------

    def _found(self) -> None:
        """The programme with its versions, the advocates with their links and destinations."""
        story, change = self.story, Change()
        for number in range(len(story.versions)):
            change.create(version_of(story, number))
        change.create(program_of(story), *shops(story))
        change.create(*(Advocate(advocate_id=one, created_ms=START_MS) for one in PEOPLE))
        change.create(
            *(link_of(person) for person in PEOPLE), *story.abroad.useless(), *strangers(story)
        )
        self.memory.commit(change)
        for person in PEOPLE:
            made_ms = story.link_ms.get(person, START_MS - 100 * DAY_MS)
            Scene.enrol(self, person, CODES[person], link_ms=made_ms)  # type: ignore[arg-type]  # it only stores
            self.pay_to(person, story.receivers[person])

    def pay_to(self, person: str, kind: str, number: int = 0) -> None:
        """Give or change where somebody's money goes."""
        fields = {"receiver": f"{kind}@{person.removeprefix('adv_')}{number}.example"}
        self.places.fields[person] = fields
        settle_at(self, person, fields, number)

    # --- Step Functions ---------------------------------------------------------------------

    def send_task_success(self, *, taskToken: str, output: str) -> None:
        """The execution goes on when it gets the baton."""
        fault = self.outside.turn("resume_lost", "resume_die_after")
        if fault == "resume_lost":
            raise Died("before SendTaskSuccess")
        self.answers[taskToken] = json.loads(output)
        if fault == "resume_die_after":
            raise Died("after SendTaskSuccess")

    def start_execution(self, *, stateMachineArn: str, name: str, input: str) -> None:
        """A name is used once, for ever."""
        if self.outside.turn("start_lost") == "start_lost":
            raise error("ThrottlingException", "StartExecution")
        if name in self.started:
            raise error("ExecutionAlreadyExists", "StartExecution")
        self.started.add(name)
        self.tell(f"execution {name}")
        machine = "reward_approval" if "reward" in stateMachineArn else "payout_cycle"
        self.baton.spawn(name[-28:], lambda: self._walk(machine, json.loads(input)))

    def _walk(self, machine: str, given: dict[str, Any]) -> None:
        function = "rewards_task" if machine == "reward_approval" else "payouts_task"
        step = partial(self._step, function)
        walk = asl.Execution(asl.definition(machine), step, Sleeper(self), given)
        while walk.waits is not None:
            token, until_ms = walk.waits.token, walk.waits.until_ms
            self.baton.sleep(until_ms, partial(self.answers.__contains__, token))
            if token in self.answers:
                walk.succeed(token, self.answers.pop(token))
            else:
                walk.time_out()
        self.tell(f"{walk.status} at {walk.last} {walk.error or ''}")

    def _step(self, function: str, event: dict[str, Any]) -> Any:
        """A step of a machine: a Lambda that may die, which the machine sees as an error."""
        name = f"{function} {event['step']}"
        try:
            return self.invoke(name, lambda: call(self, function, event), reraise=True)
        except Died as died:
            task = self.baton.current
            if task is not None and task.killed:
                raise
            raise LambdaDied(str(died)) from died

    # --- invocations ------------------------------------------------------------------------

    def function(self, name: str, event: dict[str, Any]) -> Any:
        """One invocation of a function; what it answers, None if it did not."""
        return self.invoke(name, lambda: call(self, name, event))

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
        except (GoodwordError, ClientError) as refused:
            code = getattr(refused, "code", "ClientError")
            self.tell(f"  refused {type(refused).__name__} {code}")
            self.refusals[code] = self.refusals.get(code, 0) + 1
            if reraise:
                raise
        except Exception as error:
            self.fail(f"{name}: {type(error).__name__}: {error}")
            if reraise:
                raise
        finally:
            task.until_ms = before
        return None

    def asks(
        self,
        subject: str,
        method: str,
        path: str,
        body: object,
        group: str = "finance",
        *,
        right: bool = False,
    ) -> int:
        """A person uses the API; the status of the answer, 0 if there was none.

        Whoever is `right`, and asks while nothing fails, must not be refused.
        """
        what = f"{subject} {method} {path}"
        got = self.invoke(what, lambda: asked(self, subject, method, path, body, group))
        status, answer = got or (0, {"code": "no_answer"})
        if status >= 400:
            self.tell(f"  refused {status} {answer['code']}")
            self.refusals[answer["code"]] = self.refusals.get(answer["code"], 0) + 1
            if right and (why := unexplained(self, path, answer["code"])):
                self.fail(why)
        return int(status)

    # --- the intake -------------------------------------------------------------------------

    def put(self, delivery_id: str, facts: Facts) -> bool:
        """The front door: whether the delivery was accepted (a repeat is)."""
        shop = shop_of(self.story, delivery_id)
        event = sale(delivery_id, self.clock.at_ms, facts, shop)
        answer = self.function("conversions_web", event)
        return answer is not None and 200 <= answer["statusCode"] < 300

    def settle_batch(self, function: str, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """A stream's consumer; the records that Lambda will bring again."""
        answer = self.function(function, {"Records": records})
        numbers = [one["dynamodb"]["SequenceNumber"] for one in records]
        bad = (
            numbers
            if answer is None
            else [one["itemIdentifier"] for one in answer["batchItemFailures"]]
        )
        if function == "ledger_stream" and bad:  # it is brought again from the first that failed
            bad = numbers[min(map(numbers.index, bad)) :]
        done = [one for one, number in zip(records, numbers, strict=True) if number not in bad]
        self.failures += unsettled(self, done)
        self._brought.update(bad)
        again = {number for number in bad if self._brought[number] < STREAM_TRIES}
        return [one for one, number in zip(records, numbers, strict=True) if number in again]

    def committed(self, created: Sequence[tuple[Key, Item]]) -> None:
        """What the streams of the tables pass on."""
        self.commits += 1
        for key, item in created:
            if item["kind"]["S"] not in (Delivery.KIND, "event"):
                continue
            record = {
                "eventName": "INSERT",
                "dynamodb": {
                    "Keys": {"pk": {"S": key.pk}, "sk": {"S": key.sk}},
                    "NewImage": item,
                    "SequenceNumber": str(next(self._numbers)),
                },
            }
            (self.journaled if key.table == "journal" else self.streamed).append(record)

    def _on_the_bus(self, entry: dict[str, Any]) -> None:
        if entry["DetailType"] == "reward.created":
            self.announced.append((json.loads(entry["Detail"])["subject"], 1))

    def all(self, kind: Any) -> list[Any]:
        """Every stored record of a kind, in key order."""
        return [remembered(kind, item) for item in self.dynamo.of_kind(kind.KIND)]

    def _watch_order(self, body: dict[str, Any]) -> None:
        """Before money can leave: the run was requested by one and released by another person."""
        watch_order(self, body)

    @contextmanager
    def open(self) -> Iterator["Town"]:
        """Nothing of it outlives its seed."""
        asl._TOKENS = itertools.count(1)
        try:
            with unhurried():
                yield self
        finally:
            self.baton.end()
            self.rail.end()
            grow(AS_EVER)


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
