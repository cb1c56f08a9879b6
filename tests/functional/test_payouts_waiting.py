"""Who waits for money: finance's one list, over the API, on the console and as a file."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from goodword.times import DAY_MS

from tests.support.api import ADMIN, ANALYST, ANNA, MARKETER
from tests.support.api import FINANCE as FAY
from tests.support.pages import Pages, signing_in
from tests.support.payday import CUTOFF_MS
from tests.support.scene import BEN, MAYA
from tests.support.treasury import Treasury, told, treasury

HERE = "/v1/payout-waiting"
ASKED = {"program_id": "prg_test"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Treasury]:
    with treasury(tmp_path, minimum_minor=1_000) as (found, _):
        found.due(400)
        found.due(2_000, BEN)
        yield found


def test_whoever_a_run_put_aside_is_named_with_what_is_missing(world: Treasury) -> None:
    for _ in range(2):
        status, found = told(world.sample("payouts_api", "waiting"))
        assert (status, found["has_more"]) == (200, False)
        (maya,) = found["data"]
        assert (maya["advocate_id"], maya["amount"]["amount_minor"]) == (MAYA, 400)
        assert maya["missing"] == {"amount_minor": 600, "currency": "EUR"}
        (kept,) = maya["kept"]
        assert (kept["reason"], kept["lets_go"]) == ("below_minimum", "earning_more")
        assert kept["since"] == maya["since"] is not None
        world.sample("payouts_schedule", "tick")


def test_a_hold_is_named_so_that_it_can_be_lifted(world: Treasury) -> None:
    asked = {"advocate_id": BEN, "reason_code": "details_unclear"}
    assert world.api("usr_anna", "POST", "/v1/payout-holds", asked)[0] == 200
    rows = world.api("usr_anna", "GET", HERE, query=ASKED)[1]["data"]
    kept = {row["advocate_id"]: row["kept"] for row in rows}[BEN][0]
    assert (kept["reason"], kept["code"]) == ("on_hold", "details_unclear")
    asked["hold_id"] = kept["cause_id"]
    assert world.api("usr_anna", "POST", "/v1/payout-holds/lift", asked)[0] == 200
    rows = world.api("usr_anna", "GET", HERE, query=ASKED)[1]["data"]
    assert [row["advocate_id"] for row in rows] == [MAYA]


def test_pages_go_on_where_the_last_one_ended(world: Treasury) -> None:
    world.set_enrolment(BEN, "paused")
    found, query = [], ASKED | {"limit": "1"}
    for _ in range(9):
        read = world.api("usr_anna", "GET", HERE, query=query)[1]
        found += [row["advocate_id"] for row in read["data"]]
        if not read["has_more"]:
            break
        query["starting_after"] = read["next_cursor"]
    assert sorted(found) == sorted([MAYA, BEN])
    bad = world.api("usr_anna", "GET", HERE, query=ASKED | {"starting_after": "0:nonsense"})
    assert (bad[0], bad[1]["code"]) == (422, "bad_cursor")


def test_the_console_says_it_and_gives_it_as_a_file(world: Treasury) -> None:
    world.set_enrolment(BEN, "paused")
    with signing_in() as pool:
        pages = Pages(world, pool=pool)  # type: ignore[arg-type]  # any world
        fay = pages.browser(FAY)
        assert "/console/waiting" in fay.get("/console/runs").html
        shown = fay.get("/console/waiting")
        for words in ("€4.00", "Below the minimum", "To be earned: €6.00", "Paused", MAYA, BEN):
            assert words in shown.words
        assert "Marketing ends the pause" in shown.words
        rows = list(csv.DictReader(io.StringIO(fay.get("/console/waiting/csv").html)))
        assert {(one["advocate_id"], one["amount"], one["reason"]) for one in rows} == {
            (MAYA, "4.00", "below_minimum"),
            (BEN, "20.00", "enrolment_paused"),
        }
        wrong = fay.get("/console/waiting", currency="QQQ")
        assert (wrong.status, "There is no such currency" in wrong.words) == (200, True)
        usd = fay.get("/console/waiting", currency="USD")
        assert "Nobody waits" in usd.words
        for who, status in ((ADMIN, 200), (MARKETER, 403), (ANALYST, 403), (ANNA, 403)):
            for path in ("/console/waiting", "/console/waiting/csv"):
                assert pages.browser(who).get(path).status == status, (who.subject, path)


def test_more_than_fits_one_file_is_said(world: Treasury, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword_aws.payouts_waiting.PAGE_ITEMS_MAX", 1)
    monkeypatch.setattr("goodword_aws.payouts_waiting.WAITING_FILE_PAGES", 1)
    world.set_enrolment(BEN, "paused")
    with signing_in() as pool:
        fay = Pages(world, pool=pool).browser(FAY)  # type: ignore[arg-type]  # any world
        assert fay.get("/console/waiting/csv").status == 409


def test_money_of_a_later_period_is_named_with_its_day(tmp_path: Path) -> None:
    """NET-30: the run of 31 October pays September; what was earned on the 12th is not in it."""
    with treasury(tmp_path, net_days=30) as (world, _):
        world.clock.at_ms = CUTOFF_MS - 7 * DAY_MS
        world.due(500)
        (row,) = world.api("usr_anna", "GET", HERE, query=ASKED)[1]["data"]
        (kept,) = row["kept"]
        assert (kept["reason"], kept["lets_go"]) == ("later_period", "its_period")
        assert kept["until"] == "2025-12-01T00:00:00.000Z"
        assert row["missing"] is None
        with signing_in() as pool:
            fay = Pages(world, pool=pool).browser(FAY)  # type: ignore[arg-type]  # any world
            words = fay.get("/console/waiting").words
            assert "By itself, with the run of its period 1 Dec 2025" in words
            (line,) = csv.DictReader(io.StringIO(fay.get("/console/waiting/csv").html))
            assert (line["reason"], line["until"]) == ("later_period", kept["until"])
