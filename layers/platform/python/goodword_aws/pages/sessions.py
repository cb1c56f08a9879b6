"""Who is signed in is read from an ID token that this process verified itself.

The browser holds Cognito's own tokens in cookies that scripts cannot read; nothing is stored here.
An ID token counts if the pool signed it, for this client, and its hour is not over; then the
refresh token gets the next one. Signing out revokes the refresh token at Cognito, so that a copy
of the cookie is worth nothing after the hour is over.

Times here are the world's, not the product's clock: a laptop's time travel expires no session.
"""

import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import jwt
from botocore.exceptions import BotoCoreError, ClientError
from goodword.errors import NotAuthentic, Unavailable
from goodword.limits import STAFF_SESSION_HOURS

from goodword_aws.calls import STAFF, groups_of

TOKEN_SECONDS_MAX = 5  # seconds for an answer of the token endpoint
ANSWER_BYTES_MAX = 64_000  # bytes of a token answer
COOKIE_BYTES_MAX = 3_900  # bytes of a token that browsers still take as a cookie
NAMES_PER_PAGE = 10  # calls of a page to the pool, for what staff is called
NAMES_MAX, NAME_SECONDS = 500, 600  # names that a process remembers, and seconds for which
LEEWAY_SECONDS = 5  # seconds that two clocks may differ


_SUBJECT = re.compile(r"[A-Za-z0-9-]{1,64}")


class SigningKeys(Protocol):
    """The public keys of the pool."""

    def get_signing_key_from_jwt(self, token: str) -> Any: ...


@dataclass(frozen=True)
class Tokens:
    """What Cognito gave; `refresh_token` is empty when only a new ID token came."""

    id_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)


