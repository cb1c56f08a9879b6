"""The form in the portal, what staff see, the letter to the person, and the person's own page."""

import json
from collections.abc import Iterator

import pytest
from goodword.conversions.forgetting import Forgetting
from goodword.events import Event
from goodword.journeys.introduction import Introduction, ReferralForm
from goodword.messages.model import Message
from goodword.privacy.model import fold_email
from goodword.times import HOUR_MS
from goodword_aws.friends import recorded
from goodword_aws.privacy import sections

from tests.functional.test_portal_asks import text_of
from tests.support.api import ANALYST, ANNA, MARKETER, Caller, front
from tests.support.functions import call, sample
from tests.support.pages import Pages, signing_in
from tests.support.people import MACS
from tests.support.ses import Ses
from tests.unit.journeys.test_introducing import ROBIN, Desk

HERE = "/my/introductions"
STAFF = "/console/introductions"
HOSTILE = "<script>alert(1)</script>{{7*7}}"
SAID = {
    "email": ROBIN,
    "name": "Robin",
    "language": "de",
    "company": HOSTILE,
    "need": "Fewer returns",
    "timing": "this_quarter",
    "agreed": "yes",
}


@pytest.fixture
def town() -> Desk:
    return Desk()


@pytest.fixture
def ses() -> Ses:
    return Ses()


@pytest.fixture
def here(town: Desk, ses: Ses, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pages]:
    with front(town) as found, signing_in() as fake:
        monkeypatch.setattr("goodword_aws.messages.client", lambda _name: ses)
        yield Pages(found.town, pool=fake)


def tell(event: Event) -> None:
    """The event reaches the function that sends mail."""
    message = sample("messages_queue", "reward_due")
    body = json.loads(message["Records"][0]["body"])
    detail = event.model_dump(mode="json", exclude={"version"})
    message["Records"][0]["body"] = json.dumps(body | {"detail": detail})
    assert call("messages_queue", message) == {"batchItemFailures": []}


def test_somebody_is_introduced_and_told(here: Pages, town: Desk, ses: Ses) -> None:
    anna = here.browser(ANNA)
    assert HERE in anna.get("/my/links").html
    page = anna.get(HERE)
    for word in ("Company", "What they need", "I have asked this person", "At most 10 people"):
        assert word in page.words
    assert "Budget" not in page.words
    form = page.fields(HERE) | SAID
    for _ in range(2):  # the same form once more
        done = anna.ask("POST", HERE, form=form)
        assert (done.status, done.location) == (303, HERE), done.words
    (one,) = town.all(Introduction)
    after = anna.get(HERE)
    assert "Whom you have introduced" in after.words
    assert ROBIN not in after.html
    town.clock.advance(14 * HOUR_MS)  # at night nobody is written to
    tell(town.events("friend.introduced")[0])
    assert [(one.state, one.reason) for one in town.all(Message)] == [("held", "quiet_hours")]
    town.clock.advance(10 * HOUR_MS)
    tell(town.events("friend.introduced")[0])
    (request,) = ses.requests
    assert request["Destination"]["ToAddresses"] == [ROBIN]
    text = text_of(request)
    assert "Du wurdest Acme Coffee empfohlen" in request["Content"]["Simple"]["Subject"]["Data"]
    assert f"https://go.example/friend/{town.program_id}" in text
    for personal in ("Anna", "script", "Fewer"):
        assert personal not in text
    assert ROBIN not in str(town.store.items)
    assert "alert(1)" not in str(town.store.items)
    order = anna.get(f"/my/earnings/orders/{one.conversion_id}")
    assert order.status == 200


