"""What a run takes, at the moment when its list is closed: everybody exactly as they stood.

Whoever did not move while a run was gathered is worked out again from plain items: what is frozen
of theirs, with which debt, or for which one reason they are left out. So no run takes too much, too
early or too late, and nobody is passed over, in the middle of a seed as at its end.
"""

from typing import TYPE_CHECKING, Any

from tests.simulation.homes import wrong_home
from tests.simulation.rails import step_in

if TYPE_CHECKING:
    from tests.simulation.town import Town

Item = dict[str, Any]
Written = list[tuple[Any, Item | None, Item | None]]
ALWAYS = ("enrolment", "payout_method", "payout_stop")
HELD = {False: "on_hold", True: "dispute_open"}


class Takings:
    """Sees every commit; remembers who moved since which run began."""

    def __init__(self, town: "Town") -> None:
        self._town = town
        self._number = 0
        self._moved: dict[str, int] = {}
        self._frozen: dict[str, dict[str, int]] = {}  # when which run froze something of whom
        self._begun: dict[str, tuple[int, int]] = {}  # the commit that made a run, and old lags

    def see(self, written: Written) -> None:
        """One commit."""
        self._number += 1
        freezes = any(
            new is not None and (new["kind"] == "run_exclusion" or _is_new_payout(old, new))
            for _, old, new in written
        )
        for _, old, new in written:
            one = new or old or {}
            if one.get("kind") == "payout_run" and new is not None:
                self._run(old, new)
            elif one.get("kind") == "payout" and old is None:
                self._frozen.setdefault(one["advocate_id"], {})[one["run_id"]] = self._number
            elif one.get("kind") == "run_exclusion" and self._town.story.lowered:
                # a run of before, with the minimum of then, has put somebody aside meanwhile
                self._frozen.setdefault(one["advocate_id"], {})[one["run_id"]] = self._number
            elif one.get("kind") in ALWAYS or (not freezes and _moves(old, new)):
                self._moved[one["advocate_id"]] = self._number

    def _run(self, old: Item | None, new: Item) -> None:
        lags = self._town.outside.faults["index_lags"]
        if old is None:
            self._begun[new["run_id"]] = self._number, lags
        elif (old["listing"], new["listing"]) == ("open", "closed"):
            begun, before = self._begun[new["run_id"]]
            if lags == before:  # else an index may have passed somebody over
                self._closed(new, begun)

    def _closed(self, run: Item, begun: int) -> None:
        kinds = ("reward", "payout", "run_exclusion", *ALWAYS)
        items = {kind: [one.plain for one in self._town.dynamo.of_kind(kind)] for kind in kinds}
        for one in self._town.dynamo.of_kind("balance"):
            balance = one.plain
            person = balance["advocate_id"]
            same = all(balance[name] == run[name] for name in ("program_id", "currency"))
            others = self._frozen.get(person, {}).items()
            if any(number > begun for run_id, number in others if run_id != run["run_id"]):
                continue  # another run took something of theirs meanwhile
            if same and self._moved.get(person, 0) <= begun:
                mine = {
                    kind: [each for each in found if each["advocate_id"] == person]
                    for kind, found in items.items()
                }
                self._judge(run, balance, mine)

    def _judge(self, run: Item, balance: Item, mine: dict[str, list[Item]]) -> None:
        made = [one for one in mine["payout"] if one["run_id"] == run["run_id"]]
        out = [
            (one["reason"], one["amount_minor"])
            for one in mine["run_exclusion"]
            if (one["run_id"], one["currency"]) == (run["run_id"], run["currency"])
        ]
        ids = {each["reward_id"] for one in made for each in one["rewards"]}
        rewards = [
            one
            for one in mine["reward"]
            if one["currency"] == run["currency"]
            and one["program_id"] == run["program_id"]
            and (one["state"] == "due" or one["reward_id"] in ids)
        ]
        payable = balance["payable_minor"] + sum(one["amount_minor"] for one in made)
        step = step_in(self._town.story)
        most = self._town.parts.rewards, self._town.parts.payouts
        taken, wanted = _wanted(run, payable, rewards, _bar(mine, run), step, most)
        said = [(sorted(e["reward_id"] for e in o["rewards"]), o["amount_minor"]) for o in made]
        who = f"{run['run_id']}: {balance['advocate_id']} with {payable}"
        if sorted(said) != sorted(taken):
            self._town.fail(f"takes of {who} {said}, not {taken}")
        asleep = payable < max(1, run["minimum_minor"]) and not out  # an earlier run has said it
        unlucky = self._town.outside.faults["conflict"] and [one[0] for one in out] == [
            "still_moving"
        ]
        if out != wanted and not asleep and not unlucky:
            self._town.fail(f"leaves out {who} as {out}, not {wanted}")


