"""What moves walks, with its real adapters; for the machine and the sweep alone.

Of several sweeps in one call none is kept from its turn by another that fails.
"""

from collections.abc import Callable, Mapping
from functools import partial

from aws_lambda_powertools import Logger
from goodword.journeys.gate import Gate
from goodword.journeys.listening import Subjects
from goodword.journeys.moves import Moves
from goodword.journeys.walking import Walking
from goodword.ports import in_turn

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


def sweep_promises() -> int:
    """Find promises of walks that ended before those had a day; once for all."""
    from goodword.journeys.lapsing import Lapsing  # noqa: PLC0415 - the machine does without

    return Lapsing(wiring.desk("journeys_sweep")).sweep()


def swept(sweeps: Mapping[str, Callable[[], int]], log: Logger) -> dict[str, int]:
    """What each of them counted. Every one has its turn; then the first error is raised."""
    counts: dict[str, int] = {}

    def count(name: str, sweep: Callable[[], int]) -> None:
        counts[name] = sweep()

    def failed(name: str, error: Exception) -> None:
        observe.failure(log, "a sweep failed", error, sweep=name)

    try:
        in_turn(((name, partial(count, name, sweep)) for name, sweep in sweeps.items()), failed)
    finally:
        log.info("swept", extra=counts)
    return counts


def sweep_anniversaries(log: Logger) -> int:
    """Look at those whose anniversary has come; each who cannot be looked at is in the log."""
    from goodword_aws.advocates_recognition import (  # noqa: PLC0415 - the machine does without
        recognising,
    )

    def failed(advocate_id: str, error: Exception) -> None:
        observe.failure(log, "an anniversary failed", error, advocate_id=advocate_id)

    return recognising("anniversaries").sweep(failed)
