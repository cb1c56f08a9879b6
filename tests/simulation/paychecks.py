"""Money that leaves: two people, one hash, one payment; judged on plain items."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.simulation.books import Books, Item
from tests.simulation.currencies import MONEY
from tests.simulation.homes import wrong_home
from tests.simulation.keeping import held_since
from tests.simulation.paydays import calendar
from tests.simulation.rail import SimulatedRail
from tests.simulation.rails import in_unit, least_in, step_in
from tests.simulation.story import DAY_MS, PEOPLE
from tests.support.payday import Places

if TYPE_CHECKING:
    from tests.simulation.town import Town

INVOCATION_MS = 60_000  # so long what has looked before may still go on
PERSON_MS = 2 * DAY_MS  # so long a payment that is unclear is nobody's to end
LIVE = ("draft", "sent", "unknown", "paid")


def watch_order(town: "Town", body: dict[str, Any]) -> None:
    """At the moment when a rail is asked: two people, one hash, the frozen amount (I6)."""
    books = Books(town)
    payout = next((one for one in books["payout"] if one["payout_id"] == body["key"]), None)
    if payout is None:
        town.fail("the rail is asked for something that is no payout")
        return
    run = next(one for one in books["payout_run"] if one["run_id"] == payout["run_id"])
    people = [run.get("requested_by"), run.get("released_by")]
    most = town.story.paying.checkers
    if most is not None and run["total_minor"] >= in_unit(most, run["currency"]):
        people.append(run.get("checked_by"))
    if None in people or len({*people}) != len(people):
        town.fail(f"sent without enough people: {people}")
    if run["state"] not in ("sending", "settled"):
        town.fail(f"sent while the run is {run['state']}")
    if body["amount_minor"] != payout["amount_minor"]:
        town.fail("another amount than the frozen one is sent")
    if body.get("currency", payout["currency"]) != payout["currency"]:
        town.fail("another currency than the frozen one is sent")
    fields = {"receiver": body["receiver"]}
    if Places.hash(payout["rail"], fields) != payout["destination_hash"]:
        town.fail("it is sent somewhere else than was frozen")
    for what in (*_undecided(books, payout), *_unconfirmed(books, run), *_again(town, body["key"])):
        town.fail(what)
    known = {one["key"] for one in town.rail.transfers()}
    if payout["state"] not in ("sent", "unknown") and body["key"] not in known:
        # A call under way may be overtaken by another one; then the rail knows the key already.
        town.fail(f"the rail is asked for a payout that is {payout['state']}")


def _again(town: "Town", key: str) -> Iterator[str]:
    """I3: no order is repeated when the rail may have forgotten its key."""
    now_ms = town.clock.at_ms
    if now_ms - town.asked_ms.setdefault(key, now_ms) >= town.rail.key_window_ms:
        yield "it is sent again when the rail may know its key no more"


def _undecided(books: Books, payout: Item) -> Iterator[str]:
    """The audit's findings have their answers, and what a person has held stays here."""
    for finding in books["run_finding"]:
        here = finding["run_id"] == payout["run_id"]
        if here and finding["state"] == "open":
            yield f"sent though nobody has decided about {finding['check']}"
        if here and finding["state"] == "held" and finding["subject"] == payout["payout_id"]:
            yield f"sent though a person has held it for {finding['check']}"


def _unconfirmed(books: Books, run: Item) -> Iterator[str]:
    """Both people confirmed the hash that the list has with the last word about its findings."""
    said: dict[str, list[str]] = {"listed": [], "decided": [], "requested": [], "released": []}
    for event in _by_time(books):
        _, _, kind = event["type"].partition("payout_run.")
        kind = "decided" if kind.startswith("finding_") else kind
        if event["subject"] == run["run_id"] and kind in said:
            said[kind].append(event["data"]["run_hash"])
    if said["listed"] != [run["lines_hash"]]:
        yield "what is sent is not what was listed"
    last = [*said["listed"], *said["decided"]][-1:]
    if not said["requested"] == said["released"] == last == [run["run_hash"]]:
        yield "what is sent is not what both people confirmed"


