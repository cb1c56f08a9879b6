"""What the intake does when senders, secrets and the services behind it misbehave."""

import base64
import random
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from goodword.conversions.intake import list_kept
from goodword.conversions.model import Delivery
from goodword.events import Event
from goodword.limits import DELIVERY_BYTES_MAX
from goodword.times import MINUTE_MS
from goodword_aws import arrivals, wiring

from infra.local.payloads import Json, shopify_order, stripe_checkout, stripe_event
from infra.local.samples import (
    AT_S,
    BY_SOURCE,
    SALE,
    SECRETS,
    SOURCES,
    TRACK,
    compact,
    generic,
    http_event,
    shopify,
    stripe,
)
from infra.local.signing import sign_generic, sign_stripe
from tests.support.breaking import Broken, outcome, refused, with_client
from tests.support.functions import sample
from tests.support.intake import AT_MS, Installation
from tests.support.scene import MAYA, PROGRAM

CANARIES = ("robin.friend@example.com", "Robin", "Leipzig", "u-4711")


def checkout(**more: Any) -> Json:
    thing = stripe_checkout("1001", 4900, metadata={"via": "MAYA7"})
    return stripe_event("evt_1", "checkout.session.completed", thing, AT_S) | more


# --- the same id again -----------------------------------------------------------------------


def test_another_body_under_our_own_id_is_refused_and_quarantined(here: Installation) -> None:
    here.send(sample("conversions_web", "generic_sale"))
    reused = sample("conversions_web", "refused_generic_reused_id")
    assert outcome(here.send(reused)) == (409, "delivery_id_reused")
    assert outcome(here.send(reused)) == (409, "delivery_id_reused")
    here.stream()
    states = {(one.variant != "", one.state) for one in here.deliveries()}
    assert states == {(False, "booked"), (True, "quarantined")}
    assert here.conversion.net_minor == 4900
    here.stream()
    told = [one for one in here.all(Event) if one.type == "conversion.quarantined"]
    assert [one.reason for one in told] == ["delivery_id_reused"]
    kept = list_kept(here.store, PROGRAM, limit=10).rows
    assert [one.reason for one in kept] == ["delivery_id_reused"]


def test_a_providers_reused_id_is_quarantined_and_answered_well(here: Installation) -> None:
    here.send(shopify("orders/paid", "one", shopify_order(1, "5.00", "5.00", "0.00")))
    again = shopify("orders/paid", "one", shopify_order(2, "9.00", "9.00", "0.00"))
    assert outcome(here.send(again)) == (200, "quarantined")
    assert outcome(here.send(again)) == (200, "quarantined")
    assert len(here.deliveries()) == 2


def test_a_stripe_retry_is_a_duplicate_though_it_is_serialised_anew(here: Installation) -> None:
    assert outcome(here.send(stripe(checkout()))) == (200, "accepted")
    here.clock.advance(60 * MINUTE_MS)
    retry = stripe(compact(checkout(pending_webhooks=3)), at_s=AT_S + 3600)
    assert outcome(here.send(retry)) == (200, "duplicate")
    changed = checkout()
    changed["data"]["object"]["amount_total"] = 1
    assert outcome(here.send(stripe(changed, at_s=AT_S + 3600))) == (200, "quarantined")


def test_a_lost_reply_is_answered_well_by_the_senders_retry(here: Installation) -> None:
    event = sample("conversions_web", "generic_sale")
    lost = ReadTimeoutError(endpoint_url="http://dynamodb")
    with pytest.MonkeyPatch.context() as patch:
        with_client(patch, "dynamodb", lambda c: Broken(c, "put_item", lost, after=True), arrivals)
        answer = here.send(event)
        assert outcome(answer) == (503, "intake_unavailable")
        assert int(answer["headers"]["Retry-After"]) > 0
    assert outcome(here.send(event)) == (200, "duplicate")
    here.stream()
    assert here.delivery.state == "booked"


