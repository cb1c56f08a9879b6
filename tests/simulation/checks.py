"""What must be true of a town after its seed: the invariants, judged on what is stored and paid.

Everything is recomputed here from plain items and the rail's own list; no rule of the product is
called to judge the product.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from goodword.limits import LATE_DAYS

from tests.simulation.alarms import ALARMS
from tests.simulation.bancheck import FORESEEN
from tests.simulation.bank import BANKS
from tests.simulation.bans import BANS
from tests.simulation.bases import BASES
from tests.simulation.belongings import BELONGINGS
from tests.simulation.bookchecks import BOOKS
from tests.simulation.books import Books, Item
from tests.simulation.capchecks import CAPS
from tests.simulation.currencies import unit_of, units
from tests.simulation.deadlines import DEADLINES
from tests.simulation.doubts import DOUBTED
from tests.simulation.flaws import TERMS
from tests.simulation.giftchecks import GIFTS
from tests.simulation.giving import GIVING
from tests.simulation.halves import HALVED
from tests.simulation.happenings import account_of
from tests.simulation.keeping import KEPT
from tests.simulation.leaving import LEFT
from tests.simulation.letting import LETTING
from tests.simulation.looks import LOOKS
from tests.simulation.monthchecks import MONTHS
from tests.simulation.nightly import NIGHTLY
from tests.simulation.oracle import EXTRA, Due, as_decided, as_told, expected, gives, touch_of
from tests.simulation.paychecks import JUDGES
from tests.simulation.potchecks import POTS, SET
from tests.simulation.ratechecks import RATES
from tests.simulation.reasons import REASONS, last_decision, seen_in
from tests.simulation.replays import REPLAYS
from tests.simulation.retelling import DIFFERS, RETOLD
from tests.simulation.returning import REFUSED_BEFORE, RETURNING
from tests.simulation.runchecks import RUNS
from tests.simulation.sealing import SEALED
from tests.simulation.stale import AGES, may_lack
from tests.simulation.stale import REFUSED as OLD
from tests.simulation.story import DAY_MS, PEOPLE
from tests.simulation.strange import STRANGENESS, is_left_aside, waits
from tests.simulation.taking import taken
from tests.simulation.telling import TOLD
from tests.simulation.twins import TWINS, told_ms
from tests.simulation.wordy import WORDS

if TYPE_CHECKING:
    from tests.simulation.town import Town

BUCKETS = ("pending", "on_hold", "payable", "in_payout")
GONE = ("rejected", "void")
HELD = {"draft": "in_payout", "sent": "in_payout", "unknown": "in_payout", "paid": "paid"}
PENDING = {"pending": "pending", "approved": "pending", "on_hold": "on_hold"}


def check(town: "Town") -> list[str]:
    """Every finding of the finished seed, those of the run itself first."""
    every = (
        _ledger,
        _balances,
        _rewards,
        _holds,
        _reviews,
        _lapses,
        _conversions,
        _decisions,
        _amounts,
        *DEADLINES,
        *JUDGES,
        *CAPS,
        *BOOKS,
        *RUNS,
        *TERMS,
        *REASONS,
        *BANS,
        *FORESEEN,
        *BANKS,
        *GIVING,
        *GIFTS,
        *LEFT,
        *KEPT,
        *TWINS,
        *RETOLD,
        *RETURNING,
        *RATES,
        *LOOKS,
        *LETTING,
        *ALARMS,
        *STRANGENESS,
        *TOLD,
        *DOUBTED,
        *HALVED,
        *MONTHS,
        *AGES,
        *WORDS,
        _leftovers,
        _calm,
        *POTS,
        *BASES,
        *REPLAYS,
        *NIGHTLY,
        *SET,
        *BELONGINGS,
        *SEALED,
    )
    return [*town.failures, *_found(town, every)]


def general(town: "Town", without: Sequence[str] = ()) -> list[str]:
    """What is found of books of which no story tells: the ledger and what has left."""
    every = (_ledger, _balances, *JUDGES, *RUNS, *GIVING, *NIGHTLY)
    return _found(town, [one for one in every if one.__name__.strip("_") not in without])


def _found(town: "Town", judges: Iterable[Callable[[Books], Iterator[str]]]) -> list[str]:
    books, found = Books(town), list[str]()
    for judge in judges:
        name = judge.__name__.strip("_")
        try:
            found += [f"{name}: {what}" for what in judge(books)]
        except Exception as lost:  # noqa: BLE001 - what makes no sense is a finding, too
            found.append(f"{name}: what is stored makes no sense: {lost!r}")
    return found


def _ledger(books: Books) -> Iterator[str]:
    """I1: every entry sums to zero, and has a reward or a payout behind it."""
    for entry in books["entry"]:
        if sum(leg["amount_minor"] for leg in entry["legs"]) != 0:
            yield f"{entry['what']} does not sum to zero"


def _accounts(books: Books) -> dict[str, Counter[str]]:
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in books["entry"]:
        for leg in entry["legs"]:
            sums[entry["currency"]][leg["account"]] += leg["amount_minor"]
    return sums


def _balances(books: Books) -> Iterator[str]:
    """I1: balances are the journal's, and what rewards and payouts say is what they hold."""
    accounts, able = _accounts(books), units(books.town.story)
    for unit in {*accounts, *able, *(one["currency"] for one in books["balance"])}:
        sums = accounts[unit]
        friends = {one["advocate_id"] for one in books["balance"]} - {*PEOPLE}
        for person in (*PEOPLE, *friends):
            mine = [one for one in books["balance"] if one["advocate_id"] == person]
            stored = next((one for one in mine if one["currency"] == unit), {})
            said = {bucket: stored.get(f"{bucket}_minor", 0) for bucket in BUCKETS}
            if unit not in able and person in PEOPLE and any(said.values()):
                yield f"{person} has {unit}, in which nothing is given"
            for bucket in BUCKETS:
                if said[bucket] != -sums[f"advocate:{person}:{bucket}"]:
                    yield f"{person} {bucket}: journal {-sums[f'advocate:{person}:{bucket}']}"
            yield from _holdings(books, (person, unit), said, stored.get("paid_minor", 0))
        if sum(sums.values()) != 0:
            yield "the ledger does not sum to zero"


