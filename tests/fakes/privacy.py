"""The keepers of personal data in memory; they promise what the real ones do."""

import base64
import json

from goodword.errors import NotAuthentic
from goodword.privacy.model import PersonalFields, VaultItem
from goodword.privacy.ports import Forgotten


class MemoryVault:
    """Seals by remembering; what is in the record is only a number, never the fields."""

    def __init__(self) -> None:
        self.sealed: dict[tuple[str, int, str], PersonalFields] = {}
        self.texts: dict[tuple[str, str, str], str] = {}
        self.forgotten: set[str] = set()

    def seal(
        self, person_id: str, fields: PersonalFields, replaces: VaultItem | None = None
    ) -> VaultItem:
        version = 0 if replaces is None else replaces.version
        name = f"sealed-{len(self.sealed)}"
        self.sealed[person_id, version + 1, name] = fields
        return VaultItem(person_id=person_id, sealed=name, version=version)

    def open(self, item: VaultItem) -> PersonalFields:
        if item.person_id in self.forgotten:
            raise Forgotten
        try:
            return self.sealed[item.person_id, item.version, item.sealed]
        except KeyError as unknown:
            raise NotAuthentic("seal_broken", "this was not sealed here") from unknown

    def seal_text(self, person_id: str, text: str, about: str) -> str:
        if person_id in self.forgotten:
            raise Forgotten
        name = f"text-{len(self.texts)}"
        self.texts[person_id, about, name] = text
        return name

    def open_text(self, person_id: str, sealed: str, about: str) -> str:
        if person_id in self.forgotten:
            raise Forgotten
        try:
            return self.texts[person_id, about, sealed]
        except KeyError as unknown:
            raise NotAuthentic("seal_broken", "this was not sealed here") from unknown

    def forget(self, person_id: str) -> None:
        self.forgotten.add(person_id)


class PlainSealer:
    """Seals so that tests can look inside; still opens only with the same `about`."""

    def seal_bytes(self, content: bytes, about: str) -> str:
        return base64.b64encode(json.dumps([about, content.hex()]).encode()).decode()

    def open_bytes(self, sealed: str, about: str) -> bytes:
        sealed_about, content = json.loads(base64.b64decode(sealed))
        if sealed_about != about:
            raise NotAuthentic("seal_broken", "this is about something else")
        return bytes.fromhex(content)
