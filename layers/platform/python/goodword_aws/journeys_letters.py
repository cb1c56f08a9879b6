"""What letters about requests say, whose link they carry, and when they are not sent after all."""

from collections.abc import Mapping

from goodword.events import Event
from goodword.journeys.gate import Gate
from goodword.journeys.leaving import Leaving
from goodword.journeys.listening import Customers
from goodword.journeys.walk import AskMade, ask_key
from goodword.journeys.wording import ask_words
from goodword.messages.model import Unfit
from goodword.ports import Desk
from goodword.privacy.model import VaultItem, vault_key
from goodword.privacy.ports import Forgotten
from goodword.programs.effective import version_in_force

from goodword_aws import wiring
from goodword_aws.journeys_pass import ask_pass
from goodword_aws.settings import settings

REQUESTS = frozenset({"journey.asked", "journey.reminded", "journey.resent"})
THANKS = "journey.ask_accepted_work"
ABOUT_STORIES = frozenset({"story.proposed", "story.given_back"})


def ask_values(event: Event, locale: str) -> Mapping[str, str]:
    """The words of the request and its two links; nothing for other events."""
    ask = ask_of(event)
    if ask is None:
        return {}
    from goodword_aws.messages import catalogue_of  # noqa: PLC0415 - it imports this

    terms = version_in_force(wiring.store(), ask.program_id, event.at_ms).terms
    said = ask_words(locale).values(
        ask.motion, brand=terms.brand, site=ask.site, disclosure=terms.disclosure
    )
    secret = wiring.secrets().read(settings().page_secret_arn)[0]
    home = settings().public_url.rstrip("/")
    here = f"{home}/asks/{ask_pass(secret, ask.ask_id, ask.expires_ms)}"
    until = catalogue_of(locale).date_of(ask.expires_ms)
    links = {"ask_stop": f"{here}/unsubscribe", "ask_until": until}
    told = f"{home}/my/asks/{ask.ask_id}/story"
    places = {THANKS: f"{home}/my", **dict.fromkeys(ABOUT_STORIES, told)}
    return {**said, **links, "go": places.get(event.type, here)}


def unfit(event: Event) -> Unfit | None:
    """Why the letter does not leave now; None if it may. Time has passed since the event."""
    ask = ask_of(event)
    if ask is None:
        return None
    return leaving(wiring.desk("messages")).unfit(ask, thanks=event.type not in REQUESTS)


def leaving(desk: Desk) -> Leaving:
    """What looks at a letter before it leaves."""
    return Leaving(desk, Gate(desk, Customers(desk)), zone_of)


def zone_of(advocate_id: str) -> str:
    """Where an advocate's clock stands, by what they said of themselves."""
    item = wiring.store().get(VaultItem, vault_key(advocate_id))
    try:
        return wiring.vault().open(item).zone if item is not None else ""
    except Forgotten:
        return ""


def ask_of(event: Event) -> AskMade | None:
    """The request that an event is about; None for events of which nobody is written to."""
    if event.type not in REQUESTS | ABOUT_STORIES | {THANKS}:
        return None
    return wiring.store().get(AskMade, ask_key(event.subject))
