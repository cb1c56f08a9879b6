"""The API of people: `/v1/me` is the caller and nobody else, whatever the request says.

Whose data a `/v1/me` route touches comes from the verified token only. Staff routes name an
advocate in the path and show no personal field but a masked address, to marketers and admins.
"""

from goodword.advocates.links import Links
from goodword.errors import NotFound
from goodword.payouts.statement import Statement
from goodword.ports import Page
from goodword.privacy.model import PersonalFields, clean_email
from goodword.programs.announcing import Announcing
from goodword.programs.effective import active_program, version_in_force
from goodword_aws import advocates as shapes
from goodword_aws import earnings, explanations
from goodword_aws import programs_terms as terms
from goodword_aws.account import add_account
from goodword_aws.advocates_board import add_board
from goodword_aws.advocates_offer import OfferAnswer, offer_answer
from goodword_aws.advocates_recognition import add_recognised
from goodword_aws.advocates_segments import add_segments, listed
from goodword_aws.advocates_shown import add_shown
from goodword_aws.calls import Call, Raw, Role
from goodword_aws.http import Api
from goodword_aws.journeys_introductions import add_introductions
from goodword_aws.payouts_answers import statement_as, statement_pages
from goodword_aws.programs_versions import AcknowledgementAnswer, acknowledgement_answer
from goodword_aws.rewards_mine import add_hand_outs
from goodword_aws.wiring import require

require(
    "core_table",
    "journal_table",
    "keys_table",
    "vault_key_arn",
    "index_secret_arn",
    "public_url",
    "page_secret_arn",
)

PERSON: frozenset[Role] = frozenset({"advocate"})
WRITERS: frozenset[Role] = frozenset({"marketer", "admin"})
READERS: frozenset[Role] = frozenset({"marketer", "admin", "finance"})

LOCALE = {"locale": "the language of the sentences, en or de; without it the person's own"}

api = Api("advocates")
add_shown(api)
add_account(api)
add_segments(api)
add_introductions(api)
add_recognised(api)
add_board(api)
add_hand_outs(api)


@api.route("GET", "/v1/me", roles=PERSON, answer=shapes.DashboardAnswer)
def read_me(call: Call) -> shapes.DashboardAnswer:
    """The dashboard; empty for somebody who has not joined yet."""
    return shapes.dashboard(call.desk, call.principal.advocate_id)


@api.route("GET", "/v1/me/programs/<program_id>", roles=PERSON, answer=OfferAnswer)
def read_offer(call: Call) -> OfferAnswer:
    """What one would accept, or has accepted: the public part of the terms in force."""
    program = active_program(call.desk.store, call.path["program_id"])
    now_ms = call.desk.clock.now_ms()
    return offer_answer(version_in_force(call.desk.store, program.program_id, now_ms))


@api.route(
    "POST",
    "/v1/me/enrolments",
    roles=PERSON,
    body=shapes.Enrol,
    answer=shapes.EnrolmentAnswer,
    status=201,
)
def enrol(call: Call) -> shapes.EnrolmentAnswer:
    """Join, ask to join, or accept an invitation."""
    body: shapes.Enrol = call.body
    enrolment = shapes.enrolments(call.desk).enrol(
        shapes.sign_in(call.principal),
        body.program_id,
        accept_version=body.accept_terms_version,
        name=body.name,
        locale=body.locale,
        receipt=lambda made: call.claim(shapes.enrolment_answer(made)),
    )
    return shapes.enrolment_answer(enrolment)


@api.route(
    "POST",
    "/v1/me/enrolments/<program_id>/leave",
    roles=PERSON,
    answer=shapes.EnrolmentAnswer,
)
def leave(call: Call) -> shapes.EnrolmentAnswer:
    """Leave a programme; what was earned stays due."""
    enrolment = shapes.enrolments(call.desk).leave(
        call.advocate_id,
        call.path["program_id"],
        lambda made: call.claim(shapes.enrolment_answer(made)),
    )
    return shapes.enrolment_answer(enrolment)


@api.route("GET", "/v1/me/links", roles=PERSON, answer=shapes.LinkAnswer, paged=True)
def list_my_links(call: Call) -> Page[shapes.LinkAnswer]:
    """Own links, oldest first."""
    return _links(call, call.advocate_id)


@api.route(
    "POST",
    "/v1/me/links",
    roles=PERSON,
    body=shapes.MakeLink,
    answer=shapes.LinkAnswer,
    status=201,
)
def make_my_link(call: Call) -> shapes.LinkAnswer:
    """A further link of one's own."""
    return _make_link(call, call.advocate_id)


