"""How every adapter makes a fact of a CRM's deal, and the body of our own form of one."""

from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from goodword.conversions.intake import NotUnderstood
from goodword.conversions.model import Source
from goodword.journeys.opportunity import DealFact, ReferralId, Stage
from goodword.limits import DEAL_CONTACTS_MAX
from goodword.money import decimal_text
from goodword.privacy.model import fold_email
from pydantic import Field, TypeAdapter, ValidationError

from goodword_aws.sources.generic_bodies import Body, Email, OwnId
from goodword_aws.sources.nobody import whose_id

REFERRAL = "goodword_referral"  # the property of a CRM's deal that holds a referral's id
_REFERRAL = TypeAdapter(ReferralId)
AMOUNT_MAX = Decimal(10**12)


class Deal(Body):
    """What a CRM without an adapter says of a deal, once per `event_id`. `amount` is minor units.

    What is left out stays as it was told before. `referral_id` is the id of a conversion here.
    """

    event_id: OwnId
    deal_id: OwnId
    status: Literal["open", "won", "lost", "removed"] | None = None
    stage: Stage | None = None
    amount: int | None = Field(default=None, ge=0, le=10**12)
    customer_id: OwnId | None = None
    customer_email: Email | None = Field(default=None, repr=False)
    account_id: OwnId | None = None
    referral_id: ReferralId | None = None
    renewal: bool | None = None
    opened: bool = False

    def fact(self, source: Source, received_ms: int) -> DealFact:
        """What it says."""
        currency = self.currency or source.currency
        ended = {"won": True, "lost": False, "open": False}
        said: dict[str, bool | None] = {"won": None, "closed": None, "removed": None}
        if self.status is not None:
            said["removed"] = self.status == "removed"
        if self.status in ended:
            said |= {"won": self.status == "won", "closed": self.status != "open"}
        return deal(
            home=source.currency,
            fact_id=self.event_id,
            deal_id=self.deal_id,
            occurred_ms=self.at(received_ms),
            opened=self.opened,
            stage=self.stage,
            amount=None if self.amount is None else decimal_text(self.amount, currency),
            currency=self.currency,
            renewal=self.renewal,
            referral=self.referral_id,
            account_id=whose_id(self.account_id),
            contact_ids=contacts(self.customer_id or ""),
            email=fold_email(self.customer_email) if self.customer_email else None,
            **said,
        )


def deal(**fields: Any) -> DealFact:
    """A step of a deal. NotUnderstood `bad_field` if the fields do not make one."""
    try:
        return DealFact(**fields)
    except ValidationError as bad:
        places = sorted({".".join(map(str, one["loc"])) or "whole" for one in bad.errors()})
        raise NotUnderstood("bad_field", f"cannot be noted: {', '.join(places)}") from None


def amount(value: object) -> str:
    """A CRM's amount as plain decimal text; empty for none. NotUnderstood `bad_amount`."""
    if value is None or value == "":
        return ""
    try:
        found = Decimal(value) if isinstance(value, str | int | Decimal) else Decimal("NaN")
    except InvalidOperation:
        found = Decimal("NaN")
    if isinstance(value, bool) or not found.is_finite() or not 0 <= found < AMOUNT_MAX:
        raise NotUnderstood("bad_amount", "the deal has an amount that cannot be noted")
    return f"{found.quantize(Decimal('0.000001')).normalize():f}"


def referral(value: object) -> str | None:
    """The referral's id that is written on a deal, or nothing if it is none."""
    try:
        return _REFERRAL.validate_python(value.strip()) if isinstance(value, str) else None
    except ValidationError:
        return None


def stage(value: object) -> str:
    """The name of a stage as far as it is kept."""
    text = value.strip() if isinstance(value, str) else ""
    return "".join(letter for letter in text if letter.isprintable() and letter != "@")[:80]


def contacts(*found: str) -> tuple[str, ...]:
    """The ids among them, as many as are looked at."""
    return tuple(dict.fromkeys(filter(None, map(whose_id, found))))[:DEAL_CONTACTS_MAX]
