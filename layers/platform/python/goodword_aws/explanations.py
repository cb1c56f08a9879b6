"""Why something earned what it did, in words for its advocate; and the worked examples of terms.

The advocate gets sentences, never records, and only about conversions that concern them. Staff get
the records (`explanations_staff`).
"""

from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources

from goodword.conversions.listing import ConversionOfAdvocate, listing_key, unrewarded_page
from goodword.conversions.model import Conversion, conversion_key
from goodword.errors import NotFound
from goodword.events import Event, history_of
from goodword.languages import LANGUAGES
from goodword.limits import READ_KEYS_MAX
from goodword.paging import pages
from goodword.payouts.calendar import next_payout, payout_of
from goodword.ports import Desk, Page, Store
from goodword.programs.model import ProgramVersion, version_key
from goodword.records import Key, Value
from goodword.rewards.decision import Decision, decision_key, decisions_of, reward_id_of
from goodword.rewards.explain import (
    Sentence,
    Story,
    concerns,
    explain_conversion,
    explain_reward,
    why_nothing,
)
from goodword.rewards.explain_examples import Example, examples
from goodword.rewards.explain_lines import ExampleText, example_text
from goodword.rewards.explain_words import Speech, Voice
from goodword.rewards.model import Reward, reward_key
from goodword.times import rfc3339

from goodword_aws import wiring
from goodword_aws.earnings import words

LOCALES = tuple(LANGUAGES)


class MyExplanation(Value):
    """The answer to an advocate; `sentences` in reading order, `locale` is the one they are in."""

    conversion_id: str
    reward_id: str | None
    locale: str
    time_zone: str
    sentences: tuple[Sentence, ...]


class MyUnrewarded(Value):
    """A conversion that earned its advocate nothing, and why in a sentence."""

    conversion_id: str
    program_id: str
    action: str
    occurred_at: str
    reason: str


class ExamplesAnswer(Value):
    """Worked examples of one version: the amounts to compute with, and the lines to print."""

    program_id: str
    version_number: int
    currency: str
    locale: str
    amounts: tuple[Example, ...]
    texts: tuple[ExampleText, ...]


@cache
def speech(locale: str) -> Speech:
    """The words of explanations in a language of LOCALES."""
    folder = resources.files("goodword.rewards").joinpath("catalogue")
    return Speech.model_validate_json(folder.joinpath(f"explain.{locale}.json").read_text("utf-8"))


def spoken(locale: str) -> str:
    """The language of LOCALES for a locale: `de-AT` is `de`, one without a catalogue is `en`."""
    language = locale[:2].lower()
    return language if language in LOCALES else LOCALES[0]


def voice_of(version: ProgramVersion, locale: str) -> Voice:
    """How a reader of this locale is spoken to about money of the version."""
    terms, language = version.terms, spoken(locale)
    return Voice(words(language), speech(language), terms.currency, terms.payment.time_zone)


def read_story(store: Store, conversion_id: str, also: Reward | None = None) -> Story:
    """All records of a conversion; `also` is a reward that must be in it.

    Raises NotFound `unknown_conversion`, also if it was never decided.
    """
    found = store.get(Conversion, conversion_key(conversion_id))
    decisions = decisions_of(store, conversion_id)
    if found is None or not decisions:
        raise NotFound("unknown_conversion", "there is no such conversion")
    numbers = sorted({one.version_number for one in decisions})
    versions = store.get_many(ProgramVersion, [version_key(found.program_id, n) for n in numbers])
    rewards = {one.reward_id: one for one in _rewards(store, decisions)}
    if also is not None:
        rewards[also.reward_id] = also
    return Story(
        conversion=found,
        decisions=tuple(decisions),
        versions={one.number: one.in_currency(found.currency) for one in versions.values()},
        rewards=tuple(rewards.values()),
        events={one: events_of(store, one) for one in rewards},
    )


def my_reward(desk: Desk, advocate_id: str, reward_id: str, locale: str) -> MyExplanation:
    """Why one of the advocate's own rewards is what it is. NotFound `unknown_reward` otherwise."""
    reward = desk.store.get(Reward, reward_key(advocate_id, reward_id))
    if reward is None:
        raise NotFound("unknown_reward", "there is no such reward")
    story = read_story(desk.store, reward.conversion_id, reward)
    voice = voice_of(story.versions[reward.version_number], locale)
    sentences = explain_reward(story, reward, voice, next_payout_of(desk, story))
    return _mine(story, reward.reward_id, locale, voice, sentences)


