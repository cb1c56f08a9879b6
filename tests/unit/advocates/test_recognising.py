"""Levels and milestones are noted once, by orders as they come and by anniversaries."""

import pytest
from goodword.advocates.model import Enrolment
from goodword.advocates.recognising import Recognising, read_known
from goodword.advocates.recognition import Recognition
from goodword.conversions.model import Customer
from goodword.ports import Change
from goodword.programs.effective import version_in_force
from goodword.programs.milestones import Milestone
from goodword.programs.model import Program
from goodword.records import Value
from goodword.rewards.model import Reward
from goodword.times import DAY_MS, months_later

from tests.support.milestones import FIRST, RULES, TIERS
from tests.support.scene import BEN, MAYA, PROGRAM, Scene

YEAR = Milestone(milestone_id="year", title="A year", measure="years", at_least=1)


class Club(Scene):
    """A programme with levels and milestones, and what looks at its advocates."""

    def __init__(self, **changes: object) -> None:
        usual: dict[str, object] = {"tiers": TIERS, "milestones": (FIRST, YEAR), "rules": RULES}
        super().__init__(**(usual | changes))
        desk = self.desk("recognition")
        self.recognising = Recognising(
            desk, lambda program, at, who: version_in_force(self.store, program, at, who)
        )

    def order(self, name: str) -> None:
        """An order of another friend, and the look that follows it."""
        self.sale(
            name,
            click_ids=(self.click(),),
            customer=Customer(customer_id=name, email=f"{name}@x.example"),
        )
        self.look(f"cnv_{name}")

    def look(self, by: str = "") -> None:
        """Somebody has heard of something."""
        self.recognising.look(MAYA, PROGRAM, by)

    @property
    def maya(self) -> Recognition:
        """What is kept of her."""
        return read_known(self.store, MAYA, PROGRAM).recognition

    def told(self, kind: str) -> list[tuple[str, object]]:
        """The events about a level or a milestone."""
        name = "milestone" if kind.startswith("milestone") else "level"
        return [(one.reason, one.data[name]) for one in self.events(f"enrolment.{kind}")]

    def change(self, record: Value) -> None:
        """Somebody else has changed it."""
        change = Change()
        change.replace(record)  # type: ignore[arg-type]  # a record that was read
        self.store.commit(change)


@pytest.fixture
def club() -> Club:
    return Club()


def test_orders_raise_the_level_and_each_rise_is_told_once(club: Club) -> None:
    for n in range(5):
        club.order(f"o{n}")
        club.look("again")
    assert club.told("level_reached") == [("order", "silver"), ("order", "gold")]
    assert [one.conversion_id for one in club.maya.changes] == ["cnv_o1", "cnv_o4"]


def test_a_return_is_history_and_no_letter_and_coming_back_neither(club: Club) -> None:
    club.order("1001")
    club.order("1002")
    club.refund("r1", 5_000)
    club.look("cnv_1001")
    club.order("1003")
    assert club.told("level_lost") == [("refund", "bronze")]
    assert club.told("level_regained") == [("order", "silver")]
    assert len(club.told("level_reached")) == 1
    assert [one.after for one in club.maya.changes] == ["silver", "bronze", "silver"]


def test_the_end_of_a_period_and_other_terms_are_history_too() -> None:
    club = Club(tiers=TIERS.but(period="month"))
    club.order("o1")
    club.order("o2")
    club.clock.advance(40 * DAY_MS)
    club.look()
    assert club.told("level_ended") == [("period_ended", "bronze")]
    known = club.maya
    club.change(known.but(tiers=TIERS, level="gold", ends_ms=None))
    club.look()
    assert club.told("level_changed") == [("terms_changed", "bronze")]


def test_a_milestone_is_reached_once_with_the_reward_of_the_rules(club: Club) -> None:
    club.order("1001")
    club.look()
    club.look()
    assert club.told("milestone_reached") == [("rewarded", "first")]
    rewards = [one for one in club.all(Reward) if one.rule_id == "first"]
    assert [(one.earned_minor, one.state) for one in rewards] == [(500, "pending")]
    assert club.ledger_differences() == []
    assert club.maya.reached[0].conversion_id == "cnv_1001"


