"""Why somebody won and why the others did not, worked out a second time from what was considered.

A decision keeps the touches that it looked at. From their times and kinds and from the story's
promises follow the reason of each, the winner and the reason of the whole; nothing is asked of the
product but what it wrote down.
"""

from collections.abc import Callable, Iterator
from typing import Any

from tests.simulation.books import Books, Item
from tests.simulation.currencies import MONEY, size_in, sized, sizes
from tests.simulation.offers import Seen, Worth
from tests.simulation.oracle import SKEW_MS, as_decided, at_home, gives, is_taken, touch_of
from tests.simulation.returning import REFUSED_BEFORE
from tests.simulation.standing import granted_at, states_at
from tests.simulation.story import DAY_MS, Order, Story

LATE = ("after_conversion", "outside_window")
STICKY = "sticky_advocate"


def _reasons(books: Books) -> Iterator[str]:
    """I9: every touch has its reason, and the winner is who must win by them."""
    story = books.town.story
    orders = {one["conversion_id"]: story.order(one["order_id"]) for one in books["conversion"]}
    for decision in books["decision"]:
        if decision["conversion_id"] not in orders:
            continue  # it was made one with another, which is judged
        order = as_decided(story, orders[decision["conversion_id"]], decision)
        if order.shy:
            continue  # nobody may have known then who buys; whose it is at last is judged beside
        said = () if story.lasts else _told(books, order, decision), _earned(story, order, decision)
        for what in (*said[0], *said[1], *_counted(story, order, decision)):
            yield f"{order.name}, decision {decision['number']}: {what}"


def _told(books: Books, order: Order, decision: Item) -> Iterator[str]:
    said, story = decision["attribution"], books.town.story
    rows = said.get("considered") or []
    able: list[Item] = []
    lost: list[str] = []
    for row in rows:
        barred = _barred(story, order, row["touch"]) or _away(books, order, decision, row)
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
        if touch["at_ms"] + SKEW_MS < story.link_ms.get(touch["advocate_id"], 0):
            return "before_link"
    own = touch["advocate_id"] == "adv_maya" and order.email is not None
    return "self_referral" if own else ""


def _away(books: Books, order: Order, decision: Item, row: Item) -> str:
    """Whether the advocate was away on the day of the sale, as was known when it was decided."""
    who, decided_ms = row["touch"]["advocate_id"], decision["at_ms"]
    rows, stood = decision["attribution"]["considered"], books.town.stood[who]
    touches = [one["touch"] for one in rows if one["touch"]["advocate_id"] == who]
    if any(one["kind"] == "grant" for one in touches):
        mine = who in _earners(books, decision)
        states = granted_at(stood, order.at_ms, decided_ms, mine=mine)
    else:
        states = states_at(stood, order.at_ms, decided_ms)
    found = {f"enrolment_{one}" if one != "active" else "" for one in states}
    said = row["reason"] if row["reason"].startswith("enrolment_") else ""
    return said if said in found else min(found)


def _earners(books: Books, decision: Item) -> set[str]:
    """Whose the order was before this decision."""
    place = decision["conversion_id"], decision["number"] - 1
    return {
        one["advocate_id"]
        for one in books["decision"]
        if (one["conversion_id"], one["number"]) == place and one.get("advocate_id")
    }


def _may_be(story: Story, order: Order, row: Item) -> bool:
    """Reasons that come from what stood elsewhere at that moment."""
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
    """The reason of the whole: why nothing was earned, or that something was; and of each rule."""
    winner: Any = decision["attribution"].get("winner")
    reason, rewarded = decision["reason"], decision["outcome"] == "rewarded"
    if rewarded != (reason == "rewarded"):
        yield f"it is {decision['outcome']} because of {reason}"
    if winner is None:
        if reason != decision["attribution"]["reason"]:
            yield f"nobody won by {decision['attribution']['reason']}, it says {reason}"
        return
    if reason.startswith("programme_") or reason in ("waiting_for_rate", REFUSED_BEFORE):
        return
    if (reason == "currency_mismatch") == is_taken(story, order, touch_of(winner)):
        yield f"its currency is taken, or not, and it says {reason}"
    if reason != "currency_mismatch":
        yield from _by_rules(story, order, decision, winner)


def _by_rules(story: Story, order: Order, decision: Item, winner: Item) -> Iterator[str]:
    reason, rewarded = decision["reason"], decision["outcome"] == "rewarded"
    basis, net = decision["basis"], at_home(story, order)
    money = order.currency if story.accepts else "EUR"
    if (basis["net_minor"], basis["currency"]) != (net, money):
        yield f"it is decided on {basis['net_minor']} {basis['currency']}, not on {net} {money}"
    lines = list(decision.get("lines", ()))
    yield from _ruled(lines, gives(story, order, touch_of(winner), seen_in(decision)))
    number = decision["version_number"]
    yield from _cut(lines, lambda cap: _sizes(story, cap, money, number))
    for line in lines:
        if {cap["cap"] for cap in line.get("caps", ())} != _named(story, line):
            yield f"{line['rule_id']} is not limited by {_named(story, line)}"
    wanted = lines[0]["reason"] if lines else "no_rule_for_action"
    if not rewarded and (reason != wanted or not reason):
        yield f"it earned nothing by {reason}, not {wanted}"
    if rewarded != any(one["earned_minor"] for one in lines):
        yield f"it is {decision['outcome']}, and its rules say otherwise"


