"""Money that did not stay with its receiver is written about, with what the ledger moved."""

from typing import Any

import pytest
from goodword.messages.model import Letter
from goodword.messages.service import Messenger
from goodword.payouts.ports import RailAnswer
from goodword.ports import Change
from goodword.privacy.model import PersonalFields
from goodword_aws.messages import money_of

from tests.fakes.privacy import MemoryVault
from tests.support.payday import ANNA, Payday
from tests.support.scene import MAYA
from tests.unit.messages.test_telling import ENGLISH
from tests.unit.payouts.test_part_back import told


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
