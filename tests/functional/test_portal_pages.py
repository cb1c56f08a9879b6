"""What advocates and the public see and do on their pages, and what they never see."""

from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any, get_args

import pytest
from goodword.advocates.destination import FIELDS
from goodword.advocates.model import Enrolment, PayoutMethod
from goodword.conversions.model import Conversion
from goodword.languages import LANGUAGES
from goodword.ledger.model import Balance
from goodword.ports import Change
from goodword.programs.model import Program, ProgramVersion, program_key, version_key
from goodword.programs.payment import Payment, RailName
from goodword.rewards.model import Reward, reward_key
from goodword.times import DAY_MS
from goodword_aws.pages.portal import own_rewards
from goodword_aws.pages.reader import phrases

from tests.support.api import ANNA, BEN, Caller
from tests.support.pages import Pages, pages
from tests.support.people import ANNA as ANNA_IN
from tests.support.people import BEN as BEN_IN
from tests.support.scene import terms

HOSTILE = '<script>alert("x")</script>{{ 7 * 7 }}'


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        yield made


@pytest.fixture
def program_id(here: Pages) -> str:
    return here.town.program(brand="Acme & Sons <b>").program_id


def keep(here: Pages, *records: object) -> None:
    change = Change()
    for record in records:
        change.save(record)  # type: ignore[arg-type]  # records of the test
    here.town.store.commit(change)


def reward_of(program_id: str, advocate_id: str, at_ms: int) -> Reward:
    return Reward(
        reward_id="rwd_00000000000000000000000001",
        advocate_id=advocate_id,
        program_id=program_id,
        version_number=1,
        rule_id="sale",
        conversion_id="cnv_1",
        order_id="order-1",
        action="sale",
        currency="EUR",
        earned_minor=500,
        remaining_minor=500,
        state="pending",
        created_ms=at_ms,
        changed_ms=at_ms,
        start_by_ms=at_ms,
        hold_until_ms=at_ms + DAY_MS,
    )


def joined(here: Pages, program_id: str) -> Enrolment:
    return here.town.joined(program_id, ANNA_IN)


def test_join_says_everything_before_anybody_signs_up(here: Pages, program_id: str) -> None:
    shown = here.browser().get(f"/join/{program_id}")
    assert shown.status == 200
    for words in (
        "Recommend Acme & Sons",
        "How a reward comes about",
        "Worked examples",
        "Sign in",
    ):
        assert words in shown.words
    assert here.browser().get("/join/prg_none").status == 404
    assert here.browser().get(f"/terms/{program_id}").status == 200


def test_what_was_refused_or_taken_back_is_not_in_the_chart_of_what_was_earned(
    here: Pages, program_id: str
) -> None:
    own, at_ms = joined(here, program_id).advocate_id, here.town.clock.at_ms
    stands = reward_of(program_id, own, at_ms)
    refused = stands.but(reward_id="rwd_00000000000000000000000002", state="rejected")
    part = stands.but(reward_id="rwd_00000000000000000000000003", remaining_minor=200)
    keep(here, stands, refused, part)
    shown = here.browser(ANNA).get("/my/earnings")
    chart = shown.html.partition('id="chart-earned-eur"')[2].partition("</figure>")[0]
    assert "€7.00" in chart
    assert "€12.00" not in chart
    assert "what was refused or taken back is not in it" in chart


def test_join_and_see_the_link(here: Pages, program_id: str) -> None:
    browser = here.browser(ANNA)
    assert "not in a programme yet" in browser.get("/my").words
    offer = browser.get(f"/join/{program_id}")
    sent = browser.send(offer, f"/join/{program_id}", terms="yes", disclosure="yes", name="Anna")
    assert sent.location == "/my"
    home = browser.get("/my")
    assert "Welcome" in home.words
    assert "https://go.example/r/" in home.words
    assert "Sign out" in home.words
    (enrolment,) = here.town.all(Enrolment)
    assert enrolment.state == "active"
    again = browser.send(offer, f"/join/{program_id}", terms="yes", disclosure="yes", name="Anna")
    assert again.location == "/my"
    assert "You take part already" in browser.get(f"/join/{program_id}").words


