"""The sample events of the intake are made here, signed for one fixed instant.

To renew them:

    python -m infra.local.samples

Every file is a raw input of its function. A test makes them again and compares, and runs each
through the real handler with the clock stopped at `AT_S`. The secrets open nothing.
"""

import json
from pathlib import Path

from infra.local.payloads import (
    Json,
    shopify_contract,
    shopify_order,
    shopify_refund,
    stripe_charge,
    stripe_checkout,
    stripe_dispute,
    stripe_event,
    stripe_invoice,
    stripe_payment,
    stripe_subscription,
)
from infra.local.payloads_signals import (
    WHOSE,
    segment_track,
    typeform_response,
    zendesk_event,
    zendesk_trigger,
)
from infra.local.places import ROOT
from infra.local.samples_crm import crm_samples
from infra.local.samples_frame import (
    AT_S,
    BY_SOURCE,
    CLICK,
    SALE,
    SECRETS,
    SOURCES,
    TRACK,
    compact,
    forged,
    generic,
    http_event,
    noticed,
    shopify,
    stripe,
)

__all__ = [
    "AT_S",
    "BY_SOURCE",
    "CLICK",
    "SALE",
    "SECRETS",
    "SOURCES",
    "TRACK",
    "compact",
    "generic",
    "http_event",
    "samples",
    "shopify",
    "stripe",
    "text_of",
]


VOID = {"type": "void", "void_id": "v-1", "customer_id": "u-4711"}
ENDED = {"type": "cancellation", "cancellation_id": "c-1", "order_id": "1001"}


def _generic_samples() -> dict[str, Json]:
    lead = {"customer_id": "u-4711", "click_id": CLICK, "event_name": "sign-up"}
    refund = {
        "type": "refund",
        "refund_id": "r-1",
        "order_id": "1001",
        "amount": 1200,
        "currency": "EUR",
    }
    good = generic(SALE, "msg_sale_1001")
    lines = [{"line_id": "a", "amount": 3000, "brand": "Acme"}, {"amount": 1900, "quantity": 2}]
    listed = SALE | {"order_id": "3001", "lines": lines, "coupons": [], "country": "DE"}
    by_line = refund | {"order_id": "3001", "lines": [{"line_id": "a", "amount": 1200}]}
    too_much = by_line | {"lines": [{"line_id": "a", "amount": 1201}]}
    return {
        "generic_sale_with_lines": generic(listed, "msg_sale_3001"),
        "generic_refund_by_line": generic(by_line, "msg_refund_3001", route=BY_SOURCE),
        "refused_generic_lines_too_much": generic(too_much, "msg_lines", route=BY_SOURCE),
        "generic_lead": generic(lead, "msg_lead_4711", route="POST /v1/track/lead"),
        "generic_sale": good,
        "generic_sale_base64": generic(SALE | {"order_id": "2001"}, "msg_sale_2001", encoded=True),
        "generic_refund": generic(refund, "msg_refund_1", route=BY_SOURCE),
        "generic_void": generic(VOID, "msg_void_1", route=BY_SOURCE),
        "generic_cancellation": generic(ENDED, "msg_ended_1", route=BY_SOURCE),
        "refused_generic_void_of_nobody": generic(
            {"type": "void", "void_id": "v-2"}, "msg_void_2", route=BY_SOURCE
        ),
        "refused_generic_forged": forged(good),
        "refused_generic_stale": generic(SALE, "msg_stale", at_s=AT_S - 301),
        "refused_generic_from_the_future": generic(SALE, "msg_early", at_s=AT_S + 301),
        "refused_generic_malformed": generic(b'{"order_id": "1001"', "msg_malformed"),
        "refused_generic_wrong_currency": generic(SALE | {"currency": "USD"}, "msg_usd"),
        "refused_generic_other_program": generic(SALE | {"program_id": "prg_other"}, "msg_prg"),
        "refused_generic_amount_as_text": generic(SALE | {"amount": "49.00"}, "msg_text"),
        "refused_generic_unknown_field": generic(SALE | {"total": 4900}, "msg_field"),
        "refused_unknown_source": generic(SALE, "msg_src", source_id="src_nobody"),
        "refused_generic_reused_id": generic(SALE | {"amount": 1}, "msg_sale_1001"),
    }


def _event(number: str, topic: str, thing: Json, *, live: bool = True) -> Json:
    return stripe_event(f"evt_{number}", topic, thing, AT_S - 5, live=live)


