"""The console's first page: what waits, and charts that say nothing about a single person."""

from collections.abc import Iterator

import pytest
from goodword.advocates.model import Enrolment
from goodword.advocates.people import SignIn
from goodword.ledger.model import (
    BUCKETS,
    Balance,
    Entry,
    account,
    apply,
    balance_key,
    expense,
    fold,
    move,
)
from goodword.ledger.service import Checker
from goodword.payouts.model import PayoutRun
from goodword.ports import Change
from goodword.programs.model import Program
from goodword.rewards.model import BUCKET_OF, Reward, RewardState
from goodword.times import DAY_MS, parse_rfc3339
from goodword.tracking.model import ClickCount
from goodword_aws.pages.console import figures
from goodword_aws.pages.console.figures import figures_of

from tests.support.api import ADMIN, ANALYST, FINANCE, MARKETER
from tests.support.desk import World
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
    made = figures_of(scene.store, program, now_ms, sees_people=True)
    assert sum(made.days.values()) == made.channels["click"] == 1_000 + 5_000
    assert len(made.days) == 28
    assert made.runs == []
    for reward in scene.all(Reward):
        scene.approval.assess(reward.reward_id)
    assert made.owed_ms is None  # nobody has counted yet, and the page says so
    scene.clock.advance(20 * DAY_MS)
    Checker(scene.desk(), scene.store).check()
    later = scene.clock.at_ms
    made = figures_of(scene.store, program, later, sees_people=True)
    (unit,) = made.owed
    assert made.owed_ms == later
    assert {one.state: one.by_age for one in unit.aged} == {
        "approved": (0, 1_000, 0, 0),
        "on_hold": (0, 5_000, 0, 0),
    }
    assert unit.total_minor == 6_000
    assert unit.set_against_minor == 0


def test_what_was_refused_or_taken_back_is_not_earned() -> None:
    scene = Scene()
    for number, net in enumerate((10_000, 50_000, 30_000)):
        scene.sale(
            f"o{number}",
            net_minor=net,
            click_ids=(scene.click(),),
            customer={"customer_id": f"c{number}"},
        )
    (program,) = scene.all(Program)
    by_order = {one.order_id: one for one in scene.all(Reward)}
    change = Change()
    change.replace(by_order["o1"].but(state="rejected"))
    change.replace(by_order["o2"].but(remaining_minor=1_000))
    scene.store.commit(change)
    made = figures_of(scene.store, program, scene.clock.at_ms + DAY_MS, sees_people=True)
    assert sum(made.days.values()) == made.channels["click"] == 1_000 + 1_000


UNITS = ("EUR", "USD", "EUR.CREDIT", "POINTS", "GIFTS", "CODES")


def booked(world: World, program_id: str, number: int) -> None:
    """One person earns something in every unit; by number it waits, is held, due or in a payout."""
    state: RewardState = ("pending", "approved", "on_hold", "due", "batched")[number % 5]
    bucket = BUCKET_OF[state]
    assert bucket is not None
    who, at_ms = f"adv_{number:04d}", world.clock.at_ms - (number % 120) * DAY_MS
    for unit in UNITS:
        entry = Entry(
            entry_id=world.ids.new("ent"),
            what="reward_earned",
            at_ms=at_ms,
            program_id=program_id,
            currency=unit,
            legs=move(number + 1, expense(program_id), account(who, bucket)),
            refs={"reward_id": f"rwd_{number:04d}{unit}"},
        )
        reward = Reward(
            reward_id=entry.refs["reward_id"],
            advocate_id=who,
            program_id=program_id,
            version_number=1,
            rule_id="sale",
            conversion_id=f"cnv_{number:04d}{unit}",
            order_id="o",
            action="sale",
            currency=unit,
            earned_minor=number + 1,
            remaining_minor=number + 1,
            state=state,
            created_ms=at_ms,
            changed_ms=at_ms,
            start_by_ms=at_ms,
            hold_until_ms=at_ms,
        )
        change = Change()
        start = Balance(advocate_id=who, program_id=program_id, currency=unit)
        change.create(entry, apply(start, entry), reward)
        world.store.commit(change)


