"""A letter leaves only if its ask could still be made at that moment; else it waits or is over."""

from dataclasses import replace
from typing import Any

import pytest
from goodword.advocates.model import Enrolment
from goodword.journeys.asking import Way
from goodword.journeys.asks import Wishes
from goodword.journeys.gate import Gate
from goodword.journeys.leaving import Leaving
from goodword.journeys.listening import Customers
from goodword.journeys.scoring import Motion
from goodword.messages.model import Unfit
from goodword.ports import Change
from goodword.privacy.erasing import Erasing
from goodword.programs.payment import Payment
from goodword.times import DAY_MS, HOUR_MS

from tests.support.journeys import REFERENCE
from tests.support.people import BEN
from tests.support.scene import terms as scene_terms
from tests.support.walks import BYE, RULES, THANKS, Path


@pytest.fixture
def path() -> Path:
    return Path()


def unfit(path: Path, *, thanks: bool = False) -> Unfit | None:
    desk = path.desk("messages")
    return Leaving(desk, Gate(desk, Customers(desk))).unfit(path.made[0], thanks=thanks)


def turned(path: Path, state: str) -> None:
    """Staff move Anna's enrolment."""
    (one,) = path.all(Enrolment)
    change = Change()
    change.replace(one.but(state=state))
    path.store.commit(change)


def night(path: Path) -> dict[str, Any]:
    """Quiet hours from the next hour on, for two."""
    hour = path.clock.at_ms % DAY_MS // HOUR_MS
    return {"from_hour": (hour + 1) % 24, "until_hour": (hour + 3) % 24}


def test_a_letter_of_the_same_moment_leaves(path: Path) -> None:
    path.asked(BYE)
    assert unfit(path) is None


def test_a_letter_that_night_overtook_waits_for_the_morning(path: Path) -> None:
    path.asked(BYE, quiet_hours=night(path))
    assert unfit(path) is None
    path.later(hours=1)
    held = unfit(path)
    assert held is not None
    assert held.reason == "quiet_hours"
    assert held.until_ms is not None
    assert 0 < held.until_ms - path.clock.at_ms <= 2 * HOUR_MS
    path.clock.advance(held.until_ms - path.clock.at_ms)
    assert unfit(path) is None


@pytest.mark.parametrize(
    ("kind", "value", "about", "why"),
    [
        ("consent", 0, None, "no_consent"),
        ("complaint", None, None, "recent_complaint"),
        ("case_opened", 1, "c", "open_urgent_case"),
        ("churn_risk", None, None, "churn_risk"),
        ("nps", 0, None, "not_qualified"),
    ],
)
def test_what_was_heard_since_the_ask_ends_its_letter(
    path: Path, kind: str, value: int | None, about: str | None, why: str
) -> None:
    path.asked(BYE)
    path.later(hours=1)
    path.hear(kind, value, about=about)
    assert unfit(path) == Unfit(why)


@pytest.mark.parametrize("state", ["left", "banned", "paused"])
def test_who_does_not_take_part_any_more_gets_none(path: Path, state: str) -> None:
    path.asked(BYE)
    if state == "left":
        path.enrolments.leave(path.anna, path.program_id)
    else:
        turned(path, state)
    assert unfit(path) == Unfit("not_taking_part")
    assert unfit(path, thanks=True) == Unfit("not_taking_part")


def test_nobody_else_gets_it_who_has_the_address_by_now(path: Path) -> None:
    _, ask = path.asked(BYE)
    ben = path.joined(path.program_id, BEN).advocate_id
    desk = path.desk()
    other = ask.but(advocate_id=ben)
    found = Leaving(desk, Gate(desk, Customers(desk))).unfit(other)
    assert found == Unfit("not_taking_part")


def test_an_erased_person_gets_none(path: Path) -> None:
    path.asked(BYE)
    erasures = Erasing(path.desk(), path.vault)
    erasures.ask(path.anna, at_once=True)
    path.later(days=40)
    assert erasures.carry_out(path.anna, _NoAccounts())
    assert unfit(path, thanks=True) == Unfit("forgotten")


class _NoAccounts:
    def close(self, subject: str) -> None:
        raise AssertionError(subject)


def test_what_is_over_or_goes_another_way_has_no_letter(path: Path) -> None:
    _, ask = path.asked(BYE)
    path.asks.answer(ask.ask_id, "declined")
    assert unfit(path) == Unfit("ask_over")
    second = Path()
    second.asked(BYE)
    second.later(days=14)
    assert unfit(second) == Unfit("ask_over")
    third = Path()
    third.asked(BYE, channels=["in_app"])
    assert unfit(third) == Unfit("other_channel")


