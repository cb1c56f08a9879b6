"""The real handlers, loaded once per process, over whichever town is being played.

Every seam is one that the product has: the factory of AWS clients, the parts of `wiring`, the
rails. What is not ours stays out: KMS (bodies are sealed in plain), the vault (destinations are the
town's), the parsing of a shop's body (deliveries carry their facts; tales have bodies of shops).
"""

import json
import os
from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar

from goodword.conversions import intake
from goodword.conversions import model as conversions
from goodword.conversions.model import Facts
from goodword.ledger import model as ledger
from goodword.payouts import clock, freezing, waiting
from goodword.payouts.notices import RailNotice
from goodword.programs import payment
from goodword.programs.effective import TermsShelf
from goodword.records import Record
from goodword.rewards import model as rewards
from goodword.rewards import service as approval
from goodword.trust import banning
from goodword_aws import (
    arrivals,
    aws,
    observe,
    outbox,
    payouts,
    payouts_notices,
    sources,
    store,
    transaction,
    wiring,
)
from goodword_aws import conversions as worker
from goodword_aws.items import as_item, from_item, from_plain, to_plain

from tests.fakes.dynamo import Carried, Stored
from tests.fakes.privacy import PlainSealer
from tests.simulation.rails import STEPS
from tests.simulation.smallness import grow
from tests.support.desk import PlainIndex
from tests.support.functions import NAMES, load
from tests.support.people import http
from tests.support.scene import SECRET

if TYPE_CHECKING:
    from tests.simulation.town import Town

R = TypeVar("R", bound=Record)

FUNCTIONS = (
    *("conversions_web", "conversions_stream", "conversions_schedule", "ledger_stream"),
    *("rewards_queue", "rewards_task", "rewards_schedule", "rewards_api"),
    *("payouts_task", "payouts_schedule", "payouts_api", "programs_api"),
    *("trust_api", "trust_schedule", "advocates_api"),
)
WORDS = {
    "payout-runs": "payouts",
    "payout-holds": "payouts",
    "bans": "trust",
    "exemptions": "trust",
    "me": "advocates",
    "disputes": "trust",
}  # whose routes are another word's
TABLES = ("arrivals", "journal", "core", "keys")
SHARDS = 2  # partitions of each index that is swept
TWICE = "_again"  # ends the subject of somebody's second sign-in, with the same mailbox
ROTATED = bytes(reversed(SECRET))
BANNED = 1  # rewards that a ban takes at once
RealDestinations = payouts.VaultDestinations  # of which towns have their own
OF_FACTS = b'{"facts": '
LEFT_MS = 60_000  # ms that a schedule is told it has left


class _Here:
    """The town that is being played in this process."""

    town: "Town"


HERE = _Here()


class _Client:
    """An AWS client that asks the present town each time."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __getattr__(self, operation: str) -> Any:
        return getattr(HERE.town.clients[self._service], operation)


class _Quiet:
    """A log that nobody reads."""

    def __getattr__(self, _: str) -> Callable[..., None]:
        return lambda *_, **__: None


def _settings() -> None:
    for name in NAMES.split():
        os.environ[name] = f"test-{name.lower()}"
    for table in TABLES:
        os.environ[f"{table.upper()}_TABLE"] = table
    os.environ |= {
        "GOODWORD_STAGE": "test",
        "PUBLIC_URL": "https://go.example",
        "FALLBACK_URL": "https://shop.example/",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "POWERTOOLS_LOG_LEVEL": "CRITICAL",
    }


def _plain(generic: sources.Adapter) -> sources.Adapter:
    """The same for bodies as shops send them; other bodies are the facts themselves."""

    def read(topic: str, raw: bytes, source: Any, received_ms: int) -> Facts:
        if raw.startswith(OF_FACTS):
            return Facts.model_validate_json(json.loads(raw)["facts"])
        return generic.read(topic, raw, source, received_ms)

    def admit(topic: str, raw: bytes, source: Any) -> str:
        if raw.startswith(OF_FACTS) or generic.admit is None:
            return topic
        return generic.admit(topic, raw, source)

    return sources.Adapter(generic.verify, read, admit)


def remembered(kind: type[R], item: Any) -> R:
    """The record of an item, read once for as long as it stands there: records are frozen.

    What came through botocore, or in a stream's image of its own, is read anew each time.
    """
    if not isinstance(item, Stored):
        return from_item(kind, item)
    found = item.records.get(kind)
    if found is None:
        found = item.records[kind] = from_plain(kind, item.plain)
    record: R = found
    return record


def carried(record: Record, version: int | None = None) -> Carried:
    """The product's item of a record, with the plain values that it was made of."""
    plain = to_plain(record, version)
    return Carried(as_item(plain, type(record)), plain)


