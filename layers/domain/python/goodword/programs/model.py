"""A programme version never changes: whatever it promised, it promises to every touch pinned to it.

`Terms` is what staff write (JSON in, validated with paths); `ProgramVersion` wraps it with number,
author, rationale and date; `Program` is the head that says which version is in force.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, model_validator

from goodword.limits import (
    ACCEPTED_CURRENCIES_MAX,
    BUDGET_LIMITS_MAX,
    MILESTONES_MAX,
    RATE_DAYS_MAX,
    REWARDS_PER_ORDER_MAX,
    SHARED_CAPS_MAX,
)
from goodword.money import CURRENCIES, Currency, MoneyCode, NaturalIn, NaturalMinor, Rounding
from goodword.programs.amounts import check_accepted, check_points, priced
from goodword.programs.cancellation import Cancellation
from goodword.programs.caps import BudgetLimit, Cap
from goodword.programs.milestones import Milestone, check_milestones
from goodword.programs.payment import Payment, in_steps, strictest
from goodword.programs.pilot import Pilot
from goodword.programs.rules import FlatReward, PercentageReward, Rule
from goodword.programs.tiers import Tiers, check_levels
from goodword.records import IndexEntry, Key, Record, Value
from goodword.tracking.model import AttributionRules
from goodword.trust.terms import TrustTerms

__all__ = ["FlatReward", "PercentageReward", "Rule"]  # part of the terms, see `rules`

Host = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{2,5})?$")
]
Url = Annotated[str, StringConstraints(min_length=8, max_length=2048)]
Name = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=80, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$"
    ),
]
ParameterName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,39}$")]
ParameterValue = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{0,120}$")]

ProgramState = Literal["active", "paused", "closed"]
STATE_MOVES: dict[ProgramState, tuple[ProgramState, ...]] = {
    "active": ("paused", "closed"),
    "paused": ("active", "closed"),
    "closed": (),
}

RESERVED_PARAMETERS = frozenset({"gw_click"})
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1"})


def url_host(url: str) -> str | None:
    """The host (with a port if given) that a browser would open, or None if the URL is not plain.

    Plain means: https (or http to this machine), no user part, no backslash, space or control
    character anywhere, no non-ASCII host. Whatever is not plain is refused, not repaired.
    """
    if any(ord(letter) <= 32 or letter in "\\\x7f" for letter in url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname or ""
    local = host in _LOCAL_HOSTS
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        return None
    if "@" in parts.netloc or not host.isascii() or not host or "%" in host:
        return None
    return f"{host}:{port}" if port else host


class Destination(Value):
    """Where links lead. `hosts` is exact: `shop.example` does not include `www.shop.example`."""

    hosts: tuple[Host, ...] = Field(min_length=1, max_length=20)
    default_url: Url
    fallback_url: Url
    parameters: dict[ParameterName, ParameterValue] = Field(default={}, max_length=10)

    @model_validator(mode="after")
    def _inside(self) -> Self:
        for url in (self.default_url, self.fallback_url):
            if url_host(url) not in self.hosts:
                raise ValueError(f"{url[:80]!r} is not a plain https address of one of the hosts")
        if RESERVED_PARAMETERS & set(self.parameters):
            raise ValueError("gw_click is Goodword's own parameter")
        return self


class Review(Value):
    """Who looks at a reward before it may be paid, and what happens if nobody does.

    A lapse pays nothing that a person has to look at: `release` lets go only what a refund has
    brought below the limit since, and escalates everything else again.
    """

    auto_approve_limit_minor: NaturalMinor
    auto_approve_limit_in: NaturalIn = {}
    days: int = Field(default=7, ge=1, le=60)
    escalation_days: int = Field(default=3, ge=1, le=30)
    on_lapse: Literal["refuse", "release"] = "refuse"


class ExchangeRule(Value):
    """How old a rate may be for an order of its day, and how what it gives is rounded."""

    days: int = Field(default=4, ge=0, le=RATE_DAYS_MAX)
    rounding: Rounding = "half_even"


class Terms(Value):
    """Everything that one version of a programme promises. Amounts are in `currency`.

    `currencies` says what becomes of orders in another one: refused, changed into `currency` with
    the rate of their day (`exchange`), or accepted as they are if theirs is one of `accepted`.
    Every amount then says what it is in each of those.
    """

    name: Name
    brand: Name
    currency: Currency
    currencies: Literal["refuse", "convert", "accept"] = "refuse"
    accepted: tuple[MoneyCode, ...] = Field(default=(), max_length=ACCEPTED_CURRENCIES_MAX)
    exchange: ExchangeRule = ExchangeRule()
    rules: tuple[Rule, ...] = Field(min_length=1, max_length=50)
    tiers: Tiers | None = None
    milestones: tuple[Milestone, ...] = Field(default=(), max_length=MILESTONES_MAX)
    caps: tuple[Cap, ...] = Field(default=(), max_length=20)
    hold_days: int = Field(ge=0, le=365)
    cancellation: Cancellation | None = None
    notice_days: int = Field(default=14, ge=0, le=180)
    enrolment: Literal["open", "approval", "invite_only"] = "open"
    destination: Destination
    attribution: AttributionRules
    review: Review
    payment: Payment
    trust: TrustTerms = TrustTerms()
    disclosure: Annotated[str, StringConstraints(min_length=3, max_length=280)] = (
        "#ad I get a reward if you buy with my link."
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.currency not in CURRENCIES:
            raise ValueError(f"{self.currency!r} is not an ISO 4217 currency")
        if len({rule.rule_id for rule in self.rules}) != len(self.rules):
            raise ValueError("two rules have the same rule_id")
        check_levels(self.rules, self.tiers)
        if len({cap.name for cap in self.caps}) != len(self.caps):
            raise ValueError("two caps limit the same in the same period")
        always = Counter[str]()
        for rule in self.rules:
            always[rule.action] += (1 + (rule.friend is not None)) if rule.when is None else 0
        if max(always.values()) > REWARDS_PER_ORDER_MAX:
            raise ValueError(f"one order would give more than {REWARDS_PER_ORDER_MAX} rewards")
        if sum(cap.scope == "programme" for cap in self.caps) > SHARED_CAPS_MAX:
            raise ValueError(f"at most {SHARED_CAPS_MAX} caps may be of the whole programme")
        return self

    @model_validator(mode="after")
    def _in_every_currency(self) -> Self:
        accepts = self.currencies == "accept"
        if accepts != bool(self.accepted):
            raise ValueError("currencies `accept` and the list `accepted` go together")
        wrong = [one for one in self.accepted if one not in CURRENCIES or one == self.currency]
        if wrong or len(set(self.accepted)) != len(self.accepted):
            raise ValueError("accepted names other ISO 4217 currencies, each once")
        check_accepted(self, self.accepted)
        if accepts:
            check_points(self.rules)
        if accepts and self.tiers is not None and self.tiers.measure == "net":
            raise ValueError("levels by net would add up several currencies: use orders")
        return self

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        check_milestones(self.milestones, self.rules)
        if self.accepted and any(one.measure == "net" for one in self.milestones):
            raise ValueError("milestones by net would add up several currencies: use orders")
        return self

    def in_currency(self, currency: str) -> Self:
        """As they read for orders in an accepted currency; as they are for any other."""
        return self.alone(currency) if currency in self.accepted else self

    def alone(self, currency: str) -> Self:
        """The terms of that currency alone, the programme's own or an accepted one."""
        into = "" if currency == self.currency else currency
        return priced(self, into, currency=currency, currencies="refuse", accepted=())

    def payment_in(self, currency: str) -> Payment:
        """How money of that currency is paid, also if no order is taken in it any more."""
        if currency == self.currency:
            return in_steps(self.payment, currency)
        stated = currency in self.accepted
        payment = priced(self.payment, currency) if stated else strictest(self.payment)
        return in_steps(payment, currency)


