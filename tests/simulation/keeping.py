"""Finance holds somebody's payouts, and lets them go: what is held is neither frozen nor sent.

What holds is worked out a second time from what the journal tells. And everybody whose money waits
is on the list of finance, with every reason; whoever nothing keeps back is not.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goodword.payouts.calendar import payout_of
from goodword.payouts.model import Payout
from goodword.payouts.stops import HOLD_CODES, PayoutStop
from goodword.payouts.waiting import waiting_page

from tests.simulation.books import Books, Item
from tests.simulation.currencies import MONEY
from tests.simulation.happenings import account_of
from tests.simulation.homes import wrong_home
from tests.simulation.paydays import calendar
from tests.simulation.rails import least_in
from tests.simulation.story import PEOPLE
from tests.simulation.terms import payment_of
from tests.support.desk import PlainIndex
from tests.support.scene import PROGRAM

if TYPE_CHECKING:
    from tests.simulation.town import Town

INVOCATION_MS = 60_000  # so long what has looked before may still go on
LETS_GO = {"sanctioned_country": "a_method_elsewhere", "rail_mismatch": "a_method_of_the_rail"}
OWN, ODD = 0.15, 0.1  # chances: it is the person's own money; the reason is none of the list
FOR_EVER = 10**15
PAGE, PAGES_MAX = 2, 60  # people of a page, so that there are several; places are read one by one


@dataclass
class Hold:
    """Of whom, and from when to when (ms)."""

    person: str
    begun_ms: int
    ended_ms: int = FOR_EVER


class Keeping:
    """Who of finance stops payouts in a town."""

    def __init__(self, town: "Town") -> None:
        self.town = town

    def acts(self) -> list[Callable[[], None]]:
        """What there is to do in this story."""
        return [self.hold, self.hold, self.lift] * self.town.story.holds

    def hold(self) -> None:
        """Somebody's payouts are stopped, mostly by another person and for a reason of the list."""
        chance = self.town.chance
        who = "usr_maya" if chance.random() < OWN else "usr_carl"
        code = "nonsense" if chance.random() < ODD else chance.choice(HOLD_CODES)
        frozen = [one.advocate_id for one in self.town.all(Payout) if one.state == "draft"]
        body = {"advocate_id": chance.choice(frozen or PEOPLE), "reason_code": code}
        self._say(who, "/v1/payout-holds", body)

    def lift(self) -> None:
        """One hold is over."""
        chance, found = self.town.chance, list(self._standing())
        if found:
            person, hold_id = chance.choice(found)
            who = "usr_maya" if chance.random() < OWN else "usr_dora"
            body = {"advocate_id": person, "hold_id": hold_id, "reason_code": "other"}
            self._say(who, "/v1/payout-holds/lift", body)

    def lift_some(self) -> None:
        """In the end half of them are over; the others stand, and the town is at rest anyway."""
        for person, hold_id in self._standing():
            if int(hold_id[-1], 36) % 2:
                body = {"advocate_id": person, "hold_id": hold_id, "reason_code": "other"}
                self._say("usr_dora", "/v1/payout-holds/lift", body)

    def held(self) -> list[str]:
        """Whose payouts are held."""
        return sorted({person for person, _ in self._standing()})

    def _standing(self) -> Iterator[tuple[str, str]]:
        for stop in self.town.all(PayoutStop):
            for cause_id, cause in stop.causes.items():
                if cause.reason == "on_hold":
                    yield stop.advocate_id, cause_id

    def _say(self, who: str, path: str, body: dict[str, str]) -> None:
        own = who == account_of(body["advocate_id"])
        wrong = own or body["reason_code"] == "nonsense"

        def ask() -> None:
            if 0 < self.town.asks(who, "POST", path, body) < 300 and wrong:
                self.town.fail(f"{path} was taken from {who}: {body}")

        self.town.baton.spawn(who, ask)


