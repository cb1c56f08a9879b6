"""The first page says what to do next, from the figures that it shows anyway."""

from collections.abc import Iterator

import pytest
from goodword.ledger.model import Balance

from tests.functional.test_portal_pages import keep
from tests.support.api import ANNA
from tests.support.pages import Pages, pages

IBAN = {"name": "Anna", "iban": "DE89370400440532013000"}


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        yield made


def test_the_first_page_says_what_to_do_next_until_it_is_done(here: Pages) -> None:
    program = here.town.program()
    enrolment = here.town.joined(program.program_id)
    anna = here.browser(ANNA)
    page = anna.get("/my")
    assert "Few have followed your link so far." in page.words
    assert "nobody knows yet where to pay it" not in page.words
    money = Balance(
        advocate_id=enrolment.advocate_id,
        program_id=program.program_id,
        currency="EUR",
        pending_minor=500,
        sales=1,
    )
    keep(here, money)
    earned = anna.get("/my")
    assert "nobody knows yet where to pay it" in earned.words
    assert "It has worked." in earned.words
    assert "Few have followed" not in earned.words
    here.town.methods.put(enrolment.advocate_id, "csv", IBAN)
    assert "nobody knows yet where to pay it" not in anna.get("/my").words
    anna.language = "de"
    assert "Es hat geklappt." in anna.get("/my").words
