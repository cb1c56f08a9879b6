"""Work of programmes that takes longer: replays, announcements and extracts, step by step."""

import json
from collections.abc import Mapping

from goodword.programs.announcement import What
from goodword.programs.announcing import Announcing
from goodword.programs.replaying import Replays

from goodword_aws import wiring
from goodword_aws.extracts import extracting

REPLAY_EVENTS = frozenset({"program.replay_asked", "program.replay_continues"})
EXTRACT_EVENTS = frozenset({"program.extract_asked", "program.extract_continues"})
ENDS: Mapping[str, What] = {
    "program.version_published": "published",
    "program.version_promoted": "promoted",
    "program.version_withdrawn": "withdrawn",
}


def go_on(body: str) -> None:
    """One bus event: go on with the replay, announcement or extract that it names."""
    event = json.loads(body)["detail"]
    type, data, desk = event["type"], event["data"], wiring.desk("programs_queue")
    if type in REPLAY_EVENTS:
        Replays(desk).run(str(data["replay_id"]))
    elif type in EXTRACT_EVENTS:
        extracting(desk).run(str(event["subject"]), str(data["extract_id"]))
    else:
        what: What = ENDS[type] if type in ENDS else data["what"]
        Announcing(desk).run(str(event["subject"]), int(data["number"]), what)


def sweep() -> Mapping[str, int]:
    """Go on with whatever nobody works on; how much of each there was."""
    desk = wiring.desk("programs_schedule")
    return {
        "replays": Replays(desk).sweep(),
        "announcements": Announcing(desk).sweep(),
        "extracts": extracting(desk).sweep(),
    }
