"""Cookies of the pages: for our host only, out of reach of scripts, not sent from other sites.

On https their names begin with `__Host-`, which browsers accept from this very host only and over
TLS only; a sibling host cannot set one. On a laptop's http the same cookies go by their bare names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ID, REFRESH, FLOW, SEED, NOTE = "gw_id", "gw_refresh", "gw_flow", "gw_seed", "gw_note"
# Set by the reader's own script or choice, worth nothing to anybody else: the zone, the language,
# and whether the zone was chosen, so that the script leaves it as it is.
ZONE, LANGUAGE, ZONE_CHOSEN = "gw_zone", "gw_lang", "gw_zone_own"
OPEN = frozenset({ZONE, LANGUAGE, ZONE_CHOSEN})
YEAR_SECONDS = 31_536_000
NOTE_SECONDS = 60  # seconds in which a note must be shown
FLOWS_MAX = 4  # sign-ins that one browser may have begun at the same time, in tabs
_MAX = 60  # cookies of one request that are looked at


@dataclass(frozen=True)
class Jar:
    """How cookies are written here; `secure` is whether people reach us by https."""

    secure: bool

    def name(self, name: str) -> str:
        """The name on the wire."""
        return name if name in OPEN or not self.secure else f"__Host-{name}"

    def read(self, sent: Sequence[str]) -> dict[str, str]:
        """Bare name -> value of what the browser sent (`["gw_id=…", …]`); the first one counts."""
        found: dict[str, str] = {}
        bare = {self.name(name): name for name in (ID, REFRESH, SEED, NOTE, ZONE, LANGUAGE)}
        flow = self.name(FLOW)
        for each in sent[:_MAX]:
            name, _, value = each.partition("=")
            known = bare.get(name.strip())
            if known is None and name.strip().startswith(f"{flow}_"):
                known = FLOW + name.strip().removeprefix(flow)
            if known is not None:
                found.setdefault(known, value.strip())
        return found

    def set(self, name: str, value: str, seconds: int | None = None) -> str:
        """A Set-Cookie header's value; without `seconds` it goes when the browser is closed."""
        parts = [f"{self.name(name)}={value}", "Path=/", "SameSite=Lax"]
        if name not in OPEN:
            parts.append("HttpOnly")
        if self.secure:
            parts.append("Secure")
        if seconds is not None:
            parts.append(f"Max-Age={seconds}")
        return "; ".join(parts)

    def chosen(self, language: str, zone: str) -> list[str]:
        """Headers that keep what the reader chose; an empty one stays as it was."""
        said = {LANGUAGE: language, ZONE: zone, ZONE_CHOSEN: "yes" if zone else ""}
        return [self.set(name, value, YEAR_SECONDS) for name, value in said.items() if value]

    def drop(self, *names: str) -> list[str]:
        """Headers that remove them."""
        return [self.set(name, "", 0) for name in names]


def flows_of(cookies: Mapping[str, str]) -> list[str]:
    """The names of the sign-ins that the browser has begun, as it sent them: oldest first."""
    return [name for name in cookies if name.startswith(f"{FLOW}_")]


def sent_cookies(event: Mapping[str, Any]) -> Sequence[str]:
    """The cookies of an HTTP API event; the emulator leaves them in their header."""
    if cookies := event.get("cookies"):
        return [str(each) for each in cookies]
    header = next((v for k, v in (event.get("headers") or {}).items() if k.lower() == "cookie"), "")
    return [each for each in str(header).split(";") if each]
