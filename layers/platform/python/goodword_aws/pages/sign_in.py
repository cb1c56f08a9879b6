"""Signing in is the authorization code flow with PKCE against the pool's own page.

    GET  /auth/sign-in?next=/my   keeps state, nonce and verifier in a cookie, leads to Cognito
    GET  /auth/callback           checks the state, gets the tokens for the code, sets the cookies
    POST /auth/sign-out           revokes the refresh token, drops the cookies, leads to Cognito's
                                  own sign-out, so that the next person at this screen is asked

`next` is a path of ours or nothing: no address from a request is ever followed.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from urllib.parse import urlencode

from goodword.errors import NotAuthentic
from goodword.limits import SIGN_IN_SECONDS_MAX

from goodword_aws.pages.cookies import FLOW, ID, NOTE, REFRESH, SEED, Jar
from goodword_aws.pages.sessions import Pool, Tokens
from goodword_aws.pages.view import Leave, View

REFRESH_SECONDS = 30 * 86_400  # as the pool's client says; Cognito has the last word
_NEXT = re.compile(r"/(?![/\\])[A-Za-z0-9_./~?=&%+-]{0,300}")
# What a query may not bring along: one-time codes and passes, and what the reader is changing.
_NOT_KEPT = frozenset({"code", "state", "nonce", "token", "pass", "secret", "next", "lang"})
_WAY = "."  # between the parts of the flow's cookie; none of them contains it


def safe_next(asked: str, otherwise: str = "/my") -> str:
    """A path of ours, or the other one."""
    return asked if _NEXT.fullmatch(asked) else otherwise


def address_of(path: str, query: Mapping[str, str]) -> str:
    """Where the reader is, to come back to: the path with its query, without anything secret.

    Below /auth/, or if it is longer than may be followed, the path alone.
    """
    kept = {name: said for name, said in query.items() if name not in _NOT_KEPT}
    if not kept or path.startswith("/auth/"):
        return path
    return safe_next(f"{path}?{urlencode(kept)}", path)


def begin(pool: Pool, jar: Jar, back: str, asked: str, language: str) -> Leave:
    """Lead to the pool's page, in the reader's language.

    Cognito's managed login goes by `lang` and by nothing that the browser says; it is English
    otherwise.
    """
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    after = base64.urlsafe_b64encode(safe_next(asked).encode()).decode().rstrip("=")
    kept = _WAY.join((state, nonce, verifier, after))
    digest = hashlib.sha256(verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": pool.client_id,
        "redirect_uri": back,
        "scope": "openid email profile",
        "state": state,
        "nonce": nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
        "lang": language,
    }
    url = f"{pool.domain}/oauth2/authorize?{urlencode(query)}"
    return Leave(url, (jar.set(FLOW, kept, SIGN_IN_SECONDS_MAX),))


def finish(pool: Pool, jar: Jar, back: str, view: View) -> Leave:
    """Come back from it, and go on with the session's cookies. NotAuthentic `bad_sign_in`."""
    parts = view.cookies.get(FLOW, "").split(_WAY)
    state, code = view.query.get("state", ""), view.query.get("code", "")
    if len(parts) != 4 or not code or not secrets.compare_digest(
        state.encode(), parts[0].encode()
    ):  # fmt: skip
        raise NotAuthentic("bad_sign_in", "the sign-in did not work; try again")
    _, nonce, verifier, after = parts
    tokens = pool.exchange(code, verifier, back)
    pool.claims(tokens.id_token, nonce)
    where = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)).decode("utf-8", "replace")
    return Leave(safe_next(where), (*session_cookies(jar, tokens), *jar.drop(FLOW)))


def session_cookies(jar: Jar, tokens: Tokens) -> list[str]:
    """The cookies of a session; without a refresh token, of its next hour."""
    found = [jar.set(ID, tokens.id_token, REFRESH_SECONDS)]
    if tokens.refresh_token:
        found.append(jar.set(REFRESH, tokens.refresh_token, REFRESH_SECONDS))
    return found


def leave(pool: Pool, jar: Jar, home: str, cookies: Mapping[str, str]) -> Leave:
    """Sign out here and at Cognito."""
    if refresh_token := cookies.get(REFRESH):
        pool.revoke(refresh_token)
    query = urlencode({"client_id": pool.client_id, "logout_uri": home})
    dropped = jar.drop(ID, REFRESH, FLOW, SEED, NOTE)
    return Leave(f"{pool.domain}/logout?{query}", tuple(dropped))
