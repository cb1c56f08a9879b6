"""What a CRM says of a deal is kept step by step, append-only; the deal is what they come to.

Each step changes some fields at one time. Steps come unordered and repeated: the deal is folded
from all of them in the order of their own times, so that every order of arrival ends the same.
"""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from goodword.ids import derived_id
from goodword.journeys.signal import OutsideName, SignalFact
from goodword.limits import DEAL_CONTACTS_MAX, DEAL_MERGED_MAX
from goodword.money import Currency, decimal_text, exponent
from goodword.records import IndexEntry, Key, Record, Value
from goodword.times import newest_first

DealState = Literal["open", "won", "lost", "removed"]
STAGES: dict[str, Literal["won", "lost"]] = {"closedwon": "won", "closedlost": "lost"}

Stage = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f@]{0,80}$")]
Amount = Annotated[str, StringConstraints(pattern=r"^(\d{1,12}(\.\d{1,12})?)?$")]
DealMinor = Annotated[int, Field(ge=0, le=10**15)]
ReferralId = Annotated[str, StringConstraints(pattern=r"^cnv_[0-9a-z]{26}$")]


class DealChange(Value):
    """What one event changes; what it does not say stays as it was. An empty `amount` is none.

    `amount` is decimal text, because its currency may be told by another event. `won` and `closed`
    are what a CRM says of a stage whose name we do not know. Currency `home` is that of deals which
    never name one.
    """

    home: Currency
    opened: bool = False
    removed: bool | None = None
    stage: Stage | None = None
    won: bool | None = None
    closed: bool | None = None
    amount: Amount | None = None
    currency: Currency | None = None
    renewal: bool | None = None
    referral: ReferralId | None = None


class DealFact(DealChange):
    """One event of a deal, once per `fact_id`. Contacts, account and deals are the CRM's own ids.

    Of `merged` deals this one is what is left: it takes their contacts over, and what it does not
    know of its company and referral. One that the merge made (`opened`) takes the rest from them,
    where they differ from the first. The others go `into` it.
    """

    fact_id: OutsideName
    deal_id: OutsideName
    occurred_ms: int = Field(ge=0)
    account_id: OutsideName | None = None
    contact_ids: tuple[OutsideName, ...] = Field(default=(), max_length=DEAL_CONTACTS_MAX)
    dropped_ids: tuple[OutsideName, ...] = Field(default=(), max_length=DEAL_CONTACTS_MAX)
    merged: tuple[OutsideName, ...] = Field(default=(), max_length=DEAL_MERGED_MAX)
    into: OutsideName | None = None
    email: str | None = Field(default=None, max_length=320, repr=False)


class ContactFact(Value):
    """Who a CRM's contact is: its address, the company, or both; `also` are its other ids.

    Without a contact it is about the company, and so are they.
    """

    customer_id: OutsideName | None = None
    occurred_ms: int = Field(ge=0)
    email: str | None = Field(default=None, max_length=320, repr=False)
    account_id: OutsideName | None = None
    also: tuple[OutsideName, ...] = Field(default=(), max_length=DEAL_MERGED_MAX)


class Heard(Value):
    """What a delivery says of customers and deals.

    `problem` is why a person has to look at a part of it; the other parts are noted all the same.
    """

    signals: tuple[SignalFact, ...] = ()
    contacts: tuple[ContactFact, ...] = ()
    deals: tuple[DealFact, ...] = ()
    problem: str = ""

    @property
    def are_heard(self) -> bool:
        """Whether there is anything of the kind, understood or not."""
        return bool(self.signals or self.contacts or self.deals or self.problem)


class Merge(Value):
    """That deals, by their ids here in the CRM's order, became one at a time; `said` besides."""

    deals: tuple[str, ...]
    at_ms: int
    said: DealChange


class DealStep(Record):
    """One step of a deal as it is kept: people and companies are subjects, by random id.

    Of a `merge` it is what the deal takes over from others, made again when one of them is told of
    (`inheriting`); the step that takes such a one out names the deal that it went `into`.
    """

    KIND: ClassVar[str] = "deal_step"

    opportunity_id: str
    fact_id: str
    occurred_ms: int
    noted_ms: int
    change: DealChange
    account: str | None = None
    contacts: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    merge: Merge | None = None
    into: str | None = None

    @property
    def key(self) -> Key:
        at = f"{self.occurred_ms:015d}#{self.fact_id}"
        return Key("core", deal_partition(self.opportunity_id), f"T#{at}")


class Opportunity(Record):
    """A deal as its steps leave it. `moved_ms` is the later of when it was opened and closed.

    Without an amount it is counted and adds nothing. `said` is the kind of the one signal
    that stands of how it ended, `said_ms` its time and `said_of` its subject; empty if none does.
    `said_name` is the name of that signal where it has one of before 27 November 2026 (`outcome`).
    """

    KIND: ClassVar[str] = "opportunity"

    opportunity_id: str
    program_id: str
    namespace: str
    source_id: str
    deal_id: str
    state: DealState
    stage: str = ""
    amount_minor: DealMinor | None = None
    currency: Currency
    renewal: bool = False
    opened_ms: int
    closed_ms: int | None = None
    account: str | None = None
    contacts: tuple[str, ...] = ()
    referral: str | None = None
    steps: int
    said: str = ""
    said_ms: int = 0
    said_of: str = ""
    said_name: str = ""

    @property
    def key(self) -> Key:
        return opportunity_key(self.opportunity_id)

    @property
    def moved_ms(self) -> int:
        """When it was opened or closed, whichever is later."""
        return max(self.opened_ms, self.closed_ms or 0)

    @property
    def index_entry(self) -> IndexEntry:
        at = moved_name(self.moved_ms, self.opportunity_id)
        return IndexEntry(deals_index(self.program_id), at)


