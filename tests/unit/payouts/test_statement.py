"""A statement adds up to the cent and is the same whoever reads it."""

import pytest
from goodword.payouts.hashing import RunHash, line_of, payout_digest
from goodword.payouts.model import Payout, standing
from goodword.payouts.statement import statement_csv, statement_html, statement_of
from goodword.times import DAY_MS

from tests.support.payday import CUTOFF_MS, Payday


def with_debt() -> Payout:
    world = Payday()
    paid = world.due(500)
    world.sent()
    world.take_back(paid, 200)
    world.clock.advance(31 * DAY_MS)
    world.due(900)
    world.listed("2025-11", CUTOFF_MS + 30 * DAY_MS)
    return world.all(Payout)[-1]


def test_the_parts_add_up_to_the_total() -> None:
    told = statement_of(with_debt(), "requested")
    assert [(line.kind, line.amount.amount_minor) for line in told.lines] == [
        ("reward", 900),
        ("carried_over", -200),
    ]
    assert sum(line.amount.amount_minor for line in told.lines) == told.total.amount_minor
    assert told.state == "approved"


def test_a_part_that_came_back_is_a_line_of_its_own() -> None:
    made = statement_of(with_debt().but(returned_minor=100), "settled")
    assert made.lines[-1].kind == "came_back"
    assert sum(line.amount.amount_minor for line in made.lines) == made.total.amount_minor


def test_without_a_debt_there_is_no_line_for_one() -> None:
    world = Payday()
    world.due(500)
    world.listed()
    assert [line.kind for line in statement_of(world.payout, "draft").lines] == ["reward"]


def test_the_spreadsheet_has_numbers_not_text() -> None:
    rows = statement_csv(statement_of(with_debt(), "draft")).split("\r\n")
    assert rows[0] == "kind,id,amount,currency"
    assert rows[2] == "carried_over,,-2.00,EUR"
    assert rows[3].startswith("total,pay_")
    assert rows[3].endswith(",7.00,EUR")


def test_a_draft_is_as_far_as_its_run() -> None:
    payout = with_debt()
    told = {
        state: standing(payout, state) for state in ("draft", "requested", "released", "sending")
    }
    assert told == {
        "draft": "draft",
        "requested": "approved",
        "released": "released",
        "sending": "released",
    }
    assert standing(payout.but(state="sent"), "sending") == "sent"


@pytest.mark.parametrize(
    "name", ["amount_minor", "carry_minor", "destination_hash", "advocate_id", "rail", "cutoff_ms"]
)
def test_whatever_decides_about_money_is_in_the_hash(name: str) -> None:
    payout = with_debt()
    changed = {
        "amount_minor": payout.amount_minor + 1,
        "carry_minor": payout.carry_minor - 1,
        "destination_hash": "f" * 64,
        "advocate_id": "adv_other",
        "rail": "csv",
        "cutoff_ms": 1,
    }
    assert payout_digest(payout.but(**{name: changed[name]})) != payout_digest(payout)
    assert payout_digest(payout.but(state="sent", reference="x")) == payout_digest(payout)


def test_leaving_out_a_line_or_exchanging_two_changes_the_runs_hash() -> None:
    world = Payday()
    world.due(500)
    world.due(700, "adv_ben")
    run = world.listed()
    lines = [line_of(each) for each in world.all(Payout)]
    lines.sort(key=lambda line: line.payout_id)

    def of(*some: int) -> str:
        hashed = RunHash(run)
        hashed.add(lines[index] for index in some)
        return hashed.text()

    assert of(0, 1) == run.run_hash
    assert len({of(0, 1), of(1, 0), of(0), of(1), of(), of(0, 0)}) == 6


def test_no_value_of_a_statement_becomes_a_part_of_the_page() -> None:
    world = Payday()
    world.due(500)
    world.sent()
    evil = world.payout.but(reference='"><script>alert(1)</script>', reason="<b>")
    page = statement_html(statement_of(evil, "settled"))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert page.count("<tr>") == 3
