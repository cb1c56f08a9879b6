"""Every number that rules read is made again from the journal: named when wrong, and mended."""

from collections.abc import Callable

import pytest
from goodword.conversions.model import Conversion, Customer
from goodword.events import Event
from goodword.ledger.model import Balance, Entry
from goodword.ledger.numbers import Journal
from goodword.ledger.service import Checker
from goodword.limits import TALLY_MONTHS_MAX
from goodword.ports import Change
from goodword.programs.caps import BudgetLimit, Cap
from goodword.programs.model import Rule
from goodword.programs.tiers import Level, Tiers
from goodword.records import Key, Record
from goodword.rewards.added import heard
from goodword.rewards.budget import Budgets
from goodword.rewards.caps import CapUse
from goodword.rewards.model import Reward
from goodword.rewards.pools import Pool, Pot
from goodword.rewards.tally import Sum, Tally
from goodword.times import DAY_MS

from tests.support.desk import R
from tests.support.scene import MAYA, PROGRAM, Scene
from tests.unit.conversions.test_merging import told, unite

CAPS = (
    Cap.model_validate({"scope": "advocate", "period": "month", "amount_minor": 5_000}),
    Cap.model_validate({"scope": "advocate", "period": "year", "rewards": 50}),
    Cap.model_validate({"scope": "friend", "period": "lifetime", "amount_minor": 4_000}),
    Cap.model_validate({"scope": "programme", "period": "year", "rewards": 100}),
)
TIERS = Tiers(
    measure="net",
    period="lifetime",
    levels=(Level(name="new", at_least=0), Level(name="old", at_least=9_000)),
)


def checker(scene: Scene) -> Checker:
    return Checker(scene.desk("balance_rebuild"), scene.store)


def wrong(scene: Scene) -> list[str]:
    outcome, found = checker(scene).compare()
    assert outcome.unsettled == 0
    assert outcome.found == sum(len(one.sentences) for one in found)
    return [sentence for one in found for sentence in one.sentences]


def a_story() -> Scene:
    """Sales and sign-ups of two advocates, refunds before and after, a person's refusal."""
    scene = Scene(caps=CAPS, tiers=TIERS)
    Budgets(scene.desk()).put(
        PROGRAM, [BudgetLimit.model_validate({"period": "year", "amount_minor": 90_000})], "planned"
    )
    scene.sale("1001", 6_000, click_ids=(scene.click(),), action="sale")
    scene.refund("r-1", 2_000)
    scene.sale("1002", 4_000, click_ids=(scene.click(),), customer=Customer(customer_id="c2"))
    scene.refund("r-2", None, orders=("1003",))
    scene.sale("1003", 3_000, click_ids=(scene.click("BEN77"),), customer=Customer())
    scene.sale(
        "s-1", 0, action="lead", click_ids=(scene.click(),), customer=Customer(customer_id="c4")
    )
    by_order = {one.order_id: one for one in scene.all(Reward)}
    scene.approval.assess(by_order["1001"].reward_id)
    scene.clock.at_ms += 20 * DAY_MS
    scene.approval.post(by_order["1001"].reward_id)
    scene.refund("r-3", 1_000)
    return scene


def spoil(scene: Scene, kind: type[R], change: Callable[[R], R], at: int = -1) -> R:
    before = scene.all(kind)[at]
    writing = Change()
    writing.replace(change(before))
    scene.store.commit(writing)
    return before


def contents(scene: Scene, *kinds: type[Record]) -> dict[Key, Record]:
    return {one.key: one.but(version=0) for kind in kinds for one in scene.all(kind)}


def test_a_story_is_borne_out_by_the_journal() -> None:
    scene = a_story()
    outcome, found = checker(scene).compare()
    assert found == []
    assert (outcome.balances, outcome.unsettled) == (2, 0)
    kept = (Tally, CapUse, Pool, Reward, Conversion)
    assert outcome.numbers == sum(len(scene.all(kind)) for kind in kept)
    assert {one.leads for one in scene.all(Balance)} == {0, 1}
    assert scene.balance(MAYA).sales == 2


