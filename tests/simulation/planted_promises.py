"""Planted mistakes about what friends get, what ends of subscriptions take, and tax."""

from collections.abc import Iterable

from goodword.conversions import rewarded
from goodword.conversions.model import Conversion, ReversalFact
from goodword.programs import cancellation
from goodword.programs.model import ProgramVersion
from goodword.programs.pilot import Pilot
from goodword.rewards import decision, ruling
from goodword.rewards.model import Reward
from goodword.rewards.ruling import RuleLine

from tests.simulation.planting import Mistake, Swap, swap


def taken_back() -> Iterable[Swap]:
    real = rewarded.standing_share
    yield (
        rewarded,
        "standing_share",
        lambda reward, conversion: real(reward.but(kept=False), conversion),
    )


def of_what_caps_left() -> Iterable[Swap]:
    real = ruling.friend_line

    def capped(rule: object, basis: object, line: RuleLine) -> RuleLine | None:
        found = real(rule, basis, line)  # type: ignore[arg-type]
        return found if line.earned_minor else None

    yield decision, "friend_line", capped


def later_end() -> Iterable[Swap]:
    real = rewarded._ended

    def ended(reward: Reward, conversion: Conversion) -> int:
        claims = conversion.claims
        if claims is None or not claims.ends:
            return real(reward, conversion)
        last = claims.but(ends={"last": max(claims.ends.values())})
        return real(reward, conversion.but(claims=last))

    yield rewarded, "_ended", ended


def stays_a_pilot() -> Iterable[Swap]:
    real = ProgramVersion.holds

    def holds(version: ProgramVersion, at_ms: int, advocate_id: str | None = None) -> bool:
        return real(version.but(promoted_ms=None), at_ms, advocate_id)

    yield ProgramVersion, "holds", holds


PROMISES = (
    Mistake("what friends keep is taken back", taken_back),
    Mistake("friends get nothing where caps leave nothing", of_what_caps_left),
    Mistake("friends get nothing", swap(decision, "friend_line", lambda *_: None)),
    Mistake("a pilot holds for everybody", swap(Pilot, "includes", lambda *_: True)),
    Mistake("what was promoted stays a pilot", stays_a_pilot),
    Mistake("tax is taken back", swap(ReversalFact, "without_tax", lambda fact: fact)),
    Mistake("of two ends the later counts", later_end),
    Mistake("a day of a subscription is free", swap(cancellation, "DAY_MS", 86_400_001)),
)
