"""Taking part: who may move an enrolment where, and what happens to the links with it."""

import pytest
from goodword.advocates.links import links_of
from goodword.advocates.model import MOVES, Advocate, Enrolment, EnrolmentState, Link
from goodword.advocates.service import STAFF_MOVES
from goodword.errors import Conflict, NotAllowed, NotFound
from goodword.limits import LINKS_PER_ADVOCATE_MAX
from goodword.ports import Change
from goodword.privacy.model import PersonalFields
from goodword.records import Key, Record

from tests.support.people import ANNA, BEN, Town
from tests.support.scene import terms


@pytest.fixture
def town() -> Town:
    return Town()


def states(town: Town) -> list[str]:
    return [link.state for link in town.all(Link)]


def banned(town: Town) -> None:
    """The only enrolment, after a ban (`trust.banning`)."""
    change = Change()
    change.replace(town.all(Enrolment)[0].but(state="banned", keeps_earned=True))
    town.store.commit(change)


class TestInviting:
    def test_makes_a_person_with_fields_in_the_vault_and_an_event(self, town: Town) -> None:
        program_id = town.program().program_id
        enrolment = town.invited(program_id)
        assert (enrolment.state, enrolment.terms_accepted) == ("invited", 0)
        fields = town.methods.fields(enrolment.advocate_id)
        assert fields == PersonalFields(email="anna@mail.example", name="Anna Maria", locale="de")
        (event,) = town.events("advocate.invited")
        assert event.subject == enrolment.advocate_id
        assert event.data["program_id"] == program_id
        assert event.actor.id == "sub-mara"
        assert not town.all(Link)

    def test_the_same_address_is_the_same_person_in_another_programme(self, town: Town) -> None:
        one = town.invited(town.program().program_id)
        other = town.invited(town.program().program_id, "ANNA@mail.example")
        assert one.advocate_id == other.advocate_id
        assert len(town.all(Advocate)) == 1

    def test_a_person_who_is_in_already_is_not_invited_again(self, town: Town) -> None:
        program_id = town.program().program_id
        town.invited(program_id)
        with pytest.raises(Conflict, match="already_enrolled"):
            town.invited(program_id)
        town.joined(program_id)
        with pytest.raises(Conflict, match="already_enrolled"):
            town.invited(program_id)

    def test_a_banned_person_is_not_invited(self, town: Town) -> None:
        enrolment = town.joined(town.program().program_id)
        banned(town)
        with pytest.raises(Conflict, match="enrolment_banned"):
            town.invited(enrolment.program_id)

    def test_a_person_who_left_can_be_invited_back(self, town: Town) -> None:
        enrolment = town.joined(town.program().program_id)
        town.enrolments.leave(enrolment.advocate_id, enrolment.program_id)
        assert town.invited(enrolment.program_id).state == "invited"

    def test_only_an_active_programme_invites(self, town: Town) -> None:
        program_id = town.program().program_id
        town.programs.set_state(program_id, "paused", "budget")
        with pytest.raises(Conflict, match="program_not_active"):
            town.invited(program_id)
        with pytest.raises(NotFound, match="unknown_program"):
            town.invited("prg_none")

    def test_two_invitations_of_one_address_at_once_make_one_person(self, town: Town) -> None:
        first, second = town.program().program_id, town.program().program_id
        town.before_next_commit(lambda: town.invited(second))
        town.invited(first)
        assert len(town.all(Advocate)) == 1
        assert len(town.all(Enrolment)) == 2


