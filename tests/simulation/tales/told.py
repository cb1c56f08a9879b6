"""All tales, and how one is told."""

from collections.abc import Callable
from random import Random

from tests.simulation.checks import general
from tests.simulation.lambdas import HERE
from tests.simulation.playing import many
from tests.simulation.tales.afterwards import AFTERWARDS
from tests.simulation.tales.answers import ANSWERS
from tests.simulation.tales.bank_files import BANK_FILES
from tests.simulation.tales.bans import BANS
from tests.simulation.tales.budgets import BUDGETS
from tests.simulation.tales.by_hand import BY_HAND
from tests.simulation.tales.by_staff import BY_STAFF
from tests.simulation.tales.changed import CHANGED
from tests.simulation.tales.compared import COMPARED
from tests.simulation.tales.contested import CONTESTED
from tests.simulation.tales.contracts import CONTRACTS
from tests.simulation.tales.counted import COUNTED
from tests.simulation.tales.deals import DEALS
from tests.simulation.tales.doors import DOORS
from tests.simulation.tales.edited import EDITED
from tests.simulation.tales.figures import FIGURES
from tests.simulation.tales.finer import FINER
from tests.simulation.tales.followed import FOLLOWED
from tests.simulation.tales.foreseen import FORESEEN
from tests.simulation.tales.generics import GENERICS
from tests.simulation.tales.granted import GRANTED
from tests.simulation.tales.keeping_back import KEPT_BACK
from tests.simulation.tales.known_better import KNOWN_BETTER
from tests.simulation.tales.nights import NIGHTS
from tests.simulation.tales.owed import OWED
from tests.simulation.tales.parked import PARKED
from tests.simulation.tales.payees import PAYEES
from tests.simulation.tales.promised import PROMISED
from tests.simulation.tales.proofs import PROOFS
from tests.simulation.tales.regulars import REGULARS
from tests.simulation.tales.remembered import REMEMBERED
from tests.simulation.tales.returns import RETURNS
from tests.simulation.tales.seldom import SELDOM
from tests.simulation.tales.shopifys import SHOPIFYS
from tests.simulation.tales.sides import SIDES
from tests.simulation.tales.signs import SIGNS
from tests.simulation.tales.signs_together import TOGETHER
from tests.simulation.tales.sisters import SISTERS
from tests.simulation.tales.sourced import SOURCED
from tests.simulation.tales.stripes import STRIPES
from tests.simulation.tales.subscriptions import SUBSCRIPTIONS
from tests.simulation.tales.teller import Tale, Teller
from tests.simulation.tales.threads import THREADS
from tests.simulation.tales.touched import TOUCHED
from tests.simulation.tales.uniting import UNITING
from tests.simulation.tales.unusual import UNUSUAL
from tests.simulation.tales.vaults import VAULTS
from tests.simulation.tales.waits import WAITS
from tests.simulation.tales.wired_gifts import WIRED_GIFTS
from tests.simulation.tales.wired_shop import WIRED_SHOP
from tests.simulation.tales.wired_stripe import WIRED_STRIPE
from tests.simulation.tales.words import WORDS
from tests.simulation.town import Town

TALES: tuple[Tale, ...] = (
    *GRANTED,
    *UNITING,
    *CONTESTED,
    *PARKED,
    *CHANGED,
    *WAITS,
    *WORDS,
    *REGULARS,
    *PROOFS,
    *SIDES,
    *ANSWERS,
    *BY_HAND,
    *BANS,
    *PAYEES,
    *UNUSUAL,
    *EDITED,
    *STRIPES,
    *SUBSCRIPTIONS,
    *CONTRACTS,
    *SHOPIFYS,
    *DEALS,
    *DOORS,
    *GENERICS,
    *KEPT_BACK,
    *SISTERS,
    *RETURNS,
    *COUNTED,
    *TOUCHED,
    *SOURCED,
    *SIGNS,
    *TOGETHER,
    *VAULTS,
    *BANK_FILES,
    *WIRED_STRIPE,
    *WIRED_GIFTS,
    *WIRED_SHOP,
    *SELDOM,
    *COMPARED,
    *REMEMBERED,
    *KNOWN_BETTER,
    *PROMISED,
    *BUDGETS,
    *NIGHTS,
    *OWED,
    *FIGURES,
    *FOLLOWED,
    *BY_STAFF,
    *AFTERWARDS,
    *FINER,
    *THREADS,
    *FORESEEN,
)
EACH = 40  # tellings of each in `make test`


def numbered(name: str) -> int:
    """Which tale has this name."""
    return [one.name for one in TALES].index(name)


def tell(number: int, seed: int, trace: Callable[[str], None] | None = None) -> list[str]:
    """Tell one tale with the figures of a seed; what was found."""
    tale = TALES[number]
    draw = Random(f"tale {tale.name} {seed}")
    town = Town(tale.story(draw), trace=trace)
    town.outside.plan, town.watch.judges = {}, tale.judged
    with town.open():
        HERE.town = town
        teller = Teller(town, draw)
        town.outside.healed = True
        try:
            tale.tell(teller)
        except AssertionError as lost:
            town.fail(f"{tale.name}: {lost}")
        books = general(town, tale.unjudged) if tale.judged else []
        found = [*town.failures, *books]
    vars(town).clear()
    return found


def tell_all(number: int) -> tuple[int, dict[str, list[str]]]:
    """Every telling of one tale: how many there were, and what was found."""
    found: dict[str, list[str]] = {}
    with many():
        for seed in range(EACH):
            if said := tell(number, seed):
                found[f"{TALES[number].name}: --tale {number} {seed}"] = said
    return EACH, found
