"""A shopper is always sent on: to the link's destination, or to a fallback known to be good.

The click is stored before the answer. If that fails the shopper still goes on, with a click id that
attribution can verify by itself, and the failure is counted.
"""

import hmac
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from goodword.advocates.code import fold
from goodword.errors import InvalidInput
from goodword.tracking.click import NONCE_BYTES, sign_click
from goodword.tracking.destination import is_allowed, with_parameters
from goodword.tracking.visit import (
    country_of,
    device_of,
    is_counted,
    opened_of,
    source_of,
    visitor_of,
)

from goodword_aws.hot.client import AwsFailedError, Client
from goodword_aws.hot.links import Link, Links
from goodword_aws.hot.row import Item, click_item

CLICK_PARAMETER = "gw_click"
CODE_PARAMETER = "via"
EDGE_HEADER = "x-goodword-edge"
OF_THE_EDGE = "cloudfront-"
_NOTHING: dict[str, str | None] = {CLICK_PARAMETER: None, CODE_PARAMETER: None}

Response = dict[str, Any]


class Visit(NamedTuple):
    """An HTTP API event (payload 2.0) as far as the redirect looks at it; it trusts nothing."""

    code: str
    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    address: str

    @classmethod
    def of(cls, event: Mapping[str, Any], edge_sign: str) -> "Visit":
        """Whatever is missing is empty; what the edge found out counts only under its sign."""
        http = (event.get("requestContext") or {}).get("http") or {}
        headers = _believed(event.get("headers") or {}, edge_sign)
        path = event.get("pathParameters") or {}
        viewer = headers.get("cloudfront-viewer-address", "").rpartition(":")[0]  # has a port
        return cls(
            code=unquote(path.get("code") or path.get("proxy") or "").strip("/"),
            method=http.get("method", ""),
            headers=headers,
            query=event.get("queryStringParameters") or {},
            address=viewer or http.get("sourceIp", ""),
        )


class Redirect(NamedTuple):
    """Everything one process needs to answer.

    `secret` gives the click secret, or None while it is not to be had; `count_lost` takes the
    reason why a click could not be stored; `edge_sign` is what our own edge sends along, or empty.
    """

    links: Links
    store: Client
    arrivals_table: str
    fallback_url: str
    secret: Callable[[], bytes | None]
    now_ms: Callable[[], int]
    entropy: Callable[[int], bytes]
    count_lost: Callable[[str], None]
    edge_sign: str = ""

    def answer(self, event: Mapping[str, Any]) -> Response:
        """302, always: what nobody foresaw sends the shopper to the fallback, and is counted."""
        try:
            target = self._target(Visit.of(event, self.edge_sign))
        except Exception as unforeseen:  # noqa: BLE001 - a shopper never meets an error page
            self.count_lost(type(unforeseen).__name__)
            target = self.fallback_url
        return _found(target)

    def _target(self, visit: Visit) -> str:
        counted = is_counted(visit.method, visit.headers)
        try:
            link = self.links.find(fold(visit.code))
        except InvalidInput:
            return self.fallback_url
        except AwsFailedError as failed:
            if counted:
                self.count_lost(failed.code)
            return self.fallback_url
        if link is None:
            return self.fallback_url
        now_ms = self.now_ms()
        if not link.is_open(now_ms) or not is_allowed(link.destination, link.hosts):
            return link.fallback if is_allowed(link.fallback, link.hosts) else self.fallback_url
        carried = self._record(link, visit, now_ms) if counted else _NOTHING
        return with_parameters(link.destination, carried, link.parameters)

    def _record(self, link: Link, visit: Visit, now_ms: int) -> dict[str, str | None]:
        """Store the click; the parameters that carry it on."""
        secret = self.secret()
        if secret is None:
            self.count_lost("NoClickSecret")
            return {CLICK_PARAMETER: None, CODE_PARAMETER: link.shown}
        nonce = self.entropy(NONCE_BYTES)
        item = _item(link, visit, now_ms, nonce, secret)
        try:
            self.store.call("PutItem", TableName=self.arrivals_table, Item=item)
        except AwsFailedError as failed:
            self.count_lost(failed.code)
        click_id = sign_click(now_ms, link.code, nonce, secret)
        return {CLICK_PARAMETER: click_id, CODE_PARAMETER: link.shown}


def _item(link: Link, visit: Visit, now_ms: int, nonce: bytes, secret: bytes) -> Item:
    agent = visit.headers.get("user-agent", "")
    return click_item(
        nonce=nonce,
        at_ms=now_ms,
        link_id=link.link_id,
        advocate_id=link.advocate_id,
        program_id=link.program_id,
        visitor=visitor_of(visit.address, agent, now_ms, secret),
        device=device_of(agent),
        country=country_of(visit.headers),
        source=source_of(visit.headers, visit.query),
        opened=opened_of(visit.headers),
    )


def _believed(headers: Mapping[str, str], edge_sign: str) -> Mapping[str, str]:
    """Names in lower case. Anybody can call the API past the edge, and write its headers."""
    folded = {name.lower(): value for name, value in headers.items()}
    shown = folded.pop(EDGE_HEADER, "")
    if edge_sign and hmac.compare_digest(shown.encode("utf-8", "replace"), edge_sign.encode()):
        return folded
    return {name: value for name, value in folded.items() if not name.startswith(OF_THE_EDGE)}


def _found(url: str) -> Response:
    return {
        "statusCode": 302,
        "headers": {
            "location": url,
            "cache-control": "no-store",
            "referrer-policy": "strict-origin-when-cross-origin",
        },
        "body": "",
    }
