"""A person chooses per kind of request how they hear of it; every journey keeps to it."""

from collections.abc import Iterator
from typing import Any

import pytest
from goodword.journeys.asks import Wishes
from goodword.messages.model import Message
from goodword.privacy.consents import consents_of
from goodword.privacy.model import VaultItem, vault_key
from goodword_aws import privacy
from goodword_aws.pages.wishes_pages import HERE, MOTIONS, Chosen

from tests.functional.test_portal_asks import tell, text_of
from tests.support.api import ANNA, BEN
from tests.support.asking import asking_pages
from tests.support.journeys import REVIEW
from tests.support.pages import Browser, Pages, Shown
from tests.support.people import BEN as BEN_IN
from tests.support.ses import Ses
from tests.support.walks import BYE, Path

ALL_DAY: dict[str, Any] = {"quiet_hours": {"from_hour": 0, "until_hour": 0}, "cool_down_days": 0}


@pytest.fixture
def here(path: Path, ses: Ses) -> Iterator[Pages]:
    with asking_pages(path, ses) as made:
        yield made


def wish(browser: Browser, **said: str) -> Shown:
    return browser.send(browser.get(HERE), HERE, **said)


def told(path: Path) -> Message:
    """The mail about the newest request, as it went or did not."""
    event = path.events("journey.asked")[-1]
    tell(event)
    found = [one for one in path.all(Message) if one.event_id == event.event_id]
    (mail,) = (one for one in found if one.channel == "email")
    return mail


def test_there_is_a_field_for_each_kind_of_request() -> None:
    assert set(MOTIONS) <= set(Chosen.model_fields)


def test_mail_is_chosen_off_for_one_kind_in_every_journey(
    here: Pages, path: Path, ses: Ses
) -> None:
    path.delight()
    anna = here.browser(ANNA)
    done = wish(anna, review="in_app", reference="none")
    assert (done.status, done.location) == (303, f"{HERE}?program_id={path.program_id}")
    for _ in range(2):  # two journeys, both by mail
        path.publish(REVIEW, BYE, again_days=1, **ALL_DAY)
    for walk in path.entering.consider(path.hear("case_resolved", about="c-1")):
        path.step(walk)
    mail = told(path)
    assert (mail.state, mail.reason) == ("skipped", "other_way_wanted")
    assert ses.requests == []
    assert "A public review" in anna.get("/my/asks").words  # it stands there all the same
    book = Wishes(path.desk()).read(path.made[0].subject_id)
    assert (book.ways, book.unsubscribed) == ({"review": "in_app"}, ("reference",))


def test_whoever_wants_mail_gets_it_also_where_a_journey_names_another_way(
    here: Pages, path: Path, ses: Ses
) -> None:
    path.delight()
    wish(here.browser(ANNA), review="email")
    path.publish(REVIEW, BYE, channels=["in_app"])
    path.step(path.entered())
    assert told(path).state == "sent"
    assert "good or bad" in text_of(ses.requests[-1])


def test_one_click_ends_all_of_it_and_the_page_says_so(here: Pages, path: Path, ses: Ses) -> None:
    path.delight()
    anna = here.browser(ANNA)
    wish(anna, review="email")
    path.publish(REVIEW, BYE)
    path.step(path.entered())
    told(path)
    mail = ses.requests[-1]["Content"]["Simple"]
    (stop,) = (one["Value"] for one in mail["Headers"] if one["Name"] == "List-Unsubscribe")
    where = stop.strip("<>").removeprefix("https://go.example")
    one_click = {"List-Unsubscribe": "One-Click"}
    assert here.browser().ask("POST", where, form=one_click).status in (200, 303)
    book = Wishes(path.desk()).read(path.made[0].subject_id)
    assert (book.unsubscribed, book.ways) == (("all",), {"review": "email"})
    page = anna.get(HERE)
    assert page.fields(HERE).get("nothing") == "yes"
    assert page.fields(HERE)["review"] == "email"
    anna.send(page, HERE, nothing="", reference="none")
    assert Wishes(path.desk()).read(path.made[0].subject_id).unsubscribed == ("reference",)


def test_handing_on_is_a_consent_that_is_given_and_taken_back_here(here: Pages, path: Path) -> None:
    path.delight()
    anna = here.browser(ANNA)
    for share, held in (("yes", True), ("", False)):
        wish(anna, share=share)
        (found,) = (one for one in consents_of(path.store, path.anna) if one.what == "contact")
        assert (found.withdrawn_ms is None) is held
    anna.language = "de"
    assert "Deren eigenes System" not in anna.get(HERE).words
    assert "darf mit einer Bitte meinen Namen" in anna.get(HERE).words


def test_whoever_was_never_heard_of_has_nothing_to_choose(here: Pages, path: Path) -> None:
    path.joined(path.program_id, BEN_IN)
    ben = here.browser(BEN)
    assert "nothing to choose yet" in ben.get(HERE).words
    path.delight()
    stolen = here.browser(ANNA).get(HERE).fields(HERE)
    assert ben.ask("POST", HERE, form=stolen).status == 403


def test_the_night_is_where_the_account_says_it_is(here: Pages, path: Path, ses: Ses) -> None:
    item = path.store.get(VaultItem, vault_key(path.anna))
    assert item is not None
    zone = "Asia/Tokyo"  # the clock of the tests stands at a morning hour of UTC
    anna = here.browser(ANNA)
    anna.send(anna.get("/my/account"), "/my/account", zone=zone)
    path.publish(REVIEW, BYE, quiet_hours={"from_hour": 15, "until_hour": 23})
    path.delight()
    path.step(path.entered())
    mail = told(path)
    assert (mail.state, mail.reason, ses.requests) == ("held", "quiet_hours", [])


def test_the_page_and_the_copy_show_what_holds_after_two_became_one(
    here: Pages, path: Path, ses: Ses
) -> None:
    """Anna is heard of by a number first; her old letter was to her address alone."""
    path.delight(email=None, customer_id="u-1")
    path.later(hours=1)
    path.delight()
    anna = here.browser(ANNA)
    wish(anna, review="email", story="none")
    path.publish(REVIEW, BYE, **ALL_DAY)
    path.step(path.entered())
    assert told(path).state == "sent"
    path.hear("milestone", customer_id="u-1")  # now the number is hers, and was there before
    page = anna.get(HERE).fields(HERE)
    assert (page["review"], page["story"]) == ("email", "none")
    mail = ses.requests[-1]["Content"]["Simple"]
    (stop,) = (one["Value"] for one in mail["Headers"] if one["Name"] == "List-Unsubscribe")
    where = stop.strip("<>").removeprefix("https://go.example")
    one_click = {"List-Unsubscribe": "One-Click"}
    assert here.browser().ask("POST", where, form=one_click).status in (200, 303)
    assert "You get no more requests from" in here.browser().get(where).words
    assert anna.get(HERE).fields(HERE)["nothing"] == "yes"
    (copied,) = privacy.sections(path.desk())["wishes"](path.anna, None).rows
    assert copied["unsubscribed"] == ["all", "story"]
    assert copied["ways"] == {"review": "email"}
    wish(anna, nothing="", review="in_app", story="")
    whole = path.gate.look(path.made[0].subject_id).whole
    assert (whole.unsubscribed, whole.ways) == ((), {"review": "in_app"})
