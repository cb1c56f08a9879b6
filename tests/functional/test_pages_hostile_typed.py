"""Hostile words typed into the forms of staff, and told by a rail: refused or kept, they are text.

Of each form every field in turn is filled with the words; the rest stays as the page had it. What a
rail says of a payment (its reference, why it failed) is no form at all and is put where it is kept.
"""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from goodword.languages import plain
from goodword.payouts.model import Payout
from goodword.ports import Change
from markupsafe import escape

from tests.functional.test_console_references import PLACE, opened
from tests.functional.test_console_runs import FRED, RUN, release
from tests.functional.test_journeys_api import hear
from tests.functional.test_pages_hostile import CLEAN, Found, visited
from tests.support.api import ADMIN, FINANCE, MARKETER, front
from tests.support.pages import Browser, Pages, Shown, pages, signing_in
from tests.support.scene import BEN, MAYA
from tests.support.treasury import Treasury, treasury


class Typed(HTMLParser):
    """The names of what can be typed into the forms that go to one place."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action, self.inside, self.names = action, False, list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self.inside = said.get("method") == "post" and said.get("action") == self.action
        elif self.inside and tag in ("input", "textarea", "select"):
            own = said.get("type") == "hidden" and str(said.get("name")).startswith("_")
            if not own:
                self.names.append(str(said.get("name")))


def is_text(shown: Shown, text: str) -> None:
    """Whatever was answered has nothing in it that nobody of ours wrote."""
    assert shown.status < 500, shown.path
    reading = Found()
    reading.feed(shown.html)
    assert reading.wrong == [], shown.path
    assert "49{%" not in shown.html
    assert "<" not in text or text not in shown.html, shown.path


def typed(browser: Browser, page: str, action: str, text: str) -> list[int]:
    """Fill every field of a form in turn; the statuses of the answers."""
    shown = browser.get(page)
    names = Typed(action)
    names.feed(shown.html)
    assert names.names, f"nothing to type on {page} for {action}"
    statuses = []
    for name in dict.fromkeys(names.names):
        fresh = browser.get(page)
        said = fresh.fields(action) | {name: text}
        answer = browser.ask("POST", action, form=said)
        is_text(answer, text)
        if answer.location.startswith("/"):
            is_text(browser.follow(answer.location), text)
        statuses.append(answer.status)
    return statuses


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        yield made


@pytest.mark.parametrize("text", CLEAN)
def test_rates_and_their_source(here: Pages, text: str) -> None:
    here.town.program()
    fay = here.browser(FINANCE)
    rate = {"day": "2025-11-20", "base": "EUR", "quote": "USD", "rate": "1.08", "source": text}
    form = fay.get("/console/rates").fields("/console/rates/rows")
    is_text(fay.ask("POST", "/console/rates", form=form | rate), text)
    rows = f"2025-11-21;EUR;USD;1.09;{text}\n{text}"
    is_text(fay.ask("POST", "/console/rates/rows", form=form | {"rows": rows}), text)
    for path in ("/console/rates", "/console/rates?base=EUR&quote=USD"):
        place, _, query = path.partition("?")
        asked = dict(one.split("=") for one in query.split("&") if one)
        is_text(fay.get(place, **asked), text)
    is_text(fay.get("/console/rates", base=text, quote=text, day=text), text)


@pytest.mark.parametrize("text", CLEAN)
def test_the_address_of_a_webhook(here: Pages, text: str) -> None:
    path = f"/console/webhooks/{here.town.program().program_id}"
    ada = here.browser(ADMIN)
    for url in (text, f"https://hooks.acme.example/{text}", f"https://{text}@hooks.acme.example/"):
        form = ada.get(path).fields(path) | {"url": url}
        is_text(ada.ask("POST", path, form=form), text)
        is_text(ada.get(path), text)
    is_text(here.browser(MARKETER).get(path), text)


@pytest.mark.parametrize("text", CLEAN)
def test_what_a_reference_speaks_about(text: str) -> None:
    with front() as found, signing_in() as pool:
        hear(found)
        marta = Pages(found.town, pool=pool).browser(MARKETER)
        path = opened(marta)
        assert set(typed(marta, path, path, text)) <= {303, 422}
        assert set(typed(marta, PLACE, f"{PLACE}/find", text)) <= {303, 404, 422}
        is_text(marta.get(PLACE, industry=text, use_case=text, size=text), text)


@pytest.fixture
def by_hand(tmp_path: Path) -> Iterator[tuple[Treasury, Pages]]:
    """A run that people pay by hand, released."""
    with treasury(tmp_path, rail="csv") as (world, _), signing_in() as pool:
        for who, amount in ((MAYA, 123_456), (BEN, 2_000)):
            world.pay_to(who, rail="csv")
            world.due(amount, who)
        house = Pages(world, pool=pool)  # type: ignore[arg-type]  # any world
        world.sample("payouts_schedule", "tick")
        fay, fred = house.browser(FINANCE), house.browser(FRED)
        fay.send(fay.get(RUN), f"{RUN}/request")
        total = fred.get(RUN).html.partition('<div class="main">')[2].partition("€")[2]
        assert release(fred, total.partition("<")[0]).status == 303
        yield world, house


@pytest.mark.parametrize("text", CLEAN)
def test_the_reference_of_a_payment_and_the_banks_report(
    by_hand: tuple[Treasury, Pages], text: str
) -> None:
    world, house = by_hand
    fred = house.browser(FRED)
    payout = next(one for one in world.all(Payout) if one.advocate_id == MAYA)
    own = f"/console/payouts/{payout.payout_id}"
    for page, action in ((RUN, f"{RUN}/confirm"), (own, f"{own}/confirm")):
        assert set(typed(fred, page, action, text)) <= {303, 409, 422}
    form = fred.get(f"{RUN}/reconciliation").fields(f"{RUN}/report")
    for report in (text, f"{payout.payout_id};{text};EUR;paid", f"{text};12.00;EUR;paid;{text}"):
        is_text(fred.ask("POST", f"{RUN}/report", form=form | {"report": report}), text)
        is_text(fred.get(f"{RUN}/reconciliation"), text)


@pytest.mark.parametrize("text", CLEAN)
def test_what_a_rail_says_of_a_payment(by_hand: tuple[Treasury, Pages], text: str) -> None:
    world, house = by_hand
    for number, payout in enumerate(world.all(Payout)):
        state = ("paid", "failed")[number % 2]
        stored = world.store.get(Payout, payout.key)
        assert stored is not None
        change = Change()
        change.replace(stored.but(state=state, reference=text, reason=text if number % 2 else ""))
        world.store.commit(change)
    met = 0
    for path, html in visited(house.browser(FRED), RUN).items():
        if path.endswith("/csv"):
            continue  # saved as a file of its own type, never shown
        is_text(Shown(200, html, {}, path), text)
        met += str(escape(plain(text))) in html
    assert met >= 2, "the words are to be met on the way"
