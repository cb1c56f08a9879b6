"""Two names that turn out to be one person are asked and paid by a journey once."""

from functools import partial
from itertools import permutations
from typing import Any

import pytest
from goodword.advocates.model import Known
from goodword.journeys.handover import HandedOver
from goodword.journeys.signal import Subject
from goodword.journeys.walk import AskMade, Entered, Walk
from goodword.limits import WALKS_KEPT_MAX
from goodword.ports import Change
from goodword.programs.conditions import Equals

from tests.support.journeys import REFERENCE
from tests.support.people import ANNA, MACS
from tests.support.walks import BYE, RULES, THANKS, Path

WORK: dict[str, Any] = {"email": "anna@work.example"}
SETTLE = {"step": "wait", "name": "settle", "hours": 48}
MORE = {"step": "ask", "name": "more", "motion": "community", "template": "more"}
SUPPORT = {"step": "hand_over", "name": "care", "to": "support", "why": "Call within a day."}
REMIND = {"step": "remind", "name": "again", "of_ask": "call", "template": "again"}
YEAR: dict[str, Any] = {
    "trigger": {"kind": "deal_won"},
    "goal": {"motion": "reference", "within_days": 300},
    "frequency": {"asks": 9, "days": 30},
    "cool_down_days": 0,
    "again_days": 365,
}


@pytest.fixture
def path() -> Path:
    return Path()


def fans(path: Path) -> tuple[str, str]:
    """Anna by two addresses; nobody knows that both are one."""
    return path.delight(), path.delight(**WORK)


def known(path: Path) -> None:
    """She signs in by the other address, too."""
    change = Change()
    mac = MACS.mac("email", WORK["email"])
    change.create(Known(mac=mac, of="email", advocate_id=path.anna))
    path.store.commit(change)


def both(path: Path, *steps: dict[str, Any], **changes: Any) -> tuple[Walk, Walk]:
    """Both names enter, her own address a day before the other."""
    path.publish(*steps, **{**YEAR, **changes})
    fans(path)
    (first,) = path.entering.consider(path.hear("deal_won"))
    path.later(days=1)
    (second,) = path.entering.consider(path.hear("deal_won", **WORK))
    return first, second


def both_asked(path: Path, *steps: dict[str, Any], **changes: Any) -> tuple[Walk, Walk]:
    """Both are asked, since it is known of both names that they take part."""
    known(path)
    first, second = both(path, *steps, **changes)
    path.step(first)
    path.step(second)
    assert len(path.made) == 2
    return first, second


def joined(path: Path) -> None:
    """A shop tells both addresses with one id."""
    for email in (ANNA.email, WORK["email"]):
        path.hear("csat", 100, email=email, customer_id="c-1")


def done(path: Path, ask: AskMade) -> None:
    path.asks.answer(ask.ask_id, "accepted")
    path.asks.work(ask.ask_id, done=True, code="call_held", own_advocate_id=None)


def joined_and_done(path: Path, *walks: Walk) -> None:
    """The names turn out to be one person, who has done all that was asked; the walks go on."""
    joined(path)
    for one in path.made:
        done(path, one)
    for walk in walks:
        path.step(walk)


def test_the_later_walk_ends_before_its_first_request(path: Path) -> None:
    first, second = both(path, SETTLE, REFERENCE, THANKS, BYE)
    joined(path)
    path.later(days=4)
    path.step(second)
    path.step(first)
    assert (path.now(second).state, path.now(second).reason) == ("ended", "entered_already")
    (ask,) = path.made
    assert ask.walk_id == first.walk_id
    assert path.why("journey.ask_not_made") == ["entered_already"]
    done(path, ask)
    path.step(first)
    assert [one.state for one in path.made] == ["rewarded"]
    path.step(first)
    assert path.now(first).reason == "finished"  # nothing gives way to what has


def test_an_earlier_one_that_has_not_asked_gives_way_to_one_that_has(path: Path) -> None:
    first, second = both(path, REFERENCE, BYE)
    known(path)
    path.step(second)
    joined(path)
    path.step(first)
    assert [one.walk_id for one in path.made] == [second.walk_id]
    assert path.now(first).reason == "entered_already"