def _wanted(
    run: Item, payable: int, rewards: list[Item], bar: str, step: int, most: tuple[int, int]
) -> tuple[list[tuple[list[str], int]], list[tuple[str, int]]]:
    """What is frozen of somebody, and why nothing (more) of theirs is; `most`: so many rewards in
    so many payouts."""
    if payable == 0:
        return [], []
    if payable < 0 or bar:
        return [], [("negative_balance" if payable < 0 else bar, payable)]
    taken: list[tuple[list[str], int]] = []
    left, open_ = payable, rewards
    for _ in range(most[1]):
        owed = left - sum(one["remaining_minor"] for one in open_)
        part = _part(run, owed, open_, step, most[0])
        if part is None:
            return taken, _rest(run, left, owed, open_, step if taken else 0)
        amount = owed + sum(one["remaining_minor"] for one in part)
        amount -= amount % step  # what the rail cannot pay waits with the others
        taken.append((sorted(one["reward_id"] for one in part), amount))
        left, open_ = left - amount, [one for one in open_ if one not in part]
        if left == 0:
            return taken, []
    return taken, []


def _part(run: Item, owed: int, rewards: list[Item], step: int, most: int) -> list[Item] | None:
    """What one payout has: the oldest, or the largest where those do not reach the minimum."""
    ready = [one for one in rewards if _in_time(one, run)]
    ready.sort(key=lambda one: (one["created_ms"], one["reward_id"]))
    for few in (ready[:most], sorted(ready, key=lambda one: -one["remaining_minor"])[:most]):
        if owed + sum(one["remaining_minor"] for one in few) >= max(step, run["minimum_minor"]):
            return few
    return None


def _rest(run: Item, left: int, owed: int, rewards: list[Item], step: int) -> list[tuple[str, int]]:
    """Why the rest waits; less than a `step` of whoever is in the run is not spoken of."""
    ready = any(_in_time(one, run) for one in rewards)
    if ready or owed > 0:
        return [("below_minimum", left)] if left >= step else []
    of_period = any(one["created_ms"] < run["ended_ms"] for one in rewards)
    return [("after_cutoff" if of_period else "later_period", left)]


def _in_time(reward: Item, run: Item) -> bool:
    """Whether it was earned in the period of a run, and its hold is over."""
    of_period = reward["created_ms"] < run["ended_ms"]
    return bool(of_period and reward["hold_until_ms"] < run["cutoff_ms"])


def _bar(mine: dict[str, list[Item]], run: Item) -> str:
    """What keeps somebody from being paid at all; the first reason of several."""
    (place,) = mine["enrolment"]
    if place["state"] == "paused":
        return "enrolment_paused"
    if place["state"] == "banned" and not place.get("keeps_earned"):
        return "enrolment_banned"
    causes = [
        cause["reason"]
        for stop in mine["payout_stop"]
        for name in ("causes", "bans")
        for cause in stop.get(name, {}).values()
    ]
    if causes:
        return HELD["dispute_open" in causes]
    if not mine["payout_method"]:
        return "no_method"
    return wrong_home(mine["payout_method"][0], run["rail"])


def _is_new_payout(old: Item | None, new: Item) -> bool:
    return new["kind"] == "payout" and old is None


def _moves(old: Item | None, new: Item | None) -> bool:
    """Whether what is payable to somebody, or due, is another than before."""
    one, before = new or {}, old or {}
    if one.get("kind") == "balance":
        return bool(one["payable_minor"] != before.get("payable_minor", 0))
    return one.get("kind") == "reward" and "due" in (one["state"], before.get("state"))
