"""Introductions over the API: what a programme's form asks, who was introduced, and for what.

An advocate sees that somebody was introduced and what is public of it, never the person's data
again; who works with leads sees all of it. Remembered answers hold no personal field.
"""

from typing import TYPE_CHECKING, Literal

from goodword.errors import InvalidInput
from goodword.journeys.copied import CrmCopy
from goodword.journeys.introducing import Friend, Introducing
from goodword.journeys.introduction import (
    Budget,
    Introduction,
    Question,
    ReferralForm,
    SaidOfFriend,
    Timing,
)
from goodword.limits import INTRODUCTION_LINE_MAX, INTRODUCTION_NOTE_MAX
from goodword.ports import Desk, Page, Store
from goodword.privacy.model import EMAIL_LENGTH_MAX, PersonalFields, clean_email
from goodword.records import Value
from goodword.times import rfc3339
from pydantic import Field

from goodword_aws import wiring
from goodword_aws.advocates import PersonName
from goodword_aws.calls import Call, Role
from goodword_aws.forms import ProgramId

if TYPE_CHECKING:
    from goodword_aws.http import Api  # the pages do without its resolver

PERSON: frozenset[Role] = frozenset({"advocate"})
WRITERS: frozenset[Role] = frozenset({"marketer", "admin"})
Language = Literal["en", "de"]


class SetReferralForm(Value):
    """Whether the form is open, and what it asks; what is left out is not asked."""

    is_open: bool
    asks: dict[Question, Literal["required", "optional"]] = {}


class ReferralFormAnswer(Value):
    """What a programme asks whoever introduces somebody."""

    program_id: str
    is_open: bool
    asks: dict[Question, Literal["required", "optional"]]


class Introduce(Value):
    """Who is introduced, and the answers of the form. `agreed`: the person wants to be contacted.

    `language` is the one in which the person is told of it.
    """

    program_id: ProgramId
    email: str = Field(max_length=EMAIL_LENGTH_MAX, repr=False)
    name: PersonName = Field(default="", repr=False)
    language: Language = "en"
    agreed: bool
    company: str = Field(default="", max_length=2 * INTRODUCTION_LINE_MAX, repr=False)
    role: str = Field(default="", max_length=2 * INTRODUCTION_LINE_MAX, repr=False)
    need: str = Field(default="", max_length=2 * INTRODUCTION_NOTE_MAX, repr=False)
    note: str = Field(default="", max_length=2 * INTRODUCTION_NOTE_MAX, repr=False)
    timing: Timing = "unknown"
    budget: Budget = "unknown"

    @property
    def friend(self) -> Friend:
        """The same for the use case. Raises InvalidInput `bad_email`."""
        fields = PersonalFields(email=clean_email(self.email), name=self.name, locale=self.language)
        said = SaidOfFriend(company=self.company, role=self.role, need=self.need, note=self.note)
        return Friend(
            fields=fields,
            agreed=self.agreed,
            said=said,
            timing=self.timing,
            budget=self.budget,
        )


class MyIntroductionAnswer(Value):
    """One of one's own: that it was made, and the lead that it is."""

    id: str
    program_id: str
    conversion_id: str
    timing: Timing
    budget: Budget
    made_at: str


class IntroductionAnswer(MyIntroductionAnswer):
    """The same for staff, with whose it is; `forgotten_at` says since when nothing is left."""

    advocate_id: str
    forgotten_at: str | None


class LeadCopyAnswer(Value):
    """What a CRM was told of it: under which id it is there, since when, or why not yet."""

    source_id: str
    record_id: str | None
    written_at: str | None
    problem: str
    next_at: str | None


class IntroductionDetail(Value):
    """Who was introduced, and what was said; all empty once the person was forgotten."""

    introduction: IntroductionAnswer
    name: str = Field(repr=False)
    email: str = Field(repr=False)
    language: str
    company: str = Field(repr=False)
    role: str = Field(repr=False)
    need: str = Field(repr=False)
    note: str = Field(repr=False)
    crm: tuple[LeadCopyAnswer, ...]


def introducing(desk: Desk) -> Introducing:
    """The use cases; they seal and open what is said of people."""
    return Introducing(desk, wiring.vault(), wiring.texts(), wiring.blind_index())


def form_answer(form: ReferralForm) -> ReferralFormAnswer:
    """As it is shown."""
    asks = dict(form.asks)
    return ReferralFormAnswer(program_id=form.program_id, is_open=form.is_open, asks=asks)


def my_introduction(one: Introduction) -> MyIntroductionAnswer:
    """As its advocate sees it."""
    return MyIntroductionAnswer(
        id=one.introduction_id,
        program_id=one.program_id,
        conversion_id=one.conversion_id,
        timing=one.timing,
        budget=one.budget,
        made_at=rfc3339(one.made_ms),
    )


