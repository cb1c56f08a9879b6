"""Checks a journal, or the proof of one reward, against signed seals; trusts the public key alone.

    python verify.py journal.jsonl seals.jsonl public_key.pem [--balances balances.jsonl]
                     [--last NUMBER:HASH] [--waiting]
    python verify.py proof.json public_key.pem [--waiting]

This one file needs Python 3.11 and nothing else: copy it to wherever you trust. Exit code 0: all is
as it was sealed. 1: it is not, and every line printed names a place. 2: a file cannot be read.
Who holds the files can cut off the end of both; compare the last seal with a copy that was kept
elsewhere (`--last`). With `--waiting` items too young for a seal are passed over, not refused.
"""

import argparse
import base64
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = dict[str, Any]
LAG_MS = 600_000  # an item of the last ten minutes before the last seal may still wait for its own
BUCKETS = ("pending", "on_hold", "payable", "in_payout")
HEADER = {
    **dict.fromkeys(("format", "previous", "root", "first", "last", "key"), str),
    **dict.fromkeys(("number", "count", "total", "sealed_at_ms"), int),
}

# P-256 (SP 800-186); points are (x, y), None is the point at infinity
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
Point = tuple[int, int]
DER_OF_KEY = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")


class Unreadable(ValueError):
    """A file is not what it should be; the text names the place."""


def add(one: Point | None, other: Point | None) -> Point | None:
    """The sum of two points of the curve."""
    if one is None or other is None:
        return other if one is None else one
    (x1, y1), (x2, y2) = one, other
    if x1 == x2:
        if (y1 + y2) % P == 0:
            return None
        slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, P)
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, P)
    x3 = (slope * slope - x1 - x2) % P
    return x3, (slope * (x1 - x3) - y1) % P


def sum_of_multiples(u: int, v: int, point: Point) -> Point | None:
    """`u G + v point`, both at once, from the highest bit down."""
    table = (None, G, point, add(G, point))
    result: Point | None = None
    for bit in range(max(u.bit_length(), v.bit_length()) - 1, -1, -1):
        result = add(add(result, result), table[(u >> bit & 1) | (v >> bit & 1) << 1])
    return result


def read_signature(der: bytes) -> tuple[int, int]:
    """(r, s) of a DER signature. ValueError unless it is the one right encoding of two integers."""
    numbers, rest = [], der[2:]
    if len(der) < 8 or der[0] != 0x30 or der[1] != len(rest) or len(rest) > 127:
        raise ValueError("no DER sequence")
    for _ in range(2):
        if len(rest) < 3 or rest[0] != 2 or not 0 < rest[1] <= len(rest) - 2:
            raise ValueError("no DER integer")
        raw, rest = rest[2 : 2 + rest[1]], rest[2 + rest[1] :]
        if raw[0] & 0x80 or (len(raw) > 1 and raw[0] == 0 and not raw[1] & 0x80):
            raise ValueError("negative or padded")
        numbers.append(int.from_bytes(raw))
    if rest:
        raise ValueError("something behind the signature")
    return numbers[0], numbers[1]


def is_signed(message: bytes, signature: bytes, key: Point) -> bool:
    """Whether `signature` (DER) is one by the key over SHA-256 of the message."""
    try:
        r, s = read_signature(signature)
    except ValueError:
        return False
    if not (0 < r < N and 0 < s < N):
        return False
    inverse = pow(s, -1, N)
    digest = int.from_bytes(hashlib.sha256(message).digest())
    point = sum_of_multiples(digest * inverse % N, r * inverse % N, key)
    return point is not None and point[0] % N == r


def read_keys(pem: str) -> dict[str, Point]:
    """The keys of a PEM file by fingerprint (SHA-256 of their DER)."""
    keys = {}
    block = r"-----BEGIN PUBLIC KEY-----\s(.*?)-----END PUBLIC KEY-----"
    for text in re.findall(block, pem, re.DOTALL):
        der = base64.b64decode("".join(text.split()), validate=True)
        raw = der[len(DER_OF_KEY) :]
        x, y = int.from_bytes(raw[:32]), int.from_bytes(raw[32:])
        on_curve = x < P and y < P and (y * y - (x * x * x - 3 * x + B)) % P == 0
        if not der.startswith(DER_OF_KEY) or len(raw) != 64 or not on_curve:
            raise Unreadable("the key is no uncompressed public key of P-256")
        keys[hashlib.sha256(der).hexdigest()] = (x, y)
    if not keys:
        raise Unreadable("the key file holds no public key")
    return keys


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


@dataclass
class Report:
    """What is wrong, each with its place, and what was counted."""

    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def expect(self, holds: bool, sentence: str) -> bool:
        """Keep the sentence unless it holds."""
        self.wrong += [] if holds else [sentence]
        return holds