def opportunity_id_of(program_id: str, namespace: str, deal_id: str) -> str:
    """The id that a CRM's deal always has here, whichever of its events comes first."""
    return derived_id("opp", 0, program_id, namespace, deal_id)


def deal_partition(opportunity_id: str) -> str:
    """Where a deal and its steps are."""
    return f"OPP#{opportunity_id}"


def opportunity_key(opportunity_id: str) -> Key:
    """Where a deal is."""
    return Key("core", deal_partition(opportunity_id), "HEAD")


def deals_index(program_id: str) -> str:
    """The index partition of a programme's deals, those that moved last first."""
    return f"DEALS#{program_id}"


def moved_name(moved_ms: int, name: str = "~") -> str:
    """The place in the index; without a name it is behind all that moved at that time or later."""
    return f"{newest_first(moved_ms)}#{name}"


def folded(steps: Iterable[DealStep], head: Opportunity) -> Opportunity:
    """`head` with everything that these steps say, in the order in which they happened.

    A stage called closed won or closed lost decides; of any other, the CRM's own flags.
    """
    ordered = sorted(steps, key=lambda step: (step.occurred_ms, step.fact_id))
    merged = DealChange(home=ordered[0].change.home)
    account, contacts, state, closed_ms = None, dict[str, None](), "open", None
    for step in ordered:
        said = step.change.model_dump(exclude_none=True, exclude={"opened"})
        merged = merged.but(**said)
        account = step.account or account
        contacts |= dict.fromkeys(step.contacts)
        contacts = {one: None for one in contacts if one not in step.dropped}
        after = _state(merged)
        if after != state:
            state, closed_ms = after, None if after == "open" else step.occurred_ms
    currency = merged.currency or merged.home
    return Opportunity.model_validate(
        head.model_dump()
        | {
            "state": state,
            "stage": merged.stage or "",
            "amount_minor": minor_of(merged.amount or "", currency),
            "currency": currency,
            "renewal": bool(merged.renewal),
            "opened_ms": _opened(ordered),
            "closed_ms": closed_ms,
            "account": account,
            "contacts": tuple(contacts)[:DEAL_CONTACTS_MAX],
            "referral": merged.referral,
            "steps": len(ordered),
        }
    )


def inherited(merged: Sequence[Opportunity], step: DealStep) -> list[DealStep]:
    """The steps by which a deal takes over from those that became one with it; maybe only `step`.

    One that the merge made begins when the first of them did, and stands as the first of them stood
    since that moved last: so it counts in the months in which they counted.
    """
    contacts = dict.fromkeys(one for deal in merged for one in deal.contacts)
    mine = step.opportunity_id
    account = next((one.account for one in merged if one.account), None)
    referral = next((one.referral for one in merged if one.referral), None)
    kept = next((one for one in merged if one.opportunity_id == mine), None)
    taken = step.but(
        contacts=tuple(contacts)[:DEAL_CONTACTS_MAX],
        account=None if kept is not None and kept.account else account,
        change=step.change.but(referral=None if kept is not None and kept.referral else referral),
    )
    if not step.change.opened or not merged:
        return [taken]
    first = merged[0]
    amounts = (one for one in merged if one.amount_minor is not None)
    of_amount = next(amounts, first)
    amount = of_amount.amount_minor
    stands = taken.change.but(
        opened=False,
        stage=first.stage,
        won=first.state == "won",
        closed=first.state in ("won", "lost"),
        renewal=first.renewal,
        amount=None if amount is None else decimal_text(amount, of_amount.currency),
        currency=of_amount.currency,
    )
    began_ms = min(one.opened_ms for one in merged)
    began = step.but(fact_id=f"{step.fact_id}:began", occurred_ms=began_ms, merge=None)
    return [began, taken.but(occurred_ms=max(began_ms, first.moved_ms), change=stands)]


def minor_of(amount: str, currency: str) -> int | None:
    """The amount in minor units, half even where a CRM has more decimals than the currency."""
    if not amount:
        return None
    return int(Decimal(amount).scaleb(exponent(currency)).to_integral_value(ROUND_HALF_EVEN))


def _opened(ordered: Sequence[DealStep]) -> int:
    """When the CRM says that it made the deal, else the first that was heard of it."""
    said = [step.occurred_ms for step in ordered if step.change.opened]
    return min(said, default=ordered[0].occurred_ms)


def _state(said: DealChange) -> DealState:
    if said.removed:
        return "removed"
    named = STAGES.get("".join((said.stage or "").lower().split()))
    if named is not None:
        return named
    if said.won:
        return "won"
    return "lost" if said.closed else "open"
