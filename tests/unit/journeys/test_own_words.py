"""Own words of a journey: what they may be, who says them, and what always stands beside them."""

from typing import Any

import pytest
from goodword.errors import InvalidInput
from goodword.journeys.own_words import OwnText
from goodword.journeys.refusing import refusals, warnings
from goodword.journeys.wording import ask_words, own_words
from pydantic import ValidationError

from tests.support.journeys import REFERENCE, House, terms
from tests.support.walks import BYE, Path

HELLO = {"subject": "A word from {brand}", "fact": "You did well with {brand}."}
ASK: dict[str, Any] = {"step": "ask", "name": "call", "motion": "reference", "template": "hello"}
REVIEW: dict[str, Any] = {
    **{"step": "ask", "name": "write", "motion": "review", "template": "hello"},
    **{"site": "g2", "profile": "acme"},
}
REWARD: dict[str, Any] = {"step": "reward", "name": "thanks", "of_ask": "write", "amount_minor": 5}


@pytest.fixture
def path() -> Path:
    return Path()


def spoken(*steps: dict[str, Any], **said: Any) -> Any:
    texts = said.pop("texts", None) or {"hello": {"en": {**HELLO, **said}, "de": HELLO}}
    goal = {"goal": {"motion": steps[0]["motion"]}} if steps else {}
    return terms(*(steps or (ASK,)), texts=texts, **goal)


def told(journey: Any) -> list[tuple[str, str]]:
    return [(one.field, one.kind) for one in refusals(journey)]


def test_own_words_are_published() -> None:
    assert told(spoken()) == []
    assert warnings(spoken()) == []


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Hello {name}", "no_such_place"),
        ("Hello {brand.__class__}", "no_such_place"),
        ("Hello {brand!r}", "no_such_place"),
        ("Hello {brand:>9}", "no_such_place"),
        ("Hello {}", "no_such_place"),
        ("Hello {", "no_such_place"),
        ("See https://evil.example/", "no_address"),
        ("See evil.com now", "no_address"),
        ("Write to me@acme", "no_address"),
        ("Give us five Stars", "reviews_only"),
        ("Schreib eine Bewertung", "reviews_only"),
    ],
)
def test_what_no_letter_says(said: str, kind: str) -> None:
    assert told(spoken(fact=said)) == [("texts.hello.en.fact", kind)]


@pytest.mark.parametrize(
    "said", ["It is so, e.g. here. Then go on", "{{so}}", "at this rate", "5.5"]
)
def test_what_is_none_of_that(said: str) -> None:
    assert told(spoken(fact=said)) == []


@pytest.mark.parametrize("said", ["", "  ", "a\nb", "a\u202eb", "x" * 601])
def test_a_text_is_one_line_that_says_something(said: str) -> None:
    with pytest.raises(ValidationError):
        OwnText(subject="a", fact=said)


def test_a_language_without_a_catalogue_is_refused() -> None:
    journey = spoken(texts={"hello": {"en": HELLO, "de": HELLO, "fr": HELLO}})
    assert told(journey) == [("texts.hello.fr", "no_such_language")]


def test_where_a_language_is_missing_the_words_that_ship_are_said() -> None:
    journey = spoken(texts={"hello": {"en": HELLO}})
    (found,) = warnings(journey)
    assert (found.field, found.kind, found.bounds) == (
        *("texts.hello", "words_that_ship"),
        (("known", "Deutsch"),),
    )


def test_words_that_nothing_says_are_a_mistyped_name() -> None:
    journey = spoken(texts={"helo": {"en": HELLO, "de": HELLO}})
    assert told(journey) == [("texts.helo", "said_by_nothing")]


def test_a_review_may_be_asked_for_in_own_words_beside_ours() -> None:
    assert told(spoken(REVIEW, fact="Write a review.")) == []
    own = OwnText(subject="Would you?", fact="Tell others of {brand}.", action="It helps.")
    given: dict[str, Any] = {"brand": "Acme", "site": None, "disclosure": "#ad"}
    said = ask_words("en").values("review", **given, own=own)
    shipped = ask_words("en").values("review", **given)
    assert said["ask_fact"] == "Tell others of Acme."
    assert said["ask_action"] == f"It helps. {shipped['ask_action']}"
    assert said["ask_reason"] == shipped["ask_reason"]
    other = ask_words("en").values("reference", **given, own=own)
    assert (other["ask_subject"], other["ask_action"]) == ("Would you?", "It helps.")