@pytest.mark.parametrize(
    "code", ["ProvisionedThroughputExceededException", "AccessDeniedException"]
)
def test_what_cannot_be_stored_is_never_answered_well(here: Installation, code: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        with_client(patch, "dynamodb", lambda c: Broken(c, "put_item", refused(code)), arrivals)
        answer = here.send(sample("conversions_web", "generic_sale"))
    assert outcome(answer) == (503, "intake_unavailable")
    assert here.deliveries() == []


def test_a_refusal_without_the_old_item_claims_nothing(here: Installation) -> None:
    here.send(sample("conversions_web", "generic_sale"))
    silent = refused("ConditionalCheckFailedException")
    with pytest.MonkeyPatch.context() as patch:
        with_client(patch, "dynamodb", lambda c: Broken(c, "put_item", silent), arrivals)
        answer = here.send(sample("conversions_web", "generic_sale"))
    assert outcome(answer) == (503, "store_busy")


def test_what_nobody_foresaw_is_answered_500_without_its_text(
    here: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        canary = RuntimeError("robin.friend@example.com")
        with_client(patch, "dynamodb", lambda c: Broken(c, "put_item", canary), arrivals)
        answer = here.send(sample("conversions_web", "generic_sale"))
    assert outcome(answer) == (500, "internal")
    assert "robin" not in answer["body"] + capsys.readouterr().out


# --- refusals and their order ----------------------------------------------------------------


def test_an_oversized_body_is_refused_before_anything_is_read(here: Installation) -> None:
    body = compact(SALE | {"metadata": {"x": "y" * DELIVERY_BYTES_MAX}})
    for encoded in (False, True):
        event = generic(body, "msg_big", source_id="src_nobody", encoded=encoded)
        assert outcome(here.send(event)) == (413, "body_too_large")


def test_a_body_of_exactly_the_limit_is_kept(here: Installation) -> None:
    shell = compact(checkout(padding=""))
    body = compact(checkout(padding="x" * (DELIVERY_BYTES_MAX - len(shell))))
    assert len(body) == DELIVERY_BYTES_MAX
    for encoded in (False, True):
        assert here.send(stripe(body, encoded=encoded))["statusCode"] == 200
    assert outcome(here.send(stripe(body + b" "))) == (413, "body_too_large")


def test_a_signed_body_that_does_not_compress_is_refused_and_not_tried_for_ever(
    here: Installation,
) -> None:
    noise = random.Random(7).randbytes(400_000)
    refused_one = here.send(shopify("orders/paid", "noise", base64.b85encode(noise)))
    assert outcome(refused_one) == (413, "body_too_large")
    assert here.deliveries() == []


def test_a_wholesale_order_of_500_lines_is_booked(here: Installation) -> None:
    """As Shopify sends it: three kilobytes a line, far more than a quarter of a megabyte."""
    lines = [
        {
            "id": 700_000 + number,
            "price": "10.00",
            "quantity": 1,
            "sku": f"SKU-{number}",
            "properties": [{"name": f"note {n}", "value": "w" * 60} for n in range(25)],
        }
        for number in range(500)
    ]
    order = shopify_order(450_789_500, "5000.00", "5950.00", "950.00", line_items=lines)
    body = compact(order | {"discount_codes": [{"code": "MAYA7"}]})
    assert 1_000_000 < len(body) < DELIVERY_BYTES_MAX
    assert outcome(here.send(shopify("orders/paid", "wholesale", body))) == (200, "accepted")
    assert here.stream() == {"batchItemFailures": []}
    assert (here.conversion.net_minor, here.conversion.advocate_id) == (500_000, MAYA)


def test_incompressible_bodies_of_a_quarter_megabyte_fit_an_item(here: Installation) -> None:
    noise = base64.b85encode(bytes((i * i * 31 + i // 7) % 251 for i in range(200_000)))[:260_000]
    event = shopify("orders/paid", "noise", noise)
    assert outcome(here.send(event)) == (200, "accepted")


def test_a_body_that_is_not_base64_is_refused(here: Installation) -> None:
    event = sample("conversions_web", "generic_sale") | {"isBase64Encoded": True}
    assert outcome(here.send(event)) == (400, "malformed_body")


def test_an_unknown_route_is_refused(here: Installation) -> None:
    event = sample("conversions_web", "generic_sale") | {"routeKey": "POST /v1/other"}
    assert outcome(here.send(event)) == (404, "unknown_route")


def test_a_disabled_source_is_unknown_within_a_minute(here: Installation) -> None:
    here.change_source("generic", state="disabled")
    event = sample("conversions_web", "generic_sale")
    assert outcome(here.send(event)) == (404, "unknown_source")


def test_a_providers_source_has_no_track_calls(here: Installation) -> None:
    raw = compact(SALE)
    headers = sign_generic(SECRETS["generic"], "m", AT_S, raw)
    for source_id in (SOURCES["stripe"], "", "src_" + "x" * 100, "src_\u00e4"):
        event = http_event(TRACK, {**headers, "goodword-source": source_id}, raw)
        assert outcome(here.send(event)) == (404, "unknown_source")


def test_the_source_may_be_named_in_the_query(here: Installation) -> None:
    event = sample("conversions_web", "generic_sale")
    del event["headers"]["goodword-source"]
    event["queryStringParameters"] = {"source": SOURCES["generic"]}
    assert outcome(here.send(event)) == (202, "accepted")


def test_headers_count_in_any_case_and_not_twice(here: Installation) -> None:
    event = sample("conversions_web", "generic_sale")
    upper = {name.upper(): value for name, value in event["headers"].items()}
    assert outcome(here.send(event | {"headers": upper})) == (202, "accepted")
    twice = {**event["headers"], "Webhook-Id": "msg_other"}
    assert outcome(here.send(event | {"headers": twice})) == (401, "bad_signature")
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        without = {key: value for key, value in event["headers"].items() if key != name}
        assert outcome(here.send(event | {"headers": without})) == (401, "bad_signature")


def test_an_id_that_could_be_an_address_names_no_delivery(here: Installation) -> None:
    event = generic(SALE, "robin.friend@example.com")
    assert outcome(here.send(event)) == (401, "bad_signature")


# --- secrets ---------------------------------------------------------------------------------


def test_both_secrets_are_good_while_they_rotate(here: Installation) -> None:
    fresh = "whsec_bmV3IGtleSBvZiAzMiBieXRlcywgbm8gc2VjcmV0IQ=="
    old_sealed = here.seal("generic", SECRETS["generic"])
    assert outcome(here.send(generic(SALE, "before"))) == (202, "accepted")
    here.change_source("generic", sealed_secrets=(here.seal("generic", fresh), old_sealed))
    body = compact(SALE | {"order_id": "2"})
    signed = http_event(
        TRACK,
        {**sign_generic(fresh, "after", AT_S, body), "goodword-source": SOURCES["generic"]},
        body,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arrivals, "SOURCE_RELOAD_SECONDS", 0)  # as if five seconds had passed
        assert outcome(here.send(signed)) == (202, "accepted")
    assert outcome(here.send(generic(SALE | {"order_id": "3"}, "old"))) == (202, "accepted")


def test_a_forger_makes_the_source_be_read_at_most_every_few_seconds(here: Installation) -> None:
    here.send(sample("conversions_web", "generic_sale"))
    forged = sample("conversions_web", "refused_generic_forged")
    with pytest.MonkeyPatch.context() as patch:
        broken = Broken(wiring.store(), "get", RuntimeError("read"))
        patch.setattr(arrivals._book(wiring.store(), wiring.envelope("source")), "_store", broken)
        for _ in range(3):
            assert outcome(here.send(forged)) == (401, "bad_signature")
    assert broken.calls == 0


def test_a_secret_that_cannot_be_opened_now_asks_the_sender_to_come_again(
    here: Installation,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        with_client(
            patch, "kms", lambda c: Broken(c, "decrypt", refused("ThrottlingException")), wiring
        )
        wiring.envelope.cache_clear()
        assert outcome(here.send(generic(SALE, "x"))) == (503, "intake_unavailable")
    wiring.envelope.cache_clear()
    assert here.deliveries() == []


def test_a_delivery_is_kept_for_thirty_days(here: Installation) -> None:
    here.send(sample("conversions_web", "stripe_checkout"))
    assert here.delivery.expires_s == AT_MS // 1000 + 30 * 86_400
    assert here.delivery.version == 1
    assert isinstance(here.delivery, Delivery)


def test_a_signature_under_one_source_is_no_good_for_another(here: Installation) -> None:
    raw = compact(checkout())
    headers = sign_stripe(SECRETS["shopify"], AT_S, raw)
    event = http_event(BY_SOURCE, headers, raw, source_id=SOURCES["stripe"])
    assert outcome(here.send(event)) == (401, "bad_signature")
