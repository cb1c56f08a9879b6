"""Behind the front door: deliveries end, fail one by one, come again, and give nobody away."""

import json

import pytest
from goodword.conversions.intake import list_kept, read_again
from goodword.conversions.model import Conversion, Source
from goodword.events import Event
from goodword.limits import DELIVERY_TRIES_MAX
from goodword.ports import Change
from goodword.records import Key
from goodword.times import MINUTE_MS
from goodword_aws import aws, conversions, wiring
from goodword_aws.items import to_item

from infra.local.samples import SOURCES
from tests.support.breaking import Broken, refused, with_client
from tests.support.functions import sample
from tests.support.intake import Installation
from tests.support.scene import PROGRAM

CANARIES = ("robin.friend@example.com", "Robin", "Leipzig", "u-4711")


def test_one_bad_record_does_not_stop_the_others(here: Installation) -> None:
    here.send(sample("conversions_web", "generic_sale"))
    event = sample("conversions_stream", "refused_record_without_keys")
    assert here.call("conversions_stream", event) == {
        "batchItemFailures": [{"itemIdentifier": "300"}]
    }
    assert here.delivery.state == "booked"


def test_the_stream_sample_books_a_delivery(here: Installation) -> None:
    here.send(sample("conversions_web", "generic_sale"))
    event = sample("conversions_stream", "one_delivery")
    for _ in range(2):
        assert here.call("conversions_stream", event) == {"batchItemFailures": []}
    assert here.delivery.state == "booked"
    assert here.conversion.order_id == "1001"


def test_the_stream_sample_out_of_order_books_both(here: Installation) -> None:
    for case in ("shopify_order", "shopify_refund"):
        here.send(sample("conversions_web", case))
    event = sample("conversions_stream", "refund_before_its_order")
    assert here.call("conversions_stream", event) == {"batchItemFailures": []}
    assert (here.conversion.net_minor, here.conversion.refunded_net_minor) == (4900, 1200)


def test_records_of_other_kinds_and_expired_ones_are_passed_over(here: Installation) -> None:
    event = sample("conversions_stream", "refused_foreign_kind")
    assert here.call("conversions_stream", event) == {"batchItemFailures": []}
    gone = sample("conversions_stream", "one_delivery")
    assert here.call("conversions_stream", gone) == {"batchItemFailures": []}
    assert here.all(Conversion) == []


def test_the_sweeper_takes_what_the_stream_missed_but_not_what_is_fresh(here: Installation) -> None:
    here.send(sample("conversions_web", "generic_sale"))
    assert here.sweep() == {"found": 0, "failed": 0}
    here.clock.advance(3 * MINUTE_MS)
    assert here.sweep() == {"found": 1, "failed": 0}
    assert (here.delivery.state, here.delivery.attempts) == ("booked", 1)
    assert here.sweep() == {"found": 0, "failed": 0}


def test_the_sweeper_starts_nothing_when_its_time_is_up(here: Installation) -> None:
    here.send(sample("conversions_web", "generic_sale"))
    here.clock.advance(3 * MINUTE_MS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conversions, "LEFT_MS_MIN", 10**9)
        assert here.sweep() == {"found": 0, "failed": 0}
    assert here.delivery.state == "waiting"


def test_a_poison_delivery_is_given_up_and_the_next_one_booked(here: Installation) -> None:
    here.send(sample("conversions_web", "stripe_checkout"))
    here.clock.advance(3 * MINUTE_MS)

    def explode(*_: object) -> None:
        raise RuntimeError("robin.friend@example.com")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conversions, "read_delivery", explode)
        assert here.stream() == {"batchItemFailures": [{"itemIdentifier": "0"}]}
        for _ in range(DELIVERY_TRIES_MAX):
            assert here.sweep() == {"found": 1, "failed": 1}
        assert here.delivery.state == "waiting"
        assert here.sweep() == {"found": 1, "failed": 0}
    assert (here.delivery.state, here.delivery.reason) == ("not_understood", "poison")
    read_again(wiring.desk("staff"), here.delivery.key)
    assert here.sweep() == {"found": 1, "failed": 0}
    ended = here.delivery
    assert (ended.state, ended.reason) == ("booked", "")


def test_an_outage_of_kms_does_not_use_up_the_tries(here: Installation) -> None:
    here.send(sample("conversions_web", "stripe_checkout"))
    here.clock.advance(3 * MINUTE_MS)
    with pytest.MonkeyPatch.context() as patch:
        with_client(
            patch, "kms", lambda c: Broken(c, "decrypt", refused("ThrottlingException")), wiring
        )
        wiring.envelope.cache_clear()
        for _ in range(DELIVERY_TRIES_MAX + 2):
            assert here.sweep() == {"found": 1, "failed": 1}
    wiring.envelope.cache_clear()
    assert (here.delivery.state, here.delivery.attempts) == ("waiting", 0)
    here.sweep()
    assert here.delivery.state == "booked"


def test_a_body_that_was_altered_or_moved_is_not_booked(here: Installation) -> None:
    here.send(sample("conversions_web", "stripe_checkout"))
    item = here.delivery.but(version=1)
    dynamodb = aws.client("dynamodb")
    other = wiring.envelope().seal_bytes(b"anything", "elsewhere")
    dynamodb.put_item(TableName="t-arrivals", Item=to_item(item.but(sealed_body=other)))
    here.stream()
    assert (here.delivery.state, here.delivery.reason) == ("not_understood", "seal_broken")


def test_a_delivery_whose_source_is_gone_is_kept(here: Installation) -> None:
    here.send(sample("conversions_web", "stripe_checkout"))
    source = here.store.get(Source, Key("core", f"SRC#{SOURCES['stripe']}", "HEAD"))
    assert source is not None
    change = Change()
    change.delete(source)
    here.store.commit(change)
    here.stream()
    assert (here.delivery.state, here.delivery.reason) == ("not_understood", "unknown_source")


def test_what_is_not_understood_is_listed_and_told_once(here: Installation) -> None:
    here.send(sample("conversions_web", "shopify_privacy_request"))
    here.stream()
    here.stream()
    kept = list_kept(here.store, PROGRAM, limit=10).rows
    assert [(one.topic, one.reason) for one in kept] == [("customers/redact", "privacy_request")]
    told = [one.type for one in here.all(Event)]
    assert told == ["conversion.not_understood"]


def test_nothing_personal_is_stored_or_logged_in_the_open(
    here: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    for case in ("generic_lead", "generic_sale", "stripe_checkout", "shopify_order"):
        here.send(sample("conversions_web", case))
    here.send(sample("conversions_web", "stripe_wrong_currency"))
    here.stream()
    stored = json.dumps([*here.tables.fake.items.values()])  # also what is packed
    printed = capsys.readouterr()
    for canary in CANARIES:
        assert canary not in stored
        assert canary not in printed.out + printed.err
