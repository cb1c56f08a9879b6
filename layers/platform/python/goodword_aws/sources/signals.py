"""The body of `POST /v1/signals`, and how every adapter makes a signal of what it has read."""

from typing import Any

from goodword.conversions.intake import NotUnderstood
from goodword.errors import InvalidInput
from goodword.journeys.signal import SignalFact, SignalKind, Word, wrong
from goodword.privacy.model import fold_email
from pydantic import Field, ValidationError

from goodword_aws.sources.generic_bodies import Body, Email, OwnId
from goodword_aws.sources.nobody import whose_id


class SignalBody(Body):
    """One thing that was noticed of a customer or an account, once per `signal_id`.

    What `value` means depends on the kind: docs/journeys.md lists them. `about` names the case,
    invoice, survey or site; `word` a stage, a milestone or what was used. An id that names nobody
    (`{{customer_id}}`, `n/a`) is none.
    """

    signal_id: OwnId
    kind: SignalKind
    customer_id: OwnId | None = None
    customer_email: Email | None = Field(default=None, repr=False)
    account_id: OwnId | None = None
    value: int | None = None
    about: OwnId | None = None
    word: Word | None = None

    @property
    def email(self) -> str | None:
        """The address, folded."""
        return fold_email(self.customer_email) if self.customer_email else None

    def wrong(self) -> tuple[str, str] | None:
        """The first field that does not fit the kind, and what it should be."""
        return next(wrong(self), None)

    def fact(self, received_ms: int) -> SignalFact | None:
        """What it says; None where its ids name nobody whose signal it could be."""
        customer_id, account_id = whose_id(self.customer_id), whose_id(self.account_id)
        of_company = account_id is not None and self.kind != "consent"
        if customer_id is None and self.email is None and not of_company:
            return None
        return SignalFact(
            signal_id=self.signal_id,
            kind=self.kind,
            occurred_ms=self.at(received_ms),
            customer_id=customer_id,
            email=self.email,
            account_id=account_id,
            value=self.value,
            about=self.about,
            word=self.word,
        )


def signal(**fields: Any) -> SignalFact:
    """A signal of these fields. NotUnderstood `bad_field` if they do not make one."""
    try:
        return SignalFact(**fields)
    except ValidationError as bad:
        places = sorted({".".join(map(str, one["loc"])) or "whole" for one in bad.errors()})
        raise NotUnderstood("bad_field", f"cannot be noted: {', '.join(places)}") from None


def address(text: str) -> str | None:
    """The address folded, or nothing if it is none."""
    try:
        return fold_email(text) if text else None
    except InvalidInput:
        return None


def percent(value: int, low: int, high: int) -> int:
    """Where a value lies on its scale, rounded to the nearest whole percent."""
    if not low <= value <= high or low == high:
        raise NotUnderstood("bad_field", "the answer does not lie on its scale")
    return ((value - low) * 200 + (high - low)) // (2 * (high - low))
