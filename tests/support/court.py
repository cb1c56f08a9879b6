"""A scene with disputes, where `fay` of staff decides about Maya's rewards."""

from goodword.conversions.model import Source
from goodword.ports import Change
from goodword.rewards.model import Reward
from goodword.trust.dispute import Dispute
from goodword.trust.disputing import Disputes, Wish
from goodword.trust.resolving import Resolving, Ruling

from tests.fakes.privacy import MemoryVault
from tests.support.scene import MAYA, PROGRAM, Scene

GRANT = Ruling("granted", "evidence_found", "tracking_lost")


class Court(Scene):
    """A scene with disputes; staff is `fay`."""

    def __init__(self, **changes: object) -> None:
        super().__init__(**changes)
        self.vault = MemoryVault()
        self.source("src_1")
        self.disputes = Disputes(self.desk("fay"), self.vault)
        self.resolving = Resolving(self.desk("fay"), self.disputes, self.workflow)

    def source(self, source_id: str) -> None:
        """A source of the programme; deliveries of a scene come from `src_1`."""
        change = Change()
        change.create(
            Source(
                source_id=source_id,
                kind="generic",
                program_id=PROGRAM,
                currency="EUR",
                label="shop",
                sealed_secrets=(),
                created_ms=0,
            )
        )
        self.store.commit(change)

    def missing(self, order_number: str = "1001", **more: object) -> Dispute:
        wish = Wish(
            program_id=PROGRAM,
            about="missing_conversion",
            text="My friend Robin Smith bought on Tuesday.",
            order_number=order_number,
            ordered_ms=self.clock.at_ms,
        )
        return self.disputes.open(MAYA, type(wish)(**(vars(wish) | more)))

    def about(self, what: str, subject_id: str, who: str = MAYA) -> Dispute:
        wish = Wish(PROGRAM, what, "No.", subject_id)  # type: ignore[arg-type]
        return self.disputes.open(who, wish)

    def refused(self) -> Reward:
        """Maya's reward of 50.00, refused by a person."""
        self.sale(net_minor=50_000, click_ids=(self.click(),))
        self.approval.assess(self.reward.reward_id)
        self.approval.decide(
            self.reward.reward_id, approve=False, code="fraud", decider_advocate_id=None
        )
        return self.reward
