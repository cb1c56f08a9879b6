"""What a rail may answer about a payment, and what is the person's of it then, to the cent.

A tale says each answer itself: that nothing came, that it was paid twice, that a part is back. What
came back is payable once more, once, and in the next payout.
"""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from goodword.payouts.model import Payout
from goodword.payouts.ports import RailAnswer
from goodword.payouts.stops import PayoutStop

from tests.simulation.paydays import Paying
from tests.simulation.story import HOUR_MS, Story
from tests.simulation.tales.teller import Tale, Teller, plain
from tests.simulation.tales.till import MINUTE_MS, NOTHING, Answer, Till
from tests.simulation.timing import turn

QUIET_MS, WINDOW_MS = HOUR_MS, 23 * HOUR_MS  # until no call is on its way; until none is repeated
PERSON_MS = 48 * HOUR_MS  # after which a person may say what became of it
POOR = RailAnswer("failed", reason="insufficient_funds")


def daily(draw: Random) -> Story:
    """Paid at every midnight, over the laptop's rail."""
    return replace(plain(draw), paying=Paying("daily"))


def unclaimed(draw: Random) -> Story:
    """Maya has to claim her money first."""
    story = daily(draw)
    return replace(story, receivers=story.receivers | {"adv_maya": "unclaimed"})


def by_batches(draw: Random) -> Story:
    """The same over a rail that has to be told again."""
    return replace(daily(draw), rail="paypal")


def _said(draw: Random, owed: int) -> tuple[RailAnswer, int]:
    """What a rail says of a payment that was made, and how much of it is short."""
    left, back = draw.choice(
        (
            (owed * 2, owed),
            (owed * 2, owed - 1),
            (owed * 2, owed + draw.randrange(1, owed)),
            (owed * 2, owed + 1),
            (owed * 2, 0),
            (owed, draw.randrange(1, owed)),
            (owed, 1),
            (owed, owed),
            (owed, owed + 7),
            (owed - 3, 0),
            (None, draw.randrange(1, owed)),
        )
    )
    short = min(owed, max(0, owed - (left - back))) if back and left is not None else 0
    paid = RailAnswer(
        "paid",
        "again_1",
        "partly_reversed" if back else "",
        0,
        amount_minor=left,
        returned_minor=back,
    )
    return paid, short


def _twice(teller: Teller) -> None:
    """Nothing is short while as much as was owed is with the receiver."""
    draw, till = teller.draw, Till(teller)
    owed = till.earns("o1")
    paid, short = _said(draw, owed)
    later = draw.choice(("at once", "looked up", "told of", "compared"))
    at_first = RailAnswer("paid", "first_1", amount_minor=owed, fee_minor=draw.choice((0, 31)))
    looks: list[Answer] = [paid]
    match later:
        case "at once":
            till.rail.sends = [paid]
        case "looked up":
            till.rail.sends = [NOTHING]
        case "told of":
            looks = [at_first]
            till.rail.sends = [at_first]
        case _:
            till.rail.sends = [at_first]
    till.rail.looks = looks
    payout = till.sends_first()
    teller.wants("one call", [one.amount_minor for one in till.rail.sent], [owed])
    if later == "told of":
        till.states("before", ("paid", owed, 0))
        till.rail.looks = [None]
        till.tells(payout)
        till.states("it is not known", ("paid", owed, 0))
        till.rail.looks = [paid]
        till.tells(payout, "stripe")
        till.states("another rail's word", ("paid", owed, 0))
        till.rail.looks = [NOTHING, paid] if draw.random() < 0.5 else [paid]
        till.tells(payout)
    till.later(2 * HOUR_MS)
    till.states(later, ("paid", owed, short))
    till.holds(later, short, 0, owed - short)
    till.summed(later, payout, {"paid": owed}, short)
    till.tells(payout)
    till.states("told again", ("paid", owed, short))
    teller.wants("what is told", till.events("payout.part_returned"), [short] * bool(short))
    till.rail.sends, till.rail.looks = [], []
    till.midnight()
    again = [("paid", short, 0)] * bool(short)
    till.states("at the next payday", ("paid", owed, short), *again)
    till.holds("at last", 0, 0, owed)
    teller.owns(maya=owed)


