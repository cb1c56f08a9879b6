"""What the audit of a run must find, worked out again when its list is ready for the people.

An advocate, or a whole run, that gets many times what is usual; an account that was changed not
long ago; somebody of whose earnings too much came back. Whatever stops a payment must be open, with
the same figures; nothing else may be. Judged where nothing moved while the run was audited.
"""

from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.simulation.neighbours import neighbours
from tests.simulation.terms import SHARP

if TYPE_CHECKING:
    from tests.simulation.town import Town

Item = dict[str, Any]
Found = dict[tuple[str, str], tuple[str, dict[str, int]]]
MOVING = ("payout", "balance", "payout_method", "payee", "trace")
DAY_MS, HOUR_MS = 86_400_000, 3_600_000
HISTORY, BACK = 12, 60  # runs that are compared with; of which as many are looked through
CHECKS = (
    *("own_spike", "program_spike", "new_destination", "refund_share"),
    *("shared_payee", "one_network"),
)
PLAIN = {
    "own_spike_times": 5,
    "program_spike_times": 3,
    "spike_floor_minor": 10_000,
    "network_conversions": 5,
    "network_percent": 50,
    "destination_days": 7,
    "refund_percent": 40,
    "refund_floor_minor": 5_000,
    "stops": ("own_spike", "program_spike", "one_network", "new_destination", "shared_payee"),
}


