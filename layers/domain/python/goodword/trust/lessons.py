"""What checks held is counted beside what people then said, so that checks can be tuned.

A row is put with each assessment that held, or that would have held in shadow or but for an
exemption; and with each dispute that ended, with what was learned. What became of a reward is read
from the reward itself when the summary is asked for, so nothing is counted twice or missed:

    upheld      a person refused it, or a ban took it
    overturned  a person let it go, in the review or by a dispute, or it was owed again later
    waiting     it is on hold now
    unanswered  no person said anything: it lapsed, was refunded, or a check refused it alone

The false-hold rate of a check is overturned / (overturned + upheld). Rows name rewards and
disputes by their random ids, lie in the UTC month in which they were made, and are forgotten.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from goodword.limits import LESSON_DAYS, LESSON_ROWS_MAX, PAGE_ITEMS_MAX
from goodword.ports import R, Store
from goodword.records import Key, Record
from goodword.rewards.model import BAN, Reward, reward_key
from goodword.times import DAY_MS, SECOND_MS
from goodword.trust.dispute import About, Dispute, Outcome
from goodword.trust.model import (
    Assessment,
    Held,
    assessments_of,
    caught_by,
    lessons_of,
    month_of,
)

Answer = Literal["upheld", "overturned", "waiting", "unanswered"]


class Ruled(Record):
    """One dispute that ended, with what was learned; `checks` held the reward that it was about."""

    KIND: ClassVar[str] = "lesson_ruled"

    program_id: str
    at_ms: int
    dispute_id: str
    about: About
    outcome: Outcome
    learned: str
    checks: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        name = f"D#{self.at_ms:015d}#{self.dispute_id}"
        return Key("core", lessons_of(self.program_id, month_of(self.at_ms)), name)

    @property
    def expires_s(self) -> int:
        return (self.at_ms + LESSON_DAYS * DAY_MS) // SECOND_MS


@dataclass
class OfCheck:
    """What one check held, by what became of it, and what it only recorded, by the same."""

    held: Counter[Answer] = field(default_factory=Counter)
    recorded: Counter[Answer] = field(default_factory=Counter)

    @property
    def false_hold_basis_points(self) -> int | None:
        """Of the holds that a person answered, how many were let go; None if none was answered."""
        answered = self.held["overturned"] + self.held["upheld"]
        return self.held["overturned"] * 10_000 // answered if answered else None


@dataclass
class OfCode:
    """How often a thing was learned, by the outcome, and about which checks."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Lessons:
    """What a programme's month taught. `whole` is False if there was more than is read."""

    checks: Mapping[str, OfCheck]
    learned: Mapping[str, OfCode]
    check_sets: tuple[str, ...]
    whole: bool


def ruled_row(store: Store, dispute: Dispute, at_ms: int) -> Ruled:
    """The row of a dispute that has just been resolved."""
    checks: tuple[str, ...] = ()
    if dispute.about in ("reward", "hold"):
        made = store.query(
            Assessment, "core", assessments_of(dispute.subject_id), "S#", newest_first=True
        )
        found = [caught_by(one)[0] for one in made.rows]
        checks = next((one for one in found if one), ())
    assert dispute.outcome is not None, "what is resolved has an outcome"
    return Ruled(
        program_id=dispute.program_id,
        at_ms=at_ms,
        dispute_id=dispute.dispute_id,
        about=dispute.about,
        outcome=dispute.outcome,
        learned=dispute.learned,
        checks=checks,
    )


def lessons(store: Store, program_id: str, month: str) -> Lessons:
    """What the month taught, as rewards stand now; reads what was held, not what was earned."""
    place = lessons_of(program_id, month)
    held, all_held = _rows(store, Held, place, "H#")
    ruled, all_ruled = _rows(store, Ruled, place, "D#")
    answers = _answers(store, held)
    checks, learned = dict[str, OfCheck](), dict[str, OfCode]()
    seen = set[tuple[str, str, bool]]()
    for row in held:
        for holds, names in ((True, row.held), (False, row.recorded)):
            for name in names:
                if (one := (row.reward_id, name, holds)) in seen:
                    continue  # held again later: it is one reward
                seen.add(one)
                of = checks.setdefault(name, OfCheck())
                (of.held if holds else of.recorded)[answers[row.reward_id]] += 1
    for ruling in ruled:
        code = learned.setdefault(ruling.learned, OfCode())
        code.outcomes[ruling.outcome] += 1
        code.checks.update(ruling.checks)
    sets = tuple(sorted({row.check_set for row in held}))
    return Lessons(checks, learned, sets, all_held and all_ruled)


def _rows(store: Store, kind: type[R], place: str, prefix: str) -> tuple[list[R], bool]:
    """The newest rows, and whether these are all."""
    rows, cursor = list[R](), None
    while len(rows) < LESSON_ROWS_MAX:
        page = store.query(
            kind, "core", place, prefix, limit=PAGE_ITEMS_MAX, cursor=cursor, newest_first=True
        )
        rows += page.rows
        cursor = page.cursor
        if cursor is None:
            return rows, True
    return rows, False


def _answers(store: Store, rows: Sequence[Held]) -> Mapping[str, Answer]:
    """What became of each reward that was held."""
    keys = list(dict.fromkeys(reward_key(row.advocate_id, row.reward_id) for row in rows))
    found = dict[str, Answer]()
    for start in range(0, len(keys), PAGE_ITEMS_MAX):
        page = store.get_many(Reward, keys[start : start + PAGE_ITEMS_MAX])
        found |= {reward.reward_id: answer_of(reward) for reward in page.values()}
    return found


def answer_of(reward: Reward) -> Answer:
    """What a person said of a reward that a check held, as it stands now."""
    if reward.state == "on_hold":
        return "waiting"
    if reward.reason == BAN:
        return "upheld"
    if reward.decided_by is None and not reward.again:
        return "unanswered"
    return "upheld" if reward.state == "rejected" else "overturned"
