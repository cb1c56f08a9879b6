"""Requests on pages: one's own list when signed in, or the one that a letter's link opens.

Whoever holds the link reads that mailbox: it answers its one request and ends further ones, and
shows nothing else. A mail program's own button posts to `unsubscribe` without a page of ours.
"""

from collections.abc import Mapping
from typing import Any, Literal

from goodword.errors import NotFound
from goodword.events import Actor
from goodword.journeys.asked import DONE, AskState
from goodword.journeys.asks import Wishes
from goodword.journeys.experience import Experience
from goodword.journeys.stopping import Stopping
from goodword.journeys.walk import AskMade
from goodword.journeys.wording import ask_words, own_words
from goodword.ports import Desk
from goodword.programs.effective import read_program, version_in_force

from goodword_aws import wiring
from goodword_aws.calls import Role
from goodword_aws.journeys_asks import my_ask_answer
from goodword_aws.journeys_pass import passed
from goodword_aws.journeys_walks import asks
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View
from goodword_aws.settings import settings

PERSON: frozenset[Role] = frozenset({"advocate"})
SAID: Mapping[str, AskState] = {"accept": "accepted", "decline": "declined", "done": "submitted"}
BY = "/asks/<token>"


class Rate(Form):
    """How being asked was."""

    rating: Literal["1", "2", "3", "4", "5"]


def add_asks(site: Site) -> None:
    """Register the pages."""
    site.page("GET", "/my/asks", roles=PERSON)(_mine)
    site.page("POST", "/my/asks/<ask_id>/rate", roles=PERSON, again=_mine)(_rate_mine)
    site.page("POST", "/my/asks/<ask_id>/<said>", roles=PERSON, again=_mine)(_answer_mine)
    site.page("GET", BY, roles=None)(_one)
    site.page("GET", f"{BY}/unsubscribe", roles=None)(_one)
    site.page("POST", f"{BY}/unsubscribe", roles=None, signed=True)(_stop)
    site.page("POST", f"{BY}/unsubscribe/all", roles=None, again=_one)(_stop_all)
    site.page("POST", f"{BY}/rate", roles=None, again=_one)(_rate_one)
    site.page("POST", f"{BY}/<said>", roles=None, again=_one)(_answer_one)


def _mine(view: View) -> Sheet:
    """What one was asked for, newest first."""
    page = asks(view.desk).of(view.advocate_id, view.page.limit, view.page.starting_after)
    return Sheet(
        "portal/asks.html",
        {"asks": [_shown(view, one) for one in page.rows], "cursor": page.cursor},
    )


def _answer_mine(view: View) -> Answer:
    """Answer one of one's own."""
    ask = asks(view.desk).own(view.path["ask_id"], view.advocate_id)
    asks(view.desk).answer(ask.ask_id, _said(view), lambda _: view.claim("/my/asks"))
    return Go("/my/asks", "note.ask_answered")


def _rate_mine(view: View) -> Answer:
    """Say how being asked was."""
    ask = asks(view.desk).own(view.path["ask_id"], view.advocate_id)
    rating = int(view.fields(Rate).rating)
    Experience(asks(view.desk)).rate(ask.ask_id, rating, lambda _: view.claim("/my/asks"))
    return Go("/my/asks", "note.ask_answered")


def _one(view: View) -> Sheet:
    """The request of a letter's link."""
    ask = _linked(view)
    book = Wishes(view.desk).read(ask.subject_id)
    here = f"/asks/{view.path['token']}"
    stopped = "all" in book.unsubscribed
    return Sheet(
        "portal/ask.html",
        {
            "one": _shown(view, ask),
            "base": here,
            "stopped": stopped,
            "others": Stopping(view.desk, wiring.blind_index()).others(ask),
            "program": read_program(view.desk.store, ask.program_id).name,
            "join": "" if ask.advocate_id else f"/join/{ask.program_id}",
            "stops": view.here.endswith("/unsubscribe"),
        },
    )


def _answer_one(view: View) -> Answer:
    """Answer it; as the advocate, whoever is signed in here."""
    ask = _linked(view)
    asks(_as_advocate(ask)).answer(ask.ask_id, _said(view))
    return Go(f"/asks/{view.path['token']}", "note.ask_answered")


def _rate_one(view: View) -> Answer:
    """Say how being asked was, by the letter's link."""
    ask = _linked(view)
    Experience(asks(_as_advocate(ask))).rate(ask.ask_id, int(view.fields(Rate).rating))
    return Go(f"/asks/{view.path['token']}", "note.ask_answered")


def _stop(view: View) -> Answer:
    """End all further requests at once; harmless to repeat, as mail programs may."""
    ask = _linked(view)
    Wishes(_as_advocate(ask)).unsubscribe(ask)
    return Go(f"/asks/{view.path['token']}", "note.asks_stopped")


def _stop_all(view: View) -> Answer:
    """The same in every programme that may ask the person."""
    ask = _linked(view)
    Stopping(_as_advocate(ask), wiring.blind_index()).everywhere(ask)
    return Go(f"/asks/{view.path['token']}", "note.asks_stopped")


def _linked(view: View) -> AskMade:
    secrets = wiring.secrets().read(settings().page_secret_arn)
    ask_id = passed(secrets, view.path["token"], view.desk.clock.now_ms())
    return asks(view.desk).read(ask_id)


def _as_advocate(ask: AskMade) -> Desk:
    """Whoever was asked; a customer who does not take part is known by the signals' id alone."""
    if not ask.advocate_id:
        return wiring.desk(Actor(kind="customer", id=ask.subject_id))
    return wiring.desk(Actor(kind="advocate", id=ask.advocate_id))


def _said(view: View) -> AskState:
    if (state := SAID.get(view.path["said"])) is None:
        raise NotFound("no_such_page", "there is nothing here")
    return state


def _shown(view: View, ask: AskMade) -> dict[str, Any]:
    """The request with its words, and what may be said to it now."""
    terms = version_in_force(view.desk.store, ask.program_id, ask.made_ms).terms
    language, store = view.reader.language, view.desk.store
    words = ask_words(language).values(
        ask.motion,
        brand=terms.brand,
        site=ask.site,
        disclosure=terms.disclosure,
        own=own_words(store, ask.journey_id, ask.worded, ask.words, language),
    )
    over = view.desk.clock.now_ms() >= ask.expires_ms
    may: tuple[str, ...] = ()
    rates = ask.motion == "feedback" and ask.state == "sent" and not over
    if ask.state == "sent" and not over:
        may = ("decline",) if rates else ("accept", "decline")
    elif ask.state == "accepted":
        may = ("decline",) if ask.motion == "story" else ("done", "decline")
    state = "expired" if ask.state == "sent" and over else ask.state
    shown = {"ask": my_ask_answer(ask), "words": words, "may": may, "state": state}
    told = ask.motion == "story" and (bool(may) or ask.state in ("submitted", *DONE))
    story = f"/my/asks/{ask.ask_id}/story" if told else ""
    return shown | {"disclosure": terms.disclosure, "story": story, "rates": rates}
