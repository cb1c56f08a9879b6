"""Whatever a person wished holds for them, by whichever name they wished it."""

from typing import Any

from goodword.journeys.asking import AskBook, Way
from goodword.journeys.asks import Wishes
from goodword.journeys.scoring import Motion
from goodword.journeys.walk import AskMade
from goodword.journeys.wished import same_wishes, together
from goodword.privacy.consents import consents_of
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.journeys import REFERENCE
from tests.support.people import ANNA
from tests.support.walks import BYE, Path

NUMBER: dict[str, Any] = {"email": None, "customer_id": "u-1"}


def two(path: Path) -> tuple[str, str]:
    """A customer known by a number, and later Anna by her address."""
    first = path.delight(**NUMBER)
    path.later(hours=1)
    return first, path.delight()


def join(path: Path) -> None:
    """They turn out to be one; the number was there first."""
    path.later(hours=1)
    path.hear("milestone", customer_id="u-1")


def test_a_single_book_says_what_it_says() -> None:
    book = AskBook(
        subject_id="sbj_1",
        unsubscribed=("story",),
        time_zone="Asia/Tokyo",
        shares=True,
        ways={"review": "in_app"},
        wished_ms=7,
    )
    assert together([book]) == book


def test_what_was_said_last_counts_for_ways_and_zones_whoever_is_first() -> None:
    older = AskBook(
        subject_id="sbj_1",
        time_zone="Asia/Tokyo",
        ways={"review": "email", "story": "email"},
        wished_ms=1,
    )
    newer = AskBook(
        subject_id="sbj_2", time_zone="Asia/Kolkata", ways={"review": "in_app"}, wished_ms=2
    )
    for books in ([older, newer], [newer, older]):
        found = together(books)
        assert found.ways == {"review": "in_app", "story": "email"}
        assert found.time_zone == "Asia/Kolkata"
        assert found.subject_id == books[0].subject_id
    of_then = [one.but(wished_ms=0) for one in (older, newer)]  # nobody noted when
    assert together(of_then).ways["review"] == "email"
    said_nothing = newer.but(time_zone="", wished_ms=9)
    assert together([said_nothing, older]).time_zone == "Asia/Tokyo"
    assert together([said_nothing.but(time_zone="UTC"), older]).time_zone == "UTC"


def test_name_and_address_are_handed_on_only_if_nobody_said_otherwise() -> None:
    shares = AskBook(subject_id="sbj_1", shares=True, wished_ms=1)
    silent = AskBook(subject_id="sbj_2")
    other = AskBook(subject_id="sbj_3", wished_ms=2)
    assert together([silent, shares]).shares
    assert not together([shares, other]).shares
    assert not together([silent]).shares


def test_of_somebody_nobody_has_heard_of_nothing_is_known() -> None:
    assert Wishes(Path().desk()).read("sbj_nobody") == AskBook(subject_id="sbj_nobody")


def test_both_noes_hold_and_the_page_shows_what_the_gate_heeds() -> None:
    path = Path()
    number, anna = two(path)
    wishes = Wishes(path.desk())
    wishes.put(number, path.program_id, ("story",), "Asia/Tokyo", ways={"review": "in_app"})
    path.later(hours=1)
    wishes.put(anna, path.program_id, ("reference",), "", ways={"review": "email"})
    join(path)
    for name in (number, anna):
        shown, heeded = wishes.read(name), path.gate.look(name).whole
        assert same_wishes(shown, heeded)
        assert set(shown.unsubscribed) == {"story", "reference"}
        assert (shown.ways, shown.time_zone) == ({"review": "email"}, "Asia/Tokyo")


def test_the_night_is_heeded_where_another_name_of_the_person_said_it_is() -> None:
    """08:26 in UTC is 17:26 in Tokyo."""
    path = Path()
    path.publish(REFERENCE, BYE, quiet_hours={"from_hour": 16, "until_hour": 22})
    two(path)
    anna = path.gate.look(path.hear("milestone")).subject.subject_id
    Wishes(path.desk()).put(anna, path.program_id, (), "Asia/Tokyo")
    join(path)
    path.later(hours=-2)
    walk = path.entered()
    path.step(walk)
    assert path.made == []
    assert path.now(walk).held == "quiet_hours"


