"""Who fits, who may be called, and that nobody is called beyond quota, rest, wish and consent."""

from itertools import pairwise
from typing import Any

import pytest
from goodword.conversions.forgetting import Forgetting
from goodword.conversions.model import Source
from goodword.errors import Conflict, NotFound
from goodword.events import Event
from goodword.journeys import referencing
from goodword.journeys.asked import Asked
from goodword.journeys.asking import AskBook, book_key
from goodword.journeys.asks import Wishes
from goodword.journeys.gate import Gate
from goodword.journeys.opportunity import Opportunity, opportunity_id_of
from goodword.journeys.reference import (
    CallState,
    Need,
    ReferenceCall,
    ReferenceProfile,
    Traits,
    fit,
    free_from,
)
from goodword.journeys.signal import Subject, SubjectMark
from goodword.ports import Change
from goodword.times import DAY_MS
from hypothesis import given
from hypothesis import strategies as st

from tests.support.journeys import Ear
from tests.support.people import MACS
from tests.support.references import referring, said

EMAIL = "ann@mail.example"
TRAITS = Traits(industry="retail", size="medium", use_cases=("billing", "support"), calls_max=2)


class Desk(Ear):
    """A programme whose staff look for references."""

    def __init__(self) -> None:
        super().__init__()
        self.clock.at_ms += 1_000
        staff = self.desk("staff")
        self.references = referring(staff, self.subjects, Gate(staff, self.subjects))

    def fan(self, name: str, **traits: Any) -> str:
        """Somebody who has every reason to speak, and said yes to it."""
        subject_id = self.stranger(name, **traits)
        said(self, subject_id)
        return subject_id

    def stranger(self, name: str, **traits: Any) -> str:
        """The same without the yes."""
        for kind, value in (("consent", 1), ("nps", 10), ("csat", 100), ("result", 30)):
            self.hear(kind, customer_id=name, value=value)
        subject_id = self.subject(name)
        self.references.put(subject_id, TRAITS.but(**traits))
        return subject_id

    def subject(self, name: str) -> str:
        """Whom the identifier is of."""
        mac = MACS.mac("customer", f"src_1:{name}")
        (mark,) = [one for one in self.all(SubjectMark) if one.mac == mac]
        return mark.subject_id

    def found(self, **need: Any) -> list[tuple[str, int, str]]:
        """Whom a need fits: id, points, why not."""
        each = self.references.find("prg_1", Need(**need))
        return [(one.profile.subject_id, one.fit.points, one.reason) for one in each]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_points_are_a_sum_of_what_is_in_common() -> None:
    need = Need(industry="retail", size="large", use_cases=("billing", "billing", "export"))
    found = fit(TRAITS, need)
    assert found.parts == (("industry", 3), ("size", 1), ("use_case:billing", 2))
    assert found.points == 6
    assert fit(TRAITS, Need(size="medium")).points == 2
    assert fit(TRAITS, Need(size="enterprise")).points == 0
    assert fit(TRAITS, Need()).parts == ()


def test_the_best_that_is_free_comes_first(desk: Desk) -> None:
    some = desk.fan("u-1", industry="steel")
    best = desk.fan("u-2")
    desk.fan("u-3", industry="steel", use_cases=())
    desk.fan("u-4", active=False)
    assert desk.found(industry="retail", use_cases=("support",)) == [(best, 5, ""), (some, 2, "")]
    desk.references.book(best)
    assert desk.found(industry="retail", use_cases=("support",)) == [
        (some, 2, ""),
        (best, 5, "cool_down"),
    ]


