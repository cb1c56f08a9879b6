"""What a decision found when it was made, looked up a second time at the moment of its commit.

How much a limit had left, at which level its advocate was and which of their orders it is depends
on what stood there at that moment; afterwards nobody can tell. So it is judged as it is written.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.simulation.bookchecks import tallied
from tests.simulation.books import Item
from tests.simulation.offers import Ladder

if TYPE_CHECKING:
    from tests.simulation.town import Town

GONE = ("rejected", "void")
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def decided(town: "Town", decision: Item, before: Item | None, after: Item) -> Iterator[str]:
    """What is wrong with a decision; `before` and `after` are its conversion."""
    name = after["order_id"]
    found = _limits(town, decision, after), _place(town, before, after)
    states = (*_paused(town, decision, before), *_own(town, decision), *_granted(town, decision))
    for what in (*states, *found[0], *found[1]):
        yield f"{name}, decision {decision['number']}: {what}"


def turned(town: "Town", before: Item | None, after: Item) -> None:
    """Whoever is under way may have read the programme as it was before, and not know of this."""
    was = (before or {}).get("state", "active")
    if was != after.get("state", "active"):
        for task in town.baton.tasks:
            if task.hand and task is not town.baton.current:
                task.stood.add(was)


def _paused(town: "Town", decision: Item, before: Item | None) -> Iterator[str]:
    """A programme that is paused gives nothing, and decides nothing anew but what it owes."""
    (program,) = (one.plain for one in town.dynamo.of_kind("program"))
    state = program.get("state", "active")
    owed = before is not None and before["state"] == "waiting"
    united = decision["reason"] == "duplicate_order"
    if owed and decision["reason"].startswith("programme_"):
        yield f"it has waited for its rate, and says {decision['reason']}"
    if len(town.baton.tasks) != 1 or owed or united:
        return  # of several tasks, one may have paused it since it was read
    task = town.baton.current
    stood = {state} | (task.stood if task else set())  # that one may have ended by now, too
    if "active" not in stood and before is not None and before["decisions"]:
        yield f"it is decided anew while the programme is {state}"
    paused = {f"programme_{one}" if one != "active" else "" for one in stood}
    said = decision["reason"] if decision["reason"].startswith("programme_") else ""
    if said not in (paused if decision.get("advocate_id") else {""}):
        yield f"it says {decision['reason']} while the programme is {state}"


def _own(town: "Town", decision: Item) -> Iterator[str]:
    """Who is known to have bought something herself has not brought herself."""
    order = town.story.order(decision["basis"]["order_id"])
    winner = decision["attribution"].get("winner") or {}
    if not order.shy or winner.get("advocate_id") != "adv_maya":
        return
    said = {f"{order.name}-0", f"{order.name}-0-again", f"{order.name}-draft"}
    told = (one.plain for one in town.dynamo.of_kind("delivery"))
    if any(one["delivery_id"] in said and one["state"] == "booked" for one in told):
        yield "adv_maya wins her own order"


def _granted(town: "Town", decision: Item) -> Iterator[str]:
    """What a person has granted of one order brings nothing else to its advocate."""
    for one in decision["attribution"].get("considered") or ():
        if one["touch"]["kind"] == "grant":
            order = {decision["conversion_id"]}
            for told in town.dynamo.of_kind("conversion"):
                if told.plain.get("duplicate_of") == decision["conversion_id"]:
                    order.add(told.plain["conversion_id"])
            asked = (each.plain for each in town.dynamo.of_kind("dispute"))
            (about,) = (each for each in asked if each["dispute_id"] == one["touch"]["source"])
            if about.get("conversion_id") not in order:
                yield f"{about['dispute_id']} was granted for another order"


def _limits(town: "Town", decision: Item, after: Item) -> Iterator[str]:
    """I11: before its first rule every limit left what the living rewards of others leave."""
    lines: list[Item] = list(decision.get("lines") or ())
    caps = lines[0].get("caps", ()) if lines else ()
    if not caps:
        return
    money = after["currency"] if town.story.accepts else "EUR"
    stored = [one.plain for one in town.dynamo.of_kind("reward")]
    new = after.get("reward_ids") or ()
    held = [one for one in stored if one["state"] not in GONE and one["reward_id"] not in new]
    alone = len(town.baton.tasks) == 1
    for cap in caps:
        if not alone and not _is_guarded(lines, cap["cap"]):
            continue  # somebody else may have moved it since it was read, and nothing hangs on it
        if cap["period"] == "order":
            if cap["before"] != cap["limit"]:
                yield f"{cap['cap']} begins with {cap['before']}"
            continue
        scope, _, of_what = cap["cap"].split("-")
        subjects = {
            "advocate": [decision["advocate_id"]],
            "friend": after.get("identities") or (),
        }.get(scope, [_pool(cap["cap"], money)])
        used = [_used(held, (scope, one, cap["period"], of_what), money) for one in subjects]
        left = max(0, cap["limit"] - max(used, default=0))
        over = max(0, max(used, default=0) - cap["limit"])
        if alone and cap.get("over", 0) != over:
            yield f"{cap['cap']} is exceeded by {over}, and it says {cap.get('over', 0)}"
        if cap["before"] > left or (cap["whole"] and cap["before"] != left):
            yield f"{cap['cap']} left {left} of {cap['limit']}, and it says {cap['before']}"


def _is_guarded(lines: list[Item], name: str) -> bool:
    """Whether the commit fails if the use of the limit was not as it was read: it is moved."""
    own = name.startswith(("advocate", "friend"))
    caps = [one for line in lines for one in line.get("caps", ())]
    return own and any(one["used"] for one in caps if one["cap"] == name)


def _pool(name: str, money: str) -> str:
    """Money of another currency has a pool of its own."""
    return name if money == "EUR" or name.endswith("rewards") else f"{name}-{money}"


def _used(held: list[Item], where: tuple[str, str, str, str], money: str) -> int:
    scope, subject, period, of = where
    place = {"scope": scope, "subject": subject, "period": period}
    mine = [one for one in held if any(each | place == each for each in one.get("counted") or ())]
    if of == "rewards":
        return sum(min(1, one["remaining_minor"]) for one in mine)
    return sum(int(one["remaining_minor"]) for one in mine if one["currency"] == money)


def _place(town: "Town", before: Item | None, after: Item) -> Iterator[str]:
    """Which order of its advocate it is, and at which level, when it first is theirs."""
    new = after.get("place")
    if new is None or after.get("advocate_id") is None:
        return
    if after["advocate_id"] != new["advocate_id"]:
        yield f"it is {after['advocate_id']}'s, and counts as {new['advocate_id']}'s"
    elif after["state"] != "waiting":  # else it is not counted yet: nothing stands by what was read
        yield from _counted(town, (before or {}).get("place"), new, after)


def _counted(town: "Town", old: Item | None, new: Item, after: Item) -> Iterator[str]:
    others = [
        one.plain
        for one in town.dynamo.of_kind("conversion")
        if one.plain["conversion_id"] != after["conversion_id"]
        and one.plain.get("advocate_id") == new["advocate_id"]
        and not one.plain.get("duplicate_of")
    ]
    is_same = old is not None and old["advocate_id"] == new["advocate_id"]
    if not is_same:
        told = [one for one in others if one["state"] != "waiting"]
        number = 1 + sum(one["action"] == after["action"] for one in told)
        if new["number"] != number:
            yield f"it is the {new['number']}th of its advocate, not the {number}th"
    ladder = town.story.ladder
    if ladder is None:
        return
    if is_same and old is not None and old.get("level") is not None:
        if new.get("level") != old["level"]:
            yield f"it was {old['level']} and is {new.get('level')}"
        return
    if not any(any(sums) for sums in tallied(town.story, [after])[0].values()):
        return  # all of it came back already: it moves no total
    total = _total(town, ladder, others, after)
    if new.get("level") != ladder.level(total):
        yield f"its advocate has {total}, and is {new.get('level')}"


def _total(town: "Town", ladder: Ladder, others: list[Item], after: Item) -> int:
    at = datetime.fromtimestamp(after["occurred_ms"] // 1_000, UTC)
    size = MONTHS.get(ladder.period)
    if size is not None:
        others = [one for one in others if _span(_at(one), size) == _span(at, size)]
    orders, net = tallied(town.story, others)[0][after["place"]["advocate_id"]]
    return orders if ladder.measure == "orders" else net


def _at(conversion: Item) -> datetime:
    return datetime.fromtimestamp(conversion["occurred_ms"] // 1_000, UTC)


def _span(at: datetime, months: int) -> tuple[int, int]:
    return at.year, (at.month - 1) // months
