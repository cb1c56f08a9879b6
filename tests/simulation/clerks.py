"""Rails by hand, to their end: a clerk says of a whole run that it was paid, and of some payment
later that it came back.

Whoever is paid by a run may say it, too, and says nothing of their own payment by it. It is done
where nothing fails, and looked at at once.
"""

from random import Random
from typing import TYPE_CHECKING

from goodword.payouts import confirming
from goodword.payouts.model import Payout, PayoutRun

from tests.simulation.happenings import account_of
from tests.simulation.rail import FilesByHand

if TYPE_CHECKING:
    from tests.simulation.town import Town

CLERKS, BACK, BACK_MOST = 0.7, 0.5, 2  # of the stories by hand; of the payments; of one story


class Clerks:
    """People of finance with the bank's file of a run before them."""

    def __init__(self, town: "Town") -> None:
        self.town = town
        self._chance = Random(f"clerks {town.story.seed}")
        able = isinstance(town.rail, FilesByHand) and self._chance.random() < CLERKS
        self._left = BACK_MOST if able else 0
        self.idle = not able

    def work(self) -> None:
        """Each run that has been sent, and some of what was paid."""
        for run in self.town.all(PayoutRun):
            if any(_waits(one) for one in self._of(run)):
                self._all(run)
        paid = [one for one in self.town.all(Payout) if one.state == "paid"]
        if paid and self._left and self._chance.random() < BACK:
            self._left -= 1
            self._back(self._chance.choice(paid))

    def _all(self, run: PayoutRun) -> None:
        before = self._of(run)
        payee = self._chance.choice(before).advocate_id
        own = payee if self._chance.random() < 0.5 else ""
        who = account_of(own) or "usr_anna"
        hands = self.town.rail
        assert isinstance(hands, FilesByHand), "only these have clerks"
        wanted = {one.payout_id: one.state for one in before}
        for one in before:
            if _waits(one) and one.advocate_id != own:
                wanted[one.payout_id] = "paid"
                hands.said[one.payout_id] = "paid"
        self._says(who, run.run_id, {"all": True, "reference": "file 7"})
        states = {one.payout_id: one.state for one in self._of(run)}
        at_once = len(before) <= vars(confirming)["CONFIRM_MAX"]  # else this was a part of it
        if at_once and states != wanted:
            self.town.fail(f"{who} has confirmed {run.run_id}: {states}, not {wanted}")

    def _back(self, payout: Payout) -> None:
        hands = self.town.rail
        assert isinstance(hands, FilesByHand), "only these have clerks"
        hands.said[payout.payout_id] = "returned"
        body: dict[str, object] = {
            "payout_id": payout.payout_id,
            "outcome": "returned",
            "reason_code": "account_closed",
        }
        for _ in range(2):  # saying the same again changes nothing
            self._says("usr_anna", payout.run_id, body)
        (after,) = (each for each in self._of(payout) if each.payout_id == payout.payout_id)
        if (after.state, after.reason) != ("returned", "account_closed"):
            self.town.fail(f"{payout.payout_id} came back and is {after.state}: {after.reason}")

    def _says(self, who: str, run_id: str, body: dict[str, object]) -> None:
        status = self.town.asks(who, "POST", f"/v1/payout-runs/{run_id}/confirm", body)
        if status != 200:
            self.town.fail(f"{who} was answered with {status} about {run_id}: {body}")

    def _of(self, run: PayoutRun | Payout) -> list[Payout]:
        return [one for one in self.town.all(Payout) if one.run_id == run.run_id]


def _waits(payout: Payout) -> bool:
    """Whether it stands in the file, and nobody has said yet what became of it."""
    return payout.state == "sent" and payout.look_ms is None
