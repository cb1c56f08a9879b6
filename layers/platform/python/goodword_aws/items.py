"""One record is one item: its fields as native attributes, and beside them where it stands.

The attributes beside the fields are `pk sk kind [gsi1pk gsi1sk] [expires_s]`; a field that has one
of these names is stored with an underscore behind it. A field that is None is absent; a None deeper
down is NULL, so that what is read equals what was written. Floats are refused: no amount is one.
A field that its kind lets be packed is stored as compressed JSON, a binary, once it is long.
"""

import base64
import json
import zlib
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from goodword.errors import InvalidInput
from goodword.ports import Change
from goodword.records import Record
from pydantic_core import to_json

R = TypeVar("R", bound=Record)
Plain = dict[str, Any]  # attributes as JSON-like values
Item = dict[str, dict[str, Any]]  # attributes as DynamoDB sends them

_PLACE = frozenset({"pk", "sk", "kind", "gsi1pk", "gsi1sk", "expires_s"})
PACKED_FROM = 512  # bytes of JSON; shorter ones are left as they are
UNPACKED_MAX = 8 * 1024 * 1024  # bytes; what is ours is in items of at most 400 KB
PARTITION_BYTES_MAX, SORT_BYTES_MAX = 2_048, 1_024  # bytes in UTF-8 of a key; DynamoDB's own limits
CURSOR_LENGTH_MAX = 4_096  # characters; four times the longest key a table can have


def attribute(field: str) -> str:
    """The attribute that holds a field: itself, unless the item needs the name."""
    return f"{field}_" if field in _PLACE else field


def storable(pk: str, sk: str) -> bool:
    """Whether a table can hold anything there: neither part is empty, or longer than keys may be.

    Ids come out of addresses as they were typed, so nothing is there rather than something wrong.
    """
    bounds = ((pk, PARTITION_BYTES_MAX), (sk, SORT_BYTES_MAX))
    return all(part and len(part.encode(errors="replace")) <= most for part, most in bounds)


def check_storable(change: Change) -> None:
    """Raise InvalidInput `id_too_long` if one of the places of a change cannot be."""
    written = (*change.created, *(record for record, _ in change.replaced))
    entries = (record.index_entry for record in written)
    places = [(key.pk, key.sk) for key in change.keys]
    places += [(entry.pk, entry.sk) for entry in entries if entry]
    if not all(storable(pk, sk) for pk, sk in places):
        raise InvalidInput("id_too_long", "an id is longer than any that can be kept")


@cache
def _attributes(kind: type[Record]) -> tuple[tuple[str, str, bool], ...]:
    """The fields of a kind: the name, the attribute, and whether there must be a value."""
    fields = kind.model_fields.items()
    return tuple((name, attribute(name), field.is_required()) for name, field in fields)


def to_plain(record: Record, version: int | None = None) -> Plain:
    """The attributes of the record's item, with this version or with the one that it carries."""
    fields = record.model_dump(mode="json")
    plain = {
        stored: value
        for name, stored, _ in _attributes(type(record))
        if (value := fields[name]) is not None
    }
    (_, plain["pk"], plain["sk"]), plain["kind"] = record.key, record.KIND
    if version is not None:
        plain["version"] = version
    if entry := record.index_entry:
        plain |= {"gsi1pk": entry.pk, "gsi1sk": entry.sk}
    if (expires_s := record.expires_s) is not None:
        plain["expires_s"] = expires_s
    return plain


def from_plain(kind: type[R], plain: Mapping[str, Any]) -> R:
    """The record of an item. TypeError if it is of another kind, ValidationError if it is broken.

    An absent field takes its default, so that a field may be added to a stored kind; a required one
    that is absent was None.
    """
    if plain["kind"] != kind.KIND:
        raise TypeError(f"{plain['pk']}/{plain['sk']} is a {plain['kind']}, not a {kind.KIND}")
    fields = {}
    for name, stored, is_required in _attributes(kind):
        if stored in plain:
            fields[name] = plain[stored]
        elif is_required:
            fields[name] = None
    return kind.model_validate_json(to_json(fields))


def marshal(value: object) -> dict[str, Any]:
    """A JSON-like value as a DynamoDB attribute value. TypeError on a float or anything foreign."""
    kind = type(value)
    if kind is str:
        return {"S": value}
    if kind is int:
        return {"N": str(value)}
    if kind is bool:
        return {"BOOL": value}
    if value is None:
        return {"NULL": True}
    if isinstance(value, list):
        return {"L": [marshal(each) for each in value]}
    if isinstance(value, dict):
        return {"M": {name: marshal(each) for name, each in value.items()}}
    raise TypeError(f"a {type(value).__name__} is not stored")


def packed(value: object) -> dict[str, Any]:
    """As `marshal`, but compressed if it is long: less to write, to read and to pay."""
    plain = marshal(value)  # refuses what is not stored, packed or not
    text = to_json(value)
    return plain if len(text) < PACKED_FROM else {"B": zlib.compress(text)}


def unpacked(content: bytes) -> Any:
    """The inverse of `packed`. ValueError if it is nothing that we packed."""
    reader = zlib.decompressobj()
    try:
        text = reader.decompress(content, UNPACKED_MAX)
    except zlib.error as bad:
        raise ValueError("a binary that was not packed here") from bad
    if not reader.eof:
        raise ValueError("a binary that is cut, or too long")
    return json.loads(text)


def unmarshal(value: Mapping[str, Any]) -> Any:
    """The inverse of `marshal` and `packed`; also for stream images. Sets are refused."""
    ((tag, content),) = value.items()
    if tag in ("S", "BOOL"):
        return content
    if tag == "N":
        return int(content)
    if tag == "NULL":
        return None
    if tag == "L":
        return [unmarshal(each) for each in content]
    if tag == "M":
        return {name: unmarshal(each) for name, each in content.items()}
    if tag == "B":
        return unpacked(content)
    raise TypeError(f"an attribute of type {tag} is none of ours")


def to_item(record: Record, version: int | None = None) -> Item:
    """The record as DynamoDB takes it, with this version or with the one that it carries."""
    return as_item(to_plain(record, version), type(record))


def as_item(plain: Plain, kind: type[Record]) -> Item:
    """The plain values of a record of this kind as DynamoDB takes them."""
    short = _packs(kind)
    return {
        name: packed(value) if name in short else marshal(value) for name, value in plain.items()
    }


@cache
def _packs(kind: type[Record]) -> frozenset[str]:
    """The attributes of a kind that may be packed."""
    return frozenset(attribute(field) for field in kind.PACKED)


def from_item(kind: type[R], item: Mapping[str, Mapping[str, Any]]) -> R:
    """The record of what DynamoDB gave."""
    return from_plain(kind, plain_of(item))


def plain_of(item: Mapping[str, Mapping[str, Any]]) -> Plain:
    """An item or a stream image as JSON-like values."""
    return {name: unmarshal(value) for name, value in item.items()}


def pack_cursor(*parts: str) -> str:
    """Where a page ended, as one opaque word for URLs."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def unpack_cursor(cursor: str, parts: int) -> list[str]:
    """The parts again. InvalidInput `bad_cursor` on anything `pack_cursor` did not make."""
    try:
        if len(cursor) > CURSOR_LENGTH_MAX:
            raise ValueError("too long")
        padded = cursor + "=" * (-len(cursor) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if not isinstance(found, list) or len(found) != parts:
            raise ValueError("other parts")
        if not all(isinstance(part, str) and part for part in found):
            raise ValueError("other types")
    except (ValueError, RecursionError) as bad:
        raise InvalidInput("bad_cursor", "this is not the cursor of a page") from bad
    return found
