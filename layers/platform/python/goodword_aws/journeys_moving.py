"""What moves walks, with its real adapters; for the machine and the sweep alone.

Of several sweeps in one call none is kept from its turn by another that fails.
"""

from collections.abc import Callable, Mapping

from aws_lambda_powertools import Logger
from goodword.journeys.gate import Gate
from goodword.journeys.listening import Subjects
from goodword.journeys.moves import Moves
from goodword.journeys.walking import Walking

from goodword_aws import observe, wiring
from goodword_aws.aws import client
from goodword_aws.workflow import StepFunctions


def walking(actor: str) -> Walking:
    """The moves of walks, as an automatic actor; needs the index secret."""
    desk = wiring.desk(actor)
    subjects = Subjects(desk, wiring.blind_index())
    moves = Moves(desk, Gate(desk, subjects))
    return Walking(desk, moves, StepFunctions(client("stepfunctions")))


def sweep_walks(log: Logger) -> int:
    """Move on whoever no execution moves; each that cannot be moved is in the log."""

    def failed(walk_id: str, error: Exception) -> None:
        observe.failure(log, "a walk could not be moved", error, walk_id=walk_id)

    return walking("journeys_sweep").sweep(failed)


def swept(sweeps: Mapping[str, Callable[[], int]], log: Logger) -> dict[str, int]:
    """What each of them counted. Every one has its turn; then the first error is raised."""
    counts: dict[str, int] = {}
    errors: list[Exception] = []
    for name, sweep in sweeps.items():
        try:
            counts[name] = sweep()
        except Exception as error:  # noqa: BLE001 - the outermost of this sweep
            observe.failure(log, "a sweep failed", error, sweep=name)
            errors.append(error)
    log.info("swept", extra=counts)
    if errors:
        raise errors[0]
    return counts
