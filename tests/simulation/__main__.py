"""Seeds by hand: replay, shrink, run for long, and write docs/proof.md.

    python -m tests.simulation SEED                replay a seed with its trace
    python -m tests.simulation SEED --wire         the same through real botocore
    python -m tests.simulation SEED --brief        a seed of the brief lane
    python -m tests.simulation SEED [--brief] --shrink    the smallest that still finds it
    python -m tests.simulation --flow 2 17:die_after 40:conflict    a golden flow with these faults
    python -m tests.simulation --duel 3 0 12     two invocations that meet there
    python -m tests.simulation --tale 0 7        a tale, told with the figures of a seed
    python -m tests.simulation --soak SECONDS [--first SEED]
    python -m tests.simulation --pairs             every pair of faults of the money flows (hours)
    python -m tests.simulation SEED --mutants 200 [--write]     random changes of a line must die
    python -m tests.simulation --holes payouts/choice [--seeds N]     all changes of some files
    python -m tests.simulation --plant PATH OLD NEW     a change of your own, against all seeds
    python -m tests.simulation --planted FILE     several: JSON of path, old and new
    python -m tests.simulation --kills             the planted mistakes, and kills.json written anew
    python -m tests.simulation --proof [--small 0.1]    seeds, faults and mistakes, written down

The exit code is 1 if anything was found.
"""

import argparse
import sys

from tests.simulation import holes, mutants, surviving
from tests.simulation.campaign import campaign
from tests.simulation.duels import Meeting, meet
from tests.simulation.exhausting import Exhausted, exhaust, pairs_of, singles
from tests.simulation.judging import Fate
from tests.simulation.killing import kill_all, remember
from tests.simulation.playing import Lane, play
from tests.simulation.proof import write_proof
from tests.simulation.scale import WORKERS
from tests.simulation.shrinking import shrink
from tests.simulation.tales.told import tell


def main() -> int:
    """What a person types."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("seed", type=int, nargs="?", default=0)
    parser.add_argument("--wire", action="store_true")
    parser.add_argument("--brief", action="store_true")
    parser.add_argument("--shrink", action="store_true")
    parser.add_argument("--flow", nargs="+", metavar="WORD")
    parser.add_argument("--duel", nargs=3, type=int, metavar=("NUMBER", "SWAPPED", "AFTER"))
    parser.add_argument("--soak", type=float, metavar="SECONDS")
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument("--tale", nargs=2, type=int, metavar=("NUMBER", "SEED"))
    parser.add_argument("--pairs", action="store_true")
    parser.add_argument("--kills", action="store_true")
    parser.add_argument("--proof", action="store_true")
    parser.add_argument("--small", type=float, default=1.0)
    parser.add_argument("--mutants", type=int, metavar="N")
    parser.add_argument("--holes", nargs="+", metavar="WORD")
    parser.add_argument("--plant", nargs=3, metavar=("PATH", "OLD", "NEW"))
    parser.add_argument("--planted", metavar="FILE")
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    if given.kills:
        return _kills()
    return _tale(*given.tale) if given.tale else _asked(given)


def _asked(given: argparse.Namespace) -> int:
    """What else a person may ask."""
    if given.proof:
        return write_proof(print, small=given.small)
    if given.mutants is not None:
        return _mutants(given)
    if given.holes:
        return bool(holes.show(given.holes, given.seeds, print))
    if given.plant or given.planted:
        changes = [tuple(given.plant)] if given.plant else holes.listed(given.planted)
        return bool(holes.plant(changes, print))
    if given.soak:
        totals = campaign(seconds=given.soak, first=given.first)
        print("\n".join(totals.lines()))
        return bool(totals.found)
    if given.pairs:
        return _pairs()
    if given.shrink:
        return _shrink(given.seed, _lane(given))
    if given.duel:
        number, swapped, after = given.duel
        outcome, _ = meet(Meeting(number, bool(swapped), after), print)
    elif given.flow:
        flow, *faults = given.flow
        plan = {int(place): kind for place, _, kind in (one.partition(":") for one in faults)}
        outcome = play(int(flow), print, lane="golden", plan=plan)
    else:
        outcome = play(given.seed, print, lane=_lane(given))
    print("\n".join(outcome.found) or "nothing was found")
    return bool(outcome.found)


def _kills() -> int:
    deaths = list(kill_all())
    remember(deaths)
    print("\n".join(f"{one.name}: {one.by[0] if one.by else 'LIVES'}" for one in deaths))
    return any(not one.by for one in deaths)


def _tale(number: int, seed: int) -> int:
    found = tell(number, seed, print)
    print("\n".join(found) or "nothing was found")
    return bool(found)


def _lane(given: argparse.Namespace) -> Lane:
    return "wire" if given.wire else "brief" if given.brief else "fast"


def _shrink(seed: int, lane: Lane) -> int:
    smallest = shrink(seed, print, lane)
    if smallest is None:
        print("nothing was found")
        return 0
    play(seed, print, lane=lane, story=smallest.story, plan=smallest.plan)
    print(f"\n{smallest.story}\n\nfaults: {dict(smallest.plan)}\n")
    print("\n".join(smallest.outcome.found))
    return 1


def _mutants(given: argparse.Namespace) -> int:
    """Of none, the page is written from the last measurement."""
    told: list[Fate] = []
    seed = str(given.seed)
    for fate in mutants.fates_of(mutants.chosen(given.mutants, seed)):
        told.append(fate)
        print(fate, flush=True)
    if not told:
        told, seed = surviving.remembered()
    print("\n".join(surviving.summary(told)))
    if given.write:
        surviving.remember(told, seed)
        surviving.put(surviving.section(told, seed))
    return any(not one.killed_by and not surviving.unseen(one) for one in told)


def _pairs() -> int:
    total = Exhausted()
    for flow, plan in singles():
        ((place, kind),) = plan.items()
        part = exhaust(pairs_of(flow, place, kind), WORKERS)
        total.runs += part.runs
        total.found |= part.found
        print(f"{total.runs:,} pairs, {len(total.found)} found", flush=True)
    print("\n".join(f"{name}: {found}" for name, found in total.found.items()))
    return bool(total.found)


if __name__ == "__main__":
    sys.exit(main())
