"""A sign-up that is void, a subscription that ended: taken back once, exactly, in any order."""

import json
from itertools import permutations

import pytest
from goodword.conversions.aliases import ParkedRefunds
from goodword.conversions.model import (
    ConversionFact,
    Fact,
    Refund,
    ReinstatementFact,
    ReversalFact,
    Source,
)
from goodword.errors import InvalidInput
from goodword.ledger.service import Checker
from goodword.programs.cancellation import Cancellation
from goodword.programs.favour import solely_in_favour
from goodword.programs.model import Rule
from goodword.programs.wording import in_words
from goodword.rewards.explain import explain_conversion
from goodword.rewards.model import Reward
from goodword.times import DAY_MS, HOUR_MS
from goodword_aws.explanations_refunds import reversals_of
from goodword_aws.programs_drafts import change_words
from goodword_aws.sources import generic, shopify, stripe

from infra.local.payloads import shopify_contract, stripe_event, stripe_subscription
from tests.support.scene import BEN, MAYA, PROGRAM, Scene, sale, terms
from tests.support.voices import said, story_of, voice

SOURCE = Source(
    source_id="src_1",
    kind="generic",
    program_id=PROGRAM,
    currency="EUR",
    label="shop",
    sealed_secrets=("sealed",),
    created_ms=0,
)
TWO_SIDED = Rule.model_validate(
    {
        "rule_id": "lead",
        "action": "lead",
        "reward": {"kind": "flat", "amount_minor": 200},
        "friend": {
            "reward": {"kind": "flat", "amount_minor": 300},
            "unit": "store_credit",
            "on_refund": "reverse",
        },
    }
)
KEEPS = TWO_SIDED.but(
    rule_id="kept",
    friend=TWO_SIDED.friend and TWO_SIDED.friend.but(on_refund="keep"),
)
PRO_RATA = Cancellation(within_days=90, takes="pro_rata")
WHOLE = Cancellation(within_days=30, takes="all")


def own(body: str, at_ms: int) -> Fact:
    """The fact of a body of our own form."""
    raw = body.encode()
    topic = generic.admit("", raw, SOURCE)
    (fact,) = generic.read(topic, raw, SOURCE, at_ms).facts
    return fact


def lead(scene: Scene) -> ConversionFact:
    raw = b'{"type": "lead", "customer_id": "u-1", "customer_email": "robin@x.example"}'
    (fact,) = generic.read("", raw, SOURCE, scene.clock.at_ms).facts
    assert isinstance(fact, ConversionFact)
    return fact.but(click_ids=(scene.click(),))


def void(scene: Scene, body: str = '"customer_id": "u-1"', name: str = "v-1") -> Fact:
    return own(f'{{"type": "void", "void_id": "{name}", {body}}}', scene.clock.at_ms)


def ended(scene: Scene, body: str = '"order_id": "1001"', name: str = "c-1") -> Fact:
    text = f'{{"type": "cancellation", "cancellation_id": "{name}", {body}}}'
    return own(text, scene.clock.at_ms)


def states(scene: Scene) -> set[tuple[str, str, int, str]]:
    return {(one.side, one.state, one.remaining_minor, one.reason) for one in scene.all(Reward)}


def borne_out(scene: Scene) -> None:
    assert scene.ledger_differences() == []
    assert Checker(scene.desk(), scene.store).compare()[1] == []


# --- what is void -----------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["lead", "void"])
def test_a_void_sign_up_takes_both_sides_back_in_any_order(first: str) -> None:
    scene = Scene(rules=(TWO_SIDED,))
    facts = [lead(scene), void(scene)]
    for fact in facts if first == "lead" else reversed(facts):
        scene.deliver(fact)
        scene.deliver(fact)  # twice is as once
    assert states(scene) == {("advocate", "void", 0, "void"), ("friend", "void", 0, "void")}
    assert scene.balance().pending_minor == 0
    assert scene.all(ParkedRefunds) == []
    assert len(scene.all(Refund)) == 1
    borne_out(scene)


