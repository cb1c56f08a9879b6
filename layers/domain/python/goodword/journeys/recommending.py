"""A recommendation after a request to refer is what its yes promised: the lead or order does it.

Whoever promised to recommend has done so once a friend whom they brought since the request signed
up, was introduced or bought. The request's work is accepted by that, as by a reference call that
was held (`calling`): thanks and whatever its journey gives follow, once. One recommendation does
one request, the newest that was promised before it. Somebody who recommends first and says yes
later has done it too: it is noted with the open request, and the yes finds it.

A friend who came through the advocate before the request was made is none that it brought. What is
told when the promise is over changes nothing: its walk has gone on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from goodword.conversions.model import Conversion, Identity, conversion_key, identity_key
from goodword.events import Event
from goodword.journeys.asks import Asks
from goodword.journeys.calling import OPEN
from goodword.journeys.happened import LEAD_CAME
from goodword.journeys.prompting import newest_asks
from goodword.journeys.reaching import done
from goodword.journeys.walk import AskMade
from goodword.ports import Change, until_settled
from goodword.rewards.decision import Decision, decision_key

SAID_YES = frozenset({"journey.ask_accepted", "journey.ask_submitted"})
ORDER_CAME = "order_came"  # why the work was accepted, if it was no lead


@dataclass(frozen=True)
class Recommending:
    """What recommendations come to for requests. The worker of events calls it; safe to repeat."""

    asks: Asks

    def heard(self, event: Event) -> bool:
        """What follows of an event; whether a request was done by it."""
        did = done(event)
        if event.type in SAID_YES and event.data.get("motion") == "referral":
            act = partial(self._promised, event.subject)
        elif did is not None and did.motion == "referral" and did.advocate_id:
            act = partial(self._came, event.subject)
        else:
            return False
        ask = until_settled(act)
        if ask is not None:
            self.asks.wake(ask)
        return ask is not None

    def _promised(self, ask_id: str) -> AskMade | None:
        """The yes came after the recommendation."""
        ask, change = self.asks.read(ask_id), Change()
        conversion = self._conversion(ask.referral) if ask.referral else None
        if conversion is None or ask.state not in OPEN:
            return None
        return self._done(change, ask, conversion)

    def _came(self, conversion_id: str) -> AskMade | None:
        """A friend came; the request that was done, None where there is none or no yes yet."""
        conversion = self._conversion(conversion_id)
        if conversion is None or conversion.advocate_id is None:
            return None
        asks = self._requests(conversion.advocate_id, conversion.program_id)
        if any(one.referral == conversion_id for one in asks):
            return None
        fit = [
            one for one in asks if one.state in OPEN or (one.state == "sent" and not one.referral)
        ]
        if not fit:
            return None
        at_ms = self._referred_ms(conversion)
        fit = [one for one in fit if one.made_ms <= at_ms and not self._known(conversion, one)]
        if not fit:
            return None
        ask, change = (
            max(fit, key=lambda one: (one.state in OPEN, one.made_ms, one.ask_id)),
            Change(),
        )
        if ask.state in OPEN:
            return self._done(change, ask, conversion)
        change.replace(ask.but(referral=conversion_id))
        self.asks.desk.store.commit(change)
        return None

    def _done(self, change: Change, ask: AskMade, conversion: Conversion) -> AskMade:
        reason = LEAD_CAME if conversion.action == "lead" else ORDER_CAME
        by = ask.but(referral=conversion.conversion_id)
        after = self.asks.become(change, by, "accepted_work", reason)
        self.asks.desk.store.commit(change)
        return after

    def _conversion(self, conversion_id: str) -> Conversion | None:
        """As it is decided now, whatever the event said of it then."""
        return self.asks.desk.store.get(Conversion, conversion_key(conversion_id))

    def _requests(self, advocate_id: str, program_id: str) -> Sequence[AskMade]:
        """The advocate's newest requests to refer in the programme."""
        store = self.asks.desk.store
        keys = newest_asks(store, advocate_id)
        found = store.get_many(AskMade, keys).values() if keys else ()
        return [one for one in found if one.motion == "referral" and one.program_id == program_id]

    def _referred_ms(self, conversion: Conversion) -> int:
        """When the friend was sent: the touch that won the conversion; else when it came."""
        place = decision_key(conversion.conversion_id, conversion.decisions)
        decision = self.asks.desk.store.get(Decision, place)
        winner = decision.attribution.winner if decision is not None else None
        return winner.at_ms if winner is not None else conversion.occurred_ms

    def _known(self, conversion: Conversion, ask: AskMade) -> bool:
        """Whether the friend came through the advocate before the request was made."""
        keys = [identity_key(conversion.program_id, mac) for mac in conversion.identities]
        known = self.asks.desk.store.get_many(Identity, keys).values() if keys else ()
        return any(
            one.advocate_id == ask.advocate_id and one.occurred_ms < ask.made_ms
            for identity in known
            for one in identity.conversions
        )
