"""What becomes of many mutants: one process has the product loaded, and each is judged in a fork.

The change is put into the functions that exist (their code is exchanged), so nothing is loaded
again, and only seeds that it infects (`infecting`) are played against it.
"""

import contextlib
import gc
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from tests.simulation.changing import Mutant
from tests.simulation.infecting import Seed
from tests.simulation.moneypaths import ROOT
from tests.simulation.playing import play
from tests.simulation.trials import duels, first_death, flows, seeded, tales

SOME = 400  # seeds that are played before the tales are told
WARM = 40  # seeds of each lane that are played before, so that everything is loaded
FUNCTION = 0x3  # flags of a code that has its own variables: no module, no class


class Bench:
    """The product, loaded and warm; judges mutants one after the other."""

    def __init__(self) -> None:
        for seed in range(WARM):
            play(seed, digested=False)
            play(seed, lane="brief", digested=False)
        self._functions: dict[tuple[str, str, int], list[FunctionType]] = {}
        for one in gc.get_objects():
            if isinstance(one, FunctionType):
                self._functions.setdefault(_place(one.__code__), []).append(one)
        self._sources: dict[str, tuple[str, list[CodeType]]] = {}
        gc.freeze()

    def fate(self, mutant: Mutant, seeds: Sequence[Seed], *, beyond: bool) -> tuple[str, str]:
        """Who kills it, and what was found first; ("", "") if it lives, "?" if it cannot be put
        in: then it belongs to what is evaluated when a module is loaded. `beyond`: who lives is
        shown to the tales, and whoever was met to the flows and the duels, too."""
        found = self._swap(mutant)
        if found is None:
            return "?", "not in a function"
        read, write = os.pipe()
        if not (pid := os.fork()):
            os.close(read)
            _judge(found, seeds, write, beyond=beyond)
        os.close(write)
        with os.fdopen(read) as told:
            said = told.read()
        os.waitpid(pid, 0)
        killed, what = json.loads(said) if said else ("the end of the process", "")
        return killed, what

    def _swap(self, mutant: Mutant) -> tuple[list[FunctionType], CodeType] | None:
        path = str(ROOT / mutant.path)
        if path not in self._sources:
            source = Path(path).read_text()
            self._sources[path] = source, list(_codes(compile(source, path, "exec")))
        source, before = self._sources[path]
        after = list(_codes(compile(mutant.text(source), path, "exec")))
        pairs = zip(before, after, strict=False)
        changed = [(one, two) for one, two in pairs if _said(one) != _said(two)]
        if len(before) != len(after) or len(changed) != 1:
            return None
        ((old, new),) = changed
        functions = self._functions.get(_place(old))
        return (functions, new) if functions else None


def _judge(
    found: tuple[list[FunctionType], CodeType], seeds: Sequence[Seed], write: int, *, beyond: bool
) -> None:
    """In the fork: play until something is found; never returns."""

    def tell(killed: str, what: str) -> None:
        os.write(write, json.dumps([killed, what[:200]]).encode())
        os._exit(0)

    try:
        for one in found[0]:
            one.__code__ = found[1]
        first, others = seeds[:SOME], seeds[SOME:]
        met = (seeded(others), flows(), duels()) if seeds else ()
        hunts = (seeded(first), *((tales(), *met) if beyond else (seeded(others),)))
        tell(*first_death(hunts, lambda: tell("the clock", "it does not end")))
    except BaseException as error:  # noqa: BLE001 - what breaks is dead
        with contextlib.suppress(OSError):
            tell("an error", f"{type(error).__name__}: {error}")
    os._exit(0)


def _place(code: CodeType) -> tuple[str, str, int]:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Of the functions of a module and of its classes; none that are inside of functions."""
    for one in code.co_consts:
        if isinstance(one, CodeType):
            if one.co_flags & FUNCTION == FUNCTION:
                yield one
            else:
                yield from _codes(one)


def _said(code: CodeType) -> tuple[Any, ...]:
    """What it does, wherever it stands."""
    values = tuple(
        _said(one) if isinstance(one, CodeType) else (type(one).__name__, repr(one))
        for one in code.co_consts
    )
    return code.co_code, values, code.co_names, code.co_varnames, code.co_freevars
