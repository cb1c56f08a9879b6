"""What a check holds of an order is held on both sides, and is decided on both by one answer.

The advocate's answer is the friend's, of the same order and rule, where a check held both; an
answer about the friend's moves only that. What a bank asks, or what is too large, is another thing.
"""

from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

from goodword.conversions.model import InquiryFact
from goodword.programs.model import FlatReward, Rule
from goodword.programs.rules import FriendSide
from goodword.rewards.model import Reward

from tests.simulation.lambdas import TWICE
from tests.simulation.story import DAY_MS, HOUR_MS, Story
from tests.simulation.tales.teller import Tale, Teller, plain

TIMING, SIZE, ASKED = "timing_checked", "over_auto_approve_limit", "inquiry"
DAYS, MORE_DAYS = 7, 3  # a review's, and those of its escalation
HALF_HOUR_MS, ALIKE = 1_800_000, 5  # so many sales, as soon after their clicks, are looked at
Stand = tuple[str, str]


def watched(draw: Random) -> Story:
    """An order within seconds of its click is looked at."""
    return replace(plain(draw), watched=True)


class Desk:
    """One programme that gives to both sides, and who answers what waits there."""

    def __init__(self, teller: Teller, *, second: int | None = None, **review: Any) -> None:
        self.teller = teller
        teller.town.story.second_look = second
        teller.town.story.on_lapse = review.get("on_lapse", "refuse")
        draw = teller.draw
        self.unit = draw.choice(("points", "store_credit", "code"))
        self.size = draw.randrange(2, 40) if self.unit == "code" else draw.randrange(40, 9_000)
        gift = {"reward": {"kind": "flat", "amount_minor": self.size}, "unit": self.unit}
        self.gift: dict[str, Any] = gift | ({"item": "a month"} if self.unit == "code" else {})
        terms = teller.terms()
        sale = terms.rules[0].but(friend=FriendSide.model_validate(self.gift))
        teller.promises(
            rules=(sale,),
            review=terms.review.but(**review),
            trust=terms.trust.but(second_look_minor=second),
        )

    def sells(self, name: str, net: int, *, fast: bool = True, friend: str = "c1") -> None:
        """An order of Maya's, within seconds of its click or later."""
        before_ms = self.teller.draw.choice((0, 9_000, 29_999)) if fast else HOUR_MS
        click = (self.teller.click("adv_maya", before_ms),)
        self.teller.tells(self.teller.sold(name, net, click_ids=click, friend=friend))

    def of(self, name: str, side: str, rule: str = "sale") -> Reward:
        """The one reward of an order on this side."""
        (one,) = (
            each
            for each in self.teller.rewards()
            if (each.order_id, each.side, each.rule_id) == (name, side, rule)
        )
        return one

    def stands(self, what: str, name: str, maya: Stand, friend: Stand, rule: str = "sale") -> None:
        """Where both rewards are, and why."""
        for side, wanted in (("advocate", maya), ("friend", friend)):
            one = self.of(name, side, rule)
            self.teller.wants(f"{what}: {side} of {name}", (one.state, one.reason), wanted)

    def says(self, who: str, one: Reward, code: str = "", *, approve: bool = True) -> str:
        """Somebody's answer; nothing may come of one that is refused."""
        path = f"/v1/rewards/{one.reward_id}/{'approve' if approve else 'refuse'}"
        code = code or ("checked_order" if approve else "fraud")
        return self.teller.asks(who, path, reason_code=code)

    def approved(self, one: Reward, *, two: bool) -> None:
        """It is approved, by as many people as it takes."""
        wants, says = self.teller.wants, self.says
        if one.side == "advocate":
            wants("her own", says("usr_maya", one), "payee_may_not_decide")
        wants("a word that is none", says("usr_carl", one, "fraud"), "unknown_reason_code")
        if two:
            wants("the first look", says("usr_fatima", one), "")
            again = self.of(one.order_id, one.side, one.rule_id)
            wants("it is still held", (again.state, again.first_look_by), ("on_hold", "usr_fatima"))
            wants("the same person", says("usr_fatima", one), "same_person")
            wants("the same mailbox", says(f"usr_fatima{TWICE}", one), "same_person")
        wants("an approval", says("usr_carl", one), "")
        wants("once more", says("usr_anna", one), "not_on_hold")

    def asks(self, name: str, state: str) -> None:
        """The bank's question about an order."""
        told = {"inquiry_id": "i1", "orders": (name,), "occurred_ms": self.teller.now_ms}
        told |= {"currency": "EUR", "state": state}
        self.teller.tells(InquiryFact.model_validate(told))


