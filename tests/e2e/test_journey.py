"""From delight to a reward: noticed, asked within everybody's limits, done, approved and booked."""

import json
import re
import secrets
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from infra.local.cast import Cast, Json, Signed, done
from infra.local.payloads_signals import segment_track, typeform_response, zendesk_trigger
from infra.local.stack import LocalStack
from infra.local.waiting import eventually
from tests.e2e.scenario import Scenario, scenario, terms

DAY = 86_400
ALWAYS = {"from_hour": 0, "until_hour": 0}  # no quiet hours: the test may run at night
PAYS = {
    "rule_id": "reference",
    "action": "event",
    "reward": {"kind": "percentage", "basis_points": 10_000},
    "when": {"op": "equals", "of": "event_name", "value": "advocacy_reference"},
}
REFER: Json = {
    "name": "Ask for a referral",
    "trigger": {"kind": "nps"},
    "steps": [
        {"step": "ask", "name": "refer", "motion": "referral", "template": "refer_a_peer"},
        {"step": "exit", "name": "leave"},
    ],
    "goal": {"motion": "referral"},
    "frequency": {"asks": 5, "days": 30},
    "quiet_hours": ALWAYS,
}
GATED: Json = {
    "name": "Promoters review us",
    "trigger": {"kind": "nps", "low": 9},
    "steps": [
        {"step": "ask", "name": "review", "motion": "review", "template": "public_review"},
        {"step": "reward", "name": "thanks", "of_ask": "review", "amount_minor": 2_000},
    ],
    "goal": {"motion": "review"},
}


@dataclass
class Stage:
    """A programme that pays for reference calls, and who works in it."""

    scene: Scenario
    marta: Signed
    milo: Signed

    @property
    def cast(self) -> Cast:
        return self.scene.cast

    def drafted(self, what: Json) -> Json:
        body = {"program_id": self.scene.program_id, "terms": what, "rationale": "for the test"}
        return self.marta.post("/v1/journeys", body)

    def published(self, what: Json) -> str:
        draft = self.drafted(what)
        path = f"/v1/journeys/{draft['journey_id']}"
        self.milo.post(f"{path}/publish", {"digest": draft["digest"]})
        return str(draft["journey_id"])

    def subject(self, email: str) -> str:
        found = self.marta.send(
            "POST", "/v1/subjects/find", {"program_id": self.scene.program_id, "email": email}
        )
        return str(found.json()["id"]) if found.status == 200 else ""

    def walk(self, email: str, journey_id: str) -> Json:
        """The person's walk through the journey; empty before it begins."""
        subject_id = self.subject(email)
        if not subject_id:
            return {}
        rows = self.marta.get(f"/v1/subjects/{subject_id}/walks")["data"]
        return next((row for row in rows if row["journey_id"] == journey_id), {})

    def held(self, email: str, journey_id: str) -> str:
        """Why nothing happens to the person there; empty while nothing holds them."""
        return str(self.walk(email, journey_id).get("held", ""))

    def reason(self, email: str, journey_id: str) -> str:
        """Why the person's walk there has ended; empty while it goes on."""
        return str(self.walk(email, journey_id).get("reason", ""))

    def letter(self, email: str, subject: str) -> str:
        """The text of the letter whose subject begins so."""

        def look() -> str:
            mails = self.cast.stack.mails(email)
            return next((one.text for one in mails if one.subject.startswith(subject)), "")

        return str(eventually(look, f"the letter {subject}"))

    def link(self, letter: str) -> str:
        """The path of the letter's link to its request."""
        found = re.search(r"(/asks/[A-Za-z0-9_-]+)$", letter, re.MULTILINE)
        assert found is not None
        return found.group(1)

    def later(self, seconds: int) -> None:
        """Time passes, and the clock of journeys rings."""
        self.cast.stack.clock.advance(seconds)
        self.ring("journeys_schedule")

    def ring(self, function: str) -> None:
        """What a schedule would do within the next minute."""
        named: dict[str, Any] = json.loads(self.cast.stack.deployed.output("Functions"))
        self.cast.stack.client("lambda").invoke(FunctionName=named[function], Payload=b"{}")

    def says(self, kind: str, email: str, **more: Any) -> None:
        body = {"signal_id": f"{kind}-{secrets.token_hex(4)}", "kind": kind, **more}
        done(self.cast.generic(self.scene.generic, "signal", body | {"customer_email": email}))


