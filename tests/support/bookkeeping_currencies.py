"""Worked cases of one programme that accepts several currencies, each amount said in each of them.

The case's currency is the programme's own. `[5.00 | 6.00 USD | 800 JPY]` in a rule, a cap or a
budget is an amount in each; what has no brackets (a share, a number of rewards, points) holds in
every currency. `order A 100.00 in USD +10.00` is in dollars, and so is what it changes; no step may
change anything in another currency than its own.
"""

import re
from typing import Any

from goodword.conversions.model import ReversalFact
from goodword.money import CREDIT, PIECES, format_minor, parse_decimal
from goodword.programs.caps import BudgetLimit, Cap
from goodword.programs.rules import Rule
from goodword.rewards.budget import Budgets
from goodword.rewards.model import Reward

from tests.support.bookkeeping import REASONS, Bookkeeping, Case
from tests.support.bookkeeping_rules import rule_of
from tests.support.scene import MAYA, PROGRAM, Scene
from tests.support.worked import balanced, said

_AMOUNT = re.compile(r"\[([^\]]+)\]")
SUFFIX = "_in"


class Accepted(Bookkeeping):
    """Plays a case whose orders stay in their own currency."""

    def __init__(self, case: Case) -> None:
        self.home = case.currency
        self.abroad = _currencies(f"{case.rule} {case.cap} {case.story}")
        super().__init__(case)

    def _scene(self, case: Case) -> Scene:
        rules = [self._rule(n, text) for n, text in enumerate(case.rule.split(" and "))]
        caps = [self._limit(text, Cap) for text in case.cap.split(" and ") if text]
        tiers = self._tiers(case.tiers) if case.tiers else None
        return Scene(
            currency=case.currency,
            currencies="accept",
            accepted=self.abroad,
            review={
                "auto_approve_limit_minor": 2_000,
                "auto_approve_limit_in": dict.fromkeys(self.abroad, 2_000),
            },
            rules=tuple(rules),
            caps=tuple(caps),
            tiers=tiers,
        )

    def _rule(self, number: int, text: str) -> Rule:
        own = rule_of(number, self._in(text, self.home), self.minor).model_dump()
        others = {}
        for one in self.abroad if "[" in text else ():
            self.currency = one
            others[one] = rule_of(number, self._in(text, one), self.minor).model_dump()
        self.currency = self.home
        return Rule.model_validate(_with_others(own, others))

    def _limit(self, text: str, kind: Any) -> Any:
        own = self._cap(self._in(text, self.home))
        others = {}
        for one in self.abroad if "[" in text else ():
            self.currency = one
            others[one] = self._cap(self._in(text, one)).amount_minor
        self.currency = self.home
        fields = {name: each for name, each in dict(own).items() if name in kind.model_fields}
        return kind.model_validate(fields | {"amount_in": others})

    def _budget(self, *texts: str) -> None:
        limits = [self._limit(text, BudgetLimit) for text in texts]
        Budgets(self.scene.desk()).put(PROGRAM, limits, "planned")

    def _in(self, text: str, currency: str) -> str:
        def one(found: re.Match[str]) -> str:
            sides = [side.split() for side in found[1].split("|")]
            return next(side[0] for side in sides if (*side, self.home)[1] == currency)

        return _AMOUNT.sub(one, text)

    def _do(self, what: str, *rest: str) -> None:
        if what in REASONS and "=" not in "".join(rest):
            self._back(what, list(rest))
        else:
            super()._do(what, *rest)

    def _back(self, what: str, rest: list[str]) -> None:
        name = rest[0] if len(rest) > 1 else "1001"
        amount = None if rest[-1] == "all" else self.minor(rest[-1])
        self._facts += 1
        self.scene.deliver(
            ReversalFact(
                refund_id=f"re_{self._facts}",
                orders=(name,),
                occurred_ms=self.scene.clock.at_ms,
                currency=self.currency,
                amount_minor=amount,
                of="net",
                reason=REASONS[what],  # type: ignore[arg-type]  # its values are the reasons
            )
        )

    def changes(self, step: str) -> dict[str, int]:
        """Do what the step says; what it changed of each currency or unit."""
        words = step.split()
        self.currency = self.home
        if len(words) > 2 and words[-2] == "in":
            self.currency = words[-1]
            words = words[:-2]
        before = self.has
        self._do(*words)
        self.scene.clock.advance(1_000)
        after = self.has
        units = {*before, *after}
        found = {one: after.get(one, 0) - before.get(one, 0) for one in units}
        return {one: amount for one, amount in found.items() if amount}

    @property
    def has(self) -> dict[str, int]:
        """What the advocate has of all rewards, by currency or unit."""
        found: dict[str, int] = {}
        for one in self.scene.all(Reward):
            if one.advocate_id == MAYA and one.state not in ("rejected", "void"):
                found[one.currency] = found.get(one.currency, 0) + one.remaining_minor
        return found


def holds_in_each(case: Case) -> None:
    """Fail unless every step changes what it says, in its own currency alone."""
    books = Accepted(case)
    for step in case.story.split("; "):
        happens, _, expected = step.rpartition(" ")
        changed = books.changes(happens)
        wanted = _wanted(expected, books.currency)
        told = ", ".join(format_minor(amount, one) for one, amount in changed.items())
        assert changed == wanted, f"{happens}: {told or 'nothing'}, not {expected}"
        balanced(books.scene)
    books.currency = books.home
    assert case.says.replace("*", "\N{MULTIPLICATION SIGN}") in said(books, "en")
    assert said(books, "de")


def _wanted(expected: str, currency: str) -> dict[str, int]:
    """`+10.00`, `+10points`, `+5.00credit`."""
    if expected.endswith("points"):
        return {"POINTS": int(expected.removesuffix("points"))}
    if expected.endswith("credit"):
        return {f"{currency}{CREDIT}": parse_decimal(expected.removesuffix("credit"), currency)}
    amount = parse_decimal(expected, currency)
    return {currency: amount} if amount else {}


def _currencies(text: str) -> tuple[str, ...]:
    found = re.findall(r"\b[A-Z]{3}\b", text)
    return tuple(dict.fromkeys(one for one in found if one not in PIECES and one not in ("CHF",)))


def _with_others(own: Any, others: dict[str, Any]) -> Any:
    """The same with `..._in` beside each amount that differs."""
    if isinstance(own, list | tuple):
        return tuple(
            _with_others(each, {one: other[n] for one, other in others.items()})
            for n, each in enumerate(own)
        )
    if not isinstance(own, dict):
        return own
    made = {}
    for name, value in own.items():
        if name.endswith(SUFFIX) and isinstance(value, dict):
            base = name.removesuffix(SUFFIX)
            base = base if base in own else f"{base}_minor"
            said_in = {one: other[base] for one, other in others.items()}
            made[name] = said_in if any(each != own[base] for each in said_in.values()) else {}
        else:
            made[name] = _with_others(value, {one: other[name] for one, other in others.items()})
    return made
