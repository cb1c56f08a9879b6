"""A replay of the terms as they are finds every decision of its period, and would change nothing.

It is made when all is over, from one decision's moment to another's: the first is in it, the last
is not. Where one version has decided everything, what it would give instead is what stands.
"""

from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING

from goodword.events import system
from goodword.ports import Change, Desk
from goodword.programs.draft import Draft, digest_of
from goodword.programs.model import ProgramVersion
from goodword.programs.replay import RUNNING, Replay, ReplayChange
from goodword.programs.replaying import Replays

from tests.simulation.books import Books
from tests.simulation.story import DAY_MS
from tests.simulation.twins import DUPLICATE
from tests.support.scene import PROGRAM

if TYPE_CHECKING:
    from tests.simulation.town import Town

REPLAYED = 0.15  # of the stories
MOST_DAYS = 400


def _replayed(books: Books) -> Iterator[str]:
    """One replay, from some decision until another, or until now."""
    town = books.town
    chance = Random(f"replays {town.story.seed}")
    decided = [one for one in books["decision"] if one["reason"] != DUPLICATE]
    if chance.random() >= REPLAYED or not decided:
        return
    times = sorted({one["at_ms"] for one in decided})
    from_ms = chance.choice((times[0], times[0], *times))
    last_ms = min(town.clock.at_ms, from_ms + MOST_DAYS * DAY_MS)
    until_ms = chance.choice((*times, last_ms))
    if not from_ms < until_ms <= last_ms:
        until_ms = last_ms
    if until_ms == from_ms:
        return  # it was decided just now
    replay, rows = _made(town, from_ms, until_ms)
    inside = sum(from_ms <= one["at_ms"] < until_ms for one in decided)
    if (replay.total, replay.done) != (inside, inside):
        yield f"a replay has found {replay.done} of {replay.total} decisions, not {inside}"
    if len(rows) != replay.changed:
        yield f"a replay tells of {replay.changed} changes and lists {len(rows)}"
    versions = {one["version_number"] for one in decided}
    if len(versions) == len(books["program_version"]) == 1 and not replay.uncertain and rows:
        one = rows[0]
        yield f"a replay would give {one.after_minor} for {one.before_minor}: {one.why}"


def _made(town: "Town", from_ms: int, until_ms: int) -> tuple[Replay, list[ReplayChange]]:
    desk = Desk(store=town.memory, clock=town.clock, ids=town.ids, actor=system("replays"))
    versions: list[ProgramVersion] = town.all(ProgramVersion)
    last = max(versions, key=lambda one: one.number)
    now_ms, why = town.clock.at_ms, "as it is"
    draft = Draft(
        draft_id=town.ids.new("drf"),
        program_id=PROGRAM,
        based_on=last.number,
        terms=last.terms,
        rationale=why,
        author="usr_anna",
        editors=("usr_anna",),
        last_editor="usr_anna",
        digest=digest_of(last.number, last.terms, why),
        created_ms=now_ms,
        changed_ms=now_ms,
    )
    change = Change()
    change.create(draft)
    town.memory.commit(change)
    replays = Replays(desk)
    replay = replays.ask(PROGRAM, draft.draft_id, from_ms, until_ms)
    while replay.state in RUNNING:
        replay = replays.run(replay.replay_id)
    rows = [one for one in town.all(ReplayChange) if one.replay_id == replay.replay_id]
    return replay, rows


REPLAYS = (_replayed,)
