"""Whether new terms can only give an advocate more is decided so that no doubt passes.

In favour is what gives nobody less, gives nothing later, and holds nothing for a person that was
not held. Two kinds of change surely are, whatever is bought, in whatever order:

* no limit on earnings in either terms, and rules that are the same but for higher amounts, or lower
  smallest orders, with further rules after them (not for months): each rule gives at least as much
* the same rules, and the one limit there is higher, or no limit any more: what is left of it stays
  at least as much, through every reward and every return (by induction over both)

A reward above the automatic limit waits for a person, one above that of the second look for two,
and what waits may be refused. So what may grow (a raised reward, one that a limit on money used to
cut short) must be a fixed amount within both, or it waits in any case because the limit is 0. A
share, or an amount for each piece or line, grows without a bound: raising it is none. And all that
the new rules may give for one order must fit in one transaction, or the order would give nothing.

Both kinds may also shorten the hold, and nothing else may limit what is given, such as a budget:
with one, or with tiers, only the hold may be shorter. Terms that accept several currencies must
fit in each of them. Higher amounts under a limit are not among them, nor is one of several limits
raised: a reward that is returned later may have used what another could have had. Anything else
that differs is a no.
"""

from collections.abc import Mapping

from pydantic import JsonValue as Json

from goodword.limits import REWARDS_PER_ORDER_MAX
from goodword.programs.model import Terms

Shape = Mapping[str, Json]
RISING = frozenset({"amount_minor", "basis_points"})
FREE = frozenset({"rules", "caps", "hold_days"})  # judged below; all else must be the same


def solely_in_favour(before: Terms, after: Terms, *, budget: bool = False) -> bool:
    """Whether nobody can earn less, or later, under `after` than under `before`.

    `budget` says that the programme has one beside its terms.
    """
    if (before.currency, before.currencies, before.accepted) != (
        after.currency,
        after.currencies,
        after.accepted,
    ):
        return False
    return all(
        _solely(before.alone(each), after.alone(each), budget=budget)
        for each in (before.currency, *before.accepted)
    )


def _solely(before: Terms, after: Terms, *, budget: bool) -> bool:
    """The same of terms as they read in one currency; `FREE` alone may differ at all."""
    one, other = before.model_dump(mode="json"), after.model_dump(mode="json")
    if any(one[name] != other[name] for name in one if name not in FREE):
        return False
    if after.hold_days > before.hold_days:
        return False
    same = bool(one["rules"] == other["rules"] and one["caps"] == other["caps"])
    if same or budget or after.tiers is not None:
        return same
    if one["rules"] == other["rules"]:
        return _limits_widen(before, after)
    if before.caps or after.caps or not _fits(after):
        return False
    return _rules_rise(one["rules"], other["rules"], _waits_from(after))


def _waits_from(terms: Terms) -> int | None:
    """The highest amount that waits for nobody, or not for a second person; None: all wait alike.

    Rewards of every amount wait where a limit is 0, the smaller ones as the larger.
    """
    limits = (terms.review.auto_approve_limit_minor, terms.trust.second_look_minor)
    return min((limit for limit in limits if limit), default=None)


def _fits(terms: Terms) -> bool:
    """Whether one order's rewards fit in a transaction even if every rule gives one."""
    sides = sum(1 + (rule.friend is not None) for rule in terms.rules)
    return sides <= REWARDS_PER_ORDER_MAX


def _may_grow(reward: Shape, most: int | None) -> bool:
    """Whether a reward may get as large as its rule says and wait for nobody who did not wait."""
    if most is None:
        return True
    amount = reward["amount_minor"] if reward["kind"] == "flat" else None
    return isinstance(amount, int) and amount <= most


def _limits_widen(before: Terms, after: Terms) -> bool:
    money = any(cap.measure == "money" for cap in before.caps)
    sides = [one for rule in after.rules for one in (rule, rule.friend) if one is not None]
    shapes = [side.reward.model_dump(mode="json") for side in sides]
    if money and not all(_may_grow(shape, _waits_from(after)) for shape in shapes):
        return False
    if not after.caps:
        return True
    if len(before.caps) != 1 or len(after.caps) != 1:
        return False
    (was,), (will,) = before.caps, after.caps
    return was.name == will.name and will.size >= was.size


def _rules_rise(before: list[Shape], after: list[Shape], most: int | None) -> bool:
    """Every old rule is there in its place and gives no less; new ones come after.

    A new one that gives for months is none: it brings orders into account that are beyond the
    window, and these may use up what others ask for (such as the first two).
    """
    if len(after) < len(before) or any(rule["for_months"] for rule in after[len(before) :]):
        return False
    return all(_rises(one, other, most) for one, other in zip(before, after, strict=False))


def _rises(before: Shape, after: Shape, most: int | None) -> bool:
    low, high = before["minimum_order_minor"], after["minimum_order_minor"]
    assert isinstance(low, int)
    assert isinstance(high, int)
    was, will = before["reward"], after["reward"]
    assert isinstance(was, dict)
    assert isinstance(will, dict)
    rest = {name for name in (*before, *after)} - {"reward", "minimum_order_minor"}
    same = all(before.get(name) == after.get(name) for name in rest) and set(was) == set(will)
    rises = same and high <= low and all(_amount_rises(each, was[each], will[each]) for each in was)
    return rises and (was == will or _may_grow(will, most))


def _amount_rises(name: str, before: Json, after: Json) -> bool:
    if name in RISING and isinstance(before, int) and isinstance(after, int):
        return after >= before
    return before == after
