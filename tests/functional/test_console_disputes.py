"""Disputes on the pages: the thread, what was found, an answer, an outcome with its reason."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from goodword.conversions.model import Conversion
from goodword.rewards.model import Reward
from goodword.trust import searching
from goodword.trust.dispute import Dispute
from goodword_aws import wiring

from tests.support.api import ADMIN, MARKETER
from tests.support.api import FINANCE as FAY
from tests.support.court import Court
from tests.support.functions import over
from tests.support.pages import Browser, Pages, Shown, signing_in
from tests.support.scene import MAYA

HOSTILE = '<img src=x onerror="alert(1)">{{ 7 * 7 }}'


class House(NamedTuple):
    court: Court
    pages: Pages

    def dispute(self) -> Dispute:
        """As it is stored now."""
        return self.court.one(Dispute)


@pytest.fixture
def house() -> Iterator[House]:
    court = Court()
    with over(court) as patch, signing_in() as pool:
        patch.setattr(wiring, "texts", lambda: court.vault)
        patch.setattr("goodword_aws.trust.client", lambda _name: None)
        patch.setattr("goodword_aws.rewards.client", lambda _name: None)
        yield House(court, Pages(court, pool=pool))  # type: ignore[arg-type]  # any world


def path_of(dispute: Dispute) -> str:
    return f"/console/disputes/{dispute.dispute_id}"


def resolve(browser: Browser, path: str, **said: str) -> Shown:
    fields = {"reason_code": "evidence_found", "learned": "check_too_strict"} | said
    return browser.send(browser.get(path), f"{path}/resolve", **fields)


def test_a_refused_reward_is_granted_after_an_answer(house: House) -> None:
    reward = house.court.refused()
    made = house.court.about("reward", reward.reward_id)
    fay, path = house.pages.browser(FAY), path_of(made)
    listed = fay.get("/console/disputes")
    assert "A reward" in listed.words
    page = fay.get(path)
    assert "No." in page.words
    assert "€50.00" in page.words
    assert "All about this reward" in page.words
    answered = fay.send(page, f"{path}/answer", text=HOSTILE)
    assert answered.location == path
    shown = fay.get(path)
    assert "<img src=x" not in shown.html
    assert "{{ 7 * 7 }}" in shown.words
    assert house.dispute().state == "answered"
    assert resolve(fay, path, outcome="", reason_code="", learned="").status == 422
    done = resolve(fay, path, outcome="granted")
    assert done.location == path
    assert (house.dispute().outcome, house.dispute().decided_by) == ("granted", "sub-fay")
    assert house.court.one(Reward).state != "rejected"
    over_now = fay.get(path)
    assert "Granted" in over_now.words
    assert f'action="{path}' not in over_now.html
    again = resolve_again(fay, page, path)
    assert again.status == 409


def resolve_again(browser: Browser, page: Shown, path: str) -> Shown:
    form = page.fields(f"{path}/resolve") | {"outcome": "upheld", "reason_code": "goodwill"}
    return browser.ask("POST", f"{path}/resolve", form=form | {"learned": "nothing"})


def test_a_part_is_granted_as_it_was_typed(house: House) -> None:
    reward = house.court.refused()
    made = house.court.about("reward", reward.reward_id)
    fay, path = house.pages.browser(FAY), path_of(made)
    assert resolve(fay, path, outcome="partly", amount="twenty").status == 422
    assert resolve(fay, path, outcome="partly", amount="20,00").status == 303
    assert house.court.one(Reward).remaining_minor == 2_000


def test_a_missing_order_that_was_never_reported_is_granted(house: House) -> None:
    made = house.court.missing()
    fay, path = house.pages.browser(FAY), path_of(made)
    page = fay.get(path)
    assert "There is no order with this number" in page.words
    assert "Robin Smith" in page.words
    nothing = resolve(fay, path, outcome="granted", told_order="1001")
    assert nothing.status == 422
    said = {"told_order": "1001", "told_on": "2025-11-21", "told_net": "100.00"}
    looked = resolve(fay, path, outcome="granted", order_id="", **said, told_source="src_1")
    assert looked.status == 409
    assert "Nothing is granted yet" in looked.words
    assert "€100.00" in looked.words
    assert "€10.00" in looked.words
    other = fay.send(looked, f"{path}/resolve", told_net="50.00", sure="yes")
    assert other.status == 409
    assert "€50.00" in other.words
    assert house.court.all(Reward) == []
    done = fay.send(other, f"{path}/resolve", sure="yes")
    assert done.status == 303, done.words
    assert house.court.one(Reward).earned_minor == 500


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("told_net", "0.125", "EUR has 2 decimals"),
        ("told_net", "1.2.3.4", "not an amount"),
        ("told_on", "2099-11-21", "in the future"),
        ("told_on", "0025-11-21", "1970 to 2199"),
        ("told_order", "", "fill this in"),
    ],
)
def test_an_order_that_staff_mistyped_is_not_granted(
    house: House, field: str, typed: str, words: str
) -> None:
    made = house.court.missing()
    fay, path = house.pages.browser(FAY), path_of(made)
    said = {"told_order": "1001", "told_on": "2025-11-21", "told_net": "100.00", field: typed}
    refused = resolve(fay, path, outcome="granted", order_id="", sure="yes", **said)
    assert refused.status == 422
    assert words in refused.words
    assert house.court.all(Reward) == []


def test_a_mistyped_number_shows_what_it_may_mean_and_that_is_granted(house: House) -> None:
    house.court.sale("1002", 10_000)
    made = house.court.missing("1020")
    fay, path = house.pages.browser(FAY), path_of(made)
    page = fay.get(path)
    assert "There is no order with this number" in page.words
    assert "1002" in page.words
    assert "two characters swapped" in page.words
    conversion_id = house.court.one(Conversion).conversion_id
    assert conversion_id in page.words
    done = resolve(fay, path, outcome="granted", order_id="", conversion_id=conversion_id)
    assert done.status == 303, done.words
    reward = house.court.one(Reward)
    assert (reward.advocate_id, reward.order_id) == (MAYA, "1002")


def test_the_page_says_which_lists_are_cut(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "SEARCH_SHOWN_MAX", 1)
    made, fay = house.court.missing("1020"), house.pages.browser(FAY)
    for order in ("1021", "1022"):
        buyer = {"customer_id": f"c{order}"}
        house.court.sale(order, click_ids=(house.court.click(),), customer=buyer)
    words = fay.get(path_of(made)).words
    assert "Not every order with nearly this number is shown." in words
    assert "This person has more orders of these days than were searched." in words
    assert "More deliveries of these days" not in words


def test_who_may_see_and_decide(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    reward = house.court.refused()
    path = path_of(house.court.about("reward", reward.reward_id))
    admin = house.pages.browser(ADMIN)
    page = admin.get(path)
    assert page.status == 200
    assert f'action="{path}' not in page.html
    form = page.fields("/auth/sign-out")
    for action in ("answer", "resolve"):
        assert admin.ask("POST", f"{path}/{action}", form=form).status == 403
    assert house.pages.browser(MARKETER).get(path).status == 403
    monkeypatch.setattr("goodword_aws.wiring.advocate_of", lambda _: MAYA)
    own = house.pages.browser(FAY)
    assert "about yourself" in own.get(path).words
    said = {"outcome": "granted", "reason_code": "goodwill", "learned": "nothing"}
    refused = own.ask("POST", f"{path}/resolve", form=own.get(path).fields("/auth/sign-out") | said)
    assert refused.status == 403
    assert house.dispute().state == "open"


def test_a_form_without_its_token_does_nothing(house: House) -> None:
    reward = house.court.refused()
    path = path_of(house.court.about("reward", reward.reward_id))
    fay = house.pages.browser(FAY)
    form = fay.get(path).fields(f"{path}/answer") | {"text": "hello"}
    assert fay.ask("POST", f"{path}/answer", form=form | {"_token": "0" * 64}).status == 403
    assert house.dispute().messages == 1
