"""What really happened, drawn from a seed: orders, clicks, refunds, rules; no word about our code.

The oracle computes from this alone what must come out; `terms` says the same in deliveries. In a
burst all is told at one moment. A calm story is told within its hold, and known to the cent.
"""

from dataclasses import dataclass, field, replace
from random import Random

from goodword.programs.payment import RailName

from tests.simulation.abroad import Abroad, day_of, go_abroad
from tests.simulation.brinks import kept, stand
from tests.simulation.ebbing import ebb
from tests.simulation.endings import Ending
from tests.simulation.enriching import enrich, given
from tests.simulation.gifts import Gift
from tests.simulation.halves import halve
from tests.simulation.happenings import Returned, Touched
from tests.simulation.limits import Limited, draw_budget, draw_caps
from tests.simulation.months import Tie, last, told
from tests.simulation.nearly import give_a_line, lower, pay_by_credit, use_nearly
from tests.simulation.offers import EMPTY, Basket, Ladder, Offer
from tests.simulation.paydays import Paying, drawn
from tests.simulation.pilots import Trial
from tests.simulation.rarities import MAYAS, Draft, Turn, Twin, add_rarities, is_won, other_name
from tests.simulation.revoking import revoke
from tests.simulation.segments import Time
from tests.simulation.stale import grow_stale
from tests.simulation.strange import add_strange

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
START_MS = 1_763_800_000_000
INTAKE_DAYS = 8  # days in which everything is reported; the shortest hold of a calm story is longer
LEANINGS = (*("wide",) * 5, *("payday",) * 4, *("race",) * 2)
RACE_MS = START_MS + 3 * DAY_MS  # when everything of a race is told
DISPUTED = 0.6  # of the stories where nothing is capped
SHARP, CONDUCT, BY_HAND = 0.2, 0.25, 0.12  # of the stories; nobody is banned in a calm one
BRIEF_FROM = 10_000_000  # seeds that nobody plays in full
EXACT = 0.3  # of the stories have a limit that is met to the cent
SPREAD_DAYS = 40  # days over which the orders of other stories may spread

PEOPLE = ("adv_maya", "adv_ben", "adv_third")
CODES = {"adv_maya": "MAYA7", "adv_ben": "BEN77", "adv_third": "THIRD7"}
RECEIVERS = (
    *("plain",) * 4,
    "fail",
    "slow",
    "duplicate",
    "timeout-after-accept",
    "timeout-before-accept",
    "gone",
)


@dataclass
class Order:
    """A sale or a sign-up of one friend, told in one or more deliveries."""

    name: str
    action: str
    friend: str
    at_ms: int
    net: int
    gross: int
    clicks: list[Touched]
    code: str | None
    email: str | None
    alias: str | None
    told_apart: bool
    currency: str = "EUR"
    refunds: list[Returned] = field(default_factory=list)
    inquiry: int = 0  # so often banks ask about it
    basket: Basket = EMPTY
    twin: Twin | None = None
    draft: Draft | None = None
    shy: bool = False  # only the first of its deliveries has the buyer's e-mail address
    taxed: bool = False  # its prices include tax, and so do refunds of them
    lasted: tuple[int, ...] = ()  # ms until its subscription ended
    number: str = ""  # what the shopper reads
    under: int = 0  # so much less than its net its gross is told to be
    stale: str = ""  # why it may be too old
    odd_refund: bool = False  # one in pounds is told of it
    halved: bool = False  # of two rewards one is refused, and more is told
    returns: bool = False  # it is one's, another's, and the first one's again

    def bare(self, number: int, friend: str, net: int, **more: object) -> "Order":
        """Another sale of so much, to this friend, told at once and of which nothing comes back.

        What else this order has, that one has too, but for `more`.
        """
        none = ("code", "email", "alias", "twin", "draft")
        plain: dict[str, object] = dict.fromkeys(none) | {
            "name": f"o{number}",
            "action": "sale",
            "friend": friend,
            "net": net,
            "gross": net,
            "told_apart": False,
            "currency": "EUR",
            "refunds": [],
            "inquiry": 0,
            "number": "",
            "under": 0,
        }
        return replace(self, **plain | more)  # type: ignore[arg-type]  # fields of an order


