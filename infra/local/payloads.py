"""Bodies in the shapes that Stripe and Shopify send, of our own invention, for samples and demo.

Only the field names are theirs. Fields that intake does not read are here too, because a reader
that meets just what it knows proves little.
"""

from typing import Any

Json = dict[str, Any]


def stripe_event(event_id: str, type: str, thing: Json, at_s: int, *, live: bool = True) -> Json:
    """The envelope of an event."""
    return {
        "id": event_id,
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": at_s,
        "data": {"object": thing},
        "livemode": live,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": type,
    }


def stripe_checkout(number: str, net: int, *, tax: int = 0, shipping: int = 0, **more: Any) -> Json:
    """A completed Checkout Session over `net` + tax + shipping in minor units of EUR."""
    return {
        "id": f"cs_live_{number}",
        "object": "checkout.session",
        "amount_subtotal": net,
        "amount_total": net + tax + shipping,
        "client_reference_id": None,
        "currency": "eur",
        "custom_fields": [],
        "customer": f"cus_{number}",
        "customer_details": {
            "address": {"city": "Leipzig", "country": "DE", "postal_code": "04109"},
            "email": "robin.friend@example.com",
            "name": "Robin Friend",
            "phone": None,
            "tax_exempt": "none",
        },
        "customer_email": None,
        "discounts": [],
        "invoice": None,
        "livemode": True,
        "metadata": {},
        "mode": "payment",
        "payment_intent": f"pi_{number}",
        "payment_status": "paid",
        "shipping_cost": None,
        "status": "complete",
        "subscription": None,
        "total_details": {
            "amount_discount": 0,
            "amount_shipping": shipping,
            "amount_tax": tax,
        },
    } | more


def stripe_invoice(number: str, net: int, *, tax: int = 0, **more: Any) -> Json:
    """A paid invoice of a subscription in the shape of 2025 and later, in minor units of EUR."""
    return {
        "id": f"in_{number}",
        "object": "invoice",
        "amount_due": net + tax,
        "amount_paid": net + tax,
        "amount_remaining": 0,
        "billing_reason": "subscription_cycle",
        "collection_method": "charge_automatically",
        "currency": "eur",
        "customer": f"cus_{number}",
        "customer_email": "robin.friend@example.com",
        "customer_name": "Robin Friend",
        "discounts": [],
        "lines": {
            "object": "list",
            "data": [
                {
                    "id": f"il_{number}",
                    "object": "line_item",
                    "amount": net,
                    "currency": "eur",
                    "metadata": {},
                    "quantity": 1,
                }
            ],
            "has_more": False,
        },
        "livemode": True,
        "metadata": {},
        "parent": {
            "quote_details": None,
            "subscription_details": {"metadata": {}, "subscription": f"sub_{number}"},
            "type": "subscription_details",
        },
        "payments": {
            "object": "list",
            "data": [
                {
                    "id": f"inpay_{number}",
                    "object": "invoice_payment",
                    "amount_paid": net + tax,
                    "payment": {"payment_intent": f"pi_{number}", "type": "payment_intent"},
                    "status": "paid",
                }
            ],
            "has_more": False,
        },
        "status": "paid",
        "subtotal": net,
        "total": net + tax,
        "total_excluding_tax": net,
        "total_taxes": [{"amount": tax, "tax_behavior": "exclusive", "type": "tax_rate_details"}],
    } | more


def stripe_payment(number: str, amount: int) -> Json:
    """What says by which payment intent an invoice was paid, since 2025."""
    return {
        "id": f"inpay_{number}",
        "object": "invoice_payment",
        "amount_paid": amount,
        "amount_requested": amount,
        "currency": "eur",
        "invoice": f"in_{number}",
        "is_default": True,
        "livemode": True,
        "payment": {"payment_intent": f"pi_{number}", "type": "payment_intent"},
        "status": "paid",
    }


def stripe_charge(number: str, amount: int, refunded: int, **more: Any) -> Json:
    """A charge of which `refunded` has gone back so far, in minor units of EUR."""
    return {
        "id": f"ch_{number}",
        "object": "charge",
        "amount": amount,
        "amount_captured": amount,
        "amount_refunded": refunded,
        "billing_details": {"email": "robin.friend@example.com", "name": "Robin Friend"},
        "captured": True,
        "currency": "eur",
        "customer": f"cus_{number}",
        "disputed": False,
        "livemode": True,
        "metadata": {},
        "paid": True,
        "payment_method_details": {
            "card": {"brand": "visa", "fingerprint": "Xt5EWLLDS7FJjR1c", "last4": "4242"},
            "type": "card",
        },
        "payment_intent": f"pi_{number}",
        "refunded": refunded == amount,
        "status": "succeeded",
    } | more


