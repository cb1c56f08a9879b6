"""Worked examples of any terms, made by the rules themselves, so that no example can be wrong.

Orders and refunds are made up; what they earn and what refunds take is computed by `judge` and
`refunded_share`, the functions that decide real ones. The amounts are chosen so that something is
to be seen: an order above every minimum, a remainder of the cap that fits one order and a half.

    order             two_brands (if a rule names one)   coupon (if a rule asks for one)
    minimum (if any)  sign_up                            partial_refund
    cap (if any)      return_after_payment               subscription_ended (if a window is named)
"""

from collections.abc import Sequence
from typing import Literal

from goodword.conversions.order import OrderLine
from goodword.money import NaturalMinor, is_money
from goodword.programs.model import ProgramVersion
from goodword.records import Value
from goodword.rewards.basis import Basis
from goodword.rewards.caps import Limit, Room, whole_room
from goodword.rewards.decision import RuleLine, Verdict, judge
from goodword.rewards.explain_orders import (
    asks_coupon,
    brands_of,
    order_minor,
    order_of,
    order_rules,
    sign_up_of,
    with_brands,
)
from goodword.rewards.explain_wanted import OTHER
from goodword.rewards.model import Reward
from goodword.rewards.reversal import refunded_share, to_take
from goodword.times import DAY_MS

ExampleKind = Literal[
    "order",
    "two_brands",
    "coupon",
    "sign_up",
    "minimum",
    "partial_refund",
    "return_after_payment",
    "subscription_ended",
    "cap",
]
StepKind = Literal["earlier", "order", "sign_up", "refund", "ended", "approved", "paid", "next"]

ADVOCATE = "adv_example"


class ExampleStep(Value):
    """One thing that happens. `earned_minor` is what it changes, `total_minor` what is left then.

    Of an order `order_minor`, `items` (its lines, where rules look at them) and `lines` are set, of
    a refund also `refund_minor` (this one), `refunded_minor` (all so far) and `shares`; of the end
    of a subscription `shares` and `after_days`, how long it lasted.
    """

    kind: StepKind
    order_id: str = ""
    order_minor: NaturalMinor = 0
    items: tuple[OrderLine, ...] = ()
    coupons: tuple[str, ...] = ()
    level: str | None = None
    segments: tuple[str, ...] = ()
    lines: tuple[RuleLine, ...] = ()
    refund_minor: NaturalMinor = 0
    refunded_minor: NaturalMinor = 0
    shares: tuple["Share", ...] = ()
    after_days: NaturalMinor = 0
    earned_minor: int = 0
    total_minor: int = 0


class Share(Value):
    """What one reward has to give back, less what it gave before.

    Of a refund `earned x refunded / order`, of the end of a subscription all or its unused days.
    """

    earned_minor: NaturalMinor
    share_minor: NaturalMinor
    before_minor: NaturalMinor


class Example(Value):
    """A short story with its amounts. `cap_left_minor` is what its cap left when it began."""

    kind: ExampleKind
    steps: tuple[ExampleStep, ...]
    cap_left_minor: NaturalMinor | None = None


def examples(version: ProgramVersion) -> tuple[Example, ...]:
    """The examples that these terms have something to say about, in reading order."""
    actions = {rule.action for rule in version.terms.rules}
    found: list[Example] = []
    if orders := order_rules(version):
        found += [_order(version), *_two_brands(version), *_coupon(version), *_minimum(version)]
    if "lead" in actions:
        found.append(_sign_up(version))
    if orders and found[0].steps[-1].earned_minor:  # only money is paid, and limited by caps
        found += [_partial_refund(version), _return_after_payment(version)]
        found += [*_subscription_ended(version), *_cap(version)]
    return tuple(found)


def _order(version: ProgramVersion) -> Example:
    room = _whole(version)
    step, _ = _ordered(version, "1001", order_minor(version), room)
    return _example("order", [step])


