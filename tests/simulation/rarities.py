"""What only some stories have, drawn apart, so that older seeds stay what they are."""

from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

from goodword.advocates.model import EnrolmentState

from tests.simulation.abroad import add_currencies
from tests.simulation.edges import add_edges
from tests.simulation.endings import draw_ending, draw_ends
from tests.simulation.enriching import given
from tests.simulation.gifts import draw_gift
from tests.simulation.pilots import try_versions
from tests.simulation.questions import ask_twice
from tests.simulation.rails import draw_rail
from tests.simulation.refunding import mix_refunds
from tests.simulation.regaining import add_above, add_caps_of_two, add_regains
from tests.simulation.returning import return_some
from tests.simulation.segments import ask_segments
from tests.simulation.shops import open_second
from tests.simulation.wordy import add_words

if TYPE_CHECKING:
    from tests.simulation.story import Story

FICKLE = {"payday": 0.25, "wide": 0.08}  # of the stories of a leaning
UNITS, ACCEPTS = 0.15, 0.1  # of the stories give what is no money, or take two currencies
HOLDS = {"payday": 0.3, "wide": 0.15}  # of the stories of a leaning
TWINS, PROVISIONAL = 0.15, 0.3  # of the plain stories; of the second accounts
LEAVES = 0.2  # of the stories where nothing is capped; nobody leaves a calm one
WON, WON_BY_LINE = 0.25, 0.6  # of the refunds, where nothing is capped
ABROAD = 0.6  # of the orders of two currencies
WATCHED, HURRIED, RELEASED = 0.35, 0.6, 0.7  # of the stories; of their orders; of their lapses
SMALL_MINOR = 2_000  # up to which many of them pass by themselves
STRANGERS = 0.4  # of the stories where friends stay with whoever brought them
FEW_ORDERS = 3  # of one friend: a stranger's, a brought one's, and one that others want
HURRY_MS, HOUR_MS, DAY_MS = 20_000, 3_600_000, 86_400_000
SHY, MAYAS = 0.08, "maya7@x.example"  # of the calm stories
NAMED = 0.6  # of the stories in which friends have a limit
TAXED = 0.15  # of the orders
DRAFTS, FINAL = 0.3, 0.75  # of the stories where nobody tells an order twice; of their drafts
LOOKS = 0.2  # of the stories of one currency
TURNS, RETURNS = 0.35, 0.75  # of the stories; of those who are away
NO_MONEY = ({"sale": "store_credit"}, {"sale": "points", "lead": "code"}, {"lead": "points"})


@dataclass(frozen=True)
class Twin:
    """The same order told under another name, so much later; `provisional`: with twice the sums."""

    later_ms: int
    provisional: bool


@dataclass(frozen=True)
class Draft:
    """The same order told once more under its own name, with other sums. `provisional`: who tells
    it knows that it is not the last word; the word itself comes so many days later."""

    net: int
    gross: int
    provisional: bool
    days: int


@dataclass(frozen=True)
class Turn:
    """An enrolment changes its state."""

    at_ms: int
    person: str
    state: EnrolmentState


def other_name(order_name: str) -> str:
    """What an order's twin calls it."""
    return order_name.replace("o", "t", 1)


def is_won(chance: Random, *, by_line: bool) -> bool:
    """Whether a bank decides about a refund for the shop."""
    return chance.random() < (WON_BY_LINE if by_line else WON)


def add_rarities(story: "Story") -> None:
    """All of them."""
    draw_rail(story)
    _fickle(Random(f"banks {story.seed}"), story)
    _units(Random(f"units {story.seed}"), story)
    holds = HOLDS.get(story.leaning, 0)
    story.holds = not story.calm and Random(f"holds {story.seed}").random() < holds
    _twins(Random(f"twins {story.seed}"), story)
    free = not story.calm and not story.caps and not story.budget
    story.leaves = free and Random(f"leaving {story.seed}").random() < LEAVES
    _hurry(Random(f"hurry {story.seed}"), story)
    _strangers(Random(f"strangers {story.seed}"), story)
    if not (story.gives or story.extra or story.accepts):
        story.gift = draw_gift(Random(f"gift {story.seed}"))
    try_versions(Random(f"trials {story.seed}"), story)
    _shy(Random(f"shy {story.seed}"), story)
    _two_names(Random(f"names {story.seed}"), story)
    taxes = Random(f"taxes {story.seed}")
    for order in story.orders:
        order.taxed = taxes.random() < TAXED
    if not any(order.twin for order in story.orders):
        _endings(Random(f"endings {story.seed}"), story)
    ask_twice(story)
    mix_refunds(story)
    add_currencies(story)
    return_some(story)
    add_edges(story)
    if not story.fickle:  # where banks take back, little else keeps payments from being made
        _drafts(Random(f"drafts {story.seed}"), story)
        _turns(Random(f"turns {story.seed}"), story)
        _looks(Random(f"looks {story.seed}"), story)
    add_words(story)
    ask_segments(story)
    add_caps_of_two(story)
    add_regains(story)
    add_above(story)
    open_second(story)