class Replayed(Value):
    """What the replay before publication said, kept with the version for ever."""

    replay_id: str
    from_ms: int
    until_ms: int
    conversions: int
    changed: int
    difference_minor: dict[Currency, int]
    uncertain: int = 0


class ProgramVersion(Record):
    """One immutable version; `number` counts from 1.

    What it promises never changes. A pilot ends once: `promoted_ms` is from when it holds for
    everybody, `withdrawn_ms` from when for nobody; touches of before stay pinned to it. The first
    version of a programme has no `publisher` and no replay. `early` says why less than the notice
    period was given: `in_favour`, or the reason code of an exception. `marks` are kept of a pilot,
    which somebody else promotes: the keyed hashes of its editors' mailboxes.
    """

    KIND: ClassVar[str] = "program_version"

    program_id: str
    number: int = Field(ge=1)
    terms: Terms
    author: str
    rationale: str
    created_ms: int
    effective_ms: int
    editors: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    publisher: str | None = None
    terms_hash: str = ""
    replay: Replayed | None = None
    early: str = ""
    pilot: Pilot | None = None
    promoted_ms: int | None = None
    withdrawn_ms: int | None = None

    @property
    def key(self) -> Key:
        return version_key(self.program_id, self.number)

    def in_currency(self, currency: str) -> Self:
        """As it reads for orders in that currency; never to be stored."""
        terms = self.terms.in_currency(currency)
        return self if terms is self.terms else self.but(terms=terms)

    def holds(self, at_ms: int, advocate_id: str | None = None) -> bool:
        """Whether it is promised then: to this advocate, or to everybody (None)."""
        if at_ms < self.effective_ms or (
            self.withdrawn_ms is not None and at_ms >= self.withdrawn_ms
        ):
            return False
        if self.pilot is None or (self.promoted_ms is not None and at_ms >= self.promoted_ms):
            return True
        return advocate_id is not None and self.pilot.includes(
            self.program_id, self.number, advocate_id
        )


