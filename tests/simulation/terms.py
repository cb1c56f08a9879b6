"""The story's promises and facts in the product's own words."""

from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any, Literal

from goodword.advocates.model import LinkOfAdvocate
from goodword.conversions.model import (
    ConversionFact,
    Customer,
    Facts,
    InquiryFact,
    OtherNames,
    ReinstatementFact,
    ReversalFact,
)
from goodword.conversions.order import ReturnedLine
from goodword.programs.caps import BudgetLimit, Cap
from goodword.programs.model import (
    ExchangeRule,
    FlatReward,
    PercentageReward,
    Program,
    ProgramVersion,
    Review,
    Rule,
)
from goodword.programs.payment import Payment
from goodword.programs.rules import FriendSide
from goodword.tracking.click import sign_click
from goodword.tracking.model import AttributionRules

from tests.simulation.currencies import size_in, sized
from tests.simulation.happenings import Returned, Touched
from tests.simulation.limits import Limited
from tests.simulation.months import tie_of
from tests.simulation.paydays import EVERY_DAYS, STARTS_ON, Paying
from tests.simulation.rails import in_unit
from tests.simulation.rarities import other_name
from tests.simulation.shops import customer_of
from tests.simulation.story import CODES, START_MS, Order, Story, Terms
from tests.simulation.strange import strange_of
from tests.simulation.wording import order_facts, rule_of, tiers_of
from tests.simulation.wordy import said_gross
from tests.support.scene import PROGRAM, SECRET, terms

TAX_PERCENT = 19
FAST_SECONDS = 60  # between a click and an order that is looked at
SHARP = {
    "own_spike_times": 2,
    "program_spike_times": 2,
    "spike_floor_minor": 100,
    "network_conversions": 2,
    "network_percent": 100,
    "destination_days": 90,
    "refund_percent": 10,
    "refund_floor_minor": 100,
    "stops": ("own_spike", "program_spike", "new_destination", "shared_payee", "refund_share"),
}


def _abroad(story: Story, amount_minor: int | None) -> dict[str, int]:
    """What an amount is in dollars where they are accepted: as many of them."""
    return {"USD": amount_minor} if story.accepts and amount_minor else {}


def _rules(story: Story, promised: Terms) -> tuple[Rule, ...]:
    units: dict[str, Any] = {"sale": {}, "lead": {}}
    for action, unit in story.gives.items():
        units[action] = {"unit": unit} | ({"item": "a month"} if unit == "code" else {})
    if promised.offers:
        lead = Rule(rule_id="lead", action="lead", reward=FlatReward(amount_minor=promised.flat))
        return (*map(rule_of, promised.offers), lead)
    sale = Rule(
        rule_id="sale",
        action="sale",
        reward=PercentageReward(basis_points=promised.points),
        minimum_order_minor=story.minimum_order,
        minimum_order_in=_abroad(story, story.minimum_order),
        friend=FriendSide.model_validate(story.gift.rule()) if story.gift else None,
        **units["sale"],
    )
    flat = FlatReward(amount_minor=promised.flat, amount_in=_abroad(story, promised.flat))
    lead = Rule(rule_id="lead", action="lead", reward=flat, **units["lead"])
    points = FlatReward(amount_minor=story.extra or 1)
    extra = Rule(rule_id="extra", action="sale", reward=points, unit="points")
    return (sale, lead, extra) if story.extra else (sale, lead)


def link_of(person: str) -> LinkOfAdvocate:
    """The one link of an advocate, as it is listed."""
    return LinkOfAdvocate(
        advocate_id=person,
        link_id=f"lnk_{CODES[person].lower()}",
        code=CODES[person],
        program_id=PROGRAM,
        created_ms=START_MS - 100 * 86_400_000,
    )


def program_of(story: Story) -> Program:
    """The head of the programme."""
    return Program(
        program_id=PROGRAM,
        latest=len(story.versions),
        in_force=1,
        name="Acme",
        currency="EUR",
        currencies=("USD",) if story.accepts else (),
        created_ms=story.made_ms,
        budget=budget_of(story),
    )


def _currencies(story: Story, number: int) -> Literal["accept", "convert", "refuse"]:
    """What becomes of orders from abroad."""
    if story.accepts:
        return "accept"
    return "convert" if story.rates and (number or not story.abroad.home_only) else "refuse"


