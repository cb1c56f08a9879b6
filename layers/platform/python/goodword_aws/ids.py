"""Chance comes from the operating system; the form of an id is the domain's (`goodword.ids`)."""

import secrets

from goodword.ids import ENTROPY_BYTES, new_id
from goodword.ports import Clock


class SystemIds:
    """The Ids port: ids of now, by the given clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def new(self, prefix: str) -> str:
        return new_id(prefix, self._clock.now_ms(), self.entropy(ENTROPY_BYTES))

    def entropy(self, length: int) -> bytes:
        return secrets.token_bytes(length)
