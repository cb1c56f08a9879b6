"""What a company's own endpoint is told of a request: ids, and of the person what they agreed to.

Being asked is agreed to by everybody who is; that name, address and a link which answers without a
sign-in go to another system of the company is a consent of its own (`AskBook.shares`), which the
person gives and takes back. Without it a message has random ids, the words in English, and the page
where the person signs in.

Of a customer who does not take part nothing is known that could be handed on, and there is nobody
to sign in: such a message has ids, the links, and the page on which one may join.
"""

from collections.abc import Callable
from dataclasses import dataclass

from goodword.journeys.asking import AskBook
from goodword.journeys.handover import HandedOver
from goodword.journeys.own_words import OwnText
from goodword.journeys.reviewing import review_link
from goodword.journeys.walk import AskMade
from goodword.journeys.wording import ask_words
from goodword.privacy.model import PersonalFields
from goodword.programs.model import Terms
from goodword.times import rfc3339


@dataclass(frozen=True)
class Links:
    """`page` asks for a sign-in, `join` is for whoever may want to take part; `answer` and `stop`
    act for whoever holds them.
    """

    page: str
    join: str
    answer: str
    stop: str


def _ours(_locale: str) -> OwnText | None:
    return None


def hook_body(
    ask: AskMade,
    book: AskBook,
    person: PersonalFields | None,
    terms: Terms,
    links: Links,
    template: str = "",
    own: Callable[[str], OwnText | None] = _ours,
) -> dict[str, object]:
    """The `data` of a message about a request; `template` is that of a reminder, its own.

    `own` gives the journey's own words of it in a language.
    """
    known = person if book.shares else None
    acts = known is not None or not ask.advocate_id
    locale = known.locale if known else "en"
    words = ask_words(locale).values(
        ask.motion,
        brand=terms.brand,
        site=ask.site,
        disclosure=terms.disclosure,
        own=own(locale),
    )
    return {
        "program_id": ask.program_id,
        "ask_id": ask.ask_id,
        "journey_id": ask.journey_id,
        "advocate_id": ask.advocate_id or None,
        "subject_id": ask.subject_id,
        "motion": ask.motion,
        "template": template or ask.words,
        "site": ask.site,
        "review_link": review_link(ask.site, ask.profile),
        "answer_until": rfc3339(ask.expires_ms),
        "words": {name.removeprefix("ask_"): text for name, text in words.items()},
        "page": links.page if ask.advocate_id else links.join,
        "answer": links.answer if acts else None,
        "unsubscribe": links.stop if acts else None,
        "person": _person(known) if known else None,
    }


def handed_body(one: HandedOver, home: str) -> dict[str, object]:
    """The `data` of a message about a hand-over: ids, and the page where staff close it."""
    return {
        "program_id": one.program_id,
        "hand_over_id": one.hand_over_id,
        "journey_id": one.journey_id,
        "walk_id": one.walk_id,
        "advocate_id": one.advocate_id or None,
        "subject_id": one.subject_id,
        "ask_id": one.ask_id or None,
        "motion": one.motion,
        "step": one.step,
        "to": one.to,
        "role": one.role,
        "assignee": one.assignee or None,
        "why": one.why,
        "due_at": rfc3339(one.due_ms),
        "page": f"{home}/console/hand-overs/{one.hand_over_id}",
    }


def _person(known: PersonalFields) -> dict[str, str]:
    return {"name": known.name, "email": known.email, "language": known.locale}
