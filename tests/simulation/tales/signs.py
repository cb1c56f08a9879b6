"""What an order shows of its buyer, and what becomes of the reward: passed, held, or refused.

Each tale draws what is shown, and the terms around the points that it makes.
"""

from dataclasses import dataclass
from random import Random
from typing import Any

from goodword.conversions.model import Customer
from goodword.ports import Change
from goodword.rewards.model import Reward
from goodword.trust.model import Assessment
from goodword.trust.noting import own_marks
from goodword.trust.signals import Signals, own_names

from tests.simulation.rarities import MAYAS
from tests.simulation.story import DAY_MS, HOUR_MS
from tests.simulation.tales.teller import Tale, Teller
from tests.support.desk import PlainIndex

PASSED = ("approved", "within_auto_approve_limit")
HOME = Signals(
    card="visa 411111 4242",
    device="dev-1",
    name="Maya Keller",
    address=("Mill Road 12",),
    postcode="10115",
    country="DE",
    ip="81.2.69.142",
    agent="Firefox 1",
)
Figures = list[tuple[str, int, int]]
REASONS = {
    "self_referral": "looks_like_own_order",
    "addresses": "customer_details_checked",
    "velocity": "many_at_once",
    "click_time": "timing_checked",
    "returning": "customer_known_before",
    "ring": "details_shared",
}


@dataclass(frozen=True)
class Limits:
    """How a check acts in this telling; `wanted` is the state and reason that it makes."""

    check: str
    terms: dict[str, Any]
    wanted: tuple[str, str]


def limits(draw: Random, check: str, points: int) -> Limits:
    """Terms at, just above or far from so many points, and what they make of them."""
    mode = draw.choice(("active", "active", "active", "shadow", "off"))
    hold = draw.choice((max(1, points), points + 1, 60))
    refuse = draw.choice((None, None, max(points, hold), max(points + 1, hold), hold))
    total = draw.choice((max(1, points), points + 1, 1_000))
    acts: dict[str, Any] = {"mode": mode, "hold_points": hold, "refuse_points": refuse}
    quiet = {name: {"mode": "off"} for name in REASONS if name != check}
    terms = {"checks": quiet | {check: acts}, "total_hold_points": total}
    wanted = PASSED
    if mode == "active" and refuse is not None and points >= refuse:
        wanted = "rejected", REASONS[check]
    elif mode == "active" and points >= hold:
        wanted = "on_hold", REASONS[check]
    elif mode == "active" and points >= total:
        wanted = "on_hold", "several_signs"
    return Limits(check, terms, wanted)


def trusts(teller: Teller, limit: Limits, **counted: int) -> None:
    """The programme checks by these terms."""
    trust = type(teller.terms().trust).model_validate(limit.terms | {"limits": counted})
    teller.promises(trust=trust)


def reward_of(teller: Teller, order: str) -> Reward:
    """The only one of an order."""
    (found,) = teller.of_order(order)
    return found


def figures_of(teller: Teller, order: str, check: str) -> Figures:
    """What the check saw at last, of the reward of an order."""
    reward = reward_of(teller, order)
    every: list[Assessment] = teller.town.all(Assessment)
    made = [one for one in every if one.reward_id == reward.reward_id]
    last = max(made, key=lambda one: one.number)
    return [
        (figure.name, figure.count, figure.points)
        for one in last.findings
        if one.check == check
        for figure in one.figures
    ]


def judged(teller: Teller, limit: Limits, seen: Figures, order: str = "o1") -> None:
    """The reward stands as it must; then a person says what they think, and time passes."""
    reward, draw = reward_of(teller, order), teller.draw
    if limit.terms["checks"][limit.check]["mode"] != "off":
        teller.wants("was seen", figures_of(teller, order, limit.check), seen)
    teller.wants("stands", (reward.state, reward.reason), limit.wanted)
    _money(teller, reward)
    if limit.wanted[0] != "on_hold":
        return
    approves = draw.random() < 0.5
    path = f"/v1/rewards/{reward.reward_id}/{'approve' if approves else 'refuse'}"
    code = "checked_order" if approves else "fraud"
    own = teller.asks(f"usr_{reward.advocate_id[4:]}", path, reason_code=code)
    teller.wants("their own", own, "payee_may_not_decide")
    teller.wants("a person's word", teller.asks("usr_fatima", path, reason_code=code), "")
    reward = reward_of(teller, order)
    said = "approved" if approves else "rejected", code
    teller.wants("by a person", (reward.state, reward.reason), said)
    _money(teller, reward)
    teller.days(2)
    reward = reward_of(teller, order)
    later = ("due", "batched") if approves else ("rejected",)
    teller.wants("later", reward.state in later, True)


def _money(teller: Teller, reward: Reward) -> None:
    """What it earned is the person's, unless it is refused."""
    states = {"on_hold": "on_hold_minor", "approved": "pending_minor"}
    for state, name in states.items():
        found = [one.plain for one in teller.town.dynamo.of_kind("balance")]
        sums = sum(one.get(name, 0) for one in found if one["advocate_id"] == reward.advocate_id)
        same = [one for one in teller.rewards(state) if one.advocate_id == reward.advocate_id]
        wanted = sum(one.remaining_minor for one in same)
        teller.wants(f"{state} in all", sums, wanted)