class TestJoining:
    def test_an_open_programme_activates_at_once_with_a_first_link(self, town: Town) -> None:
        program_id = town.program().program_id
        enrolment = town.joined(program_id)
        assert (enrolment.state, enrolment.terms_accepted) == ("active", 1)
        (link,) = town.all(Link)
        assert (link.advocate_id, link.program_id) == (enrolment.advocate_id, program_id)
        assert (link.destination, link.hosts) == ("https://shop.example/", ("shop.example",))
        (event,) = town.events("enrolment.activated")
        assert event.data["code"] == link.code
        assert event.data["link_id"] == link.link_id
        assert event.actor.id == enrolment.advocate_id
        assert town.all(Advocate)[0].links == 1

    def test_approval_waits_for_staff(self, town: Town) -> None:
        program_id = town.program(enrolment="approval").program_id
        enrolment = town.joined(program_id)
        assert enrolment.state == "pending"
        assert not town.all(Link)
        assert len(town.events("enrolment.requested")) == 1
        after = town.enrolments.set_state(enrolment.advocate_id, program_id, "active", "welcome")
        assert (after.state, after.terms_accepted) == ("active", 1)
        assert states(town) == ["active"]
        (event,) = town.events("enrolment.activated")
        assert (event.reason, event.actor.id) == ("welcome", "sub-mara")

    def test_an_invitation_is_stronger_than_the_mode(self, town: Town) -> None:
        for mode in ("approval", "invite_only"):
            program_id = town.program(enrolment=mode).program_id
            town.invited(program_id)
            assert town.joined(program_id).state == "active"

    def test_invite_only_takes_nobody_else(self, town: Town) -> None:
        program_id = town.program(enrolment="invite_only").program_id
        with pytest.raises(NotAllowed, match="invitation_needed"):
            town.joined(program_id)

    def test_the_terms_that_are_accepted_are_those_in_force(self, town: Town) -> None:
        program_id = town.program().program_id
        town.next_version(program_id, terms(hold_days=3))
        with pytest.raises(Conflict, match="terms_changed"):
            town.joined(program_id, version=1)
        assert town.joined(program_id, version=2).terms_accepted == 2

    def test_joining_twice_is_refused(self, town: Town) -> None:
        program_id = town.program().program_id
        town.joined(program_id)
        with pytest.raises(Conflict, match="already_enrolled"):
            town.joined(program_id)

    def test_a_declined_person_asks_again_and_waits(self, town: Town) -> None:
        program_id = town.program(enrolment="approval").program_id
        enrolment = town.joined(program_id)
        town.enrolments.set_state(enrolment.advocate_id, program_id, "declined", "no_fit")
        assert town.joined(program_id).state == "pending"

    def test_a_person_who_left_comes_back_to_the_same_links(self, town: Town) -> None:
        program_id = town.program().program_id
        enrolment = town.joined(program_id)
        town.link(enrolment)
        town.enrolments.leave(enrolment.advocate_id, program_id)
        assert states(town) == ["paused", "paused"]
        assert town.joined(program_id).state == "active"
        assert states(town) == ["active", "active"]

    def test_a_banned_person_does_not_come_back(self, town: Town) -> None:
        program_id = town.program().program_id
        town.joined(program_id)
        banned(town)
        with pytest.raises(NotAllowed, match="enrolment_banned"):
            town.joined(program_id)

    def test_a_full_hand_of_links_does_not_stop_a_further_programme(self, town: Town) -> None:
        one = town.joined(town.program().program_id)
        for _ in range(LINKS_PER_ADVOCATE_MAX - 1):
            town.link(one)
        other = town.joined(town.program().program_id)
        assert other.state == "active"
        assert len(town.all(Link)) == LINKS_PER_ADVOCATE_MAX
        assert "code" not in town.events("enrolment.activated")[-1].data

    def test_two_first_joins_at_once_make_one_person(self, town: Town) -> None:
        program_id = town.program().program_id
        town.before_next_commit(lambda: town.joined(program_id))
        with pytest.raises(Conflict, match="already_enrolled"):
            town.joined(program_id)
        assert len(town.all(Advocate)) == 1
        assert len(town.all(Link)) == 1


