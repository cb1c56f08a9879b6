"""Who promised to recommend has done it when a friend came by them since: once, in any order."""

from itertools import permutations

import pytest
from goodword.advocates.model import Link
from goodword.conversions.model import Conversion, ConversionFact, Customer, Delivery, Facts
from goodword.conversions.service import Worker
from goodword.events import Event
from goodword.journeys.asking import AGREED_DAYS
from goodword.journeys.asks import Asks
from goodword.journeys.happened import happened
from goodword.journeys.recommending import Recommending
from goodword.journeys.walk import AskMade, AskOfAdvocate
from goodword.limits import WORK_DAYS_MAX
from goodword.ports import Change
from goodword.programs.conditions import Equals
from goodword.programs.model import FlatReward, Rule
from goodword.rewards.model import Reward
from goodword.tracking.click import sign_click
from goodword.workflow import TaskToken, token_key

from tests.support.people import MACS
from tests.support.walks import BYE, RULES, Path

REFER = {"step": "ask", "name": "refer", "motion": "referral", "template": "refer"}
THANKS = {"step": "reward", "name": "thanks", "of_ask": "refer", "amount_minor": 5_000}
WORTH = Rule(
    rule_id="refer",
    action="event",
    reward=FlatReward(amount_minor=900),
    when=Equals(of="event_name", value="advocacy_referral"),
)


class Friends(Path):
    """Anna is asked to recommend; friends come by her link."""

    def __init__(self, *steps: dict[str, object]) -> None:
        super().__init__((*RULES, WORTH))
        self.worker = Worker(self.desk("conversions"), MACS, [b"clicks"])
        self.mover = Recommending(Asks(self.desk("journeys_queue"), self.workflow))
        (self.link_of_anna,) = self.all(Link)
        self.steps = steps

    def begin(self) -> "Friends":
        """She enters a journey and is asked."""
        self.delight()
        self.publish(REFER, *self.steps, BYE)
        self.walk = self.entered()
        self.step(self.walk)
        self.later(hours=1)
        return self

    @property
    def ask(self) -> AskMade:
        return self.made[-1]

    def came(self, friend: str = "robin", *, action: str = "lead", clicked: str = "") -> Event:
        """A friend signs up or buys by the code, or a click; the event of the decision."""
        fact = ConversionFact.model_validate(
            {
                "action": action,
                "order_id": f"{action}-{friend}",
                "occurred_ms": self.clock.at_ms,
                "currency": "EUR",
                "customer": Customer(email=f"{friend}@mail.example"),
                "codes": () if clicked else (self.link_of_anna.code,),
                "click_ids": (clicked,) if clicked else (),
            }
        )
        made = Delivery(
            source_id="src_1",
            source_kind="generic",
            program_id=self.program_id,
            delivery_id=f"o-{len(self.all(Delivery))}",
            topic="sale",
            received_ms=self.clock.at_ms,
            body_hash="0",
            sealed_body="",
            writer="w",
            keep_s=self.clock.at_ms // 1000 + 9,
        )
        change = Change()
        change.create(made)
        self.store.commit(change)
        self.worker.book(made, Facts(facts=(fact,)))
        return self.events("conversion.decided")[-1]

    def yes(self) -> Event:
        """Anna says yes."""
        self.asks.answer(self.ask.ask_id, "accepted")
        return self.events("journey.ask_accepted")[-1]

    def all_heard(self) -> int:
        """Every event so far, twice, the newest first; how many requests were done by them."""
        return sum(self.mover.heard(one) for one in (*reversed(self.events()), *self.events()))

    def click(self) -> str:
        """A friend follows the link now."""
        return sign_click(self.clock.at_ms, self.link_of_anna.code, bytes(8), b"clicks")

    @property
    def stands(self) -> tuple[str, str]:
        return self.ask.state, self.ask.reason


@pytest.fixture
def friends() -> Friends:
    return Friends().begin()


@pytest.mark.parametrize("action", ["lead", "sale"])
@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_a_friend_who_comes_does_what_was_promised_in_any_order(
    order: tuple[int, ...], action: str
) -> None:
    friends = Friends().begin()
    acts = (friends.yes, lambda: friends.came(action=action))
    assert [friends.mover.heard(acts[place]()) for place in order] == [False, True]
    assert friends.stands == ("accepted_work", {"lead": "lead_came", "sale": "order_came"}[action])
    assert friends.all_heard() == 0
    assert len(friends.events("journey.ask_accepted_work")) == 1


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_the_events_may_come_in_another_order_than_they_happened(order: tuple[int, ...]) -> None:
    friends = Friends().begin()
    told = (friends.yes(), friends.came())
    assert [friends.mover.heard(told[place]) for place in order].count(True) == 1
    assert friends.ask.state == "accepted_work"


