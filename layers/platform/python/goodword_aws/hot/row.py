"""What is stored of a click, and under which short names: a click is one write unit and 200 bytes.

    pk       TCH#<nonce hex>; with the time it is the touch id, which is therefore not stored
    sk       CLICK
    kind     click; what the stream's filter looks at
    l a p    link, advocate and programme id
    t        time, ms
    v        keyed hash of address and browser, other every day
    d        device: phone, tablet, desktop, other
    c        country, if CloudFront names it
    r        host of the referring page
    f        n: no act of a person opened the page (Sec-Fetch-User is missing), u: one did
    s m n    utm_source, utm_medium and utm_campaign of the short link's own query
    expires_s  when the table drops it

Neither address nor browser is stored, and no code: the link has it.
"""

from collections.abc import Mapping
from typing import Any

from goodword.limits import CLICK_DAYS

Item = dict[str, dict[str, str]]

_OPENED = {"prompted": "u", "unprompted": "n"}
_SOURCE = {"referrer": "r", "source": "s", "medium": "m", "campaign": "n"}


def click_item(
    *,
    nonce: bytes,
    at_ms: int,
    link_id: str,
    advocate_id: str,
    program_id: str,
    visitor: str,
    device: str,
    country: str,
    source: Mapping[str, str],
    opened: str = "",
) -> Item:
    """The item as DynamoDB takes it."""
    words = {
        "pk": f"TCH#{nonce.hex()}",
        "sk": "CLICK",
        "kind": "click",
        "l": link_id,
        "a": advocate_id,
        "p": program_id,
        "v": visitor,
        "d": device,
        **({"c": country} if country else {}),
        **({"f": _OPENED[opened]} if opened else {}),
        **{_SOURCE[name]: word for name, word in source.items()},
    }
    numbers = {"t": at_ms, "expires_s": at_ms // 1000 + CLICK_DAYS * 86_400}
    return {
        **{name: {"S": word} for name, word in words.items()},
        **{name: {"N": str(number)} for name, number in numbers.items()},
    }


def read_click_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """What counting needs, by its full names. Raises KeyError or ValueError on what is no click."""
    if item["kind"]["S"] != "click" or not item["pk"]["S"].startswith("TCH#"):
        raise ValueError("this is not a click")
    return {
        "nonce_hex": item["pk"]["S"].removeprefix("TCH#"),
        "advocate_id": item["a"]["S"],
        "program_id": item["p"]["S"],
        "at_ms": int(item["t"]["N"]),
        "unprompted": item.get("f", {}).get("S") == "n",
    }
