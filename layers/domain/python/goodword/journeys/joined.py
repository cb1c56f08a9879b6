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
    """Of some names: by which name those go now who were joined, and which are of accounts."""

    now: dict[str, str]
    accounts: frozenset[str]


def names_now(store: Store, names: Iterable[str]) -> dict[str, str]:
    """Of those that were joined to somebody else, the name that stands for them; no others."""
    return named(store, names).now


def named(store: Store, names: Iterable[str]) -> Named:
    """The same with which of them, or of those that stand for them, are no persons but accounts.

    A batch read for each hundred, and as many again of whom they were joined to.
    """
    into: dict[str, str] = {}
    accounts: set[str] = set()
    waiting = set(names)
    for _ in range(SUBJECT_HOPS_MAX):
        ids, waiting = sorted(waiting), set()
        for first in range(0, len(ids), READ_KEYS_MAX):
            keys = [subject_key(one) for one in ids[first : first + READ_KEYS_MAX]]
            for one in store.get_many(Subject, keys).values():
                if one.what == "account":
                    accounts.add(one.subject_id)
                if one.merged_into is not None:
                    into[one.subject_id] = one.merged_into
                    waiting.add(one.merged_into)
        waiting -= into.keys()
        if not waiting:
            break
    return Named({name: _last(name, into) for name in into}, frozenset(accounts))


def _last(name: str, into: dict[str, str]) -> str:
    """Where the way of joins ends; nobody is joined to a part of themselves."""
    while name in into:
        name = into[name]
    return name
