"""How replays are asked for and seen: progress at any moment, the sum, and every change."""

from goodword.money import Money, format_minor
from goodword.programs.replay import Replay, ReplayChange, ReplayState, Side
from goodword.records import Value
from goodword.times import rfc3339

from goodword_aws.forms import Instant, instant_ms


class AskReplay(Value):
    """The period whose decisions are judged again: from (included) until (not included)."""

    from_at: Instant
    until_at: Instant


class Uncertain(Value):
    """How many conversions no record of then determines, and why: each under all its reasons."""

    conversions: int
    reasons: dict[str, int]


class ReplayAnswer(Value):
    """A replay. `text` is the line to show; sums are final once `state` is `done`."""

    id: str
    program_id: str
    draft_id: str
    digest: str
    state: ReplayState
    reason: str
    from_at: str
    until_at: str
    asked_by: str
    asked_at: str
    changed_at: str
    percent: int
    done: int
    total: int
    conversions: int
    left_out: dict[str, int]
    changed: int
    newly_earning: int
    no_longer_earning: int
    difference: tuple[Money, ...]
    before: tuple[Money, ...]
    after: tuple[Money, ...]
    uncertain: Uncertain
    text: str


class ReplayChangeAnswer(Value):
    """What somebody would have of one order, in a currency or unit. `why` is a code.

    Of a friend (`side`) `advocate_id` is the friend's random id, or `frd_new`.
    """

    conversion_id: str
    order_id: str
    advocate_id: str
    version_number: int
    occurred_at: str
    before: Money
    after: Money
    why: str
    before_arithmetic: str
    after_arithmetic: str
    side: Side
    uncertain: tuple[str, ...]


def period_of(body: AskReplay) -> tuple[int, int]:
    """The period in ms."""
    from_ms, until_ms = instant_ms(body.from_at), instant_ms(body.until_at)
    assert from_ms is not None
    assert until_ms is not None
    return from_ms, until_ms


def replay_answer(replay: Replay) -> ReplayAnswer:
    """A replay as it is now."""
    return ReplayAnswer(
        id=replay.replay_id,
        program_id=replay.program_id,
        draft_id=replay.draft_id,
        digest=replay.digest,
        state=replay.state,
        reason=replay.reason,
        from_at=rfc3339(replay.from_ms),
        until_at=rfc3339(replay.until_ms),
        asked_by=replay.asked_by,
        asked_at=rfc3339(replay.asked_ms),
        changed_at=rfc3339(replay.changed_ms),
        percent=replay.percent,
        done=replay.done,
        total=replay.total,
        conversions=replay.conversions,
        left_out=replay.left_out,
        changed=replay.changed,
        newly_earning=replay.newly_earning,
        no_longer_earning=replay.no_longer_earning,
        difference=_money(replay.difference_minor),
        before=_money(replay.before_minor),
        after=_money(replay.after_minor),
        uncertain=Uncertain(conversions=replay.uncertain, reasons=replay.reasons),
        text=replay_text(replay),
    )


def replay_text(replay: Replay) -> str:
    """`would change 37 rewards, -412.00 EUR`; while it runs, how far it is."""
    if replay.state == "done":
        sums = [
            format_minor(amount, currency) for currency, amount in replay.difference_minor.items()
        ]
        noun = "reward" if replay.changed == 1 else "rewards"
        doubt = f"; uncertain of {replay.uncertain} conversions" if replay.uncertain else ""
        return f"would change {replay.changed} {noun}, {', '.join(sums) or '0.00'}{doubt}"
    if replay.state == "counting":
        return "counting the decisions of the period"
    if replay.state == "judging":
        return f"{replay.done} of {replay.total} decisions judged again"
    return f"{replay.state}: {replay.reason}"


def change_answer(change: ReplayChange) -> ReplayChangeAnswer:
    """One changed reward."""
    return ReplayChangeAnswer(
        conversion_id=change.conversion_id,
        order_id=change.order_id,
        advocate_id=change.advocate_id,
        version_number=change.version_number,
        occurred_at=rfc3339(change.occurred_ms),
        before=Money(amount_minor=change.before_minor, currency=change.currency),
        after=Money(amount_minor=change.after_minor, currency=change.currency),
        why=change.why,
        before_arithmetic=change.before_arithmetic,
        after_arithmetic=change.after_arithmetic,
        side=change.side,
        uncertain=change.uncertain,
    )


def _money(sums: dict[str, int]) -> tuple[Money, ...]:
    return tuple(Money(amount_minor=amount, currency=one) for one, amount in sums.items())