def introduction_answer(one: Introduction) -> IntroductionAnswer:
    """As staff see it."""
    gone = None if one.forgotten_ms is None else rfc3339(one.forgotten_ms)
    return IntroductionAnswer(
        **my_introduction(one).model_dump(), advocate_id=one.advocate_id, forgotten_at=gone
    )


def introduction_detail(desk: Desk, introduction_id: str) -> IntroductionDetail:
    """One, opened."""
    cases = introducing(desk)
    one = cases.read(introduction_id)
    fields, said = cases.opened(one)
    return IntroductionDetail(
        introduction=introduction_answer(one),
        name=fields.name,
        email=fields.email,
        language=fields.locale,
        crm=lead_copies(desk.store, one),
        **said.model_dump(),
    )


def lead_copies(store: Store, one: Introduction) -> tuple[LeadCopyAnswer, ...]:
    """What the CRMs were told of an introduction."""
    found = store.query(CrmCopy, "core", one.key.pk, "C#").rows
    return tuple(
        LeadCopyAnswer(
            source_id=copy.source_id,
            record_id=copy.record_id or None,
            written_at=None if copy.written_ms is None else rfc3339(copy.written_ms),
            problem=copy.problem,
            next_at=None if copy.next_ms is None else rfc3339(copy.next_ms),
        )
        for copy in found
    )


def add_introductions(api: "Api") -> None:
    """Register the routes."""
    api.route("GET", "/v1/me/referral-form", roles=PERSON, answer=ReferralFormAnswer, query=WHICH)(
        read_form
    )
    api.route(
        "POST",
        "/v1/me/introductions",
        roles=PERSON,
        body=Introduce,
        answer=MyIntroductionAnswer,
        status=201,
    )(introduce)
    api.route("GET", "/v1/me/introductions", roles=PERSON, answer=MyIntroductionAnswer, paged=True)(
        my_introductions
    )
    api.route(
        "GET",
        "/v1/advocates/introductions",
        roles=WRITERS,
        answer=IntroductionAnswer,
        paged=True,
        query=WHICH,
    )(list_introductions)
    api.route(
        "GET",
        "/v1/advocates/introductions/<introduction_id>",
        roles=WRITERS,
        answer=IntroductionDetail,
    )(read_introduction)
    api.route(
        "PUT",
        "/v1/advocates/referral-forms/<program_id>",
        roles=WRITERS,
        body=SetReferralForm,
        answer=ReferralFormAnswer,
    )(set_form)


WHICH = {"program_id": "of which programme"}


def read_form(call: Call) -> ReferralFormAnswer:
    """What the programme asks, and whether it takes introductions."""
    return form_answer(introducing(call.desk).form(call.query.get("program_id", "")[:64]))


def introduce(call: Call) -> MyIntroductionAnswer:
    """Introduce somebody who wants to be contacted: a lead of one's own, with its context.

    The person is written to, and can see, object to and erase what was said.
    """
    body: Introduce = call.body
    made = introducing(call.desk).introduce(
        call.advocate_id,
        body.program_id,
        body.friend,
        lambda one: call.claim(my_introduction(one)),
    )
    return my_introduction(made)


def my_introductions(call: Call) -> Page[MyIntroductionAnswer]:
    """Whom one has introduced, newest first; what became of the lead is its conversion's."""
    page = introducing(call.desk).of(call.advocate_id, call.page.limit, call.page.starting_after)
    return Page([my_introduction(one) for one in page.rows], page.cursor)


def list_introductions(call: Call) -> Page[IntroductionAnswer]:
    """The introductions of a programme, oldest first."""
    program_id = call.query.get("program_id", "")
    if not program_id:
        raise InvalidInput("program_id_missing", "say which programme: ?program_id=")
    page = introducing(call.desk).page(program_id, call.page.limit, call.page.starting_after)
    return Page([introduction_answer(one) for one in page.rows], page.cursor)


def read_introduction(call: Call) -> IntroductionDetail:
    """Who was introduced and what was said, for whoever follows it."""
    return introduction_detail(call.desk, call.path["introduction_id"])


def set_form(call: Call) -> ReferralFormAnswer:
    """Open or close the form of a programme, and say what it asks."""
    body: SetReferralForm = call.body
    form = ReferralForm(
        program_id=call.path["program_id"], is_open=body.is_open, asks=dict(body.asks)
    )
    kept = introducing(call.desk).set_form(form, lambda one: call.claim(form_answer(one)))
    return form_answer(kept)