def test_what_the_programme_lets_the_friend_keep_stays() -> None:
    scene = Scene(rules=(KEEPS,))
    scene.deliver(lead(scene))
    scene.deliver(void(scene))
    assert states(scene) == {("advocate", "void", 0, "void"), ("friend", "pending", 300, "")}
    borne_out(scene)


def test_what_was_due_is_reversed_and_owed_back_and_both_sides_are_told() -> None:
    scene = Scene()
    scene.deliver(lead(scene))
    scene.approval.assess(scene.reward.reward_id)
    scene.clock.at_ms += 20 * DAY_MS
    scene.approval.post(scene.reward.reward_id)
    scene.deliver(void(scene))
    assert states(scene) == {("advocate", "reversed", 0, "void")}
    assert (scene.balance().payable_minor, scene.balance().reversed_minor) == (0, 200)
    told = explain_conversion(story_of(scene, scene.conversion), MAYA, voice())
    assert "the sign-up turned out to be void" in said(told, "reversal")
    (event,) = scene.events("conversion.reversed")
    assert (event.reason, event.data["refund_id"], event.data["taken_minor"]) == (
        "void",
        "v-1",
        200,
    )
    borne_out(scene)


def test_an_undone_void_gives_it_back_once_in_any_order() -> None:
    for order in permutations(range(3)):
        scene = Scene()
        undone = void(scene, '"customer_id": "u-1", "undone": true')
        assert isinstance(undone, ReinstatementFact)
        facts: list[Fact] = [lead(scene), void(scene), undone]
        for at in order:
            scene.deliver(facts[at])
        assert scene.reward.remaining_minor == 200, order
        assert scene.balance().pending_minor == 200
        assert scene.all(ParkedRefunds) == []
        borne_out(scene)


def test_each_step_without_an_order_is_voided_by_itself() -> None:
    rule = Rule.model_validate(
        {"rule_id": "q", "action": "lead_qualified", "reward": {"kind": "flat", "amount_minor": 50}}
    )
    scene = Scene(rules=(TWO_SIDED, rule))
    scene.deliver(lead(scene))
    scene.deliver(lead(scene).but(occasion="qualified"))
    scene.deliver(void(scene, '"customer_id": "u-1", "action": "lead_qualified"'))
    left = {one.rule_id: one.remaining_minor for one in scene.all(Reward) if one.side == "advocate"}
    assert left == {"lead": 200, "q": 0}
    borne_out(scene)


