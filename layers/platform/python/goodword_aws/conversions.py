"""Behind the front desk: a kept delivery is opened, read and booked, by the stream or the sweeper.

The stream's image may be old: what is booked is compared with what a strong read finds, or read.
Records fail one by one, and a failed one stays in the table as `waiting` whatever the stream does.
"""

import zlib
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError
from goodword.conversions.exchange import Wanted
from goodword.conversions.intake import DeliveryHead, Inbox, NotUnderstood, overdue
from goodword.conversions.model import Delivery, DeliveryState, Facts, Source, source_key
from goodword.conversions.service import Worker
from goodword.errors import Conflict, NotAuthentic, Unavailable
from goodword.journeys.selling import Hearing
from goodword.limits import SOURCES_CACHED_MAX
from goodword.ports import Store
from goodword.privacy.ports import Sealer
from goodword.records import Key, Record
from pydantic import ValidationError

from goodword_aws import observe, wiring
from goodword_aws.arrivals import about_body
from goodword_aws.items import from_item
from goodword_aws.settings import settings
from goodword_aws.sources import read_delivery
from goodword_aws.trust import StoredVisits

LEFT_MS_MIN = 20_000  # ms of the function's time below which the sweeper starts nothing new


class DeliveryReader:
    """Opens a delivery's body and has its source's adapter read it.

    `remembered` are sources as this process has seen them last.
    """

    def __init__(
        self, store: Store, sealer: Sealer, remembered: MutableMapping[str, Source]
    ) -> None:
        self._store = store
        self._sealer = sealer
        self._remembered = remembered

    def facts_of(self, delivery: Delivery) -> Facts:
        """The facts. NotUnderstood keeps it for a person; Unavailable leaves it waiting."""
        return self._facts(delivery, self._source(delivery.source_id))

    def at_a_glance(self, delivery: Delivery) -> tuple[Facts, Sequence[Record]]:
        """The facts by the source as it is remembered, and that source."""
        known = self._remembered.get(delivery.source_id)
        source = known or self._source(delivery.source_id)
        return self._facts(delivery, source), (source,)

    def _source(self, source_id: str) -> Source:
        source = self._store.get(Source, source_key(source_id))
        if source is None:
            self._remembered.pop(source_id, None)
            raise NotUnderstood("unknown_source", "its source is gone")
        if len(self._remembered) >= SOURCES_CACHED_MAX:
            self._remembered.clear()
        self._remembered[source_id] = source
        return source

    def _facts(self, delivery: Delivery, source: Source) -> Facts:
        raw = self._open(delivery)
        kind, topic = delivery.source_kind, delivery.topic
        return read_delivery(kind, topic, raw, source, delivery.received_ms)

    def _open(self, delivery: Delivery) -> bytes:
        head = DeliveryHead(
            delivery_id=delivery.delivery_id, topic=delivery.topic, fingerprint=delivery.body_hash
        )
        about = about_body(delivery.source_id, head)
        try:
            return zlib.decompress(self._sealer.open_bytes(delivery.sealed_body, about))
        except (NotAuthentic, zlib.error) as broken:
            raise NotUnderstood("seal_broken", "the body does not open") from broken
        except (ClientError, BotoCoreError) as failed:
            raise Unavailable("seal_unavailable", "the body cannot be opened now") from failed


def inbox(actor: str) -> Inbox:
    """The inbox as an automatic actor; needs the three tables, the key and both secrets."""
    desk = wiring.desk(actor)
    click_secrets = wiring.secrets().read(settings().click_secret_arn)
    listener = Hearing(desk, wiring.blind_index())
    worker = Worker(
        desk, wiring.blind_index(), click_secrets, StoredVisits(), listener, wiring.editions()
    )
    reader = DeliveryReader(desk.store, wiring.envelope(), wiring.sources())
    return Inbox(desk, reader, worker)


def settle_records(event: Mapping[str, Any], log: Logger) -> dict[str, Any]:
    """Settle the new deliveries of a stream batch; answers which records failed.

    Those after a failed one are settled all the same: the second time finds nothing to do.
    """
    box, failed = inbox("conversions_stream"), []
    for record in event["Records"]:
        image = record["dynamodb"].get("NewImage", {})
        if image.get("kind", {}).get("S") != Delivery.KIND:
            continue
        sequence = record["dynamodb"]["SequenceNumber"]
        if not _settled(partial(_settle_record, box, record), log, sequence):
            failed.append({"itemIdentifier": sequence})
    return {"batchItemFailures": failed}


def sweep(left_ms: Callable[[], int], log: Logger) -> dict[str, int]:
    """Settle what has waited too long, oldest first, while there is time; answers how it went.

    Then decide what waited for an exchange rate that has been stated meanwhile.
    """
    box, found, failed = inbox("conversions_schedule"), 0, 0
    for delivery in overdue(box.desk.store, box.desk.clock.now_ms()):
        if left_ms() < LEFT_MS_MIN:
            break
        found += 1
        failed += not _settled(partial(box.settle_again, delivery.key), log, delivery.key.pk)
    observe.metric("DeliveriesOverdue", found)
    wanted = Wanted(box.desk.store)
    rated = [_rated(box, one, log) for one in wanted.ready() if left_ms() >= LEFT_MS_MIN]
    observe.metric("RatesMissing", wanted.missing)
    log.info("rates_looked_up", extra={"decided": len(rated), "missing": wanted.missing})
    return {"found": found, "failed": failed + rated.count(False)}


def _rated(box: Inbox, conversion_id: str, log: Logger) -> bool:
    """Whether what waited for a rate was looked at anew; a failure leaves it waiting."""
    try:
        if box.books.decide_again(conversion_id):
            raise Conflict("too_many_rewards", "the order goes on waiting; a person has to look")
    except Exception as failure:  # noqa: BLE001 - one conversion must not stop the others
        observe.failure(log, "conversion_failed", failure, conversion=conversion_id)
        return False
    return True


def _settle_record(box: Inbox, record: Mapping[str, Any]) -> DeliveryState | None:
    keys = record["dynamodb"]["Keys"]
    key = Key("arrivals", keys["pk"]["S"], keys["sk"]["S"])
    try:
        shown = from_item(Delivery, record["dynamodb"]["NewImage"])
    except ValidationError:  # as another release of the front door writes it
        return box.settle(key)
    return box.settle_shown(shown)


def _settled(act: Callable[[], DeliveryState | None], log: Logger, name: str) -> bool:
    """Whether it came to an end; a failure is logged without its text and leaves it waiting."""
    try:
        state = act()
    except Exception as failure:  # noqa: BLE001 - one bad delivery must not stop the others
        observe.failure(log, "delivery_failed", failure, delivery=name)
        return False
    log.info("delivery_settled", extra={"delivery": name, "state": state or "expired"})
    if state == "not_understood":
        observe.metric("DeliveriesNotUnderstood", 1)
    return True
