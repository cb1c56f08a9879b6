"""The people's APIs over a town in memory, called as the gateway calls them."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from goodword_aws import wiring

from tests.fakes.privacy import PlainSealer
from tests.support.functions import CONTEXT, load, over, sample
from tests.support.people import MACS, Town, http


@dataclass(frozen=True)
class Caller:
    """Somebody who is signed in."""

    subject: str
    email: str
    groups: tuple[str, ...] = ()
    verified: bool = True


ANNA = Caller("sub-anna", "anna@mail.example")
BEN = Caller("sub-ben", "ben@mail.example")
MARKETER = Caller("sub-mara", "mara@shop.example", ("marketer",))
ANALYST = Caller("sub-lars", "lars@shop.example", ("analyst",))
FINANCE = Caller("sub-fay", "fay@shop.example", ("finance",))
ADMIN = Caller("sub-ada", "ada@shop.example", ("admin",))
STAFF = (MARKETER, ANALYST, FINANCE, ADMIN)


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    text: str
    headers: dict[str, str]

    @property
    def body(self) -> Any:
        """The JSON."""
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """The code of a refusal."""
        return str(self.body["code"])


@dataclass
class Front:
    """The functions of one installation; `api("programs_api")` is the loaded Api."""

    town: Town
    loaded: dict[str, Any] = field(default_factory=dict)
    replies: list[Reply] = field(default_factory=list)
    _keys: int = 0

    def api(self, function: str) -> Any:
        """The Api of a function, loaded once."""
        if function not in self.loaded:
            self.loaded[function] = load(function).handler
        return self.loaded[function]

    def send(self, function: str, event: dict[str, Any]) -> Reply:
        """Invoke the handler with a raw event."""
        answer = self.api(function)(event, CONTEXT)
        headers = dict(answer.get("headers") or {})
        for name, values in (answer.get("multiValueHeaders") or {}).items():
            headers[name] = values[0]
        text = answer.get("body") or ""
        if answer.get("isBase64Encoded"):
            text = base64.b64decode(text).decode()
        reply = Reply(answer["statusCode"], text, headers)
        self.replies.append(reply)
        return reply

    def sample(self, function: str, case: str) -> Reply:
        """Invoke the handler with a sample event."""
        return self.send(function, sample(function, case))

    def __call__(
        self,
        caller: Caller,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str = "",
        query: dict[str, str] | None = None,
    ) -> Reply:
        """One call by somebody; every write has a key of its own unless one is given."""
        self._keys += 1
        event = http(
            method,
            path,
            body,
            subject=caller.subject,
            email=caller.email,
            groups=caller.groups,
            verified=caller.verified,
            key=key or f"key-{self._keys}",
            query=query,
        )
        return self.send(function_of(path), event)


def function_of(path: str) -> str:
    """The function that the gateway leads a path to: the longest route wins."""
    if path.startswith("/v1/programs") and "/drafts" in path:
        return "programs_api_drafts"
    if path.startswith(("/v1/journeys", "/v1/subjects")):
        return "journeys_api"
    programs = path.startswith(("/v1/programs", "/v1/sources", "/v1/rates"))
    return "programs_api" if programs else "advocates_api"


def join(
    call: Front, program_id: str, who: Caller = ANNA, *, key: str = "", **fields: object
) -> Reply:
    """Somebody joins on version 1."""
    body = {
        "program_id": program_id,
        "accept_terms_version": 1,
        "disclosure_acknowledged": True,
    } | fields
    return call(who, "POST", "/v1/me/enrolments", body, key=key)


@contextmanager
def front(town: Town | None = None) -> Iterator[Front]:
    """Both APIs over a town; everything else is the real wiring."""
    here = town or Town()
    with over(here) as patch:
        patch.setattr(wiring, "blind_index", lambda: MACS)
        patch.setattr(wiring, "vault", lambda: here.vault)
        patch.setattr(wiring, "secrets", lambda: SimpleNamespace(read=lambda _: (b"page secret",)))
        patch.setattr(wiring, "envelope", lambda purpose="arrival": PlainSealer())
        yield Front(here)
