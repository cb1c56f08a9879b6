"""HubSpot: our properties of a deal or a contact are set by PATCH on the CRM's own id.

The properties have other names than the one that staff may write a referral's id into
(`goodword_referral`): what we write is never read as what somebody said, and comes back as nothing.

Somebody who was introduced becomes a contact. One that is there already (a 409 names its id) gets
our properties alone: what sales has written of it is theirs.
"""

import re
from typing import Any, Literal
from urllib.parse import quote

from goodword.journeys.copied import CrmAnswer, CrmThing, LeadFacts, LeadWords, ReferralFacts

from goodword_aws.crm.answers import later, refused
from goodword_aws.rails.wire import Reply, Wire, json_bytes, part, reference

BASE = "https://api.hubapi.com"
OBJECTS: dict[CrmThing, str] = {"deal": "deals", "contact": "contacts"}
CONTACTS = "/crm/v3/objects/contacts"
OURS = "goodword_introduction_id"  # a property with a unique value, by which a contact is found
_EXISTING = re.compile(r"Existing ID: ([0-9]{1,20})")
BUSY = frozenset({423, 429, 477})  # locked for a moment, too many calls, the account is moved


class HubSpotCrm:
    """The Crm port over HubSpot's CRM objects, version 3, with a private app's access token."""

    name: Literal["hubspot"] = "hubspot"

    def __init__(self, wire: Wire, access_token: str, *, takes_leads: bool = False) -> None:
        self._wire = wire
        self.takes_leads = takes_leads
        self._headers = {
            "Authorization": f"Bearer {access_token}",
            "Content-Type": "application/json",
        }

    def write(self, what: CrmThing, outside_id: str, facts: ReferralFacts) -> CrmAnswer:
        """PATCH /crm/v3/objects/{deals, contacts}/{id}; an empty value empties the property."""
        path = f"/crm/v3/objects/{OBJECTS[what]}/{quote(outside_id, safe='')}"
        body = json_bytes({"properties": properties(facts)})
        return _read(self._wire.call("PATCH", path, body, self._headers))

    def introduce(self, record_id: str, facts: LeadFacts, words: LeadWords | None) -> CrmAnswer:
        """POST /crm/v3/objects/contacts, or PATCH of the one that is there."""
        own = properties(facts) | {OURS: facts.introduction}
        if words is None:
            return self._update(record_id, own if facts.said else own | {"goodword_context": ""})
        own |= {"goodword_context": words.context}
        made = self._call("POST", CONTACTS, _person(words) | own)
        if made.status == 409:
            named = _EXISTING.search(str(made.body.get("message")))
            if named is None:
                return refused(made.body.get("category"))
            return self._update(named[1], own)
        return _read(made)

    def _update(self, record_id: str, own: dict[str, str]) -> CrmAnswer:
        """Our properties of a contact, by HubSpot's id or else by the introduction's."""
        path = f"{CONTACTS}/{quote(record_id or own[OURS], safe='')}"
        answer = _read(self._call("PATCH", path if record_id else f"{path}?idProperty={OURS}", own))
        return answer.but(record_id=record_id) if answer.outcome == "written" else answer

    def _call(self, method: str, path: str, said: dict[str, str]) -> Reply:
        return self._wire.call(method, path, json_bytes({"properties": said}), self._headers)


def _person(words: LeadWords) -> dict[str, str]:
    first, _, last = words.name.rpartition(" ")
    said = {
        "email": words.email,
        "firstname": first or last,
        "lastname": last if first else "",
        "company": words.company,
        "jobtitle": words.role,
    }
    return {name: text for name, text in said.items() if text}


def properties(facts: ReferralFacts) -> dict[str, str]:
    """By HubSpot's names: `goodword_referral_id`, `goodword_advocate_id` ..."""
    said = facts.model_dump(exclude={"introduction", "said"})
    ids = {f"goodword_{name}_id": said[name] for name in ("referral", "advocate", "program")}
    ids |= {f"goodword_{name}_id": said[name] for name in ("journey", "ask")}
    states = {f"goodword_{name}": said[name] for name in ("owed", "state", "reward")}
    return ids | states


def _read(reply: Reply) -> CrmAnswer:
    if reply.status in (200, 201):
        return CrmAnswer(outcome="written", record_id=reference(reply.body.get("id")))
    if reply.status in BUSY:
        return later(reply, "rate_limited" if reply.status == 429 else "busy")
    if reply.status == 0 or reply.status >= 500:
        return CrmAnswer(outcome="later", reason=reply.unclear)
    told: Any = part(reply.body, "errors", 0, "code") or part(reply.body, "category")
    if reply.status == 404 and told == "OBJECT_NOT_FOUND":
        return CrmAnswer(outcome="gone", reason="not_there")
    return refused(told)
