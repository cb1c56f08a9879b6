"""Analysts see sums of five people or more, and none by which another could be computed."""

from collections.abc import Iterator

import pytest
from goodword.conversions.decided import DecidedOn
from goodword.ledger.service import Checker
from goodword.payouts.model import PayoutRun, RunLine, Sum
from goodword.ports import Change
from goodword.programs.model import Program
from goodword.rewards.decision import Decision, reward_id_of
from goodword.rewards.model import Reward
from goodword_aws.pages.console.figures import Figures, figures_of

from tests.functional.test_console_overview import booked, crowd, run
from tests.support.api import ANALYST, FINANCE
from tests.support.functions import over
from tests.support.pages import Pages, pages, signing_in
from tests.support.scene import Scene


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        yield made


@pytest.fixture
def program(here: Pages) -> Program:
    made = here.town.program()
    crowd(here, made, 5)
    return made


def counted(here: Pages, program: Program, numbers: range) -> None:
    for number in numbers:
        booked(here.town, program.program_id, number)
    Checker(here.town.desk(), here.town.store).check()


def owing(page: str) -> str:
    return page.partition('id="owing"')[2]


def test_an_analyst_sees_no_unit_that_fewer_than_five_have(here: Pages) -> None:
    program = here.town.program()
    crowd(here, program, 5)
    for number in range(4):
        booked(here.town, program.program_id, number)
    Checker(here.town.desk(), here.town.store).check()
    page = here.browser(ANALYST).get("/console")
    assert "What fewer than five people had then is left out" in page.words
    assert "it comes back with the first nightly count that finds five" in page.words
    assert "POINTS" not in page.words
    assert "POINTS" in here.browser(FINANCE).get("/console").words


def test_one_person_of_each_state_is_not_told_to_an_analyst(here: Pages, program: Program) -> None:
    counted(here, program, range(95, 100))  # five people, one of each state: 0.96 to 1.00 EUR
    page = here.browser(ANALYST).get("/console")
    for cents in range(96, 101):
        assert f"{cents / 100:.2f}" not in page.words
    assert "What fewer than five people had then is left out" in page.words
    seen = here.browser(FINANCE).get("/console").words
    assert all(f"€{cents / 100:.2f}" in seen for cents in (98, 99, 100))


def test_what_is_left_out_is_not_the_rest_of_a_sum(here: Pages, program: Program) -> None:
    # Ten pending (with approved), five on hold, four due, five in a payout: the four stay theirs.
    counted(here, program, range(24))
    page = here.browser(ANALYST).get("/console")
    pending, held = sum(n + 1 for n in range(24) if n % 5 < 2), sum(range(3, 24, 5))
    for minor in (pending, held):
        assert f"€{minor / 100:.2f}" in owing(page.html)
    for minor in (sum(n + 1 for n in range(24) if n % 5 == 4), sum(range(25))):
        assert f"{minor / 100:.2f}" not in page.html
    assert "Owed, by the ledger" not in page.words
    assert "EUR, 24 people: \N{EN DASH}" in page.words
    assert 'id="chart-age"' not in page.html  # ages, and rewards beside accounts, would tell more
    assert "up to 7 days" not in page.words
    chart = page.html.partition('id="chart-owed"')[2].partition("</figure>")[0]
    assert f"€{held / 100:.2f}" in chart
    assert "In a payout" not in chart


def test_the_whole_is_told_when_every_account_has_five(here: Pages, program: Program) -> None:
    counted(here, program, range(25))
    analyst = here.browser(ANALYST)
    page = analyst.get("/console")
    assert "What fewer than five people had then is left out" not in page.words
    assert f"€{sum(range(26)) / 100:.2f}" in owing(page.html)
    assert "Owed, by the ledger" in page.words
    analyst.language = "de"
    assert "in jeder Währung und Einheit, nach Stand." in analyst.get("/console").words


def line(of: PayoutRun, who: int, at: int) -> RunLine:
    """A payout in the list of a run."""
    return RunLine(
        run_id=of.run_id,
        payout_id=f"pay_{at}",
        advocate_id=f"adv_{who}",
        amount_minor=1,
        digest="0" * 64,
    )


