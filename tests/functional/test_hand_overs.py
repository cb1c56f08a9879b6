"""What journeys hand over to staff: by API, on the console, and to the company's own system."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from goodword.journeys.handover import HandedOver
from goodword.journeys.walk import Walk
from goodword.messages.endpoint import HookAnswer
from goodword.messages.model import Message
from goodword_aws import journeys_hand_overs, messages_webhooks
from goodword_aws.webhooks import endpoints

from tests.functional.test_webhooks import tell
from tests.support.api import ADMIN, ANALYST, ANNA, FINANCE, MARKETER, Caller, Front, front
from tests.support.asking import asking_pages
from tests.support.hooks import URL
from tests.support.journeys import REFERENCE
from tests.support.pages import Pages
from tests.support.people import STAFF
from tests.support.walks import BYE, Path

HERE = "/v1/journeys/hand-overs"
PAGE = "/console/hand-overs"
NOTE = "Was glad that somebody called."
CARE = {
    "step": "hand_over",
    "name": "care",
    "to": "support",
    "why": "Call within a day. <b>Soon</b>",
    "until_closed": True,
}
MILO = Caller("sub-milo", "milo@staff.example", ("marketer",))


@pytest.fixture
def path() -> Path:
    return Path()


@pytest.fixture
def api(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    with front(path) as found:
        quiet(path, monkeypatch)
        yield found


@pytest.fixture
def here(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pages]:
    with asking_pages(path) as made:
        quiet(path, monkeypatch)
        yield made


def quiet(path: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(journeys_hand_overs, "StepFunctions", lambda _client: path.workflow)
    patch.setattr(journeys_hand_overs, "client", lambda _name: None)


def handed(path: Path, **changes: Any) -> str:
    """Anna's walk has come to the hand-over."""
    path.publish(CARE | changes, REFERENCE, BYE, goal={"motion": "reference"})
    path.delight()
    path.step(path.entered())
    (one,) = path.all(HandedOver)
    return one.hand_over_id


def lists(api: Front, path: Path, who: Caller, **query: str) -> Any:
    return api(who, "GET", HERE, query={"program_id": path.program_id, **query})


def test_staff_read_take_and_close_one_and_the_walk_goes_on(api: Front, path: Path) -> None:
    name = handed(path)
    found = lists(api, path, MARKETER)
    assert found.status == 200, found.text
    (row,) = found.body["data"]
    assert (row["id"], row["state"], row["to"], row["overdue"]) == (name, "open", "support", False)
    taken = api(MARKETER, "PUT", f"{HERE}/{name}/assignee", {"mine": True}).body
    assert (taken["state"], taken["assignee"]) == ("taken", MARKETER.subject)
    body = {"outcome": "done", "note": NOTE}
    assert api(MILO, "POST", f"{HERE}/{name}/close", body).code == "hand_over_taken"
    closed = api(MARKETER, "POST", f"{HERE}/{name}/close", body)
    assert (closed.status, closed.body["outcome"], closed.body["note"]) == (200, "done", None)
    assert api(MARKETER, "GET", f"{HERE}/{name}").body["note"] == NOTE
    assert lists(api, path, MARKETER).body["data"] == []
    assert [one["id"] for one in lists(api, path, MARKETER, of="closed").body["data"]] == [name]
    (walk,) = path.all(Walk)
    place = f"/v1/subjects/{walk.subject_id}/walks"
    (line,) = api(MARKETER, "GET", place).body["data"][0]["hand_overs"]
    assert (line["id"], line["outcome"]) == (name, "done")
    path.step(walk)
    assert path.made[0].motion == "reference"
    assert NOTE not in json.dumps([one.model_dump() for one in path.events()])


def test_a_list_comes_by_pages_oldest_first(api: Front, path: Path) -> None:
    first = handed(path)
    for number in range(2):
        path.later(hours=1)
        path.step(path.entered(email=f"p{number}@mail.example"))
    page = lists(api, path, MARKETER, limit="2").body
    assert (len(page["data"]), page["has_more"], page["data"][0]["id"]) == (2, True, first)
    rest = lists(api, path, MARKETER, limit="2", starting_after=page["next_cursor"]).body
    assert (len(rest["data"]), rest["has_more"]) == (1, False)


def test_each_role_has_its_own_and_others_have_none(api: Front, path: Path) -> None:
    name = handed(path, role="finance", until_closed=False)
    assert [one["id"] for one in lists(api, path, FINANCE).body["data"]] == [name]
    assert lists(api, path, ADMIN, role="finance").body["data"]
    assert lists(api, path, MARKETER).body["data"] == []
    assert lists(api, path, MARKETER, role="finance").code == "not_your_role"
    assert api(MARKETER, "GET", f"{HERE}/{name}").code == "unknown_hand_over"
    assert api(MARKETER, "PUT", f"{HERE}/{name}/assignee", {"mine": True}).status == 404
    for who in (ANNA, ANALYST):
        assert lists(api, path, who).code == "not_allowed"
        for method, part, body in (
            ("GET", "", None),
            ("PUT", "/assignee", {"mine": True}),
            ("POST", "/close", {"outcome": "done"}),
        ):
            assert api(who, method, f"{HERE}/{name}{part}", body).code == "not_allowed"
    wrong = {"outcome": "done", "note": "robin@mail.example"}
    assert api(FINANCE, "POST", f"{HERE}/{name}/close", wrong).code == "invalid_body"


