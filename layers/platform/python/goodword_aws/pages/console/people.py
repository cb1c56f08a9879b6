"""Everything about one advocate on one page: links, clicks, orders, rewards, money, stops, cases.

People are found by their code, their id or their address. An address is only ever posted, looked up
by its keyed digest and forgotten; it is in no path, no log and no answer. Who somebody is, is shown
only for a reason that stays in the journal.
"""

from typing import Any

from goodword.advocates.links import Links
from goodword.advocates.looking import LOOK_CODES
from goodword.advocates.model import Enrolment
from goodword.advocates.people import read_advocate
from goodword.advocates.segmenting import Segmenting, read_segments
from goodword.advocates.segments import FLAGS, Membership, folded_segment
from goodword.advocates.service import STAFF_MOVES
from goodword.errors import NotFound
from goodword.events import Event, history_of
from goodword.limits import PAGE_ITEMS_MAX
from goodword.payouts.stops import HOLD_CODES
from goodword.ports import Page
from goodword.privacy.model import clean_email
from goodword.programs.service import Programs
from goodword.rewards.model import reward_listing
from goodword.trust.banning import BAN_CODES, Ban, ban_key
from goodword.trust.exempting import EXEMPT_CODES
from goodword.trust.model import Exemption, exemption_key

from goodword_aws import advocates as shapes
from goodword_aws.advocates_segments import members
from goodword_aws.explanations import my_unrewarded
from goodword_aws.journeys_walks import asks
from goodword_aws.pages.console import MONEY, WRITERS
from goodword_aws.pages.portal_level import recognised
from goodword_aws.pages.view import View
from goodword_aws.payouts_answers import balances_of, statement_pages
from goodword_aws.payouts_findings import holds_of
from goodword_aws.rewards import shown
from goodword_aws.trust import disputes
from goodword_aws.trust_answers import ban_answer, dispute_answer, exemption_answer

LISTED = 10  # rows of each list of the page; the rest is a link away


def listed(view: View) -> dict[str, Any]:
    """The advocates of one programme, oldest first; the first programme unless one is chosen."""
    programs = Programs(view.desk).list(PAGE_ITEMS_MAX, None).rows
    chosen = view.query.get("program", programs[0].program_id if programs else "")
    segment = folded_segment(view.query.get("segment", ""))
    page: Page[Enrolment] = Page([], None)
    if chosen:
        page = members(view.desk, chosen[:60], segment, view.page.limit, view.page.starting_after)
    now_ms = view.desk.clock.now_ms()
    rows = [shapes.advocate_row(one, None, now_ms) for one in page.rows]
    return {
        "programs": programs,
        "chosen": chosen,
        "rows": rows,
        "cursor": page.cursor,
        "segment": segment,
        "segments": read_segments(view.desk.store, chosen[:60]).counts if chosen else (),
        "may_invite": bool(view.person.groups & WRITERS),
    }


def inviting(view: View) -> dict[str, Any]:
    """The programmes that somebody can be invited into."""
    programs = Programs(view.desk).list(PAGE_ITEMS_MAX, None).rows
    return {"programs": [one for one in programs if one.state == "active"]}


def found(view: View, said: str) -> str:
    """The id of whoever is meant. Raises NotFound `unknown_advocate` for nobody."""
    if "@" in said:
        known = shapes.people(view.desk).known_by_email(clean_email(said))
        if known is None:
            raise NotFound("unknown_advocate", "there is no such advocate")
        return known
    if said.startswith("adv_"):
        return read_advocate(view.desk.store, said, erased=True).advocate_id
    return Links(view.desk).of_code(said.rpartition("/")[2]).advocate_id


def person(view: View) -> dict[str, Any]:
    """The page of one advocate; what is about money is for those who may see it."""
    advocate_id, desk = view.path["advocate_id"], view.desk
    read_advocate(desk.store, advocate_id, erased=True)
    money = bool(view.person.groups & MONEY)
    board = shapes.dashboard(desk, advocate_id)
    links = Links(desk).page(advocate_id, PAGE_ITEMS_MAX, None)
    return {
        "advocate_id": advocate_id,
        "board": board,
        "links": [shapes.link_answer(one) for one in links.rows],
        "sees_money": money,
        "may_act": "finance" in view.person.groups,
        "may_move": bool(view.person.groups & {"marketer", "admin"}),
        "moves": STAFF_MOVES,
        "own": view.person.advocate_id == advocate_id,
        "look_codes": LOOK_CODES,
        "letters": _letters(view, advocate_id),
        "segments": _segments(view, advocate_id),
        "flags": FLAGS,
        "moves_of": _segment_moves(view, advocate_id),
        "recognised": recognised(view, board, advocate_id),
        **(_money(view, advocate_id) if money else {}),
    }


def _segments(view: View, advocate_id: str) -> dict[str, list[Membership]]:
    """By programme: the segments that the person is in now and since when, flags among them."""
    rows = view.desk.store.query(Enrolment, "core", f"ADV#{advocate_id}", "A#ENR#").rows
    return {
        one.program_id: sorted(
            (each for each in one.segments if each.until_ms is None), key=lambda each: each.segment
        )
        for one in rows
    }


