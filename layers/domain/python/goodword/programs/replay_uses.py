"""What one replay knows of the uses of caps, kept between its steps.

The truth of a use is known exactly at a decision that tells it. Between decisions refunds, refusals
and decisions anew move it, at times that no decision tells; so each measure has what is sure
(`held`), what is possible (`earned`) and the likeliest (`used`), and the same of what the draft
would have moved (`least`, `most`, `moved`). Where nothing is open, all three are one.
"""

from typing import ClassVar, NamedTuple, Self

from goodword.programs.caps import CountScope, Measure
from goodword.records import Key, Record, Value
from goodword.rewards.model import Counted


class Sum(NamedTuple):
    """What rewards hold of a cap: money, and the number of those that hold any."""

    money: int
    rewards: int

    def of(self, measure: Measure) -> int:
        """One of the two."""
        return self.money if measure == "money" else self.rewards


class Uses(Value):
    """One measure of a use: the truth as far as it is known, and what the draft moves."""

    used: int = 0
    held: int = 0
    earned: int = 0
    least: int = 0
    moved: int = 0
    most: int = 0

    def plus(self, other: Self, sign: int = 1) -> Self:
        """Both together, or the difference."""
        return self.but(**{name: a + sign * getattr(other, name) for name, a in self})


class Use(Value):
    """Both measures of one use."""

    money: Uses = Uses()
    rewards: Uses = Uses()

    def of(self, measure: Measure) -> Uses:
        """One of the two."""
        return self.money if measure == "money" else self.rewards

    def plus(self, other: Self, sign: int = 1) -> Self:
        """Both together, or the difference."""
        money = self.money.plus(other.money, sign)
        return self.but(money=money, rewards=self.rewards.plus(other.rewards, sign))


class ReplayUse(Record):
    """The uses of a subject's caps, by period; of all but friends one record for each period.

    A friend may have many names and few orders, so that each name is one record.
    """

    KIND: ClassVar[str] = "replay_use"

    replay_id: str
    scope: CountScope
    subject: str
    period: str = ""
    by_period: dict[str, Use] = {}
    keep_s: int

    @property
    def key(self) -> Key:
        name = f"CAP#{self.scope}#{self.subject}#{self.period}"
        return Key("core", f"RPL#{self.replay_id}", name)

    @property
    def expires_s(self) -> int:
        return self.keep_s


def fresh_use(replay_id: str, counted: Counted, keep_s: int) -> ReplayUse:
    """Where the replay keeps a use, as long as it knows nothing of it."""
    period = "" if counted.scope == "friend" else counted.period
    return ReplayUse(
        replay_id=replay_id,
        scope=counted.scope,
        subject=counted.subject,
        period=period,
        keep_s=keep_s,
    )


class Move(Value):
    """What one decision added to a use: to be taken off when the next one takes its place."""

    counted: Counted
    use: Use


class ReplayPassing(Record):
    """A decision that another one of the same conversion followed, and what it had moved.

    `advocate_id` is who would have had it, `cut` says that a limit of the draft made it smaller.
    """

    KIND: ClassVar[str] = "replay_passing"

    replay_id: str
    conversion_id: str
    advocate_id: str = ""
    cut: bool = False
    moves: tuple[Move, ...] = ()
    keep_s: int

    @property
    def key(self) -> Key:
        return passing_key(self.replay_id, self.conversion_id)

    @property
    def expires_s(self) -> int:
        return self.keep_s


def passing_key(replay_id: str, conversion_id: str) -> Key:
    """Where a replay keeps what an earlier decision of a conversion had moved."""
    return Key("core", f"RPL#{replay_id}", f"P#{conversion_id}")