def test_whoever_it_is_about_does_not_close_it(api: Front, path: Path) -> None:
    name = handed(path)
    anna = Caller("sub-anna", ANNA.email, ("marketer",))
    own = api(anna, "POST", f"{HERE}/{name}/close", {"outcome": "done"})
    assert (own.status, own.code) == (403, "own_work")


# --- on the console -----------------------------------------------------------------------------


def test_the_first_page_and_the_list_say_what_waits_and_since_when(here: Pages, path: Path) -> None:
    name = handed(path)
    marta = here.browser(MARKETER)
    assert "Hand-overs" in marta.get("/console").words
    page = marta.get(PAGE)
    for word in ("For support", "Open", "Due"):
        assert word in page.words
    assert f"{PAGE}/{name}" in page.html
    path.later(days=8)
    assert "Late" in marta.get(PAGE).words
    assert "For support" not in here.browser(FINANCE).get("/console").words
    assert here.browser(FINANCE).get(f"{PAGE}/{name}").status == 404
    assert here.browser(ANALYST).get(PAGE).status == 403


def test_one_is_taken_given_back_and_closed_once_by_forms(here: Pages, path: Path) -> None:
    place = f"{PAGE}/{handed(path)}"
    marta, milo = here.browser(MARKETER), here.browser(MILO)
    page = marta.get(place)
    assert "Call within a day." in page.words
    assert "<b>Soon" not in page.html
    form = page.fields(f"{place}/take")
    for _ in range(2):
        assert marta.ask("POST", f"{place}/take", form=form).location == place
    assert len(path.events("journey.hand_over_taken")) == 1
    assert "Somebody else is at it" in milo.get(place).words
    back = marta.get(place).fields(f"{place}/give-back")
    marta.ask("POST", f"{place}/give-back", form=back)
    form = milo.get(place).fields(f"{place}/close")
    nothing = milo.ask("POST", f"{place}/close", form=form | {"outcome": ""})
    assert nothing.status == 422
    form = milo.get(place).fields(f"{place}/close") | {"outcome": "not_reached", "note": NOTE}
    for _ in range(2):
        assert milo.ask("POST", f"{place}/close", form=form).location == place
    (closed,) = path.events("journey.hand_over_closed")
    assert (closed.actor.id, closed.reason) == (MILO.subject, "not_reached")
    shown = marta.get(place).words
    assert NOTE in shown
    assert "Not reached" in shown
    assert "Take it" not in shown


def test_what_is_about_the_reader_has_no_form(here: Pages, path: Path) -> None:
    place = f"{PAGE}/{handed(path)}"
    anna = here.browser(Caller("sub-anna", ANNA.email, ("marketer",)))
    page = anna.get(place)
    assert "somebody else closes it" in page.words
    assert f"{place}/close" not in page.html


def test_an_admin_chooses_whose_and_finance_has_its_own(here: Pages, path: Path) -> None:
    handed(path, role="finance", until_closed=False)
    fay, ada = here.browser(FINANCE), here.browser(ADMIN)
    assert "For support" in fay.get("/console").words
    assert "For support" in fay.get(PAGE).words
    assert "Nothing waits" in ada.get(PAGE).words
    assert "For support" in ada.get(PAGE, role="finance").words
    assert "For support" in ada.get("/console").words


@pytest.mark.parametrize(
    ("who", "works"), [(FINANCE, True), (MARKETER, True), (ADMIN, True), (ANALYST, False)]
)
def test_whoever_works_on_them_has_the_way_to_them_also_when_none_waits(
    here: Pages, path: Path, who: Caller, works: bool
) -> None:
    browser = here.browser(who)
    page = browser.get("/console")
    assert (f'<a href="{PAGE}">Hand-overs</a>' in page.html) == works  # in the menu
    card = page.html.partition('id="handed"')[2].partition("</section>")[0]
    assert ("Nothing waits" in card) == works
    assert (f"{PAGE}?program={path.program_id}" in card) == works
    if works:
        assert f'<a href="{PAGE}" aria-current="page">Hand-overs</a>' in browser.get(PAGE).html
        browser.language = "de"
        assert f'<a href="{PAGE}">Übergaben</a>' in browser.get("/console").html


# --- to the company's own system ------------------------------------------------------------------


class Post:
    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []

    def send(self, url: str, secrets: Sequence[bytes], message_id: str, body: bytes) -> HookAnswer:
        assert (url, len(secrets), bool(message_id)) == (URL, 1, True)
        self.got.append(json.loads(body))
        return HookAnswer(outcome="taken")


def test_the_companys_own_system_is_told_once_with_ids(
    api: Front, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = Post()
    monkeypatch.setattr(messages_webhooks, "_post", lambda: post)
    messages_webhooks._resting.cache_clear()
    endpoints(path.desk(STAFF)).put(path.program_id, URL)
    name = handed(path)
    (event,) = path.events("journey.handed_over")
    assert tell(event) == []
    assert tell(event) == []
    (said,) = post.got
    assert (said["type"], said["data"]["hand_over_id"]) == ("journey.handed_over", name)
    assert said["data"]["page"] == f"https://go.example/console/hand-overs/{name}"
    assert (said["data"]["to"], said["data"]["advocate_id"]) == ("support", path.anna)
    assert ANNA.email not in json.dumps(said)
    assert [one.channel for one in path.all(Message)] == ["webhook"]  # no letter to the advocate


def test_without_a_webhook_nothing_is_kept_of_it(api: Front, path: Path) -> None:
    handed(path)
    (event,) = path.events("journey.handed_over")
    assert tell(event) == []
    assert path.all(Message) == []
