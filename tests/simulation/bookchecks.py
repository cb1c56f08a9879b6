"""What else the books say, worked out from plain items: sums, counts, claims, and what is told.

Whatever is kept beside a reward (what an advocate earned in all, how many orders, what refunds
claim, what counts for a level, what an event tells) is summed up here a second time.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction

from tests.simulation.books import Books, Item
from tests.simulation.oracle import as_told, at_home, refunded
from tests.simulation.story import PEOPLE, Story

GONE = ("rejected", "void")
REINSTATED = "reward_reinstated"
NAMED = ("advocate_id", "program_id", "conversion_id", "currency")


def _lifetime(books: Books) -> Iterator[str]:
    """I1: earned, reversed and paid in all are the journal's; sign-ups and orders are counted."""
    sums: Counter[tuple[str, str, str]] = Counter()
    for entry in books["entry"]:
        accounts = [leg["account"].split(":") for leg in entry["legs"]]
        for who in {one for kind, one, *_ in accounts if kind == "advocate"}:
            for leg in entry["legs"]:
                name, amount = _kept_as(entry["what"], leg)
                sums[who, entry["currency"], name] += amount
    for balance in books["balance"]:
        who = balance["advocate_id"]
        for name in ("earned", "reversed", "paid"):
            if balance.get(f"{name}_minor", 0) != sums[who, balance["currency"], name]:
                yield f"{who} {name}: {balance.get(f'{name}_minor')}"
        if who in PEOPLE and balance["currency"] == "EUR":
            yield from _counts(books, balance)


def _kept_as(what: str, leg: Item) -> tuple[str, int]:
    amount = int(leg["amount_minor"])
    if leg["account"].startswith("rail:"):
        return "paid", -amount
    if not leg["account"].endswith(":expense"):
        return "", 0
    return ("earned", amount) if amount > 0 and what != REINSTATED else ("reversed", -amount)


def _counts(books: Books, balance: Item) -> Iterator[str]:
    mine = [one for one in books["conversion"] if _counted_for(one) == balance["advocate_id"]]
    for action in ("lead", "sale"):
        count = sum(one["action"] == action for one in mine)
        if balance.get(f"{action}s", 0) != count:
            yield f"{balance['advocate_id']} has {balance.get(f'{action}s')} {action}s, not {count}"


def _counted_for(conversion: Item) -> str | None:
    """Whose it counts as; one that waits for a rate is nobody's yet."""
    return None if conversion["state"] == "waiting" else conversion.get("advocate_id")


def _costs(books: Books) -> Iterator[str]:
    """I1: each reward has cost the programme what is left of it, and nothing once it is gone."""
    cost: Counter[str] = Counter()
    for entry in books["entry"]:
        for leg in entry["legs"]:
            if leg["account"].endswith(":expense"):
                cost[entry["refs"].get("reward_id", "")] += leg["amount_minor"]
    for reward in books["reward"]:
        left = 0 if reward["state"] in GONE else reward["remaining_minor"]
        if cost.pop(reward["reward_id"], 0) != left:
            yield f"{reward['order_id']} {reward['rule_id']} has not cost {left}"
    if any(cost.values()):
        yield f"the programme has paid for nothing: {cost}"


def _told(books: Books) -> Iterator[str]:
    """An event about a reward tells the amount and the state that its entry and record had."""
    entries = {one["entry_id"]: one for one in books["entry"]}
    rewards = {one["reward_id"]: one for one in books["reward"]}
    taken: dict[tuple[str, str], int] = defaultdict(int)
    for event in books["event"]:
        reward, data = rewards.get(event["subject"]), event["data"]
        if reward is None:
            continue
        handed = event["type"] == "reward.paid" and "hand_out_id" in reward  # with others, at once
        for what in (*(() if handed else _entered(event, entries)), *_same(event, reward)):
            yield f"{event['type']} of {reward['order_id']} {what}"
        sign = {"reward.reversed": 1, "reward.reinstated": -1}.get(event["type"], 0)
        if reward["currency"] == "EUR" and data.get("refund_id"):
            taken[reward["conversion_id"], data["refund_id"]] += sign * data["amount_minor"]
    yield from _booked(books, taken)


