"""Signing in is the authorization code flow with PKCE against the pool's own page.

    GET  /auth/sign-in?next=/my   keeps state, nonce and verifier in a cookie of its own, leads to
                                  Cognito
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
from typing import Any
from urllib.parse import urlencode

from goodword.errors import NotAuthentic, Unavailable
from goodword.limits import SIGN_IN_SECONDS_MAX

from goodword_aws.calls import STAFF, groups_of
from goodword_aws.pages.cookies import (
    FLOW,
    FLOWS_MAX,
    ID,
    NOTE,
    NOTE_SECONDS,
    REFRESH,
    SEED,
    Jar,
    flows_of,
)
from goodword_aws.pages.sessions import Pool, Tokens
from goodword_aws.pages.view import Leave, View

REFRESH_SECONDS = 30 * 86_400  # as the pool's client says; Cognito has the last word
_NEXT = re.compile(r"/(?![/\\])[A-Za-z0-9_./~?=&%+-]{0,300}")
# What a query may not bring along: one-time codes and passes, and what the reader is changing.
_NOT_KEPT = frozenset({"code", "state", "nonce", "token", "pass", "secret", "next", "lang"})
_WAY, _AFTER = ".", "~"  # between the parts of a flow's cookie, and before `next` in a state


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


def begin(
    pool: Pool, jar: Jar, back: str, asked: str, language: str, cookies: Mapping[str, str]
) -> Leave:
    """Lead to the pool's page, in the reader's language.

    Each sign-in has a cookie of its own, so that two tabs do not disturb each other. Cognito's
    managed login goes by `lang` and by nothing that the browser says; it is English otherwise.
    """
    chance, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    after = safe_next(asked, "") or safe_next(asked.partition("?")[0], "")
    state = chance + _AFTER + base64.urlsafe_b64encode(after.encode()).decode().rstrip("=")
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
    spent = flows_of(cookies)[: -(FLOWS_MAX - 1)]
    kept = jar.set(_flow(state), _WAY.join((state, nonce, verifier)), SIGN_IN_SECONDS_MAX)
    return Leave(url, (*jar.drop(*spent), kept))


def next_of(state: str) -> str:
    """Where a sign-in leads, also one that did not work: a path of ours or nothing."""
    _, _, after = state.partition(_AFTER)
    try:
        where = base64.urlsafe_b64decode(after[:600].encode() + b"=" * (-len(after[:600]) % 4))
    except ValueError:
        return ""
    return safe_next(where.decode("utf-8", "replace"), "")


def finish(pool: Pool, jar: Jar, back: str, view: View) -> Leave:
    """Come back from it, and go on with the session's cookies. NotAuthentic `bad_sign_in`."""
    state, code = view.query.get("state", ""), view.query.get("code", "")
    parts = view.cookies.get(_flow(state), "").split(_WAY)
    if len(parts) != 3 or not code or not secrets.compare_digest(
        state.encode(), parts[0].encode()
    ):  # fmt: skip
        raise NotAuthentic("bad_sign_in", "the sign-in did not work; try again")
    _, nonce, verifier = parts
    tokens = pool.exchange(code, verifier, back)
    claims = pool.claims(tokens.id_token, nonce)
    home = "/console" if groups_of(claims.get("cognito:groups")) & STAFF else "/my"
    cookies = (*session_cookies(jar, tokens), *jar.drop(_flow(state)))
    return Leave(next_of(state) or home, cookies)


def _flow(state: str) -> str:
    """The cookie of one sign-in, by the beginning of its state."""
    return f"{FLOW}_{re.sub(r'[^A-Za-z0-9_-]', '', state[:12])}"


def session_cookies(jar: Jar, tokens: Tokens) -> list[str]:
    """The cookies of a session; without a refresh token, of its next hour."""
    found = [jar.set(ID, tokens.id_token, REFRESH_SECONDS)]
    if tokens.refresh_token:
        found.append(jar.set(REFRESH, tokens.refresh_token, REFRESH_SECONDS))
    return found


def recognised(
    pool: Pool, jar: Jar, id_token: str, refresh_token: str
) -> tuple[Mapping[str, Any], list[str]]:
    """The session's claims; the next ID token, with its cookies, if this one's hour is over.

    NotAuthentic if the session is over, Unavailable while that cannot be told.
    """
    try:
        return pool.claims(id_token), []
    except NotAuthentic as over:
        if over.code == "session_over" or not refresh_token:
            raise
    tokens = pool.refresh(refresh_token)
    return pool.claims(tokens.id_token), session_cookies(jar, tokens)


def leave(pool: Pool, jar: Jar, home: str, cookies: Mapping[str, str]) -> Leave:
    """Sign out here and at Cognito. Here it always works; the next page says if it did not there.

    A copy of the session's cookies would then work until its hour is over, or for longer.
    """
    unsure = []
    if refresh_token := cookies.get(REFRESH):
        try:
            pool.revoke(refresh_token)
        except Unavailable:
            unsure = [jar.set(NOTE, "note.signed_out_here", NOTE_SECONDS)]
    query = urlencode({"client_id": pool.client_id, "logout_uri": home})
    dropped = jar.drop(ID, REFRESH, SEED, *flows_of(cookies), *(() if unsure else (NOTE,)))
    return Leave(f"{pool.domain}/logout?{query}", (*dropped, *unsure))
