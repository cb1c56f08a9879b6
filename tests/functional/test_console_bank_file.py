"""A month by bank transfer on the pages: the file is taken to the bank, then finance confirms."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from goodword.payouts.filing import Asking
from goodword.payouts.model import Payout, run_id_of
from goodword.times import DAY_MS
from goodword_aws.rails.csv import file_key

from tests.functional.test_console_runs import FRED, RUN, House, release
from tests.support.api import ADMIN, ANALYST, ANNA, MARKETER
from tests.support.api import FINANCE as FAY
from tests.support.pages import Pages, signing_in
from tests.support.scene import BEN, MAYA
from tests.support.treasury import treasury

FILE = f"{RUN}/bank/csv"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A run by hand of two payments, released."""
    with treasury(tmp_path, rail="csv") as (world, rail), signing_in() as pool:
        for person, amount in ((MAYA, 123_456), (BEN, 5_000)):
            world.pay_to(person, rail="csv")
            world.due(amount, person)
        house = House(world, rail, Pages(world, pool=pool))  # type: ignore[arg-type]  # any world
        house.tick()
        fay, fred = house.pages.browser(FAY), house.pages.browser(FRED)
        fay.send(fay.get(RUN), f"{RUN}/request")
        assert release(fred, "1284.56").location == RUN
        yield house


def test_a_month_by_bank_transfer_from_the_file_to_the_report(house: House) -> None:
    fay = house.pages.browser(FAY)
    run = fay.get(RUN)
    assert "Give this file to the bank, then confirm" in run.words
    assert "Every payment has been tried" not in run.words
    assert "In the bank's file 2 payments, €1,284.56" in run.words
    assert "Waits for the bank" in fay.get("/console/runs").words
    assert f'href="{FILE}"' in run.html

    file = fay.get(FILE)
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["Cache-Control"] == "no-store"
    lines = file.html.splitlines()
    assert lines[0] == "payout_id,name,iban,amount,currency,reference"
    assert sorted(line.split(",")[3] for line in lines[1:]) == ["1234.56", "50.00"]
    assert all("DE89370400440532013000" in line for line in lines[1:])
    (saved,) = house.world.events("payout_run.file_saved")
    assert (saved.actor.id, saved.subject) == (FAY.subject, house.world.run().run_id)
    after = house.pages.browser(FRED).get(RUN).words
    assert "The file was saved; the bank's answer is missing" in after
    assert "Last saved: sub-fay" in after

    ben = next(one for one in house.world.all(Payout) if one.advocate_id == BEN)
    place = f"/console/payouts/{ben.payout_id}"
    fay.send(fay.get(place), f"{place}/confirm", outcome="failed", reason_code="wrong_details")
    fay.send(fay.get(RUN), f"{RUN}/confirm", reference="SEPA-2025-10")
    done = fay.get(RUN)
    assert "The run is finished" in done.words
    assert "Paid 1 payment, €1,234.56" in done.words
    assert "Failed 1 payment, €50.00" in done.words
    assert f'action="{RUN}/confirm"' not in done.html
    assert "Finished" in fay.get("/console/runs").words

    page = fay.get(f"{RUN}/reconciliation")
    assert "No rail can be asked about payments by file" in page.words
    assert "by itself within minutes" not in page.words
    assert "data-live" not in page.html
    maya = next(one for one in house.world.all(Payout) if one.advocate_id == MAYA)
    rows = f"{maya.payout_id}; 1234.56\n{ben.payout_id}; 50.00; failed"
    fay.send(page, f"{RUN}/report", report=rows)
    assert "No difference, to the cent" in fay.get(f"{RUN}/reconciliation").words


def test_the_bank_s_file_is_for_finance_alone(house: House) -> None:
    for who in (ADMIN, MARKETER, ANALYST, ANNA):
        assert house.pages.browser(who).get(FILE).status == 403, who.subject
    assert FILE not in house.pages.browser(ADMIN).get(RUN).html
    assert house.world.events("payout_run.file_saved") == []


