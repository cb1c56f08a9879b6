"""Staff read everything about an order; its advocate reads words; nobody else reads anything."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from goodword.conversions.listing import ConversionOfAdvocate
from goodword.ports import Change
from goodword.programs.model import PercentageReward, Rule
from goodword.times import DAY_MS
from goodword_aws.explanations import spoken

from tests.support.functions import CONTEXT, load, over
from tests.support.payday import Payday
from tests.support.people import http
from tests.support.scene import BEN, MAYA, Scene

EMAILS = {MAYA: "maya7@x.example", BEN: "ben77@x.example"}


class Desk:
    """A scene with both APIs over it."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.loaded: dict[str, Any] = {}

    def __call__(self, who: str, path: str, query: dict[str, str] | None = None) -> tuple[int, Any]:
        function = "advocates_api" if path.startswith("/v1/me") else "rewards_api"
        if function not in self.loaded:
            self.loaded[function] = load(function).handler
        groups = () if who in EMAILS else (who,)
        email = EMAILS.get(who, f"{who}@staff.example")
        event = http("GET", path, subject=f"sub-{who}", email=email, groups=groups, query=query)
        answer = self.loaded[function](event, CONTEXT)
        return answer["statusCode"], json.loads(answer["body"])


def over_scene(scene: Scene) -> Iterator[Desk]:
    with over(scene) as patch:
        patch.setattr("goodword_aws.rewards.client", lambda _name: None)
        patch.setattr("goodword_aws.advocates.methods", lambda _desk: NoVault())
        yield Desk(scene)


class NoVault:
    """Nobody's personal fields."""

    def fields(self, _advocate_id: str) -> None:
        return None


@pytest.fixture
def desk() -> Iterator[Desk]:
    scene = Scene()
    scene.sale(net_minor=4_990, click_ids=(scene.click("BEN77", 3), scene.click()))
    yield from over_scene(scene)


def test_staff_see_touches_rule_cap_life_and_entries(desk: Desk) -> None:
    scene = desk.scene
    scene.refund("r1", 1_000)
    scene.approval.assess(scene.reward.reward_id)
    scene.clock.advance(15 * DAY_MS)
    scene.approval.post(scene.reward.reward_id)
    status, told = desk("finance", f"/v1/rewards/{scene.reward.reward_id}/explanation")
    assert status == 200
    (decision,) = told["decisions"]
    assert [(t["advocate_id"], t["verdict"], t["reason"]) for t in decision["touches"]] == [
        (BEN, "lost", "later_touch"),
        (MAYA, "won", "last_touch"),
    ]
    (rule,) = decision["rules"]
    assert (rule["in_words"], rule["arithmetic"]) == (
        "The rule: 10 % of the order.",
        "49.90 EUR x 10 % = 4.99 EUR (rounding half_even)",
    )
    (cap,) = rule["caps"]
    assert (cap["cap"], cap["period"], cap["limit"]) == ("advocate-month-money", "2025-11", 10_000)
    assert (cap["before"], cap["used"], cap["after"], cap["cut"]) == (10_000, 499, 9_501, False)
    (reward,) = told["rewards"]
    assert [(step["type"], step["reason"], step["actor"]) for step in reward["steps"]] == [
        ("reward.created", "", "system:conversions"),
        ("reward.reversed", "refund", "system:conversions"),
        ("reward.approved", "within_auto_approve_limit", "system:reward_approval"),
        ("reward.due", "hold_over", "system:reward_approval"),
    ]
    assert [entry["what"] for entry in reward["entries"]] == [
        "reward_earned",
        "reward_reversed",
        "reward_due",
    ]
    assert all(sum(leg["amount_minor"] for leg in e["legs"]) == 0 for e in reward["entries"])
    (reversal,) = told["reversals"]
    assert (reversal["refund_id"], reversal["taken"]["amount_minor"]) == ("r1", 100)
    (share,) = reversal["shares"]
    assert share["taken"]["amount_minor"] == 100
    assert share["arithmetic"] == (
        "4.99 EUR x 10.00 EUR / 49.90 EUR of net = 1.00 EUR (rounding half_even)"
    )
    assert told["advocate_reads"] == reward["advocate_reads"]


def test_staff_read_what_the_advocate_reads(desk: Desk) -> None:
    reward_id = desk.scene.reward.reward_id
    for locale in ("en", "de"):
        query = {"locale": locale}
        _, staff = desk("finance", f"/v1/rewards/{reward_id}/explanation", query)
        status, own = desk(MAYA, f"/v1/me/rewards/{reward_id}/explanation", query)
        assert (status, own["locale"], own["time_zone"]) == (200, locale, "UTC")
        assert own["sentences"] == staff["rewards"][0]["advocate_reads"]