def test_a_payout_of_fewer_than_five_is_not_told(here: Pages, program: Program) -> None:
    change = Change()
    few = run(program, 1, count=5, total_minor=7_771)  # one of them has two payouts
    many = run(program, 2, count=5, total_minor=9_993)
    held = run(program, 3, count=5, total_minor=6_667, held=Sum(count=1, amount_minor=5))
    large = run(program, 4, count=21, total_minor=4_449)  # each has five at most
    people = ((few, (1, 2, 3, 4, 4)), (many, range(5)), (held, (1, 2, 3, 4, 4, 5)))
    lines = [line(one, who, at) for one, whose in people for at, who in enumerate(whose)]
    change.create(few, many, held, large, *lines)
    here.town.store.commit(change)
    analyst, finance = here.browser(ANALYST), here.browser(FINANCE)
    page = analyst.get("/console")
    assert "€99.93" in page.words
    assert "€44.49" in page.words
    assert "€77.71" not in page.words
    assert "€66.67" not in page.words
    assert "Payouts of fewer than five people are left out." in page.words
    assert "€77.71" in finance.get("/console").words
    assert "Payouts of fewer" not in finance.get("/console").words
    analyst.language = "de"
    assert "Auszahlungen an weniger als fünf Leute fehlen." in analyst.get("/console").words


def decided(advocates: int, *, without_touch: int = 0) -> tuple[Scene, Program]:
    """An order of each of so many advocates, all on one day by link, and others without a touch."""
    scene = Scene()
    for number in range(5):
        scene.enrol(f"adv_{number}", f"CODE{number}")
    scene.sale("o1", click_ids=(scene.click(),), customer={"customer_id": "c1"})
    (first,), (row,) = scene.all(Decision), scene.all(DecidedOn)
    (gave,) = scene.all(Reward)
    touched, bare = first.attribution, first.attribution.but(winner=None)
    change = Change()
    for number in range(1, advocates + without_touch):
        name, won_by = f"cnv_{number}", touched if number < advocates else bare
        who = f"adv_{number}"
        copy = first.but(conversion_id=name, advocate_id=who, attribution=won_by, version=0)
        reward_id = reward_id_of(first.basis, who, gave.rule_id)
        own = gave.but(reward_id=reward_id, advocate_id=who, conversion_id=name, version=0)
        change.create(copy, own, row.but(conversion_id=name, version=0))
    scene.store.commit(change)
    program = scene.store.get(Program, scene.all(Program)[0].key)
    assert program is not None
    return scene, program


@pytest.mark.parametrize(
    ("advocates", "without_touch", "by_day", "by_channel"),
    [(4, 0, False, False), (5, 0, True, True), (5, 1, True, False), (5, 5, True, True)],
)
def test_days_and_ways_are_told_only_if_none_is_of_too_few(
    advocates: int, without_touch: int, by_day: bool, by_channel: bool
) -> None:
    scene, program = decided(advocates, without_touch=without_touch)

    def seen(*, sees_people: bool) -> Figures:
        return figures_of(scene.store, program, scene.clock.at_ms, sees_people=sees_people)

    whole, sums = seen(sees_people=True), seen(sees_people=False)
    assert sum(whole.days.values()) == 500 * (advocates + without_touch)
    assert whole.channels["click"] == 500 * advocates
    assert (sums.days == whole.days) == by_day != sums.days_hidden
    assert (sums.channels == whole.channels) == by_channel != sums.channels_hidden


def test_charts_of_too_few_say_so() -> None:
    scene, _ = decided(4)
    with over(scene), signing_in() as pool:
        browser = Pages(scene, pool=pool).browser(ANALYST)  # type: ignore[arg-type]  # any world
        page = browser.get("/console").html
        for name in ("earned", "channel"):
            chart = page.partition(f'id="chart-{name}"')[2].partition("</figure>")[0]
            assert "Sums are shown from five advocates on" in chart
            assert "€" not in chart