def _two_brands(version: ProgramVersion) -> list[Example]:
    """A line of each brand that rules name, or of the only one and of another."""
    brands = brands_of(order_rules(version))[:2]
    if not brands:
        return []
    total = order_minor(version)
    basis = with_brands(_basis(version, "1007", total), [*brands, OTHER][:2])
    verdict = judge(basis, version, ADVOCATE, _whole(version), basis.occurred_ms)
    return [_example("two_brands", [_of_order(basis, verdict)])]


def _coupon(version: ProgramVersion) -> list[Example]:
    """The same order as the rule wants it, and the other way round: with or without a coupon."""
    rule = next((one for one in order_rules(version) if asks_coupon(one)), None)
    if rule is None:
        return []
    first = order_of(version, rule, "1008", order_minor(version))
    turned = () if first.order.coupons else (OTHER.upper(),)
    second = first.but(order_id="1009", order=first.order.but(coupons=turned))
    steps, room = [], _whole(version)
    for basis in (first, second):
        verdict = judge(basis, version, ADVOCATE, room, basis.occurred_ms)
        steps.append(_of_order(basis, verdict))
        room = verdict.room.next_order()
    return [_example("coupon", steps)]


def _sign_up(version: ProgramVersion) -> Example:
    rule = next(one for one in version.terms.rules if one.action == "lead")
    basis = sign_up_of(version, rule, "signup-1")
    verdict = judge(basis, version, ADVOCATE, _whole(version), basis.occurred_ms)
    step = ExampleStep(
        kind="sign_up",
        order_id=basis.order_id,
        level=basis.level,
        segments=basis.advocate_segments or (),
        lines=verdict.lines,
        earned_minor=_money(verdict),
    )
    return _example("sign_up", [step])


def _minimum(version: ProgramVersion) -> list[Example]:
    """An order one minor unit below the smallest minimum: it stays out, however close it is."""
    orders = order_rules(version)
    minimums = [rule.minimum_order_minor for rule in orders if rule.minimum_order_minor]
    if not minimums:
        return []
    room = _whole(version)
    step, _ = _ordered(version, "1002", min(minimums) - 1, room)
    return [_example("minimum", [step])]


def _partial_refund(version: ProgramVersion) -> Example:
    """A third, another third, then the rest: the shares are of the running total."""
    room, total = _whole(version), order_minor(version)
    step, rewards = _ordered(version, "1003", total, room)
    third = total // 3
    steps = [step]
    for refunded in (third, 2 * third, total):
        taken, rewards = _refunded("1003", total, refunded, steps[-1].refunded_minor, rewards)
        steps.append(taken)
    return _example("partial_refund", steps)


def _return_after_payment(version: ProgramVersion) -> Example:
    room, total = _whole(version), order_minor(version)
    step, rewards = _ordered(version, "1004", total, room)
    taken, _ = _refunded("1004", total, total, 0, rewards)
    steps = [step, ExampleStep(kind="approved"), ExampleStep(kind="paid"), taken]
    told = _example("return_after_payment", steps)
    last = ExampleStep(kind="next", total_minor=taken.earned_minor)
    return told.but(steps=(*told.steps, last))


def _subscription_ended(version: ProgramVersion) -> list[Example]:
    """What an order began ends in the first third of the window that the terms name."""
    ending = version.terms.cancellation
    if ending is None:
        return []
    step, rewards = _ordered(version, "1010", order_minor(version), _whole(version))
    days = ending.within_days // 3
    paid = [one.earned_minor for one in rewards if is_money(one.currency)]
    shares = [
        Share(
            earned_minor=earned,
            share_minor=ending.share_of(earned, 0, days * DAY_MS),
            before_minor=0,
        )
        for earned in paid
    ]
    ended = ExampleStep(
        kind="ended",
        order_id="1010",
        after_days=days,
        shares=tuple(shares),
        earned_minor=-sum(one.share_minor for one in shares),
    )
    return [_example("subscription_ended", [step, ended])]


