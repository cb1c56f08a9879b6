"""Mail follows facts: one queue of the events that people are told of, one function that sends."""

from infra.foundations import grants
from infra.foundations.acknowledged import acknowledge_wildcard
from infra.foundations.functions import Shape
from infra.foundations.ground import Ground
from infra.foundations.streams import may_work_on, work_on

TOLD = (
    "advocate.invited",
    "enrolment.activated",
    "enrolment.level_reached",
    "enrolment.milestone_reached",
    "reward.due",
    "hand_out.made",
    "payout.paid",
    "payout.failed",
    "payout.returned",
    "payout.part_returned",
    "payout.unclaimed",
    "program.change_announced",
    "program.change_withdrawn",
    "program.change_cancelled",
    "dispute.answered",
    "dispute.resolved",
    "enrolment.banned",
    "enrolment.unbanned",
    "advocate.export_ready",
    "advocate.erasure_asked",
    "advocate.erasure_taken_back",
    "journey.asked",
    "journey.reminded",
    "journey.resent",
    "journey.ask_accepted_work",
    "journey.handed_over",
    "story.proposed",
    "story.given_back",
    "story.spotlit",
    "friend.introduced",
    "message.due",
)
SENDER_SECONDS = 60


def add_messages(ground: Ground) -> None:
    """The mail queue and its worker."""
    queue = ground.bus.consumer("Messages", TOLD, worker_timeout_seconds=SENDER_SECONDS)
    sender = ground.functions.make(
        "messages_queue",
        "Sends e-mail about what has happened",
        needs=(
            "JOURNAL_TABLE",
            "CORE_TABLE",
            "KEYS_TABLE",
            "VAULT_KEY_ARN",
            "MAIL_SENDER",
            "PUBLIC_URL",
            "PAGE_SECRET_ARN",
        ),
        may=[
            may_work_on(queue),
            grants.read(ground.tables.core),
            grants.change(ground.tables.core, checks=True),  # the state of a programme
            grants.append(ground.tables.journal),
            grants.table_items(ground.tables.keys, "GetItem"),
            grants.use_key(ground.at, ground.secrets.vault_key, "Decrypt"),
            grants.use_key(ground.at, ground.secrets.vault_key, "Decrypt", purposes=["webhook"]),
            grants.read_secret(ground.secrets.page),  # signs the links of requests
            grants.send_mail(ground.stack, ground.at, ground.parameters.mail_sender),
        ],
        shape=Shape(timeout_seconds=SENDER_SECONDS),
    )
    acknowledge_wildcard(
        sender.role,
        "arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity/*",
        "The identity is the sender's address or its domain; a condition names the one address.",
    )
    work_on(ground.stack, sender, queue, batch=10)
    ground.alarms.on_count("MessagesFailed", "SES refused mail to advocates")
    ground.alarms.on_count("MessagesUnknown", "Mail may or may not have left; it is not repeated")
