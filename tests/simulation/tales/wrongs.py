"""Bodies of our own form that are refused, each with its code."""

from infra.local.payloads import Json

BAD = "422 invalid_body"
LINE = {"amount": 5, "line_id": "l1"}


def wrong_sales(sale: Json) -> list[tuple[Json, str]]:
    """A sale that is right, made wrong in one place each."""
    return [
        (sale | {"amount": "10.00"}, BAD),
        (sale | {"amount": 10.0}, BAD),
        (sale | {"amount": True}, BAD),
        (sale | {"amount": -1}, BAD),
        (sale | {"amount": 10**12 + 1, "gross_amount": None}, BAD),
        (sale | {"gross_amount": 999}, BAD),
        (sale | {"currency": "USD"}, "422 currency_mismatch"),
        (sale | {"currency": "EURO"}, BAD),
        (sale | {"program_id": "prg_else"}, "422 unknown_program"),
        (sale | {"colour": "red"}, BAD),
        (sale | {"order_id": "a@b.example"}, BAD),
        (sale | {"order_id": ""}, BAD),
        (sale | {"customer_email": "nobody"}, BAD),
        (sale | {"occurred_at": "yesterday"}, BAD),
        (sale | {"action": "event"}, BAD),
        (sale | {"lines": [LINE, LINE]}, BAD),
        (sale | {"type": "sales"}, BAD),
        (sale | {"type": ["sale"]}, BAD),
        (sale | {"customer_orders": 0}, BAD),
        ({k: v for k, v in sale.items() if k != "currency"}, BAD),
    ]


def wrong_others(refund: Json) -> list[tuple[Json, str]]:
    """Other bodies that are wrong in one place each; the refund is right."""
    lead: Json = {"type": "lead", "customer_id": "c1"}
    dispute = {
        "type": "dispute",
        "dispute_id": "d",
        "order_id": "o1",
        "currency": "EUR",
        "status": "won",
    }
    void = {"type": "void", "void_id": "v1"}
    cancel = {"type": "cancellation", "cancellation_id": "e1"}
    return [
        ({"type": "lead"}, BAD),
        ({"type": "lead", "customer_id": "undefined"}, BAD),
        (lead | {"action": "level_up"}, BAD),
        (lead | {"action": "renewal"}, BAD),
        (lead | {"event_name": "renewal"}, BAD),
        (lead | {"amount": 5}, BAD),
        (refund | {"gross_amount": 5}, BAD),
        (refund | {"lines": [{"line_id": "l1", "amount": 6}]}, BAD),
        (refund | {"amount": None, "gross_amount": 9, "lines": [LINE]}, BAD),
        (refund | {"reason": "void"}, BAD),
        (dispute | {"status": "maybe"}, BAD),
        (dispute | {"currency": "USD"}, "422 currency_mismatch"),
        (void, BAD),
        (void | {"customer_id": "null"}, BAD),
        (void | {"customer_id": "c1", "action": "event"}, BAD),
        (cancel | {"customer_id": "c1"}, BAD),
        (cancel | {"began": "sign_up"}, BAD),
    ]