def _payouts(books: Books) -> Iterator[str]:
    """I3: a reward is in one live payout, and a payout is the sum of its parts."""
    inside: Counter[str] = Counter()
    for payout in books["payout"]:
        parts = sum(each["amount_minor"] for each in payout["rewards"])
        if parts + payout["carry_minor"] != payout["amount_minor"]:
            yield f"{payout['payout_id']} is not the sum of its parts"
        if payout["amount_minor"] < least_in(books.town.story, payout["currency"]):
            yield f"{payout['payout_id']} is below the minimum"
        rest = step_in(books.town.story) - 1  # at most that its rail could not pay before
        if payout["carry_minor"] > rest and not _given_back(books, payout["advocate_id"]):
            yield f"{payout['payout_id']} pays what is not owed any more"
        if payout["currency"] not in MONEY:
            yield f"{payout['payout_id']} sends {payout['currency']}"
        if payout["amount_minor"] <= 0:
            yield f"{payout['payout_id']} pays what nobody earned"
        if payout["state"] in LIVE:
            inside.update(each["reward_id"] for each in payout["rewards"])
    for reward_id, count in inside.items():
        if count > 1:
            yield f"{reward_id} is in {count} payouts"


def _given_back(books: Books, person: str) -> bool:
    """Whether a debt that was netted may be owed again: money that did not stay, or a bank."""
    ended = ("cancelled", "failed", "returned")
    mine = [one for one in books["payout"] if one["advocate_id"] == person]
    back = any(one["state"] in ended or one.get("returned_minor") for one in mine)
    return books.town.story.has_won() or back


def _standing(books: Books) -> Iterator[str]:
    """A reward is where its payout is."""
    states = {one["payout_id"]: one["state"] for one in books["payout"]}
    for reward in books["reward"]:
        held = states.get(reward.get("payout_id") or "")
        if reward["state"] == "batched" and held not in ("draft", "sent", "unknown"):
            yield f"{reward['reward_id']} is batched in a payout that is {held}"
        if reward["state"] == "paid" and held != "paid" and "hand_out_id" not in reward:
            yield f"{reward['reward_id']} is paid by a payout that is {held}"


def _runs(books: Books) -> Iterator[str]:
    """I6, I12: one run per period; a payee neither requests nor releases."""
    periods = Counter((one["period"], one["currency"]) for one in books["payout_run"])
    for period, count in periods.items():
        if count > 1:
            yield f"{count} runs for {period}"
    for run in books["payout_run"]:
        mine = [one for one in books["payout"] if one["run_id"] == run["run_id"]]
        people = {run.get("requested_by"), run.get("released_by")}
        if "usr_maya" in people and any(one["advocate_id"] == PEOPLE[0] for one in mine):
            yield f"{run['run_id']} was let pass by somebody whom it pays"
        for payout in mine:
            if payout["created_ms"] < run["cutoff_ms"]:
                yield f"{payout['payout_id']} was frozen before the cut-off"
            if payout["state"] == "draft" and run["state"] in ("settled", "cancelled", "expired"):
                yield f"{payout['payout_id']} was left behind"


def _findings(books: Books) -> Iterator[str]:
    """I6: nobody decides about a payment to themselves."""
    for finding in books["run_finding"]:
        own = finding.get("advocate_id") == PEOPLE[0]
        if own and finding.get("decided_by") == "usr_maya":
            yield f"{finding['run_id']}: a payee decided about the own payment"


def _in_time(books: Books) -> Iterator[str]:
    """What is frozen was over its hold at the cut-off."""
    rewards = {one["reward_id"]: one for one in books["reward"]}
    ends = calendar(books.town.story.paying)
    for payout in books["payout"]:
        for each in payout["rewards"]:
            reward = rewards[each["reward_id"]]
            if reward["hold_until_ms"] >= payout["cutoff_ms"]:
                yield f"{each['reward_id']} was frozen too early"
            if reward["created_ms"] >= ends.get(payout["cutoff_ms"], 0):
                yield f"{each['reward_id']} was earned after the period that pays it"