@pytest.fixture
def stage(stack: LocalStack) -> Stage:
    cast = Cast(stack)
    scene = scenario(cast, rules=[*terms()["rules"], PAYS])
    made = Stage(scene, cast.staff("marta", "marketer"), cast.staff("milo", "marketer"))
    rules = {
        "frequency": {"asks": 2, "days": 30},
        "cool_down_days": 10,
        "quiet_hours": ALWAYS,
    }
    made.marta.put(f"/v1/journeys/ask-rules/{scene.program_id}", rules)
    return made


def delighted(stage: Stage, email: str, word: str) -> None:
    """A survey, a product and a help desk tell of somebody; the case is solved at last."""
    cast, scene = stage.cast, stage.scene
    survey, desk, product = (
        cast.source(kind, scene.program_id) for kind in ("typeform", "zendesk", "segment")
    )
    stage.says("consent", email, value=1)
    stage.says("review", email, value=3)  # no points, but something light before something deeper
    form = typeform_response(f"tok-{word}", 9, stars=5, hidden={"email": email})
    form["form_response"]["submitted_at"] = scene.now()
    used = segment_track(f"m-{word}", "Seats") | {"timestamp": scene.now()}
    case = {"requester_email": email, "updated_at": scene.now()}
    case |= {"requester_external_id": f"u-{word}", "organization_external_id": f"o-{word}"}
    known = {"groupId": f"o-{word}", "traits": {"email": email}}
    used |= {"userId": f"u-{word}", "context": known}
    done(cast.signal(desk, "zendesk", zendesk_trigger(f"c-{word}", "open", **case)))
    done(cast.signal(survey, "typeform", form))
    done(cast.signal(product, "segment", used))
    case["updated_at"] = scene.now()
    done(cast.signal(desk, "zendesk", zendesk_trigger(f"c-{word}", "solved", **case)))


def gated_is_refused(stage: Stage) -> None:
    """Only promoters, for a reward: refused, with the rule and its place."""
    draft = stage.drafted(GATED)
    path = f"/v1/journeys/{draft['journey_id']}/publish"
    refused = stage.milo.send("POST", path, {"digest": draft["digest"]})
    assert (refused.status, refused.json()["code"]) == (422, "journey_refused")
    assert "review_gating" in str(refused.json()["errors"])


def asked_for_a_reference(stage: Stage, robin: Signed, rescued: str) -> tuple[Json, str]:
    """Heard of from three sides, Robin qualifies, and everybody can see why; then the request."""
    email = robin.person.email
    delighted(stage, email, secrets.token_hex(4))
    walk = eventually(lambda: stage.walk(email, rescued), "Robin's walk")
    assert (walk["state"], walk["step"]) == ("walking", "settle")
    standing = stage.marta.get(f"/v1/subjects/{stage.subject(email)}/standing")
    assert standing["score"] == sum(one["points"] for one in standing["contributions"])
    assert {one["motion"] for one in standing["motions"] if one["qualifies"]} >= {"reference"}
    assert standing["trust"]["unasked"] == ["review"]
    (talk,) = (one for one in standing["motions"] if one["motion"] == "speaking")
    assert talk["first"] == ["reference", "story"]
    stage.later(2 * DAY + 60)
    (asked,) = eventually(lambda: robin.get("/v1/me/asks")["data"], "the request")
    assert (asked["motion"], asked["state"]) == ("reference", "sent")
    link = stage.link(stage.letter(email, "Would you talk"))
    assert email.split("@")[0] not in link
    page = stage.cast.stack.http.request("GET", link)
    assert (page.status, "A reference call" in page.text) == (200, True)
    return asked, link


def others_are_held(stage: Stage, robin: Signed, dora: Signed, emil: Signed) -> str:
    """A second journey's request waits for the cool-down; detractors are not asked at all."""
    second = stage.published(REFER)
    for kind, value in (("consent", 1), ("result", 90), ("result", 95), ("nps", 2)):
        stage.says(kind, emil.person.email, value=value)  # an answer alone, and no complaint
    stage.says("nps", robin.person.email, value=10)
    stage.says("consent", dora.person.email, value=1)
    stage.says("complaint", dora.person.email)
    stage.says("nps", dora.person.email, value=2)
    why = ((robin, "cool_down"), (dora, "recent_complaint"), (emil, "not_qualified"))
    for who, reason in why:
        held = partial(stage.held, who.person.email, second)
        assert eventually(held, f"that {reason} holds") == reason
    assert dora.get("/v1/me/asks")["data"] == emil.get("/v1/me/asks")["data"] == []
    standing = stage.marta.get(f"/v1/subjects/{stage.subject(emil.person.email)}/standing")
    assert (standing["results"], standing["risk"], standing["suppressors"]) == (40, 40, [])
    (bad,) = (one for one in standing["contributions"] if one["points"] < 0)
    assert (bad["kind"], bad["points"]) == ("nps", -40)
    reasons = {one["motion"]: one["reasons"] for one in standing["motions"]}
    assert all("too_much_risk" in reasons[one] for one in ("reference", "referral", "story"))
    return second


