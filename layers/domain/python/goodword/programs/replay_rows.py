"""What would change of one conversion, as rows that a person reads."""

from collections.abc import Sequence

from goodword.programs.replay import Outcome, Owner, Replay, ReplayChange, Standing
from goodword.rewards.decision import RuleLine, Verdict


def changes_of(
    standing: Standing, outcome: Outcome, replay: Replay, first_number: int
) -> tuple[ReplayChange, ...]:
    """A row for everybody who would have something else, and for each unit of it."""
    decision, found = standing.decision, list[ReplayChange]()
    for owner, (before, after) in outcome.people.items():
        if before == after:
            continue
        had = _lines(decision.lines, decision.friend_lines, owner)
        mine = outcome.verdict if owner.side == "friend" or owner.id == outcome.winner else None
        has = _lines(mine.lines, mine.friend.lines, owner) if mine else ()
        own = owner.side == "friend" or decision.advocate_id == owner.id
        found.append(
            ReplayChange(
                replay_id=replay.replay_id,
                number=first_number + len(found),
                conversion_id=decision.conversion_id,
                order_id=decision.basis.order_id,
                advocate_id=owner.id,
                version_number=decision.version_number,
                occurred_ms=decision.basis.occurred_ms,
                currency=owner.unit,
                before_minor=before,
                after_minor=after,
                why=_why(before, after, mine, has, own),
                before_arithmetic=_sums(had) if before else "",
                after_arithmetic=_sums(has),
                side=owner.side,
                uncertain=outcome.uncertain,
                keep_s=replay.expires_s,
            )
        )
    return tuple(found)


def _lines(
    lines: Sequence[RuleLine], friend_lines: Sequence[RuleLine], owner: Owner
) -> tuple[RuleLine, ...]:
    """What the rules said of the owner's unit."""
    own = friend_lines if owner.side == "friend" else lines
    return tuple(one for one in own if one.currency in ("", owner.unit))


def _why(
    before: int, after: int, verdict: Verdict | None, lines: Sequence[RuleLine], own: bool
) -> str:
    if verdict is None:
        return "not_the_winner" if own else "nothing"
    if not own:
        return "the_winner"
    if after == 0:
        return next((line.reason for line in lines if line.reason), verdict.reason)
    if any(line.reason == "cap_reached" for line in lines):
        return "cap_reached"
    return "newly_earning" if before == 0 else ("more" if after > before else "less")


def _sums(lines: Sequence[RuleLine]) -> str:
    return "; ".join(line.arithmetic for line in lines if line.arithmetic)
