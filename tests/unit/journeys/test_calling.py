"""A reference call is booked only with whoever said yes, and through the gate of every request."""

from collections.abc import Callable
from typing import Any

import pytest
from goodword.errors import Conflict
from goodword.events import Actor
from goodword.journeys.asking import AGREED_DAYS, AskBook, AskRules, book_key
from goodword.journeys.asks import Wishes
from goodword.journeys.definition import Frequency, QuietHours
from goodword.journeys.reference import Need, ReferenceProfile, Traits
from goodword.limits import WORK_DAYS_MAX
from goodword.ports import Change
from goodword.times import DAY_MS
from goodword.trust.banning import Bans

from tests.support.journeys import REVIEW
from tests.support.people import ANNA, BEN
from tests.support.references import referring, said
from tests.support.walks import BYE, THANKS, Path

TRAITS = Traits(industry="retail", size="medium", cool_down_days=0, calls_max=2)


class Office(Path):
    """Anna was asked by a journey to be a reference, and staff may want to call her."""

    def __init__(self) -> None:
        super().__init__()
        desk = self.desk(Actor(kind="staff", id="marta"))
        self.references = referring(desk, self.subjects, self.gate, self.workflow)

    def willing(self) -> str:
        """She says yes; whom she is known as."""
        _, ask = self.asked(BYE)
        self.asks.answer(ask.ask_id, "accepted")
        self.references.put(ask.subject_id, TRAITS)
        return ask.subject_id

    def rules(self, **changes: Any) -> None:
        """What holds for every request of the programme."""
        change = Change()
        change.create(AskRules(program_id=self.program_id, **changes))
        self.store.commit(change)

    def stands(self, subject_id: str) -> str:
        """What stands against a call now; matching, the page and a booking say the same."""
        (found,) = self.references.find(self.program_id, Need(industry="retail"))
        seen = self.references.look(subject_id)
        assert seen is not None
        assert (seen.reason, seen.from_ms) == (found.reason, found.from_ms)
        if not found.reason:
            self.references.book(subject_id)
            return ""
        with pytest.raises(Conflict, match=found.reason) as refused:
            self.references.book(subject_id)
        assert refused.value.code == "reference_not_free"
        return found.reason

    def ban(self) -> None:
        """Somebody in trust bans Anna."""
        Bans(self.desk(Actor(kind="staff", id="fay"))).ban(
            self.anna, self.program_id, "spam", self.clock.at_ms, None
        )


@pytest.fixture
def office() -> Office:
    return Office()


def test_a_call_rests_on_the_yes_that_was_given(office: Office) -> None:
    person = office.willing()
    (ask,) = office.made
    (call,) = office.references.book(person).calls
    assert call.ask_id == ask.ask_id
    (event,) = office.events("journey.reference_booked")
    assert (event.data["ask_id"], event.data["call_id"]) == (ask.ask_id, call.call_id)


def test_whoever_was_never_asked_or_has_not_answered_is_not_called(office: Office) -> None:
    _, ask = office.asked(BYE)
    office.references.put(ask.subject_id, TRAITS)
    assert office.stands(ask.subject_id) == "not_agreed"
    office.asks.answer(ask.ask_id, "declined")
    assert office.stands(ask.subject_id) == "not_agreed"


def test_the_newest_word_counts_for_a_year_and_silence_is_none(office: Office) -> None:
    office.publish(REVIEW)  # nobody is asked: what was said stands in the book alone
    person = office.delight()
    office.references.put(person, TRAITS)
    said(office, person, "accepted_work", days_ago=300)
    said(office, person, "declined", days_ago=200)
    assert office.stands(person) == "not_agreed"
    said(office, person, "rewarded", days_ago=100)
    said(office, person, "expired", days_ago=50)
    assert office.stands(person) == ""
    said(office, person, "rejected_work", days_ago=40)
    assert office.stands(person) == "not_agreed"
    said(office, person, "accepted", days_ago=31)
    assert office.stands(person) == ""
    office.later(days=365 - 31)
    office.delight()
    assert office.stands(person) == "not_agreed"


