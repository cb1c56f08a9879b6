"""How people, links and dashboards are written and seen over the API, with their real adapters.

No answer that may be remembered (`Call.claim`) holds a personal field; masked ones are private.
"""

import io
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import segno
from goodword.advocates.dashboard import Dashboard, MoneyView, dashboard_of, read_summary
from goodword.advocates.destination import mask_email, masked
from goodword.advocates.links import LinkWish
from goodword.advocates.methods import PayoutMethods
from goodword.advocates.model import Enrolment, EnrolmentState, Link, PayoutMethod
from goodword.advocates.people import People, SignIn, read_advocate
from goodword.advocates.service import Enrolments, StaffMove
from goodword.money import Money
from goodword.payouts.choice import Waiting
from goodword.payouts.due import listed_due
from goodword.ports import Desk
from goodword.privacy.model import Locale
from goodword.programs.life import Coming
from goodword.programs.payment import RailName
from goodword.records import Value
from goodword.times import rfc3339
from pydantic import Field, StringConstraints

from goodword_aws import wiring
from goodword_aws.calls import Principal
from goodword_aws.forms import Instant, Label, ProgramId, ReasonCode, instant_ms
from goodword_aws.pages.embed import embed_token
from goodword_aws.payouts_rule import PayoutRule, payout_rule
from goodword_aws.settings import settings

