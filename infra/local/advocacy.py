"""The act about journeys: three that ship with Goodword, walked from what is noticed to a reward.

A programme of its own pays for advocacy, so that the numbers of the other acts stay as they are.
Nobody is kept out for comparison and no hour is quiet, because a story is told at any hour and has
few people; everything else is as the files have it.
"""

import secrets
from functools import partial
from typing import TYPE_CHECKING

from infra.local.cast import Endpoint, Json, Signed, done
from infra.local.waiting import eventually

if TYPE_CHECKING:
    from infra.local.demo import Story

LONG_DAYS = 90
G2_NAME = "acme-coffee"  # what the company is called on the review site: the link needs it
ALWAYS = {"from_hour": 0, "until_hour": 0}
PAYS: dict[str, Json] = {
    "review": {"kind": "flat", "amount_minor": 1_500},
    "reference": {"kind": "percentage", "basis_points": 10_000},
    "story": {"kind": "percentage", "basis_points": 10_000},
}
CAST = {
    "onboarding_delight": ("ines", "Ines", "review", "submitted", "review_seen"),
    "renewal": ("noor", "Noor", "referral", "accepted", "referral_useful"),
    "support_rescue": ("theo", "Theo", "reference", "accepted", "call_held"),
}
SPEAKS: Json = {
    "industry": "coffee-shops",
    "size": "small",
    "use_cases": ["office-coffee", "gifts"],
}
HEARD: dict[str, tuple[Json, ...]] = {
    "onboarding_delight": (
        {"kind": "stage", "word": "onboarding"},
        {"kind": "deal_won"},
    ),
    "renewal": (
        {"kind": "nps", "value": 10},
        {"kind": "result", "value": 40},
        {"kind": "renewal", "account_id": "noor-and-sons"},
    ),
    "support_rescue": (
        {"kind": "review", "value": 4, "about": "g2"},
        {"kind": "milestone", "word": "tenth order"},
        {"kind": "nps", "value": 9},
        {"kind": "case_opened", "value": 1, "about": "case-7"},
        {"kind": "csat", "value": 100},
        {"kind": "case_resolved", "about": "case-7"},
    ),
}


def walk_journeys(story: "Story", terms: Json) -> None:
    """Four people, three journeys, and how far each came."""
    story.act("9. Delighted customers are asked, and thanked")
    marta, milo = (story.cast.staff(name, "marketer") for name in ("marta", "milo"))
    program_id = story.cast.program(terms | {"name": "Acme advocates", "rules": _rules()})
    rules = {"frequency": {"asks": 2, "days": 30}, "cool_down_days": 14, "quiet_hours": ALWAYS}
    marta.put(f"/v1/journeys/ask-rules/{program_id}", rules)
    made = _published(story, marta, milo, program_id)
    people = {key: _joins(story, program_id, key) for key in made}
    source = story.cast.source("generic", program_id)
    iris = story.cast.join("iris@people.example", "Iris", program_id)
    for key, person in (*people.items(), ("onboarding_delight", iris)):
        hear(story, source, person.person.email, HEARD[key])
    for key, person in people.items():
        _entered(story, marta, program_id, person, made[key])
    _entered(story, marta, program_id, iris, made["onboarding_delight"])
    story.forward(15, "the first waits are over")
    soon(story)
    for key, person in people.items():
        _asked(story, marta, key, person)
    soon(story)
    _open_review(story, iris)
    _handed(story, marta, program_id)
    story.say("Each journey, in people:")
    for key, journey_id in made.items():
        funnel = eventually(partial(_counted, marta, journey_id), f"the funnel of {key}")
        stages = ", ".join(
            f"{name} {funnel[name]}" for name in ("entered", "asked", "accepted", "done")
        )
        story.say(f"  {key}: {stages}, rewarded {funnel['rewarded']}")


