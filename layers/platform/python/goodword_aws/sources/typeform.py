"""Typeform's form responses as signals: each NPS, rating or opinion scale is one.

Who answered is said by hidden fields of the form (`customer_id`, `email`, `account_id`), else by an
e-mail that was asked for. An answer of nobody is rightly ignored, and so is a hidden field in which
still stands what Typeform puts there. `nps` is one; other scales are
`csat`, in percent of their own scale.

Deliveries seldom say how long a scale is. Then the reference of the question does, if staff have
ended it in `_scale_1_7` (lowest and highest answer), else it is what Typeform makes by itself. An
answer beyond its scale is for a person to look at.
"""

import re
from collections.abc import Mapping, Sequence

from goodword.conversions.intake import DeliveryHead, NotUnderstood, delivery_id_of
from goodword.conversions.model import Facts, Source
from goodword.journeys.signal import SignalFact

from goodword_aws.sources.document import Document
from goodword_aws.sources.nobody import whose_id
from goodword_aws.sources.signals import address, percent, signal
from goodword_aws.sources.signatures import base64_mac, digest_of, header, require_match

# What Typeform makes unless somebody chooses otherwise: lowest and highest answer.
SCALES = {"opinion_scale": (0, 10), "rating": (1, 5), "nps": (0, 10)}
_SAID = re.compile(r"_scale_([01])_(\d{1,2})$")
TOPIC = "form_response"


def verify(
    headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], now_s: int
) -> DeliveryHead:
    """Check `Typeform-Signature: sha256=<base64>` over the body; no time is signed."""
    del now_s
    offered = header(headers, "typeform-signature")
    require_match((f"sha256={base64_mac(one.encode(), raw)}" for one in secrets), [offered])
    digest = digest_of(raw)
    # The event's id is in the body, which nobody has read yet; a repeat has the same bytes.
    return DeliveryHead(delivery_id=delivery_id_of("", digest), topic=TOPIC, fingerprint=digest)


def read(topic: str, raw: bytes, source: Source, received_ms: int) -> Facts:
    """A signal per scale that was answered; an answer that cannot be read stops no other."""
    del topic, source
    said = Document.parse(raw)
    if said.text("event_type") != TOPIC:
        return Facts(ignored="other_topic")
    response = said.document("form_response")
    scales = {one.text("id"): one for one in response.documents("definition.fields")}
    answers = list(response.documents("answers"))
    whose = _whose(response, answers)
    if not any(whose.values()):
        return Facts(ignored="anonymous")
    found: list[SignalFact] = []
    problem = ""
    for answer in answers:
        if answer.text("type") != "number" or answer.text("field.type") not in SCALES:
            continue
        try:
            found.append(_signal(response, answer, scales, whose, received_ms))
        except NotUnderstood as bad:
            problem = problem or bad.code
    ignored = "" if found or problem else "no_scale"
    return Facts(signals=tuple(found), problem=problem, ignored=ignored)


def _whose(response: Document, answers: Sequence[Document]) -> dict[str, str | None]:
    """What was typed is asked only where the form knows nobody: people type others' addresses."""
    hidden = response.document("hidden")
    asked = (one.text("email") for one in answers if one.text("type") == "email")
    customer_id = whose_id(hidden.id_at("customer_id"))
    email = address(hidden.text("email"))
    if customer_id is None and email is None:
        email = address(next(asked, ""))
    return {
        "customer_id": customer_id,
        "account_id": whose_id(hidden.id_at("account_id")),
        "email": email,
    }


def _signal(
    response: Document,
    answer: Document,
    scales: Mapping[str, Document],
    whose: Mapping[str, str | None],
    received_ms: int,
) -> SignalFact:
    field = answer.need_id("field.id")
    value, kind = answer.need_natural("number"), answer.text("field.type")
    at_ms = response.time("submitted_at")
    if kind != "nps":
        value = percent(value, *_scale(scales.get(field, answer.document("field")), kind))
    return signal(
        signal_id=f"{response.need_id('token')}:{field}",
        kind="nps" if kind == "nps" else "csat",
        occurred_ms=min(received_ms, at_ms if at_ms is not None else received_ms),
        value=value,
        about=response.id_at("form_id") or None,
        **whose,
    )


def _scale(field: Document, kind: str) -> tuple[int, int]:
    """Lowest and highest answer; so many steps begin at 1 in a rating, elsewhere if they say so."""
    if steps := field.natural("properties.steps"):
        if kind == "rating" or field.at("properties.start_at_one") is True:
            return 1, steps
        return 0, steps - 1
    said = _SAID.search(field.text("ref"))
    return (int(said[1]), int(said[2])) if said else SCALES[kind]
