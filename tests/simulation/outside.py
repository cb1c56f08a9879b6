"""Every call to AWS may fail in every way in which the real one does; a seed says which.

A call may be throttled, lose its race, be sent twice because its reply was lost, or happen and lose
its reply for good; a batch may come back in part; an index may lag; the process may die before or
after any call. Which kinds occur, and how often, is drawn for each seed (swarm testing), so that
rare kinds also meet quiet runs. `plan` names single faults by the number of the call instead.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from botocore.exceptions import ReadTimeoutError

from tests.fakes.dynamo import FakeDynamo, error
from tests.simulation.baton import Baton, Died

READS = ("die_before_read", "read_throttled", "read_lost")
BATCHES = ("batch_in_part",)
WRITES = ("die_before", "die_after", "reply_lost", "throttled", "sent_again")
COMMITS = (*WRITES, "conflict")
RAILS = ("rail_die_before", "rail_die_after", "rail_lost_before", "rail_lost_after", "rail_down")
INDEX = ("index_lags",)
BUS = ("bus_down", "bus_in_part", "bus_die_after")
FLOWS = (
    *("stream_lost", "stream_twice", "journal_lost", "journal_twice", "bus_lost", "bus_twice"),
    *("sent_twice", "resume_lost", "resume_die_after", "start_lost"),
)
KINDS = (*READS, *BATCHES, *COMMITS, *RAILS, *INDEX, *BUS, *FLOWS)
RATES = (0.0, 0.0, 0.01, 0.05, 0.14)
RAIL_RATES = (0.0, 0.0, 0.05, 0.2, 0.6)
OFTEN, MOST = 5, 0.8  # of so many more calls, and the most
Plan = Mapping[int, str]  # the faults of one run, by the place where they strike


class Outside:
    """Draws the faults of one seed and counts what was reached."""

    def __init__(
        self, seed: int, baton: Baton, tell: Callable[[str], None], *, often: bool = False
    ) -> None:
        self.seed = seed
        chance = Random(f"faults {seed}")
        self._chance = chance
        self._luck = Random(f"luck {seed}")  # apart, so that a plan plays the same run again
        self._baton = baton
        self.tell = tell
        self.rates = {kind: chance.choice(RATES) for kind in KINDS}
        for kind in RAILS:
            self.rates[kind] = chance.choice(RAIL_RATES)
        for kind in READS:
            self.rates[kind] /= 4  # there are many more reads than anything else
        if often:
            self.rates = {kind: min(MOST, OFTEN * rate) for kind, rate in self.rates.items()}
        self.healed = False
        self.calls = 0
        self.faults: Counter[str] = Counter()
        self.metrics: Counter[str] = Counter()  # what the functions told CloudWatch
        self.plan: Plan | None = None
        self.places: list[tuple[str, ...]] = []  # what could have struck, place by place
        self.struck: dict[int, str] = {}  # what did, by place: the plan that plays this run again

    def strikes(self, *kinds: str) -> str:
        """The fault that happens here, or ""."""
        if self.healed:
            return ""
        place = len(self.places)
        self.places.append(kinds)
        kind = self._drawn(kinds) if self.plan is None else self.plan.get(place, "")
        if kind not in kinds:
            return ""
        self.faults[kind] += 1
        self.struck[place] = kind
        self.tell(f"    fault: {kind} at place {place}")
        return kind

    def _drawn(self, kinds: tuple[str, ...]) -> str:
        for kind in kinds:
            if self.rates[kind] and self._chance.random() < self.rates[kind]:
                return kind
        return ""

    def turn(self, *kinds: str) -> str:
        """One call: somebody else may run first; then the fault that it meets, if any."""
        self.calls += 1
        self._baton.pause()
        if self.healed or self._baton.current is None:
            return ""
        return self.strikes(*kinds)

    def chosen(self, count: int) -> int:
        """One of so many, by chance."""
        return self._luck.randrange(count)

    def luck(self) -> bool:
        """Heads or tails."""
        return self._luck.random() < 0.5


def timed_out() -> ReadTimeoutError:
    """The reply did not come."""
    return ReadTimeoutError(endpoint_url="https://dynamodb.example")


class FaultyDynamo:
    """The client that the product gets: FakeDynamo, with everything that goes wrong on the way."""

    def __init__(self, real: FakeDynamo, outside: Outside) -> None:
        self._real = real
        self._outside = outside

    def get_item(self, **asked: Any) -> Any:
        self._read("GetItem")
        return self._real.get_item(**asked)

    def batch_get_item(self, *, RequestItems: Any) -> Any:
        self._read("BatchGetItem")
        names = [name for name, asked in RequestItems.items() if len(asked["Keys"]) > 1]
        if not names or not self._outside.strikes(*BATCHES):
            return self._real.batch_get_item(RequestItems=RequestItems)
        first = names[0]
        kept = {**RequestItems[first], "Keys": RequestItems[first]["Keys"][:1]}
        left = {**RequestItems[first], "Keys": RequestItems[first]["Keys"][1:]}
        answer = self._real.batch_get_item(RequestItems={**RequestItems, first: kept})
        return answer | {"UnprocessedKeys": {first: left}}

    def query(self, **asked: Any) -> Any:
        self._read("Query")
        answer = self._real.query(**asked)
        if "IndexName" in asked and answer["Items"] and self._outside.strikes(*INDEX):
            answer["Items"] = [item for item in answer["Items"] if self._outside.luck()]
        return answer

    def scan(self, **asked: Any) -> Any:
        self._read("Scan")
        return self._real.scan(**asked)

    def put_item(self, **asked: Any) -> Any:
        return self._written("PutItem", WRITES, lambda: self._real.put_item(**asked))

    def transact_write_items(self, *, TransactItems: Any, ClientRequestToken: str) -> Any:
        def act() -> Any:
            return self._real.transact_write_items(
                TransactItems=TransactItems, ClientRequestToken=ClientRequestToken
            )

        def conflict() -> Exception:
            reasons = [{"Code": "None"} for _ in TransactItems]
            reasons[self._outside.chosen(len(reasons))] = {"Code": "TransactionConflict"}
            name = "TransactionCanceledException"
            return error(name, "TransactWriteItems", CancellationReasons=reasons)

        return self._written("TransactWriteItems", COMMITS, act, conflict)

    def _read(self, operation: str) -> None:
        match self._outside.turn(*READS):
            case "die_before_read":
                raise Died(operation)
            case "read_throttled":
                raise error("ProvisionedThroughputExceededException", operation)
            case "read_lost":
                raise timed_out()

    def _written(
        self,
        operation: str,
        kinds: tuple[str, ...],
        act: Callable[[], Any],
        conflict: Callable[[], Exception] | None = None,
    ) -> Any:
        fault = self._outside.turn(*kinds)
        if fault == "die_before":
            raise Died(f"before {operation}")
        if fault == "throttled":
            raise error("ThrottlingException", operation)
        if fault == "conflict" and conflict is not None:
            raise conflict()
        answer = act()
        if fault == "sent_again":  # botocore sends the same again when it has lost the reply
            answer = act()
        if fault == "die_after":
            raise Died(f"after {operation}")
        if fault == "reply_lost":
            raise timed_out()
        return answer


class FaultyBus:
    """EventBridge: what it takes is in `taken`, as the detail of each event."""

    def __init__(self, outside: Outside, taken: Callable[[dict[str, Any]], None]) -> None:
        self._outside = outside
        self._taken = taken

    def put_events(self, *, Entries: list[dict[str, Any]]) -> Any:
        fault = self._outside.turn(*BUS)
        if fault == "bus_down":
            raise error("InternalException", "PutEvents")
        answers: list[dict[str, str]] = []
        for entry in Entries:
            if fault == "bus_in_part" and self._outside.luck():
                answers.append({"ErrorCode": "ThrottlingException"})
                continue
            self._taken(entry)
            answers.append({"EventId": "e"})
        if fault == "bus_die_after":
            raise Died("after PutEvents")
        return {"Entries": answers, "FailedEntryCount": 0}
