"""What is particular to each rail: its states, its currencies, how it forgets and refuses."""

import json
from dataclasses import replace

import pytest
from goodword.payouts.ports import PaymentOrder
from goodword.times import SECOND_MS
from goodword_aws.rails.shopify import DiscountCodeRail
from goodword_aws.rails.tremendous import TremendousRail

from tests.support.rails.counter import CANARY, counter
from tests.support.rails.paypal import PayPal
from tests.support.rails.shopify import Shopify
from tests.support.rails.stripe import Stripe
from tests.support.rails.tremendous import Tremendous

ODD = {
    "paypal": ("fail", "unclaimed", "blocked", "held", "refunded", "odd", "denied", "slow"),
    "tremendous": ("unclaimed", "review", "refused", "canceled", "odd", "poor", "invalid"),
}


@pytest.mark.parametrize(("name", "kind"), [(n, k) for n, kinds in ODD.items() for k in kinds])
def test_no_answer_names_a_person(name: str, kind: str) -> None:
    with counter(name) as at:
        order = at.order(email=f"{kind}@{CANARY.lower()}.example")
        sent = at.rail.send(order)
        said = repr([sent, at.rail.look_up("pay_1", sent.reference)])
        assert CANARY.lower() not in said.lower()


@pytest.mark.parametrize(
    ("kind", "first", "later", "reason", "paid"),
    [
        ("maya", "paid", "paid", "", 1),
        ("fail", "failed", "failed", "receiver_account_locked", 0),
        ("blocked", "failed", "failed", "blocked", 0),
        ("denied", "failed", "failed", "denied", 0),
        ("unclaimed", "unclaimed", "unclaimed", "", 1),
        ("held", "accepted", "accepted", "", 1),
        ("refunded", "returned", "returned", "refunded", 1),
        ("odd", "unknown", "unknown", "something_new", 1),
        ("slow", "accepted", "paid", "", 1),
        ("gone", "paid", "returned", "", 1),
        ("early", "accepted", "paid", "", 1),
    ],
)
def test_every_state_of_a_paypal_item(
    kind: str, first: str, later: str, reason: str, paid: int
) -> None:
    with counter("paypal") as at:
        sent = at.rail.send(at.order(email=f"{kind}@x.example"))
        assert (sent.status, sent.reference) == ("accepted", "BATCH00000000")
        one, two = (at.rail.look_up("pay_1", sent.reference) for _ in range(2))
        assert one is not None
        assert two is not None
        assert (one.status, two.status, at.made) == (first, later, paid)
        assert one.reason == reason
        assert one.fee_minor in (0, 25)


def test_a_paypal_duplicate_without_a_link_waits_for_a_person() -> None:
    with counter("paypal", links=False) as at:
        at.server.troubles = ["after"]
        at.rail.send(at.order())
        said = at.rail.send(at.order())
        assert (said.status, said.reason, at.made) == ("unknown", "duplicate_without_link", 1)


ISSUE = "Batch with given sender_batch_id already exists"
HREF = "https://api.sandbox.paypal.com/v1/payments/payouts/BATCH00000000"


@pytest.mark.parametrize(
    ("details", "links", "names"),
    [
        # Inside the issue, as PayPal's sandbox answers.
        ([{"field": "SENDER_BATCH_ID", "issue": ISSUE, "link": [{"href": HREF}]}], None, True),
        ([{"field": "OTHER"}, {"field": "SENDER_BATCH_ID", "link": [{"href": HREF}]}], [], True),
        ([{"field": "sender_batch_header.sender_batch_id", "issue": ISSUE}], [], False),
        ([{"field": "", "issue": ISSUE}], [{"href": HREF}], True),
        ([{"issue": "DUPLICATE_BATCH"}], None, False),
        ("no list", None, False),
    ],
)
def test_a_duplicate_is_never_a_refusal_however_paypal_says_it(
    details: object, links: object, names: bool
) -> None:
    body = {"name": "USER_BUSINESS_ERROR", "message": ISSUE, "details": details, "links": links}
    with counter("paypal") as at:
        assert isinstance(at.server, PayPal)
        at.rail.send(at.order())
        at.server.refusal = (400, body)
        said = at.rail.send(at.order())
        assert (said.status, at.made) == ("paid" if names else "unknown", 1)


@pytest.mark.parametrize(
    ("status", "name", "first", "again"),
    [
        (422, "INSUFFICIENT_FUNDS", "failed", "unknown"),
        (422, "SOMETHING_ELSE", "failed", "unknown"),
        (400, "VALIDATION_ERROR", "failed", "failed"),
        (403, "AUTHORIZATION_ERROR", "unknown", "unknown"),
        (500, "INTERNAL_SERVICE_ERROR", "unknown", "unknown"),
    ],
)
def test_paypals_refusal_of_a_repeat_says_nothing_about_the_first(
    status: int, name: str, first: str, again: str
) -> None:
    with counter("paypal") as at:
        assert isinstance(at.server, PayPal)
        at.server.refusal = (status, {"name": name, "message": "no", "details": []})
        assert at.rail.send(at.order()).status == first
        assert at.rail.send(replace(at.order(), again=True)).status == again


