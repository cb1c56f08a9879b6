"""What systems and staff noted of somebody as a customer is in their copy of everything."""

import pytest
from goodword.events import Actor
from goodword.journeys.asking import Way
from goodword.journeys.asks import Wishes
from goodword.journeys.handing_over import HandOvers
from goodword.journeys.handover import HandedOver
from goodword.journeys.reference import Traits
from goodword.journeys.scoring import Motion
from goodword.limits import EXPORT_ROWS
from goodword.times import rfc3339
from goodword_aws import privacy, wiring

from tests.support.journeys import REFERENCE
from tests.support.people import BEN, MACS
from tests.support.references import referring, said
from tests.support.walks import Path


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Anna takes part."""
    made = Path()
    monkeypatch.setattr(wiring, "blind_index", lambda: MACS)
    monkeypatch.setattr(wiring, "vault", lambda: made.vault)
    return made


def section(path: Path, name: str) -> list[dict[str, object]]:
    """All rows of one section of Anna's copy, step by step."""
    read, rows, cursor = privacy.sections(path.desk())[name], [], None
    while True:
        page = read(path.anna, cursor)
        rows += [dict(one) for one in page.rows]
        assert len(page.rows) <= EXPORT_ROWS
        cursor = page.cursor
        if cursor is None:
            return rows


def test_what_was_handed_over_to_staff_is_in_it_with_their_note(path: Path) -> None:
    care = {"step": "hand_over", "name": "care", "to": "support"}
    path.publish(care, REFERENCE, goal={"motion": "reference"})
    path.delight()
    path.step(path.entered())
    path.step(path.entered(email=BEN.email))
    (one,) = [each for each in path.all(HandedOver) if each.advocate_id]
    desk = path.desk(Actor(kind="staff", id="marta"))
    office = HandOvers(desk, path.workflow, frozenset({"marketer"}))
    office.close(one.hand_over_id, "done", "Happy again.", None)
    (shown,) = section(path, "hand_overs")
    assert shown == {
        "program_id": path.program_id,
        "to": "support",
        "why": None,
        "made_at": rfc3339(one.made_ms),
        "state": "closed",
        "outcome": "done",
        "note": "Happy again.",
    }


def test_of_somebody_who_is_no_customer_nothing_is_held(path: Path) -> None:
    assert [section(path, name) for name in ("wishes", "signals", "references")] == [[], [], []]


def test_each_signal_of_theirs_is_in_it_once_and_nobody_elses(path: Path) -> None:
    for number in range(EXPORT_ROWS + 5):
        path.clock.advance(1_000)
        path.hear("csat", 100 - number % 2, about=f"c-{number}")
    path.hear("nps", 1, email=BEN.email)
    path.hear("nps", 9, email=None, account_id="acme")
    rows = section(path, "signals")
    assert [one["about"] for one in rows] == [f"c-{number}" for number in range(EXPORT_ROWS + 5)]
    assert rows[1] == {
        "program_id": path.program_id,
        "source_id": "src_1",
        "kind": "csat",
        "occurred_at": rfc3339(path.clock.at_ms - (EXPORT_ROWS + 3) * 1_000),
        "value": 99,
        "about": "c-1",
        "word": None,
        "withdrawn": False,
    }


def test_what_was_told_before_two_became_one_is_in_it(path: Path) -> None:
    """Known by a number first, by the address later, and then by both."""
    path.hear("nps", 8, email=None, customer_id="c-7")
    path.clock.advance(1_000)
    path.hear("csat", 100)
    path.clock.advance(1_000)
    path.hear("renewal", customer_id="c-7")
    assert sorted(str(one["kind"]) for one in section(path, "signals")) == [
        "csat",
        "nps",
        "renewal",
    ]


def test_wishes_and_references_are_in_it(path: Path) -> None:
    subject = path.delight()
    ways: dict[Motion, Way] = {"review": "in_app"}
    Wishes(path.desk()).put(
        subject, path.program_id, ("story",), "Europe/Berlin", shares=True, ways=ways
    )
    (wish,) = section(path, "wishes")
    assert wish == {
        "program_id": path.program_id,
        "unsubscribed": ["story"],
        "time_zone": "Europe/Berlin",
        "share_contact": True,
        "ways": ways,
    }
    references = referring(path.desk(Actor(kind="staff", id="marta")), path.subjects, path.gate)
    references.put(subject, Traits(industry="coffee-shops", size="small", use_cases=("gifts",)))
    said(path, subject)
    (call,) = references.book(subject).calls
    references.record(
        subject, call.call_id, state="held", outcome="helped", follow_up="thank", followed=True
    )
    (shown,) = section(path, "references")
    made = {"booked_at": rfc3339(call.booked_ms), "state": "held", "outcome": "helped"}
    assert shown["program_id"] == path.program_id
    assert shown["calls"] == [made | {"follow_up": "thank"}]
    traits = shown["traits"]
    assert isinstance(traits, dict)
    assert traits["use_cases"] == ["gifts"]