SPOILT: dict[str, tuple[type[Record], Callable[[Record], Record], str]] = {
    "leads": (Balance, lambda one: one.but(leads=7), "leads: journal says"),
    "sales": (Balance, lambda one: one.but(sales=9), "sales: journal says"),
    "total": (Tally, lambda one: one.but(in_all=Sum(orders=5)), "orders: journal says"),
    "month": (
        Tally,
        lambda one: one.but(by_month={"2025-11": Sum(orders=8, net_minor=1)}),
        "2025-11 net_minor: journal says",
    ),
    "cap": (CapUse, lambda one: one.but(used_minor=1), "used_minor: journal says"),
    "number": (CapUse, lambda one: one.but(rewards=44), "rewards: journal says"),
    "pool": (Pool, lambda one: one.but(free=3), "used: journal says"),
    "pot": (Pot, lambda one: one.but(left=100_000), "used: journal says"),
    "reward": (Reward, lambda one: one.but(remaining_minor=1), "remaining_minor: journal says"),
    "earned": (Reward, lambda one: one.but(earned_minor=88_000), "earned_minor: journal says"),
    "refunded": (
        Conversion,
        lambda one: one.but(refunded_net_minor=77),
        "refunded_net_minor: journal says",
    ),
}


@pytest.mark.parametrize("name", SPOILT)
def test_what_is_planted_is_named_and_mended(name: str) -> None:
    kind, change, sentence = SPOILT[name]
    scene = a_story()
    kinds = (Balance, Tally, CapUse, Reward, Conversion)
    right = contents(scene, *kinds)
    spoil(scene, kind, change)
    found = wrong(scene)
    assert len(found) >= 1
    assert any(sentence in one for one in found), found
    assert checker(scene).mend(checker(scene).compare()[1]) == 1
    assert wrong(scene) == []
    assert contents(scene, *kinds) == right
    mended = [one.type for one in scene.events() if one.type.endswith("_mended")]
    assert mended == ["ledger.balance_mended" if kind is Balance else "ledger.number_mended"]


@pytest.mark.parametrize("kind", [Balance, Tally, CapUse])
def test_what_is_missing_is_made_anew_unless_it_is_nothing(kind: type[Record]) -> None:
    scene = a_story()
    left_out = {"payable_since_ms": None, "limit_minor": None, "limit_rewards": None}
    without = {name: it for name, it in left_out.items() if name in kind.model_fields}
    nothing = (
        {"orders": 0},
        {"used_minor": 0, "rewards": 0},
    )
    right = {
        key: one.but(**without)
        for key, one in contents(scene, kind).items()
        if not any(part.items() <= numbers_of(one).items() for part in nothing)
    }
    change = Change()
    for one in scene.all(kind):
        change.delete(one)
    scene.store.commit(change)
    assert wrong(scene)
    assert checker(scene).mend(checker(scene).compare()[1]) == len(right) > 0
    assert wrong(scene) == []
    made = contents(scene, kind)
    assert {key: one.but(**without) for key, one in made.items()} == right


def numbers_of(one: Record) -> dict[str, object]:
    """What a record counts, flat."""
    return one.in_all.model_dump() if isinstance(one, Tally) else one.model_dump()


def test_a_limit_or_reward_that_is_missing_is_named_and_left_to_a_person() -> None:
    scene = a_story()
    change = Change()
    change.delete(scene.all(Pool)[0])
    change.delete(scene.all(Reward)[0])
    scene.store.commit(change)
    found = wrong(scene)
    assert any("used: journal says" in one for one in found)
    assert any("the journal tells of it, there is no record" in one for one in found)
    before = dict(scene.store.items)
    unmendable = [one for one in checker(scene).compare()[1] if not one.values]
    assert len(unmendable) == 2
    assert checker(scene).mend(unmendable) == 0
    assert scene.store.items == before