def test_a_yes_holds_its_year_also_where_a_journey_waits_for_the_call(office: Office) -> None:
    walk, ask = office.asked(THANKS)
    office.asks.answer(ask.ask_id, "accepted")
    office.references.put(ask.subject_id, TRAITS)
    office.step(walk)
    office.later(days=WORK_DAYS_MAX + 1)
    office.step(walk)
    assert office.stands(ask.subject_id) == ""
    office.later(days=AGREED_DAYS)
    office.step(walk)
    (over,) = office.made
    assert (over.state, over.reason) == ("expired", "work_not_done")
    book = office.store.get(AskBook, book_key(ask.subject_id))
    assert book is not None
    assert book.asks[0].taken_ms == over.taken_ms is not None


@pytest.mark.parametrize("state", ["banned", "paused", "left"])
def test_whoever_takes_no_part_any_more_is_not_called(office: Office, state: str) -> None:
    person = office.willing()
    if state == "banned":
        office.ban()
    elif state == "left":
        office.enrolments.leave(office.anna, office.program_id)
    else:
        office.enrolments.set_state(office.anna, office.program_id, "paused", "look")
    assert office.stands(person) == "not_taking_part"


def test_whoever_is_banned_by_one_name_is_by_all(office: Office) -> None:
    """Anna and Ben turn out to be one; Anna is banned."""
    person = office.willing()
    office.joined(office.program_id, BEN)
    office.hear("milestone", customer_id="u-1")
    office.hear("milestone", email=BEN.email, customer_id="u-1")
    assert office.stands(person) == ""
    office.ban()
    assert office.stands(person) == "not_taking_part"


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        ("complaint", None, "recent_complaint"),
        ("case_opened", 1, "open_urgent_case"),
        ("invoice_overdue", None, "invoice_overdue"),
        ("churn_risk", None, "churn_risk"),
        ("consent", 0, "no_consent"),
        ("nps", 3, "not_qualified"),
    ],
)
def test_what_forbids_a_request_forbids_a_call(
    office: Office, kind: str, value: int | None, why: str
) -> None:
    person = office.willing()
    office.later(hours=1)
    more = {"about": "x"} if kind in ("case_opened", "invoice_overdue") else {}
    office.hear(kind, value, **more)
    assert office.stands(person) == why


def test_requests_for_other_things_rest_first(office: Office) -> None:
    office.rules(frequency=Frequency(asks=9, days=1), cool_down_days=14)
    person = office.willing()
    office.later(days=20)
    said(office, person, "declined", "community", days_ago=4)
    assert office.stands(person) == "asked_lately"
    seen = office.references.look(person)
    assert seen is not None
    assert seen.from_ms == office.clock.at_ms + 10 * DAY_MS
    office.later(days=10)
    assert office.stands(person) == ""


def test_who_was_asked_often_enough_is_not_called(office: Office) -> None:
    office.rules(frequency=Frequency(asks=2, days=40), cool_down_days=0)
    person = office.willing()
    said(office, person, "declined", "community")
    assert office.stands(person) == ""
    said(office, person, "declined", "referral")
    assert office.stands(person) == "too_often"


def test_an_open_request_to_be_a_reference_is_waited_for(office: Office) -> None:
    office.rules(frequency=Frequency(asks=9, days=1), cool_down_days=0)
    person = office.willing()
    office.later(days=2)
    said(office, person, "sent")
    assert office.stands(person) == "asked_already"


def test_a_booking_knows_no_night(office: Office) -> None:
    person = office.willing()
    hour = office.clock.at_ms % DAY_MS // (DAY_MS // 24)
    night = QuietHours(from_hour=hour, until_hour=(hour + 1) % 24)
    office.rules(quiet_hours=night)
    assert office.stands(person) == ""


def test_a_customer_who_said_yes_by_the_companys_own_system_may_be_called(office: Office) -> None:
    office.delight(email="kim@mail.example")
    person = office.hear("milestone", email="kim@mail.example")
    office.references.put(person, TRAITS)
    assert office.stands(person) == "not_agreed"
    said(office, person)
    assert office.stands(person) == ""


