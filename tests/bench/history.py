"""A long history is made by copying what one real order left in the tables, under new ids.

The specimen goes through the product; its copies differ in every id, order number and keyed hash,
so that they lie where ten thousand orders of ten thousand friends would lie.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.adapters.tables import TABLES
from tests.bench.texts import Json, closed, opened
from tests.bench.town import Town

ID = re.compile(r"\b(?:cnv|rwd|evt|ent|tch)_[0-9a-z]{26}\b")
MAC = re.compile(r"\b[0-9a-f]{64}\b")
SPECIMEN = 700_000_001  # its order number; nothing else has nine such digits
BATCH = 25  # items of one BatchWriteItem; DynamoDB's own limit


@dataclass(frozen=True)
class Specimen:
    """What one decided order has created, by table."""

    items: dict[str, list[str]]

    def copies(self, first: int, last: int) -> Iterator[tuple[str, Json]]:
        """The items of copies `first` to `last`, with their tables."""
        for number in range(first, last):
            for table, texts in self.items.items():
                for text in texts:
                    yield table, closed(json.loads(_renamed(text, number)))


def specimen(town: Town, code: str) -> Specimen:
    """Have one order decided, and keep what it created; what is there once is left out."""
    before = _keys(town)
    delivery = town.order(SPECIMEN, town.click(code), "specimen")
    town.decide(delivery)
    made: dict[str, list[str]] = {}
    for table, item in _items(town):
        place, text = (table, item["pk"]["S"], item["sk"]["S"]), opened(item)
        if place not in before and _renamed(str(place), 0) != str(place):
            made.setdefault(table, []).append(text)
    return Specimen(made)


def grow(town: Town, of: Specimen, first: int, last: int) -> None:
    """Write copies `first` to `last` (exclusive)."""
    client = town.aws("dynamodb")
    waiting: list[tuple[str, Json]] = []
    for pair in of.copies(first, last):
        waiting.append(pair)
        if len(waiting) == BATCH:
            _put(client, waiting)
            waiting = []
    _put(client, waiting)


def _put(client: Any, pairs: list[tuple[str, Json]]) -> None:
    requests: dict[str, list[Json]] = {}
    for table, item in pairs:
        requests.setdefault(table, []).append({"PutRequest": {"Item": item}})
    if requests:
        left = client.batch_write_item(RequestItems=requests)["UnprocessedItems"]
        assert not left, left


def _renamed(text: str, number: int) -> str:
    text = ID.sub(lambda found: f"{found.group()[:-7]}{number:07d}", text)
    text = MAC.sub(lambda found: f"{found.group()[:-8]}{number:08x}", text)
    return text.replace(str(SPECIMEN), str(800_000_000 + number))


def _keys(town: Town) -> set[tuple[str, str, str]]:
    return {(table, item["pk"]["S"], item["sk"]["S"]) for table, item in _items(town)}


def _items(town: Town) -> Iterator[tuple[str, Json]]:
    pages = town.aws("dynamodb").get_paginator("scan")
    for table in TABLES.values():
        for page in pages.paginate(TableName=table):
            yield from ((table, item) for item in page["Items"])
