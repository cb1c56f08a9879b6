"""What a journey may not be: every rule that its document breaks, with the place of the break."""

import re
from collections.abc import Iterator, Sequence

from goodword.errors import FieldError
from goodword.journeys.definition import (
    Ask,
    Branch,
    Condition,
    Flag,
    HandOver,
    JourneyTerms,
    Remind,
    Reward,
    SignalCondition,
    Step,
)
from goodword.journeys.gating import NONE, Names, gating, pays
from goodword.journeys.own_words import about_reviews, spoken_in_part, wrong_texts
from goodword.journeys.reviewing import FORMS, lacking, review_link
from goodword.journeys.signal import as_word

# In the name of a template each of these says that it is about a public review.
REVIEW_WORDS = frozenset({*FORMS, "review", "reviews", "rating", "ratings", "rate", "stars"})


def refusals(terms: JourneyTerms, milestones: Names = NONE) -> list[FieldError]:
    """Every rule that the document breaks, in its order; none means that it may be published.

    `milestones` are the ids of those in the programme's own terms.
    """
    found = [*_broken_names(terms.steps), *_broken_order(terms.steps), *_no_forms(terms.steps)]
    found += [*_disguised(terms), *_unheard(terms)]
    if terms.reach == "customers":
        found += _out_of_reach(terms)
    sound = not found
    if sound:
        found += gating(terms, milestones)
    found += [
        *_unlinked(terms.steps),
        *_reminded_twice(terms.steps),
        *_worded(terms, paid=sound and pays(terms)),
    ]
    if not any(isinstance(one, Ask) and one.motion == terms.goal.motion for one in terms.steps):
        found.append(
            FieldError("goal.motion", "no step asks for what the journey is for", "goal_not_asked")
        )
    return found


def warnings(terms: JourneyTerms) -> list[FieldError]:
    """What may be published, and does less than it could: requests that lead to no form."""
    stopped = {one.field for one in _unlinked(terms.steps)}
    found: list[FieldError] = [*spoken_in_part(terms.texts)]
    for place, one in _reviews(terms.steps):
        lack = lacking(one.site, one.profile)
        if lack == "profile" and f"steps.{place}.profile" not in stopped:
            found.append(_no_link(place, one))
        elif lack == "form":
            known = ", ".join(FORMS)
            message = f"no_review_link: no form of it is known, so no link is made ({known})"
            bounds = (("known", known),)
            found.append(FieldError(f"steps.{place}.site", message, "no_review_form", bounds))
    return found


def _reviews(steps: Sequence[Step]) -> list[tuple[int, Ask]]:
    return [(place, one) for place, one in enumerate(steps) if isinstance(one, Ask) and one.public]


def _unlinked(steps: Sequence[Step]) -> Iterator[FieldError]:
    """Each profile that is missing, where no request of the journey could lead to a form."""
    reviews = _reviews(steps)
    if any(lacking(one.site, one.profile) is None for _, one in reviews):
        return
    for place, one in reviews:
        if lacking(one.site, one.profile) == "profile" and one.profile is None:
            yield _no_link(place, one)


def _no_link(place: int, ask: Ask) -> FieldError:
    message = f"no_review_link: say what the company is called on {ask.site}, or no link is made"
    bounds = (("site", ask.site or ""),)
    return FieldError(f"steps.{place}.profile", message, "no_review_link", bounds)


def _broken_names(steps: Sequence[Step]) -> Iterator[FieldError]:
    seen: set[str] = set()
    for place, one in enumerate(steps):
        if one.name in seen:
            yield FieldError(f"steps.{place}.name", "is the name of another step", "name_twice")
        seen.add(one.name)


def _broken_order(steps: Sequence[Step]) -> Iterator[FieldError]:
    """Branches go forward, and what is about an ask comes after it."""
    places = {one.name: place for place, one in enumerate(steps)}
    for place, one in enumerate(steps):
        if isinstance(one, Branch) and places.get(one.then, -1) <= place:
            yield FieldError(f"steps.{place}.then", "must be a later step", "later_step")
        if isinstance(one, Branch) and one.of_hand_over is not None:
            at = places.get(one.of_hand_over)
            handed = steps[at] if at is not None and at < place else None
            if not isinstance(handed, HandOver) or not handed.until_closed:
                message = "must be an earlier hand_over that is waited for (until_closed)"
                yield FieldError(f"steps.{place}.of_hand_over", message, "handed_before")
        asked = one.of_ask if isinstance(one, Remind | Branch | Reward | Flag) else None
        if asked is None:
            continue
        at = places.get(asked)
        if at is None or at >= place or not isinstance(steps[at], Ask):
            yield FieldError(
                f"steps.{place}.of_ask", "must be an earlier step that asks", "earlier_ask"
            )
            continue
        asks = steps[at]
        if isinstance(one, Reward) and isinstance(asks, Ask) and asks.motion == "feedback":
            yield FieldError(
                f"steps.{place}.of_ask", "nothing is given for feedback", "for_feedback"
            )


