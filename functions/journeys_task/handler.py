"""The steps of the machine `journey`: each asks the walk's own record what is to be waited for."""

from typing import Any

from goodword.errors import InvalidInput
from goodword_aws import wiring
from goodword_aws.journeys_moving import walking

wiring.require("core_table", "journal_table", "index_secret_arn")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{"step": "walk"|"listen", "journey_id", "walk_id", "token"?}` -> a Step as JSON."""
    walks = walking("journey")
    journey_id, walk_id = str(event["journey_id"]), str(event["walk_id"])
    match event["step"]:
        case "walk":
            return walks.step(journey_id, walk_id).model_dump()
        case "listen":
            walks.listen(journey_id, walk_id, str(event["token"]))
            return {"walk_id": walk_id}
        case _:
            raise InvalidInput("unknown_step", "the machine journey has no such step")