def test_a_file_that_is_no_longer_kept_says_what_to_do_and_notes_nothing(house: House) -> None:
    run_id = run_id_of("prg_test", "2025-10")
    house.world.bucket.objects[file_key(run_id)] = b"x" * 4_000_001
    large = house.pages.browser(FAY).get(FILE)
    assert (large.status, "Have it written anew" in large.words) == (413, True)
    del house.world.bucket.objects[file_key(run_id)]
    gone = house.pages.browser(FAY).get(FILE)
    assert gone.status == 404
    assert "Have it written anew" in gone.words
    assert house.pages.browser(FAY).get(FILE, part="2").status == 404
    assert house.pages.browser(FAY).get(FILE, part="x").status == 404
    assert house.world.events("payout_run.file_saved") == []


def test_the_file_is_written_anew_for_what_the_bank_has_not_answered(house: House) -> None:
    fay, run_id = house.pages.browser(FAY), run_id_of("prg_test", "2025-10")
    assert "The file is kept until 6 Dec 2025." in fay.get(RUN).words
    before = fay.get(FILE).html
    house.world.clock.advance(15 * DAY_MS)
    del house.world.bucket.objects[file_key(run_id)]
    late = fay.get(RUN)
    assert "is there no more" in late.words
    assert FILE not in late.html
    Asking(house.world.desk("usr_fay")).ask(run_id)
    assert "The file is being written" in fay.get(RUN).words
    house.world.clock.advance(DAY_MS)
    fay.send(late, f"{RUN}/bank")  # its execution is over at once here
    assert "The file is kept until" in fay.get(RUN).words
    assert fay.get(FILE).html == before
    early = fay.get(RUN)
    fay.send(fay.get(RUN), f"{RUN}/confirm", reference="SEPA-2025-10")
    assert f'action="{RUN}/bank"' not in fay.get(RUN).html
    assert fay.send(early, f"{RUN}/bank").status == 409


def test_the_parts_of_a_long_file_are_saved_one_by_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("goodword_aws.rails.csv.BANK_FILE_ROWS", 1)
    fay, run_id = house.pages.browser(FAY), run_id_of("prg_test", "2025-10")
    fay.send(fay.get(RUN), f"{RUN}/bank")
    page = fay.get(RUN)
    assert "the bank needs each part once" in page.words
    assert ("Save part 1" in page.words, "Save part 2" in page.words) == (True, True)
    parts = [fay.get(FILE, part=part) for part in "12"]
    assert [len(one.html.splitlines()) for one in parts] == [2, 2]
    assert f"bank-{run_id}-2.csv" in parts[1].headers["Content-Disposition"]
    assert [one.data["part"] for one in house.world.events("payout_run.file_saved")] == [1, 2]


def test_the_payee_reads_that_a_person_takes_it_to_the_bank(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("goodword_aws.wiring.advocate_of", lambda _: MAYA)
    anna, fay = house.pages.browser(ANNA), house.pages.browser(FAY)
    maya = next(one for one in house.world.all(Payout) if one.advocate_id == MAYA)
    for path in ("/my/payouts", f"/my/payouts/{maya.payout_id}"):
        words = anna.get(path).words
        assert "a person takes it to the bank" in words
        assert "It is on its way" not in words
    assert "Paid to c*** · DE** **** 3000 Rewards until" in words
    assert "Purchase · 12 Oct 2025 €1,234.56" in words
    house.world.pay_to(MAYA, "other@x.example")
    changed = anna.get(f"/my/payouts/{maya.payout_id}").words
    assert "Paid to The payout method that you had then" in changed
    place = f"/console/payouts/{maya.payout_id}"
    monkeypatch.setattr("goodword_aws.wiring.advocate_of", lambda _: None)
    fay.send(fay.get(place), f"{place}/confirm", outcome="paid", reference="SEPA-1")
    monkeypatch.setattr("goodword_aws.wiring.advocate_of", lambda _: MAYA)
    assert "The bank has carried it out" in anna.get(f"/my/payouts/{maya.payout_id}").words


def test_a_run_of_another_rail_has_no_file(tmp_path: Path) -> None:
    with treasury(tmp_path) as (world, rail), signing_in() as pool:
        world.due(5_000)
        other = House(world, rail, Pages(world, pool=pool))  # type: ignore[arg-type]  # any world
        other.tick()
        missing = other.pages.browser(FAY).get(FILE)
        assert missing.status == 404
        assert "no file for a bank" in missing.words
