"""Salesforce: our fields of an Opportunity, a Contact or a Lead are set by PATCH on its record id.

A token is fetched with the client's credentials when there is none, and once anew when it has
ended. A day's calls that are used up are a 403 with `REQUEST_LIMIT_EXCEEDED`, and no time.

Somebody who was introduced becomes a Lead, made under our own external id, so that a repeat makes
no second one. A Lead needs a last name and a company; who has none gets what Salesforce itself
writes there.
"""

import re
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlencode

from goodword.journeys.copied import CrmAnswer, CrmThing, LeadFacts, LeadWords, ReferralFacts

from goodword_aws.crm.answers import LISTED, later, refused
from goodword_aws.rails.wire import Reply, Wire, json_bytes, part, reference

VERSION = "v62.0"
LIMIT_SECONDS = 3_600  # seconds until the limit of a day is asked about again
OURS = "Goodword_Introduction_Id__c"  # an external id, by which a Lead is made and found
CONTEXT = "Goodword_Context__c"
NOT_SAID = "[not provided]"
LEAD = "00Q"  # how the ids of leads begin
AGAIN = frozenset({"UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", "REQUEST_RUNNING_TOO_LONG"})
GONE = frozenset({"NOT_FOUND", "ENTITY_IS_DELETED", "CANNOT_UPDATE_CONVERTED_LEAD"})
_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")


class SalesforceCrm:
    """The Crm port over Salesforce's REST API; `wire` is to the organisation's own address."""

    name: Literal["salesforce"] = "salesforce"

    def __init__(
        self, wire: Wire, client_id: str, client_secret: str, *, takes_leads: bool = False
    ) -> None:
        self._wire = wire
        self.takes_leads = takes_leads
        self._client = {"client_id": client_id, "client_secret": client_secret}
        self._token = ""

    def write(self, what: CrmThing, outside_id: str, facts: ReferralFacts) -> CrmAnswer:
        """PATCH /services/data/.../sobjects/{Opportunity, Contact, Lead}/{id} -> 204."""
        if not _ID.fullmatch(outside_id):
            return CrmAnswer(outcome="gone", reason="not_a_record")
        return self._write(f"{_object(what, outside_id)}/{outside_id}", fields(facts))

    def introduce(self, record_id: str, facts: LeadFacts, words: LeadWords | None) -> CrmAnswer:
        """PATCH .../Lead/Goodword_Introduction_Id__c/{ours} -> 201 or 200; then by its own id."""
        ours = f"Lead/{OURS}/{facts.introduction}"
        if words is not None:
            return self._write(ours, _person(words) | fields(facts) | {CONTEXT: words.context})
        own = fields(facts) if facts.said else fields(facts) | {CONTEXT: None}
        if record_id and not _ID.fullmatch(record_id):
            return CrmAnswer(outcome="gone", reason="not_a_record")
        return self._write(f"Lead/{record_id}" if record_id else f"{ours}?updateOnly=true", own)

    def _write(self, place: str, said: Mapping[str, str | None]) -> CrmAnswer:
        path, body = f"/services/data/{VERSION}/sobjects/{place}", json_bytes(said)
        reply = Reply(401)
        if self._token:
            reply = self._patch(path, body)
        if reply.status == 401:
            signed = self._sign_in()
            if signed.status != 200 or not self._token:
                return _signed_out(signed)
            reply = self._patch(path, body)
        return _read(reply)

    def _patch(self, path: str, body: bytes) -> Reply:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        return self._wire.call("PATCH", path, body, headers)

    def _sign_in(self) -> Reply:
        """POST /services/oauth2/token with the client's credentials."""
        form = urlencode({"grant_type": "client_credentials", **self._client}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        reply = self._wire.call("POST", "/services/oauth2/token", form, headers)
        token = reply.body.get("access_token")
        self._token = token if reply.status == 200 and isinstance(token, str) else ""
        return reply


def _person(words: LeadWords) -> dict[str, str | None]:
    first, _, last = words.name.rpartition(" ")
    return {
        "FirstName": first or None,
        "LastName": last or NOT_SAID,
        "Company": words.company or NOT_SAID,
        "Email": words.email,
        "Title": words.role or None,
        "LeadSource": "Referral",
    }


def fields(facts: ReferralFacts) -> dict[str, str | None]:
    """By Salesforce's names: `Goodword_Referral_Id__c` ..., null where there is nothing."""
    ids = ("referral", "advocate", "program", "journey", "ask")
    return {
        f"Goodword_{name.capitalize()}{'_Id' if name in ids else ''}__c": value or None
        for name, value in facts.model_dump(exclude={"introduction", "said"}).items()
    }


def _object(what: CrmThing, record_id: str) -> str:
    if what == "deal":
        return "Opportunity"
    return "Lead" if record_id.startswith(LEAD) else "Contact"


def _signed_out(reply: Reply) -> CrmAnswer:
    if reply.status == 429:
        return later(reply, "rate_limited")
    if reply.status == 0 or reply.status >= 500:
        return CrmAnswer(outcome="later", reason=reply.unclear)
    return CrmAnswer(outcome="refused", reason="not_authorised")


def _read(reply: Reply) -> CrmAnswer:
    if reply.status in (200, 201, 204):
        return CrmAnswer(outcome="written", record_id=reference(reply.body.get("id")))
    told: Any = part(reply.body, LISTED, 0, "errorCode")
    if told == "REQUEST_LIMIT_EXCEEDED":
        return CrmAnswer(outcome="later", reason="rate_limited", wait_seconds=LIMIT_SECONDS)
    if reply.status == 429:
        return later(reply, "rate_limited")
    if reply.status == 0 or reply.status >= 500 or told in AGAIN:
        return CrmAnswer(outcome="later", reason="busy" if told in AGAIN else reply.unclear)
    if told in GONE:
        return CrmAnswer(outcome="gone", reason="not_there")
    return refused(told)
