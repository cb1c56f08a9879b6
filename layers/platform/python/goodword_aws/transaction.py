"""A Change as the items of one TransactWriteItems: Put, Delete and ConditionCheck, never Update.

Every write states what it expects to find: nothing under a created key, the version that was read
under a replaced or deleted one. A guard always says that the attribute exists, because DynamoDB
takes `missing <> :v` for true.
"""

from collections.abc import Mapping
from typing import Any

from goodword.ports import Change, Guard
from goodword.records import Key, Table

from goodword_aws.items import attribute, check_storable, marshal, to_item

_ABSENT = "attribute_not_exists(pk)"


class _Condition:
    """One condition expression in the making; names and values get aliases in order of use."""

    def __init__(self) -> None:
        self._terms: list[str] = []
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}

    def compare(self, field: str, operator: str, value: str | int) -> None:
        """Add `field exists and field <operator> value`."""
        number = len(self._values)
        name, alias = f"#n{number}", f":v{number}"
        self._names[name] = attribute(field)
        self._values[alias] = marshal(value)
        self._terms.append(f"attribute_exists({name}) AND {name} {operator} {alias}")

    def guard(self, guard: Guard) -> None:
        """Add all that the guard says."""
        for field, value in guard.equals.items():
            self.compare(field, "=", value)
        for field, value in guard.differs.items():
            self.compare(field, "<>", value)

    def request(self) -> dict[str, Any]:
        """The parameters of the request; without a term the item must merely exist."""
        if not self._terms:
            return {"ConditionExpression": "attribute_exists(pk)"}
        return {
            "ConditionExpression": " AND ".join(self._terms),
            "ExpressionAttributeNames": self._names,
            "ExpressionAttributeValues": self._values,
        }


def transact_items(change: Change, tables: Mapping[Table, str]) -> list[dict[str, Any]]:
    """The items in the order of `Change.keys`, so that a reason's index finds its key.

    Raises InvalidInput `id_too_long` if a place of the change cannot be.
    """
    check_storable(change)
    items: list[dict[str, Any]] = []
    for record in change.created:
        put = {"Item": to_item(record, version=1), "ConditionExpression": _ABSENT}
        items.append({"Put": {"TableName": tables[record.TABLE], **put}})
    for record, guard in change.replaced:
        item = to_item(record, version=record.version + 1)
        condition = _Condition()
        condition.compare("version", "=", record.version)
        condition.guard(guard)
        items.append(_showing_old("Put", tables[record.TABLE], {"Item": item}, condition))
    for record in change.deleted:
        condition = _Condition()
        condition.compare("version", "=", record.version)
        where = {"Key": _where(record.key)}
        items.append(_showing_old("Delete", tables[record.TABLE], where, condition))
    for key, guard in change.required:
        condition = _Condition()
        condition.guard(guard)
        check = {"TableName": tables[key.table], "Key": _where(key), **condition.request()}
        items.append({"ConditionCheck": check})
    for key in change.absent:
        free = {"Key": _where(key), "ConditionExpression": _ABSENT}
        items.append({"ConditionCheck": {"TableName": tables[key.table], **free}})
    return items


def _showing_old(
    action: str, table: str, target: Mapping[str, Any], condition: _Condition
) -> dict[str, Any]:
    """A write that shows the old item when refused: its version tells Stale from GuardFailed."""
    shown = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    return {action: {"TableName": table, **target, **condition.request(), **shown}}


def _where(key: Key) -> dict[str, Any]:
    return {"pk": marshal(key.pk), "sk": marshal(key.sk)}