def openly(teller: Teller, signals: Signals, order: str = "own") -> None:
    """Maya orders under her own name, over nobody's link."""
    who = Customer(customer_id="c-maya", email=MAYAS)
    teller.tells(teller.sold(order, 999, customer=who, signals=signals))


def _shared(draw: Random) -> tuple[Signals, Figures]:
    """An order that shares some of her details, and what is to be seen of it."""
    has = {one: draw.random() < 0.5 for one in ("card", "device", "address", "ip", "agent")}
    name = draw.choice(("same", "turned", "near", "family", "other", ""))
    if home := draw.random() < 0.5:
        has |= {"address": draw.random() < 0.6, "card": draw.random() < 0.2, "device": True}
        name = draw.choice(("family", "family", "same", "same", "spelt"))
    other = {
        "card": "amex 1" if home else draw.choice(("amex 1", "")),
        "device": draw.choice(("dev-2", "")),
        "address": ("Mill Road 14",),
        "ip": draw.choice(("81.2.69.143", "")),
        "agent": draw.choice(("Firefox 2", "")),
    }
    shown = HOME.but(**{one: other[one] for one, same in has.items() if not same})
    names = {"same": "Maya Keller", "turned": "KELLER, Maya M.", "near": "Maya Kelner"}
    names |= {"spelt": "M. Keller"}
    names |= {"family": "Robin Keller", "other": "Robin Smith", "": ""}
    shown = shown.but(name=names[name])
    relative = name == "family" and has["address"] and shown.card == "amex 1"
    found: Figures = []
    found += [("same_card", 1, 70)] * has["card"]
    found += [("same_device", 1, 70)] * (has["device"] and not relative)
    found += [("same_name", 1, 60)] * (name in ("same", "turned", "spelt"))
    found += [("near_name", 1, 60)] * (name == "near")
    found += [("same_address", 1, 30)] * has["address"]
    if has["ip"] and has["agent"]:
        found.append(("same_browser", 1, 20))
    elif relative and has["device"]:
        found.append(("household_device", 1, 20))
    elif has["ip"]:
        found.append(("same_network", 1, 10))
    return shown, found


def points_of(found: Figures) -> int:
    """Their sum."""
    return sum(points for _, _, points in found)


def _own(teller: Teller) -> None:
    """Somebody orders over Maya's link with some of Maya's own details."""
    shown, found = _shared(teller.draw)
    limit = limits(teller.draw, "self_referral", points_of(found))
    trusts(teller, limit)
    openly(teller, HOME)
    if shown.name == "M. Keller":
        change = Change()
        own_marks(
            teller.town.desk("test"), change, "adv_maya", own_names("Maya Keller", PlainIndex())
        )
        teller.town.memory.commit(change)
    teller.tells(teller.sold("o1", 45_678, "adv_maya", signals=shown))
    judged(teller, limit, found)


def _buyers(teller: Teller, kind: str, count: int, who: str = "adv_maya", **more: Any) -> None:
    """So many different people buy over a link with one mark, right now or as `more` says."""
    for number in range(count):
        name = f"{kind}{who[4:]}{number}"
        teller.tells(teller.sold(name, 2_000, who, friend=name, **more))


def _many(teller: Teller) -> None:
    """Many customers of a day have one device, one browser or one network."""
    draw = teller.draw
    kind = draw.choice(("device", "browser", "network"))
    most, count = draw.choice((2, 3)), draw.randrange(1, 7)
    mark = {"device": {"device": "d"}, "network": {"ip": "81.2.69.142"}}
    mark["browser"] = {"ip": "81.2.69.142", "agent": "Firefox 1"}
    shown = Signals(**mark[kind])  # type: ignore[arg-type]  # texts
    late, typed = draw.choice((0, 0, 1)), draw.random() < 0.5
    before_ms = DAY_MS + late
    first: dict[str, Any] = {"occurred_ms": teller.now_ms - before_ms, "signals": shown}
    alike = count + 1 - late
    found: Figures = []
    if alike >= most:
        counter = typed and alike < 2 * most
        points = {"device": 30 if counter else 60, "browser": 25, "network": 20}[kind]
        found = [(f"customers_of_{kind}", alike, points)]
    if kind == "browser" and alike >= 4:
        found.append(("customers_of_network", alike, 20))
    limit = limits(draw, "velocity", points_of(found))
    network = 4 if kind == "browser" else most
    trusts(teller, limit, device_customers_day=most, network_customers_day=network)
    teller.tells(teller.sold("far", 2_000, "", friend="far", **first))
    _buyers(teller, "x", count - 1, signals=shown)
    way: dict[str, Any] = {"codes": ("MAYA7",)} if typed else {"person": "adv_maya"}
    teller.tells(teller.sold("o1", 45_678, signals=shown, **way))
    judged(teller, limit, found)


