"""The flows that must work among any single fault, and the money flows among any two.

Nothing is left to chance here: one order is clicked, bought, approved, held and paid, and a part of
it is refunded before or after. Faults come from a plan; afterwards everything heals and is judged.

    0 click to reward   1 approval by a person   2 a refund before the payout   3 and after it
"""

from tests.simulation.happenings import Returned, Touched
from tests.simulation.healing import Play
from tests.simulation.limits import Limited
from tests.simulation.paydays import Paying
from tests.simulation.story import (
    DAY_MS,
    HOUR_MS,
    START_MS,
    Order,
    Story,
    Terms,
)

FLOWS = ("click to reward", "approval", "refund, then payout", "payout, then refund")
MOVES_MAX = 500


def golden_story(flow: int) -> Story:
    """What happens in one flow."""
    at_ms = START_MS + HOUR_MS + 1
    refunded = [Returned("r0", 2_000, "net", total=False, by_alias=True)] if flow > 1 else []
    order = Order(
        name="o0",
        action="sale",
        friend="c1",
        at_ms=at_ms,
        net=12_345,
        gross=14_690,
        clicks=[Touched("adv_maya", at_ms - HOUR_MS, bytes([1, 0, 0, 0, 0, 0, 0, 0]))],
        code=None,
        email=None,
        alias="pi_0",
        told_apart=flow == 0,
        refunds=refunded,
    )
    return Story(
        seed=flow,
        calm=False,
        burst=False,
        versions=[Terms(0, 1_000, 200)],
        hold_days=1,
        limit=0 if flow == 1 else 10_000,
        on_lapse="refuse",
        caps=[Limited("advocate", "month", "amount_minor", 2_500)],
        budget=[],
        rates={},
        paying=Paying("weekly", minimum=100),
        model="last",
        precedence="latest",
        sticky=True,
        window_days=30,
        minimum_order=0,
        receivers=dict.fromkeys(("adv_maya", "adv_ben", "adv_third"), "plain"),
        orders=[order],
    )


class Golden(Play):
    """Plays a flow from end to end, every step once; what a fault breaks is mended by healing."""

    def play(self) -> None:
        flow, town = self.town.story.seed, self.town
        self.limit_ms = START_MS + 60 * DAY_MS
        refunds = [one for one in self.outgoing if "-r" in one[1]]
        orders = [one for one in self.outgoing if "-r" not in one[1] and "again" not in one[1]]
        self.outgoing = orders + (refunds[:1] if flow == 2 else [])
        self.to(START_MS + 2 * HOUR_MS)
        self._rounds()
        if flow == 1:
            self._people(True)
            self._rounds()
        for days in (1, 7, 7):
            self.to(town.clock.at_ms + days * DAY_MS)
            self._rounds()
            self._people(True)
            self._rounds()
            self._people(True)
            self._rounds()
        self.outgoing += refunds[:1] if flow == 3 else []
        self._rounds()
        self.outgoing += refunds[1:]
        self._tell_all()
        self.heal()

    def _rounds(self) -> None:
        """Everything that is on its way gets where it goes, once."""
        town = self.town
        for _ in list(self.outgoing):
            self.deliver()
            self.settle()
        while town.streamed or town.journaled or town.announced:
            for _ in range(MOVES_MAX):
                if not (town.streamed or town.journaled):
                    break
                self.stream()
                self.settle()
            self.bus()
            self.settle()
        self.schedule("payouts_schedule")
        self.settle()
        self.schedule("rewards_schedule")
        self.settle()
