"""A click id proves itself: nobody else makes one, and no letter of it can be changed."""

import base64
import hmac

import pytest
from goodword.errors import NotAuthentic
from goodword.ids import time_of
from goodword.tracking.click import NONCE_BYTES, VERSION, Click, read_click, sign_click

NOW_MS = 1_795_341_600_000
NONCE = bytes(range(NONCE_BYTES))
SECRET, OLD_SECRET = b"secret of today", b"secret of yesterday"


def test_what_was_signed_is_read() -> None:
    text = sign_click(NOW_MS, "MAYA7", NONCE, SECRET)
    assert read_click(text, [SECRET]) == Click(NOW_MS, "MAYA7", NONCE.hex())
    assert len(text) == 48
    assert "=" not in text


def test_the_layout_stays_what_shops_have_in_their_databases() -> None:
    text = "AQGiArLFAAABAgMEBQYHTUFZQTcAMOWLPrDKj6WdJF2ZPupx"
    assert sign_click(NOW_MS, "MAYA7", NONCE, SECRET) == text


def test_both_live_secrets_verify_while_one_is_rotated() -> None:
    text = sign_click(NOW_MS, "MAYA7", NONCE, OLD_SECRET)
    assert read_click(text, [SECRET, OLD_SECRET]).code == "MAYA7"
    with pytest.raises(NotAuthentic, match="bad_click_id"):
        read_click(text, [SECRET])
    with pytest.raises(NotAuthentic):
        read_click(text, [])


@pytest.mark.parametrize(
    "text",
    ["", "A", "=", "ä", "AAAA", "A" * 121, "A" * 40, "not base64!", "\ud800", " " * 30],
)
def test_what_we_did_not_make_is_refused(text: str) -> None:
    with pytest.raises(NotAuthentic) as refused:
        read_click(text, [SECRET])
    assert refused.value.code == "bad_click_id"


def test_every_changed_letter_and_every_other_spelling_is_refused() -> None:
    text = sign_click(NOW_MS, "MAYA7X", NONCE, SECRET)
    for place, letter in enumerate(text):
        other = "A" if letter != "A" else "B"
        with pytest.raises(NotAuthentic):
            read_click(text[:place] + other + text[place + 1 :], [SECRET])
    for spelt in (f"{text}=", f" {text}", f"{text}\n", f"{text}A", text[:-1]):
        with pytest.raises(NotAuthentic):
            read_click(spelt, [SECRET])


def test_a_signed_head_without_a_code_or_of_another_version_is_refused() -> None:
    with pytest.raises(NotAuthentic):
        read_click(sign_click(NOW_MS, "", NONCE, SECRET), [SECRET])
    body = bytes([VERSION + 1]) + NOW_MS.to_bytes(6) + NONCE + b"MAYA7"
    mac = hmac.digest(SECRET, body, "sha256")[:16]
    text = base64.urlsafe_b64encode(body + mac).decode().rstrip("=")
    with pytest.raises(NotAuthentic):
        read_click(text, [SECRET])


def test_a_nonce_has_its_length() -> None:
    with pytest.raises(ValueError, match="8 bytes"):
        sign_click(NOW_MS, "MAYA7", b"short", SECRET)


def test_the_touch_id_is_an_id_that_sorts_by_time_and_is_the_clicks_own() -> None:
    first = Click(NOW_MS, "MAYA7", NONCE.hex()).touch_id
    later = Click(NOW_MS + 1, "MAYA7", bytes(8).hex()).touch_id
    other = Click(NOW_MS, "MAYA7", bytes(8).hex()).touch_id
    assert first.startswith("tch_")
    assert len(first) == 30
    assert time_of(first) == NOW_MS
    assert first < later
    assert first != other
