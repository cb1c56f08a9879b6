"""The act about a change of rules: drafted, replayed, published by another, told, and kept to.

Everything goes over HTTP, like the rest of the demo; only the clock is moved.
"""

import time
from typing import TYPE_CHECKING

from infra.local.cast import Endpoint, Json, Signed
from infra.local.waiting import eventually

if TYPE_CHECKING:
    from infra.local.demo import Story

REPLAYED_DAYS = 60
NOTICE_DAYS = 14
LESS_POINTS = 800


def change_rules(story: "Story", shop: Endpoint, maya: Signed, code: str) -> None:
    """8 % instead of 10 %, and what was promised before stays promised."""
    story.act("8. Acme wants to pay 8 % instead of 10 %")
    marta, milo = (story.cast.staff(name, "marketer") for name in ("marta", "milo"))
    draft = _draft(story, marta)
    _replay(story, marta, draft)
    path, wish = _path(story, draft), {"digest": draft["digest"]}
    own = marta.send("POST", f"{path}/publish", wish)
    story.say(f"Marta publishes her own draft -> {own.status} {own.json()['code']}")
    soon = {"effective_at": instant(story.cast.seconds + 86_400)}
    early = milo.send("POST", f"{path}/publish", wish | soon)
    story.say(f"Milo publishes it for tomorrow -> {early.status} {early.json()['code']}")
    made = milo.post(f"{path}/publish", wish)
    day = str(made["effective_at"])[:10]
    story.say(f"Milo (marketing) publishes it: version {made['number']} holds from {day} on")
    _told(story, maya, int(made["number"]))
    old = story.cast.click_id(code)
    story.say("Sam follows Maya's link today, under version 1")
    story.forward(NOTICE_DAYS + 1, "version 2 holds")
    story.buys(shop, 7_002, "100.00", old, "sam")
    _earned(story, maya, "7002", "Sam buys now, with the click of then")
    story.buys(shop, 7_003, "100.00", story.cast.click_id(code), "tom")
    _earned(story, maya, "7003", "Tom follows the link now and buys")


def _path(story: "Story", draft: Json) -> str:
    return f"/v1/programs/{story.program_id}/drafts/{draft['id']}"


def _draft(story: "Story", marta: Signed) -> Json:
    """Marta writes it on top of version 1; what it changes is said in words."""
    base = f"/v1/programs/{story.program_id}"
    terms = marta.get(base)["terms"]
    terms["rules"][0]["reward"]["basis_points"] = LESS_POINTS
    body = {"terms": terms, "rationale": "beans got dearer", "based_on": 1}
    draft = marta.post(f"{base}/drafts", body)
    story.say("Marta drafts version 2. What it changes:")
    for sentence in marta.get(_path(story, draft))["in_words"]:
        for part in str(sentence).replace(" From then on:", "\nFrom then on:").splitlines():
            story.say(f"  {part}")
    return draft


def _replay(story: "Story", marta: Signed, draft: Json) -> None:
    """Every decision of the last days is judged again under the draft."""
    now = story.cast.seconds
    period = {"from_at": instant(now - REPLAYED_DAYS * 86_400), "until_at": instant(now)}
    path = f"{_path(story, draft)}/replay"
    marta.post(path, period)

    def look() -> Json:
        found = marta.get(path)
        return found if found["state"] == "done" else {}

    report = eventually(look, "the replay")
    story.say(f"replay of {REPLAYED_DAYS} days, {report['done']} decisions: {report['text']}")
    for why, count in report["left_out"].items():
        story.say(f"  {count} stay as they are: {why}")
    for row in marta.get(f"{path}/changes")["data"]:
        before, after = (row[side]["amount_minor"] / 100 for side in ("before", "after"))
        story.say(f"  order {row['order_id']}: {before:.2f} -> {after:.2f} EUR")


def _told(story: "Story", maya: Signed, number: int) -> None:
    """The letter arrives; Maya reads both versions and says so."""

    def letter() -> str:
        mails = story.cast.stack.mails("maya@people.example")
        return next((one.subject for one in mails if "what changes" in one.subject), "")

    subject = eventually(letter, "the letter about the change")
    story.say(f'Maya\'s mailbox: "{subject}"')
    base = f"/v1/me/programs/{story.program_id}"
    terms = maya.get(f"{base}/terms")
    for which, shown in (("now", terms["current"]), ("then", terms["coming"][0])):
        story.say(f"Maya sees, {which}: {shown['examples'][0]['lines'][0]}")
    maya.post(f"{base}/acknowledgements", {"version": number})
    story.say("Maya says that she has read it; nothing waits for that")


def _earned(story: "Story", maya: Signed, order: str, how: str) -> None:
    """What the order has earned, and under which version."""
    finance = story.finance("fatima")

    def look() -> Json:
        for reward in story.rewards(maya)[:4]:
            conversion: Json = finance.get(f"/v1/rewards/{reward['id']}")["conversion"]
            if conversion["order_id"] == order:
                decided: Json = conversion["decisions"][-1]
                return decided
        return {}

    decision = eventually(look, f"the reward of order {order}")
    arithmetic = decision["lines"][0]["arithmetic"].split(" (")[0]
    story.say(f"{how}: {arithmetic}, by version {decision['version_number']}")


def instant(seconds: int) -> str:
    """RFC 3339, in whole seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
