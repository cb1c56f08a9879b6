"""The account's pages: what one said of oneself, agreed to, and what is held; a copy, and the end.

What is chosen here is kept with the person and, for this browser, in its cookies.
"""

from typing import Annotated, Any, Literal

from goodword.languages import LANGUAGES
from goodword.limits import ERASURE_WAIT_DAYS
from goodword.privacy.consents import consents_of
from goodword.privacy.model import Letters
from goodword.times import DAY_MS
from pydantic import Field, StringConstraints

from goodword_aws import account, privacy
from goodword_aws import advocates as shapes
from goodword_aws.advocates import PersonName
from goodword_aws.pages import portal
from goodword_aws.pages.cookies import NOTE, NOTE_SECONDS, Jar
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.portal_standing import standings
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, File, Go, Leave, Sheet, View
from goodword_aws.settings import settings

HERE = "/my/account"
EXPORT, ERASE = f"{HERE}/export", f"{HERE}/erase"
Box = Literal["yes"] | None
Spoken = Annotated[str, StringConstraints(pattern=rf"^({'|'.join(LANGUAGES)})$")]


class Profile(Form):
    """What one says of oneself. A box that is not ticked is not sent."""

    name: PersonName = Field(default="", repr=False)
    language: Spoken
    zone: account.KnownZone = Field(default="", repr=False)
    rewards: Box = None
    payouts: Box = None

    @property
    def letters(self) -> tuple[Letters, ...]:
        """The sorts of letters that are wanted."""
        said: dict[Letters, Box] = {"rewards": self.rewards, "payouts": self.payouts}
        return tuple(one for one, box in said.items() if box)


class Parting(Form):
    """When, and that one means it."""

    when: Literal["paid", "at_once"]
    sure: Literal["yes"]


def add_account_pages(site: Site) -> None:
    """Register the pages."""
    own: dict[str, Any] = {"roles": frozenset({"advocate"})}
    site.page("GET", HERE, **own)(_page)
    site.page("POST", HERE, again=_page, **own)(_save)
    site.page("GET", EXPORT, **own)(_export)
    site.page("POST", EXPORT, again=_export, **own)(_gather)
    site.page("GET", f"{EXPORT}/<number>", **own)(_file)
    site.page("GET", ERASE, **own)(_parting)
    site.page("POST", ERASE, again=_parting, **own)(_part)
    site.page("POST", f"{ERASE}/withdraw", again=_parting, **own)(_stay)


def _page(view: View) -> Sheet:
    own = view.advocate_id
    found = shapes.dashboard(view.desk, own)
    brands = {card.program_id: card.brand for card in found.programs}
    data = {
        "programs": found.programs,
        "stands": standings(view, own, found.programs),
        "profile": account.profile_answer(privacy.profiles(view.desk).read(own)),
        "method": portal.method(view) if found.payout_method else None,
        "consents": [(one, brands.get(one.program_id, "")) for one in _consents(view)],
        "erasure": account.erasure_view(view.desk, own).erasure,
    }
    return Sheet("portal/account.html", data)


def _consents(view: View) -> tuple[Any, ...]:
    return consents_of(view.desk.store, view.advocate_id)


def _save(view: View) -> Answer:
    """Keep it with the person; the browser reads in the new language at once."""
    said = view.fields(Profile)
    privacy.profiles(view.desk).change(
        view.advocate_id,
        name=said.name,
        locale=said.language,
        zone=said.zone,
        letters=said.letters,
    )
    jar = Jar(secure=settings().public_url.startswith("https://"))
    zone = said.zone if said.zone != view.reader.zone else ""  # what nobody changed is no choice
    return Leave(
        HERE, (*jar.chosen(said.language, zone), jar.set(NOTE, "note.saved", NOTE_SECONDS))
    )


def _export(view: View) -> Sheet:
    found = privacy.exports(view.desk).of(view.advocate_id)
    shown = account.export_answer(found) if found else None
    return Sheet("portal/export.html", {"export": shown})


def _gather(view: View) -> Answer:
    privacy.exports(view.desk).ask(view.advocate_id, lambda _: view.claim(EXPORT))
    return Go(EXPORT)


def _file(view: View) -> Answer:
    made = account.export_file(view.desk, view.advocate_id, view.path["number"])
    return File(made.content, made.content_type, made.filename)


def _parting(view: View) -> Sheet:
    found = account.erasure_view(view.desk, view.advocate_id)
    days_ms = ERASURE_WAIT_DAYS * DAY_MS
    data = {"found": found, "days": ERASURE_WAIT_DAYS, "until": view.desk.clock.now_ms() + days_ms}
    return Sheet("portal/erase.html", data)


def _part(view: View) -> Answer:
    said = view.fields(Parting)
    privacy.erasing(view.desk).ask(
        view.advocate_id,
        at_once=said.when == "at_once",
        subject=view.person.subject,
        receipt=lambda _: view.claim(ERASE),
    )
    return Go(ERASE, "note.parting")


def _stay(view: View) -> Answer:
    privacy.erasing(view.desk).take_back(view.advocate_id, lambda _: view.claim(HERE))
    return Go(HERE, "note.staying")