def test_staff_see_what_sales_needs(here: Pages, town: Desk) -> None:
    anna = here.browser(ANNA)
    anna.send(anna.get(HERE), HERE, **SAID)
    (one,) = town.all(Introduction)
    marta = here.browser(MARKETER)
    assert "This quarter" in marta.get(STAFF).words
    shown = marta.get(f"{STAFF}/{one.introduction_id}")
    for word in (ROBIN, "Robin", "Fewer returns", "alert(1)", "the person wants to be contacted"):
        assert word in shown.words
    assert "<script>alert" not in shown.html
    assert here.browser(ANALYST).get(STAFF).status == 403
    Forgetting(town.desk()).forget(town.program_id, town.mac)
    gone = marta.get(f"{STAFF}/{one.introduction_id}")
    assert "erased" in gone.words
    assert ROBIN not in gone.words
    assert "Nobody has been introduced yet" in marta.get(STAFF).words


def test_staff_open_and_close_the_form(here: Pages, town: Desk) -> None:
    marta = here.browser(MARKETER)
    form = marta.get(STAFF).fields(f"{STAFF}/form") | {"budget": "required", "role": "optional"}
    form.pop("is_open", None)
    assert marta.ask("POST", f"{STAFF}/form", form=form).status == 303
    (kept,) = town.all(ReferralForm)
    assert kept.is_open is False
    assert kept.asks["budget"] == "required"
    assert "No introductions by form" in here.browser(ANNA).get(HERE).words
    again = marta.get(STAFF).fields(f"{STAFF}/form") | {"is_open": "yes"}
    assert marta.ask("POST", f"{STAFF}/form", form=again).status == 303
    page = here.browser(ANNA).get(HERE)
    assert "10,000 to 100,000" in page.words
    wrong = marta.get(STAFF).fields(f"{STAFF}/form") | {"role": "sometimes"}
    assert marta.ask("POST", f"{STAFF}/form", form=wrong).status == 422


@pytest.mark.parametrize(
    ("changes", "status", "word"),
    [
        ({"agreed": ""}, 422, ""),
        ({"need": ""}, 422, "answer what the form asks"),
        ({"email": "robin"}, 422, ""),
        ({"email": ANNA.email}, 422, "your own address"),
        ({"company": "Ac\u202eme"}, 422, "nobody can see"),
        ({"timing": "yesterday"}, 422, ""),
    ],
)
def test_what_is_not_right_is_said(
    here: Pages, town: Desk, changes: dict[str, str], status: int, word: str
) -> None:
    anna = here.browser(ANNA)
    refused = anna.ask("POST", HERE, form=anna.get(HERE).fields(HERE) | SAID | changes)
    assert refused.status == status
    assert word in refused.words
    assert not town.all(Introduction)


def test_who_was_introduced_already_is_told_plainly(here: Pages, town: Desk) -> None:
    anna = here.browser(ANNA)
    anna.send(anna.get(HERE), HERE, **SAID)
    again = anna.send(anna.get(HERE), HERE, **SAID)
    assert again.status == 409
    assert "introduced this person already" in again.words
    town.introduce(town.ben, "other@acme.example")
    known = anna.send(anna.get(HERE), HERE, **(SAID | {"email": "other@acme.example"}))
    assert "known here already" in known.words


def test_the_person_sees_what_was_said_and_erases_it(here: Pages, town: Desk) -> None:
    town.introduce()
    mac = MACS.mac("email", fold_email(ROBIN))
    found = recorded(town.desk(), town.program_id, mac)
    assert found.introduced is not None
    assert (found.introduced.company, found.introduced.name) == ("Umbrella", "Robin")
    robin = here.browser(Caller("sub-robin", ROBIN))
    page = robin.get(f"/friend/{town.program_id}")
    for word in ("What somebody wrote about you", "Umbrella", "Fewer returns", "This quarter"):
        assert word in page.words
    Forgetting(town.desk()).forget(town.program_id, mac)
    assert recorded(town.desk(), town.program_id, mac).introduced is None


def test_an_own_copy_names_nobody_else(here: Pages, town: Desk) -> None:
    one = town.introduce()
    (row,) = sections(town.desk())["introductions"](town.anna, None).rows
    assert row["id"] == one.introduction_id
    assert "Robin" not in str(row)
    assert "Umbrella" not in str(row)
