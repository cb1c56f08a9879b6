"""What rails have told is taken up by asking them: a notice never says what became of the money.

A notice is deleted when every payment that it names has been asked about. It may come before the
answer of the call that it is about, late, or twice; asking is safe at any time. A rail that gives
no clear answer to a few in a row rests, so that it does not keep other rails' payments waiting.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from goodword.errors import NotFound, Stale
from goodword.limits import NOTICES_PER_SWEEP, RAIL_REST_SECONDS, SEND_UNKNOWN_MAX
from goodword.payouts.confirming import find_payout
from goodword.payouts.notices import WAITING, RailNotice
from goodword.payouts.resting import rest, rests
from goodword.payouts.sending import Sending
from goodword.ports import Change, Desk
from goodword.programs.payment import RailName

Names = Callable[[RailName, str], Sequence[str] | None]


@dataclass(frozen=True)
class Hearing:
    """Takes up notices. `names` asks a rail which payouts its own name of a thing stands for (None:
    it gave no clear answer).
    """

    desk: Desk
    sending: Sending
    names: Names

    def take_up(self) -> int:
        """Ask the rails about what waiting notices name; how many notices were done with."""
        page = self.desk.store.query_index(RailNotice, "arrivals", WAITING, limit=NOTICES_PER_SWEEP)
        unheard: Counter[RailName] = Counter()
        done = 0
        for seen in page.rows:
            if rests(self.desk, seen.rail):
                continue
            heard = self._one(seen)
            done += heard
            unheard[seen.rail] = 0 if heard else unheard[seen.rail] + 1
            if unheard[seen.rail] >= SEND_UNKNOWN_MAX:
                rest(self.desk, seen.rail, RAIL_REST_SECONDS)
        return done

    def _one(self, seen: RailNotice) -> bool:
        notice = self.desk.store.get(RailNotice, seen.key)
        if notice is None:
            return False
        named: Sequence[str] | None = notice.payout_ids
        if not named and notice.resource:
            named = self.names(notice.rail, notice.resource)
        if named is None or not all(self._heard(one, notice.rail) for one in named):
            return False
        change = Change()
        change.delete(notice)
        try:
            self.desk.store.commit(change)
        except Stale:
            return False
        return True

    def _heard(self, payout_id: str, rail: RailName) -> bool:
        """Ask about a payout of ours that went by this rail; whether that is done with."""
        try:
            payout = find_payout(self.desk.store, payout_id)
        except NotFound:
            return True
        if payout.rail != rail or rail not in self.sending.rails:
            return True
        return self.sending.ask_again(payout)