PersonName = Annotated[
    str,
    StringConstraints(max_length=200, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$"),
]
QR_SCALE = 8  # pixels of one module


class Invite(Value):
    """Staff invite an address into a programme."""

    program_id: ProgramId
    email: str = Field(max_length=254, repr=False)
    name: PersonName = Field(default="", repr=False)
    locale: Locale = "en"


class Enrol(Value):
    """The signed-in person joins on terms that were shown, with the duty to disclose."""

    program_id: ProgramId
    accept_terms_version: int = Field(ge=1)
    disclosure_acknowledged: Literal[True]
    name: PersonName = Field(default="", repr=False)
    locale: Locale = "en"


class SetEnrolmentState(Value):
    """Staff approve, pause, reactivate or decline."""

    state: StaffMove
    reason: ReasonCode


class MakeLink(Value):
    """A further link; whatever is left out comes from the programme's terms."""

    program_id: ProgramId
    destination: str | None = Field(default=None, max_length=2048)
    label: Label = ""
    vanity: str | None = Field(default=None, max_length=20)
    expires_at: Instant | None = None

    @property
    def wish(self) -> LinkWish:
        """The same for the domain."""
        return LinkWish(
            destination=self.destination,
            label=self.label,
            vanity=self.vanity,
            expires_ms=instant_ms(self.expires_at),
        )


class PutPayoutMethod(Value):
    """`csv` takes name and iban, `simulator` takes receiver."""

    rail: RailName
    destination: dict[str, Annotated[str, StringConstraints(max_length=200)]] = Field(
        max_length=5, repr=False
    )


class EnrolmentAnswer(Value):
    """Somebody's place in a programme, by ids."""

    advocate_id: str
    program_id: str
    state: EnrolmentState
    terms_accepted: int
    reason: str
    created_at: str
    changed_at: str


class LinkAnswer(Value):
    """A link. `url` is what is shared; the same `code` may be typed at a checkout."""

    id: str
    code: str
    url: str
    qr_url: str
    program_id: str
    state: Literal["active", "paused"]
    destination: str
    label: str
    created_at: str
    expires_at: str | None


class MoneyAnswer(Value):
    """One currency in the advocate's four words; `minimum_progress` is in percent.

    `in_payout` is the part of `ready` that is in a payout already. `waits_for` is a reason code:
    why no payout would pay any of it as things stand; `next_payout_at` is the first cut-off that
    would, else the programme's next.
    """

    pending: Money
    on_hold: Money
    ready: Money
    in_payout: Money
    paid: Money
    minimum: Money
    minimum_progress: int
    waits_for: Waiting | None
    next_payout_at: str


class ProgramCard(Value):
    """One programme on the dashboard; `coming_version` replaces `terms_version` at `coming_at`.

    `next_payout_at` is the earliest of its currencies; `since` is since when it has its state.
    """

    program_id: str
    name: str
    brand: str
    state: EnrolmentState
    since: str
    terms_version: int
    terms_accepted: int
    clicks: int
    leads: int
    sales: int
    money: list[MoneyAnswer]
    next_payout_at: str
    payout_rule: PayoutRule
    disclosure: str
    segments: tuple[str, ...]
    coming_version: int | None
    coming_at: str | None


class DashboardAnswer(Value):
    """The first page. `advocate_id` is null for somebody who has not joined anything yet."""

    advocate_id: str | None
    payout_method: str | None
    programs: list[ProgramCard]


class MethodAnswer(Value):
    """How one is paid, the destination masked; null once the person's data is erased."""

    rail: RailName
    destination: dict[str, str] | None = Field(repr=False)
    changed_at: str


class AdvocateRow(Value):
    """One advocate in a staff list; the masked address is for marketers and admins only."""

    id: str
    program_id: str
    state: EnrolmentState
    created_at: str
    segments: tuple[str, ...]
    email: str | None = Field(repr=False)


class EmbedAnswer(Value):
    """An address for a frame of one's own page, and until when it may be opened."""

    url: str = Field(repr=False)
    expires_at: str


class AdvocateAnswer(DashboardAnswer):
    """One advocate as staff see them."""

    email: str | None = Field(repr=False)


def embed_answer(desk: Desk, advocate_id: str) -> EmbedAnswer:
    """A fresh address of the advocate's embedded view. NotFound for somebody unknown."""
    read_advocate(desk.store, advocate_id)
    secret = wiring.secrets().read(settings().page_secret_arn)[0]
    token, ends_ms = embed_token(secret, advocate_id, desk.clock.now_ms())
    url = f"{settings().public_url.rstrip('/')}/embed/{token}"
    return EmbedAnswer(url=url, expires_at=rfc3339(ends_ms))


def people(desk: Desk) -> People:
    """Finding and making people, with what this process remembers."""
    return People(desk, wiring.blind_index(), wiring.vault())


def enrolments(desk: Desk) -> Enrolments:
    """The use cases of taking part."""
    return Enrolments(desk, people(desk))


def methods(desk: Desk) -> PayoutMethods:
    """The use cases of payout methods."""
    return PayoutMethods(desk, wiring.blind_index(), wiring.vault())


def sign_in(principal: Principal) -> SignIn:
    """The principal for the domain."""
    return SignIn(principal.subject, principal.email or None, principal.email_verified)


def dashboard(desk: Desk, advocate_id: str | None) -> DashboardAnswer:
    """One read of the advocate's summary; somebody without an id gets the empty page."""
    now_ms = desk.clock.now_ms()
    records = read_summary(desk.store, advocate_id) if advocate_id else ()
    found = dashboard_of(
        records,
        lambda one: wiring.shelf().version(one, now_ms, advocate_id),
        now_ms,
        lambda country: wiring.blind_index().mac("country", country),
        lambda balance: listed_due(desk.store, balance),
    )
    changes = {
        one.program_id: wiring.shelf().coming(one.program_id, now_ms, advocate_id)
        for one in found.programs
    }
    return DashboardAnswer(**_dashboard(found, changes))


def advocate_answer(dashboard: DashboardAnswer, email: str | None) -> AdvocateAnswer:
    """The dashboard with the masked address."""
    return AdvocateAnswer(**dict(dashboard), email=email)


def masked_email(desk: Desk, advocate_id: str) -> str | None:
    """The person's address as staff may see it, None once they are forgotten."""
    fields = methods(desk).fields(advocate_id)
    return mask_email(fields.email) if fields and fields.email else None


def locale_of(desk: Desk, advocate_id: str) -> str:
    """The language that the person chose, English once they are forgotten."""
    fields = methods(desk).fields(advocate_id)
    return fields.locale if fields else "en"


def enrolment_answer(enrolment: Enrolment) -> EnrolmentAnswer:
    """An enrolment as an answer."""
    return EnrolmentAnswer(
        advocate_id=enrolment.advocate_id,
        program_id=enrolment.program_id,
        state=enrolment.state,
        terms_accepted=enrolment.terms_accepted,
        reason=enrolment.reason,
        created_at=rfc3339(enrolment.created_ms),
        changed_at=rfc3339(enrolment.changed_ms),
    )


def advocate_row(enrolment: Enrolment, email: str | None, now_ms: int) -> AdvocateRow:
    """An enrolment in a staff list."""
    return AdvocateRow(
        id=enrolment.advocate_id,
        program_id=enrolment.program_id,
        state=enrolment.state,
        created_at=rfc3339(enrolment.created_ms),
        segments=enrolment.segments_at(now_ms),
        email=email,
    )


def link_url(code: str) -> str:
    """What a shopper opens."""
    return f"{settings().public_url.rstrip('/')}/r/{code}"


def link_answer(link: Link) -> LinkAnswer:
    """A link as an answer."""
    return LinkAnswer(
        id=link.link_id,
        code=link.code,
        url=link_url(link.code),
        qr_url=f"{settings().public_url.rstrip('/')}/v1/links/{link.code}/qr",
        program_id=link.program_id,
        state=link.state,
        destination=link.destination,
        label=link.label,
        created_at=rfc3339(link.created_ms),
        expires_at=None if link.expires_ms is None else rfc3339(link.expires_ms),
    )


def qr_svg(code: str) -> bytes:
    """The link as a QR code. Medium error correction: it survives a crease or a thumb."""
    image = io.BytesIO()
    segno.make(link_url(code), error="m", micro=False).save(
        image, kind="svg", scale=QR_SCALE, xmldecl=True, title="Referral link", light="#ffffff"
    )
    return image.getvalue()


def method_answer(method: PayoutMethod, destination: dict[str, str]) -> MethodAnswer:
    """The method with its destination masked."""
    return MethodAnswer(
        rail=method.rail,
        destination=masked(destination),
        changed_at=rfc3339(method.changed_ms),
    )


def _dashboard(found: Dashboard, changes: Mapping[str, Sequence[Coming]]) -> dict[str, Any]:
    return {
        "advocate_id": found.advocate_id,
        "payout_method": found.payout_rail,
        "programs": [
            ProgramCard(
                **one.model_dump(exclude={"money", "next_payout_ms", "payment", "since_ms"}),
                since=rfc3339(one.since_ms),
                money=[_money(each) for each in one.money],
                next_payout_at=rfc3339(one.next_payout_ms),
                payout_rule=payout_rule(one.payment),
                **_next(changes[one.program_id]),
            )
            for one in found.programs
        ],
    }


def _next(changes: Sequence[Coming]) -> dict[str, Any]:
    """The next change of terms, if one is known."""
    soon = changes[0] if changes else None
    return {
        "coming_version": soon.version.number if soon else None,
        "coming_at": rfc3339(soon.at_ms) if soon else None,
    }


def _money(view: MoneyView) -> MoneyAnswer:
    amounts = {
        name: Money(amount_minor=getattr(view, f"{name}_minor"), currency=view.currency)
        for name in ("pending", "on_hold", "ready", "in_payout", "paid", "minimum")
    }
    return MoneyAnswer(
        **amounts,
        minimum_progress=view.minimum_progress,
        waits_for=view.waits_for,
        next_payout_at=rfc3339(view.next_payout_ms),
    )