def test_only_the_best_are_looked_at(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    fans = sorted(desk.fan(name) for name in ("u-1", "u-2", "u-3"))
    monkeypatch.setattr(referencing, "REFERENCES_LOOKED", 2)
    assert len(desk.found(industry="retail")) == 2
    desk.references.book(fans[0])
    monkeypatch.setattr(referencing, "REFERENCES_LOOKED", 3)
    monkeypatch.setattr(referencing, "REFERENCES_FREE", 1)
    assert desk.found(industry="retail") == [(fans[1], 3, "")]
    monkeypatch.setattr(referencing, "REFERENCES_FREE", 2)
    assert len(desk.found(industry="retail")) == 2


def test_quota_and_rest_hold(desk: Desk) -> None:
    person = desk.fan("u-1", cool_down_days=10, quota_days=60)
    desk.references.book(person)
    with pytest.raises(Conflict, match="cool_down"):
        desk.references.book(person)
    desk.clock.at_ms += 10 * DAY_MS
    desk.references.book(person)
    desk.clock.at_ms += 10 * DAY_MS
    with pytest.raises(Conflict, match="quota_used"):
        desk.references.book(person)
    profile = desk.references.read(person)
    desk.references.record(
        person,
        profile.calls[0].call_id,
        state="missed",
        outcome="",
        follow_up="call_again",
        followed=False,
    )
    assert len(desk.references.book(person).calls) == 3


def test_wishes_consent_and_what_forbids_asking_hold(desk: Desk) -> None:
    person = desk.fan("u-1")
    desk.hear("complaint", customer_id="u-1")
    with pytest.raises(Conflict, match="recent_complaint"):
        desk.references.book(person)
    quiet = desk.fan("u-2")
    wishes = Wishes(desk.desk("advocate"))
    wishes.put(quiet, "prg_1", ("review",), "UTC")
    desk.references.book(quiet)
    desk.clock.at_ms += 15 * DAY_MS
    wishes.put(quiet, "prg_1", ("reference",), "UTC")
    with pytest.raises(Conflict, match="unsubscribed"):
        desk.references.book(quiet)
    wishes.put(quiet, "prg_1", ("all",), "UTC")
    with pytest.raises(Conflict, match="unsubscribed"):
        desk.references.book(quiet)
    desk.references.put(quiet, TRAITS.but(active=False))
    wishes.put(quiet, "prg_1", (), "UTC")
    with pytest.raises(Conflict, match="not_active"):
        desk.references.book(quiet)


def test_what_came_of_a_call_is_kept_and_a_repeat_is_nothing(desk: Desk) -> None:
    person = desk.fan("u-1")
    keep_deal(desk, "opp_1", desk.references.read(person).program_id)
    (call,) = desk.references.book(person, "opp_1").calls
    told: dict[str, Any] = {"state": "held", "outcome": "helped", "follow_up": "thank"}
    for _ in range(2):
        desk.references.record(person, call.call_id, followed=False, **told)
    desk.references.record(person, call.call_id, followed=True, **told)
    (after,) = desk.references.read(person).calls
    assert (after.state, after.outcome, after.followed) == ("held", "helped", True)
    assert after.opportunity_id == "opp_1"
    types = [one.type for one in desk.all(Event) if ".reference" in one.type]
    assert sorted(types) == [
        "journey.reference_booked",
        "journey.reference_changed",
        "journey.reference_held",
        "journey.reference_held",
    ]
    with pytest.raises(Conflict, match="held"):
        desk.references.record(person, call.call_id, followed=False, **told | {"state": "missed"})
    with pytest.raises(NotFound):
        desk.references.record(person, "rcl_none", followed=False, **told)


def test_a_profile_stays_when_two_turn_out_to_be_one(desk: Desk) -> None:
    desk.hear("consent", value=1, email=EMAIL, occurred_ms=desk.clock.at_ms)
    desk.clock.at_ms += 1_000
    later = desk.fan("u-1")
    desk.hear("milestone", customer_id="u-1", email=EMAIL)
    desk.references.book(later)
    assert desk.found(industry="retail") == [(later, 3, "cool_down")]
    desk.references.put(later, TRAITS.but(industry="steel"))
    assert len(desk.all(ReferenceProfile)) == 1


def test_whoever_is_forgotten_is_no_reference(desk: Desk) -> None:
    person = desk.fan("u-1")
    Forgetting(desk.desk("friend")).forget("prg_1", MACS.mac("customer", "src_1:u-1"))
    assert desk.all(ReferenceProfile) == []
    with pytest.raises(Conflict, match="known"):
        desk.references.put(person, TRAITS)


def test_a_company_is_no_reference_and_neither_is_who_was_never_made_one(desk: Desk) -> None:
    desk.hear("renewal", account_id="acme", customer_id="u-1")
    with pytest.raises(NotFound):
        desk.references.read(desk.subject("u-1"))
    (company,) = [one for one in desk.all(Subject) if one.what == "account"]
    with pytest.raises(Conflict):
        desk.references.put(company.subject_id, TRAITS)


@given(
    tries=st.lists(st.integers(0, 40), max_size=40),
    calls_max=st.integers(1, 4),
    quota=st.integers(1, 60),
    rest=st.integers(0, 20),
)
def test_nobody_is_called_too_often_or_too_soon(
    tries: list[int], calls_max: int, quota: int, rest: int
) -> None:
    traits = TRAITS.but(calls_max=calls_max, quota_days=quota, cool_down_days=rest)
    profile = ReferenceProfile(subject_id="s", program_id="p", traits=traits)
    day, taken = 0, []
    for number, days in enumerate(tries):
        day += days
        reason, from_ms = free_from(profile, day * DAY_MS)
        assert (reason == "") == (from_ms == day * DAY_MS)
        if not reason:
            taken.append(day)
            made = ReferenceCall(call_id=str(number), booked_ms=day * DAY_MS)
            profile = profile.but(calls=(*profile.calls, made))
    for first, second in pairwise(taken):
        assert second - first >= rest
    for at in taken:
        assert len([one for one in taken if at - quota < one <= at]) <= calls_max


def test_one_person_is_looked_at_with_what_stands_against_a_call(desk: Desk) -> None:
    desk.hear("consent", customer_id="u-9", value=1)
    nobody = desk.subject("u-9")
    assert desk.references.look(nobody) is None
    fan = desk.fan("u-1")
    found = desk.references.look(fan)
    assert found is not None
    assert (found.profile.subject_id, found.reason, found.fit.points) == (fan, "", 0)
    desk.references.book(fan)
    rests = desk.references.look(fan)
    assert rests is not None
    assert (rests.reason, rests.from_ms) == ("cool_down", desk.clock.at_ms + 14 * DAY_MS)


def test_all_who_are_references_are_listed_page_by_page(desk: Desk) -> None:
    fans = sorted(desk.fan(name) for name in ("u-1", "u-2", "u-3"))
    desk.fan("u-4", active=False)
    first = desk.references.page("prg_1", 2, None)
    rest = desk.references.page("prg_1", 2, first.cursor)
    assert [one.subject_id for one in (*first.rows, *rest.rows)] == fans
    assert rest.cursor is None


def test_whoever_found_being_asked_bad_is_not_called(desk: Desk) -> None:
    name, now_ms = desk.fan("ann"), desk.clock.at_ms
    bad = Asked(
        ask_id="ask_1",
        journey_id="jrn_1",
        motion="feedback",
        at_ms=now_ms,
        state="accepted_work",
        moved_ms=now_ms,
        rating=2,
    )
    change, book = Change(), desk.store.get(AskBook, book_key(name))
    assert book is not None
    change.save(book.plus(bad))
    desk.store.commit(change)
    with pytest.raises(Conflict, match="unhappy_with_asks"):
        desk.references.book(name)
    seen = desk.references.look(name)
    assert seen is not None
    assert (seen.reason, seen.from_ms) == ("unhappy_with_asks", now_ms + 180 * DAY_MS)
    desk.clock.at_ms += 180 * DAY_MS
    for kind, value in (("nps", 10), ("result", 40)):
        desk.hear(kind, customer_id="ann", value=value, occurred_ms=desk.clock.at_ms)
    assert desk.references.book(name).calls


def test_a_call_is_booked_for_a_deal_of_the_programme_only(desk: Desk) -> None:
    person = desk.fan("u-1")
    keep_deal(desk, "opp_2", "prg_2")
    for name in ("opp_1", "opp_2"):
        with pytest.raises(NotFound) as refused:
            desk.references.book(person, name)
        assert refused.value.code == "unknown_opportunity"
    keep_deal(desk, "opp_3", desk.references.read(person).program_id)
    (call,) = desk.references.book(person, "opp_3").calls
    assert call.opportunity_id == "opp_3"


def test_a_call_is_booked_for_a_deal_by_the_id_of_its_crm(desk: Desk) -> None:
    person, program_id = desk.fan("u-1"), "prg_1"
    own = {"source_id": "src_1", "kind": "hubspot", "program_id": program_id, "currency": "EUR"}
    change = Change()
    change.create(
        Source.model_validate(own | {"label": "x", "sealed_secrets": (), "created_ms": 0})
    )
    desk.store.commit(change)
    name = opportunity_id_of(program_id, "src_1", "77")
    keep_deal(desk, name, program_id)
    (call,) = desk.references.book(person, deal_id="77").calls
    assert call.opportunity_id == name
    with pytest.raises(NotFound):
        desk.references.book(person, deal_id="78")


def keep_deal(desk: Desk, name: str, program_id: str) -> None:
    """A deal of this id."""
    change = Change()
    fields = {"namespace": "crm", "source_id": "src_1", "deal_id": name, "currency": "EUR"}
    fields |= {"opportunity_id": name, "program_id": program_id, "state": "open"}
    change.create(Opportunity.model_validate(fields | {"opened_ms": 0, "steps": 0}))
    desk.store.commit(change)


@pytest.mark.parametrize("state", ["held", "missed", "cancelled"])
def test_a_call_that_is_over_is_not_booked_again(desk: Desk, state: CallState) -> None:
    person = desk.fan("u-1")
    (call,) = desk.references.book(person).calls
    told: dict[str, Any] = {"outcome": "", "follow_up": "none", "followed": False}
    more = told | {"follow_up": "thank"}
    (still,) = desk.references.record(person, call.call_id, state="booked", **more).calls
    assert (still.state, still.follow_up) == ("booked", "thank")
    desk.references.record(person, call.call_id, state=state, **told)
    counts: set[CallState] = {"booked", "held"}
    for again in counts - {state}:  # beside the quota, if another was booked since
        with pytest.raises(Conflict) as refused:
            desk.references.record(person, call.call_id, state=again, **told)
        assert refused.value.code == "call_not_booked"
    assert desk.references.read(person).calls[0].state == state
