"""How disputes, reviews, bans and exemptions are asked for and answered over the API.

Texts that people wrote are in private answers only. Staff see the advocate by id.
"""

from typing import Annotated, Literal

from goodword.money import NaturalMinor, PositiveMinor
from goodword.ports import Desk, Page, Store
from goodword.programs.effective import version_in_force
from goodword.records import Value
from goodword.rewards.model import Reward, moved, reward_key
from goodword.rewards.words import status_of
from goodword.times import parse_rfc3339, rfc3339
from goodword.trust.banning import Ban
from goodword.trust.dispute import About, Dispute, GrantedOrder, Outcome
from goodword.trust.disputing import Disputes, Wish
from goodword.trust.model import Assessment, Exemption, assessments_of
from goodword.trust.resolving import Ruling
from goodword.trust.searching import Searched, for_advocate, search
from goodword.trust.words import Told, ban_told, dispute_told
from pydantic import Field, StringConstraints

from goodword_aws.earnings import StatusAnswer, words
from goodword_aws.explanations import spoken
from goodword_aws.forms import Instant, ProgramId, ReasonCode, instant_ms
from goodword_aws.rewards import Evidence, RewardAnswer, evidence_of, shown
from goodword_aws.trust import trust_words

SubjectId = Annotated[str, StringConstraints(pattern=r"^[a-z]{3}_[a-z0-9]{1,40}$")]
# A number or a short name of an order, never an address: it is kept as it is.
OrderNumber = Annotated[str, StringConstraints(pattern=r"^#?[A-Za-z0-9][A-Za-z0-9_.:/-]{0,79}$")]
Text = Annotated[str, Field(min_length=1, max_length=4_000, repr=False)]


class OpenDispute(Value):
    """What is disputed, and in own words why. A missing order is named by number and day."""

    program_id: ProgramId
    about: About
    text: Text
    subject_id: SubjectId | None = None
    order_number: OrderNumber | None = None
    ordered_at: Instant | None = None

    def wish(self) -> Wish:
        """The same for the use case."""
        return Wish(
            program_id=self.program_id,
            about=self.about,
            text=self.text,
            subject_id=self.subject_id or "",
            order_number=self.order_number or "",
            ordered_ms=instant_ms(self.ordered_at),
        )


class Write(Value):
    """One more message of the thread."""

    text: Text


class OrderSaid(Value):
    """An order that was never reported, as it was verified with the shop."""

    order_id: OrderNumber
    action: Literal["lead", "sale"] = "sale"
    net_minor: NaturalMinor = 0
    occurred_at: Instant
    source_id: SubjectId | None = None

    def granted(self) -> GrantedOrder:
        """The same for the use case."""
        return GrantedOrder(
            order_id=self.order_id,
            action=self.action,
            net_minor=self.net_minor,
            occurred_ms=parse_rfc3339(self.occurred_at),
            source_id=self.source_id or "",
        )


class Resolve(Value):
    """The outcome, its reason and what is to be learned; `GET /v1/disputes/codes` lists both.

    For a missing conversion the order is found by its number, `order_id` or `conversion_id`, or
    told in `order`. `amount_minor` is the part of a refused reward that `partly` grants.
    """

    outcome: Outcome
    reason_code: ReasonCode
    learned: ReasonCode
    order_id: OrderNumber | None = None
    conversion_id: SubjectId | None = None
    order: OrderSaid | None = None
    amount_minor: PositiveMinor | None = None

    def ruling(self, mark: str) -> Ruling:
        """The same for the use case; `mark` is the decider's mailbox."""
        return Ruling(
            outcome=self.outcome,
            reason=self.reason_code,
            learned=self.learned,
            order=self.order.granted() if self.order else None,
            order_id=self.order_id or "",
            conversion_id=self.conversion_id or "",
            amount_minor=self.amount_minor,
            mark=mark,
        )


class BanBody(Value):
    """Whom, from where, why (a code of the code of conduct), and since when it went wrong."""

    advocate_id: SubjectId
    program_id: ProgramId
    reason_code: ReasonCode
    since: Instant


