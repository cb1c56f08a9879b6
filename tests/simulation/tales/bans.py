"""Bans since a day, holds of finance, and what disputes about them, and about rewards, give back.

What happened before the day is earned and paid; what happened since is gone, whatever state it was
in and whenever it is told. A hold keeps everything until each of them is lifted.
"""

from dataclasses import replace
from random import Random
from typing import Any

from goodword.conversions.model import Conversion, ReinstatementFact
from goodword.events import Actor
from goodword.ledger.model import Balance
from goodword.payouts.model import PayoutRun
from goodword.payouts.stops import PayoutStop
from goodword.rewards.model import Reward
from goodword.times import rfc3339
from goodword.trust.banning import Ban
from goodword.trust.dispute import About, Dispute, Outcome
from goodword.trust.disputing import Wish
from goodword.trust.resolving import Resolving, Ruling
from goodword_aws.workflow import StepFunctions

from tests.simulation.complaints import part_of
from tests.simulation.paydays import Paying
from tests.simulation.story import DAY_MS, HOUR_MS, Story
from tests.simulation.tales.teller import Tale, Teller, plain
from tests.support.scene import PROGRAM

MAYA = "adv_maya"
APPEAL_DAYS = 21
BATCHES = ("approved", "due", "batched", "sending", "paid")


def daily(draw: Random) -> Story:
    """Paid at every midnight; people are banned."""
    return replace(plain(draw), paying=Paying("daily"), conduct=True)