def _returns(teller: Teller) -> None:
    """A part comes back, more of it, and then all the rest, paid again in between or not."""
    draw, till = teller.draw, Till(teller)
    owed, fee = till.earns("o1"), draw.choice((0, 35))
    teller.town.rail.fee_minor = fee
    payout = till.sends_first()
    till.states("first", ("paid", owed, 0))
    if draw.random() < 0.2:
        _refused_late(till, payout, owed)
        return
    first = draw.choice((1, draw.randrange(2, owed - 1)))
    alike = min(first, owed - first - 1)  # the same once more, which is not the same again
    more = draw.choice((0, alike, alike, draw.randrange(0, owed - first)))
    between, told = draw.random() < 0.5, draw.random() < 0.5
    ledger, back = teller.town.rail.ledger, 0
    again: list[tuple[str, int, int]] = []
    for part in (first, more):
        ledger.take_back(payout.payout_id, part)
        back += part
        till.tells(payout)
        till.states("a part", ("paid", owed, back), *again)
        waits = back - sum(amount for _, amount, _ in again)
        till.holds("a part", waits, 0, owed - waits)
        till.summed("a part", payout, {"paid": owed}, back)
        if between and waits:
            till.midnight()
            again.append(("paid", waits, 0))
            till.states("paid again", ("paid", owed, back), *again)
    gone = sum(amount for _, amount, _ in again)
    ledger.take_back(payout.payout_id, owed)
    till.tells(payout)
    if told:
        till.tells(payout)
    till.states("the rest", ("returned", owed, back), *again)
    till.holds("the rest", owed - gone, 0, gone)
    till.summed("the rest", payout, {"returned": owed}, 0)
    (reward,) = teller.rewards()
    wants = ("due", "payout_returned", None)
    teller.wants("its reward", (reward.state, reward.reason, reward.payout_id), wants)
    till.midnight()
    till.states("at last", ("returned", owed, back), *again, ("paid", owed - gone, 0))
    till.holds("at last", 0, 0, owed)
    teller.wants("told", till.events("payout.returned"), [owed - back])
    told_of = [part for part in (first, more) if part]
    teller.wants("told of parts", sorted(till.events("payout.part_returned")), sorted(told_of))
    teller.wants("what the rail took stays", till.payouts()[0].fee_minor, fee)


def _refused_late(till: Till, payout: Payout, owed: int) -> None:
    """What the rail calls failed by then has come back."""
    till.teller.town.rail.ledger.refuse(payout.payout_id)
    till.tells(payout)
    till.states("refused after all", ("returned", owed, 0))
    till.holds("refused after all", owed, 0, 0)
    till.summed("refused after all", payout, {"returned": owed}, 0)
    till.midnight()
    till.states("and paid", ("returned", owed, 0), ("paid", owed, 0))
    till.holds("and paid", 0, 0, owed)


