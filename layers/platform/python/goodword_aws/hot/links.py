"""A link is read once a minute per process; while the store is down the last reading serves on.

Codes that lead nowhere are kept apart and for a shorter time: who tries out codes must not push
real links out, and a new link works soon after somebody looked too early.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple

from goodword.limits import LINK_CACHE_SECONDS

from goodword_aws.hot.client import AwsFailedError, Client

LINKS_KEPT_MAX = 1_000  # links of one process; about 1 MB
UNKNOWN_KEPT_MAX = 1_000  # codes without a link; about 100 kB
UNKNOWN_SECONDS = 10  # seconds a code is taken to lead nowhere
RETRY_SECONDS = 5  # seconds until a link that could not be read again is tried again


class Link(NamedTuple):
    """What the redirect needs of `goodword.advocates.model.Link`; `shown` is the code as spelt."""

    code: str
    shown: str
    link_id: str
    advocate_id: str
    program_id: str
    active: bool
    destination: str
    hosts: tuple[str, ...]
    parameters: dict[str, str]
    fallback: str
    expires_ms: int | None

    def is_open(self, now_ms: int) -> bool:
        """Whether it leads to its destination at this time."""
        return self.active and (self.expires_ms is None or now_ms < self.expires_ms)


class Links:
    """Looks links up by their folded code. `seconds` is a clock that only moves forward."""

    def __init__(self, store: Client, table: str, seconds: Callable[[], float]) -> None:
        self._store = store
        self._table = table
        self._seconds = seconds
        self._known: OrderedDict[str, tuple[float, Link]] = OrderedDict()
        self._unknown: OrderedDict[str, float] = OrderedDict()

    def find(self, code: str) -> Link | None:
        """The link of a code, if there is one. Raises AwsFailedError if nobody can tell."""
        now = self._seconds()
        if self._unknown.get(code, now) > now:
            return None
        until, known = self._known.get(code, (now, None))
        if until > now:
            self._known.move_to_end(code)
            return known
        try:
            link = self._read(code)
        except AwsFailedError:
            if known is None:
                raise
            self._keep(code, known, now + RETRY_SECONDS)
            return known
        if link is None:
            self._known.pop(code, None)
            _put(self._unknown, code, now + UNKNOWN_SECONDS, UNKNOWN_KEPT_MAX)
        else:
            self._keep(code, link, now + LINK_CACHE_SECONDS)
        return link

    def _keep(self, code: str, link: Link, until: float) -> None:
        _put(self._known, code, (until, link), LINKS_KEPT_MAX)

    def _read(self, code: str) -> Link | None:
        key = {"pk": {"S": f"CODE#{code}"}, "sk": {"S": "LINK"}}
        answer = self._store.call("GetItem", TableName=self._table, Key=key)
        return _link(code, answer["Item"]) if "Item" in answer else None


def _put(kept: OrderedDict[str, Any], code: str, value: object, most: int) -> None:
    kept[code] = value
    kept.move_to_end(code)
    if len(kept) > most:
        kept.popitem(last=False)


def _link(code: str, item: dict[str, Any]) -> Link:
    """The link of a stored item; an item that is not one fails as the store does."""
    try:
        return Link(
            code=code,
            shown=item["code"]["S"],
            link_id=item["link_id"]["S"],
            advocate_id=item["advocate_id"]["S"],
            program_id=item["program_id"]["S"],
            active=item["state"]["S"] == "active",
            destination=item["destination"]["S"],
            hosts=tuple(host["S"] for host in item["hosts"]["L"]),
            parameters={name: each["S"] for name, each in item["parameters"]["M"].items()},
            fallback=item["fallback"]["S"],
            expires_ms=int(item["expires_ms"]["N"]) if "expires_ms" in item else None,
        )
    except (KeyError, TypeError, ValueError) as broken:
        raise AwsFailedError("BrokenLink") from broken
