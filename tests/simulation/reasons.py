"""Why somebody won and why the others did not, worked out a second time from what was considered.

A decision keeps the touches that it looked at. From their times and kinds and from the story's
promises follow the reason of each, the winner and the reason of the whole; nothing is asked of the
product but what it wrote down.
"""

from collections.abc import Iterator
from typing import Any

from tests.simulation.books import Books, Item
from tests.simulation.oracle import SKEW_MS, earning
from tests.simulation.story import DAY_MS, Order, Story

LATE = ("after_conversion", "outside_window")
STANDING = ("enrolment_paused", "enrolment_banned")  # as it was then; stories do not keep it
STICKY = "sticky_advocate"


def _reasons(books: Books) -> Iterator[str]:
    """I9: every touch has its reason, and the winner is who must win by them."""
    story = books.town.story
    orders = {one["conversion_id"]: story.order(one["order_id"]) for one in books["conversion"]}
    for decision in books["decision"]:
        order = orders[decision["conversion_id"]]
        for what in (*_told(story, order, decision), *_earned(story, order, decision)):
            yield f"{order.name}, decision {decision['number']}: {what}"


def _told(story: Story, order: Order, decision: Item) -> Iterator[str]:
    said = decision["attribution"]
    rows = said.get("considered") or []
    able: list[Item] = []
    lost: list[str] = []
    for row in rows:
        barred = _barred(story, order, row["touch"])
        reason = row["reason"] if _may_be(story, order, row) and not barred else barred
        if reason:
            lost.append(reason)
            if row["reason"] != reason or row["verdict"] != "lost":
                yield f"a touch is told {row['reason']}, not {reason}"
        else:
            able.append(row)
    yield from _order_of(story, able, said, lost)


def _barred(story: Story, order: Order, touch: Item) -> str:
    if touch["kind"] != "grant":
        age_ms = order.at_ms + SKEW_MS - touch["at_ms"]
        if age_ms < 0:
            return "after_conversion"
        if age_ms > story.window_days * DAY_MS:
            return "outside_window"
    own = touch["advocate_id"] == "adv_maya" and order.email is not None
    return "self_referral" if own else ""


def _may_be(story: Story, order: Order, row: Item) -> bool:
    """Reasons that come from what stood elsewhere at that moment."""
    if row["reason"] in STANDING:
        return not story.calm
    sticks = story.sticky and row["touch"]["kind"] != "grant"
    return row["reason"] == STICKY and row["verdict"] == "lost" and sticks


def _order_of(story: Story, able: list[Item], said: Item, lost: list[str]) -> Iterator[str]:
    winner = said.get("winner")
    if not able:
        if winner is not None or said["reason"] not in _nobody(story, lost):
            yield f"nobody may win, and it says {said['reason']}"
        return
    able.sort(key=lambda row: (row["touch"]["at_ms"], row["touch"]["touch_id"]))
    liked = {"code": "code", "link": "click"}.get(story.precedence)
    granted = [row for row in able if row["touch"]["kind"] == "grant"]
    ahead = granted or [row for row in able if row["touch"]["kind"] == liked] or able
    first = story.model == "first"
    best, by_time = (ahead[0], able[0]) if first else (ahead[-1], able[-1])
    by_kind = "code_before_link" if story.precedence == "code" else "link_before_code"
    if winner != best["touch"]:
        yield f"{best['touch']['touch_id']} must win"
        return
    why = f"{story.model}_touch" if best is by_time else by_kind
    why = "granted" if granted else why
    sticks = story.sticky and not granted
    if said["reason"] != why and not (sticks and said["reason"] == STICKY):
        yield f"it is won by {said['reason']}, not {why}"
    for row in able:
        won = row is best
        later = "earlier_touch" if first else "later_touch"
        kinds = best["touch"]["kind"] == liked != row["touch"]["kind"]
        wanted = "granted" if granted else said["reason"] if won else by_kind if kinds else later
        if (row["verdict"], row["reason"]) != ("won" if won else "lost", wanted):
            yield f"a touch is told {row['verdict']}, {row['reason']}, not {wanted}"
    others = any(one["touch"]["advocate_id"] != winner["advocate_id"] for one in able)
    if others and said["reason"] == STICKY:
        yield "two may win although one sticks"


def _nobody(story: Story, lost: list[str]) -> set[str]:
    """The reasons that may be given if all are lost for these."""
    in_time = {*lost} - {*LATE}
    if not lost:
        return {"no_touch"}
    if not in_time:
        return {"outside_window" if "outside_window" in lost else "after_conversion"}
    if STICKY in in_time:  # the one who sticks may be the buyer, or banned
        return {STICKY, "sticky_refused"}
    if len(in_time) == 1:
        return in_time
    # The one who sticks may be refused, or have brought nothing in time: stories do not keep who.
    return {"all_refused", *["sticky_refused", STICKY] * story.sticky}


def _earned(story: Story, order: Order, decision: Item) -> Iterator[str]:
    """The reason of the whole: why nothing was earned, or that something was."""
    winner: Any = decision["attribution"].get("winner")
    reason, rewarded = decision["reason"], decision["outcome"] == "rewarded"
    if rewarded != (reason == "rewarded"):
        yield f"it is {decision['outcome']} because of {reason}"
    if winner is None:
        if reason != decision["attribution"]["reason"]:
            yield f"nobody won by {decision['attribution']['reason']}, it says {reason}"
        return
    if reason.startswith("programme_") or reason == "waiting_for_rate":
        return
    due = earning(story, order, winner["at_ms"]) or story.extra * (order.action == "sale")
    if rewarded and not due:
        yield "it earns, though it is too small"
    if not rewarded:
        limits = {"cap_reached"} if story.caps else set()
        limits |= {"budget_exhausted"} if story.budget else set()
        wanted = {"below_minimum_order"} if not due else limits
        if reason not in wanted:
            yield f"it earned nothing by {reason}, not {wanted or 'anything'}"


def _inquiries(books: Books) -> Iterator[str]:
    """No end of a bank's question is told of one whose beginning was not."""
    begun = set()
    for event in sorted(books["event"], key=lambda one: str(one["sk"])):
        place = event["subject"], event["data"].get("refund_id")
        if event["type"] == "conversion.inquiry_open":
            begun.add(place)
        elif event["type"] == "conversion.inquiry_closed" and place not in begun:
            yield f"{event['subject']}: a question ended that nobody asked"


REASONS = (_reasons, _inquiries)
