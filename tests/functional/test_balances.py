"""The command that rebuilds all numbers agrees with the store, or says where it does not."""

import pytest
from goodword.ledger.model import Balance
from goodword.ports import Change
from goodword_aws import balances
from goodword_aws.settings import MissingSetting

from tests.support.functions import over
from tests.support.scene import MAYA, Scene


def rebuilt(scene: Scene, *arguments: str) -> int:
    with over(scene):
        return balances.main(arguments)


@pytest.fixture
def scene() -> Scene:
    made = Scene()
    made.sale(net_minor=50_000, click_ids=(made.click(),))
    return made


def spoil(scene: Scene) -> None:
    (stored,) = scene.all(Balance)
    change = Change()
    change.replace(stored.but(payable_minor=stored.payable_minor + 1))
    scene.store.commit(change)


def test_balances_that_agree_end_well(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    assert rebuilt(scene) == 0
    said = "1 balances and 4 other records rebuilt from 1 entries and the events: 0 differences"
    assert said in capsys.readouterr().out


def test_a_wrong_balance_is_named_and_stays(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(scene)
    before = dict(scene.store.items)
    assert rebuilt(scene) == 1
    printed = capsys.readouterr().out
    assert f"WRONG  ADV#{MAYA} A#BAL#" in printed
    assert "payable_minor: journal says 0, balance says 1" in printed
    assert scene.store.items == before


def test_mending_makes_the_next_run_agree(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(scene)
    assert rebuilt(scene, "--mend") == 1
    assert "1 of 1 mended" in capsys.readouterr().out
    assert rebuilt(scene) == 0
    assert rebuilt(scene, "--mend") == 0


def test_a_wrong_count_is_named_by_the_command_and_mended(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    (stored,) = scene.all(Balance)
    change = Change()
    change.replace(stored.but(sales=4, leads=2))
    scene.store.commit(change)
    assert rebuilt(scene) == 1
    printed = capsys.readouterr().out
    assert "leads: journal says 0, balance says 2" in printed
    assert "sales: journal says 1, balance says 4" in printed
    assert rebuilt(scene, "--mend") == 1
    assert rebuilt(scene) == 0
    (now,) = scene.all(Balance)
    assert (now.sales, now.leads) == (1, 0)


def test_it_needs_to_know_the_tables(scene: Scene) -> None:
    with over(scene) as patch:
        patch.setenv("JOURNAL_TABLE", "")
        with pytest.raises(MissingSetting, match="JOURNAL_TABLE"):
            balances.main([])
