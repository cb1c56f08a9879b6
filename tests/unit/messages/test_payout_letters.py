"""Money that did not stay with its receiver is written about, with what the ledger moved."""

from typing import Any, get_args

import pytest
from goodword.advocates.model import Advocate, Enrolment, enrolment_key
from goodword.events import Event, system
from goodword.messages.model import Letter
from goodword.messages.outlook import BANNED, outlook
from goodword.messages.service import Messenger
from goodword.payouts.confirming import FAIL_CODES
from goodword.payouts.model import PayoutRun, Why
from goodword.payouts.ports import RailAnswer
from goodword.payouts.stops import Holding
from goodword.ports import Change
from goodword.privacy.model import PersonalFields
from goodword.programs.effective import version_in_force
from goodword.trust.banning import Bans
from goodword_aws.messages import money_of

from tests.fakes.privacy import MemoryVault
from tests.support.payday import ANNA, Payday
from tests.support.scene import JOINED_MS, MAYA, PROGRAM
from tests.unit.messages.test_telling import ENGLISH
from tests.unit.payouts.test_part_back import told

# Why somebody is in no run, which is never said of money that a payout has given back.
OF_RUNS_ONLY = {
    "sanctioned_country",
    "other_currency",
    "after_cutoff",
    "later_period",
    "still_moving",
}


class Box:
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.sent: dict[str, Letter] = {}

    def send(self, to: str, letter: Letter, type: str) -> str:
        self.sent[type] = letter
        return "mail"


def letters(world: Payday) -> dict[str, Letter]:
    """What Maya is sent of everything that has happened."""
    vault, box = MemoryVault(), Box()
    change = Change()
    change.create(vault.seal(MAYA, PersonalFields(name="Maya", email="maya@example.com")))
    world.store.commit(change)
    messenger = Messenger(
        world.desk("messages"), vault, box, lambda _: ENGLISH, "https://go.example", money_of
    )
    for event in world.events():
        if event.type.startswith("payout."):
            messenger.tell(event)
    return box.sent


def sent(**answer: Any) -> Payday:
    """A payday whose one payment of 5.00 was paid, and of which the rail then says this."""
    world = Payday()
    world.due(500)
    world.cycle.settle(world.sent().run_id)
    if answer:
        told(world, **answer)
    return world


def test_a_part_that_came_back_is_told_as_a_part() -> None:
    world = sent(status="paid", amount_minor=500, returned_minor=120)
    letter = letters(world)["payout.part_returned"]
    assert "€1.20 came back to us; the rest stays with you" in letter.text
    assert "taken a part of the payment back" in letter.text
    assert "in your balance again" in letter.text
    assert world.payout.payout_id in letter.text


def test_what_came_back_after_a_part_is_the_rest() -> None:
    world = sent(status="paid", amount_minor=500, returned_minor=120)
    told(world, status="returned", amount_minor=500, returned_minor=500, reason="reversed")
    letter = letters(world)["payout.returned"]
    assert letter.subject.startswith("€3.80")
    assert "€3.80 came back to us" in letter.text
    assert "taken the payment back" in letter.text


def test_a_payment_that_waits_is_told_before_it_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = Payday()
    world.due(500)
    monkeypatch.setattr(world.rail, "send", lambda _: RailAnswer("unclaimed", amount_minor=500))
    world.cycle.settle(world.sent().run_id)
    assert [len(world.events(f"payout.{what}")) for what in ("unclaimed", "returned")] == [1, 0]
    monkeypatch.setattr(
        world.rail, "look_up", lambda *_: RailAnswer("returned", reason="unclaimed")
    )
    world.sending.ask_again(world.payout)
    sent = letters(world)
    assert "waits for you to take it" in sent["payout.unclaimed"].text
    assert "Nobody took it in the time" in sent["payout.returned"].text


@pytest.mark.parametrize("code", ["wrong_details", "account_closed", "refused_by_bank"])
def test_what_a_person_says_of_a_payment_by_hand_is_the_reason(code: str) -> None:
    world = Payday(rail="csv")
    world.pay_to(MAYA, rail="csv")
    world.due(500)
    run = world.sent()
    world.cycle.settle(run.run_id)
    world.confirming.one(world.payout.payout_id, ANNA, "failed", run_id=run.run_id, code=code)
    letter = letters(world)["payout.failed"]
    assert ENGLISH.reasons[code] in letter.text
    assert ENGLISH.reasons[""] not in letter.text
    assert "goes out with the next payout, on 1 December 2025" in letter.text
    assert ENGLISH.advice[""] in letter.text


