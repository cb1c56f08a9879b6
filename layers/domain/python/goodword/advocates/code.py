"""A code is read as people mean it: case, spaces, hyphens and look-alike letters do not matter.

`MAYA-10`, `maya10` and `MAYAIO` fold to the same code, so nobody can own what looks the same.
Standard library only: the redirect imports this.
"""

from goodword.errors import InvalidInput
from goodword.limits import CODE_LENGTH, VANITY_LENGTH_MAX, VANITY_LENGTH_MIN

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0 O, 1 I L, and no U, which makes words
ENTROPY_BYTES_MIN = 16  # bytes behind one code; see `random_code`
_TYPED_MAX = 4 * VANITY_LENGTH_MAX  # characters; a code with a space after each has half as many
_LOOK_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
_ALLOWED = frozenset("0123456789ABCDEFGHJKMNPQRSTUVWXYZ")


def fold(text: str) -> str:
    """The form under which a code is stored and looked up. Raises InvalidInput `bad_code`.

    Only ASCII is folded: Unicode's capital of a dotless i would be an I, and a code another code.
    """
    folded = text.upper().translate(_LOOK_ALIKE) if len(text) <= _TYPED_MAX else ""
    fits = VANITY_LENGTH_MIN <= len(folded) <= VANITY_LENGTH_MAX
    if not fits or not text.isascii() or set(folded) - _ALLOWED:
        raise InvalidInput("bad_code", "a code has 3 to 20 letters and digits")
    return folded


def random_code(entropy: bytes) -> str:
    """A code of CODE_LENGTH letters, every one equally likely; wants 16 bytes of chance.

    The bytes are one big number taken modulo 30**7: with 128 bits the bias is below 2**-90.
    """
    if len(entropy) < ENTROPY_BYTES_MIN:
        raise ValueError(f"a code takes {ENTROPY_BYTES_MIN} bytes of entropy")
    value = int.from_bytes(entropy)
    letters = []
    for _ in range(CODE_LENGTH):
        value, place = divmod(value, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)
