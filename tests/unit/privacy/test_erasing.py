"""Who asked to be erased has some days, is waited for with money, and is then gone for good."""

from collections.abc import Sequence

import pytest
from goodword.advocates.model import Advocate, Enrolment, Known, Link, Payee, PayoutMethod
from goodword.advocates.people import SignIn
from goodword.advocates.recognition import Recognition
from goodword.advocates.segmenting import Segmenting
from goodword.advocates.segments import SegmentMember
from goodword.conversions.model import Identity
from goodword.errors import Conflict, Unavailable
from goodword.ledger.model import Balance
from goodword.limits import ERASURE_LOOK_HOURS, ERASURE_WAIT_DAYS
from goodword.ports import Change
from goodword.privacy.erasing import Erasing, obstacles
from goodword.privacy.model import VaultItem
from goodword.privacy.ports import Forgotten
from goodword.rewards.handed import HandOut
from goodword.times import DAY_MS, HOUR_MS
from goodword.trust.trails import Own, Trail

from tests.support.handing import handed
from tests.support.leaving import IBAN, Leaving, Pool
from tests.support.people import ANNA, Town


@pytest.fixture
def anna() -> Leaving:
    return Leaving()


def test_nothing_happens_before_the_days_are_over(anna: Leaving) -> None:
    asked = anna.ask()
    assert (asked.state, asked.due_ms - asked.asked_ms) == ("asked", ERASURE_WAIT_DAYS * DAY_MS)
    assert anna.ask(at_once=True) == anna.erasing.of(anna.own)  # the first wish counts
    assert anna.erasing.due() == []
    assert anna.carry_out() is False
    assert anna.town.vault.forgotten == set()
    assert len(anna.town.events("advocate.erasure_asked")) == 1


def test_it_can_be_taken_back_until_it_begins(anna: Leaving) -> None:
    with pytest.raises(Conflict, match="nothing_to_take_back"):
        anna.erasing.take_back(anna.own)
    anna.ask()
    assert anna.erasing.take_back(anna.own).sealed_subject == ""
    anna.wait()
    assert anna.carry_out() is False
    again = anna.ask(at_once=True)
    assert (again.state, again.at_once) == ("asked", True)
    anna.wait()
    assert [one.advocate_id for one in anna.erasing.due()] == [anna.own]
    assert anna.carry_out() is True
    with pytest.raises(Conflict, match="nothing_to_take_back"):
        anna.erasing.take_back(anna.own)