@dataclass
class Terms:
    """One version of what was promised: `offers`, or a plain share of sales; an amount of leads."""

    from_ms: int
    points: int
    flat: int
    offers: tuple[Offer, ...] = ()
    trial: Trial | None = None
    tie: Tie | None = None


@dataclass
class Story:
    """Everything of one seed that is not chance at run time."""

    seed: int
    calm: bool
    burst: bool
    versions: list[Terms]
    hold_days: int
    limit: int
    on_lapse: str
    caps: list[Limited]
    budget: list[Limited]
    paying: Paying
    model: str
    precedence: str
    sticky: bool
    window_days: int
    minimum_order: int
    receivers: dict[str, str]
    orders: list[Order]
    rates: dict[str, str]
    abroad: Abroad = field(default_factory=Abroad)
    leaning: str = "wide"
    disputed: bool = False
    sharp: bool = False  # the audit of a run finds much
    rail: RailName = "simulator"
    conduct: bool = False  # people are banned, and taken back
    fickle: bool = False  # payments come back, whole or in part, or wait for their receiver
    gives: dict[str, str] = field(default_factory=dict)  # what is no money, by action
    extra: int = 0  # points beside what a sale earns
    holds: bool = False  # finance stops payouts of single people
    leaves: bool = False  # people are erased, and friends are forgotten
    accepts: bool = False  # orders in dollars stay in dollars, and are paid in them
    brief: bool = False  # one order and few steps, among more faults
    ladder: Ladder | None = None
    zone: str = "UTC"
    watched: bool = False  # an order within a minute of its click is looked at
    turns: list[Turn] = field(default_factory=list)  # of enrolments
    ending: Ending | None = None
    gift: Gift | None = None  # what the friend gets beside what a sale earns
    lasts: bool = False  # what a friend orders earns for months
    link_ms: dict[str, int] = field(default_factory=dict)  # when links were made that are young
    segments: dict[str, list[Time]] = field(default_factory=dict)  # who was where, and when
    made_ms: int = START_MS - 100 * DAY_MS  # when the programme was
    second_look: int | None = None  # above which an approval takes two
    lowered: int = 0  # the minimum that all versions but the last have, if it is another one
    revokes: bool = False  # the whole of what was paid comes back
    ebbs: int = 0  # orders that come back before others need what they leave

    def has_won(self) -> bool:
        """Whether anything that was taken back is given again."""
        return any(refund.won for order in self.orders for refund in order.refunds)

    def order(self, name: str) -> Order:
        """By its own id, or by that under which it is told once more."""
        return next(each for each in self.orders if name in (each.name, other_name(each.name)))


def draw(seed: int) -> Story:
    """The story of a seed: of anything, of money that leaves, or of much at one moment."""
    chance = Random(f"story {seed}")
    if (leaning := chance.choice(LEANINGS)) == "payday":
        return _banks(chance, _payday(seed, chance))
    calm = chance.random() < 0.5
    versions = [Terms(0, chance.choice((1_000, 750)), 200)]
    if chance.random() < 0.4:
        at_ms = START_MS + chance.randrange(-5 * 24, INTAKE_DAYS * 24) * HOUR_MS + 17
        versions.append(Terms(at_ms, chance.choice((2_000, 333)), 500))
    orders = [_order(chance, number, calm) for number in range(chance.choice((1, 2, 2, 3, 4, 5)))]
    if leaning == "race":
        _gather(chance, orders)
    rates = go_abroad(chance, orders) if chance.random() < 0.4 else {}
    capped = not calm and chance.random() < 0.5
    story = Story(
        seed=seed,
        calm=calm,
        burst=chance.random() < 0.4,
        versions=versions,
        hold_days=14 if calm else chance.choice((0, 1, 14)),
        limit=chance.choice((0, 400, 2_000)),
        on_lapse=chance.choice(("refuse", "refuse", "release")),
        caps=draw_caps(chance) if capped else [],
        budget=draw_budget(chance) if not calm and chance.random() < 0.5 else [],
        paying=drawn(chance, often=False),
        model=chance.choice(("last", "last", "first")),
        precedence=chance.choice(("latest", "code", "link")),
        sticky=chance.random() < 0.5,
        window_days=chance.choice((3, 30, 30)),
        minimum_order=chance.choice((0, 0, 1_500)),
        receivers={person: chance.choice(RECEIVERS) for person in PEOPLE},
        orders=orders,
        rates=rates,
        leaning=leaning,
    )
    return _banks(chance, story)


