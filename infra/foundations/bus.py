"""Facts leave over one bus; each consumer has a rule, a queue and a last stop of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.foundations.alarms import Alarms
from infra.foundations.installation import Installation
from infra.foundations.queues import make_dead_letters, make_queue

SOURCE = "goodword"


@dataclass(frozen=True)
class Bus:
    """The bus, and the way to consume from it."""

    scope: Construct
    alarms: Alarms
    events: events.EventBus

    def consumer(
        self, name: str, types: Sequence[str], *, worker_timeout_seconds: int
    ) -> sqs.Queue:
        """A queue of all events of these types, e.g. `consumer("Rewards", ["reward.created"])`."""
        dead_letters = make_dead_letters(self.scope, f"{name}DeadLetters", self.alarms)
        queue = make_queue(
            self.scope,
            f"{name}Inbox",
            dead_letters,
            worker_timeout_seconds=worker_timeout_seconds,
        )
        events.Rule(
            self.scope,
            f"{name}Rule",
            event_bus=self.events,
            description=f"Events for the queue of {name.lower()}",
            event_pattern=events.EventPattern(source=[SOURCE], detail_type=list(types)),
            targets=[targets.SqsQueue(queue, dead_letter_queue=dead_letters)],
        )
        return queue


def make_bus(scope: Construct, at: Installation, alarms: Alarms) -> Bus:
    """The bus of this installation."""
    return Bus(scope, alarms, events.EventBus(scope, "Bus", event_bus_name=at.prefix))
