"""Disputes for advocates and staff, the review queue, bans and exemptions.

Whose dispute a `/v1/me` route touches comes from the verified token only. Money is let go by
finance, never by the person who gets it.
"""

from typing import Literal

from goodword.errors import InvalidInput, NotFound
from goodword.ports import Page
from goodword.rewards.model import reward_listing
from goodword.rewards.service import APPROVE_CODES, REFUSE_CODES
from goodword.times import parse_rfc3339
from goodword.trust.banning import BAN_CODES, Ban, Bans, ban_key
from goodword.trust.dispute import LEARNED_CODES, RESOLVE_CODES
from goodword.trust.exempting import EXEMPT_CODES, Exemptions
from goodword_aws import trust_answers as shapes
from goodword_aws import wiring
from goodword_aws.calls import Call, Role
from goodword_aws.http import Api
from goodword_aws.rewards import approval
from goodword_aws.trust import disputes, resolving
from goodword_aws.trust_ahead import BanAhead, ban_ahead
from goodword_aws.trust_learned import LearnedAnswer, learned_answer

wiring.require(
    "core_table",
    "journal_table",
    "arrivals_table",
    "keys_table",
    "vault_key_arn",
    "index_secret_arn",
)
handler = Api(service="trust")

PERSON: frozenset[Role] = frozenset({"advocate"})
READERS: frozenset[Role] = frozenset({"finance", "admin"})
DECIDERS: frozenset[Role] = frozenset({"finance"})
LOCALE = {"locale": "the language of the sentences, en (default) or de"}
PREVIEW = {"verdict": "approve or refuse", "reason_code": "the code to be given"} | LOCALE
LEARNED = {"program_id": "of which programme", "month": "such as 2026-11; this month if left out"}
WHOSE = {"advocate_id": "whose", "program_id": "in which programme"}
SINCE = {"since": "the instant from which on rewards would be cancelled"}


def _locale(call: Call) -> str:
    return call.query.get("locale", "")


# --- the advocate's side ----------------------------------------------------------------------


@handler.route(
    "POST",
    "/v1/me/disputes",
    roles=PERSON,
    body=shapes.OpenDispute,
    answer=shapes.DisputeAnswer,
    status=201,
)
def open_dispute(call: Call) -> shapes.DisputeAnswer:
    """Disagree with a reward, a payout, a hold or a ban, or miss an order."""
    made = disputes(call.desk).open(
        call.advocate_id,
        call.body.wish(),
        lambda done: call.claim(shapes.dispute_answer(done, to_staff=False)),
    )
    return shapes.dispute_answer(made, to_staff=False)


@handler.route(
    "GET",
    "/v1/me/disputes",
    roles=PERSON,
    answer=shapes.DisputeAnswer,
    paged=True,
    query=LOCALE,
)
def my_disputes(call: Call) -> Page[shapes.DisputeAnswer]:
    """One's own disputes, newest first."""
    page = disputes(call.desk).of(call.advocate_id, call.page.limit, call.page.starting_after)
    rows = [shapes.dispute_answer(one, _locale(call), to_staff=False) for one in page.rows]
    return Page(rows, page.cursor)


@handler.route(
    "GET",
    "/v1/me/disputes/<dispute_id>",
    roles=PERSON,
    answer=shapes.DisputeDetail,
    query=LOCALE,
)
def my_dispute(call: Call) -> shapes.DisputeDetail:
    """One's own dispute with its thread, and what was found for a missing order."""
    cases = disputes(call.desk)
    dispute = cases.own(call.path["dispute_id"], call.advocate_id)
    return shapes.dispute_detail(cases, dispute, _locale(call), to_staff=False)


@handler.route(
    "POST",
    "/v1/me/disputes/<dispute_id>/messages",
    roles=PERSON,
    body=shapes.Write,
    answer=shapes.DisputeAnswer,
)
def reply(call: Call) -> shapes.DisputeAnswer:
    """Write in one's own dispute."""
    cases, own = disputes(call.desk), call.advocate_id
    cases.own(call.path["dispute_id"], own)
    after = cases.write(
        call.path["dispute_id"],
        "advocate",
        own,
        call.body.text,
        lambda done: call.claim(shapes.dispute_answer(done, to_staff=False)),
    )
    return shapes.dispute_answer(after, to_staff=False)