def _holdings(
    books: Books, place: tuple[str, str], said: dict[str, int], paid: int
) -> Iterator[str]:
    def mine(kind: str) -> list[Item]:
        return [one for one in books[kind] if (one["advocate_id"], one["currency"]) == place]

    person, rewards, payouts = place[0], mine("reward"), mine("payout")
    held: Counter[str] = Counter()
    for reward in rewards:
        held[PENDING.get(reward["state"], "")] += reward["remaining_minor"]
    for payout in payouts:
        held[HELD.get(payout["state"], "")] += payout["amount_minor"]
        if payout["state"] == "paid":
            held["paid"] -= payout.get("returned_minor", 0)
    held["paid"] += sum(one["amount_minor"] for one in mine("hand_out"))
    earned = sum(one["remaining_minor"] for one in rewards if one["state"] not in GONE)
    for bucket in ("pending", "on_hold", "in_payout"):
        if said[bucket] != held[bucket]:
            yield f"{person} {bucket}: balance {said[bucket]}, records {held[bucket]}"
    if paid != held["paid"]:
        yield f"{person} paid: balance {paid}, payouts {held['paid']}"
    if sum(said.values()) + paid != earned:
        yield f"{person} owns {sum(said.values()) + paid}, has earned {earned}"


def _rewards(books: Books) -> Iterator[str]:
    """I2, I5: one live reward per order, person and rule, and no more taken than earned."""
    seen: Counter[tuple[str, ...]] = Counter()
    booked = (*books["conversion"], *books["duplicate"])
    conversions = {one["conversion_id"]: one for one in booked}
    for reward in books["reward"]:
        if not 0 <= reward["remaining_minor"] <= reward["earned_minor"]:
            yield f"{reward['reward_id']}: {reward['remaining_minor']} of {reward['earned_minor']}"
        if reward["state"] not in GONE:
            names = ("program_id", "action", "order_id", "rule_id", "side")
            seen[tuple(reward.get(name, "") for name in names)] += 1
        order = books.town.story.order(reward["order_id"])
        received_ms = conversions[reward["conversion_id"]]["received_ms"]
        happened_ms = min(told_ms(order, reward["order_id"]), received_ms)
        from_ms = max(happened_ms, received_ms - LATE_DAYS * DAY_MS)
        hold_ms = from_ms + books.town.story.hold_days * DAY_MS
        if reward["hold_until_ms"] != hold_ms:
            yield f"{reward['order_id']}: the hold ends at another time"
        if reward["state"] == "due" and reward["remaining_minor"] == 0:
            yield f"{reward['order_id']}: due, but nothing is left"
    for place, count in seen.items():
        if count > 1:
            yield f"{count} rewards for {place}"


