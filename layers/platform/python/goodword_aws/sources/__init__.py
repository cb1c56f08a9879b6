"""One file per outside system; each proves a delivery from its raw bytes and says what it means.

`verify` raises NotAuthentic and looks at nothing else first. `admit`, where there is one, refuses
what could never be booked, because its sender can mend it. Everything else that verified is kept,
and `read`, which is pure, says later what it means or raises NotUnderstood.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from goodword.conversions.intake import DeliveryHead, NotUnderstood
from goodword.conversions.model import Facts, Source, SourceKind
from goodword.errors import InvalidInput
from pydantic import ValidationError

from goodword_aws.sources import (
    generic,
    hubspot,
    salesforce,
    segment,
    shopify,
    stripe,
    typeform,
    zendesk,
)

Verify = Callable[[Mapping[str, str], bytes, Sequence[str], int], DeliveryHead]
Admit = Callable[[str, bytes, Source], str]
Read = Callable[[str, bytes, Source, int], Facts]


@dataclass(frozen=True)
class Adapter:
    """What a kind of source can do. `admit` answers the topic; None keeps all that verified."""

    verify: Verify
    read: Read
    admit: Admit | None = None


ADAPTERS: dict[SourceKind, Adapter] = {
    "generic": Adapter(generic.verify, generic.read, generic.admit),
    "stripe": Adapter(stripe.verify, stripe.read),
    "shopify": Adapter(shopify.verify, shopify.read),
    "typeform": Adapter(typeform.verify, typeform.read),
    "zendesk": Adapter(zendesk.verify, zendesk.read),
    "segment": Adapter(segment.verify, segment.read),
    "hubspot": Adapter(hubspot.verify, hubspot.read),
    "salesforce": Adapter(salesforce.verify, salesforce.read),
}


def read_delivery(
    kind: SourceKind, topic: str, raw: bytes, source: Source, received_ms: int
) -> Facts:
    """The facts of a body. Whatever cannot be made of it is NotUnderstood, whoever noticed."""
    try:
        return ADAPTERS[kind].read(topic, raw, source, received_ms)
    except NotUnderstood:
        raise
    except InvalidInput as bad:
        raise NotUnderstood(bad.code, "a value cannot be booked") from bad
    except ValidationError as bad:
        places = sorted({".".join(map(str, one["loc"])) for one in bad.errors()})
        raise NotUnderstood("bad_field", f"cannot be booked: {', '.join(places)[:200]}") from None
