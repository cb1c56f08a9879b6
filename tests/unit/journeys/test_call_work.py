"""A call that was held is what its person promised: thanks and reward follow from it, once."""

from typing import Any

import pytest
from goodword.errors import Conflict, NotAllowed
from goodword.events import Event
from goodword.journeys.reference import CallState, ReferenceCall, ReferenceProfile
from goodword.journeys.walk import AskMade
from goodword.ports import Change
from goodword.rewards.model import Reward
from goodword.workflow import TaskToken, token_key

from tests.support.references import said
from tests.support.walks import BYE, THANKS
from tests.unit.journeys.test_calling import TRAITS, Office

TOLD: dict[str, Any] = {"outcome": "", "follow_up": "none", "followed": False}


class Called(Office):
    """Anna's journey waits, with a reward, for the call that she promised; it is booked."""

    def __init__(self) -> None:
        super().__init__()
        self.walk, ask = self.asked(THANKS, BYE)
        self.asks.answer(ask.ask_id, "accepted")
        self.person = ask.subject_id
        self.references.put(self.person, TRAITS)
        self.step(self.walk)
        self.booked = self.book()

    def book(self) -> ReferenceCall:
        """One more call."""
        return self.references.book(self.person).calls[-1]

    def tell(self, call: ReferenceCall, state: CallState, **more: Any) -> None:
        """Staff say what came of it."""
        told = TOLD | {"outcome": "helped" if state == "held" else ""} | more
        self.references.record(self.person, call.call_id, state=state, **told)

    @property
    def ask(self) -> AskMade:
        """The request, as it stands."""
        return self.made[0]

    @property
    def shown(self) -> tuple[str, str, str]:
        """How the request stands, and its call: which, and how that stands."""
        call = self.ask.call
        assert call is not None
        return self.ask.state, call.call_id, call.state


@pytest.fixture
def called() -> Called:
    return Called()


def test_a_call_that_was_held_is_thanked_and_rewarded_once(called: Called) -> None:
    assert called.shown == ("accepted", called.booked.call_id, "booked")
    called.step(called.walk)
    assert called.all(Reward) == []
    for _ in range(2):
        called.tell(called.booked, "held", follow_up="thank")
    assert called.shown == ("accepted_work", called.booked.call_id, "held")
    (thanks,) = called.events("journey.ask_accepted_work")
    assert (thanks.reason, thanks.subject) == ("call_held", called.ask.ask_id)
    called.step(called.walk)
    (reward,) = called.all(Reward)
    assert reward.earned_minor == 5_000
    called.tell(called.booked, "held", follow_up="thank", followed=True)
    called.step(called.walk)
    assert (len(called.all(Reward)), called.ask.state) == (1, "rewarded")
    assert len(called.events("journey.ask_accepted_work")) == 1


def test_a_second_call_by_the_same_yes_earns_nothing_more(called: Called) -> None:
    called.tell(called.booked, "held")
    called.step(called.walk)
    second = called.book()
    assert second.ask_id == called.ask.ask_id
    called.tell(second, "held")
    called.step(called.walk)
    assert called.shown == ("rewarded", called.booked.call_id, "held")
    assert len(called.all(Reward)) == len(called.events("journey.ask_accepted_work")) == 1
    called.tell(second, "missed")  # nothing rests on this one


@pytest.mark.parametrize("state", ["missed", "cancelled"])
def test_a_call_that_was_not_held_leaves_the_promise_open(called: Called, state: CallState) -> None:
    called.tell(called.booked, state)
    assert called.shown == ("accepted", called.booked.call_id, state)
    again = called.book()
    assert called.shown == ("accepted", again.call_id, "booked")
    called.tell(called.booked, "cancelled" if state == "missed" else "missed")
    assert called.shown == ("accepted", again.call_id, "booked")
    called.tell(again, "held")
    called.step(called.walk)
    assert (called.shown[1], len(called.all(Reward))) == (again.call_id, 1)