class Audits:
    """Sees every commit; knows since when nothing has moved."""

    def __init__(self, town: "Town") -> None:
        self._town = town
        self._number = self._moved = 0
        self._counted: dict[str, int] = {}

    def see(self, written: list[tuple[Any, Item | None, Item | None]]) -> None:
        """One commit."""
        self._number += 1
        for _, old, new in written:
            kind = (new or old or {}).get("kind")
            if kind in MOVING:
                self._moved = self._number
            elif kind == "payout_run" and new is not None and old is not None:
                self._run(old, new)

    def _run(self, old: Item, new: Item) -> None:
        if old["state"] != new["state"]:
            self._moved = self._number
        if (old["listing"], new["listing"]) == ("closed", "counted"):
            self._counted[new["run_id"]] = self._number
        elif (old["listing"], new["listing"]) == ("counted", "hashed") and (
            self._moved <= self._counted[new["run_id"]]
        ):
            self._judge(new)

    def _judge(self, run: Item) -> None:
        said: Found = {
            (one["check"], one["subject"]): (one["state"], one["figures"])
            for one in self._all("run_finding")
            if one["run_id"] == run["run_id"] and one["check"] in CHECKS
        }
        terms: dict[str, Any] = PLAIN | SHARP if self._town.story.sharp else PLAIN
        if run["currency"] != "EUR":  # of which the terms say nothing
            terms = terms | {"spike_floor_minor": 0, "refund_floor_minor": 0}
        before = self._before(run)
        if len(before) > BACK or self._overlooked(run, before):
            return
        wanted = {
            place: ("open" if place[0] in terms["stops"] else "noted", figures)
            for place, figures in self._found(run, terms, before[:HISTORY]).items()
        }
        if said != wanted:
            self._town.fail(f"the audit of {run['run_id']} has found {said}, not {wanted}")

    def _found(
        self, run: Item, terms: dict[str, Any], before: list[Item]
    ) -> dict[tuple[str, str], dict[str, int]]:
        found: dict[tuple[str, str], dict[str, int]] = {}
        payouts = self._all("payout")
        totals = [one["total_minor"] for one in before if one["count"]][:HISTORY]
        most = usual_of(totals) * terms["program_spike_times"]
        if most and run["total_minor"] >= max(most, terms["spike_floor_minor"]):
            found["program_spike", "run"] = {
                "total_minor": run["total_minor"],
                "usual_minor": usual_of(totals),
                "times": run["total_minor"] // usual_of(totals),
                "compared_with": len(totals),
            }
        means = [one["total_minor"] // one["count"] for one in before if one["count"]][:HISTORY]
        for payout in payouts:
            if payout["run_id"] == run["run_id"]:
                earlier = [
                    one
                    for one in payouts
                    if one["state"] == "paid"
                    and one["run_id"] != run["run_id"]
                    and _whose(one) == _whose(payout)
                ]
                earlier.sort(key=lambda one: str(one["payout_id"]), reverse=True)
                beside = [one for one in payouts if one["run_id"] == run["run_id"]]
                share = sum(one["amount_minor"] for one in beside if _whose(one) == _whose(payout))
                found |= self._spike(payout, share, terms, earlier, means)
                found |= self._moved_to(payout, terms, earlier)
                found |= self._refunded(payout, terms)
                for one in neighbours(self._all, payout, terms):
                    found |= one
        return found

    def _spike(
        self,
        payout: Item,
        share: int,
        terms: dict[str, Any],
        earlier: list[Item],
        means: list[int],
    ) -> dict[tuple[str, str], dict[str, int]]:
        own: Counter[str] = Counter()
        for one in earlier:
            own[one["run_id"]] += one["amount_minor"]
        usual, amount = usual_of([*own.values()] or means), payout["amount_minor"]
        if not usual or share < max(usual * terms["own_spike_times"], terms["spike_floor_minor"]):
            return {}
        figures = {"amount_minor": amount, "usual_minor": usual}
        figures |= {"share_minor": share} if share != amount else {}
        figures |= {"times": share // usual, "compared_with": len(own)}
        return {("own_spike", payout["payout_id"]): figures}

    def _moved_to(
        self, payout: Item, terms: dict[str, Any], earlier: list[Item]
    ) -> dict[tuple[str, str], dict[str, int]]:
        here = [one for one in self._all("payout_method") if _is_of(one, payout)]
        moved_ms = here[0].get("moved_ms", 0) if here else 0
        age_ms = payout["cutoff_ms"] - moved_ms
        places = [_account(one) != _account(payout) for one in earlier]
        if not moved_ms or age_ms >= terms["destination_days"] * DAY_MS or places[:1] == [False]:
            return {}
        figures = {"hours_before_cut_off": age_ms // HOUR_MS, "paid_elsewhere_before": sum(places)}
        return {("new_destination", payout["payout_id"]): figures}

    def _refunded(
        self, payout: Item, terms: dict[str, Any]
    ) -> dict[tuple[str, str], dict[str, int]]:
        (one,) = (each for each in self._all("balance") if _whose(each) == _whose(payout))
        earned, back = one.get("earned_minor", 0), one.get("reversed_minor", 0)
        if back < terms["refund_floor_minor"] or back * 100 < earned * terms["refund_percent"]:
            return {}
        figures = {"earned_minor": earned, "reversed_minor": back}
        figures["percent"] = back * 100 // max(1, earned)
        return {("refund_share", payout["payout_id"]): figures}

    def _overlooked(self, run: Item, before: list[Item]) -> bool:
        """Whether a run before was not seen when one was opened: the index lagged."""
        runs = {one["run_id"]: one for one in self._all("payout_run")}
        linked, one = set[str](), run
        while (name := one.get("previous_run_id")) and name not in linked:
            linked.add(name)
            one = runs[name]
        missing = any(each["run_id"] not in linked for each in before)
        return missing and bool(self._town.outside.faults["index_lags"])

    def _before(self, run: Item) -> list[Item]:
        """Earlier runs of the same money, the newest first; those that paid, or all the same."""
        found = [
            one
            for one in self._all("payout_run")
            if one["currency"] == run["currency"] and one["cutoff_ms"] < run["cutoff_ms"]
        ]
        found.sort(key=lambda one: int(one["cutoff_ms"]), reverse=True)
        return [one for one in found if one["state"] in ("sending", "settled") and one["count"]]

    def _all(self, kind: str) -> list[Item]:
        return [one.plain for one in self._town.dynamo.of_kind(kind)]


def usual_of(amounts: list[int]) -> int:
    """The middle one, the lower of two; 0 of none."""
    return sorted(amounts)[(len(amounts) - 1) // 2] if amounts else 0


def _account(payout: Item) -> str:
    return str(payout.get("account_hash") or payout["destination_hash"])


def _whose(item: Item) -> tuple[str, str, str]:
    return item["advocate_id"], item["program_id"], item["currency"]


def _is_of(method: Item, payout: Item) -> bool:
    return bool(method["advocate_id"] == payout["advocate_id"])
