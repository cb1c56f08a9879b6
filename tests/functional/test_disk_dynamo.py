"""The table of the growth benches answers as the fake does, and charges what DynamoDB would."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
from goodword.records import Table
from goodword_aws.items import packed, unpacked

from tests.adapters.tables import TABLES
from tests.adapters.test_fake_dynamo import CORE, _all, _answer, _operation
from tests.bench.disk_dynamo import DiskDynamo
from tests.fakes.dynamo import FakeDynamo
from tests.fakes.expressions import Unknown

STEPS = 1_500
NAMES: dict[str, Table] = {name: table for table, name in TABLES.items()}


@pytest.fixture
def disk(tmp_path: Path) -> DiskDynamo:
    return DiskDynamo(tmp_path / "items.sqlite", NAMES, lambda: 0.0)


def test_it_answers_as_the_fake_does(disk: DiskDynamo) -> None:
    fake, chance = FakeDynamo(NAMES, lambda: 0.0), Random("disk")
    for _ in range(STEPS):
        name, asked = _operation(chance)
        assert _answer(disk, name, asked) == _answer(fake, name, asked), (name, asked)
        if name == "query":
            assert _all(disk, name, asked) == _all(fake, name, asked), asked


def test_a_condition_that_it_cannot_put_into_words_is_refused(disk: DiskDynamo) -> None:
    with pytest.raises(Unknown):
        disk.query(
            TableName=CORE,
            KeyConditionExpression="pk = :pk AND sk < :sk",
            ExpressionAttributeValues={":pk": {"S": "P"}, ":sk": {"S": "S"}},
        )


def _put(size: int, **more: Any) -> dict[str, Any]:
    item = {"pk": {"S": "P"}, "sk": {"S": "S"}, "text": {"S": "x" * size}, **more}
    condition = "attribute_not_exists(nothing)"
    return {"Put": {"TableName": CORE, "Item": item, "ConditionExpression": condition}}


def test_what_is_packed_comes_back_as_it_was(disk: DiskDynamo) -> None:
    long = packed([{"touch_id": f"tch_{number}"} for number in range(60)])
    assert isinstance(long["B"], bytes)
    put = _put(10, touches=long)
    disk.transact_write_items(TransactItems=[put], ClientRequestToken="1")
    found = disk.get_item(TableName=CORE, Key={"pk": {"S": "P"}, "sk": {"S": "S"}})["Item"]
    assert unpacked(found["touches"]["B"]) == unpacked(long["B"])
    assert {**found, "touches": long} == put["Put"]["Item"]


def test_units_follow_sizes_transactions_and_the_index(disk: DiskDynamo) -> None:
    entry = {"gsi1pk": {"S": "G"}, "gsi1sk": {"S": "1"}}
    moved = entry | {"gsi1sk": {"S": "2"}}
    check = {"Key": {"pk": {"S": "P"}, "sk": {"S": "S"}}, "TableName": CORE}
    checked = {"ConditionCheck": check | {"ConditionExpression": "attribute_exists(pk)"}}
    found = []
    for number, one in enumerate(
        [_put(10), _put(1_500), _put(10), _put(10, **entry), _put(10, **moved), _put(10), checked]
    ):
        before = disk.write_units
        disk.transact_write_items(TransactItems=[one], ClientRequestToken=str(number))
        found.append(disk.write_units - before)
    # The larger of before and after counts; an entry that moves is taken away and put anew.
    assert found == [2, 4, 4, 4, 6, 4, 2]
    before = disk.write_units
    disk.put_item(TableName=CORE, Item={"pk": {"S": "Q"}, "sk": {"S": "S"}})
    assert disk.write_units - before == 1
