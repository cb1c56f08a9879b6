"""A store of which the parts that one attempt will ask for are read ahead, many in one request.

What is read ahead is what a later `get` answers, also that nothing is there; everything else goes
to the store. It lasts for one attempt only: the next one after a lost race reads anew. That nothing
is decided on what has moved is seen to by the commit, as ever: what is written carries the version
that was read, and what is new must still be missing.
"""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from goodword.limits import READ_KEYS_MAX
from goodword.ports import Store
from goodword.records import Key, Record

R = TypeVar("R", bound=Record)


class Ahead:
    """The Store port; `found` is what was there of all that was read ahead."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.query = store.query
        self.query_mixed = store.query_mixed
        self.query_index = store.query_index
        self.commit = store.commit
        self._asked: set[Key] = set()
        self.found: dict[Key, Record] = {}

    def read(self, wanted: Mapping[Key, type[Record]]) -> None:
        """Read what of it was not read before: one request for each hundred keys."""
        missing = [key for key in wanted if key not in self._asked]
        for start in range(0, len(missing), READ_KEYS_MAX):
            some = {key: wanted[key] for key in missing[start : start + READ_KEYS_MAX]}
            self.found |= self._store.get_mixed(some)
            self._asked |= some.keys()

    def get(self, kind: type[R], key: Key) -> R | None:
        if key not in self._asked:
            return self._store.get(kind, key)
        return self._known(kind, [key]).get(key)

    def get_many(self, kind: type[R], keys: Sequence[Key]) -> dict[Key, R]:
        missing = [key for key in keys if key not in self._asked]
        more = self._store.get_many(kind, missing) if missing else {}
        return self._known(kind, keys) | more

    def get_mixed(self, wanted: Mapping[Key, type[Record]]) -> dict[Key, Record]:
        missing = {key: kind for key, kind in wanted.items() if key not in self._asked}
        more = self._store.get_mixed(missing) if missing else {}
        return {key: self.found[key] for key in wanted if key in self.found} | more

    def _known(self, kind: type[R], keys: Sequence[Key]) -> dict[Key, R]:
        there = {key: self.found[key] for key in keys if key in self.found}
        answers = {key: record for key, record in there.items() if isinstance(record, kind)}
        if len(answers) < len(there):
            raise TypeError(f"not each of {list(there)} is a {kind.KIND}")
        return answers
