"""A programme of points, and whoever hands them over: what tests of hand-outs begin with."""

from collections.abc import Mapping

from goodword.events import Actor
from goodword.ledger.model import Balance
from goodword.ports import Change
from goodword.programs.model import Rule
from goodword.rewards.handed import HandOut
from goodword.rewards.handing import HandOuts, Owed
from goodword.rewards.model import Reward
from goodword.times import DAY_MS

from tests.support.desk import World
from tests.support.scene import MAYA, PROGRAM, Scene

FAY = Actor(kind="staff", id="usr_fay")
POINTS = {
    "rule_id": "points",
    "action": "sale",
    "reward": {"kind": "percentage", "basis_points": 200},
    "unit": "points",
}


def handed(world: World, own: str, program_id: str, reference: str) -> HandOut:
    """Ten points that went to somebody, by a record alone."""
    done = HandOut(
        hand_out_id=world.ids.new("hnd"),
        advocate_id=own,
        program_id=program_id,
        currency="POINTS",
        rewards=(),
        carry_minor=10,
        amount_minor=10,
        reference=reference,
        at_ms=world.clock.at_ms,
        by=FAY.id,
    )
    change = Change()
    change.create(done)
    world.store.commit(change)
    return done


class Counter(Scene):
    """2 % of the net in points: 100 of 50.00; due after the hold."""

    def __init__(self, *rules: Mapping[str, object], **changes: object) -> None:
        made = tuple(Rule.model_validate(one) for one in rules or (POINTS,))
        super().__init__(rules=made, caps=(), **changes)

    def order(self, name: str, net_minor: int = 5_000) -> None:
        """An order that Maya brought, of an hour ago."""
        self.sale(name, net_minor, click_ids=(self.click(),))

    def orders(self, count: int) -> None:
        """So many small ones of 2 points each, too far apart for a check to find them many."""
        for number in range(count):
            self.order(f"small{number}", 100)
            self.clock.advance(3 * DAY_MS)
            self.approval.sweep()

    def mature(self) -> None:
        """Fifteen days later, with everything posted."""
        for _ in range(2):
            self.approval.sweep()
            self.clock.advance(15 * DAY_MS)
        self.approval.sweep()

    @property
    def desk_of_finance(self) -> HandOuts:
        """Where Fay works."""
        return HandOuts(self.desk(FAY))

    def owed(self, unit: str = "POINTS") -> list[Owed]:
        """All that waits, over all pages of two."""
        found: list[Owed] = []
        cursor: str | None = None
        for _ in range(50):
            page = self.desk_of_finance.waiting(PROGRAM, unit, 2, cursor)
            found += page.rows
            cursor = page.cursor
            if cursor is None:
                return found
        raise AssertionError("the list does not end")

    def hand(self, amount: int, unit: str = "POINTS", reference: str = "box 7") -> HandOut:
        """Hand this much over to Maya."""
        return self.desk_of_finance.hand_over(MAYA, PROGRAM, unit, amount, reference)

    def purse(self, unit: str = "POINTS") -> Balance:
        """Maya's balance of the unit."""
        return next(b for b in self.all(Balance) if (b.advocate_id, b.currency) == (MAYA, unit))

    def states(self) -> dict[str, tuple[str, int]]:
        """State and rest of each reward, by order."""
        return {one.order_id: (one.state, one.remaining_minor) for one in self.all(Reward)}
