"""Whoever writes at the same moment: one wins, and a lost reply is no loss.

moto is left out: it has several winners in a put-if-absent, loses updates and ignores tokens.
"""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from goodword.errors import Stale
from goodword.ports import Change, Collision, Store

from tests.adapters.things import Connect, Thing, created, dynamo, read, thing
from tests.fakes.store import MemoryStore


@pytest.fixture(params=["memory", "ministack"])
def racing_store(request: pytest.FixtureRequest) -> Store:
    if request.param == "memory":
        return MemoryStore()
    return dynamo(request.getfixturevalue(request.param))


def test_a_lost_reply_is_answered_by_the_token(ministack: Connect) -> None:
    """botocore sends the same request again when the reply is lost; it must not look refused."""
    client = ministack("dynamodb")

    class Resending:
        """The wire under botocore: every transaction arrives twice, the second reply counts."""

        def __getattr__(self, name: str) -> Any:
            return getattr(client, name)

        def transact_write_items(self, **request: Any) -> Any:
            client.transact_write_items(**request)
            return client.transact_write_items(**request)

    store = dynamo(lambda _: Resending())
    created(store, thing())
    change = Change()
    change.replace(read(store).but(amount_minor=5))
    store.commit(change)
    assert (read(store).version, read(store).amount_minor) == (2, 5)
    with pytest.raises(Collision):
        created(store, thing())


def together(work: Callable[[int], None], threads: int = 6) -> list[Exception]:
    """Run `work(n)` in threads that start at one moment; what they raised."""
    barrier = threading.Barrier(threads)
    raised: list[Exception] = []

    def run(number: int) -> None:
        barrier.wait()
        try:
            work(number)
        except Exception as error:  # noqa: BLE001 - the test looks at what each thread got
            raised.append(error)

    running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return raised


@pytest.mark.parametrize("body", ["own", "same"])
def test_racing_creates_have_one_winner(racing_store: Store, body: str) -> None:
    for turn in range(10):
        name = f"n{turn}"

        def work(number: int, name: str = name) -> None:
            created(racing_store, thing(name, amount_minor=number if body == "own" else 0))

        raised = together(work)
        assert [type(error) for error in raised] == [Collision] * 5
        assert read(racing_store, name).version == 1


def test_racing_replaces_have_one_winner(racing_store: Store) -> None:
    created(racing_store, thing())
    for turn in range(10):
        before = read(racing_store)

        def work(number: int, before: Thing = before) -> None:
            change = Change()
            change.replace(before.but(amount_minor=before.amount_minor + 1, state=f"t{number}"))
            racing_store.commit(change)

        assert [type(error) for error in together(work)] == [Stale] * 5
        assert read(racing_store).amount_minor == turn + 1