def holds_of(books: Books) -> dict[str, Hold]:
    """Every hold that the journal tells of, by its id."""
    found: dict[str, Hold] = {}
    opened = {one["dispute_id"]: one["opened_ms"] for one in books["dispute"]}
    for event in sorted(books["event"], key=lambda one: str(one["sk"])):
        _, _, what = event["type"].partition("advocate.payouts_")
        if what == "held":
            found[event["data"]["cause_id"]] = Hold(event["subject"], event["at_ms"])
        elif what == "let_go":
            until_ms = opened.get(event["data"].get("dispute_id", ""), -1)
            for name, hold in found.items():
                own = hold.person == event["subject"] and hold.ended_ms == FOR_EVER
                meant = name == event["data"].get("cause_id") or hold.begun_ms <= until_ms
                if own and meant:
                    hold.ended_ms = event["at_ms"]
    return found


def held_since(books: Books, person: str, at_ms: int) -> bool:
    """Whether a hold of somebody's payouts stood at some moment from then on."""
    return any(one.person == person and one.ended_ms >= at_ms for one in holds_of(books).values())


def _held(books: Books) -> Iterator[str]:
    """Nothing is frozen or sent for whom finance has stopped; what stands is what was told."""
    holds = holds_of(books)
    standing = {name for name, one in holds.items() if one.ended_ms == FOR_EVER}
    causes = [(stop, *one) for stop in books["payout_stop"] for one in stop["causes"].items()]
    stored = {name for _, name, cause in causes if cause["reason"] == "on_hold"}
    if stored != standing:
        yield f"{stored} are stored as holds, {standing} were told"
    for stop, name, cause in causes:
        hold = holds.get(name)
        if hold and (stop["advocate_id"], cause["at_ms"]) != (hold.person, hold.begun_ms):
            yield f"{name} is of {stop['advocate_id']} since {cause['at_ms']}"
    times: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for payout in books["payout"]:
        times[payout["payout_id"]].append(("frozen", payout["created_ms"]))
    for event in books["event"]:
        if event["type"] == "payout.sent":
            times[event["subject"]].append(("sent", event["at_ms"]))
    by_hand = {one["payout_id"] for one in books["payout"] if one["rail"] == "csv"}
    owners = {one["payout_id"]: one["advocate_id"] for one in books["payout"]}
    for payout_id, moments in times.items():
        sent = [at_ms for what, at_ms in moments if what == "sent"]
        for what, at_ms in moments:
            again = what == "sent" and payout_id in by_hand and at_ms > min(sent)
            if not again and _stood(holds, owners[payout_id], at_ms):
                yield f"{payout_id} was {what} for whom finance has stopped"


def _stood(holds: dict[str, Hold], person: str, at_ms: int) -> bool:
    return any(
        one.person == person and one.begun_ms + INVOCATION_MS < at_ms < one.ended_ms
        for one in holds.values()
    )


def _everybody(books: Books) -> Iterator[str]:
    """The list of finance has everybody whose money waits, with all reasons, and nobody else."""
    for unit in MONEY:
        said = dict(_listed(books, unit))
        wanted = {}
        for balance in books["balance"]:
            if balance["currency"] == unit and balance["payable_minor"]:
                reasons = sorted([*_reasons(books, balance), *_period(books, balance)])
                least = least_in(books.town.story, unit, books.town.clock.at_ms)
                missing = _missing(books, balance, least)
                if _is_erased(books, balance["advocate_id"]):
                    reasons, missing = sorted((why, "nothing", one) for why, _, one in reasons), 0
                if reasons:
                    wanted[balance["advocate_id"]] = balance["payable_minor"], missing, reasons
        if said != wanted:
            yield f"{said} wait for {unit}, not {wanted}"


def _listed(books: Books, unit: str) -> Iterator[tuple[str, Any]]:
    town, cursor = books.town, None
    if unit != "EUR" and not town.story.accepts:
        return
    for _ in range(PAGES_MAX):
        now_ms = town.clock.at_ms
        page = waiting_page(town.memory, PlainIndex(), PROGRAM, unit, now_ms, PAGE, cursor)
        for one in page.rows:
            reasons = sorted((each.reason, each.lets_go, each.cause_id) for each in one.kept)
            yield one.balance.advocate_id, (one.balance.payable_minor, one.missing_minor, reasons)
        if (cursor := page.cursor) is None:
            return
    yield "nobody", "the list does not end"


