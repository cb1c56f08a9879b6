"""Whether an advocate may earn is asked of the day of the sale, whenever it is told or decided."""

import itertools
from typing import Any

import pytest
from goodword.advocates.model import Absence, Advocate, Enrolment
from goodword.conversions.model import Conversion, ConversionFact
from goodword.errors import Conflict
from goodword.limits import ABSENCES_MAX
from goodword.ports import Change
from goodword.rewards.model import Reward
from goodword.times import DAY_MS
from goodword.trust.banning import Bans

from tests.support.court import GRANT, Court
from tests.support.desk import NOW_MS
from tests.support.scene import BEN, JOINED_MS, MAYA, PROGRAM, Scene, sale

HOUR_MS = DAY_MS // 24


def alive(scene: Scene) -> set[tuple[str, int]]:
    assert scene.ledger_differences() == []
    gone = ("void", "reversed", "rejected")
    return {
        (one.advocate_id, one.remaining_minor) for one in scene.all(Reward) if one.state not in gone
    }


def enrolment(scene: Scene, advocate_id: str = MAYA) -> Enrolment:
    return next(one for one in scene.all(Enrolment) if one.advocate_id == advocate_id)


def told(at_ms: int, click: str, net_minor: int = 5_000, **more: object) -> ConversionFact:
    return sale("A", net_minor, at_ms, click_ids=(click,), **more)


@pytest.mark.parametrize("state", ["paused", "left"])
@pytest.mark.parametrize("told_when", ["during", "after", "both"])
def test_a_sale_during_a_pause_earns_nothing_whenever_it_is_told(
    state: Any, told_when: str
) -> None:
    scene = Scene()
    click = scene.click()
    scene.set_enrolment(MAYA, state)
    scene.clock.advance(HOUR_MS)
    fact = told(scene.clock.at_ms, click)
    scene.clock.advance(HOUR_MS)
    if told_when in ("during", "both"):
        scene.deliver(fact.but(provisional=True))
    scene.set_enrolment(MAYA, "active")
    scene.clock.advance(HOUR_MS)
    if told_when in ("after", "both"):
        less = {"net_minor": 4_000, "gross_minor": 4_000} if told_when == "both" else {}
        scene.deliver(fact.but(**less))
    assert (scene.conversion.advocate_id, scene.conversion.reason) == (None, f"enrolment_{state}")
    assert alive(scene) == set()


def test_an_earlier_order_that_comes_late_decides_no_sale_of_a_pause() -> None:
    scene = Scene()
    scene.set_enrolment(MAYA, "paused")
    scene.clock.advance(HOUR_MS)
    scene.sale("A", click_ids=(scene.click(),))
    scene.clock.advance(HOUR_MS)
    scene.set_enrolment(MAYA, "active")
    scene.clock.advance(HOUR_MS)
    scene.deliver(sale("B", 5_000, NOW_MS - DAY_MS // 2, click_ids=(scene.click("MAYA7", 2),)))
    scene.sale("C", 3_000, click_ids=(scene.click(),))
    assert alive(scene) == {(MAYA, 500), (MAYA, 300)}
    assert {one.order_id for one in scene.all(Reward)} == {"B", "C"}


@pytest.mark.parametrize("state", ["paused", "left"])
def test_a_sale_before_a_pause_earns_when_it_is_told_during_it(state: Any) -> None:
    scene = Scene()
    click, at_ms = scene.click(), scene.clock.at_ms
    scene.clock.advance(HOUR_MS)
    scene.set_enrolment(MAYA, state)
    scene.deliver(told(at_ms, click))
    assert alive(scene) == {(MAYA, 500)}


@pytest.mark.parametrize("before_ms", [0, 1])
def test_a_ban_counts_since_the_day_it_names(before_ms: int) -> None:
    scene = Scene()
    change = Change()
    change.create(Advocate(advocate_id=MAYA, created_ms=0, links=1))
    scene.store.commit(change)
    click, at_ms = scene.click(), scene.clock.at_ms
    scene.clock.advance(DAY_MS)
    bans = Bans(scene.desk("fay"))
    bans.ban(MAYA, PROGRAM, "spam", at_ms + before_ms, None)
    scene.deliver(told(at_ms, click))
    assert alive(scene) == ({(MAYA, 500)} if before_ms else set())
    change = Change()
    bans.lift(change, MAYA, PROGRAM, "mistake_of_ours")
    scene.store.commit(change)
    assert enrolment(scene).state_at(at_ms + before_ms) == "banned"
    scene.clock.advance(1)
    scene.deliver(told(at_ms, click, provisional=True))
    assert alive(scene) == ({(MAYA, 500)} if before_ms else set())


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))), ids=str)
def test_sales_and_moves_in_any_order_of_telling(order: tuple[int, ...]) -> None:
    """Two sales of one order space, one in a pause and one not; told before or after each move."""
    scene = Scene()
    clicks = [scene.click("MAYA7", 1), scene.click("BEN77", 2)]
    scene.set_enrolment(MAYA, "paused")
    scene.clock.advance(HOUR_MS)
    during = scene.clock.at_ms
    scene.clock.advance(HOUR_MS)
    facts = [
        sale("during", 5_000, during, click_ids=(clicks[0],)),
        sale("during", 5_000, during, click_ids=(clicks[1],)),
        sale("before", 3_000, NOW_MS - 1, click_ids=(clicks[0],), customer={"customer_id": "c2"}),
    ]
    for one in order:
        if one == 3:
            scene.set_enrolment(MAYA, "active")
            scene.clock.advance(HOUR_MS)
        else:
            scene.deliver(facts[one])
    assert alive(scene) == {(BEN, 500), (MAYA, 300)}