def test_all_that_is_owed_is_there_however_many_people_and_in_every_unit(here: Pages) -> None:
    program = here.town.program()
    people = 613
    for number in range(people):
        booked(here.town, program.program_id, number)
    assert Checker(here.town.desk(), here.town.store).check().found == 0
    made = figures_of(here.town.store, program, here.town.clock.at_ms, sees_people=True)
    books = fold(here.town.all(Entry)).values()
    assert [one.currency for one in made.owed] == sorted(UNITS)
    for unit in made.owed:
        own = [one for one in books if one.currency == unit.currency]
        assert unit.people == people == len(own)
        for bucket in BUCKETS:
            assert unit.accounts[bucket] == sum(getattr(one, f"{bucket}_minor") for one in own)
        assert unit.total_minor == sum(range(people + 1))
        assert unit.set_against_minor == 0
        for end, begin, at in ((7, 0, 0), (30, 8, 1), (90, 31, 2), (119, 91, 3)):
            aged = [n + 1 for n in range(people) if begin <= n % 120 <= end]
            assert sum(one.by_age[at] for one in unit.aged) == sum(aged)
    page = here.browser(FINANCE).get("/console")
    assert "EUR.CREDIT, 613 people: €1,881.91 credit" in page.words
    assert "€1,882.0" not in page.words  # sums are exact: 613 * 614 / 2 cents are 1,881.91
    assert "€1,881.91" in page.words
    assert "POINTS, 613 people: 188,191 points" in page.words
    states = page.html.partition('id="chart-age"')[2].partition("</figure>")[0]
    assert states.count('scope="col"') == 4  # each account has its figures, not the first alone


def joined(world: World, program_id: str, number: int) -> None:
    """One person of a month, with clicks, sign-ups, purchases and money that came back in part."""
    who, created_ms = f"adv_{number:04d}", world.clock.at_ms - (number * 7 % 130) * DAY_MS
    change = Change()
    change.create(
        Enrolment(
            advocate_id=who,
            program_id=program_id,
            state="paused" if number % 9 == 0 else "active",
            created_ms=created_ms,
            changed_ms=created_ms,
        )
    )
    if number % 3:
        change.create(ClickCount(advocate_id=who, program_id=program_id, clicks=number))
    for unit in ("EUR", "POINTS")[: number % 3]:
        change.create(
            Balance(
                advocate_id=who,
                program_id=program_id,
                currency=unit,
                earned_minor=number * 100,
                reversed_minor=number,
                leads=number % 4,
                sales=number % 5,
            )
        )
    world.store.commit(change)


def test_the_months_of_a_comparison_are_the_same_in_every_zone(here: Pages) -> None:
    program = here.town.program()
    end = parse_rfc3339("2025-11-01T00:00:00Z")
    for number in range(12):  # half of them within the last hour of October, as UTC has it
        change, at_ms = Change(), end + (-1 if number % 2 else 1) * 1_800_000
        who = f"adv_{number}"
        change.create(
            Enrolment(
                advocate_id=who,
                program_id=program.program_id,
                state="active",
                created_ms=at_ms,
                changed_ms=at_ms,
            )
        )
        change.create(
            Balance(
                advocate_id=who,
                program_id=program.program_id,
                currency=program.currency,
                earned_minor=number + 1,
            )
        )
        here.town.store.commit(change)
    seen = set()
    for zone in ("Pacific/Auckland", "America/Los_Angeles", "UTC"):
        analyst = here.browser(ANALYST)
        analyst.cookies |= {"gw_zone": zone, "gw_zone_own": "yes"}
        page = analyst.get("/console")
        assert f"Times in {zone}" in page.words
        assert "By the month of joining (UTC)" in page.words
        seen.add(page.html.partition('id="chart-cohort"')[2].partition("</figure>")[0])
    assert len(seen) == 1


