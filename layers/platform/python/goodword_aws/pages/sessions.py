"""Who is signed in is read from an ID token that this process verified itself.

The browser holds Cognito's own tokens in cookies that scripts cannot read; nothing is stored here.
An ID token counts if the pool signed it, for this client, and its hour is not over; then the
refresh token gets the next one. Signing out revokes the refresh token at Cognito, so that a copy
of the cookie is worth nothing after the hour is over.

Times here are the world's, not the product's clock: a laptop's time travel expires no session.
"""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import jwt
from botocore.exceptions import ClientError
from goodword.errors import NotAuthentic, Unavailable
from goodword.limits import STAFF_SESSION_HOURS

from goodword_aws.calls import STAFF, groups_of

TOKEN_SECONDS_MAX = 5  # seconds for an answer of the token endpoint
ANSWER_BYTES_MAX = 64_000  # bytes of a token answer
COOKIE_BYTES_MAX = 3_900  # bytes of a token that browsers still take as a cookie
LEEWAY_SECONDS = 5  # seconds that two clocks may differ


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
        except ClientError as refused:
            raise _translated(refused) from refused
        return Tokens(str(answer["AuthenticationResult"]["IdToken"]))

    def revoke(self, refresh_token: str) -> None:
        """End the session at Cognito; one that is over already is fine."""
        try:
            self.api.revoke_token(Token=refresh_token, ClientId=self.client_id)
        except ClientError as refused:
            if isinstance(translated := _translated(refused), Unavailable):
                raise translated from refused


def _is_old(claims: Mapping[str, Any]) -> bool:
    began = claims.get("auth_time", claims["iat"])
    return time.time() - float(began) > STAFF_SESSION_HOURS * 3_600


def _translated(refused: ClientError) -> NotAuthentic | Unavailable:
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