def version_of(story: Story, number: int) -> ProgramVersion:
    """A version; the first one holds from long before."""
    promised = story.versions[number]
    written = terms(
        rules=_rules(story, promised),
        tiers=tiers_of(story.ladder) if story.ladder else None,
        currencies=_currencies(story, number),
        accepted=("USD",) if story.accepts else (),
        exchange=ExchangeRule.model_validate(
            {"days": story.abroad.days, "rounding": story.abroad.rounding}
        ),
        caps=tuple(
            Cap.model_validate(
                {limit.of: limit.size, "scope": limit.scope, "period": limit.period}
                | _in_dollars(story, limit)
            )
            for limit in (sized(story, one, number + 1) for one in story.caps)
        ),
        hold_days=story.hold_days,
        attribution=AttributionRules.model_validate(tie_of(story, promised)),
        review=Review.model_validate(
            {
                "auto_approve_limit_minor": story.limit,
                "auto_approve_limit_in": _abroad(story, story.limit),
                "on_lapse": story.on_lapse,
            }
        ),
        payment=_of_version(story, number),
        cancellation=vars(story.ending) if story.ending else None,
        trust={"second_look_minor": story.second_look}
        | {"dispute_days": 5, "dispute_escalation_days": 2, "appeal_days": 21}
        | ({"limits": {"fast_seconds": FAST_SECONDS}} if story.watched else {}),
    )
    return ProgramVersion(
        program_id=PROGRAM,
        number=number + 1,
        terms=written,
        author="usr_1",
        rationale="because",
        created_ms=START_MS - 100 * 86_400_000,
        effective_ms=promised.from_ms,
        pilot=promised.trial.pilot if promised.trial else None,
        promoted_ms=promised.trial.promoted_ms if promised.trial else None,
        withdrawn_ms=promised.trial.withdrawn_ms if promised.trial else None,
    )


def budget_of(story: Story) -> tuple[BudgetLimit, ...]:
    """What the programme may give."""
    return tuple(
        BudgetLimit.model_validate(
            {"period": one.period, "amount_minor": one.size} | _in_dollars(story, one)
        )
        for one in story.budget
    )


def _in_dollars(story: Story, limit: Limited) -> dict[str, dict[str, int]]:
    """What a limit of money is in dollars, where they are accepted."""
    told = story.accepts and limit.of == "amount_minor"
    return {"amount_in": {"USD": size_in(limit, "USD")}} if told else {}


def payment_of(story: Story) -> Payment:
    """How and when people are paid."""
    return _payment(story.paying, story.sharp, story.rail, story.accepts)


def _of_version(story: Story, number: int) -> Payment:
    """The same, as a version has it: the minimum may have been another one before."""
    payment = payment_of(story)
    if story.lowered and number + 1 < len(story.versions):
        minimum_in = _paid_in_dollars(story.lowered, story.accepts)
        return payment.but(minimum_minor=story.lowered, minimum_in=minimum_in)
    return payment


@cache
def _payment(paying: Paying, sharp: bool, rail: str, accepts: bool) -> Payment:
    counted = {"every_days": EVERY_DAYS, "starts_on": STARTS_ON.isoformat()}
    return Payment.model_validate(
        {
            "rail": rail,
            "cadence": paying.cadence,
            "minimum_minor": paying.minimum,
            "net_days": paying.net_days,
            "business_day": paying.business_day,
            "two_checkers_from_minor": paying.checkers,
            "time_zone": paying.zone,
            "anchor": paying.anchor,
            "weekend": paying.weekend,
            "holidays": paying.holidays,
            "audit": SHARP if sharp else {},
            "minimum_in": {"USD": in_unit(paying.minimum, "USD")}
            if accepts and paying.minimum
            else {},
            "two_checkers_from_in": (
                {"USD": in_unit(paying.checkers, "USD")} if accepts and paying.checkers else {}
            ),
        }
        | (counted if paying.cadence == "every_n_days" else {})
    )


def _paid_in_dollars(amount: int | None, accepts: bool) -> dict[str, int]:
    return {"USD": in_unit(amount, "USD")} if accepts and amount else {}


def deliveries_of(story: Story, chance: Random) -> Iterator[tuple[str, Facts]]:
    """Every delivery that the shop will send, with its id; the same fact under two ids at times."""
    for order in story.orders:
        for number, facts in enumerate(_told(order)):
            yield f"{order.name}-{number}", facts
            if chance.random() < 0.25:
                yield f"{order.name}-{number}-again", facts
        for refund in _refunds(order):
            fact = refund.facts[0]
            assert isinstance(fact, ReversalFact)
            yield f"{order.name}-{fact.refund_id}", refund
            if chance.random() < 0.25:
                yield f"{order.name}-{fact.refund_id}-again", refund
        yield from strange_of(order)
        yield from _twice(order)
        yield from _drafted(order)
        yield from _banks(order)


def _twice(order: Order) -> Iterator[tuple[str, Facts]]:
    """The order once more under another name, and at any time, as of refunds, the word
    that both are one."""
    if order.twin is not None:
        sums = 2 if order.twin.provisional else 1
        fact = _fact(order, order.clicks[-1:], None).but(
            order_id=other_name(order.name),
            aliases=(),
            occurred_ms=order.at_ms + order.twin.later_ms,
            net_minor=order.net * sums,
            gross_minor=order.gross * sums,
            provisional=order.twin.provisional,
        )
        yield f"{order.name}-twin", Facts(facts=(fact,))
        names = OtherNames(order_id=order.name, aliases=(other_name(order.name),))
        yield f"{order.name}-rnamed", Facts(names=(names,))


