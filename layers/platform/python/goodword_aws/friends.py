"""What is recorded about somebody who followed a recommendation, told to that person alone.

Proof is a sign-in whose address the user pool has verified, or a link that was sent to the address:
the record is found by that address's keyed MAC and by nothing else that a request says. Of the
advocate there is nothing in it but the code that the friend used.
"""

from collections.abc import Sequence
from typing import Literal

from goodword.conversions.model import Conversion, Identity, conversion_key, identity_key
from goodword.errors import NotAllowed
from goodword.journeys.introduction import Introduced, introduced_key
from goodword.money import Money
from goodword.ports import Desk
from goodword.privacy.model import fold_email
from goodword.records import Value
from goodword.times import rfc3339
from pydantic import Field

from goodword_aws import wiring
from goodword_aws.calls import Principal
from goodword_aws.journeys_introductions import introducing


class Touched(Value):
    """A link that was followed, a code that was given, or (`grant`) an answer to an advocate."""

    kind: Literal["click", "code", "form", "grant"]
    at: str
    code: str


class Ordered(Value):
    """An order or a sign-up, and whether a recommendation counted for it.

    `refunded` is what went back as its source said it: of what was paid, or of the goods alone.
    """

    action: Literal["lead", "sale"]
    order_id: str
    at: str
    paid: Money
    refunded: Money
    recommended: bool


class SaidOf(Value):
    """What an advocate wrote of the person in a form, and when."""

    at: str
    name: str = Field(repr=False)
    company: str = Field(repr=False)
    role: str = Field(repr=False)
    need: str = Field(repr=False)
    note: str = Field(repr=False)
    timing: str
    budget: str


class Recorded(Value):
    """Everything that is kept about one address in one programme."""

    program_id: str
    touches: tuple[Touched, ...]
    orders: tuple[Ordered, ...]
    objects_since: str | None = None
    introduced: SaidOf | None = None


def mac_of(principal: Principal) -> str:
    """The keyed number of the signed-in address. NotAllowed `email_not_verified` without one."""
    if not principal.email or not principal.email_verified:
        raise NotAllowed("email_not_verified", "this takes a verified e-mail address")
    return wiring.blind_index().mac("email", fold_email(principal.email))


def recorded(desk: Desk, program_id: str, mac: str) -> Recorded:
    """What is kept about an address."""
    found = desk.store.get(Identity, identity_key(program_id, mac))
    introduced = _introduced(desk, program_id, mac)
    if found is None:
        return Recorded(program_id=program_id, touches=(), orders=(), introduced=introduced)
    keys = [conversion_key(one.conversion_id) for one in found.conversions]
    orders = desk.store.get_many(Conversion, keys) if keys else {}
    return Recorded(
        program_id=program_id,
        touches=tuple(
            Touched(kind=one.kind, at=rfc3339(one.at_ms), code=one.code) for one in found.touches
        ),
        orders=tuple(_ordered([orders[key] for key in keys if key in orders])),
        objects_since=None if found.closed_ms is None else rfc3339(found.closed_ms),
        introduced=introduced,
    )


def _introduced(desk: Desk, program_id: str, mac: str) -> SaidOf | None:
    """What was said of the person in an introduction, if there was one."""
    known = desk.store.get(Introduced, introduced_key(program_id, mac))
    if known is None:
        return None
    cases = introducing(desk)
    one = cases.read(known.introduction_id)
    fields, said = cases.opened(one)
    return SaidOf(
        at=rfc3339(one.made_ms),
        name=fields.name,
        timing=one.timing,
        budget=one.budget,
        **said.model_dump(),
    )


def _ordered(conversions: Sequence[Conversion]) -> Sequence[Ordered]:
    return [
        Ordered(
            action=one.action,
            order_id=one.order_id,
            at=rfc3339(one.occurred_ms),
            paid=Money(amount_minor=one.gross_minor, currency=one.currency),
            refunded=Money(
                amount_minor=max(one.refunded_gross_minor, one.refunded_net_minor),
                currency=one.currency,
            ),
            recommended=one.advocate_id is not None,
        )
        for one in conversions
    ]