def called(stage: Stage, robin: Signed, ask_id: str) -> None:
    """Somebody who thinks about buying needs Robin: matched, booked, held, and that is the work."""
    marta, program_id = stage.marta, stage.scene.program_id
    (waits,) = eventually(
        lambda: marta.get("/v1/asks", program_id=program_id)["data"], "the promise"
    )
    assert (waits["id"], waits["call"]) == (ask_id, None)
    place = f"/v1/subjects/{waits['subject_id']}/reference"
    marta.put(place, {"industry": "retail", "size": "medium", "use_cases": ["billing"]})
    need = {"program_id": program_id, "industry": "retail", "size": "large"}
    (fits,) = eventually(lambda: marta.get("/v1/subjects/references", **need)["data"], "the match")
    assert (fits["subject_id"], fits["points"], fits["free"]) == (waits["subject_id"], 4, True)
    (call,) = marta.post(f"{place}/calls", {})["calls"]
    assert (call["state"], call["ask_id"]) == ("booked", ask_id)
    assert robin.get("/v1/me/asks")["data"][0]["call"]["state"] == "booked"
    told = {"state": "held", "outcome": "helped", "follow_up": "thank"}
    path = f"{place}/calls/{call['id']}"
    assert robin.send("POST", path, told).status == 403
    for _ in range(2):
        assert marta.post(path, told)["calls"][0]["outcome"] == "helped"
    assert robin.get("/v1/me/asks")["data"][0]["state"] in ("accepted_work", "rewarded")


def done_and_rewarded(stage: Stage, robin: Signed, asked: Json) -> None:
    """Robin accepts, the call is held, Robin is thanked, the reward is booked as any other."""
    scene, finance = stage.scene, stage.cast.staff("fatima", "finance")
    said = robin.post(f"/v1/me/asks/{asked['id']}/answer", {"answer": "accepted"})
    assert said["state"] == "accepted"
    stage.later(300)
    called(stage, robin, asked["id"])
    assert "reference call" in stage.letter(robin.person.email, "Thank you")
    stage.later(300)
    (reward,) = scene.becomes(robin, "on_hold")
    assert reward["earned"]["amount_minor"] == 5_000
    finance.post(f"/v1/rewards/{reward['id']}/approve", {"reason_code": "checked_order"})
    scene.becomes(robin, "due")
    stage.ring("ledger_schedule")
    assert finance.get("/v1/ledger/check")["differences"] == []


def unsubscribed(stage: Stage, robin: Signed, link: str, second: str) -> None:
    """One click in the mail program ends all requests, without a page and without a sign-in."""
    button = {"Content-Type": "application/x-www-form-urlencoded"}
    ended = stage.cast.stack.http.request(
        "POST", f"{link}/unsubscribe", body=b"List-Unsubscribe=One-Click", headers=button
    )
    assert ended.status == 303
    wishes = robin.get("/v1/me/ask-preferences", program_id=stage.scene.program_id)
    assert wishes["unsubscribed"] == ["all"]
    stage.later(30 * DAY)
    gone = partial(stage.reason, robin.person.email, second)
    assert eventually(gone, "the end") == "unsubscribed"


def test_a_delighted_customer_is_asked_does_it_and_is_rewarded(stage: Stage) -> None:
    (robin, _), (dora, _), (emil, _) = (stage.scene.joins(one) for one in ("robin", "dora", "emil"))
    ready = {one["key"]: one["terms"] for one in stage.marta.get("/v1/journeys/ready")["data"]}
    gated_is_refused(stage)
    rescued = stage.published(
        ready["support_rescue"] | {"holdout_percent": 0, "quiet_hours": ALWAYS}
    )
    asked, link = asked_for_a_reference(stage, robin, rescued)
    second = others_are_held(stage, robin, dora, emil)
    done_and_rewarded(stage, robin, asked)
    assert stage.walk(robin.person.email, rescued)["step"] == "breathe"
    funnel = stage.marta.get(f"/v1/journeys/{rescued}/funnel")
    stages = [funnel[name] for name in ("entered", "asked", "accepted", "done", "rewarded")]
    assert stages == [1, 1, 1, 1, 1]
    other = stage.marta.get(f"/v1/journeys/{second}/funnel")
    held = {"cool_down": 1, "recent_complaint": 1, "not_qualified": 1}
    assert (other["asked"], other["held"]) == (0, held)
    unsubscribed(stage, robin, link, second)
