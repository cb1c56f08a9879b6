"""Why did I get this amount: the answer to an advocate, from the records that decided it.

It says which order, which rule in words, the arithmetic, the upper limit, what was taken back,
until when it waits and what one can do. It names categories, never the threshold of a check;
another advocate is only "another recommendation", and of the friend there is nothing but the
number of the order. What staff see is the records themselves (`goodword_aws.explanations`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from goodword.conversions.model import Conversion
from goodword.events import Event
from goodword.languages import filled
from goodword.programs.caps import Measure
from goodword.programs.model import ProgramVersion
from goodword.programs.rules import Rule, facts_asked
from goodword.records import Value
from goodword.rewards.basis import Basis
from goodword.rewards.caps import CapLine
from goodword.rewards.decision import Decision, RuleLine, reward_id_of
from goodword.rewards.explain_conditions import unmet_text
from goodword.rewards.explain_rules import looked_at_text, rule_text, sum_text
from goodword.rewards.explain_words import TouchKind, Voice
from goodword.rewards.model import Reward
from goodword.rewards.words import status_of
from goodword.times import DAY_MS
from goodword.tracking.model import Considered, Touch

About = Literal[
    "order",
    "recommendation",
    "terms",
    "line",
    "rule",
    "rate",
    "arithmetic",
    "cap",
    "reversal",
    "status",
    "reason",
    "action",
    "zone",
]
# What is shown of a shop's own order id: a number or a short name, nothing that could be a person.
_ORDER_NUMBER = re.compile(r"#?(?=[^@]*\d)[A-Za-z0-9][A-Za-z0-9_.:/-]{0,39}")
LIMITED = ("cap_reached", "budget_exhausted")
_OUT_OF_TIME = ("after_conversion", "outside_window")


class Sentence(Value):
    """One sentence (or two) and what it is about, so that a page can place it."""

    about: About
    text: str


@dataclass(frozen=True)
class Story:
    """Everything that is known of one conversion. Decisions oldest first; events by reward id."""

    conversion: Conversion
    decisions: Sequence[Decision]
    versions: Mapping[int, ProgramVersion]
    rewards: Sequence[Reward] = ()
    events: Mapping[str, Sequence[Event]] = field(default_factory=dict)

    @property
    def latest(self) -> Decision:
        """The decision that stands."""
        return self.decisions[-1]

    def decision_of(self, reward: Reward) -> Decision:
        """The decision that made the reward, of either side: its id tells, else the latest."""
        of = reward.advocate_id, reward.rule_id
        made = (one for one in self.decisions if reward_id_of(one.basis, *of) == reward.reward_id)
        return next(made, self.latest)

    def rule(self, version_number: int, rule_id: str) -> Rule:
        """A rule of a version."""
        rules = self.versions[version_number].terms.rules
        return next(rule for rule in rules if rule.rule_id == rule_id)


def concerns(story: Story, advocate_id: str) -> bool:
    """Whether the conversion was ever given to the advocate."""
    return any(one.advocate_id == advocate_id for one in story.decisions)


def explain_reward(
    story: Story, reward: Reward, voice: Voice, next_payout_ms: int | None = None
) -> tuple[Sentence, ...]:
    """The whole answer about one reward, to its advocate."""
    return (
        _order(story.conversion, voice),
        *_about_reward(story, reward, voice, next_payout_ms),
        _zone(voice),
    )


def explain_conversion(
    story: Story, advocate_id: str, voice: Voice, next_payout_ms: int | None = None
) -> tuple[Sentence, ...]:
    """The whole answer about one conversion, to an advocate whom it concerns."""
    own = [reward for reward in story.rewards if reward.advocate_id == advocate_id]
    said = [_order(story.conversion, voice)]
    for reward in own:
        said += _about_reward(story, reward, voice, next_payout_ms)
    said += _limited_away(story, advocate_id, voice) if own else []
    if not own:
        said += _about_nothing(story, advocate_id, voice)
    return (*said, _zone(voice))


def _order(conversion: Conversion, voice: Voice) -> Sentence:
    words, day = voice.speech.order, voice.day(conversion.occurred_ms)
    if conversion.action == "lead":
        name = "lead" if conversion.occasion == "plain" else conversion.occasion
        return Sentence(about="order", text=words[name].format(date=day))
    if not _ORDER_NUMBER.fullmatch(conversion.order_id):
        return Sentence(about="order", text=words["sale_unnamed"].format(date=day))
    text = words["sale"].format(order=conversion.order_id, date=day)
    return Sentence(about="order", text=text)


def _zone(voice: Voice) -> Sentence:
    return Sentence(about="zone", text=voice.speech.zone.format(zone=voice.zone))


def _about_reward(
    story: Story, reward: Reward, voice: Voice, next_payout_ms: int | None
) -> list[Sentence]:
    decision = story.decision_of(reward)
    line = next(one for one in decision.lines if one.rule_id == reward.rule_id)
    version = story.versions[decision.version_number]
    said = _recommendation(decision, voice)
    said += _promise(version, voice)
    said += _rule(story, decision, line, voice)
    said += _caps(line, voice)
    said += _reversals(story.events.get(reward.reward_id, ()), reward, voice)
    said += _ending(story.conversion, reward, voice)
    status = status_of(reward, voice.words, next_payout_ms, voice.zone)
    return [
        *said,
        Sentence(about="status", text=voice.speech.now.format(fact=status.fact)),
        Sentence(about="reason", text=status.reason),
        Sentence(about="action", text=status.action),
    ]


def _recommendation(decision: Decision, voice: Voice) -> list[Sentence]:
    winner, considered = decision.attribution.winner, decision.attribution.considered
    if winner is None:
        return []
    speech = voice.speech
    said = [
        speech.touch[_kind_of(winner)].format(date=voice.moment(winner.at_ms)),
        speech.won["work" if winner.of_work else decision.attribution.reason],
    ]
    if any(one.touch.advocate_id != winner.advocate_id for one in considered):
        said.append(speech.others)
    return [Sentence(about="recommendation", text=" ".join(said))]


def _kind_of(touch: Touch) -> TouchKind:
    return "work" if touch.of_work else touch.kind


def _promise(version: ProgramVersion, voice: Voice) -> list[Sentence]:
    since = voice.day(version.effective_ms)
    text = voice.speech.terms.format(date=since, version=version.number)
    return [Sentence(about="terms", text=text)]


def _rule(story: Story, decision: Decision, line: RuleLine, voice: Voice) -> list[Sentence]:
    rule, basis = story.rule(decision.version_number, line.rule_id), decision.basis
    said = []
    if basis.action == "sale":
        said.append(Sentence(about="line", text=looked_at_text(line, basis, voice)))
    if basis.rate is not None and basis.before_minor is not None:
        said.append(Sentence(about="rate", text=voice.changed(basis.rate, basis.before_minor)))
    said += _asked(rule, basis, voice)
    if text := sum_text(line, rule, basis, voice):
        said.append(Sentence(about="arithmetic", text=text))
    return said


def _asked(rule: Rule, basis: Basis, voice: Voice) -> list[Sentence]:
    """The rule, and what it asks for that is of the advocates themselves."""
    said, own, words = [rule_text(rule, voice)], basis.advocate_segments, voice.speech.groups
    facts = facts_asked([rule])
    if basis.level is not None and "level" in facts:
        said.append(words["level"].format(level=basis.level))
    if own is not None and "advocate_segment" in facts:
        said.append(words["some" if own else "none"].format(groups=", ".join(own)))
    return [Sentence(about="rule", text=text) for text in said]


def _caps(line: RuleLine, voice: Voice) -> list[Sentence]:
    """Every limit and what it did; one of others than the advocate only when it cut.

    That there is none is said only where there is none.
    """
    said = [
        f"{voice.limit(one)} {_did(one, line, voice)}"
        for one in line.caps
        if one.cut or one.cap.startswith("advocate-")
    ]
    return [Sentence(about="cap", text=text) for text in (said if line.caps else voice.caps(()))]


def _did(one: CapLine, line: RuleLine, voice: Voice) -> str:
    measure: Measure = "rewards" if one.cap.endswith("-rewards") else "money"
    words = {
        "before": voice.counted(one.before, measure),
        "after": voice.counted(one.after, measure),
        "earned": voice.money(line.earned_minor, line.currency),
        "computed": voice.money(line.computed_minor, line.currency),
    }
    return voice.speech.cap["reached" if one.cut else "room"].format(**words)


def _reversals(events: Iterable[Event], reward: Reward, voice: Voice) -> list[Sentence]:
    speech, said = voice.speech, []
    for event in events:
        if event.type not in ("reward.reversed", "reward.reinstated"):
            continue
        words = {
            "date": voice.day(event.at_ms),
            "amount": voice.money(int(event.data["amount_minor"] or 0), reward.currency),
        }
        if event.type == "reward.reinstated":
            text = speech.given
        else:
            text = speech.taken.get(event.reason, speech.taken["refund"])
        said.append(Sentence(about="reversal", text=text.format(**words)))
    if said:
        left, earned = (
            voice.money(minor, reward.currency)
            for minor in (reward.remaining_minor, reward.earned_minor)
        )
        text = speech.left.format(left=left, earned=earned)
        said.append(Sentence(about="reversal", text=text))
    return said


def _ending(conversion: Conversion, reward: Reward, voice: Voice) -> list[Sentence]:
    """Until when the end of a subscription takes something back, as long as none has ended."""
    ending, claims = None if reward.kept else reward.cancellation, conversion.claims
    if ending is None or reward.remaining_minor == 0 or (claims is not None and claims.ends):
        return []
    until = voice.moment(conversion.occurred_ms + ending.within_days * DAY_MS)
    return [Sentence(about="reversal", text=voice.speech.ending[ending.takes].format(date=until))]


def why_nothing(decision: Decision, version: ProgramVersion, advocate_id: str, voice: Voice) -> str:
    """In one sentence why the decision gave the advocate nothing."""
    reason = _reason_for(decision, advocate_id)
    line = next((one for one in decision.lines if one.reason == reason), None)
    return _nothing(reason, decision, version, voice, line)[0].text


def _reason_for(decision: Decision, advocate_id: str) -> str:
    """Why the advocate got nothing: the decision's reason, or that of the own losing touch."""
    if decision.advocate_id == advocate_id:
        return decision.reason
    return _own_reason(_own(decision, advocate_id)) or decision.reason


