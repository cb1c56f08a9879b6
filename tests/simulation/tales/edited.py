"""Somebody has edited a payment in the table after two people have let it go.

Nothing of it leaves: what the journal knows of it is given back, to the cent, and paid rightly by
the next run. What nobody has touched leaves as ever.
"""

from collections.abc import Callable
from typing import Any

from goodword.ledger.model import Balance
from goodword.payouts.model import Payout, PayoutRun, RunChunk, RunLine
from goodword.records import Record

from tests.simulation.prying import put, unseen
from tests.simulation.tales.teller import Tale, Teller

FORGED = "changed_after_release"


def _more(payout: Payout) -> Payout:
    """Another cent, and the sum of its parts is right."""
    return payout.but(amount_minor=payout.amount_minor + 1, carry_minor=payout.carry_minor + 1)


EDITS: tuple[Callable[[Payout], Payout], ...] = (
    _more,
    lambda one: one.but(amount_minor=one.amount_minor * 10, carry_minor=one.amount_minor * 9),
    lambda one: one.but(destination_hash="0" * 64),
    lambda one: one.but(currency="USD"),
    lambda one: one.but(amount_minor=one.amount_minor - 1, carry_minor=one.carry_minor - 1),
)


def _requested(teller: Teller) -> PayoutRun:
    """One person has looked at it, and asks for it."""
    for _ in range(12):
        teller.days(1)
        runs: list[PayoutRun] = teller.town.all(PayoutRun)
        waiting = [one for one in runs if one.state == "draft" and one.listing == "hashed"]
        if waiting:
            (run,) = waiting
            said = {"run_hash": run.run_hash}
            path = f"/v1/payout-runs/{run.run_id}"
            teller.wants("the request", teller.asks("usr_anna", f"{path}/request", **said), "")
            return run
    raise AssertionError("nothing is to be paid")


def _edited(teller: Teller) -> None:
    """Before the release it is refused; before the sending, too; and then it is not sent."""
    draw = teller.draw
    owned = _sold(teller)
    run = _requested(teller)
    payouts: list[Payout] = teller.town.all(Payout)
    mine, other = sorted(payouts, key=lambda one: one.advocate_id != "adv_maya")
    before, after = _edit(teller, mine)
    said: dict[str, Any] = {"run_hash": run.run_hash, "total_minor": run.total_minor}
    _puts(teller, before, after)
    path = f"/v1/payout-runs/{run.run_id}/release"
    teller.wants("an edited list", teller.asks("usr_carl", path, **said), "run_changed")
    _puts(teller, after, before)
    early = draw.random() < 0.4
    until = ("released",) if early else ("sending",)
    _goes_until(teller, until, lambda: teller.town.asks("usr_carl", "POST", path, said))
    _puts(teller, before, after)
    _goes_on(teller)
    if early:
        teller.paid()
        _puts(teller, after, before)
        teller.days(0.2)
    found = {one.payout_id: one for one in teller.town.all(Payout)}
    last = found[mine.payout_id]
    wanted = ("paid", "") if early else ("failed", FORGED)
    teller.wants("the edited one", (last.state, last.reason), wanted)
    teller.wants("the other", found[other.payout_id].state, "paid")
    teller.owns(**owned)
    every: list[Balance] = teller.town.all(Balance)
    payable = sum(one.payable_minor for one in every if one.advocate_id == "adv_maya")
    teller.wants("is payable", payable, 0 if early else owned["maya"])
    teller.pays()
    teller.paid(**owned)
    found_out = "changed after it was fixed"  # it was given back as it had been
    failures = teller.town.failures
    failures[:] = [one for one in failures if found_out not in one]


def _unknown(teller: Teller) -> None:
    """Edited so that the journal knows nothing of it, it waits for a person; so does its run."""
    draw = teller.draw
    owned = _sold(teller)
    run = _requested(teller)
    payouts: list[Payout] = teller.town.all(Payout)
    mine, other = draw.sample(payouts, 2)
    after = mine.but(cutoff_ms=mine.cutoff_ms + 1)
    path = f"/v1/payout-runs/{run.run_id}/release"
    said: dict[str, Any] = {"run_hash": run.run_hash, "total_minor": run.total_minor}
    _goes_until(teller, ("sending",), lambda: teller.town.asks("usr_carl", "POST", path, said))
    _puts(teller, mine, after)
    _goes_on(teller)
    wanted = {f"adv_{name}": amount for name, amount in owned.items()}
    teller.wants("is paid", teller.has_paid("paid"), {other.advocate_id: other.amount_minor})
    (now,) = (one for one in teller.town.all(PayoutRun) if one.run_id == run.run_id)
    teller.wants("its run", now.state, "sending")
    _puts(teller, after, mine)
    for _ in range(4):
        teller.days(0.2)
    teller.wants("is paid", teller.has_paid("paid"), wanted)
    (now,) = (one for one in teller.town.all(PayoutRun) if one.run_id == run.run_id)
    teller.wants("its run", now.state, "settled")


def _edit(teller: Teller, payout: Payout) -> tuple[Record, Record]:
    """The payment, or what was listed of it."""
    lines: list[RunLine] = teller.town.all(RunLine)
    (line,) = (one for one in lines if one.payout_id == payout.payout_id)
    (chunk,) = teller.town.all(RunChunk)
    rows = tuple(
        one.but(digest="0" * 64) if one.payout_id == payout.payout_id else one for one in chunk.rows
    )
    edits: list[tuple[Record, Record]] = [(payout, edit(payout)) for edit in EDITS]
    edits += [(line, line.but(digest="0" * 64)), (chunk, chunk.but(rows=rows))]
    return teller.draw.choice(edits)


def _puts(teller: Teller, old: Record, new: Record) -> None:
    """As somebody does who may write to the table: without anybody noticing."""
    with unseen(teller.town):
        put(teller.town, old, new)


def _sold(teller: Teller) -> dict[str, int]:
    """What Maya and Ben earn, each of one order."""
    nets = {name: teller.draw.randrange(1_000, 90_000, 10) for name in ("maya", "ben")}
    for name, net in nets.items():
        teller.tells(teller.sold(f"o{name}", net, f"adv_{name}", friend=f"c{name}"))
    return {name: net // 10 for name, net in nets.items()}


def _goes_until(teller: Teller, states: tuple[str, ...], act: Callable[[], object]) -> None:
    """Somebody acts, and all stand still as soon as the run is there."""
    town = teller.town
    town.baton.restless = 1.0
    teller.task("usr_carl", act)
    for _ in range(10_000):
        runs: list[PayoutRun] = town.all(PayoutRun)
        if any(one.state in states for one in runs):
            return
        town.baton.give(town.baton.ready()[0])
    raise AssertionError(f"no run is {states}")


def _goes_on(teller: Teller) -> None:
    teller.town.baton.restless = 0.0
    teller.settle()
    teller.goes_on()
    teller.days(0.2)


LISTED = ("totals", "told", "payouts")  # of what was edited, as it was listed
EDITED = (
    Tale("edited after the release", _edited, unjudged=LISTED),
    Tale("edited beyond knowledge", _unknown),
)