def _unheard(terms: JourneyTerms) -> Iterator[FieldError]:
    """Each word that no signal can have: whoever waits for it waits for ever."""
    asked: list[tuple[str, Condition]] = [("trigger", terms.trigger.as_condition())]
    asked += [(f"entry.{place}", one) for place, one in enumerate(terms.entry)]
    for place, one in enumerate(terms.steps):
        if isinstance(one, Branch) and one.when is not None:
            asked.append((f"steps.{place}.when", one.when))
    for where, said in asked:
        if isinstance(said, SignalCondition) and said.word is not None and not as_word(said.word):
            message = "no signal can have this word: letters or digits, and . _ - between them"
            yield FieldError(f"{where}.word", message, "no_such_word")


def _reminded_twice(steps: Sequence[Step]) -> Iterator[FieldError]:
    """An ask is said once more at most, whatever way a walk takes: no cap counts reminders."""
    seen: set[str] = set()
    for place, one in enumerate(steps):
        if isinstance(one, Remind) and one.of_ask in seen:
            message = "another step reminds of it already; an ask has one reminder"
            yield FieldError(f"steps.{place}.of_ask", message, "reminded_twice")
        elif isinstance(one, Remind):
            seen.add(one.of_ask)


def _no_forms(steps: Sequence[Step]) -> Iterator[FieldError]:
    """A company's name on a site whose form is not known, or where nothing is written."""
    for place, one in enumerate(steps):
        if not isinstance(one, Ask):
            continue
        if not one.public:
            given = (("profile", one.profile), ("site", one.site))
            named = next((name for name, value in given if value is not None), None)
            if named is not None:  # a public review, asked for as something else
                yield FieldError(f"steps.{place}.{named}", "is for reviews only", "reviews_only")
        elif one.profile is not None and review_link(one.site, one.profile) is None:
            known = ", ".join(FORMS)
            message = f"needs a site whose form is known: {known}"
            yield FieldError(f"steps.{place}.profile", message, "no_form", (("known", known),))


def _disguised(terms: JourneyTerms) -> Iterator[FieldError]:
    """Words about a review for a request of another kind: a public review by another name."""
    for place, one, ask in terms.requests():
        named = any(part in REVIEW_WORDS for part in re.split("[_-]", one.template))
        if named and not ask.public:
            yield FieldError(f"steps.{place}.template", "is for reviews only", "reviews_only")


def worded_movers(earlier: Sequence[JourneyTerms], terms: JourneyTerms) -> Iterator[FieldError]:
    """What moves to a paid review those who were, or would be, asked for it in own words."""
    if not pays(terms):
        return
    for number, before in enumerate(earlier, start=1):
        said = _said_for(before)
        if any(one.public for name in before.texts for one in said.get(name, [])):
            message = f"version {number} asks for the review in own words (16 CFR 465.4)"
            yield FieldError("in_flight", message, "review_words_moved", (("number", str(number)),))
            return


def _said_for(terms: JourneyTerms) -> dict[str, list[Ask]]:
    """By the name of a template the asks that it, or a reminder of it, is of."""
    said: dict[str, list[Ask]] = {}
    for _, one, ask in terms.requests():
        said.setdefault(one.template, []).append(ask)
    return said


def _worded(terms: JourneyTerms, *, paid: bool) -> Iterator[FieldError]:
    """Own words that nothing says, that say too much, or that a paid review is asked for in."""
    said = _said_for(terms)
    for name, spoken in terms.texts.items():
        of = said.get(name, [])
        if not of:
            message = "no request and no reminder has a template of this name"
            yield FieldError(f"texts.{name}", message, "said_by_nothing")
        if paid and any(one.public for one in of):
            message = "a review that is rewarded is asked for in the words that ship (16 CFR 465.4)"
            yield FieldError(f"texts.{name}", message, "review_words")
        for language, text in spoken.items():
            part = about_reviews(text)
            if part and not all(one.public for one in of):
                at = f"texts.{name}.{language}.{part}"
                yield FieldError(at, "is for reviews only", "reviews_only")
    yield from wrong_texts(terms.texts)


def _out_of_reach(terms: JourneyTerms) -> Iterator[FieldError]:
    """What cannot be had of, or given to, somebody who does not take part."""
    if "webhook" not in terms.channels:
        yield FieldError(
            "reach",
            "customers are asked by the webhook: no address is known of them",
            "customers_by_webhook",
        )
    for place, one in enumerate(terms.steps):
        if isinstance(one, Ask) and one.motion == "story":
            yield FieldError(
                f"steps.{place}.motion",
                "a story is told by whoever takes part",
                "story_of_customers",
            )
        if isinstance(one, Reward):
            yield FieldError(
                f"steps.{place}",
                "only whoever takes part can earn something",
                "reward_of_customers",
            )
        if isinstance(one, Flag):
            message = "only whoever takes part can be put into a segment"
            yield FieldError(f"steps.{place}", message, "flag_of_customers")