@dataclass(frozen=True)
class Pool:
    """One client of one user pool. `domain` serves /oauth2/*, `issuer` stands in its tokens."""

    client_id: str
    issuer: str
    domain: str
    keys: SigningKeys
    api: Any
    send: Callable[[str, Mapping[str, str]], Mapping[str, Any]]
    known: dict[str, tuple[str, float]] = field(default_factory=dict, repr=False, compare=False)

    def claims(self, id_token: str, nonce: str | None = None) -> dict[str, Any]:
        """The claims of a good ID token. Raises NotAuthentic `bad_session` for any other text."""
        try:
            key = self.keys.get_signing_key_from_jwt(id_token)
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key.key,
                algorithms=["RS256"],
                audience=self.client_id,
                issuer=self.issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "aud", "iss", "sub", "token_use"]},
            )
        except jwt.exceptions.PyJWKClientConnectionError as away:
            raise Unavailable("sign_in_unavailable", "the sign-in cannot be checked now") from away
        except jwt.exceptions.PyJWTError as bad:
            raise NotAuthentic("bad_session", "the session is not valid") from bad
        use = claims["token_use"]
        if use != "id" or (nonce is not None and claims.get("nonce") != nonce):
            raise NotAuthentic("bad_session", "the session is not valid")
        if groups_of(claims.get("cognito:groups")) & STAFF and _is_old(claims):
            raise NotAuthentic("session_over", "sign in again")
        return claims

    def exchange(self, code: str, verifier: str, back: str) -> Tokens:
        """The tokens for a code. Raises NotAuthentic `bad_sign_in` if it is not good (any more)."""
        answer = self.send(
            f"{self.domain}/oauth2/token",
            {
                "grant_type": "authorization_code",
                "client_id": self.client_id,
                "code": code,
                "redirect_uri": back,
                "code_verifier": verifier,
            },
        )
        tokens = Tokens(str(answer.get("id_token", "")), str(answer.get("refresh_token", "")))
        if not tokens.id_token or len(tokens.refresh_token) > COOKIE_BYTES_MAX:
            raise NotAuthentic("bad_sign_in", "the sign-in did not work; try again")
        return tokens

    def refresh(self, refresh_token: str) -> Tokens:
        """A new ID token. Raises NotAuthentic `session_over` once the refresh token is revoked."""
        try:
            answer = self.api.initiate_auth(
                ClientId=self.client_id,
                AuthFlow="REFRESH_TOKEN_AUTH",
                AuthParameters={"REFRESH_TOKEN": refresh_token},
            )
        except (ClientError, BotoCoreError) as refused:
            raise _translated(refused) from refused
        return Tokens(str(answer["AuthenticationResult"]["IdToken"]))

    def name_of(self, subject: str) -> str:
        """What somebody is called at the pool: their name, else their address; "" if unknown.

        Nobody's page fails for it: what the pool does not answer is not known.
        """
        if not _SUBJECT.fullmatch(subject):  # it stands in a filter
            return ""
        pool_id = self.issuer.rpartition("/")[2]
        asked = {"UserPoolId": pool_id, "Filter": f'sub = "{subject}"', "Limit": 1}
        try:
            users = self.api.list_users(**asked)["Users"]
        except (BotoCoreError, ClientError):
            return ""
        said = {one["Name"]: one["Value"] for user in users for one in user["Attributes"]}
        return str(said.get("name") or said.get("email") or "")

    def names(self) -> Callable[[str], str]:
        """What staff is called, for one page: subject -> name, "" where it is not known.

        The journal keeps ids, pages show names. A process remembers them for NAME_SECONDS; a page
        asks for at most NAMES_PER_PAGE that are not remembered.
        """
        left = NAMES_PER_PAGE

        def named(subject: str) -> str:
            nonlocal left
            name, until = self.known.get(subject, ("", 0.0))
            if until > time.monotonic() or left == 0:
                return name
            left -= 1
            name = self.name_of(subject)
            if len(self.known) >= NAMES_MAX:
                self.known.clear()
            self.known[subject] = name, time.monotonic() + NAME_SECONDS
            return name

        return named

    def revoke(self, refresh_token: str) -> None:
        """End the session at Cognito; one that is over already is fine."""
        try:
            self.api.revoke_token(Token=refresh_token, ClientId=self.client_id)
        except (ClientError, BotoCoreError) as refused:
            if isinstance(translated := _translated(refused), Unavailable):
                raise translated from refused


def _is_old(claims: Mapping[str, Any]) -> bool:
    began = claims.get("auth_time", claims["iat"])
    return time.time() - float(began) > STAFF_SESSION_HOURS * 3_600


def _translated(refused: ClientError | BotoCoreError) -> NotAuthentic | Unavailable:
    if not isinstance(refused, ClientError):  # no answer at all
        return Unavailable("sign_in_unavailable", "signing in does not work right now")
    if refused.response["ResponseMetadata"].get("HTTPStatusCode", 0) >= 500 or refused.response[
        "Error"
    ]["Code"] in ("TooManyRequestsException", "InternalErrorException"):
        return Unavailable("sign_in_unavailable", "signing in does not work right now")
    return NotAuthentic("session_over", "sign in again")


def post_form(url: str, fields: Mapping[str, str]) -> Mapping[str, Any]:
    """POST to the token endpoint of our own settings. A refusal (4xx) is an empty answer."""
    request = urllib.request.Request(  # noqa: S310 - the address is a setting, not an input
        url,
        data=urllib.parse.urlencode(fields).encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    try:
        with urllib.request.urlopen(request, timeout=TOKEN_SECONDS_MAX) as reply:  # noqa: S310
            answer: Mapping[str, Any] = json.loads(reply.read(ANSWER_BYTES_MAX))
            return answer
    except urllib.error.HTTPError as refused:
        if refused.code < 500:
            return {}
        raise Unavailable("sign_in_unavailable", "signing in does not work right now") from refused
    except (OSError, ValueError) as away:
        raise Unavailable("sign_in_unavailable", "signing in does not work right now") from away
