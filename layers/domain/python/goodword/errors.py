"""Every refusal has one class and one stable code; nobody chooses by message text.

    GoodwordError
    ├── InvalidInput          what was sent cannot be accepted; `fields` says where        422
    │   └── Malformed         it could not even be parsed                                   400
    ├── NotAuthentic          a signature, token or time stamp did not verify               401
    ├── NotAllowed            known, but not permitted (role, owner, four eyes)             403
    ├── NotFound              no such thing, or not yours                                   404
    ├── Conflict              the state of things forbids it                                409
    │   └── KeyReused         an idempotency key came back with another body                409
    ├── TooLarge              over a limit of `limits.py`                                   413
    └── Unavailable           try again: a dependency or a race, nothing was changed        503
        └── Stale             a record moved between the read and the write

`goodword_aws.http` maps classes to HTTP status in one table; `code` is what clients test.
"""

from collections.abc import Sequence
from typing import NamedTuple


class FieldError(NamedTuple):  # no dataclass: that import costs the redirect a dozen modules
    """One wrong field: `field` is a dotted path into the body, `message` is for people.

    `kind` and `bounds` say the same for programs that speak other languages: `too_long`, `5`.
    """

    field: str
    message: str
    kind: str = ""
    bounds: tuple[tuple[str, str], ...] = ()


class GoodwordError(Exception):
    """Base of every refusal. `code` is snake_case and never changes; `detail` may be reworded."""

    def __init__(self, code: str, detail: str, fields: Sequence[FieldError] = ()) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.fields = tuple(fields)


class InvalidInput(GoodwordError):
    """What was sent is understood but cannot be accepted."""


class Malformed(InvalidInput):
    """What was sent could not be parsed."""


class NotAuthentic(GoodwordError):
    """The sender could not be verified."""


class NotAllowed(GoodwordError):
    """The sender is known and may not do this."""


class NotFound(GoodwordError):
    """No such thing, or not one that this principal may know of."""


class Conflict(GoodwordError):
    """The present state forbids it; repeating the call will not help."""


class KeyReused(Conflict):
    """An idempotency key was used before with another body."""


class TooLarge(GoodwordError):
    """Over one of the limits in `limits.py`."""


class Unavailable(GoodwordError):
    """Nothing was changed; the same call may succeed later."""


class Stale(Unavailable):
    """A record moved between the read and the write; read again and decide again."""
