"""The four tables as the template makes them, for tests that need no deployment."""

from typing import Any

from goodword.records import Table

TABLES: dict[Table, str] = {"arrivals": "t-arrivals", "journal": "t-journal", "core": "t-core"}
KEYS_TABLE = "t-keys"


def make_tables(client: Any) -> None:
    """Create arrivals, journal, core and keys."""
    for name in (*TABLES.values(), KEYS_TABLE):
        make_table(client, name)


def make_table(client: Any, name: str) -> None:
    """Create one of them; arrivals and core have the sparse index."""
    attributes = ["pk", "sk"]
    extra: dict[str, Any] = {}
    if name in (TABLES["arrivals"], TABLES["core"]):
        attributes += ["gsi1pk", "gsi1sk"]
        extra["GlobalSecondaryIndexes"] = [
            {
                "IndexName": "gsi1",
                "KeySchema": _schema("gsi1pk", "gsi1sk"),
                "Projection": {"ProjectionType": "ALL"},
            }
        ]
    client.create_table(
        TableName=name,
        KeySchema=_schema("pk", "sk"),
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": "S"} for attribute in attributes
        ],
        BillingMode="PAY_PER_REQUEST",
        **extra,
    )


def _schema(partition: str, sort: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]
