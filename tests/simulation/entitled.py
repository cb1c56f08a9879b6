"""Who disputes something of their own, or decides about it, and is right, must not be refused.

Asked where nothing fails and nobody else has written meanwhile: then what stands explains the
refusal, or nothing does.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from goodword.errors import GoodwordError
from goodword.trust.dispute import Dispute
from goodword.trust.disputing import Wish

from tests.simulation.letters import APPEAL_DAYS
from tests.simulation.story import DAY_MS

if TYPE_CHECKING:
    from tests.simulation.town import Town

Item = dict[str, Any]
OVER = ("resolved", "withdrawn")
FULL = ("too_many_disputes", "too_many_stops", "thread_full")


def entitled(
    town: "Town", act: Callable[[], object], explains: Callable[[str], bool]
) -> Callable[[], None]:
    """The same act; a finding if it is refused and nothing explains it."""

    def work() -> None:
        written = town.commits
        try:
            act()
        except GoodwordError as refused:
            still = town.outside.healed and town.commits == written
            if still and refused.code not in FULL and not explains(refused.code):
                town.fail(f"who is right about a dispute is refused: {refused.code}")
            raise

    return work


def opens(town: "Town", who: str, wish: Wish) -> Callable[[str], bool]:
    """What explains that a dispute is not opened."""

    def explains(code: str) -> bool:
        match code:
            case "disputed_already":
                lists = [one for one in _all(town, "open_disputes") if one["advocate_id"] == who]
                open_ = [each for one in lists for each in one.get("disputes", ())]
                subject = wish.subject_id or wish.order_number
                return any((e["about"], e["subject_id"]) == (wish.about, subject) for e in open_)
            case "payouts_not_held":
                return not any("on_hold" in _reasons(one) for one in _all(town, "payout_stop"))
            case "not_banned":
                return not any(one["state"] == "banned" for one in _of(town, "ban", who))
            case "appeal_over":
                ends = [
                    int(one["banned_ms"]) + APPEAL_DAYS * DAY_MS for one in _of(town, "ban", who)
                ]
                return town.clock.at_ms >= min(ends)
            case "not_on_hold":
                mine = _of(town, "reward", who)
                held = [one["reward_id"] for one in mine if one["state"] == "on_hold"]
                return wish.about == "hold" and wish.subject_id not in held
            case "order_in_the_future":
                return (wish.ordered_ms or 0) > town.clock.at_ms
        return False

    return explains


def ends(town: "Town", dispute: Dispute) -> Callable[[str], bool]:
    """What explains that a dispute is not ended."""

    def explains(code: str) -> bool:
        who, name = dispute.advocate_id, dispute.subject_id
        if code == "dispute_over":
            stored = _of(town, "dispute", who)
            return any(
                one["dispute_id"] == dispute.dispute_id and one["state"] in OVER for one in stored
            )
        if dispute.about == "ban":
            return not any(one["state"] == "banned" for one in _of(town, "ban", who))
        if dispute.about == "payout":
            payouts = _of(town, "payout", who)
            return any(one["payout_id"] == name and one["state"] != "paid" for one in payouts)
        if dispute.about in ("reward", "hold"):
            (reward,) = (one for one in _of(town, "reward", who) if one["reward_id"] == name)
            return not _plainly_owed(town, reward)
        return dispute.about == "missing_conversion"

    return explains


def _plainly_owed(town: "Town", reward: Item) -> bool:
    """A refused reward of an order of which nothing came back, and that nothing else bars."""
    orders = [
        one
        for one in _all(town, "conversion")
        if one["conversion_id"] == reward["conversion_id"]
        and reward["reward_id"] in one.get("reward_ids", ())
        and not one.get("duplicate_of")
        and not (one.get("refunded_net_minor") or one.get("refunded_gross_minor"))
    ]
    who = reward["advocate_id"]
    banned = any(one["state"] == "banned" for one in _of(town, "enrolment", who))
    bars = banned, _of(town, "ban", who), reward.get("ceiling_minor") is not None
    held = reward["state"] == "on_hold" and town.story.second_look is not None
    able = reward["state"] in ("on_hold", "rejected") and not held
    return bool(orders) and able and not any(bars) and not town.story.ending


def _reasons(stop: Item) -> list[str]:
    return [one["reason"] for one in stop["causes"].values()]


def _all(town: "Town", kind: str) -> list[Item]:
    return [one.plain for one in town.dynamo.of_kind(kind)]


def _of(town: "Town", kind: str, who: str) -> list[Item]:
    return [one for one in _all(town, kind) if one["advocate_id"] == who]
