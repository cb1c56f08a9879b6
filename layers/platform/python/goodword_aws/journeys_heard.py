"""What the bus tells lets people into journeys; none of what moves them is loaded for it."""

import json

from goodword.events import Event
from goodword.journeys.borne import Joining
from goodword.journeys.entering import Entering
from goodword.journeys.gate import Gate
from goodword.journeys.listening import Customers, Subjects
from goodword.journeys.reaching import Reaching
from goodword.journeys.turning import TURNED, Turning

from goodword_aws import wiring
from goodword_aws.aws import client
from goodword_aws.settings import settings
from goodword_aws.workflow import StepFunctions

RECOMMENDED = frozenset({"conversion.decided", "journey.ask_accepted", "journey.ask_submitted"})
OBJECTED = frozenset({"journey.signal_noted", "journey.subject_known", "journey.wishes_changed"})
DONE = frozenset({TURNED, "journey.published", "journey.state_changed", "program.state_changed"})


def heard(body: str) -> None:
    """One bus event: a signal, or knowing better who somebody is, makes journeys look at a person;
    whoever entered begins to walk; whoever did what a journey is for is noted with the walk; who
    promised to recommend and did so has done it; what is done to a journey, or to its programme, is
    done to those whom it concerns; whoever wants no more of it is not called; and how being asked
    wears on somebody of several names is seen of all of them.

    Of other events there is nothing to do. Repeating it is harmless: nobody enters twice, and an
    execution is started by name.
    """
    event = json.loads(body)["detail"]
    told = Event.model_validate_json(json.dumps(event))
    Reaching(wiring.desk("journeys_queue")).heard(told)
    if told.type in OBJECTED:
        _objected(told)
    Joining(wiring.desk("journeys_queue")).heard(told)
    if told.type in RECOMMENDED:
        _recommended(told)
    if event["type"] in ("journey.signal_noted", "journey.subject_known"):
        desk = wiring.desk("journeys_queue")
        Entering(desk, Subjects(desk, wiring.blind_index())).consider(str(event["subject"]))
    elif event["type"] in DONE:
        desk = wiring.desk("journeys_queue")
        entering = Entering(desk, Subjects(desk, wiring.blind_index()))
        Turning(desk, entering).heard(told)
    elif event["type"] == "journey.entered" and not event["data"]["held_out"]:
        walk_id = str(event["subject"])
        given: dict[str, object] = {
            "journey_id": str(event["data"]["journey_id"]),
            "walk_id": walk_id,
        }
        machine = settings().journey_arn
        StepFunctions(client("stepfunctions")).start(machine, walk_id, given)


def _objected(event: Event) -> None:
    from goodword.journeys.objecting import Objecting  # noqa: PLC0415 - of some events

    desk = wiring.desk("journeys_queue")
    Objecting(desk, Gate(desk, Customers(desk))).heard(event)


def _recommended(event: Event) -> None:
    from goodword.journeys.recommending import Recommending  # noqa: PLC0415 - of some events

    from goodword_aws.journeys_walks import asks  # noqa: PLC0415 - the same

    Recommending(asks(wiring.desk("journeys_queue"))).heard(event)
