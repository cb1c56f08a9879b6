"""HubSpot and Salesforce as far as they are written to: they keep records, and refuse as they do.

They know their properties, so a write to one that nobody has made is refused as a whole.
"""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from goodword.journeys.copied import CrmThing, ReferralFacts
from goodword_aws.crm.answers import read_body
from goodword_aws.crm.hubspot import HubSpotCrm, properties
from goodword_aws.crm.salesforce import SalesforceCrm, fields
from goodword_aws.rails.wire import Wire

from tests.support.rails.door import Answer, Rail, running

TOKEN = "pat-eu1-secret"
OURS = "Goodword_Introduction_Id__c"
HUBSPOTS = {"email", "firstname", "lastname", "company", "jobtitle"}
HUBSPOTS |= {"goodword_introduction_id", "goodword_context"}
SALESFORCES = {"FirstName", "LastName", "Company", "Email", "Title", "LeadSource"}
SALESFORCES |= {OURS, "Goodword_Context__c"}
OPPORTUNITY, CONTACT, LEAD = "006Hs00001AbCdEAAV", "003Hs00001AbCdEAAV", "00QHs00001AbCdEAAV"


@dataclass
class Crm(Rail):
    """A CRM in memory. `known` are the properties that somebody has made there."""

    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    writes: int = 0

    def makes(self, method: str, path: str, body: bytes) -> bool:
        return method in ("PATCH", "POST")

    def serve(self) -> AbstractContextManager[Wire]:
        """The CRM, over HTTP."""
        return running(self)


@dataclass
class HubSpot(Crm):
    """Records by `deals/77`."""

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {"status": "error", "category": "INVALID_AUTHENTICATION"}
        name = self._named(path.removeprefix("/crm/v3/objects/"))
        creates = (method, name) == ("POST", "contacts")
        if not creates and (method != "PATCH" or name not in self.records):
            return 404, {"status": "error", "category": "OBJECT_NOT_FOUND"}
        said: dict[str, str] = json.loads(body)["properties"]
        if set(said) - self.known:
            wrong = [{"code": "PROPERTY_DOESNT_EXIST", "message": "no such property"}]
            return 400, {"status": "error", "category": "VALIDATION_ERROR", "errors": wrong}
        if creates:
            there = self._with("email", said["email"])
            if there is not None:
                found = there.partition("/")[2]
                told = f"Contact already exists. Existing ID: {found}"
                return 409, {"status": "error", "category": "CONFLICT", "message": told}
            name = f"contacts/{900 + len(self.records)}"
            self.records[name] = {}
        self.writes += 1
        self.records[name] |= said
        shown = {"id": name.partition("/")[2], "properties": self.records[name]}
        return (201 if creates else 200), shown

    def _named(self, name: str) -> str:
        """The record's own name, where it is named by the value of a property."""
        place, _, asked = name.partition("?idProperty=")
        if not asked:
            return place
        return self._with(asked, place.partition("/")[2]) or place

    def _with(self, name: str, value: str) -> str | None:
        """The record whose property has the value."""
        found = (place for place, one in self.records.items() if one.get(name) == value)
        return next(found, None)


@dataclass
class Salesforce(Crm):
    """Records by `Opportunity/006...`. Tokens are good for `calls_left` calls each."""

    tokens: int = 0
    uses: int = 100
    calls_left: int = 0
    day_is_over: bool = False

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if path == "/services/oauth2/token":
            return self._sign_in(body)
        if headers.get("authorization") != f"Bearer t{self.tokens}" or self.calls_left < 1:
            return 401, [{"errorCode": "INVALID_SESSION_ID", "message": "ended"}]
        self.calls_left -= 1
        if self.day_is_over:
            return 403, [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "too many"}]
        name = path.removeprefix("/services/data/v62.0/sobjects/")
        said: dict[str, str | None] = json.loads(body)
        if name.startswith(f"Lead/{OURS}/"):
            return self._upsert(name.removeprefix(f"Lead/{OURS}/"), said)
        if method != "PATCH" or name not in self.records:
            return 404, [{"errorCode": "NOT_FOUND", "message": "gone"}]
        if set(said) - self.known:
            return 400, [{"errorCode": "INVALID_FIELD", "message": "no such field"}]
        self.writes += 1
        self.records[name] |= said
        return 204, None

    def _upsert(self, asked: str, said: dict[str, str | None]) -> Answer:
        ours, _, only = asked.partition("?updateOnly=")
        places = (place for place, one in self.records.items() if one.get(OURS) == ours)
        name = next(places, None)
        if name is None and only == "true":
            return 404, [{"errorCode": "NOT_FOUND", "message": "gone"}]
        if set(said) - self.known:
            return 400, [{"errorCode": "INVALID_FIELD", "message": "no such field"}]
        if name is None and not (said.get("LastName") and said.get("Company")):
            return 400, [{"errorCode": "REQUIRED_FIELD_MISSING", "message": "LastName"}]
        self.writes += 1
        made = name is None
        name = name or f"Lead/{LEAD[:-3]}{len(self.records):03d}"
        self.records[name] = self.records.get(name, {}) | said | {OURS: ours}
        told = {"id": name.partition("/")[2], "success": True, "created": made}
        return (201 if made else 200), told

    def _sign_in(self, body: bytes) -> Answer:
        form = parse_qs(body.decode())
        wanted = {"grant_type": ["client_credentials"], "client_id": ["c"], "client_secret": ["s"]}
        if form != wanted:
            return 400, {"error": "invalid_client", "error_description": "no"}
        self.tokens += 1
        self.calls_left = self.uses
        return 200, {"access_token": f"t{self.tokens}", "token_type": "Bearer"}


@dataclass
class Connected:
    """A CRM's server with our adapter for it, and where its records of each kind are."""

    server: Crm
    adapter: HubSpotCrm | SalesforceCrm
    ids: Mapping[CrmThing, str]
    places: Mapping[CrmThing, str]

    def said(self, what: CrmThing) -> dict[str, Any]:
        """What the record says."""
        return self.server.records[self.places[what]]


def hubspot(server: HubSpot, wire: Wire, token: str = TOKEN) -> Connected:
    """HubSpot with a deal, a contact and our properties."""
    server.known |= set(properties(ReferralFacts())) | HUBSPOTS
    places: dict[CrmThing, str] = {"deal": "deals/77", "contact": "contacts/501"}
    server.records |= {place: {} for place in places.values()}
    adapter = HubSpotCrm(reading(wire), token)
    return Connected(server, adapter, {"deal": "77", "contact": "501"}, places)


def salesforce(server: Salesforce, wire: Wire, secret: str = "s") -> Connected:
    """Salesforce with an opportunity, a contact and our fields."""
    server.known |= set(fields(ReferralFacts())) | SALESFORCES
    places: dict[CrmThing, str] = {
        "deal": f"Opportunity/{OPPORTUNITY}",
        "contact": f"Contact/{CONTACT}",
    }
    server.records |= {place: {} for place in (*places.values(), f"Lead/{LEAD}")}
    adapter = SalesforceCrm(reading(wire), "c", secret)
    return Connected(server, adapter, {"deal": OPPORTUNITY, "contact": CONTACT}, places)


def reading(wire: Wire) -> Wire:
    """The wire as CRMs use it."""
    return Wire(wire.base, wire.seconds, pause=wire.pause, read=read_body)
