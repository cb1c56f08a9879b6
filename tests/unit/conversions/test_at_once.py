"""A new order that moves nothing else takes two reads and one commit, its delivery included.

Whatever else may be waiting for it, or may have moved since, takes the long way, to the same end.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest
from goodword.conversions.aliases import ParkedRefunds
from goodword.conversions.model import Conversion, Customer, Delivery, Facts, Source
from goodword.ledger.model import Balance
from goodword.limits import TRANSACTION_ITEMS_MAX
from goodword.ports import Change
from goodword.programs import effective
from goodword.programs.caps import Cap
from goodword.programs.model import Program, ProgramVersion, program_key
from goodword.programs.rules import Rule
from goodword.records import Key, Record
from goodword.rewards.model import Reward
from goodword.times import DAY_MS
from goodword.trust.signals import Signals
from goodword.trust.trails import Own

from tests.fakes.store import MemoryStore
from tests.support.scene import BEN, PROGRAM, Scene, sale

BUYER = Signals(card="visa 1", name="Robin Moor", orders_before=2)


class Watched(MemoryStore):
    """Notes every read, and may let something happen before one of the commits."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[str] = []
        self.first: Callable[[], object] | None = None

    def get_many(self, kind: Any, keys: Any) -> Any:
        self.reads.append(f"get {kind.KIND}")
        return super().get_many(kind, keys)

    def get_mixed(self, wanted: Mapping[Key, type[Record]]) -> dict[Key, Record]:
        self.reads.append("get mixed")
        return super().get_mixed(wanted)

    def query(self, kind: Any, *args: Any, **more: Any) -> Any:
        self.reads.append(f"query {kind.KIND}")
        return super().query(kind, *args, **more)

    def commit(self, change: Change) -> None:
        if self.first is not None and any(one.KIND == "conversion" for one in change.created):
            first, self.first = self.first, None
            first()
        super().commit(change)


class Shop(Scene):
    """The programme, and deliveries that are stored before anybody books them."""

    STORE = Watched
    store: Watched

    def put(self) -> Delivery:
        """A delivery as a stream would show it."""
        self.clock.advance(2 * DAY_MS)
        before = {one.key for one in self.all(Delivery)}
        self.deliver(ignored="for its record alone")
        (made,) = (one for one in self.all(Delivery) if one.key not in before)
        change = Change()
        change.replace(made.but(state="waiting", reason=""))
        self.store.commit(change)
        found = self.store.get(Delivery, made.key)
        assert found is not None
        return found

    def fact(self, order_id: str = "1001", **fields: object) -> Facts:
        """One order over a click of Maya's."""
        told = {"click_ids": (self.click(),)} | fields
        return Facts(facts=(sale(order_id, 5_000, self.clock.at_ms, **told),))

    def ends(self, delivery: Delivery) -> tuple[str, str]:
        """What became of it."""
        found = self.store.get(Delivery, delivery.key)
        assert found is not None
        return found.state, found.reason


@pytest.fixture
def shop() -> Shop:
    """A shop whose programme this process knows already."""
    shop = Shop()
    shop.sale("warm", click_ids=(shop.click(),))
    return shop


def looked_up(shop: Shop, act: Callable[[], object]) -> list[str]:
    shop.store.reads.clear()
    act()
    return list(shop.store.reads)


def test_two_reads_and_one_commit(shop: Shop) -> None:
    shown, facts = shop.put(), shop.fact(signals=BUYER, aliases=("a-1", "a-2"))
    commits = len(shop.store.commits)
    reads = looked_up(shop, lambda: shop.worker.book_shown(shown, facts, ()))
    assert reads == ["get mixed", "get mixed"]
    assert len(shop.store.commits) == commits + 1
    assert shop.ends(shown) == ("booked", "")
    assert shop.ledger_differences() == []


def test_limits_of_the_whole_programme_are_read_with_the_rest() -> None:
    cap = Cap.model_validate({"scope": "programme", "period": "month", "amount_minor": 10**6})
    shop = Shop(caps=(cap,))
    shop.sale("warm", click_ids=(shop.click(),))
    shown, facts = shop.put(), shop.fact()
    reads = looked_up(shop, lambda: shop.worker.book_shown(shown, facts, ()))
    assert reads == ["get mixed", "get mixed"]