def _drafted(order: Order) -> Iterator[tuple[str, Facts]]:
    """The order once more under its own name, with other sums."""
    if order.draft is not None:
        draft = order.draft
        fact = _fact(order, order.clicks, order.code).but(
            net_minor=draft.net, gross_minor=draft.gross, provisional=draft.provisional
        )
        yield f"{order.name}-draft", Facts(facts=(fact,))


def _banks(order: Order) -> Iterator[tuple[str, Facts]]:
    """What banks say of an order; told like refunds, in any order."""
    fields = {"orders": (order.name,), "occurred_ms": order.at_ms, "currency": order.currency}
    for refund in order.refunds:
        if refund.won:
            won = ReinstatementFact.model_validate(fields | {"refund_id": refund.name})
            yield f"{order.name}-{refund.name}-won", Facts(facts=(won,))
    for number, lasted_ms in enumerate(order.lasted):
        ended: dict[str, Any] = {"refund_id": f"e{number}", "reason": "subscription_ended"}
        ended |= {"of": "net", "amount_minor": None, "occurred_ms": order.at_ms + lasted_ms}
        end = ReversalFact.model_validate(fields | ended)
        yield f"{order.name}-re{number}", Facts(facts=(end,))
    for name in (f"i{number}" for number in range(order.inquiry)):
        for state in ("open", "closed"):
            asked = InquiryFact.model_validate(fields | {"inquiry_id": name, "state": state})
            yield f"{order.name}-r{name}-{state}", Facts(facts=(asked,))


def _told(order: Order) -> Iterator[Facts]:
    """The order, its touches together or each in a delivery of its own."""
    clicks = order.clicks[:-1] if order.twin else order.clicks  # the last is the twin's to tell
    if order.told_apart and (clicks or order.code):
        for number, click in enumerate(clicks):
            yield Facts(facts=(_fact(order, [click], None, number),))
        if order.code:
            yield Facts(facts=(_fact(order, [], order.code, len(clicks)),))
    else:
        yield Facts(facts=(_fact(order, clicks, order.code),))
    if order.alias and order.told_apart:
        yield Facts(names=(OtherNames(order_id=order.name, aliases=(order.alias,)),))


def _fact(order: Order, clicks: list[Touched], code: str | None, number: int = 0) -> ConversionFact:
    email = None if order.shy and number else order.email
    named = (order.alias,) if order.alias and not order.told_apart else ()
    return ConversionFact.model_validate(
        {
            "action": order.action,
            "order_id": order.name,
            "aliases": named,
            "occurred_ms": order.at_ms,
            "currency": order.currency,
            "net_minor": order.net,
            "gross_minor": said_gross(order),
            "number": order.number,
            "customer": Customer(customer_id=customer_of(order), email=email),
            "click_ids": tuple(
                sign_click(click.at_ms, CODES[click.person], click.nonce, SECRET)
                for click in clicks
            ),
            "codes": (code,) if code else (),
            "order": order_facts(order.basket),
            "prices_include_tax": order.taxed,
            "occasion": "renewal" if order.basket.renewal else "plain",
        }
    )


def _returned(order: Order, refund: Returned) -> dict[str, Any]:
    """What comes back, and its lines; with the tax in it where the order's prices have it."""
    taxed = order.taxed and refund.of == "net" and not refund.total
    taxes = [net * TAX_PERCENT // 100 * taxed for _, net in refund.lines]
    tax = sum(taxes) or (refund.amount or 0) * TAX_PERCENT // 100 * taxed
    return {
        "amount_minor": None if refund.amount is None else refund.amount + tax,
        "tax_minor": tax,
        "lines": tuple(
            ReturnedLine(line_id=name, net_minor=net + tax, tax_minor=tax)
            for (name, net), tax in zip(refund.lines, taxes, strict=True)
        ),
    }


def _refunds(order: Order) -> Iterator[Facts]:
    for number, refund in enumerate(order.refunds):
        plain = other_name(order.name) if order.twin and number % 2 == 0 else order.name
        names = (order.alias,) if refund.by_alias and order.alias else (plain,)
        yield Facts(
            facts=(
                ReversalFact.model_validate(
                    {
                        "refund_id": f"ch_{order.name}:{refund.name}"
                        if refund.total
                        else refund.name,
                        "orders": names,
                        "occurred_ms": order.at_ms,
                        "currency": order.currency,
                        "of": refund.of,
                        "cumulative": refund.total,
                    }
                    | _returned(order, refund)
                ),
            )
        )