def draw_brief(seed: int) -> Story:
    """An order or two of a story of its own, of which little is told: a small world, soon over."""
    story = draw(BRIEF_FROM + seed)
    count = told(story) if story.lasts else kept(story)
    count = len(story.orders) if story.ebbs else count
    return replace(story, orders=story.orders[:count], burst=False, brief=True)


def _exactly(chance: Random, story: Story) -> None:
    """Some limit is, to the cent, what one of the orders gives: on the edge, not beside it."""
    order = chance.choice(story.orders)
    size = given(story, order)
    match chance.choice(("minimum", "limit", "cap", "budget", "checkers")):
        case "minimum":
            story.paying = replace(story.paying, minimum=size)
        case "checkers":
            story.paying = replace(story.paying, checkers=size)
        case "limit":
            story.limit = size
        case "cap":
            sizes = {"rewards": 1, "amount_minor": size}
            story.caps = [replace(one, size=sizes[one.of]) for one in story.caps]
        case _:
            story.budget = [replace(one, size=size) for one in story.budget]


def _banks(chance: Random, story: Story) -> Story:
    """Banks ask about orders, and decide refunds for the shop where nothing is capped: it might
    exceed a cap."""
    usd = [one for one in story.orders if one.currency == "USD"]
    told = [(one, story.rates[day_of(one.at_ms, "UTC")]) for one in usd]
    enrich(Random(f"rich {story.seed}"), story, START_MS)
    story.rates = {day_of(one.at_ms, story.zone): rate for one, rate in told}
    if chance.random() < EXACT:
        _exactly(chance, story)
    wins = not (story.caps or story.budget)
    story.disputed = wins and not story.calm and chance.random() < DISPUTED
    for order in story.orders:
        order.inquiry = int(order.action == "sale" and chance.random() < 0.12)
        order.refunds = [
            replace(one, won=wins and not one.total and is_won(chance, by_line=bool(one.lines)))
            for one in order.refunds
        ]
    more = Random(f"more {story.seed}")  # apart, so that older seeds stay what they are
    story.sharp = more.random() < SHARP
    story.rail = "csv" if more.random() < BY_HAND else "simulator"
    story.conduct = not story.calm and more.random() < CONDUCT
    add_rarities(story)
    stand(Random(f"brink {story.seed}"), story, START_MS)
    brief = story.seed >= BRIEF_FROM
    revoke(story, brief=brief)
    ebb(story, START_MS, brief=brief)
    if not (story.revokes or story.ebbs):
        halve(story)
        grow_stale(story, START_MS)
        last(Random(f"months {story.seed}"), story, START_MS)
    if not (story.revokes or story.ebbs or story.lasts):
        use_nearly(story)
        lower(story, START_MS)
        give_a_line(story)
        pay_by_credit(story)
        add_strange(story)
    return story


def _gather(chance: Random, orders: list[Order]) -> None:
    """All of one day and mostly of one friend."""
    if chance.random() < 0.4:
        _simplify(chance, orders)
    for number, order in enumerate(orders):
        earlier = order.at_ms - (RACE_MS - DAY_MS + number * 10 + 1)
        order.at_ms -= earlier
        order.clicks = [replace(one, at_ms=one.at_ms - earlier) for one in order.clicks]
        if order.email is None:
            order.friend = chance.choice(("c1", "c1", "c1", "c2"))


def _simplify(chance: Random, orders: list[Order]) -> None:
    """One or two orders told once, and a refund of each at the same moment."""
    del orders[chance.choice((1, 2)) :]
    for order in orders:
        order.told_apart, order.alias = False, None
        if order.action == "sale":
            order.refunds = _refunds(chance, order)[:1]


