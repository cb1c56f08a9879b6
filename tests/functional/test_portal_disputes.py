"""Whoever disagrees asks from the page, is answered there, and sees nobody else's words."""

from collections.abc import Iterator

import pytest
from goodword.ledger.model import Balance
from goodword.payouts.stops import Holding
from goodword.ports import Change
from goodword.rewards.model import Reward
from goodword.times import DAY_MS, ms_of
from goodword.trust.dispute import Dispute
from goodword.trust.resolving import Resolving, Ruling
from goodword_aws.trust import disputes
from goodword_aws.trust_answers import dispute_answer

from tests.support.api import ANNA, BEN, FINANCE
from tests.support.pages import Browser, Pages, Shown, pages
from tests.support.people import ANNA as ANNA_IN
from tests.support.people import BEN as BEN_IN
from tests.support.scene import Workflows

HOSTILE = "<script>alert(1)</script> & {{ 7 * 7 }}\nsecond line"


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        yield made


def held(here: Pages) -> Reward:
    """Anna has a reward on hold."""
    program_id = here.town.program().program_id
    advocate_id = here.town.joined(program_id, ANNA_IN).advocate_id
    at_ms = here.town.clock.now_ms()
    reward = Reward(
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
        state="on_hold",
        reason="self_referral",
        lapse_ms=at_ms + 7 * DAY_MS,
        created_ms=at_ms,
        changed_ms=at_ms,
        start_by_ms=at_ms,
        hold_until_ms=at_ms + DAY_MS,
    )
    change = Change()
    change.create(reward)
    here.town.store.commit(change)
    return reward


def asked(here: Pages, browser: Browser, text: str = "It was not me") -> Shown:
    """Anna asks about the hold."""
    reward = held(here)
    form = browser.get(
        "/my/disputes/new", about="hold", subject=reward.reward_id, program=reward.program_id
    )
    assert reward.reward_id in form.words
    return browser.send(form, "/my/disputes/new", text=text)


def test_a_hold_is_disputed_answered_and_taken_back(here: Pages) -> None:
    browser = here.browser(ANNA)
    sent = asked(here, browser)
    assert sent.location.startswith("/my/disputes/dsp_")
    shown = browser.get(sent.location)
    assert "Sent. A person will look at it." in shown.words
    assert "It was not me" in shown.words
    (dispute,) = here.town.all(Dispute)
    staff = disputes(here.town.desk("staff"))
    staff.write(dispute.dispute_id, "staff", "sub-fay", "What was it then?")
    answered = browser.get(sent.location)
    assert "What was it then?" in answered.words
    assert "Your turn" in answered.words
    assert "sub-fay" not in answered.html
    again = browser.send(answered, sent.location, text="A gift")
    assert again.location == sent.location
    assert "A gift" in browser.get(sent.location).words
    gone = browser.send(browser.get(sent.location), f"{sent.location}/withdraw")
    assert gone.location == sent.location
    over = browser.get(sent.location)
    assert "Taken back" in over.words
    assert f'action="{sent.location}"' not in over.html
    assert "Taken back" in browser.get("/my/disputes").words


def test_payouts_on_hold_are_disputed_from_the_page_that_says_so(here: Pages) -> None:
    program_id = here.town.program().program_id
    advocate_id = here.town.joined(program_id, ANNA_IN).advocate_id
    desk = here.town.desk("fred")
    Holding(desk).hold(advocate_id, "details_unclear", None)
    change = Change()
    change.create(
        Balance(
            advocate_id=advocate_id,
            program_id=program_id,
            currency="EUR",
            payable_minor=5_000,
            earned_minor=5_000,
        )
    )
    here.town.store.commit(change)
    browser = here.browser(ANNA)
    shown = browser.get("/my")
    assert "Your payouts are on hold" in shown.words
    there = f"/my/disputes/new?about=payouts_held&amp;program={program_id}"
    assert there in shown.html
    form = browser.get("/my/disputes/new", about="payouts_held", program=program_id)
    sent = browser.send(form, "/my/disputes/new", text="My account is right.")
    assert "About my payouts being on hold" in browser.get(sent.location).words
    (dispute,) = here.town.all(Dispute)
    assert (dispute.about, dispute.advocate_id) == ("payouts_held", advocate_id)
    here.town.clock.advance(DAY_MS)
    fay = here.town.desk("fay")
    ruling = Ruling("granted", "mistake_of_ours", "payment_details")
    Resolving(fay, disputes(fay), Workflows()).resolve(dispute.dispute_id, ruling, None)
    shown = browser.get(sent.location)
    assert "was decided for you on" in shown.words
    assert "A person is looking into it" not in shown.words
    assert "Your payouts are on hold" not in browser.get("/my").words


