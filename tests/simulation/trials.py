"""What `make test` plays, as trials of a planted change: by name, with what is found."""

import signal
from collections.abc import Callable, Iterable, Iterator

from tests.simulation.duels import DUELS, meet_all
from tests.simulation.golden import FLOWS
from tests.simulation.infecting import Seed
from tests.simulation.playing import play
from tests.simulation.tales.told import TALES, tell_all

Trials = Iterator[tuple[str, list[str]]]
SECONDS_MAX = 120.0  # seconds of the processor after which one play does not end


def first_death(hunts: Iterable[Trials], endless: Callable[[], None]) -> tuple[str, str]:
    """Who finds something first, and what; ("", "") if nobody does.

    `endless` is called where a play does not end, which is told by the time of the processor: no
    other work takes any of that.
    """
    signal.signal(signal.SIGVTALRM, lambda *_: endless())
    for hunt in hunts:
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS_MAX)
        for name, found in hunt:
            if found:
                return name, found[0]
            signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS_MAX)
    return "", ""


def seeded(seeds: Iterable[Seed]) -> Trials:
    """These seeds, each of its lane."""
    for lane, seed in seeds:
        words = f"seed {seed}" if lane == "fast" else f"seed {seed} --{lane}"
        yield words, play(seed, lane=lane, digested=False).found  # type: ignore[arg-type]


def flows() -> Trials:
    """The golden flows, without a fault."""
    for number in range(len(FLOWS)):
        yield f"flow {number}", play(number, lane="golden", plan={}).found


def duels() -> Trials:
    """Every meeting; those of one pair of invocations at a time."""
    for number in range(len(DUELS)):
        yield from meet_all(number)[1].items()
        yield f"duel {number}", []  # so that the time of each is its own


def tales() -> Trials:
    """Every telling of every tale."""
    for number in range(len(TALES)):
        yield from tell_all(number)[1].items()
        yield f"tale {number}", []
