"""Whom a hand-over may name is looked up in the user pool, by API and on the console."""

from collections.abc import Iterator

import pytest
from goodword.journeys.definition import JourneyTerms
from goodword.journeys.journey import JourneyVersion
from goodword.limits import STAFF_PAGE, STAFF_PAGES_MAX
from goodword_aws import accounts
from goodword_aws.documents import text_of

from tests.functional.test_console_journey_drafts import MILO, drafted
from tests.support.api import MARKETER, Front, front
from tests.support.asking import asking_pages
from tests.support.journeys import REFERENCE, terms
from tests.support.pages import FakePool, Pages
from tests.support.walks import Path

HOSTILE = "<script>alert(1)</script>"
GROUPS = {"marketer": ["sub-marta", "sub-milo", "sub-gone"], "admin": ["sub-ada"]}
PEOPLE = {"sub-milo": {"email": "milo@staff.example"}, "sub-marta": {"name": HOSTILE}}


def journey(assignee: str) -> str:
    return text_of(of(assignee))


def of(assignee: str) -> JourneyTerms:
    care = {"step": "hand_over", "name": "care", "to": "support", "assignee": assignee}
    return terms(care, REFERENCE, goal={"motion": "reference"})


def pool_of(groups: dict[str, list[str]]) -> FakePool:
    return FakePool(groups=groups, people={**PEOPLE, "sub-gone": {"disabled": "yes"}})


@pytest.fixture
def here(path: Path) -> Iterator[Pages]:
    with asking_pages(path) as made:
        made.pool.groups, made.pool.people = dict(GROUPS), dict(pool_of(GROUPS).people)
        yield made


@pytest.fixture
def api(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    with front(path) as found:
        pool = pool_of(GROUPS)
        monkeypatch.setattr(accounts, "client", lambda _name: pool)
        yield found


def test_the_staff_of_a_role_are_its_group_and_admins_who_may_still_sign_in() -> None:
    staff = accounts.PoolStaff(lambda: pool_of(GROUPS), "eu-west-1_people")
    found = staff.colleagues("marketer")
    assert found == {
        "sub-ada": "sub-ada",
        "sub-marta": HOSTILE,
        "sub-milo": "milo@staff.example",
    }
    assert staff.working_as("marketer") == frozenset(found)


@pytest.mark.parametrize("missing", ["marketer", "admin"])
def test_a_pool_that_does_not_answer_tells_nothing(missing: str) -> None:
    groups = {name: each for name, each in GROUPS.items() if name != missing}
    staff = accounts.PoolStaff(lambda: pool_of(groups), "eu-west-1_people")
    assert staff.working_as("marketer") is None


def test_all_pages_of_a_group_are_read_and_no_more_than_there_may_be() -> None:
    most = STAFF_PAGE * STAFF_PAGES_MAX
    many = {"admin": [f"sub-{number}" for number in range(most)]}
    staff = accounts.PoolStaff(lambda: pool_of(many), "eu-west-1_people")
    assert len(staff.working_as("admin") or ()) == most
    many["admin"].append("sub-more")
    assert accounts.PoolStaff(lambda: pool_of(many), "p").working_as("admin") is None


def test_a_stranger_is_refused_over_the_api(api: Front, path: Path) -> None:
    terms = of("sub-nobody").model_dump(mode="json")
    body = {"program_id": path.program_id, "terms": terms, "rationale": "who else"}
    draft = api(MARKETER, "POST", "/v1/journeys", body).body
    assert [one["field"] for one in draft["refusals"]] == ["steps.0.assignee"]
    place = f"/v1/journeys/{draft['journey_id']}"
    read = api(MARKETER, "GET", f"{place}/draft").body
    assert (read["refusals"], read["warnings"]) == (draft["refusals"], [])
    refused = api(MILO, "POST", f"{place}/publish", {"digest": draft["digest"]})
    assert refused.code == "journey_refused"
    better = {"terms": of("sub-milo").model_dump(mode="json"), "rationale": "he does"}
    draft = api(MARKETER, "PUT", f"{place}/draft", better | {"digest": draft["digest"]}).body
    assert draft["refusals"] == []
    assert api(MILO, "POST", f"{place}/publish", {"digest": draft["digest"]}).status == 201


def test_the_page_of_a_draft_says_who_may_be_named(here: Pages) -> None:
    draft = drafted(here.browser(MARKETER), journey("sub-nobody"))
    milo = here.browser(MILO)
    page = milo.get(draft)
    assert "It cannot be published as it is" in page.words
    assert "Nobody who signs in with this id has the role marketer" in page.words
    assert "Whom a hand-over for Marketing may name" in page.words
    assert "milo@staff.example sub-milo" in page.words
    assert "sub-gone" not in page.words
    assert HOSTILE not in page.html
    milo.language = "de"
    assert "hat die Rolle marketer" in milo.get(draft).words


def test_a_pool_that_is_away_keeps_nobody_from_publishing(here: Pages, path: Path) -> None:
    here.pool.groups.clear()
    draft = drafted(here.browser(MARKETER), journey("sub-nobody"))
    milo = here.browser(MILO)
    page = milo.get(draft)
    assert "could not be looked up just now" in page.words
    done = milo.send(page, f"{draft}/publish")
    assert done.status == 303
    assert len(path.all(JourneyVersion)) == 1