@pytest.mark.parametrize("missing", ["terms", "disclosure", "accept_terms_version"])
def test_joining_takes_both_promises(here: Pages, program_id: str, missing: str) -> None:
    browser = here.browser(ANNA)
    said = {"terms": "yes", "disclosure": "yes"} | {missing: ""}
    sent = browser.send(browser.get(f"/join/{program_id}"), f"/join/{program_id}", **said)
    assert sent.status == 422
    assert "could not be sent" in sent.words
    assert here.town.all(Enrolment) == []


def test_terms_that_changed_meanwhile_are_shown_again(here: Pages, program_id: str) -> None:
    browser = here.browser(ANNA)
    page = browser.get(f"/join/{program_id}")
    sent = browser.send(
        page, f"/join/{program_id}", terms="yes", disclosure="yes", accept_terms_version="7"
    )
    assert sent.status == 409
    assert "new version of the terms" in sent.words


def test_an_unverified_address_joins_nothing(here: Pages, program_id: str) -> None:
    browser = here.browser(Caller("sub-eve", "eve@mail.example", verified=False))
    page = browser.get(f"/join/{program_id}")
    sent = browser.send(page, f"/join/{program_id}", terms="yes", disclosure="yes")
    assert sent.status == 403
    assert "confirm your e-mail address" in sent.words


def test_the_payout_method_is_checked_kept_and_shown_masked(here: Pages) -> None:
    joined(here, here.town.program(payment=Payment(rail="csv")).program_id)
    browser = here.browser(ANNA)
    form = browser.get("/my/payouts/method")
    bad = browser.send(form, "/my/payouts/method", name="Anna", iban="DE89370400440532013001")
    assert bad.status == 422
    assert "check sum" in bad.words
    assert 'value="DE89370400440532013001"' in bad.html
    good = browser.send(
        browser.get("/my/payouts/method"),
        "/my/payouts/method",
        name="Anna Maria",
        iban="DE89 3704 0044 0532 0130 00",
    )
    assert good.location == "/my/payouts"
    shown = browser.get("/my/payouts")
    assert "DE** **** 3000" in shown.words
    assert "DE89" not in shown.html
    assert len(here.town.all(PayoutMethod)) == 1


def test_links_are_made_and_shown_with_the_disclosure(here: Pages, program_id: str) -> None:
    joined(here, program_id)
    browser = here.browser(ANNA)
    page = browser.get("/my/links")
    assert "#ad" in page.words
    sent = browser.send(page, "/my/links", label="Stickers", vanity="annas-beans")
    assert sent.location == "/my/links"
    shown = browser.get("/my/links")
    assert "Stickers" in shown.words
    assert "https://go.example/r/" in shown.words
    code = shown.html.split('src="/my/links/')[1].split("/qr")[0]
    assert browser.get(f"/my/links/{code}/qr").html.startswith("<?xml")
    here.town.joined(program_id, BEN_IN)
    assert here.browser(BEN).get(f"/my/links/{code}/qr").status == 404
    taken = browser.send(browser.get("/my/links"), "/my/links", vanity="admin")
    assert taken.status in (409, 422)
    assert "could not be sent" in taken.words


def test_leaving_is_said_and_done(here: Pages, program_id: str) -> None:
    joined(here, program_id)
    browser = here.browser(ANNA)
    sent = browser.send(browser.get("/my/account"), "/my/account/leave")
    assert sent.location == "/my/account"
    assert "stays due" in browser.get("/my/account").words
    assert "You have left" in browser.get("/my").words


