"""One click ends the requests of every programme that may ask somebody, heard of there or not."""

import pytest
from goodword.journeys import stopping
from goodword.journeys.asks import Wishes
from goodword.journeys.listening import Listening
from goodword.journeys.milestones import OwnOrigin
from goodword.journeys.signal import Subject
from goodword.journeys.stopping import Stopping
from goodword.journeys.walk import AskMade

from tests.support.people import BEN, MACS
from tests.support.walks import BYE, Path


class Firm(Path):
    """A company of several programmes; Anna was asked by the first."""

    def __init__(self) -> None:
        super().__init__()
        self.walk, self.ask = self.asked(BYE)

    @property
    def stopping(self) -> Stopping:
        return Stopping(self.desk(), MACS)

    def other(self, name: str, *, state: str = "active") -> str:
        """One more programme; its id."""
        program_id = self.program(name=name).program_id
        if state != "active":
            self.programs.set_state(program_id, state, "because")  # type: ignore[arg-type]  # a state by name
        return program_id

    def known_in(self, program_id: str) -> str:
        """Something was heard of Anna there; whom she is known as."""
        first, self.program_id = self.program_id, program_id
        subject_id = self.hear("nps", 9)
        self.program_id = first
        return subject_id

    def noes(self, subject_id: str) -> tuple[str, ...]:
        return Wishes(self.desk()).read(subject_id).unsubscribed


@pytest.fixture
def firm() -> Firm:
    return Firm()


def test_where_there_is_one_programme_there_are_no_others(firm: Firm) -> None:
    assert firm.stopping.others(firm.ask) == []
    firm.stopping.everywhere(firm.ask)
    assert firm.noes(firm.ask.subject_id) == ("all",)


def test_programmes_in_which_the_person_is_known_or_takes_part_are_named_and_ended(
    firm: Firm,
) -> None:
    heard_of, joined, _ = (firm.other(name) for name in ("Heard", "Joined", "Strange"))
    firm.other("Closed", state="closed")
    firm.joined(joined)
    there = firm.known_in(heard_of)
    assert firm.stopping.others(firm.ask) == ["Heard", "Joined"]
    subjects = len(firm.all(Subject))
    for _ in range(2):
        firm.stopping.everywhere(firm.ask)
    assert (firm.noes(firm.ask.subject_id), firm.noes(there)) == (("all",), ("all",))
    assert len(firm.all(Subject)) == subjects + 1
    assert firm.stopping.others(firm.ask) == []
    later = firm.known_in(joined)  # the no was there before the first signal
    assert firm.noes(later) == ("all",)
    assert len(firm.all(Subject)) == subjects + 1
    told = [one.data["program_id"] for one in firm.events("journey.wishes_changed")]
    assert sorted(map(str, told)) == sorted([firm.program_id, heard_of, joined])


def test_a_closed_programme_is_not_named_and_a_paused_one_is(firm: Firm) -> None:
    for state in ("closed", "paused"):
        firm.known_in(firm.other(state.title()))
        firm.programs.set_state(firm.all(Subject)[-1].program_id, state, "because")
    assert firm.stopping.others(firm.ask) == ["Paused"]


def test_who_does_not_take_part_is_known_by_what_was_heard(firm: Firm) -> None:
    there = firm.known_in(firm.other("Heard"))
    customer = firm.ask.but(advocate_id="")
    assert firm.stopping.others(customer) == ["Heard"]
    firm.stopping.everywhere(customer)
    assert firm.noes(there) == ("all",)


def test_others_keep_what_they_wish(firm: Firm) -> None:
    there = firm.other("Joined")
    ben = firm.joined(there, BEN).advocate_id
    assert firm.stopping.others(firm.ask) == []
    ask: AskMade = firm.ask.but(advocate_id=ben, subject_id="sbj_nobody", program_id="prg_x")
    assert set(firm.stopping.others(ask)) == {"Joined"}
    assert firm.stopping.others(ask.but(advocate_id="adv_nobody")) == []


def test_only_so_many_programmes_are_looked_at(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        firm.known_in(firm.other(f"P{number}"))
    monkeypatch.setattr(stopping, "STOP_PROGRAMS_MAX", 2)
    assert len(firm.stopping.others(firm.ask)) < 3


def test_who_is_known_already_is_noted_once(firm: Firm) -> None:
    listening, marks = Listening(firm.desk(), MACS), [MACS.mac("email", "kim@mail.example")]
    first = listening.known(OwnOrigin(firm.program_id), marks)
    assert listening.known(OwnOrigin(firm.program_id), marks).subject_id == first.subject_id
    firm.later(days=1)
    assert listening.known(OwnOrigin(firm.program_id), marks).subject_id == first.subject_id
    assert first.heard == 0
