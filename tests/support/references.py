"""People who said yes or no to being a reference, without a journey that asks them."""

from goodword.journeys.asked import Asked, AskState
from goodword.journeys.asking import AskBook, book_key
from goodword.journeys.scoring import Motion
from goodword.ports import Change

from tests.support.desk import World


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