def test_what_is_frozen_at_the_same_moment_is_waited_for(
    anna: Leaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna.has(payable_minor=500)
    anna.ask(at_once=True)
    anna.wait()
    read = Erasing.balances

    def and_then_a_run_freezes(self: Erasing, advocate_id: str) -> Sequence[Balance]:
        found = read(self, advocate_id)
        if found[0].payable_minor:
            change = Change()
            change.replace(found[0].but(payable_minor=0, in_payout_minor=500))
            anna.town.store.commit(change)
        return found

    monkeypatch.setattr(Erasing, "balances", and_then_a_run_freezes)
    assert anna.carry_out() is False
    assert anna.town.vault.forgotten == set()
    asked = anna.erasing.of(anna.own)
    assert asked is not None
    assert asked.state == "asked"


def test_everything_by_which_she_could_be_found_is_gone(anna: Leaving) -> None:
    anna.ask()
    anna.wait()
    assert anna.carry_out() is True
    for kind in (VaultItem, Known, Payee, PayoutMethod, Own, Recognition):
        assert anna.town.all(kind) == [], kind.KIND
    assert all(anna.own not in one.owners for one in anna.town.all(Trail))
    assert {(one.label, one.state) for one in anna.town.all(Link)} <= {
        ("", "paused"),
        ("", "active"),
    }
    assert anna.town.vault.forgotten == {anna.own}
    assert anna.pool.closed == [ANNA.subject]
    (head,) = anna.town.all(Advocate)
    assert (head.known, head.advocate_id) == ((), anna.own)
    done = anna.erasing.of(anna.own)
    assert done is not None
    assert (done.state, done.index_entry, done.sealed_subject) == ("done", None, "")
    assert anna.carry_out() is False
    assert len(anna.town.events("advocate.erased")) == 1


def test_she_comes_back_as_somebody_else(anna: Leaving) -> None:
    anna.town.people.remembered[ANNA.subject] = anna.own  # a process that knew her
    anna.ask()
    anna.wait()
    anna.carry_out()
    with pytest.raises(Forgotten):
        anna.town.methods.put(anna.own, "csv", IBAN)
    with pytest.raises(Forgotten):
        anna.ask()
    new = anna.town.joined(anna.program_id)
    assert new.advocate_id != anna.own
    assert anna.town.people.find(ANNA) == new.advocate_id


@pytest.mark.parametrize(
    ("amounts", "at_once", "waits"),
    [
        ({"pending_minor": 5}, False, True),
        ({"on_hold_minor": 5}, False, True),
        ({"payable_minor": 5}, False, True),
        ({"payable_minor": 5, "pending_minor": 9}, True, False),
        ({"payable_minor": -5}, False, False),
        ({"paid_minor": 5}, False, False),
        ({"in_payout_minor": 5}, False, True),
        ({"in_payout_minor": 5}, True, True),
    ],
)
def test_money_is_waited_for_as_she_was_told(
    anna: Leaving, amounts: dict[str, int], at_once: bool, waits: bool
) -> None:
    anna.has(**amounts)
    anna.ask(at_once=at_once)
    anna.wait()
    assert anna.carry_out() is not waits
    erasure = anna.erasing.of(anna.own)
    assert erasure is not None
    if waits:
        look_ms = anna.town.clock.now_ms() + ERASURE_LOOK_HOURS * HOUR_MS
        assert (erasure.state, erasure.due_ms) == ("asked", look_ms)
        assert anna.erasing.due() == []
    (balance,) = anna.town.all(Balance)
    assert balance.model_dump(include=set(amounts)) == amounts  # nothing is forfeited


def test_points_are_no_reason_to_wait() -> None:
    points = Balance(advocate_id="a", program_id="p", currency="POINTS", payable_minor=3)
    assert obstacles([points], at_once=False) == ()


def test_what_was_cut_off_is_gone_on_with(anna: Leaving) -> None:
    anna.ask()
    anna.wait()
    anna.pool.is_away = True
    with pytest.raises(Unavailable):
        anna.carry_out()
    assert anna.town.vault.forgotten == set()
    assert [one.state for one in anna.erasing.due()] == ["erasing"]
    anna.pool.is_away = False
    assert anna.carry_out() is True
    assert anna.pool.closed == [ANNA.subject]


def test_a_sign_in_by_another_way_is_known_and_removed_too(anna: Leaving) -> None:
    other = SignIn("google-anna", ANNA.email, email_verified=True)
    assert anna.town.people.find(other) == anna.own
    assert len(anna.town.all(Known)) == 3
    anna.ask()
    anna.wait()
    anna.carry_out()
    assert anna.town.all(Known) == []
    anna.town.people.remembered.clear()
    assert anna.town.people.find(other) is None


def test_what_was_recorded_of_her_as_a_friend_goes_too(anna: Leaving) -> None:
    (email, _) = anna.town.all(Advocate)[0].known
    change = Change()
    change.create(Identity(program_id=anna.program_id, mac=email))
    anna.town.store.commit(change)
    anna.ask()
    anna.wait()
    assert anna.carry_out() is True
    assert anna.town.all(Identity) == []
    assert len(anna.town.events("friend.forgotten")) == 1


def test_what_was_handed_over_to_her_leads_nowhere_any_more(anna: Leaving) -> None:
    for number in (1, 2):
        handed(anna.town, anna.own, anna.program_id, f"parcel {number} canary")
    anna.ask()
    anna.wait()
    assert anna.carry_out() is True
    made = anna.town.all(HandOut)
    assert [(one.reference, one.amount_minor) for one in made] == [("", 10), ("", 10)]


def test_each_programme_is_left_as_far_as_it_can_be(anna: Leaving) -> None:
    other = anna.town.program().program_id
    anna.town.joined(other)
    banned = anna.town.all(Enrolment)[-1]
    change = Change()
    change.replace(banned.turned("banned", anna.town.clock.at_ms))
    for link in anna.town.all(Link):
        if link.program_id == banned.program_id:
            change.replace(link.but(state="paused", label=""))
    anna.town.store.commit(change)
    invited = anna.town.program().program_id
    anna.town.invited(invited, ANNA.email or "")
    anna.ask()
    anna.wait()
    assert anna.carry_out() is True
    states = sorted(one.state for one in anna.town.all(Enrolment))
    assert states == ["banned", "invited", "left"]
    assert {(one.state, one.label) for one in anna.town.all(Link)} == {("paused", "")}


def test_a_head_without_anything_is_erased_too() -> None:
    town = Town()
    change = Change()
    change.create(Advocate(advocate_id="adv_bare", created_ms=town.clock.at_ms))
    town.store.commit(change)
    erasing = Erasing(town.desk(), town.vault)
    assert erasing.ask("adv_bare", at_once=False).state == "asked"
    (asked,) = town.events("advocate.erasure_asked")
    assert "program_id" not in asked.data
    town.clock.advance(ERASURE_WAIT_DAYS * DAY_MS)
    assert erasing.carry_out("adv_bare", Pool()) is True
    assert town.vault.forgotten == {"adv_bare"}


def test_two_at_work_on_it_tell_of_it_once(anna: Leaving, monkeypatch: pytest.MonkeyPatch) -> None:
    forget = anna.town.vault.forget

    def and_meanwhile(person_id: str) -> None:
        monkeypatch.setattr(anna.town.vault, "forget", forget)
        assert anna.carry_out() is True  # the other one, who is quicker
        forget(person_id)

    monkeypatch.setattr(anna.town.vault, "forget", and_meanwhile)
    anna.ask()
    anna.wait()
    assert anna.carry_out() is True
    assert len(anna.town.events("advocate.erased")) == 1


def test_who_is_being_erased_is_found_by_no_other_sign_in(anna: Leaving) -> None:
    anna.ask()
    anna.wait()
    anna.pool.is_away = True
    with pytest.raises(Unavailable):
        anna.carry_out()
    other = SignIn("google-anna", ANNA.email, email_verified=True)
    assert anna.town.people.find(other) is None


def test_a_look_up_without_its_head_still_finds_the_number(anna: Leaving) -> None:
    (head,) = anna.town.all(Advocate)
    del anna.town.store.items[head.key]
    other = SignIn("google-anna", ANNA.email, email_verified=True)
    assert anna.town.people.find(other) == anna.own


@pytest.mark.parametrize("has_left", [False, True])
def test_segments_go_with_her_and_are_counted_without_her(anna: Leaving, *, has_left: bool) -> None:
    segments = Segmenting(anna.town.desk())

    def move(*add: str, out: tuple[str, ...] = ()) -> None:
        segments.move(anna.own, anna.program_id, add=add, remove=out, reason="volume")

    move("gold", "was")
    anna.town.clock.advance(1)
    move(out=("was",))
    if has_left:
        anna.town.enrolments.leave(anna.own, anna.program_id)
    anna.ask()
    anna.town.clock.advance(ERASURE_WAIT_DAYS * DAY_MS)
    assert anna.carry_out()
    (enrolment,) = anna.town.all(Enrolment)
    assert (enrolment.state, enrolment.segments) == ("left", ())
    assert segments.of_program(anna.program_id).counts == ()
    assert anna.town.all(SegmentMember) == []


def test_past_segments_alone_go_too(anna: Leaving) -> None:
    segments, where = Segmenting(anna.town.desk()), (anna.own, anna.program_id)
    segments.move(*where, add=("gold",), remove=(), reason="volume")
    anna.town.clock.advance(1)
    segments.move(*where, add=(), remove=("gold",), reason="volume")
    anna.town.enrolments.leave(*where)
    anna.ask()
    anna.town.clock.advance(ERASURE_WAIT_DAYS * DAY_MS)
    assert anna.carry_out()
    assert anna.town.all(Enrolment)[0].segments == ()
