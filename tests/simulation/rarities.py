"""What only some stories have, drawn apart, so that older seeds stay what they are."""

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.story import Story

FICKLE = {"payday": 0.25, "wide": 0.08}  # of the stories of a leaning
UNITS, ACCEPTS = 0.15, 0.1  # of the stories give what is no money, or take two currencies
HOLDS = {"payday": 0.3, "wide": 0.15}  # of the stories of a leaning
TWINS, PROVISIONAL = 0.15, 0.3  # of the plain stories; of the second accounts
LEAVES = 0.2  # of the stories where nothing is capped; nobody leaves a calm one
WON, WON_BY_LINE = 0.25, 0.6  # of the refunds, where nothing is capped
ABROAD = 0.6  # of the orders of two currencies
NO_MONEY = ({"sale": "store_credit"}, {"sale": "points", "lead": "code"}, {"lead": "points"})


@dataclass(frozen=True)
class Twin:
    """The same order told under another name, so much later; `provisional`: with twice the sums."""

    later_ms: int
    provisional: bool


def other_name(order_name: str) -> str:
    """What an order's twin calls it."""
    return order_name.replace("o", "t", 1)


def is_won(chance: Random, *, by_line: bool) -> bool:
    """Whether a bank decides about a refund for the shop."""
    return chance.random() < (WON_BY_LINE if by_line else WON)


def add_rarities(story: "Story") -> None:
    """All of them."""
    _fickle(Random(f"banks {story.seed}"), story)
    _units(Random(f"units {story.seed}"), story)
    holds = HOLDS.get(story.leaning, 0)
    story.holds = not story.calm and Random(f"holds {story.seed}").random() < holds
    _twins(Random(f"twins {story.seed}"), story)
    free = not story.calm and not story.caps and not story.budget
    story.leaves = free and Random(f"leaving {story.seed}").random() < LEAVES


def _fickle(chance: Random, story: "Story") -> None:
    """Banks take payments back, and some receiver has to claim what comes."""
    rare = chance.random() < FICKLE.get(story.leaning, 0)
    story.fickle = rare and story.rail == "simulator"
    if story.fickle and chance.random() < 0.5:
        story.receivers[chance.choice(list(story.receivers))] = "unclaimed"


def _twins(chance: Random, story: "Story") -> None:
    """One order is told by two, under two names; only later somebody says that it is one."""
    able = [one for one in story.orders if one.action == "sale"]
    plain = not (story.caps or story.budget or story.conduct or story.gives or story.accepts)
    if plain and able and chance.random() < TWINS:
        twin = Twin(chance.choice((0, 5_000)), story.calm and chance.random() < PROVISIONAL)
        chance.choice(able).twin = twin
        story.limit = 0 if story.disputed else story.limit  # so that people refuse, and are asked


def _units(chance: Random, story: "Story") -> None:
    """Something that is no money is earned, or money of two currencies."""
    kind = chance.random()
    if kind < UNITS:
        story.gives = dict(chance.choice(NO_MONEY))
        story.extra = chance.choice((0, 7))
    elif kind < UNITS + ACCEPTS and not story.caps and not story.budget:
        story.accepts, story.rates = True, {}
        for order in story.orders:
            abroad = order.action == "sale" and chance.random() < ABROAD
            order.currency = "USD" if abroad else "EUR"
    if story.gives or story.accepts:  # with the plain rules of such stories
        story.ladder = None
        for version in story.versions:
            version.offers = ()
