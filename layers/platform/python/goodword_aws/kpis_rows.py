"""What of a bus event counts in figures is noted as it is heard; its readers are in `kpis`."""

import json

from goodword.events import Event
from goodword.journeys.measuring import keep

from goodword_aws import wiring


def keep_row(body: str) -> bool:
    """The row of a bus event; whether it is new."""
    event = Event.model_validate_json(json.dumps(json.loads(body)["detail"]))
    return keep(wiring.store(), event)