def twins(office: Office) -> tuple[str, str]:
    """Two who are each a reference, and said yes; the earlier first."""
    ours = office.delight(email=ANNA.email)
    office.later(hours=1)
    theirs = office.delight(email=None, customer_id="u-1")
    for one in (ours, theirs):
        said(office, one, days_ago=40)
        office.references.put(one, TRAITS)
    return ours, theirs


def join(office: Office) -> None:
    """They turn out to be one."""
    office.later(hours=1)
    office.hear("milestone", customer_id="u-1")


def test_calls_and_wishes_of_both_count_once_two_are_one(office: Office) -> None:
    ours, theirs = twins(office)
    for one in (ours, theirs):
        office.references.book(one)
    join(office)
    assert office.stands(ours) == "quota_used"
    before = {call.call_id for one in office.all(ReferenceProfile) for call in one.calls}
    (first, *_) = office.references.read(theirs).calls
    told: dict[str, Any] = {"outcome": "", "follow_up": "none", "followed": False}
    office.references.record(theirs, first.call_id, state="missed", **told)
    (profile,) = office.all(ReferenceProfile)
    assert {one.call_id for one in profile.calls} == before
    assert office.stands(theirs) == ""


def listed(office: Office, limit: int) -> list[ReferenceProfile]:
    """The list of references, in pages of so many."""
    rows: list[ReferenceProfile] = []
    cursor: str | None = None
    while True:
        page = office.references.page(office.program_id, limit, cursor)
        rows += page.rows
        cursor = page.cursor
        if cursor is None:
            return rows


@pytest.mark.parametrize("limit", [1, 20])
def test_who_turned_out_to_be_one_is_listed_once_with_all_calls(office: Office, limit: int) -> None:
    ours, theirs = twins(office)
    other = office.delight(email=None, customer_id="u-9")
    office.references.put(other, TRAITS)
    for one in (ours, theirs):
        office.references.book(one)
    assert [len(one.calls) for one in listed(office, limit)] == [1, 1, 0]
    join(office)
    assert [(one.subject_id, len(one.calls)) for one in listed(office, limit)] == [
        (ours, 2),
        (other, 0),
    ]
    office.references.put(ours, TRAITS.but(active=False))
    assert [one.subject_id for one in listed(office, limit)] == [other]


def test_the_profile_of_a_later_name_stands_where_the_earlier_has_none(office: Office) -> None:
    office.delight(email=ANNA.email)
    office.later(hours=1)
    theirs = office.delight(email=None, customer_id="u-1")
    office.references.put(theirs, TRAITS)
    join(office)
    assert [one.subject_id for one in listed(office, 20)] == [theirs]


@pytest.mark.parametrize("late", [False, True])
def test_a_no_of_either_holds_for_both(office: Office, late: bool) -> None:
    ours, theirs = twins(office)
    wishes = Wishes(office.desk())
    if late:
        join(office)
    wishes.put(theirs, office.program_id, ("reference",), "UTC")
    if not late:
        join(office)
    assert office.stands(ours) == "unsubscribed"


@pytest.mark.parametrize("what", ["complaint", "ban", "ask", "wish", "call"])
def test_what_comes_in_between_is_heeded(office: Office, what: str) -> None:
    person = office.willing()
    office.later(days=20)
    office.references.put(person, TRAITS.but(cool_down_days=9))
    acts: dict[str, Callable[[], object]] = {
        "complaint": lambda: office.hear("complaint"),
        "ban": office.ban,
        "ask": lambda: said(office, person, "sent", "community"),
        "wish": lambda: Wishes(office.desk()).put(person, office.program_id, ("all",), "UTC"),
        "call": lambda: office.references.book(person),
    }
    office.before_next_commit(acts[what])
    with pytest.raises(Conflict, match="nobody may call now"):
        office.references.book(person)
    booked = office.references.read(person).calls
    assert len(booked) == (what == "call")
