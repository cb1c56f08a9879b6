"""A form counts only if our own page made it, for this person, in this browser, and only once.

Three things must agree: the `Origin` that the browser sends, a random cookie that no script and no
other site can read, and a token in the form that only this installation can compute from that
cookie and the signed-in subject. Beside it each form carries a key of its own, so that a double
tap or a reload does not act twice.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from goodword.errors import Malformed, NotAllowed
from goodword.languages import is_blank
from goodword.limits import FORM_FIELDS_MAX

TOKEN_FIELD, ONCE_FIELD = "_token", "_once"
TOKEN_BYTES = 24  # bytes of chance in the cookie and in the key of a form
FORM_TYPE = "application/x-www-form-urlencoded"
_ONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_SEED = re.compile(r"[A-Za-z0-9_-]{32}")


def new_seed() -> str:
    """A fresh value for the cookie, also for the key of one form."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def is_seed(text: str) -> bool:
    """Whether a cookie's value can be one of ours."""
    return bool(_SEED.fullmatch(text))


def token_of(secret: bytes, seed: str, subject: str) -> str:
    """The token that belongs to a browser's cookie and a subject (empty: not signed in)."""
    return hmac.new(secret, f"form\0{seed}\0{subject}".encode(), hashlib.sha256).hexdigest()


def parse_form(content_type: str, raw: bytes) -> dict[str, str]:
    """Field -> first value, trimmed; line ends become `\\n`. Raises Malformed.

    What nobody could see (zero-width marks and blanks alone) is nothing.
    """
    if content_type.partition(";")[0].strip().lower() != FORM_TYPE:
        raise Malformed("form_expected", f"send the form as {FORM_TYPE}")
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=FORM_FIELDS_MAX,
        )
    except (ValueError, UnicodeDecodeError) as bad:
        raise Malformed("malformed_form", "the form could not be read") from bad
    found: dict[str, str] = {}
    for name, said in pairs:
        typed = said.replace("\r\n", "\n").strip()
        found.setdefault(name, "" if is_blank(typed) else typed)
    return found


def counted(form: Mapping[str, str]) -> bytes:
    """What a repeat of a form must equal: all but its token, which changes with the secret."""
    rest = sorted((name, said) for name, said in form.items() if name != TOKEN_FIELD)
    return repr(rest).encode()


def check_origin(headers: Mapping[str, str], own_url: str) -> None:
    """Raise NotAllowed unless the browser says that the request comes from our own pages.

    Browsers send Origin with every form that is posted; who sends none must show with
    Sec-Fetch-Site or Referer where it comes from.
    """
    own = origin_of(own_url)
    said = headers.get("origin", "")
    if not said and (site := headers.get("sec-fetch-site", "")):
        said = own if site == "same-origin" else "null"
    if not said:
        said = origin_of(headers.get("referer", ""))
    if said != own:
        raise NotAllowed("foreign_form", "this form was sent from somewhere else")


def check_token(form: Mapping[str, str], seed: str, subject: str, keys: tuple[bytes, ...]) -> str:
    """The key of the form. Raises NotAllowed `form_expired` if the token does not belong."""
    sent = form.get(TOKEN_FIELD, "").encode()
    good = [hmac.compare_digest(token_of(key, seed, subject).encode(), sent) for key in keys]
    if not is_seed(seed) or not any(good):
        raise NotAllowed("form_expired", "this form has expired; open the page again")
    once = form.get(ONCE_FIELD, "")
    if not _ONCE.fullmatch(once):
        raise NotAllowed("form_expired", "this form has expired; open the page again")
    return once


def origin_of(url: str) -> str:
    """`https://go.example/a?b` -> `https://go.example`; empty for what is no address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""
