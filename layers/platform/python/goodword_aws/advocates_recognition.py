"""Levels and milestones as their advocates and staff see them, and what has them looked at."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from goodword.advocates.boarding import Counting
from goodword.advocates.model import Enrolment
from goodword.advocates.recognising import Recognising, read_known
from goodword.advocates.recognition import (
    Recognition,
    Why,
    looked,
    period_end,
    so_far,
)
from goodword.errors import NotFound
from goodword.events import Event
from goodword.money import Money
from goodword.ports import Desk
from goodword.programs.effective import version_in_force
from goodword.programs.milestones import Measure
from goodword.programs.model import Terms
from goodword.programs.rules import TieredReward
from goodword.records import Value
from goodword.rewards.explain_rules import level_text
from goodword.rewards.explain_words import Voice
from goodword.rewards.tally import Tally
from goodword.times import rfc3339

from goodword_aws import wiring
from goodword_aws.calls import Call, Role
from goodword_aws.explanations import spoken, voice_of
from goodword_aws.settings import settings

if TYPE_CHECKING:
    from goodword_aws.http import Api  # the pages do without its resolver

READERS: frozenset[Role] = frozenset({"marketer", "admin", "finance"})
LOCALE = {"locale": "the language of what levels give, en or de; without it the person's own"}
ORDERS = frozenset(
    {"conversion.decided", "conversion.reversed", "conversion.reinstated", "conversion.merged"}
)
JOINS = frozenset({"enrolment.activated", "enrolment.unbanned"})
REACHED = "enrolment.milestone_reached"


class LevelAnswer(Value):
    """A level: from which total on, what it gives in words, and whether it is held now."""

    name: str
    at_least: int
    gives: tuple[str, ...]
    held: bool


class NextLevel(Value):
    """The next level up: what is still missing of what it takes, in the levels' own measure."""

    name: str
    missing: int


class LevelChangeAnswer(Value):
    """A change of level, with the order that did it if one did."""

    at: str
    before: str
    after: str
    reason: Why
    conversion_id: str | None


class LevelsAnswer(Value):
    """Where one stands among the levels. `total` is orders, or net in minor units of `currency`.

    `ends_at` is when the period that is counted is over; null if everything counts for ever.
    """

    measure: str
    currency: str
    total: int
    level: str
    ends_at: str | None
    next: NextLevel | None
    levels: tuple[LevelAnswer, ...]
    history: tuple[LevelChangeAnswer, ...]


class MilestoneAnswer(Value):
    """A milestone, how far one is, and since when it is reached."""

    milestone_id: str
    title: str
    measure: Measure
    at_least: int
    so_far: int
    reward: Money | None
    reached_at: str | None


class RecognitionAnswer(Value):
    """What one has reached in a programme; `levels` is null where a programme has none."""

    program_id: str
    currency: str
    levels: LevelsAnswer | None
    milestones: tuple[MilestoneAnswer, ...]


def recognising(actor: str) -> Recognising:
    """Notes levels and milestones as an automatic actor."""
    return Recognising(wiring.desk(actor), wiring.shelf().version)


def heard(body: str) -> None:
    """One bus event: an order, or somebody who joined, has their advocate looked at; a milestone
    that was reached is told to journeys. Repeating it is harmless.
    """
    event = json.loads(body)["detail"]
    type, data = event["type"], event.get("data", {})
    advocate_id, program_id = data.get("advocate_id"), data.get("program_id")
    if not advocate_id or not program_id:
        return
    if type in JOINS | ORDERS:
        order = str(event["subject"]) if type in ORDERS else ""
        recognising("recognition").look(str(advocate_id), str(program_id), order)
        Counting(wiring.desk("leaderboard")).look(str(advocate_id), str(program_id))
    elif type == REACHED:
        _signal(str(program_id), str(advocate_id), data)


def _signal(program_id: str, advocate_id: str, data: dict[str, Any]) -> None:
    from goodword.journeys.listening import Listening  # noqa: PLC0415 - one event of many needs it
    from goodword.journeys.milestones import note_milestone  # noqa: PLC0415 - the same

    listening = Listening(wiring.desk("recognition"), wiring.blind_index())
    at_ms = int(data["occurred_ms"])
    note_milestone(listening, program_id, advocate_id, str(data["milestone"]), at_ms)


def recognition_answer(
    desk: Desk, advocate_id: str, program_id: str, locale: str
) -> RecognitionAnswer:
    """What somebody has reached. Raises NotFound `not_enrolled`."""
    known, tally, enrolment = read_known(desk.store, advocate_id, program_id)
    if enrolment is None:
        raise NotFound("not_enrolled", "this advocate is not in this programme")
    now_ms = desk.clock.now_ms()
    version = wiring.shelf().version(program_id, now_ms, advocate_id)
    voice = voice_of(version, locale)
    return RecognitionAnswer(
        program_id=program_id,
        currency=version.terms.currency,
        levels=_levels(known, version.terms, tally, now_ms, voice),
        milestones=_milestones(known, version.terms, tally, enrolment, now_ms),
    )