def _paydays(books: Books) -> Iterator[str]:
    """Runs are of the periods of the calendar, and none is missing that came while all was well."""
    town, ends = books.town, calendar(books.town.story.paying)
    for run in books["payout_run"]:
        if run["ended_ms"] != ends.get(run["cutoff_ms"]):
            yield f"{run['run_id']} ends at {run['ended_ms']}, paid at {run['cutoff_ms']}"
    last = max(cutoff for cutoff in ends if cutoff <= town.clock.at_ms)
    (program,) = books["program"]
    made = any(run["cutoff_ms"] == last for run in books["payout_run"])
    rung = not town.sparing or town.rung_ms >= last
    if last > town.healed_ms and rung and program["state"] == "active" and not made:
        yield f"the payday of {last} has no run"


def _paid_out(books: Books) -> Iterator[str]:
    """Whoever could be paid in the last run that met no fault is in it."""
    town = books.town
    runs = [one for one in books["payout_run"] if one["created_ms"] > town.healed_ms]
    since = {one["subject"]: one["at_ms"] for one in _by_time(books) if one["type"] == "reward.due"}
    standing = {one["advocate_id"]: one["state"] for one in books["enrolment"]}
    for balance in books["balance"]:
        person, unit = balance["advocate_id"], balance["currency"]
        run = _last_run(books, [one for one in runs if one["currency"] == unit])
        if run is None or unit not in MONEY:
            continue
        due = [
            one
            for one in books["reward"]
            if (one["state"], one["advocate_id"], one["currency"]) == ("due", person, unit)
        ]
        ready = [
            one["remaining_minor"]
            for one in due
            if one["hold_until_ms"] < run["cutoff_ms"]
            and one["created_ms"] < run["ended_ms"]
            and since[one["reward_id"]] < run["created_ms"]
        ]
        carry = balance["payable_minor"] - sum(one["remaining_minor"] for one in due)
        most = sorted(ready, reverse=True)[: town.parts.rewards]  # of one payment
        owed = sum(most) + carry if ready or carry > 0 else 0
        touched = any(
            one["advocate_id"] == person and one["changed_ms"] >= run["created_ms"]
            for one in (*books["payout"], *books["dispute"])
        )
        touched = touched or held_since(books, person, run["created_ms"])
        touched = touched or any(
            wrong_home(one, town.story.rail) for one in _methods(books, person)
        )
        least = least_in(town.story, unit, run["created_ms"])
        if standing[person] == "active" and owed >= least and not touched:
            yield f"{person} was due {owed} in {run['run_id']} and is not in it"


def _methods(books: Books, person: str) -> list[Item]:
    return [one for one in books["payout_method"] if one["advocate_id"] == person]


def _last_run(books: Books, runs: list[Item]) -> Item | None:
    """The last of these runs; of a payday that met no fault and has none, what would be there."""
    town, ends = books.town, calendar(books.town.story.paying)
    last = max(cutoff for cutoff in ends if cutoff <= town.clock.at_ms)
    if last > town.healed_ms and not any(one["cutoff_ms"] == last for one in runs):
        times = {"cutoff_ms": last, "created_ms": last, "ended_ms": ends[last]}
        return {"run_id": f"the payday of {last}", **times}
    return max(runs, key=lambda one: int(one["cutoff_ms"]), default=None)


def _by_time(books: Books) -> list[Item]:
    return sorted(books["event"], key=lambda one: str(one["sk"]))


def _rail(books: Books) -> Iterator[str]:
    """I3: what the rail says is what the books say, and nothing left twice."""
    payouts = {one["payout_id"]: one for one in books["payout"]}
    told: dict[str, list[Item]] = defaultdict(list)
    for transfer in books.town.rail.transfers():
        told[transfer["key"]].append(transfer)
    for key, transfers in told.items():
        if key in payouts:
            if not _unheard(books, payouts[key], transfers):
                yield from _told(key, payouts[key], transfers, books.town.came_back)
        else:
            yield f"the rail knows {key}, which is no payout"
    for key, payout in payouts.items():
        if payout["state"] in ("paid", "returned") and key not in told:
            yield f"{key} is {payout['state']}, though the rail was never asked"


