"""An order in another currency takes the rate of its day, or waits for it; nothing is guessed."""

from dataclasses import dataclass
from typing import Any

import pytest
from goodword.advocates.model import Enrolment
from goodword.conversions.disputes import Reinstatement
from goodword.conversions.exchange import Wanted
from goodword.conversions.model import RATES_WANTED, Conversion, Refund, ReinstatementFact
from goodword.conversions.order import OrderFacts, OrderLine
from goodword.ports import Change, Page
from goodword.programs.caps import BudgetLimit, Cap
from goodword.programs.model import Program, ProgramVersion
from goodword.programs.rates import NewRate, Rates
from goodword.programs.rules import FlatReward, PercentageReward, PerLineReward, Rule
from goodword.rewards.budget import Budgets
from goodword.rewards.decision import Decision
from goodword.rewards.explain import explain_conversion
from goodword.rewards.model import Reward
from goodword.times import DAY_MS, HOUR_MS

from tests.support.desk import NOW_MS
from tests.support.scene import MAYA, PROGRAM, Scene, terms
from tests.support.voices import LOCALES, said, story_of, voice

TODAY = "2025-11-22"


@dataclass
class Abroad:
    """A programme in EUR that takes orders in any currency."""

    scene: Scene

    def rate(self, rate: str, day: str = TODAY, base: str = "EUR", quote: str = "USD") -> None:
        fields = {"base": base, "quote": quote, "day": day, "rate": rate, "source": "ECB"}
        Rates(self.scene.desk()).put([NewRate.model_validate(fields)])

    def sale(self, net_minor: int = 10_000, number: str = "1001", **fields: object) -> None:
        scene = self.scene
        told = {"currency": "USD", "click_ids": (scene.click(),)} | fields
        assert scene.sale(number, net_minor, **told).state == "booked"

    def sweep(self) -> int:
        """What the clock does."""
        ready = list(Wanted(self.scene.store).ready())
        for conversion_id in ready:
            self.scene.worker.decide_again(conversion_id)
        return len(ready)


@pytest.fixture
def abroad() -> Abroad:
    return Abroad(Scene(currencies="convert"))


def test_amounts_are_changed_first_and_the_rules_see_nothing_else(abroad: Abroad) -> None:
    abroad.rate("1.0834")
    abroad.sale()
    # 100.00 / 1.0834 = 92.30; 10 % = 9.23
    reward = abroad.scene.reward
    assert (reward.currency, reward.earned_minor) == ("EUR", 923)
    basis = abroad.scene.decision.basis
    assert (basis.currency, basis.net_minor, basis.before_minor) == ("EUR", 9_230, 10_000)
    assert basis.rate is not None
    assert (basis.rate.of, basis.rate.rate, basis.rate.day) == ("USD", "1.0834", TODAY)
    assert abroad.scene.conversion.currency == "USD"
    assert [one.currency for one in [abroad.scene.balance()]] == ["EUR"]
    assert abroad.scene.balance().sales == 1


def test_flat_rewards_and_minimum_orders_are_of_the_programmes_currency() -> None:
    rules = (
        Rule(rule_id="flat", action="sale", reward=FlatReward(amount_minor=500)),
        Rule(
            rule_id="big",
            action="sale",
            reward=PercentageReward(basis_points=1_000),
            minimum_order_minor=9_231,
        ),
    )
    abroad = Abroad(Scene(currencies="convert", rules=rules))
    abroad.rate("1.0834")
    abroad.sale()
    assert [one.earned_minor for one in abroad.scene.all(Reward)] == [500]
    assert abroad.scene.decision.lines[1].reason == "below_minimum_order"


def test_lines_share_what_the_order_was_changed_into() -> None:
    rule = Rule(rule_id="line", action="sale", reward=PerLineReward(basis_points=10_000))
    abroad = Abroad(Scene(currencies="convert", rules=(rule,)))
    abroad.rate("3")
    lines = tuple(OrderLine(line_id=name, net_minor=50) for name in ("a", "b", "c", "d"))
    abroad.sale(200, order=OrderFacts(lines=lines))
    # 2.00 / 3 = 0.67, in four equal lines: 17 + 17 + 17 + 16
    basis = abroad.scene.decision.basis
    assert [line.net_minor for line in basis.order.lines] == [17, 17, 17, 16]
    assert abroad.scene.reward.earned_minor == basis.net_minor == 67
    assert [line.net_minor for line in abroad.scene.conversion.order.lines] == [50] * 4


def test_an_order_of_nothing_is_changed_into_nothing(abroad: Abroad) -> None:
    abroad.rate("3")
    line = OrderLine(line_id="a", net_minor=0)
    abroad.sale(0, order=OrderFacts(lines=(line,)))
    assert abroad.scene.decision.reason == "nothing_to_reward"


