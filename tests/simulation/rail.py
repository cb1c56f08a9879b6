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
from tests.simulation.baton import Baton, Died, Task
from tests.simulation.moods import BROKE, Moods
from tests.simulation.outside import Outside
from tests.support.desk import FakeClock
from tests.support.payday import Hands

KINDS = ("rail_die_before", "rail_die_after", "rail_lost_before", "rail_lost_after", "rail_down")
FEES = (0, 0, 0, 35)  # what the rail takes for a payment, beside it
PAID_BY_HAND = 0.8  # of the payments of a file that a person finds to have arrived
MADE = ("paid", "accepted", "unclaimed", "returned")
EMPTY = 422, {"code": "insufficient_funds"}
BUSY_STATUS, WITHIN_A_CALL = 429, 5  # seconds that are waited for within one call
HALT_MS, HOUR_SECONDS = 900_000, 3_600
Answer = tuple[int, dict[str, Any]]


class SimulatedRail(SimulatorRail):
    """The adapter over a ledger in memory. `parts`: what comes back may be a part."""

    parts = True

    def __init__(
        self,
        clock: FakeClock,
        baton: Baton,
        outside: Outside,
        watch: Callable[[dict[str, Any]], None],
    ) -> None:
        super().__init__("http://127.0.0.1:1")
        self.ledger = self.kept(lambda: clock.at_ms / 1_000)
        self.moods, self._clock = Moods(outside.seed, self.name, clock), clock
        self._baton = baton
        self._outside = outside
        self._watch = watch
        self._asked_ms: dict[str, int] = {}
        self._broke = False  # it has no money for this call
        # From when, until when, whether from all calls, and who was told.
        self._rests: list[tuple[int, int, bool, Task | None]] = []
        self.hasty: list[str] = []
        self.fee_minor = Random(f"fee {outside.seed}").choice(FEES)
        self.told = set[str]()  # the payments of which it has told, or is about to

    def kept(self, seconds: Callable[[], float]) -> Ledger:
        """Where its payments stand."""
        return Ledger(Path(":memory:"), seconds)

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

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Answer:
        return self.met(f"{method} {path}", body, lambda: self._answer(path, body))

    def met(self, what: str, body: dict[str, Any] | None, act: Callable[[], Answer]) -> Answer:
        """One call, with everything that may go wrong on its way."""
        self._outside.calls += 1
        self._baton.pause()
        self._patient(what, body)
        if body is not None:
            self._watch(body)
            self._asked_ms.setdefault(body["key"], self._clock.at_ms)
        fault = self._outside.strikes(*KINDS)
        if self._outside.healed and body is not None:
            fault = self.moods.doubt(body["key"])
        self._broke = fault == BROKE
        if fault == "rail_die_before":
            raise Died("before the rail")
        if fault == "rail_lost_before":
            self._on_its_way(body)
            return 0, {}
        if fault == "rail_down":
            return 503, {}
        answer = act()
        if answer[1].get("status") == "paid":
            answer = answer[0], answer[1] | {"fee_minor": self.fee_minor}
        self._outside.tell(f"    rail {what} -> {answer[0]} {answer[1].get('status', '')}")
        if fault == "rail_die_after":
            raise Died("after the rail")
        if fault == "rail_lost_after":
            return 0, {}
        self._told(body, answer)
        return answer

    def _patient(self, what: str, body: dict[str, Any] | None) -> None:
        """Judge a call where nothing fails: it is not made while the rail was to be left alone."""
        now_ms, new = self._clock.at_ms, body is not None and body["key"] not in self._asked_ms
        for begun_ms, until_ms, all_calls, task in self._rests:
            knows = begun_ms < now_ms or task is self._baton.current
            if self._outside.healed and knows and now_ms < until_ms and (all_calls or new):
                self.hasty.append(f"{what} at {now_ms}, though it rests until {until_ms}")

    def _told(self, body: dict[str, Any] | None, answer: Answer) -> None:
        """It may have said that it wants to be left alone, or has no money for anybody."""
        now_ms = self._clock.at_ms
        if not self._outside.healed:
            return
        if answer == EMPTY and body is not None and self._asked_ms[body["key"]] == now_ms:
            self._rests.append((now_ms, now_ms + HALT_MS, False, self._baton.current))
        if answer[0] == BUSY_STATUS and answer[1]["seconds"] > WITHIN_A_CALL:
            until_ms = now_ms + min(answer[1]["seconds"], HOUR_SECONDS) * 1_000
            self._rests.append((now_ms, until_ms, True, self._baton.current))

    def finds(self, _payout: dict[str, Any]) -> bool:
        """Whether it can be asked about a payment by what is kept of it."""
        return True

    def name_of(self, transfer: dict[str, Any]) -> str:
        """What the rail itself calls a payment."""
        return str(transfer["reference"])

    def _on_its_way(self, body: dict[str, Any] | None) -> None:
        """The first call for a payment may still arrive."""
        if body is None or self._clock.at_ms - self._asked_ms[body["key"]] > 0:
            return
        at_ms = self.moods.late_ms(self._asked_ms[body["key"]])
        if at_ms is not None:

            def arrive() -> None:
                self._baton.sleep(at_ms)
                self._outside.tell(f"    rail: a late call -> {self.pay(body)}")

            self._baton.spawn("late call", arrive)

    def _answer(self, path: str, body: dict[str, Any] | None) -> Answer:
        if body is None:
            return self.ledger.look_up(path.removeprefix("/payments/"))
        return self.pay(body)

    def pay(self, body: dict[str, Any]) -> Answer:
        """Take an order; of one that is known already the account need not have the money."""
        if (self._broke or self.moods.is_empty()) and not self.left()[body["key"]]:
            return EMPTY
        try:
            return self.ledger.pay(body)
        except Refused as wrong:
            return 422, {"code": str(wrong)}


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
