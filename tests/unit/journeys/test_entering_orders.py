"""Whoever a journey is for enters it, in whatever order a company's systems tell of them."""

from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any

import pytest
from goodword.conversions.model import Delivery, Facts
from goodword.journeys.opportunity import ContactFact, DealFact
from goodword.journeys.selling import Hearing
from goodword.journeys.signal import Subject
from goodword.journeys.walk import Walk
from goodword.times import HOUR_MS

from tests.support.journeys import REFERENCE
from tests.support.people import ANNA, MACS
from tests.support.walks import BYE, Path

RENEWED = {"kind": "renewal"}
LOOKED = ("journey.signal_noted", "journey.subject_known")


class Bus(Path):
    """Anna is a fan; a CRM and a product tell of her, and every event is relayed once."""

    def __init__(self, **changes: Any) -> None:
        super().__init__()
        self.relayed: set[str] = set()
        self.publish(REFERENCE, BYE, **{"trigger": RENEWED, **changes})
        self.delight()
        self.relay()

    def relay(self) -> int:
        """As the queue does; how many events there were."""
        fresh = [one for type in LOOKED for one in self.events(type)]
        fresh = [one for one in fresh if one.event_id not in self.relayed]
        for event in fresh:
            self.relayed.add(event.event_id)
            self.entering.consider(event.subject)
        return len(fresh)

    def tell(self, *facts: ContactFact | DealFact, namespace: str = "crm") -> None:
        deals = tuple(one for one in facts if isinstance(one, DealFact))
        people = tuple(one for one in facts if isinstance(one, ContactFact))
        delivery = Delivery(
            source_id="src_h",
            source_kind="hubspot",
            program_id=self.program_id,
            namespace=namespace,
            delivery_id="d",
            topic="crm",
            received_ms=self.clock.at_ms,
            body_hash="h",
            sealed_body="",
            writer="w",
            keep_s=1,
        )
        assert (
            Hearing(self.desk("conversions_stream"), MACS).hear(
                delivery, Facts(deals=deals, contacts=people)
            )
            == ""
        )

    def contact(self, **said: Any) -> None:
        self.tell(ContactFact(customer_id="501", occurred_ms=self.clock.at_ms, **said))

    def deal(self, name: str, **said: object) -> None:
        told = {"home": "EUR", "fact_id": name, "deal_id": "77", "occurred_ms": self.clock.at_ms}
        self.tell(DealFact.model_validate(told | said))

    @property
    def walked(self) -> int:
        return len(self.all(Walk))


EMAIL = str(ANNA.email)
TELLS: dict[str, Callable[[Bus], None]] = {
    "address": lambda bus: bus.contact(email=EMAIL),
    "her company": lambda bus: bus.contact(account_id="900"),
    "her deal": lambda bus: bus.deal("p", contact_ids=("501",)),
    "the deal's company": lambda bus: bus.deal("c", account_id="900"),
    "a renewal": lambda bus: bus.deal("t", renewal=True),
    "won": lambda bus: bus.deal("w", stage="closedwon"),
    "another": lambda bus: bus.deal("w", stage="closedwon", deal_id="78", account_id="900"),
    "called so": lambda bus: bus.deal("t", renewal=True, deal_id="78"),
}


@pytest.mark.parametrize(
    "told",
    [
        ("address", "her deal", "the deal's company", "a renewal", "won"),
        ("address", "her deal", "a renewal", "won"),
        ("address", "her company", "another", "called so"),
    ],
    ids=["her company was linked before", "no company", "not on the deal"],
)
def test_every_order_lets_her_in_once(told: Sequence[str]) -> None:
    for order in permutations(told):
        bus = Bus()
        for one in order:
            TELLS[one](bus)
            bus.relay()
            bus.clock.advance(HOUR_MS)
        assert bus.walked == 1, order


@pytest.mark.parametrize("first", ["group", "renewal"])
def test_a_group_call_may_come_behind_what_happened_to_the_group(first: str) -> None:
    bus = Bus()
    acts = {
        "group": lambda: bus.contact(email=EMAIL, account_id="acme"),
        "renewal": lambda: bus.deal("w", stage="closedwon", renewal=True, account_id="acme"),
    }
    for name in sorted(acts, key=lambda one: one != first):
        acts[name]()
        bus.relay()
    assert bus.walked == 1


def test_what_was_told_too_long_ago_lets_nobody_in_by_a_late_link() -> None:
    bus = Bus()
    bus.deal("w", stage="closedwon", renewal=True, account_id="900")
    bus.relay()
    bus.later(days=8)
    bus.contact(email=EMAIL, account_id="900")
    assert (bus.relay(), bus.walked) == (1, 0)


def test_a_name_that_turns_out_to_be_hers_brings_what_was_told_of_it() -> None:
    happy = [{"of": "signal", "kind": "csat", "low": 80}]
    bus = Bus(trigger={"kind": "case_resolved"}, entry=happy)
    bus.hear("case_resolved", about="c-1", email=None, customer_id="u-1")
    assert (bus.relay(), bus.walked) == (1, 0)
    hers = ContactFact(customer_id="u-1", email=EMAIL, occurred_ms=bus.clock.at_ms)
    bus.tell(hers, namespace="shop")
    assert (bus.relay(), bus.walked) == (1, 1)


def test_saying_the_same_again_makes_nobody_look() -> None:
    bus = Bus()
    bus.contact(email=EMAIL, account_id="900")
    assert bus.relay() == 1
    for _ in range(2):
        bus.contact(email=EMAIL, account_id="900")
    assert bus.relay() == 0


def person(bus: Bus) -> Subject:
    return bus.subjects.find(bus.program_id, EMAIL)


def test_the_company_of_a_deal_is_its_contacts_until_somebody_says_otherwise() -> None:
    bus = Bus()
    bus.contact(email=EMAIL)
    bus.deal("0", account_id="900")
    bus.deal("1", contact_ids=("501",))
    of_deal = person(bus).account_id
    assert of_deal is not None
    bus.clock.advance(HOUR_MS)
    bus.deal("2", account_id="901")
    moved = person(bus).account_id
    assert moved not in (None, of_deal)
    bus.clock.advance(HOUR_MS)
    bus.deal("3", dropped_ids=("501",))
    assert person(bus).account_id is None
    bus.contact(account_id="7")
    own = person(bus).account_id
    bus.deal("4", contact_ids=("501",), occurred_ms=bus.clock.at_ms + 1)
    assert person(bus).account_id == own != moved
    bus.deal("5", dropped_ids=("501",), occurred_ms=bus.clock.at_ms + 2)
    assert person(bus).account_id == own