def test_whoever_could_have_entered_again_is_asked_again(path: Path) -> None:
    first, second = both(path, SETTLE, REFERENCE, BYE, again_days=1)
    joined(path)
    path.later(days=4)
    path.step(first)
    path.asks.answer(path.made[0].ask_id, "declined")
    path.later(days=14)  # the programme's own limit
    path.step(second)
    assert len(path.made) == 2
    assert path.now(second).reason == ""


@pytest.mark.parametrize("at_once", [False, True])
def test_of_two_who_were_asked_one_is_rewarded(path: Path, at_once: bool) -> None:
    """Also if both are looked at in one moment."""
    first, second = both_asked(path, REFERENCE, THANKS, BYE)
    joined(path)
    for one in path.made:
        done(path, one)
    if at_once:
        path.before_next_commit(partial(path.step, first))
    path.step(second)
    path.step(first)
    assert sorted(one.state for one in path.made) == ["accepted_work", "rewarded"]
    assert path.why("journey.reward_not_given") == ["entered_already"]
    assert {path.now(one).state for one in (first, second)} == {"ended"}


def test_another_version_rewards_the_same_work_by_no_other_name(path: Path) -> None:
    known(path)
    journey = path.publish(REFERENCE, THANKS, BYE, **YEAR)
    fans(path)
    (first,) = path.entering.consider(path.hear("deal_won"))
    path.step(first)
    renamed = {**REFERENCE, "name": "talk"}
    path.publish(renamed, {**THANKS, "of_ask": "talk"}, BYE, of=journey.journey_id, **YEAR)
    (second,) = path.entering.consider(path.hear("deal_won", **WORK))
    path.step(second)
    joined_and_done(path, first, second)
    assert sorted(one.state for one in path.made) == ["accepted_work", "rewarded"]


def test_another_version_rewards_other_work_whatever_its_step_is_called() -> None:
    when = Equals(of="event_name", value="advocacy_community")
    path = Path((*RULES, RULES[0].but(rule_id="community", when=when)))
    known(path)
    journey = path.publish(REFERENCE, THANKS, BYE, **YEAR)
    fans(path)
    (first,) = path.entering.consider(path.hear("deal_won"))
    path.step(first)
    other = {**YEAR, "goal": {"motion": "community"}}
    path.publish({**MORE, "name": "call"}, THANKS, BYE, of=journey.journey_id, **other)
    (second,) = path.entering.consider(path.hear("deal_won", **WORK))
    path.step(second)
    joined_and_done(path, first, second)
    assert sorted((one.motion, one.state) for one in path.made) == [
        ("community", "rewarded"),
        ("reference", "rewarded"),
    ]


def test_the_later_of_two_who_were_asked_asks_nothing_more(path: Path) -> None:
    """It is not reminded either; what was promised in it is kept."""
    first, second = both_asked(path, REFERENCE, REMIND, MORE, BYE)
    joined(path)
    path.later(days=8)
    path.step(second)
    assert path.why("journey.not_reminded") == ["entered_already"]
    for one in path.made:
        path.asks.answer(one.ask_id, "accepted")
    path.step(second)
    assert path.now(second).reason == "finished"
    assert path.why("journey.ask_not_made") == ["entered_already"]
    assert [one.state for one in path.made] == ["accepted", "accepted"]
    path.later(days=30)  # the programme's own limits
    path.step(first)
    assert [one.motion for one in path.made] == ["reference", "reference", "community"]


