"""Personal fields live in one sealed item per person; everything else knows the person by id.

Nothing in this module prints a personal value: the models hide them from `repr`, and so from logs,
assertion messages and exception texts.
"""

import re
import unicodedata
from typing import Annotated, ClassVar, Literal
from urllib.parse import unquote

from pydantic import AfterValidator, Field, StringConstraints

from goodword.errors import InvalidInput
from goodword.languages import written
from goodword.records import Key, Record, Value

Locale = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
Zone = Annotated[str, StringConstraints(max_length=40, pattern=r"^[A-Za-z0-9_+/-]*$")]
Written = Annotated[str, AfterValidator(written)]  # one line of what can be seen
Letters = Literal["rewards", "payouts"]  # sorts of letters that a person may do without

EMAIL_LENGTH_MAX = 254  # characters; the longest address that mail servers pass on
LOCAL_LENGTH_MAX = 64  # characters before the @
ENCODED_MAX = 3  # times that a text may be percent-encoded over and over and still be read
_ADDRESS = re.compile(r"[^\s/?&=#@:]@[^\s/?&=#@]+\.[^\W\d_]{2}")
_DOTLESS_DOMAINS = frozenset({"gmail.com", "googlemail.com"})


class PersonalFields(Value):
    """All that is known of one person. `payout` is what the rail needs to reach them.

    `email` is the address as the person wrote it: mail goes there, look-ups use `fold_email`.
    `zone` is where their clock stands (empty: not said), `muted` what letters they do not want.
    """

    name: Written = Field(default="", max_length=200, repr=False)
    email: str = Field(default="", max_length=EMAIL_LENGTH_MAX, repr=False)
    locale: Locale = "en"
    zone: Zone = Field(default="", repr=False)
    muted: tuple[Letters, ...] = ()
    payout: dict[str, str] = Field(default={}, max_length=20, repr=False)


class VaultItem(Record):
    """Sealed personal fields. The seal is bound to the person and to the stored version."""

    KIND: ClassVar[str] = "vault"

    person_id: str
    sealed: str = Field(repr=False)

    @property
    def key(self) -> Key:
        return vault_key(self.person_id)


def vault_key(person_id: str) -> Key:
    """Where a person's fields are."""
    return Key("core", f"VAULT#{person_id}", "VAULT")


def clean_email(text: str) -> str:
    """The address without surrounding space, as mail is sent to it. InvalidInput `bad_email`.

    Only the form is checked: one @, a dotted domain, no space or control character. Whether mail
    arrives is found out by sending some. The refusal never quotes what was written.
    """
    address = unicodedata.normalize("NFKC", text).strip()
    local, at, domain = address.rpartition("@")
    labels = domain.split(".")
    well_formed = (
        at
        and 0 < len(local) <= LOCAL_LENGTH_MAX
        and len(address) <= EMAIL_LENGTH_MAX
        and "@" not in local
        and len(labels) > 1
        and all(labels)
        and not any(unicodedata.category(letter)[0] in "CZ" for letter in address)
        and not set(address) & set('<>(),;:\\"[]')
    )
    if not well_formed:
        raise InvalidInput("bad_email", "this is not an e-mail address")
    return address


def names_an_address(text: str) -> bool:
    """Whether something like an e-mail address stands in a text or URL, also percent-encoded.

    For what is kept or sent on in plain and may name nobody: a link's destination, a rationale.
    `https://shop.example/@brand/shoes` names none; `?e=ann%2540mail.example` does.
    """
    for _ in range(ENCODED_MAX):
        text = unquote(text)
    return _ADDRESS.search(text) is not None


def fold_email(text: str) -> str:
    """One spelling for all the addresses that reach the same person. InvalidInput `bad_email`.

    NFKC, lower case; a `+tag` is dropped everywhere, dots before the @ are dropped for Gmail, whose
    two domains are one. `A.Nn+x@GoogleMail.com` and `ann@gmail.com` fold to the same. A few servers
    do tell `+tags` apart; two such people would be taken for one, which holds a reward for review
    rather than paying one person twice.
    """
    folded = unicodedata.normalize("NFKC", clean_email(text).casefold())
    local, _, domain = folded.rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _DOTLESS_DOMAINS:
        domain, local = "gmail.com", local.replace(".", "") or local
    return f"{local}@{domain}"
