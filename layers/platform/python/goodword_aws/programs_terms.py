"""The terms of one advocate: what holds now, what is coming, both with worked examples.

Nothing here has to be confirmed: an acknowledgement is kept if somebody gives one, and money that
has been earned never waits for it.
"""

from collections.abc import Mapping

from goodword.events import Event
from goodword.ports import Desk
from goodword.programs.announcement import Acknowledgement, acknowledgement_key
from goodword.programs.effective import read_versions
from goodword.programs.life import coming
from goodword.programs.model import ProgramVersion, version_at, version_key
from goodword.programs.wording import rules_in_words
from goodword.records import Value
from goodword.rewards.explain_examples import examples
from goodword.rewards.explain_lines import ExampleText, example_text
from goodword.times import rfc3339
from pydantic import Field

from goodword_aws import wiring
from goodword_aws.advocates_offer import OfferAnswer, offer_answer
from goodword_aws.explanations import spoken, voice_of
from goodword_aws.programs_drafts import change_words, said_changes


class Acknowledge(Value):
    """The number of a version that one has read."""

    version: int = Field(ge=1)


class TermsAnswer(Value):
    """One version for one advocate. `changes` say what is different from what holds now."""

    version_number: int
    holds_from: str
    offer: OfferAnswer
    in_words: str
    changes: tuple[str, ...]
    examples: tuple[ExampleText, ...]
    acknowledged_at: str | None


class MyTermsAnswer(Value):
    """What holds now, and each change of it that is known, soonest first."""

    program_id: str
    locale: str
    time_zone: str
    current: TermsAnswer
    coming: tuple[TermsAnswer, ...]


def my_terms(desk: Desk, program_id: str, advocate_id: str | None, locale: str) -> MyTermsAnswer:
    """The terms of one advocate; of whoever has not joined, those that hold for everybody."""
    versions, now_ms = read_versions(desk.store, program_id), desk.clock.now_ms()
    now = version_at(versions, now_ms, advocate_id)
    after = coming(versions, now_ms, advocate_id)
    numbers = [now.number, *(one.version.number for one in after)]
    said = _acknowledged(desk, program_id, advocate_id, numbers)
    return MyTermsAnswer(
        program_id=program_id,
        locale=spoken(locale),
        time_zone=now.terms.payment.time_zone,
        current=_terms(now, now, now.effective_ms, locale, said),
        coming=tuple(_terms(one.version, now, one.at_ms, locale, said) for one in after),
    )


def change_values(event: Event, locale: str) -> Mapping[str, str]:
    """What a letter about a change of terms says, in the reader's language; else nothing."""
    if not event.type.startswith("program.change_"):
        return {}
    program_id, data = str(event.data["program_id"]), event.data
    keys = [version_key(program_id, int(str(data[side]))) for side in ("before", "after")]
    found = wiring.store().get_many(ProgramVersion, keys)
    before, after = (found[key] for key in keys)
    voice, words = voice_of(after, locale), change_words(spoken(locale))
    effective_ms = int(str(data["effective_ms"]))
    changes = said_changes(before, after.terms, locale, for_advocate=True)
    return {
        "effective": f"{voice.moment(effective_ms)} ({voice.zone})",
        "effective_day": voice.day(effective_ms),
        "changes": " ".join(changes) or words.nothing,
        "terms": rules_in_words(after.terms, voice, words),
    }


def _acknowledged(
    desk: Desk, program_id: str, advocate_id: str | None, numbers: list[int]
) -> Mapping[int, int]:
    """When the advocate has read which of the versions."""
    if advocate_id is None:
        return {}
    keys = [acknowledgement_key(program_id, one, advocate_id) for one in dict.fromkeys(numbers)]
    found = desk.store.get_many(Acknowledgement, keys)
    return {one.number: one.at_ms for one in found.values()}


def _terms(
    version: ProgramVersion,
    now: ProgramVersion,
    from_ms: int,
    locale: str,
    said: Mapping[int, int],
) -> TermsAnswer:
    voice, at_ms = voice_of(version, locale), said.get(version.number)
    return TermsAnswer(
        version_number=version.number,
        holds_from=rfc3339(from_ms),
        offer=offer_answer(version),
        in_words=rules_in_words(version.terms, voice, change_words(spoken(locale))),
        changes=said_changes(now, version.terms, locale, for_advocate=True),
        examples=tuple(example_text(one, version.terms, voice) for one in examples(version)),
        acknowledged_at=None if at_ms is None else rfc3339(at_ms),
    )
