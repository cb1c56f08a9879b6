"""How being asked wears on somebody of several names is seen of all of them together."""

from typing import Any

import pytest
from goodword.events import Event
from goodword.journeys.asked import AskState
from goodword.journeys.asking import AskBook, book_key
from goodword.journeys.borne import Joining, joins
from goodword.journeys.caring import Caring, Which
from goodword.ports import Change

from tests.support.journeys import REFERENCE
from tests.support.people import ANNA
from tests.support.walks import BYE, Path
from tests.unit.journeys.test_caring import ask, book

SHOP: dict[str, Any] = {"email": None, "customer_id": "c-1"}


@pytest.fixture
def path() -> Path:
    return Path()


def put(path: Path, *books: AskBook) -> None:
    change = Change()
    change.create(*books)
    path.store.commit(change)


def read(path: Path, name: str) -> AskBook:
    found = path.store.get(AskBook, book_key(name))
    assert found is not None
    return found


def noes(path: Path, name: str, *days: int, state: AskState = "declined") -> AskBook:
    asks = [ask(path, one, one, state) for one in days]
    return book(path, name, *asks, advocate_id=path.anna)


def joined(path: Path) -> None:
    path.hear("csat", 100, email=ANNA.email, customer_id="c-1")


def bring(path: Path) -> None:
    """Every event reaches the worker, twice."""
    for event in path.events():
        for _ in range(2):
            Joining(path.desk("journeys_queue")).heard(event)


def listed(path: Path, which: Which) -> list[tuple[str, tuple[str, ...]]]:
    rows = Caring(path.desk()).page(path.program_id, which).rows
    return [(one.subject_id, one.strains) for one in rows]


def test_two_noes_under_each_name_wear_out_who_has_both(path: Path) -> None:
    first, second = path.delight(), path.delight(**SHOP)
    put(path, noes(path, first, 40, 30), noes(path, second, 20, 10))
    bring(path)
    assert listed(path, "worn_out") == []
    joined(path)
    bring(path)
    assert listed(path, "worn_out") == [(first, ("declined_in_a_row",))]
    kept = read(path, first)
    assert (kept.joined, kept.version) == (True, 2)
    assert not read(path, second).joined


def test_also_when_the_last_no_comes_after_both_were_joined(path: Path) -> None:
    """And the name that stands for both was never asked by the time it was joined."""
    path.publish(REFERENCE, BYE)
    first, second = path.delight(), path.delight(**SHOP)
    put(path, noes(path, second, 200, 100))
    joined(path)
    bring(path)
    assert not read(path, second).joined  # one book has asks, and speaks for itself
    path.step(path.entered())
    assert read(path, first).joined
    assert listed(path, "worn_out") == []
    path.asks.answer(path.made[0].ask_id, "declined")
    assert listed(path, "worn_out") == [(first, ("declined_in_a_row",))]


def test_whoever_only_fell_away_is_in_the_other_list(path: Path) -> None:
    first, second = path.delight(), path.delight(**SHOP)
    put(path, noes(path, first, 40), noes(path, second, 20, state="expired"))
    joined(path)
    bring(path)
    assert (listed(path, "worn_out"), listed(path, "lapsed")) == ([], [])
    path.later(days=181)
    assert listed(path, "worn_out") == []
    assert listed(path, "lapsed") == [(first, ("lapsed",))]


def test_of_a_company_and_of_other_events_nothing_is_done(path: Path) -> None:
    path.hear("renewal", email=None, account_id="acme")
    path.delight()
    bring(path)
    assert path.all(AskBook) == []
    assert {one.type for one in path.all(Event)} > {"journey.signal_noted"}


def test_one_book_stands_for_all(path: Path) -> None:
    mine, other = noes(path, "sbj_1", 3), noes(path, "sbj_2", 2)
    assert joins(mine, [other])
    assert joins(mine.but(joined=True), [])
    assert not joins(mine, [other.but(joined=True)])
    assert not joins(mine, [other.but(asks=())])
