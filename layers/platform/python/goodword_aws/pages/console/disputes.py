"""Disputes as staff see them: soonest due first, the thread, what was found, and an outcome.

What is granted is done in the same transaction as the decision, by the same use case as the API.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from goodword.errors import Conflict, FieldError, InvalidInput, NotFound
from goodword.money import Money
from goodword.programs.service import Programs
from goodword.rewards.model import Reward
from goodword.times import noon_ms
from goodword.trust.dispute import LEARNED_CODES, RESOLVE_CODES, Dispute, GrantedOrder
from goodword.trust.resolving import Ruling
from pydantic import Field, StringConstraints

from goodword_aws import trust_answers as shapes
from goodword_aws import wiring
from goodword_aws.forms import Day
from goodword_aws.pages.console import FINANCE, MONEY
from goodword_aws.pages.console.reviews import hours_left
from goodword_aws.pages.console.typed import Code, Typed, minor_of
from goodword_aws.pages.portal_disputes import Text
from goodword_aws.pages.portal_forms import Form
from goodword_aws.pages.reader import Reader
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Go, Sheet, View
from goodword_aws.trust import disputes, resolving

DISPUTE = "/console/disputes/<dispute_id>"


class Reply(Form):
    """One more message."""

    text: Text = Field(repr=False)


class Resolve(Form):
    """The outcome, its reason, what is to be learned, and for a missing order which one it is."""

    outcome: Literal["granted", "partly", "upheld"]
    reason_code: Code
    learned: Code
    order_id: shapes.OrderNumber | None = None
    conversion_id: shapes.SubjectId | None = None
    amount: Typed | None = None
    told_order: shapes.OrderNumber | None = None
    told_net: Typed | None = None
    told_on: Day | None = None
    told_action: Literal["lead", "sale"] = "sale"
    told_source: Annotated[str, StringConstraints(max_length=60)] = ""
    seen: Annotated[str, StringConstraints(max_length=200)] = ""
    sure: Literal["yes"] | None = None

    def ruling(self, currency: str, reader: Reader, mark: str) -> Ruling:
        """The same for the use case; `mark` is the decider's mailbox."""
        told = self.told_order or self.told_on or self.told_net
        amount, sign = self.amount, reader.thousands
        return Ruling(
            outcome=self.outcome,
            reason=self.reason_code,
            learned=self.learned,
            order=self._told(currency, reader) if told else None,
            order_id=self.order_id or "",
            conversion_id=self.conversion_id or "",
            amount_minor=minor_of(amount, currency, "amount", sign) if amount else None,
            mark=mark,
        )

    def _told(self, currency: str, reader: Reader) -> GrantedOrder:
        if self.told_order is None or self.told_on is None:
            name = "told_on" if self.told_order else "told_order"
            wrong = FieldError(name, "is needed", "missing")
            raise InvalidInput(
                "order_not_named", "say the number and the day of the order", [wrong]
            )
        net, sign = self.told_net, reader.thousands
        return GrantedOrder(
            order_id=self.told_order,
            action=self.told_action,
            net_minor=minor_of(net, currency, "told_net", sign) if net else 0,
            occurred_ms=noon_ms(self.told_on, reader.zone),
            source_id=self.told_source,
        )


def add_disputes(site: Site) -> None:
    """Register the pages of disputes."""
    site.page("GET", "/console/disputes", roles=MONEY)(_list)
    site.page("GET", DISPUTE, roles=MONEY)(_dispute)
    site.page("POST", f"{DISPUTE}/answer", roles=FINANCE, again=_dispute)(_answer)
    site.page("POST", f"{DISPUTE}/resolve", roles=FINANCE, again=_dispute)(_resolve)


def _list(view: View) -> Answer:
    page = disputes(view.desk).waiting(view.page.limit, view.page.starting_after)
    now_ms = view.desk.clock.now_ms()
    found = [
        shapes.dispute_answer(one, view.reader.language, zone=view.reader.zone) for one in page.rows
    ]
    rows = [(one, hours_left(one.due_at, now_ms)) for one in found]
    return Sheet("console/disputes.html", {"rows": rows, "cursor": page.cursor})


