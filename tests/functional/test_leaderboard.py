"""The leaderboard on pages and over the API: one's own word puts one there and takes one off."""

import json
from collections.abc import Iterator

import pytest
from goodword.advocates.board import Listing, Place
from goodword.privacy.erasing import Erasing
from goodword.times import DAY_MS
from goodword_aws.privacy import sections

from tests.support.api import ANALYST, ANNA, BEN, MARKETER, front
from tests.support.functions import call, sample
from tests.support.pages import Browser, Pages, signing_in
from tests.support.people import BEN as BEN_IN
from tests.support.people import http
from tests.unit.advocates.test_boarding import Hall
from tests.unit.journeys.test_storytelling import Nobody

HERE, STAFF = "/my/leaderboard", "/console/leaderboard"
HOSTILE = "<b>Ann</b>{{7*7}}"


@pytest.fixture
def hall() -> Hall:
    return Hall()


@pytest.fixture
def here(hall: Hall) -> Iterator[Pages]:
    with front(hall) as found, signing_in() as fake:
        yield Pages(found.town, pool=fake)


def sent(browser: Browser, name: str, where: str = f"{HERE}/show") -> int:
    form = browser.get(HERE).fields(where)
    return browser.ask("POST", where, form=form | ({"name": name} if name else {})).status


def test_one_says_yes_on_the_page_and_no_again(here: Pages, hall: Hall) -> None:
    hall.brought(hall.anna, 3)
    ben = hall.joined(hall.program_id, BEN_IN).advocate_id
    hall.boards.show(ben, hall.program_id, "Ben")
    hall.brought(ben, 3)
    anna = here.browser(ANNA)
    assert "You are not seen here." in anna.get(HERE).words
    assert sent(anna, "   ") == 422
    assert sent(anna, HOSTILE) == 303
    page = anna.get(HERE)
    assert "<b>Ann</b>" not in page.html
    for words in ("{{7*7}}", "(you)", "as many as another", "Ben", "1"):
        assert words in page.words
    assert "{{7*7}}" in here.browser(BEN).get(HERE).words
    staff = here.browser(MARKETER).get(STAFF, program=hall.program_id)
    assert hall.anna in staff.words
    assert here.browser(ANALYST).get(STAFF).status == 403
    year = anna.get(HERE, program_id=hall.program_id, period="1999").words
    assert "Nobody here yet" in year
    assert sent(anna, "", f"{HERE}/leave") == 303
    assert "{{7*7}}" not in here.browser(BEN).get(HERE).words
    assert [one.advocate_id for one in hall.all(Listing)] == [ben]


def test_who_takes_part_no_more_sees_none(here: Pages, hall: Hall) -> None:
    hall.state(hall.anna, "left")
    assert "No programme" in here.browser(ANNA).get(HERE).words


def test_an_order_that_is_heard_of_moves_the_board(here: Pages, hall: Hall) -> None:
    hall.boards.show(hall.anna, hall.program_id, "Anna")
    hall.brought(hall.anna, 2)
    (before,) = (one for one in hall.all(Place) if one.period == "all")
    hall.brought(hall.anna, 5, told=False)
    message = sample("journeys_queue", "ordered")
    body = json.loads(message["Records"][0]["body"])
    body["detail"]["data"] |= {"advocate_id": hall.anna, "program_id": hall.program_id}
    message["Records"][0]["body"] = json.dumps(body)
    assert call("journeys_queue", message) == {"batchItemFailures": []}
    (after,) = (one for one in hall.all(Place) if one.period == "all")
    assert (before.orders, after.orders) == (2, 5)


def test_no_name_is_in_an_answer_that_is_kept(here: Pages, hall: Hall) -> None:
    where = f"/v1/me/leaderboard/{hall.program_id}"
    event = http("PUT", where, {"name": "Anna of Acme"}, subject="sub-anna", email=ANNA.email)
    reply = here.send("advocates_api", event)
    assert reply.body == {"program_id": hall.program_id, "shown": True}
    assert here.send("advocates_api", event).body == reply.body
    assert "Anna of Acme" not in str(hall.store.items)
    assert len(hall.events("enrolment.board_joined")) == 1


def test_it_is_in_the_own_copy_and_goes_with_the_person(here: Pages, hall: Hall) -> None:
    hall.boards.show(hall.anna, hall.program_id, "Anna of Acme")
    hall.brought(hall.anna, 2)
    rows = sections(hall.desk())["programmes"](hall.anna, None).rows
    assert any(one.get("leaderboard_name") == "Anna of Acme" for one in rows)
    assert any(one.get("orders") == 2 and one.get("period") == "all" for one in rows)
    erasing = Erasing(hall.desk(), hall.vault)
    erasing.ask(hall.anna, at_once=True)
    hall.clock.advance(8 * DAY_MS)
    assert erasing.carry_out(hall.anna, Nobody())
    assert (hall.all(Listing), hall.all(Place)) == ([], [])


def test_staff_close_it_for_a_programme_and_people_may_still_leave(here: Pages, hall: Hall) -> None:
    hall.brought(hall.anna, 3)
    hall.boards.show(hall.anna, hall.program_id, "Anna the First")
    marta, anna = here.browser(MARKETER), here.browser(ANNA)
    done = marta.send(marta.get(STAFF, program=hall.program_id), f"{STAFF}/switch")
    assert (done.status, done.location) == (303, f"{STAFF}?program={hall.program_id}")
    assert "nobody sees it" in marta.get(STAFF, program=hall.program_id).words
    page = anna.get(HERE)
    assert "This programme has no leaderboard" in page.words
    assert f'action="{HERE}/show"' not in page.html
    assert anna.send(page, f"{HERE}/leave").status == 303
    assert hall.all(Listing) == []
    assert "You on the leaderboard" not in anna.get(HERE).words
    again = marta.send(marta.get(STAFF, program=hall.program_id), f"{STAFF}/switch")
    assert again.status == 303
    assert sent(anna, "Anna") == 303
    assert here.browser(ANALYST).ask("POST", f"{STAFF}/switch", form={"open": "no"}).status == 403
