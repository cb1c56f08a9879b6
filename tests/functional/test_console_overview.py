"""The console's first page: what waits, and charts that say nothing about a single person."""

from collections.abc import Iterator

import pytest
from goodword.advocates.people import SignIn
from goodword.programs.model import Program
from goodword.rewards.model import Reward
from goodword.times import DAY_MS
from goodword_aws.pages.console.figures import figures_of

from tests.support.api import ADMIN, ANALYST, FINANCE, MARKETER
from tests.support.functions import over
from tests.support.pages import Pages, pages, signing_in
from tests.support.scene import PROGRAM, Scene


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        yield made


def crowd(here: Pages, program: Program, count: int) -> None:
    for number in range(count):
        who = SignIn(f"sub-{number}", f"p{number}@mail.example", email_verified=True)
        here.town.joined(program.program_id, who)


def test_an_empty_installation_says_what_to_do(here: Pages) -> None:
    for who in (FINANCE, ADMIN, MARKETER, ANALYST):
        page = here.browser(who).get("/console")
        assert page.status == 200
        assert "No programme yet" in page.words
    assert "Nothing waits" in here.browser(FINANCE).get("/console").words
    assert "Nothing waits" not in here.browser(MARKETER).get("/console").words


@pytest.mark.parametrize(("count", "shown"), [(4, False), (5, True)])
def test_an_analyst_sees_no_sums_of_fewer_than_five(here: Pages, count: int, shown: bool) -> None:
    program = here.town.program()
    crowd(here, program, count)
    page = here.browser(ANALYST).get("/console")
    assert ("From click to purchase" in page.words) == shown
    assert ("Too few people" in page.words) != shown
    assert "From click to purchase" in here.browser(FINANCE).get("/console").words


def test_another_programme_can_be_chosen_and_no_other_thing(here: Pages) -> None:
    here.town.program(name="First & co")
    second = here.town.program(name="Second <b>")
    fay = here.browser(FINANCE)
    page = fay.get("/console", program=second.program_id)
    assert f'value="{second.program_id}" selected' in page.html
    for nonsense in ("prg_none", "<script>alert(1)</script>", "x" * 500):
        assert fay.get("/console", program=nonsense).status == 200
    assert "Second <b>" in page.words


def test_the_figures_are_those_of_the_books() -> None:
    scene = Scene()
    for number, net in enumerate((10_000, 50_000)):
        scene.sale(
            f"o{number}",
            net_minor=net,
            click_ids=(scene.click(),),
            customer={"customer_id": f"c{number}"},
        )
    program = scene.store.get(Program, scene.all(Program)[0].key)
    assert program is not None
    now_ms = scene.clock.at_ms + DAY_MS
    made = figures_of(scene.store, program, now_ms, lambda _: (2025, 11), sees_people=True)
    assert sum(made.days.values()) == made.channels["click"] == 1_000 + 5_000
    assert len(made.days) == 28
    assert made.runs == []
    for reward in scene.all(Reward):
        scene.approval.assess(reward.reward_id)
    later = now_ms + 20 * DAY_MS
    made = figures_of(scene.store, program, later, lambda _: (2025, 11), sees_people=True)
    assert sum(made.ages) == 6_000
    assert made.ages[1] == 6_000


def test_the_page_draws_them() -> None:
    scene = Scene()
    scene.sale(net_minor=50_000, click_ids=(scene.click(),), customer={"customer_id": "x"})
    scene.approval.assess(scene.reward.reward_id)
    with over(scene), signing_in() as pool:
        browser = Pages(scene, pool=pool).browser(FINANCE)  # type: ignore[arg-type]  # any world
        page = browser.get("/console")
        assert "€50.00" in page.words
        assert "chart-line s0" in page.html
        assert f"/console/reviews/{scene.reward.reward_id}" in page.html
        browser.language = "de"
        german = browser.get("/console")
        assert "Vom Klick zum Kauf" in german.words
        assert PROGRAM in german.html