def test_without_an_own_action_ours_is_said() -> None:
    given: dict[str, Any] = {"brand": "Acme", "site": None, "disclosure": "#ad"}
    own = OwnText(subject="a", fact="b")
    for motion in ("review", "reference"):
        said = ask_words("de").values(motion, **given, own=own)
        assert said["ask_action"] == ask_words("de").values(motion, **given)["ask_action"]


@pytest.mark.parametrize("of", ["ask", "remind"])
def test_a_rewarded_review_is_asked_for_in_the_words_that_ship(of: str) -> None:
    remind = {"step": "remind", "name": "again", "of_ask": "write", "template": "hello"}
    ask = {**REVIEW, "template": "hello" if of == "ask" else "ours"}
    steps = (ask, remind, REWARD) if of == "remind" else (ask, REWARD)
    journey = spoken(*steps).but(trigger={"kind": "deal_won"})
    assert told(journey) == [("texts.hello", "review_words")]


def test_words_are_those_of_the_version_that_asked() -> None:
    house = House()
    made = house.published(spoken())
    text = own_words(house.store, made.journey_id, 1, "hello", "en-GB")
    assert text is not None
    assert text.subject == HELLO["subject"]
    assert own_words(house.store, made.journey_id, 1, "other", "en") is None
    assert own_words(house.store, made.journey_id, 1, "hello", "fr") is None
    assert own_words(house.store, made.journey_id, 0, "hello", "en") is None
    assert own_words(house.store, made.journey_id, 7, "hello", "en") is None


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("See evil\u200b.com now", "no_address"),
        ("See пример.рф now", "no_address"),
        ("See 1.2.3.4/login", "no_address"),
        ("Write a re\u200bview", "reviews_only"),
        ("Five s\u00adtars", "reviews_only"),
        ("Schreib eine Kundenbewertung", "reviews_only"),
        ("Bewertet ihr uns?", "reviews_only"),
        ("Find us at Trust-Pilot", "reviews_only"),
        ("Please rate us", "reviews_only"),
        ("Tell it \u2605\u2605\u2605", "reviews_only"),
        ("A five-star word", "reviews_only"),
        ("Write to ProvenExpert", "reviews_only"),
        ("\uff32eview us", "reviews_only"),
    ],
)
def test_what_is_looked_at_is_what_the_reader_sees(said: str, kind: str) -> None:
    assert told(spoken(fact=said)) == [("texts.hello.en.fact", kind)]


def test_nobody_is_moved_from_own_words_to_a_paid_review() -> None:
    path, won = Path(), {"trigger": {"kind": "deal_won"}, "goal": {"motion": "review"}}
    words = {"hello": {"en": HELLO}}
    free, paid = terms(REVIEW, texts=words, **won), terms(REVIEW, REWARD, **won)
    worded = path.publish_terms(free, "finish")
    with pytest.raises(InvalidInput) as refused:
        path.publish_terms(paid, "move", worded.journey_id)
    assert [one.kind for one in refused.value.fields] == ["review_words_moved"]
    for in_flight in ("finish", "move"):
        shipped = path.publish_terms(free.but(texts={}), "finish")
        path.publish_terms(paid, in_flight, shipped.journey_id)
    last = path.publish_terms(free, "finish")
    assert path.publish_terms(paid, "finish", last.journey_id).in_force == 2


def test_nobody_moves_to_a_step_that_asks_for_something_else(path: Path) -> None:
    rest = {"step": "wait", "name": "rest", "hours": 48}
    walk, ask = path.asked(rest, BYE)
    other = {**REFERENCE, "motion": "community"}
    changed = terms(other, rest, BYE, goal={"motion": "community"})
    path.publish_terms(changed, "move", walk.journey_id)
    path.later(hours=1)
    path.step(walk)
    assert path.now(walk).number == 1
    again = terms(REFERENCE, rest, BYE, cool_down_days=3)
    path.publish_terms(again, "move", walk.journey_id)
    path.later(hours=48)
    path.step(walk)
    assert (path.now(walk).number, ask.motion) == (3, "reference")


def test_a_journey_is_no_longer_than_what_can_be_remembered() -> None:
    long = {**HELLO, "fact": "x" * 600, "action": "y" * 600}
    texts = {f"t{n}": {"en": long, "de": long} for n in range(13)}
    house, steps = House(), [{**ASK, "name": f"s{n}", "template": f"t{n}"} for n in range(13)]
    with pytest.raises(InvalidInput) as refused:
        house.drafted(spoken(*steps, texts=texts))
    assert refused.value.code == "journey_too_long"
    house.drafted(spoken(*steps[:10], texts={f"t{n}": texts[f"t{n}"] for n in range(10)}))
