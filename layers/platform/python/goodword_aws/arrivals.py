"""What is answered 2xx is stored: the raw bytes are verified, put once, and only then answered.

The order of refusals is fixed, so that nobody learns more than they have proved: too large, unknown
source, signature, and only then what is in the body. A delivery is one conditional put under its
sender's own id; the item that was there tells a repeat from another body under the same id.
"""

import base64
import binascii
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError
from goodword.conversions.intake import DeliveryHead, first_seen, quarantined
from goodword.conversions.model import Delivery, Source, source_key
from goodword.errors import (
    Conflict,
    GoodwordError,
    Malformed,
    NotAuthentic,
    NotFound,
    TooLarge,
    Unavailable,
)
from goodword.limits import (
    DELIVERY_BYTES_MAX,
    SEALED_BYTES_MAX,
    SOURCE_CACHE_SECONDS,
    SOURCE_RELOAD_SECONDS,
    SOURCES_CACHED_MAX,
)
from goodword.ports import Clock, Store
from goodword.privacy.ports import Sealer

from goodword_aws import observe, problems, wiring
from goodword_aws.aws import client
from goodword_aws.items import from_item, to_item
from goodword_aws.settings import settings
from goodword_aws.sources import ADAPTERS
from goodword_aws.sources.signatures import header, lowered

TOPICS = {
    "POST /v1/track/lead": "lead",
    "POST /v1/track/sale": "sale",
    "POST /v1/signals": "signal",
    "POST /v1/sources/{source_id}": "",
}
SOURCE_ID_LENGTH_MAX = 64  # characters; ours have 30
RETRY_AFTER_SECONDS = 5  # seconds; what a sender is asked to wait when we could not store
Outcome = Literal["accepted", "duplicate", "quarantined"]


@dataclass(frozen=True)
class Call:
    """One request, undone from the gateway's event. `topic` is empty where the path has none."""

    topic: str
    source_id: str
    headers: Mapping[str, str]
    raw: bytes
    writer: str


@dataclass(frozen=True)
class Taken:
    """What became of a call that was not refused."""

    outcome: Outcome
    source: Source
    head: DeliveryHead


def call_of(event: Mapping[str, Any], writer: str, public_url: str = "") -> Call:
    """The request in an HTTP API event (payload 2.0). Refuses an oversized body before all else.

    Some senders sign the address too. It is among the headers as `:targets`, a name that no sender
    can use: by the API's own host, and by the address that is published (an edge may be between).
    """
    raw = raw_body(event)
    topic = TOPICS.get(event.get("routeKey", ""))
    if topic is None:
        raise NotFound("unknown_route", "there is nothing here")
    headers = lowered(event.get("headers") or {}) | _target(event, public_url)
    if topic:
        query = event.get("queryStringParameters") or {}
        source_id = header(headers, "goodword-source") or query.get("source", "")
    else:
        source_id = (event.get("pathParameters") or {}).get("source_id", "")
    return Call(topic, source_id, headers, raw, writer)


def _target(event: Mapping[str, Any], public_url: str) -> dict[str, str]:
    context, path = event.get("requestContext") or {}, event.get("rawPath") or ""
    method = (context.get("http") or {}).get("method", "")
    hosts = (f"https://{context.get('domainName', '')}", public_url.rstrip("/"))
    return {":method": method, ":targets": " ".join(f"{host}{path}" for host in hosts if host)}


def raw_body(event: Mapping[str, Any]) -> bytes:
    """The bytes that were sent, which are what was signed; the gateway may have encoded them."""
    body = event.get("body") or ""
    if len(body) > (DELIVERY_BYTES_MAX + 2) * 4 // 3 + 2:
        raise _too_large(f"a body has at most {DELIVERY_BYTES_MAX} bytes")
    if event.get("isBase64Encoded"):
        try:
            raw = base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError) as bad:
            raise Malformed("malformed_body", "the body was not passed on whole") from bad
    else:
        raw = body.encode("utf-8", "surrogatepass")
    if len(raw) > DELIVERY_BYTES_MAX:
        raise _too_large(f"a body has at most {DELIVERY_BYTES_MAX} bytes")
    return raw