class Bench:
    """Who bans, holds and decides, and what Maya has."""

    def __init__(self, teller: Teller) -> None:
        self.teller = teller
        self.earned: dict[str, int] = {}

    def sells(self, name: str, at_ms: int) -> int:
        """An order that happened then is told now; what it earns."""
        teller = self.teller
        amount = teller.draw.randrange(50, 7_000)
        before_ms = teller.now_ms - at_ms + HOUR_MS
        clicks = (teller.click(MAYA, before_ms),)
        sold = teller.sold(name, amount * 10, occurred_ms=at_ms, click_ids=clicks, friend=name)
        teller.tells(sold)
        self.earned[name] = amount
        return amount

    def bans(self, since_ms: int, who: str = "usr_fatima", **more: str) -> str:
        """Somebody bans her; the code of a refusal."""
        body = {"advocate_id": MAYA, "program_id": PROGRAM, "reason_code": "spam"}
        return self.teller.asks(who, "/v1/bans", **(body | {"since": rfc3339(since_ms)} | more))

    @property
    def ban(self) -> Ban:
        """Hers."""
        (one,) = self.teller.town.all(Ban)
        found: Ban = one
        return found

    def midnight(self, presses: int = 0) -> None:
        """The next one; people let its run pass if they press."""
        self.teller.at((self.teller.now_ms // DAY_MS + 1) * DAY_MS)
        self.press(presses)

    def press(self, times: int) -> None:
        """People do what is asked of them."""
        for _ in range(times):
            self.teller.press()
            self.teller.settle()
            self.teller.goes_on()

    def stand(self, what: str, **wanted: tuple[str, int]) -> None:
        """State and rest of the rewards of these orders."""
        every = {one.order_id: one for one in self.teller.rewards()}
        said = {name: (every[name].state, every[name].remaining_minor) for name in wanted}
        self.teller.wants(what, said, wanted)

    def payable(self, what: str, wanted: int) -> None:
        """What she may be paid."""
        (one,) = self.teller.town.all(Balance)
        self.teller.wants(f"payable, {what}", one.payable_minor, wanted)

    def sweeps(self) -> None:
        """Bans go on that wait."""
        self.teller.schedule("trust_schedule")
        self.teller.settle()
        self.teller.goes_on()

    def disputes(self, about: About, subject_id: str = "", **more: Any) -> str:
        """She disputes something; the code of a refusal."""
        wish = Wish(program_id=PROGRAM, about=about, text="why?", subject_id=subject_id, **more)
        mine = self.teller.complaints.disputes(Actor(kind="advocate", id=MAYA))
        return self.teller.tries(MAYA, lambda: mine.open(MAYA, wish))

    def rules(self, outcome: Outcome, amount: int | None = None) -> str:
        """The one that runs is decided."""
        running: list[Dispute] = self.teller.complaints.running()
        (one,) = running
        said = Ruling(outcome=outcome, reason="other", learned="nothing", amount_minor=amount)
        theirs = self.teller.complaints.disputes(self.teller.town.person("usr_carl"))
        end = Resolving(theirs.desk, theirs, StepFunctions(self.teller.town))
        return self.teller.tries("usr_carl", lambda: end.resolve(one.dispute_id, said, None))


def _since(teller: Teller) -> None:
    """Orders around the day, to the millisecond, in any state; then told late."""
    draw, bench = teller.draw, Bench(teller)
    stage = draw.choice(BATCHES)
    since_ms = teller.now_ms - draw.choice((2, HOUR_MS))
    before = bench.sells("before", since_ms - 1)
    at = bench.sells("at", since_ms)
    after = bench.sells("after", since_ms + 1)
    if stage != "approved":
        teller.days(1)
    if stage in ("batched", "sending", "paid"):
        bench.midnight(3 if stage == "paid" else 0)
    _refusals(teller, bench, since_ms)
    fresh = stage in ("batched", "sending") and bool(bench.sells("fresh", teller.now_ms))
    if stage == "sending":
        bench.press(1)
    teller.wants("a ban", bench.bans(since_ms), "")
    state = {"approved": "void", "paid": "paid"}.get(stage, "reversed")
    if stage in ("batched", "sending"):
        _waits(bench, stage, {"before": before, "at": at, "after": after})
    kept = "due" if stage in ("batched", "sending") else stage
    left = {"at": 0, "after": 0} if state == "reversed" else {"at": at, "after": after}
    rest = {name: (state, amount) for name, amount in left.items()}
    bench.stand("since", before=(kept, before), **rest)
    most = {one.order_id: one.ceiling_minor for one in teller.rewards()}
    barred = left if stage == "paid" else {"at": 0, "after": 0}
    barred |= {"fresh": 0} if fresh else {}
    teller.wants("never more", most, {"before": None} | barred)
    teller.wants("carried out", bench.ban.voiding, False)
    counts = (0, 2) if stage == "paid" else (2 + fresh, 0)
    teller.wants("counted", (bench.ban.voided, bench.ban.paid_before), counts)
    late = bench.sells("late_before", since_ms - 1)
    bench.sells("late_at", since_ms)
    teller.orders(late_before=["qualified"], late_at=["unattributed"])
    paid = before + late + (at + after if stage == "paid" else 0)
    for _ in range(4):
        bench.midnight(3)
    teller.paid(maya=paid)
    bench.payable("at last", 0)


def _refusals(teller: Teller, bench: Bench, since_ms: int) -> None:
    """Who may not ban, and for what not."""
    wants, bans = teller.wants, bench.bans
    wants("oneself", bans(since_ms, "usr_maya"), "payee_may_not_decide")
    wants("to come", bans(teller.now_ms + 1), "since_in_the_future")
    wants("no reason", bans(since_ms, reason_code="other"), "unknown_reason_code")
    joined = bench.teller.town.story.made_ms
    wants("before joining", bans(joined - 40 * DAY_MS), "since_before_joining")
    wants("nobody", bans(since_ms, advocate_id="adv_nobody"), "not_enrolled")


def _waits(bench: Bench, stage: str, owed: dict[str, int]) -> None:
    """What is in a payout waits for its end, and nothing is sent meanwhile."""
    teller = bench.teller
    bench.stand("in a payout", **{name: ("batched", amount) for name, amount in owed.items()})
    teller.wants("waits", (bench.ban.voiding, bench.ban.waits), (True, True))
    (stop,) = teller.town.all(PayoutStop)
    teller.wants("stopped", (stop.reason, list(stop.bans)), ("on_hold", [PROGRAM]))
    if stage == "batched":
        run_id = _draft(teller)
        path = f"/v1/payout-runs/{run_id}/cancel"
        teller.wants("cancel", teller.asks("usr_dora", path, reason_code="other"), "")
    else:
        bench.press(1)
    teller.paid()
    teller.at(teller.now_ms + HOUR_MS)
    bench.sweeps()
    bench.payable("since the day it is gone", owed["before"])
    (stop,) = teller.town.all(PayoutStop)
    teller.wants("not any more", (stop.reason, list(stop.bans)), (None, []))


def _draft(teller: Teller) -> str:
    every: list[PayoutRun] = teller.town.all(PayoutRun)
    (run,) = (one for one in every if one.state == "draft")
    return run.run_id


def _appeals(teller: Teller) -> None:
    """Until the end of its days a ban may be appealed; lifted, she earns again, from then on."""
    draw, bench = teller.draw, Bench(teller)
    since_ms = teller.now_ms - HOUR_MS
    old = bench.sells("old", since_ms - 1)
    gone = bench.sells("gone", since_ms)
    teller.wants("nothing to appeal", bench.disputes("ban", PROGRAM), "not_banned")
    teller.wants("a ban", bench.bans(since_ms), "")
    teller.wants("a second one", bench.bans(since_ms), "enrolment_cannot_move")
    until_ms = teller.now_ms + APPEAL_DAYS * DAY_MS
    teller.wants("until", bench.ban.appeal_until_ms, until_ms)
    if draw.random() < 0.4:
        teller.at(until_ms)
        teller.wants("too late", bench.disputes("ban", PROGRAM), "appeal_over")
        return
    teller.at(until_ms - 1)
    teller.wants("in time", bench.disputes("ban", PROGRAM), "")
    teller.wants("no part of it", bench.rules("partly", 1), "outcome_does_not_fit")
    ends: Outcome = draw.choice(("granted", "granted", "upheld"))
    teller.wants("an end", bench.rules(ends), "")
    lifted = ends == "granted"
    teller.wants("the ban", bench.ban.state, "lifted" if lifted else "banned")
    bench.stand("what was void stays so", gone=("void", gone))
    new = bench.sells("new", teller.now_ms)
    teller.orders(new=["qualified" if lifted else "unattributed"])
    for _ in range(3):
        bench.midnight(3)
    teller.paid(maya=old + new * lifted)
    if lifted:
        teller.wants("over", bench.disputes("ban", PROGRAM), "not_banned")


def _holds(teller: Teller) -> None:
    """Each hold keeps all; a dispute lifts those of before it was opened, and keeps as well."""
    draw, bench = teller.draw, Bench(teller)
    owed = bench.sells("o1", teller.now_ms)
    wants, hold = teller.wants, {"advocate_id": MAYA, "reason_code": "details_unclear"}
    path = "/v1/payout-holds"
    wants("not held", bench.disputes("payouts_held"), "payouts_not_held")
    wants("one's own", teller.asks("usr_maya", path, **hold), "own_payouts")
    wants(
        "no word",
        teller.asks("usr_dora", path, **(hold | {"reason_code": "so"})),
        "unknown_reason_code",
    )
    wants("a hold", teller.asks("usr_dora", path, **hold), "")
    disputed = draw.random() < 0.6
    if disputed:
        wants("a dispute", bench.disputes("payouts_held"), "")
        teller.at(teller.now_ms + draw.choice((1, HOUR_MS)))
    wants("a second hold", teller.asks("usr_carl", path, **hold), "")
    first, second = _stop(teller).held()
    wants("why", _stop(teller).reason, "on_hold")
    bench.midnight(3)
    bench.midnight(3)
    teller.paid()
    bench.payable("held", owed)
    lift = f"{path}/lift"
    if disputed:
        ends: Outcome = draw.choice(("granted", "upheld"))
        wants("an end", bench.rules(ends), "")
        kept = (second,) if ends == "granted" else (first, second)
        wants("what stays", _stop(teller).held(), kept)
    else:
        wants("one is lifted", teller.asks("usr_dora", lift, hold_id=first, **hold), "")
        wants("once", teller.asks("usr_dora", lift, hold_id=first, **hold), "unknown_hold")
    bench.midnight(3)
    teller.paid()
    for name in _stop(teller).held():
        own = teller.asks("usr_maya", lift, hold_id=name, **hold)
        wants("not by her", own, "own_payouts")
        wants("lifted", teller.asks("usr_dora", lift, hold_id=name, **hold), "")
    wants("nothing", _stop(teller).reason, None)
    bench.midnight(3)
    teller.paid(maya=owed)


def _stop(teller: Teller) -> PayoutStop:
    (one,) = teller.town.all(PayoutStop)
    found: PayoutStop = one
    return found


def _granted(teller: Teller) -> None:
    """A refused reward is owed again, as far as refunds leave it, or the part that was granted."""
    draw, bench = teller.draw, Bench(teller)
    teller.town.story.limit = 0
    teller.promises(review=teller.terms().review.but(auto_approve_limit_minor=0))
    earned = bench.sells("o1", teller.now_ms)
    (reward,) = teller.rewards()
    refuse = f"/v1/rewards/{reward.reward_id}/refuse"
    teller.wants("refused", teller.asks("usr_fatima", refuse, reason_code="fraud"), "")
    if draw.random() < 0.2:
        _covered(bench, reward)
        return
    back = draw.choice((0, draw.randrange(1, earned), earned))
    if back:
        teller.tells(teller.back("r1", "o1", back * 10, reason="chargeback"))
    teller.wants("a dispute", bench.disputes("reward", reward.reward_id), "")
    left = earned - back
    if left == 0:
        teller.wants("nothing is left", bench.rules("granted"), "cannot_grant")
        return
    for amount in (0, left, left + 1, None):
        teller.wants(f"a part of {amount}", bench.rules("partly", amount), "outcome_does_not_fit")
    third = part_of(earned)
    part = third if third < left and draw.random() < 0.6 else None
    teller.wants("an end", bench.rules("partly" if part else "granted", part), "")
    owed = part or left
    bench.stand("owed again", o1=("on_hold", owed))
    teller.owns(maya=owed)
    if draw.random() < 0.4:
        teller.wants("refused again", teller.asks("usr_dora", refuse, reason_code="other"), "")
        teller.owns()
        teller.wants("a second dispute", bench.disputes("reward", reward.reward_id), "")
        teller.wants("all that is left", bench.rules("granted"), "")
        bench.stand("no more than before", o1=("on_hold", owed))
    if back:
        told = {"refund_id": "r1", "orders": ("o1",), "occurred_ms": teller.now_ms}
        teller.tells(ReinstatementFact.model_validate(told | {"currency": "EUR"}))
        owed = part or earned
        teller.owns(maya=owed)
    approve = f"/v1/rewards/{reward.reward_id}/approve"
    teller.wants("approved", teller.asks("usr_fatima", approve, reason_code="checked_order"), "")
    for _ in range(3):
        bench.midnight(3)
    teller.paid(maya=owed)


def _covered(bench: Bench, reward: Reward) -> None:
    """What a ban covers by then is not granted; what happened just before it is."""
    teller = bench.teller
    (order,) = teller.town.all(Conversion)
    after_ms = teller.draw.choice((0, 1))
    teller.at(teller.now_ms + 1)
    teller.wants("a ban", bench.bans(order.occurred_ms + after_ms), "")
    teller.wants("a dispute", bench.disputes("reward", reward.reward_id), "")
    teller.wants("an end", bench.rules("granted"), "" if after_ms else "cannot_grant")
    teller.owns(maya=reward.earned_minor * after_ms)


BANS = (
    Tale("a ban since a day", _since, daily),
    Tale("a ban is appealed", _appeals, daily),
    Tale("payouts are held", _holds, daily),
    Tale("a refused reward is granted", _granted, daily),
)
