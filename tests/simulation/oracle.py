"""A tiny second opinion: from what really happened to cents, sharing no code with the product."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from tests.simulation.story import CODES, DAY_MS, Order, Story, Terms, day_of

SKEW_MS = 60_000
OWNERS = {code: person for person, code in CODES.items()}


@dataclass(frozen=True)
class Contact:
    """One touch, wherever it was reported."""

    at_ms: int
    tie: int
    person: str
    kind: str


@dataclass(frozen=True)
class Due:
    """What one order must come to: who earns it, how much, and how much of it is taken back."""

    person: str | None
    earned: int
    taken: int


def even(value: Decimal) -> int:
    """Rounded half to even."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def expected(story: Story) -> dict[str, Due]:
    """Per order, in a calm story: the outcome for the facts in the order in which they happened."""
    firsts: dict[str, str] = {}
    outcome = {}
    for order in sorted(story.orders, key=lambda each: each.at_ms):
        winner = _winner(story, order, firsts.get(order.friend) if story.sticky else None)
        if winner is None:
            outcome[order.name] = Due(None, 0, 0)
            continue
        firsts.setdefault(order.friend, winner.person)
        earned = earning(story, order, winner.at_ms)
        outcome[order.name] = Due(winner.person, earned, share(order, earned))
    return outcome


def earning(story: Story, order: Order, touched_ms: int) -> int:
    """What the version in force at the touch gives."""
    version = in_force(story, touched_ms)
    if order.action == "lead":
        return version.flat
    net = at_home(story, order)
    if net < story.minimum_order:
        return 0
    return even(Decimal(net) * version.points / 10_000)


def at_home(story: Story, order: Order) -> int:
    """The order's net in what it earns: divided by the rate of its day, to the even cent."""
    if order.currency == "EUR" or story.accepts:
        return order.net
    rate = story.rates[day_of(order.at_ms)]
    whole, _, part = rate.partition(".")
    cents, rest = divmod(order.net * int("1".ljust(len(part) + 1, "0")), int(whole + part))
    twice = 2 * rest - int(whole + part)
    return cents + (twice > 0 or (twice == 0 and cents % 2 == 1))


def in_force(story: Story, at_ms: int) -> Terms:
    """The last version that had begun."""
    begun = [version for version in story.versions if version.from_ms <= at_ms]
    return begun[-1] if begun else story.versions[0]


def share(order: Order, earned: int) -> int:
    """How much of what was earned the refunds take back."""
    refunded = {"net": 0, "gross": 0}
    for refund in order.refunds:
        if refund.won:
            continue
        if refund.amount is None:
            refunded = {"net": order.net, "gross": order.gross}
            break
        so_far = refunded[refund.of]
        refunded[refund.of] = max(so_far, refund.amount) if refund.total else so_far + refund.amount
    back = sum(
        even(Decimal(earned) * min(part, whole) / whole)
        for part, whole in ((refunded["net"], order.net), (refunded["gross"], order.gross))
        if whole
    )
    return min(back, earned)


def _winner(story: Story, order: Order, first: str | None) -> Contact | None:
    converted = order.at_ms + SKEW_MS
    able = [
        contact
        for contact in _contacts(story, order.friend)
        if 0 <= converted - contact.at_ms <= story.window_days * DAY_MS
        and not (contact.person == "adv_maya" and _bought_herself(story, order))
        and (first is None or contact.person == first)
    ]
    able.sort(key=lambda contact: (contact.at_ms, contact.tie))
    liked = {"code": "code", "link": "click"}.get(story.precedence)
    best = [contact for contact in able if contact.kind == liked] or able
    if not best:
        return None
    return best[0] if story.model == "first" else best[-1]


def _bought_herself(story: Story, order: Order) -> bool:
    return order.email is not None


def _contacts(story: Story, friend: str) -> list[Contact]:
    found = []
    for number, order in enumerate(story.orders):
        if order.friend != friend:
            continue
        found += [Contact(click.at_ms, number, click.person, "click") for click in order.clicks]
        if order.code:
            found.append(Contact(order.at_ms, number, OWNERS[order.code], "code"))
    return found
