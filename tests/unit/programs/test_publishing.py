"""Nobody publishes alone, nothing is published unseen, and nothing is promised for the past."""

from collections.abc import Callable

import pytest
from goodword.errors import Conflict, InvalidInput, NotAllowed, NotFound
from goodword.events import Actor
from goodword.limits import EFFECTIVE_DAYS_MAX, REPLAY_BACK_DAYS, REPLAY_END_DAYS, REPLAY_FRESH_DAYS
from goodword.persons import Person, with_mark
from goodword.ports import Change, GuardFailed
from goodword.programs.announcement import Announcement
from goodword.programs.draft import Draft, terms_hash
from goodword.programs.drafts import Drafts
from goodword.programs.life import coming, open_pilot, scheduled, state_of
from goodword.programs.model import ProgramVersion, Terms
from goodword.programs.pilot import Pilot
from goodword.programs.publishing import Publishing, Wish
from goodword.programs.replay import Replay
from goodword.programs.replaying import Replays
from goodword.times import DAY_MS

from tests.support.people import Town
from tests.support.publishing import ADA, OTTO, drafted, published, replayed
from tests.support.scene import terms

MARA = Actor(kind="staff", id="sub-mara")


class Hall(Town):
    """A town with a programme and people who publish."""

    def __init__(self) -> None:
        super().__init__()
        self.program_id = self.program().program_id
        self.by_ada = Publishing(self.desk(ADA))
        self.by_mara = Publishing(self.desk(MARA))

    def ready(self, **changes: object) -> Draft:
        """A draft by Otto, replayed."""
        draft = drafted(self, self.program_id, terms(**changes))
        replayed(self, draft)
        return Drafts(self.desk()).read(self.program_id, draft.draft_id)

    def publish(
        self,
        draft: Draft,
        by: Publishing | None = None,
        wish: Wish | None = None,
        pilot: Pilot | None = None,
    ) -> ProgramVersion:
        """Publish it, by Mara unless told."""
        return (by or self.by_mara).publish(
            self.program_id, draft.draft_id, draft.digest, wish or Wish(), pilot=pilot
        )

    def versions(self) -> tuple[ProgramVersion, ...]:
        """All versions."""
        return tuple(self.all(ProgramVersion))


@pytest.fixture
def hall() -> Hall:
    return Hall()


class TestTwoPeople:
    def test_neither_author_nor_editor_publishes(self, hall: Hall) -> None:
        draft = drafted(hall, hall.program_id, terms(hold_days=30))
        changed = Drafts(hall.desk(MARA)).change(
            hall.program_id, draft.draft_id, terms(hold_days=31), "x", based_on=1, revision=1
        )
        replayed(hall, changed)
        again = Drafts(hall.desk()).read(hall.program_id, draft.draft_id)
        for who in (Publishing(hall.desk(OTTO)), hall.by_mara):
            with pytest.raises(NotAllowed, match="same_person"):
                hall.publish(again, who)
        assert hall.publish(again, hall.by_ada).publisher == "sub-ada"

    def test_another_sign_in_of_the_same_mailbox_is_the_same_person(self, hall: Hall) -> None:
        draft = Drafts(hall.desk(OTTO), "mac-otto").create(
            hall.program_id, terms(hold_days=30), "x", based_on=1
        )
        changed = Drafts(hall.desk(MARA), "mac-mara").change(
            hall.program_id, draft.draft_id, terms(hold_days=31), "x", based_on=1, revision=1
        )
        replayed(hall, changed)
        again = Drafts(hall.desk()).read(hall.program_id, draft.draft_id)
        assert again.marks == ("mac-otto", "mac-mara")
        for mark in again.marks:
            with pytest.raises(NotAllowed, match="same_person"):
                hall.publish(again, Publishing(hall.desk(ADA), mark))
        made = hall.publish(again, Publishing(hall.desk(ADA), "mac-ada"))
        assert (made.publisher, made.marks) == ("sub-ada", ())

    def test_an_unknown_mailbox_is_nobodys(self, hall: Hall) -> None:
        assert hall.ready(hold_days=30).marks == ()
        assert not Person("sub-ada", None).wrote((), ("",))
        assert with_mark(("mac-otto",), "mac-otto") == ("mac-otto",)

    def test_the_transaction_itself_refuses_the_author(self, hall: Hall) -> None:
        """Whatever the code in front of it lets through (I6)."""
        draft = hall.ready(hold_days=30)
        own = Publishing(hall.desk(OTTO))
        object.__setattr__(own, "_check_second", lambda *_: None)
        with pytest.raises(GuardFailed):
            hall.publish(draft, own)
        assert len(hall.versions()) == 1

    def test_of_two_publishers_at_once_one_publishes(self, hall: Hall) -> None:
        draft = hall.ready(hold_days=30)
        hall.before_next_commit(lambda: hall.publish(draft, hall.by_ada))
        with pytest.raises(Conflict, match="draft_is_closed"):
            hall.publish(draft)
        assert [one.publisher for one in hall.versions()] == [None, "sub-ada"]

    def test_a_draft_that_changes_at_that_moment_is_not_published(self, hall: Hall) -> None:
        draft = hall.ready(hold_days=30)
        drafts = Drafts(hall.desk(OTTO))

        def edits() -> None:
            drafts.change(
                hall.program_id, draft.draft_id, terms(hold_days=99), "x", based_on=1, revision=1
            )

        hall.before_next_commit(edits)
        with pytest.raises(Conflict, match="draft_moved_on"):
            hall.publish(draft)
        assert len(hall.versions()) == 1


