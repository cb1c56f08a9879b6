"""Folding an address twice is folding it once, and a tag never makes another person."""

from goodword.errors import InvalidInput
from goodword.privacy.model import fold_email
from hypothesis import given
from hypothesis import strategies as st

WORD = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8)
DOMAIN = st.sampled_from(["example.com", "gmail.com", "GoogleMail.com", "mail.example.co.uk"])


def folded(text: str) -> str | None:
    try:
        return fold_email(text)
    except InvalidInput:
        return None


@given(WORD, DOMAIN)
def test_folding_is_settled_after_once(local: str, domain: str) -> None:
    once = folded(f"{local}@{domain}")
    if once is not None:
        assert fold_email(once) == once


@given(st.from_regex(r"[a-z][a-z.]{0,8}[a-z]", fullmatch=True), DOMAIN, WORD)
def test_case_and_tags_do_not_matter(local: str, domain: str, tag: str) -> None:
    tagged = folded(f"{local.upper()}+{tag}@{domain.upper()}")
    if tagged is not None:
        assert tagged == fold_email(f"{local}@{domain}")
