"""A friend who objects is not remembered any more; one who is forgotten cannot be found again."""

import pytest
from goodword.conversions.forgetting import Forgetting
from goodword.conversions.model import Conversion, Customer, Identity
from goodword.errors import Conflict
from goodword.events import Event
from goodword.ledger.model import Balance
from goodword.ports import Change
from goodword.times import DAY_MS
from goodword.trust.signals import Signals, Trace
from goodword.trust.trails import Trail

from tests.support.desk import NOW_MS, PlainIndex
from tests.support.scene import BEN, MAYA, PROGRAM, Scene

EMAIL = "friend@x.example"
SIGNALS = Signals(card="visa-411111-1111", address=("12 Mill Road",), postcode="10115")


def bought(**changes: object) -> Scene:
    """Maya's friend bought twice, over her click, with a card."""
    scene = Scene(**changes)
    for day in (8, 4):
        order(scene, f"o{day}", day, click_ids=(scene.click("MAYA7", day + 1),))
    return scene


def order(scene: Scene, name: str, day: float, **fields: object) -> None:
    """An order of so many days ago."""
    at_ms = NOW_MS - int(day * DAY_MS)
    scene.sale(name, **{"occurred_ms": at_ms, "signals": SIGNALS, **fields})  # type: ignore[arg-type]  # fields of a sale


def mac(scene: Scene) -> str:
    """The key under which the friend's address is known."""
    found = PlainIndex().mac("email", EMAIL)
    assert found in {one for each in scene.all(Conversion) for one in each.identities}
    return found


def test_a_forgotten_friend_is_nowhere_and_the_money_stays() -> None:
    scene = bought()
    key, before = mac(scene), [one.payable_minor + one.pending_minor for one in scene.all(Balance)]
    assert Forgetting(scene.desk()).forget(PROGRAM, key) == 2
    assert scene.all(Identity) == []
    assert scene.all(Trace) == []
    assert [one.sightings for one in scene.all(Trail)] == [()] * len(scene.all(Trail))
    for one in scene.all(Conversion):
        assert (one.identities, one.forgotten, one.advocate_id) == ((), True, MAYA)
    assert [one.payable_minor + one.pending_minor for one in scene.all(Balance)] == before
    assert scene.ledger_differences() == []
    assert Forgetting(scene.desk()).forget(PROGRAM, key) == 0
    (told, *_) = [one for one in scene.all(Event) if one.type == "friend.forgotten"]
    assert key not in told.model_dump_json()


def test_a_repeat_of_a_forgotten_order_teaches_nothing_and_moves_nothing() -> None:
    scene = bought()
    Forgetting(scene.desk()).forget(PROGRAM, mac(scene))
    rewards = len(scene.all(Balance))
    order(scene, "o8", 8, click_ids=(scene.click("BEN77", 9),), aliases=("o8-again",))
    order(scene, "o8", 8, net_minor=9_000)
    assert scene.all(Identity) == []
    assert scene.all(Trace) == []
    found = next(one for one in scene.all(Conversion) if one.order_id == "o8")
    assert (found.identities, found.advocate_id, found.net_minor) == ((), MAYA, 5_000)
    assert len(scene.all(Balance)) == rewards
    scene.refund("r1", None, orders=("o8-again",))
    assert scene.ledger_differences() == []
    taken = next(one for one in scene.all(Conversion) if one.order_id == "o8")
    assert taken.refunded_net_minor == 5_000


def test_a_later_order_of_a_forgotten_friend_begins_with_nothing() -> None:
    scene = bought()
    Forgetting(scene.desk()).forget(PROGRAM, mac(scene))
    order(scene, "later", 1, click_ids=(scene.click("BEN77", 2),))
    later = next(one for one in scene.all(Conversion) if one.order_id == "later")
    assert later.advocate_id == BEN  # not sticky to Maya: nobody remembers
    for one in scene.all(Identity):
        assert [each.conversion_id for each in one.conversions] == [later.conversion_id]
        assert len(one.touches) == 1


def test_who_objects_is_not_looked_up_and_an_order_brings_its_own() -> None:
    scene = bought()
    Forgetting(scene.desk()).close(PROGRAM, mac(scene), closed=True)
    assert all(one.closed_ms == NOW_MS and not one.touches for one in scene.all(Identity))
    order(scene, "plain", 2)
    order(scene, "own", 1, click_ids=(scene.click("BEN77", 1.5),))
    found = {one.order_id: one.advocate_id for one in scene.all(Conversion)}
    assert found == {"o8": MAYA, "o4": MAYA, "plain": None, "own": BEN}
    assert all(one.touches == () and one.closed_ms for one in scene.all(Identity))
    Forgetting(scene.desk()).close(PROGRAM, mac(scene), closed=True)
    Forgetting(scene.desk()).close(PROGRAM, mac(scene), closed=False)
    assert all(one.closed_ms is None for one in scene.all(Identity))
    types = [one.type for one in scene.all(Event) if one.type.startswith("friend.")]
    assert types == ["friend.closed", "friend.opened"]
    assert scene.ledger_differences() == []


def test_a_stranger_may_object_before_anything_is_known() -> None:
    scene = Scene()
    key = PlainIndex().mac("email", "stranger@x.example")
    Forgetting(scene.desk()).close(PROGRAM, key, closed=True)
    assert [one.closed_ms for one in scene.all(Identity)] == [NOW_MS]
    assert Forgetting(scene.desk()).forget(PROGRAM, key) == 0
    assert scene.all(Identity) == []


def test_a_customer_known_by_another_name_is_forgotten_under_all_of_them() -> None:
    scene = bought()
    scene.sale("o8", customer=Customer(customer_id="c1", email=EMAIL))
    assert len(scene.all(Identity)) > 1
    Forgetting(scene.desk()).forget(PROGRAM, mac(scene))
    assert scene.all(Identity) == []


def test_an_order_that_waits_for_its_rate_is_decided_first() -> None:
    scene = bought()
    one = next(each for each in scene.all(Conversion) if each.order_id == "o8")
    change = Change()
    change.replace(one.but(state="waiting"))
    scene.store.commit(change)
    with pytest.raises(Conflict) as refused:
        Forgetting(scene.desk()).forget(PROGRAM, mac(scene))
    assert refused.value.code == "friend_order_waits"
    assert len(scene.all(Identity)) > 0


def test_two_who_forget_at_once_forget_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other call is done between this one's reading of the friend and its own removing."""
    scene = bought()
    key, forgetting = mac(scene), Forgetting(scene.desk())
    read = Forgetting.friend
    found = read(forgetting, PROGRAM, key)
    forgetting.forget(PROGRAM, key)
    told = len(scene.all(Event))
    monkeypatch.setattr(Forgetting, "friend", lambda *_: found)
    forgetting.forget(PROGRAM, key)
    assert scene.all(Identity) == []
    assert len(scene.all(Event)) == told