class Program(Record):
    """The head of a programme: which versions there are and which is in force now.

    `budget` holds beside whatever the versions promise. `currencies` are those that some version
    has accepted beside `currency`: money may be owed in them for as long as the programme exists.
    """

    KIND: ClassVar[str] = "program"

    program_id: str
    state: ProgramState = "active"
    latest: int = Field(ge=1)
    in_force: int = Field(ge=1)
    name: str
    currency: Currency
    currencies: tuple[MoneyCode, ...] = ()
    created_ms: int
    budget: tuple[BudgetLimit, ...] = Field(default=(), max_length=BUDGET_LIMITS_MAX)

    @property
    def key(self) -> Key:
        return program_key(self.program_id)

    @property
    def index_entry(self) -> IndexEntry:
        return IndexEntry("PROGRAMS", self.program_id)

    def with_currencies(self, accepted: Sequence[str]) -> Self:
        """The head of a programme that has a version which accepts these."""
        more = [one for one in accepted if one not in self.currencies]
        return self.but(currencies=(*self.currencies, *more)) if more else self

    def abroad(self, currency: str) -> str:
        """The currency if it is not the programme's own, else nothing."""
        return "" if currency == self.currency else currency


def program_key(program_id: str) -> Key:
    """Where the head is."""
    return Key("core", f"PROG#{program_id}", "HEAD")


def version_key(program_id: str, number: int) -> Key:
    """Where a version is."""
    return Key("core", f"PROG#{program_id}", f"V#{number:06d}")


def version_at(
    versions: Sequence[ProgramVersion], at_ms: int, advocate_id: str | None = None
) -> ProgramVersion:
    """The version in force then: the highest number that holds, else the first.

    With an advocate their pilot counts, without one only what holds for everybody. A click older
    than the programme itself is judged by the first version there ever was.
    """
    holding = [version for version in versions if version.holds(at_ms, advocate_id)]
    if holding:
        return max(holding, key=lambda version: version.number)
    return min(versions, key=lambda version: version.number)
