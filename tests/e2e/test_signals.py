"""What three systems notice of one person meets in one standing, and nobody else sees it."""

import secrets

import pytest

from infra.local.cast import Cast, Json, done
from infra.local.payloads_signals import segment_track, typeform_response, zendesk_trigger
from infra.local.stack import LocalStack
from infra.local.waiting import eventually
from tests.e2e.scenario import Scenario, scenario


@pytest.fixture
def scene(stack: LocalStack) -> Scenario:
    return scenario(Cast(stack))


def test_a_delighted_customer_qualifies_and_everybody_can_see_why(scene: Scenario) -> None:
    cast, word = scene.cast, secrets.token_hex(4)
    email, number = f"robin.{word}@friends.example", f"u-{word}"
    marta, fatima = cast.staff("marta", "marketer"), cast.staff("fatima", "finance")
    survey, desk, product = (
        cast.source(kind, scene.program_id) for kind in ("typeform", "zendesk", "segment")
    )
    whose = {"customer_id": number, "email": email}
    form = typeform_response(f"tok-{word}", 9, stars=5, hidden=whose)
    form["form_response"]["submitted_at"] = scene.now()
    used = segment_track(f"m-{word}", "Seats") | {"timestamp": scene.now()}
    used["context"]["traits"] = {"email": email}
    case = {"requester_email": email, "updated_at": scene.now()}

    def standing() -> Json:
        found = marta.send(
            "POST", "/v1/subjects/find", {"program_id": scene.program_id, "email": email}
        )
        if found.status != 200:
            return {}
        seen: Json = marta.get(f"/v1/subjects/{found.json()['id']}/standing")
        return seen

    def forbidden() -> set[str]:
        return {one["code"] for one in standing().get("suppressors", [{"code": "nothing yet"}])}

    # An urgent case is open: whatever the survey says, nobody asks for anything.
    done(cast.signal(desk, "zendesk", zendesk_trigger(f"c-{word}", "open", **case)))
    for _ in range(2):  # the same bytes twice are one answer
        done(cast.signal(survey, "typeform", form))
    done(cast.signal(product, "segment", used))
    consent = {"signal_id": f"c-{word}", "kind": "consent", "value": 1, "customer_email": email}
    done(cast.generic(scene.generic, "signal", consent))
    eventually(lambda: forbidden() == {"open_urgent_case"}, "the open case")

    # It is resolved; the score is the sum of what everybody can see.
    solved = zendesk_trigger(f"c-{word}", "solved", satisfaction="good", **case)
    done(cast.signal(desk, "zendesk", solved))
    eventually(lambda: not forbidden(), "nothing that forbids asking")
    seen = standing()
    given = {one["kind"]: one["points"] for one in seen["contributions"]}
    assert given == {"nps": 30, "csat": 15, "case_opened": -10, "case_resolved": 8, "milestone": 10}
    assert seen["score"] == sum(given.values())
    verdicts = {one["motion"]: one for one in seen["motions"]}
    assert verdicts["referral"]["qualifies"]
    assert verdicts["reference"]["reasons"] == ["light_first"]  # fit for it, but not as the first
    assert "score_too_low" in verdicts["advisory_board"]["reasons"]

    # A forged delivery says nothing, finance sees nobody, and no address is told.
    fake = cast.source("typeform", scene.program_id)
    assert cast.signal(type(fake)(survey.source_id, fake.secret), "typeform", form).status == 401
    assert fatima.send("GET", f"/v1/subjects/{seen['subject']['id']}/standing").status == 403
    assert email not in str(seen)