def test_a_friend_who_comes_back_costs_no_more(shop: Shop) -> None:
    shown, facts = shop.put(), shop.fact("1002")
    assert len(shop.all(Conversion)) == 1
    reads = looked_up(shop, lambda: shop.worker.book_shown(shown, facts, ()))
    assert reads == ["get mixed", "get mixed"]
    assert shop.ends(shown) == ("booked", "")


def test_of_several_advocates_only_what_the_winner_has_is_read_further(shop: Shop) -> None:
    clicks = (shop.click(days_ago=2), shop.click("BEN77", days_ago=1))
    shown, facts = shop.put(), shop.fact("1002", click_ids=clicks)
    assert shop.worker.book_shown(shown, facts, ()) == "booked"
    assert {one.advocate_id for one in shop.all(Balance)} >= {"adv_maya"}
    assert shop.ledger_differences() == []


def test_a_customer_who_is_an_advocate_has_marks_of_their_own(shop: Shop) -> None:
    customer = Customer(customer_id="c9", email="ben77@x.example")
    shown, facts = shop.put(), shop.fact("1002", signals=BUYER, customer=customer)
    shop.worker.book_shown(shown, facts, ())
    assert [one.advocate_id for one in shop.all(Own)] == [BEN]


@pytest.mark.parametrize("state", ["booked", "gone"])
def test_a_delivery_that_is_not_as_shown_is_not_booked(shop: Shop, state: str) -> None:
    shown, facts = shop.put(), shop.fact("1002")
    change = Change()
    if state == "gone":
        change.delete(shown)
    else:
        change.replace(shown.but(state="booked"))
    shop.store.commit(change)
    assert shop.worker.book_shown(shown, facts, ()) is None
    assert len(shop.all(Conversion)) == 1


def test_a_source_that_is_not_as_remembered_is_not_gone_by(shop: Shop) -> None:
    source = Source(
        source_id="src_1",
        kind="generic",
        program_id=PROGRAM,
        label="shop",
        currency="EUR",
        sealed_secrets=("sealed",),
        created_ms=0,
    )
    change = Change()
    change.create(source)
    shop.store.commit(change)
    remembered = shop.store.get(Source, source.key)
    assert remembered is not None
    change = Change()
    change.replace(remembered.but(label="renamed"))
    shop.store.commit(change)
    shown, facts = shop.put(), shop.fact("1002")
    assert shop.worker.book_shown(shown, facts, (remembered,)) is None
    fresh = shop.store.get(Source, source.key)
    assert fresh is not None
    assert shop.worker.book_shown(shown, facts, (fresh,)) == "booked"


def test_one_that_moves_before_the_commit_is_not_booked_as_shown(shop: Shop) -> None:
    shown, facts = shop.put(), shop.fact("1002")
    shop.store.first = lambda: shop.worker.close(shown, "ignored", "by somebody else")
    assert shop.worker.book_shown(shown, facts, ()) is None
    assert len(shop.all(Conversion)) == 1
    assert shop.ends(shown) == ("ignored", "by somebody else")


def test_one_that_was_read_and_ends_elsewhere_is_booked_and_keeps_its_end(shop: Shop) -> None:
    delivery, facts = shop.put(), shop.fact("1002")
    shop.worker.close(delivery, "booked", "")
    assert shop.worker.book(delivery, facts) == "booked"
    assert len(shop.all(Conversion)) == 2


def test_a_delivery_of_more_than_one_order_is_read_first(shop: Shop) -> None:
    shown, one, two = shop.put(), shop.fact("1002"), shop.fact("1003")
    both = one.but(facts=(*one.facts, *two.facts))
    for facts in (both, Facts(ignored="unpaid")):
        assert shop.worker.book_shown(shown, facts, ()) is None
    assert len(shop.all(Conversion)) == 1


def test_a_refund_that_waits_is_booked_with_it(shop: Shop) -> None:
    shop.refund("r1", 2_500, orders=("1002",))
    shown, facts = shop.put(), shop.fact("1002")
    assert shop.worker.book_shown(shown, facts, ()) == "booked"
    assert shop.all(ParkedRefunds) == []
    assert sorted(one.remaining_minor for one in shop.all(Reward)) == [250, 500]