@handler.route(
    "POST",
    "/v1/me/disputes/<dispute_id>/withdraw",
    roles=PERSON,
    answer=shapes.DisputeAnswer,
)
def withdraw(call: Call) -> shapes.DisputeAnswer:
    """Take one's own dispute back."""
    cases = disputes(call.desk)
    cases.own(call.path["dispute_id"], call.advocate_id)
    after = cases.withdraw(
        call.path["dispute_id"],
        lambda done: call.claim(shapes.dispute_answer(done, to_staff=False)),
    )
    return shapes.dispute_answer(after, to_staff=False)


@handler.route(
    "GET",
    "/v1/me/disputes/bans/<program_id>",
    roles=PERSON,
    answer=shapes.BanAnswer,
    query=LOCALE,
)
def my_ban(call: Call) -> shapes.BanAnswer:
    """The notice of one's own ban: reason, date, what stays, until when to appeal."""
    ban = _ban(call, call.advocate_id, call.path["program_id"])
    return shapes.ban_answer(ban, _locale(call)).but(banned_by="")


# --- the staff's side -------------------------------------------------------------------------


@handler.route("GET", "/v1/disputes", roles=READERS, answer=shapes.DisputeAnswer, paged=True)
def waiting_disputes(call: Call) -> Page[shapes.DisputeAnswer]:
    """Disputes that are not over, soonest due first."""
    page = disputes(call.desk).waiting(call.page.limit, call.page.starting_after)
    return Page([shapes.dispute_answer(one) for one in page.rows], page.cursor)


@handler.route("GET", "/v1/disputes/codes", roles=READERS)
def codes(_call: Call) -> dict[str, tuple[str, ...]]:
    """Every code that a decision of trust may give."""
    return {
        "approve": APPROVE_CODES,
        "refuse": REFUSE_CODES,
        "resolve": RESOLVE_CODES,
        "learned": LEARNED_CODES,
        "ban": BAN_CODES,
        "exempt": EXEMPT_CODES,
    }


@handler.route(
    "GET",
    "/v1/disputes/learned",
    roles=READERS,
    answer=LearnedAnswer,
    query=LEARNED,
)
def learned(call: Call) -> LearnedAnswer:
    """What each check held in a month, what people said of it, and what disputes taught."""
    return learned_answer(call.desk, call.query.get("program_id", ""), call.query.get("month", ""))


@handler.route(
    "GET",
    "/v1/disputes/<dispute_id>",
    roles=READERS,
    answer=shapes.DisputeDetail,
    query=LOCALE,
)
def dispute(call: Call) -> shapes.DisputeDetail:
    """One dispute: thread, evidence, and for a missing order the touches and deliveries."""
    cases = disputes(call.desk)
    found = cases.read(call.path["dispute_id"])
    return shapes.dispute_detail(cases, found, _locale(call), to_staff=True)


@handler.route(
    "POST",
    "/v1/disputes/<dispute_id>/messages",
    roles=DECIDERS,
    body=shapes.Write,
    answer=shapes.DisputeAnswer,
)
def answer(call: Call) -> shapes.DisputeAnswer:
    """Answer the advocate, or ask something back."""
    after = disputes(call.desk).answer(
        call.path["dispute_id"],
        call.body.text,
        call.principal.advocate_id,
        lambda done: call.claim(shapes.dispute_answer(done)),
    )
    return shapes.dispute_answer(after)


@handler.route(
    "POST",
    "/v1/disputes/<dispute_id>/resolve",
    roles=DECIDERS,
    body=shapes.Resolve,
    answer=shapes.DisputeAnswer,
)
def resolve(call: Call) -> shapes.DisputeAnswer:
    """Decide; what is granted is done in the same transaction."""
    after = resolving(call.desk).resolve(
        call.path["dispute_id"],
        call.body.ruling(wiring.mark_of(call.principal)),
        call.principal.advocate_id,
        lambda done: call.claim(shapes.dispute_answer(done)),
    )
    return shapes.dispute_answer(after)


# --- the review queue -------------------------------------------------------------------------


@handler.route("GET", "/v1/reviews", roles=READERS, answer=shapes.ReviewRow, paged=True)
def reviews(call: Call) -> Page[shapes.ReviewRow]:
    """Rewards on hold, soonest lapse first, with the checks that held them."""
    page = reward_listing(call.desk.store, None, call.page.limit, call.page.starting_after)
    return shapes.review_page(call.desk, page)


@handler.route("GET", "/v1/reviews/<reward_id>", roles=READERS, answer=shapes.ReviewDetail)
def review(call: Call) -> shapes.ReviewDetail:
    """The evidence side by side: order, touches, and every check with figures and weights."""
    return shapes.review_detail(call.desk, approval(call.desk.actor).find(call.path["reward_id"]))