def test_what_was_reached_stays_when_the_order_is_returned(club: Club) -> None:
    club.order("1001")
    club.refund("r1", 5_000)
    club.look()
    club.order("1002")
    assert club.told("milestone_reached") == [("rewarded", "first")]


def test_a_milestone_without_a_reward_gives_nothing() -> None:
    club = Club(milestones=(FIRST.but(reward_minor=None),))
    club.order("1001")
    assert club.told("milestone_reached") == [("", "first")]
    assert all(one.rule_id == "sale" for one in club.all(Reward))


def test_why_it_gave_nothing_is_said() -> None:
    club = Club(milestones=(FIRST.but(reward_minor=0),))
    club.order("1001")
    ((reason, name),) = club.told("milestone_reached")
    assert name == "first"
    assert reason not in ("", "rewarded")


def test_a_paused_programme_lets_nobody_reach_anything_until_it_goes_on(club: Club) -> None:
    club.sale("1001", click_ids=(club.click(),))
    club.change(club.one(Program).but(state="paused"))
    club.look()
    assert club.told("milestone_reached") == []
    club.change(club.one(Program).but(state="active"))
    club.look()
    assert club.told("milestone_reached") == [("rewarded", "first")]


def test_an_anniversary_comes_by_the_clock(club: Club) -> None:
    club.look()
    joined = next(one for one in club.all(Enrolment) if one.advocate_id == MAYA).created_ms
    assert club.maya.look_ms == months_later(joined, 12)
    assert club.recognising.sweep() == 0
    club.clock.at_ms = months_later(joined, 12)
    assert club.recognising.sweep() == 1
    assert club.told("milestone_reached") == [("", "year")]
    assert club.maya.look_ms == months_later(joined, 24)
    assert club.recognising.sweep() == 0


def test_whose_anniversary_fails_holds_back_no_other(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    for who in (MAYA, BEN):
        club.recognising.look(who, PROGRAM)
    club.clock.at_ms = months_later(next(iter(club.all(Enrolment))).created_ms, 12)
    looking, heard = Recognising.look, list[str]()

    def look(self: Recognising, advocate_id: str, program_id: str) -> None:
        if not heard and advocate_id == first:
            raise KeyError("gone")
        looking(self, advocate_id, program_id)

    first, second = sorted((MAYA, BEN))
    monkeypatch.setattr(Recognising, "look", look)
    with pytest.raises(KeyError, match="gone"):
        club.recognising.sweep(lambda who, _error: heard.append(who))
    assert heard == [first]
    year = [one.subject for one in club.events("enrolment.milestone_reached")]
    assert year == [second]
    assert club.recognising.sweep() == 1
    assert club.recognising.sweep() == 0


@pytest.mark.parametrize("state", ["paused", "banned", "left"])
def test_who_does_not_take_part_reaches_nothing(club: Club, state: str) -> None:
    club.set_enrolment(MAYA, state)  # type: ignore[arg-type]  # a state by name
    club.look()
    assert club.all(Recognition) == []


def test_who_left_is_looked_at_no_more(club: Club) -> None:
    club.look()
    club.set_enrolment(MAYA, "left")
    club.look()
    assert club.maya.look_ms is not None
    club.clock.advance(400 * DAY_MS)
    assert club.recognising.sweep() == 1
    assert club.maya.look_ms is None
    assert club.recognising.sweep() == 0
    club.set_enrolment(MAYA, "active")
    club.look()
    assert club.maya.look_ms is not None


def test_nobody_is_noted_who_is_not_enrolled(club: Club) -> None:
    club.recognising.look("adv_none", PROGRAM)
    assert club.all(Recognition) == []


def test_of_two_who_look_at_once_one_looks_again(club: Club) -> None:
    club.sale("1001", click_ids=(club.click(),))
    commit, raced = club.store.commit, list[bool]()

    def slower(change: Change) -> None:
        if not raced:
            raced.append(True)
            club.look("cnv_other")
        commit(change)

    club.store.commit = slower  # type: ignore[method-assign]  # races once
    club.look("cnv_1001")
    assert len(club.told("milestone_reached")) == 1
    assert len([one for one in club.all(Reward) if one.rule_id == "first"]) == 1
