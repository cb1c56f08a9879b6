"""Finance takes a period away: asked on a page, made by the worker, saved as files for a sheet."""

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from goodword.events import Event
from goodword.ids import time_of
from goodword.ledger.model import Entry
from goodword.ports import Change
from goodword.programs.extract import Extract
from goodword.rewards.model import Reward
from goodword.times import DAY_MS, MINUTE_MS, rfc3339

from tests.support.api import ADMIN, ANALYST, ANNA, MARKETER, Caller
from tests.support.api import FINANCE as FAY
from tests.support.functions import sample
from tests.support.pages import Browser, Pages, Shown, signing_in
from tests.support.scene import PROGRAM
from tests.support.seals import Vaulted
from tests.support.treasury import Treasury, treasury

PLACE = "/console/exports"
FORMULA = '=HYPERLINK("https://evil.example","x")'
HOSTILE = "<script>alert(1)</script>"


class Office(NamedTuple):
    """A treasury with an order, its rewards and a run, and its pages."""

    world: Treasury
    pages: Pages
    seals: Vaulted

    def seal(self) -> None:
        """What streams and the clock do."""
        self.seals.bring()
        self.seals.seal()

    def work(self, type: str = "program.extract_asked") -> None:
        """Bring the newest event of a type to the worker."""
        event = self.world.events(type)[-1]
        batch = sample("programs_queue", "extract_asked")
        body = {"detail": json.loads(event.model_dump_json())}
        batch["Records"][0]["body"] = json.dumps(body)
        answer = self.world.invoke("programs_queue", batch)
        assert answer == {"batchItemFailures": []}

    def day(self, days_ago: int) -> str:
        """A day as a form sends it."""
        return rfc3339(self.world.clock.at_ms - days_ago * DAY_MS)[:10]

    def ask(self, browser: Browser, *only: str, since: int = 30, until: int = 1) -> Shown:
        """Ask for the days that were so long ago; all kinds, or these only."""
        form = {**browser.get(PLACE).fields(PLACE), "since": self.day(since)}
        if only:
            form = {name: said for name, said in form.items() if said != "yes"}
            form |= dict.fromkeys(only, "yes")
        return browser.ask("POST", PLACE, form={**form, "until": self.day(until)})

    def rows(self, browser: Browser, page: Shown, what: str) -> list[dict[str, str]]:
        """The file of a kind, as a spreadsheet reads it."""
        file = browser.get(f"{page.path}/{what}/1/csv")
        assert file.status == 200, file.words
        assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert f"-{what}-1.csv" in file.headers["Content-Disposition"]
        return list(csv.DictReader(io.StringIO(file.html, newline="")))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with treasury(tmp_path) as (world, _rail), signing_in() as pool:
        world.sale(FORMULA, 5_000, click_ids=(world.click(),))
        world.sale(HOSTILE, 9_900, click_ids=(world.click("BEN77"),), customer={})
        world.due(123_456)
        world.sample("payouts_schedule", "tick")
        office = Office(world, Pages(world, pool=pool), Vaulted(world))  # type: ignore[arg-type]
        office.seal()
        world.clock.advance(3 * DAY_MS)
        yield office


def made(office: Office, browser: Browser, *only: str) -> Shown:
    """The page of an export that is ready."""
    asked = office.ask(browser, *only)
    assert asked.status == 303
    office.work()
    return browser.get(asked.location)


@pytest.mark.parametrize("slip", ["9999-12-31", "0025-11-21", "2200-01-01"])
def test_a_day_that_nobody_means_is_told_beside_its_field(office: Office, slip: str) -> None:
    fay = office.pages.browser(FAY)
    form = fay.get(PLACE).fields(PLACE)
    refused = fay.ask("POST", PLACE, form={**form, "until": slip})
    assert refused.status == 422
    assert 'aria-invalid="true"' in refused.tag("f-until")
    assert "1970 to 2199" in refused.words