def _fewer_shards() -> None:
    """Two partitions of each sweep's index instead of eight: the same code, fewer empty answers."""
    for waits in (conversions, intake):
        vars(waits)["PENDING_SHARDS"] = SHARDS
    for due in (rewards, approval, ledger, clock, freezing, waiting):
        vars(due)["DUE_SHARDS"] = SHARDS


@cache
def _wire() -> dict[str, Any]:
    """Put the town behind every seam and load the handlers; once per process."""
    _settings()
    _fewer_shards()
    wiring.forget()
    aws._make = lambda service, **_: _Client(service)
    seams: dict[str, Callable[..., Any]] = {
        "store": lambda: HERE.town.store,
        "clock": lambda: HERE.town.clock,
        "ids": lambda: HERE.town.ids,
        "editions": lambda: HERE.town.editions,
        "shelf": lambda: TermsShelf(HERE.town.store),
        "sources": lambda: HERE.town.sources,
        "secrets": lambda: SimpleNamespace(read=lambda _: _live()),
        "blind_index": PlainIndex,
        "envelope": _sealer,
        "vault": lambda: None,
        "advocate_of": lambda principal: HERE.town.advocate_of(principal.subject),
    }
    for name, part in seams.items():
        setattr(wiring, name, part)
    payouts.rails = lambda: HERE.town.rails
    payouts.csv_rail = lambda: HERE.town.hands  # type: ignore[assignment,return-value]  # a rail
    payouts.VaultDestinations = lambda *_: HERE.town.places  # type: ignore[misc,assignment]
    arrivals._book = lambda *_: HERE.town.book  # type: ignore[assignment]  # one per town
    sources.ADAPTERS["generic"] = _plain(sources.ADAPTERS["generic"])
    for reader in (store, outbox, arrivals, worker):
        vars(reader)["from_item"] = remembered
    vars(transaction)["to_item"] = carried  # the same, and more
    vars(payment)["RAIL_STEPS"] = {**payment.RAIL_STEPS, **STEPS}
    vars(banning)["BAN_REWARDS_PAGE"] = BANNED  # a ban of more than that goes on later
    observe.logger = lambda _: _Quiet()  # type: ignore[assignment,return-value]
    observe.metric = _counted
    observe.failure = _failed  # type: ignore[assignment]  # it takes what it is given
    return {name: load(name).handler for name in FUNCTIONS}


def _live() -> list[bytes]:
    """The secrets that sign clicks, the newest first; in every other seed it was made anew."""
    return [ROTATED, SECRET] if HERE.town.story.seed % 2 else [SECRET]


@cache
def _sealer(_purpose: str = "arrival") -> PlainSealer:
    return PlainSealer()


def _failed(_log: object, what: str, failure: BaseException, **_: object) -> None:
    HERE.town.noticed(what, failure)


def _counted(name: str, value: int, unit: str = "") -> None:
    HERE.town.outside.metrics[name] += value


def call(town: "Town", function: str, event: dict[str, Any]) -> Any:
    """Invoke a function of this town with a raw event."""
    HERE.town = town
    grow(town.parts)
    context = SimpleNamespace(
        function_name=function,
        memory_limit_in_mb=512,
        invoked_function_arn="arn:aws:lambda:eu-west-1:111122223333:function:f",
        aws_request_id=town.ids.new("req"),
        get_remaining_time_in_millis=lambda: LEFT_MS,
    )
    return _wire()[function](event, context)


def noticed(town: "Town", notice: RailNotice) -> None:
    """The door of rails' webhooks keeps what a rail has told; its signature has other tests."""
    HERE.town = town
    _wire()
    payouts_notices._put(notice)


def asked(
    town: "Town", subject: str, method: str, path: str, body: object = None, group: str = "finance"
) -> tuple[int, Any]:
    """A person's call over the API; its own idempotency key."""
    path, _, query = path.partition("?")
    word = path.split("/")[2]
    function = f"{WORDS.get(word, word)}_api"
    key = town.ids.new("key")
    mailbox = f"{subject.removesuffix(TWICE)}@staff.example"
    groups = (group,) if group else ()
    event = http(method, path, body, subject=subject, email=mailbox, groups=groups, key=key)
    if query:
        name, _, value = query.partition("=")
        event |= {"rawQueryString": query, "queryStringParameters": {name: value}}
    answer = call(town, function, event)
    return int(answer["statusCode"]), json.loads(answer["body"] or "null")