def _checkout_samples() -> dict[str, Json]:
    done = "checkout.session.completed"
    checkout = stripe_checkout("1001", 4900, tax=931, metadata={"via": "MAYA7"})
    subscribed = stripe_checkout(
        "3001",
        2900,
        mode="subscription",
        payment_intent=None,
        invoice="in_3001",
        client_reference_id=CLICK,
    )
    trial = stripe_checkout(
        "4001", 0, mode="subscription", payment_status="no_payment_required", payment_intent=None
    )
    unpaid, dollars = checkout | {"payment_status": "unpaid"}, checkout | {"currency": "usd"}
    good = stripe(_event("1001", done, checkout))
    plain = _event("2001", done, stripe_checkout("2001", 4900))
    return {
        "stripe_checkout": good,
        "stripe_checkout_base64": stripe(plain, encoded=True),
        "stripe_checkout_of_subscription": stripe(_event("3001", done, subscribed)),
        "stripe_checkout_of_trial": stripe(_event("4001", done, trial)),
        "stripe_checkout_unpaid": stripe(_event("6001", done, unpaid)),
        "stripe_test_mode": stripe(_event("8001", done, checkout, live=False)),
        "stripe_malformed": stripe(b'{"id": "evt_9001", "type": '),
        "stripe_wrong_currency": stripe(_event("9002", done, dollars)),
        "refused_stripe_forged": forged(good),
        "refused_stripe_stale": stripe(_event("9003", done, checkout), at_s=AT_S - 3600),
    }


def _invoice_of_2024() -> Json:
    invoice = stripe_invoice("5001", 2900, tax=551) | {
        "charge": "ch_5001",
        "payment_intent": "pi_5001",
        "subscription": "sub_5001",
        "subscription_details": {"metadata": {"ref": "MAYA7"}},
        "tax": 551,
    }
    for name in ("parent", "payments", "total_taxes", "total_excluding_tax"):
        del invoice[name]
    return invoice


def _invoice_samples() -> dict[str, Json]:
    paid, refunded = "invoice.paid", "charge.refunded"
    first = stripe_invoice("3001", 2900, billing_reason="subscription_create")
    older = _event("5001", "invoice.payment_succeeded", _invoice_of_2024())
    payment = _event("3004", "invoice_payment.paid", stripe_payment("3001", 2900))
    dispute = stripe_dispute("1001", 4631)
    other = {"id": "cus_1", "object": "customer"}
    return {
        "stripe_charge": stripe(_event("1004", "charge.succeeded", stripe_charge("1001", 5831, 0))),
        "stripe_invoice_first": stripe(_event("3002", paid, first)),
        "stripe_invoice_renewal": stripe(_event("3003", paid, stripe_invoice("3002", 2900))),
        "stripe_invoice_payment": stripe(payment),
        "stripe_invoice_of_2024": stripe(older),
        "stripe_refund_of_invoice": stripe(
            _event("3005", refunded, stripe_charge("3001", 2900, 2900))
        ),
        "stripe_subscription_ended": stripe(
            _event("3006", "customer.subscription.deleted", stripe_subscription("3001", AT_S - 10))
        ),
        "stripe_refund": stripe(_event("1002", refunded, stripe_charge("1001", 5831, 1200))),
        "stripe_chargeback": stripe(_event("1003", "charge.dispute.funds_withdrawn", dispute)),
        "stripe_other_topic": stripe(_event("7001", "customer.created", other)),
    }


def _shopify_samples() -> dict[str, Json]:
    order = shopify_order(
        450789001001,
        "49.00",
        "58.31",
        "9.31",
        discount_codes=[{"amount": "0.00", "code": "MAYA7", "type": "percentage"}],
        note_attributes=[{"name": "gw_click", "value": CLICK}],
        landing_site=f"/?gw_click={CLICK}&via=MAYA7",
    )
    refund = shopify_refund(890000001, 450789001001, "12.00", "2.28", "14.28")
    cancelled = order | {"cancelled_at": "2025-11-22T09:26:00+01:00", "cancel_reason": "customer"}
    paid = "orders/paid"
    good = shopify(paid, "6f1c-1001", order)
    plain = {name.removeprefix("x-"): value for name, value in good["headers"].items()}
    privacy = {"shop_id": 1, "shop_domain": "acme.example", "customer": {"id": 5}}
    return {
        "shopify_order": good,
        "shopify_order_base64": shopify(
            paid, "6f1c-2001", shopify_order(450789002001, "49.00", "49.00", "0.00"), encoded=True
        ),
        "shopify_order_new_headers": good | {"headers": plain},
        "shopify_order_of_test": shopify(paid, "6f1c-3001", order | {"test": True}),
        "shopify_refund": shopify("refunds/create", "6f1c-1002", refund),
        "shopify_cancelled": shopify("orders/cancelled", "6f1c-1003", cancelled),
        "shopify_contract_ended": shopify(
            "subscription_contracts/cancel", "6f1c-1005", shopify_contract(91001, 450789001001)
        ),
        "shopify_privacy_request": shopify("customers/redact", "6f1c-4001", privacy),
        "shopify_malformed": shopify(paid, "6f1c-9001", b"<order/>"),
        "shopify_wrong_currency": shopify(paid, "6f1c-9002", order | {"currency": "USD"}),
        "refused_shopify_forged": forged(good),
        "refused_shopify_unsigned": good | {"headers": {"content-type": "application/json"}},
    }


