"""Why something earned what it did, for staff: the records side by side, nothing left out.

Beside them stands what the advocate reads, word for word.
"""

from typing import Literal, get_args

from goodword.conversions.order import OrderFacts
from goodword.ledger.model import Entry, Leg, entry_key
from goodword.limits import READ_KEYS_MAX
from goodword.money import Money
from goodword.payouts.model import Payout, payout_key
from goodword.payouts.movements import What, entry_id_of
from goodword.ports import Desk, Store
from goodword.programs.model import Rule
from goodword.records import Value
from goodword.rewards.arithmetic import LinePart
from goodword.rewards.caps import CapLine
from goodword.rewards.conditions import Checked
from goodword.rewards.decision import Decision, RuleLine
from goodword.rewards.explain import Sentence, Story, explain_conversion, explain_reward
from goodword.rewards.explain_rules import rule_text
from goodword.rewards.explain_words import Voice
from goodword.rewards.model import Reward
from goodword.times import rfc3339
from goodword.tracking.model import Considered

from goodword_aws.explanations import events_of, next_payout_of, read_story, voice_of
from goodword_aws.explanations_refunds import ReversalSeen, reversals_of
from goodword_aws.rewards import Fact, RewardAnswer, fact, shown


class TouchSeen(Value):
    """One touch that was considered, with its verdict."""

    id: str
    kind: str
    at: str
    advocate_id: str
    link_id: str
    code: str
    verdict: str
    reason: str


class RuleSeen(Value):
    """What one rule made of the order for one side: each question with its answer, the lines, the
    caps. Amounts are of what it gives: a currency, store credit, points, gifts or codes.
    """

    rule: Rule
    in_words: str
    arithmetic: str
    computed: Money
    earned: Money
    reason: str
    caps: tuple[CapLine, ...]
    checks: tuple[Checked, ...]
    parts: tuple[LinePart, ...]


class DecisionSeen(Value):
    """One decision, with the version it was made under.

    `exchange` is how an order in another currency was changed; empty for one in the programme's.
    `advocate_segments` are the winner's when it happened; null if nobody won it. `friend_rules` is
    what the rules gave to the friend.
    """

    number: int
    at: str
    outcome: str
    reason: str
    advocate_id: str | None
    version_number: int
    version_in_force_since: str
    touches: tuple[TouchSeen, ...]
    touches_dropped: int
    unknown_codes: int
    bad_click_ids: int
    friend_order: int | None
    friend_order_counted_by: str
    advocate_segments: tuple[str, ...] | None
    exchange: str
    rules: tuple[RuleSeen, ...]
    friend_rules: tuple[RuleSeen, ...]
    caps: tuple[str, ...]


class EntrySeen(Value):
    """One entry of the ledger with all its legs."""

    id: str
    what: str
    at: str
    currency: str
    legs: tuple[Leg, ...]
    refs: dict[str, str]


class RewardSeen(Value):
    """A reward with each step of its life, its payout's included, and its entries.

    A friend reads nothing here, so there are no sentences about the `side` of one.
    """

    side: Literal["advocate", "friend"]
    reward: RewardAnswer
    steps: tuple[Fact, ...]
    entries: tuple[EntrySeen, ...]
    advocate_reads: tuple[Sentence, ...]


class Explanation(Value):
    """Everything that is known of one conversion. `advocate_reads`: who earned or won it."""

    conversion_id: str
    program_id: str
    action: str
    order_id: str
    occurred_at: str
    net: Money
    gross: Money
    refunded_net: Money
    refunded_gross: Money
    order: OrderFacts
    state: str
    reason: str
    advocate_id: str | None
    decisions: tuple[DecisionSeen, ...]
    rewards: tuple[RewardSeen, ...]
    reversals: tuple[ReversalSeen, ...]
    steps: tuple[Fact, ...]
    advocate_reads: tuple[Sentence, ...]


def explanation(desk: Desk, conversion_id: str, locale: str, also: Reward | None) -> Explanation:
    """Everything, for staff; with `also` that reward alone."""
    store = desk.store
    story = read_story(store, conversion_id, also)
    found, voice = story.conversion, voice_of(story.versions[story.latest.version_number], locale)
    due_ms = next_payout_of(desk, story)
    rewards = [one for one in story.rewards if also is None or one.reward_id == also.reward_id]
    winner, booked = found.advocate_id, events_of(store, conversion_id)

    def money(amount_minor: int) -> Money:
        return Money(amount_minor=amount_minor, currency=found.currency)

    return Explanation(
        conversion_id=conversion_id,
        program_id=found.program_id,
        action=found.action,
        order_id=found.order_id,
        occurred_at=rfc3339(found.occurred_ms),
        net=money(found.net_minor),
        gross=money(found.gross_minor),
        refunded_net=money(found.refunded_net_minor),
        refunded_gross=money(found.refunded_gross_minor),
        order=found.order,
        state=found.state,
        reason=found.reason,
        advocate_id=winner,
        decisions=tuple(_decision_seen(one, story, locale) for one in story.decisions),
        rewards=tuple(_reward_seen(store, story, one, locale, due_ms) for one in rewards),
        reversals=reversals_of(store, story, rewards, booked),
        steps=tuple(fact(one) for one in booked),
        advocate_reads=explain_conversion(story, winner, voice, due_ms) if winner else (),
    )