def check_header(signed: Json, keys: Mapping[str, Point], place: str, report: Report) -> Json:
    """The header of a seal, if its form and its signature are right."""
    header = signed.get("header")
    if not isinstance(header, dict) or {n: type(v) for n, v in header.items()} != HEADER:
        raise Unreadable(f"{place}: no header of a seal")
    if (key := keys.get(header["key"])) is None:
        report.wrong.append(f"{place}: signed by a key that is not the given one")
        return header
    good = is_signed(canonical(header), base64.b64decode(str(signed.get("signature"))), key)
    report.expect(good, f"{place}: the signature is not one of this key over this seal")
    return header


def check_seals(seals: Sequence[Json], keys: Mapping[str, Point], report: Report) -> list[bytes]:
    """Numbers, links, counts, roots and signatures; all leaves in their order."""
    previous, leaves = "0" * 64, list[bytes]()
    for number, seal in enumerate(seals, start=1):
        place = f"seal {number} (seals line {number})"
        header = check_header(seal, keys, place, report)
        own = [bytes.fromhex(one) for one in seal["leaves"]]
        leaves += own
        said = header["number"]
        report.expect(said == number, f"{place}: seal {said} stands where {number} must stand")
        report.expect(header["previous"] == previous, f"{place}: not linked to the one before")
        whole = (header["count"], header["total"]) == (len(own), len(leaves))
        report.expect(whole, f"{place}: its leaves are not as many as it says")
        good = bool(own) and root_of(own).hex() == header["root"]
        report.expect(good, f"{place}: its root is not the one over its leaves")
        previous = hashlib.sha256(canonical(header)).hexdigest()
    for leaf, times in Counter(leaves).items():
        report.expect(times == 1, f"leaf {leaf.hex()[:16]} is sealed {times} times")
    report.notes.append(f"{len(seals)} seals; the last is {len(seals)}:{previous}")
    return leaves


def name_of(item: Json, line: int) -> str:
    """Its place."""
    return f"journal line {line} ({item.get('pk')} {item.get('sk')})"


def check_items(items: Sequence[Json], leaves: list[bytes], young_ms: int, report: Report) -> None:
    """Every item against the sealed order; one from `young_ms` on at the end may have no seal."""
    places, reached = {leaf: place for place, leaf in enumerate(leaves)}, -1
    seen, waiting = dict[int, int](), list[tuple[int, Json]]()
    for line, item in enumerate(items, start=1):
        name = name_of(item, line)
        if (place := places.get(leaf_of(item))) is None:
            waiting.append((line, item))
            continue
        if not report.expect(place not in seen, f"{name}: the same as line {seen.get(place)}"):
            continue
        report.expect(place > reached, f"{name}: out of order, it was sealed as {place + 1}")
        reached, seen[place] = max(reached, place), line
    end = max(seen.values(), default=0)
    for line, item in waiting:
        young = line > end and type(item.get("at_ms")) is int and item["at_ms"] > young_ms
        report.expect(young, f"{name_of(item, line)}: changed or inserted, no seal holds it")
    for place in range(len(leaves)):
        report.expect(place in seen, f"journal item {place + 1}: sealed, but missing or changed")
    report.notes.append(f"{len(seen)} of {len(items)} items are sealed")
    if waiting:
        report.notes.append(f"{len(waiting)} items are under no seal and not vouched for")


def is_balanced(entry: Json) -> bool:
    """Whether an entry has a currency, accounts and at least two legs that sum to zero."""
    legs = entry.get("legs")
    if not isinstance(legs, list) or len(legs) < 2:
        return False
    named = all(isinstance(leg, dict) and isinstance(leg.get("account"), str) for leg in legs)
    named = named and all(isinstance(entry.get(name), str) for name in ("program_id", "currency"))
    whole = named and all(type(leg.get("amount_minor")) is int for leg in legs)
    return whole and sum(leg["amount_minor"] for leg in legs) == 0


def check_balances(entries: Sequence[Json], stored: Sequence[Json], report: Report) -> None:
    """Stored balances against those that the journal gives, bucket by bucket, in minor units."""
    found: Counter[tuple[str, str, str, str]] = Counter()
    for entry in entries:
        for leg in entry["legs"]:
            kind, name, bucket = (*leg["account"].split(":"), "", "")[:3]
            if kind == "advocate":
                place = (name, entry["program_id"], entry["currency"], bucket)
                found[place] -= leg["amount_minor"]
    have, rows = Counter[tuple[str, str, str, str]](), Counter[tuple[str, str, str]]()
    for one in stored:
        owner = (one["advocate_id"], one["program_id"], one["currency"])
        rows[owner] += 1
        have.update({(*owner, bucket): one[f"{bucket}_minor"] for bucket in BUCKETS})
    for owner, times in rows.items():
        report.expect(times == 1, f"balance {' '.join(owner)}: stored {times} times")
    for place in sorted({*found, *have}):
        a, b = found[place], have[place]
        report.expect(a == b, f"balance {' '.join(place)}: the journal says {a}, stored is {b}")
    report.notes.append(f"{len(stored)} stored balances compared")


