"""The steps of `reward_approval`: each asks the reward's own record and answers the next route."""

from typing import Any

from goodword.errors import InvalidInput
from goodword_aws import wiring
from goodword_aws.rewards import approval

wiring.require("core_table", "journal_table")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{"step": "assess"|"ask"|"lapse"|"post", "reward_id": ..., "token"?}` -> a Step as JSON."""
    life, reward_id = approval("reward_approval"), str(event["reward_id"])
    match event["step"]:
        case "assess":
            return life.assess(reward_id).model_dump()
        case "ask":
            life.ask(reward_id, str(event["token"]))
            return {"reward_id": reward_id}
        case "lapse":
            return life.lapse(reward_id).model_dump()
        case "post":
            return life.post(reward_id).model_dump()
        case _:
            raise InvalidInput("unknown_step", "reward_approval has no such step")