def test_without_a_rate_it_waits_where_everybody_sees_it(abroad: Abroad) -> None:
    abroad.sale()
    waiting = abroad.scene.conversion
    assert (waiting.state, waiting.reason) == ("waiting", "waiting_for_rate")
    assert abroad.scene.decision.outcome == "waiting"
    assert abroad.scene.all(Reward) == []
    page = abroad.scene.store.query_index(Conversion, "core", RATES_WANTED)
    assert [one.conversion_id for one in page.rows] == [waiting.conversion_id]
    for locale, word in zip(LOCALES, ("exchange rate", "Wechselkurs"), strict=True):
        told = explain_conversion(story_of(abroad.scene), MAYA, voice(locale))
        assert word in said(told, "reason")
    assert abroad.sweep() == 0


def test_it_is_decided_when_the_rate_is_there_under_what_was_promised(abroad: Abroad) -> None:
    abroad.sale()
    abroad.scene.refund("r1", 5_000, currency="USD")
    abroad.scene.clock.advance(40 * DAY_MS)
    abroad.rate("1.25", "2025-11-23")
    assert abroad.sweep() == 1
    assert "waiting" in abroad.scene.conversion.state  # of a later day: it may not be used
    abroad.rate("2", "2025-11-20")
    abroad.sweep()
    # 100.00 / 2 = 50.00; 10 % = 5.00; half of it was returned meanwhile
    assert abroad.scene.conversion.state == "qualified"
    reward = abroad.scene.reward
    assert (reward.earned_minor, reward.remaining_minor) == (500, 250)
    assert reward.hold_until_ms == abroad.scene.conversion.occurred_ms + 14 * DAY_MS
    assert abroad.sweep() == 0
    assert abroad.scene.balance().sales == 1
    assert abroad.scene.ledger_differences() == []


def test_what_nobody_won_any_more_waits_for_nothing(abroad: Abroad) -> None:
    """Its advocate was banned while it waited, and the programme is paused: no rate is needed."""
    abroad.sale()
    scene = abroad.scene
    one = next(each for each in scene.all(Enrolment) if each.advocate_id == MAYA)
    change = Change()
    change.replace(one.turned("banned", scene.clock.at_ms, since_ms=0))
    change.replace(scene.program.but(state="paused"))
    scene.store.commit(change)
    scene.worker.decide_again(scene.conversion.conversion_id)
    assert (scene.conversion.state, scene.conversion.advocate_id) == ("unattributed", None)
    assert scene.conversion.reason == "enrolment_banned"
    assert abroad.sweep() == 0


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_a_programme_that_stops_meanwhile_still_owes_it(abroad: Abroad, state: str) -> None:
    abroad.sale()
    change = Change()
    change.replace(abroad.scene.one(Program).but(state=state))
    abroad.scene.store.commit(change)
    abroad.rate("2")
    abroad.sweep()
    assert abroad.scene.reward.earned_minor == 500


def test_another_touch_while_it_waits_is_heard(abroad: Abroad) -> None:
    abroad.sale()
    abroad.scene.sale("1001", 10_000, currency="USD", click_ids=(abroad.scene.click("BEN77", 0.5),))
    abroad.rate("2")
    abroad.sweep()
    assert abroad.scene.reward.advocate_id == "adv_ben"


def test_the_first_rate_stays_when_it_is_decided_anew(abroad: Abroad) -> None:
    abroad.rate("2", "2025-11-21")
    abroad.sale()
    abroad.rate("4")
    abroad.scene.sale("1001", 10_000, currency="USD", click_ids=(abroad.scene.click("BEN77", 0.5),))
    alive = [one for one in abroad.scene.all(Reward) if one.state != "void"]
    assert [(one.advocate_id, one.earned_minor) for one in alive] == [("adv_ben", 500)]
    rates = [one.basis.rate for one in abroad.scene.all(Decision)]
    assert [rate.rate if rate else "" for rate in rates] == ["2", "2"]


def test_refunds_are_shares_and_need_no_rate(abroad: Abroad) -> None:
    abroad.rate("1.0834")
    abroad.sale()
    abroad.rate("3", "2025-11-23")
    for number, left in enumerate((615, 308, 0)):
        amount = None if number == 2 else 3_333
        abroad.scene.refund(f"r{number}", amount, currency="USD")
        assert abroad.scene.reward.remaining_minor == left
    assert abroad.scene.reward.state == "void"
    assert abroad.scene.ledger_differences() == []
    assert [one.taken_minor for one in abroad.scene.all(Refund)] == [308, 307, 308]
    told = abroad.scene.events("conversion.reversed")
    assert [one.data["taken_minor"] for one in told] == [308, 307, 308]