class ExemptBody(Value):
    """Whom, in which programme, why, and until when."""

    advocate_id: SubjectId
    program_id: ProgramId
    reason_code: ReasonCode
    until: Instant


class EndExemption(Value):
    """Whose exemption ends now."""

    advocate_id: SubjectId
    program_id: ProgramId


class ToldAnswer(Value):
    """Fact, reason, date and action."""

    fact: str
    reason: str
    date: str
    action: str


class DisputeAnswer(Value):
    """A dispute without anything that was written; `told` is what its advocate reads."""

    id: str
    advocate_id: str
    program_id: str
    about: str
    subject_id: str
    order_number: str
    ordered_at: str | None
    state: str
    turn: str
    opened_at: str
    due_at: str | None
    escalations: int
    messages: int
    outcome: str | None
    reason: str
    learned: str
    decided_by: str | None
    conversion_id: str | None
    reward_ids: tuple[str, ...]
    told: ToldAnswer


class MessageAnswer(Value):
    """One message of a thread. The advocate sees of staff that it was staff."""

    number: int
    by: str
    at: str
    text: str = Field(repr=False)


class DisputeDetail(Value):
    """A dispute with its thread and what was found for it."""

    dispute: DisputeAnswer
    thread: tuple[MessageAnswer, ...]
    searched: Searched | None
    evidence: Evidence | None = None


class ReviewRow(Value):
    """One reward that waits for a person: what, why, since when, until when."""

    reward: RewardAnswer
    due_at: str | None
    overdue: bool
    first_look_by: str | None
    checks: tuple[str, ...]


class ReviewDetail(Value):
    """Everything about one held reward, side by side. `assessments` have each check's figures."""

    row: ReviewRow
    evidence: Evidence
    assessments: tuple[Assessment, ...]


class Preview(Value):
    """What the advocate would read after this decision, in their words."""

    locale: str
    status: StatusAnswer


class BanAnswer(Value):
    """A ban, what became of the money, and what the advocate reads."""

    advocate_id: str
    program_id: str
    state: str
    reason: str
    since: str
    banned_at: str
    banned_by: str
    appeal_until: str
    carried_out: bool
    voided: int
    paid_before: int
    told: ToldAnswer


class ExemptionAnswer(Value):
    """An exemption, over or not."""

    advocate_id: str
    program_id: str
    reason: str
    given_by: str
    given_at: str
    until: str


def dispute_answer(
    dispute: Dispute, locale: str = "", *, to_staff: bool = True, zone: str = "UTC"
) -> DisputeAnswer:
    """The dispute as an answer, its sentences in the days of the zone.

    Without who decided and what was learned for its advocate.
    """
    language = spoken(locale)
    told = dispute_told(dispute, trust_words(language), words(language), zone)
    return DisputeAnswer(
        id=dispute.dispute_id,
        advocate_id=dispute.advocate_id,
        program_id=dispute.program_id,
        about=dispute.about,
        subject_id=dispute.subject_id,
        order_number=dispute.order_number,
        ordered_at=None if dispute.ordered_ms is None else rfc3339(dispute.ordered_ms),
        state=dispute.state,
        turn=dispute.turn,
        opened_at=rfc3339(dispute.opened_ms),
        due_at=None if dispute.is_over else rfc3339(dispute.due_ms),
        escalations=dispute.escalations,
        messages=dispute.messages,
        outcome=dispute.outcome,
        reason=dispute.reason,
        learned=dispute.learned if to_staff else "",
        decided_by=dispute.decided_by if to_staff else None,
        conversion_id=dispute.conversion_id,
        reward_ids=dispute.reward_ids,
        told=_told(told),
    )


def dispute_detail(
    cases: Disputes, dispute: Dispute, locale: str, *, to_staff: bool, zone: str = "UTC"
) -> DisputeDetail:
    """The dispute with its thread, and the evidence as far as the reader may see it."""
    store = cases.desk.store
    found = search(store, dispute) if dispute.about == "missing_conversion" else None
    if found is not None and not to_staff:
        found = for_advocate(found, dispute.advocate_id)
    return DisputeDetail(
        dispute=dispute_answer(dispute, locale, to_staff=to_staff, zone=zone),
        thread=tuple(
            MessageAnswer(number=one.number, by=one.by, at=rfc3339(one.at_ms), text=text)
            for one, text in cases.thread(dispute, "" if to_staff else None)
        ),
        searched=found,
        evidence=_evidence(store, dispute) if to_staff else None,
    )


