"""The click secret is read once per process, at its start if Secrets Manager answers then.

A rotation reaches new processes; what old ones sign verifies with the previous secret.
"""

from collections.abc import Callable

from goodword_aws.hot.client import AwsFailedError, Client

RETRY_SECONDS = 5  # seconds until a secret that could not be read is asked for again


class ClickSecret:
    """Gives the current secret, or None while there is none to be had."""

    def __init__(self, store: Client, arn: str, seconds: Callable[[], float]) -> None:
        self._store = store
        self._arn = arn
        self._seconds = seconds
        self._value: bytes | None = None
        self._retry = seconds()

    def __call__(self) -> bytes | None:
        if self._value is None and self._seconds() >= self._retry:
            self._retry = self._seconds() + RETRY_SECONDS
            try:
                self._value = self._read()
            except AwsFailedError:
                return None
            finally:
                self._store.close()
        return self._value

    def _read(self) -> bytes:
        answer = self._store.call("GetSecretValue", SecretId=self._arn, VersionStage="AWSCURRENT")
        value: str = answer["SecretString"]
        return value.encode()