def _holds(books: Books) -> Iterator[str]:
    """Nothing is due before its hold is over."""
    for event in books["event"]:
        if event["type"] == "reward.due":
            reward = next(one for one in books["reward"] if one["reward_id"] == event["subject"])
            if event["at_ms"] < reward["hold_until_ms"]:
                yield f"{reward['order_id']} was due before its hold was over"


def _reviews(books: Books) -> Iterator[str]:
    """I14: only small rewards and those that a person approved pass; a lapse pays nothing."""
    story = books.town.story
    rewards = {one["reward_id"]: one for one in books["reward"]}
    for event in books["event"]:
        if event["type"] != "reward.approved":
            continue
        reward = rewards[event["subject"]]
        if event["actor"]["kind"] == "staff":
            if event["actor"]["id"] == account_of(reward["advocate_id"]):
                yield f"{reward['order_id']} was approved by its payee"
        elif event["reason"] == "within_auto_approve_limit":
            if event["data"]["amount_minor"] > story.limit:
                yield f"{reward['order_id']} was too large to pass by itself"
        elif event["reason"] == "inquiry_closed":
            if not any(order.inquiry for order in story.orders):
                yield f"{reward['order_id']} was let go by a bank that never asked"
        elif story.on_lapse != "release" or event["reason"] != "review_lapsed_release":
            yield f"{reward['order_id']} passed because of {event['reason']}"


def _lapses(books: Books) -> Iterator[str]:
    """I14: a lapse lets pass what is small by then; `watching` sees what else it was held for."""
    rewards = {one["reward_id"]: one for one in books["reward"]}
    for event in books["event"]:
        if (event["type"], event["reason"]) != ("reward.approved", "review_lapsed_release"):
            continue
        reward = rewards[event["subject"]]
        if event["data"]["amount_minor"] > books.town.story.limit:
            yield f"{reward['order_id']} was too large to pass by a lapse"


def _conversions(books: Books) -> Iterator[str]:
    """I2, I4: one conversion per order, and none is missing."""
    story = books.town.story
    orders = Counter((one["action"], one["order_id"]) for one in books["conversion"])
    for (_, name), count in orders.items():
        if count > 1:
            yield f"{name} became {count} conversions"
    for conversion in books["conversion"]:
        if conversion["state"] == "waiting":
            yield f"{conversion['order_id']} still waits for a rate"
    if len(orders) + may_lack(books) != len(story.orders):
        yield f"{len(orders)} conversions of {len(story.orders)} orders"


def _decisions(books: Books) -> Iterator[str]:
    """Whatever was decided says why."""
    for decision in books["decision"]:
        if not decision["reason"]:
            yield "a decision without a reason"
        for line in decision.get("lines", ()):
            if line["earned_minor"] < line["computed_minor"] and not line["reason"]:
                yield "a line earned less and does not say why"