@api.route("GET", "/v1/me/rewards", roles=PERSON, answer=earnings.MyReward, paged=True)
def list_my_rewards(call: Call) -> Page[earnings.MyReward]:
    """Own rewards in plain words, newest first."""
    page = call.page
    return earnings.my_rewards(call.desk, call.advocate_id, page.limit, page.starting_after)


@api.route("GET", "/v1/me/referrals", roles=PERSON, answer=earnings.MyReferral, paged=True)
def list_my_referrals(call: Call) -> Page[earnings.MyReferral]:
    """The conversions that earned something, newest first, without anything about the friend."""
    page = call.page
    return earnings.my_referrals(call.desk, call.advocate_id, page.limit, page.starting_after)


@api.route(
    "GET",
    "/v1/me/rewards/<reward_id>/explanation",
    roles=PERSON,
    answer=explanations.MyExplanation,
    query=LOCALE,
)
def explain_my_reward(call: Call) -> explanations.MyExplanation:
    """Why an own reward is what it is, in words."""
    reward_id = call.path["reward_id"]
    return explanations.my_reward(call.desk, call.advocate_id, reward_id, _locale(call))


@api.route(
    "GET",
    "/v1/me/conversions",
    roles=PERSON,
    answer=explanations.MyUnrewarded,
    paged=True,
    query=LOCALE,
)
def list_my_unrewarded(call: Call) -> Page[explanations.MyUnrewarded]:
    """Conversions that earned nothing, newest first, each with its reason."""
    page, locale = call.page, _locale(call)
    return explanations.my_unrewarded(
        call.desk, call.advocate_id, locale, page.limit, page.starting_after
    )


@api.route(
    "GET",
    "/v1/me/conversions/<conversion_id>/explanation",
    roles=PERSON,
    answer=explanations.MyExplanation,
    query=LOCALE,
)
def explain_my_conversion(call: Call) -> explanations.MyExplanation:
    """Why a conversion earned what it did, or nothing, in words."""
    conversion_id = call.path["conversion_id"]
    return explanations.my_conversion(call.desk, call.advocate_id, conversion_id, _locale(call))


@api.route(
    "GET",
    "/v1/me/programs/<program_id>/examples",
    roles=PERSON,
    answer=explanations.ExamplesAnswer,
    query=LOCALE,
)
def read_my_examples(call: Call) -> explanations.ExamplesAnswer:
    """Worked examples of the terms in force, for whoever thinks of joining, too."""
    program = active_program(call.desk.store, call.path["program_id"])
    now_ms = call.desk.clock.now_ms()
    own = call.principal.advocate_id
    version = version_in_force(call.desk.store, program.program_id, now_ms, own)
    return explanations.examples_answer(version, _locale(call))


@api.route(
    "GET",
    "/v1/me/programs/<program_id>/terms",
    roles=PERSON,
    answer=terms.MyTermsAnswer,
    query=LOCALE,
)
def read_my_terms(call: Call) -> terms.MyTermsAnswer:
    """What holds for oneself now, and what is coming, both with worked examples."""
    advocate_id = call.principal.advocate_id
    return terms.my_terms(call.desk, call.path["program_id"], advocate_id, _locale(call))


@api.route(
    "POST",
    "/v1/me/programs/<program_id>/acknowledgements",
    roles=PERSON,
    body=terms.Acknowledge,
    answer=AcknowledgementAnswer,
    status=201,
)
def acknowledge(call: Call) -> AcknowledgementAnswer:
    """Say that one has read a version; nothing depends on it."""
    said = Announcing(call.desk).acknowledge(
        call.advocate_id,
        call.path["program_id"],
        call.body.version,
        lambda made: call.claim(acknowledgement_answer(made)),
    )
    return acknowledgement_answer(said)


@api.route("GET", "/v1/me/payouts", roles=PERSON, answer=Statement, paged=True)
def list_my_payouts(call: Call) -> Page[Statement]:
    """Own payouts with what they are made of, newest first."""
    page = call.page
    return statement_pages(call.desk.store, call.advocate_id, page.limit, page.starting_after)


@api.route(
    "GET",
    "/v1/me/payouts/<payout_id>/statement",
    roles=PERSON,
    answer=Statement,
    query={"format": "json (default), csv or html"},
)
def read_my_statement(call: Call) -> Statement | Raw:
    """One own payment, as JSON or as a file for a spreadsheet."""
    found = earnings.my_statement(call.desk, call.advocate_id, call.path["payout_id"])
    return statement_as(found, call.query.get("format", "json"))


@api.route("GET", "/v1/me/payout-method", roles=PERSON, answer=shapes.MethodAnswer)
def read_my_method(call: Call) -> shapes.MethodAnswer:
    """How one is paid, masked."""
    return shapes.method_answer(*shapes.methods(call.desk).read(call.advocate_id))


