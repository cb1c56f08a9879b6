"""Mail leaves by SES, one request per message, never repeated by the client: see `aws.client`.

SES has no idempotency key, so a send whose reply was lost is left open for the domain to report.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from importlib.resources import files
from typing import Any

from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError
from goodword.errors import Unavailable
from goodword.events import Event
from goodword.messages.model import Catalogue, Letter, Message, Unfit, message_key
from goodword.messages.service import Messenger, Refused
from goodword.messages.waking import DUE
from goodword.ports import Change
from goodword.rewards.words import Catalogue as RewardWords

from goodword_aws import observe, wiring
from goodword_aws.aws import client
from goodword_aws.settings import settings

_REFUSED = {"MessageRejected": "mail_rejected", "BadRequestException": "bad_mail"}
_RARE = ("program.change_", "dispute.", "enrolment.banned", "enrolment.unbanned")
_ASKS = ("journey.", "story.")
HANDED_OVER = "journey.handed_over"  # told to the company's own system alone
_INTRODUCED = "friend.introduced"
_REACHED = frozenset({"enrolment.level_reached", "enrolment.milestone_reached"})
_METRICS = {"sent": "MessagesSent", "failed": "MessagesFailed", "unknown": "MessagesUnknown"}


class SesPost:
    """The Post port over SES v2; `sender` is a verified address."""

    def __init__(self, ses: Any, sender: str) -> None:
        self._ses = ses
        self._sender = sender

    def send(self, to: str, letter: Letter, type: str) -> str:
        body = {"Text": _utf8(letter.text), "Html": _utf8(letter.html)}
        mail = {"Subject": _utf8(letter.subject), "Body": body}
        if letter.stop:
            mail["Headers"] = _one_click(letter.stop)
        try:
            answer = self._ses.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [to]},
                Content={"Simple": mail},
                EmailTags=[{"Name": "event", "Value": type.replace(".", "_")}],
            )
        except (ConnectTimeoutError, EndpointConnectionError):
            raise Unavailable("mail_unreachable", "the mail service was not reached") from None
        except ClientError as refused:
            # Without the cause: what SES says quotes addresses.
            code = refused.response["Error"]["Code"]
            if code in _REFUSED:
                raise Refused(_REFUSED[code], "the mail service refused the message") from None
            raise Unavailable("mail_not_taken", f"the mail service said {code}") from None
        return str(answer["MessageId"])


@cache
def catalogue_of(locale: str) -> Catalogue:
    """The words of the person's language, in English where there are none yet."""
    folder = files("goodword.messages")
    found = folder / f"catalogue.{locale.partition('-')[0]}.json"
    text = (found if found.is_file() else folder / "catalogue.en.json").read_text("utf-8")
    return Catalogue.model_validate_json(text)


@cache
def money_of(locale: str) -> Callable[[int, str], str]:
    """How amounts are written in the person's language."""
    folder = files("goodword.rewards") / "catalogue"
    found = folder / f"{locale.partition('-')[0]}.json"
    text = (found if found.is_file() else folder / "en.json").read_text("utf-8")
    return RewardWords.model_validate_json(text).money


def post() -> SesPost:
    """The way out for mail; needs MAIL_SENDER."""
    return SesPost(client("sesv2"), settings().mail_sender)


def messenger() -> Messenger:
    """The messenger of this installation."""
    return Messenger(
        desk=wiring.desk("messages"),
        vault=wiring.vault(),
        post=post(),
        catalogue_of=catalogue_of,
        portal=settings().public_url.rstrip("/"),
        money_of=money_of,
        more_of=_more_of,
        unfit=_unfit,
        hold=_hold,
    )