def _own(decision: Decision, advocate_id: str) -> list[Considered]:
    return [one for one in decision.attribution.considered if one.touch.advocate_id == advocate_id]


def _about_nothing(story: Story, advocate_id: str, voice: Voice) -> list[Sentence]:
    decision = story.latest
    version = story.versions[decision.version_number]
    if decision.advocate_id == advocate_id:
        return [
            *_recommendation(decision, voice),
            *_promise(version, voice),
            *_unrewarded(story, decision, version, voice),
        ]
    touched = [
        Sentence(
            about="recommendation",
            text=voice.speech.touch[_kind_of(one.touch)].format(date=voice.moment(one.touch.at_ms)),
        )
        for one in _own(decision, advocate_id)[-1:]
    ]
    reason = _reason_for(decision, advocate_id)
    return [*touched, *_nothing(reason, decision, version, voice)]


def _own_reason(own: Sequence[Considered]) -> str:
    """Why the advocate's own touches lost: the newest that came in time, else the newest."""
    in_time = [one for one in own if one.reason not in _OUT_OF_TIME]
    return (in_time or [*own])[-1].reason if own else ""


def _unrewarded(
    story: Story, decision: Decision, version: ProgramVersion, voice: Voice
) -> list[Sentence]:
    """The winner's conversion that earned nothing: each rule with its reason, or none was asked."""
    if not decision.lines:
        return _nothing(decision.reason, decision, version, voice)
    said: list[Sentence] = []
    for line in decision.lines:
        said += _of_nothing(story, decision, line, voice)
    return said


