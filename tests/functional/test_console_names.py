"""Who did what is readable: staff is shown by name, and the journal keeps the ids."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from goodword_aws import wiring

from tests.functional.test_console_runs import FRED, RUN, House
from tests.support.api import ADMIN
from tests.support.api import FINANCE as FAY
from tests.support.pages import Pages, signing_in
from tests.support.treasury import treasury

AUDIT = "/console/audit"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with treasury(tmp_path) as (world, rail), signing_in() as pool:
        world.due(123_456)
        made = House(world, rail, Pages(world, pool=pool))  # type: ignore[arg-type]  # any world
        made.tick()
        yield made


def requested(house: House) -> None:
    fay = house.pages.browser(FAY)
    fay.send(fay.get(RUN), f"{RUN}/request")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"email": "fay@shop.example", "name": "Fay Lang"}, "Fay Lang"),
        ({"email": "fay@shop.example"}, "fay@shop.example"),
        ({"name": HOSTILE}, HOSTILE),
        ({}, "sub-fay"),
        ({"refused": "yes"}, "sub-fay"),
    ],
)
def test_others_are_shown_by_name_and_by_id_where_nobody_knows_it(
    house: House, said: dict[str, str], shown: str
) -> None:
    requested(house)
    house.pages.pool.people["sub-fay"] = said
    page = house.pages.browser(FRED).get(RUN)
    assert f"Requested {shown} ·" in page.words
    assert HOSTILE not in page.html
    audit = house.pages.browser(ADMIN).get(AUDIT, subject=house.world.run().run_id).words
    assert f"Staff {shown}" in audit
    assert "sub-fay" in audit  # the id is what the journal has
    (event,) = house.world.events("payout_run.requested")
    assert event.actor.id == "sub-fay"
    assert house.pages.pool.looked_up.count("sub-fay") == 1  # remembered


def test_a_page_asks_for_ten_names_at_most(house: House) -> None:
    pool = house.pages.pool
    named = wiring.pool().names()
    before = len(pool.looked_up)
    assert [named(f"sub-{number}") for number in range(30)] == [""] * 30
    assert len(pool.looked_up) - before == 10
    assert wiring.pool().names()('" or 1') == ""
