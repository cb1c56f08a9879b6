"""A programme's first version from a guided form: its answer is the same document as the API's.

The form asks what nearly every programme needs; the next page shows the whole document in words, in
examples and as text to be changed, and only then is anything made. What is wrong is named by its
path in the document, beside the field that stands for it.
"""

import json
from typing import Annotated, Literal, get_args

from goodword.errors import FieldError, InvalidInput
from goodword.money import CURRENCIES
from goodword.programs.model import ProgramVersion, Terms, url_host
from goodword.programs.payment import RailName
from goodword.programs.service import Programs
from pydantic import Field, StringConstraints, ValidationError

from goodword_aws import documents
from goodword_aws.explanations import examples_answer
from goodword_aws.forms import Rationale
from goodword_aws.pages.console import WRITERS, rules
from goodword_aws.pages.console.typed import Typed, Whole, basis_points_of, minor_of
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View
from goodword_aws.problems import refused_body

NEW = "/console/rules/new"
TERMS_MAX = 60_000  # characters of terms in a form, as for drafts
Words = Annotated[str, StringConstraints(max_length=300)]


class Guide(Form):
    """What is asked; names are those of the document's places."""

    name: Words
    brand: Words
    currency: Words
    kind: Literal["percentage", "flat"]
    reward: Typed
    sign_up: Typed = ""
    caps: Typed = ""
    hold_days: Whole
    enrolment: Literal["open", "approval", "invite_only"]
    default_url: Annotated[str, StringConstraints(max_length=2_048)]
    window_days: Whole
    auto_approve_limit_minor: Typed
    cadence: Literal["monthly", "weekly", "daily"]
    minimum_minor: Typed = ""
    time_zone: Words
    rail: RailName
    disclosure: Words


class Made(Form):
    """The document as it was looked at, and why it is as it is."""

    terms: Annotated[str, Field(max_length=TERMS_MAX)]
    rationale: Rationale


def add_beginning(site: Site) -> None:
    """Register the pages; before those of a programme, whose ids never read `new`."""
    site.page("GET", NEW, roles=WRITERS)(_guide)
    site.page("POST", NEW, roles=WRITERS, again=_guide)(_look)
    site.page("POST", f"{NEW}/create", roles=WRITERS, again=_document)(_create)


def _guide(view: View) -> Answer:
    data = {"rails": get_args(RailName), "zone": view.reader.zone}
    return Sheet("console/rules_new.html", data)


def _look(view: View) -> Answer:
    """The document, made by nobody yet: nothing is stored."""
    terms = terms_of(view.fields(Guide), view.reader.thousands)
    version = ProgramVersion(
        program_id="prg_new",
        number=1,
        terms=terms,
        author="",
        rationale="",
        created_ms=0,
        effective_ms=0,
    )
    data = {
        "words": rules.in_words(version, view.reader.locale),
        "examples": examples_answer(version, view.reader.locale).texts,
        "text": documents.text_of(terms),
    }
    return Sheet("console/rules_new_look.html", data)


def _document(_: View) -> Answer:
    return Sheet("console/rules_new_look.html", {"words": (), "examples": (), "text": ""})


def _create(view: View) -> Answer:
    said = view.fields(Made)
    made = Programs(view.desk).create(
        rules.terms_of(said.terms),
        said.rationale,
        lambda one: view.claim(f"/console/rules/{one.program_id}"),
    )
    return Go(f"/console/rules/{made.program_id}", "note.program_made")


def terms_of(said: Guide, thousands: str) -> Terms:
    """The terms that the answers stand for. Raises InvalidInput with paths of the document."""
    if said.currency not in CURRENCIES:
        raise _wrong("currency", "is not an ISO 4217 currency", "no_currency")
    if (host := url_host(said.default_url)) is None:
        raise _wrong("destination.default_url", "is not a plain https address", "no_https")
    raw = json.dumps(_document_of(said, host, thousands)).encode()
    try:
        return Terms.model_validate_json(raw)
    except ValidationError as wrong:
        raise refused_body(wrong, raw) from None


def _document_of(said: Guide, host: str, thousands: str) -> dict[str, object]:
    def minor(text: str, path: str) -> int:
        return minor_of(text, said.currency, path, thousands)

    earned: dict[str, object] = {"kind": "flat"}
    if said.kind == "percentage":
        points = basis_points_of(said.reward, "rules.0.reward")
        earned = {"kind": "percentage", "basis_points": points}
    else:
        earned["amount_minor"] = minor(said.reward, "rules.0.reward")
    offers: list[object] = [{"rule_id": "sale", "action": "sale", "reward": earned}]
    if said.sign_up:
        flat = {"kind": "flat", "amount_minor": minor(said.sign_up, "rules.1.sign_up")}
        offers.append({"rule_id": "lead", "action": "lead", "reward": flat})
    limit = minor(said.auto_approve_limit_minor, "review.auto_approve_limit_minor")
    least = minor(said.minimum_minor or "0", "payment.minimum_minor")
    return {
        "name": said.name,
        "brand": said.brand,
        "currency": said.currency,
        "rules": offers,
        "caps": [{"amount_minor": minor(said.caps, "caps.0")}] if said.caps else [],
        "hold_days": said.hold_days,
        "enrolment": said.enrolment,
        "destination": {
            "hosts": [host],
            "default_url": said.default_url,
            "fallback_url": said.default_url,
        },
        "attribution": {"window_days": said.window_days},
        "review": {"auto_approve_limit_minor": limit},
        "payment": {
            "cadence": said.cadence,
            "minimum_minor": least,
            "time_zone": said.time_zone,
            "rail": said.rail,
        },
        "disclosure": said.disclosure,
    }


def _wrong(path: str, message: str, kind: str) -> InvalidInput:
    wrong = FieldError(path, message, kind)
    return InvalidInput("invalid_body", "the terms cannot be accepted", [wrong])
