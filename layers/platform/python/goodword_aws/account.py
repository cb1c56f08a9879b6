"""The account page's side of the API: own fields, consents, everything held, and being erased.

Whose they are comes from the verified token only. Answers with personal fields are private: they
are not remembered, and a repeat changes nothing.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from goodword.ports import Desk
from goodword.privacy.consents import consents_of
from goodword.privacy.erasing import Erasure, obstacles
from goodword.privacy.exporting import Export
from goodword.privacy.model import Letters, Locale, PersonalFields, Zone
from goodword.privacy.profile import SORTS
from goodword.records import Value
from goodword.times import rfc3339
from pydantic import AfterValidator, Field

from goodword_aws import privacy
from goodword_aws.advocates import PersonName
from goodword_aws.calls import Call, Raw
from goodword_aws.payouts_answers import BalanceAnswer, balances_of
from goodword_aws.zones import is_zone

if TYPE_CHECKING:
    from goodword_aws.http import Api  # the pages do without its resolver


def _zone(text: str) -> str:
    if text and not is_zone(text):
        raise ValueError("must be a time zone such as Europe/Berlin")
    return text


KnownZone = Annotated[Zone, AfterValidator(_zone)]


class PutProfile(Value):
    """All of it: what is left out becomes what it was before anybody said anything."""

    name: PersonName = Field(default="", repr=False)
    locale: Locale = "en"
    time_zone: KnownZone = Field(default="", repr=False)
    letters: tuple[Letters, ...] = Field(default=SORTS, max_length=len(SORTS))


class ProfileAnswer(Value):
    """What one has said of oneself. `letters` are the sorts that one gets; others are needed."""

    name: str = Field(repr=False)
    email: str = Field(repr=False)
    locale: str
    time_zone: str = Field(repr=False)
    letters: tuple[Letters, ...]


class ConsentAnswer(Value):
    """What was agreed to, when, and until when; `withdrawn_at` is null while it holds."""

    what: Literal["terms", "rewards", "payouts"]
    program_id: str | None
    terms_version: int | None
    given_at: str
    withdrawn_at: str | None


class ConsentsAnswer(Value):
    """All of them, newest first."""

    data: tuple[ConsentAnswer, ...]


class ExportAnswer(Value):
    """The newest export: how far it is, and how many files it is saved in until when."""

    id: str
    state: Literal["gathering", "ready"]
    percent: int
    rows: int
    files: int
    asked_at: str
    until: str


class NewestExport(Value):
    """`export` is null when there is none, or it has expired."""

    export: ExportAnswer | None


class AskErasure(Value):
    """`at_once`: do not wait for money that is not paid yet; it is then paid to nobody."""

    at_once: bool = False


class ErasureAnswer(Value):
    """The newest wish; `look_at` is when it is carried out, or what is in the way looked at.

    From `until` on no money is waited for but what is on its way.
    """

    state: Literal["asked", "erasing", "done", "taken_back"]
    asked_at: str
    look_at: str
    until: str
    at_once: bool


class ErasureView(Value):
    """The wish if there is one, what is in the way now, and what one has."""

    erasure: ErasureAnswer | None
    waits_for: tuple[Literal["in_payout", "unpaid"], ...]
    balances: tuple[BalanceAnswer, ...]


def add_account(api: "Api") -> None:
    """Register the routes."""
    own: Mapping[str, Any] = {"roles": {"advocate"}}
    api.route("GET", "/v1/me/profile", answer=ProfileAnswer, **own)(read_profile)
    api.route("PUT", "/v1/me/profile", body=PutProfile, answer=ProfileAnswer, private=True, **own)(
        put_profile
    )
    api.route("GET", "/v1/me/consents", answer=ConsentsAnswer, **own)(read_consents)
    api.route("GET", "/v1/me/export", answer=NewestExport, **own)(read_export)
    api.route("POST", "/v1/me/export", answer=ExportAnswer, status=202, **own)(ask_export)
    api.route("GET", "/v1/me/export/files/<number>", **own)(read_file)
    api.route("GET", "/v1/me/erasure", answer=ErasureView, **own)(read_erasure)
    api.route("POST", "/v1/me/erasure", body=AskErasure, answer=ErasureAnswer, status=202, **own)(
        ask_erasure
    )
    api.route("POST", "/v1/me/erasure/withdraw", answer=ErasureAnswer, **own)(take_back)


def read_profile(call: Call) -> ProfileAnswer:
    """What one has said of oneself."""
    return profile_answer(privacy.profiles(call.desk).read(call.advocate_id))


def put_profile(call: Call) -> ProfileAnswer:
    """Say it anew. Private: the answer is not remembered, a repeat changes nothing."""
    said: PutProfile = call.body
    after = privacy.profiles(call.desk).change(
        call.advocate_id,
        name=said.name,
        locale=said.locale,
        zone=said.time_zone,
        letters=said.letters,
    )
    return profile_answer(after)


def read_consents(call: Call) -> ConsentsAnswer:
    """What one agreed to and took back, with dates."""
    rows = consents_of(call.desk.store, call.advocate_id)
    return ConsentsAnswer(data=tuple(ConsentAnswer(**privacy.consent_row(one)) for one in rows))


def read_export(call: Call) -> NewestExport:
    """How far the newest export is."""
    found = privacy.exports(call.desk).of(call.advocate_id)
    return NewestExport(export=export_answer(found) if found else None)


def ask_export(call: Call) -> ExportAnswer:
    """Gather everything that is held; while that goes on, asking again begins no other."""
    made = privacy.exports(call.desk).ask(
        call.advocate_id, lambda done: call.claim(export_answer(done))
    )
    return export_answer(made)


def read_file(call: Call) -> Raw:
    """One file of the finished export, as JSON."""
    return export_file(call.desk, call.advocate_id, call.path["number"])


def read_erasure(call: Call) -> ErasureView:
    """Whether one has asked to be erased, and what is in the way."""
    return erasure_view(call.desk, call.advocate_id)


def ask_erasure(call: Call) -> ErasureAnswer:
    """Ask to be erased after some days; it can be taken back until then."""
    asked = privacy.erasing(call.desk).ask(
        call.advocate_id,
        at_once=call.body.at_once,
        subject=call.principal.subject,
        receipt=lambda done: call.claim(erasure_answer(done)),
    )
    return erasure_answer(asked)


def take_back(call: Call) -> ErasureAnswer:
    """Stay."""
    after = privacy.erasing(call.desk).take_back(
        call.advocate_id, lambda done: call.claim(erasure_answer(done))
    )
    return erasure_answer(after)


# --- what pages show as well -----------------------------------------------------------------


def profile_answer(fields: PersonalFields) -> ProfileAnswer:
    """The fields as an answer, without where somebody is paid."""
    return ProfileAnswer(
        name=fields.name,
        email=fields.email,
        locale=fields.locale,
        time_zone=fields.zone,
        letters=tuple(one for one in SORTS if one not in fields.muted),
    )


def export_answer(export: Export) -> ExportAnswer:
    """An export as an answer."""
    return ExportAnswer(
        id=export.export_id,
        state=export.state,
        percent=export.percent,
        rows=export.rows,
        files=export.files if export.state == "ready" else 0,
        asked_at=rfc3339(export.asked_ms),
        until=rfc3339(export.until_ms),
    )


def export_file(desk: Desk, advocate_id: str, number: str) -> Raw:
    """A file to save; a number that is none finds none."""
    wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0
    found = privacy.exports(desk).file(advocate_id, wanted)
    name = f"goodword-{found['file']}-of-{found['files']}.json"
    return Raw(privacy.file_bytes(found), "application/json; charset=utf-8", name)


def erasure_answer(erasure: Erasure) -> ErasureAnswer:
    """A wish as an answer."""
    return ErasureAnswer(
        state=erasure.state,
        asked_at=rfc3339(erasure.asked_ms),
        look_at=rfc3339(erasure.due_ms),
        until=rfc3339(erasure.until_ms),
        at_once=erasure.at_once,
    )


def erasure_view(desk: Desk, advocate_id: str) -> ErasureView:
    """The wish, the obstacles as things stand, and what one has."""
    work = privacy.erasing(desk)
    wish, balances = work.of(advocate_id), work.balances(advocate_id)
    return ErasureView(
        erasure=erasure_answer(wish) if wish else None,
        waits_for=(
            wish.waits_for(balances, desk.clock.now_ms())
            if wish
            else obstacles(balances, at_once=False)
        ),
        balances=balances_of(desk.store, advocate_id).data,
    )
