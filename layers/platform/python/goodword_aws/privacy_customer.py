"""What is held about a person as a customer of the programmes they take part in, for their copy.

A customer is found by the keyed number of an address, so nothing here is found for somebody whose
address was never confirmed. What a company's other people or systems said of the company as a whole
is about no person, and in no copy.
"""

from typing import Any, TypeVar

from goodword.advocates.dashboard import read_summary
from goodword.advocates.model import Enrolment
from goodword.errors import NotFound
from goodword.journeys.asks import Wishes
from goodword.journeys.handover import HandedOver, HandOverOfSubject, hand_over_key
from goodword.journeys.reference import ReferenceCall, ReferenceProfile, reference_key
from goodword.journeys.signal import Signal, Subject
from goodword.limits import EXPORT_ROWS
from goodword.ports import Desk, Page
from goodword.privacy.model import fold_email
from goodword.records import Record
from goodword.times import rfc3339

from goodword_aws.journeys import subjects
from goodword_aws.journeys_asks import WishesAnswer, wishes_answer

R = TypeVar("R", bound=Record)


def customers(desk: Desk, own: str, email: str) -> list[Subject]:
    """Whom the confirmed address is in each of the person's programmes, where it is anybody."""
    if not email:
        return []
    found, search = [], subjects(desk)
    for one in read_summary(desk.store, own):
        if isinstance(one, Enrolment):
            try:
                found.append(search.find(one.program_id, fold_email(email)))
            except NotFound:
                continue
    return found


def wishes(desk: Desk, known: list[Subject]) -> list[WishesAnswer]:
    """How the person wants to be asked, and what they do not want to be asked for."""
    said = Wishes(desk)
    return [wishes_answer(one.program_id, said.read(one.subject_id)) for one in known]


def signals(desk: Desk, known: list[Subject], cursor: str | None) -> Page[dict[str, Any]]:
    """What systems reported of the person: surveys, use, reviews, requests for support."""
    page = _each(desk, known, Signal, "S#", cursor)
    return Page([_signal(one) for one in page.rows], page.cursor)


def hand_overs(desk: Desk, known: list[Subject], cursor: str | None) -> Page[dict[str, Any]]:
    """What journeys left to staff about the person, what came of it, and what staff wrote."""
    page = _each(desk, known, HandOverOfSubject, "H#", cursor)
    keys = [hand_over_key(one.hand_over_id) for one in page.rows]
    found = desk.store.get_many(HandedOver, keys) if keys else {}
    return Page([_handed(found[key]) for key in keys], page.cursor)


def _each(
    desk: Desk, known: list[Subject], kind: type[R], prefix: str, cursor: str | None
) -> Page[R]:
    """A page of the records of everybody who turned out to be the person, one after the other.

    `cursor` is `<number of the partition>|<the store's own cursor>`.
    """
    owners = [part for one in known for part in (one.subject_id, *one.parts)]
    number, _, inner = (cursor or "0|").partition("|")
    at = int(number)
    if at >= len(owners):
        return Page([], None)
    page = desk.store.query(
        kind, "core", f"SBJ#{owners[at]}", prefix, limit=EXPORT_ROWS, cursor=inner or None
    )
    following = f"{at}|{page.cursor}" if page.cursor else f"{at + 1}|"
    more = page.cursor is not None or at + 1 < len(owners)
    return Page(page.rows, following if more else None)


def references(desk: Desk, known: list[Subject]) -> list[dict[str, Any]]:
    """What the person is noted to speak about with others, and the calls that came of it."""
    found = (
        desk.store.get(ReferenceProfile, reference_key(name))
        for one in known
        for name in (one.subject_id, *one.parts)
    )
    return [
        {
            "program_id": one.program_id,
            "traits": one.traits.model_dump(mode="json"),
            "calls": [_call(each) for each in one.calls],
        }
        for one in found
        if one is not None
    ]


def _signal(one: Signal) -> dict[str, Any]:
    return {
        "program_id": one.program_id,
        "source_id": one.source_id,
        "kind": one.kind,
        "occurred_at": rfc3339(one.occurred_ms),
        "value": one.value,
        "about": one.about,
        "word": one.word,
        "withdrawn": one.withdrawn,
    }


def _handed(one: HandedOver) -> dict[str, Any]:
    """Without who of the staff did it."""
    return {
        "program_id": one.program_id,
        "to": one.to,
        "why": one.why or None,
        "made_at": rfc3339(one.made_ms),
        "state": one.state,
        "outcome": one.outcome,
        "note": one.note or None,
    }


def _call(one: ReferenceCall) -> dict[str, Any]:
    return {
        "booked_at": rfc3339(one.booked_ms),
        "state": one.state,
        "outcome": one.outcome or None,
        "follow_up": one.follow_up,
    }
