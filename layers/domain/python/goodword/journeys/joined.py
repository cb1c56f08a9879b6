"""Whoever turned out to be one person is counted and listed as one, by the name that stands now.

What is kept of somebody keeps the name of then; two names can be joined at any time later. So who
counts or lists people asks for the names of now when it reads.
"""

from collections.abc import Iterable
from typing import NamedTuple

from goodword.journeys.signal import Subject, subject_key
from goodword.limits import READ_KEYS_MAX, SUBJECT_HOPS_MAX
from goodword.ports import Store


class Named(NamedTuple):
    """Of some names: by which name those go now who were joined, and who all of them are."""

    now: dict[str, str]
    known: dict[str, Subject]

    @property
    def accounts(self) -> frozenset[str]:
        """Those that are no persons."""
        return frozenset(one.subject_id for one in self.known.values() if one.what == "account")

    def whole(self, name: str) -> Subject | None:
        """Who stands for this name now; None of a name that nobody ever had."""
        return self.known.get(self.now.get(name, name))


def names_now(store: Store, names: Iterable[str]) -> dict[str, str]:
    """Of those that were joined to somebody else, the name that stands for them; no others."""
    return named(store, names).now


def named(store: Store, names: Iterable[str]) -> Named:
    """The same with who they are, and who stands for them.

    A batch read for each hundred, and as many again of whom they were joined to.
    """
    into: dict[str, str] = {}
    known: dict[str, Subject] = {}
    waiting = set(names)
    for _ in range(SUBJECT_HOPS_MAX):
        ids, waiting = sorted(waiting), set()
        for first in range(0, len(ids), READ_KEYS_MAX):
            keys = [subject_key(one) for one in ids[first : first + READ_KEYS_MAX]]
            for one in store.get_many(Subject, keys).values():
                known[one.subject_id] = one
                if one.merged_into is not None:
                    into[one.subject_id] = one.merged_into
                    waiting.add(one.merged_into)
        waiting -= into.keys()
        if not waiting:
            break
    return Named({name: _last(name, into) for name in into}, known)


def _last(name: str, into: dict[str, str]) -> str:
    """Where the way of joins ends; nobody is joined to a part of themselves."""
    while name in into:
        name = into[name]
    return name
