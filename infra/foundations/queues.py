"""Behind a queue is another, where what could not be handled waits for a person, and an alarm."""

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.foundations.acknowledged import acknowledge
from infra.foundations.alarms import Alarms

RETENTION_DAYS = 14  # the longest that SQS keeps a message
TRIES_MAX = 5  # receives before a message is set aside


def make_dead_letters(scope: Construct, name: str, alarms: Alarms) -> sqs.Queue:
    """A last stop: nothing reads it but a person, and anything in it raises the alarm."""
    queue = sqs.Queue(
        scope,
        name,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=Duration.days(RETENTION_DAYS),
    )
    acknowledge(
        queue,
        "Serverless-SQSRedrivePolicy",
        "This queue is the last stop itself, and an alarm watches it.",
    )
    alarms.on_dead_letters(name, queue)
    return queue


def make_set_aside(scope: Construct, name: str, alarms: Alarms) -> sqs.Queue:
    """Dead letters of something that is no queue: a stream, a clock, an asynchronous call."""
    queue = make_dead_letters(scope, name, alarms)
    acknowledge(
        queue,
        "AwsSolutions-SQS3",
        "What failed in a stream or a run is set aside here, so it is a queue of dead letters.",
    )
    return queue


def make_queue(
    scope: Construct, name: str, dead_letters: sqs.Queue, *, worker_timeout_seconds: int
) -> sqs.Queue:
    """A queue whose messages stay hidden for six time-outs of the function that works on them."""
    return sqs.Queue(
        scope,
        name,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=Duration.days(RETENTION_DAYS),
        visibility_timeout=Duration.seconds(6 * worker_timeout_seconds),
        dead_letter_queue=sqs.DeadLetterQueue(queue=dead_letters, max_receive_count=TRIES_MAX),
    )
