"""Each step of a dispute as it is written: who may say what, by when, and what is done with it.

Staff answers, and it is the advocate's turn; an answer of theirs gives the turn back. Who lets
their time pass is reminded again if it is staff, and has lost if it is the advocate.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tests.simulation.complaints import part_of
from tests.simulation.deadlines import SLACK_MS
from tests.simulation.letters import AGAIN_DAYS, APPEAL_DAYS, TURN_DAYS
from tests.simulation.story import DAY_MS

if TYPE_CHECKING:
    from tests.simulation.town import Town

Item = dict[str, Any]
Pair = tuple[Item | None, Item]
OVER = ("resolved", "withdrawn")
GOES_ON = ("reward", "payout", "ban", "enrolment", "conversion", "decision")  # what is granted
STAYS = ("advocate_id", "about", "subject_id", "order_number", "opened_ms", "program_id")


def written_of(town: "Town", pairs: Sequence[Pair]) -> Iterator[str]:
    """What is wrong with the disputes of one commit."""
    for old, new in pairs:
        if new["kind"] == "dispute":
            kinds = {one["kind"]: one for _, one in pairs}
            found = _opened(town, new, kinds) if old is None else _moved(town, old, new, pairs)
            for what in (*found, *_listed(town, new)):
                yield f"a dispute about a {new['about']}: {what}"


def _opened(town: "Town", new: Item, kinds: Item) -> Iterator[str]:
    if (new.get("state", "open"), new.get("turn", "staff")) != ("open", "staff"):
        yield f"it begins as {new}"
    if new["due_ms"] != new["opened_ms"] + TURN_DAYS * DAY_MS:
        yield f"staff has {new['due_ms'] - new['opened_ms']} ms"
    said = kinds.get("dispute_message", {})
    if (said.get("number"), said.get("by")) != (1, "advocate") or new["messages"] != 1:
        yield "it begins without its first message"
    alone = len(town.baton.tasks) == 1  # else it may have been let go since it was read
    if new["about"] == "ban" and alone:
        bans = (one.plain for one in town.dynamo.of_kind("ban"))
        mine = next((one for one in bans if one["advocate_id"] == new["advocate_id"]), None)
        if mine is None or mine.get("state", "banned") != "banned":
            yield "there is no ban"
        elif mine["banned_ms"] + APPEAL_DAYS * DAY_MS <= new["opened_ms"]:
            yield "the time to appeal is over"
    if new["about"] == "hold" and alone:
        rewards = (one.plain for one in town.dynamo.of_kind("reward"))
        if not any(
            (one["reward_id"], one["state"]) == (new["subject_id"], "on_hold") for one in rewards
        ):
            yield "nothing is held"


def _moved(town: "Town", old: Item, new: Item, pairs: Sequence[Pair]) -> Iterator[str]:
    kinds = {one["kind"]: one for _, one in pairs}
    events = [one for _, one in pairs if one["kind"] == "event"]
    mine = [one for one in events if one["subject"] == new["dispute_id"]]
    if changed := [name for name in STAYS if old.get(name) != new.get(name)]:
        yield f"its {changed} changed"
    if old.get("state", "open") in OVER:
        yield f"it was over, and is {new['state']}"
    if len(mine) != 1:
        yield f"{len(mine)} events tell of it"
        return
    if new.get("state", "open") in OVER:
        yield from _ended(town, old, new, mine[0], pairs)
    elif new.get("escalations", 0) != old.get("escalations", 0):
        yield from _reminded(town, old, new, mine[0])
    else:
        yield from _wrote(town, old, new, kinds)


def _wrote(town: "Town", old: Item, new: Item, kinds: Item) -> Iterator[str]:
    said = kinds.get("dispute_message")
    if said is None or said["number"] != new["messages"] or new["messages"] != old["messages"] + 1:
        yield "it moved, and nobody wrote"
        return
    by_staff = said["by"] == "staff"
    turn = "advocate" if by_staff else "staff"
    state = "answered" if by_staff else old.get("state", "open")
    if (new.get("turn", "staff"), new.get("state", "open")) != (turn, state):
        yield f"{said['by']} wrote, and it is {new.get('state')}, the turn of {new.get('turn')}"
    waits_ms = new["due_ms"] - town.clock.at_ms
    if turn == old.get("turn", "staff"):
        if new["due_ms"] != old["due_ms"]:
            yield "who writes twice has more time"
    elif not 0 <= TURN_DAYS * DAY_MS - waits_ms <= SLACK_MS:
        yield f"{turn} has {waits_ms} ms"


def _reminded(town: "Town", old: Item, new: Item, event: Item) -> Iterator[str]:
    if new["escalations"] != old.get("escalations", 0) + 1 or event["type"] != "dispute.escalated":
        yield "it was not reminded of once"
    if old["due_ms"] > town.clock.at_ms or old.get("turn", "staff") != "staff":
        yield "staff is reminded while it has time, or has answered"
    late_ms = town.clock.at_ms + AGAIN_DAYS * DAY_MS - new["due_ms"]
    if not 0 <= late_ms <= SLACK_MS:
        yield f"it waits until {new['due_ms']} for staff"


def _ended(town: "Town", old: Item, new: Item, event: Item, pairs: Sequence[Pair]) -> Iterator[str]:
    outcome, who = new.get("outcome"), event["actor"]
    if new["state"] == "withdrawn":
        if (who["kind"], who["id"]) != ("advocate", new["advocate_id"]) or outcome:
            yield f"{who['id']} took it back"
    elif who["kind"] == "system":
        if (outcome, new.get("reason")) != ("upheld", "no_answer") or new.get("decided_by"):
            yield f"the clock decides that it is {outcome}"
        if old.get("turn", "staff") != "advocate" or old["due_ms"] > town.clock.at_ms:
            yield "it ends by itself while it is staff's turn, or has time"
    elif new.get("decided_by") != who["id"] or who["kind"] != "staff":
        yield f"{who['id']} decided, and it says {new.get('decided_by')}"
    if not new.get("reason") or (new["state"] == "resolved") != bool(new.get("learned")):
        yield "it ends without a word"
    yield from _done(town, new, pairs)


def _done(town: "Town", new: Item, pairs: Sequence[Pair]) -> Iterator[str]:
    """What was decided is done with it, and nothing else."""
    moved = [(old, one) for old, one in pairs if one["kind"] in GOES_ON]
    if new.get("outcome") not in ("granted", "partly"):
        if moved:
            yield f"it was {new.get('outcome')}, and {[one['kind'] for _, one in moved]} moved"
        return
    mine = [(old or {}, one) for old, one in moved if one["advocate_id"] == new["advocate_id"]]
    if new["about"] in ("reward", "hold"):
        rewards = [pair for pair in mine if pair[1].get("reward_id") == new["subject_id"]]
        for old, one in rewards:
            yield from _granted(new, old, one)
        if not rewards or new["subject_id"] not in new.get("reward_ids", ()):
            yield "it was granted, and the reward stays what it was"
    elif new["about"] == "ban":
        states = {one["kind"]: one.get("state") for _, one in mine}
        if states not in ({"ban": "lifted", "enrolment": "active"}, {"ban": "lifted"}):
            yield f"it was granted, and left {states}"
    else:
        yield from _let_go(town, new)


def _let_go(town: "Town", new: Item) -> Iterator[str]:
    """Holds of then are gone; what never arrived is no payment any more."""
    if new["about"] == "payouts_held":
        causes = _causes(town, new).values()
        held = [one for one in causes if one["reason"] == "on_hold"]
        if any(one["at_ms"] <= new["opened_ms"] for one in held):
            yield "payouts were let go, and a hold of then stands"
    if new["about"] == "payout" and new["outcome"] == "granted":
        payouts = (one.plain for one in town.dynamo.of_kind("payout"))
        now = next(one for one in payouts if one["payout_id"] == new["subject_id"])
        if now["state"] not in ("failed", "returned", "cancelled"):
            yield f"it never arrived, and is {now['state']}"


def _causes(town: "Town", dispute: Item) -> Item:
    """What stops the payouts of its advocate."""
    stops = (one.plain for one in town.dynamo.of_kind("payout_stop"))
    mine = [one for one in stops if one["advocate_id"] == dispute["advocate_id"]]
    return {name: cause for one in mine for name, cause in one["causes"].items()}


def _granted(new: Item, old: Item, one: Item) -> Iterator[str]:
    held = old.get("state") == "on_hold"
    if one["state"] != ("approved" if held else "pending") or one["reason"] != "dispute_granted":
        yield f"it was granted, and the reward is {one['state']} by {one['reason']}"
    part = part_of(one["earned_minor"])
    if new["outcome"] == "partly":
        if (one["remaining_minor"], one.get("ceiling_minor")) != (part, part) or held:
            yield f"{part} were granted, and {one['remaining_minor']} are owed"
    elif one["remaining_minor"] > one["earned_minor"] or not one["remaining_minor"]:
        yield f"{one['remaining_minor']} are owed of {one['earned_minor']}"


def _listed(town: "Town", new: Item) -> Iterator[str]:
    """While it is not over it is on the list of its advocate, and stops what it is about."""
    stands = new.get("state", "open") not in OVER
    lists = (one.plain for one in town.dynamo.of_kind("open_disputes"))
    mine = [one for one in lists if one["advocate_id"] == new["advocate_id"]]
    open_ = [each for one in mine for each in one.get("disputes", ())]
    if stands != any(one["dispute_id"] == new["dispute_id"] for one in open_):
        yield f"it is {new['state']}, and on the list: {not stands}"
    subjects = [(one["about"], one["subject_id"]) for one in open_]
    if len(subjects) != len(set(subjects)):
        yield "something is disputed twice at once"
    if new["about"] == "payout":
        cause = _causes(town, new).get(new["dispute_id"])
        if stands != (cause is not None) or (cause and cause["reason"] != "dispute_open"):
            yield f"it is {new['state']}, and payouts are stopped by {cause}"