def _payday(seed: int, chance: Random) -> Story:
    """Few and simple orders, earned soon, paid often, and refunded late."""
    versions = [Terms(0, chance.choice((1_000, 750, 333)), 200)]
    orders = [_order(chance, number, True) for number in range(chance.randint(1, 4))]
    for number, order in enumerate(orders):
        order.at_ms = START_MS + chance.randrange(36) * HOUR_MS + number * 10 + 1
        order.email, order.friend, order.code = None, f"c{number % 2}", None
        order.action = "sale"
        order.net = chance.choice((4_990, 12_345, 30_000))
        order.gross = order.net + chance.choice((0, order.net // 5))
        order.refunds = _refunds(chance, order) if chance.random() < 0.6 else []
        if chance.random() < 0.7:  # mostly a part, so that something is left to pay
            part = chance.choice((700, order.net // 5, order.net // 3))
            order.refunds = [replace(one, amount=part) for one in order.refunds]
        person = chance.choice((*PEOPLE, PEOPLE[0]))
        nonce = bytes([1, number, 0, 0, 0, 0, 0, 0])
        order.clicks = [Touched(person, order.at_ms - 20 * HOUR_MS, nonce)]
    capped = chance.random() < 0.25
    return Story(
        seed=seed,
        calm=False,
        burst=False,
        versions=versions,
        hold_days=chance.choice((0, 0, 1, 3)),
        limit=chance.choice((0, 400, 10_000, 10_000)),
        on_lapse="refuse",
        caps=draw_caps(chance) if capped else [],
        budget=draw_budget(chance) if chance.random() < 0.15 else [],
        paying=drawn(chance, often=True),
        model="last",
        precedence="latest",
        sticky=False,
        window_days=30,
        minimum_order=0,
        receivers={person: chance.choice(("plain", *RECEIVERS)) for person in PEOPLE},
        orders=orders,
        rates=go_abroad(chance, orders) if chance.random() < 0.2 else {},
        leaning="payday",
    )


def _order(chance: Random, number: int, calm: bool) -> Order:
    action = "lead" if chance.random() < 0.2 else "sale"
    days = INTAKE_DAYS if calm else chance.choice((INTAKE_DAYS, SPREAD_DAYS))
    at_ms = START_MS + chance.randrange(days * 24 * 60) * 60_000 + number * 10 + 1
    net = 0 if action == "lead" else chance.choice((999, 1_500, 4_990, 12_345, 30_000))
    friend = chance.choice(("c1", "c1", "c1", "c2", "c3"))
    order = Order(
        name=f"o{number}",
        action=action,
        friend=friend,
        at_ms=at_ms,
        net=net,
        gross=net + chance.choice((0, net // 5)),
        clicks=[
            _click(chance, number, each, at_ms) for each in range(chance.choice((0, 1, 1, 1, 2)))
        ],
        code=CODES[chance.choice(PEOPLE)] if chance.random() < 0.25 else None,
        email=chance.choice((None, None, None, MAYAS)) if friend == "c3" else None,
        alias=f"pi_{number}" if action == "sale" and chance.random() < 0.5 else None,
        told_apart=chance.random() < 0.5,
    )
    if action == "sale" and chance.random() < 0.5:
        order.refunds = _refunds(chance, order)
    return order


def _click(chance: Random, number: int, each: int, at_ms: int) -> Touched:
    hours = chance.choice((1, 2, 20, 47, 90, 120, 500, -1))
    return Touched(
        person=chance.choice(PEOPLE),
        at_ms=at_ms - hours * HOUR_MS - number * 100 - each * 7 - 3,
        nonce=bytes([1, number, each, 0, 0, 0, 0, 0]),
    )


def _refunds(chance: Random, order: Order) -> list[Returned]:
    of = chance.choice(("net", "gross"))
    whole = order.net if of == "net" else order.gross
    total = chance.random() < 0.3
    count = chance.choice((1, 1, 2, 3))
    sizes = (None, whole, whole // 3, whole // 3, whole // 2, whole // 5, 1, 700)
    amounts = [chance.choice(sizes) for _ in range(count)]
    return [
        Returned(
            name=f"r{number}",
            amount=amount,
            of=of,
            total=total,
            by_alias=order.alias is not None and chance.random() < 0.5,
        )
        for number, amount in enumerate(amounts)
    ]
