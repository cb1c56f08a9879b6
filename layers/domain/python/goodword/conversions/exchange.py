"""An order in another currency than its programme's is decided with the rate of its day, or waits.

Its amounts are changed into the programme's currency first, rounded once as the terms say, and the
rules see nothing else; the decision keeps the rate and the amount before. So flat rewards, minimum
orders, caps and budgets, all of them in the programme's currency, need no rate of their own. The
first rate that a conversion was decided with stays with it, whatever is stated later. Terms that
accept the order's currency read in it already (`ProgramVersion.in_currency`): nothing is changed.

Example: 100.00 USD of 21 November at `1 EUR = 1.0834 USD` are 92.30 EUR; 10 % of it are 9.23 EUR.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from goodword.conversions.model import RATES_WANTED, Conversion
from goodword.conversions.order import shared_out
from goodword.limits import RATE_DAYS_MAX, RATES_WANTED_PAGES
from goodword.ports import Page, Store
from goodword.programs.caps import day_of
from goodword.programs.model import Program, ProgramVersion, program_key
from goodword.programs.rates import AppliedRate, Rate, rate_key, usable
from goodword.rewards.basis import Basis

WAITING = "waiting_for_rate"
MISMATCH = "currency_mismatch"


class Exchange(NamedTuple):
    """How an order's currency meets its programme's: a rate if one is needed, or what hinders."""

    rate: AppliedRate | None = None
    problem: str = ""


def exchange(store: Store, conversion: Conversion, version: ProgramVersion) -> Exchange:
    """What the terms of the version make of the conversion's currency."""
    terms = version.terms
    if terms.currency == conversion.currency or conversion.action == "lead":
        return Exchange()  # a sign-up has no amount
    if terms.currencies != "convert":  # one that is accepted is that of the terms by now
        return Exchange(problem=MISMATCH)
    if conversion.rate is not None and conversion.rate.into == terms.currency:
        return Exchange(conversion.rate)
    day = day_of(conversion.occurred_ms, terms.payment.time_zone)
    rule = terms.exchange
    found = usable(store, conversion.currency, terms.currency, day, rule.days, rule.rounding)
    return Exchange(found, "" if found else WAITING)


def exchanged(basis: Basis, met: Exchange, currency: str) -> Basis:
    """The facts in the programme's currency; unchanged as long as something hinders.

    The lines share the changed net in the ratio of their own, so that they sum to it again.
    """
    if met.problem:
        return basis
    rate, order = met.rate, basis.order
    if rate is None:
        return basis.but(currency=currency)
    net_minor = rate.change(basis.net_minor)
    nets = shared_out([line.net_minor for line in order.lines], net_minor)
    lines = [line.but(net_minor=net) for line, net in zip(order.lines, nets, strict=True)]
    return basis.but(
        currency=currency,
        net_minor=net_minor,
        before_minor=basis.net_minor,
        order=order.but(lines=tuple(lines)),
        rate=rate,
    )


def wanted_page(store: Store, limit: int, cursor: str | None) -> Page[Conversion]:
    """Conversions that wait for a rate, oldest first; may lag behind a moment."""
    return store.query_index(Conversion, "core", RATES_WANTED, limit=limit, cursor=cursor)


@dataclass
class Wanted:
    """The conversions that wait for a rate, and which of them may have found one.

    `missing` counts those seen so far for which nothing was stated.
    """

    store: Store
    missing: int = 0
    _currencies: dict[str, str] = field(default_factory=dict)
    _known: dict[tuple[str, str, str], bool] = field(default_factory=dict)

    def ready(self) -> Iterator[str]:
        """The ids of those for whose day something was stated by now; bounded."""
        cursor: str | None = None
        for _ in range(RATES_WANTED_PAGES):
            page = self.store.query_index(Conversion, "core", RATES_WANTED, cursor=cursor)
            for one in page.rows:
                if self._may_be_there(one):
                    yield one.conversion_id
                else:
                    self.missing += 1
            cursor = page.cursor
            if cursor is None:
                break

    def _may_be_there(self, conversion: Conversion) -> bool:
        """Whether any rate of the pair is of about that day; what the terms allow comes later."""
        into = self._currency(conversion.program_id)
        day = day_of(conversion.occurred_ms, "UTC")
        asked = conversion.currency, into, day.isoformat()
        if asked not in self._known:
            days = [day - timedelta(days=back) for back in range(-1, RATE_DAYS_MAX + 2)]
            names = [one.isoformat() for one in days]
            pairs = ((conversion.currency, into), (into, conversion.currency))
            keys = [rate_key(*pair, name) for pair in pairs for name in names]
            self._known[asked] = bool(self.store.get_many(Rate, keys))
        return self._known[asked]

    def _currency(self, program_id: str) -> str:
        if program_id not in self._currencies:
            program = self.store.get(Program, program_key(program_id))
            assert program is not None  # a programme is never deleted
            self._currencies[program_id] = program.currency
        return self._currencies[program_id]
