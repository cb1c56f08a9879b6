"""References for tests: staff who book calls, and people who said yes without being asked."""

from goodword.journeys.asked import Asked, AskState
from goodword.journeys.asking import AskBook, book_key
from goodword.journeys.asks import Asks
from goodword.journeys.calling import Calling
from goodword.journeys.gate import Gate
from goodword.journeys.listening import Subjects
from goodword.journeys.referencing import References
from goodword.journeys.scoring import Motion
from goodword.ports import Change, Desk

from tests.support.desk import World
from tests.support.scene import Workflows


def referring(
    desk: Desk, subjects: Subjects, gate: Gate, workflow: Workflows | None = None
) -> References:
    """What staff do with references; whoever waits for an answer is woken by the workflow."""
    return References(desk, subjects, gate, Calling(Asks(desk, workflow or Workflows())))


def said(
    world: World,
    subject_id: str,
    state: AskState = "accepted",
    motion: Motion = "reference",
    days_ago: int = 0,
) -> str:
    """One more ask in the person's book, with what became of it; the id of the ask."""
    book = world.store.get(AskBook, book_key(subject_id)) or AskBook(subject_id=subject_id)
    at_ms, change = world.clock.at_ms - days_ago * 86_400_000, Change()
    ask_id = f"ask_{subject_id}_{len(book.asks)}"
    change.save(
        book.plus(
            Asked(
                ask_id=ask_id,
                journey_id="jrn_1",
                motion=motion,
                at_ms=at_ms,
                state=state,
                moved_ms=at_ms,
            )
        )
    )
    world.store.commit(change)
    return ask_id