def _limited_away(story: Story, advocate_id: str, voice: Voice) -> list[Sentence]:
    """Beside what was earned, the rules of which limits left nothing."""
    said: list[Sentence] = []
    if (decision := story.latest).advocate_id == advocate_id:
        for line in decision.lines:
            if line.earned_minor == 0 and line.reason in LIMITED:
                said += _of_nothing(story, decision, line, voice)
    return said


def _of_nothing(
    story: Story, decision: Decision, line: RuleLine, voice: Voice
) -> tuple[Sentence, ...]:
    """A rule that gave nothing, and why."""
    version = story.versions[decision.version_number]
    rule = story.rule(decision.version_number, line.rule_id)
    asked = _asked(rule, decision.basis, voice)
    return (*asked, *_nothing(line.reason, decision, version, voice, line))


def _nothing(
    reason: str,
    decision: Decision,
    version: ProgramVersion,
    voice: Voice,
    line: RuleLine | None = None,
) -> list[Sentence]:
    speech = voice.speech
    rules = {rule.rule_id: rule for rule in version.terms.rules}
    minimum = voice.money(rules[line.rule_id].minimum_order_minor if line else 0)
    why = speech.nothing.get(reason, speech.nothing_else)
    window = version.terms.attribution.window_days
    unmet = unmet_text(reason, rules[line.rule_id], decision.basis, voice) if line else ""
    months = rules[line.rule_id].for_months if line else None
    facts = {"minimum": minimum, "window": window, "unmet": unmet, "months": months}
    text = filled(why, facts).strip()
    said = [Sentence(about="reason", text=text)]
    for one in line.caps if line and reason in LIMITED else ():
        if one.cut:
            limit, day = [voice.limit(one)], voice.next_period(one, decision.basis.occurred_ms)
            if day:
                limit.append(speech.cap["free"].format(date=day, zone=voice.zone))
            said.append(Sentence(about="cap", text=" ".join(limit)))
    return [*said, Sentence(about="action", text=speech.do.get(reason, speech.do_else))]
