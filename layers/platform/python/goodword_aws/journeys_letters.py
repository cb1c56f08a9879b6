"""What letters about requests say, whose link they carry, and when they are not sent after all."""

from collections.abc import Mapping

from goodword.events import Event
from goodword.journeys.asks import Wishes
from goodword.journeys.gate import Gate, zoned
from goodword.journeys.leaving import Leaving, hold
from goodword.journeys.listening import Customers
from goodword.journeys.noticing import Noticing
from goodword.journeys.own_words import OwnText
from goodword.journeys.spotlight import Spotlight, spotlight_key
from goodword.journeys.story import Story, story_key
from goodword.journeys.walk import AskMade, ask_key
from goodword.journeys.wording import ask_words, own_words
from goodword.messages.model import MessageChannel, Unfit
from goodword.ports import Change, Desk
from goodword.privacy.model import VaultItem, vault_key
from goodword.privacy.ports import Forgotten
from goodword.programs.effective import version_in_force
from goodword.programs.model import Terms

from goodword_aws import wiring
from goodword_aws.journeys_pass import ask_pass
from goodword_aws.settings import settings

REQUESTS = frozenset({"journey.asked", "journey.reminded", "journey.resent"})
THANKS = "journey.ask_accepted_work"
SPOTLIT = "story.spotlit"
ABOUT_STORIES = frozenset({"story.proposed", "story.given_back", SPOTLIT})


def ask_values(event: Event, locale: str) -> Mapping[str, str]:
    """The words of the request and its two links; nothing for other events."""
    ask = ask_of(event)
    if ask is None:
        return {}
    from goodword_aws.messages import catalogue_of  # noqa: PLC0415 - it imports this

    terms = version_in_force(wiring.store(), ask.program_id, event.at_ms).terms
    said = ask_words(locale).values(
        ask.motion,
        brand=terms.brand,
        site=ask.site,
        disclosure=terms.disclosure,
        own=own_of(ask, event, locale),
    )
    secret = wiring.secrets().read(settings().page_secret_arn)[0]
    home = settings().public_url.rstrip("/")
    here = f"{home}/asks/{ask_pass(secret, ask.ask_id, pass_from(ask, event))}"
    days, zone = catalogue_of(locale), _zone(ask, terms)
    until = days.date_of(ask.expires_ms, zone)
    links = {"ask_stop": f"{here}/unsubscribe", "ask_until": until}
    told = f"{home}/my/asks/{ask.ask_id}/story"
    places = {THANKS: f"{home}/my", **dict.fromkeys(ABOUT_STORIES, told)}
    if event.type == SPOTLIT:
        links["spot_from"] = days.date_of(int(str(event.data["from_ms"])), zone)
    return {**said, **links, "go": places.get(event.type, here)}


def own_of(ask: AskMade, event: Event, locale: str) -> OwnText | None:
    """The journey's own words of what an event tells: a reminder's are its own."""
    template, number = ask.words, ask.worded
    if event.data.get("words"):
        template, number = str(event.data["words"]), int(str(event.data.get("worded") or 0))
    return own_words(wiring.store(), ask.journey_id, number, template, locale)


def _zone(ask: AskMade, terms: Terms) -> str:
    """Whose days the letter counts in: the same zone that its night is in."""
    wished = Wishes(wiring.desk("messages")).read(ask.subject_id).time_zone
    return zoned(wished, zone_of(ask.advocate_id), terms.payment.time_zone)


def pass_from(ask: AskMade, event: Event) -> int:
    """From when on the link of a message has its last month: what is told late has no dead link."""
    return max(ask.expires_ms, event.at_ms)


def unfit(event: Event, by: MessageChannel = "email") -> Unfit | None:
    """Why the message does not leave now; None if it may. Time has passed since the event."""
    ask = ask_of(event)
    if ask is None:
        return None
    over = _spotlight_over(event) if event.type == SPOTLIT else None
    thanks = event.type not in REQUESTS
    return over or leaving(wiring.desk("messages")).unfit(ask, thanks=thanks, by=by)


def notice_unfit(event: Event, *, pleases: bool) -> Unfit | None:
    """The same of a letter that no journey sends; `pleases` if nobody has to know what it says."""
    desk = wiring.desk("messages")
    looking = Noticing(desk, Gate(desk, Customers(desk)), zone_of)
    program_id, advocate_id = (str(event.data[name]) for name in ("program_id", "advocate_id"))
    return looking.unfit(program_id, advocate_id, pleases=pleases)


def held(event: Event, change: Change, *, pleases: bool = False) -> None:
    """Let the claim of a message fail if programme or journey stopped since it was looked at."""
    said = event.data
    if pleases:
        hold(wiring.store(), change, str(said["program_id"]), None, thanks=False)
    elif event.type in REQUESTS | ABOUT_STORIES | {THANKS}:
        program_id, journey_id = str(said["program_id"]), str(said.get("journey_id"))
        thanks = event.type not in REQUESTS
        hold(wiring.store(), change, program_id, journey_id, thanks=thanks)


def _spotlight_over(event: Event) -> Unfit | None:
    """Nobody is told of a spotlight that was taken away while the letter waited."""
    said, store = {name: str(value) for name, value in event.data.items()}, wiring.store()
    found = store.get(Spotlight, spotlight_key(said["program_id"], said["spotlight_id"]))
    story = store.get(Story, story_key(said["advocate_id"], event.subject))
    state = found.state(story, wiring.clock().now_ms()) if found is not None else "over"
    return None if state in ("planned", "running") else Unfit("spotlight_over")


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