def _too_large(detail: str) -> TooLarge:
    return TooLarge("body_too_large", detail)


class Arrivals:
    """The put that makes a delivery durable; the public function's role can do nothing else."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def put(self, delivery: Delivery) -> Outcome:
        """Store it once under its id.

        The same body again is a duplicate, also where it is this very put, re-sent after a lost
        reply: the body means the same either way, so it does not matter who wrote it. Another body
        is stored beside the first, for a person.
        """
        there = self._put(delivery)
        if there is None:
            return "accepted"
        if there.body_hash == delivery.body_hash:
            return "duplicate"
        self._put(quarantined(delivery))
        return "quarantined"

    def _put(self, delivery: Delivery) -> Delivery | None:
        """None if it was put; else what is there."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item=to_item(delivery, version=1),
                ConditionExpression="attribute_not_exists(pk)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as refused:
            if refused.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            there: Any = refused.response.get("Item")
            if not there:
                raise Unavailable("store_busy", "the store refused without saying why") from refused
            return from_item(Delivery, there)
        return None


@dataclass(frozen=True)
class Known:
    """A source with its opened secrets, and when it was read."""

    source: Source
    secrets: tuple[str, ...]
    read_s: float


class SourceBook:
    """Sources by id, remembered for a minute; secrets are opened once per reading.

    `seconds` is a clock that only moves forward.
    """

    def __init__(self, store: Store, sealer: Sealer, seconds: Callable[[], float]) -> None:
        self._store = store
        self._sealer = sealer
        self._seconds = seconds
        self._known: OrderedDict[str, Known] = OrderedDict()

    def find(self, source_id: str, kept_s: float = SOURCE_CACHE_SECONDS) -> Known:
        """The source as it was at most `kept_s` ago. NotFound `unknown_source`, disabled or not."""
        known = self._known.get(source_id)
        if known is None or self._seconds() - known.read_s >= kept_s:
            known = self._read(source_id)
            self._known[source_id] = known
            if len(self._known) > SOURCES_CACHED_MAX:
                self._known.popitem(last=False)
        if known.source.state != "active":
            raise NotFound("unknown_source", "there is no such source")
        return known

    def _read(self, source_id: str) -> Known:
        source = None
        if source_id and len(source_id) <= SOURCE_ID_LENGTH_MAX and source_id.isascii():
            source = self._store.get(Source, source_key(source_id))
        if source is None:
            raise NotFound("unknown_source", "there is no such source")
        secrets = tuple(
            self._sealer.open_bytes(sealed, source_id).decode() for sealed in source.sealed_secrets
        )
        return Known(source, secrets, self._seconds())


@dataclass(frozen=True)
class FrontDesk:
    """Takes deliveries in. `sealer` seals bodies; the book opens secrets with one of its own."""

    book: SourceBook
    arrivals: Arrivals
    sealer: Sealer
    clock: Clock

    def take(self, call: Call) -> Taken:
        """Keep a genuine delivery. Raises a GoodwordError if it is refused; nothing is kept then.

        Conflict `delivery_id_reused` is the exception: for our own form it is an answer to the
        sender, and the body is kept in quarantine all the same.
        """
        try:
            return self._take(call)
        except (ClientError, BotoCoreError) as failed:
            raise Unavailable("intake_unavailable", "not stored; send it again") from failed

    def _take(self, call: Call) -> Taken:
        source, head = self._verified(call)
        adapter = ADAPTERS[source.kind]
        if adapter.admit is not None:
            head = head.but(topic=adapter.admit(call.topic, call.raw, source))
        delivery = first_seen(
            source,
            head,
            sealed_body=self._sealed(call.raw, about_body(source.source_id, head)),
            at_ms=self.clock.now_ms(),
            writer=call.writer,
        )
        outcome = self.arrivals.put(delivery)
        if outcome == "quarantined" and source.kind == "generic":
            raise Conflict("delivery_id_reused", "this webhook-id came before with another body")
        return Taken(outcome, source, head)

    def _sealed(self, raw: bytes, about: str) -> str:
        """The body as it is kept. Real ones are compressed to a tenth; noise may not fit."""
        sealed = self.sealer.seal_bytes(zlib.compress(raw), about)
        if len(sealed) > SEALED_BYTES_MAX:
            raise _too_large("the body is not text that can be kept in one piece")
        return sealed

    def _verified(self, call: Call) -> tuple[Source, DeliveryHead]:
        """The source and the head of a delivery that is genuine.

        A signature that fails is tried once more with the source as it is now: a sender that signs
        with a secret of the last minute is not refused for what this process remembers.
        """
        try:
            return self._verify(call, self.book.find(call.source_id))
        except NotAuthentic as refused:
            if refused.code != "bad_signature":
                raise
            return self._verify(call, self.book.find(call.source_id, SOURCE_RELOAD_SECONDS))

    def _verify(self, call: Call, known: Known) -> tuple[Source, DeliveryHead]:
        source = known.source
        if call.topic and source.kind != "generic":
            raise NotFound("unknown_source", f"a {source.kind} source has a path of its own")
        verify = ADAPTERS[source.kind].verify
        now_s = self.clock.now_ms() // 1000
        return source, verify(call.headers, call.raw, known.secrets, now_s)