def _link(teller: Teller) -> None:
    """More orders of a day came over one link than it may have."""
    draw = teller.draw
    most, count = draw.choice((1, 2, 3)), draw.randrange(1, 5)
    typed = draw.random() < 0.3
    found: Figures = [("orders_over_link", count, 10 if typed else 60)] * (count > most)
    limit = limits(draw, "velocity", points_of(found))
    trusts(teller, limit, link_orders_day=most)
    way: dict[str, Any] = {"codes": ("MAYA7",)} if typed else {"person": "adv_maya"}
    for number in range(count - 1):
        teller.tells(teller.sold(f"x{number}", 2_000, friend=f"x{number}", **way))
    teller.tells(teller.sold("o1", 45_678, **way))
    judged(teller, limit, found)


def _fast(teller: Teller) -> None:
    """An order comes very soon after its click."""
    draw = teller.draw
    fast, gap, action = draw.choice((9, 10)), draw.randrange(3, 12), draw.choice(("sale", "lead"))
    other = draw.choice((None, fast - 1, fast))
    once = 2 * gap >= fast and (other is None or other >= fast)
    points = {"sale": (60, 40), "lead": (30, 20)}[action][once]
    found: Figures = [("seconds_after_click", gap, points)] * (gap < fast)
    limit = limits(draw, "click_time", points_of(found))
    trusts(teller, limit, fast_seconds=fast)

    def clicked(seconds: int) -> dict[str, Any]:
        before_ms = seconds * 1_000 + draw.choice((0, 999))
        return {"click_ids": (teller.click("adv_maya", before_ms),), "action": action}

    if other is not None:
        net = 0 if action == "lead" else 5_000
        teller.tells(teller.sold("x1", net, friend="x1", **clicked(other)))
    net = 0 if action == "lead" else 45_678
    teller.tells(teller.sold("o1", net, **clicked(gap)))
    judged(teller, limit, found)


def _ring(teller: Teller) -> None:
    """A card or device that other people's customers have, or many of her own."""
    draw = teller.draw
    kind = draw.choice(("card", "device"))
    shown = Signals(**{kind: "one of them"})  # type: ignore[arg-type]  # a text
    theirs, hers = draw.randrange(0, 3), draw.randrange(0, 4)
    pair = {"card": (45, 70), "device": (35, 70)}[kind]
    found: Figures = []
    if theirs:
        found.append((f"{kind}_of_other_advocates_customers", theirs, pair[theirs - 1]))
    if kind == "card" and hers >= 2:
        found.append(("card_of_many_customers", hers - 1, 45 if hers == 2 else 70))
    if theirs and hers:
        found.append(("customers_shared_with_others", hers + 1, 35))
    limit = limits(draw, "ring", points_of(found))
    trusts(teller, limit)
    for who in ("adv_ben", "adv_third")[:theirs]:
        _buyers(teller, "y", 1, who, signals=shown)
    _buyers(teller, "x", hers, signals=shown)
    teller.tells(teller.sold("o1", 45_678, "adv_maya", signals=shown))
    judged(teller, limit, found)


def _known(teller: Teller) -> None:
    """The customer has bought before, here or in the shop, or as somebody else."""
    draw = teller.draw
    orders, here = draw.choice((None, 0, 1, 7)), draw.choice(("", "early", "same", "rewarded"))
    named, card = draw.random() < 0.6, draw.choice(("card", "device", ""))
    early = draw.choice((0, 1))
    found: Figures = [("orders_in_shop", orders, 70)] * bool(orders)  # type: ignore[list-item]  # a number then
    found += [("orders_known_here", 1, 70)] * (here == "early")
    mark = {card: "one of them"} if card else {}
    same = named and card and early
    found += [(f"same_name_and_{card}", 1, 70)] * bool(same)
    limit = limits(draw, "returning", points_of(found))
    trusts(teller, limit)
    shown = Signals(name="Ada Lovelace" if named else "", orders_before=orders, **mark)  # type: ignore[arg-type]  # texts
    if here:
        before: dict[str, Any] = {"occurred_ms": teller.now_ms - 2 * HOUR_MS * (here == "early")}
        person = "adv_ben" if here == "rewarded" else ""
        teller.tells(teller.sold("x1", 5_000, person, **before))
    other: dict[str, Any] = {
        "occurred_ms": teller.now_ms - early,
        "signals": shown.but(orders_before=None),
    }
    if named and card:
        teller.tells(teller.sold("x2", 5_000, friend="x2", **other))
    teller.tells(teller.sold("o1", 45_678, "adv_maya", signals=shown))
    judged(teller, limit, found)


SIGNS = (
    Tale("a sign: one's own order", _own),
    Tale("a sign: many at once", _many),
    Tale("a sign: over one link", _link),
    Tale("a sign: fast", _fast),
    Tale("a sign: a ring", _ring),
    Tale("a sign: known before", _known),
)