def _rules() -> list[Json]:
    return [
        {
            "rule_id": motion,
            "action": "event",
            "reward": reward,
            "when": {"op": "equals", "of": "event_name", "value": f"advocacy_{motion}"},
        }
        for motion, reward in PAYS.items()
    ]


def _published(story: "Story", marta: Signed, milo: Signed, program_id: str) -> dict[str, str]:
    """The journeys that ship, drafted by one and published by another."""
    made = {}
    for one in marta.get("/v1/journeys/ready")["data"]:
        terms: Json = one["terms"] | {"holdout_percent": 0, "quiet_hours": ALWAYS}
        body = {"program_id": program_id, "terms": terms, "rationale": "ready to begin with"}
        body["terms"] = _filled(terms, [str(each["field"]) for each in one["to_fill"]])
        draft = marta.post("/v1/journeys", body)
        path = f"/v1/journeys/{draft['journey_id']}"
        milo.post(f"{path}/publish", {"digest": draft["digest"]})
        made[str(one["key"])] = str(draft["journey_id"])
    story.say(f"Marta drafts and Milo publishes: {', '.join(made)}")
    _gated(story, marta, milo, program_id)
    return made


def _filled(terms: Json, fields: list[str]) -> Json:
    """The same with what only the company can say: its name where reviews are written.

    The story's clock moves on for weeks, and the request that nobody answers is to be looked at.
    """
    steps = [dict(one) for one in terms["steps"]]
    for field in fields:
        _, place, name = field.split(".")
        steps[int(place)][name] = G2_NAME
        steps[int(place)]["expires_days"] = LONG_DAYS
    return {**terms, "steps": steps}


def _open_review(story: "Story", iris: Signed) -> None:
    """Iris has not answered yet: her page leads to the form, with the words to say beside it."""
    (ask,) = eventually(lambda: iris.get("/v1/me/asks")["data"], "Iris's request")
    story.say(f"Iris's page leads to {ask['link']}, beside the disclosure")


def _handed(story: "Story", marta: Signed, program_id: str) -> None:
    """What Theo's journey has left to staff, until somebody closes it."""
    path = "/v1/journeys/hand-overs"
    (row,) = eventually(lambda: marta.get(path, program_id=program_id)["data"], "a hand-over")
    story.say(f"Marta's hand-overs: for {row['to']}, {row['state']}, due {row['due_at'][:10]}")


def _gated(story: "Story", marta: Signed, milo: Signed, program_id: str) -> None:
    """A reward for a public review, for promoters only, is not to be had."""
    terms = {
        "name": "Promoters review us",
        "trigger": {"kind": "nps", "low": 9},
        "steps": [
            {"step": "ask", "name": "review", "motion": "review", "template": "public_review"},
            {"step": "reward", "name": "thanks", "of_ask": "review", "amount_minor": 1_500},
        ],
        "goal": {"motion": "review"},
    }
    body = {"program_id": program_id, "terms": terms, "rationale": "only good ones"}
    draft = marta.post("/v1/journeys", body)
    path = f"/v1/journeys/{draft['journey_id']}/publish"
    refused = milo.send("POST", path, {"digest": draft["digest"]}).json()
    rule = str(refused["errors"][0]["message"]).split(":")[0]
    story.say(f"A review that only promoters are asked for, with a reward -> 422 {rule}")


def _joins(story: "Story", program_id: str, key: str) -> Signed:
    name, shown, *_ = CAST[key]
    return story.cast.join(f"{name}@people.example", shown, program_id)


def hear(story: "Story", source: Endpoint, email: str, said: tuple[Json, ...]) -> None:
    """A customer consents, and more is noticed about them."""
    for one in ({"kind": "consent", "value": 1}, *said):
        name = f"{one['kind']}-{secrets.token_hex(4)}"
        body = {"signal_id": name, "customer_email": email, **one}
        done(story.cast.generic(source, "signal", body))