def stripe_dispute(number: str, amount: int) -> Json:
    """A dispute whose money has been withdrawn, in minor units of EUR."""
    return {
        "id": f"dp_{number}",
        "object": "dispute",
        "amount": amount,
        "charge": f"ch_{number}",
        "currency": "eur",
        "livemode": True,
        "payment_intent": f"pi_{number}",
        "reason": "fraudulent",
        "status": "needs_response",
    }


def money(amount: str, currency: str = "EUR") -> Json:
    """An amount as Shopify gives it twice: in the shop's money and in the customer's."""
    one = {"amount": amount, "currency_code": currency}
    return {"shop_money": one, "presentment_money": dict(one)}


def shopify_order(order_id: int, subtotal: str, total: str, tax: str, **more: Any) -> Json:
    """A paid order of a shop whose prices exclude tax, in EUR."""
    return {
        "id": order_id,
        "admin_graphql_api_id": f"gid://shopify/Order/{order_id}",
        "cancel_reason": None,
        "cancelled_at": None,
        "cart_token": f"cart{order_id}",
        "checkout_token": f"chk{order_id}",
        "contact_email": "robin.friend@example.com",
        "created_at": "2025-11-22T09:20:11+01:00",
        "currency": "EUR",
        "current_subtotal_price": subtotal,
        "current_subtotal_price_set": money(subtotal),
        "current_total_price": total,
        "current_total_price_set": money(total),
        "current_total_tax": tax,
        "current_total_tax_set": money(tax),
        "customer": {
            "id": order_id + 5,
            "email": "robin.friend@example.com",
            "first_name": "Robin",
            "last_name": "Friend",
        },
        "discount_applications": [],
        "discount_codes": [],
        "email": "robin.friend@example.com",
        "financial_status": "paid",
        "landing_site": "/",
        "line_items": [
            {
                "id": order_id + 9,
                "name": "House blend, 1 kg",
                "price": subtotal,
                "price_set": money(subtotal),
                "quantity": 1,
                "tax_lines": [{"price": tax, "price_set": money(tax), "rate": 0.07}],
            }
        ],
        "name": f"#{1_000 + order_id % 100_000}",
        "note_attributes": [],
        "order_number": 1_000 + order_id % 100_000,
        "presentment_currency": "EUR",
        "processed_at": "2025-11-22T09:20:10+01:00",
        "refunds": [],
        "referring_site": "",
        "shipping_lines": [],
        "source_name": "web",
        "subtotal_price": subtotal,
        "subtotal_price_set": money(subtotal),
        "taxes_included": False,
        "test": False,
        "total_price": total,
        "total_price_set": money(total),
        "total_tax": tax,
        "total_tax_set": money(tax),
    } | more


def stripe_subscription(number: str, ended_s: int, **more: Any) -> Json:
    """A subscription that was cancelled, as `customer.subscription.deleted` has it."""
    return {
        "id": f"sub_{number}",
        "object": "subscription",
        "currency": "eur",
        "customer": f"cus_{number}",
        "status": "canceled",
        "ended_at": ended_s,
        "trial_end": None,
        "latest_invoice": f"in_{number}",
        "items": {"object": "list", "data": [{"id": "si_1", "current_period_start": ended_s - 80}]},
        **more,
    }


def shopify_contract(contract_id: int, order_id: int, **more: Any) -> Json:
    """A subscription contract that was cancelled, with the order that began it."""
    return {
        "id": contract_id,
        "admin_graphql_api_id": f"gid://shopify/SubscriptionContract/{contract_id}",
        "admin_graphql_api_origin_order_id": f"gid://shopify/Order/{order_id}",
        "origin_order_id": order_id,
        "currency_code": "EUR",
        "status": "cancelled",
        **more,
    }


def shopify_refund(
    refund_id: int, order_id: int, goods: str, tax: str, paid: str, **more: Any
) -> Json:
    """A refund of goods worth `goods` and `tax`, of which `paid` went back to the customer."""
    return {
        "id": refund_id,
        "admin_graphql_api_id": f"gid://shopify/Refund/{refund_id}",
        "created_at": "2025-11-22T09:25:00+01:00",
        "note": None,
        "order_adjustments": [],
        "order_id": order_id,
        "processed_at": "2025-11-22T09:25:00+01:00",
        "refund_line_items": [
            {
                "id": refund_id + 1,
                "line_item_id": order_id + 9,
                "quantity": 1,
                "restock_type": "return",
                "subtotal": float(goods),
                "subtotal_set": money(goods),
                "total_tax": float(tax),
                "total_tax_set": money(tax),
            }
        ],
        "restock": True,
        "transactions": [
            {
                "id": refund_id + 2,
                "amount": paid,
                "currency": "EUR",
                "gateway": "shopify_payments",
                "kind": "refund",
                "status": "success",
                "test": False,
            }
        ],
    } | more