def test_an_old_letter_ends_requests_to_the_whole_person_once() -> None:
    path = Path()
    path.publish(REFERENCE, BYE)
    number, anna = two(path)
    path.step(path.entered())
    (ask,) = path.made
    assert ask.subject_id == anna
    join(path)
    wishes = Wishes(path.desk())
    for _ in range(2):
        wishes.unsubscribe(ask)
    for name in (number, anna):
        assert wishes.read(name).unsubscribed == ("all",)
        assert path.gate.look(name).whole.unsubscribed == ("all",)
    (event,) = path.events("journey.wishes_changed")
    assert event.subject == number


def test_what_is_said_of_all_stands_instead_of_what_each_said() -> None:
    path = Path()
    number, anna = two(path)
    wishes = Wishes(path.desk())
    wishes.put(anna, path.program_id, ("all",), "Asia/Tokyo", ways={"story": "email"})
    join(path)
    for _ in range(2):
        said = wishes.put(anna, path.program_id, (), "UTC", shares=True)
    assert (said.unsubscribed, said.ways, said.shares) == ((), {}, True)
    assert same_wishes(path.gate.look(number).whole, said)
    assert len(path.events("journey.wishes_changed")) == 2
    (given_one,) = [
        one for one in consents_of(path.store, path.desk().actor.id) if one.what == "contact"
    ]
    assert given_one.withdrawn_ms is None


def test_a_book_of_before_says_no_zone_where_nothing_was_said() -> None:
    old = AskBook(subject_id="sbj_1", time_zone="UTC")
    assert together([old]).time_zone == ""
    assert together([old.but(wished_ms=1)]).time_zone == "UTC"
    assert same_wishes(old, AskBook(subject_id="sbj_1"))


wished = st.tuples(
    st.sampled_from(["put", "stop", "join"]),
    st.booleans(),  # of whom
    st.sets(st.sampled_from(["story", "review", "reference"]), max_size=2),
    st.sampled_from(["", "UTC", "Asia/Tokyo", "America/New_York"]),
    st.booleans(),
    st.dictionaries(
        st.sampled_from(["story", "review"]), st.sampled_from(["email", "in_app"]), max_size=2
    ),
)


@settings(max_examples=60, deadline=None)
@given(acts=st.lists(wished, max_size=8))
def test_no_wish_is_lost_in_whatever_order_people_wish_and_turn_out_to_be_one(
    acts: list[tuple[str, bool, set[Motion], str, bool, dict[Motion, Way]]],
) -> None:
    path = Path()
    names = two(path)
    wishes, joined = Wishes(path.desk()), False
    noes: list[set[str]] = [set(), set()]
    shares: list[bool | None] = [None, None]
    for what, later, unwanted, zone, share, ways in acts:
        path.later(hours=1)
        if what == "join":
            path.hear("milestone", email=ANNA.email, customer_id="u-1")
            joined = True
        elif what == "put":
            wishes.put(
                names[later],
                path.program_id,
                tuple(sorted(unwanted)),
                zone,
                shares=share,
                ways=ways,
            )
            noes[later], shares[later] = set(unwanted), share
            if joined:
                noes[not later], shares[not later] = set(), None
        else:
            wishes.unsubscribe(_ask_of(path, names[later]), "community")
            noes[later] = noes[later] | {"community"}
    for number, name in enumerate(names):
        found, heeded = wishes.read(name), path.gate.look(name).whole
        assert same_wishes(found.but(time_zone=found.time_zone or "UTC"), heeded)
        assert set(found.unsubscribed) == (noes[0] | noes[1] if joined else noes[number])
        said = [one for one in (shares if joined else [shares[number]]) if one is not None]
        assert found.shares == (bool(said) and all(said))


def _ask_of(path: Path, subject_id: str) -> AskMade:
    """An ask that was once made to somebody of this name."""
    return AskMade(
        ask_id="ask_1",
        program_id=path.program_id,
        journey_id="jrn_1",
        walk_id="wlk_1",
        subject_id=subject_id,
        advocate_id=path.anna,
        step="call",
        motion="reference",
        words="call",
        channels=("email",),
        state="sent",
        made_ms=0,
        expires_ms=1,
        changed_ms=0,
    )
