"""Which CRMs are written to is what the installation's secret of CRM keys says, by source:

    {"src_...": {"kind": "hubspot", "access_token": "pat-eu1-...", "leads": true},
     "src_...": {"kind": "salesforce", "base_url": "https://acme.my.salesforce.com",
                 "client_id": "...", "client_secret": "..."}}

With `leads` it is given those who were introduced. What is not understood keeps only that CRM away;
its source is told, its keys never.
"""

from collections.abc import Callable, Mapping
from typing import Any

from goodword.journeys.copied import Crm

from goodword_aws.crm import hubspot
from goodword_aws.crm.answers import read_body
from goodword_aws.crm.hubspot import HubSpotCrm
from goodword_aws.crm.salesforce import SalesforceCrm
from goodword_aws.rails.setup import object_of
from goodword_aws.rails.wire import Wire


def crms_of(text: str, told: Callable[[str], None]) -> Mapping[str, Crm]:
    """The CRMs by source id; `told` gets the sources whose keys are not understood."""
    found: dict[str, Crm] = {}
    for source_id, keys in object_of(text, told).items():
        try:
            found[source_id] = _MAKE[keys["kind"]](keys)
        except (AttributeError, KeyError, TypeError, ValueError):
            told(source_id[:40])
    return found


def _text(keys: Mapping[str, Any], name: str) -> str:
    value = keys[name]
    if not isinstance(value, str) or not value:
        raise TypeError(f"{name} must be a text")
    return value


def _leads(keys: Mapping[str, Any]) -> bool:
    value = keys.get("leads", False)
    if not isinstance(value, bool):
        raise TypeError("leads must be true or false")
    return value


def _hubspot(keys: Mapping[str, Any]) -> Crm:
    wire = Wire(keys.get("base_url") or hubspot.BASE, read=read_body)
    return HubSpotCrm(wire, _text(keys, "access_token"), takes_leads=_leads(keys))


def _salesforce(keys: Mapping[str, Any]) -> Crm:
    wire = Wire(_text(keys, "base_url"), read=read_body)
    client = (_text(keys, "client_id"), _text(keys, "client_secret"))
    return SalesforceCrm(wire, *client, takes_leads=_leads(keys))


_MAKE: Mapping[str, Callable[[Mapping[str, Any]], Crm]] = {
    "hubspot": _hubspot,
    "salesforce": _salesforce,
}
