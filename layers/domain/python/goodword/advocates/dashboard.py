"""A dashboard is one read of one partition, and costs the same however long the history is.

Everything on it is kept up to date by the writes themselves, beside the advocate's head:
enrolments, balances, click counts, payout method. What the terms say (names, minimum, calendar)
comes from the versions that the process remembers. Only where a period is paid after its end
(NET-n) are the rewards that are ready read as well, to say when they are paid (`payouts.ahead`).
"""

from collections.abc import Callable, Iterable, Sequence

from goodword.advocates.model import Advocate, Enrolment, EnrolmentState, PayoutMethod
from goodword.ledger.model import Balance
from goodword.payouts.ahead import pay_day, run_ahead
from goodword.payouts.choice import Waiting, waits_for
from goodword.payouts.stops import PayoutStop
from goodword.ports import Store
from goodword.programs.model import ProgramVersion
from goodword.programs.payment import Payment
from goodword.records import Record, Value
from goodword.rewards.model import Reward
from goodword.tracking.model import ClickCount

SUMMARY_KINDS: Sequence[type[Record]] = (
    Advocate,
    Enrolment,
    Balance,
    ClickCount,
    PayoutMethod,
    PayoutStop,
)


class MoneyView(Value):
    """One currency of one programme, in the four words that advocates know.

    `ready_minor` may be negative: then it is owed after a return, and the next reward covers it.
    `in_payout_minor` is the part of it that is in a payout already; the next one pays the rest.
    `minimum_progress` is the ready share of the minimum in percent, 100 when it is reached.
    `waits_for` is why no payout would pay anything as things stand; None when one would, and
    `next_payout_ms` is the first that does (else the programme's next).
    """

    currency: str
    pending_minor: int
    on_hold_minor: int
    ready_minor: int
    in_payout_minor: int
    paid_minor: int
    minimum_minor: int
    minimum_progress: int
    waits_for: Waiting | None
    next_payout_ms: int


class ProgramView(Value):
    """One programme as its advocate sees it; `next_payout_ms` is the earliest of its currencies.

    `since_ms` is since when the enrolment is in its state.
    """

    program_id: str
    name: str
    brand: str
    state: EnrolmentState
    since_ms: int
    terms_version: int
    terms_accepted: int
    clicks: int
    leads: int
    sales: int
    money: tuple[MoneyView, ...]
    next_payout_ms: int
    payment: Payment
    disclosure: str
    segments: tuple[str, ...]


class Dashboard(Value):
    """Everything on the first page. `payout_rail` is None until a payout method is given."""

    advocate_id: str | None
    payout_rail: str | None
    programs: tuple[ProgramView, ...]


EMPTY = Dashboard(advocate_id=None, payout_rail=None, programs=())


def read_summary(store: Store, advocate_id: str) -> Sequence[Record]:
    """The one read."""
    return store.query_mixed(SUMMARY_KINDS, "core", f"ADV#{advocate_id}", "A#")


def dashboard_of(
    records: Iterable[Record],
    version_of: Callable[[str], ProgramVersion],
    now_ms: int,
    country_mac: Callable[[str], str],
    due_of: Callable[[Balance], Sequence[Reward]],
) -> Dashboard:
    """What the summary's records say. `version_of` gives a programme's version in force,
    `country_mac` the keyed hash under which a payout method has its country, `due_of` the rewards
    of a balance that are ready.
    """
    found = list(records)
    head = next((one for one in found if isinstance(one, Advocate)), None)
    if head is None:
        return EMPTY
    method = next((one for one in found if isinstance(one, PayoutMethod)), None)
    enrolments = sorted(
        (one for one in found if isinstance(one, Enrolment)),
        key=lambda one: (one.created_ms, one.program_id),
    )
    return Dashboard(
        advocate_id=head.advocate_id,
        payout_rail=method.rail if method else None,
        programs=tuple(
            _program(
                enrolment,
                method,
                found,
                version_of(enrolment.program_id),
                now_ms,
                country_mac,
                due_of,
            )
            for enrolment in enrolments
        ),
    )


def _program(
    enrolment: Enrolment,
    method: PayoutMethod | None,
    records: Sequence[Record],
    version: ProgramVersion,
    now_ms: int,
    country_mac: Callable[[str], str],
    due_of: Callable[[Balance], Sequence[Reward]],
) -> ProgramView:
    terms, program_id = version.terms, enrolment.program_id
    balances = [one for one in records if isinstance(one, Balance) and one.program_id == program_id]
    clicks = [
        one for one in records if isinstance(one, ClickCount) and one.program_id == program_id
    ]
    stop = next((one for one in records if isinstance(one, PayoutStop)), None)
    barred = [country_mac(one) for one in terms.payment.barred_countries] if method else []
    shown = balances or [
        Balance(advocate_id=enrolment.advocate_id, program_id=program_id, currency=terms.currency)
    ]
    money = tuple(
        _money(one, paid, waits, _next(one, paid, waits, now_ms, due_of))
        for one in shown
        for paid in [terms.payment_in(one.currency)]
        for waits in [waits_for(paid, one, enrolment, method, stop, barred)]
    )
    return ProgramView(
        program_id=program_id,
        name=terms.name,
        brand=terms.brand,
        state=enrolment.state,
        since_ms=enrolment.changed_ms,
        terms_version=version.number,
        terms_accepted=enrolment.terms_accepted,
        clicks=sum(one.clicks for one in clicks),
        leads=sum(one.leads for one in balances),
        sales=sum(one.sales for one in balances),
        money=money,
        next_payout_ms=min(one.next_payout_ms for one in money),
        payment=terms.payment,
        disclosure=terms.disclosure,
        segments=enrolment.segments_at(now_ms),
    )


def _next(
    balance: Balance,
    payment: Payment,
    waits: Waiting | None,
    now_ms: int,
    due_of: Callable[[Balance], Sequence[Reward]],
) -> int:
    """When the balance is paid: by the next run, unless all that is ready is of a later period."""
    ahead = run_ahead(payment, now_ms)
    if waits is not None or not ahead.is_over(now_ms):
        return ahead.cutoff_ms
    return pay_day(payment, balance, due_of(balance), now_ms)


def _money(
    balance: Balance, payment: Payment, waits: Waiting | None, next_payout_ms: int
) -> MoneyView:
    """What is in a payout is still Ready: it counts as Paid when the rail has confirmed it."""
    minimum_minor = payment.minimum_minor
    reached = balance.payable_minor >= minimum_minor or minimum_minor == 0
    return MoneyView(
        currency=balance.currency,
        pending_minor=balance.pending_minor,
        on_hold_minor=balance.on_hold_minor,
        ready_minor=balance.payable_minor + balance.in_payout_minor,
        in_payout_minor=balance.in_payout_minor,
        paid_minor=balance.paid_minor,
        minimum_minor=minimum_minor,
        minimum_progress=100 if reached else max(0, balance.payable_minor) * 100 // minimum_minor,
        waits_for=waits,
        next_payout_ms=next_payout_ms,
    )
