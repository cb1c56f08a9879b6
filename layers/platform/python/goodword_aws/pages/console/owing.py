"""What a programme owes, drawn and in a table: by account, by the age of rewards, in every unit.

All of it is of one count of the ledger, whose time is said with it. A chart has one unit, so the
charts are of the programme's own currency; the table has every currency and unit there is. Who sees
no single people sees accounts that enough people have something in, and neither rewards nor ages.
"""

from typing import NamedTuple

from goodword.ledger.liability import AGES, Owed
from goodword.ledger.model import BUCKETS, Bucket
from goodword.rewards.model import BUCKET_OF

from goodword_aws.pages.charts import Chart, Series
from goodword_aws.pages.console.figures import Figures
from goodword_aws.pages.view import View


class OwedRow(NamedTuple):
    """One state or account: its sums by age as they are read ("" for none), and all together."""

    what: str
    rewards: int
    by_age: tuple[str, ...]
    total: str


class OwedUnit(NamedTuple):
    """One currency or unit: its rewards, what was taken back when paid, and the ledger's sum.

    Without ages the rows are accounts; `total` is "" if one of them is left out.
    """

    unit: str
    rows: tuple[OwedRow, ...]
    set_against: str
    total: str
    people: int
    moving: int


class OwedTable(NamedTuple):
    """Everything that is owed, as of `at_ms`; `hidden` if anything is left out for its few people.

    `ages` are the columns; none for who sees no single people.
    """

    at_ms: int | None
    ages: tuple[str, ...]
    units: tuple[OwedUnit, ...]
    hidden: bool


def owed_table(view: View, made: Figures) -> OwedTable:
    """Every unit with its states and ages, the programme's own currency first."""
    ordered = sorted(made.owed, key=lambda one: (one.currency != made.currency, one.currency))
    shape = _unit if made.sees_people else _sums
    ages = tuple(_ages(view)) if made.sees_people else ()
    units = tuple(shape(view, one) for one in ordered)
    return OwedTable(made.owed_ms, ages, units, made.owed_hidden)


def _sums(view: View, one: Owed) -> OwedUnit:
    """The accounts alone."""
    rows = tuple(
        OwedRow(
            view.text(f"overview.owed.{bucket}"), 0, (), view.reader.minor(amount, one.currency)
        )
        for bucket, amount in one.accounts.items()
    )
    total = view.reader.minor(one.total_minor, one.currency) if one.is_whole else ""
    return OwedUnit(one.currency, rows, "", total, one.people, one.moving)


def _unit(view: View, one: Owed) -> OwedUnit:
    def said(amount_minor: int) -> str:
        return view.reader.minor(amount_minor, one.currency)

    rows = tuple(
        OwedRow(
            what=view.text(f"console.reward.{aged.state}"),
            rewards=aged.rewards,
            by_age=tuple(said(amount) if amount else "" for amount in aged.by_age),
            total=said(aged.total_minor),
        )
        for aged in one.aged
    )
    against = said(one.set_against_minor) if one.set_against_minor else ""
    return OwedUnit(one.currency, rows, against, said(one.total_minor), one.people, one.moving)


def owed_by_account(view: View, made: Figures) -> Chart:
    """What the ledger's accounts hold in the programme's currency, of everybody."""
    own = _own(made)
    accounts = {one: own.accounts[one] for one in BUCKETS if own and one in own.accounts}
    note = _counted(view, made)
    if own and not own.is_whole:
        note = f"{note} {view.text('overview.owing.hidden')}"
    return Chart(
        id="owed",
        title=view.text("overview.chart.owed"),
        labels=tuple(view.text(f"overview.owed.{bucket}") for bucket in accounts),
        series=(Series(view.text("overview.series.owed"), tuple(accounts.values())),),
        empty=_empty(view, made, "owed"),
        unit=made.currency,
        note=note,
    )


def owed_by_age(view: View, made: Figures) -> Chart:
    """The rewards alone, by the days since they were earned and by their account.

    They are more than the accounts by what was taken back after payment: a note says how much.
    """
    own, note = _own(made), _counted(view, made)
    if own and own.set_against_minor:
        against = view.reader.minor(own.set_against_minor, own.currency)
        note = f"{view.text('overview.owing.before', amount=against)} {note}"
    return Chart(
        id="age",
        title=view.text("overview.chart.age"),
        labels=tuple(_ages(view)),
        series=tuple(
            Series(view.text(f"overview.owed.{bucket}"), _aged(own, bucket)) for bucket in BUCKETS
        ),
        empty=_empty(view, made, "age"),
        unit=made.currency,
        note=note,
    )


def _own(made: Figures) -> Owed | None:
    return next((one for one in made.owed if one.currency == made.currency), None)


def _aged(own: Owed | None, bucket: Bucket) -> tuple[int, ...]:
    """The sums by age of all states whose money is in this account."""
    found = [one.by_age for one in own.aged if BUCKET_OF[one.state] == bucket] if own else []
    return tuple(sum(sums) for sums in zip(*found, strict=True)) or (0,) * (len(AGES) + 1)


def _ages(view: View) -> list[str]:
    ages = [view.text("overview.age", days=end) for end in AGES]
    return [*ages, view.text("overview.older", days=AGES[-1])]


def _counted(view: View, made: Figures) -> str:
    if made.owed_ms is None:
        return ""
    return view.text("overview.counted", when=view.reader.time(made.owed_ms))


def _empty(view: View, made: Figures, name: str) -> str:
    if made.owed_ms is None:
        return view.text("overview.uncounted")
    return view.text("overview.few.title" if made.owed_hidden else f"overview.empty.{name}")
