"""What the product says of a finished town, held against what is known: its own nightly check.

The check of the ledger must find nothing. Then a number is falsified, in each seed another of those
that rules read: it must be found by name, be mended from the journal, and be right again. And
whoever still has money is told why it waits.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from goodword.advocates.model import Enrolment, PayoutMethod
from goodword.conversions.model import Conversion
from goodword.events import system
from goodword.ledger.liability import Liability
from goodword.ledger.model import Balance
from goodword.ledger.service import Checker
from goodword.ledger.turnout import Turnout
from goodword.payouts.choice import waits_for
from goodword.payouts.stops import PayoutStop
from goodword.ports import Change, Desk
from goodword.rewards.caps import CapUse
from goodword.rewards.pools import Pool
from goodword.rewards.tally import Tally

from tests.simulation.books import Books
from tests.simulation.currencies import MONEY
from tests.simulation.homes import BARRED, wrong_home
from tests.simulation.owing import owed, turned_out
from tests.simulation.rails import least_in
from tests.simulation.terms import payment_of
from tests.support.desk import PlainIndex

if TYPE_CHECKING:
    from tests.simulation.town import Town

EVERY = 4  # of the seeds are checked
AGAIN = 3  # the scan that reads the records a second time
FALSE_MINOR = 7  # by so much a number is falsified
FALSIFIED: tuple[tuple[type[Any], str], ...] = (
    (Balance, "payable_minor"),
    (Balance, "sales"),
    (Balance, "leads"),
    (Tally, "in_all"),
    (CapUse, "used_minor"),
    (CapUse, "rewards"),
    (Pool, "free"),
    (Conversion, "refunded_gross_minor"),
)


class _Tables:
    """All records of some kinds, as the check reads them; one is written while it reads."""

    def __init__(self, town: "Town", moving: Any = None) -> None:
        self._town, self._moving, self._scans = town, moving, 0

    def scan_mixed(self, kinds: Any, _table: str) -> Iterator[Any]:
        self._scans += 1
        if self._moving is not None and self._scans == AGAIN:
            change = Change()
            change.replace(self._moving)
            self._town.memory.commit(change)
        return (one for kind in kinds for one in self._town.all(kind))


def _nightly(books: Books) -> Iterator[str]:
    """I1: the product's own check finds nothing here, and finds and mends what is falsified."""
    town = books.town
    if town.story.seed % EVERY:
        return
    desk = Desk(store=town.memory, clock=town.clock, ids=town.ids, actor=system("ledger_check"))
    checker = Checker(desk, _Tables(town))
    told, wrong = checker.check(), checker.compare()[1]
    if wrong or told.found or told.unsettled:
        yield f"it finds {told.differences}, {told.unsettled} unsettled"
    if (told.entries, told.balances) != (len(books["entry"]), len(books["balance"])):
        yield f"it has looked at {told.entries} entries and {told.balances} balances"
    at_ms = town.clock.at_ms
    yield from owed(books, at_ms, town.all(Liability))
    yield from turned_out(books, town.all(Turnout))
    kind, name = FALSIFIED[town.story.seed // EVERY % len(FALSIFIED)]
    right = town.all(kind)
    if not right or wrong:
        return
    one = right[town.story.seed // EVERY % len(right)]
    change = Change()
    change.replace(_falsified(one, name))
    town.memory.commit(change)
    others = [each for each in town.all(Balance) if each.key != one.key]
    moving = others[0] if others else None
    told, wrong = Checker(desk, _Tables(town, moving)).compare()
    if told.found != 1 or f"{one.key.sk} " not in told.differences[0]:
        yield f"of a false {name} it says {told.differences}"
    if checker.mend(wrong) != 1:
        yield f"a false {name} is not mended"
    if [each.but(version=0) for each in town.all(kind)] != [each.but(version=0) for each in right]:
        yield f"a false {name} is mended to another number"
    if checker.mend(wrong) != 0:
        yield f"what was found of a {name} that has moved since is written over it"


def _falsified(one: Any, name: str) -> Any:
    """The record with a number in it that nothing bears out."""
    if name == "in_all":
        return one.but(in_all=one.in_all.but(orders=one.in_all.orders + 1))
    return one.but(**{name: getattr(one, name) + FALSE_MINOR})


def _waiting(books: Books) -> Iterator[str]:
    """Whoever still has money is told the first thing that keeps it, worked out anew."""
    town = books.town
    methods = {one.advocate_id: one for one in town.all(PayoutMethod)}
    standing = {one.advocate_id: one for one in town.all(Enrolment)}
    stops = {one.advocate_id: one for one in town.all(PayoutStop)}
    for balance in town.all(Balance):
        if balance.currency not in MONEY:
            continue
        who, least = balance.advocate_id, least_in(town.story, balance.currency, town.clock.at_ms)
        payment = payment_of(town.story).but(minimum_minor=least)
        enrolment, stop = standing[who], stops.get(who)
        method, barred = methods.get(who), {PlainIndex().mac("country", BARRED)}
        said = waits_for(payment, balance, enrolment, method, stop, barred)
        wanted: str | None = None
        if balance.payable_minor < least:
            wanted = "below_minimum" if balance.payable_minor else "nothing_ready"
        wrong = "no_method" if method is None else wrong_home(dict(method), town.story.rail)
        wanted = wrong or wanted
        if stop is not None and stop.reason:
            wanted = stop.reason
        if enrolment.state == "paused":
            wanted = "enrolment_paused"
        if enrolment.state == "banned" and not enrolment.keeps_earned:
            wanted = "enrolment_banned"
        if balance.payable_minor < 0:
            wanted = "negative_balance"
        if said != wanted:
            yield f"{who} is told {said}, not {wanted}"


NIGHTLY = (_waiting, _nightly)  # the check last: it writes
