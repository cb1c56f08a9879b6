"""A rail with a memory: the laptop's rail simulator, asked through the product's own adapter.

Only the HTTP call between the two is ours, and it fails as networks do. Every order that reaches it
is shown to `watch` first: whoever must have agreed, must have agreed by then.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from goodword_aws.rails.simulator import SimulatorRail

from infra.local.rail_simulator import Ledger, Refused
from tests.simulation.baton import Baton, Died
from tests.simulation.outside import Outside
from tests.support.desk import FakeClock

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

    def left(self) -> Counter[str]:
        """How often money left, or is leaving, under each key."""
        return Counter(one["key"] for one in self.ledger.transfers() if one["status"] in MADE)

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
        kinds = ("rail_die_before", "rail_die_after", "rail_lost_before", "rail_lost_after")
        fault = self._outside.strikes(*kinds, "rail_down")
        if fault == "rail_die_before":
            raise Died("before the rail")
        if fault == "rail_lost_before":
            return 0, {}
        if fault == "rail_down":
            return 503, {}
        answer = self._pay(body) if body is not None else self._seen(path)
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