def _entered(
    story: "Story", marta: Signed, program_id: str, person: Signed, journey_id: str
) -> None:
    """Somebody is on their way, and everybody can see why."""
    where = {"program_id": program_id, "email": person.person.email}

    def look() -> Json:
        found = marta.send("POST", "/v1/subjects/find", where)
        if found.status != 200:
            return {}
        seen: Json = found.json()
        rows = marta.get(f"/v1/subjects/{seen['id']}/walks")["data"]
        return seen if any(row["journey_id"] == journey_id for row in rows) else {}

    subject = eventually(look, "an entry into a journey")
    standing = marta.get(f"/v1/subjects/{subject['id']}/standing")
    points = ", ".join(f"{one['kind']} {one['points']:+d}" for one in standing["contributions"])
    story.say(f"{person.person.email}: score {standing['score']} ({points or 'nothing yet'})")


def _asked(story: "Story", marta: Signed, key: str, person: Signed) -> None:
    """The request comes by letter, is answered, and staff say that it was done."""
    _, shown, motion, answer, code = CAST[key]
    requests = eventually(lambda: person.get("/v1/me/asks")["data"], f"{shown}'s request")
    email = person.person.email
    mails = eventually(lambda: story.cast.stack.mails(email)[-1:], f"{shown}'s letter")
    story.say(f'{shown}\'s mailbox: "{mails[0].subject}" -> {answer}')
    person.post(f"/v1/me/asks/{requests[0]['id']}/answer", {"answer": answer})
    soon(story)
    if motion == "reference":
        _called(story, marta, requests[0])
    else:
        marta.post(f"/v1/asks/{requests[0]['id']}/work", {"done": True, "reason_code": code})
    soon(story)
    if motion not in PAYS:
        story.say(f"Marta: {code}; a recommendation earns when the friend buys")
        return

    def look() -> list[Json]:
        found: list[Json] = person.get("/v1/me/rewards")["data"]
        return found

    (reward,) = eventually(look, f"{shown}'s reward")
    amount = reward["earned"]["amount_minor"] / 100
    story.say(f"Marta: {code}; {amount:.2f} EUR. {reward['status']['fact']}")
    if eventually(lambda: _state(person), "a decision") == "on_hold":
        finance = story.finance("fatima")
        finance.post(f"/v1/rewards/{reward['id']}/approve", {"reason_code": "known_customer"})
        story.say("Fatima (finance) approves it: over the automatic limit of 20.00 EUR")


def _called(story: "Story", marta: Signed, request: Json) -> None:
    """Whom a need fits is booked for a call; that it was held is the work that was promised."""
    rows = marta.get("/v1/asks", program_id=request["program_id"])["data"]
    ask = next(one for one in rows if one["id"] == request["id"])
    place = f"/v1/subjects/{ask['subject_id']}/reference"
    marta.put(place, SPEAKS)
    need = {"program_id": request["program_id"], "industry": "coffee-shops", "size": "medium"}

    def look() -> list[Json]:
        found: list[Json] = marta.get("/v1/subjects/references", **need)["data"]
        return found

    (fits,) = eventually(look, "whom the need fits")
    (call,) = marta.post(f"{place}/calls", {})["calls"]
    told = {"state": "held", "outcome": "helped", "follow_up": "thank"}
    marta.post(f"{place}/calls/{call['id']}", told)
    story.say(f"Sales need a medium coffee shop: Theo fits with {fits['points']} points, is booked")


def _state(person: Signed) -> str:
    """The state of the reward, once its first step was taken."""
    state = str(person.get("/v1/me/rewards")["data"][0]["state"])
    return "" if state == "pending" else state


def _counted(marta: Signed, journey_id: str) -> Json:
    funnel: Json = marta.get(f"/v1/journeys/{journey_id}/funnel")
    return funnel if funnel["done"] else {}


def soon(story: "Story") -> None:
    """Some minutes later the sweep of journeys has rung."""
    story.cast.stack.clock.advance(300)
    story.ring("journeys_schedule")