def test_a_period_is_asked_for_watched_and_saved(office: Office) -> None:
    fay = office.pages.browser(FAY)
    asked = office.ask(fay)
    assert asked.location.startswith(f"{PLACE}/{PROGRAM}/ext_")
    waits = fay.get(asked.location)
    assert "The files are being made" in waits.words
    assert 'data-live="3"' in waits.html
    assert "0 % done" in waits.words
    assert "/csv" not in waits.html
    office.work()
    page = fay.get(asked.location)  # as if nothing had happened in between
    assert "Ready" in page.words
    assert "data-live" not in page.html
    assert waits.followed == [
        "standing",
        "work",
    ]  # the heading says no longer that it is being made
    assert "Ready" in page.html.partition(page.tag("standing"))[2].partition("</div></div>")[0]
    assert 'data-say="Ready"' in page.tag("work")
    assert "They can be saved until 9 Dec 2025; then they are deleted." in page.words
    orders = office.rows(fay, page, "conversions")
    assert [row["order_id"] for row in orders] == [f"'{FORMULA}", HOSTILE]
    assert [row["net"] for row in orders] == ["50.00", "99.00"]
    rewards = {row["reward_id"]: row for row in office.rows(fay, page, "rewards")}
    stored = [one for one in office.world.all(Reward) if one.reward_id in rewards]
    assert len(stored) == len(rewards) == 2
    for one in stored:
        row = rewards[one.reward_id]
        assert Decimal(row["earned"]) * 100 == one.earned_minor
        assert (row["state"], row["currency"]) == (one.state, "EUR")
    (payout,) = office.rows(fay, page, "payouts")
    assert payout["amount"] == "1234.56"
    assert payout["payout_id"] == office.world.payout.payout_id
    entries = office.rows(fay, page, "entries")
    assert {row["entry_id"] for row in entries} == {e.entry_id for e in office.world.all(Entry)}
    sums: dict[str, Decimal] = {}
    for row in entries:
        sums[row["entry_id"]] = sums.get(row["entry_id"], Decimal(0)) + Decimal(row["amount"])
    assert set(sums.values()) == {Decimal("0.00")}
    assert "canary" not in str(entries) + str(orders)


def test_the_days_are_those_of_the_programme_wherever_the_reader_is(tmp_path: Path) -> None:
    with treasury(tmp_path, time_zone="Asia/Tokyo") as (world, _rail), signing_in() as pool:
        world.clock.advance(3 * DAY_MS)
        office = Office(world, Pages(world, pool=pool), Vaulted(world))  # type: ignore[arg-type]
        fay = office.pages.browser(FAY)
        fay.cookies["gw_zone"] = "America/Los_Angeles"
        form = fay.get(PLACE).fields(PLACE) | {"since": "2025-11-01", "until": "2025-11-02"}
        page = fay.get(fay.ask("POST", PLACE, form=form).location)
        assert "1 Nov 2025 – 2 Nov 2025" in page.words  # noqa: RUF001 - as people write it
        assert "Asia/Tokyo" in page.words
        made = world.one(Extract)
        assert rfc3339(made.from_ms) == "2025-10-31T15:00:00.000Z"
        assert made.until_ms - made.from_ms == 2 * DAY_MS


def test_who_saved_what_is_in_the_journal_before_it_is_out(office: Office) -> None:
    fay = office.pages.browser(FAY)
    page = made(office, fay, "rewards")
    assert "Payouts" not in page.words.partition("Files")[2]
    office.rows(fay, page, "rewards")
    (saved,) = office.world.events("program.extract_saved")
    assert (saved.actor.kind, saved.actor.id) == ("staff", FAY.subject)
    assert saved.data["file"] == "rewards-1"
    audit = fay.get("/console/audit", subject=PROGRAM)
    assert "A file of an export was saved program.extract_saved Staff" in audit.words
    office.world.bucket.objects.clear()
    gone = fay.get(f"{page.path}/rewards/1/csv")
    assert gone.status == 404
    assert len(office.world.events("program.extract_saved")) == 2


def test_nothing_of_it_names_a_person(office: Office) -> None:
    fay = office.pages.browser(FAY)
    made(office, fay)
    told = [one for one in office.world.all(Event) if one.type.startswith("program.extract")]
    text = str(office.world.bucket.objects) + str(told)
    assert "@" not in text
    assert "canary" not in text


def test_what_is_of_other_days_stays_out(office: Office) -> None:
    fay = office.pages.browser(FAY)
    asked = office.ask(fay, since=1, until=1)
    office.work()
    page = fay.get(asked.location)
    for what in ("conversions", "rewards", "payouts", "entries"):
        assert office.rows(fay, page, what) == [], what
    assert page.words.count("0 rows") == 4