def test_what_is_written_is_text_and_sealed(here: Pages) -> None:
    browser = here.browser(ANNA)
    shown = browser.get(asked(here, browser, HOSTILE).location)
    assert "<script>alert" not in shown.html
    assert "{{ 7 * 7 }}" in shown.words
    assert "second line" in shown.words
    assert "alert(1)" not in repr(here.town.all(Dispute))


def test_nobody_else_reads_or_writes_it(here: Pages) -> None:
    anna = here.browser(ANNA)
    place = asked(here, anna).location
    here.town.joined(here.town.all(Dispute)[0].program_id, BEN_IN)
    ben = here.browser(BEN)
    assert ben.get(place).status == 404
    token = ben.get("/my").fields("/auth/sign-out")
    for action in (place, f"{place}/withdraw"):
        assert ben.ask("POST", action, form=token | {"text": "let me in"}).status == 404
    assert here.town.all(Dispute)[0].messages == 1


def test_a_missing_order_takes_a_number_and_a_day(here: Pages) -> None:
    held(here)
    browser = here.browser(ANNA)
    page = browser.get("/my/disputes/new")
    bare = browser.send(page, "/my/disputes/new", text="where is it?")
    assert bare.status == 422
    assert "number and the day" in bare.words
    assert "where is it?" in bare.words
    for wrong in ("2025-02-31", "31.12.2025", "0025-11-21", "1969-12-31", "9999-12-31"):
        said = {"text": "x", "order_number": "1001", "ordered_on": wrong}
        refused = browser.send(page, "/my/disputes/new", **said)
        assert refused.status == 422
        assert 'aria-invalid="true"' in refused.tag("f-ordered_on")
    future = {"text": "x", "order_number": "1001", "ordered_on": "2031-01-01"}
    assert browser.send(page, "/my/disputes/new", **future).status == 422
    sent = browser.send(
        page, "/my/disputes/new", text="where?", order_number="#1001", ordered_on="2025-11-20"
    )
    assert sent.status == 303
    (dispute,) = here.town.all(Dispute)
    assert (dispute.about, dispute.order_number) == ("missing_conversion", "#1001")
    assert "#1001" in browser.get("/my/disputes").words


def test_a_row_with_a_year_that_nobody_means_breaks_no_list(here: Pages) -> None:
    """Such a row was stored before years were bounded: everybody's lists go on."""
    here.town.joined(here.town.program().program_id, ANNA_IN)
    browser = here.browser(ANNA)
    said = {"text": "where?", "order_number": "#1001", "ordered_on": "2025-11-20"}
    place = browser.send(browser.get("/my/disputes/new"), "/my/disputes/new", **said).location
    (stored,) = here.town.all(Dispute)
    change = Change()
    change.replace(stored.but(ordered_ms=ms_of("0025-11-21T12:00:00Z")))
    here.town.store.commit(change)
    for path in ("/my", "/my/disputes", place):
        assert browser.get(path).status == 200, path
    staff = here.browser(FINANCE)
    for path in ("/console", "/console/disputes", f"/console/disputes/{stored.dispute_id}"):
        assert staff.get(path).status == 200, path
    assert dispute_answer(here.town.all(Dispute)[0]).ordered_at == "0025-11-21T12:00:00.000Z"


def test_pages_of_questions_are_there_in_german(here: Pages) -> None:
    browser = here.browser(ANNA)
    place = asked(here, browser).location
    browser.language = "de"
    for path in (place, "/my/disputes", "/my/disputes/new"):
        shown = browser.get(path)
        assert shown.status == 200
        assert 'lang="de"' in shown.html
    assert "Bei uns" in browser.get("/my/disputes").words