def verify_export(
    items: Sequence[Json],
    seals: Sequence[Json],
    keys: Mapping[str, Point],
    balances: Sequence[Json] | None = None,
    last: str = "",
    waiting: bool = False,
) -> Report:
    """The whole export; `last` is `NUMBER:HASH` of a seal that must be its end."""
    report = Report()
    leaves = check_seals(seals, keys, report)
    report.expect(bool(seals), "there is no seal: nothing is proven")
    end = report.notes[0].rpartition(" ")[2]
    report.expect(last in ("", end), f"the seals end at {end}, not at {last}: cut off or replaced")
    if not last:
        report.notes.append("without --last nobody can see whether the end was cut off")
    sealed_ms = seals[-1]["header"]["sealed_at_ms"] if seals else 0
    check_items(items, leaves, sealed_ms - LAG_MS if waiting else 1 << 64, report)
    entries = list[Json]()
    for line, item in enumerate(items, start=1):
        if item.get("kind") == "entry":
            unfair = f"{name_of(item, line)}: its legs do not sum to zero"
            entries += [item] if report.expect(is_balanced(item), unfair) else []
    report.notes.append(f"{len(entries)} entries sum to zero each")
    if balances is not None:
        check_balances(entries, balances, report)
    return report


def check_shown(item: Json, one: Json, report: Report) -> str:
    """The content that a proof shows of one item; whom it is about ("": it names no reward)."""
    place, named = f"{one['pk']} {one['sk']}", f"{item.get('pk')} {item.get('sk')}"
    same = leaf_of(item).hex() == one["leaf"] and named == place
    report.expect(same, f"{place}: the item is not the one under its leaf")
    fair = item.get("kind") != "entry" or is_balanced(item)
    report.expect(fair, f"{place}: its legs do not sum to zero")
    return str(item.get("subject") or item.get("refs", {}).get("reward_id") or "")


def verify_proof(proof: Json, keys: Mapping[str, Point], waiting: bool = False) -> Report:
    """The proof of one reward."""
    report, headers, shown, proven = Report(), dict[int, Json](), set[str](), 0
    for signed in proof["seals"]:
        header = check_header(signed, keys, f"seal {signed['header']['number']}", report)
        headers[header["number"]] = header
    for one in proof["items"]:
        place = f"{one['pk']} {one['sk']}"
        if one["item"] is not None:
            shown.add(check_shown(one["item"], one, report))
        if one["number"] is None:
            report.expect(waiting, f"{place}: no seal holds it yet")
            continue
        if (under := headers.get(one["number"])) is None:
            report.wrong.append(f"{place}: its seal {one['number']} is not here")
            continue
        leaf, *path = (bytes.fromhex(each) for each in (one["leaf"], *one["path"]))
        inside = 0 <= one["position"] < under["count"]
        root = root_from(leaf, one["position"], under["count"], path) if inside else None
        good = root is not None and root.hex() == under["root"]
        proven += report.expect(good, f"{place}: does not lead to the root of seal {one['number']}")
    report.expect(bool(proof["items"]), "the proof is empty")
    about = {one for one in shown if not one.startswith("pay_")} - {"", proof["subject"]}
    report.expect(not about, f"it is about {sorted(about)}, not about {proof['subject']}")
    report.notes.append(f"{proof['subject']}: {proven} of {len(proof['items'])} items are proven")
    return report


def run(asked: argparse.Namespace) -> Report:
    """What the files come to."""
    *files, pem = map(Path, asked.files)
    keys = read_keys(pem.read_text("ascii"))
    if len(files) == 1:
        proof = read_json(files[0].read_text("utf-8"), files[0].name)
        return verify_proof(proof, keys, asked.waiting)
    balances = read_lines(Path(asked.balances)) if asked.balances else None
    items, seals = map(read_lines, files)
    return verify_export(items, seals, keys, balances, asked.last, asked.waiting)


def main(arguments: Sequence[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Verify a Goodword journal or proof")
    parser.add_argument("files", nargs="+", help="JOURNAL SEALS KEY, or PROOF KEY")
    parser.add_argument("--balances", default="")
    parser.add_argument("--last", default="", help="NUMBER:HASH of the last published seal")
    parser.add_argument("--waiting", action="store_true", help="pass over what is too young")
    asked = parser.parse_args(arguments)
    if len(asked.files) not in (2, 3):
        parser.error("name JOURNAL SEALS KEY, or PROOF KEY")
    try:
        report = run(asked)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as bad:
        print(f"REFUSED, cannot be read: {bad if isinstance(bad, Unreadable) else repr(bad)}")
        return 2
    print(*(f"  {n}" for n in report.notes), *(f"  WRONG  {w}" for w in report.wrong), sep="\n")
    print("REFUSED" if report.wrong else "VERIFIED")
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
