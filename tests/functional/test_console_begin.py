"""A programme from the guided form: the document of the API, seen before anything is made."""

from collections.abc import Iterator

import pytest
from goodword.programs.model import Program, ProgramVersion

from tests.support.api import ADMIN, MARKETER, STAFF
from tests.support.pages import Pages, Shown, pages

HOSTILE = '<script>alert("x")</script>{{ 7 * 7 }}'
NEW = "/console/rules/new"
ANSWERS = {
    "name": f"Friends {HOSTILE}",
    "brand": "Acme",
    "reward": "7,5",
    "sign_up": "2",
    "caps": "100",
    "default_url": "https://shop.example/",
    "auto_approve_limit_minor": "20.00",
}


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        yield made


def asked(here: Pages, **changes: str) -> Shown:
    mara = here.browser(MARKETER)
    return mara.send(mara.get(NEW), NEW, **(ANSWERS | changes))


def test_the_form_becomes_the_document_and_the_document_the_programme(here: Pages) -> None:
    mara = here.browser(MARKETER)
    seen = mara.send(mara.get(NEW), NEW, **ANSWERS)
    assert seen.status == 200
    assert "7.5" in seen.words
    assert "basis_points: 750" in seen.html
    assert "<script>alert" not in seen.html
    assert here.town.all(Program) == []
    form = seen.fields(f"{NEW}/create")
    form["terms"] = form["terms"].replace("hold_days: 14", "hold_days: 21")
    made = mara.ask("POST", f"{NEW}/create", form=form | {"rationale": "the first one"})
    (program,) = here.town.all(Program)
    assert (made.status, made.location) == (303, f"/console/rules/{program.program_id}")
    (version,) = here.town.all(ProgramVersion)
    terms = version.terms
    assert (terms.hold_days, terms.caps[0].amount_minor, len(terms.rules)) == (21, 10_000, 2)
    assert (version.author, version.rationale) == ("sub-mara", "the first one")
    again = mara.ask("POST", f"{NEW}/create", form=form | {"rationale": "the first one"})
    assert again.location == made.location
    assert len(here.town.all(Program)) == 1
    assert len(here.town.events("program.created")) == 1


def test_a_fixed_amount_and_nothing_more(here: Pages) -> None:
    seen = asked(here, kind="flat", reward="5", sign_up="", caps="", minimum_minor="10")
    assert seen.status == 200
    assert "amount_minor: 500" in seen.html
    assert "minimum_minor: 1000" in seen.html


@pytest.mark.parametrize(
    ("field", "said", "path"),
    [
        ("currency", "ZZZ", "Currency"),
        ("default_url", "http://shop.example/", "Where links lead"),
        ("default_url", HOSTILE, "Where links lead"),
        ("reward", "many", "How much (rules.0.reward): "),
        ("reward", "7.125", "at most two decimals"),
        ("sign_up", "0.125", "EUR has 2 decimals"),
        ("sign_up", "-1", "rules.1.sign_up"),
        ("caps", "x", "caps.0"),
        ("hold_days", "400", "Days until a reward is certain: "),
        ("window_days", "9999", "Days in which a click counts: "),
        ("minimum_minor", "x", "Paid from this amount on: "),
        ("name", "", "Name"),
        ("disclosure", "x", "Saying that"),
    ],
)
def test_what_is_wrong_is_named_by_its_path_beside_its_field(
    here: Pages, field: str, said: str, path: str
) -> None:
    refused = asked(here, **{field: said})
    assert refused.status == 422
    assert path in refused.words
    assert f'id="w-{field}"' in refused.html
    assert "<script>alert" not in refused.html


def test_a_wrong_document_is_shown_again_with_its_places(here: Pages) -> None:
    mara = here.browser(MARKETER)
    seen = mara.send(mara.get(NEW), NEW, **ANSWERS)
    form = seen.fields(f"{NEW}/create") | {"rationale": "the first one"}
    form["terms"] = form["terms"].replace("hold_days: 14", "hold_days: many")
    refused = mara.ask("POST", f"{NEW}/create", form=form)
    assert refused.status == 422
    assert "hold_days" in refused.words
    assert "hold_days: many" in refused.html
    assert here.town.all(Program) == []


def test_only_who_writes_rules_makes_a_programme(here: Pages) -> None:
    for who in STAFF:
        may = who in (MARKETER, ADMIN)
        browser = here.browser(who)
        assert browser.get(NEW).status == (200 if may else 403), who.subject
        assert (NEW in browser.get("/console/rules").html) == may, who.subject
        if not may:
            form = browser.get("/console/rules").fields("/auth/sign-out")
            assert browser.ask("POST", f"{NEW}/create", form=form).status == 403
