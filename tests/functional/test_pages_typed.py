"""What was written is not lost with the session; what is secret is not shown for it."""

import re
from collections.abc import Iterator

import pytest

from tests.functional.test_portal_pages import joined
from tests.support.api import ANNA
from tests.support.pages import Browser, Pages, Shown, pages

STORY = "A long story of mine, <b>with</b> marks\nand lines"
PLACE = "/my/disputes/new"


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        joined(made, made.town.program().program_id)
        yield made


def sign_out(browser: Browser) -> None:
    for name in ("__Host-gw_id", "__Host-gw_refresh"):
        browser.cookies.pop(name)


def asked(browser: Browser, page: Shown, **more: str) -> Shown:
    said = {"text": STORY, "order_number": "4711", "ordered_on": "2025-11-01"}
    return browser.send(page, PLACE, **said, **more)


def ways_in(page: Shown) -> set[str]:
    return set(re.findall(r'href="(/auth/sign-in[^"]*)"', page.html))


def test_what_was_written_stays_when_the_session_is_over(here: Pages) -> None:
    anna = here.browser(ANNA)
    page = anna.get(PLACE)
    sign_out(anna)
    refused = asked(anna, page)
    assert refused.status == 401
    assert "What you had written" in refused.words
    assert "readonly" in refused.html
    assert "A long story of mine, &lt;b&gt;with&lt;/b&gt; marks\nand lines" in refused.html
    assert ways_in(refused) == {f"/auth/sign-in?next={PLACE}"}
    assert "4711" not in refused.words  # no text that anybody would miss
    assert page.fields(PLACE)["_token"] not in refused.html
    anna.language = "de"
    assert "Was du geschrieben hattest" in asked(anna, page).words


def test_and_after_signing_out_and_in_beside_it(here: Pages) -> None:
    anna = here.browser(ANNA)
    page = anna.get(PLACE)
    anna.cookies.pop("__Host-gw_seed")
    refused = asked(anna, page)
    assert refused.status == 403
    assert "A long story of mine" in refused.words
    assert f'href="{PLACE}"' in refused.html


def test_what_another_site_sent_is_not_shown(here: Pages) -> None:
    anna = here.browser(ANNA)
    form = anna.get(PLACE).fields(PLACE) | {"text": STORY}
    sign_out(anna)
    foreign = {"origin": "https://evil.example"}
    refused = anna.ask("POST", PLACE, form=form, headers=foreign)
    assert refused.status == 401
    assert "A long story" not in refused.words


def test_where_one_is_paid_is_never_shown(here: Pages) -> None:
    anna = here.browser(ANNA)
    place = "/my/payouts/method"
    form = anna.get(place).fields("/auth/sign-out")
    sign_out(anna)
    said = {
        "iban": "DE89 3704 0044 0532 0130 00",
        "name": "Anna and a long name of hers",
        "rail": "csv",
    }
    refused = anna.ask("POST", place, form=form | said)
    assert refused.status == 401
    for secret in ("3704", "long name of hers", "What you had written"):
        assert secret not in refused.words
    page = here.browser(ANNA).get(PLACE)
    late = here.browser(ANNA)  # in another browser, so that the form counts for expired
    for number in ("pay DE89 3704 0044 0532 0130 00 please", "card 4242 4242 4242 4242 of mine"):
        assert (
            number.split()[2]
            not in late.ask("POST", PLACE, form=page.fields(PLACE) | {"text": number}).words
        )
    names = ("password", "new_password", "secret", "client_secret", "api_key", "code", "account")
    for name in (*names, "_token", "iban", "receiver"):
        long = {name: "several words that nobody is to see"}
        refused = late.ask("POST", PLACE, form=page.fields(PLACE) | long)
        assert refused.status == 403
        assert "nobody is to see" not in refused.words, name
    assert (
        "mapping of mine"
        in late.ask("POST", PLACE, form=page.fields(PLACE) | {"mapping": "mapping of mine"}).words
    )