class TestTheReplay:
    def test_is_needed_and_must_be_done_and_fresh(self, hall: Hall) -> None:
        draft = drafted(hall, hall.program_id, terms(hold_days=30))
        with pytest.raises(Conflict, match="not been replayed"):
            hall.publish(draft)
        replayed(hall, draft)
        replay = hall.all(Replay)[0]
        change = Change()
        change.replace(replay.but(state="judging"))
        hall.store.commit(change)
        with pytest.raises(Conflict, match="replay is judging"):
            hall.publish(draft)
        change = Change()
        change.replace(hall.all(Replay)[0].but(state="done"))
        hall.store.commit(change)
        hall.clock.advance(REPLAY_FRESH_DAYS * DAY_MS + 1)
        with pytest.raises(Conflict, match="older than 7 days"):
            hall.publish(draft)

    def test_must_be_of_this_digest(self, hall: Hall) -> None:
        draft = hall.ready(hold_days=30)
        change = Change()
        change.replace(hall.all(Replay)[0].but(digest="0" * 64))
        hall.store.commit(change)
        with pytest.raises(Conflict, match="replay_needed"):
            hall.publish(draft)
        with pytest.raises(Conflict, match="draft_moved_on"):
            hall.by_mara.publish(hall.program_id, draft.draft_id, "1" * 64)

    @pytest.mark.parametrize(
        ("age", "since", "until", "enough"),
        [
            (100, REPLAY_BACK_DAYS * DAY_MS, 0, True),
            (100, REPLAY_BACK_DAYS * DAY_MS - 1, 0, False),
            (100, 90 * DAY_MS, REPLAY_END_DAYS * DAY_MS, True),
            (100, 90 * DAY_MS, REPLAY_END_DAYS * DAY_MS + 1, False),
            (100, 1, 0, False),
            (5, 5 * DAY_MS, 0, True),
            (5, 5 * DAY_MS - 1, 0, False),
            (0, 1, 0, True),
        ],
    )
    def test_is_of_the_last_four_weeks_or_of_all_there_was(
        self, hall: Hall, age: int, since: int, until: int, enough: bool
    ) -> None:
        """A replay of one empty millisecond would say that nothing changes."""
        hall.clock.advance(age * DAY_MS)
        draft = drafted(hall, hall.program_id, terms(hold_days=30))
        replays, now_ms = Replays(hall.desk(OTTO)), hall.clock.now_ms()
        asked = replays.ask(hall.program_id, draft.draft_id, now_ms - since, now_ms - until)
        replays.run(asked.replay_id)
        hall.clock.advance(REPLAY_FRESH_DAYS * DAY_MS)  # as it was when it was asked for
        if enough:
            assert hall.publish(draft).number == 2
        else:
            with pytest.raises(Conflict, match="replay_too_short"):
                hall.publish(draft)
            assert len(hall.versions()) == 1

    def test_is_kept_with_the_version(self, hall: Hall) -> None:
        made = hall.publish(hall.ready(hold_days=30))
        assert made.replay is not None
        assert made.replay.changed == 0
        assert made.terms_hash == terms_hash(made.terms)
        event = hall.events("program.version_published")[0]
        assert (event.data["terms_hash"], event.data["author"]) == (made.terms_hash, "sub-otto")


