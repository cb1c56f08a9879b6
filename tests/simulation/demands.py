"""What a transaction demands of records that it only looks at, judged as it is sent.

Such a demand is missed in a race alone, and few seeds play that one. So it is said here for each
thing that is committed which other records must still be as they were read; and of what it writes
itself, that nobody has written it meanwhile.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from goodword.records import Key

from tests.fakes.dynamo import PLACES, Stored

if TYPE_CHECKING:
    from tests.simulation.town import Town

TERM = re.compile(r"attribute_exists\((#\w+)\) AND \1 = (:\w+)")
FREE = "attribute_not_exists(pk)"
FRIEND = "frd_"
WAITS = {"request": "draft", "release": "requested"}
Plain = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """A transaction: what it writes over what, by kind, and what it demands of each place."""

    items: Mapping[Key, Plain]
    places: Sequence[Key]  # of what is written
    written: Mapping[str, Sequence[tuple[Plain | None, Plain]]]
    demanded: Mapping[Key, Mapping[str, str]]
    free: frozenset[Key]

    def made(self, kind: str) -> list[Plain]:
        """What it creates of a kind."""
        return [new for old, new in self.written.get(kind, ()) if old is None]

    def put(self, kind: str) -> list[tuple[Plain, Plain]]:
        """What it writes over, of a kind: before and after."""
        return [(old, new) for old, new in self.written.get(kind, ()) if old is not None]

    def stays(self, key: Key) -> Iterator[str]:
        """The record must be as it is, or not be there."""
        known, demanded = self.items.get(key), self.demanded.get(key, {})
        if known is None and key not in self.free:
            yield f"may meet {key.sk} of {key.pk}, which is not there"
        elif known is not None and demanded.get("version") != str(known["version"]):
            yield f"does not demand that {known['kind']} of {key.pk} is as it was read"

    def holds(self, key: Key, **fields: str) -> Iterator[str]:
        """The record must say so."""
        if not fields.items() <= self.demanded.get(key, {}).items():
            yield f"does not demand that {key.pk} is {', '.join(fields.values())}"


Judge = Callable[[Sent], Iterator[str]]


class Demands:
    """Told of every transaction that holds, before it is written."""

    def __init__(self, town: "Town", *more: Judge) -> None:
        self._town, self._judges = town, (*JUDGES, *more)

    def see(self, asked: Sequence[Mapping[str, Any]]) -> None:
        """Judge it, unless nobody of the product sends it."""
        if self._town.baton.current is None:
            return
        sent = self._sent(asked)
        for judge in self._judges:
            try:
                found = [*judge(sent)]
            except Exception as lost:  # noqa: BLE001 - what makes no sense is a finding, too
                found = [f"makes no sense: {lost!r}"]
            for what in found:
                self._town.fail(f"a commit {what}")

    def _sent(self, asked: Sequence[Mapping[str, Any]]) -> Sent:
        items = self._town.dynamo.items
        places, written = list[Key](), dict[str, list[tuple[Plain | None, Plain]]]()
        demanded, free = dict[Key, dict[str, str]](), set[Key]()
        for one in asked:
            ((action, request),) = one.items()
            place = request[PLACES[action]]
            key = Key(request["TableName"], place["pk"]["S"], place["sk"]["S"])
            if request["ConditionExpression"] == FREE:
                free.add(key)
            else:
                demanded[key] = _terms(request)
            if action != "ConditionCheck":
                places.append(key)
            if action == "Put":
                new = Stored(place).plain
                written.setdefault(str(new["kind"]), []).append((items.get(key), new))
        return Sent(items, places, written, demanded, frozenset(free))


def _terms(request: Mapping[str, Any]) -> dict[str, str]:
    """What must be equal, by field."""
    names, values = (request.get(f"ExpressionAttribute{one}", {}) for one in ("Names", "Values"))
    found = _pairs(request["ConditionExpression"])
    return {names[name]: next(iter(values[value].values())) for name, value in found}


@cache
def _pairs(expression: str) -> list[tuple[str, str]]:
    return TERM.findall(expression)


def _itself(sent: Sent) -> Iterator[str]:
    """Whatever is written stands as it was read, or is new."""
    for key in sent.places:
        yield from sent.stays(key)


def _earned(sent: Sent) -> Iterator[str]:
    """A ban, and whoever put somebody into a segment, finds what was earned."""
    for reward in sent.made("reward"):
        if not reward["advocate_id"].startswith(FRIEND):
            yield from sent.stays(_enrolled(reward))


def _budgeted(sent: Sent) -> Iterator[str]:
    """What is begun to be counted has the size of the budget that stands."""
    for pool in sent.made("pool"):
        if pool["version_number"] == 0:
            yield from sent.stays(Key("core", f"PROG#{pool['program_id']}", "HEAD"))


def _run(run_id: str) -> Key:
    return Key("core", f"RUN#{run_id}", "HEAD")


def _enrolled(one: Plain) -> Key:
    return Key("core", f"ADV#{one['advocate_id']}", f"A#ENR#{one['program_id']}")


def _person(one: Plain, place: str) -> Key:
    return Key("core", f"ADV#{one['advocate_id']}", place)


def _listed(sent: Sent) -> Iterator[str]:
    """Nobody comes into a list, or is left out of it, once it is closed."""
    for one in (*sent.made("payout"), *sent.made("run_exclusion")):
        yield from sent.holds(_run(one["run_id"]), state="draft", listing="open")
    for _, one in sent.put("run_exclusion"):
        yield from sent.holds(_run(one["run_id"]), state="draft", listing="open")


def _audited(sent: Sent) -> Iterator[str]:
    """Nothing is found in a run that people may decide about by now."""
    for one in sent.made("run_finding"):
        yield from sent.holds(_run(one["run_id"]), state="draft", listing="counted")


def _paid(sent: Sent) -> Iterator[str]:
    """I3: what is sent was released, and its payee may have it."""
    for before, after in sent.put("payout"):
        states = before["state"], after["state"]
        first = states == ("draft", "sent")
        again = before["looks"] == after["looks"] and before.get("look_ms") != after.get("look_ms")
        if first:
            run = sent.items[_run(after["run_id"])]
            yield from sent.holds(
                _run(after["run_id"]), state="sending", run_hash=str(run["run_hash"])
            )
        if first or (again and states in (("sent", "sent"), ("unknown", "unknown"))):
            yield from sent.stays(_enrolled(after))
            yield from sent.stays(_person(after, "A#STOP"))


def _handed(sent: Sent) -> Iterator[str]:
    """What is handed over by hand goes to whom nothing keeps from it."""
    for one in sent.made("hand_out"):
        yield from sent.stays(_enrolled(one))
        yield from sent.stays(_person(one, f"BAN#{one['program_id']}"))
        for place in ("A#HEAD", "A#STOP"):
            yield from sent.stays(_person(one, place))


def _waiting(sent: Sent) -> Iterator[str]:
    """A run does not wait for an answer that was given a moment ago."""
    for one in (*sent.made("task_token"), *(after for _, after in sent.put("task_token"))):
        if one["name"] in WAITS:
            yield from sent.holds(_run(one["subject_id"]), state=WAITS[one["name"]])


def _parked(sent: Sent) -> Iterator[str]:
    """What waits for an order is not forgotten by the order that comes."""
    over = sent.put("parked_refunds")
    grown = (after for before, after in over if len(after["facts"]) > len(before["facts"]))
    for one in (*sent.made("parked_refunds"), *grown):
        yield from sent.stays(Key("core", one["pk"], "ALIAS"))
    if sent.put("delivery"):
        for one in sent.made("order_alias"):
            yield from sent.stays(Key("core", one["pk"], "PARK"))


def _erased(sent: Sent) -> Iterator[str]:
    """Nothing is frozen for somebody between the last look and the erasure."""
    for before, after in sent.put("advocate"):
        if before.get("erased_ms") is None and after.get("erased_ms") is not None:
            for key, one in sent.items.items():
                if one["kind"] == "balance" and one["advocate_id"] == after["advocate_id"]:
                    yield from sent.stays(key)


JUDGES = (
    *(_itself, _earned, _budgeted, _listed, _audited, _paid),
    *(_handed, _waiting, _parked, _erased),
)
