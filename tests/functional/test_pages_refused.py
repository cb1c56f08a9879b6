"""What was wrong with a form is told beside it and beside no other, and what was chosen stays."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from goodword.advocates.model import Enrolment
from goodword.payouts.model import Payout
from goodword.ports import Change
from goodword.programs.payment import Payment, RailName

from tests.support.api import ANNA as ANNA_IS
from tests.support.api import FINANCE, MARKETER
from tests.support.filling import forms_of, sent
from tests.support.pages import Browser, Pages, Shown, pages, signing_in
from tests.support.people import ANNA
from tests.support.treasury import treasury

MARKED = 'aria-invalid="true"'


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        yield made


def of_two_programmes(here: Pages) -> tuple[str, str]:
    """Anna's page, and the second of the two programmes that it shows."""
    for name in ("One", "Two"):
        anna: Enrolment = here.town.joined(here.town.program(brand=name).program_id, ANNA)
    return f"/console/advocates/{anna.advocate_id}", anna.program_id


def refused(browser: Browser, path: str, action: str, **form: str) -> tuple[Shown, list[str]]:
    """The page that came back, and the forms of it that stand open or are marked wrong."""
    sent = browser.get(path).fields(f"{path}/{action}") | form
    page = browser.ask("POST", f"{path}/{action}", form=sent)
    assert page.status == 422, page.words
    forms = re.findall(r"(?:<details[^>]*><summary>[^<]*</summary>)?<form method=.*?</form>",
                       page.html, re.DOTALL)  # fmt: skip
    return page, [one for one in forms if MARKED in one or re.match(r"<details[^>]* open", one)]


@pytest.mark.parametrize(
    ("action", "form", "kept"),
    [
        (
            "flag",
            {"flag": "beta", "to": "off", "reason": "No Code"},
            ["No Code", '"beta" selected'],
        ),
        ("segment", {"segment": "gold", "to": "off", "reason": "No"}, ["gold", '"off" selected']),
        ("move", {"state": "paused", "reason": "No Code"}, ["No Code", '"paused" selected']),
    ],
)
def test_one_refused_form_marks_and_opens_itself_alone(
    here: Pages, action: str, form: dict[str, str], kept: list[str]
) -> None:
    path, second = of_two_programmes(here)
    page, forms = refused(here.browser(MARKETER), path, action, program_id=second, **form)
    assert len(forms) == 1
    assert f'action="{path}/{action}"' in forms[0]
    assert f'value="{second}"' in forms[0]
    assert MARKED in forms[0]
    assert [one for one in kept if one not in forms[0]] == []
    assert page.html.count(MARKED) == 1


@pytest.mark.parametrize("action", ["look", "hold", "ban", "exempt"])
def test_a_reason_that_is_missing_is_told_where_it_is_missing(here: Pages, action: str) -> None:
    path, _ = of_two_programmes(here)
    _, forms = refused(here.browser(FINANCE), path, action, reason_code="")
    assert len(forms) == 1
    assert f'action="{path}/{action}"' in forms[0]
    choice = forms[0].partition('name="reason_code"')[2].partition(">")[0]
    assert MARKED in choice
    assert 'aria-describedby="w-' in choice
    assert 'class="wrong"' in forms[0].partition("</select>")[2].partition("</div>")[0]


def test_what_became_of_a_payment_is_not_chosen_twice(tmp_path: Path) -> None:
    with treasury(tmp_path) as (world, _rail), signing_in() as pool:
        world.due(5_000)
        world.sample("payouts_schedule", "tick")
        (payout,) = world.all(Payout)
        change = Change()
        change.replace(payout.but(state="sent"))
        world.desk().store.commit(change)
        fay = Pages(world, pool=pool).browser(FINANCE)  # type: ignore[arg-type]  # any world
        path = f"/console/payouts/{payout.payout_id}"
        page, forms = refused(
            fay, path, "confirm", outcome="failed", reference="x" * 200, reason_code="other"
        )
        assert len(forms) == 1
        assert '"failed" selected' in forms[0]
        assert '"other" selected' in forms[0]
        assert page.html.count(MARKED) == 1


@pytest.mark.parametrize(("rail", "name"), [("paypal", "email"), ("tremendous", "email")])
def test_of_several_ways_of_being_paid_only_the_one_that_was_sent_is_wrong(
    here: Pages, rail: RailName, name: str
) -> None:
    ways: tuple[tuple[str, RailName], ...] = (("Pal", "paypal"), ("Gifts", "tremendous"))
    for brand, way in ways:
        program = here.town.program(brand=brand, payment=Payment(rail=way))
        here.town.joined(program.program_id, ANNA)
    anna, place = here.browser(ANNA_IS), "/my/payouts/method"
    forms = {one.own["rail"]: one for one in forms_of(anna.get(place).html) if one.action == place}
    said = {"country": "DE"} | ({"name": "Anna"} if rail == "tremendous" else {})
    page = anna.ask("POST", place, form=sent(forms[rail], said | {name: "nonsense"}))
    assert page.status == 422
    again = {one.own["rail"]: one for one in forms_of(page.html) if one.action == place}
    mine = again.pop(rail).controls[name]
    assert (mine.invalid, mine.value) == (True, "nonsense")
    ((_, other),) = again.items()
    assert (other.controls[name].invalid, other.controls[name].value) == (False, "")
    assert page.html.count('role="alert"') == 1
    assert f'<a href="#f-{rail}-{name}">' in page.html