def my_conversion(desk: Desk, advocate_id: str, conversion_id: str, locale: str) -> MyExplanation:
    """Why a conversion earned the advocate what it did, or nothing.

    NotFound `unknown_conversion` unless it was theirs once or stands in their list.
    """
    story = read_story(desk.store, conversion_id)
    listed = desk.store.get(ConversionOfAdvocate, listing_key(advocate_id, conversion_id))
    if listed is None and not concerns(story, advocate_id):
        raise NotFound("unknown_conversion", "there is no such conversion")
    voice = voice_of(story.versions[story.latest.version_number], locale)
    sentences = explain_conversion(story, advocate_id, voice, next_payout_of(desk, story))
    return _mine(story, None, locale, voice, sentences)


def my_unrewarded(
    desk: Desk, advocate_id: str, locale: str, limit: int, cursor: str | None
) -> Page[MyUnrewarded]:
    """One page of conversions that earned the advocate nothing, newest first.

    One that has earned something since, because later facts moved it, is left out.
    """
    store = desk.store
    page = unrewarded_page(store, advocate_id, limit, cursor)
    keys = [conversion_key(one.conversion_id) for one in page.rows]
    found = list(store.get_many(Conversion, keys).values()) if keys else []
    rest = [one for one in found if one.advocate_id != advocate_id or not one.reward_ids]
    wanted = {decision_key(one.conversion_id, one.decisions): one for one in rest}
    decisions = store.get_many(Decision, list(wanted)) if wanted else {}
    places = list(dict.fromkeys(_version_key(one) for one in decisions.values()))
    versions = store.get_many(ProgramVersion, places) if places else {}
    rows = []
    for key, conversion in wanted.items():
        decision = decisions[key]
        version = versions[_version_key(decision)].in_currency(decision.basis.currency)
        reason = why_nothing(decision, version, advocate_id, voice_of(version, locale))
        rows.append(_unrewarded(conversion, reason))
    return Page(rows, page.cursor)


def examples_answer(version: ProgramVersion, locale: str) -> ExamplesAnswer:
    """The examples of a version, for a terms page."""
    voice, made = voice_of(version, locale), examples(version)
    return ExamplesAnswer(
        program_id=version.program_id,
        version_number=version.number,
        currency=version.terms.currency,
        locale=spoken(locale),
        amounts=made,
        texts=tuple(example_text(one, version.terms, voice) for one in made),
    )


def _rewards(store: Store, decisions: Iterable[Decision]) -> Iterable[Reward]:
    """The rewards of every decision, of both sides: also those that a later one made void."""
    keys = [
        reward_key(owner, reward_id_of(one.basis, owner, line.rule_id))
        for one in decisions
        for owner, lines in ((one.advocate_id, one.lines), (one.basis.friend_id, one.friend_lines))
        if owner is not None
        for line in lines
        if line.earned_minor
    ]
    once = list(dict.fromkeys(keys))
    parts = (once[start : start + READ_KEYS_MAX] for start in range(0, len(once), READ_KEYS_MAX))
    return [one for part in parts for one in store.get_many(Reward, part).values()]


def events_of(store: Store, subject: str) -> Sequence[Event]:
    """The facts of a subject, oldest first; all of them, page by page."""
    place = history_of(subject)
    read = pages(lambda cursor: store.query(Event, "journal", place, cursor=cursor))
    return [event for rows in read for event in rows]


def next_payout_of(desk: Desk, story: Story) -> int:
    """When the programme pays these rewards, by the terms in force now."""
    now_ms = desk.clock.now_ms()
    version = wiring.shelf().version(story.conversion.program_id, now_ms)
    payment = version.terms.payment
    if not story.rewards:
        return next_payout(payment, now_ms)
    made_ms = max(one.created_ms for one in story.rewards)
    due_ms = max(one.hold_until_ms for one in story.rewards)
    return payout_of(payment, made_ms, due_ms, now_ms)


def _mine(
    story: Story, reward_id: str | None, locale: str, voice: Voice, said: tuple[Sentence, ...]
) -> MyExplanation:
    return MyExplanation(
        conversion_id=story.conversion.conversion_id,
        reward_id=reward_id,
        locale=spoken(locale),
        time_zone=voice.zone,
        sentences=said,
    )


def _version_key(decision: Decision) -> Key:
    return version_key(decision.program_id, decision.version_number)


def _unrewarded(found: Conversion, reason: str) -> MyUnrewarded:
    return MyUnrewarded(
        conversion_id=found.conversion_id,
        program_id=found.program_id,
        action=found.action,
        occurred_at=rfc3339(found.occurred_ms),
        reason=reason,
    )
