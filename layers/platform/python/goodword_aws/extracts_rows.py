"""What the rows of an extract are: conversions, rewards, payouts and entries of a period.

Conversions, rewards and entries are found day by day, payouts by their runs. Each row is as things
are now, and names people by their random ids. Text cannot become a formula; amounts stay numbers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from goodword.conversions.decided import DecidedOn, days_between, decided_partition
from goodword.conversions.model import Conversion, conversion_key
from goodword.ledger.leaves import Leaf, booked_on, unsealed
from goodword.ledger.model import Entry
from goodword.limits import PAGE_ITEMS_MAX, QUERY_PAGES_MAX, SEAL_GRACE_SECONDS, SEAL_SHARDS
from goodword.money import decimal_text
from goodword.payouts.model import Payout, PayoutRun, RunLine, payout_key
from goodword.payouts.sheet import number, text
from goodword.ports import Desk, Page, Store
from goodword.programs.extract import Extract, What
from goodword.programs.extracting import Piece, Row, Sections
from goodword.programs.replay_past import reward_keys
from goodword.rewards.decision import Decision, decision_key
from goodword.rewards.model import Reward
from goodword.times import SECOND_MS, rfc3339

HEADS: Mapping[What, Row] = {
    "conversions": (
        *("conversion_id", "action", "order_id", "occurred_at", "received_at", "state", "reason"),
        *("currency", "net", "gross", "refunded_net", "refunded_gross", "advocate_id"),
    ),
    "rewards": (
        *("reward_id", "created_at", "advocate_id", "side", "conversion_id", "order_id"),
        *("rule_id", "terms_version", "currency", "earned", "remaining", "state", "reason"),
        *("hold_until", "payout_id", "changed_at"),
    ),
    "payouts": (
        *("payout_id", "run_id", "period", "advocate_id", "currency", "amount", "carried"),
        *("rewards", "rail", "state", "reason", "reference", "fee", "returned"),
        *("created_at", "sent_at", "changed_at"),
    ),
    "entries": (
        *("entry_id", "at", "what", "account", "currency", "amount", "reward_id", "payout_id"),
    ),
}


def sections(desk: Desk) -> Sections:
    """What reads the rows of each kind."""
    return {
        "conversions": lambda extract, at: _by_day(extract, at, _conversions(desk.store)),
        "rewards": lambda extract, at: _by_day(extract, at, _rewards(desk.store)),
        "payouts": lambda extract, at: _payouts(desk.store, extract, at),
        "entries": lambda extract, at: (
            _by_day(extract, at, _entries(desk.store)) if _is_whole(desk, extract) else None
        ),
    }


Rows = Callable[[Extract, str, str | None], tuple[Sequence[Row], str | None]]


def _by_day(extract: Extract, at: str | None, read: Rows) -> Piece:
    """A page of one day. The cursor is the day, and behind a blank where in it to go on."""
    days = list(days_between(extract.from_ms, extract.until_ms))
    day, _, cursor = (at or days[0]).partition(" ")
    rows, following = read(extract, day, cursor or None)
    done = days.index(day) + (following is None)
    if following is not None:
        return Piece(rows, f"{day} {following}", done * 100 // len(days))
    later = days[done] if done < len(days) else None
    return Piece(rows, later, done * 100 // len(days))


def _decided(
    store: Store, extract: Extract, day: str, cursor: str | None
) -> tuple[list[DecidedOn], str | None]:
    place = decided_partition(extract.program_id, day)
    page = store.query(DecidedOn, "core", place, limit=PAGE_ITEMS_MAX, cursor=cursor)
    inside = [one for one in page.rows if extract.from_ms <= one.at_ms < extract.until_ms]
    return inside, page.cursor


def _conversions(store: Store) -> Rows:
    """Each conversion on the day of its first decision."""

    def read(extract: Extract, day: str, cursor: str | None) -> tuple[Sequence[Row], str | None]:
        places, following = _decided(store, extract, day, cursor)
        keys = [conversion_key(one.conversion_id) for one in places if one.decision == 1]
        found = store.get_many(Conversion, keys) if keys else {}
        return [_conversion(found[key]) for key in keys if key in found], following

    return read


def _conversion(one: Conversion) -> Row:
    return (
        text(one.conversion_id),
        text(one.action),
        text(one.order_id),
        rfc3339(one.occurred_ms),
        rfc3339(one.received_ms),
        text(one.state),
        text(one.reason),
        text(one.currency),
        _amount(one.net_minor, one.currency),
        _amount(one.gross_minor, one.currency),
        _amount(one.refunded_net_minor, one.currency),
        _amount(one.refunded_gross_minor, one.currency),
        text(one.advocate_id or ""),
    )


def _rewards(store: Store) -> Rows:
    """Each reward on the day of the decision that made it."""

    def read(extract: Extract, day: str, cursor: str | None) -> tuple[Sequence[Row], str | None]:
        places, following = _decided(store, extract, day, cursor)
        where = [decision_key(one.conversion_id, one.decision) for one in places]
        decisions = store.get_many(Decision, where) if where else {}
        keys = [key for at in where if at in decisions for key in reward_keys(decisions[at])]
        rewards: list[Reward] = []
        for start in range(0, len(keys), PAGE_ITEMS_MAX):
            some = keys[start : start + PAGE_ITEMS_MAX]
            found = store.get_many(Reward, some)
            rewards += [found[key] for key in some if key in found]
        return [_reward(one) for one in rewards], following

    return read


def _reward(one: Reward) -> Row:
    return (
        text(one.reward_id),
        rfc3339(one.created_ms),
        text(one.advocate_id),
        text(one.side),
        text(one.conversion_id),
        text(one.order_id),
        text(one.rule_id),
        number(str(one.version_number)),
        text(one.currency),
        _amount(one.earned_minor, one.currency),
        _amount(one.remaining_minor, one.currency),
        text(one.state),
        text(one.reason),
        rfc3339(one.hold_until_ms),
        text(one.payout_id or ""),
        rfc3339(one.changed_ms),
    )


def _payouts(store: Store, extract: Extract, at: str | None) -> Piece:
    """A page of one run. The cursor is the run, and behind a blank where in it to go on."""
    runs = _runs(store, extract)
    if not runs:
        return Piece((), None, 100)
    name, _, cursor = (at or next(iter(runs))).partition(" ")
    names = list(runs)
    page = store.query(
        RunLine, "core", f"RUN#{name}", "L#", limit=PAGE_ITEMS_MAX, cursor=cursor or None
    )
    keys = [payout_key(one.advocate_id, one.payout_id) for one in page.rows]
    found = store.get_many(Payout, keys) if keys else {}
    rows = [_payout(found[key], runs[name]) for key in keys if key in found]
    done = names.index(name) + (page.cursor is None)
    share = done * 100 // len(names)
    if page.cursor is not None:
        return Piece(rows, f"{name} {page.cursor}", share)
    return Piece(rows, names[done] if done < len(names) else None, share)


def _runs(store: Store, extract: Extract) -> dict[str, PayoutRun]:
    """The runs of the programme that were made in the period, oldest first."""
    found: list[PayoutRun] = []
    for page in _pages(store):
        found += [
            one
            for one in page.rows
            if one.program_id == extract.program_id
            and extract.from_ms <= one.created_ms < extract.until_ms
        ]
    return {one.run_id: one for one in sorted(found, key=lambda one: (one.created_ms, one.run_id))}


def _pages(store: Store) -> Iterator[Page[PayoutRun]]:
    cursor: str | None = None
    for _ in range(QUERY_PAGES_MAX):
        page = store.query_index(PayoutRun, "core", "RUNS", limit=PAGE_ITEMS_MAX, cursor=cursor)
        yield page
        if (cursor := page.cursor) is None:
            return


def _payout(one: Payout, run: PayoutRun) -> Row:
    return (
        text(one.payout_id),
        text(one.run_id),
        text(run.period),
        text(one.advocate_id),
        text(one.currency),
        _amount(one.amount_minor, one.currency),
        _amount(one.carry_minor, one.currency),
        number(str(len(one.rewards))),
        text(one.rail),
        text(one.state),
        text(one.reason),
        text(one.reference),
        _amount(one.fee_minor, one.currency),
        _amount(one.returned_minor, one.currency),
        rfc3339(one.created_ms),
        "" if one.sent_ms is None else rfc3339(one.sent_ms),
        rfc3339(one.changed_ms),
    )


def _is_whole(desk: Desk, extract: Extract) -> bool:
    """Whether every entry of the period stands under its day: it is sealed by then."""
    if desk.clock.now_ms() < extract.until_ms + SEAL_GRACE_SECONDS * SECOND_MS:
        return False
    return not any(
        desk.store.query_index(
            Leaf, "core", unsealed(shard), until=f"{extract.until_ms:015d}", limit=1
        ).rows
        for shard in range(SEAL_SHARDS)
    )


def _entries(store: Store) -> Rows:
    """Each leg of an entry is a row: the amounts of an entry sum to zero."""

    def read(extract: Extract, day: str, cursor: str | None) -> tuple[Sequence[Row], str | None]:
        page = store.query_index(Leaf, "core", booked_on(day), limit=PAGE_ITEMS_MAX, cursor=cursor)
        inside = [one for one in page.rows if extract.from_ms <= one.at_ms < extract.until_ms]
        keys = [one.item_key for one in inside]
        found = store.get_many(Entry, keys) if keys else {}
        mine = [found[key] for key in keys if found[key].program_id == extract.program_id]
        return [row for one in mine for row in _legs(one)], page.cursor

    return read


def _legs(entry: Entry) -> Iterator[Row]:
    for leg in entry.legs:
        yield (
            text(entry.entry_id),
            rfc3339(entry.at_ms),
            text(entry.what),
            text(leg.account),
            text(entry.currency),
            _amount(leg.amount_minor, entry.currency),
            text(entry.refs.get("reward_id", "")),
            text(entry.refs.get("payout_id", "")),
        )


def _amount(amount_minor: int, currency: str) -> str:
    return number(decimal_text(amount_minor, currency))
