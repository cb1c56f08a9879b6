"""Long sums and lists are cut short; a reward on single lines loses what its lines lose."""

from dataclasses import replace

import pytest
from goodword.conversions.order import OrderFacts, OrderLine
from goodword.errors import Conflict
from goodword.programs.conditions import OneOf
from goodword.programs.rules import FlatReward, PercentageReward, PerUnitReward, Rule
from goodword.rewards.arithmetic import LinePart, compute
from goodword.rewards.basis import Basis
from goodword.rewards.explain import explain_conversion
from goodword.rewards.explain_rules import rule_text
from goodword.rewards.reversal import Returned, lines_share
from goodword.tracking.model import Attribution

from tests.support.scene import MAYA, Scene
from tests.support.voices import said, story_of, voice


def basis_of(pieces: int) -> Basis:
    """An order of so many lines of 1.00 EUR."""
    lines = tuple(OrderLine(line_id=str(number), net_minor=100) for number in range(pieces))
    return Basis(
        conversion_id="cnv_1",
        program_id="prg_test",
        order_id="1001",
        action="sale",
        occurred_ms=0,
        currency="EUR",
        net_minor=100 * pieces,
        order=OrderFacts(lines=lines),
    )


@pytest.mark.parametrize(
    ("pieces", "shown"),
    [
        (8, "0.50 EUR x (1 + 1 + 1 + 1 + 1 + 1 + 1 + 1) units = 4.00 EUR"),
        (11, "0.50 EUR x (1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 3 more) units = 5.50 EUR"),
    ],
)
def test_a_long_sum_says_how_many_more_there_are(pieces: int, shown: str) -> None:
    basis = basis_of(pieces)
    done = compute(PerUnitReward(amount_minor=50), basis, basis.order.lines, "EUR")
    assert (done.amount_minor, done.arithmetic) == (50 * pieces, shown)
    assert len(done.parts) == pieces


@pytest.mark.parametrize(
    ("locale", "shown"),
    [("en", "A1 or B2 or C3 or D4 or E5 or …."), ("de", "A1 oder B2 oder C3 oder D4 oder E5 oder")],
)
def test_a_long_list_of_values_is_cut_after_five(locale: str, shown: str) -> None:
    names = ("A1", "B2", "C3", "D4", "E5", "F6")
    rule = Rule(
        rule_id="sale",
        action="sale",
        reward=PercentageReward(basis_points=1_000),
        when=OneOf(of="sku", values=names),
    )
    text = rule_text(rule, voice(locale))
    assert shown in text
    assert "F6" not in text


class TestAReturnWithoutALine:
    PARTS = (LinePart(line_id="a", weight=3_000),)
    NETS = {"a": 3_000, "b": 2_000}

    def test_of_an_order_without_a_gross_amount_takes_the_share_of_its_net(self) -> None:
        back = Returned(1_500, 0, 5_000, 0, of_lines=self.NETS)
        assert lines_share(600, self.PARTS, back) == 180

    def test_takes_the_same_share_whether_it_is_stated_net_or_gross(self) -> None:
        back = Returned(0, 1_785, 5_000, 5_950, of_lines=self.NETS)
        assert lines_share(600, self.PARTS, back) == 180

    @pytest.mark.parametrize(("gross", "taken"), [(0, 0), (100, 30), (500, 150), (900, 150)])
    def test_of_lines_that_cost_nothing_takes_the_share_of_the_gross(
        self, gross: int, taken: int
    ) -> None:
        back = Returned(0, gross, 0, 500, of_lines={"a": 0})
        assert lines_share(150, (LinePart(line_id="a", weight=150),), back) == taken

    @pytest.mark.parametrize(("named", "taken"), [({}, 120), ({"b": 1_000}, 0)])
    def test_takes_its_share_of_a_line_that_a_later_word_does_not_have(
        self, named: dict[str, int], taken: int
    ) -> None:
        """A draft of the order had it; a replay asks of what was decided then."""
        back = Returned(1_000, 0, 5_000, 0, named, of_lines={"b": 5_000})
        assert lines_share(600, self.PARTS, back) == taken

    def test_of_an_order_that_cost_nothing_at_all_takes_nothing(self) -> None:
        back = Returned(0, 0, 0, 0, of_lines={"a": 0})
        assert lines_share(150, (LinePart(line_id="a", weight=150),), back) == 0


def test_only_a_reward_on_hold_is_found_as_one_that_waits_for_a_person() -> None:
    scene = Scene()
    scene.sale(net_minor=50_000, click_ids=(scene.click(),))
    reward_id = scene.reward.reward_id
    with pytest.raises(Conflict, match="the reward is pending, not on hold"):
        scene.approval.on_hold(reward_id)
    scene.approval.assess(reward_id)
    assert scene.approval.on_hold(reward_id).state == "on_hold"


@pytest.mark.parametrize(
    ("locale", "reason"),
    [
        ("en", "It is the same order as another one that is counted"),
        ("de", "Es ist dieselbe Bestellung wie eine andere"),
    ],
)
def test_an_order_that_was_counted_twice_is_explained_without_a_recommendation(
    locale: str, reason: str
) -> None:
    rule = Rule(rule_id="lead", action="lead", reward=FlatReward(amount_minor=200))
    scene = Scene(rules=(rule,))
    scene.sale(click_ids=(scene.click(),))
    story = story_of(scene)
    nobody = Attribution(winner=None, reason="duplicate_order")
    second = story.latest.but(number=2, reason="duplicate_order", attribution=nobody)
    again = replace(story, decisions=[story.latest, second])
    told = explain_conversion(again, MAYA, voice(locale))
    assert not said(told, "recommendation")
    assert said(told, "reason").startswith(reason)
