"""A journey leaves somebody to a person of staff and goes on when that person says how it went."""

from functools import partial

from infra.local.cast import Json
from infra.local.waiting import eventually
from tests.e2e.test_journey import ALWAYS, Stage, stage

__all__ = ["stage"]  # the fixture: a programme, and who works in it
PATH = "/v1/journeys/hand-overs"
CARED: Json = {
    "name": "Call first, ask then",
    "trigger": {"kind": "csat"},
    "steps": [
        {
            "step": "hand_over",
            "name": "care",
            "to": "support",
            "why": "Call within a day.",
            "due_days": 3,
            "until_closed": True,
        },
        {
            "step": "branch",
            "name": "went",
            "of_hand_over": "care",
            "outcome": "done",
            "then": "refer",
        },
        {"step": "exit", "name": "leave"},
        {"step": "ask", "name": "refer", "motion": "referral", "template": "refer_a_peer"},
    ],
    "goal": {"motion": "referral"},
    "quiet_hours": ALWAYS,
}


def test_staff_close_it_and_the_journey_goes_on_at_once(stage: Stage) -> None:
    robin, _ = stage.scene.joins("robin")
    journey = stage.published(CARED)
    email = robin.person.email
    for kind, more in (("consent", {"value": 1}), ("nps", {"value": 10}), ("csat", {"value": 100})):
        stage.says(kind, email, **more)
    listed = partial(stage.marta.get, PATH, program_id=stage.scene.program_id)
    (row,) = eventually(lambda: listed()["data"], "the hand-over")
    assert (row["state"], row["to"], row["overdue"]) == ("open", "support", False)
    assert stage.held(email, journey) == "handed_over"
    taken = stage.milo.put(f"{PATH}/{row['id']}/assignee", {"mine": True})
    assert taken["state"] == "taken"
    assert refused_for(stage, taken["assignee"]) == []  # as the user pool says
    assert refused_for(stage, "nobody-of-ours") == ["steps.0.assignee"]
    body = {"outcome": "done", "note": "Reached by phone."}
    refused = stage.marta.send("POST", f"{PATH}/{row['id']}/close", body)
    assert (refused.status, refused.json()["code"]) == (409, "hand_over_taken")
    stage.milo.post(f"{PATH}/{row['id']}/close", body)
    asks = partial(robin.get, "/v1/me/asks")
    (ask,) = eventually(lambda: asks()["data"], "the request, woken by the closing")
    assert ask["motion"] == "referral"
    (line,) = stage.walk(email, journey)["hand_overs"]
    assert line["outcome"] == "done"
    assert listed()["data"] == []


def refused_for(stage: Stage, assignee: str) -> list[str]:
    """The places for which a journey that hands over to this sign-in would not be published."""
    care, *others = CARED["steps"]
    draft = stage.drafted(CARED | {"steps": [care | {"assignee": assignee}, *others]})
    assert draft["warnings"] == []
    return [one["field"] for one in draft["refusals"]]
