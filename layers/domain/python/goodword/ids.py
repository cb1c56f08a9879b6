"""An id is `prefix_` and 26 characters: 10 of time, 16 of chance or of a digest; it sorts by time.

`new_id` takes its chance from outside. `derived_id` makes the same id from the same parts for ever:
it is how a retry meets its own earlier write instead of making a second one.
"""

import hashlib

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, lower case
ENTROPY_BYTES = 10
_PAIRS = [high + low for high in ALPHABET for low in ALPHABET]  # two digits at a time


def _base32(value: int, length: int) -> str:
    """The last `length` digits, an even number of them."""
    return "".join([_PAIRS[value >> shift & 1_023] for shift in range(5 * length - 10, -1, -10)])


def new_id(prefix: str, at_ms: int, entropy: bytes) -> str:
    """`new_id("adv", 1_700_000_000_000, ten_bytes)` -> `adv_01hf7yat00…`; takes 10 bytes."""
    if len(entropy) != ENTROPY_BYTES:
        raise ValueError(f"an id takes {ENTROPY_BYTES} bytes of entropy")
    return f"{prefix}_{_base32(at_ms, 10)}{_base32(int.from_bytes(entropy), 16)}"


def derived_id(prefix: str, at_ms: int, *parts: str) -> str:
    """The id that these parts always have; ("ab", "c") and ("a", "bc") are different."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode()
        digest.update(len(raw).to_bytes(4) + raw)
    return new_id(prefix, at_ms, digest.digest()[:ENTROPY_BYTES])


def time_of(identifier: str) -> int:
    """The milliseconds inside an id made here; ValueError on anything else."""
    _, _, body = identifier.partition("_")
    if len(body) != 26:
        raise ValueError("not an id")
    at_ms = 0
    for letter in body[:10]:
        at_ms = at_ms * 32 + ALPHABET.index(letter)
    return at_ms


def beginnings(prefix: str, since_ms: int, until_ms: int) -> tuple[str, ...]:
    """How the ids of an interval begin, the earlier first: in one way, or in two.

    Ids sort by time, so a list of them is read for a few days without all that is newer. Ids of
    other days begin like that as well.
    """
    letters = 10
    while until_ms - since_ms >= 32 ** (10 - letters):
        letters -= 1
    first, last = max(0, since_ms), max(0, until_ms)
    both = (f"{prefix}_{_base32(at_ms, 10)[:letters]}" for at_ms in (first, last))
    return tuple(dict.fromkeys(both))


def shard_of(identifier: str, shards: int) -> int:
    """A stable number in 0..shards-1, to spread one index key over several partitions."""
    return int.from_bytes(hashlib.sha256(identifier.encode()).digest()[:4]) % shards