@pytest.mark.parametrize("paid", [False, True])
def test_the_call_by_which_it_was_done_stays_held(called: Called, paid: bool) -> None:
    called.tell(called.booked, "held")
    if paid:
        called.step(called.walk)
    with pytest.raises(Conflict) as refused:
        called.tell(called.booked, "missed")
    assert refused.value.code == "call_counts"
    assert called.references.read(called.person).calls[0].state == "held"
    called.tell(called.booked, "held", outcome="hurt")
    assert called.references.read(called.person).calls[0].outcome == "hurt"


def test_a_yes_that_is_taken_back_calls_off_what_is_booked_on_it(called: Called) -> None:
    second = called.book()
    called.asks.answer(called.ask.ask_id, "declined")
    assert called.shown == ("declined", second.call_id, "cancelled")
    calls = called.references.read(called.person).calls
    assert {one.state for one in calls} == {"cancelled"}
    told = called.events("journey.reference_cancelled")
    assert {one.data["call_id"] for one in told} == {called.booked.call_id, second.call_id}
    assert {one.reason for one in told} == {"taken_back"}
    with pytest.raises(Conflict) as refused:
        called.tell(called.booked, "held")
    assert refused.value.code == "call_not_booked"
    called.step(called.walk)
    assert (called.all(Reward), called.events("journey.ask_accepted_work")) == ([], [])


def test_a_call_that_rests_on_another_yes_stays(called: Called) -> None:
    (profile,) = called.all(ReferenceProfile)
    other = called.booked.but(call_id="cal_other", ask_id="ask_other")
    change = Change()
    change.replace(profile.but(calls=(other,)))
    called.store.commit(change)
    called.asks.answer(called.ask.ask_id, "declined")
    assert called.references.read(called.person).calls == (other,)
    assert called.events("journey.reference_cancelled") == []


def test_a_yes_without_a_booked_call_is_taken_back_as_ever(called: Called) -> None:
    called.tell(called.booked, "missed")
    called.asks.answer(called.ask.ask_id, "declined")
    assert called.shown == ("declined", called.booked.call_id, "missed")
    assert called.events("journey.reference_cancelled") == []


def test_what_staff_recorded_before_is_not_done_again(called: Called) -> None:
    called.asks.work(called.ask.ask_id, done=True, code="call_held", own_advocate_id=None)
    called.tell(called.booked, "held")
    assert called.shown == ("accepted_work", called.booked.call_id, "held")
    assert len(called.events("journey.ask_accepted_work")) == 1


def test_nobody_says_what_came_of_their_own_call(called: Called) -> None:
    with pytest.raises(NotAllowed) as refused:
        called.tell(called.booked, "held", own_advocate_id=called.anna)
    assert refused.value.code == "own_work"
    assert called.ask.state == "accepted"


def test_the_walk_that_waits_for_the_call_is_woken(called: Called) -> None:
    change = Change()
    given = {"subject_id": called.walk.walk_id, "name": "answer", "token": "t", "given_ms": 0}
    change.create(TaskToken.model_validate(given))
    called.store.commit(change)
    called.tell(called.booked, "held")
    assert "t" in called.workflow.resumed
    assert called.store.get(TaskToken, token_key(called.walk.walk_id, "answer")) is not None


def test_the_request_and_the_call_move_together_or_not_at_all(called: Called) -> None:
    """The person takes the yes back while staff say that it was held: one of them is first."""
    called.before_next_commit(lambda: called.asks.answer(called.ask.ask_id, "declined"))
    with pytest.raises(Conflict) as refused:
        called.tell(called.booked, "held")
    assert refused.value.code == "call_not_booked"
    assert called.shown == ("declined", called.booked.call_id, "cancelled")
    assert called.events("journey.ask_accepted_work") == []


def test_calls_that_name_no_request_move_none(called: Called) -> None:
    profile, change = called.references.read(called.person), Change()
    old = profile.calls[0].but(ask_id="", call_id="rcl_old")
    change.replace(profile.but(calls=(old, *profile.calls)))
    called.store.commit(change)
    called.tell(old, "held")
    called.tell(called.booked, "cancelled")
    called.later(days=20)
    said(called, called.person)  # a yes that only the book knows
    called.tell(called.book(), "held")
    assert called.shown == ("accepted", called.booked.call_id, "cancelled")
    assert len([one for one in called.all(Event) if one.type == "journey.reference_held"]) == 2