def test_a_refused_reward_that_the_ledger_still_holds_is_named() -> None:
    scene = a_story()
    paying = next(one for one in scene.all(Reward) if one.order_id == "1002")
    change = Change()
    change.replace(paying.but(state="rejected"))
    scene.store.commit(change)
    (sentence,) = wrong(scene)
    assert sentence.endswith("remaining_minor: journal says 400, reward says 0")
    assert checker(scene).mend(checker(scene).compare()[1]) == 0


def test_a_refused_reward_gets_back_what_it_had_earned() -> None:
    scene = a_story()
    gone = next(one for one in scene.all(Reward) if one.state == "void")
    change = Change()
    change.replace(gone.but(earned_minor=999))
    scene.store.commit(change)
    assert checker(scene).mend(checker(scene).compare()[1]) == 1
    assert wrong(scene) == []


def test_pots_that_hold_more_than_is_left_are_emptied() -> None:
    scene = a_story()
    (budget,) = (one for one in scene.all(Pool) if one.counted.scope == "budget")
    used = sum(one.remaining_minor for one in scene.all(Reward) if one.state != "void")
    change = Change()
    change.replace(budget.but(limit=used - 10, free=500))
    scene.store.commit(change)
    (named,) = checker(scene).compare()[1]
    assert named.values == {"free": 0, "over": 10, "spent": True}
    assert checker(scene).mend([named]) == 1
    assert wrong(scene) == []
    (now,) = (one for one in scene.all(Pool) if one.counted.scope == "budget")
    assert (now.over, now.free, now.spent) == (10, 0, True)


def test_two_orders_that_become_one_are_counted_once() -> None:
    scene = Scene(caps=CAPS, tiers=TIERS)
    told(scene, "pi_1")
    told(scene, "in_1", provisional=True)
    assert unite(scene) == ""
    assert wrong(scene) == []
    (merged,) = scene.events("conversion.merged")
    said = heard(merged)
    assert said is not None
    assert (said.counted, said.counts, said.advocate_id) == ("", Sum(), None)
    spoil(scene, Balance, lambda one: one.but(sales=2))
    assert wrong(scene)[0].endswith("sales: journal says 1, balance says 2")


def test_amounts_told_anew_move_totals_and_are_in_the_journal() -> None:
    rule = Rule.model_validate(
        {"rule_id": "lead", "action": "lead", "reward": {"kind": "flat", "amount_minor": 1}}
    )
    scene = Scene(tiers=TIERS, rules=(rule,))
    scene.sale("1001", 5_000, click_ids=(scene.click(),), provisional=True)
    scene.sale("1001", 4_400, click_ids=())
    assert scene.one(Tally).in_all == Sum(orders=1, net_minor=4_400)
    assert wrong(scene) == []


def test_the_journal_may_be_read_in_any_order() -> None:
    scene = a_story()
    records: list[Record] = [*scene.all(Entry), *scene.all(Event)]
    assert Journal().read(records[::-1]) == Journal().read(records)
    assert any(one.refunded_net_minor for one in Journal().read(records[::-1]).added.values())


def test_a_reward_of_which_the_journal_knows_nothing_is_named_and_left_to_a_person() -> None:
    scene = a_story()
    lost = next(one for one in scene.all(Reward) if one.order_id == "1002")
    for entry in scene.all(Entry):
        if entry.refs.get("reward_id") == lost.reward_id:
            scene.store.items.pop(entry.key)
    (named,) = (one for one in checker(scene).compare()[1] if one.key == lost.key)
    assert [one.rpartition(": ")[2] for one in named.sentences] == [
        "journal says 0, reward says 400",
        "journal says 0, reward says 400",
    ]
    assert named.values == {}
    assert checker(scene).mend([named]) == 0