def _counted(story: Story, order: Order, decision: Item) -> Iterator[str]:
    """The first purchase is no later one: no more orders are before it than were told of."""
    basis = decision["basis"]
    if basis.get("counted_by") != "identity":
        return
    whose, more = {order.friend, order.email} - {None}, 0
    while more < len(whose):  # a friend of one order may have the mailbox of another
        more = len(whose)
        for one in story.orders:
            names = {one.friend, one.email} - {None}
            whose |= names if names & whose else set()
    until_ms = order.at_ms + (order.twin.later_ms if order.twin else 0)
    before = [
        one
        for one in story.orders
        if one is order
        or (one.action == "sale" and one.at_ms <= until_ms and whose & {one.friend, one.email})
    ]
    most = sum(2 if one.twin else 1 for one in before)  # a twin is one until it is told that it is
    if not 1 <= basis["friend_order"] <= most:
        yield f"it is order {basis['friend_order']} of the friend, who had at most {most}"


def _ruled(lines: list[Item], due: dict[str, Worth]) -> Iterator[str]:
    """Every rule that has a say, what it computes, or why nothing."""
    names = [one["rule_id"] for one in lines]
    if names != list(due):
        yield f"the rules {names} have a say, not {list(due)}"
        return
    for line, one in zip(lines, due.values(), strict=True):
        said = line["computed_minor"], line["reason"]
        if said != (one.amount, one.reason) and not (one.amount and said[0] == one.amount):
            yield f"{line['rule_id']} gives {said}, not {one.amount} {one.reason}"


def _cut(lines: list[Item], sizes_of: Callable[[Item], set[int]]) -> Iterator[str]:
    """I11: what every limit left before and after each rule, and what the least of them let go."""
    left: dict[str, int] = {}
    for line in lines:
        caps, computed = line.get("caps", ()), line["computed_minor"]
        lets = [_lets(cap, computed) for cap in caps]
        most = min([computed, *lets])
        if line["earned_minor"] != most:
            yield f"{line['rule_id']} earned {line['earned_minor']}, not {most}"
        for cap, let in zip(caps, lets, strict=True):
            took = min(1, most) if cap["cap"].endswith("rewards") else most
            if cap["before"] != left.get(cap["cap"], cap["before"]):
                yield f"{cap['cap']} leaves {cap['before']} after it left {left[cap['cap']]}"
            if cap["limit"] not in sizes_of(cap):
                yield f"{cap['cap']} is {cap['limit']}, not {sizes_of(cap)}"
            if (cap["used"], cap["after"]) != (took, cap["before"] - took):
                yield f"{cap['cap']} leaves {cap['after']} of {cap['before']}"
            if cap["cut"] != (let == most < computed):
                yield f"{cap['cap']} has cut it, or not: {cap['cut']}"
            left[cap["cap"]] = cap["after"]
        cut = {cap["cap"].partition("-")[0] for cap in caps if cap["cut"]}
        why = "" if not cut else "budget_exhausted" if cut == {"budget"} else "cap_reached"
        if computed and line["reason"] != why:
            yield f"{line['rule_id']} was cut by {cut} and says {line['reason']}"


def _lets(cap: Item, computed: int) -> int:
    """How much of an amount a limit lets go: all or nothing, if it counts rewards."""
    if cap["cap"].endswith("rewards"):
        return computed if cap["before"] else 0
    return min(computed, int(cap["before"]))


def _sizes(story: Story, cap: Item, money: str, number: int) -> set[int]:
    """How large a limit may be by then; what a budget was is not known."""
    scope, period, _ = cap["cap"].split("-")
    of = "rewards" if cap["cap"].endswith("rewards") else "amount_minor"
    for one in story.caps:
        if (one.scope, one.period, one.of) == (scope, period, of):
            if scope == "programme" and period != "order":
                return sizes(story, one, money, number)  # whatever the newest has made of it
            return {size_in(sized(story, one, number), money)}
    return {cap["limit"]}


def _named(story: Story, line: Item) -> set[str]:
    """The limits that have to do with a rule: those of money with no points."""
    return {
        f"{one.scope}-{one.period}-{'rewards' if one.of == 'rewards' else 'money'}"
        for one in (*story.caps, *story.budget)
        if one.of == "rewards" or line.get("currency", "EUR") in MONEY
    }


def seen_in(decision: Item) -> Seen:
    """What a decision knew beside the order."""
    basis = decision["basis"]
    nth, place, level = (basis.get(of) for of in ("friend_order", "advocate_conversion", "level"))
    return Seen(nth, place, level, since=basis.get("friend_since_ms"))


def last_decision(books: Books, conversion: Item) -> Item:
    """The one that stands."""
    mine = [one for one in books["decision"] if one["conversion_id"] == conversion["conversion_id"]]
    return max(mine, key=lambda one: int(one["number"]))


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
