"""Secrets come from Secrets Manager and are kept for five minutes, so that a rotation is noticed.

Both the current and the previous value are given: what was signed before a rotation verifies after.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import ClientError

KEPT_SECONDS = 300  # seconds; how long a process may miss a rotation


class Secrets:
    """Cached reads. `seconds` is a clock that only moves forward (`time.monotonic`)."""

    def __init__(self, client: Any, seconds: Callable[[], float]) -> None:
        self._client = client
        self._seconds = seconds
        self._kept: dict[str, tuple[float, tuple[bytes, ...]]] = {}

    def read(self, arn: str) -> Sequence[bytes]:
        """The current value, then the previous one if there is one."""
        now = self._seconds()
        if arn in self._kept and now - self._kept[arn][0] < KEPT_SECONDS:
            return self._kept[arn][1]
        values = [self._value(arn, "AWSCURRENT")]
        try:
            values.append(self._value(arn, "AWSPREVIOUS"))
        except ClientError as refused:
            if refused.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
        self._kept[arn] = (now, tuple(values))
        return self._kept[arn][1]

    def _value(self, arn: str, stage: str) -> bytes:
        answer = self._client.get_secret_value(SecretId=arn, VersionStage=stage)
        value: str = answer["SecretString"]
        return value.encode()


class BlindIndex:
    """Finds a person by a value without storing it: the MAC is the key, the value is nowhere.

    The secret is never rotated: every stored MAC would lose its meaning.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def mac(self, kind: str, value: str) -> str:
        """64 hex digits. `kind` (`email`, `subject`, `customer`) keeps equal values apart.

        Fold an address first (`goodword.privacy.model.fold_email`).
        """
        message = f"{kind}\0{value}".encode()
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()