@api.route(
    "PUT",
    "/v1/me/payout-method",
    roles=PERSON,
    body=shapes.PutPayoutMethod,
    answer=shapes.MethodAnswer,
    private=True,
)
def put_my_method(call: Call) -> shapes.MethodAnswer:
    """Say how to be paid. Private: the answer is not remembered, a repeat changes nothing."""
    body: shapes.PutPayoutMethod = call.body
    method, kept = shapes.methods(call.desk).put(call.advocate_id, body.rail, body.destination)
    return shapes.method_answer(method, kept)


@api.route(
    "POST",
    "/v1/advocates",
    roles=WRITERS,
    body=shapes.Invite,
    answer=shapes.EnrolmentAnswer,
    status=201,
)
def invite(call: Call) -> shapes.EnrolmentAnswer:
    """Invite an address into a programme."""
    body: shapes.Invite = call.body
    fields = PersonalFields(email=clean_email(body.email), name=body.name, locale=body.locale)
    enrolment = shapes.enrolments(call.desk).invite(
        body.program_id, fields, lambda made: call.claim(shapes.enrolment_answer(made))
    )
    return shapes.enrolment_answer(enrolment)


@api.route(
    "GET",
    "/v1/advocates",
    roles=READERS,
    answer=shapes.AdvocateRow,
    paged=True,
    query={
        "program_id": "the programme whose advocates are listed",
        "segment": "only those of this segment now",
    },
)
def list_advocates(call: Call) -> Page[shapes.AdvocateRow]:
    """The advocates of one programme, oldest first, or of one of its segments."""
    page, now_ms = listed(call), call.desk.clock.now_ms()
    rows = [shapes.advocate_row(one, _address(call, one.advocate_id), now_ms) for one in page.rows]
    return Page(rows, page.cursor)


@api.route("GET", "/v1/advocates/<advocate_id>", roles=READERS, answer=shapes.AdvocateAnswer)
def read_advocate(call: Call) -> shapes.AdvocateAnswer:
    """One advocate as they see themselves, with the masked address."""
    found = shapes.dashboard(call.desk, call.path["advocate_id"])
    if found.advocate_id is None:
        raise NotFound("unknown_advocate", "there is no such advocate")
    return shapes.advocate_answer(found, _address(call, found.advocate_id))


@api.route(
    "GET",
    "/v1/advocates/<advocate_id>/links",
    roles=READERS,
    answer=shapes.LinkAnswer,
    paged=True,
)
def list_links(call: Call) -> Page[shapes.LinkAnswer]:
    """The links of one advocate, oldest first."""
    return _links(call, call.path["advocate_id"])


@api.route(
    "POST",
    "/v1/advocates/<advocate_id>/links",
    roles=WRITERS,
    body=shapes.MakeLink,
    answer=shapes.LinkAnswer,
    status=201,
)
def make_link(call: Call) -> shapes.LinkAnswer:
    """A further link for an advocate."""
    return _make_link(call, call.path["advocate_id"])


@api.route(
    "POST",
    "/v1/advocates/<advocate_id>/enrolments/<program_id>/state",
    roles=WRITERS,
    body=shapes.SetEnrolmentState,
    answer=shapes.EnrolmentAnswer,
)
def set_enrolment_state(call: Call) -> shapes.EnrolmentAnswer:
    """Approve, pause, reactivate or decline, with the person's links. Bans: `POST /v1/bans`."""
    body: shapes.SetEnrolmentState = call.body
    enrolment = shapes.enrolments(call.desk).set_state(
        call.path["advocate_id"],
        call.path["program_id"],
        body.state,
        body.reason,
        lambda made: call.claim(shapes.enrolment_answer(made)),
    )
    return shapes.enrolment_answer(enrolment)


def _locale(call: Call) -> str:
    """The language asked for, else the person's own, English for who has not joined."""
    asked = call.query.get("locale", "")
    own = call.principal.advocate_id
    if asked or own is None:
        return explanations.spoken(asked)
    return explanations.spoken(shapes.locale_of(call.desk, own))


def _links(call: Call, advocate_id: str) -> Page[shapes.LinkAnswer]:
    page = Links(call.desk).page(advocate_id, call.page.limit, call.page.starting_after)
    return Page([shapes.link_answer(link) for link in page.rows], page.cursor)


def _make_link(call: Call, advocate_id: str) -> shapes.LinkAnswer:
    body: shapes.MakeLink = call.body
    link = Links(call.desk).create(
        advocate_id,
        body.program_id,
        body.wish,
        lambda made: call.claim(shapes.link_answer(made)),
    )
    return shapes.link_answer(link)


def _address(call: Call, advocate_id: str) -> str | None:
    """The masked address, for those who may see it."""
    if not call.principal.groups & WRITERS:
        return None
    return shapes.masked_email(call.desk, advocate_id)


handler = api