def _shy(chance: Random, story: "Story") -> None:
    """Maya buys by a link of her own, and only one of two deliveries says that it is she."""
    able = [one for one in story.orders if one.clicks and one.action == "sale"]
    if not story.calm or not able or chance.random() > SHY:
        return
    order = chance.choice(able)
    order.friend, order.email, order.told_apart, order.shy = "c3", MAYAS, True, True
    order.code = None
    own = replace(order.clicks[0], person="adv_maya", nonce=bytes([4]) + order.clicks[0].nonce[1:])
    order.clicks.append(replace(own, at_ms=order.at_ms - HOUR_MS))


def _two_names(chance: Random, story: "Story") -> None:
    """Where friends have a limit, one of them is known by two names, of which orders tell one or
    both."""
    if any(one.scope == "friend" for one in story.caps) and chance.random() < NAMED:
        for order in story.orders:
            order.friend, order.email = "c3", chance.choice((None, MAYAS, MAYAS))


def _endings(chance: Random, story: "Story") -> None:
    """Some orders were subscriptions, and have ended."""
    story.ending = draw_ending(chance)
    for order in story.orders if story.ending else ():
        if order.action == "sale" and story.ending:
            order.lasted = tuple(draw_ends(chance, story.ending))


def _drafts(chance: Random, story: "Story") -> None:
    """Some orders have other sums before; mostly whoever tells them first knows that."""
    if chance.random() > DRAFTS or any(order.twin for order in story.orders):
        return
    for order in story.orders:
        if order.action == "sale" and chance.random() < 0.7:
            net = chance.choice((order.net * 2, order.net // 2 + 1, order.net + 700))
            provisional = story.calm or chance.random() < FINAL
            days = 0 if story.calm else chance.choice((0, 1, 3, 9))
            order.draft = Draft(net, net + chance.choice((0, net // 5)), provisional, days)
    if not story.calm and chance.random() < 0.5:
        story.limit = 0  # so that people refuse before the last word


def _turns(chance: Random, story: "Story") -> None:
    """Somebody who brought an order is away about that time, to the millisecond at times."""
    if story.calm or chance.random() > TURNS:
        return
    states: tuple[EnrolmentState, ...] = ("paused", "paused", "left", "banned")
    for order in story.orders:
        if not order.clicks or chance.random() > 0.7:
            continue
        person = chance.choice(order.clicks).person
        gone_ms = order.at_ms + chance.choice((-DAY_MS, -HOUR_MS, -1, 0, 1, HOUR_MS))
        state = chance.choice(states[: 3 if story.conduct else 4])
        story.turns.append(Turn(gone_ms, person, state))
        if chance.random() < RETURNS:
            back_ms = max(gone_ms + 1, order.at_ms + chance.choice((0, 1, HOUR_MS, 2 * DAY_MS)))
            story.turns.append(Turn(back_ms, person, "active"))
    story.turns.sort(key=lambda one: one.at_ms)


def _looks(chance: Random, story: "Story") -> None:
    """Large rewards take two people, or what one of the orders gives just does not."""
    if story.gives or story.accepts or chance.random() > LOOKS:
        return
    story.second_look = chance.choice((200, 500, given(story, chance.choice(story.orders))))
    if chance.random() < 0.6:
        story.limit = 0


def _hurry(chance: Random, story: "Story") -> None:
    """Some orders come so soon after their click that a person must look at them."""
    if story.calm or chance.random() > WATCHED:
        return
    story.watched = True
    if chance.random() < RELEASED:
        story.on_lapse = "release"
        story.limit = max(story.limit, chance.choice((0, SMALL_MINOR)))
    for order in story.orders:
        if order.action == "sale" and order.clicks and chance.random() < HURRIED:
            order.clicks[-1] = replace(order.clicks[-1], at_ms=order.at_ms - HURRY_MS)


def _strangers(chance: Random, story: "Story") -> None:
    """Nobody has brought this friend's first order; the later ones have clicks of several."""
    able = story.sticky and len(story.orders) >= FEW_ORDERS and story.leaning != "payday"
    if not able or chance.random() > STRANGERS:
        return
    first, *others = sorted(story.orders, key=lambda one: one.at_ms)
    first.clicks, first.code = [], None
    for order in (first, *others):
        order.friend, order.email = "c1", None
    for number, order in enumerate(others):
        at_ms = order.at_ms - chance.choice((1, 3, 20)) * HOUR_MS
        after_ms = first.at_ms + number + 1
        order.clicks += [
            replace(
                one,
                person=chance.choice(list(story.receivers)),
                at_ms=max(at_ms, after_ms),
                nonce=bytes([3, number]) + one.nonce[2:],
            )
            for one in order.clicks[:1]
        ]


def _fickle(chance: Random, story: "Story") -> None:
    """Banks take payments back, and some receiver has to claim what comes."""
    rare = chance.random() < FICKLE.get(story.leaning, 0)
    story.fickle = rare and story.rail != "csv"
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