def about_body(source_id: str, head: DeliveryHead) -> str:
    """What a sealed body is bound to: it opens under no other source, id or fingerprint."""
    return f"{source_id}#{head.delivery_id}#{head.fingerprint}"


@cache
def _book(store: Store, sealer: Sealer) -> SourceBook:
    """One per process: what it remembers is what makes the next delivery cost no read."""
    return SourceBook(store, sealer, time.monotonic)


def front_desk() -> FrontDesk:
    """The front desk of this process; needs ARRIVALS_TABLE, CORE_TABLE and VAULT_KEY_ARN.

    `answer` needs PUBLIC_URL too.
    """
    return FrontDesk(
        book=_book(wiring.store(), wiring.envelope("source")),
        arrivals=Arrivals(client("dynamodb"), settings().arrivals_table),
        sealer=wiring.envelope(),
        clock=wiring.clock(),
    )


def answer(event: Mapping[str, Any], request_id: str, log: Logger) -> dict[str, Any]:
    """The HTTP answer to one delivery. What is not stored is never answered 2xx."""
    try:
        taken = front_desk().take(call_of(event, request_id, settings().public_url))
    except GoodwordError as refused:
        return _refusal(refused, request_id, log)
    except Exception as unexpected:  # noqa: BLE001 - its text may quote a customer: log its frames
        observe.failure(log, "delivery_failed", unexpected)
        failed = problems.problem(500, "internal", "not stored; send it again", request_id)
        return _http(500, failed, problems.PROBLEM_TYPE)
    head, source = taken.head, taken.source
    told = {"source_id": source.source_id, "delivery_id": head.delivery_id, "topic": head.topic}
    log.info("delivery_kept", extra={**told, "outcome": taken.outcome})
    fresh = taken.outcome == "accepted" and source.kind == "generic"
    body = {"status": taken.outcome, "delivery_id": head.delivery_id}
    return _http(202 if fresh else 200, body, "application/json")


def _refusal(refused: GoodwordError, request_id: str, log: Logger) -> dict[str, Any]:
    status, body = problems.problem_of(refused, request_id)
    log.info("delivery_refused", extra={"code": refused.code, "status": status})
    if isinstance(refused, NotAuthentic):
        observe.metric("DeliveriesForged", 1)
    if isinstance(refused, Unavailable):
        observe.failure(log, "delivery_not_stored", refused)
        observe.metric("DeliveriesNotStored", 1)
        return _http(status, body, problems.PROBLEM_TYPE, {"Retry-After": str(RETRY_AFTER_SECONDS)})
    return _http(status, body, problems.PROBLEM_TYPE)


def _http(
    status: int, body: Mapping[str, Any], content_type: str, more: Mapping[str, str] | None = None
) -> dict[str, Any]:
    headers = {"Content-Type": content_type, "Cache-Control": "no-store", **(more or {})}
    return {"statusCode": status, "headers": headers, "body": problems.as_json(body)}
