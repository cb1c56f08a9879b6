"""What was typed into a form that came too late is given back to be copied, and nothing secret.

A session ends while somebody writes: the form is refused, and the page that says so is all that is
left of it. So it shows the words again, as text, if the form came from a page of ours. Never shown
are fields that name a secret or where one is paid, whatever looks like an account number, and
anything of the pages of payout methods and of sign-in.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from goodword.errors import GoodwordError

from goodword_aws import calls
from goodword_aws.pages import forms
from goodword_aws.settings import settings

TOO_LATE = frozenset({"not_signed_in", "form_expired"})
# Whole parts of a name, so that `mapping` and `tokens` of a text are not taken for secrets.
_SECRET = re.compile(
    r"(?i)(^|_)(pass(word|phrase|wd)?|pin|secret|token|keys?|iban|bic|account|card|cvc|receiver"
    r"|destination|paypal|wallet|rail|verifier|state|code)(_|$)"
)
_NUMBER = re.compile(r"(?i)\b[a-z]{2}\d{2}[ ]?(?:[a-z0-9]{2,4}[ ]?){3,8}\b|\d(?:[ -]?\d){11,}")
_PRIVATE = re.compile(r"^/(auth|my/payouts)(/|$)")
_WORDS = re.compile(r"\s|.{25}", re.DOTALL)  # a text that somebody wrote, and no id or choice
_SHOWN_MAX = 10  # fields; a form of ours has fewer texts


class Typed(NamedTuple):
    """A field with what was typed into it."""

    name: str
    text: str


def typed(
    event: Mapping[str, Any], headers: Mapping[str, str], path: str, refused: GoodwordError
) -> tuple[Typed, ...]:
    """What is shown again of a request that was refused; mostly nothing."""
    posted = event.get("requestContext", {}).get("http", {}).get("method") == "POST"
    if refused.code not in TOO_LATE or not posted or _PRIVATE.search(unquote(path)):
        return ()
    try:
        forms.check_origin(headers, settings().public_url)
        form = forms.parse_form(headers.get("content-type", ""), calls.raw_body(dict(event)))
    except GoodwordError:  # from elsewhere, or no form: its words are nobody's of ours
        return ()
    found = [Typed(name, said) for name, said in form.items() if _may_show(name, said)]
    return tuple(found[:_SHOWN_MAX])


def _may_show(name: str, said: str) -> bool:
    if name.startswith("_") or _SECRET.search(name) or _NUMBER.search(said):
        return False
    return bool(_WORDS.search(said))