def _entered(event: Item, entries: dict[str, Item]) -> Iterator[str]:
    """The entry that it names is its own, and is of its amount."""
    data = event["data"]
    if "entry_id" not in data:
        return
    entry = entries.get(data["entry_id"])
    named = {"reward_id": event["subject"], "conversion_id": data.get("conversion_id")}
    if entry is None or named != {name: entry["refs"].get(name) for name in named}:
        yield "has no entry of its own"
    elif max(leg["amount_minor"] for leg in entry["legs"]) != data["amount_minor"]:
        yield f"tells {data['amount_minor']}"


def _same(event: Item, reward: Item) -> Iterator[str]:
    if any(event["data"].get(name, reward[name]) != reward[name] for name in NAMED):
        yield "names somebody or something else"
    created = event["type"] == "reward.created"
    if created and event["data"]["amount_minor"] != reward["earned_minor"]:
        yield f"tells {event['data']['amount_minor']}"


def _booked(books: Books, taken: dict[tuple[str, str], int]) -> Iterator[str]:
    """A refund, and what is won back, says how much of rewards it moved."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for kind, name, sign in (("refund", "taken_minor", 1), ("reinstatement", "given_minor", -1)):
        for one in books[kind]:
            sums[one["conversion_id"], one["fact"]["refund_id"]] += sign * one[name]
    for place, amount in sums.items():
        abroad = any(
            one["conversion_id"] == place[0] and one["currency"] != "EUR"
            for one in books["conversion"]
        )
        if taken[place] != amount and not abroad:
            yield f"the refund {place[1]} says {amount}, rewards lost {taken[place]}"


def _claims(books: Books) -> Iterator[str]:
    """I5: what is refunded of each order is what the shop and its bank said, in any order."""
    for conversion in books["conversion"]:
        named = books.town.story.order(conversion["order_id"])
        order = as_told(named, conversion["net_minor"])
        parts = refunded(order) or (order.net, order.gross)
        said = conversion["refunded_net_minor"], conversion["refunded_gross_minor"]
        if said != parts:
            yield f"{order.name} is refunded by {said}, not by {parts}"


def _tallies(books: Books) -> Iterator[str]:
    """What counts for an advocate's level is what is left of their orders, also by month."""
    in_all, months = tallied(books.town.story, books["conversion"])
    for tally in books["tally"]:
        who = tally["advocate_id"]
        said = tally["in_all"]["orders"], tally["in_all"]["net_minor"]
        if said != in_all[who]:
            yield f"{who} has come to {said}, not {in_all[who]}"
        for month, one in tally["by_month"].items():
            if (one["orders"], one["net_minor"]) != months[who, month]:
                yield f"{who} has come to {one} in {month}, not {months[who, month]}"
    known = {one["advocate_id"] for one in books["tally"]}
    for who, left in in_all.items():
        if who not in known and left != (0, 0):
            yield f"{who} has come to {left}, and nothing says so"


Sums = defaultdict[str, tuple[int, int]]
Months = defaultdict[tuple[str, str], tuple[int, int]]


def tallied(story: Story, conversions: list[Item]) -> tuple[Sums, Months]:
    """Orders and their net, by advocate, and by month."""
    in_all: Sums = defaultdict(lambda: (0, 0))
    months: Months = defaultdict(lambda: (0, 0))
    for one in conversions:
        if one.get("advocate_id") is None or one["action"] != "sale" or not one["decisions"]:
            continue
        orders, net = _left(story, one)
        month = f"{datetime.fromtimestamp(one['occurred_ms'] // 1_000, UTC):%Y-%m}"
        who = one["advocate_id"]
        in_all[who] = in_all[who][0] + orders, in_all[who][1] + net
        at = who, month
        months[at] = months[at][0] + orders, months[at][1] + net
    return in_all, months


def _left(story: Story, conversion: Item) -> tuple[int, int]:
    """What is left of an order: one, unless all of it came back; its net in euros."""
    order = as_told(story.order(conversion["order_id"]), conversion["net_minor"])
    abroad = conversion["currency"] != "EUR"
    if (conversion.get("claims") or {}).get("wholes"):
        return 0, 0
    net = at_home(story, order) if "rate" in conversion else order.net
    back = (conversion["refunded_net_minor"], conversion["refunded_gross_minor"])
    parts = zip(back, (order.net, order.gross), strict=True)
    gone = sum((Fraction(part, whole) for part, whole in parts if whole), Fraction(0))
    left = net - round(net * min(gone, Fraction(1)))
    waits = abroad and "rate" not in conversion
    return int(left > 0 or not net), 0 if waits else left


BOOKS = (_lifetime, _costs, _told, _claims, _tallies)