def _unclaimed(teller: Teller) -> None:
    """It waits for its receiver for days; held or moved meanwhile, nothing is sent again."""
    draw, till = teller.draw, Till(teller)
    owed = till.earns("o1")
    waits = RailAnswer("unclaimed", "u_1")
    till.rail.sends = [draw.choice((waits, NOTHING, RailAnswer("accepted", "u_1")))]
    till.rail.looks = [waits, replace(waits, reference="")]
    till.midnight()
    till.midnight()
    since_ms = teller.now_ms
    till.later(10 * MINUTE_MS)
    (payout,) = till.payouts()
    teller.wants("it waits", (payout.state, payout.reason), ("sent", "unclaimed"))
    teller.wants("for", payout.unclaimed_ms is not None and payout.unclaimed_ms >= since_ms, True)
    match draw.choice(("held", "moved", "away", "")):
        case "held":
            teller.asks("usr_dora", "/v1/payout-holds", advocate_id="adv_maya", reason_code="other")
        case "moved":
            teller.town.pay_to("adv_maya", "plain", 3)
        case _:
            pass
    till.midnight()
    teller.days(draw.choice((1, 5)))
    (after,) = till.payouts()
    teller.wants("its name stays", (after.reference, after.state), ("u_1", "sent"))
    teller.wants("since", after.unclaimed_ms, payout.unclaimed_ms)
    till.holds("meanwhile", 0, owed, 0)
    ends = draw.choice(("paid", "returned", "failed"))
    teller.town.rail.ledger.claim(after.payout_id, ends)
    till.rail.looks = [RailAnswer(ends, reason="" if ends == "paid" else "not_claimed")]  # type: ignore[arg-type]  # a status
    till.tells(after)
    (after,) = till.payouts()
    teller.wants("its end", (after.state, after.reference), (ends, "u_1"))
    teller.wants("she is told once", till.events("payout.unclaimed"), [owed])
    if ends == "paid":
        till.holds("claimed", 0, 0, owed)
    else:
        till.holds("not claimed", owed, 0, 0)
        (reward,) = teller.rewards()
        wants = ("due", f"payout_{ends}")
        teller.wants("its reward", (reward.state, reward.reason), wants)
    teller.wants("one call", len(till.rail.sent), 1)


def _bars(teller: Teller) -> tuple[str, Callable[[], object]]:
    """Something happens to Maya by which nothing is sent to her; its word, and how it ends."""
    kind = teller.draw.choice(("on_hold", "destination_changed", "enrolment_paused"))
    if kind == "destination_changed":
        teller.town.pay_to("adv_maya", "plain", 3)
        return kind, lambda: teller.town.pay_to("adv_maya", "plain", 0)
    if kind == "enrolment_paused":
        turn(teller.town, "adv_maya", "paused")
        return kind, lambda: turn(teller.town, "adv_maya", "active")
    hold = {"advocate_id": "adv_maya", "reason_code": "other"}
    teller.asks("usr_dora", "/v1/payout-holds", **hold)
    (stop,) = teller.town.all(PayoutStop)
    (name,) = stop.held()
    lift = "/v1/payout-holds/lift"
    return kind, lambda: teller.wants(
        "lift", teller.asks("usr_dora", lift, hold_id=name, **hold), ""
    )


def _lost(teller: Teller) -> None:
    """The first call is lost; a repeat finds no money, or Maya may not be paid by then."""
    draw, till = teller.draw, Till(teller)
    owed = till.earns("o1")
    till.rail.made, till.rail.sends, till.rail.looks = False, [NOTHING, NOTHING], [None]
    poor, refused = draw.random() < 0.5, draw.random() < 0.2
    till.midnight()
    till.midnight()
    (payout,) = till.payouts()
    at_ms = teller.now_ms
    teller.wants("asked", (payout.state, payout.reason), ("unknown", "no_answer"))
    if refused:
        till.rail.sends = [RailAnswer("failed", reason="receiver_refused")]
        till.tells(payout)
        till.states("refused at once", ("failed", owed, 0))
        till.holds("refused at once", owed, 0, 0)
        return
    nothing: tuple[str, Callable[[], object]] = ("first_unclear", str)
    word, lets = nothing if poor else _bars(teller)
    till.rail.sends = [POOR] if poor else [NOTHING]
    calls = len(till.rail.sent)
    teller.at(at_ms + 5 * MINUTE_MS)
    till.tells(payout)
    (payout,) = till.payouts()
    teller.wants("so far", (payout.state, payout.reason), ("unknown", word))
    if not poor:
        teller.wants("nothing is sent", len(till.rail.sent), calls)
    if draw.random() < 0.3:
        lets()
        till.rail.made, till.rail.sends, till.rail.looks = True, [], []
        teller.at(at_ms + 10 * MINUTE_MS)
        till.tells(payout)
        till.later(2 * HOUR_MS)
        till.states("let go", ("paid", owed, 0))
        teller.wants("told that it is again", till.rail.sent[-1].again, True)
        till.holds("let go", 0, 0, owed)
        return
    teller.at(at_ms + QUIET_MS - 1)
    till.tells(payout, after_ms=0)
    till.states("just before", ("unknown", owed, 0))
    teller.at(at_ms + QUIET_MS)
    till.tells(payout, after_ms=0)
    (after,) = till.payouts()
    if teller.town.story.rail == "paypal" and not poor:
        teller.wants("nobody knows", (after.state, after.reason), ("unknown", word))
        teller.days(3)
        till.states("for days", ("unknown", owed, 0))
        return
    reason = "insufficient_funds" if poor else word
    teller.wants("it has surely not left", (after.state, after.reason), ("failed", reason))
    till.holds("not left", owed, 0, 0)
    lets()
    till.rail.made, till.rail.sends, till.rail.looks = True, [], []
    till.midnight()
    till.later(2 * HOUR_MS)
    till.states("at the next payday", ("failed", owed, 0), ("paid", owed, 0))
    till.holds("at last", 0, 0, owed)


