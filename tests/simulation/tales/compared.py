"""What the comparison with a rail says of one payment, and how an amount is written to a rail.

Each is worked out here from what left and what came back; a run's payments are those of others.
"""

from goodword.payouts.model import Payout
from goodword.payouts.ports import RailAnswer
from goodword.payouts.reconciling import compare
from goodword_aws.rails import paypal

from tests.simulation.tales.teller import Tale, Teller


def _differences(teller: Teller) -> None:
    """By the state here, what is back of it, and what the rail says is with the receiver."""
    draw = teller.draw
    teller.tells(teller.sold("o1", draw.randrange(2_000, 90_000, 10), "adv_maya"))
    teller.pays()
    (paid,) = teller.town.all(Payout)
    whole, back = paid.amount_minor, draw.randrange(1, paid.amount_minor)
    part = paid.but(returned_minor=back)

    def said(status: str, left: int | None = None, reason: str = "") -> RailAnswer:
        more = whole if left is not None else 0
        amount = None if left is None else left + more
        return RailAnswer(status, "r1", reason, amount_minor=amount, returned_minor=more)  # type: ignore[arg-type]  # each is one

    rows: list[tuple[Payout, RailAnswer | None, str | None]] = [
        (paid, said("paid"), None),
        (paid, said("unclaimed", whole), None),
        (paid, said("paid", whole), None),
        (paid, said("paid", whole - draw.choice((1, back))), "amount_differs"),
        (paid, said("paid", whole + 1), "amount_differs"),
        (paid, said("paid", 2 * whole, "paid_twice"), "paid_twice"),
        (paid, said("paid", whole, "paid_twice"), None),
        (paid, said("failed"), "not_paid_at_rail"),
        (paid, said("returned", whole), "not_paid_at_rail"),
        (paid, said("unknown"), "unclear"),
        (paid, None, "not_at_rail"),
        (part, said("paid", whole - back), None),
        (part, said("paid"), None),
        (part, said("paid", whole), "amount_differs"),
    ]
    for state in ("failed", "returned"):
        gone = paid.but(state=state)
        rows += [(gone, said("paid", whole), "paid_at_rail"), (gone, None, None)]
        rows += [(gone, said("failed"), None), (gone, said("unknown"), "unclear")]
    for state in ("sent", "unknown"):
        rows += [(paid.but(state=state), said("paid", whole), "unclear")]
    for ours, theirs, wanted in rows:
        teller.wants(f"{ours.state} here, {theirs}", compare(ours, theirs), wanted)


def _amounts(teller: Teller) -> None:
    """PayPal knows no fillér and no yen's part; what it cannot pay is not asked of it."""
    whole, rest = teller.draw.randrange(1, 10**6), teller.draw.randrange(1, 100)
    for currency in ("HUF", "TWD"):
        teller.wants(currency, paypal._value(whole * 100, currency), str(whole))
        teller.wants(f"a part of {currency}", paypal._value(whole * 100 + rest, currency), None)
    teller.wants("JPY", paypal._value(whole, "JPY"), str(whole))
    for currency in ("EUR", "USD", "GBP"):
        wanted = f"{whole}.{rest:02d}"
        teller.wants(currency, paypal._value(whole * 100 + rest, currency), wanted)
    teller.wants("ISK", paypal._value(whole, "ISK"), None)


COMPARED = (
    Tale("what a comparison says", _differences),
    Tale("what is written to PayPal", _amounts),
)