def test_a_fee_in_another_currency_is_not_taken_for_one_of_ours() -> None:
    with counter("paypal") as at:
        assert isinstance(at.server, PayPal)
        sent = at.rail.send(at.order())
        at.server.fee_currency = "USD"
        found = at.rail.look_up("pay_1", sent.reference)
        assert found is not None
        assert (found.status, found.amount_minor, found.fee_minor) == ("paid", 1_234, 0)


def test_a_key_that_paypal_pruned_pays_twice_so_the_window_ends_long_before() -> None:
    now = [0.0]
    with counter("paypal", seconds=lambda: now[0]) as at:
        at.rail.send(at.order())
        now[0] = at.rail.key_window_ms / SECOND_MS
        at.rail.send(at.order())
        assert at.made == 1
        now[0] = 31 * 86_400
        at.rail.send(at.order())
        assert at.made == 2


def test_a_paypal_token_that_is_taken_back_is_replaced_once() -> None:
    with counter("paypal") as at:
        at.rail.send(at.order())
        assert isinstance(at.server, PayPal)
        at.server.token = "token-2"
        assert at.settle(at.order("pay_2")).status == "paid"
        logins = [path for _, path, _, _ in at.server.calls if path == "/v1/oauth2/token"]
        assert len(logins) == 2


@pytest.mark.parametrize(
    ("amount", "currency", "value"),
    [(123_400, "HUF", "1234"), (123_450, "HUF", None), (500, "JPY", "500"), (500, "KWD", None)],
)
def test_currencies_that_paypal_writes_differently(
    amount: int, currency: str, value: str | None
) -> None:
    with counter("paypal") as at:
        order = at.order(amount=amount)
        said = at.rail.send(PaymentOrder("pay_1", "run_1", amount, currency, order.destination))
        assert [one[1] for one in at.server.paid] == ([value] if value else [])
        assert said.status == ("accepted" if value else "failed")


def test_a_late_look_up_at_stripe_still_finds_what_its_key_has_forgotten() -> None:
    now = [0.0]
    with counter("stripe", seconds=lambda: now[0]) as at:
        at.server.troubles = ["after"]
        assert at.rail.send(at.order()).status == "unknown"
        now[0] = 40 * 3_600
        found = at.rail.look_up("pay_1")
        assert found is not None
        assert (found.status, at.made) == ("paid", 1)
        at.rail.send(at.order())  # what the worker does not do any more
        twice = at.rail.look_up("pay_1")
        assert twice is not None
        assert (twice.reason, twice.amount_minor, at.made) == ("paid_twice", 2_468, 2)


@pytest.mark.parametrize(
    ("account", "balance", "reason"),
    [("acct_none00", 10**9, "resource_missing"), ("acct_maya01", 5, "insufficient_funds")],
)
def test_refusals_of_stripe_are_for_good(account: str, balance: int, reason: str) -> None:
    with counter("stripe", balance=balance) as at:
        said = at.rail.send(at.order(account=account))
        assert (said.status, said.reason) == ("failed", reason)
        assert at.rail.send(at.order(account=account)) == said
        assert at.made == 0


@pytest.mark.parametrize(
    ("part", "status", "reason"), [(None, "returned", "reversed"), (34, "paid", "partly_reversed")]
)
def test_a_reversed_transfer_is_money_that_came_back(
    part: int | None, status: str, reason: str
) -> None:
    with counter("stripe") as at:
        at.rail.send(at.order())
        assert isinstance(at.server, Stripe)
        at.server.reverse("pay_1", part)
        found = at.rail.look_up("pay_1")
        assert found is not None
        assert (found.status, found.reason) == (status, reason)
        assert found.returned_minor == (part or 1_234)


@pytest.mark.parametrize(
    ("amount", "currency", "wire"),
    [
        (1_234, "EUR", "1234"),
        (500, "JPY", "500"),
        (12, "ISK", "1200"),
        (1_200, "MGA", "12"),
        (1_230, "KWD", "1230"),
        (1_234, "KWD", None),
        (1_234, "MGA", None),
    ],
)
def test_currencies_that_stripe_counts_differently(
    amount: int, currency: str, wire: str | None
) -> None:
    with counter("stripe") as at:
        place = at.order().destination
        said = at.rail.send(PaymentOrder("pay_1", "run_1", amount, currency, place))
        assert [one[1] for one in at.server.paid] == ([wire] if wire else [])
        assert said.status == ("paid" if wire else "failed")
        if wire:
            assert said.amount_minor == amount


