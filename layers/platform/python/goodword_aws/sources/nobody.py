"""What stands in the place of an id where a form, a template or a script knew of nobody.

Whoever takes it for an id makes one person of strangers: what one agreed to would hold for all.
"""

import re
from urllib.parse import unquote

WORDS = frozenset(
    {
        *("na", "n/a", "n.a", "nan", "nil", "null", "none", "undefined", "unset", "notset"),
        *("not_set", "not-set", "empty", "missing", "false", "true", "id", "tbd"),
        *("unknown", "anonymous", "anon", "guest", "nobody", "test", "example"),
        *("customer_id", "customerid", "customer-id", "user_id", "userid", "user-id"),
        *("contact_id", "requester_id", "organization_id", "subject_id", "anonymous_id"),
        *("anonymousid", "anonymous_user", "anonymous-user", "unknown_user", "no_id"),
        *("user.id", "customer.id", "not-available", "not available", "null,null", "visitor"),
        *(
            "%s",
            "deleted",
            "account_id",
            "accountid",
            "account-id",
            "company_id",
            "companyid",
            "external_id",
        ),
    }
)
# A template that nobody filled in: {{ }} *| |* %% %% <% %> ${ } #{ } [[ ]] {! } {% %}.
_UNFILLED = re.compile(r"\{\{|\}\}|\*\||\|\*|%%|<%|%>|[$#]\{|\[\[|\]\]|\{[!%]")
_WRAPPED = re.compile(r"\{.*\}|\[.*\]|<.*>|%.*%", re.DOTALL)
_GUID = re.compile(r"\{[0-9a-f-]{32,36}\}")
# Zeros alone, as in the UUID of nothing (or of all ones), an empty key of Salesforce, or Typeform's
# own `xxxxx`; or not one letter or digit.
_BLANK = re.compile(r"[\W_]*|[\W_]*0[0\W_]*|0{15}aaa|x{2,}|f{8}(-?f{4}){3}-?f{12}|-1")


def names_nobody(text: str) -> bool:
    """Whether an id is a word for nobody, or a place that was never filled in."""
    plain = unquote(text).strip().casefold()
    if _UNFILLED.search(plain) or (_WRAPPED.fullmatch(plain) and not _GUID.fullmatch(plain)):
        return True
    return _BLANK.fullmatch(plain) is not None or (
        plain in WORDS or plain.strip("()#'\"`.:;-_ $@%&{}") in WORDS
    )


def whose_id(text: str | None) -> str | None:
    """A source's id of somebody; None for what names nobody."""
    return None if text is None or names_nobody(text) else text
