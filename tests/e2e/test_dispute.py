"""A missing order is asked about, found, granted, and paid with the next run; and it is said so."""

import pytest

from infra.local.cast import Cast, Json, done
from infra.local.stack import LocalStack
from infra.local.waiting import eventually
from tests.e2e.scenario import Scenario, scenario
from tests.e2e.test_payout import DAY_SECONDS, listed, released

TEXT = "Robin Zwiebelfisch bought with my link and it is not in my list."


@pytest.fixture
def scene(stack: LocalStack) -> Scenario:
    return scenario(Cast(stack))


def test_a_missing_order_is_found_granted_and_paid_in_the_next_cycle(
    stack: LocalStack, scene: Scenario
) -> None:
    cast = scene.cast
    maya, _ = scene.joins("maya")
    ben, _ = scene.joins("ben")
    fatima, ada = cast.staff("fatima", "finance"), cast.staff("ada", "admin")
    number = f"A-{scene.program_id[-8:]}"
    sale = {"order_id": number, "amount": 4_000, "currency": "EUR", "customer_id": "c-1"}
    done(cast.generic(scene.generic, "sale", sale))

    dispute = maya.post(
        "/v1/me/disputes",
        {
            "program_id": scene.program_id,
            "about": "missing_conversion",
            "text": TEXT,
            "order_number": number,
            "ordered_at": scene.now(),
        },
    )
    mine, theirs = f"/v1/me/disputes/{dispute['id']}", f"/v1/disputes/{dispute['id']}"
    assert ben.send("GET", mine).status == 404
    assert maya.send("GET", theirs).status == 403

    def found() -> bool:
        order: Json | None = maya.get(mine)["searched"]["order"]
        return order is not None and (order["order_id"], order["credited"]) == (number, "nobody")

    assert eventually(found, "the order is found")
    seen = fatima.get(theirs)
    assert [one["text"] for one in seen["thread"]] == [TEXT]
    assert dispute["id"] in [one["id"] for one in fatima.get("/v1/disputes", limit="100")["data"]]

    # Answered, then granted by finance, and by nobody else.
    fatima.post(f"{theirs}/messages", {"text": "We found it. One moment."})
    ruling = {"outcome": "granted", "reason_code": "evidence_found", "learned": "tracking_lost"}
    for nobody in (maya, ada, cast.staff("marta", "marketer")):
        assert nobody.send("POST", f"{theirs}/resolve", ruling).status == 403
    granted = fatima.post(f"{theirs}/resolve", ruling)
    assert (granted["state"], granted["outcome"]) == ("resolved", "granted")
    assert fatima.send("POST", f"{theirs}/resolve", ruling).status == 409

    # By the usual steps it becomes due, and the next run pays it.
    (due,) = scene.becomes(maya, "due")
    assert (due["id"], due["earned"]["amount_minor"]) == (granted["reward_ids"][0], 400)
    stack.clock.advance(DAY_SECONDS)
    run = listed(scene, fatima, 1)
    assert (run["count"], run["total"]["amount_minor"]) == (1, 400)
    assert released(scene, run)["state"] == "settled"
    (paid,) = scene.becomes(maya, "paid")

    (entry,) = maya.get("/v1/me/disputes")["data"]
    assert "decided for you" in entry["told"]["fact"]
    assert entry["reward_ids"] == [paid["id"]]
    why = maya.get(f"/v1/me/rewards/{paid['id']}/explanation")["sentences"]
    assert any("Your question about it was decided for you" in one["text"] for one in why)
    assert "400" in str(maya.get("/v1/me"))


def test_an_order_within_seconds_of_its_click_is_held_told_and_let_go_by_a_person(
    stack: LocalStack,
) -> None:
    """The other stories buy at once and switch two checks off; here they are as a shop has them."""
    scene = scenario(Cast(stack), trust={})
    maya, code = scene.joins("maya")
    fatima = scene.cast.staff("fatima", "finance")
    fast = {"order_id": "fast", "amount": 2_000, "currency": "EUR", "customer_id": "c-fast"}
    fast |= {"click_id": scene.cast.click_id(code)}
    done(scene.cast.generic(scene.generic, "sale", fast))

    (held,) = scene.becomes(maya, "on_hold")
    assert "We answer by" in held["status"]["reason"]
    assert not any(word in held["status"]["reason"] for word in ("10 seconds", "threshold"))
    found = fatima.get(f"/v1/reviews/{held['id']}")
    assert found["row"]["checks"] == ["click_time"]
    assert found["row"]["due_at"] > scene.now()
    assert not found["row"]["overdue"]
    (check,) = [one for one in found["assessments"][0]["findings"] if one["check"] == "click_time"]
    assert [one["name"] for one in check["figures"]] == ["seconds_after_click"]
    path = f"/v1/rewards/{held['id']}/approve"
    assert maya.send("POST", path, {"reason_code": "checked_order"}).status == 403
    fatima.post(path, {"reason_code": "checked_order"})
    (due,) = scene.becomes(maya, "due")
    assert due["id"] == held["id"]


def test_a_held_reward_shows_its_checks_to_staff_and_a_category_to_its_advocate(
    scene: Scenario,
) -> None:
    cast = scene.cast
    maya, code = scene.joins("maya")
    fatima = cast.staff("fatima", "finance")
    buyer = {"card_fingerprint": f"fp-{scene.program_id}", "name": "Maya Example"}
    own = {"order_id": "own", "amount": 2_000, "currency": "EUR", "buyer": buyer}
    done(cast.generic(scene.generic, "sale", own | {"customer_email": maya.person.email}))
    friend = own | {"order_id": "friend", "customer_email": "somebody@else.example"}
    friend |= {"click_id": cast.click_id(code), "buyer": buyer | {"name": "Robin Example"}}
    done(cast.generic(scene.generic, "sale", friend))

    (held,) = scene.becomes(maya, "on_hold")
    assert "same as in your own account" in held["status"]["reason"]
    assert "We answer by" in held["status"]["reason"]
    found = fatima.get(f"/v1/reviews/{held['id']}")
    assert "self_referral" in found["row"]["checks"]
    (check,) = [
        one for one in found["assessments"][0]["findings"] if one["check"] == "self_referral"
    ]
    assert ("same_card", 70) in [(one["name"], one["points"]) for one in check["figures"]]
    seen = fatima.get(
        f"/v1/reviews/{held['id']}/preview", verdict="refuse", reason_code="self_referral"
    )
    assert "own orders do not earn" in seen["status"]["reason"]

    # A dispute about the hold lets it go, with the person who decided on record.
    dispute = maya.post(
        "/v1/me/disputes",
        {
            "program_id": scene.program_id,
            "about": "hold",
            "subject_id": held["id"],
            "text": "My sister pays with my card.",
        },
    )
    ruling = {"outcome": "granted", "reason_code": "goodwill", "learned": "check_too_strict"}
    fatima.post(f"/v1/disputes/{dispute['id']}/resolve", ruling)
    (due,) = scene.becomes(maya, "due")
    assert due["id"] == held["id"]
