"""Deals of a CRM: whatever order its events come in, a deal is what they say by their own times.

A deal that was won is counted and pays nobody: there is no order, and nothing is owned.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from goodword.conversions.model import Conversion
from goodword.journeys.opportunity import Opportunity

from infra.local.payloads import Json
from infra.local.payloads_crm import (
    hubspot_event,
    hubspot_merge,
    hubspot_property,
    salesforce_change,
)
from tests.simulation.tales.senders import HubSpot, Salesforce, Sender
from tests.simulation.tales.shopify_orders import at, text
from tests.simulation.tales.teller import Tale, Teller

PLACES = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3}
DEAL, OTHER, NEW = 501, 502, 503
STEP_MS = 60_000


@dataclass(frozen=True)
class Step:
    """What changes at a time: `is` won, lost or open; an amount in cents; a currency; `gone`."""

    at_ms: int
    what: str
    value: object


def _steps(teller: Teller, whats: Sequence[str]) -> list[Step]:
    """A deal that is opened, and what happens to it then."""
    draw = teller.draw
    values: dict[str, Callable[[], object]] = {
        "is": lambda: draw.choice(("won", "won", "lost", "open")),
        "amount": lambda: draw.choice((None, draw.randrange(1, 9_000_000))),
        "currency": lambda: draw.choice(list(PLACES)),
        "gone": lambda: draw.random() < 0.6,
    }
    begun_ms = teller.now_ms // 1_000 * 1_000 - 20 * STEP_MS
    found = [Step(begun_ms, "opened", True)]
    for number in range(1, draw.choice((3, 5, 8))):
        what = draw.choice(whats)
        found.append(Step(begun_ms + number * STEP_MS, what, values[what]()))
    return found


def _hubspot(step: Step, number: int) -> Json:
    names = {"is": "dealstage", "amount": "amount", "currency": "deal_currency_code"}
    if step.what in names:
        words = {"won": "closedwon", "lost": "closedlost", "open": "qualified"}
        value = words.get(str(step.value), str(step.value))
        if step.what == "amount":
            value = text(step.value) if isinstance(step.value, int) else ""
        event = hubspot_property("deal", DEAL, number, names[step.what], value)
    else:
        kinds = {"opened": "creation", "gone": "deletion" if step.value else "restore"}
        event = hubspot_event(f"deal.{kinds[step.what]}", DEAL, number)
    return event | {"occurredAt": step.at_ms}


def _salesforce(step: Step, number: int) -> Json:
    fields: Json = {}
    change, nulled = "UPDATE", tuple[str, ...]()
    if step.what == "is":
        fields = {"IsWon": step.value == "won", "IsClosed": step.value != "open"}
    elif step.what == "currency":
        fields = {"CurrencyIsoCode": step.value}
    elif step.what == "amount":
        cents = step.value if isinstance(step.value, int) else None
        fields = {"Amount": None if cents is None else cents / 100}
        nulled = ("Amount",) * (cents is None)
    else:
        change = "CREATE" if step.what == "opened" else "DELETE" if step.value else "UNDELETE"
    told = salesforce_change(
        "Opportunity", str(DEAL), number, change=change, nulled=nulled, **fields
    )
    told["detail"]["payload"]["ChangeEventHeader"]["commitTimestamp"] = step.at_ms
    return told


def _ours(step: Step, number: int) -> Json:
    body: Json = {"type": "deal", "event_id": f"e{number}", "deal_id": str(DEAL)}
    if step.what == "opened":
        body["opened"] = True
    elif step.what == "gone":
        body["status"] = "removed" if step.value else "open"
    else:
        body["amount" if step.what == "amount" else "status"] = step.value
    return body | {"occurred_at": at(step.at_ms)}


def _wanted(steps: Sequence[Step]) -> tuple[str, int | None, str, int | None, int]:
    """State, amount, currency and when it was closed and opened, by the times of what was told."""
    said: Json = {"is": "open", "amount": None, "currency": "EUR", "gone": False}
    state, closed_ms = "open", None
    for one in steps:
        said[one.what] = one.value
        after = "removed" if said["gone"] else said["is"]
        if after != state:
            state, closed_ms = after, None if after == "open" else one.at_ms
    cents, places = said["amount"], PLACES[said["currency"]]
    amount = None if cents is None else round(Fraction(cents, 100) * 10**places)
    return state, amount, said["currency"], closed_ms, steps[0].at_ms


Lane = tuple[type[Sender], Callable[[Step, int], Json], tuple[str, ...]]
LANES: tuple[Lane, ...] = (
    (HubSpot, _hubspot, ("is", "is", "amount", "currency", "gone")),
    (Salesforce, _salesforce, ("is", "is", "amount", "currency", "gone")),
    (Sender, _ours, ("is", "is", "amount")),
)


def _deals(teller: Teller) -> None:
    """One deal, told in some order, a part of it twice."""
    draw = teller.draw
    kind, said, whats = draw.choice(LANES)
    crm, steps = kind(teller), _steps(teller, whats)
    if kind is Sender:
        steps = [one for one in steps if one.value is not None]
    numbered = list(enumerate(steps, 1))
    for number, step in draw.sample(numbered, len(numbered)):
        body = said(step, number)
        crm.tells([body] if kind is HubSpot else body)
    (deal,) = teller.town.all(Opportunity)
    _is(teller, deal, _wanted(steps), len(steps))
    if kind is HubSpot:  # the same events once more, all in one delivery
        crm.tells([said(step, number) for number, step in numbered])
        (deal,) = teller.town.all(Opportunity)
        _is(teller, deal, _wanted(steps), len(steps))
    teller.owns()
    teller.wants("orders", teller.town.all(Conversion), [])


def _is(teller: Teller, deal: Opportunity, wanted: object, steps: int) -> None:
    said = (deal.state, deal.amount_minor, deal.currency, deal.closed_ms, deal.opened_ms)
    teller.wants("the deal", said, wanted)
    teller.wants("its steps", deal.steps, steps)


def _merged(teller: Teller) -> None:
    """Two deals become one, the first or a new one; what is in the books is in them once."""
    draw, crm = teller.draw, HubSpot(teller)
    begun_ms = teller.now_ms - 20 * STEP_MS
    cents = {deal: draw.randrange(1, 9_000_000) for deal in (DEAL, OTHER)}
    events = []
    for number, (deal, amount) in enumerate(cents.items()):
        name = "amount"
        events += [
            hubspot_event("deal.creation", deal, 10 + number) | {"occurredAt": begun_ms + number},
            hubspot_property("deal", deal, 20 + number, name, text(amount))
            | {"occurredAt": begun_ms + STEP_MS},
            hubspot_property("deal", deal, 30 + number, "dealstage", "closedwon")
            | {"occurredAt": begun_ms + 2 * STEP_MS + number},
        ]
    new = draw.choice((None, NEW))
    merge = hubspot_merge("deal", 40, DEAL, [OTHER], new) | {"occurredAt": begun_ms + 3 * STEP_MS}
    draw.shuffle(events)
    place = draw.choice((0, len(events) // 2, len(events)))
    for event in (*events[:place], merge, *events[place:]):
        crm.tells([event])
    every: list[Opportunity] = teller.town.all(Opportunity)
    deals = {one.deal_id: (one.state, one.amount_minor) for one in every}
    left = str(new or DEAL)
    wanted: dict[str, tuple[str, int | None]] = {left: ("won", cents[DEAL])}
    for deal in (DEAL, OTHER):
        if str(deal) != left:
            wanted[str(deal)] = ("removed", cents[deal])
    teller.wants("the deals", deals, wanted)
    teller.owns()


def _strange(teller: Teller) -> None:
    """What cannot be read of a deal is for a person, and changes none."""
    draw = teller.draw
    sales, hub = Salesforce(teller), HubSpot(teller)
    gap = salesforce_change("Opportunity", "7", 1, change="GAP_UPDATE")
    sales.tells(gap, "not_understood gap")
    sales.tells(gap | {"source": "aws.events"}, "not_understood bad_field")
    other = salesforce_change("Task", "7", 2, Subject="x")
    sales.tells(other, "ignored other_topic")
    amount = draw.choice(("-1", "a lot", "1e15", "NaN"))
    odd = hubspot_property("deal", DEAL, 1, "amount", amount) | {"occurredAt": 5}
    hub.tells([odd], "not_understood bad_amount")
    hub.tells([hubspot_event("company.creation", 7, 2)], "ignored other_topic")
    hub.tells([hubspot_event("contact.privacyDeletion", 7, 3)], "not_understood privacy_request")
    teller.wants("deals", teller.town.all(Opportunity), [])
    good = hubspot_property("deal", DEAL, 4, "amount", "12.50") | {"occurredAt": 5}
    hub.tells([odd | {"eventId": 9}, good], "not_understood bad_amount")
    (deal,) = teller.town.all(Opportunity)
    teller.wants("the deal", (deal.state, deal.amount_minor), ("open", 1_250))


DEALS = (
    Tale("deals: in any order", _deals),
    Tale("deals: merged", _merged),
    Tale("deals: strange", _strange),
)
