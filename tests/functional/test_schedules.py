"""A schedule only says that it is time: whatever its input asks for besides is not done."""

from types import SimpleNamespace

import pytest
from goodword_aws import wiring

from tests.fakes.privacy import PlainSealer
from tests.support.desk import World
from tests.support.functions import call, over, sample
from tests.support.scene import SECRET
from tests.support.seals import Bucket, Kms
from tests.tidy.test_words import directories

SCHEDULES = sorted(name for name in directories("functions") if "_schedule" in name)


def answered(function: str, case: str) -> tuple[object, object]:
    """What the function answers over an empty world, and what it stored."""
    world = World()
    with over(world) as patch:
        patch.setattr(wiring, "secrets", lambda: SimpleNamespace(read=lambda _: [SECRET]))
        patch.setattr(wiring, "envelope", lambda purpose="arrival": PlainSealer())
        clients = {"kms": Kms(), "s3": Bucket()}
        patch.setattr("goodword_aws.ledger.client", clients.__getitem__)
        answer = call(function, sample(function, case))
    return answer, world.store.items


@pytest.mark.parametrize("function", SCHEDULES)
def test_orders_in_the_input_of_a_schedule_are_refused(function: str) -> None:
    assert answered(function, "refused_orders") == answered(function, "tick")


def test_a_sweep_that_fails_leaves_the_others_their_turn() -> None:
    turns: list[str] = []

    def broken(_: object) -> int:
        turns.append("walks")
        raise KeyError("gone")

    def letters(_: object) -> int:
        turns.append("letters")
        return 1

    with over(World()) as patch:
        patch.setattr("goodword_aws.journeys_moving.walking", broken)
        patch.setattr("goodword.messages.waking.Waking.sweep", letters)
        with pytest.raises(KeyError, match="gone"):
            call("journeys_schedule", sample("journeys_schedule", "tick"))
    assert turns == ["walks", "letters"]
