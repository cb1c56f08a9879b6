"""What the files hold: JSON without surprises, the fields that each part has, and the hashes."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Json = dict[str, Any]
Form = dict[str, tuple[type, ...]]
HASH = re.compile(r"[0-9a-f]{64}")
NOTHING = type(None)
SEAL_FORMAT, PROOF_FORMAT = "goodword-seal-1", "goodword-proof-1"
HEADER: Form = {
    **dict.fromkeys(("format", "previous", "root", "first", "last", "key"), (str,)),
    **dict.fromkeys(("number", "count", "total", "sealed_at_ms"), (int,)),
}
SIGNED: Form = {"header": (dict,), "signature": (str,)}
SEAL: Form = SIGNED | {"leaves": (list,)}
PROOF: Form = {
    **dict.fromkeys(("format", "subject"), (str,)),
    **dict.fromkeys(("items", "seals"), (list,)),
    "complete": (bool,),
}
PROVEN: Form = {
    **dict.fromkeys(("of", "pk", "sk", "leaf"), (str,)),
    **dict.fromkeys(("number", "position"), (int, NOTHING)),
    "path": (list,),
    "item": (dict, NOTHING),
}
BUCKETS = ("pending", "on_hold", "payable", "in_payout")
BALANCE: Form = {
    **dict.fromkeys(("advocate_id", "program_id", "currency"), (str,)),
    **dict.fromkeys((f"{bucket}_minor" for bucket in BUCKETS), (int,)),
}
# What a stored balance may have beside: sums and counts that no account holds, and where it stands.
BESIDE = {
    *("paid_minor", "earned_minor", "reversed_minor", "least_minor", "leads", "sales"),
    "payable_since_ms",
    *("pk", "sk", "gsi1pk", "gsi1sk", "kind", "version"),
}


class Unreadable(ValueError):
    """A file is not what it should be; the text names the place."""


def check_form(
    value: Any, form: Form, place: str, beside: frozenset[str] | set[str] = frozenset()
) -> None:
    """Exactly these fields, each of its sort. Unreadable names the field that is not so."""
    if not isinstance(value, dict):
        raise Unreadable(f"{place}: no JSON object")
    for name in sorted({*form, *value} - beside):
        if name not in form:
            raise Unreadable(f"{place}: an unknown field {name!r}, which nothing vouches for")
        if name not in value or type(value[name]) not in form[name]:
            raise Unreadable(f"{place}: {name!r} is missing or is not what it must be")


def read_hash(text: Any, place: str) -> bytes:
    """A SHA-256 in its one spelling."""
    if isinstance(text, str) and HASH.fullmatch(text):
        return bytes.fromhex(text)
    raise Unreadable(f"{place}: no hash of 64 small hex digits")


def read_base64(text: str) -> bytes:
    """Base64 in its one spelling; empty, which is no signature, if it is another."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        return b""
    return raw if base64.b64encode(raw).decode() == text else b""


def canonical(value: Mapping[str, Any]) -> bytes:
    """Names sorted, no spaces, UTF-8."""
    spaces = (",", ":")
    return json.dumps(value, sort_keys=True, separators=spaces, ensure_ascii=False).encode()


def leaf_of(item: Mapping[str, Any]) -> bytes:
    """The leaf of one journal item."""
    return hashlib.sha256(b"\x00" + canonical(item)).digest()


def node(left: bytes, right: bytes) -> bytes:
    """A node over two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over one or more leaves."""
    if len(leaves) == 1:
        return leaves[0]
    middle = 1 << ((len(leaves) - 1).bit_length() - 1)  # the largest power of two below
    return node(root_of(leaves[:middle]), root_of(leaves[middle:]))


def root_from(leaf: bytes, position: int, count: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a leaf and its path give; None if the path is not as long as it must be."""
    if count == 1:
        return None if path else leaf
    if not path:
        return None
    middle = 1 << ((count - 1).bit_length() - 1)
    right = position >= middle
    size, place = (count - middle, position - middle) if right else (middle, position)
    if (below := root_from(leaf, place, size, path[:-1])) is None:
        return None
    return node(path[-1], below) if right else node(below, path[-1])


def _no_float(text: str) -> int:
    raise ValueError(f"a number that is not whole: {text}")


def _once(pairs: list[tuple[str, Any]]) -> Json:
    if len(found := dict(pairs)) == len(pairs):
        return found
    raise ValueError("a name twice")


def read_json(text: str, place: str) -> Json:
    """One object, without floats and without a name twice."""
    try:
        value = json.loads(
            text, parse_float=_no_float, parse_constant=_no_float, object_pairs_hook=_once
        )
    except (ValueError, RecursionError) as bad:
        raise Unreadable(f"{place}: no JSON that could have been sealed ({bad})") from bad
    if isinstance(value, dict):
        return value
    raise Unreadable(f"{place}: no JSON object")


def read_lines(path: Path) -> list[Json]:
    """A file of one JSON object per line."""
    lines = path.read_text("utf-8").split("\n")
    if lines.pop():
        raise Unreadable(f"{path.name}: the last line is not whole")
    return [read_json(line, f"{path.name} line {n}") for n, line in enumerate(lines, start=1)]
