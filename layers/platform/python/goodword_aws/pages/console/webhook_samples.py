"""What a programme's webhook is told, as it would look: made-up people, and nothing is sent.

The bodies are made by the same functions as those that leave, over the programme's own terms.
"""

import json
from typing import NamedTuple

from goodword.errors import NotFound
from goodword.journeys.asking import AskBook
from goodword.journeys.handover import HandedOver
from goodword.journeys.hooked import Links, handed_body, hook_body
from goodword.journeys.scoring import Motion
from goodword.journeys.walk import AskMade
from goodword.messages.hooking import envelope
from goodword.privacy.model import PersonalFields
from goodword.programs.effective import version_in_force
from goodword.times import DAY_MS

from goodword_aws.pages.view import View
from goodword_aws.settings import settings

ROBIN = PersonalFields(name="Robin", email="robin@mail.example")
LINK = "a1-..."  # the part of a link that acts for whoever holds it


class Sample(NamedTuple):
    """`case`: of whom; `text`: the body."""

    case: str
    text: str


def samples(view: View, program_id: str, motion: Motion) -> tuple[Sample, ...]:
    """A request as each kind of person would have it sent, and a hand-over; none without terms."""
    now_ms = view.desk.clock.now_ms()
    try:
        terms = version_in_force(view.desk.store, program_id, now_ms).terms
    except NotFound:
        return ()
    home = settings().public_url.rstrip("/")
    answer = f"{home}/asks/{LINK}"
    links = Links(
        page=f"{home}/my/asks",
        join=f"{home}/join/{program_id}",
        answer=answer,
        stop=f"{answer}/unsubscribe",
    )
    cases = {"alone": ("adv_...", False), "shared": ("adv_...", True), "customer": ("", False)}
    found: list[Sample] = []
    for case, (advocate_id, shares) in cases.items():
        ask, book = _ask(program_id, advocate_id, motion, now_ms), AskBook(subject_id="sbj_...")
        body = hook_body(ask, book.but(shares=shares), ROBIN, terms, links)
        said = envelope("journey.asked", now_ms, body)
        found.append(Sample(case, json.dumps(said, indent=2, ensure_ascii=False)))
    handed = handed_body(_handed(program_id, now_ms), home)
    said = envelope("journey.handed_over", now_ms, handed)
    return (*found, Sample("handed", json.dumps(said, indent=2, ensure_ascii=False)))


def _handed(program_id: str, now_ms: int) -> HandedOver:
    return HandedOver(
        hand_over_id="hov_...",
        program_id=program_id,
        journey_id="jrn_...",
        number=1,
        walk_id="wlk_...",
        subject_id="sbj_...",
        advocate_id="adv_...",
        step="care",
        to="support",
        role="marketer",
        why="Call within a day.",
        made_ms=now_ms,
        due_ms=now_ms + 7 * DAY_MS,
        changed_ms=now_ms,
    )


def _ask(program_id: str, advocate_id: str, motion: Motion, now_ms: int) -> AskMade:
    return AskMade(
        ask_id="ask_...",
        program_id=program_id,
        journey_id="jrn_...",
        walk_id="wlk_...",
        subject_id="sbj_...",
        advocate_id=advocate_id,
        step=motion,
        motion=motion,
        words=motion,
        site="g2" if motion == "review" else None,
        profile="acme" if motion == "review" else None,
        channels=("webhook",),
        state="sent",
        made_ms=now_ms,
        expires_ms=now_ms + 14 * DAY_MS,
        changed_ms=now_ms,
    )
