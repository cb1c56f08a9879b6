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
    for rule in ("AwsSolutions-SQS3", "Serverless-SQSRedrivePolicy"):
        acknowledge(queue, rule, "This queue is the last stop itself, and watched by an alarm.")
    alarms.on_dead_letters(name, queue)
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
