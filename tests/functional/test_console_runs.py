"""Finance's month on the pages: look, request, another one releases, watch it, compare."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from goodword.advocates.model import Payee, PayoutMethod
from goodword.payouts.model import Payout, PayoutRun
from goodword.payouts.stops import Holding
from goodword.ports import Change
from goodword.times import DAY_MS

from infra.local.rail_simulator import RailSimulator
from tests.support.api import ADMIN, ANALYST, ANNA, MARKETER, Caller
from tests.support.api import FINANCE as FAY
from tests.support.pages import Browser, Pages, Shown, signing_in
from tests.support.scene import BEN, MAYA
from tests.support.treasury import Treasury, treasury

FRED = Caller("sub-fred", "fred@shop.example", ("finance",))
FRAN = Caller("sub-fran", "fran@shop.example", ("finance",))
RUN = "/console/runs/run_prg_test_2025-10"


class House(NamedTuple):
    """A treasury with money due, and its pages."""

    world: Treasury
    rail: RailSimulator
    pages: Pages

    def tick(self) -> PayoutRun:
        """The clock starts the run of the last period."""
        self.world.sample("payouts_schedule", "tick")
        return self.world.run()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with treasury(tmp_path) as (world, rail), signing_in() as pool:
        world.due(123_456)
        world.due(50, BEN)
        yield House(world, rail, Pages(world, pool=pool))  # type: ignore[arg-type]  # any world


def share(world: Treasury) -> None:
    """Ben's destination is also that of somebody else."""
    method = next(one for one in world.all(PayoutMethod) if one.advocate_id == BEN)
    change = Change()
    change.create(Payee(account_hash=method.paid_at, advocate_id="adv_twin"))
    world.store.commit(change)


def release(browser: Browser, total: str) -> Shown:
    return browser.send(browser.get(RUN), f"{RUN}/release", total=total)


def test_a_month_from_the_list_to_the_comparison(house: House) -> None:
    house.tick()
    fay, fred = house.pages.browser(FAY), house.pages.browser(FRED)
    listed = fay.get("/console/runs")
    assert "Oct 2025" in listed.words
    assert "To be requested" in listed.words
    run = fay.get(RUN)
    assert "€1,234.56" in run.words
    assert "Below the minimum" in run.words
    assert "The list is complete" in run.words
    sent = fay.send(run, f"{RUN}/request")
    assert (sent.status, sent.location) == (303, RUN)
    own = fay.get(RUN)
    assert "Requested. Another person has to release it." in own.words
    assert "You requested it, so you cannot release it" in own.words
    assert f'action="{RUN}/release"' not in own.html
    assert "Requested you" in own.words

    wrong = release(fred, "1234.57")
    assert wrong.status == 422
    assert "not that of the run" in wrong.words
    assert house.world.run().state == "requested"
    done = release(fred, "1,234.56")
    assert (done.status, done.location) == (303, RUN)
    assert house.world.run().state == "settled"
    after = fred.get(RUN)
    assert "The run is finished" in after.words
    assert "1 payment, €1,234.56" in after.words
    compared = fred.get(f"{RUN}/reconciliation")
    assert "No difference, to the cent" in compared.words


def test_whoever_requested_cannot_release_by_hand_either(house: House) -> None:
    run = house.tick()
    fay = house.pages.browser(FAY)
    page = fay.get(RUN)
    fay.send(page, f"{RUN}/request")
    form = page.fields(f"{RUN}/request") | {"_once": "0" * 64, "total": "1234.56"}
    refused = fay.ask("POST", f"{RUN}/release", form=form | {"run_hash": run.run_hash})
    assert refused.status == 403
    assert "another person has to finish it" in refused.words
    assert house.world.run().state == "requested"


def test_a_large_run_takes_two_checkers(tmp_path: Path) -> None:
    with treasury(tmp_path, two_checkers_from_minor=1_000) as (world, rail), signing_in() as pool:
        world.due(5_000)
        house = House(world, rail, Pages(world, pool=pool))  # type: ignore[arg-type]  # any world
        house.tick()
        fay, fred, fran = (house.pages.browser(who) for who in (FAY, FRED, FRAN))
        fay.send(fay.get(RUN), f"{RUN}/request")
        assert "2 people beside the one who requested it" in fred.get(RUN).words
        assert release(fred, "50").location == RUN
        assert "You have checked it" in fred.get(RUN).words
        assert "one more person" in fran.get(RUN).words
        release(fran, "50,00")
        assert world.run().state == "settled"


