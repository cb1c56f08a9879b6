"""No figure nor difference of two is of fewer than five where single people are hidden."""

import pytest
from goodword.journeys.crediting import Credited
from goodword.journeys.happened import Happened
from goodword.journeys.kpis import History
from goodword.journeys.kpis_crowds import forecast_hidden, hidden, whole_months
from goodword.journeys.measuring import parts_of
from goodword.journeys.pipeline import Period
from goodword.times import parse_rfc3339, rfc3339

from tests.support.crm import AT
from tests.unit.journeys.test_kpis import DAY, deal, row

OCTOBER = parse_rfc3339("2025-10-01T00:00:00Z")
YEAR_END = parse_rfc3339("2026-01-01T00:00:00Z")


def day_of(text: str) -> float:
    return (parse_rfc3339(f"{text}T12:00:00Z") - AT) / DAY


def sales(people: int, on: str, first: int = 0) -> list[Happened]:
    return [
        row(
            "conversion.decided",
            f"cnv_{on}_{number}",
            day_of(on),
            action="sale",
            advocate_id=f"adv_{number}",
            decision=1,
            net_minor=100,
            currency="EUR",
        )
        for number in range(first, first + people)
    ]


def answers(values: list[int], on: str) -> list[Happened]:
    return [
        row("journey.signal_noted", f"sbj_{number}", day_of(on), kind="nps", value=value)
        for number, value in enumerate(values)
    ]


def few(*rows: Happened) -> list[set[str]]:
    """The codes that are left out of October to December, and of each of the three months."""
    whole = Period(OCTOBER, YEAR_END)
    return [{code for code, _ in one} for one in hidden(History(rows), whole, parts_of(whole))]


def test_one_small_month_takes_the_sum_of_the_period_with_it() -> None:
    assert few(*sales(5, "2025-10-05"), *sales(6, "2025-11-05")) == [set(), set(), set(), set()]
    revenue = {"referral_revenue"}
    small = few(*sales(5, "2025-10-05"), *sales(4, "2025-11-05"))
    assert small == [revenue, set(), revenue, set()]


def test_of_a_share_those_who_are_not_in_it_count_too() -> None:
    rate = {"promoter_rate"}
    assert few(*answers([10] * 6, "2025-10-05"))[1] == set()
    assert few(*answers([10] * 6 + [3], "2025-10-05"))[1] == rate
    assert few(*answers([10] * 6 + [3] * 4, "2025-10-05"))[1] == rate
    assert few(*answers([10] * 6 + [3] * 5, "2025-10-05"))[1] == set()
    assert few(*answers([3] * 5, "2025-10-05"))[1] == set()
    assert few(*answers([3] * 4, "2025-10-05"))[1] == rate


def test_who_was_active_twice_or_bought_is_told_of_five_only() -> None:
    leads = [
        row(
            "conversion.decided",
            f"cnv_{number}",
            day_of("2025-10-05"),
            action="lead",
            advocate_id=f"adv_{number % 5}",
            decision=1,
            occasion="plain",
        )
        for number in range(6)
    ]
    whole = Period(OCTOBER, YEAR_END)
    found = hidden(History(leads, bought=["cnv_0"]), whole, parts_of(whole))
    assert {"repeat_actions", "referral_conversion_rate"} <= {code for code, _ in found[1]}
    assert ("referral_leads", "") not in found[0] | found[1]
    assert ("advocate_pool", "") not in found[0]


def of(people: int, state: str, closed_ms: int | None = None) -> list[Credited]:
    """Deals, each owed to another advocate and of another account."""
    found = []
    for number in range(people):
        one = deal(f"d{number}", 100, state)
        assert one.credit is not None
        sold = one.deal.but(account=f"a-{number}", closed_ms=closed_ms)
        found.append(Credited(deal=sold, credit=one.credit.but(advocate_id=f"adv_{number}")))
    return found


def test_sums_of_deals_are_of_five_advocates_and_each_currency_by_itself() -> None:
    assert forecast_hidden(of(4, "open")) == {"EUR"}
    assert forecast_hidden(of(5, "open")) == frozenset()
    month = Period(AT - 15 * DAY, AT + 15 * DAY)
    assert ("referral_pipeline", "EUR") in hidden(History((), of(4, "won")), month, [])[0]
    assert ("referral_pipeline", "EUR") not in hidden(History((), of(5, "won")), month, [])[0]


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (("2025-10-05", "2025-10-06"), ("2025-10-01", "2025-11-01")),
        (("2025-09-30", "2025-11-02"), ("2025-09-01", "2025-11-01")),
        (("2025-09-01", "2025-10-01"), ("2025-09-01", "2025-10-01")),
        (("2025-11-05", "2025-11-06"), ("2025-10-01", "2025-11-01")),
        (("2026-02-01", "2026-03-01"), ("2025-10-01", "2025-11-01")),
    ],
)
def test_a_period_is_whole_months_that_are_over(
    asked: tuple[str, str], given: tuple[str, str]
) -> None:
    def at(day: str) -> int:
        return parse_rfc3339(f"{day}T00:00:00Z")

    found = whole_months(Period(*map(at, asked)), at("2025-11-20"))
    assert (rfc3339(found.from_ms)[:10], rfc3339(found.to_ms)[:10]) == given


@pytest.mark.parametrize(("accounts", "hides"), [(4, True), (5, False)])
def test_what_is_retained_is_of_five_accounts(accounts: int, hides: bool) -> None:
    month = Period(AT - 15 * DAY, AT + 15 * DAY)
    long_ago = AT - 500 * DAY
    found = hidden(History((), of(accounts, "won", long_ago)), month, [month])
    assert (("net_revenue_retention", "EUR") in found[0]) == hides
    sold = hidden(History((), of(accounts, "won", AT)), month, [month])
    assert (("referral_revenue", "EUR") in sold[0]) == hides
