"""What somebody is asked to accept before they join, and what holds for whoever did."""

from typing import Literal

from goodword.money import Money
from goodword.programs.cancellation import Cancellation
from goodword.programs.caps import Cap
from goodword.programs.model import ProgramVersion, Rule
from goodword.programs.payment import Cadence
from goodword.records import Value

from goodword_aws.payouts_rule import PayoutRule, payout_rule


class OfferAnswer(Value):
    """What an advocate is asked to accept; `accepted` is the least paid in other currencies."""

    program_id: str
    terms_version: int
    name: str
    brand: str
    currency: str
    rules: list[Rule]
    caps: list[Cap]
    hold_days: int
    cancellation: Cancellation | None
    window_days: int
    enrolment: Literal["open", "approval", "invite_only"]
    payout_cadence: Cadence
    payout_rule: PayoutRule
    payout_minimum: Money
    accepted: list[Money]
    disclosure: str


def offer_answer(version: ProgramVersion) -> OfferAnswer:
    """The public part of the terms."""
    terms = version.terms
    least = [
        Money(amount_minor=terms.payment_in(one).minimum_minor, currency=one)
        for one in (terms.currency, *terms.accepted)
    ]
    return OfferAnswer(
        program_id=version.program_id,
        terms_version=version.number,
        name=terms.name,
        brand=terms.brand,
        currency=terms.currency,
        rules=list(terms.rules),
        caps=list(terms.caps),
        hold_days=terms.hold_days,
        cancellation=terms.cancellation,
        window_days=terms.attribution.window_days,
        enrolment=terms.enrolment,
        payout_cadence=terms.payment.cadence,
        payout_rule=payout_rule(terms.payment),
        payout_minimum=least[0],
        accepted=least[1:],
        disclosure=terms.disclosure,
    )