def plain_of_old(scene: Scene) -> None:
    """Take out of the journal what older events do not say."""
    for event in scene.all(Event):
        if heard(event) is not None:
            data = dict(scene.store.items[event.key])
            left = {"occurred_ms", "program_id", "advocate_id", "net_minor", "currency"}
            data["data"] = {name: value for name, value in data["data"].items() if name in left}
            scene.store.items[event.key] = data


def test_older_events_are_read_and_their_orders_counted_as_they_stand() -> None:
    scene = a_story()
    plain_of_old(scene)
    assert not [one for one in scene.all(Event) if heard(one)]
    assert wrong(scene) == []
    spoil(scene, Balance, lambda one: one.but(sales=6))
    spoil(scene, Tally, lambda one: one.but(in_all=Sum()))
    assert len(wrong(scene)) == 3
    scene.refund("r-9", 500)
    assert [one for one in scene.all(Event) if heard(one)]
    assert checker(scene).mend(checker(scene).compare()[1]) == 2
    assert wrong(scene) == []


def test_months_that_are_kept_no_more_are_not_asked_for() -> None:
    scene = a_story()
    (tally,) = (one for one in scene.all(Tally) if one.advocate_id == MAYA)
    months = {f"{2030 + at // 12}-{at % 12 + 1:02d}": Sum() for at in range(TALLY_MONTHS_MAX)}
    change = Change()
    change.replace(tally.but(by_month=months))
    scene.store.commit(change)
    assert wrong(scene) == []


def test_no_identifier_of_a_friend_is_kept_in_a_sentence() -> None:
    scene = a_story()
    friends = [one for one in scene.all(CapUse) if one.counted.scope == "friend"]
    change = Change()
    for one in friends:
        change.replace(one.but(used_minor=1))
    scene.store.commit(change)
    found = wrong(scene)
    assert len(found) == len(friends) > 0
    assert not [one for one in friends if one.counted.subject in str(found)]
    checker(scene).mend(checker(scene).compare()[1])
    mended = str(scene.events("ledger.number_mended"))
    assert not [one for one in friends if one.counted.subject in mended]


class Busy:
    """A reader during whose reading of the journal something else is booked, so many times."""

    def __init__(self, scene: Scene, meanwhile: Callable[[int], None], times: int) -> None:
        self.scene, self.meanwhile, self.times, self.readings = scene, meanwhile, times, 0

    def scan_mixed(self, kinds, table):  # type: ignore[no-untyped-def]  # as the port says
        rows = list(self.scene.store.scan_mixed(kinds, table))
        if table == "journal":
            self.readings += 1
            if self.readings <= self.times:
                self.meanwhile(self.readings)
                rows = list(self.scene.store.scan_mixed(kinds, table))
        return iter(rows)


@pytest.mark.parametrize("times", [1, 2])
def test_what_moves_meanwhile_is_read_again_and_is_no_difference(times: int) -> None:
    scene = a_story()
    spoil(scene, Balance, lambda one: one.but(leads=3))

    def meanwhile(number: int) -> None:
        scene.sale(f"new-{number}", 2_000, click_ids=(scene.click("BEN77"),))
        scene.refund(f"late-{number}", 100)

    busy = Busy(scene, meanwhile, times)
    outcome, found = Checker(scene.desk(), busy).compare()
    assert outcome.unsettled == 0
    (one,) = found
    assert one.sentences == (
        f"ADV#{MAYA} A#BAL#{PROGRAM}#EUR leads: journal says 1, balance says 3",
    )
    assert busy.readings == times + 1


def test_what_moved_since_is_not_mended() -> None:
    scene = a_story()
    spoil(scene, CapUse, lambda one: one.but(used_minor=0, rewards=0), 0)
    found = checker(scene).compare()[1]
    spoil(scene, CapUse, lambda one: one.but(rewards=3), 0)
    assert checker(scene).mend(found) == 0