def test_a_ban_that_comes_between_reading_and_writing_is_seen() -> None:
    scene = Scene()
    change = Change()
    change.create(Advocate(advocate_id=MAYA, created_ms=0, links=1))
    scene.store.commit(change)
    commit, seen = scene.store.commit, list[str]()

    def between(change: Change) -> None:
        if not seen and any(isinstance(one, Conversion) for one in change.created):
            seen.append("ban")
            Bans(scene.desk("fay")).ban(MAYA, PROGRAM, "spam", JOINED_MS, None)
        commit(change)

    scene.store.commit = between  # type: ignore[method-assign]
    scene.sale(click_ids=(scene.click(),))
    assert seen == ["ban"]
    assert scene.conversion.reason == "enrolment_banned"
    assert scene.all(Reward) == []


@pytest.mark.parametrize("step", ["assess", "post"])
def test_what_escaped_a_ban_all_the_same_is_void_before_it_is_due(step: str) -> None:
    scene = Scene()
    scene.sale(click_ids=(scene.click(),))
    name = scene.reward.reward_id
    if step == "post":
        scene.approval.assess(name)
    change = Change()
    change.replace(enrolment(scene).turned("banned", scene.clock.at_ms, NOW_MS))
    scene.store.commit(change)
    scene.clock.advance(20 * DAY_MS)
    getattr(scene.approval, step)(name)
    assert (scene.reward.state, scene.reward.reason) == ("void", "ban")
    assert (scene.reward.ceiling_minor, alive(scene)) == (0, set())


def test_a_pause_after_the_sale_leaves_the_reward_to_become_due() -> None:
    scene = Scene()
    scene.sale(click_ids=(scene.click(),))
    scene.approval.assess(scene.reward.reward_id)
    scene.clock.advance(20 * DAY_MS)
    scene.set_enrolment(MAYA, "paused")
    scene.approval.post(scene.reward.reward_id)
    assert scene.reward.state == "due"


def test_the_states_of_the_past_are_kept_and_of_too_many_the_closest_become_one() -> None:
    one = enrolment(Scene()).but(changed_ms=0)
    for n in range(ABSENCES_MAX):
        one = one.turned("paused", n * 100).turned("active", n * 100 + 10)
    assert len(one.absences) == ABSENCES_MAX
    assert [one.state_at(at) for at in (100, 109, 110)] == ["paused", "paused", "active"]
    one = one.turned("left", ABSENCES_MAX * 100 - 85).turned("active", ABSENCES_MAX * 100)
    assert len(one.absences) == ABSENCES_MAX
    assert one.absences[-1] == Absence(state="left", from_ms=1_900, until_ms=2_000)
    assert one.state_at(1_912) == "left", "the shortest time between two is given up"
    assert one.state_at(110) == "active"
    banned = one.turned("banned", 2_100, 1_905).turned("active", 2_200)
    assert len(banned.absences) == ABSENCES_MAX
    assert [banned.state_at(at) for at in (1_950, 2_150, 2_200)] == ["banned", "banned", "active"]
    again = one.turned("paused", 3_000).turned("active", 3_000)
    assert [again.state_at(at) for at in (3_000, 3_001)] == ["paused", "active"]


def test_what_a_person_grants_is_asked_of_the_day_of_the_grant_and_stands() -> None:
    here = Court()
    here.set_enrolment(MAYA, "paused")
    here.clock.advance(HOUR_MS)
    fact = told(here.clock.at_ms, here.click(), provisional=True)
    here.deliver(fact)
    dispute = here.missing("A")
    with pytest.raises(Conflict, match="grant_earns_nothing"):
        here.resolving.resolve(dispute.dispute_id, GRANT, None)
    here.clock.advance(HOUR_MS)
    here.set_enrolment(MAYA, "active")
    here.resolving.resolve(dispute.dispute_id, GRANT, None)
    assert alive(here) == {(MAYA, 500)}
    here.set_enrolment(MAYA, "paused")
    here.deliver(fact.but(net_minor=4_000, gross_minor=4_000, provisional=False))
    assert alive(here) == {(MAYA, 400)}


def test_a_refused_reward_is_not_owed_again_while_a_ban_covers_its_order() -> None:
    here = Court()
    refused = here.refused()
    dispute = here.about("reward", refused.reward_id)
    change = Change()
    change.create(Advocate(advocate_id=MAYA, created_ms=0, links=1))
    here.store.commit(change)
    Bans(here.desk("fay")).ban(MAYA, PROGRAM, "spam", JOINED_MS, None)
    with pytest.raises(Conflict, match="a ban covers this order"):
        here.resolving.resolve(dispute.dispute_id, GRANT, None)
    assert here.reward.state == "rejected"


def test_whose_enrolment_is_not_there_earns_nothing() -> None:
    scene = Scene()
    change = Change()
    change.delete(enrolment(scene))
    scene.store.commit(change)
    scene.sale(click_ids=(scene.click(),))
    assert (scene.conversion.reason, alive(scene)) == ("enrolment_missing", set())
