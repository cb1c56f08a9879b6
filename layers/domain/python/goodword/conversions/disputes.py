"""A dispute ends once: a chargeback is given back once, and a closed inquiry stays closed.

Everything here is put under the order and the bank's own id, so that it does not matter which of
two deliveries comes first. Example: an order of 100.00 is refunded by 60.00 and charged back whole;
the claims are 160.00 of 100.00, and all of the reward is gone. The dispute is won: the claims are
60.00 again, and the advocate gets back exactly the 40 % that only the chargeback had taken.
"""

from collections.abc import Iterable
from typing import ClassVar, Literal

from goodword.conversions.model import (
    Conversion,
    Refund,
    ReinstatementFact,
    ReversalFact,
)
from goodword.conversions.order import Claims
from goodword.conversions.reasons import ENDED
from goodword.limits import AMOUNT_MINOR_MAX
from goodword.money import Minor
from goodword.records import Key, Record


class Reinstatement(Record):
    """A reversal that was taken back, put once. `given_minor` is the money given back."""

    KIND: ClassVar[str] = "reinstatement"

    conversion_id: str
    fact: ReinstatementFact
    booked_ms: int
    given_minor: Minor

    @property
    def key(self) -> Key:
        return reinstatement_key(self.conversion_id, self.fact.refund_id)


def reinstatement_key(conversion_id: str, refund_id: str) -> Key:
    """Where the reinstatement of a refund or chargeback is."""
    return Key("core", f"CNV#{conversion_id}", f"W#{refund_id}")


class Inquiry(Record):
    """A question of a bank about an order, open or closed for good."""

    KIND: ClassVar[str] = "inquiry"

    conversion_id: str
    inquiry_id: str
    state: Literal["open", "closed"]
    changed_ms: int

    @property
    def key(self) -> Key:
        return inquiry_key(self.conversion_id, self.inquiry_id)


def inquiry_key(conversion_id: str, inquiry_id: str) -> Key:
    """Where an inquiry is."""
    return Key("core", f"CNV#{conversion_id}", f"Q#{inquiry_id}")


def claimed(conversion: Conversion, claims: Claims) -> Conversion:
    """The conversion with these claims, and with what of them counts: never more than was paid."""
    net, gross = conversion.net_minor, conversion.gross_minor
    return conversion.but(
        claims=claims,
        refunded_net_minor=net if claims.wholes else min(claims.net_minor, net),
        refunded_gross_minor=gross if claims.wholes else min(claims.gross_minor, gross),
    )


def with_claim(claims: Claims, fact: ReversalFact, amount_minor: int | None, sign: int) -> Claims:
    """The claims with one added (`sign` 1) or taken back (-1); an amount of None is a whole."""
    if fact.reason == ENDED:
        others = {name: at for name, at in claims.ends.items() if name != fact.refund_id}
        return claims.but(ends=others | ({fact.refund_id: fact.occurred_ms} if sign > 0 else {}))
    claims = claims.but(again=claims.again or sign < 0)
    if amount_minor is None:
        return claims.but(wholes=claims.wholes + sign)
    name = f"{fact.of}_minor"
    total = getattr(claims, name) + sign * amount_minor
    lines = dict(claims.lines)
    for line in fact.lines:
        lines[line.line_id] = _bounded(lines.get(line.line_id, 0) + sign * line.net_minor)
    return claims.but(**{name: _bounded(total), "lines": lines})


def _bounded(total_minor: int) -> int:
    return max(0, min(total_minor, AMOUNT_MINOR_MAX))


def growth(fact: ReversalFact, booked: Iterable[Refund]) -> int | None:
    """What the fact adds to the claims, given those of its series that were booked before it.

    A running total adds what it has grown by; a lower one, delivered late, adds nothing.
    """
    if not fact.cumulative or fact.amount_minor is None:
        return fact.amount_minor
    totals = [one.fact.amount_minor or 0 for one in booked if one.fact.cumulative]
    return max(0, fact.amount_minor - max(totals, default=0))


def rebuilt(booked: Iterable[Refund]) -> Claims:
    """The claims of an order whose refunds were booked before claims were kept."""
    claims, known = Claims(), list[Refund]()
    for refund in booked:
        series = [one for one in known if one.fact.series == refund.fact.series]
        claims = with_claim(claims, refund.fact, growth(refund.fact, series), 1)
        known.append(refund)
    return claims
