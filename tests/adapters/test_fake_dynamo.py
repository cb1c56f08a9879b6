"""The table of the simulation answers as the emulator does: the same operations, drawn at random.

What is known to differ is tested at the end: there the fake is as strict as AWS, the emulator not.
"""

from random import Random
from typing import Any

import pytest
from botocore.exceptions import ClientError
from goodword.records import Table

from tests.adapters.conftest import Connect
from tests.adapters.tables import TABLES
from tests.fakes.dynamo import FakeDynamo
from tests.fakes.expressions import Unknown

CORE = TABLES["core"]
PKS, SKS = ("P1", "P2", "P3"), ("A", "A#1", "B", "B#2", "C")
ROUNDS, STEPS = 40, 30


def _key(chance: Random) -> dict[str, Any]:
    return {"pk": {"S": chance.choice(PKS)}, "sk": {"S": chance.choice(SKS)}}


def _item(chance: Random) -> dict[str, Any]:
    item = _key(chance) | {
        "kind": {"S": chance.choice(("thing", "other"))},
        "version": {"N": str(chance.randint(1, 3))},
        "deep": {"M": {"list": {"L": [{"N": "1"}, {"NULL": True}, {"BOOL": True}]}}},
    }
    if chance.random() < 0.5:
        item |= {"gsi1pk": {"S": chance.choice(PKS)}, "gsi1sk": {"S": chance.choice(SKS)}}
    if chance.random() < 0.3:
        item["state"] = {"S": chance.choice(("open", "done"))}
    return item


def _condition(chance: Random) -> dict[str, Any]:
    version, state = {"N": str(chance.randint(1, 3))}, {"S": chance.choice(("open", "done"))}
    names = {"#n0": "version", "#n1": "state"}
    known = "attribute_exists(#n0) AND #n0 = :v0"
    return chance.choice(
        [
            {"ConditionExpression": "attribute_not_exists(pk)"},
            {"ConditionExpression": "attribute_exists(pk)"},
            {
                "ConditionExpression": known,
                "ExpressionAttributeNames": {"#n0": "version"},
                "ExpressionAttributeValues": {":v0": version},
            },
            {
                "ConditionExpression": f"{known} AND attribute_exists(#n1) AND #n1 <> :v1",
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": {":v0": version, ":v1": state},
            },
            {  # true of an item that has no state at all: that is the trap
                "ConditionExpression": "#n1 <> :v1",
                "ExpressionAttributeNames": {"#n1": "state"},
                "ExpressionAttributeValues": {":v1": state},
            },
        ]
    )


