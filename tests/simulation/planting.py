"""What a planted mistake is, how one is switched on, and how the store may be made to err."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from goodword_aws import store, transaction

from tests.simulation.duels import meet_all
from tests.simulation.playing import play
from tests.simulation.tales.told import numbered, tell_all

Swap = tuple[object, str, object]


@dataclass(frozen=True)
class Mistake:
    """A name, and what it replaces. Some need two that meet: then `duel` says which meet first; of
    what no seed is about, `tale` is told first."""

    name: str
    swaps: Callable[[], Iterable[Swap]]
    duel: int | None = None
    tale: str = ""


def kills(mistake: Mistake, seeds: Iterable[int], most: int) -> Iterator[tuple[str, str]]:
    """What finds something with the mistake in place, and what it is; nothing: it lives."""
    with ExitStack() as stack:
        for target, name, new in mistake.swaps():
            stack.enter_context(patch.object(target, name, new))
        for name, found in _first(mistake).items():
            yield name, found[0]
            return
        for seed in seeds:
            found = play(seed).found
            if found:
                yield f"seed {seed}", found[0]
                most -= 1
            if not most:
                return


def _first(mistake: Mistake) -> Mapping[str, list[str]]:
    """What is found where it is surely met."""
    if mistake.duel is not None:
        return meet_all(mistake.duel)[1]
    return tell_all(numbered(mistake.tale))[1] if mistake.tale else {}


def swap(target: object, name: str, new: object) -> Callable[[], Iterable[Swap]]:
    """One replacement."""
    return lambda: [(target, name, new)]


def nothing(*_: object, **__: object) -> None:
    """What is left out."""


# --- in the store -----------------------------------------------------------------------------

Written = list[dict[str, Any]]


def sent(change: Callable[[Written], Written]) -> Callable[[], Iterable[Swap]]:
    """What the store sends in one transaction is changed."""
    real = transaction.transact_items
    return lambda: [(store, "transact_items", lambda *given: change(real(*given)) or [HARMLESS])]


HARMLESS = {
    "ConditionCheck": {
        "TableName": "core",
        "Key": {"pk": {"S": "NOTHING"}, "sk": {"S": "NOTHING"}},
        "ConditionExpression": "attribute_not_exists(pk)",
    }
}


def _kind(item: Mapping[str, Any]) -> str:
    return str(item.get("Put", {}).get("Item", {}).get("kind", {}).get("S", ""))


def dropped(*kinds: str) -> Callable[[], Iterable[Swap]]:
    """Records of these kinds are forgotten in every change."""
    return sent(lambda items: [one for one in items if _kind(one) not in kinds])


def blind(*kinds: str) -> Callable[[], Iterable[Swap]]:
    """Records of these kinds are written whatever is stored: the last writer wins."""

    def unconditional(one: dict[str, Any]) -> dict[str, Any]:
        if _kind(one) not in kinds:
            return one
        put = {name: one["Put"][name] for name in ("TableName", "Item")}
        return {"Put": put | {"ConditionExpression": "attribute_not_exists(nothing)"}}

    return sent(lambda items: [unconditional(one) for one in items])


def unguarded() -> Callable[[], Iterable[Swap]]:
    """That nothing stands at a place is not made a condition."""

    def kept(one: dict[str, Any]) -> bool:
        check = one.get("ConditionCheck", {}).get("ConditionExpression", "")
        return bool(check != "attribute_not_exists(pk)")

    return sent(lambda items: [one for one in items if kept(one)])