def test_what_is_given_back_is_told_in_the_programmes_currency(abroad: Abroad) -> None:
    abroad.rate("2")
    abroad.sale()
    abroad.scene.refund("dp_1", 4_000, currency="USD", reason="chargeback")
    abroad.scene.deliver(
        ReinstatementFact(refund_id="dp_1", orders=("1001",), occurred_ms=NOW_MS, currency="USD")
    )
    assert abroad.scene.reward.remaining_minor == 500
    assert abroad.scene.one(Reinstatement).given_minor == 200
    (event,) = abroad.scene.events("conversion.reinstated")
    assert event.data["given_minor"] == 200


def test_a_refund_in_another_currency_than_the_orders_is_not_understood(abroad: Abroad) -> None:
    abroad.rate("2")
    abroad.sale()
    assert abroad.scene.refund("r1", 100).reason == "currency_mismatch"


def test_the_same_order_in_another_currency_is_not_understood(abroad: Abroad) -> None:
    abroad.rate("2")
    abroad.sale()
    again = abroad.scene.sale("1001", 10_000, click_ids=(abroad.scene.click(),))
    assert (again.state, again.reason) == ("not_understood", "currency_mismatch")


def test_caps_and_budgets_count_what_was_changed() -> None:
    scene = Scene(currencies="convert", caps=(Cap(amount_minor=700),))
    Budgets(scene.desk()).put(
        PROGRAM, [BudgetLimit(period="lifetime", amount_minor=600)], "planned"
    )
    abroad = Abroad(scene)
    abroad.rate("2")
    abroad.sale()
    scene.clock.advance(1_000)
    abroad.sale(number="1002")
    assert sorted(one.earned_minor for one in scene.all(Reward)) == [100, 500]
    assert scene.decision.reason == "rewarded"


def test_a_sign_up_has_no_amount_and_needs_no_rate(abroad: Abroad) -> None:
    abroad.sale(0, "user-1", action="lead", gross_minor=0)
    assert (abroad.scene.reward.currency, abroad.scene.reward.earned_minor) == ("EUR", 200)


def test_terms_that_refuse_other_currencies_keep_refusing_them() -> None:
    scene = Scene()
    told = scene.sale(currency="USD", click_ids=(scene.click(),))
    assert (told.state, told.reason) == ("not_understood", "currency_mismatch")


def test_terms_that_refused_when_the_link_was_followed_still_refuse() -> None:
    scene = Scene()
    change = Change()
    version = scene.one(ProgramVersion)
    later = {"terms": terms(currencies="convert"), "effective_ms": NOW_MS - HOUR_MS}
    change.create(version.but(version=0, number=2, **later))
    scene.store.commit(change)
    abroad = Abroad(scene)
    abroad.rate("2")
    abroad.sale()  # the click is of yesterday
    assert (scene.conversion.state, scene.conversion.reason) == (
        "disqualified",
        "currency_mismatch",
    )


def test_every_page_of_those_that_wait_is_looked_at(abroad: Abroad) -> None:
    for number in range(3):
        abroad.sale(number=f"o{number}")
    memory = abroad.scene.store

    class OneByOne:
        def __getattr__(self, name: str) -> Any:
            return getattr(memory, name)

        def query_index(self, *place: Any, cursor: str | None) -> Page[Conversion]:
            return memory.query_index(*place, limit=1, cursor=cursor)

    wanted = Wanted(OneByOne())  # type: ignore[arg-type]  # passes everything on
    assert (list(wanted.ready()), wanted.missing) == ([], 3)
    abroad.rate("2")
    assert len(list(Wanted(OneByOne()).ready())) == 3  # type: ignore[arg-type]  # as above
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("goodword.conversions.exchange.RATES_WANTED_PAGES", 2)
        assert len(list(Wanted(OneByOne()).ready())) == 2  # type: ignore[arg-type]  # as above


def test_the_sweep_looks_at_many_with_few_reads(abroad: Abroad) -> None:
    for number in range(5):
        abroad.sale(number=f"o{number}")
    reads: list[int] = []
    memory = abroad.scene.store

    class Counting:
        def __getattr__(self, name: str) -> object:
            reads.append(name == "get_many")
            return getattr(memory, name)

    assert list(Wanted(Counting()).ready()) == []  # type: ignore[arg-type]  # passes everything on
    assert sum(reads) == 1


def test_its_advocate_reads_the_rate() -> None:
    abroad = Abroad(Scene(currencies="convert"))
    abroad.rate("1.0834")
    abroad.sale()
    told = explain_conversion(story_of(abroad.scene), MAYA, voice())
    assert said(told, "rate") == (
        "US$100.00 ÷ 1.0834 = €92.30 (the rate of 22 Nov 2025, ECB), rounded; "
        "exactly half goes to the even digit."
    )
    assert said(told, "arithmetic").startswith("€92.30")