def review_row(store: Store, reward: Reward, now_ms: int) -> ReviewRow:
    """The reward as a row of the queue, with the names of the checks that held it."""
    made = assessments(store, reward, newest=1)
    held = [one.check for one in made[0].findings if one.outcome != "pass"] if made else []
    lapse_ms = reward.lapse_ms
    return ReviewRow(
        reward=shown(reward),
        due_at=None if lapse_ms is None else rfc3339(lapse_ms),
        overdue=reward.escalated or (lapse_ms is not None and lapse_ms <= now_ms),
        first_look_by=reward.first_look_by,
        checks=tuple(held),
    )


def review_page(desk: Desk, page: Page[Reward]) -> Page[ReviewRow]:
    """A page of the queue."""
    now_ms = desk.clock.now_ms()
    return Page([review_row(desk.store, one, now_ms) for one in page.rows], page.cursor)


def review_detail(desk: Desk, reward: Reward) -> ReviewDetail:
    """The evidence side by side."""
    return ReviewDetail(
        row=review_row(desk.store, reward, desk.clock.now_ms()),
        evidence=evidence_of(desk.store, reward),
        assessments=tuple(assessments(desk.store, reward)),
    )


def assessments(store: Store, reward: Reward, newest: int = 100) -> list[Assessment]:
    """The assessments of a reward, newest first."""
    page = store.query(
        Assessment, "core", assessments_of(reward.reward_id), "S#", limit=newest, newest_first=True
    )
    return list(page.rows)


def preview(
    desk: Desk,
    reward: Reward,
    state: Literal["approved", "rejected"],
    code: str,
    locale: str,
    zone: str = "",
) -> Preview:
    """What the advocate would read, in the days of a zone (the programme's); nothing is changed."""
    now_ms, language = desk.clock.now_ms(), spoken(locale)
    if not zone:
        zone = version_in_force(desk.store, reward.program_id, now_ms).terms.payment.time_zone
    status = status_of(moved(reward, state, now_ms, code), words(language), None, zone)
    return Preview(
        locale=language,
        status=StatusAnswer(
            bucket=status.bucket,
            fact=status.fact,
            reason=status.reason,
            date=None if status.date_ms is None else rfc3339(status.date_ms),
            action=status.action,
        ),
    )


def ban_answer(ban: Ban, locale: str = "", zone: str = "UTC") -> BanAnswer:
    """The ban as an answer; its sentences have the days of the zone."""
    language = spoken(locale)
    return BanAnswer(
        advocate_id=ban.advocate_id,
        program_id=ban.program_id,
        state=ban.state,
        reason=ban.reason,
        since=rfc3339(ban.since_ms),
        banned_at=rfc3339(ban.banned_ms),
        banned_by=ban.banned_by,
        appeal_until=rfc3339(ban.appeal_until_ms),
        carried_out=not ban.voiding,
        voided=ban.voided,
        paid_before=ban.paid_before,
        told=_told(ban_told(ban, trust_words(language), words(language), zone)),
    )


def exemption_answer(exemption: Exemption) -> ExemptionAnswer:
    """The exemption as an answer."""
    return ExemptionAnswer(
        advocate_id=exemption.advocate_id,
        program_id=exemption.program_id,
        reason=exemption.reason,
        given_by=exemption.given_by,
        given_at=rfc3339(exemption.given_ms),
        until=rfc3339(exemption.until_ms),
    )


def _told(told: Told) -> ToldAnswer:
    return ToldAnswer(
        fact=told.fact, reason=told.reason, date=rfc3339(told.date_ms), action=told.action
    )


def _evidence(store: Store, dispute: Dispute) -> Evidence | None:
    if dispute.about not in ("reward", "hold"):
        return None
    reward = store.get(Reward, reward_key(dispute.advocate_id, dispute.subject_id))
    return evidence_of(store, reward) if reward else None