def test_a_refund_that_comes_between_the_read_and_the_commit_is_booked_too(shop: Shop) -> None:
    shown, facts = shop.put(), shop.fact("1002", aliases=("pi_2",))
    shop.store.first = lambda: shop.refund("r1", 2_500, orders=("pi_2",))
    assert shop.worker.book_shown(shown, facts, ()) == "booked"
    assert shop.all(ParkedRefunds) == []
    assert sorted(one.remaining_minor for one in shop.all(Reward)) == [250, 500]
    assert shop.ledger_differences() == []


def test_what_a_new_order_moves_is_decided_before_the_delivery_ends(shop: Shop) -> None:
    early = {"occurred_ms": shop.clock.at_ms - 10**6, "click_ids": (shop.click("BEN77", 2),)}
    shown, facts = shop.put(), shop.fact("0999", **early)
    assert shop.worker.book_shown(shown, facts, ()) == "booked"
    assert {one.decisions for one in shop.all(Conversion)} <= {1, 2}
    assert shop.ledger_differences() == []


def test_what_does_not_fit_one_commit_beside_its_delivery_takes_two() -> None:
    when = {"op": "at_least", "of": "order_net", "value": 1}
    for count in range(10, 40):
        base = {"action": "sale", "reward": {"kind": "flat", "amount_minor": 1}, "when": when}
        rules = tuple(Rule.model_validate(base | {"rule_id": f"r{n}"}) for n in range(count))
        shop = Shop(rules=rules, caps=())
        shown, before = shop.put(), len(shop.store.commits)
        facts = shop.fact(aliases=tuple(f"a-{number}" for number in range(8)))
        if shop.worker.book_shown(shown, facts, ()) == "not_understood":
            break
        decided = next(one for one in shop.store.commits[before:] if len(one.created) > 5)
        if len(shop.store.commits) == before + 2:
            assert TRANSACTION_ITEMS_MAX - 9 <= len(decided.keys) <= TRANSACTION_ITEMS_MAX
            assert shop.ends(shown) == ("booked", "")
            return
    pytest.fail("none was just too large")


def test_a_version_that_was_published_or_ended_counts_at_once(shop: Shop) -> None:
    """What this process remembers of versions goes with the head that it has just read."""
    (first,) = shop.all(ProgramVersion)
    head = shop.store.get(Program, program_key(PROGRAM))
    assert head is not None
    assert [one.number for one in shop.worker.editions.of(shop.store, head)] == [1]
    change = Change()
    change.create(first.but(number=2, version=0))
    change.replace(head.but(latest=2))
    shop.store.commit(change)
    shown, facts = shop.put(), shop.fact("1002")
    reads = looked_up(shop, lambda: shop.worker.book_shown(shown, facts, ()))
    assert reads == ["get mixed", "query program_version", "get mixed"]


def test_a_process_does_not_remember_versions_without_end(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effective, "TERMS_SHELF_PROGRAMS_MAX", 1)
    head = shop.store.get(Program, program_key(PROGRAM))
    assert head is not None
    editions = shop.worker.editions
    editions.of(shop.store, head.but(program_id="prg_other"))
    assert looked_up(shop, lambda: editions.of(shop.store, head)) == ["query program_version"]
    assert looked_up(shop, lambda: editions.of(shop.store, head)) == []


def test_two_orders_of_one_delivery_are_booked_one_after_the_other(shop: Shop) -> None:
    delivery, one, two = shop.put(), shop.fact("1002"), shop.fact("1003")
    assert shop.worker.book(delivery, one.but(facts=(*one.facts, *two.facts))) == "booked"
    assert len(shop.all(Conversion)) == 3


def test_a_friend_who_gets_something_for_the_first_time_costs_no_read() -> None:
    """Their account is under an id that was made just now."""
    friend = {"reward": {"kind": "flat", "amount_minor": 1}, "unit": "points"}
    base = {"rule_id": "both", "action": "sale", "friend": friend}
    both = Rule.model_validate(base | {"reward": {"kind": "flat", "amount_minor": 10}})
    shop = Shop(rules=(both,))
    shop.sale("warm", click_ids=(shop.click(),), customer=Customer(customer_id="c0"))
    for order in ("1001", "1002"):
        shown, facts = shop.put(), shop.fact(order)
        act = partial(shop.worker.book_shown, shown, facts, ())
        assert looked_up(shop, act) == ["get mixed", "get mixed"]
    assert len([one for one in shop.all(Balance) if one.advocate_id.startswith("frd")]) == 2
    assert shop.ledger_differences() == []
