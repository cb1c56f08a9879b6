"""No figure nor difference of two is of fewer than five where single people are hidden."""

import pytest
from goodword.journeys.crediting import Credited, Influence
from goodword.journeys.happened import Happened
from goodword.journeys.kpis import History
from goodword.journeys.kpis_crowds import forecast_hidden, hidden, untold, whole_months
from goodword.journeys.measuring import parts_of
from goodword.journeys.pipeline import Period
from goodword.journeys.prompting import Prompt
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


def test_revenue_of_deals_and_of_orders_is_of_five_each() -> None:
    month = Period(AT - 15 * DAY, AT + 15 * DAY)
    sold = of(5, "won", AT)

    def left_out(people: int) -> bool:
        history = History(sales(people, "2025-11-20", first=9), sold)
        return ("referral_revenue", "EUR") in hidden(history, month, [])[0]

    assert [left_out(people) for people in (0, 1, 4, 5)] == [False, True, True, False]


# --- sums of deals ------------------------------------------------------------------------------

NOVEMBER = Period(parse_rfc3339("2025-11-01T00:00:00Z"), parse_rfc3339("2025-12-01T00:00:00Z"))
DECEMBER = Period(NOVEMBER.to_ms, YEAR_END)
SOURCED, ALL = ("sourced", "EUR"), ("all", "EUR")


def unowed(deals: list[Credited]) -> list[Credited]:
    return [one.but(credit=None) for one in deals]


@pytest.mark.parametrize("state", ["open", "won", "lost"])
def test_a_sum_of_deals_is_of_five_advocates_or_of_nobody(state: str) -> None:
    closed = None if state == "open" else AT
    assert untold(of(4, state, closed), [NOVEMBER], {}).totals == {SOURCED, ALL}
    assert untold(of(5, state, closed), [NOVEMBER], {}).totals == frozenset()
    assert untold(of(4, state, closed), [DECEMBER], {}).totals == frozenset()


@pytest.mark.parametrize("state", ["won", "lost"])
def test_those_that_were_closed_are_of_five_too(state: str) -> None:
    some = [*of(5, "open"), *of(4, state, AT)]
    assert untold(some, [NOVEMBER], {}).totals == {SOURCED, ALL}
    assert untold([*of(5, "open"), *of(5, state, AT)], [NOVEMBER], {}).totals == frozenset()


def test_one_small_month_takes_the_sum_of_the_deals_of_a_period_with_it() -> None:
    some = [*of(5, "open"), *of(4, "won", DECEMBER.from_ms)]
    assert untold(some, [NOVEMBER, DECEMBER], {}).totals == {SOURCED, ALL}
    assert untold(some, [NOVEMBER], {}).totals == frozenset()


def test_deals_that_are_owed_to_nobody_are_of_five_accounts() -> None:
    neither = ("neither", "EUR")
    assert untold(unowed(of(4, "open")), [NOVEMBER], {}).totals == {neither, ALL}
    assert untold(unowed(of(5, "open")), [NOVEMBER], {}).totals == frozenset()
    one_account = [one.but(deal=one.deal.but(account="a")) for one in unowed(of(5, "open"))]
    assert untold(one_account, [NOVEMBER], {}).totals == {neither, ALL}
    removed = [one.but(deal=one.deal.but(state="removed")) for one in unowed(of(4, "open"))]
    assert untold(removed, [NOVEMBER], {}).totals == frozenset()


def test_all_less_the_others_gives_nobody_away() -> None:
    called = [
        one.but(
            credit=None,
            call=Influence(call_id=f"c{number}", booked_ms=AT, advocate_id=f"b{number}"),
        )
        for number, one in enumerate(of(5, "open"))
    ]
    apart = [*of(6, "open"), *called]
    assert untold(apart, [NOVEMBER], {}).totals == frozenset()
    both = [one.but(call=called[0].call) for one in apart[:1]]
    assert untold([*both, *apart[1:]], [NOVEMBER], {}).totals == {ALL}
    few = untold([*apart[:6], *called[:4]], [NOVEMBER], {}).totals
    assert few == {("influenced", "EUR"), ALL}


def test_the_rest_that_followed_no_ask_is_nobodys_or_of_five() -> None:
    def left_out(people: int, asked: int) -> tuple[bool, bool]:
        prompts = {f"adv_{number}": (Prompt(AT, "ask", "jrn"),) for number in range(asked)}
        found = untold(of(people, "open"), [NOVEMBER], prompts)
        return SOURCED in found.totals, SOURCED in found.journeys

    assert left_out(10, 5) == (False, False)
    assert left_out(9, 5) == (False, True)  # the rest of four could be computed
    assert left_out(9, 4) == (False, True)
    assert left_out(5, 5) == left_out(5, 0) == (False, False)
    assert left_out(4, 4) == (True, True)
