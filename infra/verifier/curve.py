"""The curve P-256 and its signatures, in whole numbers of Python; and the keys of a PEM file."""

import base64
import hashlib
import re

from .forms import Unreadable

# P-256 (SP 800-186); points are (x, y), None is the point at infinity
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
Point = tuple[int, int]
DER_OF_KEY = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")


def add(one: Point | None, other: Point | None) -> Point | None:
    """The sum of two points of the curve."""
    if one is None or other is None:
        return other if one is None else one
    (x1, y1), (x2, y2) = one, other
    if x1 == x2:
        if (y1 + y2) % P == 0:
            return None
        slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, P)
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, P)
    x3 = (slope * slope - x1 - x2) % P
    return x3, (slope * (x1 - x3) - y1) % P


def sum_of_multiples(u: int, v: int, point: Point) -> Point | None:
    """`u G + v point`, both at once, from the highest bit down."""
    table = (None, G, point, add(G, point))
    result: Point | None = None
    for bit in range(max(u.bit_length(), v.bit_length()) - 1, -1, -1):
        result = add(add(result, result), table[(u >> bit & 1) | (v >> bit & 1) << 1])
    return result


def read_signature(der: bytes) -> tuple[int, int]:
    """(r, s) of a DER signature. ValueError unless it is the one right encoding of two integers."""
    numbers, rest = [], der[2:]
    if len(der) < 8 or der[0] != 0x30 or der[1] != len(rest) or len(rest) > 127:
        raise ValueError("no DER sequence")
    for _ in range(2):
        if len(rest) < 3 or rest[0] != 2 or not 0 < rest[1] <= len(rest) - 2:
            raise ValueError("no DER integer")
        raw, rest = rest[2 : 2 + rest[1]], rest[2 + rest[1] :]
        if raw[0] & 0x80 or (len(raw) > 1 and raw[0] == 0 and not raw[1] & 0x80):
            raise ValueError("negative or padded")
        numbers.append(int.from_bytes(raw))
    if rest:
        raise ValueError("something behind the signature")
    return numbers[0], numbers[1]


def is_signed(message: bytes, signature: bytes, key: Point) -> bool:
    """Whether `signature` (DER) is one by the key over SHA-256 of the message.

    Of the two values of `s` that fit, only the lower one counts: a signature has one spelling.
    """
    try:
        r, s = read_signature(signature)
    except ValueError:
        return False
    if not (0 < r < N and 0 < s <= N // 2):
        return False
    inverse = pow(s, -1, N)
    digest = int.from_bytes(hashlib.sha256(message).digest())
    point = sum_of_multiples(digest * inverse % N, r * inverse % N, key)
    return point is not None and point[0] % N == r


def read_keys(pem: str) -> dict[str, Point]:
    """The keys of a PEM file by fingerprint (SHA-256 of their DER)."""
    keys = {}
    block = r"-----BEGIN PUBLIC KEY-----\s(.*?)-----END PUBLIC KEY-----"
    for text in re.findall(block, pem, re.DOTALL):
        der = base64.b64decode("".join(text.split()), validate=True)
        raw = der[len(DER_OF_KEY) :]
        x, y = int.from_bytes(raw[:32]), int.from_bytes(raw[32:])
        on_curve = x < P and y < P and (y * y - (x * x * x - 3 * x + B)) % P == 0
        if not der.startswith(DER_OF_KEY) or len(raw) != 64 or not on_curve:
            raise Unreadable("the key is no uncompressed public key of P-256")
        keys[hashlib.sha256(der).hexdigest()] = (x, y)
    if not keys:
        raise Unreadable("the key file holds no public key")
    return keys