class TestNotice:
    def test_is_that_of_the_version_in_force(self, hall: Hall) -> None:
        """A draft cannot shorten its own notice."""
        draft = hall.ready(hold_days=30, notice_days=0)
        assert hall.publish(draft).effective_ms == hall.clock.at_ms + 14 * DAY_MS

    def test_may_be_longer_and_not_shorter_or_past(self, hall: Hall) -> None:
        draft, now_ms = hall.ready(hold_days=30), hall.clock.at_ms
        with pytest.raises(InvalidInput, match="notice_too_short") as refused:
            hall.publish(draft, wish=Wish(now_ms + 14 * DAY_MS - 1))
        assert refused.value.fields[0].field == "effective_at"
        with pytest.raises(InvalidInput, match="effective_in_the_past"):
            hall.publish(draft, wish=Wish(now_ms - 1))
        with pytest.raises(InvalidInput, match="effective_too_late"):
            hall.publish(draft, wish=Wish(now_ms + EFFECTIVE_DAYS_MAX * DAY_MS + 1))
        made = hall.publish(draft, wish=Wish(now_ms + 20 * DAY_MS))
        assert (made.effective_ms, made.early) == (now_ms + 20 * DAY_MS, "")

    def test_an_exception_is_an_admin_s_and_is_kept(self, hall: Hall) -> None:
        draft, at_ms = hall.ready(hold_days=30), hall.clock.at_ms
        with pytest.raises(NotAllowed, match="exception_needs_admin"):
            hall.publish(draft, wish=Wish(at_ms, "new_law"))
        made = hall.publish(draft, hall.by_ada, Wish(None, "new_law", admin=True))
        assert (made.effective_ms, made.early) == (at_ms, "new_law")
        assert hall.programs.read(hall.program_id)[0].in_force == 2

    def test_favour_is_measured_by_what_was_announced_too(self, hall: Hall) -> None:
        """20 days hold were 14; 7 have been announced: 10 are no favour any more."""
        at_ms = hall.clock.at_ms
        published(hall, hall.program_id, terms(hold_days=7), effective_ms=at_ms + 30 * DAY_MS)
        draft = hall.ready(hold_days=10)
        assert hall.publish(draft).effective_ms == at_ms + 14 * DAY_MS


