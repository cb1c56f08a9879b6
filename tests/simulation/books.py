"""A town's items as plain values, by kind: what the checks look at."""

from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.simulation.town import Town

Item = dict[str, Any]


class Books:
    """The items of a town, by kind; orders that were made one with another are `duplicate`."""

    def __init__(self, town: "Town") -> None:
        self.town = town
        self.by_kind: dict[str, list[Item]] = defaultdict(list)
        for item in town.memory.items.values():
            kind = "duplicate" if item.get("duplicate_of") else item["kind"]
            self.by_kind[kind].append(item)

    def __getitem__(self, kind: str) -> list[Item]:
        return self.by_kind[kind]
