"""What finance reads over the API about a reward and its order is what is stored of them."""

from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any

from tests.simulation.books import Books, Item
from tests.simulation.lambdas import asked

READ = 0.2  # of the stories; one reward of them


def _told(books: Books) -> Iterator[str]:
    """One reward with its evidence, and where it is listed."""
    chance, rewards = Random(f"telling {books.town.story.seed}"), books["reward"]
    if chance.random() >= READ or not rewards:
        return
    reward = chance.choice(rewards)
    (order,) = (
        one
        for kind in ("conversion", "duplicate")
        for one in books[kind]
        if one["conversion_id"] == reward["conversion_id"]
    )
    answer = _read(books, f"/v1/rewards/{reward['reward_id']}")
    yield from _differs("reward", answer["reward"], _of_reward(reward))
    yield from _differs("order", answer["conversion"], _of_order(order))
    for name, told in (("reward", answer), ("conversion", answer["conversion"])):
        happened = [(one["type"], one["reason"], _ms(one["at"])) for one in told["history"]]
        if happened != _history(books, reward[f"{name}_id"]):
            yield f"{reward[f'{name}_id']}: another history is told"
    decided = sum(one["conversion_id"] == order["conversion_id"] for one in books["decision"])
    if len(answer["conversion"]["decisions"]) != decided:
        yield f"{order['order_id']}: not all decisions are told"
    yield from _lists(books, reward["advocate_id"])


def _read(books: Books, path: str) -> Any:
    status, answer = asked(books.town, "usr_anna", "GET", path)
    assert status == 200, f"{path}: {status}"
    return answer


def _lists(books: Books, person: str) -> Iterator[str]:
    """All of somebody's, the newest first; and what waits for a person, whose time ends first."""
    mine = [one for one in books["reward"] if one["advocate_id"] == person]
    waiting = [one for one in books["reward"] if one["state"] == "on_hold"]
    for query, wanted in ((f"?advocate_id={person}", mine), ("", waiting)):
        page = _read(books, f"/v1/rewards{query}")
        listed = [one["id"] for one in page["data"]]
        if sorted(listed) != sorted(one["reward_id"] for one in wanted) and not page["has_more"]:
            yield f"/v1/rewards{query} lists {listed}"


def _of_reward(one: Item) -> Item:
    return {
        "id": one["reward_id"],
        **{name: one[name] for name in ("advocate_id", "program_id", "conversion_id", "order_id")},
        **{name: one[name] for name in ("rule_id", "version_number", "state", "reason")},
        "earned": _money(one, "earned_minor"),
        "remaining": _money(one, "remaining_minor"),
        "created_at": one["created_ms"],
        "hold_until": one["hold_until_ms"],
        "review_until": one.get("lapse_ms"),
        "escalated": one["escalated"],
        "decided_by": one.get("decided_by"),
        "payout_id": one.get("payout_id"),
    }


def _of_order(one: Item) -> Item:
    return {
        "id": one["conversion_id"],
        **{name: one[name] for name in ("program_id", "action", "order_id", "state", "reason")},
        "advocate_id": one.get("advocate_id"),
        "reward_ids": one["reward_ids"],
        "occurred_at": one["occurred_ms"],
        "net": _money(one, "net_minor"),
        "gross": _money(one, "gross_minor"),
        "refunded_net": _money(one, "refunded_net_minor"),
        "refunded_gross": _money(one, "refunded_gross_minor"),
    }


def _money(one: Item, name: str) -> Item:
    return {"amount_minor": one[name], "currency": one["currency"]}


def _differs(what: str, told: Item, wanted: Item) -> Iterator[str]:
    for name, value in wanted.items():
        said = told[name]
        if name.endswith(("_at", "_until")) and said is not None:
            said = _ms(said)
        if said != value:
            yield f"{what} {wanted['id']}: {name} is {said!r}, not {value!r}"


def _ms(said: str) -> int:
    return round(datetime.fromisoformat(said).timestamp() * 1_000)


def _history(books: Books, subject: str) -> list[tuple[str, str, int]]:
    mine = [one for one in books["event"] if one["subject"] == subject]
    mine.sort(key=lambda one: (one["at_ms"], one["sk"]))
    return [(one["type"], one["reason"], one["at_ms"]) for one in mine]


TOLD = (_told,)