def _silent(teller: Teller) -> None:
    """For days nothing is clear; then a person says it, not of their own, and not too early."""
    draw, till = teller.draw, Till(teller)
    owed = till.earns("o1")
    left = draw.random() < 0.5
    till.rail.made, till.rail.sends, till.rail.looks = left, [NOTHING], [NOTHING]
    till.midnight()
    till.midnight()
    (payout,), at_ms = till.payouts(), teller.now_ms
    window_ms = (35 if teller.town.story.rail == "paypal" else 23) * HOUR_MS
    teller.at(at_ms + window_ms - 1)
    till.rail.looks = [draw.choice((None, NOTHING))]
    again = till.rail.looks == [None]
    calls = len(till.rail.sent)
    till.tells(payout, after_ms=0)
    teller.wants("within its time", len(till.rail.sent), calls + again)
    till.rail.looks = [None]
    teller.at(at_ms + window_ms)
    till.tells(payout)
    teller.wants("not any more", len(till.rail.sent), calls + again)
    (payout,) = till.payouts()
    teller.wants("why", (payout.state, payout.reason), ("unknown", "past_key_window"))
    outcome = "paid" if left else "failed"
    body = {"payout_id": payout.payout_id, "outcome": outcome, "reason_code": "never_arrived"}
    body |= {"reference": "bank 7"} if left else {}
    path = f"/v1/payout-runs/{payout.run_id}/confirm"
    teller.at(at_ms + PERSON_MS - 1)
    teller.wants("too early", teller.asks("usr_anna", path, **body), "payout_not_open")
    teller.at(at_ms + PERSON_MS)
    teller.wants("her own", teller.asks("usr_maya", path, **body), "payee_may_not_confirm")
    wrong = body | {"outcome": "returned", "reason_code": "other"}
    teller.wants("not paid so far", teller.asks("usr_anna", path, **wrong), "payout_not_open")
    teller.wants("then", teller.asks("usr_anna", path, **body), "")
    teller.wants("again", teller.asks("usr_anna", path, **body), "")
    (payout,) = till.payouts()
    said = payout.state, payout.reference, payout.reason
    wanted = ("paid", "bank 7", "never_arrived") if left else ("failed", "", "never_arrived")
    teller.wants("a person's word", said, wanted)
    till.summed("a person's word", payout, {outcome: owed}, 0)
    till.holds("a person's word", 0 if left else owed, 0, owed if left else 0)
    if left and draw.random() < 0.5:
        teller.town.rail.ledger.take_back(payout.payout_id, owed)
        teller.wants("it came back", teller.asks("usr_anna", path, **wrong), "")
        till.states("came back", ("returned", owed, 0))
        till.holds("came back", owed, 0, 0)
        till.summed("came back", payout, {"returned": owed}, 0)


ANSWERS = (
    Tale("a rail says: paid twice", _twice, daily),
    Tale("a rail says: it came back", _returns, daily),
    Tale("a rail says: unclaimed", _unclaimed, unclaimed),
    Tale("a rail says nothing: lost", _lost, daily),
    Tale("a rail says nothing: lost by batches", _lost, by_batches),
    Tale("a rail says nothing: for days", _silent, daily),
    Tale("a rail says nothing: for days by batches", _silent, by_batches),
)