def test_three_names_stand_in_the_order_in_which_they_would_have_entered(path: Path) -> None:
    """Whoever gave way stands in nobody's way."""
    path.publish(SETTLE, REFERENCE, BYE, **YEAR)
    walks = []
    for whose in ({}, WORK, {"email": None, "customer_id": "c-2"}):
        path.delight(**whose)
        walks += path.entering.consider(path.hear("deal_won", **whose))
        path.later(days=200)
    joined(path)
    path.hear("csat", 100, customer_id="c-2")
    for one in walks:
        path.step(one)
    assert [path.now(one).reason for one in walks][1] == "entered_already"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_staff_are_told_of_one_person_once(path: Path, order: tuple[int, int]) -> None:
    walks = both(path, SETTLE, SUPPORT, REFERENCE, BYE)
    joined(path)
    path.later(days=4)
    for at in order:
        path.step(walks[at])
    assert [one.walk_id for one in path.all(HandedOver)] == [walks[0].walk_id]
    assert path.now(walks[1]).reason == "entered_already"
    assert [one.walk_id for one in path.made] == [walks[0].walk_id]


def test_an_earlier_one_gives_way_to_one_that_staff_were_told_of(path: Path) -> None:
    first, second = both(path, SUPPORT, REFERENCE, BYE)
    path.step(second)
    joined(path)
    path.step(first)
    path.step(second)
    assert [one.walk_id for one in path.all(HandedOver)] == [second.walk_id]
    assert path.now(first).reason == "entered_already"


def test_what_is_handed_over_after_a_request_is_so_by_both(path: Path) -> None:
    """Whoever was asked may have said something about which somebody has to call."""
    first, second = both_asked(path, REFERENCE, SUPPORT, BYE)
    joined(path)
    for one in path.made:
        path.asks.answer(one.ask_id, "declined")
    path.step(first)
    path.step(second)
    assert len(path.all(HandedOver)) == 2


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_whoever_gives_way_stands_in_nobodys_way(
    path: Path, order: tuple[int, ...], own: bool
) -> None:
    """The third could have entered a month after the first, by the same name or by another one."""
    shop: dict[str, Any] = {"email": None, "customer_id": "c-2"}
    path.publish(SETTLE, REFERENCE, BYE, **{**YEAR, "again_days": 30})
    walks: list[Walk] = []
    for whose, days in (({}, 3), (WORK, 0), ({} if own else shop, 0)):
        path.delight(**whose)
        walks += path.entering.consider(path.hear("deal_won", **whose))
        path.later(days=days)
        path.step(walks[0])
        path.later(days=17 if len(walks) == 1 else 11)
    joined(path)
    if not own:
        path.hear("csat", 100, customer_id="c-2")
    path.later(days=30)
    for at in order:
        path.step(walks[at])
        path.later(days=1)
    made = {one.walk_id for one in path.made}
    assert made == {walks[0].walk_id, walks[2].walk_id}
    assert path.now(walks[1]).reason == "entered_already"


def test_somebody_of_many_names_and_walks_is_asked_as_others_are(path: Path) -> None:
    """More walks than one request to the store reads."""
    first, second = both(path, SETTLE, REFERENCE, BYE)
    joined(path)
    names = [f"sbj_{number}" for number in range(8)]
    (person,) = (one for one in path.all(Subject) if one.parts)
    change = Change()
    change.replace(person.but(parts=(*person.parts, *names)))
    for name in names:
        walks = tuple(f"wlk_{name}_{number}" for number in range(WALKS_KEPT_MAX))
        change.create(
            Entered(subject_id=name, journey_id=first.journey_id, walks=walks, entered_ms=1)
        )
    path.store.commit(change)
    path.later(days=4)
    path.step(second)
    path.step(first)
    assert [one.walk_id for one in path.made] == [first.walk_id]


@pytest.mark.parametrize("watched", ["first", "second"])
def test_whoever_is_only_watched_by_the_earlier_name_is_not_asked(path: Path, watched: str) -> None:
    first, second = both(path, SETTLE, REFERENCE, BYE)
    out, other = (first, second) if watched == "first" else (second, first)
    change = Change()
    change.replace(path.now(out).but(state="held_out"))
    path.store.commit(change)
    joined(path)
    path.later(days=4)
    path.step(other)
    path.step(other)
    assert len(path.made) == (0 if watched == "first" else 1)
    assert path.now(out).state == "held_out"
