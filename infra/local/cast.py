"""The people and systems of a walk-through, acting over HTTP exactly as they would in the world.

Marketers write programmes, shoppers follow links, shops and payment systems send signed webhooks,
finance decides and pays. Nothing here reaches into the product; the demo tells what happens, the
end-to-end tests check it.
"""

import itertools
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from infra.local.http import Answer, Http
from infra.local.people import Person
from infra.local.signing import (
    sign_generic,
    sign_segment,
    sign_shopify,
    sign_stripe,
    sign_typeform,
    sign_zendesk,
)
from infra.local.stack import LocalStack

Json = dict[str, Any]
BROWSER = {
    "User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1",
    "Referer": "https://chat.example/",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
}


class RefusedError(AssertionError):
    """An API call that had to work did not; the text is the answer."""


def done(answer: Answer, *statuses: int) -> Json:
    """The JSON of an answer with one of these statuses (any 2xx if none is given)."""
    good = answer.status in statuses if statuses else 200 <= answer.status < 300
    if not good:
        raise RefusedError(f"{answer.status}: {answer.text[:600]}")
    return answer.json() if answer.body else {}


@dataclass(frozen=True)
class Signed:
    """A signed-in person. Every write gets a fresh Idempotency-Key unless one is given."""

    person: Person
    http: Http

    def get(self, path: str, **query: str) -> Json:
        """A read that has to work."""
        return done(self.http.get(path, query=query or None))

    def post(self, path: str, body: object = None, key: str | None = None) -> Json:
        """A write that has to work."""
        return done(self.send("POST", path, body, key))

    def put(self, path: str, body: object) -> Json:
        """A replacement that has to work."""
        return done(self.send("PUT", path, body))

    def send(self, method: str, path: str, body: object = None, key: str | None = None) -> Answer:
        """A write whose answer the caller looks at."""
        headers = {"Idempotency-Key": key or secrets.token_hex(12)}
        return self.http.request(method, path, json_body=body, headers=headers)


@dataclass(frozen=True)
class Endpoint:
    """A source that a shop or payment system sends to, with its signing secret."""

    source_id: str
    secret: str = field(repr=False)


@dataclass
class Cast:
    """Everybody in one stack. `seconds` is the product's time, with the local time travel in it."""

    stack: LocalStack
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _signed: dict[str, Signed] = field(default_factory=dict)

    @property
    def seconds(self) -> int:
        """Now, as the functions see it."""
        return int(time.time()) + self.stack.clock.offset_seconds

    @property
    def signed(self) -> list[Signed]:
        """Everybody who has signed in, in that order."""
        return list(self._signed.values())

    def sign_in(self, email: str, *groups: str) -> Signed:
        """The person, made on first use."""
        if email not in self._signed:
            person = self.stack.people.create(email, *groups)
            token = self.stack.people.sign_in(person)
            self._signed[email] = Signed(person, self.stack.http.signed_in(token))
        return self._signed[email]

    def staff(self, name: str, group: str) -> Signed:
        """A member of staff: `staff("fatima", "finance")`."""
        return self.sign_in(f"{name}@staff.example", group)

    # --- what staff sets up -------------------------------------------------------------------

    def program(self, terms: Json) -> str:
        """A marketer makes a programme; its id."""
        made = self.staff("marta", "marketer").post(
            "/v1/programs", {"terms": terms, "rationale": "first version"}
        )
        return str(made["id"])

    def source(self, kind: str, program_id: str, secret: str | None = None) -> Endpoint:
        """An admin opens an endpoint; `generic` gets a secret drawn by the product."""
        body: Json = {
            "kind": kind,
            "program_id": program_id,
            "label": f"{kind} of the walk-through",
        }
        if kind != "generic":
            body["secret"] = secret or f"whsec_{secrets.token_hex(16)}"
        made = self.staff("ada", "admin").post("/v1/sources", body)
        return Endpoint(str(made["id"]), str(made.get("signing_secret") or body.get("secret")))

    # --- advocates ----------------------------------------------------------------------------

    def join(self, email: str, name: str, program_id: str) -> Signed:
        """A person signs in and accepts the terms in force."""
        person = self.sign_in(email)
        offer = person.get(f"/v1/me/programs/{program_id}")
        person.post(
            "/v1/me/enrolments",
            {
                "program_id": program_id,
                "accept_terms_version": offer["terms_version"],
                "disclosure_acknowledged": True,
                "name": name,
            },
        )
        return person

    def code_of(self, advocate: Signed) -> str:
        """The code of the advocate's first link."""
        return str(advocate.get("/v1/me/links")["data"][0]["code"])

    # --- shoppers -----------------------------------------------------------------------------

    def click(self, code: str, headers: Mapping[str, str] = BROWSER, method: str = "GET") -> Answer:
        """Somebody follows a link; the answer is the redirect itself."""
        return self.stack.http.request(method, f"/r/{code}", headers=headers)

    def click_id(self, code: str) -> str:
        """The click id that the shop's page sees in its address."""
        answer = self.click(code)
        found = parse_qs(urlsplit(answer.headers["location"]).query).get("gw_click", [])
        if answer.status != 302 or len(found) != 1:
            raise RefusedError(f"{answer.status} {answer.headers}")
        return found[0]

    # --- shops and payment systems --------------------------------------------------------------

    def generic(self, source: Endpoint, kind: str, body: Json, delivery: str = "") -> Answer:
        """The shop's own backend reports a `lead`, `sale` or `signal` with Standard Webhooks."""
        raw = json.dumps(body).encode()
        name = delivery or f"msg_{secrets.token_hex(8)}"
        headers = sign_generic(source.secret, name, self.seconds, raw)
        path = "/v1/signals" if kind == "signal" else f"/v1/track/{kind}"
        return self.stack.http.request(
            "POST", path, body=raw, headers={**headers, "goodword-source": source.source_id}
        )

    def stripe(self, source: Endpoint, event: Json) -> Answer:
        """Stripe delivers an event."""
        raw = json.dumps(event).encode()
        headers = sign_stripe(source.secret, self.seconds, raw)
        return self._deliver(source, raw, headers)

    def shopify(self, source: Endpoint, topic: str, body: Json, delivery: str = "") -> Answer:
        """Shopify delivers a topic."""
        raw = json.dumps(body).encode()
        headers = sign_shopify(source.secret, topic, delivery or secrets.token_hex(16), raw)
        return self._deliver(source, raw, headers)

    def signal(self, source: Endpoint, kind: str, body: Json) -> Answer:
        """Typeform, Zendesk or Segment (`kind`) delivers what it noticed."""
        raw, at = json.dumps(body).encode(), time.gmtime(self.seconds)
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", at)
        headers = {
            "typeform": lambda: sign_typeform(source.secret, raw),
            "zendesk": lambda: sign_zendesk(source.secret, moment, secrets.token_hex(16), raw),
            "segment": lambda: sign_segment(source.secret, raw),
        }[kind]()
        return self._deliver(source, raw, headers)

    def _deliver(self, source: Endpoint, raw: bytes, headers: Mapping[str, str]) -> Answer:
        path = f"/v1/sources/{source.source_id}"
        return self.stack.http.request("POST", path, body=raw, headers=headers)
