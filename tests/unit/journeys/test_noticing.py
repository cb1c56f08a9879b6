"""What no journey sends keeps the night, and what only pleases keeps a no."""

import pytest
from goodword.journeys.asks import Wishes
from goodword.journeys.gate import Gate
from goodword.journeys.listening import Customers
from goodword.journeys.noticing import Noticing
from goodword.limits import PAUSE_LOOK_HOURS
from goodword.messages.model import Unfit
from goodword.times import HOUR_MS

from tests.support.people import BEN
from tests.support.walks import Path


@pytest.fixture
def path() -> Path:
    return Path()


def unfit(path: Path, *, pleases: bool = True, zone: str = "", of: str = "") -> Unfit | None:
    desk = path.desk("messages")
    looking = Noticing(desk, Gate(desk, Customers(desk)), lambda _advocate_id: zone)
    return looking.unfit(path.program_id, of or path.anna, pleases=pleases)


@pytest.mark.parametrize("pleases", [True, False])
@pytest.mark.parametrize("known", [True, False])
def test_a_notice_waits_for_the_morning_of_its_person(
    path: Path, *, pleases: bool, known: bool
) -> None:
    if known:
        path.delight()
    assert unfit(path, pleases=pleases) is None  # 8:26 in UTC
    held = unfit(path, pleases=pleases, zone="America/New_York")
    assert held is not None
    assert held.reason == "quiet_hours"
    assert held.until_ms is not None
    path.clock.at_ms = held.until_ms
    assert unfit(path, pleases=pleases, zone="America/New_York") is None


def test_who_ended_requests_is_told_only_what_they_have_to_know(path: Path) -> None:
    subject_id = path.delight()
    Wishes(path.desk()).put(subject_id, path.program_id, ("all",), "UTC")
    assert unfit(path) == Unfit("unsubscribed")
    assert unfit(path, pleases=False) is None


def test_a_no_to_being_written_to_counts_and_silence_does_not(path: Path) -> None:
    path.hear("nps", 9)
    assert unfit(path) is None
    path.hear("consent", 0)
    assert unfit(path) == Unfit("no_consent")
    path.later(hours=14)  # at night too: it will never leave
    assert unfit(path) == Unfit("no_consent")
    assert unfit(path, pleases=False) != Unfit("no_consent")


@pytest.mark.parametrize("known", [True, False])
def test_a_pause_holds_what_pleases_and_a_closed_programme_tells_none(
    path: Path, *, known: bool
) -> None:
    if known:
        path.delight()
    path.programs.set_state(path.program_id, "paused", "holidays")
    held = unfit(path)
    assert held == Unfit("programme_paused", path.clock.at_ms + PAUSE_LOOK_HOURS * HOUR_MS)
    assert unfit(path, pleases=False) is None
    path.programs.set_state(path.program_id, "active", "back_again")
    assert unfit(path) is None
    path.programs.set_state(path.program_id, "closed", "over")
    assert unfit(path) == Unfit("programme_closed")
    path.later(hours=14)  # at night too: it will never leave
    assert unfit(path) == Unfit("programme_closed")
    night = unfit(path, pleases=False)
    assert night is not None
    assert night.reason == "quiet_hours"


def test_whom_nothing_was_heard_of_is_told(path: Path) -> None:
    ben = path.joined(path.program_id, BEN).advocate_id
    path.hear("consent", 0)
    assert unfit(path, of=ben) is None
    assert unfit(path, of="adv_nobody") is None
