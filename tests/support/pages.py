"""The pages over a town in memory, read by a browser that keeps cookies and sends forms.

The user pool is one of our own: a key pair, and the two calls that the pages make of Cognito.
"""

import base64
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import rsa
from goodword_aws import accounts, wiring
from goodword_aws.pages.sessions import Pool

from tests.support.api import Caller, Front, front
from tests.support.functions import CONTEXT

CLIENT_ID, ISSUER = "pages-client", "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_people"
HOME = "https://go.example"
KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
NEUTRAL = "en-GB"


@dataclass
class FakePool:
    """A user pool that signs whom it is told to. `codes` are the sign-ins that can be finished."""

    codes: dict[str, Caller] = field(default_factory=dict)
    refreshes: dict[str, Caller] = field(default_factory=dict)
    revoked: list[str] = field(default_factory=list)
    sent: list[Mapping[str, str]] = field(default_factory=list)
    nonces: dict[str, str] = field(default_factory=dict)
    challenges: dict[str, str] = field(default_factory=dict)
    people: dict[str, dict[str, str]] = field(default_factory=dict)
    looked_up: list[str] = field(default_factory=list)
    groups: dict[str, list[str]] = field(default_factory=dict)

    def token(self, who: Caller, *, key: rsa.RSAPrivateKey = KEY, **changes: Any) -> str:
        """An ID token; a change of None leaves the claim out."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "sub": who.subject,
            "email": who.email,
            "email_verified": who.verified,
            "cognito:groups": list(who.groups),
            "iss": ISSUER,
            "aud": CLIENT_ID,
            "token_use": "id",
            "iat": now,
            "auth_time": now,
            "exp": now + 3_600,
        } | changes
        kept = {name: said for name, said in claims.items() if said is not None}
        return jwt.encode(kept, key, algorithm="RS256", headers={"kid": "k1"})

    def get_signing_key_from_jwt(self, token: str) -> Any:
        """As PyJWKClient: the public key that the token's header names."""
        if jwt.get_unverified_header(token).get("kid") != "k1":
            raise jwt.exceptions.PyJWKClientError("no such key")
        return SimpleNamespace(key=KEY.public_key())

    def send(self, url: str, fields: Mapping[str, str]) -> Mapping[str, Any]:
        """The token endpoint."""
        assert url == "https://sign-in.example/oauth2/token"
        self.sent.append(fields)
        who = self.codes.pop(fields["code"], None)
        if who is None:
            return {}
        refresh = f"refresh-{who.subject}"
        self.refreshes[refresh] = who
        return {
            "id_token": self.token(who, nonce=self.nonces.get(fields["code"])),
            "refresh_token": refresh,
        }

    def initiate_auth(self, **asked: Any) -> dict[str, Any]:
        """Cognito's InitiateAuth, for a refresh."""
        assert asked["AuthFlow"] == "REFRESH_TOKEN_AUTH"
        who = self.refreshes.get(asked["AuthParameters"]["REFRESH_TOKEN"])
        if who is None:
            raise refusal("NotAuthorizedException", 400)
        return {"AuthenticationResult": {"IdToken": self.token(who)}}

    def list_users(self, **asked: Any) -> dict[str, Any]:
        """Cognito's ListUsers, by subject; `people` are attributes by subject."""
        assert asked["UserPoolId"] == ISSUER.rpartition("/")[2]
        subject = asked["Filter"].removeprefix('sub = "').removesuffix('"')
        self.looked_up.append(subject)
        said = self.people.get(subject)
        if said is not None and "refused" in said:
            raise refusal("TooManyRequestsException", 400)
        rows = [{"Name": name, "Value": value} for name, value in (said or {}).items()]
        return {"Users": [{"Username": subject, "Attributes": rows}] if said else []}

    def list_users_in_group(self, **asked: Any) -> dict[str, Any]:
        """Cognito's ListUsersInGroup; `groups` are subjects by group, {} refuses."""
        if asked["GroupName"] not in self.groups:
            raise refusal("TooManyRequestsException", 400)
        members = self.groups[asked["GroupName"]]
        at = int(asked.get("NextToken", 0))
        users = [
            {
                "Username": one,
                "Enabled": "disabled" not in self.people.get(one, {}),
                "Attributes": [
                    {"Name": name, "Value": value}
                    for name, value in {"sub": one, **self.people.get(one, {})}.items()
                ],
            }
            for one in members[at : at + asked["Limit"]]
        ]
        more = {"NextToken": str(at + asked["Limit"])} if at + asked["Limit"] < len(members) else {}
        return {"Users": users, **more}

    def revoke_token(self, **asked: Any) -> None:
        """Cognito's RevokeToken."""
        self.revoked.append(asked["Token"])
        self.refreshes.pop(asked["Token"], None)


def refusal(code: str, status: int) -> ClientError:
    """What botocore raises."""
    said: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(said, "InitiateAuth")