def _reasons(books: Books, balance: Item) -> Iterator[tuple[str, str, str]]:
    """Each with what would end it, and what has caused it."""
    who, payable = balance["advocate_id"], balance["payable_minor"]
    (place,) = (one for one in books["enrolment"] if one["advocate_id"] == who)
    if payable < 0:
        yield "negative_balance", "earning_more", ""
    if place["state"] == "paused":
        yield "enrolment_paused", "resuming", ""
    if place["state"] == "banned" and not place.get("keeps_earned"):
        yield "enrolment_banned", "lifting_the_ban", ""
    for name, hold in holds_of(books).items():
        if hold.person == who and hold.ended_ms == FOR_EVER:
            yield "on_hold", "lifting_the_hold", name
    if not any(one["advocate_id"] == who for one in books["payout_method"]):
        yield "no_method", "a_method", ""
    for method in (one for one in books["payout_method"] if one["advocate_id"] == who):
        if why := wrong_home(method, books.town.story.rail):
            yield why, LETS_GO[why], ""
    if 0 <= payable < least_in(books.town.story, balance["currency"], books.town.clock.at_ms):
        yield "below_minimum", "earning_more", ""


def _period(books: Books, balance: Item) -> Iterator[tuple[str, str, str]]:
    """The run that comes next pays a period that is over already, and this money is of a later."""
    payable, (sizes, now, carried) = balance["payable_minor"], _ready(books, balance)
    least = least_in(books.town.story, balance["currency"], books.town.clock.at_ms)
    most = books.town.parts.rewards
    if payable < 0 or not _is_over(books) or sum(now[:most]) + carried >= least:
        return
    # So many and so small that no payment of them reaches the minimum, in whichever period
    ever = sum(sizes[:most]) + carried >= least
    if later := not now and carried <= 0:
        yield "later_period", "its_period", ""
    if payable >= least and not (later and ever):  # else it is too little anyway
        yield "below_minimum", "its_period" if ever else "earning_more", ""


def _missing(books: Books, balance: Item, least: int) -> int:
    """What has to be earned; in one reward, where the largest of many do not reach the minimum."""
    payable, (sizes, _, carried) = int(balance["payable_minor"]), _ready(books, balance)
    most = books.town.parts.rewards
    if payable >= least and _is_over(books) and sum(sizes[:most]) + carried < least:
        return int(least - carried - sum(sizes[: most - 1]))
    return max(0, least - payable)


def _ready(books: Books, balance: Item) -> tuple[list[int], list[int], int]:
    """All that is due, the largest first, what the next run pays of it, and what is beyond it."""
    ended = _next_end(books)
    due = [one for one in books["reward"] if one["state"] == "due" and _same(one, balance)]
    due.sort(key=lambda one: -int(one["remaining_minor"]))
    sizes = [int(one["remaining_minor"]) for one in due]
    now = [int(one["remaining_minor"]) for one in due if one["created_ms"] < ended]
    return sizes, now, balance["payable_minor"] - sum(sizes)


def _next_end(books: Books) -> int:
    town = books.town
    return min(one for one in calendar(town.story.paying).items() if one[0] > town.clock.at_ms)[1]


def _is_over(books: Books) -> bool:
    return _next_end(books) <= books.town.clock.at_ms


def _same(reward: Item, balance: Item) -> bool:
    return all(reward[name] == balance[name] for name in ("advocate_id", "currency"))


def _is_erased(books: Books, person: str) -> bool:
    return any(one["advocate_id"] == person and one.get("erased_ms") for one in books["advocate"])


def _told_day(books: Books) -> Iterator[str]:
    """The day that is told of money: the first that pays what was earned and is due by then."""
    town, payment = books.town, payment_of(books.town.story)
    ends, now_ms = calendar(town.story.paying), town.clock.at_ms
    for one in books["reward"]:
        if one["state"] in ("pending", "approved", "due"):
            earned_ms, due_ms = one["created_ms"], one["hold_until_ms"]
            said = payout_of(payment, earned_ms, due_ms, now_ms)
            able = (at for at, end in ends.items() if at > max(due_ms, now_ms) and end > earned_ms)
            if said != min(able):
                yield f"{one['reward_id']} is told the payday of {said}"


KEPT = (_held, _everybody, _told_day)
