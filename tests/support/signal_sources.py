"""Deliveries of sources of signals, read as the worker does."""

import json
from typing import Any

from goodword.conversions.model import Facts, Source, SourceKind
from goodword.journeys.signal import SignalFact
from goodword.times import parse_rfc3339
from goodword_aws.sources import read_delivery

LATER = parse_rfc3339("2025-11-22T09:00:00Z")
EMAIL = "robin.friend@example.com"


def source_of(kind: SourceKind) -> Source:
    return Source(
        source_id="src_1",
        kind=kind,
        program_id="prg_1",
        currency="EUR",
        label="x",
        sealed_secrets=(),
        created_ms=0,
    )


def read(kind: SourceKind, thing: Any, topic: str = "") -> Facts:
    return read_delivery(kind, topic, json.dumps(thing).encode(), source_of(kind), LATER)


def only(kind: SourceKind, thing: dict[str, Any]) -> SignalFact:
    (one,) = read(kind, thing).signals
    return one