class TestPilots:
    @pytest.fixture
    def anna(self, hall: Hall) -> str:
        return hall.joined(hall.program_id).advocate_id

    def test_only_one_is_open_at_a_time(self, hall: Hall) -> None:
        hall.publish(hall.ready(hold_days=7), pilot=Pilot(percent=10))
        with pytest.raises(Conflict, match="pilot_is_open"):
            hall.publish(hall.ready(hold_days=6))
        assert open_pilot(hall.versions(), hall.clock.at_ms) is not None

    def test_cannot_change_what_is_programme_wide(self, hall: Hall) -> None:
        draft = hall.ready(name="Other", payment={"minimum_minor": 500})
        with pytest.raises(InvalidInput, match="pilot_changes_everybody") as refused:
            hall.publish(draft, pilot=Pilot(percent=10))
        paths = {one.field for one in refused.value.fields}
        assert "terms.name" in paths
        assert "terms.payment.minimum_minor" in paths

    def test_is_for_people_of_the_programme(self, hall: Hall, anna: str) -> None:
        draft = hall.ready(hold_days=7)
        with pytest.raises(InvalidInput, match="not_in_the_programme") as refused:
            hall.publish(draft, pilot=Pilot(advocate_ids=(anna, "adv_nobody")))
        assert [one.field for one in refused.value.fields] == ["pilot.advocate_ids.1"]
        assert hall.publish(draft, pilot=Pilot(advocate_ids=(anna,))).pilot is not None

    def test_is_promoted_by_another_mailbox(self, hall: Hall, anna: str) -> None:
        draft = Drafts(hall.desk(OTTO), "mac-otto").create(
            hall.program_id, terms(hold_days=30), "x", based_on=1
        )
        replayed(hall, draft)
        again = Drafts(hall.desk()).read(hall.program_id, draft.draft_id)
        hall.publish(again, wish=Wish(), pilot=Pilot(advocate_ids=(anna,)))
        hall.clock.advance(14 * DAY_MS)
        with pytest.raises(NotAllowed, match="same_person"):
            Publishing(hall.desk(MARA), "mac-otto").promote(hall.program_id, 2)
        assert Publishing(hall.desk(MARA), "mac-mara").promote(hall.program_id, 2).promoted_ms

    def test_ends_by_promotion_after_notice(self, hall: Hall, anna: str) -> None:
        pilot = Pilot(advocate_ids=(anna,))
        hall.publish(hall.ready(hold_days=30), wish=Wish(), pilot=pilot)
        hall.clock.advance(14 * DAY_MS)
        now_ms = hall.clock.at_ms
        with pytest.raises(NotAllowed, match="same_person"):
            Publishing(hall.desk(OTTO)).promote(hall.program_id, 2)
        made = hall.by_mara.promote(hall.program_id, 2)
        assert made.promoted_ms == now_ms + 14 * DAY_MS
        versions = hall.versions()
        assert state_of(versions[1], versions, now_ms) == "pilot"
        assert [one.number for one in scheduled(versions, now_ms)] == [2]
        assert coming(versions, now_ms, anna) == ()
        assert [one.version.number for one in coming(versions, now_ms, "adv_x")] == [2]
        assert state_of(versions[1], versions, now_ms + 14 * DAY_MS) == "in_force"
        assert hall.events("program.version_promoted")[0].data["at_ms"] == made.promoted_ms

    def test_ends_by_withdrawal_after_notice(self, hall: Hall, anna: str) -> None:
        hall.publish(hall.ready(hold_days=7), pilot=Pilot(advocate_ids=(anna,)))
        now_ms = hall.clock.at_ms
        with pytest.raises(InvalidInput, match="notice_too_short"):
            hall.by_mara.withdraw(hall.program_id, 2, "no_use", Wish(now_ms))
        made = hall.by_mara.withdraw(hall.program_id, 2, "no_use")
        assert made.withdrawn_ms == now_ms + 14 * DAY_MS
        with pytest.raises(Conflict, match="version_stays"):
            hall.by_mara.withdraw(hall.program_id, 2, "no_use")
        versions = hall.versions()
        assert state_of(versions[1], versions, now_ms + 14 * DAY_MS) == "withdrawn"
        assert open_pilot(versions, now_ms) is None

    def test_a_superseded_pilot_is_over(self, hall: Hall, anna: str) -> None:
        hall.publish(hall.ready(hold_days=7), pilot=Pilot(advocate_ids=(anna,)))
        hall.by_mara.withdraw(hall.program_id, 2, "no_use")
        hall.publish(hall.ready(hold_days=6))
        versions = hall.versions()
        assert [state_of(one, versions, hall.clock.at_ms) for one in versions] == [
            "superseded",
            "superseded",
            "in_force",
        ]

    def test_what_does_not_hold_yet_is_withdrawn_at_once(self, hall: Hall) -> None:
        hall.publish(hall.ready(hold_days=30))
        made = hall.by_mara.withdraw(hall.program_id, 2, "mistake")
        assert made.withdrawn_ms == hall.clock.at_ms
        hall.clock.advance(20 * DAY_MS)
        assert hall.programs.read(hall.program_id)[1].number == 1
        assert [one.what for one in hall.all(Announcement)] == ["published", "withdrawn"]

    @pytest.mark.parametrize(
        ("act", "code"),
        [
            (lambda by, of: by.withdraw(of, 1, "x"), "version_stays"),
            (lambda by, of: by.promote(of, 1), "no_open_pilot"),
            (lambda by, of: by.promote(of, 7), "unknown_version"),
        ],
    )
    def test_what_is_no_pilot_does_not_end(
        self, hall: Hall, act: Callable[[Publishing, str], ProgramVersion], code: str
    ) -> None:
        with pytest.raises((Conflict, NotFound), match=code):
            act(hall.by_mara, hall.program_id)


def test_versions_stay_readable_for_ever(hall: Hall) -> None:
    said: list[Terms] = [hall.versions()[0].terms]
    for days in (7, 6, 5):
        said.append(hall.publish(hall.ready(hold_days=days)).terms)
    hall.clock.advance(999 * DAY_MS)
    found = [hall.programs.version(hall.program_id, number).terms for number in (1, 2, 3, 4)]
    assert found == said