def _segment_moves(view: View, advocate_id: str) -> dict[str, list[Event]]:
    """By programme: who put the person where or took them out, when and why, newest first, as far
    as the newest hundred things go that happened to the person."""
    page = view.desk.store.query(
        Event, "journal", history_of(advocate_id), limit=PAGE_ITEMS_MAX, newest_first=True
    )
    found: dict[str, list[Event]] = {}
    for one in page.rows:
        if one.type.startswith("enrolment.segment_"):
            found.setdefault(str(one.data["program_id"]), []).append(one)
    return found


def segment(view: View, program_id: str, name: str, *, on: bool, reason: str, here: str) -> None:
    """Put somebody into a segment or take them out, with who did it and why in the journal.

    A flag is a segment, too.
    """
    Segmenting(view.desk).move(
        view.path["advocate_id"],
        program_id,
        add=(name,) if on else (),
        remove=() if on else (name,),
        reason=reason,
        receipt=lambda _: view.claim(here),
    )


def _letters(view: View, advocate_id: str) -> list[Any]:
    """The newest letters to the person, and which of them staff may have sent once more."""
    from goodword.journeys.resending import waits  # noqa: PLC0415 - one page of many needs it
    from goodword.journeys.walk import AskMade, ask_key  # noqa: PLC0415 - the same
    from goodword.messages.log import letters_of  # noqa: PLC0415 - the same

    from goodword_aws.journeys_letters import REQUESTS  # noqa: PLC0415 - the same
    from goodword_aws.messages_log import letter_answer  # noqa: PLC0415 - the same

    rows = letters_of(view.desk.store, advocate_id, LISTED, None).rows
    newest = {one.subject: one.event_id for one in reversed(rows) if one.type in REQUESTS}
    writes, now_ms = bool(view.person.groups & WRITERS), view.desk.clock.now_ms()
    made = {one: view.desk.store.get(AskMade, ask_key(one)) for one in newest if writes}
    again = {newest[one.ask_id] for one in made.values() if one and waits(one, now_ms)}
    return [(letter_answer(one), one.event_id in again) for one in rows]


def resend(view: View, ask_id: str, here: str) -> None:
    """Have the letter of an open request of this person sent once more."""
    from goodword.journeys.resending import Resending  # noqa: PLC0415 - as above

    from goodword_aws.journeys_letters import leaving  # noqa: PLC0415 - as above

    own = asks(view.desk).own(ask_id, view.path["advocate_id"])
    again = Resending(view.desk, leaving(view.desk))
    again.resend(own.ask_id, lambda _: view.claim(here))


def _money(view: View, advocate_id: str) -> dict[str, Any]:
    desk, store, language = view.desk, view.desk.store, view.reader.language
    rewards = reward_listing(store, advocate_id, LISTED, None)
    nothing = my_unrewarded(desk, advocate_id, view.reader.locale, LISTED, None)
    payouts = statement_pages(store, advocate_id, LISTED, None)
    cases = disputes(desk).of(advocate_id, PAGE_ITEMS_MAX, None)
    return {
        "rewards": [shown(one) for one in rewards.rows],
        "more_rewards": rewards.cursor,
        "nothing": nothing.rows,
        "more_nothing": nothing.cursor,
        "balances": balances_of(store, advocate_id).data,
        "payouts": payouts.rows,
        "more_payouts": payouts.cursor,
        "disputes": [dispute_answer(one, language, zone=view.reader.zone) for one in cases.rows],
        "holds": holds_of(store, advocate_id).data,
        "trust": _trust(view, advocate_id),
        "hold_codes": HOLD_CODES,
        "ban_codes": BAN_CODES,
        "exempt_codes": EXEMPT_CODES,
    }


def _trust(view: View, advocate_id: str) -> dict[str, Any]:
    """By programme: the ban and the exemption, if there are any."""
    store, now_ms, kept = view.desk.store, view.desk.clock.now_ms(), {}
    for card in shapes.dashboard(view.desk, advocate_id).programs:
        ban = store.get(Ban, ban_key(advocate_id, card.program_id))
        free = store.get(Exemption, exemption_key(advocate_id, card.program_id))
        kept[card.program_id] = {
            "ban": ban and ban_answer(ban, view.reader.language, view.reader.zone),
            "exemption": exemption_answer(free) if free and free.until_ms > now_ms else None,
        }
    return kept


def rewards(view: View) -> dict[str, Any]:
    """All rewards of one advocate, newest first."""
    advocate_id = view.path["advocate_id"]
    read_advocate(view.desk.store, advocate_id, erased=True)
    page = reward_listing(view.desk.store, advocate_id, view.page.limit, view.page.starting_after)
    rows = [shown(one) for one in page.rows]
    return {"advocate_id": advocate_id, "rewards": rows, "cursor": page.cursor}


def orders(view: View) -> dict[str, Any]:
    """What came from one advocate and earned nothing, newest first."""
    advocate_id = view.path["advocate_id"]
    read_advocate(view.desk.store, advocate_id, erased=True)
    page = my_unrewarded(
        view.desk, advocate_id, view.reader.locale, view.page.limit, view.page.starting_after
    )
    return {"advocate_id": advocate_id, "rows": page.rows, "cursor": page.cursor}


def payouts(view: View) -> dict[str, Any]:
    """All payouts of one advocate, newest first."""
    advocate_id = view.path["advocate_id"]
    read_advocate(view.desk.store, advocate_id, erased=True)
    page = statement_pages(view.desk.store, advocate_id, view.page.limit, view.page.starting_after)
    return {"advocate_id": advocate_id, "payouts": page.rows, "cursor": page.cursor}
