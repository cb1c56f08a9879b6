"""What moves walks, with its real adapters; for the machine and the sweep alone."""

from goodword.journeys.gate import Gate
from goodword.journeys.listening import Subjects
from goodword.journeys.moves import Moves
from goodword.journeys.walking import Walking

from goodword_aws import wiring
from goodword_aws.aws import client
from goodword_aws.workflow import StepFunctions


def walking(actor: str) -> Walking:
    """The moves of walks, as an automatic actor; needs the index secret."""
    desk = wiring.desk(actor)
    subjects = Subjects(desk, wiring.blind_index())
    moves = Moves(desk, Gate(desk, subjects))
    return Walking(desk, moves, StepFunctions(client("stepfunctions")))
