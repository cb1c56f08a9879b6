"""What the domain asks of the keepers of personal data; the adapters hold the keys.

Adapters: `goodword_aws.vault`, `goodword_aws.secrets`; in tests `tests.fakes.privacy`.
"""

from typing import Protocol

from goodword.errors import NotFound
from goodword.privacy.model import PersonalFields, VaultItem


class Forgotten(NotFound):
    """The person's key is gone: what was sealed under it can never be read again."""

    def __init__(self) -> None:
        super().__init__("forgotten", "this person's data has been erased")


class PersonalVault(Protocol):
    """Seals the personal fields of one person under that person's own key."""

    def seal(
        self, person_id: str, fields: PersonalFields, replaces: VaultItem | None = None
    ) -> VaultItem:
        """The record to `save` in a Change; pass the item that was read when there is one."""
        ...

    def open(self, item: VaultItem) -> PersonalFields:
        """The fields of an item that was read. Raises Forgotten, NotAuthentic if it was altered."""
        ...

    def forget(self, person_id: str) -> None:
        """Destroy the person's key. Repeating it is harmless; there is no way back."""
        ...


class Macs(Protocol):
    """Keyed digests by which a person is found without storing the value itself."""

    def mac(self, kind: str, value: str) -> str:
        """64 hex digits, the same for the same kind and value for ever."""
        ...


class TextSealer(Protocol):
    """Seals what a person writes, or is written to, under that person's own key."""

    def seal_text(self, person_id: str, text: str, about: str) -> str:
        """Text for a record's field. It opens only for this person and with the same `about`."""
        ...

    def open_text(self, person_id: str, sealed: str, about: str) -> str:
        """What was written. Raises Forgotten, or NotAuthentic if it was altered or moved."""
        ...


class Sealer(Protocol):
    """Seals what came from outside (raw bodies, signing secrets) under the installation's key."""

    def seal_bytes(self, content: bytes, about: str) -> str:
        """Text for a record's field. It opens only with the same `about` (a key or an id)."""
        ...

    def open_bytes(self, sealed: str, about: str) -> bytes:
        """The content. Raises NotAuthentic if it was altered or is about something else."""
        ...
