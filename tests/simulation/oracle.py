"""A tiny second opinion: from what really happened to cents, sharing no code with the product."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from tests.simulation.abroad import day_of
from tests.simulation.months import in_time
from tests.simulation.offers import Offer, Seen, Worth, back, lines_of, worth
from tests.simulation.segments import segments_of
from tests.simulation.story import CODES, DAY_MS, Order, Story, Terms

SKEW_MS = 60_000
EXTRA = "extra"  # the rule that gives points beside whatever else a sale earns
OWNERS = {code: person for person, code in CODES.items()}


@dataclass(frozen=True)
class Contact:
    """One touch, wherever it was reported."""

    at_ms: int
    tie: bytes
    person: str
    kind: str


@dataclass(frozen=True)
class Due:
    """What one order must come to: who earns it, and how much."""

    person: str | None
    earned: int
    version: int = 0  # from 1; 0 where nobody has it


def expected(story: Story, seen: Mapping[str, Seen]) -> dict[str, Due]:
    """Per order, in a calm story: the outcome for the facts in the order in which they happened.

    Which order of its advocate one was, and at which level, is what was `seen` when it first was
    theirs: that depends on the order of arrival, and is judged elsewhere.
    """
    firsts: dict[str, str] = {}
    bought: Counter[str] = Counter()
    outcome = {}
    for order in sorted(story.orders, key=lambda each: each.at_ms):
        bought[order.friend] += order.action == "sale"
        winner = _winner(story, order, firsts.get(order.friend) if story.sticky else None)
        if winner is None:
            outcome[order.name] = Due(None, 0)
            continue
        firsts.setdefault(order.friend, winner.person)
        nth = max(bought[order.friend], order.basket.nth or 0)
        known = replace(seen.get(order.name, Seen()), nth=nth)
        version = in_force(story, winner.at_ms, winner.person)
        earned = earning(story, order, winner, known)
        outcome[order.name] = Due(winner.person, earned, 1 + story.versions.index(version))
    return outcome


def earning(story: Story, order: Order, winner: Contact, seen: Seen) -> int:
    """What the version in force at the touch gives in all, but for points beside it."""
    due = gives(story, order, (winner.at_ms, winner.person), seen)
    return sum(one.amount for name, one in due.items() if name != EXTRA)


def gives(story: Story, order: Order, touch: tuple[int, str], seen: Seen) -> dict[str, Worth]:
    """What each rule of the version in force at the touch gives its advocate, if it has a say."""
    version = in_force(story, *touch)
    if order.action == "lead":
        return {"lead": Worth(version.flat)}
    if not is_taken(story, order, touch):
        return {}
    nets = order.net, at_home(story, order)
    seen = replace(seen, segments=segments_of(story, touch[1], order.at_ms))
    due = {}
    for one in offers_of(story, version):
        found = worth(one, order.basket, nets, seen)
        if (found := in_time(story, order, touch[0], one, found, seen)) is not None:
            due[one.name] = found
    return due | ({EXTRA: Worth(story.extra)} if story.extra else {})


def touch_of(winner: Mapping[str, Any]) -> tuple[int, str]:
    """When a touch was, and whose it is."""
    return winner["at_ms"], winner["advocate_id"]


def is_taken(story: Story, order: Order, touch: tuple[int, str]) -> bool:
    """Whether the version in force at the touch takes the order's currency."""
    barred = story.abroad.home_only and in_force(story, *touch) is story.versions[0]
    return not barred or order.currency == "EUR" or order.action == "lead"


def offers_of(story: Story, version: Terms) -> tuple[Offer, ...]:
    """The offers of a version; without any, a plain share of every order."""
    plain = Offer(name="sale", size=version.points, minimum=story.minimum_order)
    return version.offers or (plain,)


def at_home(story: Story, order: Order) -> int:
    """The order's net in what it earns: changed with the rate of its day."""
    if order.currency == "EUR" or story.accepts:
        return order.net
    return story.abroad.changed(order.net, story.rates[day_of(order.at_ms, story.zone)])


def as_told(order: Order, net: int) -> Order:
    """The order with the sums of whoever told it with this net."""
    draft = order.draft
    if draft is None or net != draft.net:
        return order
    return replace(order, net=draft.net, gross=draft.gross)


def as_decided(story: Story, order: Order, decision: Mapping[str, Any]) -> Order:
    """The order with the sums that a decision was made on."""
    if order.draft is None:
        return order
    basis, told = decision["basis"], as_told(order, order.draft.net)
    net = told.net if basis["currency"] == order.currency else at_home(story, told)
    return told if basis["net_minor"] == net else order


def in_force(story: Story, at_ms: int, person: str) -> Terms:
    """The last version that had begun for somebody."""
    begun = [version for version in story.versions if version.from_ms <= at_ms]
    begun = [one for one in begun if one.trial is None or one.trial.holds(at_ms, person)]
    return begun[-1] if begun else story.versions[0]


def refunded(order: Order) -> tuple[int, int] | None:
    """What of the order's net and gross is to be back; None: all of it."""
    sums, totals = Counter[str](), Counter[str]()
    for refund in order.refunds:
        if refund.won:
            continue
        if refund.amount is None:
            return None
        if refund.total:
            totals[refund.of] = max(totals[refund.of], refund.amount)
        else:
            sums[refund.of] += refund.amount
    sums += totals
    return min(sums["net"], order.net), min(sums["gross"], order.gross)


def gone(story: Story, order: Order, earned: int, weights: Mapping[str, int]) -> int:
    """How much of what was earned goes back, for refunds or for the end of a subscription."""
    ended = story.ending.share(earned, order.lasted) if story.ending else 0
    return max(ended, share(order, earned, weights))


def share(order: Order, earned: int, weights: Mapping[str, int]) -> int:
    """How much of what was earned the refunds take back; by lines, if it was earned on lines."""
    parts = refunded(order)
    if parts is None:
        return earned
    if weights:
        named: Counter[str] = Counter()
        for refund in order.refunds:
            if not refund.won:
                named.update(dict(refund.lines))
        sums = order.net, order.gross
        lines = lines_of(order.basket, order.net)
        return round(earned * back(sums, lines, named, parts, weights))
    wholes = zip(parts, (order.net, order.gross), strict=True)
    exact = sum((Fraction(part, whole) for part, whole in wholes if whole), Fraction(0))
    return round(earned * min(exact, Fraction(1)))


def _winner(story: Story, order: Order, first: str | None) -> Contact | None:
    converted = order.at_ms + SKEW_MS
    able = [
        contact
        for contact in contacts_of(story, order.friend)
        if 0 <= converted - contact.at_ms <= story.window_days * DAY_MS
        and contact.at_ms + SKEW_MS >= story.link_ms.get(contact.person, 0)
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


def contacts_of(story: Story, friend: str) -> list[Contact]:
    """Every touch of a friend, with whichever order it was told."""
    found = []
    for order in story.orders:
        if order.friend != friend:
            continue
        for one in order.clicks:
            found.append(Contact(one.at_ms, one.nonce, one.person, "click"))
        if order.code:
            found.append(Contact(order.at_ms, b"", OWNERS[order.code], "code"))
    return found
