"""Everything held about a person, section by section.

A section is a name and what reads one page of it. `LEFT_OUT` says of which records under a person's
own key nothing is exported, and why; a test compares both with the table of keys.
"""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from goodword.advocates.dashboard import read_summary
from goodword.advocates.links import Links
from goodword.advocates.model import Enrolment
from goodword.advocates.recognition import Recognition
from goodword.events import Event, history_of
from goodword.journeys.signal import Subject
from goodword.limits import EXPORT_ROWS
from goodword.ports import Desk, Page
from goodword.privacy.consents import consents_of
from goodword.privacy.erasing import Erasing
from goodword.privacy.exporting import Exports, Sections
from goodword.privacy.profile import Profiles
from goodword.records import Value
from goodword.rewards.handed import hand_outs_of
from goodword.times import rfc3339
from goodword.trust.trails import Own, own_key

from goodword_aws import advocates as shapes
from goodword_aws import earnings, explanations, privacy_customer, trust_answers, wiring
from goodword_aws.advocates_board import own_boards
from goodword_aws.advocates_segments import segments_answer
from goodword_aws.journeys_asks import my_ask_answer
from goodword_aws.journeys_introductions import introducing, my_introduction
from goodword_aws.journeys_stories import own_stories
from goodword_aws.journeys_walks import asks
from goodword_aws.payouts_answers import balances_of, statement_pages
from goodword_aws.rewards_handed import my_hand_out
from goodword_aws.trust import disputes

STATEMENTS = 5  # of one step; each names all its rewards
Rows = Page[Mapping[str, Any]]
Read = Callable[[Desk, str, str | None], Rows]
SECTION_NAMES = (
    *("person", "consents", "programmes", "balances", "known_by", "links"),
    *("rewards", "orders_that_earned_nothing", "payouts", "hand_outs"),
    *("disputes", "asks", "wishes", "signals", "references", "hand_overs"),
    *("stories", "introductions", "letters", "history"),
)
# Records under `ADV#<person>` that no section shows, each with the reason.
LEFT_OUT = {
    "PACE#": "how fast recommendations come, a measure against fraud; it holds counts alone",
    "TRUST#": "whether staff let somebody off the checks; showing it would show the checks",
    "DSP#": "which disputes are open; the disputes themselves are shown",
    "TALLY#": "what the rewards sum up to; the rewards are shown",
    "CAP#": "what the rewards hold of a limit; the rewards are shown",
    "E#": "this export, and the wish to be erased, which the account page shows",
}


def profiles(desk: Desk) -> Profiles:
    """The use cases of one's own fields."""
    return Profiles(desk, wiring.blind_index(), wiring.vault())


def erasing(desk: Desk) -> Erasing:
    """The use cases of being erased."""
    return Erasing(desk, wiring.vault())


def exports(desk: Desk) -> Exports:
    """The use cases of an export, with all that is held."""
    return Exports(desk, wiring.texts(), sections(desk))


def sections(desk: Desk) -> Sections:
    """What is held, by the names of SECTION_NAMES."""
    readers: Mapping[str, Read] = {
        "person": _person,
        "consents": _consents,
        "programmes": _programmes,
        "balances": _balances,
        "known_by": _known_by,
        "links": _links,
        "rewards": _rewards,
        "orders_that_earned_nothing": _unrewarded,
        "payouts": _payouts,
        "hand_outs": _hand_outs,
        "disputes": _disputes,
        "asks": _asks,
        "wishes": _wishes,
        "signals": _signals,
        "references": _references,
        "hand_overs": _handed,
        "stories": _stories,
        "introductions": _introductions,
        "letters": _letters,
        "history": _history,
    }
    return {name: partial(readers[name], desk) for name in SECTION_NAMES}


def file_bytes(found: Mapping[str, Any]) -> bytes:
    """A file of an export, to be read by people and by programs."""
    return json.dumps(found, ensure_ascii=False, indent=1).encode()


# --- the sections ---------------------------------------------------------------------------------


def _whole(rows: list[Any]) -> Rows:
    return Page([_plain(one) for one in rows], None)


def _plain(one: Any) -> Mapping[str, Any]:
    return one.model_dump(mode="json", exclude={"version"}) if isinstance(one, Value) else one


def _shown(page: Page[Any]) -> Rows:
    return Page([_plain(one) for one in page.rows], page.cursor)


def _person(desk: Desk, own: str, _cursor: str | None) -> Rows:
    fields = profiles(desk).read(own)
    return _whole([fields])


def _consents(desk: Desk, own: str, _cursor: str | None) -> Rows:
    return _whole([consent_row(one) for one in consents_of(desk.store, own)])


def consent_row(one: Any) -> dict[str, Any]:
    """A consent with its times as people write them."""
    return {
        "what": one.what,
        "program_id": one.program_id or None,
        "terms_version": one.version_number or None,
        "given_at": rfc3339(one.given_ms),
        "withdrawn_at": None if one.withdrawn_ms is None else rfc3339(one.withdrawn_ms),
    }


