"""Which adapter stands behind which port is said here and nowhere else; every part is made once.

A handler names what it needs at import (`require`) and asks for parts when it is invoked. Parts
that bring heavy packages import them inside, so that a function pays only for what it uses.
"""

import random
import secrets
import time
from functools import cache

from goodword.events import Actor, system
from goodword.ports import Desk

from goodword_aws.aws import client
from goodword_aws.clock import SystemClock
from goodword_aws.ids import SystemIds
from goodword_aws.settings import require, settings
from goodword_aws.store import DynamoStore

__all__ = ["clock", "desk", "forget", "ids", "require", "store"]


@cache
def clock() -> SystemClock:
    """Now."""
    return SystemClock(settings().clock_file)


@cache
def ids() -> SystemIds:
    """Fresh ids."""
    return SystemIds(clock())


@cache
def store() -> DynamoStore:
    """The tables that this function has been given the names of; using another is a KeyError."""
    names = settings().environment
    tables = {"arrivals": "ARRIVALS_TABLE", "journal": "JOURNAL_TABLE", "core": "CORE_TABLE"}
    return DynamoStore(
        client("dynamodb"),
        {table: names[name] for table, name in tables.items() if names.get(name)},  # type: ignore[misc]  # the keys above are Tables
        sleep=time.sleep,
        chance=random.random,
        entropy=secrets.token_bytes,
    )


def desk(actor: Actor | str) -> Desk:
    """What a use case gets. A str names an automatic actor: `desk("reward_approval")`."""
    who = system(actor) if isinstance(actor, str) else actor
    return Desk(store=store(), clock=clock(), ids=ids(), actor=who)


def forget() -> None:
    """Drop every part and the settings; for tests, which change the environment between cases."""
    for part in (settings, client, clock, ids, store):
        part.cache_clear()
