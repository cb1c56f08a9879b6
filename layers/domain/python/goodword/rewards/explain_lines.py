"""The lines of a worked example, as a reader would write the sums down.

    An order of 100.00 EUR: 100.00 EUR * 10 % = 10.00 EUR -> you earn 10.00 EUR
    33.33 EUR of 100.00 EUR is returned: 10.00 EUR * 33.33 EUR / 100.00 EUR = 3.33 EUR -> -3.33 EUR

The amounts are those of the example; nothing is computed here but the products that it shows.
"""

from collections import Counter

from goodword.languages import filled
from goodword.money import is_money
from goodword.programs.model import Terms
from goodword.programs.rules import FlatReward, PercentageReward, PerLineReward, PlainReward, Rule
from goodword.records import Value
from goodword.rewards.decision import RuleLine
from goodword.rewards.explain_examples import Example, ExampleKind, ExampleStep, Share
from goodword.rewards.explain_words import Voice

UNMET = ("condition_not_met", "condition_not_known", "lines_not_told")
UNTIMELY = ("not_first_purchase", "not_repeat_purchase", "customer_not_known", "months_over")


class ExampleText(Value):
    """An example in words: one line per step."""

    kind: ExampleKind
    title: str
    text: str
    lines: tuple[str, ...]


def example_text(example: Example, terms: Terms, voice: Voice) -> ExampleText:
    """The example in the reader's language."""
    heading = voice.speech.examples[example.kind]
    return ExampleText(
        kind=example.kind,
        title=heading.title,
        text=heading.text,
        lines=tuple(_line(step, terms, voice) for step in example.steps),
    )


def _line(step: ExampleStep, terms: Terms, voice: Voice) -> str:
    rules = {rule.rule_id: rule for rule in terms.rules}
    sums = [
        _sum(line, rules[line.rule_id], step.order_minor, voice, step.level) for line in step.lines
    ]
    for share in step.shares:
        ended = step.kind == "ended"
        sums.append(_unused(share, step, terms, voice) if ended else _share(share, step, voice))
    facts = {
        "sums": "; ".join(sums),
        "days": terms.hold_days,
        "lasted": step.after_days,
        "order": _order(step, voice),
        "refund": voice.money(step.refund_minor),
        "earned": _earned(step, voice),
        "total": voice.money(step.total_minor),
    }
    text = filled(voice.speech.step[step.kind], facts)
    if not step.segments:
        return text
    groups = voice.speech.groups["example"].format(groups=", ".join(step.segments))
    return f"{text} ({groups})"


def _earned(step: ExampleStep, voice: Voice) -> str:
    """`10.00 EUR`, `100 points`, `10.00 EUR, 100 points`; no money is said if something else is."""
    others: Counter[str] = Counter()
    for line in step.lines:
        if line.earned_minor and not is_money(line.currency):
            others[line.currency] += line.earned_minor
    said = [voice.money(amount, unit) for unit, amount in others.items()]
    if step.earned_minor or not said:
        said.insert(0, voice.money(step.earned_minor))
    return ", ".join(said)


def _order(step: ExampleStep, voice: Voice) -> str:
    """`100.00 EUR (Acme 60.00 EUR, other 40.00 EUR; coupon SPRING)`."""
    said = [
        f"{item.brand or item.sku or item.line_id} {voice.money(item.net_minor)}"
        for item in step.items
    ]
    told = [", ".join(said)] if said else []
    if step.coupons:
        told.append(f"{voice.speech.values['coupon']} {', '.join(step.coupons)}")
    order = voice.money(step.order_minor)
    return f"{order} ({'; '.join(told)})" if told else order


def _sum(
    line: RuleLine, rule: Rule, order_minor: int, voice: Voice, level: str | None = None
) -> str:
    words, reward = voice.speech.sum, rule.reward_at(level)
    if line.reason == "below_minimum_order":
        minimum = voice.money(rule.minimum_order_minor)
        return words["below"].format(base=voice.money(order_minor), minimum=minimum)
    if line.reason in UNMET:
        return words["unmet"]
    if line.reason in UNTIMELY:
        return words["untimely"]
    arithmetic = _arithmetic(line, reward, order_minor, voice)
    if line.reason == "nothing_to_reward":
        return words["zero"].format(arithmetic=arithmetic)
    if line.reason == "cap_reached":
        name = "capped" if line.earned_minor else "full"
        return words[name].format(arithmetic=arithmetic, earned=voice.money(line.earned_minor))
    return arithmetic


def _arithmetic(line: RuleLine, reward: PlainReward | None, order_minor: int, voice: Voice) -> str:
    words, unit = voice.speech.sum, line.currency
    result = voice.money(line.computed_minor, unit)
    if reward is None:
        return words["level"]
    if isinstance(reward, FlatReward):
        return words["flat"].format(amount=voice.money(reward.amount_minor, unit))
    if isinstance(reward, PercentageReward):
        weights = sum(part.weight for part in line.parts)
        return voice.times(weights if line.parts else order_minor, reward, unit)
    if isinstance(reward, PerLineReward):
        return words["each"].format(percent=voice.percent(reward.basis_points), result=result)
    facts = {
        "amount": voice.money(reward.amount_minor, unit),
        "units": line.computed_minor // reward.amount_minor,
        "result": result,
    }
    return filled(words["units"], facts)


def _unused(share: Share, step: ExampleStep, terms: Terms, voice: Voice) -> str:
    """What the end of a subscription takes of one reward."""
    ending, words = terms.cancellation, voice.speech.sum
    if ending is None or ending.takes == "all":
        return words["whole"].format(earned=voice.money(share.earned_minor))
    facts = {
        "earned": voice.money(share.earned_minor),
        "left": ending.within_days - step.after_days,
        "within": ending.within_days,
        "share": voice.money(share.share_minor),
    }
    return filled(words["unused"], facts)


def _share(share: Share, step: ExampleStep, voice: Voice) -> str:
    words = voice.speech.sum
    text = words["share"].format(
        earned=voice.money(share.earned_minor),
        refunded=voice.money(step.refunded_minor),
        order=voice.money(step.order_minor),
        share=voice.money(share.share_minor),
    )
    if not share.before_minor:
        return text
    return words["less_before"].format(share=text, before=voice.money(share.before_minor))