@handler.route(
    "GET",
    "/v1/reviews/<reward_id>/preview",
    roles=READERS,
    answer=shapes.Preview,
    query=PREVIEW,
)
def preview(call: Call) -> shapes.Preview:
    """What the advocate will read after this decision; decide at `/v1/rewards/<id>/approve`."""
    verdict, code = call.query.get("verdict", ""), call.query.get("reason_code", "")
    known = {"approve": APPROVE_CODES, "refuse": REFUSE_CODES}.get(verdict)
    if known is None:
        raise InvalidInput("invalid_query", "verdict is approve or refuse")
    if code not in known:
        raise InvalidInput("unknown_reason_code", "the reason code is not one of the list")
    reward = approval(call.desk.actor).on_hold(call.path["reward_id"])
    state: Literal["approved", "rejected"] = "approved" if verdict == "approve" else "rejected"
    return shapes.preview(call.desk, reward, state, code, _locale(call))


# --- bans and exemptions ----------------------------------------------------------------------


@handler.route(
    "POST", "/v1/bans", roles=DECIDERS, body=shapes.BanBody, answer=shapes.BanAnswer, status=201
)
def ban(call: Call) -> shapes.BanAnswer:
    """Ban an advocate from a programme, by the code of conduct; what was earned since is voided."""
    body: shapes.BanBody = call.body
    made = Bans(call.desk).ban(
        body.advocate_id,
        body.program_id,
        body.reason_code,
        parse_rfc3339(body.since),
        call.principal.advocate_id,
        lambda done: call.claim(shapes.ban_answer(done)),
    )
    return shapes.ban_answer(made)


@handler.route("GET", "/v1/bans/preview", roles=READERS, answer=BanAhead, query=WHOSE | SINCE)
def preview_ban(call: Call) -> BanAhead:
    """What a ban since then would cancel, as the console shows it; ban at `POST /v1/bans`."""
    whose, where = call.query.get("advocate_id", ""), call.query.get("program_id", "")
    since_ms = parse_rfc3339(call.query.get("since", ""))
    return ban_ahead(whose, where, since_ms, Bans(call.desk).ahead(whose, where, since_ms))


@handler.route("GET", "/v1/bans", roles=READERS, answer=shapes.BanAnswer, query=WHOSE | LOCALE)
def read_ban(call: Call) -> shapes.BanAnswer:
    """The ban of one advocate in one programme, with the notice that they read."""
    found = _ban(call, call.query.get("advocate_id", ""), call.query.get("program_id", ""))
    return shapes.ban_answer(found, _locale(call))


@handler.route(
    "POST",
    "/v1/exemptions",
    roles=DECIDERS,
    body=shapes.ExemptBody,
    answer=shapes.ExemptionAnswer,
    status=201,
)
def exempt(call: Call) -> shapes.ExemptionAnswer:
    """Let checks only record for an advocate, until a day, for a reason."""
    body: shapes.ExemptBody = call.body
    given = Exemptions(call.desk).give(
        body.advocate_id,
        body.program_id,
        body.reason_code,
        parse_rfc3339(body.until),
        call.principal.advocate_id,
        lambda done: call.claim(shapes.exemption_answer(done)),
    )
    return shapes.exemption_answer(given)


@handler.route(
    "POST",
    "/v1/exemptions/end",
    roles=DECIDERS,
    body=shapes.EndExemption,
    answer=shapes.ExemptionAnswer,
)
def end_exemption(call: Call) -> shapes.ExemptionAnswer:
    """End an exemption now."""
    body: shapes.EndExemption = call.body
    ended = Exemptions(call.desk).end(
        body.advocate_id,
        body.program_id,
        lambda done: call.claim(shapes.exemption_answer(done)),
    )
    return shapes.exemption_answer(ended)


@handler.route("GET", "/v1/exemptions", roles=READERS, answer=shapes.ExemptionAnswer, query=WHOSE)
def read_exemption(call: Call) -> shapes.ExemptionAnswer:
    """The last exemption of one advocate in one programme."""
    found = Exemptions(call.desk).read(
        call.query.get("advocate_id", ""), call.query.get("program_id", "")
    )
    return shapes.exemption_answer(found)


def _ban(call: Call, advocate_id: str, program_id: str) -> Ban:
    found = call.desk.store.get(Ban, ban_key(advocate_id, program_id))
    if found is None:
        raise NotFound("not_banned", "there is no ban of this advocate in this programme")
    return found