def test_entries_wait_until_the_last_day_is_sealed(office: Office) -> None:
    office.world.due(700)
    office.world.clock.at_ms += DAY_MS - office.world.clock.at_ms % DAY_MS + MINUTE_MS
    fay = office.pages.browser(FAY)
    asked = office.ask(fay, "entries")
    office.work()
    office.world.clock.advance(5 * MINUTE_MS)
    assert "It waits until all entries of the last day are sealed" in fay.get(asked.location).words
    office.world.clock.advance(10 * MINUTE_MS)
    office.seals.bring()  # noted, and not sealed yet
    assert office.world.invoke("programs_schedule", {})["extracts"] == 1
    assert office.world.one(Extract).state == "gathering"
    office.seal()
    office.world.clock.advance(5 * MINUTE_MS)
    assert office.world.invoke("programs_schedule", {})["extracts"] == 1
    entries = office.rows(fay, fay.get(asked.location), "entries")
    assert {row["entry_id"] for row in entries} == {e.entry_id for e in office.world.all(Entry)}


def test_wrong_days_are_said_on_the_form(office: Office) -> None:
    fay = office.pages.browser(FAY)
    for since, until in ((30, 0), (3, 4), (500, 1)):
        refused = office.ask(fay, since=since, until=until)
        assert refused.status == 422
        assert "Choose days that are over" in refused.words
        assert f'value="{office.day(since)}"' in refused.html
    form = fay.get(PLACE).fields(PLACE)
    nonsense = fay.ask("POST", PLACE, form={**form, "since": "2026-02-31", "until": HOSTILE})
    assert nonsense.status == 422
    assert HOSTILE not in nonsense.html
    elsewhere = fay.ask("POST", PLACE, form={**form, "program_id": "prg_none"})
    assert elsewhere.status == 404
    assert office.world.all(Extract) == []


def test_what_was_given_up_is_said_where_it_was_followed(office: Office) -> None:
    fay, store = office.pages.browser(FAY), office.world.desk().store
    asked = office.ask(fay)
    waits = fay.get(asked.location)
    (given_up,) = office.world.all(Extract)
    change = Change()
    change.replace(given_up.but(state="failed"))
    store.commit(change)
    page = fay.get(asked.location)
    assert waits.followed == ["standing", "work"]
    assert (
        "Not finished" in page.html.partition(page.tag("standing"))[2].partition("</div></div>")[0]
    )
    assert 'data-say="The files were not finished"' in page.tag("work")
    assert "data-live" not in page.html


def test_the_form_counts_once(office: Office) -> None:
    fay = office.pages.browser(FAY)
    form = fay.get(PLACE).fields(PLACE) | {"since": office.day(30), "until": office.day(1)}
    first, again = (fay.ask("POST", PLACE, form=form) for _ in range(2))
    assert first.location == again.location
    assert len(office.world.all(Extract)) == 1
    listed = fay.get(PLACE)
    assert "Being made" in listed.words
    assert first.location in listed.html
    assert time_of(first.location.rpartition("/")[2]) == office.world.clock.at_ms


@pytest.mark.parametrize(
    ("who", "status"), [(FAY, 200), (ADMIN, 200), (MARKETER, 403), (ANALYST, 403), (ANNA, 403)]
)
def test_money_alone_sees_and_saves(office: Office, who: Caller, status: int) -> None:
    page = made(office, office.pages.browser(FAY))
    browser = office.pages.browser(who)
    for path in (PLACE, page.path, f"{page.path}/rewards/1/csv"):
        assert browser.get(path).status == status, path
    saved: list[Any] = office.world.events("program.extract_saved")
    assert len(saved) == (status == 200)


def test_what_is_not_there_is_not_found(office: Office) -> None:
    fay = office.pages.browser(FAY)
    page = made(office, fay, "rewards")
    number = page.path.rpartition("/")[2]
    for path in (
        f"{PLACE}/{PROGRAM}/ext_none",
        f"{PLACE}/prg_other/{number}",
        f"{page.path}/payouts/1/csv",
        f"{page.path}/rewards/2/csv",
        f"{page.path}/rewards/x/csv",
        f"{page.path}/secrets/1/csv",
    ):
        assert fay.get(path).status == 404, path
    assert office.world.events("program.extract_saved") == []