def _signal_samples() -> dict[str, Json]:
    route = "POST /v1/signals"
    who = {"customer_id": WHOSE["customer_id"], "customer_email": WHOSE["email"]}
    consent: Json = {"signal_id": "c-1", "kind": "consent", "value": 1, **who}
    too_high = consent | {"signal_id": "n-2", "kind": "nps", "value": 11}
    return {
        "signal_consent": generic(consent, "msg_signal_1", route=route),
        "refused_signal_value": generic(too_high, "msg_signal_2", route=route),
        "typeform_response": noticed("typeform", typeform_response("tok1", 9)),
        "typeform_anonymous": noticed("typeform", typeform_response("tok2", 3, hidden={})),
        "zendesk_trigger": noticed("zendesk", zendesk_trigger("35436", "open")),
        "zendesk_event": noticed("zendesk", zendesk_event("35436", "SOLVED"), "inv-2"),
        "segment_track": noticed("segment", segment_track("m-1", "Workspace Created")),
        "refused_zendesk_forged": forged(
            noticed("zendesk", zendesk_trigger("1001", "open"), "inv-3")
        ),
    }


def _stream_record(sequence: str, pk: str, sk: str, kind: str) -> Json:
    keys = {"pk": {"S": pk}, "sk": {"S": sk}}
    return {
        "eventID": f"sample-{sequence}",
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-central-1",
        "dynamodb": {
            "ApproximateCreationDateTime": AT_S,
            "Keys": keys,
            "NewImage": {**keys, "kind": {"S": kind}},
            "SequenceNumber": sequence,
            "SizeBytes": 512,
            "StreamViewType": "NEW_IMAGE",
        },
    }


def _stream_samples() -> dict[str, Json]:
    def delivery(sequence: str, kind: str, delivery_id: str) -> Json:
        return _stream_record(sequence, f"DLV#{SOURCES[kind]}#{delivery_id}", "BODY", "delivery")

    sale = delivery("100", "generic", "msg_sale_1001")
    broken = _stream_record("300", "", "", "delivery")
    del broken["dynamodb"]["Keys"]
    return {
        "one_delivery": {"Records": [sale]},
        "refund_before_its_order": {
            "Records": [
                delivery("200", "shopify", "6f1c-1002"),
                delivery("201", "shopify", "6f1c-1001"),
            ]
        },
        "refused_record_without_keys": {"Records": [sale, broken]},
        "refused_foreign_kind": {"Records": [_stream_record("400", "TCH#1", "CLICK", "click")]},
    }


def samples() -> dict[str, Json]:
    """Every sample by its path below `events/`."""
    trees = {
        "conversions_web": {
            **_generic_samples(),
            **_checkout_samples(),
            **_invoice_samples(),
            **_shopify_samples(),
            **_signal_samples(),
            **crm_samples(),
        },
        "conversions_stream": _stream_samples(),
        "conversions_schedule": {
            "tick": {"source": "goodword.schedule", "detail": {"does": "sweep"}},
        },
    }
    return {
        f"{tree}/{name}.json": one for tree, them in trees.items() for name, one in them.items()
    }


def text_of(sample: Json) -> str:
    """A sample as it lies in its file."""
    return json.dumps(sample, indent=2, ensure_ascii=False) + "\n"


def write(root: Path = ROOT / "events") -> None:
    """Write every sample, over what is there."""
    for name, sample in samples().items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text_of(sample))


if __name__ == "__main__":
    write()
