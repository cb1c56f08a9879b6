"""Requests over the API: each sees and answers their own, staff record the work, others nothing."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from goodword.journeys.spotlighting import Spotlights
from goodword.journeys.story import Rights
from goodword.journeys.walk import AskMade, Entered
from goodword.limits import JOURNEYS_READ_MAX
from goodword.ports import Change
from goodword.rewards.model import Reward
from goodword.times import DAY_MS, rfc3339

from tests.support.api import ADMIN, ANALYST, ANNA, BEN, FINANCE, MARKETER, Caller, Front, front
from tests.support.functions import ROOT, sample
from tests.support.journeys import REFERENCE
from tests.support.people import BEN as BEN_SIGN_IN
from tests.support.people import http
from tests.support.stepping import Stepping, stepping_instead
from tests.support.walks import BYE, THANKS, Path
from tests.unit.journeys.test_experience import questioned

API = "journeys_api_asks"
EXPECTED: dict[str, int | str] = {
    "my_asks": 200,
    "accept": 200,
    "refused_answer_of_another": "unknown_ask",
    "refused_answer_unknown": "invalid_body",
    "my_preferences": 200,
    "put_preferences": 200,
    "refused_zone_unknown": "unknown_time_zone",
    "waiting": 200,
    "reason_codes": 200,
    "read": 200,
    "record_work": 200,
    "letters": 200,
    "resend": 200,
    "refused_resend_same_day": "resent_lately",
    "refused_resend_promised": "letter_not_allowed",
    "refused_work_not_promised": "ask_not_accepted",
    "refused_work_code": "unknown_reason_code",
    "refused_analyst_records": "not_allowed",
    "refused_finance_reads": "not_allowed",
    "my_story": 200,
    "save_story": 200,
    "send_story": 200,
    "approve_story": 200,
    "object_to_story": 200,
    "withdraw_story": 200,
    "list_stories": 200,
    "read_story": 200,
    "propose_story": 200,
    "give_story_back": 200,
    "refused_story_of_another": "unknown_ask",
    "refused_story_of_no_question": "invalid_body",
    "refused_story_unseen": "unseen_characters",
    "refused_approve_other_text": "story_changed",
    "refused_approve_no_use": "invalid_body",
    "refused_withdraw_nothing": "story_not_there",
    "refused_send_story_sent": "story_not_there",
    "refused_object_without_words": "no_text",
    "refused_analyst_reads_story": "not_allowed",
    "refused_analyst_lists_stories": "not_allowed",
    "refused_propose_not_sent": "story_not_sent",
    "refused_give_back_proposed": "story_not_there",
    "refused_work_of_story": "story_not_approved",
    "rate": 200,
    "put_spotlight": 200,
    "end_spotlight": 200,
    "list_spotlights": 200,
    "my_spotlights": 200,
    "refused_spotlight_not_agreed": "spotlight_not_agreed",
    "refused_spotlight_without_end": "invalid_body",
    "refused_spotlight_of_the_past": "bad_time_of_spotlight",
    "refused_end_of_no_spotlight": "unknown_spotlight",
    "refused_analyst_lists_spotlights": "not_allowed",
    "refused_spotlights_where_one_is_not": "not_enrolled",
    "refused_rate_of_another": "unknown_ask",
    "refused_rate_six": "invalid_body",
    "refused_rate_of_a_call": "not_feedback",
    "refused_accept_feedback": "feedback_is_rated",
    "strains": 200,
    "refused_strains_unknown": "unknown_list",
    "refused_analyst_reads_strains": "not_allowed",
}


@pytest.fixture
def path() -> Path:
    return Path()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Stepping:
    return stepping_instead(monkeypatch)


@pytest.fixture
def house(path: Path, machine: Stepping) -> Iterator[Front]:
    with front(path) as found:
        yield found


def ask(front: Front, who: Caller, method: str, where: str, body: Any = None, **more: Any) -> Any:
    event = http(
        method, where, body, subject=who.subject, email=who.email, groups=who.groups, **more
    )
    event["requestContext"]["authorizer"]["jwt"]["claims"]["email_verified"] = (
        "true" if who.verified else "false"
    )
    return front.send(API, event)


def named(path: Path) -> dict[str, str]:
    """What stands in the samples, and what it is called here."""
    _, asked = path.asked(THANKS, BYE)
    ben = path.joined(path.program_id, BEN_SIGN_IN).advocate_id
    change = Change()
    for ask_id, advocate_id, state, days in (
        ("ask_of_ben", ben, "sent", 0),
        ("ask_promised", path.anna, "accepted", 0),
        ("ask_yesterday", path.anna, "sent", 1),
    ):
        copy = asked.but(version=0, ask_id=ask_id, advocate_id=advocate_id, state=state)
        copy = copy.but(made_ms=asked.made_ms - days * DAY_MS)
        change.create(copy)
    change.create(asked.but(version=0, ask_id="ask_feedback", motion="feedback"))
    path.store.commit(change)
    digest = told(path, asked)
    now_ms = path.clock.at_ms
    lights = Spotlights(path.stories)
    light = lights.put("ask_approved", now_ms, now_ms + DAY_MS, None)
    return {
        "spt_sample": light.spotlight_id,
        "ask_sample": asked.ask_id,
        "prg_sample": path.program_id,
        "digest_of_the_text": digest,
    }


def told(path: Path, asked: AskMade) -> str:
    """A story at each place of its way; the digest of the text that was proposed."""
    change = Change()
    for name in ("begun", "told", "proposed", "approved"):
        change.create(asked.but(version=0, ask_id=f"ask_{name}", motion="story"))
    path.store.commit(change)
    for name in ("begun", "told", "proposed", "approved"):
        ask = path.asks.read(f"ask_{name}")
        path.stories.save(ask, {"result": "Six hours a week."})
        if name != "begun":
            path.stories.send(ask)
        if name in ("proposed", "approved"):
            digest = path.stories.propose(ask, "We save six hours.", "", None).digest
    rights = Rights(uses=("website", "spotlight"), named=False)
    path.stories.approve(path.asks.read("ask_approved"), digest, rights, "")
    return path.stories.of_ask(path.asks.read("ask_proposed")).digest


def test_each_sample_has_an_expected_end() -> None:
    files = {one.stem for one in (ROOT / "events" / API).glob("*.json")}
    assert files == set(EXPECTED)


@pytest.mark.parametrize(("case", "end"), EXPECTED.items())
def test_a_sample_ends_as_expected(house: Front, path: Path, case: str, end: int | str) -> None:
    event = json.dumps(sample(API, case))
    for placed, real in named(path).items():
        event = event.replace(placed, real)
    reply = house.send(API, json.loads(event))
    assert end in (reply.status, reply.body.get("code")), reply.text
    assert ANNA.email not in reply.text


def test_a_person_sees_and_answers_their_own(house: Front, path: Path) -> None:
    _, asked = path.asked(THANKS, BYE)
    (row,) = ask(house, ANNA, "GET", "/v1/me/asks").body["data"]
    assert (row["id"], row["motion"], row["state"]) == (asked.ask_id, "reference", "sent")
    where = f"/v1/me/asks/{asked.ask_id}/answer"
    said = ask(house, ANNA, "POST", where, {"answer": "accepted"})
    assert said.body["state"] == "accepted"
    assert ask(house, ANNA, "POST", where, {"answer": "accepted"}, key="again").status == 200
    (waits,) = ask(house, MARKETER, "GET", "/v1/asks", query={"program_id": path.program_id}).body[
        "data"
    ]
    assert waits["id"] == asked.ask_id
    assert waits["taken_at"] is not None
    assert ask(house, ANNA, "POST", where, {"answer": "submitted"}, key="done").status == 200
    late = ask(house, ANNA, "POST", where, {"answer": "accepted"}, key="late")
    assert late.code == "ask_over"


def test_nobody_sees_or_answers_what_is_not_theirs(house: Front, path: Path) -> None:
    _, asked = path.asked(THANKS, BYE)
    path.joined(path.program_id, BEN_SIGN_IN)
    assert ask(house, BEN, "GET", "/v1/me/asks").body["data"] == []
    where = f"/v1/me/asks/{asked.ask_id}/answer"
    assert ask(house, BEN, "POST", where, {"answer": "declined"}).code == "unknown_ask"
    assert path.made[0].state == "sent"


@pytest.mark.parametrize("who", [ANNA, FINANCE, ANALYST])
def test_only_who_writes_journeys_records_work(house: Front, path: Path, who: Caller) -> None:
    _, asked = path.asked(THANKS, BYE)
    path.asks.answer(asked.ask_id, "accepted")
    body = {"done": True, "reason_code": "call_held"}
    assert ask(house, who, "POST", f"/v1/asks/{asked.ask_id}/work", body).code == "not_allowed"


def test_nobody_says_that_their_own_work_was_done(house: Front, path: Path) -> None:
    _, asked = path.asked(THANKS, BYE)
    path.asks.answer(asked.ask_id, "accepted")
    anna_at_work = Caller("sub-anna", ANNA.email, ("marketer",))
    body = {"done": True, "reason_code": "call_held"}
    where = f"/v1/asks/{asked.ask_id}/work"
    assert ask(house, anna_at_work, "POST", where, body).code == "own_work"
    assert ask(house, ADMIN, "POST", where, body, key="k2").body["state"] == "accepted_work"
    assert ask(house, MARKETER, "POST", where, body, key="k3").status == 200  # it is so already


def test_a_reward_for_work_says_what_it_is_for(house: Front, path: Path) -> None:
    walk, asked = path.asked(THANKS, BYE)
    path.asks.answer(asked.ask_id, "accepted")
    path.asks.work(asked.ask_id, done=True, code="call_held", own_advocate_id=None)
    path.step(walk)
    (reward,) = path.all(Reward)
    where = f"/v1/me/rewards/{reward.reward_id}/explanation"
    told = house.send("advocates_api", http("GET", where, subject="sub-anna", email=ANNA.email))
    assert "You did what you were asked for" in told.text
    assert "your question" not in told.text


def test_an_answer_that_comes_too_late_is_told_so(house: Front, path: Path) -> None:
    _, asked = path.asked(BYE)
    path.later(days=14)
    where = f"/v1/me/asks/{asked.ask_id}/answer"
    assert ask(house, ANNA, "POST", where, {"answer": "accepted"}).code == "ask_over"


def test_how_it_was_is_said_by_its_person_and_seen_by_staff(house: Front, path: Path) -> None:
    _, question = questioned(path)
    where = f"/v1/me/asks/{question.ask_id}/rating"
    said = ask(house, ANNA, "POST", where, {"rating": 2})
    assert (said.body["state"], said.body["rating"]) == ("accepted_work", 2)
    assert said.body["about"] == path.made[0].ask_id
    assert ask(house, ANNA, "POST", where, {"rating": 2}, key="again").status == 200
    assert ask(house, ANNA, "POST", where, {"rating": 5}, key="other").code == "ask_over"
    query = {"program_id": path.program_id, "of": "worn_out"}
    (row,) = ask(house, MARKETER, "GET", "/v1/asks/strains", query=query).body["data"]
    assert row == {
        "subject_id": question.subject_id,
        "advocate_id": path.anna,
        "strains": ["unhappy"],
        "asked": 2,
        "rating": 2,
        "last_answer_at": rfc3339(path.clock.at_ms),
    }
    where = f"/v1/subjects/{question.subject_id}/standing"
    event = http("GET", where, subject="sub-m", groups=("marketer",))
    seen = house.send("journeys_api", event).body
    trust = seen["trust"]
    assert (trust["rating"], trust["strains"], trust["ladder"]) == (2, ["unhappy"], 1)
    assert trust["unhappy_until"] is not None
    (story,) = (one for one in seen["motions"] if one["motion"] == "story")
    assert (story["reasons"], story["first"]) == (["unhappy_with_asks"], [])


def test_wishes_hold_and_are_some_known_persons(house: Front, path: Path) -> None:
    where, program = "/v1/me/ask-preferences", {"program_id": path.program_id}
    blank = program | {"unsubscribed": [], "time_zone": "", "share_contact": False, "ways": {}}
    assert ask(house, ANNA, "GET", where, query=program).body == blank
    wish = program | {"unsubscribed": ["all"], "time_zone": "Europe/Berlin", "share_contact": True}
    wish |= {"ways": {"review": "in_app"}}
    assert ask(house, ANNA, "PUT", where, wish).code == "unknown_subject"
    path.delight()
    assert ask(house, ANNA, "PUT", where, wish, key="k2").body == wish
    assert ask(house, ANNA, "PUT", where, wish, key="k3").body == wish
    assert ask(house, ANNA, "GET", where, query=program).body == wish
    unproved = Caller(ANNA.subject, ANNA.email, verified=False)
    assert ask(house, unproved, "GET", where, query=program).body == blank


# --- what staff see of walks ------------------------------------------------------------------


def test_staff_see_where_people_are_and_how_far_they_came(house: Front, path: Path) -> None:
    walk, asked = path.asked(THANKS, BYE, name="First")
    path.asks.answer(asked.ask_id, "accepted")
    second = path.publish(REFERENCE, name="Second")
    path.step(path.entered())

    def get(where: str, group: str = "marketer") -> Any:
        event = http("GET", where, subject="sub-mara", groups=(group,))
        return house.send("journeys_api", event).body

    rows = get(f"/v1/subjects/{walk.subject_id}/walks")["data"]
    assert {row["state"] for row in rows} == {"walking"}
    held = next(row for row in rows if row["journey_id"] == second.journey_id)
    assert (held["held"], held["step"], held["asks"]) == ("too_often", "call", [])
    funnel = get(f"/v1/journeys/{walk.journey_id}/funnel")
    assert {name: funnel[name] for name in ("entered", "asked", "accepted", "done")} == {
        "entered": 1,
        "asked": 1,
        "accepted": 1,
        "done": 0,
    }
    few = get(f"/v1/journeys/{walk.journey_id}/funnel", "analyst")
    assert few["code"] == "too_few_people"
    other = get(f"/v1/journeys/{second.journey_id}/funnel")
    assert (other["asked"], other["held"], other["whole"]) == (0, {"too_often": 1}, True)


def test_somebody_of_more_journeys_than_one_read_is_seen_in_all(house: Front, path: Path) -> None:
    walk, _ = path.asked(BYE)
    for first in range(0, JOURNEYS_READ_MAX, 40):
        change = Change()
        for number in range(first, min(first + 40, JOURNEYS_READ_MAX)):
            other = {"walk_id": f"wlk_{number:03d}", "journey_id": f"jrn_{number:03d}"}
            change.create(walk.but(version=0, **other))
            known = {"subject_id": walk.subject_id, "walks": (other["walk_id"],), "entered_ms": 0}
            change.create(Entered.model_validate({"journey_id": other["journey_id"], **known}))
        path.store.commit(change)
    where = f"/v1/subjects/{walk.subject_id}/walks"
    event = http("GET", where, subject="sub-mara", groups=("marketer",))
    rows = house.send("journeys_api", event).body["data"]
    assert walk.walk_id in {row["id"] for row in rows}
    assert len(rows) == JOURNEYS_READ_MAX + 1
