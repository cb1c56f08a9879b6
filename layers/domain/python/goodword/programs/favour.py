"""Whether new terms can only give an advocate more is decided so that no doubt passes.

Two kinds of change are surely in every advocate's favour, whatever is bought, in whatever order:

* no limit on earnings in either terms, and rules that are the same but for higher amounts or
  shares, or lower smallest orders, with further rules after them (not for months): each rule gives
  at least as much
* the same rules, and the one limit there is higher, or no limit any more: what is left of it stays
  at least as much, through every reward and every return (by induction over both)

Both kinds may also shorten the hold, and nothing else may limit what is given, such as a budget:
with one, or with tiers, only the hold may be shorter. Terms that accept several currencies must
fit in each of them. Higher rates under a limit are not among
them, nor is one of several limits raised: a reward that is returned later may have used what
another could have had. Anything else that differs is a no.
"""

from collections.abc import Mapping

from pydantic import JsonValue as Json

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
    if one["rules"] == other["rules"] and one["caps"] == other["caps"]:
        return True
    if budget or after.tiers is not None:
        return False
    if one["rules"] == other["rules"]:
        return _limits_widen(before, after)
    return not before.caps and not after.caps and _rules_rise(one["rules"], other["rules"])


def _limits_widen(before: Terms, after: Terms) -> bool:
    if not after.caps:
        return True
    if len(before.caps) != 1 or len(after.caps) != 1:
        return False
    (was,), (will,) = before.caps, after.caps
    return was.name == will.name and will.size >= was.size


def _rules_rise(before: list[Shape], after: list[Shape]) -> bool:
    """Every old rule is there in its place and gives no less; new ones come after.

    A new one that gives for months is none: it brings orders into account that are beyond the
    window, and these may use up what others ask for (such as the first two).
    """
    if len(after) < len(before) or any(rule["for_months"] for rule in after[len(before) :]):
        return False
    return all(_rises(one, other) for one, other in zip(before, after, strict=False))


def _rises(before: Shape, after: Shape) -> bool:
    low, high = before["minimum_order_minor"], after["minimum_order_minor"]
    assert isinstance(low, int)
    assert isinstance(high, int)
    was, will = before["reward"], after["reward"]
    assert isinstance(was, dict)
    assert isinstance(will, dict)
    rest = {name for name in (*before, *after)} - {"reward", "minimum_order_minor"}
    same = all(before.get(name) == after.get(name) for name in rest) and set(was) == set(will)
    return same and high <= low and all(_amount_rises(name, was[name], will[name]) for name in was)


def _amount_rises(name: str, before: Json, after: Json) -> bool:
    if name in RISING and isinstance(before, int) and isinstance(after, int):
        return after >= before
    return before == after
