"""Checks a journal, or the proof of one reward, against signed seals; trusts the public key alone.

    python -m verifier journal.jsonl seals.jsonl public_key.pem [--balances balances.jsonl]
                       [--last NUMBER:HASH] [--waiting]
    python -m verifier proof.json public_key.pem [--waiting]

This directory needs Python 3.11 and nothing else: copy it to wherever you trust, and call it from
the directory that holds it. Exit code 0: all is as it was sealed. 1: it is not, and every line
printed names a place. 2: a file cannot be read, or says more than what is sealed.
Who holds the files can cut off the end of both; compare the last seal with a copy that was kept
elsewhere (`--last`). With `--waiting` items too young for a seal are passed over, not refused.
A proof shows that its items are in the journal, not that there are no others about the reward.
"""

import argparse
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .curve import Point, is_signed, read_keys
from .forms import (
    BALANCE,
    BESIDE,
    BUCKETS,
    HEADER,
    PROOF,
    PROOF_FORMAT,
    PROVEN,
    SEAL,
    SEAL_FORMAT,
    SIGNED,
    Json,
    Unreadable,
    canonical,
    check_form,
    leaf_of,
    read_base64,
    read_hash,
    read_json,
    read_lines,
    root_from,
    root_of,
)

LAG_MS = 600_000  # an item of the last ten minutes before the last seal may still wait for its own


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
    header: Json = signed["header"]
    check_form(header, HEADER, f"{place}, its header")
    report.expect(header["format"] == SEAL_FORMAT, f"{place}: not of the format {SEAL_FORMAT}")
    if (key := keys.get(header["key"])) is None:
        report.wrong.append(f"{place}: signed by a key that is not the given one")
        return header
    good = is_signed(canonical(header), read_base64(signed["signature"]), key)
    report.expect(good, f"{place}: the signature is not one of this key over this seal")
    return header


def check_seals(seals: Sequence[Json], keys: Mapping[str, Point], report: Report) -> list[bytes]:
    """Numbers, links, counts, roots and signatures; all leaves in their order."""
    previous, leaves = "0" * 64, list[bytes]()
    for number, seal in enumerate(seals, start=1):
        place = f"seal {number} (seals line {number})"
        check_form(seal, SEAL, place)
        header = check_header(seal, keys, place, report)
        own = [read_hash(one, place) for one in seal["leaves"]]
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
    for line, one in enumerate(stored, start=1):
        check_form(one, BALANCE, f"balances line {line}", BESIDE)
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


def subject_of(item: Json) -> str:
    """Whom an item is about: an event's subject; an entry's reward, else its payout."""
    if item.get("kind") == "event":
        return str(item.get("subject"))
    refs = item.get("refs") or {}
    return str(refs.get("reward_id") or refs.get("payout_id") or item.get("entry_id"))


def owners_of(item: Json) -> set[tuple[str, str, str]]:
    """Whose money an entry moves: advocate, programme and currency."""
    named = [str(leg["account"]).split(":") for leg in item.get("legs", ())]
    place = (str(item.get("program_id")), str(item.get("currency")))
    return {(name[1], *place) for name in named if name[0] == "advocate" and len(name) > 1}


def check_shown(one: Json, report: Report) -> None:
    """The content that a proof shows of one item."""
    item, place = one["item"], f"{one['pk']} {one['sk']}"
    named = (f"{item.get('pk')} {item.get('sk')}", item.get("kind"))
    same = leaf_of(item).hex() == one["leaf"] and named == (place, one["of"])
    report.expect(same, f"{place}: the item is not the one under its leaf")
    fair = item.get("kind") != "entry" or is_balanced(item)
    report.expect(fair, f"{place}: its legs do not sum to zero")


