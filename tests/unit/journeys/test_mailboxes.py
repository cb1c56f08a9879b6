"""One mailbox is asked within caps and cool-down, however many programmes know it."""

from typing import Any

import pytest
from goodword.conversions.forgetting import Forgetting
from goodword.journeys.asked import Mailbox, forget_asks
from goodword.journeys.asking import AskRules
from goodword.journeys.definition import Frequency
from goodword.journeys.walk import AskMade, Walk
from goodword.limits import MAILBOX_ASKS_MAX
from goodword.ports import Change
from goodword.times import DAY_MS

from tests.support.hooks import Company
from tests.support.journeys import REFERENCE
from tests.support.people import ANNA, MACS
from tests.support.walks import BYE, RULES, Path

GOAL = {"motion": "reference", "within_days": 90}


class Brands(Path):
    """Anna takes part in two programmes of one company, and either could ask her."""

    def __init__(self) -> None:
        super().__init__()
        self.first = self.program_id
        self.second = self.program(rules=RULES).program_id
        self.joined(self.second)
        self.walks: dict[str, Walk] = {}
        for program_id in (self.first, self.second):
            self.program_id = program_id
            often = {"asks": 5, "days": 30}
            self.publish(REFERENCE, BYE, frequency=often, goal=GOAL)
            self.delight()
            self.walks[program_id] = self.entered()

    def ask(self, program_id: str) -> str:
        """The walk of a programme moves on; what holds it, if anything."""
        self.step(self.walks[program_id])
        return self.now(self.walks[program_id]).held

    def rules(self, program_id: str, **changes: Any) -> None:
        change = Change()
        change.create(AskRules(program_id=program_id, **changes))
        self.store.commit(change)

    def asked_by(self, program_id: str) -> list[AskMade]:
        return [one for one in self.made if one.program_id == program_id]


@pytest.fixture
def brands() -> Brands:
    return Brands()


def test_what_another_programme_asked_holds_back_as_ones_own_does(brands: Brands) -> None:
    brands.ask(brands.first)
    assert brands.ask(brands.second) == "cool_down"
    assert [one.program_id for one in brands.made] == [brands.first]
    held = brands.now(brands.walks[brands.second])
    assert held.next_ms == brands.made[0].made_ms + 14 * DAY_MS
    brands.later(days=14)
    brands.ask(brands.second)
    assert len(brands.asked_by(brands.second)) == 1


def test_whoever_has_several_names_is_asked_and_noted_with_each(brands: Brands) -> None:
    brands.program_id = brands.first
    brands.hear("csat", 100, customer_id="c-9")
    brands.ask(brands.first)
    assert [one.program_id for one in brands.made] == [brands.first]
    assert len({one.mac for one in brands.all(Mailbox)}) == 2


def test_how_often_counts_over_programmes_too(brands: Brands) -> None:
    few = {"cool_down_days": 0, "frequency": Frequency(asks=1, days=60)}
    brands.rules(brands.second, **few)
    brands.ask(brands.first)
    assert brands.ask(brands.second) == "too_often"
    brands.later(days=60)
    brands.delight()
    assert brands.ask(brands.second) != "too_often"


def test_two_programmes_that_ask_at_one_moment_ask_once(brands: Brands) -> None:
    brands.before_next_commit(lambda: brands.ask(brands.second))
    brands.ask(brands.first)
    assert [one.program_id for one in brands.made] == [brands.second]
    assert brands.now(brands.walks[brands.first]).held == "cool_down"


def test_a_programme_of_another_brand_may_look_at_its_own_alone(brands: Brands) -> None:
    brands.rules(brands.second, across_programs=False)
    brands.ask(brands.first)
    brands.ask(brands.second)
    assert {one.program_id for one in brands.made} == {brands.first, brands.second}


def test_a_forgotten_mailbox_was_asked_by_the_other_programme_alone(brands: Brands) -> None:
    brands.rules(brands.second, across_programs=False)
    brands.ask(brands.first)
    brands.ask(brands.second)
    (box,) = brands.all(Mailbox)
    assert box.expires_s == box.asks[-1].at_ms // 1_000 + 366 * 86_400
    mac = MACS.mac("email", str(ANNA.email))
    forgetting = Forgetting(brands.desk())
    forgetting.forget(brands.first, mac)
    (box,) = brands.all(Mailbox)
    assert {one.program_id for one in box.asks} == {brands.second}
    forgetting.forget(brands.second, mac)
    assert brands.all(Mailbox) == []


