"""A refused form keeps all that was typed, ticked and chosen, and stands on its own page.

Every form that can be reached in these worlds is filled in anew, and one field after another is put
wrong; whatever the answer is, the same form stands on it with everything else as it was filled, and
the reason beside what was wrong.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from goodword.journeys.signal import Subject
from goodword.payouts.model import Payout

from tests.functional import test_pages_hostile as older
from tests.functional import test_pages_hostile_newer as newer
from tests.functional.test_console_references import kept, opened
from tests.functional.test_console_runs import FRED, RUN, share
from tests.functional.test_hand_overs import handed, quiet
from tests.functional.test_journeys_api import hear, note
from tests.support.api import ADMIN, ANNA, FINANCE, MARKETER, Caller, front
from tests.support.asking import asking_pages
from tests.support.filling import Control, Form, forms_of, same_form, sent
from tests.support.pages import Browser, Pages, Shown, pages, signing_in
from tests.support.references import said
from tests.support.scene import BEN, MAYA
from tests.support.treasury import treasury
from tests.support.walks import Path as Walks
from tests.unit.journeys.test_storytelling import Desk

Readers = tuple[tuple[Caller, *tuple[str, ...]], ...]
STAFF: Readers = ((MARKETER, "/console"), (FINANCE, "/console"), (ADMIN, "/console"))
World = Callable[[Path], AbstractContextManager[tuple[Pages, Readers]]]


@contextmanager
def first_pages(_: Path) -> Iterator[tuple[Pages, Readers]]:
    """A programme, an order on hold, a dispute, a draft of its rules, a source."""
    with pages() as made:
        older.written(made, "Words")
        made.town.program(brand="Second")
        yield made, ((ANNA, "/my"), *STAFF)


@contextmanager
def newer_pages(_: Path) -> Iterator[tuple[Pages, Readers]]:
    """A story, an introduction, a journey, levels."""
    path = Desk()
    with asking_pages(path) as made:
        newer.written(path, "Words")
        yield made, ((ANNA, "/my"), *STAFF)


@contextmanager
def references(_: Path) -> Iterator[tuple[Pages, Readers]]:
    """Somebody who can be a reference, and a call."""
    with front() as found, signing_in() as pool:
        hear(found)
        note(found, 9, {"kind": "case_resolved", "about": "c-1"}, found.town.clock.at_ms + 1)
        note(found, 10, {"kind": "result", "value": 40}, found.town.clock.at_ms + 1)
        found.town.clock.advance(1_000)
        (person,) = found.town.all(Subject)
        said(found.town, person.subject_id)
        made = Pages(found.town, pool=pool)
        marta = made.browser(MARKETER)
        path = opened(marta)
        kept(marta, path)
        marta.send(marta.get(path), f"{path}/calls")
        yield made, ((MARKETER, "/console/references", path),)


@contextmanager
def handed_over(_: Path) -> Iterator[tuple[Pages, Readers]]:
    """What a journey left to support, taken by marketing."""
    path = Walks()
    with pytest.MonkeyPatch.context() as patch, asking_pages(path) as made:
        quiet(path, patch)
        place = f"/console/hand-overs/{handed(path)}"
        marta = made.browser(MARKETER)
        marta.send(marta.get(place), f"{place}/take")
        yield made, ((MARKETER, place),)


@contextmanager
def listed(tmp: Path) -> Iterator[tuple[Pages, Readers]]:
    """A run with findings that nobody has looked at."""
    with treasury(tmp) as (world, _), signing_in() as pool:
        world.due(123_456)
        world.due(2_000, BEN)
        share(world)
        world.sample("payouts_schedule", "tick")
        yield Pages(world, pool=pool), ((FINANCE, RUN),)  # type: ignore[arg-type]  # any world


@contextmanager
def by_hand(tmp: Path) -> Iterator[tuple[Pages, Readers]]:
    """A run that people pay by hand, and one of its payments; before it another that is over."""
    with treasury(tmp, rail="csv") as (world, _), signing_in() as pool:
        for who, amount in ((MAYA, 123_456), (BEN, 2_000)):
            world.pay_to(who, rail="csv")
            world.due(amount, who)
        house = Pages(world, pool=pool)  # type: ignore[arg-type]  # any world
        world.sample("payouts_schedule", "tick")
        fay, fred = house.browser(FINANCE), house.browser(FRED)
        fay.send(fay.get(RUN), f"{RUN}/request")
        fred.send(fred.get(RUN), f"{RUN}/release", total="1254.56")
        own = f"/console/payouts/{world.all(Payout)[0].payout_id}"
        yield house, ((FRED, RUN, f"{RUN}/reconciliation", own),)


FORMS: Mapping[World, set[str]] = {  # parts of addresses of forms that have to be met there
    first_pages: {"/console/exports", "/console/runs", "/console/sources/new", "/my/account"},
    newer_pages: {"/console/introductions/form", "/console/journeys", "/my/asks/wishes"},
    references: {"/console/references/find", "/calls"},
    handed_over: {"/close"},
    listed: {"/findings", "/cancel"},
    by_hand: {"/report", "/confirm"},
}


def look(browser: Browser, path: str) -> Shown:
    place, _, query = path.partition("?")
    return browser.get(place, **dict(parse_qsl(query, keep_blank_values=True)))


def lost(form: Form, wrong: Control, said: dict[str, str], answer: Shown) -> list[str]:
    """What the answer to a refused form has no more."""
    again = same_form(answer.html, form)
    if again is None:
        return ["the form is gone"]
    stands = again.standing()
    found = [
        f"{name} is {stands.get(name)!r:.30}, was {text!r:.30}"
        for name, text in said.items()
        if (name != wrong.name or not wrong.choices)
        and form.controls[name].kind != "password"
        and stands.get(name) != text
    ]
    marked = again.controls[wrong.name]
    if answer.status == 422 and not marked.invalid:
        found.append("it is not marked")
    if answer.status == 422 and f'<a href="#{marked.id}">' not in summary(answer.html):
        found.append("the top of the form does not lead to it")
    return found


def summary(html: str) -> str:
    """What is wrong, as it is told where the reader is led; one place of the page."""
    (told,) = re.findall(r'role="alert" tabindex="-1" autofocus>(.*?)</div>', html, re.DOTALL)
    return str(told)


def refusals(browser: Browser, path: str, form: Form) -> Iterator[tuple[str, list[str]]]:
    """What is lost with each field of the form put wrong in turn; ends once the form acts."""
    for control in form.controls.values():
        fresh = same_form(look(browser, path).html, form)
        assert fresh, f"{form.action} is no more on {path}"
        said = fresh.filled() | {control.name: control.wrong()}
        answer = browser.ask("POST", form.action, form=sent(fresh, said))
        if answer.status == 303:
            return
        yield (
            f"{form.action} with a wrong {control.name} ({answer.status})",
            lost(fresh, control, said, answer),
        )


def pages_of(browser: Browser, start: str) -> Mapping[str, str]:
    """All that can be reached from a first page; any other page is looked at by itself."""
    if start in ("/my", "/console"):
        return older.visited(browser, start)
    return {start: look(browser, start).html}


def swept(here: Pages, readers: Readers) -> tuple[set[str], dict[str, list[str]]]:
    """The forms that refused something, and what they lost by it."""
    seen: set[tuple[str, ...]] = set()
    refused: set[str] = set()
    wrong: dict[str, list[str]] = {}
    for caller, *starts in readers:
        browser = here.browser(caller)
        shown = {path: html for one in starts for path, html in pages_of(browser, one).items()}
        for path, form in ((path, form) for path, html in shown.items() for form in forms_of(html)):
            mark = (form.action, *sorted(form.own.values()))
            if mark in seen or form.action.startswith("/auth/"):
                continue
            seen.add(mark)
            for told, parts in refusals(browser, path, form):
                refused.add(form.action)
                wrong |= {told: parts} if parts else {}
    return refused, wrong


@pytest.mark.parametrize("world", FORMS, ids=lambda one: str(one.__name__))
def test_a_refused_form_keeps_what_was_filled_in(tmp_path: Path, world: World) -> None:
    with world(tmp_path) as (here, readers):
        refused, wrong = swept(here, readers)
    assert wrong == {}
    assert {one for one in FORMS[world] if not any(one in each for each in refused)} == set()


def test_a_refused_form_leads_back_to_its_own_page(tmp_path: Path) -> None:
    with by_hand(tmp_path) as (house, ((fred_is, *_),)):
        fred = house.browser(fred_is)
        page = fred.send(fred.get(f"{RUN}/reconciliation"), f"{RUN}/report", report="nothing")
        assert page.status == 422
        assert page.fields("/auth/reader")["next"] == f"{RUN}/reconciliation"