def with_reward(here: Pages, program_id: str) -> Reward:
    enrolment = joined(here, program_id)
    reward = reward_of(program_id, enrolment.advocate_id, here.town.clock.now_ms())
    balance = Balance(
        advocate_id=enrolment.advocate_id, program_id=program_id, currency="EUR", pending_minor=500
    )
    keep(here, reward, balance)
    return reward


def test_rewards_have_fact_reason_and_action(here: Pages, program_id: str) -> None:
    with_reward(here, program_id)
    browser = here.browser(ANNA)
    for path in ("/my", "/my/earnings"):
        words = browser.get(path).words
        assert "Pending" in words
        assert "You do not have to do anything" in words or "nothing" in words.lower()
    browser.language = "de"
    assert "wird geprüft" in browser.get("/my/earnings").words


def test_what_one_can_do_about_a_reward_is_a_link(here: Pages, program_id: str) -> None:
    own = joined(here, program_id).advocate_id
    reward = reward_of(program_id, own, here.town.clock.at_ms)
    asking = f"/my/disputes/new?about=hold&amp;subject={reward.reward_id}&amp;program={program_id}"
    browser = here.browser(ANNA)
    for state, payout_id, link in (
        ("pending", None, ""),
        ("on_hold", None, asking),
        ("paid", "pay_1", "/my/payouts/pay_1"),
    ):
        here.town.store.items.pop(reward.key, None)
        keep(here, reward.but(state=state, payout_id=payout_id))
        page = browser.get("/my/earnings").html
        assert (asking in page, "/my/payouts/pay_1" in page) == (link == asking, "pay" in link)


def test_an_order_leads_to_ones_own_rewards_alone(here: Pages, program_id: str) -> None:
    own = joined(here, program_id).advocate_id
    reward = reward_of(program_id, own, here.town.clock.at_ms)
    order = Conversion.model_validate(
        {
            "conversion_id": "cnv_1",
            "program_id": program_id,
            "action": "sale",
            "order_id": "order-1",
            "currency": "EUR",
            "net_minor": 5_000,
            "gross_minor": 5_000,
            "state": "qualified",
            "advocate_id": own,
            "occurred_ms": 1,
            "received_ms": 1,
            "reason": "",
            "reward_ids": (reward.reward_id, "rwd_of_the_friend"),
        }
    )
    keep(here, reward, order)
    view: Any = SimpleNamespace(desk=here.town.desk(), advocate_id=own)
    assert own_rewards(view, "cnv_1") == [reward.reward_id]
    assert own_rewards(view, "cnv_none") == []


def test_another_persons_things_are_not_there(here: Pages, program_id: str) -> None:
    reward = with_reward(here, program_id)
    here.town.joined(program_id, BEN_IN)
    ben = here.browser(BEN)
    for path in (
        f"/my/earnings/{reward.reward_id}",
        f"/my/earnings/orders/{reward.conversion_id}",
        "/my/payouts/pay_another",
        "/my/payouts/pay_another/csv",
        "/my/earnings/rwd_nobody",
    ):
        assert ben.get(path).status == 404, path
    assert here.town.store.get(Reward, reward_key(reward.advocate_id, reward.reward_id))


def test_every_page_is_there_in_both_languages(here: Pages, program_id: str) -> None:
    with_reward(here, program_id)
    browser = here.browser(ANNA)
    paths = (
        *("/my", "/my/earnings", "/my/earnings/nothing", "/my/links", "/my/payouts"),
        "/my/hand-outs",
        *("/my/payouts/method", "/my/help", "/my/account"),
        *(f"/join/{program_id}", f"/terms/{program_id}", "/style"),
    )
    for language in ("en", "de"):
        browser.language = language
        for path in paths:
            shown = browser.get(path)
            assert shown.status == 200, path
            assert f'lang="{language}"' in shown.html
            assert "<b>" not in shown.html.split("<main")[1].split("</main>")[0], path
            assert "&lt;b&gt;" in shown.html or path == "/style" or "Acme" not in shown.html


