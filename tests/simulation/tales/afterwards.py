"""What is told of an order afterwards: once more in other words, of its end, of who may earn it.

Refunds of one id that differ are shown to a person; of two ends the earlier one counts; what was
refused or granted stays so whatever touches come later.
"""

from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

from goodword.advocates.model import Absence, Enrolment
from goodword.advocates.segments import Membership
from goodword.conversions.model import Fact
from goodword.ports import Change
from goodword.programs.conditions import OneOf
from goodword.programs.rules import FlatReward, Rule
from goodword.trust.dispute import GrantedOrder

from tests.simulation.endings import Ending
from tests.simulation.story import DAY_MS, HOUR_MS, Story
from tests.simulation.tales.granted import grants
from tests.simulation.tales.teller import Tale, Teller, plain


def _otherwise(teller: Teller) -> None:
    """One refund of two orders is of the one that it names first; told otherwise, it is nothing."""
    draw = teller.draw
    nets = {name: draw.randrange(1_000, 90_000, 20) for name in "ab"}
    orders = tuple(draw.sample("ab", 2))
    amount, first = draw.choice((10, nets[orders[0]] // 2)), orders[0]
    before = draw.random() < 0.5
    told = teller.back("r1", first, amount, orders=orders)
    changes: list[dict[str, Any]] = [
        {"reason": "chargeback"},
        {"reason": "cancelled"},
        {"of": "gross"},
        {"amount_minor": amount + 1},
        {"amount_minor": None},
    ]
    draw.shuffle(changes)
    if before:
        teller.tells(told)
        teller.ends()
        for change in changes[:3]:
            teller.tells(told.but(**change))
            teller.ends("refund_differs")
        teller.tells(told.but(occurred_ms=teller.now_ms + 1))
        teller.ends()
    for name in orders if before else draw.sample("ab", 2):
        teller.tells(teller.sold(name, nets[name], "adv_maya", friend=name))
    earned = {name: nets[name] // 10 for name in "ab"}
    left = sum(earned.values()) - round(Fraction(earned[first] * amount, nets[first]))
    if not before:
        teller.tells(told)
        teller.ends()
    teller.owns(maya=left)
    for change in changes:
        teller.tells(told.but(**change))
        teller.ends("refund_differs")
        teller.owns(maya=left)
    teller.tells(told)
    teller.ends()
    teller.owns(maya=left)
    teller.wants("refunds", len(teller.town.dynamo.of_kind("refund")), 1)


def _ending(draw: Random) -> Story:
    """All or a part of what an order earned goes back if it ends within days."""
    return replace(
        plain(draw), ending=Ending(draw.choice((3, 9)), draw.choice(("all", "pro_rata")))
    )


def _whose_end(teller: Teller) -> None:
    """Nobody's order ends, is void or comes back; then it is told once more, with Maya's click."""
    draw, ending, at_ms = teller.draw, teller.town.story.ending, teller.now_ms
    assert ending is not None
    is_lead = draw.random() < 0.5
    net = 0 if is_lead else draw.randrange(1_000, 90_000, 10)
    kind: dict[str, Any] = {"action": "lead"} if is_lead else {}
    teller.tells(teller.sold("o1", net, **kind))
    name, earned = ("lead:o1", 200) if is_lead else ("o1", net // 10)
    lasted = sorted(draw.sample((0, HOUR_MS, DAY_MS, 2 * DAY_MS, 2 * DAY_MS + 1), 2))
    ends = [
        teller.back(f"e{late}", name, None, occurred_ms=at_ms + late, reason="subscription_ended")
        for late in draw.sample(lasted, 2)
    ]
    ended = draw.choice((0, 1, 2))
    backs: list[Fact] = []
    if not ended or draw.random() < 0.4:
        more = {"reason": "void"} if is_lead else {}
        backs = [teller.back("r1", name, None if is_lead else net // 2, **more)]
    said: list[Fact] = [*ends[:ended], *backs]
    for fact in draw.sample(said, len(said)):
        teller.tells(fact)
        teller.ends()
    teller.owns()
    teller.tells(teller.sold("o1", net, "adv_maya", **kind))
    its = tuple(one.occurred_ms - at_ms for one in ends[:ended])
    half = round(Fraction(earned, 2))
    back = max(ending.share(earned, its), 0 if not backs else earned if is_lead else half)
    teller.owns(maya=earned - back)
    events = [one.plain for one in teller.town.dynamo.of_kind("event")]
    why = [one["reason"] for one in events if one["type"] in ("reward.reversed", "reward.voided")]
    word = "subscription_ended" if not backs else "void" if is_lead else "refund"
    teller.wants("why it is taken", sorted({*why}), [word] if back else [])


def _looked_at(draw: Random) -> Story:
    """Somebody has to look at every reward."""
    return replace(plain(draw), limit=0)


def _refused_before(teller: Teller) -> None:
    """Maya is refused, Ben has a later click; then she has one, and one under newer terms."""
    draw, story = teller.draw, teller.town.story
    net = draw.randrange(1_000, 90_000, 10)
    at_ms = teller.now_ms

    def told(person: str, ago: float) -> None:
        click = (teller.click(person, teller.now_ms - at_ms + round(ago * HOUR_MS)),)
        teller.tells(teller.sold("o1", net, occurred_ms=at_ms, click_ids=click))

    newer_ms = at_ms - HOUR_MS
    teller.publishes(replace(story, versions=[replace(story.versions[0], points=3_000)]), newer_ms)
    told("adv_maya", 9)
    (reward,) = teller.rewards()
    path = f"/v1/rewards/{reward.reward_id}/refuse"
    teller.wants("no", teller.asks("usr_fatima", path, reason_code="fraud"), "")
    teller.owns()
    told("adv_ben", 8)
    teller.owns(ben=net // 10)
    told("adv_maya", 7)
    teller.owns()
    teller.orders(o1=["disqualified"])
    for ago in (0.5, 0.4):  # under newer terms
        told("adv_maya", ago)
        teller.owns()
        reasons = teller.conversion("o1")["reason"], teller.decided("o1").reason
        teller.wants("why", reasons, ("refused_before",) * 2)
    told("adv_ben", 0.2)
    teller.owns(ben=net * 3 // 10)
    teller.wants("of Maya", [one.state for one in teller.rewards("rejected")], ["rejected"])


def _becomes(teller: Teller, person: str, **fields: Any) -> None:
    """The enrolment of a person is like this from now on."""
    change = Change()
    every: list[Enrolment] = teller.town.all(Enrolment)
    (one,) = (each for each in every if each.advocate_id == person)
    change.replace(one.but(**fields))
    teller.town.memory.commit(change)


def _granted(teller: Teller) -> None:
    """A grant asks whether somebody may earn by its day; afterwards only a ban takes it."""
    draw, net = teller.draw, teller.draw.randrange(1_000, 90_000, 10)
    at_ms = teller.now_ms - 3 * HOUR_MS
    order = GrantedOrder(order_id="o1", net_minor=net, occurred_ms=at_ms)
    teller.knows("o1", net)
    now = draw.choice(("paused", "active"))
    was = Absence(state="paused", from_ms=at_ms - 1, until_ms=at_ms + 1)
    absences = draw.choice(((), (was,)))
    changed_ms = at_ms + draw.choice((-1, 1))
    _becomes(teller, "adv_maya", state=now, changed_ms=changed_ms, absences=absences)
    if now == "paused":
        teller.wants("a grant", grants(teller, "o1", order), "grant_earns_nothing")
        teller.owns()
        return
    teller.wants("a grant", grants(teller, "o1", order), "")
    teller.owns(maya=net // 10)
    since_ms = at_ms + draw.choice((-1, 0, 1, HOUR_MS))
    state = draw.choice(("paused", "banned", "banned"))
    fields = {"since_ms": since_ms} if state == "banned" else {}
    _becomes(teller, "adv_maya", state=state, changed_ms=at_ms - 1, **fields)
    click = (teller.click("adv_ben", 4 * HOUR_MS),)
    teller.tells(teller.sold("o1", net, occurred_ms=at_ms, click_ids=click))
    is_bens = state == "banned" and since_ms <= at_ms
    teller.owns(**{"ben" if is_bens else "maya": net // 10})


def _reviewed(teller: Teller) -> None:
    """Who wrote a review gets no more for being in a segment, however the event is spelt."""
    draw = teller.draw
    size, vip = draw.randrange(1, 900), OneOf(of="advocate_segment", values=("VIP",))
    rule = Rule(rule_id="e", action="event", reward=FlatReward(amount_minor=size), when=vip)
    teller.promises(rules=(rule, rule.but(rule_id="all", when=None)))
    now_ms, sum_ = teller.now_ms, 0
    ends_ms = now_ms + draw.choice((0, 1))
    _becomes(
        teller,
        "adv_maya",
        segments=(Membership(segment="vip", from_ms=0, until_ms=ends_ms),),
    )
    for number, name in enumerate(("advocacy_review", "Advocacy_Review", "review", "demo")):
        lead: dict[str, Any] = {"action": "lead", "occasion": "event", "event_name": name}
        teller.tells(teller.sold(f"u{number}", 0, "adv_maya", friend=f"c{number}", **lead))
        is_vip = number > 1 and ends_ms > now_ms
        sum_ += size * (1 + is_vip)
        teller.owns(maya=sum_)


AFTERWARDS = (
    Tale("afterwards: a refund in other words", _otherwise),
    Tale("afterwards: which end counts", _whose_end, _ending),
    Tale("afterwards: refused before", _refused_before, _looked_at, judged=False),
    Tale("afterwards: a grant", _granted, judged=False),
    Tale("afterwards: a review", _reviewed, judged=False),
)