def test_an_advocate_is_told_nothing_about_others(desk: Desk) -> None:
    reward_id = desk.scene.reward.reward_id
    _, told = desk(MAYA, f"/v1/me/rewards/{reward_id}/explanation")
    text = json.dumps(told, ensure_ascii=False).lower()
    for hidden in ("ben", "friend", "c1", "lnk_", "tch_", "later_touch", "auto_approve"):
        assert hidden not in text


def test_one_who_has_no_part_in_it_is_told_that_there_is_nothing(desk: Desk) -> None:
    reward, conversion = desk.scene.reward, desk.scene.conversion
    status, told = desk(BEN, f"/v1/me/rewards/{reward.reward_id}/explanation")
    assert (status, told["code"]) == (404, "unknown_reward")
    status, told = desk(BEN, f"/v1/me/conversions/{conversion.conversion_id}/explanation")
    assert (status, told["code"]) == (404, "unknown_conversion")
    assert desk(BEN, "/v1/me/conversions")[1]["data"] == []


@pytest.mark.parametrize("who", ["analyst", "marketer", MAYA])
def test_a_reward_is_explained_to_finance_and_admin_only(desk: Desk, who: str) -> None:
    status, told = desk(who, f"/v1/rewards/{desk.scene.reward.reward_id}/explanation")
    assert (status, told["code"]) == (403, "not_allowed")


@pytest.mark.parametrize(
    ("who", "allowed"),
    [("finance", True), ("admin", True), ("marketer", True), ("analyst", False), (MAYA, False)],
)
def test_a_conversion_is_explained_to_those_who_may_read_it(
    desk: Desk, who: str, allowed: bool
) -> None:
    path = f"/v1/conversions/{desk.scene.conversion.conversion_id}/explanation"
    assert desk(who, path)[0] == (200 if allowed else 403)


class TestWhatEarnedNothing:
    @pytest.fixture
    def small(self) -> Iterator[Desk]:
        rule = Rule(
            rule_id="sale",
            action="sale",
            reward=PercentageReward(basis_points=1_000),
            minimum_order_minor=10_000,
        )
        scene = Scene(rules=(rule,))
        scene.sale(click_ids=(scene.click(),))
        yield from over_scene(scene)

    def test_is_listed_with_its_reason(self, small: Desk) -> None:
        status, page = small(MAYA, "/v1/me/conversions", {"locale": "de"})
        assert status == 200
        assert [one["reason"] for one in page["data"]] == [
            "Bestellungen zählen ab 100,00\xa0€; diese war kleiner, deshalb gab es keine Prämie."
        ]

    def test_is_explained_to_its_advocate_and_to_staff(self, small: Desk) -> None:
        conversion_id = small.scene.conversion.conversion_id
        _, own = small(MAYA, f"/v1/me/conversions/{conversion_id}/explanation")
        _, staff = small("marketer", f"/v1/conversions/{conversion_id}/explanation")
        assert own["sentences"] == staff["advocate_reads"]
        assert staff["decisions"][0]["rules"][0]["reason"] == "below_minimum_order"
        assert (own["reward_id"], staff["rewards"]) == (None, [])

    def test_leaves_the_list_when_it_earns_after_all(self) -> None:
        scene = Scene()
        scene.sale(click_ids=(scene.click(days_ago=40),))
        assert scene.conversion.reason == "outside_window"
        scene.sale(click_ids=(scene.click(days_ago=1),))
        assert scene.one(ConversionOfAdvocate).advocate_id == MAYA
        assert scene.reward.advocate_id == MAYA
        for desk in over_scene(scene):
            assert desk(MAYA, "/v1/me/conversions")[1]["data"] == []
            path = f"/v1/me/conversions/{scene.conversion.conversion_id}/explanation"
            assert any("10 %" in one["text"] for one in desk(MAYA, path)[1]["sentences"])


def test_one_that_nobody_won_is_explained_without_an_advocate_s_words() -> None:
    scene = Scene()
    scene.sale()
    for desk in over_scene(scene):
        path = f"/v1/conversions/{scene.conversion.conversion_id}/explanation"
        _, told = desk("admin", path)
        assert (told["reason"], told["advocate_reads"], told["rewards"]) == ("no_touch", [], [])