def test_a_mailbox_is_forgotten_once_in_a_change(brands: Brands) -> None:
    assert Mailbox(mac="of nobody").expires_s is None
    brands.ask(brands.first)
    change, (box,) = Change(), brands.all(Mailbox)
    for _ in range(2):  # as of two names of one person
        forget_asks(brands.store, change, [box.mac], brands.first)
    brands.store.commit(change)
    assert brands.all(Mailbox) == []


# --- Identifiers that are heard of later ------------------------------------------------------

KIM = "kim@mail.example"
REVIEW = {"step": "ask", "name": "a", "motion": "community", "template": "hello"}


class Shops(Path):
    """Kim takes part nowhere; two programmes ask through the company's own system."""

    def __init__(self) -> None:
        super().__init__()
        self.first = self.program_id
        self.second = self.program(rules=RULES).program_id
        for program_id in (self.first, self.second):
            self.program_id = program_id
            Company(self)
            limits: dict[str, Any] = {"goal": {"motion": "community", "within_days": 90}}
            limits |= {"frequency": {"asks": 5, "days": 30}, "reach": "customers"}
            self.publish(REVIEW, BYE, channels=["webhook"], **limits)

    def ask(self, program_id: str, **whose: Any) -> str:
        """Somebody comes into the programme's journey and is asked; what holds it, if anything."""
        self.program_id = program_id
        self.delight(**whose)
        walk = self.entered(**whose)
        self.step(walk)
        return self.now(walk).held


def test_an_ask_is_noted_with_an_address_that_is_heard_of_later() -> None:
    shops = Shops()
    shops.ask(shops.first, email=None, customer_id="c-1")
    shops.hear("csat", 100, customer_id="c-1", email=KIM)
    assert shops.ask(shops.second, email=KIM) == "cool_down"
    assert [one.program_id for one in shops.made] == [shops.first]


def test_names_that_are_joined_were_asked_under_each() -> None:
    shops = Shops()
    shops.program_id = shops.first
    shops.hear("csat", 100, email=KIM)
    shops.later(hours=1)
    shops.ask(shops.first, email=None, customer_id="c-1")
    known = len(shops.all(Mailbox))
    shops.hear("csat", 100, customer_id="c-1", email=KIM)
    first, second = shops.all(Mailbox)
    assert (known, first.asks) == (1, second.asks)
    assert shops.ask(shops.second, email=KIM) == "cool_down"


def test_what_another_programme_asked_is_not_carried_so_that_it_can_be_forgotten() -> None:
    shops = Shops()
    shops.ask(shops.second, email=KIM)
    shops.program_id = shops.first
    shops.hear("csat", 100, customer_id="c-1", email=KIM)
    (box,) = shops.all(Mailbox)
    assert box.mac == MACS.mac("email", KIM)
    Forgetting(shops.desk()).forget(shops.second, box.mac)
    assert shops.all(Mailbox) == []


def test_what_was_asked_more_than_a_year_ago_is_not_carried() -> None:
    shops = Shops()
    shops.ask(shops.first, email=None, customer_id="c-1")
    shops.later(days=366)
    shops.hear("csat", 100, customer_id="c-1", email=KIM)
    assert len(shops.all(Mailbox)) == 1


def test_a_full_mailbox_keeps_the_newest() -> None:
    shops = Shops()
    shops.ask(shops.first, email=None, customer_id="c-1")
    shops.later(hours=1)
    box = Mailbox(mac=MACS.mac("email", KIM))
    for number in range(MAILBOX_ASKS_MAX):
        box = box.plus(shops.second, shops.clock.at_ms - DAY_MS + number)
    change = Change()
    change.create(box)
    shops.store.commit(change)
    shops.hear("csat", 100, customer_id="c-1", email=KIM)
    found = next(one for one in shops.all(Mailbox) if one.mac == box.mac)
    assert len(found.asks) == MAILBOX_ASKS_MAX
    assert found.asks[-1].program_id == shops.first