def _more_of(event: Event, locale: str) -> Mapping[str, str]:
    """Words of the letters that are rare; most starts of the function do without what they load."""
    if event.type.startswith(_ASKS):
        from goodword_aws.journeys_letters import ask_values  # noqa: PLC0415 - loads journeys

        return ask_values(event, locale)
    if event.type == _INTRODUCED:
        return {"go": f"{settings().public_url.rstrip('/')}/friend/{event.data['program_id']}"}
    if event.type in _REACHED:
        from goodword_aws.advocates_recognition import letter_values  # noqa: PLC0415 - the same

        return letter_values(event, locale)
    if not event.type.startswith(_RARE):
        return {}
    from goodword_aws.programs_terms import change_values  # noqa: PLC0415 - loads the API's answers
    from goodword_aws.trust_letters import told_values  # noqa: PLC0415 - the same

    return {**change_values(event, locale), **told_values(event, locale)}


def _unfit(event: Event) -> Unfit | None:
    """Why a letter does not leave now; only requests, thanks and notices have reasons."""
    if event.type in _REACHED | {_INTRODUCED}:
        from goodword_aws.journeys_letters import notice_unfit  # noqa: PLC0415 - loads journeys

        return notice_unfit(event, pleases=event.type in _REACHED)
    if not event.type.startswith(_ASKS):
        return None
    from goodword_aws.journeys_letters import unfit  # noqa: PLC0415 - the same

    return unfit(event)


def _hold(event: Event, change: Change) -> None:
    """What must not have changed when a letter is claimed: the same ones'."""
    pleases = event.type in _REACHED
    if pleases or event.type.startswith(_ASKS):
        from goodword_aws.journeys_letters import held  # noqa: PLC0415 - loads journeys

        held(event, change, pleases=pleases)


def tell_all(records: Sequence[Mapping[str, Any]], log: Logger) -> dict[str, list[dict[str, str]]]:
    """The bus events of an SQS batch -> the ids of those that must come again."""
    teller, failed = messenger(), []
    for record in records:
        try:
            event = Event.model_validate_json(json.dumps(json.loads(record["body"])["detail"]))
            _tell(teller, event, log)
        except Exception as error:  # noqa: BLE001 - the outermost of this message: it comes again
            observe.failure(log, "a message could not be told", error)
            failed.append({"itemIdentifier": str(record.get("messageId", ""))})
    return {"batchItemFailures": failed}


def _tell(teller: Messenger, event: Event, log: Logger) -> None:
    """By every channel of the event, or by that alone whose hour has come.

    Neither waits for the other: what one could not do is raised when both have been tried.
    """
    woken = event.type == DUE
    by = event.data.get("channel", "email") if woken else None
    told = _held(event, by) if woken else event
    if told is None:
        return
    with ExitStack() as tried:
        if by in (None, "webhook") and told.type.startswith(_ASKS):
            tried.callback(_tell_webhook, told, log, woken=woken)
        if by in (None, "email") and told.type != HANDED_OVER:  # staff are no advocates
            _report(teller.tell(told), log)


def _tell_webhook(told: Event, log: Logger, *, woken: bool) -> None:
    from goodword_aws.messages_webhooks import hooks  # noqa: PLC0415 - loads TLS and journeys

    message = hooks().tell(told, woken=woken)
    if message is not None:
        named = {"event_id": message.event_id, "about": message.type, "reason": message.reason}
        log.info(f"webhook_{message.state}", extra=named)


def _held(event: Event, by: object) -> Event | None:
    """What a letter that has waited for its hour till now is about."""
    key = message_key(event.subject, "webhook" if by == "webhook" else "email")
    held = wiring.store().get(Message, key)
    return held.told if held is not None and held.state == "held" else None


def _report(message: Message, log: Logger) -> None:
    if (name := _METRICS.get(message.state)) is not None:
        observe.metric(name, 1)
    named = {"event_id": message.event_id, "about": message.type, "reason": message.reason}
    log.info(message.state, extra=named)


def _one_click(address: str) -> list[dict[str, str]]:
    """What mail programs need to show their own button (RFC 2369, RFC 8058)."""
    return [
        {"Name": "List-Unsubscribe", "Value": f"<{address}>"},
        {"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
    ]


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
