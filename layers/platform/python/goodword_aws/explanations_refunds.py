"""How much each refund took: the running total of what was returned, times what was earned.

earned x returned so far / order = the share that is to be back by now
"""

from collections.abc import Sequence

from goodword.conversions.model import Conversion, Refund, ReversalFact
from goodword.conversions.reasons import ENDED
from goodword.events import Event
from goodword.money import Money, format_minor
from goodword.paging import pages
from goodword.ports import Store
from goodword.records import Value
from goodword.rewards.explain import Story
from goodword.rewards.model import Reward
from goodword.rewards.reversal import refunded_share
from goodword.times import DAY_MS, rfc3339

REVERSED = "conversion.reversed"


class TakenSeen(Value):
    """What one refund took of one reward, and how that was computed."""

    reward_id: str
    taken: Money
    arithmetic: str


class ReversalSeen(Value):
    """One booked refund: what the shop said (`stated` None: all that was left) and what it took.

    `taken` is the advocate's money; `shares` are of every reward, of both sides and in any unit.
    """

    refund_id: str
    reason: str
    of: str
    stated: Money | None
    running_total: bool
    occurred_at: str
    booked_at: str
    taken: Money
    shares: tuple[TakenSeen, ...]


def reversals_of(
    store: Store, story: Story, rewards: Sequence[Reward], booked: Sequence[Event]
) -> tuple[ReversalSeen, ...]:
    """The refunds in the order in which they were booked; `booked` are the conversion's events."""
    place = f"CNV#{story.conversion.conversion_id}"
    read = pages(lambda cursor: store.query(Refund, "core", place, "F#", cursor=cursor))
    refunds = [refund for rows in read for refund in rows]
    totals = {one.data.get("refund_id"): one for one in booked if one.type == REVERSED}
    ordered = sorted(refunds, key=lambda one: (one.booked_ms, one.fact.refund_id))
    return tuple(_seen(one, story, rewards, totals.get(one.fact.refund_id)) for one in ordered)


def _seen(
    refund: Refund, story: Story, rewards: Sequence[Reward], booked: Event | None
) -> ReversalSeen:
    fact, currency = refund.fact, story.conversion.currency
    return ReversalSeen(
        refund_id=fact.refund_id,
        reason=fact.reason,
        of=fact.of,
        stated=_money(fact.amount_minor, currency),
        running_total=fact.cumulative,
        occurred_at=rfc3339(fact.occurred_ms),
        booked_at=rfc3339(refund.booked_ms),
        taken=Money(amount_minor=refund.taken_minor, currency=story.latest.basis.currency),
        shares=tuple(_share(story, one, fact, booked) for one in rewards),
    )


def _share(story: Story, reward: Reward, fact: ReversalFact, booked: Event | None) -> TakenSeen:
    moves, name = _moves(story, reward), fact.refund_id
    place = next((index for index, (of, _) in enumerate(moves) if of == name), len(moves))
    taken, before = (
        sum(amount for _, amount in part) for part in (moves[place : place + 1], moves[:place])
    )
    return TakenSeen(
        reward_id=reward.reward_id,
        taken=Money(amount_minor=taken, currency=reward.currency),
        arithmetic=_said(story.conversion, reward, fact, before, taken, booked) if taken else "",
    )


def _moves(story: Story, reward: Reward) -> list[tuple[str, int]]:
    """Refund id and what was taken (negative: given back), oldest first."""
    sign = {"reward.reversed": 1, "reward.reinstated": -1}
    return [
        (str(event.data.get("refund_id", "")), sign[event.type] * _amount(event, "amount_minor"))
        for event in story.events.get(reward.reward_id, ())
        if event.type in sign
    ]


def _said(
    conversion: Conversion,
    reward: Reward,
    fact: ReversalFact,
    before: int,
    taken: int,
    booked: Event | None,
) -> str:
    """How it came to what was taken, of a subscription that ended by its days."""
    terms = reward.cancellation
    if fact.reason != ENDED or terms is None:
        return _arithmetic(conversion, reward, before, taken, booked)
    lasted_ms = max(0, fact.occurred_ms - conversion.occurred_ms)
    used = -(-lasted_ms // DAY_MS)
    earned = format_minor(reward.earned_minor, reward.currency)
    back = format_minor(before + taken, reward.currency)
    less = f", less {format_minor(before, reward.currency)} taken before" if before else ""
    if terms.takes == "all":
        return f"all of {earned}: it ended in day {used} of {terms.within_days}{less}"
    unused = terms.within_days - used
    return f"{earned} x {unused} of {terms.within_days} days not used = {back}{less}"


def _arithmetic(
    conversion: Conversion, reward: Reward, before: int, taken: int, booked: Event | None
) -> str:
    """`3.00 EUR x 20.00 EUR / 30.00 EUR of net = 2.00 EUR, less 1.00 EUR taken before`.

    All that was left is said as that. Empty if the running totals were not recorded.
    """
    less = f", less {format_minor(before, reward.currency)} taken before" if before else ""
    earned = format_minor(reward.earned_minor, reward.currency)
    if before + taken == reward.earned_minor:
        return f"all of {earned}{less}"
    if booked is None or "refunded_net_minor" not in booked.data:
        return ""
    if reward.parts:
        return _by_line(conversion, reward, before + taken) + less
    totals = (conversion.net_minor, conversion.gross_minor)
    returned = _amount(booked, "refunded_net_minor"), _amount(booked, "refunded_gross_minor")
    share = refunded_share(reward.earned_minor, returned, totals)
    parts = [
        f"{format_minor(part, conversion.currency)} / "
        f"{format_minor(whole, conversion.currency)} of {of}"
        for of, part, whole in zip(("net", "gross"), returned, totals, strict=True)
        if part
    ]
    ratio = parts[0] if len(parts) == 1 else f"({' + '.join(parts)})"
    back = format_minor(share, reward.currency)
    return f"{earned} x {ratio} = {back} (rounding half_even){less}"


def _by_line(conversion: Conversion, reward: Reward, back_minor: int) -> str:
    """A reward on single lines: which they were; their returned shares follow from the facts."""
    nets, currency = conversion.order.nets, reward.currency
    lines = [
        f"{part.line_id} ({format_minor(nets[part.line_id], currency)})" for part in reward.parts
    ]
    back = format_minor(back_minor, currency)
    earned = format_minor(reward.earned_minor, currency)
    return f"{earned} x the share returned of the lines {', '.join(lines[:8])} = {back}"


def _amount(event: Event, name: str) -> int:
    return int(event.data.get(name) or 0)


def _money(amount_minor: int | None, currency: str) -> Money | None:
    return None if amount_minor is None else Money(amount_minor=amount_minor, currency=currency)
