"""An order is counted for its advocate once, and no more when it becomes somebody else's.

Where it is counted, and as what, is said by `rewards.added`, in the journal as well.
"""

from goodword.conversions.model import Conversion
from goodword.events import Event
from goodword.ports import Change, Desk
from goodword.rewards.added import added, said
from goodword.rewards.books import RewardBooks
from goodword.rewards.tally import placed


def count(books: RewardBooks, conversion: Conversion, by: int) -> None:
    """Count it (`by` 1), or count it no more (-1), where all of its advocate's are counted."""
    what = added(conversion)
    if what.counted and what.advocate_id is not None:
        books.count(what.advocate_id, what.program_id, what.counted_in, what.counted, by)


def uncount(books: RewardBooks, conversion: Conversion) -> None:
    """Take it out of what its advocate is counted for."""
    if conversion.advocate_id is not None:
        count(books, conversion, -1)
        books.tally(conversion.occurred_ms, placed(conversion), None, conversion.program_id)


def retell(desk: Desk, change: Change, stored: Conversion, told: Conversion) -> None:
    """Count an order anew that has other amounts by now and is not decided anew for them."""
    books = RewardBooks(desk, change)
    books.tally(told.occurred_ms, placed(stored), placed(told), told.program_id)
    books.close()
    change.create(retold_event(desk, told))


def retold_event(desk: Desk, conversion: Conversion) -> Event:
    """That an order has other amounts by now, which changes no reward but what is counted."""
    return desk.event(
        "conversion.retold",
        conversion.conversion_id,
        "",
        program_id=conversion.program_id,
        advocate_id=conversion.advocate_id,
        occurred_ms=conversion.occurred_ms,
        net_minor=conversion.net_minor,
        currency=conversion.currency,
        **said(conversion),
    )
