"""Orders to be replayed under a draft, and what the replay of it says."""

from goodword.conversions.decided import DecidedOn
from goodword.programs.model import PercentageReward, Rule
from goodword.programs.replay import Replay, ReplayChange
from goodword.times import HOUR_MS

from tests.support.publishing import drafted, replayed
from tests.support.scene import PROGRAM, Scene, terms


def rate(points: int, minimum: int = 0, rule_id: str = "sale") -> Rule:
    reward = PercentageReward(basis_points=points)
    return Rule(rule_id=rule_id, action="sale", reward=reward, minimum_order_minor=minimum)


def orders(scene: Scene, *amounts: int, code: str = "MAYA7") -> None:
    """One order of another friend each, an hour apart."""
    for amount in amounts:
        number = len(scene.all(DecidedOn)) + 1
        scene.sale(
            f"o{number}",
            amount,
            click_ids=(scene.click(code),),
            customer={"customer_id": f"c{number}"},
        )
        scene.clock.advance(HOUR_MS)


def ran(scene: Scene, **changes: object) -> tuple[Replay, list[ReplayChange]]:
    """A draft with these terms, replayed, and its rows."""
    draft = drafted(scene, PROGRAM, terms(**changes))
    replay = replayed(scene, draft)
    rows = [one for one in scene.all(ReplayChange) if one.replay_id == replay.replay_id]
    return replay, rows
