"""Whether an order meets a condition, and for each question what was asked, found and answered.

Answers are yes, no or not known (None), and stay not known through `not`: a rule earns only on yes.
Example: `not (country in US)` of an order without a country is not known, so it earns nothing.
"""

from collections.abc import Sequence

from goodword.conversions.order import OrderLine
from goodword.money import format_minor
from goodword.programs.conditions import (
    AMOUNTS,
    LINE_FACTS,
    AllOf,
    AnyOf,
    AtLeast,
    AtMost,
    Condition,
    Equals,
    Leaf,
    NoneOf,
    NotSo,
    OneOf,
    leaves,
)
from goodword.records import Value
from goodword.rewards.basis import Basis

FOUND_MAX = 5  # values named in one answer
TEXT_MAX = 160  # characters of one


class Checked(Value):
    """One question and its answer; `passed` None: not known. `path` is where it stands in the rule.

    Of a question about lines `lines` are those that pass; it passes if one does.
    """

    path: str
    asked: str
    found: str
    passed: bool | None
    lines: tuple[str, ...] | None = None


def holds(condition: Condition | None, basis: Basis, line: OrderLine | None = None) -> bool | None:
    """Whether the order, or this line of it, meets the condition; None if that is not known."""
    if condition is None:
        return True
    if isinstance(condition, AllOf):
        return _all([holds(each, basis, line) for each in condition.conditions])
    if isinstance(condition, AnyOf):
        none = [holds(each, basis, line) for each in condition.conditions]
        return _not(_all([_not(each) for each in none]))
    if isinstance(condition, NotSo):
        return _not(holds(condition.condition, basis, line))
    return _answer(condition, basis, line)


def checked(condition: Condition | None, basis: Basis) -> tuple[Checked, ...]:
    """Every question of the condition with its answer, in reading order."""
    if condition is None:
        return ()
    return tuple(_checked(path, leaf, basis) for path, leaf in leaves(condition))


def _checked(path: str, leaf: Leaf, basis: Basis) -> Checked:
    asked = _asked(leaf, basis.currency)
    if leaf.of not in LINE_FACTS:
        found = _found(leaf, basis, [None])
        return Checked(path=path, asked=asked, found=found, passed=_answer(leaf, basis, None))
    lines = basis.order.lines
    answers = [_answer(leaf, basis, line) for line in lines]
    return Checked(
        path=path,
        asked=asked,
        found=_found(leaf, basis, lines),
        passed=_not(_all([_not(answer) for answer in answers])) if answers else None,
        lines=tuple(line.line_id for line, yes in zip(lines, answers, strict=True) if yes),
    )


def _answer(leaf: Leaf, basis: Basis, line: OrderLine | None) -> bool | None:
    if isinstance(leaf, OneOf | NoneOf) or (isinstance(leaf, Equals) and _is_text(leaf)):
        found = basis.texts(leaf.of, line)  # type: ignore[arg-type]
        if found is None:
            return None
        wanted = leaf.values if isinstance(leaf, OneOf | NoneOf) else (str(leaf.value),)
        among = not folded(found).isdisjoint(folded(wanted))
        return not among if isinstance(leaf, NoneOf) else among
    number = basis.number(leaf.of, line)  # type: ignore[arg-type]
    return None if number is None else meets(leaf, number)


def meets(leaf: Leaf, number: int) -> bool:
    """Whether a number is what the question asks for."""
    if isinstance(leaf, AtLeast):
        return number >= leaf.value
    if isinstance(leaf, AtMost):
        return number <= leaf.value
    if isinstance(leaf, Equals):
        return number == leaf.value
    return leaf.low <= number <= leaf.high  # type: ignore[union-attr]


def _is_text(leaf: Equals) -> bool:
    return isinstance(leaf.value, str)


def folded(texts: Sequence[str]) -> set[str]:
    """Texts as they are compared: without regard to case and blanks."""
    return {" ".join(text.split()).casefold() for text in texts}


def _all(answers: Sequence[bool | None]) -> bool | None:
    if False in answers:
        return False
    return None if None in answers else True


def _not(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def _asked(leaf: Leaf, currency: str) -> str:
    """`brand in Acme, Bolt`; `order_net at_least 50.00 EUR`."""
    if isinstance(leaf, OneOf | NoneOf):
        wanted = _listed(leaf.values)
    elif isinstance(leaf, Equals) and _is_text(leaf):
        wanted = str(leaf.value)
    else:
        ends = (leaf.low, leaf.high) if leaf.op == "between" else (leaf.value,)
        wanted = " and ".join(_number(int(end), leaf.of, currency) for end in ends)
    return f"{leaf.of} {leaf.op} {wanted}"[:TEXT_MAX]


def _found(leaf: Leaf, basis: Basis, lines: Sequence[OrderLine | None]) -> str:
    """What the order says: the different values of its lines, `not known` if it says nothing."""
    values: list[str] = []
    for line in lines:
        if isinstance(leaf, OneOf | NoneOf) or (isinstance(leaf, Equals) and _is_text(leaf)):
            texts = basis.texts(leaf.of, line)  # type: ignore[arg-type]
            values += ["not known"] if texts is None else (texts or ["none"])
        else:
            number = basis.number(leaf.of, line)  # type: ignore[arg-type]
            said = "not known" if number is None else _number(number, leaf.of, basis.currency)
            values.append(said)
    return _listed(tuple(dict.fromkeys(values)) or ("not known",))[:TEXT_MAX]


def _listed(values: Sequence[str]) -> str:
    more = f" and {len(values) - FOUND_MAX} more" if len(values) > FOUND_MAX else ""
    return ", ".join(values[:FOUND_MAX]) + more


def _number(value: int, of: str, currency: str) -> str:
    return format_minor(value, currency) if of in AMOUNTS else str(value)
