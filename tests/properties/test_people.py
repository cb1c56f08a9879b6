"""Whatever people and staff do in whatever order, links and enrolments stay in step."""

import string

from goodword.advocates.destination import IBAN_LENGTHS, accept, masked
from goodword.advocates.model import MOVES, Advocate, Enrolment, Link, LinkOfAdvocate
from goodword.advocates.people import SignIn
from goodword.errors import GoodwordError, InvalidInput
from goodword.limits import LINKS_PER_ADVOCATE_MAX
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.people import ANNA, BEN, Town

DIGITS = string.digits


@st.composite
def ibans(draw: st.DrawFn) -> str:
    """A right account number of any country."""
    country = draw(st.sampled_from(sorted(IBAN_LENGTHS)))
    length = IBAN_LENGTHS[country] - 4
    letters = st.text(DIGITS + string.ascii_uppercase, min_size=length, max_size=length)
    account = draw(letters)
    number = int("".join(str(int(letter, 36)) for letter in f"{account}{country}00"))
    return f"{country}{98 - number % 97:02d}{account}"


def is_accepted(iban: str) -> bool:
    try:
        return accept("csv", {"name": "Anna", "iban": iban})["iban"] == iban
    except InvalidInput:
        return False


@given(ibans())
def test_a_right_account_number_is_accepted_and_its_middle_is_never_shown(iban: str) -> None:
    assert is_accepted(iban)
    assert iban[4:-4] not in masked({"iban": iban})["iban"]


@given(ibans(), st.data())
def test_one_wrong_digit_is_always_found(iban: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(2, len(iban) - 1))
    if iban[place] not in DIGITS:
        place = 2
    other = data.draw(st.sampled_from(DIGITS.replace(iban[place], "")))
    assert not is_accepted(iban[:place] + other + iban[place + 1 :])


STEPS = st.tuples(
    st.sampled_from(
        ("join", "invite", "leave", "link", "active", "paused", "banned", "declined", "budget")
    ),
    st.sampled_from((ANNA, BEN)),
    st.integers(0, 1),
)


def step(town: Town, what: str, who: SignIn, program_id: str) -> None:
    """One thing that somebody tries; what is refused must change nothing."""
    before = dict(town.store.items)
    try:
        advocate_id = town.people.find(who) or "adv_none"
        if what == "join":
            town.joined(program_id, who)
        elif what == "invite":
            town.invited(program_id, who.email or "")
        elif what == "leave":
            town.enrolments.leave(advocate_id, program_id)
        elif what == "link":
            town.link(_place(advocate_id, program_id))
        elif what == "budget":
            state = town.programs.read(program_id)[0].state
            after = "active" if state == "paused" else "paused"
            town.programs.set_state(program_id, after, "budget")  # type: ignore[arg-type]  # two
        else:
            town.enrolments.set_state(advocate_id, program_id, what, "because")  # type: ignore[arg-type]  # a state
    except GoodwordError:
        assert _settled(before) == _settled(town.store.items)


def _settled(items: object) -> object:
    """The items without sign-in entries: looking somebody up may add one, named by the head."""
    assert isinstance(items, dict)
    return {
        key: {"links": item["links"]} if item["kind"] == "advocate" else item
        for key, item in items.items()
        if item["kind"] != "blind" and item.get("type") != "advocate.signed_in"
    }


def _place(advocate_id: str, program_id: str) -> Enrolment:
    return Enrolment(
        advocate_id=advocate_id,
        program_id=program_id,
        state="active",
        created_ms=0,
        changed_ms=0,
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, max_size=40), st.sampled_from(("open", "approval", "invite_only")))
def test_links_are_on_exactly_while_their_enrolment_is_active(
    steps: list[tuple[str, SignIn, int]], mode: str
) -> None:
    town = Town()
    programs = [town.program(enrolment=mode).program_id, town.program().program_id]
    for what, who, number in steps:
        step(town, what, who, programs[number])
    states = {(one.advocate_id, one.program_id): one.state for one in town.all(Enrolment)}
    for link in town.all(Link):
        assert (link.state == "active") == (states[link.advocate_id, link.program_id] == "active")
    listed: dict[str, int] = {}
    for row in town.all(LinkOfAdvocate):
        listed[row.advocate_id] = listed.get(row.advocate_id, 0) + 1
    for advocate in town.all(Advocate):
        assert advocate.links == listed.get(advocate.advocate_id, 0) <= LINKS_PER_ADVOCATE_MAX
    assert len(town.all(Link)) == sum(listed.values())
    assert len(town.all(Advocate)) <= 2


@settings(max_examples=100, deadline=None)
@given(st.lists(STEPS, max_size=30))
def test_the_journal_tells_every_move_and_only_moves_that_there_are(
    steps: list[tuple[str, SignIn, int]],
) -> None:
    town = Town()
    program_id = town.program(enrolment="approval").program_id
    for what, who, _ in steps:
        step(town, what, who, program_id)
    told: dict[str, str] = {}
    names = {"activated": "active", "requested": "pending"}
    events = [one for commit in town.store.commits for one in commit.created]
    for event in events:
        kind = getattr(event, "type", "")
        if not kind.startswith("enrolment.") and kind != "advocate.invited":
            continue
        word = kind.partition(".")[2]
        after, subject = names.get(word, word), event.subject  # type: ignore[attr-defined]  # an event
        if subject in told:
            assert after in MOVES[told[subject]]  # type: ignore[index]  # a state
            assert event.data["before"] == told[subject]  # type: ignore[attr-defined]  # an event
        told[subject] = after
    assert told == {one.advocate_id: one.state for one in town.all(Enrolment)}