def test_a_void_is_of_no_amount_and_in_no_currency() -> None:
    scene = Scene(currencies="convert")
    scene.deliver(lead(scene).but(currency="USD"))
    assert scene.deliver(void(scene)).state == "booked"
    assert (scene.conversion.currency, scene.reward.remaining_minor) == ("USD", 0)
    borne_out(scene)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"type": "void", "void_id": "v-1"}', "customer_id"),
        ('{"type": "void", "void_id": "v-1", "customer_id": "u", "action": "event"}', "order_id"),
        ('{"type": "cancellation", "cancellation_id": "c-1", "customer_id": "u"}', "order_id"),
        ('{"type": "cancellation", "cancellation_id": "c-1", "began": "sign_up"}', "customer_id"),
        ('{"type": "void", "void_id": "v-1", "customer_id": "a@b.example"}', "customer_id"),
    ],
)
def test_what_names_nothing_is_refused_with_its_field(body: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        own(body, 0)
    assert refused.value.code == "invalid_body"
    assert refused.value.fields[0].field == field


def test_a_long_name_is_found() -> None:
    scene, name = Scene(), "u" * 200
    scene.deliver(lead(scene).but(order_id=name))
    scene.deliver(void(scene, f'"order_id": "{name}"'))
    assert scene.reward.remaining_minor == 0


# --- subscriptions that ended -----------------------------------------------------------------


def subscribed(promise: Cancellation | None, net_minor: int = 9_000) -> tuple[Scene, Fact]:
    scene = Scene(cancellation=promise)
    return scene, sale("1001", net_minor, scene.clock.at_ms, click_ids=(scene.click(),))


@pytest.mark.parametrize(
    ("promise", "lasted_ms", "left"),
    [
        (None, DAY_MS, 900),
        (PRO_RATA, 0, 0),
        (PRO_RATA, 30 * DAY_MS, 300),
        (PRO_RATA, 30 * DAY_MS + HOUR_MS, 310),
        (PRO_RATA, 90 * DAY_MS - 1, 900),
        (PRO_RATA, 90 * DAY_MS, 900),
        (WHOLE, 30 * DAY_MS - 1, 0),
        (WHOLE, 30 * DAY_MS, 900),
    ],
)
def test_the_end_of_a_subscription_takes_what_the_terms_say(
    promise: Cancellation | None, lasted_ms: int, left: int
) -> None:
    for early in (False, True):
        scene, order = subscribed(promise)
        end = ended(scene)
        assert isinstance(end, ReversalFact)
        end = end.but(occurred_ms=scene.clock.at_ms + lasted_ms)
        scene.clock.at_ms += lasted_ms
        for fact in (end, order) if early else (order, end):
            scene.deliver(fact)
            scene.deliver(fact)
        assert scene.reward.remaining_minor == left
        assert scene.conversion.refunded_net_minor == 0  # the customer got nothing back
        assert scene.all(ParkedRefunds) == []
        borne_out(scene)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_refund_and_the_end_are_the_same_money_told_twice(order: tuple[int, ...]) -> None:
    scene, first = subscribed(PRO_RATA)
    refund = ReversalFact.model_validate(
        {
            "refund_id": "r-1",
            "orders": ("1001",),
            "occurred_ms": scene.clock.at_ms,
            "currency": "EUR",
            "amount_minor": 4_500,
            "of": "net",
        }
    )
    end = ended(scene)
    assert isinstance(end, ReversalFact)
    facts: list[Fact] = [first, refund, end.but(occurred_ms=scene.clock.at_ms + 60 * DAY_MS)]
    for at in order:
        scene.deliver(facts[at])
    assert scene.reward.remaining_minor == 450  # half was refunded; a third was not used
    borne_out(scene)


def test_a_subscription_that_goes_on_after_all_gives_it_back() -> None:
    scene, order = subscribed(WHOLE)
    scene.deliver(order)
    scene.deliver(ended(scene))
    assert scene.reward.state == "void"
    assert scene.reward.reason == "subscription_ended"
    told = explain_conversion(story_of(scene, scene.conversion), MAYA, voice())
    assert "as the programme's terms say" in said(told, "reversal")
    scene.deliver(ended(scene, '"order_id": "1001", "undone": true'))
    assert (scene.reward.state, scene.reward.remaining_minor) == ("pending", 900)
    borne_out(scene)


def test_a_sign_up_that_began_a_trial_is_measured_too() -> None:
    scene = Scene(rules=(TWO_SIDED,), cancellation=PRO_RATA)
    scene.deliver(lead(scene))
    scene.clock.at_ms += 45 * DAY_MS
    scene.deliver(ended(scene, '"customer_id": "u-1", "began": "sign_up"'))
    assert {(one.side, one.remaining_minor) for one in scene.all(Reward)} == {
        ("advocate", 100),
        ("friend", 150),
    }


def test_an_order_that_becomes_another_advocate_s_keeps_its_end() -> None:
    scene, order = subscribed(PRO_RATA)
    assert isinstance(order, ConversionFact)
    scene.deliver(order.but(click_ids=(scene.click("BEN77", 5),)))
    end = ended(scene)
    assert isinstance(end, ReversalFact)
    scene.deliver(end.but(occurred_ms=scene.clock.at_ms + 60 * DAY_MS))
    scene.deliver(order)
    owned = {one.advocate_id: (one.state, one.remaining_minor) for one in scene.all(Reward)}
    assert owned == {BEN: ("void", 600), MAYA: ("pending", 600)}
    taken = [one.reason for one in scene.events("reward.reversed")]
    assert taken == ["subscription_ended", "subscription_ended"]
    borne_out(scene)


def test_a_void_sign_up_that_becomes_another_advocate_s_stays_void() -> None:
    scene = Scene()
    first = lead(scene)
    scene.deliver(first.but(click_ids=(scene.click("BEN77", 5),)))
    scene.deliver(void(scene))
    scene.deliver(first)
    assert {(one.advocate_id, one.remaining_minor) for one in scene.all(Reward)} == {
        (BEN, 0),
        (MAYA, 0),
    }
    assert {one.reason for one in scene.events("reward.reversed")} == {"void"}
    borne_out(scene)


@pytest.mark.parametrize(
    ("promise", "how"),
    [
        (PRO_RATA, "9.00 EUR x 60 of 90 days not used = 6.00 EUR"),
        (Cancellation(within_days=60, takes="all"), "all of 9.00 EUR: it ended in day 30 of 60"),
    ],
)
def test_staff_see_the_days(promise: Cancellation, how: str) -> None:
    scene, order = subscribed(promise)
    scene.deliver(order)
    end = ended(scene)
    assert isinstance(end, ReversalFact)
    scene.deliver(end.but(occurred_ms=scene.clock.at_ms + 30 * DAY_MS))
    story = story_of(scene, scene.conversion)
    booked = scene.events("conversion.reversed")
    (seen,) = reversals_of(scene.store, story, scene.all(Reward), booked)
    (share,) = seen.shares
    assert (seen.reason, share.arithmetic) == ("subscription_ended", how)


def test_a_change_of_it_is_said_to_advocates_in_words() -> None:
    words = change_words("en")
    before, after = terms(), terms(cancellation=PRO_RATA)
    said_so = in_words(before, after, voice(), words, for_advocate=True)
    assert said_so == (
        "What is taken back when a subscription ends early: nothing until then, "
        "the unused share of 90 days from then on.",
    )
    assert not solely_in_favour(before, after)
    assert not solely_in_favour(after, before)  # whoever doubts gives notice


# --- from Stripe and Shopify ------------------------------------------------------------------


def of_stripe(scene: Scene, topic: str, thing: dict[str, object]) -> tuple[Fact, ...]:
    at_s = scene.clock.at_ms // 1000
    raw = json.dumps(stripe_event("evt_1", topic, thing, at_s)).encode()
    return stripe.read(topic, raw, SOURCE.but(kind="stripe"), scene.clock.at_ms).facts


def test_stripe_s_subscription_names_its_first_invoice() -> None:
    scene, order = subscribed(WHOLE)
    assert isinstance(order, ConversionFact)
    named = order.but(order_id="in_1", aliases=("subscription:sub_1",))
    thing = stripe_subscription("1", scene.clock.at_ms // 1000)
    (end,) = of_stripe(scene, "customer.subscription.deleted", thing)
    scene.deliver(end)
    assert len(scene.all(ParkedRefunds)) == 2  # a trial or an invoice may have begun it
    scene.deliver(named)
    assert scene.all(ParkedRefunds) == []
    assert scene.reward.remaining_minor == 0
    borne_out(scene)


def test_the_first_payment_after_a_trial_ends_with_its_period() -> None:
    scene = Scene()
    now_s = scene.clock.at_ms // 1000
    thing = stripe_subscription("1", now_s, trial_end=now_s - 80)
    _, paid = of_stripe(scene, "customer.subscription.deleted", thing)
    assert isinstance(paid, ReversalFact)
    assert (paid.orders, paid.reason) == (("in_1",), "subscription_ended")
    later = stripe_subscription("1", now_s, trial_end=now_s - 9_999)
    assert len(of_stripe(scene, "customer.subscription.deleted", later)) == 1


def test_shopify_s_contract_names_the_order_that_began_it() -> None:
    scene, source = Scene(), SOURCE.but(kind="shopify")

    def told(**more: object) -> object:
        raw = json.dumps(shopify_contract(7, 1001, **more)).encode()
        found = shopify.read("subscription_contracts/update", raw, source, scene.clock.at_ms)
        return found.ignored or found.facts[0]

    end = told()
    assert isinstance(end, ReversalFact)
    assert (end.orders[0], end.reason) == ("1001", "subscription_ended")
    assert told(status="active") == "goes_on"
    assert told(origin_order_id=None, admin_graphql_api_origin_order_id=None) == "no_order"
