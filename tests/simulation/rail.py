"""A rail with a memory: the laptop's rail simulator, asked through the product's own adapter.

Only the HTTP call between the two is ours, and it fails as networks do. Every order that reaches it
is shown to `watch` first: whoever must have agreed, must have agreed by then.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from goodword.errors import Unavailable
from goodword.payouts.ports import PaymentOrder, RailAnswer
from goodword_aws.rails.simulator import SimulatorRail

from infra.local.rail_simulator import Ledger, Refused
from tests.simulation.baton import Baton, Died
from tests.simulation.outside import Outside
from tests.support.desk import FakeClock
from tests.support.payday import Hands

KINDS = ("rail_die_before", "rail_die_after", "rail_lost_before", "rail_lost_after", "rail_down")
FEES = (0, 0, 0, 35)  # what the rail takes for a payment, beside it
PAID_BY_HAND = 0.8  # of the payments of a file that a person finds to have arrived
MADE = ("paid", "accepted", "unclaimed", "returned")


class SimulatedRail(SimulatorRail):
    """The adapter over a ledger in memory."""

    def __init__(
        self,
        clock: FakeClock,
        baton: Baton,
        outside: Outside,
        watch: Callable[[dict[str, Any]], None],
    ) -> None:
        super().__init__("http://127.0.0.1:1")
        self.ledger = Ledger(Path(":memory:"), lambda: clock.at_ms / 1_000)
        self._baton = baton
        self._outside = outside
        self._watch = watch
        self.fee_minor = Random(f"fee {outside.seed}").choice(FEES)
        self.told = set[str]()  # the payments of which it has told, or is about to

    def end(self) -> None:
        """Forget it all."""
        self.ledger.close()

    def left(self) -> Counter[str]:
        """How often money left, or is leaving, under each key."""
        return Counter(one["key"] for one in self.ledger.transfers() if one["status"] in MADE)

    def stands(self, key: str) -> bool:
        """What a person finds in its list: a payment that has not come back as a whole."""
        made = (one for one in self.ledger.transfers() if one["key"] == key)
        return any(one["status"] in MADE and one["status"] != "returned" for one in made)

    def transfers(self) -> list[dict[str, Any]]:
        """All of them, oldest first."""
        return self.ledger.transfers()

    def _call(
        self, method: str, path: str, body: dict[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        self._outside.calls += 1
        self._baton.pause()
        if body is not None:
            self._watch(body)
        fault = self._outside.strikes(*KINDS)
        if fault == "rail_die_before":
            raise Died("before the rail")
        if fault == "rail_lost_before":
            return 0, {}
        if fault == "rail_down":
            return 503, {}
        answer = self._pay(body) if body is not None else self._seen(path)
        if answer[1].get("status") == "paid":
            answer = answer[0], answer[1] | {"fee_minor": self.fee_minor}
        self._outside.tell(f"    rail {method} {path} -> {answer[0]} {answer[1].get('status', '')}")
        if fault == "rail_die_after":
            raise Died("after the rail")
        return (0, {}) if fault == "rail_lost_after" else answer

    def _pay(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        try:
            return self.ledger.pay(body)
        except Refused as wrong:
            return 422, {"code": str(wrong)}

    def _seen(self, path: str) -> tuple[int, dict[str, Any]]:
        return self.ledger.look_up(path.removeprefix("/payments/"))


class FilesByHand(Hands):
    """No rail at all: orders stand in the file of their run, and a person says what became of each.

    `said` is what that person has found, once and for all.
    """

    def __init__(
        self,
        clock: FakeClock,
        baton: Baton,
        outside: Outside,
        watch: Callable[[dict[str, Any]], None],
    ) -> None:
        super().__init__(clock)
        self.said: dict[str, str] = {}
        self._baton, self._outside, self._watch = baton, outside, watch

    def end(self) -> None:
        """Forget it all."""
        self.known.clear()

    def close(self, run_id: str, payout_ids: Any) -> int:
        """The file of a run is written, or it is not."""
        if self._outside.turn("rail_down"):
            raise Unavailable("file_not_written", "the exports bucket refused")
        if any(one not in self.known for one in payout_ids):
            raise Unavailable("order_not_read", "an order of the run is missing")
        return super().close(run_id, payout_ids)

    def find(self, payout_id: str, chance: float) -> str:
        """What a person finds who looks at the bank's account."""
        return self.said.setdefault(payout_id, "paid" if chance < PAID_BY_HAND else "failed")

    def left(self) -> Counter[str]:
        """What arrived, as far as anybody has looked."""
        return Counter(key for key, found in self.said.items() if found == "paid")

    def transfers(self) -> list[dict[str, Any]]:
        """What was asked of a person, and what is known of it."""
        return [
            {"key": key, "amount_minor": amount, "status": self.said.get(key, "accepted")}
            for key, (amount, _, _) in self.known.items()
        ]

    def send(self, order: PaymentOrder) -> RailAnswer:
        """Watched like any order, and failing as the calls to a rail do."""
        receiver = order.destination["receiver"]
        amount = order.amount_minor
        self._watch({"key": order.payout_id, "amount_minor": amount, "receiver": receiver})
        answer: RailAnswer = self._met(lambda: super(FilesByHand, self).send(order))
        return answer

    def look_up(self, payout_id: str, reference: str = "") -> RailAnswer | None:
        """Whether it is kept for the file."""
        answer: RailAnswer | None
        answer = self._met(lambda: super(FilesByHand, self).look_up(payout_id, reference))
        return answer

    def _met(self, act: Callable[[], Any]) -> Any:
        fault = self._outside.turn(*KINDS)
        if fault == "rail_die_before":
            raise Died("before the file")
        if fault in ("rail_lost_before", "rail_down"):
            return RailAnswer("unknown", reason="no_answer")
        answer = act()
        if fault == "rail_die_after":
            raise Died("after the file")
        return RailAnswer("unknown", reason="no_answer") if fault == "rail_lost_after" else answer
