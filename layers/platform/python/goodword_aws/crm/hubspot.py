"""HubSpot: our properties of a deal or a contact are set by PATCH on the CRM's own id.

The properties have other names than the one that staff may write a referral's id into
(`goodword_referral`): what we write is never read as what somebody said, and comes back as nothing.
"""

from typing import Any, Literal
from urllib.parse import quote

from goodword.journeys.copied import CrmAnswer, CrmThing, ReferralFacts

from goodword_aws.crm.answers import later, refused
from goodword_aws.rails.wire import Reply, Wire, json_bytes, part

BASE = "https://api.hubapi.com"
OBJECTS: dict[CrmThing, str] = {"deal": "deals", "contact": "contacts"}
BUSY = frozenset({423, 429, 477})  # locked for a moment, too many calls, the account is moved


class HubSpotCrm:
    """The Crm port over HubSpot's CRM objects, version 3, with a private app's access token."""

    name: Literal["hubspot"] = "hubspot"

    def __init__(self, wire: Wire, access_token: str) -> None:
        self._wire = wire
        self._headers = {
            "Authorization": f"Bearer {access_token}",
            "Content-Type": "application/json",
        }

    def write(self, what: CrmThing, outside_id: str, facts: ReferralFacts) -> CrmAnswer:
        """PATCH /crm/v3/objects/{deals, contacts}/{id}; an empty value empties the property."""
        path = f"/crm/v3/objects/{OBJECTS[what]}/{quote(outside_id, safe='')}"
        body = json_bytes({"properties": properties(facts)})
        return _read(self._wire.call("PATCH", path, body, self._headers))


def properties(facts: ReferralFacts) -> dict[str, str]:
    """By HubSpot's names: `goodword_referral_id`, `goodword_advocate_id` ..."""
    said = facts.model_dump()
    ids = {f"goodword_{name}_id": said[name] for name in ("referral", "advocate", "program")}
    ids |= {f"goodword_{name}_id": said[name] for name in ("journey", "ask")}
    states = {f"goodword_{name}": said[name] for name in ("owed", "state", "reward")}
    return ids | states


def _read(reply: Reply) -> CrmAnswer:
    if reply.status == 200:
        return CrmAnswer(outcome="written")
    if reply.status in BUSY:
        return later(reply, "rate_limited" if reply.status == 429 else "busy")
    if reply.status == 0 or reply.status >= 500:
        return CrmAnswer(outcome="later", reason=reply.unclear)
    told: Any = part(reply.body, "errors", 0, "code") or part(reply.body, "category")
    if reply.status == 404 and told == "OBJECT_NOT_FOUND":
        return CrmAnswer(outcome="gone", reason="not_there")
    return refused(told)