def _amounts(books: Books) -> Iterator[str]:
    """I5: exact amounts for whoever won; refunds to the cent."""
    story = books.town.story
    rewards = {one["reward_id"]: one for one in books["reward"]}
    parts = {one["subject_id"] for one in books["dispute"] if one.get("outcome") == "partly"}
    for conversion in books["conversion"]:
        order = story.order(conversion["order_id"])
        last = last_decision(books, conversion)
        winner = last["attribution"].get("winner")
        decided = as_decided(story, order, last)
        due = gives(story, decided, touch_of(winner), seen_in(last)) if winner else {}
        for reward_id in conversion.get("reward_ids", ()):
            reward = rewards[reward_id]
            one = due.get(reward["rule_id"])
            if one is None:
                yield f"{order.name} is rewarded without a touch, or a rule"
                continue
            if reward["currency"] != unit_of(story, order, reward["rule_id"]):
                yield f"{order.name} earned {reward['currency']}"
            if reward["earned_minor"] != one.amount and not story.caps + story.budget:
                yield f"{order.name} earned {reward['earned_minor']}, not {one.amount}"
            weights = {part["line_id"]: part["weight"] for part in reward.get("parts", ())}
            if weights != one.weights:
                yield f"{order.name} was earned on {weights}, not on {one.weights}"
            told = as_told(order, conversion["net_minor"])
            yield from taken(books, told, reward, one.weights, granted=reward_id in parts)
        for reward in map(rewards.__getitem__, conversion.get("friend_reward_ids", ())):
            told = as_told(order, conversion["net_minor"])
            yield from taken(books, told, reward, {}, granted=reward["reward_id"] in parts)


def _leftovers(books: Books) -> Iterator[str]:
    """I4, I13: nothing waits that nobody will look at."""
    known = {one["alias"] for one in books["order_alias"]}
    for parked in books["parked_refunds"]:
        if parked["alias"] in known and not waits(parked):
            yield f"refunds are parked under {parked['alias']}, which is known"
    told = {one["delivery_id"]: one["state"] for one in books["delivery"]}
    for name in books.town.accepted:
        if told.get(name) not in ("booked", "ignored", "not_understood"):
            yield f"the delivery {name} was accepted and is {told.get(name)}"
    for delivery in books["delivery"]:
        reasons = ("unknown_order", DIFFERS, *OLD)
        unread = delivery["state"] == "not_understood" and delivery["reason"] not in reasons
        if unread and not is_left_aside(books, delivery):
            yield f"{delivery['delivery_id']} is not understood: {delivery['reason']}"


def _calm(books: Books) -> Iterator[str]:
    """I9: in a calm story the winners and amounts are those of the oracle, in any order."""
    story = books.town.story
    if not story.calm or story.lasts:
        return
    seen = {
        story.order(one["order_id"]).name: seen_in(last_decision(books, one))
        for one in books["conversion"]
    }
    want = expected(story, seen)
    rewards = {one["reward_id"]: one for one in books["reward"]}
    for conversion in books["conversion"]:
        name = story.order(conversion["order_id"]).name
        mine = [rewards[one] for one in conversion.get("reward_ids", ())]
        earned = sum(one["earned_minor"] for one in mine if one["rule_id"] != EXTRA)
        person = conversion.get("advocate_id")
        number = last_decision(books, conversion)["version_number"] if person else 0
        got = Due(person, earned, number)
        states = {rewards[one]["state"] for one in conversion.get("reward_ids", ())}
        refused = "rejected" in states or conversion["reason"] == REFUSED_BEFORE
        if refused and got.person == want[name].person:
            continue  # what a person has refused stays as it was
        if got != want[name]:
            yield f"{name} earned {got}, not {want[name]}"
