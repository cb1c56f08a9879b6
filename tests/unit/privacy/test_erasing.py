"""Who asked to be erased has some days, is waited for with money, and is then gone for good."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from goodword.advocates.model import Advocate, Enrolment, Known, Link, Payee, PayoutMethod
from goodword.advocates.people import SignIn
from goodword.advocates.recognition import Recognition
from goodword.advocates.segmenting import Segmenting
from goodword.advocates.segments import SegmentMember
from goodword.conversions.model import Identity
from goodword.errors import Conflict, Unavailable
from goodword.ledger.model import Balance
from goodword.limits import ERASURE_DAYS_MAX, ERASURE_LOOK_HOURS, ERASURE_WAIT_DAYS
from goodword.ports import Change
from goodword.privacy.erasing import Erasing, Erasure, obstacles
from goodword.privacy.model import VaultItem
from goodword.privacy.ports import Forgotten
from goodword.rewards.handed import HandOut
from goodword.times import DAY_MS, HOUR_MS
from goodword.trust.trails import Own, Trail

from tests.support.handing import handed
from tests.support.people import ANNA, Town

IBAN = {"name": "Anna Maria Canary", "iban": "DE89370400440532013000"}


@dataclass
class Pool:
    """Accounts of a sign-in."""

    closed: list[str] = field(default_factory=list)
    is_away: bool = False

    def close(self, subject: str) -> None:
        if self.is_away:
            raise Unavailable("sign_in_unavailable", "not now")
        self.closed.append(subject)


@dataclass
class Leaving:
    """Anna, with a link that she named, a payout method, and a wish to be erased."""

    town: Town = field(default_factory=Town)
    pool: Pool = field(default_factory=Pool)
    program_id: str = ""
    own: str = ""

    def __post_init__(self) -> None:
        self.program_id = self.town.program().program_id
        enrolment = self.town.joined(self.program_id)
        self.own = enrolment.advocate_id
        self.town.link(enrolment, label="Anna's canary")
        self.town.methods.put(self.own, "csv", IBAN)
        change = Change()
        change.create(Recognition(advocate_id=self.own, program_id=self.program_id, look_ms=1))
        self.town.store.commit(change)

    @property
    def erasing(self) -> Erasing:
        """The use cases, with anybody as the actor."""
        return Erasing(self.town.desk(), self.town.vault)

    def ask(self, *, at_once: bool = False) -> Erasure:
        """Ask, with the account to close."""
        return self.erasing.ask(self.own, at_once=at_once, subject=ANNA.subject)

    def has(self, **amounts: int) -> None:
        """Money of hers."""
        change = Change()
        change.create(
            Balance(advocate_id=self.own, program_id=self.program_id, currency="EUR", **amounts)
        )
        self.town.store.commit(change)

    def carry_out(self) -> bool:
        """Try it now."""
        return self.erasing.carry_out(self.own, self.pool)

    def wait(self) -> None:
        """The days are over."""
        self.town.clock.advance(ERASURE_WAIT_DAYS * DAY_MS)


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


def balance(anna: Leaving, **amounts: int) -> None:
    """Her money is this by now."""
    (before,) = anna.town.all(Balance)
    change = Change()
    change.replace(before.but(payable_minor=0, in_payout_minor=0).but(**amounts))
    anna.town.store.commit(change)


@pytest.mark.parametrize("at_once", [False, True])
def test_a_payout_that_comes_back_each_day_is_not_waited_for_without_end(
    anna: Leaving, *, at_once: bool
) -> None:
    anna.has(payable_minor=500)
    asked = anna.ask(at_once=at_once)
    anna.wait()
    looks = 0
    while anna.erasing.of(anna.own) != asked and looks < 1_000:
        asked = anna.erasing.of(anna.own) or asked
        method = anna.town.all(PayoutMethod)
        if method:  # frozen, and at the look on its way; it comes back, and the next run takes it
            balance(anna, in_payout_minor=500)
        else:  # nothing is frozen for whoever has no method: what was on its way came back
            balance(anna, payable_minor=500)
        if anna.carry_out():
            break
        looks += 1
        anna.town.clock.advance(ERASURE_LOOK_HOURS * HOUR_MS)
    done = anna.erasing.of(anna.own)
    assert done is not None
    assert done.done_ms is not None
    assert done.done_ms - done.asked_ms <= (ERASURE_DAYS_MAX + 1) * DAY_MS
    (money,) = anna.town.all(Balance)
    assert (money.payable_minor, money.in_payout_minor) == (500, 0)  # nothing is lost
    (told,) = anna.town.events("advocate.erased")
    assert told.data["left"] == f"{anna.program_id}:EUR:500"
    (why,) = anna.town.events("advocate.payout_method_removed")
    assert why.reason == "erasure_overdue"


def test_what_is_on_its_way_at_the_end_still_arrives(anna: Leaving) -> None:
    anna.has(in_payout_minor=500)
    wish = anna.ask()
    anna.town.clock.advance(ERASURE_DAYS_MAX * DAY_MS)
    for _ in range(2):
        assert anna.carry_out() is False
        anna.town.clock.advance(ERASURE_LOOK_HOURS * HOUR_MS)
    assert len(anna.town.events("advocate.payout_method_removed")) == 1
    assert anna.town.vault.forgotten == set()  # the rail can still be asked about it
    assert wish.waits_for(anna.erasing.balances(anna.own), wish.until_ms) == ("in_payout",)
    balance(anna)
    assert anna.carry_out() is True
    assert anna.town.events("advocate.erased")[0].data["left"] == ""


def test_what_is_unpaid_is_waited_for_until_the_last_day_and_no_longer(anna: Leaving) -> None:
    anna.has(pending_minor=500)
    anna.ask()
    anna.town.clock.advance(ERASURE_DAYS_MAX * DAY_MS - 1)
    assert anna.carry_out() is False
    assert anna.town.all(PayoutMethod)
    anna.town.clock.advance(ERASURE_LOOK_HOURS * HOUR_MS)
    assert anna.carry_out() is True
    (money,) = anna.town.all(Balance)
    assert money.pending_minor == 500