def _looks(teller: Teller) -> None:
    """Two people for the pair if one of them is large; each side alone by its own size."""
    draw = teller.draw
    net = draw.randrange(3_000, 80_000, 7)
    own = round(Fraction(net, 10))
    desk = Desk(teller)
    limits = (own - 1, own, desk.size - 1, desk.size, min(own, desk.size) - 1, None, 0)
    second = draw.choice(limits)
    terms = teller.terms()
    teller.promises(trust=terms.trust.but(second_look_minor=second))
    large = [second is not None and one > second for one in (own, desk.size)]
    desk.sells("o1", net)
    desk.sells("o2", 5_010, friend="c2", fast=False)
    desk.stands("at first", "o1", ("on_hold", TIMING), ("on_hold", TIMING))
    done, held = ("approved", "checked_order"), ("on_hold", TIMING)
    if draw.random() < 0.5:
        desk.approved(desk.of("o1", "friend"), two=large[1])
        desk.stands("the friend's alone", "o1", held, done)
        desk.approved(desk.of("o1", "advocate"), two=large[0])
    else:
        desk.approved(desk.of("o1", "advocate"), two=any(large))
    desk.stands("both", "o1", done, done)
    deciders = {desk.of("o1", side).decided_by for side in ("advocate", "friend")}
    teller.wants("who decided", deciders, {"usr_carl"})
    teller.days(1)
    due = ("due", "hold_over")
    desk.stands("after its hold", "o1", due, due)
    desk.stands("what nobody held", "o2", due, due)
    teller.pays()
    teller.paid(maya=own + 501)
    teller.wants("all of it stays the friend's", desk.of("o1", "friend").remaining_minor, desk.size)


def _refused(teller: Teller) -> None:
    """One person refuses, whatever it takes to approve; hers is his, but his is not hers."""
    draw = teller.draw
    net = draw.randrange(3_000, 80_000, 7)
    desk = Desk(teller, second=draw.choice((None, 0)))
    desk.sells("o1", net)
    held, gone, done = ("on_hold", TIMING), ("rejected", "other"), ("approved", "other")
    if two := bool(draw.randrange(2) and teller.terms().trust.second_look_minor == 0):
        teller.wants("a first look", desk.says("usr_carl", desk.of("o1", "advocate")), "")
    his = draw.choice(("", "refused", "approved"))
    if his:
        friend, approve = desk.of("o1", "friend"), his == "approved"
        second = bool(teller.terms().trust.second_look_minor == 0) and not two and approve
        if second:
            teller.wants("the first look", desk.says("usr_dora", friend), "")
        said = desk.says("usr_anna", friend, "other", approve=approve)
        teller.wants(f"he is {his}", said, "")
        desk.stands("his alone", "o1", held, done if approve else gone)
    maya = desk.of("o1", "advocate")
    teller.wants("her own", desk.says("usr_maya", maya, approve=False), "payee_may_not_decide")
    said = desk.says("usr_fatima", maya, "checked_order", approve=False)
    teller.wants("a word that is none", said, "unknown_reason_code")
    teller.wants("hers", desk.says("usr_carl", maya, "other", approve=False), "")
    desk.stands("both", "o1", gone, done if his == "approved" else gone)
    teller.days(30)
    kept = ("due", "hold_over") if his == "approved" else gone
    desk.stands("a month later", "o1", gone, kept)
    teller.paid()


def _lapses(teller: Teller) -> None:
    """Nobody answers: both are escalated at the moment, and then refused, or escalated again."""
    draw = teller.draw
    ends = draw.choice(("refuse", "release"))
    desk = Desk(teller, on_lapse=ends)
    net = draw.randrange(3_000, 80_000, 7)
    desk.sells("o1", net)
    held_ms = teller.now_ms
    held, gone = ("on_hold", TIMING), ("rejected", "review_lapsed_refuse")
    for after_ms, told in ((DAYS * DAY_MS, True), ((DAYS + MORE_DAYS) * DAY_MS, None)):
        teller.at(held_ms + after_ms - 1)
        desk.stands("just before", "o1", held, held)
        teller.wants("so far", _told(desk), {told is None})
        if told and draw.random() < 0.3:
            teller.wants("in time", desk.says("usr_carl", desk.of("o1", "advocate")), "")
            teller.days(0)
            desk.stands("in time", "o1", ("due", "hold_over"), ("due", "hold_over"))
            return
        teller.at(held_ms + after_ms)
        teller.wants("they are told", _told(desk), {True})
    if ends == "refuse":
        desk.stands("lapsed", "o1", gone, gone)
    else:
        for _ in range(2):
            desk.stands("never by time", "o1", held, held)
            teller.days(MORE_DAYS)
        teller.wants("hers", desk.says("usr_carl", desk.of("o1", "advocate")), "")
    teller.pays()
    teller.paid(maya=0 if ends == "refuse" else round(Fraction(net, 10)))


def _told(desk: Desk) -> set[bool]:
    return {desk.of("o1", side).escalated for side in ("advocate", "friend")}


