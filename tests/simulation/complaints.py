"""What advocates dispute in a town, and what people of finance answer: who is right gets it.

A refused or held reward may be granted, a payout that never arrived is payable again. The person
who answers has looked: at the rail's own list, or at the bank's, where money came back that the
rail still takes for paid (`came_back`).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from goodword.conversions.model import Conversion
from goodword.events import Actor
from goodword.payouts.model import Payout
from goodword.payouts.stops import PayoutStop
from goodword.rewards.model import Reward
from goodword.trust.dispute import About, Dispute, Outcome
from goodword.trust.disputing import Disputes, Wish
from goodword.trust.resolving import Resolving, Ruling
from goodword_aws.workflow import StepFunctions

from tests.simulation.entitled import ends, entitled, opens
from tests.simulation.lambdas import TWICE
from tests.simulation.letters import writes
from tests.simulation.story import PEOPLE
from tests.support.scene import PROGRAM

if TYPE_CHECKING:
    from tests.simulation.town import Town

HASTY = 0.5  # of those who looked at a reward, and decide a dispute about it as well
CAME_BACK, GRANTED = 0.5, 0.5  # chances: a paid payout had come back; a reward is granted


def part_of(earned_minor: int) -> int:
    """How much of a reward is granted where it is granted in part."""
    return earned_minor // 3


class PlainTexts:
    """Texts are sealed under the vault's keys, which are not part of the play."""

    def seal_text(self, _advocate_id: str, text: str, _about: str) -> str:
        return text

    def open_text(self, _advocate_id: str, sealed: str, _about: str) -> str | None:
        return sealed


class Complaints:
    """Disputes of one town, opened and ended as the seed says."""

    def __init__(self, town: "Town", task: Callable[[str, Callable[[], object]], None]) -> None:
        self.town, self.task = town, task

    def acts(self) -> list[Callable[[], None]]:
        """What there is to do in this story."""
        acts = [self.open] * 5 + [self.end] * 3 + [self.withdraw]
        return acts * self.town.story.disputed

    def open(self) -> None:
        """Somebody disputes one thing of their own."""
        able: list[tuple[About, str, str]] = [
            ("payout", one.advocate_id, one.payout_id)
            for one in self.town.all(Payout)
            for _ in range(4 if one.state in ("paid", "unknown") else 1)
        ]
        for one in self.town.all(Reward):
            if one.state == "on_hold":
                able.append(("hold", one.advocate_id, one.reward_id))
            elif one.state == "rejected":
                able += [("reward", one.advocate_id, one.reward_id)] * 2
        able += self._more()
        if not able:
            return
        about, who, subject_id = self.town.chance.choice(able)
        fields: dict[str, Any] = {"subject_id": subject_id}
        if about == "missing_conversion":
            at_ms = self.town.story.order(subject_id).at_ms
            fields = {"order_number": subject_id, "ordered_ms": at_ms}
        self.ask(about, who, **fields)

    def ask(self, about: About, who: str, **fields: Any) -> None:
        """They say what is wrong."""
        wish = Wish(program_id=PROGRAM, about=about, text="where is it?", **fields)
        actor = Actor(kind="advocate", id=who)
        opened = entitled(
            self.town, lambda: self.disputes(actor).open(who, wish), opens(self.town, who, wish)
        )
        self.task(who, opened)

    def _more(self) -> list[tuple[About, str, str]]:
        """Bans, and orders that earned nothing; both only in stories in which people are banned."""
        able: list[tuple[About, str, str]] = [
            ("payouts_held", one.advocate_id, "") for one in self.town.all(PayoutStop) if one.held()
        ]
        if not self.town.story.conduct:
            return able
        able += [
            ("ban", str(one.plain["advocate_id"]), PROGRAM)
            for one in self.town.dynamo.of_kind("ban")
            if one.plain["state"] == "banned"
        ]
        for one in self.town.all(Conversion):
            if one.action == "sale" and one.state in ("unattributed", "disqualified"):
                able.append(("missing_conversion", self.town.chance.choice(PEOPLE), one.order_id))
        return able

    def end(self) -> None:
        """A person of finance decides about one of them."""
        if running := self.running():
            self._decide(self.town.chance.choice(running))

    def withdraw(self) -> None:
        """An advocate takes one back."""
        if running := self.running():
            one = self.town.chance.choice(running)
            actor = Actor(kind="advocate", id=one.advocate_id)
            self.task(one.advocate_id, lambda: self.disputes(actor).withdraw(one.dispute_id))

    def end_all(self) -> None:
        """Whatever is still open is decided; at times not before its advocate has answered."""
        for one in self.running():
            if one.turn == "staff" or not writes(self.town.story):
                self._decide(one)

    def running(self) -> list[Dispute]:
        """What nobody has ended yet."""
        return [one for one in self.town.all(Dispute) if one.state in ("open", "answered")]

    def _decide(self, dispute: Dispute) -> None:
        name, mark = self._somebody(dispute)
        outcome: Outcome = "granted" if self._is_right(dispute) else "upheld"
        amount = None
        if outcome == "granted" and dispute.about == "reward" and self.town.chance.random() < 0.3:
            outcome, amount = "partly", part_of(self._disputed(dispute).earned_minor)
        ruling = Ruling(
            outcome=outcome, reason="other", learned="nothing", amount_minor=amount, mark=mark
        )
        self.rule(dispute, ruling, name)

    def rule(self, dispute: Dispute, ruling: Ruling, name: str) -> None:
        """Somebody of finance says how it ends."""
        who = self.town.person(name)

        def end() -> None:
            disputes = self.disputes(who)
            workflow = StepFunctions(self.town)
            resolving = Resolving(disputes.desk, disputes, workflow)
            resolving.resolve(dispute.dispute_id, ruling, None)

        self.task(name, entitled(self.town, end, ends(self.town, dispute)))

    def _somebody(self, dispute: Dispute) -> tuple[str, str]:
        """Who decides; at times whoever has looked at the reward before, signed in anew."""
        if dispute.about in ("reward", "hold") and not self.town.outside.healed:
            reward = self._disputed(dispute)
            if reward.first_look_by and self.town.chance.random() < HASTY:
                return f"{reward.first_look_by.removesuffix(TWICE)}{TWICE}", reward.first_look_mark
        return "usr_fatima", ""

    def _disputed(self, dispute: Dispute) -> Reward:
        rewards: list[Reward] = self.town.all(Reward)
        return next(one for one in rewards if one.reward_id == dispute.subject_id)

    def _is_right(self, dispute: Dispute) -> bool:
        """What the person who looks at it finds."""
        town = self.town
        if dispute.about != "payout":
            return town.chance.random() < GRANTED
        payout = next(one for one in town.all(Payout) if one.payout_id == dispute.subject_id)
        if payout.state == "paid" and town.chance.random() < CAME_BACK:
            town.came_back.add(payout.payout_id)
        left = town.rail.left()[payout.payout_id]
        return payout.payout_id in town.came_back or (payout.state == "unknown" and not left)

    def disputes(self, who: Actor) -> Disputes:
        """What somebody may do with them."""
        texts: Any = PlainTexts()
        return Disputes(self.town.desk(who), texts)