def check_about(
    subject: str, shown: Sequence[Json], sealed: Sequence[Json], report: Report
) -> None:
    """Whether the content is about `subject`; one payout may stand beside it, of the same owner.

    No item says which payout paid which reward: that is the word of whoever made the proof.
    """
    about = {subject_of(item) for item in shown} - {subject}
    none = f"nothing that is shown here and sealed is about {subject}"
    report.expect(any(subject_of(item) == subject for item in sealed), none)
    strange = {one for one in about if not one.startswith("pay_")}
    report.expect(not strange, f"it is about {sorted(strange)}, not about {subject}")
    payouts = sorted(about - strange)
    report.expect(len(payouts) <= 1, f"it shows {len(payouts)} payouts; a reward has one at a time")
    own = {owner for item in sealed if subject_of(item) == subject for owner in owners_of(item)}
    for payout in payouts:
        paid = {each for item in shown if subject_of(item) == payout for each in owners_of(item)}
        same = bool(paid) and paid <= own
        report.expect(same, f"{payout} moves no money of whoever {subject} belongs to")
        report.notes.append(f"that {payout} is the payout of {subject} is not proven")


def check_path(one: Json, headers: Mapping[int, Json], waiting: bool, report: Report) -> bool:
    """Whether an item's way leads to the root of its seal."""
    place, number = f"{one['pk']} {one['sk']}", one["number"]
    if number is None:
        report.expect(waiting, f"{place}: no seal holds it yet")
        return False
    if (under := headers.get(number)) is None:
        return report.expect(False, f"{place}: its seal {number} is not here")
    leaf, *path = (read_hash(each, place) for each in (one["leaf"], *one["path"]))
    inside = one["position"] is not None and 0 <= one["position"] < under["count"]
    root = root_from(leaf, one["position"], under["count"], path) if inside else None
    good = root is not None and root.hex() == under["root"]
    return report.expect(good, f"{place}: does not lead to the root of seal {number}")


def check_signed(
    seals: Sequence[Json], keys: Mapping[str, Point], report: Report
) -> dict[int, Json]:
    """The headers in a proof by number, each signed and there once."""
    headers = dict[int, Json]()
    for place, signed in enumerate(seals, start=1):
        check_form(signed, SIGNED, f"the proof's seal {place}")
        header = check_header(signed, keys, f"seal {signed['header'].get('number')}", report)
        report.expect(header["number"] not in headers, f"seal {header['number']}: there twice")
        headers[header["number"]] = header
    return headers


def verify_proof(proof: Json, keys: Mapping[str, Point], waiting: bool = False) -> Report:
    """The proof of one reward."""
    check_form(proof, PROOF, "the proof")
    report, subject, items = Report(), proof["subject"], proof["items"]
    report.expect(proof["format"] == PROOF_FORMAT, f"the proof is not of the format {PROOF_FORMAT}")
    headers = check_signed(proof["seals"], keys, report)
    shown, sealed, hidden, proven = list[Json](), list[Json](), 0, 0
    for number, one in enumerate(items, start=1):
        check_form(one, PROVEN, f"the proof's item {number}")
        good = check_path(one, headers, waiting, report)
        proven += good
        hidden += one["item"] is None
        if one["item"] is not None:
            check_shown(one, report)
            shown.append(one["item"])
            sealed += [one["item"]] if good else []
    twice = [leaf for leaf, times in Counter(one["leaf"] for one in items).items() if times > 1]
    report.expect(not twice, f"leaf {''.join(twice)[:16]} stands there more than once")
    whole = bool(items) and all(one["number"] is not None for one in items)
    report.expect(whole or not proof["complete"], "it says that it is complete, and items wait")
    if report.expect(bool(items), "the proof is empty"):
        check_about(subject, shown, sealed, report)
    report.notes.append(f"{subject}: {proven} of {len(items)} items are proven")
    if hidden:
        report.notes.append(
            f"{hidden} of them without their content: they exist unchanged, no more"
        )
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
    parser = argparse.ArgumentParser("verifier", description="Verify a Goodword journal or proof")
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