def test_thanks_heed_consent_wishes_and_night_and_nothing_else(path: Path) -> None:
    _, ask = path.asked(THANKS, BYE, quiet_hours=night(path))
    path.hear("complaint")
    assert unfit(path, thanks=True) is None
    path.later(hours=1)
    held = unfit(path, thanks=True)
    assert held is not None
    assert held.until_ms is not None
    path.clock.advance(held.until_ms - path.clock.at_ms)
    Wishes(path.desk()).unsubscribe(ask, "story")
    assert unfit(path, thanks=True) is None
    Wishes(path.desk()).unsubscribe(ask)
    assert unfit(path, thanks=True) == Unfit("unsubscribed")
    other = Path()
    other.asked(BYE)
    other.later(hours=1)
    other.hear("consent", 0)
    assert unfit(other, thanks=True) == Unfit("no_consent")


def test_the_persons_way_stands_above_the_journeys(path: Path) -> None:
    walk, ask = path.asked(BYE)
    desk = path.desk("messages")
    looks = Leaving(desk, Gate(desk, Customers(desk)))
    wishes = Wishes(path.desk())
    cases: list[tuple[dict[Motion, Way], Unfit | None, Unfit | None]] = [
        ({}, None, Unfit("other_channel")),
        ({"reference": "email"}, None, Unfit("other_way_wanted")),
        ({"reference": "in_app"}, Unfit("other_way_wanted"), Unfit("other_way_wanted")),
        ({"story": "in_app"}, None, Unfit("other_channel")),
    ]
    for way, by_mail, by_hook in cases:
        wishes.put(walk.subject_id, path.program_id, (), "UTC", ways=way)
        assert looks.unfit(ask) == by_mail
        assert looks.unfit(ask, by="webhook") == by_hook
    elsewhere = ask.but(channels=("webhook",))
    assert looks.unfit(elsewhere) == Unfit("other_channel")
    wishes.put(walk.subject_id, path.program_id, (), "UTC", ways={"reference": "email"})
    assert looks.unfit(elsewhere) is None
    assert looks.unfit(elsewhere, by="webhook") == Unfit("other_way_wanted")
    (told,) = path.events("journey.wishes_changed")[-1:]
    assert told.data["ways"] == "reference:email"


def test_what_a_part_of_the_person_wished_holds_unless_they_said_otherwise(path: Path) -> None:
    walk, _ = path.asked(BYE)
    seen = path.gate.look(walk.subject_id)
    own = seen.book.but(ways={"story": "email"})
    part = seen.book.but(subject_id="sbj_x", ways={"story": "in_app", "reference": "in_app"})
    whole = replace(seen, book=own, others=(part,)).whole
    assert whole.ways == {"story": "email", "reference": "in_app"}


@pytest.mark.parametrize(("said", "held"), [("", True), ("UTC", False), ("Europe/Lisbon", False)])
def test_the_night_is_the_persons_by_what_they_said_of_themselves(
    path: Path, said: str, held: bool
) -> None:
    """It is 08:26 in UTC and 17:26 in Tokyo, where the evening is quiet."""
    walk, ask = path.asked(BYE, quiet_hours={"from_hour": 16, "until_hour": 22})
    Wishes(path.desk()).put(walk.subject_id, path.program_id, (), said)
    desk = path.desk("messages")
    looks = Leaving(desk, Gate(desk, Customers(desk)), lambda _who: "Asia/Tokyo")
    found = looks.unfit(ask)
    assert (found is not None and found.reason == "quiet_hours") is held
    unknown = Leaving(desk, Gate(desk, Customers(desk)), lambda _who: "")
    assert unknown.unfit(ask) is None


TOKYO = Payment(rail="simulator", time_zone="Asia/Tokyo")


@pytest.mark.parametrize(("wished", "asked"), [("", 0), ("UTC", 1), ("Europe/Berlin", 1)])
def test_the_night_of_whoever_said_nothing_is_that_of_the_programme(
    path: Path, wished: str, asked: int
) -> None:
    hour = (path.clock.at_ms // HOUR_MS + 9) % 24  # in Tokyo
    there = {"from_hour": hour, "until_hour": (hour + 1) % 24}
    path.next_version(path.program_id, scene_terms(rules=RULES, payment=TOKYO))
    path.publish(REFERENCE, BYE, quiet_hours=there)
    Wishes(path.desk()).put(path.delight(), path.program_id, (), wished)
    walk = path.entered()
    path.step(walk)
    assert len(path.made) == asked
    assert path.now(walk).held == ("unanswered" if asked else "quiet_hours")


def test_an_account_s_zone_stands_between_the_wish_and_the_programme(path: Path) -> None:
    hour = (path.clock.at_ms // HOUR_MS + 9) % 24
    path.asked(BYE, quiet_hours={"from_hour": hour, "until_hour": (hour + 2) % 24})
    assert unfit(path) is None
    path.next_version(path.program_id, scene_terms(rules=RULES, payment=TOKYO))
    path.later(hours=0.5)
    held = unfit(path)
    assert held is not None
    assert held.reason == "quiet_hours"
    desk = path.desk("messages")
    known = Leaving(desk, Gate(desk, Customers(desk)), lambda _advocate_id: "Europe/Berlin")
    assert known.unfit(path.made[0]) is None
