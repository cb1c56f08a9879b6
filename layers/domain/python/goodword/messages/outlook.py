"""What becomes of money that a payout did not carry is said as it is for its owner at that moment.

Two things are said: where the amount goes from here, by what keeps the person's balance back now
(a ban, a hold, a dispute, the minimum), and what to do, by what the payment failed of. Somebody who
may not be paid reads that first, whatever the payment failed of:

    failed: account_closed, standing: nothing   the next payout takes it, on 1 December; check
    failed: account_closed, standing: on hold   it waits for the hold; object on the page
"""

from goodword.advocates.model import Enrolment, PayoutMethod, enrolment_key, method_key
from goodword.events import Event
from goodword.ledger.model import Balance, balance_key
from goodword.messages.model import Catalogue
from goodword.payouts.calendar import next_payout
from goodword.payouts.choice import waits_for
from goodword.payouts.stops import PayoutStop, stop_key
from goodword.ports import Store
from goodword.programs.model import Terms
from goodword.records import Key, Record

CAME_BACK = frozenset({"payout.failed", "payout.returned", "payout.part_returned"})
BANNED = "banned_since"  # what was earned before the violation stays
GOES_OUT = ("", "below_minimum")  # nothing of the person's standing keeps it back


def outlook(event: Event, store: Store, terms: Terms, catalogue: Catalogue, now_ms: int) -> str:
    """Where the amount of a payout that did not go through is now, and what its owner can do."""
    advocate_id = str(event.data.get("advocate_id") or "")
    currency = str(event.data.get("currency") or terms.currency)
    held = _held(store, advocate_id, str(event.data.get("program_id") or ""), currency, terms)
    day = catalogue.date_of(next_payout(terms.payment, now_ms), terms.payment.time_zone)
    said = catalogue.outlooks[held].format(next=day)
    if held not in GOES_OUT:
        return said
    return f"{said} {catalogue.advice.get(event.reason, catalogue.advice[''])}"


def _held(store: Store, advocate_id: str, program_id: str, currency: str, terms: Terms) -> str:
    """What keeps the balance out of the next payout; "" when nothing does."""
    places = (
        enrolment_key(advocate_id, program_id),
        balance_key(advocate_id, program_id, currency),
        method_key(advocate_id),
        stop_key(advocate_id),
    )
    kinds: tuple[type[Record], ...] = (Enrolment, Balance, PayoutMethod, PayoutStop)
    wanted: dict[Key, type[Record]] = dict(zip(places, kinds, strict=True))
    found = store.get_mixed(wanted)
    enrolment, known, method, stop = (found.get(place) for place in places)
    if not isinstance(enrolment, Enrolment):
        return "not_enrolled"
    if enrolment.state == "banned" and enrolment.keeps_earned:
        return BANNED
    empty = Balance(advocate_id=advocate_id, program_id=program_id, currency=currency)
    balance = known if isinstance(known, Balance) else empty
    assert method is None or isinstance(method, PayoutMethod)
    assert stop is None or isinstance(stop, PayoutStop)
    return waits_for(terms.payment_in(currency), balance, enrolment, method, stop) or ""
