"""A rate is stated once per day and pair, found by day, and changes amounts exactly."""

from datetime import date

import pytest
from goodword.errors import Conflict, InvalidInput
from goodword.programs.rates import AppliedRate, NewRate, Rate, Rates, usable

from tests.support.desk import NOW_MS, World

DAY = date(2025, 11, 22)


def stated(rate: str = "1.0834", day: str = "2025-11-22", **changes: str) -> NewRate:
    fields = {"base": "EUR", "quote": "USD", "day": day, "rate": rate, "source": "ECB"}
    return NewRate.model_validate(fields | changes)


def applied(of: str, into: str, rate: str, **changes: object) -> AppliedRate:
    fields: dict[str, object] = {
        "of": of,
        "into": into,
        "day": "2025-11-22",
        "rate": rate,
        "source": "ECB",
    }
    return AppliedRate.model_validate(fields | changes)


@pytest.mark.parametrize(
    ("rate", "amount", "wanted"),
    [
        (applied("USD", "EUR", "0.9"), 10_000, 9_000),
        # 100.00 / 1.0834 = 92.3020...
        (applied("USD", "EUR", "1.0834", inverse=True), 10_000, 9_230),
        # 0.05 x 0.5 = 0.025: to the even cent, up, and down
        (applied("USD", "EUR", "0.5"), 5, 2),
        (applied("USD", "EUR", "0.5", rounding="half_up"), 5, 3),
        (applied("USD", "EUR", "0.5", rounding="down"), 5, 2),
        # 5,000 yen / 165.25 = 30.2571... EUR
        (applied("JPY", "EUR", "165.25", inverse=True), 5_000, 3_026),
        # 30.26 EUR x 165.25 = 5000.465 yen
        (applied("EUR", "JPY", "165.25"), 3_026, 5_000),
        # 12.345 dinar x 2.8 = 34.566 EUR; back / 2.8
        (applied("KWD", "EUR", "2.8"), 12_345, 3_457),
        (applied("EUR", "KWD", "2.8", inverse=True), 3_457, 12_346),
        (applied("JPY", "KWD", "0.002"), 1_234, 2_468),
        (applied("USD", "EUR", "0.9"), 0, 0),
    ],
)
def test_amounts_are_changed_exactly_over_all_exponents(
    rate: AppliedRate, amount: int, wanted: int
) -> None:
    assert rate.change(amount) == wanted


class TestStating:
    def test_keeps_the_rate_with_its_source_and_who_said_it(self) -> None:
        world = World()
        (rate,) = Rates(world.desk()).put([stated()])
        assert (rate.rate, rate.source, rate.set_by) == ("1.0834", "ECB", "test")
        assert rate.set_ms == NOW_MS
        (told,) = world.events("program.rate_stated")
        assert told.subject == "rate_EUR_USD"
        assert told.data == {"day": "2025-11-22", "rate": "1.0834", "source": "ECB"}

    def test_the_same_again_changes_nothing(self) -> None:
        world = World()
        rates = Rates(world.desk())
        first = rates.put([stated()])
        assert rates.put([stated()]) == tuple(one.but(version=1) for one in first)
        assert len(world.store.commits) == 1

    @pytest.mark.parametrize("changes", [{"rate": "1.09"}, {"source": "bank"}])
    def test_another_one_for_the_same_day_is_refused(self, changes: dict[str, str]) -> None:
        world = World()
        rates = Rates(world.desk())
        rates.put([stated()])
        with pytest.raises(Conflict, match="rate_is_fixed"):
            rates.put([stated(day="2025-11-21"), stated(**changes)])
        assert len(world.all(Rate)) == 1

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"base": "EUX"}, "rates.0.base"),
            ({"quote": "EUR"}, "rates.0.quote"),
            ({"rate": "0.000"}, "rates.0.rate"),
            ({"day": "2025-02-30"}, "rates.0.day"),
            ({"day": "2025-11-24"}, "rates.0.day"),
        ],
    )
    def test_what_is_no_rate_is_refused_with_its_path(
        self, wrong: dict[str, str], field: str
    ) -> None:
        with pytest.raises(InvalidInput) as refused:
            Rates(World().desk()).put([stated(**wrong)])
        assert [one.field for one in refused.value.fields] == [field]

    def test_the_newest_day_is_listed_first(self) -> None:
        world = World()
        rates = Rates(world.desk())
        rates.put([stated(day="2025-11-20"), stated(day="2025-11-22"), stated(quote="JPY")])
        page = rates.list("EUR", "USD", 10, None)
        assert [one.day for one in page.rows] == ["2025-11-22", "2025-11-20"]


class TestLookingUp:
    def found(self, *rates: NewRate, days: int = 4, day: date = DAY) -> AppliedRate | None:
        world = World()
        Rates(world.desk()).put(rates)
        return usable(world.store, "USD", "EUR", day, days, "down")

    def test_takes_that_of_the_day_and_turns_it_round(self) -> None:
        found = self.found(stated(), stated("1.2", "2025-11-21"))
        assert found == applied("USD", "EUR", "1.0834", inverse=True, rounding="down")

    def test_prefers_the_pair_as_it_is_asked_for(self) -> None:
        found = self.found(stated(), stated("0.93", base="USD", quote="EUR"))
        assert found == applied("USD", "EUR", "0.93", rounding="down")

    def test_takes_the_last_one_before_within_the_days(self) -> None:
        friday = stated("1.1", "2025-11-18")
        found = self.found(friday)
        assert found is not None
        assert (found.day, found.rate) == ("2025-11-18", "1.1")
        assert self.found(friday, days=3) is None

    def test_never_takes_a_later_one_or_another_pair(self) -> None:
        assert self.found(stated(), day=date(2025, 11, 21)) is None
        assert self.found(stated(quote="JPY")) is None