def _dispute(view: View) -> Answer:
    cases = disputes(view.desk)
    found = cases.read(view.path["dispute_id"])
    detail = shapes.dispute_detail(
        cases, found, view.reader.language, to_staff=True, zone=view.reader.zone
    )
    data: dict[str, Any] = {
        "dispute": detail.dispute,
        "thread": detail.thread,
        "searched": detail.searched,
        "reward": detail.evidence.reward if detail.evidence else None,
        "hours": hours_left(detail.dispute.due_at, view.desk.clock.now_ms()),
        "over": found.is_over,
        "may_act": "finance" in view.person.groups and not found.is_over,
        "own": view.person.advocate_id == found.advocate_id,
        "outcomes": _outcomes(found),
        "resolve_codes": RESOLVE_CODES,
        "learned_codes": LEARNED_CODES,
        "me": view.person.subject,
        "read": _read(view, found),
    }
    return Sheet("console/dispute.html", data)


def _ruling(view: View, said: Resolve, found: Dispute) -> Ruling:
    currency = Programs(view.desk).read(found.program_id)[0].currency
    return said.ruling(currency, view.reader, wiring.mark_of(view.person))


def _read(view: View, found: Dispute) -> dict[str, Any] | None:
    """What was typed of an order as it was read, and what it would give; None if nothing was."""
    try:
        said = view.fields(Resolve)
        ruling = _ruling(view, said, found)
        if ruling.order is None or ruling.outcome == "upheld":
            return None
        rewards = resolving(view.desk).ahead(found.dispute_id, ruling)
    except (InvalidInput, Conflict, NotFound):  # no form, or one that says what is wrong with it
        return None
    currency = Programs(view.desk).read(found.program_id)[0].currency
    return {
        "order": ruling.order,
        "net": Money(amount_minor=ruling.order.net_minor, currency=currency),
        "rewards": [Money(amount_minor=one.earned_minor, currency=one.currency) for one in rewards],
        "seen": _seen(ruling, rewards),
    }


def _seen(ruling: Ruling, rewards: Sequence[Reward]) -> str:
    """Names what was looked at: another amount or another reward has to be looked at again."""
    order = ruling.order
    assert order is not None, "only an order that was typed is looked at"
    gives = ",".join(f"{one.earned_minor}{one.currency}" for one in rewards)
    return f"{order.action}:{order.net_minor}:{order.occurred_ms}:{gives}"[:200]


def _outcomes(found: Dispute) -> tuple[str, ...]:
    """What can come of it; a ban is lifted or stays, an order is found or not."""
    if found.about in ("ban", "missing_conversion", "payout", "payouts_held"):
        return ("granted", "upheld")
    return ("granted", "partly", "upheld")


def _answer(view: View) -> Answer:
    here = f"/console/disputes/{view.path['dispute_id']}"
    disputes(view.desk).answer(
        view.path["dispute_id"],
        view.fields(Reply).text,
        view.person.advocate_id,
        lambda _: view.claim(here),
    )
    return Go(here, "note.written")


def _resolve(view: View) -> Answer:
    """An order that staff types is shown as it was read, with its reward, before it is granted."""
    said, dispute_id = view.fields(Resolve), view.path["dispute_id"]
    found = disputes(view.desk).read(dispute_id)
    here, cases = f"/console/disputes/{dispute_id}", resolving(view.desk)
    ruling = _ruling(view, said, found)
    if ruling.order is not None and ruling.outcome != "upheld":
        seen = _seen(ruling, cases.ahead(dispute_id, ruling))
        if said.sure is None or said.seen != seen:
            raise Conflict("order_to_confirm", "nothing is granted until the amount was looked at")
    cases.resolve(
        dispute_id,
        ruling,
        view.person.advocate_id,
        lambda _: view.claim(here),
    )
    return Go(here, "note.decided")
