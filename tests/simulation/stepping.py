"""Each step of a reward as it is written: what moves with it, what stays, and until when it waits.

The moves of a reward are looked at again from the two items alone: why it may hold more or less
than before, which dates and persons it has then, and who may say so. What is told beside an order
(`added`) is held against the order of the same commit.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.simulation.bookchecks import tallied
from tests.simulation.deadlines import ESCALATION_DAYS, INQUIRY_DAYS, REVIEW_DAYS, SLACK_MS
from tests.simulation.questions import answered
from tests.simulation.story import DAY_MS

if TYPE_CHECKING:
    from tests.simulation.town import Town

Item = dict[str, Any]
Pair = tuple[Item | None, Item]
GRACE_MS = 600_000  # that an approval has to begin by itself
BAN, INQUIRY = "ban", "inquiry"
SMALL, LARGE = "within_auto_approve_limit", "over_auto_approve_limit"
CHECKED = (
    *("looks_like_own_order", "many_at_once", "timing_checked"),
    *("details_shared", "customer_known_before"),
)
ALONE = (SMALL, "review_lapsed_release", "review_lapsed_refuse", *CHECKED)  # decided by nobody
STAYS = ("conversion_id", "order_id", "rule_id", "version_number", "counted", "parts", "action")


def stepped(town: "Town", written: Sequence[Pair]) -> Iterator[str]:
    """What is wrong with the rewards and orders of one commit; the items before and after."""
    kinds = {new["kind"]: new for _, new in written}
    events = [new for _, new in written if new["kind"] == "event"]
    yield from _above(written, events)
    for old, new in written:
        if new["kind"] == "reward":
            who = {one["subject"]: one["actor"] for one in events}.get(new["reward_id"])
            found = _moved(town, kinds, old, new, who) if old else _born(kinds, new)
            was = old["state"] if old else "nothing"
            for what in found:
                yield f"{new['order_id']}, {was} to {new['state']} by {new['reason']}: {what}"
        elif new["kind"] == "conversion":
            for what in (*_added(town, new, events), *_asked(town, old, new), *_rated(old, new)):
                yield f"{new['order_id']}: {what}"


def _above(written: Sequence[Pair], events: Sequence[Item]) -> Iterator[str]:
    """What is owed again says how much of it is above a limit."""
    told = [one["data"] for one in events if one["type"] == "reward.reinstated"]
    if len(told) != 1:
        return
    grown = [0]
    for old, new in written:
        if new["kind"] == "cap_use":
            grown.append(_over(new) - _over(old or {}))
        elif new["kind"] == "pool":
            grown.append(new.get("over", 0) - (old or {}).get("over", 0))
    if told[0].get("over_cap_minor", 0) != max(grown):
        yield f"{told[0].get('over_cap_minor')} of it are above a limit, not {max(grown)}"


def _over(use: Item) -> int:
    limit, used = use.get("limit_minor"), int(use.get("used_minor", 0))
    return 0 if limit is None else max(0, used - int(limit))


def _born(kinds: Item, new: Item) -> Iterator[str]:
    if new["version_number"] != kinds["decision"]["version_number"]:
        yield "it is of another version than its decision"
    if new["start_by_ms"] != new["created_ms"] + GRACE_MS:
        yield "it begins at another time"
    if new["state"] == "on_hold":
        yield from _held(new, "pending")
    if new["state"] == "void" and new["remaining_minor"]:
        yield "something is left"


def _moved(town: "Town", kinds: Item, old: Item, new: Item, who: Item | None) -> Iterator[str]:
    changed = [name for name in STAYS if old.get(name) != new.get(name)]
    if changed:
        yield f"its {changed} changed"
    yield from _amount(kinds, old, new)
    if old["state"] == new["state"]:
        yield from _stayed(town, old, new)
        return
    if not town.clock.at_ms - SLACK_MS <= new["changed_ms"] <= town.clock.at_ms:
        yield "it changed at another time"
    yield from _stepped(town, kinds, old, new, who)


def _stepped(town: "Town", kinds: Item, old: Item, new: Item, who: Item | None) -> Iterator[str]:
    match new["state"]:
        case "on_hold":
            yield from _held(new, old["state"])
            yield from _rightly(town, new)
        case "approved" | "rejected":
            yield from _answered(town, old, new, who)
        case "pending":
            yield from _again(old, new)
        case "void" | "reversed":
            yield from _gone(kinds, old, new)
        case "due" if old["state"] == "approved":
            if new["changed_ms"] < new["hold_until_ms"]:
                yield "its hold is not over"
            if _is_asked(town, new):
                yield "its bank still asks"
        case "due" | "paid" if old["state"] == "reversed":
            yield from _back(town, new)


def _rightly(town: "Town", new: Item) -> Iterator[str]:
    if new["reason"] == INQUIRY and not _is_asked(town, new):
        yield "no bank asks"
    if new["reason"] == LARGE and new["remaining_minor"] <= town.story.limit:
        yield "it is not too large"


def _amount(kinds: Item, old: Item, new: Item) -> Iterator[str]:
    more = new["remaining_minor"] - old["remaining_minor"]
    granted = old["state"] == "rejected" and new["state"] == "pending" and "dispute" in kinds
    banned = (old["state"], new["state"], new["reason"]) == ("due", "reversed", BAN)
    if more > 0 and not granted and "reinstatement" not in kinds:
        yield f"nobody gives it {more}"
    if more < 0 and not granted and not banned and "conversion" not in kinds:
        yield f"nobody takes {-more} of it"
    was, most = old.get("ceiling_minor"), new.get("ceiling_minor")
    if most is not None and more > 0 and new["remaining_minor"] > most:
        yield f"it gets more than the {most} that were left of it"
    if was != most and (most is None or most not in (0, new["remaining_minor"])):
        yield f"{most} are left of it"
    if was is not None and most is not None and most > was:
        yield f"{most} are left of it, not {was}"


def _stayed(town: "Town", old: Item, new: Item) -> Iterator[str]:
    """Somebody is reminded, or what is answered waits for somebody else."""
    was, lapse_ms = old.get("lapse_ms"), new.get("lapse_ms")
    if was != lapse_ms:
        late_ms = town.clock.at_ms + ESCALATION_DAYS * DAY_MS - (lapse_ms or 0)
        if not new.get("escalated") or not 0 <= late_ms <= SLACK_MS:
            yield f"it waits until {lapse_ms}"
    if old.get("start_by_ms") != new.get("start_by_ms") or old["reason"] != new["reason"]:
        yield "it begins anew where it is"


def _held(new: Item, before: str) -> Iterator[str]:
    asked = new["reason"] == INQUIRY
    days = INQUIRY_DAYS if asked else REVIEW_DAYS
    late_ms = new.get("lapse_ms", 0) - new["changed_ms"] - days * DAY_MS
    if not 0 <= late_ms <= (SLACK_MS if asked else 0):
        yield f"it waits until {new.get('lapse_ms')}"
    if asked and new.get("held_from") != before:
        yield f"it is held from {new.get('held_from')}"


def _may_refuse(town: "Town") -> bool:
    """Whether any check is to refuse by itself."""
    versions = [one.plain["terms"] for one in town.dynamo.of_kind("program_version")]
    checks = [each for one in versions for each in one["trust"].get("checks", {}).values()]
    return any(each.get("refuse_points") is not None for each in checks)


def _answered(town: "Town", old: Item, new: Item, who: Item | None) -> Iterator[str]:
    """By a person, who is remembered, or by nobody; and it waits for no answer any more."""
    said, by = new["reason"], new.get("decided_by")
    if said == SMALL and new["remaining_minor"] > town.story.limit:
        yield "it is too large"
    if new.get("lapse_ms") is not None:
        yield "it waits for an answer still"
    at_once = (old["state"], new["state"]) == ("pending", "rejected")
    if (said in CHECKED or at_once) and not (at_once and said in CHECKED and _may_refuse(town)):
        yield "no check may refuse it"
    if said in ALONE and by is not None and old.get("decided_by") is None:
        yield f"{by} has said nothing"
    if said == "inquiry_closed":
        if old.get("held_from") != new["state"] or new.get("held_from") is not None:
            yield f"it was held from {old.get('held_from')}"
    elif said not in ALONE and who is not None and (who["kind"], who["id"]) != ("staff", by):
        yield f"{who['id']} has decided it, and it says {by}"
    elif said.startswith("review_lapsed") and not old.get("escalated"):
        yield "nobody was reminded"


def _again(old: Item, new: Item) -> Iterator[str]:
    """It is checked anew, by whoever: nothing of an earlier answer counts."""
    grace_ms = new["start_by_ms"] - new["changed_ms"]
    if grace_ms != (0 if old["state"] == "rejected" else GRACE_MS):
        yield f"it begins after {grace_ms} ms"
    if old["state"] == "on_hold":
        if old.get("held_from") != "pending":
            yield f"it was held from {old.get('held_from')}"
    elif not new.get("again"):
        yield "it does not say that it is owed again"
    names: tuple[str, ...] = ("held_from", "payout_id", "lapse_ms", "escalated")
    if old["state"] == "rejected":
        names = ("decided_by", "decided_mark", "first_look_by", "first_look_mark", "escalated")
    if old["state"] == "on_hold":
        names = ("held_from", "lapse_ms")
    if kept := [name for name in names if new.get(name)]:
        yield f"it keeps {kept}"


def _gone(kinds: Item, old: Item, new: Item) -> Iterator[str]:
    """Because of its order, or of a ban; what is reversed is taken to the last cent."""
    left, by_ban = new["remaining_minor"], new["reason"] == BAN
    if "payout" in kinds:
        return
    if by_ban == ("conversion" in kinds):
        yield "it goes for another reason"
    if by_ban and new.get("ceiling_minor") != 0:
        yield "what a ban takes can come back"
    anew = new["reason"] in ("decided_anew", "reattributed")
    if left and not by_ban and not anew:
        yield f"{left} are left"
    if new["state"] == "reversed" and left:
        yield f"{left} are left"
    if (anew or (by_ban and new["state"] == "void")) and left != old["remaining_minor"]:
        yield "something was taken beside"


def _back(town: "Town", new: Item) -> Iterator[str]:
    """Where money comes back to: it is due, unless what it left by is with its receiver."""
    name = new.get("payout_id")
    mine = [one.plain for one in town.dynamo.of_kind("payout") if one.plain["payout_id"] == name]
    stands = bool(new.get("hand_out_id")) or any(one["state"] == "paid" for one in mine)
    if stands != (new["state"] == "paid"):
        yield f"its payout is {[one['state'] for one in mine]}"
    if new["state"] == "due" and name is not None:
        yield "it is due, and in a payout"


def _is_asked(town: "Town", reward: Item) -> bool:
    """Whether a bank asks about its order."""
    orders = (one.plain for one in town.dynamo.of_kind("conversion"))
    name = reward["conversion_id"]
    return any(one.get("inquiries") for one in orders if one["conversion_id"] == name)


def _asked(town: "Town", old: Item | None, new: Item) -> Iterator[str]:
    """What is not due is held while a bank asks, and let go by its last word."""
    before, after = (len((one or {}).get("inquiries") or ()) for one in (old, new))
    if not (before or after):
        return
    names = *(new.get("reward_ids") or ()), *(new.get("friend_reward_ids") or ())
    rewards = [one.plain for one in town.dynamo.of_kind("reward")]
    for one in (each for each in rewards if each["reward_id"] in names):
        moves = one["state"] in ("pending", "approved") and not answered(town, one)
        if after > before and moves:
            yield f"a bank asks, and it is {one['state']}"
        if not after and (one["state"], one["reason"]) == ("on_hold", INQUIRY):
            yield "no bank asks any more, and it is held"


def _rated(old: Item | None, new: Item) -> Iterator[str]:
    """The rate that an order was changed with once is its own for good."""
    if old is not None and old.get("rate") and new.get("rate") != old["rate"]:
        yield f"its rate was {old['rate']} and is {new.get('rate')}"


def _added(town: "Town", new: Item, events: Sequence[Item]) -> Iterator[str]:
    """What the event of an order says that it counts for is what it counts for."""
    said = [
        one["data"]
        for one in events
        if one["subject"] == new["conversion_id"] and "counts_orders" in one["data"]
    ]
    for data in said:
        gone, who = bool(new.get("duplicate_of")), new.get("advocate_id")
        waits = new["state"] == "waiting"
        later = new["action"] == "lead" and new.get("occasion", "plain") != "plain"
        counted = "" if gone or waits or later or who is None else new["action"]
        in_all = {} if gone else tallied(town.story, [new])[0]
        sums = in_all.get(who or "", (0, 0))
        order = town.story.order(new["order_id"])
        if order.twin is not None:  # of which its refunds are, is not known before both are one
            sums = data["counts_orders"], data["counts_net_minor"]
        home = (new.get("place") or {}).get("counted_in") or new["currency"]
        wanted = {
            "revision": new["version"],
            "counted_for": who if counted or in_all else None,
            "counted": counted,
            "counted_in": home if counted else "",
            "month": f"{datetime.fromtimestamp(new['occurred_ms'] // 1_000, UTC):%Y-%m}",
            "counts_orders": sums[0],
            "counts_net_minor": sums[1],
            "refunded_net_minor": new["refunded_net_minor"],
            "refunded_gross_minor": new["refunded_gross_minor"],
        }
        differs = {name: data.get(name) for name in wanted if data.get(name) != wanted[name]}
        if differs:
            yield f"it says {differs}, not { ({name: wanted[name] for name in differs}) }"
