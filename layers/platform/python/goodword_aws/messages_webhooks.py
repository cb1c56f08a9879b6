"""What requests say to a company's own system, sent with real adapters."""

from collections.abc import Mapping, MutableMapping
from functools import cache, partial

from goodword.events import Event
from goodword.journeys.asks import Wishes
from goodword.journeys.handover import HandedOver, hand_over_key
from goodword.journeys.hooked import Links, handed_body, hook_body
from goodword.journeys.walk import AskMade
from goodword.messages.endpoint import Endpoint, endpoint_key
from goodword.messages.hooking import Hooks
from goodword.privacy.model import PersonalFields, VaultItem, vault_key
from goodword.privacy.ports import Forgotten
from goodword.programs.effective import version_in_force
from goodword.times import SECOND_MS

from goodword_aws import wiring
from goodword_aws.channels.webhook import WebhookPost
from goodword_aws.journeys_letters import ask_of, held, own_of, pass_from, unfit
from goodword_aws.journeys_pass import ask_pass
from goodword_aws.messages import HANDED_OVER
from goodword_aws.settings import settings
from goodword_aws.webhooks import PURPOSE


def hooks() -> Hooks:
    """What sends, over this installation's endpoints."""
    return Hooks(
        desk=wiring.desk("messages"),
        post=_post(),
        sealer=wiring.envelope(PURPOSE),
        body_of=_body,
        unfit=lambda event: unfit(event, by="webhook"),
        hold=held,
        resting=_resting(),
    )


@cache
def _post() -> WebhookPost:
    return WebhookPost(lambda: wiring.clock().now_ms() // SECOND_MS)


@cache
def _resting() -> MutableMapping[str, int]:
    return {}


def _asked(event: Event) -> AskMade | None:
    """The request that an event is about, if its journey tells the company's own system."""
    ask = ask_of(event)
    return ask if ask is not None and "webhook" in ask.channels else None


def _handed(event: Event) -> Mapping[str, object] | None:
    """What a journey has handed over to staff, where the programme has a webhook."""
    one = wiring.store().get(HandedOver, hand_over_key(event.subject))
    if one is None or wiring.store().get(Endpoint, endpoint_key(one.program_id)) is None:
        return None
    return handed_body(one, settings().public_url.rstrip("/"))


def _body(event: Event) -> Mapping[str, object] | None:
    if event.type == HANDED_OVER:
        return _handed(event)
    ask = _asked(event)
    if ask is None:
        return None
    store, home = wiring.store(), settings().public_url.rstrip("/")
    book = Wishes(wiring.desk("messages")).read(ask.subject_id)
    terms = version_in_force(store, ask.program_id, event.at_ms).terms
    secret = wiring.secrets().read(settings().page_secret_arn)[0]
    answer = f"{home}/asks/{ask_pass(secret, ask.ask_id, pass_from(ask, event))}"
    links = Links(
        page=f"{home}/my/asks",
        join=f"{home}/join/{ask.program_id}",
        answer=answer,
        stop=f"{answer}/unsubscribe",
    )
    person = _person(ask.advocate_id) if book.shares else None
    reminded, own = str(event.data.get("words") or ""), partial(own_of, ask, event)
    return hook_body(ask, book, person, terms, links, reminded, own)


def _person(advocate_id: str) -> PersonalFields | None:
    item = wiring.store().get(VaultItem, vault_key(advocate_id))
    if item is None:
        return None
    try:
        return wiring.vault().open(item)
    except Forgotten:
        return None