def _unheard(books: Books, payout: Item, transfers: list[Item]) -> bool:
    """Whether a bank refused late what was made, and the rail cannot be asked about it any more."""
    rail = books.town.rail
    late = all(one.get("reason") == "refused_late" for one in transfers)
    if payout["state"] != "paid" or not late or not isinstance(rail, SimulatedRail):
        return False
    said = any(
        (one["type"], one["subject"]) == ("payout.paid", payout["payout_id"])
        and one["actor"]["kind"] == "staff"
        for one in books["event"]
    )
    # PayPal finds a batch by its own name only; a person who said `paid` gave another (as in bank).
    return said and not rail.finds(payout)


def _files(books: Books) -> Iterator[str]:
    """What a person paid by hand stood in the file of its run, once."""
    for payout in books["payout"]:
        rows = books.town.hands.files.get(payout["run_id"], [])
        by_hand = payout["rail"] == "csv" and payout["state"] == "paid"
        if by_hand and rows.count(payout["payout_id"]) != 1:
            yield f"{payout['payout_id']} stands {rows.count(payout['payout_id'])} times"


def _hasty(books: Books) -> Iterator[str]:
    """A person says what became of an unclear payment only when no rail can know more of it."""
    payouts = {one["payout_id"]: one for one in books["payout"]}
    for event in books["event"]:
        payout = payouts.get(event["subject"])
        told = event["type"] in ("payout.paid", "payout.failed")
        if not told or payout is None or event["actor"]["kind"] != "staff":
            continue
        early = event["at_ms"] < (payout.get("sent_ms") or 0) + PERSON_MS
        if early and payout["rail"] != "csv":
            yield f"{payout['payout_id']} was ended by a person before anybody could know"


def _told(key: str, payout: Item, transfers: list[Item], came_back: set[str]) -> Iterator[str]:
    left = [one for one in transfers if one["status"] != "failed"]
    if len(left) > 1:
        yield f"{key} left {len(left)} times"
    if left and left[0]["amount_minor"] != payout["amount_minor"]:
        yield f"{key}: the rail paid another amount"
    back = bool(left) and left[0]["status"] == "returned"  # a person may call that failed
    if left and payout["state"] in ("draft", "cancelled", *(() if back else ("failed",))):
        yield f"{key} left, though it is {payout['state']}"
    if not left and payout["state"] == "paid":
        yield f"{key} is paid, though the rail refused it"
    kept = left and left[0]["status"] == "paid" and key not in came_back
    if kept and payout["state"] == "returned":
        yield f"{key} is returned, though the rail keeps it"


def _disputes(books: Books) -> Iterator[str]:
    """Who disputes a payout is sent nothing meanwhile, and what was granted is payable again."""
    states = {one["payout_id"]: one["state"] for one in books["payout"]}
    # By hand, a later look says `sent` again of an order that was kept, and asks nobody to pay.
    by_hand = {one["payout_id"] for one in books["payout"] if one["rail"] == "csv"}
    for dispute in books["dispute"]:
        if dispute["about"] != "payout":
            continue
        stops_ms = dispute["opened_ms"] + INVOCATION_MS
        for event in books["event"]:
            mine = event["data"].get("advocate_id") == dispute["advocate_id"]
            meanwhile = stops_ms < event["at_ms"] < dispute["changed_ms"]
            kept = event["subject"] in by_hand and dispute["subject_id"] == event["subject"]
            if event["type"] == "payout.sent" and mine and meanwhile and not kept:
                yield f"{event['subject']} was sent, though its advocate disputes another"
        ended = states[dispute["subject_id"]] in ("failed", "returned", "cancelled")
        if dispute.get("outcome") == "granted" and not ended:
            yield f"{dispute['subject_id']} was granted and is {states[dispute['subject_id']]}"


JUDGES = (
    *(_payouts, _standing, _runs, _findings, _in_time, _paydays),
    *(_paid_out, _rail, _files, _hasty, _disputes),
)