def test_who_may_see_and_do_what(house: House) -> None:
    house.tick()
    for who, status in ((FAY, 200), (ADMIN, 200), (MARKETER, 403), (ANALYST, 403), (ANNA, 403)):
        for path in ("/console/runs", RUN, f"{RUN}/payments", f"{RUN}/left-out", f"{RUN}/gone"):
            assert house.pages.browser(who).get(path).status == status, (who.subject, path)
    admin = house.pages.browser(ADMIN)
    page = admin.get(RUN)
    assert "<form" in page.html  # to sign out
    assert f'action="{RUN}' not in page.html
    form = page.fields("/auth/sign-out") | {"run_hash": house.world.run().run_hash}
    assert admin.ask("POST", f"{RUN}/request", form=form).status == 403
    assert house.world.run().state == "draft"


def test_a_form_without_its_token_does_nothing(house: House) -> None:
    run = house.tick()
    fay = house.pages.browser(FAY)
    form = fay.get(RUN).fields(f"{RUN}/request")
    assert fay.ask("POST", f"{RUN}/request", form=form | {"_token": "0" * 64}).status == 403
    foreign = {"origin": "https://evil.example"}
    assert fay.ask("POST", f"{RUN}/request", form=form, headers=foreign).status == 403
    stale = fay.ask("POST", f"{RUN}/request", form=form | {"run_hash": "0" * 64})
    assert stale.status == 409
    assert "has changed since you opened" in stale.words
    assert house.world.run() == run


def test_what_is_not_there_is_not_found(house: House) -> None:
    fay = house.pages.browser(FAY)
    for path in (
        "/console/runs/run_prg_other_2025-10",
        "/console/runs/<script>",
        f"{RUN}/payments/csv",
        f"{RUN}/reconciliation",
        "/console/payouts/pay_none",
        "/console/payouts/pay_none/csv",
    ):
        assert fay.get(path).status == 404, path


def test_files_and_statements(house: House) -> None:
    house.tick()
    fay = house.pages.browser(FAY)
    file = fay.get(f"{RUN}/payments/csv")
    assert file.headers["Content-Disposition"] == 'attachment; filename="run_prg_test_2025-10.csv"'
    lines = file.html.splitlines()
    assert lines[0] == "payout_id,advocate_id,amount,currency,state,reason,reference"
    assert lines[1].split(",")[1:5] == [MAYA, "1234.56", "EUR", "draft"]
    payout = house.world.payout
    page = fay.get(f"/console/payouts/{payout.payout_id}")
    assert "€1,234.56" in page.words
    assert "canary" not in page.html
    assert payout.destination_hash not in page.html
    sheet = fay.get(f"/console/payouts/{payout.payout_id}/csv")
    assert sheet.html.splitlines()[-1].startswith("total,")
    assert payout.payout_id in fay.get(f"{RUN}/payments").words
    assert BEN in fay.get(f"{RUN}/left-out").words


def test_who_waits_from_earlier_runs_is_not_said_to_be_in_the_run(house: House) -> None:
    """Ben is too small for October's run, which notes him; November's has nothing new to say."""
    house.tick()
    fay = house.pages.browser(FAY)
    assert BEN in fay.get(f"{RUN}/left-out").words
    house.world.clock.advance(31 * DAY_MS)
    house.world.sample("payouts_schedule", "tick")
    november = "/console/runs/run_prg_test_2025-11"
    shown = fay.get(f"{november}/left-out")
    assert "Nobody new was left out" in shown.words
    assert "Everybody with a balance" not in shown.words
    waits = "/console/waiting?program=prg_test&amp;currency=EUR"
    for page in (shown, fay.get(november)):
        assert f'href="{waits}"' in page.html
    assert BEN in fay.get("/console/waiting", program="prg_test").words