def test_what_the_night_counted_of_everybody_is_what_a_page_would_have_read(
    here: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, other = here.town.program(), here.town.program(name="Other")
    for number in range(150):
        joined(here.town, program.program_id, number)
    joined(here.town, other.program_id, 997)
    change = Change()
    friend = Balance(advocate_id="frn_1", program_id=program.program_id, currency="EUR", leads=50)
    change.create(friend)
    here.town.store.commit(change)

    def made() -> figures.Figures:
        return figures_of(here.town.store, program, here.town.clock.at_ms, sees_people=True)

    def told(one: figures.Figures) -> tuple[object, ...]:
        return one.clicks, one.leads, one.sales, one.cohorts

    whole = made()
    assert (whole.partly, whole.counted_ms, len(whole.cohorts)) == (False, None, 5)
    monkeypatch.setattr(figures, "PEOPLE_MAX", 149)
    part = made()
    assert (part.partly, part.counted_ms) == (True, None)
    assert told(part) != told(whole)
    assert "There are more than were counted here." in here.browser(FINANCE).get("/console").words
    Checker(here.town.desk(), here.town.store).check()
    counted = made()
    assert (counted.partly, counted.counted_ms) == (False, here.town.clock.at_ms)
    assert told(counted) == told(whole)
    assert counted.people == 150
    page = here.browser(FINANCE).get("/console", program=program.program_id)
    assert page.words.count("Everybody, as counted at") == 2  # the funnel, and who joined when
    assert "There are more than were counted here." not in page.words


def test_what_was_taken_back_after_payment_is_beside_the_rewards(here: Pages) -> None:
    program = here.town.program()
    booked(here.town, program.program_id, 3)
    key = balance_key("adv_0003", program.program_id, "EUR")
    stored = here.town.store.get(Balance, key)
    assert stored is not None
    back = Entry(
        entry_id=here.town.ids.new("ent"),
        what="reward_reversed",
        at_ms=here.town.clock.at_ms,
        program_id=program.program_id,
        currency="EUR",
        legs=move(1, account("adv_0003", "payable"), expense(program.program_id)),
    )
    change = Change()
    change.create(back)
    change.replace(apply(stored, back))
    here.town.store.commit(change)
    Checker(here.town.desk(), here.town.store).check()
    fay = here.browser(FINANCE)
    page = fay.get("/console", program=program.program_id)
    table, ages = (page.html.partition(f'id="{name}"')[2] for name in ("owing", "chart-age"))
    assert "Taken back after payment; set against payouts" in table
    assert "-€0.01" in table
    assert ">Ready</th>" in table  # one word for it, here and in the charts
    assert "Rewards that are owed, by age" in ages.partition("</figcaption>")[0]
    note = "Without what was taken back after payment and is set against payouts: -€0.01."
    assert note in ages.partition("</figure>")[0]
    assert "Without what" not in page.html.partition('id="chart-owed"')[2].partition("</figure>")[0]
    fay.language = "de"
    german = fay.get("/console").words
    assert "wird mit Auszahlungen verrechnet" in german
    assert "die mit Auszahlungen verrechnet werden: -0,01 €" in german


def run(program: Program, number: int, **changes: object) -> PayoutRun:
    """A settled run of one month."""
    fields: dict[str, object] = {
        "run_id": f"run_{program.program_id}_{number}",
        "program_id": program.program_id,
        "period": f"20{number:02d}-01",
        "cutoff_ms": number * DAY_MS,
        "rail": "simulator",
        "currency": program.currency,
        "minimum_minor": 0,
        "state": "settled",
        "created_ms": 0,
        "changed_ms": 0,
        "total_minor": number,
    }
    return PayoutRun.model_validate(fields | changes)


def test_a_programmes_payouts_are_found_behind_those_of_others(
    here: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = here.town.program(name="First"), here.town.program(name="Second")
    now_ms = here.town.clock.at_ms
    change = Change()
    change.create(run(first, 1), run(first, 2, currency="USD", run_id="run_usd"))
    here.town.store.commit(change)
    for begin in range(10, 130, 40):
        change = Change()
        change.create(*(run(second, number) for number in range(begin, begin + 40)))
        here.town.store.commit(change)

    def made() -> figures.Figures:
        return figures_of(here.town.store, first, now_ms, sees_people=True)

    assert made().runs == [("2001-01", 1)]
    assert not made().runs_partly
    monkeypatch.setattr(figures, "RUNS_READ_MAX", 100)
    assert made().runs_partly


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


def test_the_figures_of_a_chart_with_many_series_are_cards_on_a_phone(here: Pages) -> None:
    program = here.town.program()
    booked(here.town, program.program_id, 1)
    Checker(here.town.desk(), here.town.store).check()
    html = here.browser(FINANCE).get("/console").html
    ages, owed = (html.partition(f'id="chart-{name}"')[2] for name in ("age", "owed"))
    assert 'data-label="On hold"' in ages.partition("</figure>")[0]
    assert "table--cards" in ages.partition("</figure>")[0]
    assert "table--cards" not in owed.partition("</figure>")[0]  # two columns have room