class TestMoving:
    def test_pausing_pauses_the_links_of_this_programme_only(self, town: Town) -> None:
        one, other = (town.joined(town.program().program_id) for _ in range(2))
        town.link(one)
        town.enrolments.set_state(one.advocate_id, one.program_id, "paused", "check")
        found = links_of(town.store, one.advocate_id)
        assert sorted((link.program_id == one.program_id, link.state) for link in found) == [
            (False, "active"),
            (True, "paused"),
            (True, "paused"),
        ]
        assert other.state == "active"
        town.enrolments.set_state(one.advocate_id, one.program_id, "active", "fine")
        assert set(states(town)) == {"active"}

    def test_the_whole_move_is_one_change(self, town: Town) -> None:
        enrolment = town.joined(town.program().program_id)
        for _ in range(LINKS_PER_ADVOCATE_MAX - 1):
            town.link(enrolment)
        before = len(town.store.commits)
        town.enrolments.set_state(enrolment.advocate_id, enrolment.program_id, "paused", "fraud")
        assert len(town.store.commits) == before + 1
        assert set(states(town)) == {"paused"}

    def test_moving_to_the_present_state_changes_nothing(self, town: Town) -> None:
        enrolment = town.joined(town.program().program_id)
        before = len(town.store.commits)
        town.enrolments.set_state(enrolment.advocate_id, enrolment.program_id, "active", "again")
        town.enrolments.leave(enrolment.advocate_id, enrolment.program_id)
        town.enrolments.leave(enrolment.advocate_id, enrolment.program_id)
        assert len(town.store.commits) == before + 1

    def test_nobody_is_moved_who_is_not_there(self, town: Town) -> None:
        program_id = town.program().program_id
        with pytest.raises(NotFound, match="not_enrolled"):
            town.enrolments.set_state("adv_none", program_id, "paused", "check")
        with pytest.raises(NotFound, match="not_enrolled"):
            town.enrolments.leave("adv_none", program_id)

    @pytest.mark.parametrize("before", sorted(MOVES))
    @pytest.mark.parametrize("after", ["active", "paused", "declined", "left"])
    def test_every_move_is_allowed_or_refused_as_the_tables_say(
        self, town: Town, before: EnrolmentState, after: str
    ) -> None:
        enrolment = town.joined(town.program().program_id, BEN)
        stored = town.all(Enrolment)[0]
        change = Change()
        change.replace(stored.but(state=before))
        town.store.commit(change)
        allowed = MOVES[before] if after == "left" else STAFF_MOVES[before]

        def move() -> Enrolment:
            if after == "left":
                return town.enrolments.leave(enrolment.advocate_id, enrolment.program_id)
            return town.enrolments.set_state(
                enrolment.advocate_id,
                enrolment.program_id,
                after,  # type: ignore[arg-type]  # one of the moves above
                "because",
            )

        if after == before or after in allowed:
            assert move().state == after
        else:
            with pytest.raises(Conflict, match="enrolment_cannot_move"):
                move()

    def test_staff_moves_are_moves_and_never_join_for_someone(self) -> None:
        for before, moves in STAFF_MOVES.items():
            assert set(moves) <= set(MOVES[before])
        assert "active" not in STAFF_MOVES["invited"] + STAFF_MOVES["left"]

    def test_a_state_that_has_no_such_move_is_a_programming_error(self, town: Town) -> None:
        enrolment = town.joined(town.program().program_id)
        with pytest.raises(ValueError, match="does not move"):
            town.enrolments._step(enrolment, "a", "p", "invited")

    def test_a_link_that_is_made_during_a_pause_is_paused_or_not_made(self, town: Town) -> None:
        """The maker has read the active enrolment; the pause commits first; the maker must lose."""
        enrolment = town.joined(town.program().program_id)
        town.before_next_commit(
            lambda: town.enrolments.set_state(
                enrolment.advocate_id, enrolment.program_id, "paused", "check"
            )
        )
        with pytest.raises(Conflict, match="enrolment_not_active"):
            town.link(enrolment)
        assert states(town) == ["paused"]

    def test_a_pause_that_is_committed_during_a_link_takes_the_new_link_along(
        self, town: Town
    ) -> None:
        enrolment = town.joined(town.program().program_id)
        town.before_next_commit(lambda: town.link(enrolment))
        town.enrolments.set_state(enrolment.advocate_id, enrolment.program_id, "paused", "check")
        assert states(town) == ["paused", "paused"]


def test_the_receipt_is_in_the_change_and_made_of_the_result(town: Town) -> None:
    class Kept(Record):
        KIND = "kept"
        said: str

        @property
        def key(self) -> Key:
            return Key("core", "KEPT", self.said)

    program_id = town.program().program_id
    town.enrolments.enrol(
        ANNA, program_id, accept_version=1, receipt=lambda made: Kept(said=made.state)
    )
    assert town.store.commits[-1].created[-1] == Kept(said="active")