def _decision_seen(decision: Decision, story: Story, locale: str) -> DecisionSeen:
    version = story.versions[decision.version_number]
    voice = voice_of(version, locale)
    return DecisionSeen(
        number=decision.number,
        at=rfc3339(decision.at_ms),
        outcome=decision.outcome,
        reason=decision.reason,
        advocate_id=decision.advocate_id,
        version_number=version.number,
        version_in_force_since=rfc3339(version.effective_ms),
        touches=tuple(_touch_seen(one) for one in decision.attribution.considered),
        touches_dropped=decision.attribution.dropped,
        unknown_codes=decision.unknown_codes,
        bad_click_ids=decision.bad_click_ids,
        friend_order=decision.basis.friend_order,
        friend_order_counted_by=decision.basis.counted_by,
        advocate_segments=decision.basis.advocate_segments,
        exchange=_exchange(decision, voice),
        rules=tuple(_rule_seen(one, decision, story, voice) for one in decision.lines),
        friend_rules=tuple(
            _rule_seen(one, decision, story, voice) for one in decision.friend_lines
        ),
        caps=tuple(voice.caps(version.terms.caps)),
    )


def _exchange(decision: Decision, voice: Voice) -> str:
    rate, before = decision.basis.rate, decision.basis.before_minor
    return voice.changed(rate, before) if rate is not None and before is not None else ""


def _touch_seen(one: Considered) -> TouchSeen:
    touch = one.touch
    return TouchSeen(
        id=touch.touch_id,
        kind=touch.kind,
        at=rfc3339(touch.at_ms),
        advocate_id=touch.advocate_id,
        link_id=touch.link_id,
        code=touch.code,
        verdict=one.verdict,
        reason=one.reason,
    )


def _rule_seen(line: RuleLine, decision: Decision, story: Story, voice: Voice) -> RuleSeen:
    rule = story.rule(decision.version_number, line.rule_id)

    def money(amount_minor: int) -> Money:
        return Money(amount_minor=amount_minor, currency=line.currency or decision.basis.currency)

    return RuleSeen.model_validate(
        {
            "rule": rule,
            "in_words": rule_text(rule, voice),
            "arithmetic": line.arithmetic,
            "computed": money(line.computed_minor),
            "earned": money(line.earned_minor),
            "reason": line.reason,
            "caps": line.caps,
            "checks": line.checks,
            "parts": line.parts,
        }
    )


def _reward_seen(
    store: Store, story: Story, reward: Reward, locale: str, due_ms: int
) -> RewardSeen:
    payout = _payout(store, reward)
    events = [*story.events[reward.reward_id]]
    names = [str(one.data["entry_id"]) for one in events if "entry_id" in one.data]
    if payout is not None:
        events += events_of(store, payout.payout_id)
        names += [entry_id_of(payout, what) for what in get_args(What)]
    found: list[Entry] = []
    for start in range(0, len(names), READ_KEYS_MAX):
        keys = [entry_key(one) for one in names[start : start + READ_KEYS_MAX]]
        found += store.get_many(Entry, keys).values()
    voice = voice_of(story.versions[reward.version_number], locale)
    own = reward.side == "advocate"
    return RewardSeen(
        side=reward.side,
        reward=shown(reward),
        steps=tuple(fact(one) for one in sorted(events, key=lambda one: one.at_ms)),
        entries=tuple(_entry_seen(one) for one in sorted(found, key=lambda one: one.at_ms)),
        advocate_reads=explain_reward(story, reward, voice, due_ms) if own else (),
    )


def _payout(store: Store, reward: Reward) -> Payout | None:
    if reward.payout_id is None:
        return None
    return store.get(Payout, payout_key(reward.advocate_id, reward.payout_id))


def _entry_seen(entry: Entry) -> EntrySeen:
    return EntrySeen(
        id=entry.entry_id,
        what=entry.what,
        at=rfc3339(entry.at_ms),
        currency=entry.currency,
        legs=entry.legs,
        refs=entry.refs,
    )