def test_nothing_is_done_without_a_yes(friends: Friends) -> None:
    friends.came()
    assert friends.all_heard() == 0
    assert friends.stands == ("sent", "")
    friends.asks.answer(friends.ask.ask_id, "declined")
    assert friends.all_heard() == 0
    assert friends.ask.state == "declined"


def test_thanks_and_reward_follow_once_and_the_walk_is_woken() -> None:
    friends = Friends(THANKS).begin()
    friends.yes()
    friends.step(friends.walk)
    kept = friends.store.get(TaskToken, token_key(friends.walk.walk_id, "answer"))
    assert kept is None
    friends.walking.listen(friends.walk.journey_id, friends.walk.walk_id, "token")
    event = friends.came()
    assert friends.mover.heard(event)
    assert friends.workflow.resumed[-1] == "token"
    friends.step(friends.walk)
    assert friends.ask.state == "rewarded"
    (why,) = [one for one in friends.all(Reward) if one.earned_minor == 900]
    assert why.advocate_id == friends.anna
    friends.came("sam")
    assert friends.all_heard() == 0
    assert len(friends.all(Reward)) == 1


def test_a_promise_of_a_walk_that_ended_is_done_too(friends: Friends) -> None:
    friends.yes()
    friends.step(friends.walk)
    assert friends.now(friends.walk).state == "ended"
    assert friends.mover.heard(friends.came())
    friends.later(days=AGREED_DAYS)
    friends.step(friends.walk)
    assert friends.ask.state == "accepted_work"
    assert friends.now(friends.walk).owed_ms is None


def test_a_friend_of_before_and_one_of_after_its_days_change_nothing(friends: Friends) -> None:
    friends.yes()
    friends.step(friends.walk)
    friends.later(days=WORK_DAYS_MAX + 1)
    friends.step(friends.walk)
    assert friends.stands == ("expired", "work_not_done")
    friends.came()
    assert friends.all_heard() == 0
    assert friends.ask.state == "expired"


def test_a_friend_whom_the_request_did_not_bring_is_no_work_of_it() -> None:
    friends = Friends()
    friends.came("robin")  # before anybody was asked
    friends.later(days=1)
    clicked = friends.click()  # by somebody who buys only later
    friends.later(hours=1)
    friends.begin().yes()
    friends.came("robin", action="sale")
    friends.came("kim", action="sale", clicked=clicked)
    assert friends.all_heard() == 0
    assert friends.ask.state == "accepted"
    friends.came("sam", clicked=friends.click())
    assert friends.all_heard() == 1


def test_one_recommendation_does_one_request_and_the_next_one_the_next(friends: Friends) -> None:
    friends.yes()
    change = Change()
    first = friends.ask
    older = first.but(version=0, ask_id="ask_0", made_ms=first.made_ms - 1)
    change.create(older)
    change.create(AskOfAdvocate(advocate_id=friends.anna, ask_id="ask_0"))
    friends.store.commit(change)
    friends.came("robin")
    assert friends.all_heard() == 1
    states = {one.ask_id: one.state for one in friends.all(AskMade)}
    assert states == {first.ask_id: "accepted_work", "ask_0": "accepted"}


@pytest.mark.parametrize(
    "changes",
    [{"motion": "review"}, {"program_id": "prg_other"}, {"made_ms": 10**14}],
)
def test_only_a_request_to_refer_of_the_programme_and_of_before_is_done(
    friends: Friends, changes: dict[str, object]
) -> None:
    friends.yes()
    change = Change()
    change.replace(friends.ask.but(**changes))
    friends.store.commit(change)
    friends.came()
    assert friends.all_heard() == 0
    assert friends.ask.state == "accepted"


def test_a_conversion_that_is_owed_to_nobody_by_now_does_nothing(friends: Friends) -> None:
    friends.yes()
    event = friends.came()
    (conversion,) = friends.all(Conversion)
    change = Change()
    change.replace(conversion.but(advocate_id=None))
    friends.store.commit(change)
    assert not friends.mover.heard(event)
    assert not friends.mover.heard(event.but(subject="cnv_none"))


def test_a_lead_that_is_the_work_counts_as_one_activity(friends: Friends) -> None:
    friends.yes()
    friends.came()
    friends.all_heard()
    (work,) = friends.events("journey.ask_accepted_work")
    assert happened(work) is None
    assert happened(work.but(reason="order_came")) is not None
    rows = [row.what for one in friends.events() if (row := happened(one)) is not None]
    assert rows.count("lead") == 1
    assert "work" not in rows
