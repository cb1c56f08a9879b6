"""A version lives from draft to superseded, and every click keeps what it was promised."""

import pytest

from infra.local.cast import Cast, Json, Signed
from infra.local.payloads import shopify_order
from infra.local.rule_change import instant
from infra.local.stack import LocalStack
from infra.local.waiting import eventually
from tests.e2e.scenario import Scenario, scenario

DAY_SECONDS = 86_400


@pytest.fixture
def scene(stack: LocalStack) -> Scenario:
    return scenario(Cast(stack))


def buy(scene: Scenario, number: int, click: str) -> None:
    """A friend of their own buys for 40.00 EUR, with this click."""
    friend = f"friend{number}.{scene.program_id[-6:]}@example.com"
    bought = shopify_order(
        number,
        "40.00",
        "42.80",
        "2.80",
        processed_at=scene.now(),
        note_attributes=[{"name": "gw_click", "value": click}],
        email=friend,
        contact_email=None,
        customer={"id": number, "email": friend},
    )
    assert scene.cast.shopify(scene.shopify, "orders/paid", bought).status == 200


def earned(scene: Scenario, person: Signed, count: int) -> list[int]:
    """What so many rewards came to, the smallest first."""

    def look() -> list[Json]:
        found = scene.rewards(person)
        return found if len(found) >= count else []

    rewards = eventually(look, f"{count} rewards")
    return sorted(one["earned"]["amount_minor"] for one in rewards)


def test_a_version_lives(scene: Scenario) -> None:
    cast, base = scene.cast, f"/v1/programs/{scene.program_id}"
    maya, code = scene.joins("maya")
    buy(scene, 1, cast.click_id(code))
    assert earned(scene, maya, 1) == [400]
    marta, milo = cast.staff("marta", "marketer"), cast.staff("milo", "marketer")

    terms = marta.get(base)["terms"]
    terms["rules"][0]["reward"]["basis_points"] = 500
    draft = marta.post(f"{base}/drafts", {"terms": terms, "rationale": "half", "based_on": 1})
    path = f"{base}/drafts/{draft['id']}"
    now = cast.seconds
    period = {"from_at": instant(now - DAY_SECONDS), "until_at": instant(now)}
    marta.post(f"{path}/replay", period)

    def done() -> Json:
        found = marta.get(f"{path}/replay")
        return found if found["state"] == "done" else {}

    report = eventually(done, "the replay")
    assert report["text"] == "would change 1 reward, -2.00 EUR"
    (row,) = marta.get(f"{path}/replay/changes")["data"]
    assert (row["before"]["amount_minor"], row["after"]["amount_minor"]) == (400, 200)

    wish = {"digest": draft["digest"]}
    assert marta.send("POST", f"{path}/publish", wish).json()["code"] == "same_person"
    assert maya.send("POST", f"{path}/publish", wish).status == 403
    made = milo.post(f"{path}/publish", wish)
    assert (made["number"], made["state"], made["publisher"] != made["author"]) == (
        2,
        "scheduled",
        True,
    )
    sent = eventually(lambda: letters(scene), "the letter")
    assert len(sent) == 1
    assert "Until then: 10 % of the order. From then on: 5 % of the order." in sent[0]
    shown = maya.get(f"/v1/me/programs/{scene.program_id}/terms")
    assert [one["version_number"] for one in shown["coming"]] == [2]

    old = cast.click_id(code)
    scene.cast.stack.clock.advance(14 * DAY_SECONDS + 60)
    buy(scene, 2, old)
    assert earned(scene, maya, 2) == [400, 400]
    buy(scene, 3, cast.click_id(code))
    assert earned(scene, maya, 3) == [200, 400, 400]
    versions = milo.get(f"{base}/versions")["data"]
    assert [(one["number"], one["state"]) for one in versions] == [
        (2, "in_force"),
        (1, "superseded"),
    ]
    assert len(letters(scene)) == 1


def letters(scene: Scenario) -> list[str]:
    """What Maya was told of changes."""
    to = f"maya.{scene.program_id[-6:]}@people.example"
    return [one.text for one in scene.cast.stack.mails(to) if "what changes" in one.subject]
