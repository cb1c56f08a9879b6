"""Promises of walks that ended before those had a day are over some day too: found page by page."""

import pytest
from goodword.journeys import lapsing
from goodword.journeys.lapsing import Lapsing, PromisesSought
from goodword.journeys.walk import Walk
from goodword.limits import WORK_DAYS_MAX
from goodword.ports import Change

from tests.support.walks import Path
from tests.unit.journeys.test_ending import promised

REFER = {"step": "ask", "name": "refer", "motion": "referral", "template": "refer"}


def of_before(path: Path, walk: Walk) -> Walk:
    """As it was kept before walks that ended had a day."""
    change = Change()
    change.replace(path.now(walk).but(owed_ms=None))
    path.store.commit(change)
    return path.now(walk)


def another(path: Path, walk: Walk, name: str) -> Walk:
    """A walk and a request like these."""
    made, change = path.made[0], Change()
    change.create(
        walk.but(version=0, walk_id=f"wlk_{name}", owed_ms=None),
        made.but(version=0, ask_id=f"ask_{name}", walk_id=f"wlk_{name}"),
    )
    path.store.commit(change)
    return next(one for one in path.all(Walk) if one.walk_id == f"wlk_{name}")


@pytest.fixture
def path() -> Path:
    return Path()


def test_an_old_yes_is_over_when_its_days_are(path: Path) -> None:
    walk = of_before(path, promised(path, REFER))
    path.later(days=WORK_DAYS_MAX)
    assert path.walking.sweep() == 0  # nothing leads to it
    assert path.made[0].state == "accepted"
    sweep = Lapsing(path.desk()).sweep
    assert [sweep(), sweep(), sweep()] == [1, 0, 0]
    assert path.walking.sweep() == 1
    assert (path.made[0].state, path.made[0].reason) == ("expired", "work_not_done")
    assert path.now(walk).owed_ms is None
    (sought,) = path.all(PromisesSought)
    assert sought.done


def test_an_old_yes_keeps_the_days_that_are_left(path: Path) -> None:
    walk = promised(path, REFER)
    day_ms = walk.owed_ms
    of_before(path, walk)
    Lapsing(path.desk()).sweep()
    assert path.now(walk).owed_ms == day_ms
    path.walking.sweep()
    assert path.made[0].state == "accepted"


def test_one_sweep_looks_at_one_page_and_all_are_found(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lapsing, "PROMISES_PER_SWEEP", 2)
    walk = of_before(path, promised(path, REFER))
    for name in "abcd":
        another(path, walk, name)
    path.program()
    sweep = Lapsing(path.desk()).sweep
    assert sum(sweep() for _ in range(2)) == 4
    assert sum(sweep() for _ in range(9)) == 1
    assert all(one.owed_ms is not None for one in path.all(Walk))


def test_walks_that_go_on_or_have_their_day_are_left_alone(path: Path) -> None:
    walk = promised(path, REFER)
    walking = another(path, walk, "a")
    change = Change()
    change.replace(walking.but(state="walking"))
    path.store.commit(change)
    assert Lapsing(path.desk()).sweep() == 0
    path.asks.answer(path.made[0].ask_id, "submitted")
    of_before(path, walk)
    assert Lapsing(path.desk()).sweep() == 0  # staff have it, as long as it takes


def test_one_that_cannot_be_written_holds_back_no_other(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = of_before(path, promised(path, REFER))
    broken = another(path, walk, "a")
    giving = Lapsing._give

    def give(self: Lapsing, place: object) -> None:
        if place == broken.key:
            raise KeyError("gone")
        giving(self, place)  # type: ignore[arg-type]  # a key

    monkeypatch.setattr(Lapsing, "_give", give)
    sweep = Lapsing(path.desk()).sweep
    with pytest.raises(KeyError, match="gone"):
        sweep()
    assert path.now(walk).owed_ms is not None
    assert path.now(broken).owed_ms is None
    monkeypatch.undo()
    assert sum(sweep() for _ in range(4)) == 1
    assert path.now(broken).owed_ms is not None
    assert path.all(PromisesSought)[0].done


def test_a_walk_that_moves_meanwhile_is_looked_at_anew(path: Path) -> None:
    walk = of_before(path, promised(path, REFER))
    path.before_next_commit(lambda: path.asks.answer(path.made[0].ask_id, "declined"))
    assert Lapsing(path.desk()).sweep() == 1
    assert path.now(walk).owed_ms is None
