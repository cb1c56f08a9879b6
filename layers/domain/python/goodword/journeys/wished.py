"""What one person wishes, who was known as several: whatever any of them wished holds.

Of two that turn out to be one each has a book. What either did not want to be asked for is not
asked; name and address are handed on only if nobody who spoke said otherwise; of ways and zones the
one that was said last counts. Pure; the first book is that of whom the person is known as now.
"""

from collections.abc import Sequence

from goodword.journeys.asked import Asked
from goodword.journeys.asking import NO_ZONE, WORLD, AskBook
from goodword.limits import ASKS_KEPT_MAX


def together(books: Sequence[AskBook]) -> AskBook:
    """The first book with everything that the others say. At least one book; it writes none."""
    first = books[0]
    latest = sorted(books, key=lambda one: -one.wished_ms)  # of one moment the first stays first
    spoke = [one for one in books if _spoke(one)]
    zones = [zone for one in latest if (zone := _zone(one))]
    unwanted = dict.fromkeys(what for one in books for what in one.unsubscribed)
    return first.but(
        asks=all_asks(books),
        unsubscribed=tuple(unwanted),
        time_zone=next(iter(zones), NO_ZONE),
        shares=bool(spoke) and all(one.shares for one in spoke),
        ways={what: way for one in reversed(latest) for what, way in one.ways.items()},
        wished_ms=latest[0].wished_ms,
    )


def without_wishes(book: AskBook) -> AskBook:
    """The book with its asks alone: what was wished is written with the person from now on."""
    said = {"unsubscribed": (), "time_zone": NO_ZONE, "shares": False, "ways": {}, "wished_ms": 0}
    return book.but(**said)


def same_wishes(one: AskBook, other: AskBook) -> bool:
    """Whether both say the same, whenever they said it."""
    return _said(one) == _said(other)


def all_asks(books: Sequence[AskBook]) -> tuple[Asked, ...]:
    """The asks of these books, the newest last; beyond the size of one book the oldest go."""
    asks = sorted((one for book in books for one in book.asks), key=lambda one: one.at_ms)
    return tuple(asks[-ASKS_KEPT_MAX:])


def _spoke(book: AskBook) -> bool:
    """Whether all wishes were said under this name; one click that ends requests says no more."""
    silent = AskBook(subject_id="", unsubscribed=book.unsubscribed)
    return bool(book.wished_ms) or not same_wishes(book, silent)


def _zone(book: AskBook) -> str:
    """Books of before had UTC where nothing was said; one in which all was said means it."""
    return NO_ZONE if book.time_zone == WORLD and not book.wished_ms else book.time_zone


def _said(book: AskBook) -> tuple[object, ...]:
    return frozenset(book.unsubscribed), _zone(book), book.shares, book.ways