def _write(chance: Random) -> dict[str, Any]:
    target: dict[str, Any] = {"TableName": CORE}
    action = chance.choice(("Put", "Put", "Delete", "ConditionCheck"))
    target |= {"Item": _item(chance)} if action == "Put" else {"Key": _key(chance)}
    if chance.random() < 0.5:
        target["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    return {action: target | _condition(chance)}


def _paged(chance: Random) -> dict[str, Any]:
    return {"Limit": chance.randint(1, 3)} if chance.random() < 0.5 else {}


def _operation(chance: Random) -> tuple[str, dict[str, Any]]:
    match chance.randrange(6):
        case 0:
            return "get_item", {"TableName": CORE, "Key": _key(chance), "ConsistentRead": True}
        case 1:
            keys = {(k["pk"]["S"], k["sk"]["S"]): k for k in (_key(chance) for _ in range(4))}
            asked = {"ConsistentRead": True, "Keys": list(keys.values())}
            return "batch_get_item", {"RequestItems": {CORE: asked}}
        case 2:
            return "query", {
                "TableName": CORE,
                "KeyConditionExpression": "pk = :pk AND begins_with(sk, :sk)",
                "ExpressionAttributeValues": {
                    ":pk": {"S": chance.choice(PKS)},
                    ":sk": {"S": chance.choice(("A", "B", "Z"))},
                },
                "ConsistentRead": True,
                "ScanIndexForward": chance.random() < 0.5,
                **_paged(chance),
            }
        case 3:
            return "query", {
                "TableName": CORE,
                "IndexName": "gsi1",
                "KeyConditionExpression": "gsi1pk = :pk AND gsi1sk <= :until",
                "ExpressionAttributeValues": {
                    ":pk": {"S": chance.choice(PKS)},
                    ":until": {"S": chance.choice(SKS)},
                },
                **_paged(chance),
            }
        case 4:
            return "put_item", {
                "TableName": CORE,
                "Item": _item(chance),
                **_condition(chance),
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        case _:
            writes = [_write(chance) for _ in range(chance.randint(1, 4))]
            token = f"token-{chance.randrange(10**9)}"
            return "transact_write_items", {"TransactItems": writes, "ClientRequestToken": token}


def _answer(client: Any, name: str, asked: dict[str, Any]) -> Any:
    """What came back, as far as the product looks at it."""
    try:
        got = getattr(client, name)(**asked)
    except ClientError as refused:
        reasons = refused.response.get("CancellationReasons", [])
        told = [(one.get("Code") or "None", one.get("Item")) for one in reasons]
        return refused.response["Error"]["Code"], refused.response.get("Item"), told
    if name == "batch_get_item":
        return sorted(map(str, got["Responses"].get(CORE, [])))
    if name == "query":
        return got["Items"]
    return got.get("Item")


def _all(client: Any, name: str, asked: dict[str, Any]) -> Any:
    """A query to its end, page by page; where a page ends is each store's own affair."""
    items: list[Any] = []
    for _ in range(40):
        got = getattr(client, name)(**asked)
        items += got["Items"]
        if "LastEvaluatedKey" not in got:
            return items
        asked = asked | {"ExclusiveStartKey": got["LastEvaluatedKey"]}
    raise AssertionError("it does not end")


@pytest.fixture
def both(ministack: Connect) -> tuple[FakeDynamo, Any]:
    names: dict[str, Table] = {name: table for table, name in TABLES.items()}
    return FakeDynamo(names, lambda: 0.0), ministack("dynamodb")


def test_the_fake_answers_as_the_emulator_does(both: tuple[FakeDynamo, Any]) -> None:
    fake, real = both
    chance, seen = Random("fake"), set()
    for _ in range(ROUNDS * STEPS):
        name, asked = _operation(chance)
        mine, theirs = _answer(fake, name, asked), _answer(real, name, asked)
        assert mine == theirs, (name, asked)
        seen.add((name, mine[0] if isinstance(mine, tuple) else "ok"))
        if name == "query":
            assert _all(fake, name, asked) == _all(real, name, asked), asked
    assert ("transact_write_items", "ok") in seen
    assert ("transact_write_items", "TransactionCanceledException") in seen
    assert ("put_item", "ConditionalCheckFailedException") in seen


def test_a_token_is_remembered_and_bound_to_its_body(both: tuple[FakeDynamo, Any]) -> None:
    chance = Random("token")
    put: dict[str, Any] = {
        "Put": {
            "TableName": CORE,
            "Item": _item(chance),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
    }
    other = {"Put": put["Put"] | {"Item": put["Put"]["Item"] | {"more": {"S": "x"}}}}
    told = []
    for client in both:
        answers = [
            _answer(
                client,
                "transact_write_items",
                {"TransactItems": [one], "ClientRequestToken": token},
            )
            for one, token in ((put, "t1"), (put, "t1"), (put, "t2"), (other, "t1"))
        ]
        told.append([one if one is None else one[0] for one in answers])
    assert told[0] == told[1]
    assert told[0] == [
        None,
        None,
        "TransactionCanceledException",
        "IdempotentParameterMismatchException",
    ]


def test_arithmetic_in_conditions_is_refused_here_and_taken_by_the_emulator(
    both: tuple[FakeDynamo, Any],
) -> None:
    """Known difference: AWS has no arithmetic in conditions; the emulator computes it."""
    fake, real = both
    asked: dict[str, Any] = {
        "TableName": CORE,
        "Item": {"pk": {"S": "P"}, "sk": {"S": "S"}},
        "ConditionExpression": "attribute_not_exists(pk) OR version > :v0 - :v1",
        "ExpressionAttributeValues": {":v0": {"N": "1"}, ":v1": {"N": "1"}},
    }
    with pytest.raises(Unknown):
        fake.put_item(**asked)
    assert _answer(real, "put_item", asked) is None
