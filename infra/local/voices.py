"""The act in which somebody tells a story and somebody introduces a friend, in their own words.

Nothing of it is paid for in the programme of the other acts, but the lead that an introduction is;
so their numbers stay as they are. The browser tests ask others by the same journey.
"""

from functools import partial
from typing import TYPE_CHECKING

from infra.local.advocacy import ALWAYS, hear
from infra.local.cast import Endpoint, Json, Signed
from infra.local.http import Answer
from infra.local.rule_change import instant
from infra.local.waiting import eventually

if TYPE_CHECKING:
    from infra.local.demo import Story

YEAR_SECONDS = 365 * 86_400
REST_DAYS = 14
HOOK = "https://crm.acme-coffee.example/goodword"
JOURNEY: Json = {
    "name": "Regulars tell",
    "trigger": {"kind": "nps", "low": 9},
    "steps": [
        {
            "step": "ask",
            "name": "story",
            "motion": "story",
            "template": "tell_your_story",
            "expires_days": 30,
        },
        {"step": "wait", "name": "rest", "hours": 24 * REST_DAYS},
        {
            "step": "ask",
            "name": "how_was_it",
            "motion": "feedback",
            "template": "how_was_it",
            "expires_days": 14,
        },
    ],
    "goal": {"motion": "story"},
    "frequency": {"asks": 2, "days": 30},
    "channels": ["email", "webhook"],
    "holdout_percent": 0,
    "quiet_hours": ALWAYS,
}
DELIGHTED: tuple[Json, ...] = (
    {"kind": "review", "value": 5, "about": "g2"},
    {"kind": "result", "value": 40},
    {"kind": "milestone", "word": "tenth order"},
    {"kind": "nps", "value": 10},
)
ANSWERS = {
    "situation": "I run a cafe with twelve tables and used to buy beans wherever they were cheap.",
    "problem": "Every week the coffee tasted of something else, and regulars said so.",
    "solution": "Acme sends the same roast every Monday.\nI order by replying to one e-mail.",
    "result": "We waste a third less, and forty guests a day ask what beans these are.",
}
TEXT = (
    "“Every week the coffee tasted of something else, and regulars said so,” says Maya, who runs a "
    "cafe with twelve tables.\n\nSince Acme sends the same roast every Monday, she wastes a third "
    "less, and forty guests a day ask what beans these are."
)
FRIEND: Json = {
    "email": "kim@offices.example",
    "name": "Kim",
    "agreed": True,
    "company": "Linden Offices",
    "need": "Good coffee on three floors, without a machine that needs a technician.",
    "timing": "this_quarter",
}
FORM: Json = {
    "is_open": True,
    "asks": {"company": "optional", "need": "required", "timing": "optional", "note": "optional"},
}


def hear_voices(story: "Story", maya: Signed, ben: Signed) -> str:
    """A story from the request to its rights, and an introduction; the request's id."""
    story.act("10. Maya tells her story, Ben introduces a friend")
    marta, milo = (story.cast.staff(name, "marketer") for name in ("marta", "milo"))
    _begun(story, marta, milo)
    source = story.cast.source("generic", story.program_id)
    (ask_id,) = asked(story, source, maya)
    path = f"/v1/me/asks/{ask_id}/story"
    proposed(marta, maya, ask_id)
    story.say("Maya is asked, answers four of five questions and sends them; Marta makes a text")
    digest = str(maya.get(path)["story"]["digest"])
    wrong = maya.send("POST", f"{path}/approve", _approval(story, "0" * 64))
    story.say(f"Maya approves another text than stands there -> {wrong.status} {_code(wrong)}")
    rights = maya.post(f"{path}/approve", _approval(story, digest))["rights"]
    uses = ", ".join(rights["uses"])
    story.say(f"She approves this text, by its digest, for: {uses}, until {rights['until'][:10]}")
    marta.put(f"/v1/advocates/referral-forms/{story.program_id}", FORM)
    friend = FRIEND | {"program_id": story.program_id}
    unasked = ben.send("POST", "/v1/me/introductions", friend | {"agreed": False})
    story.say(f"Ben introduces somebody whom he has not asked -> {unasked.status} {_code(unasked)}")
    ben.post("/v1/me/introductions", friend)
    letter = partial(story.cast.stack.mails, FRIEND["email"])
    subject = eventually(letter, "the letter to the friend")[0].subject
    story.say(f'Ben asks Kim, then introduces her; her mailbox: "{subject}"')
    return ask_id


def asked(story: "Story", source: Endpoint, *people: Signed) -> list[str]:
    """The requests for their stories, once each is delighted."""
    for person in people:
        hear(story, source, person.person.email, DELIGHTED)

    def look() -> list[str]:
        story.ring("journeys_schedule")
        found = [one["id"] for person in people for one in person.get("/v1/me/asks")["data"]]
        return found if len(found) == len(people) else []

    return eventually(look, "the requests for stories")


def proposed(marta: Signed, person: Signed, ask_id: str) -> None:
    """The person answers and sends; a text is put before them."""
    path = f"/v1/me/asks/{ask_id}/story"
    person.post(path, {"answers": ANSWERS})
    person.post(f"{path}/send")
    text = {"text": TEXT, "remark": "Is this what you meant?"}
    marta.post(f"/v1/asks/{ask_id}/story", text)


def _begun(story: "Story", marta: Signed, milo: Signed) -> None:
    """The journey that asks for stories, drafted by one and published by another."""
    rules = {"frequency": {"asks": 2, "days": 30}, "cool_down_days": 14, "quiet_hours": ALWAYS}
    marta.put(f"/v1/journeys/ask-rules/{story.program_id}", rules)
    ada = story.cast.staff("ada", "admin")
    ada.put(f"/v1/programs/{story.program_id}/webhook", {"url": HOOK})
    story.say(f"Ada (admin): requests also go to {HOOK}, signed")
    body = {"program_id": story.program_id, "terms": JOURNEY, "rationale": "regulars tell it best"}
    draft = marta.post("/v1/journeys", body)
    milo.post(f"/v1/journeys/{draft['journey_id']}/publish", {"digest": draft["digest"]})


def _approval(story: "Story", digest: str) -> Json:
    return {
        "digest": digest,
        "uses": ["website", "newsletter", "spotlight"],
        "named": True,
        "shown_as": "Maya, who runs a cafe",
        "until": instant(story.cast.seconds + YEAR_SECONDS),
    }


def _code(answer: Answer) -> str:
    return str(answer.json()["code"])
