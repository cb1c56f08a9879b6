"""The second opinions and the random changes are worth something: worked by hand."""

from fractions import Fraction
from pathlib import Path

import pytest

from tests.simulation import surviving
from tests.simulation.changing import mutants_of
from tests.simulation.flaws import FLAWS, SOUND, accepted
from tests.simulation.judging import Fate
from tests.simulation.moneypaths import DOMAIN, ROOT, money_paths
from tests.simulation.mutants import chosen
from tests.simulation.offers import Basket, Line, Offer, Seen, back, lines_of, shared, worth

TWO = Basket(lines=(Line("a", "Acme", 2, 3_000), Line("b", None, 1, 1_235)), country="DE")
NEW = Seen(nth=1, place=1, level="bronze")
EITHER = ("any", ("in", "country", "de"), ("in", "channel", "x"))
KINDS = {"operator", "value", "field", "left out", "branch"}


@pytest.mark.parametrize(
    ("offer", "gives"),
    [
        (Offer("r", size=1_000), 424),  # 10 % of 42.35 is 4.235: to the even cent
        (Offer("r", size=1_000, rounding="down"), 423),
        (Offer("r", kind="per_line", size=1_000, rounding="half_up"), 300 + 124),
        (Offer("r", kind="per_unit", size=70, asks=(("in", "brand", "acme"),)), 140),
        (Offer("r", kind="flat", size=250, asks=(("at_most", "friend_order", 1),)), 250),
        (Offer("r", size=500, by_level=(("bronze", 200),)), 85),
        (
            Offer(
                "r", size=1_000, asks=(("any", ("in", "country", "de"), ("in", "channel", "x")),)
            ),
            424,
        ),
    ],
)
def test_what_an_offer_is_worth(offer: Offer, gives: int) -> None:
    found = worth(offer, TWO, (4_235, 4_235), NEW)
    assert found is not None
    assert (found.amount, found.reason) == (gives, "")


@pytest.mark.parametrize(
    ("offer", "why"),
    [
        (Offer("r", size=1_000, minimum=4_236), "below_minimum_order"),
        (Offer("r", size=1_000, action="repeat_purchase"), "not_repeat_purchase"),
        (Offer("r", size=1_000, asks=(("in", "channel", "web"),)), "condition_not_known"),
        (Offer("r", size=1_000, asks=(("not", ("in", "country", "DE")),)), "condition_not_met"),
        (Offer("r", size=1_000, by_level=(("gold", 200),)), "level_not_rewarded"),
        (Offer("r", size=1, asks=(("in", "brand", "acme"),)), "nothing_to_reward"),
    ],
)
def test_why_an_offer_gives_nothing(offer: Offer, why: str) -> None:
    found = worth(offer, TWO, (4_235, 4_235), NEW)
    assert found is not None
    assert (found.amount, found.reason) == (0, why)
    assert worth(Offer("r", action="renewal"), TWO, (4_235, 4_235), NEW) is None


def test_lines_sum_to_the_order() -> None:
    assert [one.net for one in lines_of(TWO, 5_000)] == [3_000, 1_235, 765]
    assert [one.net for one in lines_of(TWO, 2_000)] == [1_417, 583]
    assert shared([1, 1, 1], 200) == [67, 67, 66]
    assert shared([0, 0], 5) == [0, 0]


def test_what_comes_back_of_a_reward_on_lines() -> None:
    lines = [Line("a", "Acme", 1, 3_000), Line("b", None, 1, 2_000)]
    sums, weights = (5_000, 5_000), {"a": 600}
    assert back(sums, lines, {"b": 2_000}, (2_000, 0), weights) == 0
    assert back(sums, lines, {"b": 2_000}, (3_500, 0), weights) == Fraction(1, 2)
    assert back(sums, lines, {"a": 9_999}, (9_999, 0), weights) == 1


def test_every_flaw_is_one_and_its_neighbours_are_none() -> None:
    assert [one for one in FLAWS if accepted(one)] == []
    assert [one for one in SOUND if not accepted(one)] == []


def test_changes_are_of_every_kind_and_each_is_python() -> None:
    path = f"{DOMAIN}/rewards/books.py"
    source, found = (ROOT / path).read_text(), mutants_of(path)
    assert {one.kind for one in found} == KINDS
    for one in found:
        changed = one.text(source)
        assert changed != source
        assert len(changed.splitlines()) == len(source.splitlines())
        compile(changed, path, "exec")


def test_a_number_chooses_the_changes() -> None:
    assert chosen(9, "one") == chosen(9, "one")
    assert chosen(9, "one") != chosen(9, "two")
    assert len({(one.path, one.line) for one in chosen(60, "one")}) == len(chosen(60, "one"))
    named = {Path(one).name for one in money_paths()}
    assert {"reversal.py", "deciding.py", "freezing.py", "store.py", "rules.py"} <= named
    assert not named & {"explain.py", "seal.py", "forgetting.py", "__init__.py"}


def test_the_page_says_who_survives(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = tmp_path / "proof.md"
    page.write_text(f"# A\n\n{surviving.TITLE}\nold\n\n## B\nlast\n")
    monkeypatch.setattr(surviving, "PAGE", page)
    monkeypatch.setattr(surviving, "FATES", tmp_path / "fates.json")
    one, two = chosen(2, "one")
    fates = [Fate(one, "seed 3", "it differs", 1), Fate(two, "", "", 9)]
    surviving.put(surviving.section(fates, "77"))
    text = page.read_text()
    assert "\nold\n" not in text
    assert text.startswith("# A\n\n## Random")
    assert text.endswith("\n## B\nlast\n")
    assert "1 of 2 killed: 50 % (between 9 % and 91 %" in text
    assert text.count("SURVIVES") == 1
    assert surviving.standing() == ""  # it stays only while it can be made anew
    surviving.remember(fates, "77")
    assert surviving.remembered() == (fates, "77")
    assert surviving.standing().rstrip() == surviving.section(fates, "77").rstrip()


def test_how_sure_a_measurement_is() -> None:
    low, high = surviving.interval(9, 10)
    assert (round(low), round(high)) == (60, 98)
    assert surviving.interval(0, 0) == (0.0, 100.0)
    assert round(surviving.interval(180, 200)[0]) == 85