def stopped(**payment: Any) -> Payday:
    """A payday whose one payment of 5.00 is released; what stops it comes next."""
    world = Payday(**payment)
    world.due(500)
    return world


def fails(world: Payday, run: PayoutRun) -> str:
    """The letter about the payment, which the run did not send."""
    for chunk in world.cycle.begin(run.run_id).chunks:
        world.cycle.send(run.run_id, chunk, 0)
    assert world.payout.state == "failed"
    assert world.rail.paid == []
    return letters(world)["payout.failed"].text


def test_a_payment_that_a_ban_stopped_promises_no_next_payout() -> None:
    world = stopped()
    run = world.released()
    change = Change()
    change.create(Advocate(advocate_id=MAYA, created_ms=0, links=1))
    world.store.commit(change)
    Bans(world.desk("staff")).ban(MAYA, PROGRAM, "own_orders", JOINED_MS, None)
    text = fails(world, run)
    assert "put on hold after this one was approved" in text
    assert ENGLISH.outlooks["banned_since"] in text
    assert "goes out with the next" not in text


def test_a_payment_that_finance_holds_says_so_and_how_to_object() -> None:
    world = stopped()
    run = world.released()
    Holding(world.desk("staff")).hold(MAYA, "suspected_fraud", None)
    text = fails(world, run)
    assert ENGLISH.reasons["on_hold"] in text
    assert ENGLISH.outlooks["on_hold"] in text
    assert "goes out with the next" not in text


def standing(world: Payday, **fields: Any) -> None:
    """Maya's enrolment is as said from now on."""
    found = world.store.get(Enrolment, enrolment_key(MAYA, PROGRAM))
    assert found is not None
    change = Change()
    change.replace(found.but(**fields))
    world.store.commit(change)


@pytest.mark.parametrize("state", ["paused", "banned"])
def test_a_payment_to_somebody_who_may_not_be_paid_says_why(state: str) -> None:
    world = stopped()
    run = world.released()
    standing(world, state=state)
    text = fails(world, run)
    assert ENGLISH.reasons[f"enrolment_{state}"] in text
    assert ENGLISH.outlooks[f"enrolment_{state}"] in text
    assert "goes out with the next" not in text


def said(world: Payday, reason: str, advocate_id: str = MAYA) -> str:
    """What the letter about a payment that failed for this reason says to do."""
    event = Event(
        event_id="evt_said",
        type="payout.failed",
        subject="pay_1",
        at_ms=world.clock.now_ms(),
        actor=system("test"),
        reason=reason,
        data={"advocate_id": advocate_id, "program_id": PROGRAM, "currency": "EUR"},
    )
    now_ms = world.clock.now_ms()
    terms = version_in_force(world.store, PROGRAM, now_ms).terms
    return outlook(event, world.store, terms, ENGLISH, now_ms)


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        ("insufficient_funds", "There is nothing you have to do."),
        ("rate_limited", "There is nothing you have to do."),
        ("changed_after_release", "There is nothing you have to do."),
        ("destination_changed", "tell us"),
        ("account_closed", "Check where we are to pay you."),
        ("a_code_of_a_rail", "Check where we are to pay you."),
        ("unclaimed", "in time"),
    ],
)
def test_what_to_do_follows_the_reason(reason: str, advice: str) -> None:
    world = stopped()
    text = said(world, reason)
    assert text.startswith(ENGLISH.outlooks[""].format(next="1 December 2025"))
    assert text.endswith(advice) or advice in text


def test_where_the_amount_goes_follows_what_keeps_it_back_now() -> None:
    assert said(Payday(), "account_closed", "adv_none") == ENGLISH.outlooks["not_enrolled"]
    assert said(Payday(), "account_closed") == ENGLISH.outlooks["nothing_ready"]
    world = stopped(minimum_minor=501)
    assert said(world, "other").startswith("Nothing is lost: the amount is in your balance again.")
    assert "reached the least that is paid out" in said(world, "other")
    world.pay_to(MAYA, rail="csv")
    assert said(world, "other") == ENGLISH.outlooks["rail_mismatch"]
    Holding(world.desk("staff")).hold(MAYA, "other", None)
    assert said(world, "account_closed") == ENGLISH.outlooks["on_hold"]


def test_every_state_of_a_balance_and_every_reason_of_ours_has_words() -> None:
    held = {"", BANNED, "nothing_ready", *get_args(Why)} - OF_RUNS_ONLY
    assert set(ENGLISH.outlooks) == held
    assert set(ENGLISH.advice) <= {*ENGLISH.reasons, ""}
    assert {*FAIL_CODES, "on_hold", "dispute_open", "not_enrolled"} - {"other"} <= {
        *ENGLISH.reasons
    }