def test_hostile_words_are_text_wherever_they_are_shown(here: Pages) -> None:
    program_id = here.town.program(name=HOSTILE, brand=HOSTILE, disclosure=HOSTILE).program_id
    browser = here.browser(ANNA)
    browser.send(
        browser.get(f"/join/{program_id}"),
        f"/join/{program_id}",
        terms="yes",
        disclosure="yes",
        name=HOSTILE,
    )
    for path in ("/my", "/my/links", "/my/help", "/my/account", f"/join/{program_id}"):
        shown = browser.get(path)
        assert shown.status == 200
        assert "<script>alert" not in shown.html
        assert "&lt;script&gt;alert" in shown.html
        assert "{{ 7 * 7 }}" in shown.words


def test_what_is_coming_is_told_with_its_day_and_can_be_acknowledged(
    here: Pages, program_id: str
) -> None:
    joined(here, program_id)
    store, now_ms = here.town.store, here.town.clock.now_ms()
    first = store.get(ProgramVersion, version_key(program_id, 1))
    assert first is not None
    head = store.get(Program, program_key(program_id))
    assert head is not None
    later = first.but(
        number=2,
        version=0,
        effective_ms=now_ms + 30 * DAY_MS,
        terms=first.terms.but(hold_days=first.terms.hold_days + 16),
    )
    change = Change()
    change.create(later)
    change.replace(head.but(latest=2))
    store.commit(change)
    browser = here.browser(ANNA)
    assert "The terms change on 22 Dec 2025" in browser.get("/my").words
    page = browser.get("/my/help")
    assert "Coming on 22 Dec 2025" in page.words
    assert str(later.terms.hold_days) in page.words
    sent = browser.send(page, "/my/help/read")
    assert sent.location == "/my/help"
    shown = browser.get("/my/help")
    assert "You said that you have read this" in shown.words
    assert 'action="/my/help/read"' not in shown.html


DESTINATIONS: Mapping[RailName, dict[str, str]] = {
    "csv": {"name": "Anna Maria", "iban": "DE89370400440532013000"},
    "simulator": {"receiver": "anna@mail.example"},
    "paypal": {"email": "anna@mail.example", "country": "de"},
    "stripe": {"account": "acct_1ABCdefGHI", "country": "DE"},
    "tremendous": {"name": "Anna", "email": "anna@mail.example", "country": "DE"},
    "store_credit": {"customer": "4711", "country": "DE"},
    "discount_code": {"customer": "4711", "country": "DE"},
}


def test_every_rail_has_its_words_and_fields() -> None:
    assert set(DESTINATIONS) == set(get_args(RailName)) == set(FIELDS)
    for language in LANGUAGES:
        for rail, fields in FIELDS.items():
            for key in (f"portal.rail.{rail}", *(f"portal.method.{one}" for one in fields)):
                assert key in phrases(language), (language, key)


@pytest.mark.parametrize("rail", sorted(DESTINATIONS))
@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_one_says_how_to_be_paid_on_any_rail(here: Pages, rail: RailName, language: str) -> None:
    payment = terms().payment.model_dump() | {"rail": rail}
    program_id = here.town.program(payment=payment).program_id
    joined(here, program_id)
    browser = here.browser(ANNA)
    browser.language = language
    page = browser.get("/my/payouts/method")
    assert set(DESTINATIONS[rail]) <= set(page.fields("/my/payouts/method"))
    wrong = browser.send(page, "/my/payouts/method", **dict.fromkeys(DESTINATIONS[rail], "?"))
    assert wrong.status == 422
    sent = browser.send(wrong, "/my/payouts/method", **DESTINATIONS[rail])
    assert sent.location == "/my/payouts", sent.words
    (method,) = here.town.all(PayoutMethod)
    assert method.rail == rail
    for path in ("/my/payouts", "/my/account"):
        assert browser.get(path).status == 200
