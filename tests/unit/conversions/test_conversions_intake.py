"""Kept deliveries are settled once, counted when they fail, listed for people and read again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from goodword.conversions import intake
from goodword.conversions.aliases import OrderAlias
from goodword.conversions.intake import (
    DeliveryHead,
    Inbox,
    NotUnderstood,
    delivery_id_of,
    first_seen,
    list_kept,
    overdue,
    quarantined,
    read_again,
    topic_of,
)
from goodword.conversions.model import Delivery, DeliveryState, Facts, OtherNames, Source
from goodword.conversions.order import Space
from goodword.errors import Conflict, NotFound, Unavailable
from goodword.events import Event
from goodword.limits import (
    DELIVERY_TRIES_MAX,
    ORDER_TRIES_MAX,
    PENDING_SHARDS,
    SWEEP_AGE_SECONDS,
    SWEEP_PAGE_ITEMS,
)
from goodword.ports import Change
from goodword.records import Key, Record

from tests.support.desk import NOW_MS, World
from tests.support.scene import PROGRAM, Scene, sale

SPACE = Space(PROGRAM, "src_1")
SOURCE = Source(
    source_id="src_1",
    kind="stripe",
    program_id=PROGRAM,
    currency="EUR",
    label="shop",
    sealed_secrets=("sealed",),
    created_ms=0,
)


@dataclass
class Reader:
    """Says what it was told to say."""

    says: Callable[[], Facts] = lambda: Facts(ignored="unpaid")
    read: int = 0
    rests_on: Sequence[Record] = ()

    def facts_of(self, delivery: Delivery) -> Facts:
        self.read += 1
        return self.says()

    def at_a_glance(self, delivery: Delivery) -> tuple[Facts, Sequence[Record]]:
        return self.facts_of(delivery), self.rests_on


@dataclass
class Room:
    """An inbox over a scene, with its deliveries."""

    scene: Scene = field(default_factory=Scene)
    reader: Reader = field(default_factory=Reader)

    @property
    def inbox(self) -> Inbox:
        return Inbox(self.scene.desk("conversions_stream"), self.reader, self.scene.worker)

    def put(self, name: str = "evt_1", **changes: object) -> Delivery:
        head = DeliveryHead(delivery_id=name, topic="orders/paid", fingerprint="ab" * 32)
        delivery = first_seen(
            SOURCE, head, sealed_body="sealed", at_ms=self.scene.clock.at_ms, writer="req-1"
        ).but(**changes)
        change = Change()
        change.create(delivery)
        self.scene.store.commit(change)
        return delivery

    def at(self, key: Key) -> Delivery:
        found = self.scene.store.get(Delivery, key)
        assert found is not None
        return found


def refuse(error: Exception) -> Callable[[], Facts]:
    def say() -> Facts:
        raise error

    return say


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_first_delivery_waits_and_is_kept_for_thirty_days(room: Room) -> None:
    delivery = room.put()
    assert (delivery.state, delivery.program_id, delivery.source_kind) == (
        "waiting",
        PROGRAM,
        "stripe",
    )
    assert delivery.keep_s == NOW_MS // 1000 + 30 * 86_400
    assert delivery.index_entry.pk.startswith("WAITING#")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("evt_1A.b:c-d", "evt_1A.b:c-d"),
        ("", "body-" + "ab" * 20),
        ("a@b.example", "body-" + "ab" * 20),
        ("a#b", "body-" + "ab" * 20),
        ("x" * 129, "body-" + "ab" * 20),
        ("-leading", "body-" + "ab" * 20),
        ("ev\nt", "body-" + "ab" * 20),
    ],
)
def test_only_plain_words_name_a_delivery(text: str, name: str) -> None:
    assert delivery_id_of(text, "ab" * 32) == name


def test_a_topic_is_a_plain_word_or_nothing() -> None:
    assert topic_of("orders/paid") == "orders/paid"
    assert topic_of("charge.dispute.funds_withdrawn") == "charge.dispute.funds_withdrawn"
    assert topic_of("Orders Paid") == ""
    assert topic_of("x" * 81) == ""


def test_a_delivery_is_read_and_given_its_end_once(room: Room) -> None:
    key = room.put().key
    assert room.inbox.settle(key) == "ignored"
    assert room.inbox.settle(key) == "ignored"
    assert room.reader.read == 1
    assert room.at(key).reason == "unpaid"
    assert room.at(key).index_entry.pk.startswith("DONE#")


def test_one_order_that_a_stream_shows_is_booked_without_reading_it_first(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, scene = room.at(room.put().key), room.scene
    click = scene.click()
    fact = sale("1001", 5_000, scene.clock.at_ms, click_ids=(click,))
    room.reader.says = lambda: Facts(facts=(fact,))
    with monkeypatch.context() as patch:
        patch.setattr(Inbox, "settle", None)
        assert room.inbox.settle_shown(shown) == "booked"
    assert room.at(shown.key).state == "booked"
    assert room.inbox.settle_shown(shown) == "booked"  # an old image of what has its end
    assert room.inbox.settle_shown(room.at(shown.key)) == "booked"
    assert scene.conversion.decisions == 1


def test_whatever_else_a_stream_shows_is_read_first(room: Room) -> None:
    assert room.inbox.settle_shown(room.put("evt_1")) == "ignored"
    room.reader.says = refuse(NotUnderstood("bad_amount", "not a number"))
    shown = room.at(room.put("evt_2").key)
    assert room.inbox.settle_shown(shown) == "not_understood"
    assert room.at(shown.key).reason == "bad_amount"
    assert room.inbox.settle_shown(shown.but(delivery_id="gone")) is None


def test_one_that_has_expired_is_nothing(room: Room) -> None:
    key = room.put().key.__class__("arrivals", "DLV#src_1#gone", "BODY")
    assert room.inbox.settle(key) is None
    assert room.inbox.settle_again(key) is None


def test_what_is_not_understood_is_kept_and_listed_with_its_reason(room: Room) -> None:
    room.reader.says = refuse(NotUnderstood("bad_amount", "not a number"))
    key = room.put().key
    assert room.inbox.settle(key) == "not_understood"
    kept = list_kept(room.scene.store, PROGRAM, limit=10).rows
    assert [(one.key, one.reason) for one in kept] == [(key, "bad_amount")]
    (told,) = room.scene.events("conversion.not_understood")
    assert (told.subject, told.reason) == (PROGRAM, "bad_amount")
    assert list_kept(room.scene.store, "prg_other", limit=10).rows == []


def test_a_quarantined_body_is_told_once_and_never_read(room: Room) -> None:
    first = room.put()
    second = quarantined(first.but(body_hash="cd" * 32))
    assert second.key.pk == first.key.pk
    assert second.key.sk == "BODY#" + "cd" * 16
    change = Change()
    change.create(second)
    room.scene.store.commit(change)
    for _ in range(2):
        assert room.inbox.settle(second.key) == "quarantined"
    assert room.reader.read == 0
    (told,) = room.scene.events("conversion.quarantined")
    assert (told.subject, told.reason, told.at_ms) == (PROGRAM, "delivery_id_reused", NOW_MS)


def test_a_try_again_is_counted(room: Room) -> None:
    key = room.put().key
    assert room.inbox.settle_again(key) == "ignored"
    assert room.at(key).attempts == 1
    assert room.inbox.settle_again(key) == "ignored"
    assert room.at(key).attempts == 1


def test_a_failing_one_is_given_up_as_poison_after_many_tries(room: Room) -> None:
    room.reader.says = refuse(RuntimeError())
    key = room.put().key
    for _ in range(DELIVERY_TRIES_MAX):
        with pytest.raises(RuntimeError):
            room.inbox.settle_again(key)
    assert room.inbox.settle_again(key) == "not_understood"
    assert room.at(key).reason == "poison"
    assert room.reader.read == DELIVERY_TRIES_MAX


def test_an_outage_does_not_count_against_a_delivery(room: Room) -> None:
    room.reader.says = refuse(Unavailable("kms", "not now"))
    key = room.put(attempts=3).key
    with pytest.raises(Unavailable):
        room.inbox.settle_again(key)
    assert room.at(key).attempts == 3


def test_a_try_is_not_counted_on_one_that_ended_meanwhile(room: Room) -> None:
    key = room.put().key

    def settled_elsewhere() -> Facts:
        room.scene.worker.close(room.at(key), "ignored", "unpaid")
        raise Unavailable("kms", "not now")

    room.reader.says = settled_elsewhere
    with pytest.raises(Unavailable):
        room.inbox.settle_again(key)
    assert (room.at(key).state, room.at(key).attempts) == ("ignored", 1)


NAMES = Facts(names=(OtherNames(order_id="1001", aliases=("pi_1", "ch_1")),))


def test_further_names_are_joined_once_and_free_the_refunds_under_them(room: Room) -> None:
    room.scene.sale("1001", click_ids=(room.scene.click(),))
    room.scene.refund("r-1", 1_000, orders=("pi_1",))
    assert room.scene.conversion.refunded_net_minor == 0
    room.reader.says = lambda: NAMES
    assert room.inbox.settle(room.put("evt_1").key) == "booked"
    assert room.scene.conversion.refunded_net_minor == 1_000
    assert room.inbox.settle(room.put("evt_2").key) == "booked"
    assert room.scene.conversion.refunded_net_minor == 1_000
    names = {one.alias for one in room.scene.all(OrderAlias)}
    assert names == {"1001", "pi_1", "ch_1"}


def test_names_of_an_order_that_has_not_come_wait_for_it(room: Room) -> None:
    room.reader.says = lambda: NAMES
    key = room.put().key
    assert room.inbox.settle(key) == "waiting"
    assert room.inbox.settle_again(key) == "waiting"
    room.scene.sale("1001")
    assert room.inbox.settle_again(key) == "booked"


def test_names_of_an_order_that_never_comes_are_given_to_a_person(room: Room) -> None:
    room.reader.says = lambda: NAMES
    key = room.put().key
    states = [room.inbox.settle_again(key) for _ in range(ORDER_TRIES_MAX)]
    assert states == ["waiting"] * (ORDER_TRIES_MAX - 1) + ["not_understood"]
    assert room.at(key).reason == "unknown_order"


def test_only_those_that_waited_too_long_are_overdue_oldest_first(room: Room) -> None:
    many = SWEEP_PAGE_ITEMS * 5
    old = {room.put(f"evt_{number}").key for number in range(many)}
    late = room.scene.clock.at_ms + SWEEP_AGE_SECONDS * 1000
    assert {one.key for one in overdue(room.scene.store, late)} == set()
    assert {one.key for one in overdue(room.scene.store, late + 1)} == old
    room.scene.clock.advance(60_000)
    room.put("evt_fresh")
    assert {one.key for one in overdue(room.scene.store, late + 1)} == old
    assert list(overdue(room.scene.store, 0)) == []


def test_one_sweep_is_bounded(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(SWEEP_PAGE_ITEMS * PENDING_SHARDS * 2):
        room.put(f"evt_{number}")
    monkeypatch.setattr(intake, "SWEEP_PAGES_MAX", 1)
    late = room.scene.clock.at_ms + SWEEP_AGE_SECONDS * 1000 + 1
    assert len(list(overdue(room.scene.store, late))) == SWEEP_PAGE_ITEMS * PENDING_SHARDS


def test_a_kept_delivery_is_read_again_when_staff_ask(room: Room) -> None:
    room.reader.says = refuse(NotUnderstood("currency_mismatch", "USD"))
    key = room.put(attempts=7).key
    room.inbox.settle(key)
    again = read_again(room.scene.desk("staff"), key)
    assert (again.state, again.reason, again.attempts) == ("waiting", "", 0)
    (told,) = room.scene.events("conversion.read_again")
    assert told.reason == "currency_mismatch"
    room.reader.says = lambda: Facts(ignored="unpaid")
    assert room.inbox.settle_again(key) == "ignored"


@pytest.mark.parametrize("state", ["waiting", "booked", "ignored", "quarantined"])
def test_no_other_delivery_is_read_again(room: Room, state: DeliveryState) -> None:
    key = room.put(state=state).key
    with pytest.raises(Conflict) as refused:
        read_again(room.scene.desk("staff"), key)
    assert refused.value.code == "delivery_not_kept"


def test_an_unknown_delivery_is_not_read_again() -> None:
    with pytest.raises(NotFound) as refused:
        read_again(World().desk("staff"), Key("arrivals", "DLV#src_1#gone", "BODY"))
    assert refused.value.code == "unknown_delivery"


def test_events_of_the_inbox_carry_no_delivery_id(room: Room) -> None:
    room.reader.says = refuse(NotUnderstood("bad_amount", ""))
    room.inbox.settle(room.put("evt_of_a_person").key)
    assert "evt_of_a_person" not in "".join(one.model_dump_json() for one in room.scene.all(Event))


def test_nothing_is_noted_of_an_order_that_is_not_known_or_shows_nothing(room: Room) -> None:
    (names,) = NAMES.names
    written = room.scene.store.commits
    before = len(written)
    room.scene.worker.mark(SPACE, names)
    assert len(written) == before
    room.scene.sale("1001", click_ids=(room.scene.click(),))
    before = len(written)
    room.scene.worker.mark(SPACE, names)
    assert len(written) == before