def letter_values(event: Event, locale: str) -> Mapping[str, str]:
    """What a letter about a level or a milestone says, and where it leads."""
    data = event.data
    advocate_id, program_id = str(data["advocate_id"]), str(data["program_id"])
    version = version_in_force(wiring.store(), program_id, event.at_ms, advocate_id)
    voice, go = voice_of(version, locale), f"{settings().public_url.rstrip('/')}/my/level"
    level, name = str(data.get("level", "")), str(data.get("milestone", ""))
    told = next((one for one in version.terms.milestones if one.milestone_id == name), None)
    gives = " ".join(_gives(version.terms, level, voice))
    worth = voice.money(told.reward_minor) if told and told.reward_minor else ""
    return {
        "go": go,
        "level": level,
        "level_gives": f"{level}: {gives}" if gives else "",
        "milestone": told.title if told else name,
        "milestone_gives": f"+ {worth}" if worth and event.reason == "rewarded" else "",
    }


def _levels(
    known: Recognition, terms: Terms, tally: Tally, now_ms: int, voice: Voice
) -> LevelsAnswer | None:
    tiers = terms.tiers
    if tiers is None:
        return None
    seen, total = looked(known, terms, tally, now_ms), tally.total(tiers, now_ms)
    above = [one for one in tiers.levels if one.at_least > total]
    ends_ms = period_end(tiers, now_ms)
    return LevelsAnswer(
        measure=tiers.measure,
        currency=terms.currency,
        total=total,
        level=seen.level,
        ends_at=None if ends_ms is None else rfc3339(ends_ms),
        next=NextLevel(name=above[0].name, missing=above[0].at_least - total) if above else None,
        levels=tuple(
            LevelAnswer(
                name=one.name,
                at_least=one.at_least,
                gives=_gives(terms, one.name, voice),
                held=one.name == seen.level,
            )
            for one in tiers.levels
        ),
        history=tuple(
            LevelChangeAnswer(
                at=rfc3339(one.at_ms),
                before=one.before,
                after=one.after,
                reason=one.reason,
                conversion_id=one.conversion_id or None,
            )
            for one in reversed(seen.changes)
        ),
    )


def has_some(terms: Terms) -> bool:
    """Whether a programme has levels or milestones at all."""
    return terms.tiers is not None or bool(terms.milestones)


def _gives(terms: Terms, level: str, voice: Voice) -> tuple[str, ...]:
    tiered = [one for one in terms.rules if isinstance(one.reward, TieredReward)]
    return tuple(said for one in tiered if (said := level_text(one, level, voice)))


def _milestones(
    known: Recognition, terms: Terms, tally: Tally, enrolment: Enrolment, now_ms: int
) -> tuple[MilestoneAnswer, ...]:
    reached = {one.milestone_id: one.at_ms for one in known.reached}
    return tuple(
        MilestoneAnswer(
            milestone_id=one.milestone_id,
            title=one.title,
            measure=one.measure,
            at_least=one.at_least,
            so_far=so_far(one, tally, enrolment.created_ms, now_ms),
            reward=_promised(one.reward_minor, terms.currency),
            reached_at=rfc3339(at) if (at := reached.get(one.milestone_id)) is not None else None,
        )
        for one in terms.milestones
    )


def _promised(amount_minor: int | None, currency: str) -> Money | None:
    return Money(amount_minor=amount_minor, currency=currency) if amount_minor else None


def add_recognised(api: "Api") -> None:
    """Register both routes."""
    api.route(
        "GET",
        "/v1/me/programs/<program_id>/recognition",
        roles={"advocate"},
        answer=RecognitionAnswer,
        query=LOCALE,
    )(read_mine)
    api.route(
        "GET",
        "/v1/advocates/<advocate_id>/enrolments/<program_id>/recognition",
        roles=READERS,
        answer=RecognitionAnswer,
        query=LOCALE,
    )(read_theirs)


def read_mine(call: Call) -> RecognitionAnswer:
    """One's level, what the next one takes, every change of it, and the milestones."""
    return _read(call, call.advocate_id)


def read_theirs(call: Call) -> RecognitionAnswer:
    """The same of an advocate, for staff."""
    return _read(call, call.path["advocate_id"])


def _read(call: Call, advocate_id: str) -> RecognitionAnswer:
    from goodword_aws.advocates import locale_of  # noqa: PLC0415 - workers do without its packages

    locale = call.query.get("locale") or locale_of(call.desk, advocate_id)
    return recognition_answer(call.desk, advocate_id, call.path["program_id"], spoken(locale))
