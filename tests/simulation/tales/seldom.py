"""What a list of changes drawn by chance has shown that no seed is about, each by itself.

A friend who is known by two names that are found to be one; a friend's side that comes to nothing;
who must look at a large amount, of the friend or in another currency than the programme's own.
"""

from dataclasses import replace
from fractions import Fraction
from random import Random

from goodword.conversions.model import Customer
from goodword.conversions.order import OrderFacts, OrderLine, ReturnedLine
from goodword.programs.conditions import OneOf
from goodword.programs.rules import FlatReward, FriendSide, Rule

from tests.simulation.story import HOUR_MS, Story
from tests.simulation.tales.bans import Bench
from tests.simulation.tales.sides import Desk, watched
from tests.simulation.tales.teller import Tale, Teller, plain

MAIL = "robin@shoppers.example"
MOMENT_MS = 9_000  # so soon after a click an order is looked at


def _two_names(teller: Teller) -> None:
    """Orders under one name, with Maya's click; one under another name, with nobody's, after it.

    A last one says both names: then that one was of a friend of hers all along.
    """
    draw, at_ms = teller.draw, teller.now_ms
    nets = [draw.randrange(1_000, 15_000, 10) for _ in range(4)]
    click = (teller.click("adv_maya", 10 * HOUR_MS),)
    mailed = [
        teller.sold(
            f"mailed{number}",
            net,
            occurred_ms=at_ms - (9 - number) * HOUR_MS,
            customer=Customer(email=MAIL),
            click_ids=click,
        )
        for number, net in enumerate(nets[:2])
    ]
    by_id = Customer(customer_id="c7")
    alone = teller.sold("alone", nets[2], occurred_ms=at_ms - 5 * HOUR_MS, customer=by_id)
    for fact in draw.sample((*mailed, alone), 3):
        teller.tells(fact)
    teller.owns(maya=sum(nets[:2]) // 10)
    both = Customer(customer_id="c7", email=MAIL)
    teller.tells(teller.sold("both", nets[3], customer=both))
    teller.owns(maya=sum(nets) // 10)
    teller.orders(alone=["qualified"], both=["qualified"])
    teller.pays()
    teller.paid(maya=sum(nets) // 10)


def _nothing(teller: Teller) -> None:
    """A share that rounds to nothing is no reward, but the share of a larger order is."""
    draw, terms = teller.draw, teller.terms()
    share = {"reward": {"kind": "percentage", "basis_points": 10}, "unit": "store_credit"}
    friend = FriendSide.model_validate(share)
    teller.promises(rules=(terms.rules[0].but(friend=friend),))
    small, large = draw.randrange(10, 500, 10), draw.randrange(1_000, 90_000, 1_000)
    for name, net in (("small", small), ("large", large)):
        teller.tells(teller.sold(name, net, "adv_maya", friend=draw.choice(("c1", name))))
        given = [one for one in teller.of_order(name) if one.side == "friend"]
        worth = [large // 1_000] if name == "large" else []
        teller.wants(f"{name}, to the friend", [one.earned_minor for one in given], worth)
        (line,) = teller.decided(name).friend_lines
        reason = "" if worth else "nothing_to_reward"
        teller.wants(f"{name}, why", (line.earned_minor, line.reason), (sum(worth), reason))
        teller.wants(f"{name}, to Maya", len(teller.of_order(name)), 1 + len(worth))


def _free_line(teller: Teller) -> None:
    """A gift in the basket earns a fixed amount; it goes back with the order, by its share."""
    draw = teller.draw
    flat = FlatReward(amount_minor=draw.randrange(100, 3_000, 4))
    rule = Rule(
        rule_id="sale", action="sale", reward=flat, when=OneOf(of="brand", values=("acme",))
    )
    teller.promises(rules=(rule,))
    net = draw.randrange(1_000, 60_000, 4)
    lines = (
        OrderLine(line_id="l1", net_minor=0, brand="Acme"),
        OrderLine(line_id="l2", net_minor=net, brand="Bolt"),
    )
    teller.tells(teller.sold("a", net, "adv_maya", order=OrderFacts(lines=lines)))
    teller.owns(maya=flat.amount_minor)
    named = (ReturnedLine(line_id="l2", net_minor=net // 2),) * draw.randrange(2)
    teller.tells(teller.back("r1", "a", net // 2, lines=named))
    teller.ends()
    teller.owns(maya=flat.amount_minor // 2)
    teller.tells(teller.back("r2", "a", net // 4))
    teller.ends()
    teller.owns(maya=flat.amount_minor // 4)


def _watched_abroad(draw: Random) -> Story:
    """Dollars are taken, and an order within seconds of its click is looked at."""
    return replace(plain(draw), watched=True, accepts=True)


def _second_look(teller: Teller) -> None:
    """What is large is said in each currency by itself."""
    draw, bench, terms = teller.draw, Bench(teller), teller.terms()
    net, currency = draw.randrange(5_000, 90_000, 10), draw.choice(("USD", "USD", "EUR"))
    own = net // 10
    most = {one: draw.choice((0, own - 1, own, 10 * own)) for one in ("EUR", "USD")}
    trust = terms.trust.but(second_look_minor=most["EUR"], second_look_in={"USD": most["USD"]})
    teller.promises(trust=trust)
    click = (teller.click("adv_maya", MOMENT_MS),)
    teller.tells(teller.sold("o1", net, currency=currency, click_ids=click))
    (reward,) = teller.rewards("on_hold")
    teller.wants("a dispute", bench.disputes("hold", reward.reward_id), "")
    two = own > most[currency]
    teller.wants("one person", bench.rules("granted"), "second_look_needed" if two else "")
    (reward,) = teller.rewards()
    teller.wants("then", reward.state, "on_hold" if two else "approved")


def _both_sides(teller: Teller) -> None:
    """A hold that is disputed ends on both sides, and the larger one says who must look."""
    draw, desk, bench = teller.draw, Desk(teller), Bench(teller)
    net = draw.randrange(3_000, 80_000, 7)
    sizes = (round(Fraction(net, 10)), desk.size)
    most = draw.choice((0, min(sizes), max(sizes) - 1, max(sizes)))
    teller.promises(trust=teller.terms().trust.but(second_look_minor=most))
    desk.sells("o1", net)
    maya = desk.of("o1", "advocate")
    teller.wants("a dispute", bench.disputes("hold", maya.reward_id), "")
    two = max(sizes) > most
    teller.wants("one person", bench.rules("granted"), "second_look_needed" if two else "")
    states = {desk.of("o1", side).state for side in ("advocate", "friend")}
    teller.wants("then", states, {"on_hold" if two else "approved"})


SELDOM = (
    Tale("a line of nothing", _free_line),
    Tale("the larger side of a disputed hold", _both_sides, watched),
    Tale("two names of one friend", _two_names),
    Tale("a friend's side of nothing", _nothing),
    Tale("a large amount from abroad", _second_look, _watched_abroad),
)
