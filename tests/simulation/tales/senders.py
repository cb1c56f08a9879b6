"""What providers send, signed as each of them signs, and what comes of it at the door and behind.

`tells` sends one report and says what must become of it: `booked`, or the state and its reason.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any, ClassVar

from goodword.conversions.model import Conversion, SourceKind

from infra.local.payloads import Json, stripe_event
from infra.local.signing import (
    sign_generic,
    sign_hubspot,
    sign_salesforce,
    sign_shopify,
    sign_stripe,
)
from tests.simulation.shops import SHOP_SECRET
from tests.simulation.tales.teller import Teller

PUBLIC = "https://go.example"
Headers = Mapping[str, str]


class Sender:
    """A source of some kind, and whoever sends to it."""

    KIND: ClassVar[SourceKind] = "generic"

    def __init__(self, teller: Teller, name: str = "", **fields: Any) -> None:
        self.teller, self.secret = teller, SHOP_SECRET
        self.source_id = teller.opens(name or f"src_{self.KIND}", kind=self.KIND, **fields)
        self._number, self._came = 0, dict[tuple[str, str], None]()
        self.wrote = 0  # commits of the last answer

    @property
    def now_s(self) -> int:
        """The clock, in seconds."""
        return self.teller.now_ms // 1_000

    def next_id(self) -> str:
        """The sender's name of its next delivery."""
        self._number += 1
        return f"evt_{self.KIND}_{self._number}"

    def signed(self, raw: bytes, name: str, topic: str, at_s: int) -> dict[str, str]:
        """The headers with which it sends these bytes."""
        del topic
        return sign_generic(self.secret, name, at_s, raw)

    def tells(self, body: Any, wanted: str = "booked", topic: str = "", name: str = "") -> str:
        """One report, taken and settled; its name."""
        name, raw = name or self.next_id(), json.dumps(body).encode()
        before = len(self.kept())
        said = self.knocks(raw, self.signed(raw, name, topic, self.now_s))
        if int(said.split()[0]) >= 300:
            self.teller.town.fail(f"{self.source_id} is not heard: {said}")
        kept = self.kept()
        self.teller.wants(f"new deliveries after {name}", len(kept) - before, 1)
        self.teller.wants(f"{name} {topic}", ended(kept[-1]), wanted)
        return name

    def knocks(self, raw: bytes, headers: Headers, coded: bool = False, path: str = "") -> str:
        """The status and the code (or the outcome) that is answered; what was taken is settled.

        `coded` as the gateway brings what it takes for no text; `path` is one of the track calls.
        """
        route, named = path or "/v1/sources/{source_id}", {"source": self.source_id}
        by_query = bool(path) and self.teller.draw.random() < 0.5
        by_header = {"goodword-source": self.source_id} if path and not by_query else {}
        event = {
            "version": "2.0",
            "routeKey": f"POST {route}",
            "rawPath": route.replace("{source_id}", self.source_id),
            "headers": dict(headers) | by_header,
            "queryStringParameters": named if by_query else None,
            "pathParameters": {} if path else {"source_id": self.source_id},
            "requestContext": {"domainName": "api.example", "http": {"method": "POST"}},
            "body": base64.b64encode(raw).decode() if coded else raw.decode(),
            "isBase64Encoded": coded,
        }
        return self.brings(event)

    def brings(self, event: Json) -> str:
        """The same of an event of the gateway."""
        said: list[str] = []

        def send() -> None:
            town = self.teller.town
            before = town.commits
            answer = town.function("conversions_web", event)
            self.wrote = town.commits - before
            told = json.loads(answer["body"])
            said.append(f"{answer['statusCode']} {told.get('code') or told['status']}")

        self.teller.town.baton.spawn("sender", send)
        self.teller.settle()
        self.teller.goes_on()
        return said[0]

    def kept(self) -> list[Json]:
        """All that is kept of it, in the order in which it came."""
        for one in self.teller.town.dynamo.of_kind("delivery"):
            if one.plain["source_id"] == self.source_id:
                self._came.setdefault((one.plain["delivery_id"], one.plain.get("variant", "")))
        found = {
            (one.plain["delivery_id"], one.plain.get("variant", "")): one.plain
            for one in self.teller.town.dynamo.of_kind("delivery")
            if one.plain["source_id"] == self.source_id
        }
        return [found[name] for name in self._came if name in found]


def ended(delivery: Json) -> str:
    """A state and its reason."""
    return f"{delivery['state']} {delivery.get('reason', '')}".strip()


def order_of(teller: Teller, name: str) -> Conversion:
    """The order of which this is a name."""
    every: list[Conversion] = teller.town.all(Conversion)
    (found,) = (
        one for one in every if name in (one.order_id, *one.aliases) and one.duplicate_of is None
    )
    return found


class Stripe(Sender):
    """Events of Stripe."""

    KIND = "stripe"

    def signed(self, raw: bytes, name: str, topic: str, at_s: int) -> dict[str, str]:
        return sign_stripe(self.secret, at_s, raw)

    def event(self, topic: str, thing: Json, wanted: str = "booked", **more: Any) -> Json:
        """One event of now; what was sent."""
        name = self.next_id()
        body = stripe_event(name, topic, thing, self.now_s) | more
        self.tells(body, wanted, topic, name)
        return body


class Shopify(Sender):
    """Webhooks of Shopify."""

    KIND = "shopify"

    def signed(self, raw: bytes, name: str, topic: str, at_s: int) -> dict[str, str]:
        return sign_shopify(self.secret, topic, name, raw)


class HubSpot(Sender):
    """Webhooks of HubSpot."""

    KIND = "hubspot"

    def signed(self, raw: bytes, name: str, topic: str, at_s: int) -> dict[str, str]:
        return sign_hubspot(self.secret, f"{PUBLIC}/v1/sources/{self.source_id}", at_s, raw)


class Salesforce(Sender):
    """Change events of Salesforce."""

    KIND = "salesforce"

    def signed(self, raw: bytes, name: str, topic: str, at_s: int) -> dict[str, str]:
        return sign_salesforce(self.secret)
