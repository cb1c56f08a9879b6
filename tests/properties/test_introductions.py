"""Whoever is introduced by whom, and objects when: each is written to once, sales hears no more.

Two advocates introduce five people in any spelling, at any hour; the people object, allow it again
and are forgotten; the queue brings what happened to the CRM late, twice and in any order. What was
written to whom, and what the CRM then says, is checked by hand.
"""

from typing import NamedTuple

from goodword.conversions.forgetting import Forgetting
from goodword.errors import Conflict, TooLarge
from goodword.events import Event
from goodword.journeys.copied import CrmAnswer, LeadWords
from goodword.limits import INTRODUCTIONS_PER_DAY
from goodword.times import DAY_MS, HOUR_MS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.people import MACS
from tests.unit.journeys.test_leads import Office

LATER = CrmAnswer(outcome="later", reason="busy")
PEOPLE = 13


class Act(NamedTuple):
    """Something that happens, so many hours after what was before."""

    hours: int
    what: str
    who: int
    by: int


acts = st.lists(
    st.builds(
        Act,
        st.sampled_from([0, 0, 0, 1, 25]),
        st.sampled_from([*["introduce"] * 6, "object", "allow", "forget", "crm", "busy", "clock"]),
        st.integers(0, PEOPLE - 1),
        st.integers(0, 1),
    ),
    min_size=1,
    max_size=40,
)


class Story:
    """What happened, noted beside the product."""

    def __init__(self) -> None:
        self.office = Office()
        self.objecting: set[int] = set()
        self.introduced: dict[int, str] = {}  # who -> the introduction that stands
        self.made: list[tuple[int, int]] = []  # when, by whom

    def act(self, act: Act) -> None:
        self.office.clock.advance(act.hours * HOUR_MS + 1)
        getattr(self, f"_{act.what}")(act)
        for name, words in self.office.outside.words.items():
            if name not in self.introduced.values() and words != LeadWords():
                assert self._due(name)  # taken out as soon as the queue or the clock comes

    def _introduce(self, act: Act) -> None:
        office, letters = self.office, len(self.office.events("friend.introduced"))
        email = f"p{act.who}@acme.example"
        spelled = email.upper() if act.by else email
        who = office.anna if act.by else office.ben
        now_ms = office.clock.at_ms
        try:
            made = office.introduce(who, spelled)
        except (Conflict, TooLarge):
            assert len(office.events("friend.introduced")) == letters
            return
        assert act.who not in self.objecting
        assert act.who not in self.introduced
        lately = [one for one in self.made if one[1] == act.by and one[0] > now_ms - DAY_MS]
        assert len(lately) < INTRODUCTIONS_PER_DAY
        assert len(office.events("friend.introduced")) == letters + 1
        self.introduced[act.who] = made.introduction_id
        self.made.append((now_ms, act.by))

    def _object(self, act: Act) -> None:
        self._forgetting.close(self.office.program_id, self._mac(act), closed=True)
        self.objecting.add(act.who)
        self.introduced.pop(act.who, None)

    def _allow(self, act: Act) -> None:
        self._forgetting.close(self.office.program_id, self._mac(act), closed=False)
        self.objecting.discard(act.who)

    def _forget(self, act: Act) -> None:
        self._forgetting.forget(self.office.program_id, self._mac(act))
        self.introduced.pop(act.who, None)
        self.objecting.discard(act.who)

    def _crm(self, act: Act) -> None:
        """The queue brings all of it, also what it has brought already."""
        told = [*self.office.events("introduction.made"), *self._taken_out()]
        for event in reversed(told) if act.by else told:
            self.office.copies.lead(event.subject)

    def _busy(self, act: Act) -> None:
        self.office.outside.answers = [LATER] * (act.who % 3)

    def _clock(self, _act: Act) -> None:
        self.office.copies.resting.clear()
        self.office.copies.sweep()

    def _taken_out(self) -> list[Event]:
        return self.office.events("introduction.taken_out")

    def _due(self, name: str) -> bool:
        """Whether it was said on the bus that the words are to be taken out."""
        return name in {one.subject for one in self.office.events("introduction.taken_out")}

    @property
    def _forgetting(self) -> Forgetting:
        return Forgetting(self.office.desk("friend"))

    def _mac(self, act: Act) -> str:
        return MACS.mac("email", f"p{act.who}@acme.example")

    def settle(self) -> None:
        """The CRM is there again, and everything that waits is done."""
        self.office.outside.answers = []
        for _ in range(3):
            self.office.clock.advance(2 * DAY_MS)
            self._crm(Act(0, "crm", 0, 0))
            self._clock(Act(0, "clock", 0, 0))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(happens=acts)
def test_each_is_written_to_once_and_sales_hears_of_nobody_who_objects(happens: list[Act]) -> None:
    story = Story()
    for act in happens:
        story.act(act)
    story.settle()
    standing = set(story.introduced.values())
    said = {name for name, words in story.office.outside.words.items() if words != LeadWords()}
    assert said == standing
    assert not story.office.other.words
    assert not story.office.deaf.words
