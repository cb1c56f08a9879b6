"""A click becomes a reward exactly once, whatever the wire does; a person decides when asked."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from infra.local.cast import BROWSER, Cast, done
from infra.local.payloads import (
    shopify_order,
    shopify_refund,
    stripe_charge,
    stripe_checkout,
    stripe_event,
)
from infra.local.stack import LocalStack
from infra.local.waiting import eventually
from tests.e2e.scenario import Scenario, scenario


@pytest.fixture
def scene(stack: LocalStack) -> Scenario:
    return scenario(Cast(stack))


def order(
    scene: Scenario, number: int, subtotal: str, total: str, click: str = ""
) -> dict[str, object]:
    """A Shopify order of now that carries a click."""
    note = [{"name": "gw_click", "value": click}] if click else []
    return shopify_order(
        number, subtotal, total, "7.00", processed_at=scene.now(), note_attributes=note
    )


def test_the_redirect_carries_a_click_id_and_keeps_the_query(scene: Scenario) -> None:
    _, code = scene.joins("maya")
    answer = scene.cast.click(code)
    assert answer.status == 302
    place = urlsplit(answer.headers["location"])
    asked = parse_qs(place.query)
    assert place.netloc == "shop.example"
    assert (asked["colour"], asked["utm_source"], asked["via"]) == (["dark"], ["goodword"], [code])
    assert len(asked["gw_click"]) == 1
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", BROWSER),
        ("GET", BROWSER | {"User-Agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"}),
        ("GET", BROWSER | {"Sec-Purpose": "prefetch"}),
        ("GET", BROWSER | {"Sec-Fetch-Dest": "image"}),
    ],
)
def test_what_is_no_visit_is_sent_on_without_a_click(
    scene: Scenario, method: str, headers: dict[str, str]
) -> None:
    _, code = scene.joins("maya")
    answer = scene.cast.click(code, headers, method)
    assert answer.status == 302
    assert "gw_click" not in answer.headers["location"]


def test_unknown_and_paused_codes_lead_to_the_fallback(scene: Scenario) -> None:
    assert scene.cast.click("NOSUCHCODE").headers["location"] == "https://shop.example/"
    maya, code = scene.joins("maya")
    advocate_id = maya.get("/v1/me")["advocate_id"]
    scene.cast.staff("marta", "marketer").post(
        f"/v1/advocates/{advocate_id}/enrolments/{scene.program_id}/state",
        {"state": "paused", "reason": "under_review"},
    )
    answer = scene.cast.click(code)
    assert (answer.status, answer.headers["location"]) == (302, "https://shop.example/")


def test_signed_deliveries_repeated_reordered_and_forged_earn_exactly_once(scene: Scenario) -> None:
    cast = scene.cast
    maya, maya_code = scene.joins("maya")
    ben, ben_code = scene.joins("ben")
    bought = order(scene, 7001, "100.00", "107.00", cast.click_id(maya_code))
    refund = shopify_refund(81, 7001, "25.00", "1.75", "26.75")
    # The refund arrives before its order, the order three times, once under another webhook id.
    assert cast.shopify(scene.shopify, "refunds/create", refund).status == 200
    for delivery in ("a", "a", "b"):
        assert cast.shopify(scene.shopify, "orders/paid", bought, delivery).status == 200
    forged = cast.shopify(
        type(scene.shopify)(scene.shopify.source_id, "not the secret"), "orders/paid", bought, "c"
    )
    assert (forged.status, forged.json()["code"]) == (401, "bad_signature")

    session = stripe_checkout(
        "9001",
        5_000,
        tax=350,
        metadata={"gw_click": cast.click_id(ben_code)},
        customer_details={"email": "another.friend@example.com"},
    )
    paid = stripe_event("evt_1", "checkout.session.completed", session, cast.seconds)
    charge = stripe_charge("9001", 5_350, 1_070)
    returned = stripe_event("evt_2", "charge.refunded", charge, cast.seconds)
    for event in (returned, paid, paid, returned, paid | {"pending_webhooks": 3}):
        assert cast.stripe(scene.stripe, event).status == 200
    tampered = json.dumps(paid).encode()
    answer = cast.stack.http.request(
        "POST",
        f"/v1/sources/{scene.stripe.source_id}",
        body=tampered,
        headers={"stripe-signature": f"t={cast.seconds},v1={'0' * 64}"},
    )
    assert (answer.status, answer.json()["code"]) == (401, "bad_signature")

    (of_maya,), (of_ben,) = scene.becomes(maya, "due"), scene.becomes(ben, "due")
    assert (of_maya["earned"]["amount_minor"], of_maya["remaining"]["amount_minor"]) == (1_000, 750)
    assert (of_ben["earned"]["amount_minor"], of_ben["remaining"]["amount_minor"]) == (500, 400)
    assert len(scene.rewards(maya)) == len(scene.rewards(ben)) == 1


def test_a_wholesale_order_of_a_megabyte_is_taken_like_any_other(scene: Scenario) -> None:
    maya, code = scene.joins("maya")
    note = [{"name": "gift note", "value": "w" * 2_500}]
    lines = [
        {"id": 1_000 + n, "price": "0.20", "quantity": 1, "properties": note} for n in range(500)
    ]
    bought = order(scene, 7004, "100.00", "107.00", scene.cast.click_id(code))
    answer = scene.cast.shopify(scene.shopify, "orders/paid", bought | {"line_items": lines})
    assert answer.status == 200
    (reward,) = scene.becomes(maya, "due")
    assert reward["earned"]["amount_minor"] == 1_000


def test_finance_decides_what_is_large_and_nobody_else_may(scene: Scenario) -> None:
    cast = scene.cast
    maya, code = scene.joins("maya")
    bought = order(scene, 7002, "900.00", "963.00", cast.click_id(code))
    cast.shopify(scene.shopify, "orders/paid", bought)
    (held,) = scene.becomes(maya, "on_hold")
    path = f"/v1/rewards/{held['id']}/approve"
    answer = {"reason_code": "checked_order"}
    for refused in (maya, cast.staff("ada", "admin"), cast.staff("marta", "marketer")):
        assert refused.send("POST", path, answer).status == 403
    evidence = cast.staff("fatima", "finance").get(f"/v1/rewards/{held['id']}")
    assert evidence["reward"]["reason"] == "over_auto_approve_limit"
    assert evidence["conversion"]["decisions"][0]["lines"][0]["earned_minor"] == 9_000
    approved = cast.staff("fatima", "finance").post(path, answer)
    assert approved["state"] == "approved"
    scene.becomes(maya, "due")
    assert cast.staff("fatima", "finance").send("POST", path, answer).status == 409


def test_whoever_is_in_finance_decides_no_reward_of_their_own(scene: Scenario) -> None:
    """As in `joins`, but in the group before the first token is made."""
    cast, name = scene.cast, "irma"
    cast.sign_in(f"{name}.{scene.program_id[-6:]}@people.example", "finance")
    irma, code = scene.joins(name)
    bought = order(scene, 7003, "900.00", "963.00", cast.click_id(code))
    cast.shopify(scene.shopify, "orders/paid", bought)
    (held,) = scene.becomes(irma, "on_hold")
    for decision, reason in (("approve", "checked_order"), ("refuse", "other")):
        answer = irma.send("POST", f"/v1/rewards/{held['id']}/{decision}", {"reason_code": reason})
        assert (answer.status, answer.json()["code"]) == (403, "payee_may_not_decide")
    assert scene.becomes(irma, "on_hold") == [held]


def test_a_signup_reported_by_the_shop_remembers_the_click(scene: Scenario) -> None:
    cast = scene.cast
    maya, code = scene.joins("maya")
    lead = {
        "click_id": cast.click_id(code),
        "customer_id": "c-1",
        "currency": "EUR",
        "order_id": "signup-1",
        "event_name": "sign_up",
    }
    done(cast.generic(scene.generic, "lead", lead))
    scene.becomes(maya, "due")
    sale = {"customer_id": "c-1", "amount": 4_000, "currency": "EUR", "order_id": "o-1"}
    done(cast.generic(scene.generic, "sale", sale))
    found = scene.becomes(maya, "due", 2)
    assert sorted(one["earned"]["amount_minor"] for one in found) == [200, 400]

    def summary() -> bool:
        (card,) = maya.get("/v1/me")["programs"]
        return (card["clicks"], card["leads"], card["sales"]) == (1, 1, 1)

    assert eventually(summary, "one click, one lead, one sale")


def test_what_cannot_be_understood_is_kept_and_shown(scene: Scenario) -> None:
    cast = scene.cast
    strange = stripe_event(
        "evt_9",
        "checkout.session.completed",
        {"id": "cs_9", "payment_status": "paid"},
        cast.seconds,
    )
    assert cast.stripe(scene.stripe, strange).status == 200
    path = f"/v1/sources/{scene.stripe.source_id}/deliveries"
    kept = eventually(lambda: cast.staff("ada", "admin").get(path)["data"], "the kept delivery")
    assert [one["state"] for one in kept] == ["not_understood"]


def test_one_advocate_never_sees_another(scene: Scenario) -> None:
    maya, code = scene.joins("maya")
    ben, _ = scene.joins("ben")
    assert ben.http.get(f"/v1/links/{code}/qr").status == 404
    assert maya.http.get(f"/v1/links/{code}/qr").headers["content-type"] == "image/svg+xml"
    for path in ("/v1/rewards", "/v1/advocates?program_id=x", "/v1/payout-runs", "/v1/programs"):
        assert maya.http.get(path).status == 403
    assert scene.cast.stack.http.get("/v1/me").status == 401
