"""A journey as text to edit, and a draft's changes and mistakes in words, with their lines.

A journey is edited as YAML (JSON is read too). What is wrong is named by its line and its place.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from goodword.errors import FieldError, InvalidInput
from goodword.journeys.definition import Branch, HandOver, JourneyTerms, SignalCondition, Step, Wait
from goodword.journeys.differing import Changed, changes
from pydantic import ValidationError

from goodword_aws import documents
from goodword_aws.pages.view import View
from goodword_aws.problems import refused_body


def terms_of(text: str) -> JourneyTerms:
    """The journey of a text. Raises InvalidInput with the line and the place of each mistake."""
    raw = documents.as_json(text.encode())
    try:
        return JourneyTerms.model_validate_json(raw)
    except ValidationError as wrong:
        refused = refused_body(wrong, raw)
        raise InvalidInput(refused.code, refused.detail, with_lines(text, refused.fields)) from None


def with_lines(text: str, fields: Iterable[FieldError]) -> list[FieldError]:
    """Each mistake with the line of the text on which it stands."""
    return [
        one._replace(field=f"line {documents.line_of(text, one.field)}, {one.field}")
        for one in fields
    ]


def said_changes(
    view: View, before: JourneyTerms, after: JourneyTerms, currency: str
) -> Sequence[str]:
    """What differs, sentence by sentence."""
    return [_said(view, one, currency) for one in changes(before, after)]


def _said(view: View, one: Changed, currency: str) -> str:
    if one.what == "setting":
        name = view.text(f"journeys.set.{one.name}")
        was, will_be = plain(one.was), plain(one.will_be)
        return view.text("journeys.differs.setting", name=name, before=was, after=will_be)
    before = step_words(view, one.before, currency) if one.before else ""
    after = step_words(view, one.after, currency) if one.after else ""
    if one.what == "step_changed" and before == after:
        return view.text("journeys.differs.detail", name=one.name, step=after)
    return view.text(f"journeys.differs.{one.what}", name=one.name, before=before, after=after)


def step_words(view: View, step: Step, currency: str) -> str:
    """What a step does, in a sentence; amounts in the programme's currency."""
    given = step.model_dump()
    key = f"journeys.does.{step.step}"
    if isinstance(step, Branch):
        key = f"journeys.does.branch_{_asked_of(step)}"
        given["when"] = plain(step.when.model_dump(mode="json")) if step.when else ""
        if step.outcome is not None:
            late = "handover.late" if step.outcome == "late" else f"handover.outcome.{step.outcome}"
            given["outcome"] = view.text(late)
        if step.answered is not None:
            given["answered"] = view.text(f"journeys.answered.{step.answered}")
    elif isinstance(step, HandOver):
        key = f"journeys.does.hand_over{'_waits' if step.until_closed else ''}"
    if "motion" in given:
        given["motion"] = view.text(f"journeys.motion.{given['motion']}")
    if "amount_minor" in given:
        given["amount"] = view.reader.minor(given["amount_minor"], currency)
    if isinstance(step, Wait):
        whole = step.hours % 24 == 0
        key += "_days" if whole else ""
        given["n"] = step.hours // 24 if whole else step.hours
    given.pop("step")
    return view.text(key, **given)


def _asked_of(step: Branch) -> str:
    if step.when is not None:
        return "signal" if isinstance(step.when, SignalCondition) else "known"
    return "ask" if step.of_ask is not None else "handed"


def plain(value: Any) -> str:
    """A setting as text: `kind nps, low 9`; a dash where there is nothing."""
    if isinstance(value, dict):
        said = {name: each for name, each in value.items() if each is not None}
        return ", ".join(f"{name} {plain(each)}" for name, each in said.items())
    if isinstance(value, list):
        return "; ".join(plain(each) for each in value) or "-"
    return "-" if value is None or value == "" else str(value)
