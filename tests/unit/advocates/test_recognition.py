"""What somebody has reached: levels and their history, milestones and anniversaries."""

import pytest
from goodword.advocates.recognition import (
    Recognition,
    due,
    looked,
    next_anniversary,
    period_end,
    so_far,
    told,
)
from goodword.limits import LEVEL_CHANGES_MAX
from goodword.programs.milestones import Milestone
from goodword.programs.model import Terms
from goodword.programs.tiers import Level, Tiers
from goodword.rewards.tally import Sum, Tally
from goodword.times import DAY_MS, months_later, parse_rfc3339
from pydantic import ValidationError

from tests.support.milestones import FIRST, RULES, TIERS
from tests.support.scene import terms

AT = parse_rfc3339("2026-11-10T10:00:00Z")
DECEMBER = parse_rfc3339("2026-12-01T00:00:00Z")
NOBODY = Recognition(advocate_id="adv_1", program_id="prg_1")
MONTHLY = TIERS.but(period="month")


def tally(orders: int, net_minor: int = 0, month: str = "2026-11") -> Tally:
    total = Sum(orders=orders, net_minor=net_minor)
    return Tally(advocate_id="adv_1", program_id="prg_1", in_all=total, by_month={month: total})


def of(tiers: Tiers | None = TIERS, *milestones: Milestone) -> Terms:
    return terms(tiers=tiers, milestones=milestones, rules=RULES)


def test_without_levels_nothing_is_noted() -> None:
    assert looked(NOBODY, of(None), tally(9), AT) == NOBODY


def test_everybody_begins_at_the_lowest_and_that_is_no_change() -> None:
    seen = looked(NOBODY, of(), tally(0), AT)
    assert (seen.level, seen.changes, seen.ends_ms) == ("bronze", (), None)


def test_an_order_raises_and_a_refund_lowers_each_with_its_date_and_order() -> None:
    up = looked(looked(NOBODY, of(), tally(0), AT), of(), tally(6), AT + 1, "cnv_1")
    down = looked(up, of(), tally(2), AT + 2, "cnv_2")
    assert [(one.before, one.after, one.reason, one.conversion_id) for one in down.changes] == [
        ("bronze", "gold", "order", "cnv_1"),
        ("gold", "silver", "refund", "cnv_2"),
    ]
    assert [one.at_ms for one in down.changes] == [AT + 1, AT + 2]
    assert looked(down, of(), tally(2), AT + 3) == down


def test_a_period_that_ends_ends_the_level_on_its_day() -> None:
    up = looked(NOBODY, of(MONTHLY), tally(2), AT, "cnv_1")
    assert up.ends_ms == DECEMBER
    later = looked(up, of(MONTHLY), tally(2), DECEMBER + 5 * DAY_MS)
    assert (later.level, later.told) == ("bronze", ())
    ended = later.changes[-1]
    assert (ended.at_ms, ended.reason, ended.after) == (DECEMBER, "period_ended", "bronze")
    again = looked(up, of(MONTHLY), tally(2, month="2026-12"), DECEMBER + DAY_MS, "cnv_2")
    assert [one.reason for one in again.changes] == ["order", "period_ended", "order"]
    lowest = looked(NOBODY, of(MONTHLY), tally(0), AT)
    assert looked(lowest, of(MONTHLY), tally(0), DECEMBER).changes == ()


def test_other_levels_are_named_as_the_cause_and_no_order() -> None:
    up = looked(NOBODY, of(), tally(2), AT, "cnv_1")
    other = Tiers(
        measure="orders", levels=(Level(name="new", at_least=0), Level(name="star", at_least=1))
    )
    seen = looked(up, of(other), tally(2), AT + 1, "cnv_2")
    last = seen.changes[-1]
    assert (last.before, last.after, last.reason) == ("silver", "star", "terms_changed")
    assert last.conversion_id == ""


def test_a_level_is_told_once_in_a_period() -> None:
    up = looked(NOBODY, of(), tally(6), AT)
    first, up = told(up)
    assert first
    assert up.told == ("bronze", "silver", "gold")
    down = looked(up, of(), tally(0), AT)
    silver = looked(down, of(), tally(2), AT)
    assert told(silver)[0] is False
    assert told(looked(silver, of(), tally(6), AT))[0] is False


def test_the_history_is_bounded() -> None:
    seen = NOBODY
    for n in range(LEVEL_CHANGES_MAX + 5):
        seen = looked(seen, of(), tally(n % 2 * 6), AT + n)
    assert len(seen.changes) == LEVEL_CHANGES_MAX
    assert seen.changes[-1].at_ms == AT + LEVEL_CHANGES_MAX + 4


@pytest.mark.parametrize(
    ("period", "end"), [("month", "2026-12"), ("quarter", "2027-01"), ("year", "2027-01")]
)
def test_a_period_ends_with_its_last_month(period: str, end: str) -> None:
    found = period_end(TIERS.but(period=period), AT)
    assert found == parse_rfc3339(f"{end}-01T00:00:00Z")
    assert period_end(TIERS, AT) is None


def test_milestones_count_orders_net_and_years() -> None:
    plain = FIRST.but(reward_minor=None)
    net = plain.but(milestone_id="net", measure="net", at_least=5_000)
    years = plain.but(milestone_id="two", measure="years", at_least=2)
    joined = months_later(AT, -23)
    found = of(None, FIRST, net, years)
    assert due(NOBODY, found, tally(0, 4_999), joined, AT) == []
    assert due(NOBODY, found, tally(1, 5_000), joined, AT) == ["first", "net"]
    assert so_far(years, tally(0), joined, AT) == 1
    assert due(NOBODY, found, tally(0), months_later(AT, -24), AT) == ["two"]
    assert so_far(years, tally(0), months_later(AT, -90), AT) == 2


def test_an_anniversary_is_the_day_of_joining() -> None:
    leap = parse_rfc3339("2024-02-29T12:00:00Z")
    assert next_anniversary(leap, leap) == parse_rfc3339("2025-02-28T12:00:00Z")
    assert next_anniversary(leap, parse_rfc3339("2027-06-01T00:00:00Z")) == parse_rfc3339(
        "2028-02-29T12:00:00Z"
    )


def test_only_who_waits_for_an_anniversary_is_listed() -> None:
    assert NOBODY.index_entry is None
    listed = NOBODY.but(look_ms=7).index_entry
    assert listed is not None
    assert listed.sk == "000000000000007#adv_1#prg_1"


def test_terms_refuse_a_milestone_twice_or_one_that_nothing_can_give() -> None:
    with pytest.raises(ValidationError, match="same milestone_id"):
        of(None, FIRST, FIRST)
    with pytest.raises(ValidationError, match="gives anything for milestone_other"):
        of(None, FIRST.but(milestone_id="other"))
    assert of(None, FIRST.but(milestone_id="other", reward_minor=None)).milestones
    with pytest.raises(ValidationError, match="milestones by net"):
        terms(
            milestones=(Milestone(milestone_id="n", title="N", measure="net", at_least=1),),
            currencies="accept",
            accepted=("USD",),
            caps=(),
            rules=(RULES[0],),
            review={"auto_approve_limit_minor": 0},
        )


@pytest.mark.parametrize("title", ["", "  ", "a\nb", "x" * 81])
def test_a_title_is_a_short_line(title: str) -> None:
    with pytest.raises(ValidationError):
        Milestone(milestone_id="m", title=title, measure="orders", at_least=1)
