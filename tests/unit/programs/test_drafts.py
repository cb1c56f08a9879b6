"""A draft changes until two agree; nobody overwrites what they have not seen."""

import pytest
from goodword.errors import Conflict, InvalidInput, NotFound
from goodword.events import Actor
from goodword.limits import DRAFTS_OPEN_MAX, PROGRAM_VERSIONS_MAX
from goodword.ports import Change
from goodword.programs.draft import Draft, terms_hash
from goodword.programs.drafts import Drafts
from goodword.programs.effective import read_program
from goodword.programs.model import ProgramVersion

from tests.support.people import Town
from tests.support.scene import terms

OTTO = Actor(kind="staff", id="sub-otto")


class Desk(Town):
    """A town with a programme and two who write drafts."""

    def __init__(self) -> None:
        super().__init__()
        self.program_id = self.program().program_id
        self.mine = Drafts(self.desk(Actor(kind="staff", id="sub-mara")))
        self.others = Drafts(self.desk(OTTO))

    def draft(self, **changes: object) -> Draft:
        """A draft by Mara."""
        return self.mine.create(self.program_id, terms(**changes), "a try", based_on=1)

    def change(self, draft: Draft, drafts: Drafts | None = None, **changes: object) -> Draft:
        """The draft in its next revision."""
        return (drafts or self.mine).change(
            self.program_id,
            draft.draft_id,
            terms(**changes),
            draft.rationale,
            based_on=draft.based_on,
            revision=draft.revision,
        )


@pytest.fixture
def town() -> Desk:
    return Desk()


def test_a_draft_promises_nobody_anything(town: Desk) -> None:
    draft = town.draft(hold_days=30)
    assert (draft.state, draft.author, draft.editors) == ("open", "sub-mara", ("sub-mara",))
    assert len(town.all(ProgramVersion)) == 1
    assert read_program(town.store, town.program_id).latest == 1
    assert town.events("program.draft_created")[0].data["digest"] == draft.digest


def test_every_change_is_a_revision_with_a_digest_of_its_own(town: Desk) -> None:
    first = town.draft(hold_days=30)
    second = town.change(first, town.others, hold_days=31)
    assert (second.revision, second.editors) == (2, ("sub-mara", "sub-otto"))
    assert (second.author, second.last_editor) == ("sub-mara", "sub-otto")
    assert first.digest != second.digest
    read = town.mine.read(town.program_id, first.draft_id)
    assert town.change(read, hold_days=30).digest == first.digest


def test_the_digest_is_of_all_that_would_be_published(town: Desk) -> None:
    digests = {
        town.mine.create(town.program_id, terms(), "one reason", based_on=1).digest,
        town.mine.create(town.program_id, terms(), "another", based_on=1).digest,
        town.mine.create(town.program_id, terms(hold_days=1), "one reason", based_on=1).digest,
    }
    assert len(digests) == 3
    assert terms_hash(terms()) == terms_hash(terms()) != terms_hash(terms(hold_days=1))


def test_who_read_an_old_revision_is_told(town: Desk) -> None:
    draft = town.draft()
    town.change(draft, town.others, hold_days=2)
    with pytest.raises(Conflict, match="draft_moved_on"):
        town.change(draft, hold_days=3)


def test_two_who_save_at_once_are_not_both_right(town: Desk) -> None:
    draft = town.draft()
    town.before_next_commit(lambda: town.change(draft, town.others, hold_days=2))
    with pytest.raises(Conflict, match="draft_moved_on"):
        town.change(draft, hold_days=3)
    assert town.mine.read(town.program_id, draft.draft_id).terms.hold_days == 2


def test_a_draft_follows_on_the_latest_version(town: Desk) -> None:
    with pytest.raises(Conflict, match="version_moved_on"):
        town.mine.create(town.program_id, terms(), "x", based_on=2)


def test_an_earlier_version_can_be_drafted_again(town: Desk) -> None:
    draft = town.mine.create(town.program_id, None, "back", based_on=1, copy_of=1)
    assert (draft.terms, draft.copy_of) == (terms(), 1)
    with pytest.raises(NotFound, match="unknown_version"):
        town.mine.create(town.program_id, None, "back", based_on=1, copy_of=2)
    for given, copied in ((terms(), 1), (None, None)):
        with pytest.raises(InvalidInput, match="terms_or_copy") as refused:
            town.mine.create(town.program_id, given, "x", based_on=1, copy_of=copied)
        assert refused.value.fields[0].field == "terms"


def test_what_cannot_follow_is_refused(town: Desk) -> None:
    with pytest.raises(InvalidInput, match="currency_is_fixed") as refused:
        town.draft(currency="USD")
    assert refused.value.fields[0].field == "terms.currency"
    program = read_program(town.store, town.program_id)
    change = Change()
    change.replace(program.but(latest=PROGRAM_VERSIONS_MAX))
    town.store.commit(change)
    with pytest.raises(Conflict, match="too_many_versions"):
        town.mine.create(town.program_id, terms(), "x", based_on=PROGRAM_VERSIONS_MAX)
    town.programs.set_state(town.program_id, "closed", "over")
    with pytest.raises(Conflict, match="program_closed"):
        town.mine.create(town.program_id, terms(), "x", based_on=PROGRAM_VERSIONS_MAX)


def test_a_discarded_draft_stays_readable_and_closed(town: Desk) -> None:
    draft = town.draft()
    town.others.discard(town.program_id, draft.draft_id)
    town.others.discard(town.program_id, draft.draft_id)
    assert town.mine.read(town.program_id, draft.draft_id).state == "discarded"
    assert len(town.events("program.draft_discarded")) == 1
    with pytest.raises(Conflict, match="draft_is_closed"):
        town.change(draft, hold_days=3)


def test_what_is_published_is_not_discarded(town: Desk) -> None:
    draft = town.draft()
    change = Change()
    change.replace(town.mine.read(town.program_id, draft.draft_id).but(state="published"))
    town.store.commit(change)
    with pytest.raises(Conflict, match="draft_is_closed"):
        town.mine.discard(town.program_id, draft.draft_id)


def test_drafts_are_listed_newest_first(town: Desk) -> None:
    made = []
    for days in (1, 2, 3):
        town.clock.advance(1)
        made.append(town.draft(hold_days=days).draft_id)
    page = town.mine.list(town.program_id, 2, None)
    rest = town.mine.list(town.program_id, 2, page.cursor)
    assert [one.draft_id for one in (*page.rows, *rest.rows)] == made[::-1]
    with pytest.raises(NotFound, match="unknown_program"):
        town.mine.list("prg_none", 2, None)
    with pytest.raises(NotFound, match="unknown_draft"):
        town.mine.read(town.program_id, "drf_none")


def test_a_programme_has_a_limited_number_of_open_drafts(town: Desk) -> None:
    made = [town.draft(hold_days=days) for days in range(DRAFTS_OPEN_MAX)]
    with pytest.raises(Conflict, match="too_many_drafts"):
        town.draft()
    town.mine.discard(town.program_id, made[0].draft_id)
    town.draft()
