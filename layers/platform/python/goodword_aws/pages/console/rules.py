"""A programme's versions and drafts as pages show them: in words, path by path, and as text.

Terms are edited as YAML (JSON is read too); what is wrong is said with its place in the text.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from goodword.errors import NotFound
from goodword.limits import PAGE_ITEMS_MAX, REPLAY_BACK_DAYS
from goodword.persons import Person
from goodword.programs.changes import TermsDifference, differences
from goodword.programs.draft import Draft
from goodword.programs.drafts import Drafts
from goodword.programs.model import STATE_MOVES, ProgramVersion, Terms
from goodword.programs.replay import RUNNING, Replay
from goodword.programs.replaying import Replays
from goodword.programs.service import Programs
from goodword.rewards.explain_rules import rule_text
from goodword.times import DAY_MS
from pydantic import ValidationError

from goodword_aws import documents, wiring
from goodword_aws.calls import BY_PERSON
from goodword_aws.explanations import examples_answer, voice_of
from goodword_aws.pages.view import View
from goodword_aws.problems import refused_body
from goodword_aws.programs import program_answer, up_to_now
from goodword_aws.programs_drafts import draft_answer, draft_detail, said_changes
from goodword_aws.programs_replays import change_answer, replay_answer
from goodword_aws.programs_versions import version_answers, version_detail

PAST_DAYS = 60  # of the replay that the form proposes


def programs(view: View) -> dict[str, Any]:
    """All programmes with what holds now."""
    page = Programs(view.desk).list(view.page.limit, view.page.starting_after)
    rows = [program_answer(up_to_now(view.desk, one)) for one in page.rows]
    return {"programs": rows, "cursor": page.cursor}


def program(view: View) -> dict[str, Any]:
    """A programme: its versions, its drafts, and what may be done with them."""
    use_cases, program_id = Programs(view.desk), view.path["program_id"]
    head, now = use_cases.read(program_id)
    found = use_cases.versions(program_id)
    drafts = Drafts(view.desk).list(program_id, PAGE_ITEMS_MAX, None)
    return {
        "program": program_answer(head),
        "versions": version_answers(view.desk, found),
        "drafts": [draft_answer(one) for one in drafts.rows],
        "words": in_words(now, view.reader.locale),
        "sees_people": bool(view.person.groups & BY_PERSON),
        "states": sorted(STATE_MOVES[head.state]),
        "may_write": may_write(view),
        "me": view.person.subject,
    }


def version(view: View) -> dict[str, Any]:
    """A version in words with worked examples, and how it differs from another one."""
    use_cases, program_id = Programs(view.desk), view.path["program_id"]
    found = use_cases.version(program_id, _number(view.path["number"]))
    versions = use_cases.versions(program_id)
    against = view.query.get("against", str(found.number - 1 or 1))
    other = use_cases.version(program_id, _number(against))
    locale = view.reader.locale
    return {
        "program": program_answer(use_cases.read(program_id)[0]),
        "version": version_detail(view.desk, found, versions),
        "words": in_words(found, locale),
        "examples": examples_answer(found, locale).texts,
        "numbers": [one.number for one in versions],
        "other": other.number,
        "changes": said_changes(other, found.terms, locale) if other != found else (),
        "paths": paths(differences(other.terms, found.terms)),
        "text": documents.text_of(found.terms),
        "may_write": may_write(view),
        "sees_people": bool(view.person.groups & BY_PERSON),
        "wrote": _wrote(view, found),
        "me": view.person.subject,
    }


def draft(view: View) -> dict[str, Any]:
    """A draft: what it changes, its text, its replay, and who may publish it."""
    program_id = view.path["program_id"]
    found = Drafts(view.desk).read(program_id, view.path["draft_id"])
    program, now = Programs(view.desk).read(program_id)
    head, there = program_answer(program), view.reader.within(now.terms.payment.time_zone)
    detail = draft_detail(view.desk, found, view.reader.locale)
    replay = newest_replay(view, found)
    now_ms = view.desk.clock.now_ms()
    return {
        "program": head,
        "draft": detail,
        "paths": paths(detail.differences),
        "text": documents.text_of(found.terms),
        "replay": replay and replay_answer(replay),
        "running": replay is not None and replay.state in RUNNING,
        "step": step_of(view, found, replay, program.created_ms),
        "back_days": REPLAY_BACK_DAYS,
        "outdated": head.latest_version != found.based_on,
        "zone": there.zone,
        "tried": replay and (there.day(replay.from_ms), there.day(replay.until_ms - 1)),
        "until": there.at(now_ms - DAY_MS).date().isoformat(),
        "since": there.at(now_ms - PAST_DAYS * DAY_MS).date().isoformat(),
        "may_write": may_write(view) and found.state == "open",
        "sees_people": bool(view.person.groups & BY_PERSON),
        "admin": "admin" in view.person.groups,
        "me": view.person.subject,
    }


def changes(view: View) -> dict[str, Any]:
    """Every reward that the newest replay of a draft would change."""
    use_cases, program_id = Replays(view.desk), view.path["program_id"]
    replay = use_cases.of_draft(program_id, view.path["draft_id"])
    page = use_cases.changes(replay, view.page.limit, view.page.starting_after)
    return {
        "program": program_answer(Programs(view.desk).read(program_id)[0]),
        "draft_id": view.path["draft_id"],
        "replay": replay_answer(replay),
        "rows": [change_answer(one) for one in page.rows],
        "cursor": page.cursor,
    }


def newest_replay(view: View, found: Draft) -> Replay | None:
    """The newest replay of the draft; None before the first of this revision."""
    if found.replay_id is None:
        return None
    return Replays(view.desk).read(found.replay_id)


def step_of(view: View, found: Draft, replay: Replay | None, created_ms: int) -> str:
    """What the draft waits for, as this person sees it: a key of `rules.step`."""
    if found.state != "open":
        return found.state
    if replay is None or replay.state in ("outdated", "failed"):
        return "replay"
    if replay.state in RUNNING:
        return "running"
    if not replay.reaches(created_ms):
        return "short"
    return "same_person" if _wrote(view, found) else "publish"


def _wrote(view: View, found: Draft | ProgramVersion) -> bool:
    """Whether the reader wrote any of it, so that somebody else publishes or promotes it."""
    me = Person(view.person.subject, None, wiring.mark_of(view.person))
    return me.wrote(found.editors, found.marks)


def may_write(view: View) -> bool:
    """Whether this person writes rules."""
    return bool(view.person.groups & {"marketer", "admin"})


def paths(found: Iterable[TermsDifference]) -> list[tuple[str, str, str]]:
    """Each place with what stood there and what will, as text; a dash where there is nothing."""
    return [(one.path, _plain(one.before), _plain(one.after)) for one in found]


def _plain(value: object) -> str:
    return "-" if value is None else json.dumps(value, ensure_ascii=False)


def terms_of(text: str) -> Terms:
    """The terms of a text. Raises InvalidInput with the paths, or the line that is no YAML."""
    raw = documents.as_json(text.encode())
    try:
        return Terms.model_validate_json(raw)
    except ValidationError as wrong:
        raise refused_body(wrong, raw) from None


def in_words(found: ProgramVersion, locale: str) -> Sequence[str]:
    """The offers and the limits of a version, sentence by sentence."""
    voice = voice_of(found, locale)
    return [rule_text(one, voice) for one in found.terms.rules] + list(voice.caps(found.terms.caps))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise NotFound("unknown_version", "the programme has no such version")
    return int(text)