def test_a_reward_and_its_payout_never_contradict_each_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each state of the run: what it is, since when, what comes next, what one can do."""
    house.tick()
    payout = house.world.payout
    fay, fred = house.pages.browser(FAY), house.pages.browser(FRED)
    fay.get(RUN), fred.get(RUN)

    def told() -> str:
        with monkeypatch.context() as own:
            own.setattr("goodword_aws.wiring.advocate_of", lambda _: MAYA)
            anna = house.pages.browser(ANNA)
            shown = anna.get("/my/earnings")
            assert "on its way" not in shown.words.lower()
            assert f'href="/my/payouts/{payout.payout_id}"' in shown.html
            return anna.get(f"/my/payouts/{payout.payout_id}").words

    draft = told()
    assert "On the list since 22 Nov 2025; two people still have to release it." in draft
    assert "There is nothing for you to do." in draft
    fay.send(fay.get(RUN), f"{RUN}/request")
    assert "22 Nov 2025; one person has looked at it" in told()
    house.world.clock.advance(DAY_MS)
    release(fred, "1234.56")
    assert "The payment service has confirmed it" in told()


def test_calling_off_takes_a_reason(house: House) -> None:
    house.tick()
    fay = house.pages.browser(FAY)
    assert fay.send(fay.get(RUN), f"{RUN}/cancel", reason_code="").status == 422
    refused = fay.send(fay.get(RUN), f"{RUN}/cancel", reason_code="because")
    assert refused.status == 422
    assert "Choose a reason" in refused.words
    fay.send(fay.get(RUN), f"{RUN}/cancel", reason_code="wrong_period")
    assert house.world.run().state == "cancelled"
    assert "Wrong period" in fay.get(RUN).words


def test_a_period_is_started_once(house: House) -> None:
    fay = house.pages.browser(FAY)
    page = fay.get("/console/runs")
    assert "No run yet" in page.words
    assert fay.send(page, "/console/runs").location == "/console/runs"
    assert house.world.run().state == "draft"
    again = fay.send(fay.get("/console/runs"), "/console/runs")
    assert again.status == 409
    assert "has its run already" in again.words


def test_findings_are_decided_with_a_reason(tmp_path: Path) -> None:
    with treasury(tmp_path) as (world, rail), signing_in() as pool:
        world.due(5_000)
        world.due(6_000, BEN)
        share(world)
        house = House(world, rail, Pages(world, pool=pool))  # type: ignore[arg-type]  # any world
        run = house.tick()
        assert run.open_findings
        fay = house.pages.browser(FAY)
        page = fay.get(RUN)
        assert "The audit wants an answer first" in page.words
        assert "Several people, one destination" in page.words
        assert f'action="{RUN}/request"' not in page.html
        while world.run().open_findings:
            form = page.fields(f"{RUN}/findings") | {"reason_code": "same_household"}
            assert fay.ask("POST", f"{RUN}/findings", form=form).status == 303
            page = fay.get(RUN)
        assert "The same household" in page.words
        assert f'action="{RUN}/request"' in page.html


def test_a_payee_decides_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.tick()
    monkeypatch.setattr("goodword_aws.wiring.advocate_of", lambda _: MAYA)
    fay = house.pages.browser(FAY)
    page = fay.get(RUN)
    assert "You are paid by this run" in page.words
    assert f'action="{RUN}/request"' not in page.html


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "report"),
        ("<script>alert(1)</script>;12", "report.1"),
        ("pay_1;twelve", "report.1"),
        ("pay_1;12;perhaps", "report.1"),
        ("pay_1;12\npay_1;12", "twice"),
    ],
)
def test_a_report_that_cannot_be_read_names_the_line(house: House, text: str, words: str) -> None:
    house.tick()
    fay, fred = house.pages.browser(FAY), house.pages.browser(FRED)
    fay.send(fay.get(RUN), f"{RUN}/request")
    release(fred, "1234.56")
    page = fay.get(f"{RUN}/reconciliation")
    sent = fay.send(page, f"{RUN}/report", report=text)
    assert sent.status == 422
    assert words in sent.words
    assert f'data-from="{RUN}/reconciliation"' in sent.tag("compared")  # a report has no page
    assert "data-from" not in page.tag("compared")
    assert "<script>alert" not in sent.html


def test_a_report_is_compared_to_the_cent(house: House) -> None:
    house.tick()
    fay, fred = house.pages.browser(FAY), house.pages.browser(FRED)
    fay.send(fay.get(RUN), f"{RUN}/request")
    release(fred, "1234.56")
    payout = house.world.one(Payout)
    page = fay.get(f"{RUN}/reconciliation")
    wrong = f"{payout.payout_id}; 1.234,55; paid; 0,10\n"
    assert fay.send(page, f"{RUN}/report", report=wrong).status == 303
    shown = fay.get(f"{RUN}/reconciliation")
    assert "1 payment differs" in shown.words
    assert "Another amount" in shown.words
    right = f"{payout.payout_id}\t1234.56"
    fay.send(shown, f"{RUN}/report", report=right)
    assert "No difference" in fay.get(f"{RUN}/reconciliation").words


def test_what_is_unclear_says_when_it_is_compared_again_and_when_somebody_must_look(
    house: House,
) -> None:
    house.world.pay_to(MAYA, "unclaimed@x.example")
    house.tick()
    fay, fred = house.pages.browser(FAY), house.pages.browser(FRED)
    fay.send(fay.get(RUN), f"{RUN}/request")
    release(fred, "1234.56")
    shown = fay.get(f"{RUN}/reconciliation").words
    assert "No clear answer" in shown
    assert "They are compared again by themselves" in shown
    assert "ask its support" not in shown
    house.world.clock.advance(3 * DAY_MS)
    house.world.sample("payouts_schedule", "tick")
    shown = fay.get(f"{RUN}/reconciliation").words
    assert "ask its support" in shown
    assert "They are compared again by themselves" in shown
    house.world.clock.advance(40 * DAY_MS)
    house.world.sample("payouts_schedule", "tick")
    shown = fay.get(f"{RUN}/reconciliation").words
    assert "The rail is asked no more by itself" in shown


def test_the_payee_reads_that_the_money_waits(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.world.pay_to(MAYA, "unclaimed@x.example")
    house.tick()
    fay, fred = house.pages.browser(FAY), house.pages.browser(FRED)
    fay.send(fay.get(RUN), f"{RUN}/request")
    release(fred, "1234.56")
    monkeypatch.setattr("goodword_aws.wiring.advocate_of", lambda _: MAYA)
    shown = house.pages.browser(ANNA).get(f"/my/payouts/{house.world.one(Payout).payout_id}")
    assert "Waits for you" in shown.words
    names = " ".join(shown.words.split())
    assert "Paid by Acme" in names
    assert "Paid to u***@x***.example" in names
    assert "anna@" not in names.partition("Paid to")[2].partition("Rewards until")[0]
    assert "On its way" not in shown.words


def test_the_payee_reads_why_a_payment_failed_and_no_promise(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.tick()
    fay, fred = house.pages.browser(FAY), house.pages.browser(FRED)
    fay.send(fay.get(RUN), f"{RUN}/request")
    Holding(house.world.desk("staff")).hold(MAYA, "suspected_fraud", None)
    release(fred, "1234.56")
    assert house.world.one(Payout).state == "failed"
    monkeypatch.setattr("goodword_aws.wiring.advocate_of", lambda _: MAYA)
    for path in ("/my/payouts", f"/my/payouts/{house.world.one(Payout).payout_id}"):
        words = house.pages.browser(ANNA).get(path).words
        assert "Your payouts were put on hold after this one was approved" in words
        assert "goes out with the next" not in words
        assert "ready again" not in words


def test_german_reads_german(house: House) -> None:
    house.tick()
    browser = house.pages.browser(FAY)
    browser.language = "de-DE"
    page = browser.get(RUN)
    assert "1.234,56 €" in page.words.replace("\xa0", " ")
    assert "Die Liste ist vollständig" in page.words
    browser.send(page, f"{RUN}/request")
    other = house.pages.browser(FRED)
    other.language = "de-DE"
    other.send(other.get(RUN), f"{RUN}/release", total="1.234,56 €")
    assert house.world.run().state == "settled"
