"""A day in a sentence is a day of the zone that the page names, beside each other day on it."""

from collections.abc import Iterator

import pytest
from goodword.times import DAY_MS, parse_rfc3339
from goodword_aws.trust import disputes

from tests.functional.test_portal_pages import joined, keep, reward_of
from tests.support.api import ADMIN, ANNA, FINANCE
from tests.support.pages import Pages, pages

NOON = parse_rfc3339("2025-11-22T12:30:00Z")  # half past one at night of the 23rd in Auckland
LATER = NOON + 7 * DAY_MS


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        made.town.clock.at_ms = NOON
        yield made


def read(here: Pages, who: object, path: str, zone: str) -> str:
    browser = here.browser(who)  # type: ignore[arg-type]  # one of the callers
    browser.cookies |= {"gw_zone": zone, "gw_zone_own": "yes"}
    page = browser.get(path)
    assert page.status == 200
    assert f"Times in {zone}" in page.words
    return page.words


@pytest.mark.parametrize(("zone", "day"), [("Pacific/Auckland", 23), ("UTC", 22)])
def test_a_reward_is_told_in_the_days_of_its_reader(here: Pages, zone: str, day: int) -> None:
    program_id = here.town.program().program_id
    own = joined(here, program_id).advocate_id
    held = reward_of(program_id, own, NOON).but(
        reward_id="rwd_00000000000000000000000002", state="on_hold", lapse_ms=LATER
    )
    fresh = reward_of(program_id, own, NOON).but(state="pending")
    points = fresh.but(reward_id="rwd_00000000000000000000000003", currency="POINTS")
    keep(here, fresh, held, points)
    for path in ("/my", "/my/earnings"):
        words = read(here, ANNA, path, zone)
        assert f"On hold since {day} Nov 2025" in words, path
        assert f"We answer by {day + 7} Nov 2025" in words, path
        assert f"Earned on {day} Nov 2025" in words, path
    assert f"Earned on {day} Nov 2025" in read(here, ANNA, "/my/hand-outs", zone)


@pytest.mark.parametrize(("zone", "day"), [("Pacific/Auckland", 23), ("UTC", 22)])
def test_a_question_and_a_ban_too_for_advocates_and_staff(here: Pages, zone: str, day: int) -> None:
    program_id = here.town.program().program_id
    own = joined(here, program_id).advocate_id
    keep(here, reward_of(program_id, own, NOON).but(state="on_hold", lapse_ms=LATER))
    anna = here.browser(ANNA)
    held = "rwd_00000000000000000000000001"
    form = anna.get("/my/disputes/new", about="hold", subject=held, program=program_id)
    asked = anna.send(form, "/my/disputes/new", text="why?")
    assert asked.status == 303, asked.words
    (found,) = disputes(here.town.desk()).of(own, 9, None).rows
    said = f"You asked about a reward on hold on {day} Nov 2025"
    assert said in read(here, ANNA, "/my/disputes", zone)
    assert said in read(here, ANNA, f"/my/disputes/{found.dispute_id}", zone)
    assert said in read(here, FINANCE, f"/console/disputes/{found.dispute_id}", zone)
    fay = here.browser(FINANCE)
    place = f"/console/advocates/{own}"
    page = fay.get(place)
    looked = fay.send(page, f"{place}/ban", reason_code="spam", since="2025-11-22")
    banned = fay.send(looked, f"{place}/ban", sure="yes")
    assert banned.status == 303, banned.words
    told = f"ended your part in it on {day} Nov 2025"
    assert told in read(here, ADMIN, place, zone)