def _cap(version: ProgramVersion) -> list[Example]:
    """Two equal orders when the advocate's first cap has room for one and a half of them.

    An order has what the other caps let through of it.
    """
    whole, total = _whole(version), order_minor(version)
    shown = next((one for one in whole.limits if _is_shown(one)), None)
    if shown is None:
        return []
    others = Room(limits=tuple(one for one in whole.limits if one != shown))
    fits = _money(_judged(version, "1005", total, others))  # in one order, whatever was earned
    left = min(shown.left, fits + fits // 2)
    steps = []
    if used := shown.left - left:
        steps.append(ExampleStep(kind="earlier", earned_minor=used))
    now = Room(limits=tuple(one.but(left=left) if one == shown else one for one in whole.limits))
    for order_id in ("1005", "1006"):
        verdict = _judged(version, order_id, total, now)
        steps.append(_of_order(_basis(version, order_id, total), verdict))
        now = verdict.room.next_order()
    return [_example("cap", steps, left)]


def _is_shown(limit: Limit) -> bool:
    mine = limit.scope == "advocate" and limit.measure == "money"
    return mine and limit.period != "order"


def _ordered(
    version: ProgramVersion, order_id: str, net_minor: int, room: Room
) -> tuple[ExampleStep, tuple[Reward, ...]]:
    basis = _basis(version, order_id, net_minor)
    verdict = judge(basis, version, ADVOCATE, room, basis.occurred_ms)
    return _of_order(basis, verdict), verdict.rewards


def _of_order(basis: Basis, verdict: Verdict) -> ExampleStep:
    return ExampleStep(
        kind="order",
        order_id=basis.order_id,
        order_minor=basis.net_minor,
        items=basis.order.lines if any(line.parts for line in verdict.lines) else (),
        coupons=basis.order.coupons or (),
        level=basis.level,
        segments=basis.advocate_segments or (),
        lines=verdict.lines,
        earned_minor=_money(verdict),
    )


def _refunded(
    order_id: str, net_minor: int, refunded: int, before: int, rewards: Sequence[Reward]
) -> tuple[ExampleStep, tuple[Reward, ...]]:
    """The step of a refund that brings the running total to `refunded`, and the rewards after."""
    shares, after, taken = [], [], 0
    for reward in (one for one in rewards if is_money(one.currency)):
        share = refunded_share(reward.earned_minor, (refunded, 0), (net_minor, net_minor))
        take = to_take(reward, share)
        shares.append(
            Share(
                earned_minor=reward.earned_minor,
                share_minor=share,
                before_minor=reward.earned_minor - reward.remaining_minor,
            )
        )
        taken += take
        after.append(reward.but(remaining_minor=reward.remaining_minor - take))
    step = ExampleStep(
        kind="refund",
        order_id=order_id,
        order_minor=net_minor,
        refund_minor=refunded - before,
        refunded_minor=refunded,
        shares=tuple(shares),
        earned_minor=-taken,
    )
    return step, tuple(after)


def _judged(version: ProgramVersion, order_id: str, net_minor: int, room: Room) -> Verdict:
    basis = _basis(version, order_id, net_minor)
    return judge(basis, version, ADVOCATE, room, basis.occurred_ms)


def _basis(version: ProgramVersion, order_id: str, net_minor: int) -> Basis:
    """An order that the first rule of orders was written for."""
    return order_of(version, order_rules(version)[0], order_id, net_minor)


def _money(verdict: Verdict) -> int:
    """What was earned in money; points, credit and gifts stand in the lines alone."""
    return sum(line.earned_minor for line in verdict.lines if is_money(line.currency))


def _whole(version: ProgramVersion) -> Room:
    return whole_room(version, None, ADVOCATE, (), version.effective_ms)


def _example(
    kind: ExampleKind, steps: Sequence[ExampleStep], cap_left_minor: int | None = None
) -> Example:
    """With the running total of what is earned."""
    told, total = [], 0
    for step in steps:
        total += step.earned_minor
        told.append(step.but(total_minor=total))
    return Example(kind=kind, steps=tuple(told), cap_left_minor=cap_left_minor)
