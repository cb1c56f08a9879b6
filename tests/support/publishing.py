"""A version gets published as the product does it: drafted, replayed, and published by another."""

from goodword.events import Actor
from goodword.programs.draft import Draft
from goodword.programs.drafts import Drafts
from goodword.programs.effective import read_program
from goodword.programs.model import ProgramVersion, Terms
from goodword.programs.pilot import Pilot
from goodword.programs.publishing import Publishing, Wish
from goodword.programs.replay import Replay
from goodword.programs.replaying import Replays
from goodword.times import DAY_MS

from tests.support.desk import World

OTTO, ADA = Actor(kind="staff", id="sub-otto"), Actor(kind="staff", id="sub-ada")


def drafted(world: World, program_id: str, terms: Terms, who: Actor = OTTO) -> Draft:
    """A draft on top of the latest version."""
    latest = read_program(world.store, program_id).latest
    return Drafts(world.desk(who)).create(program_id, terms, "a reason", based_on=latest)


def replayed(world: World, draft: Draft, days: int = 60) -> Replay:
    """The draft replayed to the end over the last days."""
    replays, now_ms = Replays(world.desk(OTTO)), world.clock.now_ms()
    asked = replays.ask(draft.program_id, draft.draft_id, now_ms - days * DAY_MS, now_ms)
    while (replay := replays.run(asked.replay_id)).state in ("counting", "judging"):
        pass
    return replay


def published(
    world: World,
    program_id: str,
    terms: Terms,
    *,
    effective_ms: int | None = None,
    pilot: Pilot | None = None,
) -> ProgramVersion:
    """The next version, published by an admin with whatever notice."""
    draft = drafted(world, program_id, terms)
    replayed(world, draft)
    at_ms = world.clock.now_ms() if effective_ms is None else effective_ms
    wish = Wish(effective_ms=at_ms, exception="for_a_test", admin=True)
    publishing = Publishing(world.desk(ADA))
    return publishing.publish(program_id, draft.draft_id, draft.digest, wish, pilot=pilot)
