"""The review queue: what was held, the evidence side by side, and what the advocate would read.

A decision is made in two steps without scripts: verdict and reason are chosen, the page shows the
words that the advocate will read, and only then it is decided.
"""

from typing import Any, Literal

from goodword.rewards.model import Reward, reward_listing
from goodword.rewards.service import APPROVE_CODES, REFUSE_CODES
from goodword.times import HOUR_MS, parse_rfc3339

from goodword_aws import trust_answers as shapes
from goodword_aws import wiring
from goodword_aws.explanations import spoken
from goodword_aws.explanations_staff import explanation
from goodword_aws.pages.console import FINANCE, MONEY
from goodword_aws.pages.console.typed import Code
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View
from goodword_aws.payouts import person
from goodword_aws.rewards import approval

REVIEW = "/console/reviews/<reward_id>"
CODES = {"approve": APPROVE_CODES, "refuse": REFUSE_CODES}
STATES: dict[str, Literal["approved", "rejected"]] = {"approve": "approved", "refuse": "rejected"}


class Verdict(Form):
    """What was chosen, and why."""

    verdict: Literal["approve", "refuse"]
    reason_code: Code


def add_reviews(site: Site) -> None:
    """Register the pages of the review queue."""
    site.page("GET", "/console/reviews", roles=MONEY)(_list)
    site.page("GET", REVIEW, roles=MONEY)(_review)
    site.page("POST", REVIEW, roles=FINANCE, again=_review)(_decide)


def hours_left(due_at: str | None, now_ms: int) -> int | None:
    """Whole hours until then, below zero when it is over; None where there is no time limit."""
    return None if due_at is None else (parse_rfc3339(due_at) - now_ms) // HOUR_MS


def _list(view: View) -> Answer:
    page = reward_listing(view.desk.store, None, view.page.limit, view.page.starting_after)
    found, now_ms = shapes.review_page(view.desk, page), view.desk.clock.now_ms()
    rows = [(one, hours_left(one.due_at, now_ms)) for one in found.rows]
    return Sheet("console/reviews.html", {"rows": rows, "cursor": found.cursor})


def _review(view: View) -> Answer:
    reward = approval(view.desk.actor).find(view.path["reward_id"])
    detail = shapes.review_detail(view.desk, reward)
    due = hours_left(detail.row.due_at, view.desk.clock.now_ms())
    locale = spoken(view.reader.language)
    why = explanation(view.desk, reward.conversion_id, locale, reward)
    data = {
        "row": detail.row,
        "reward": detail.row.reward,
        "hours": due,
        "assessments": detail.assessments,
        "history": detail.evidence.history,
        "why": why,
        "codes": CODES,
        "bar": _bar(view, reward),
        "me": view.person.subject,
        **_previewed(view, reward),
    }
    return Sheet("console/review.html", data)


def _previewed(view: View, reward: Reward) -> dict[str, Any]:
    """The chosen verdict with what the advocate would read; nothing before one is chosen."""
    said = {**view.query, **view.form}
    verdict, code = said.get("verdict", ""), said.get("reason_code", "")
    if reward.state != "on_hold" or code not in CODES.get(verdict, ()):
        return {"verdict": verdict if verdict in CODES else "", "code": "", "preview": None}
    reader = view.reader
    found = shapes.preview(view.desk, reward, STATES[verdict], code, reader.language, reader.zone)
    return {"verdict": verdict, "code": code, "preview": found.status}


def _bar(view: View, reward: Reward) -> str:
    """Why this person does not decide about it: a key of `reviews.bar`; empty if they may."""
    if "finance" not in view.person.groups:
        return "read_only"
    if reward.state != "on_hold":
        return "over"
    if view.person.advocate_id == reward.advocate_id:
        return "payee"
    looked = (reward.first_look_by, reward.first_look_mark)
    return "first_look" if person(view.person).is_one_of(looked) else ""


def _decide(view: View) -> Answer:
    said = view.fields(Verdict)
    after = approval(view.desk.actor).decide(
        view.path["reward_id"],
        approve=said.verdict == "approve",
        code=said.reason_code,
        decider_advocate_id=view.person.advocate_id,
        mark=wiring.mark_of(view.person),
        receipt=lambda _: view.claim("/console/reviews"),
    )
    waits = after.state == "on_hold"
    return Go("/console/reviews", "note.first_look" if waits else "note.decided")