@pytest.mark.parametrize(
    ("kind", "status", "reason"),
    [
        ("unclaimed", "unclaimed", ""),
        ("review", "accepted", ""),
        ("slow", "accepted", ""),
        ("refused", "failed", "order_failed"),
        ("canceled", "failed", "order_canceled"),
        ("odd", "unknown", "unclear_answer"),
        ("poor", "failed", "insufficient_funds"),
        ("invalid", "failed", "bad_one"),
    ],
)
def test_every_state_of_a_tremendous_order(kind: str, status: str, reason: str) -> None:
    with counter("tremendous") as at:
        said = at.rail.send(at.order(email=f"{kind}@x.example"))
        assert (said.status, said.reason) == (status, reason)


def test_a_reward_that_is_cancelled_at_tremendous_is_money_that_came_back() -> None:
    with counter("tremendous") as at:
        first = at.rail.send(at.order())
        assert first.status == "paid"
        assert isinstance(at.server, Tremendous)
        at.server.cancel_reward("pay_1")
        found = at.rail.look_up("pay_1")
        assert found is not None
        assert (found.status, found.reason) == ("returned", "reward_canceled")


def test_an_order_that_is_cancelled_at_tremendous_after_it_was_paid_is_called_so() -> None:
    with counter("tremendous") as at:
        assert at.rail.send(at.order()).status == "paid"
        assert isinstance(at.server, Tremendous)
        at.server.orders["pay_1"][1]["status"] = "CANCELED"
        found = at.rail.look_up("pay_1")
        assert found is not None
        assert (found.status, found.reason) == ("failed", "order_canceled")


def test_a_key_that_tremendous_knows_for_something_else_is_looked_up() -> None:
    """A conflict says that there is an order, not what became of it: never that it failed."""
    with counter("tremendous") as at:
        at.rail.send(at.order())
        said = at.rail.send(replace(at.order(amount=9_999), again=True))
        assert (said.status, said.reason, at.made) == ("unknown", "key_conflict", 1)
        found = at.rail.look_up("pay_1")
        assert found is not None
        assert (found.status, found.amount_minor) == ("paid", 1_234)


@pytest.mark.parametrize(("currency", "fee"), [("EUR", 0), ("USD", 50)])
def test_fees_of_tremendous_are_dollars_whatever_the_reward_is_in(currency: str, fee: int) -> None:
    with counter("tremendous") as at:
        said = at.rail.send(replace(at.order(), currency=currency))
        assert (said.status, said.amount_minor, said.fee_minor) == ("paid", 1_234, fee)


def test_tremendous_names_its_own_things_by_our_ids() -> None:
    with counter("tremendous") as at:
        at.rail.send(at.order())
        assert isinstance(at.rail, TremendousRail)
        names = at.rail.payouts_of
        assert names("orders", "ORDER00000000") == ["pay_1"]
        assert names("rewards", "REWARD00000000") == ["pay_1"]
        assert names("rewards", "REWARD99") == names("orders", "ORDER99") == []
        assert names("invoices", "I1") == []


def test_the_amount_of_tremendous_is_the_exact_number() -> None:
    with counter("tremendous") as at:
        at.rail.send(at.order(amount=10**11 + 1))
        body = at.server.calls[0][3]
        assert b'"denomination": 1000000000.01,' in body
        assert json.loads(body)["external_id"] == "pay_1"


def test_a_shop_that_throttles_has_done_nothing() -> None:
    with counter("store_credit", throttle=1) as at:
        said = at.rail.send(at.order())
        assert (said.status, said.reason, at.made) == ("failed", "rate_limited", 0)
    with counter("discount_code", throttle=1) as at:
        assert at.rail.send(at.order()).reason == "rate_limited"
        assert at.settle(at.order()).status == "paid"
        assert at.made == 1


@pytest.mark.parametrize(
    ("name", "reason"), [("store_credit", "account_not_found"), ("discount_code", "invalid")]
)
def test_a_customer_who_is_not_there_is_refused_for_good(name: str, reason: str) -> None:
    with counter(name) as at:
        said = at.rail.send(at.order(customer="99"))
        assert (said.status, said.reason, at.made) == ("failed", reason, 0)


def test_a_code_belongs_to_one_payout_for_ever_and_tells_nothing_of_it() -> None:
    with counter("discount_code") as at:
        assert isinstance(at.rail, DiscountCodeRail)
        code = at.rail.code_of("pay_1")
        assert code == at.rail.code_of("pay_1") != at.rail.code_of("pay_2")
        assert len(code) == 19
        assert "PAY" not in code
        assert isinstance(at.server, Shopify)
        at.server.codes[code] = {"title": "a sale of the shop", "amount": "5.00"}
        said = at.rail.send(at.order())
        assert (said.status, said.reason) == ("unknown", "key_conflict")
