"""The verifier's own curve arithmetic agrees with a library's, at its edges too."""

import base64
import random

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from goodword_aws.ledger import P256_ORDER, low_s

from infra.verifier import curve, forms
from tests.support.seals import KeyOfTests

ORDER = curve.N


def test_the_signer_and_the_verifier_mean_the_same_curve() -> None:
    assert P256_ORDER == ORDER


def test_signatures_agree_with_a_library() -> None:
    chance = random.Random(7)
    for _ in range(40):
        private = ec.derive_private_key(chance.randrange(1, ORDER), ec.SECP256R1())
        numbers = private.public_key().public_numbers()
        message = chance.randbytes(chance.randrange(200))
        der = low_s(private.sign(message, ec.ECDSA(hashes.SHA256())))
        key = (numbers.x, numbers.y)
        assert curve.is_signed(message, der, key)
        r, s = decode_dss_signature(der)
        assert s <= ORDER // 2
        assert low_s(encode_dss_signature(r, ORDER - s)) == der
        assert not curve.is_signed(message, encode_dss_signature(r, ORDER - s), key)  # its twin
        assert not curve.is_signed(message + b"!", der, key)
        assert not curve.is_signed(message, encode_dss_signature(r ^ 1, s), key)
        assert not curve.is_signed(message, encode_dss_signature(s, r), key)


@pytest.mark.parametrize("number", [1, 2, 3, ORDER - 1, ORDER - 2, 1 << 255])
def test_special_keys_are_added_up_right(number: int) -> None:
    """The key G itself, its double and its opposite meet the exceptions of the addition."""
    private = ec.derive_private_key(number, ec.SECP256R1())
    numbers = private.public_key().public_numbers()
    key = (numbers.x, numbers.y)
    assert curve.sum_of_multiples(number, 0, curve.G) == key
    assert curve.sum_of_multiples(ORDER, 0, key) is None
    assert curve.sum_of_multiples(ORDER - number, 1, key) is None
    for message in (b"", b"a", b"b"):
        der = low_s(private.sign(message, ec.ECDSA(hashes.SHA256())))
        assert curve.is_signed(message, der, key)
        assert not curve.is_signed(b"c", der, key)


@pytest.mark.parametrize(
    "der",
    [
        b"",
        encode_dss_signature(0, 1),
        encode_dss_signature(1, 0),
        encode_dss_signature(ORDER, 1),
        encode_dss_signature(1, ORDER),
        b"\x30\x06\x02\x01\x01\x02\x01\x01\x00",
        b"\x30\x07\x02\x02\x00\x01\x02\x01\x01",
        b"\x30\x06\x02\x01\x81\x02\x01\x01",
        b"\x30\x07\x02\x01\x01\x02\x01\x01\x00",
        b"\x30\x06\x02\x01\x01\x03\x01\x01",
        b"\x31\x06\x02\x01\x01\x02\x01\x01",
        b"\x30\x06\x02\x09\x01\x02\x01\x01",
    ],
)
def test_a_malformed_signature_is_no_signature(der: bytes) -> None:
    assert not curve.is_signed(b"m", der, curve.G)


def test_only_points_of_the_curve_are_keys() -> None:
    good = KeyOfTests().der
    (found,) = curve.read_keys(KeyOfTests().pem())
    assert found == KeyOfTests().fingerprint()
    other = ec.generate_private_key(ec.SECP384R1()).public_key()
    bad_ders = [
        good[:-1] + bytes([good[-1] ^ 1]),
        good + b"\x00",
        other.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    ]
    for der in bad_ders:
        text = base64.b64encode(der).decode()
        pem = f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n"
        with pytest.raises(forms.Unreadable):
            curve.read_keys(pem)
    with pytest.raises(forms.Unreadable):
        curve.read_keys("nothing")
