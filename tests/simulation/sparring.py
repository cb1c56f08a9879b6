"""What duels are made of: plain orders and stories, and deliveries that are settled."""

from dataclasses import replace

from tests.simulation.arena import Side
from tests.simulation.golden import golden_story
from tests.simulation.happenings import Returned, Touched
from tests.simulation.paydays import Paying
from tests.simulation.story import HOUR_MS, START_MS, Order, Story


def order(number: int, person: str, friend: str = "c1", **changes: object) -> Order:
    """A sale of 123.45 with one click."""
    at_ms = START_MS + HOUR_MS + 1 + number * 10
    return Order(
        name=f"o{number}",
        action="sale",
        friend=friend,
        at_ms=at_ms,
        net=12_345,
        gross=14_690,
        clicks=[Touched(person, at_ms - HOUR_MS, bytes([1, number, 0, 0, 0, 0, 0, 0]))],
        code=None,
        email=None,
        alias=None,
        told_apart=False,
        **changes,  # type: ignore[arg-type]  # fields of an order
    )


def part(name: str, amount: int | None = 2_000) -> Returned:
    """A part of an order comes back."""
    return Returned(name, amount, "net", total=False, by_alias=False)


def story(*orders: Order, **changes: object) -> Story:
    """Simple terms, and these orders."""
    simple: dict[str, object] = {"orders": list(orders), "caps": [], "sticky": False}
    fields = simple | {"paying": Paying("weekly")} | changes
    return replace(golden_story(0), **fields)  # type: ignore[arg-type]  # of a story


def settling(name: str) -> Side:
    """A delivery is settled."""
    return lambda arena: arena.settles(name)
