"""What trust has come to, and whom to look after, as staff see it: ids, codes and days."""

from goodword.journeys import ladder
from goodword.journeys.asked import Rating
from goodword.journeys.caring import Strained
from goodword.journeys.gate import Seen
from goodword.journeys.ladder import Rung, Unasked
from goodword.journeys.scoring import Motion
from goodword.journeys.wear import Strain, strains
from goodword.records import Value
from goodword.times import rfc3339


class RungAnswer(Value):
    """Where a motion is on the ladder, and what opens it: one of `first`, if there are any."""

    motion: Motion
    rung: Rung
    first: tuple[Motion, ...]


class TrustAnswer(Value):
    """What the person took up and did, how they found being asked, and what wears on them.

    `ladder` is the version of the table. `unasked` is what they did without being asked.
    """

    ladder: int
    taken: tuple[Motion, ...]
    done: tuple[Motion, ...]
    unasked: tuple[Unasked, ...]
    rating: Rating | None
    rated_at: str | None
    unhappy_until: str | None
    strains: tuple[Strain, ...]


class StrainedAnswer(Value):
    """Somebody to look after; `asked` counts the requests of the last 90 days."""

    subject_id: str
    advocate_id: str | None
    strains: tuple[Strain, ...]
    asked: int
    rating: Rating | None
    last_answer_at: str


def rungs() -> tuple[RungAnswer, ...]:
    """The ladder in force."""
    return tuple(
        RungAnswer(motion=motion, rung=rung, first=ladder.lighter(motion))
        for motion, rung in ladder.RUNGS.items()
    )


def trust_answer(seen: Seen) -> TrustAnswer:
    """As staff see it."""
    found = seen.trust
    return TrustAnswer(
        ladder=ladder.LADDER,
        taken=found.taken,
        done=found.done,
        unasked=found.unasked,
        rating=found.rating,
        rated_at=None if found.rated_ms is None else rfc3339(found.rated_ms),
        unhappy_until=(None if found.unhappy_until_ms is None else rfc3339(found.unhappy_until_ms)),
        strains=strains(seen.whole.asks, seen.at_ms),
    )


def strained_answer(one: Strained) -> StrainedAnswer:
    """As staff see it."""
    return StrainedAnswer(
        subject_id=one.subject_id,
        advocate_id=one.advocate_id or None,
        strains=one.strains,
        asked=one.asked,
        rating=one.rating,
        last_answer_at=rfc3339(one.last_ms),
    )