@dataclass
class Shown:
    """A page that came back."""

    status: int
    html: str
    headers: dict[str, str]
    path: str
    cookies: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """The text as people read it."""
        reading = _Words()
        reading.feed(self.html)
        return re.sub(r"\s+", " ", " ".join(reading.found)).strip()

    def tag(self, id: str) -> str:
        """The tag that has an id, with its attributes."""
        found = re.search(rf'<\w+ [^>]*\bid="{re.escape(id)}"[^>]*>', self.html)
        assert found, f"nothing called {id} on {self.path}"
        return found[0]

    @property
    def followed(self) -> list[str]:
        """The ids of what the page fetches anew while it follows its work."""
        tags = re.findall(r"<\w+ [^>]*\bdata-(?:live|part)\b[^>]*>", self.html)
        return [tag.partition(' id="')[2].partition('"')[0] for tag in tags]

    @property
    def location(self) -> str:
        """Where it leads."""
        return self.headers.get("Location", "")

    def fields(self, action: str) -> dict[str, str]:
        """The fields of the form that is sent to `action`, as they stand."""
        reading = _Forms()
        reading.feed(self.html)
        found = [fields for where, fields in reading.found if where == action]
        assert found, f"no form to {action} on {self.path}: {[f for f, _ in reading.found]}"
        return dict(found[0])


@dataclass
class Browser:
    """One reader's browser: it keeps cookies, and sends the Origin of the page it is on."""

    pool: FakePool
    api: Front
    cookies: dict[str, str] = field(default_factory=dict)
    language: str = NEUTRAL

    def get(self, path: str, **query: str) -> Shown:
        """Open a page; redirects are not followed."""
        return self.ask("GET", path, query=query)

    def follow(self, path: str) -> Shown:
        """Open a page and follow redirects on our own host."""
        shown = self.get(path)
        for _ in range(5):
            if not shown.location.startswith("/"):
                break
            parts = urlsplit(shown.location)
            shown = self.get(parts.path, **{k: v[0] for k, v in parse_qs(parts.query).items()})
        return shown

    def send(self, page: Shown, action: str, /, **fields: str) -> Shown:
        """Fill in the form of a page and send it."""
        return self.ask("POST", action, form=page.fields(action) | fields)

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Shown:
        """One request, as the HTTP API hands it over."""
        sent = {"accept-language": self.language}
        if method == "POST":
            sent |= {"content-type": "application/x-www-form-urlencoded", "origin": HOME}
        event = {
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": urlencode(query or {}),
            "queryStringParameters": dict(query or {}),
            "headers": {**sent, **(headers or {})},
            "cookies": [f"{name}={value}" for name, value in self.cookies.items()],
            "requestContext": {"requestId": "req-1", "http": {"method": method, "path": path}},
            "isBase64Encoded": form is not None,
        }
        if form is not None:
            event["body"] = base64.b64encode(urlencode(form).encode()).decode()
        face = "console_web" if path.startswith("/console") else "portal_web"
        answer = self.api.api(face)(event, CONTEXT)
        for each in answer["cookies"]:
            self._keep(each)
        body = answer["body"]
        if answer["isBase64Encoded"]:
            body = base64.b64decode(body).decode(errors="replace")
        return Shown(answer["statusCode"], body, answer["headers"], path, answer["cookies"])

    def sign_in(self, who: Caller) -> None:
        """Through the whole flow, as a person would."""
        begun = self.get("/auth/sign-in", next="/my")
        asked = {name: said[0] for name, said in parse_qs(urlsplit(begun.location).query).items()}
        code = f"code-{who.subject}-{len(self.pool.sent)}"
        self.pool.codes[code] = who
        self.pool.nonces[code] = asked["nonce"]
        back = self.get("/auth/callback", code=code, state=asked["state"])
        assert back.status == 303, back.words

    def _keep(self, header: str) -> None:
        first, *rest = header.split("; ")
        name, _, value = first.partition("=")
        if "Max-Age=0" in rest:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value


@dataclass
class Pages(Front):
    """The APIs and the pages of one installation."""

    pool: FakePool = field(default_factory=FakePool)

    def browser(self, who: Caller | None = None) -> Browser:
        """A fresh browser, signed in if somebody is named."""
        made = Browser(self.pool, self)
        if who is not None:
            made.sign_in(who)
        return made


@contextmanager
def pages() -> Iterator[Pages]:
    """Portal, console and people's APIs over one town in memory."""
    with front() as here, signing_in() as fake:
        yield Pages(here.town, pool=fake)


@contextmanager
def signing_in() -> Iterator[FakePool]:
    """A pool to sign in to, for pages over any world; call inside `over`."""
    fake = FakePool()
    pool = Pool(CLIENT_ID, ISSUER, "https://sign-in.example", fake, fake, fake.send)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "pool", lambda: pool)
        patch.setattr(
            accounts, "pool_staff", lambda: accounts.PoolStaff(lambda: fake, ISSUER[-16:])
        )
        patch.setattr(wiring, "secrets", lambda: SimpleNamespace(read=lambda _: (b"page secret",)))
        yield fake


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self._inside = False
        self._select = self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[-1][1][self._area] += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((said.get("action", ""), {}))
            self._inside = True
        elif tag == "select":
            self._select = said.get("name", "")
        elif tag == "option" and self._inside and self._select:
            fields = self.found[-1][1]
            if "selected" in said or self._select not in fields:  # as browsers do: the first one
                fields[self._select] = said.get("value", "")
        elif tag == "textarea" and self._inside:
            self._area = said.get("name", "")
            self.found[-1][1][self._area] = ""
        elif tag == "input" and self._inside and said.get("name"):
            box = said.get("type") in ("checkbox", "radio")
            if not box or "checked" in said:
                self.found[-1][1][said["name"]] = said.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "form"
        self._select = "" if tag == "select" else self._select
        self._area = "" if tag == "textarea" else self._area