def test_staff_see_how_each_refund_was_computed(desk: Desk) -> None:
    scene = desk.scene
    scene.refund("r1", 1_000)
    scene.refund("r2", 995, of="gross")
    scene.refund("r3", None, reason="cancelled")
    scene.refund("r4", 100)
    _, told = desk("admin", f"/v1/rewards/{scene.reward.reward_id}/explanation")
    assert [
        (
            one["refund_id"],
            one["shares"][0]["taken"]["amount_minor"],
            one["shares"][0]["arithmetic"],
        )
        for one in told["reversals"]
    ] == [
        ("r1", 100, "4.99 EUR x 10.00 EUR / 49.90 EUR of net = 1.00 EUR (rounding half_even)"),
        (
            "r2",
            100,
            "4.99 EUR x (10.00 EUR / 49.90 EUR of net + 9.95 EUR / 49.90 EUR of gross) = 2.00 EUR "
            "(rounding half_even), less 1.00 EUR taken before",
        ),
        ("r3", 299, "all of 4.99 EUR, less 2.00 EUR taken before"),
        ("r4", 0, ""),
    ]


def test_an_order_with_more_refunds_than_a_page_is_told_whole(desk: Desk) -> None:
    scene = desk.scene
    for number in range(120):
        scene.refund(f"r{number:03d}", 40)
    _, told = desk("admin", f"/v1/rewards/{scene.reward.reward_id}/explanation")
    assert len(told["reversals"]) == 120
    taken = [one["shares"][0]["taken"]["amount_minor"] for one in told["reversals"]]
    assert sum(taken) == scene.reward.earned_minor - scene.reward.remaining_minor
    assert sum(one["type"] == "conversion.reversed" for one in told["steps"]) == 120


def test_an_order_that_went_to_another_shows_both_rewards(desk: Desk) -> None:
    scene = desk.scene
    scene.sale(net_minor=4_990, click_ids=(scene.click("BEN77", 0.5),))
    _, told = desk("admin", f"/v1/conversions/{scene.conversion.conversion_id}/explanation")
    states = {one["reward"]["advocate_id"]: one["reward"]["state"] for one in told["rewards"]}
    assert states == {MAYA: "void", BEN: "pending"}
    assert [one["advocate_id"] for one in told["decisions"]] == [MAYA, BEN]


@pytest.mark.parametrize(
    ("asked", "language"),
    [("de", "de"), ("de-AT", "de"), ("DE", "de"), ("en-GB", "en"), ("fr", "en"), ("", "en")],
)
def test_a_locale_is_spoken_in_its_language_or_in_english(asked: str, language: str) -> None:
    assert spoken(asked) == language


def test_the_payout_of_a_reward_and_a_later_refund_are_part_of_its_life() -> None:
    scene = Payday()
    scene.sale(net_minor=5_000, click_ids=(scene.click(),))
    reward_id = scene.reward.reward_id
    scene.approval.assess(reward_id)
    scene.clock.advance(15 * DAY_MS)
    scene.approval.post(reward_id)
    scene.clock.advance(40 * DAY_MS)
    scene.sent("2025-12", scene.clock.at_ms)
    scene.clock.advance(DAY_MS)
    scene.refund("r1", 1_000)
    for desk in over_scene(scene):
        _, told = desk("finance", f"/v1/rewards/{reward_id}/explanation")
        types = [step["type"] for step in told["rewards"][0]["steps"]]
        assert types == [
            *("reward.created", "reward.approved", "reward.due"),
            *("payout.frozen", "payout.sent", "payout.paid"),
            "reward.reversed",
        ]
        entries = [entry["what"] for entry in told["rewards"][0]["entries"]]
        assert entries == [
            *("reward_earned", "reward_due", "payout_frozen", "payout_paid", "reward_reversed")
        ]
        _, own = desk(MAYA, f"/v1/me/rewards/{reward_id}/explanation")
        texts = {one["about"]: one["text"] for one in own["sentences"]}
        assert texts["status"].startswith("Paid on")
        assert texts["reversal"] == "Of €5.00, €4.00 is left."


def test_an_order_that_was_decided_very_often_is_explained_by_its_last_decision(
    desk: Desk,
) -> None:
    scene = desk.scene
    first = scene.decision
    for number in range(2, 121):
        again = first.but(number=number, basis=first.basis.but(decision=number), version=0)
        line = again.lines[0].but(arithmetic=f"sum {number}")
        change = Change()
        change.create(again.but(lines=(line,)))
        scene.store.commit(change)
    name = scene.conversion.conversion_id
    status, body = desk("finance", f"/v1/conversions/{name}/explanation")
    assert (status, len(body["decisions"])) == (200, 120)
    assert body["decisions"][-1]["rules"][0]["arithmetic"] == "sum 120"
    assert desk(MAYA, f"/v1/me/conversions/{name}/explanation")[0] == 200
    assert len(desk("finance", f"/v1/conversions/{name}")[1]["decisions"]) == 120