def _asked(teller: Teller) -> None:
    """A bank asks: before anything is checked, while both are held, or after the answer."""
    draw = teller.draw
    when = draw.choice(("first", "held", "approved"))
    desk = Desk(teller)
    net = draw.randrange(3_000, 80_000, 7)
    held, asked = ("on_hold", TIMING), ("on_hold", ASKED)
    done, due = ("approved", "checked_order"), ("due", "hold_over")
    if when == "first":
        desk.asks("o1", "open")
        desk.sells("o1", net)
        desk.stands("asked", "o1", asked, asked)
        if draw.random() < 0.5:
            teller.wants("hers", desk.says("usr_carl", desk.of("o1", "advocate")), "")
            desk.stands("hers alone: no check held it", "o1", done, asked)
            desk.asks("o1", "closed")
            teller.days(0.1)
            desk.stands("then checked", "o1", done, held)
            teller.days(2)
            desk.stands("hers is due", "o1", due, held)
            return
        desk.asks("o1", "closed")
        teller.days(0.1)
    else:
        desk.sells("o1", net)
    desk.stands("checked", "o1", held, held)
    if when == "held":
        desk.asks("o1", "open")
        desk.stands("held as before", "o1", held, held)
    teller.wants("hers", desk.says("usr_carl", desk.of("o1", "advocate")), "")
    desk.stands("answered", "o1", done, done)
    if when == "approved":
        desk.asks("o1", "open")
        desk.stands("asked then", "o1", asked, asked)
    if when in ("held", "approved"):
        teller.days(2)
        desk.stands("not while it asks", "o1", asked, asked)
        desk.asks("o1", "closed")
    teller.days(2)
    desk.stands("at last", "o1", due, due)
    teller.pays()
    teller.paid(maya=round(Fraction(net, 10)))


def _others(teller: Teller) -> None:
    """Of another rule, too large alone, or another order's: no answer is theirs."""
    draw = teller.draw
    desk = Desk(teller)
    net = draw.randrange(3_000, 80_000, 7)
    more = Rule.model_validate(
        {
            "rule_id": "more",
            "action": "sale",
            "reward": FlatReward(amount_minor=draw.randrange(1, 999)),
            "friend": desk.gift,
        }
    )
    rules = teller.terms().rules
    teller.promises(rules=(*rules, more) if draw.randrange(2) else (more, *rules))
    if draw.random() < 0.3:
        teller.town.story.limit = 0
        small = teller.terms().review.but(auto_approve_limit_minor=0)
        teller.promises(review=small)
        large = ("on_hold", SIZE)
        desk.sells("o1", net, fast=False)
        desk.stands("too large", "o1", large, large)
        teller.wants("hers", desk.says("usr_carl", desk.of("o1", "advocate")), "")
        desk.stands("his is his own", "o1", ("approved", "checked_order"), large)
        desk.stands("and of another rule", "o1", large, large, "more")
        return
    desk.sells("o1", net)
    desk.sells("o2", net + 10, friend="c2")
    held = ("on_hold", TIMING)
    approve = draw.random() < 0.5
    after = ("approved" if approve else "rejected", "other")
    rule = draw.choice(("sale", "more"))
    other = "more" if rule == "sale" else "sale"
    one = desk.of("o1", "advocate", rule)
    teller.wants("an answer", desk.says("usr_carl", one, "other", approve=approve), "")
    desk.stands("of this rule", "o1", after, after, rule)
    desk.stands("of the other rule", "o1", held, held, other)
    for each in ("sale", "more"):
        desk.stands("of the other order", "o2", held, held, each)


def _later(teller: Teller) -> None:
    """Hers is too large; his passes, and is held by a check when his hold is over."""
    draw = teller.draw
    desk = Desk(teller)
    net = desk.size * 10 + draw.randrange(10, 5_000, 7)
    teller.town.story.limit = desk.size
    teller.promises(review=teller.terms().review.but(auto_approve_limit_minor=desk.size))
    large, passed = ("on_hold", SIZE), ("approved", "within_auto_approve_limit")
    gap_ms = draw.choice((HALF_HOUR_MS, HOUR_MS))
    for number in range(1, ALIKE + 1):
        click = (teller.click("adv_maya", gap_ms),)
        sold = teller.sold(f"o{number}", net, click_ids=click, friend=f"c{number}")
        teller.tells(sold)
        if number == 1:
            desk.stands("by its size", "o1", large, passed)
    teller.days(1)
    held = ("on_hold", TIMING)
    desk.stands("looked at once more", "o1", large, held)
    approve = draw.random() < 0.5
    after = ("due", "hold_over") if approve else ("rejected", "other")
    maya = desk.of("o1", "advocate")
    teller.wants("hers", desk.says("usr_carl", maya, "other", approve=approve), "")
    desk.stands("his is still looked at", "o1", after, held)


SIDES = (
    Tale("both sides: one after the other", _later, watched),
    Tale("both sides: how many look", _looks, watched),
    Tale("both sides: refused", _refused, watched),
    Tale("both sides: nobody answers", _lapses, watched),
    Tale("both sides: a bank asks", _asked, watched),
    Tale("both sides: what is another thing", _others, watched),
)