def _programmes(desk: Desk, own: str, _cursor: str | None) -> Rows:
    found = shapes.dashboard(desk, own)
    stops = [one for one in read_summary(desk.store, own) if one.KIND == "payout_stop"]
    times = [
        one.model_dump(mode="json") | {"program_id": each.program_id}
        for each in read_summary(desk.store, own)
        if isinstance(each, Enrolment)
        for one in segments_answer(each).times
    ]
    reached = desk.store.query(Recognition, "core", f"ADV#{own}", "LEVEL#").rows
    return _whole([*found.programs, *stops, *times, *reached, *own_boards(desk, own)])


def _balances(desk: Desk, own: str, _cursor: str | None) -> Rows:
    return _whole(list(balances_of(desk.store, own).data))


def _known_by(desk: Desk, own: str, _cursor: str | None) -> Rows:
    """Keyed digests: by which an order of one's own is told from a friend's."""
    found = desk.store.get(Own, own_key(own))
    return _whole([found] if found else [])


def _links(desk: Desk, own: str, _cursor: str | None) -> Rows:
    return _whole([shapes.link_answer(one) for one in Links(desk).list(own)])


def _rewards(desk: Desk, own: str, cursor: str | None) -> Rows:
    return _shown(earnings.my_rewards(desk, own, EXPORT_ROWS, cursor, _language(desk, own)))


def _unrewarded(desk: Desk, own: str, cursor: str | None) -> Rows:
    locale = _language(desk, own)
    return _shown(explanations.my_unrewarded(desk, own, locale, EXPORT_ROWS, cursor))


def _language(desk: Desk, own: str) -> str:
    return explanations.spoken(profiles(desk).read(own).locale)


def _payouts(desk: Desk, own: str, cursor: str | None) -> Rows:
    return _shown(statement_pages(desk.store, own, STATEMENTS, cursor))


def _hand_outs(desk: Desk, own: str, cursor: str | None) -> Rows:
    """What was handed over, without who of the staff did it."""
    page = hand_outs_of(desk.store, own, EXPORT_ROWS, cursor)
    return _shown(Page([my_hand_out(one) for one in page.rows], page.cursor))


def _disputes(desk: Desk, own: str, cursor: str | None) -> Rows:
    """One thread at a time: fifty messages are a page of their own."""
    cases = disputes(desk)
    page = cases.of(own, 1, cursor)
    shown = [trust_answers.dispute_detail(cases, one, "", to_staff=False) for one in page.rows]
    return _shown(Page(shown, page.cursor))


def _asks(desk: Desk, own: str, cursor: str | None) -> Rows:
    page = asks(desk).of(own, EXPORT_ROWS, cursor)
    return _shown(Page([my_ask_answer(one) for one in page.rows], page.cursor))


def _wishes(desk: Desk, own: str, _cursor: str | None) -> Rows:
    return _whole([*privacy_customer.wishes(desk, _known(desk, own))])


def _signals(desk: Desk, own: str, cursor: str | None) -> Rows:
    return _shown(privacy_customer.signals(desk, _known(desk, own), cursor))


def _references(desk: Desk, own: str, _cursor: str | None) -> Rows:
    return _whole([*privacy_customer.references(desk, _known(desk, own))])


def _handed(desk: Desk, own: str, cursor: str | None) -> Rows:
    return _shown(privacy_customer.hand_overs(desk, _known(desk, own), cursor))


def _known(desk: Desk, own: str) -> list[Subject]:
    return privacy_customer.customers(desk, own, profiles(desk).read(own).email)


def _stories(desk: Desk, own: str, cursor: str | None) -> Rows:
    """One at a time: with its texts it is a page of its own."""
    return _shown(own_stories(desk, own, 1, cursor))


def _introductions(desk: Desk, own: str, cursor: str | None) -> Rows:
    """That somebody was introduced, and when; of the person there is nothing in it."""
    page = introducing(desk).of(own, EXPORT_ROWS, cursor)
    return _shown(Page([my_introduction(one) for one in page.rows], page.cursor))


def _letters(desk: Desk, own: str, cursor: str | None) -> Rows:
    """What one was written about, when, and whether it left; the letters are not kept."""
    from goodword.messages.log import letters_of  # noqa: PLC0415 - only a copy needs it

    from goodword_aws.messages_log import letter_answer  # noqa: PLC0415 - the same

    page = letters_of(desk.store, own, EXPORT_ROWS, cursor)
    return _shown(Page([letter_answer(one) for one in page.rows], page.cursor))


def _history(desk: Desk, own: str, cursor: str | None) -> Rows:
    """What happened, when and why. Not who of the staff did it, nor what checks say."""
    page = desk.store.query(
        Event, "journal", history_of(own), limit=EXPORT_ROWS, cursor=cursor, newest_first=True
    )
    rows = [
        {"at": rfc3339(one.at_ms), "what": one.type, "why": one.reason, "by": one.actor.kind}
        for one in page.rows
        if not one.type.startswith("trust.")
    ]
    return Page(rows, page.cursor)
