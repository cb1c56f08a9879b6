"""What a programme owes is counted of all of the journal, and each reward has its age."""

import pytest
from goodword.ledger.liability import AGES, Liability, liabilities, newest
from goodword.ledger.model import Balance
from goodword.ledger.service import Checker
from goodword.ports import Change
from goodword.rewards.model import Reward
from goodword.times import DAY_MS

from tests.support.scene import MAYA, PROGRAM, Scene
from tests.unit.ledger.test_check import Busy


def earned(scene: Scene, order: str = "o1") -> Reward:
    """5.00 EUR of Maya's."""
    before = {one.reward_id for one in scene.all(Reward)}
    scene.sale(order, click_ids=(scene.click(),), customer={"customer_id": order})
    (made,) = (one for one in scene.all(Reward) if one.reward_id not in before)
    return made


def count(scene: Scene) -> Liability:
    Checker(scene.desk(), scene.store).check()
    found = newest(scene.store, PROGRAM)
    assert found is not None
    return found


def test_nothing_is_known_before_the_first_count() -> None:
    scene = Scene()
    assert newest(scene.store, PROGRAM) is None
    Checker(scene.desk(), scene.store).check()
    assert newest(scene.store, PROGRAM) is None  # nobody has earned, so there is nothing to count


def test_a_reward_grows_older_from_day_to_day() -> None:
    scene = Scene()
    reward = earned(scene)
    places = []
    for days in (*AGES, AGES[-1] + 1):
        scene.clock.at_ms = reward.created_ms + days * DAY_MS + DAY_MS - 1
        (unit,) = count(scene).units
        (aged,) = unit.aged
        assert (aged.state, aged.rewards, aged.total_minor) == ("pending", 1, 500)
        places.append(aged.by_age.index(500))
    assert places == [0, 1, 2, 3]
    assert len(scene.store.query(Liability, "core", liabilities(PROGRAM)).rows) == 4


def test_what_is_refused_or_taken_back_is_no_longer_owed() -> None:
    scene = Scene()
    first, second = earned(scene), earned(scene, "o2")
    change = Change()
    change.replace(first.but(state="rejected"))
    change.replace(second.but(state="reversed", remaining_minor=0))
    scene.store.commit(change)
    (unit,) = count(scene).units
    assert unit.aged == ()
    assert unit.total_minor == 1_000  # the journal's word, which these records left out
    assert unit.set_against_minor == 1_000


def test_each_currency_is_counted_by_itself_and_who_has_nothing_is_nobody() -> None:
    scene = Scene()
    earned(scene)
    (unit,) = count(scene).units
    assert (unit.currency, unit.people, unit.moving) == ("EUR", 1, 0)
    assert unit.accounts == {"pending": 500, "on_hold": 0, "payable": 0, "in_payout": 0}
    assert unit.holders == {"pending": 1, "on_hold": 0, "payable": 0, "in_payout": 0}


@pytest.mark.parametrize(("least", "told"), [(1, 4), (2, 3)])
def test_an_account_of_too_few_is_not_told_and_nothing_by_which_it_could_be_known(
    least: int, told: int
) -> None:
    scene = Scene()
    earned(scene)
    (unit,) = count(scene).units
    said = unit.of_many(least)
    assert len(said.accounts) == told
    assert said.is_whole == (told == 4)
    assert said.aged == ()
    old = unit.but(holders={})  # counted before anybody counted the people of an account
    assert old.of_many(least).accounts == {}


def test_money_that_moves_while_it_is_counted_is_named() -> None:
    scene = Scene()
    earned(scene)

    def meanwhile() -> None:
        change = Change()
        change.replace(scene.balance(MAYA).but(leads=scene.balance(MAYA).leads))
        scene.store.commit(change)

    Checker(scene.desk(), Busy(scene, meanwhile, 1)).check()
    found = newest(scene.store, PROGRAM)
    assert found is not None
    assert [one.moving for one in found.units] == [1]
    assert scene.one(Balance).pending_minor == 500
