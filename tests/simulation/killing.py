"""Each planted mistake must die; the seeds that killed it are remembered in `kills.json`.

`make test` plays the remembered seeds, and looks for others where the product has moved on. So a
mistake costs one seed as long as nothing changes, and a survivor is never overlooked.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain
from multiprocessing import get_context
from pathlib import Path

from tests.simulation.planted import MISTAKES
from tests.simulation.planting import Mistake, kills
from tests.simulation.scale import WORKERS

KILLS = Path(__file__).with_name("kills.json")
SEEDS_MAX = 2_000  # seeds after which a mistake has survived


@dataclass(frozen=True)
class Death:
    """A mistake, what kills it (nothing: it survives), and what the first of it found."""

    name: str
    by: tuple[str, ...]
    what: str = ""

    @property
    def seeds(self) -> list[int]:
        """The seeds among what killed it."""
        return [int(one.removeprefix("seed ")) for one in self.by if one.startswith("seed ")]


def remembered() -> dict[str, list[int]]:
    """The seeds that killed, by mistake."""
    found: dict[str, list[int]] = json.loads(KILLS.read_text()) if KILLS.exists() else {}
    return found


def kill(name: str, seeds_max: int = SEEDS_MAX) -> Death:
    """Play seeds against one mistake: those that killed it once first, then all in turn."""
    mistake: Mistake = next(one for one in MISTAKES if one.name == name)
    known = remembered().get(name, [])
    seeds = chain(known, (seed for seed in range(seeds_max) if seed not in known))
    found = list(kills(mistake, seeds, 1))
    return Death(name, tuple(by for by, _ in found), found[0][1] if found else "")


def kill_all(seeds_max: int = SEEDS_MAX) -> Iterator[Death]:
    """Every mistake, two at a time."""
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        one = partial(kill, seeds_max=seeds_max)
        yield from pool.map(one, [mistake.name for mistake in MISTAKES])


def remember(deaths: list[Death]) -> None:
    """Write the seeds down."""
    killed = {one.name: one.seeds for one in deaths if one.seeds}
    KILLS.write_text(json.dumps(dict(sorted(killed.items())), indent=2) + "\n")
