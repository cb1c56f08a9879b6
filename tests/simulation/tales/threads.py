"""A dispute from its first word to its end: who writes when, whose turn it is, and until when.

Time is exact to the millisecond, and what is refused changes nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from goodword.errors import GoodwordError
from goodword.events import Actor, Event
from goodword.payouts.model import Payout
from goodword.payouts.stops import PayoutStop
from goodword.ports import Desk
from goodword.trust.dispute import Dispute, OpenDisputes
from goodword.trust.disputing import Disputes, Wish
from goodword.trust.resolving import Resolving, Ruling
from goodword_aws.workflow import StepFunctions

from tests.simulation.complaints import PlainTexts
from tests.simulation.story import DAY_MS
from tests.simulation.tales.teller import Tale, Teller
from tests.support.scene import PROGRAM

MAYA, BEN = "adv_maya", "adv_ben"
DAYS, LATER = 5, 2  # until somebody must have answered, and until staff is reminded again
ENDS = Ruling(outcome="upheld", reason="other", learned="nothing")


class Court:
    """One dispute after the other, by whoever it is."""

    def __init__(self, teller: Teller) -> None:
        self.teller = teller

    def of(self, who: Actor) -> Disputes:
        """The use cases, as somebody has them."""
        town = self.teller.town
        desk = Desk(store=town.memory, clock=town.clock, ids=town.ids, actor=who)
        return Disputes(desk, PlainTexts())  # type: ignore[arg-type]  # nobody is erased here

    @property
    def staff(self) -> Disputes:
        """As Carl has them."""
        return self.of(self.teller.town.person("usr_carl"))

    def opens(self, about: str, subject: str = "", who: str = MAYA, **more: Any) -> str:
        """Somebody disputes something; why it is refused."""
        told: dict[str, Any] = {"about": about, "subject_id": subject, "text": "why?"} | more
        wish = Wish(program_id=PROGRAM, **told)
        return self.tries(lambda: self.of(Actor(kind="advocate", id=who)).open(who, wish))

    def says(self, text: str, by: Any = "advocate") -> str:
        """One more message; why it is refused."""
        disputes, name = self.staff, self.last.dispute_id
        if by == "staff":
            return self.tries(lambda: disputes.answer(name, text, None))
        return self.tries(lambda: disputes.write(name, "advocate", MAYA, text))

    def ends(self, own: str | None = None, **said: Any) -> str:
        """Carl decides; why it is refused."""
        end = Resolving(self.staff.desk, self.staff, StepFunctions(self.teller.town))
        ruling, name = replace(ENDS, **said), self.last.dispute_id
        return self.tries(lambda: end.resolve(name, ruling, own))

    def tries(self, act: Callable[[], object]) -> str:
        """The code of the refusal: nothing is written then."""
        commits = self.teller.town.commits
        try:
            act()
        except GoodwordError as refused:
            self.teller.wants("written", self.teller.town.commits, commits)
            return refused.code
        return ""

    @property
    def last(self) -> Dispute:
        """The one that was opened last."""
        every: list[Dispute] = self.teller.town.all(Dispute)
        return max(every, key=lambda one: (one.opened_ms, one.dispute_id))

    def stands(self, what: str, state: str, turn: str, due_ms: int, messages: int) -> None:
        """So it is by now."""
        one = self.last
        said = one.state, one.turn, one.due_ms, one.messages
        self.teller.wants(what, said, (state, turn, due_ms, messages))

    def open_ones(self) -> list[str]:
        """What runs of payouts know of."""
        found: list[OpenDisputes] = self.teller.town.all(OpenDisputes)
        return [one.dispute_id for each in found for one in each.disputes]

    def later(self, ms: int) -> int:
        """The clock goes on, and nothing rings; what time it is."""
        self.teller.town.clock.at_ms += ms
        return self.teller.now_ms


def _refused(teller: Teller, court: Court) -> None:
    """What nobody can dispute."""
    teller.tells(teller.sold("o1", 5_000, MAYA))
    (reward,) = teller.rewards()
    now_ms, wants = teller.now_ms, teller.wants
    lost: dict[str, Any] = {"order_number": "o7", "ordered_ms": now_ms}
    for wanted, told in (
        ("order_not_named", lost | {"order_number": ""}),
        ("order_not_named", lost | {"ordered_ms": None}),
        ("order_in_the_future", lost | {"ordered_ms": now_ms + 1}),
        ("no_text", lost | {"text": " \n "}),
        ("text_too_long", lost | {"text": "x" * 2_001}),
    ):
        wants(wanted, court.opens("missing_conversion", **told), wanted)
    wants("no payout", court.opens("payout", "pay_x"), "unknown_payout")
    wants("not held", court.opens("hold", reward.reward_id), "not_on_hold")
    wants("another's", court.opens("reward", reward.reward_id, BEN), "unknown_reward")
    wants("no reward", court.opens("reward", "rwd_x"), "unknown_reward")
    wants("nothing runs", court.open_ones(), [])
    wants("one's own", court.opens("reward", reward.reward_id), "")
    wants("twice", court.opens("reward", reward.reward_id), "disputed_already")
    wants("an end", court.ends(), "")
    wants("after its end", court.opens("reward", reward.reward_id), "")
    wants("taken back", court.tries(lambda: court.staff.withdraw(court.last.dispute_id)), "")


def _thread(teller: Teller) -> None:
    """Each answer gives the turn to the other, with time of its own; who answers in time or not."""
    draw, court, wants = teller.draw, Court(teller), teller.wants
    _refused(teller, court)
    court.later(1)
    lost: dict[str, Any] = {"order_number": "o7", "ordered_ms": teller.now_ms}
    wants("it is told", court.opens("missing_conversion", text="x" * 2_000 + " ", **lost), "")
    due_ms, turn, state, count = teller.now_ms + DAYS * DAY_MS, "staff", "open", 1
    court.stands("at first", state, turn, due_ms, count)
    wants("it runs", court.open_ones(), [court.last.dispute_id])
    for _ in range(draw.randrange(5)):
        by = draw.choice(("staff", "advocate"))
        now_ms = court.later(draw.randrange(1, DAY_MS))
        wants("a word", court.says(f"from {by}", by), "")
        if by == turn:
            due_ms, turn = now_ms + DAYS * DAY_MS, "advocate" if by == "staff" else "staff"
        state, count = "answered" if by == "staff" else state, count + 1
        court.stands(f"after {by}", state, turn, due_ms, count)
        wants("changed", court.last.changed_ms, now_ms)
    wants("no word", court.says("  "), "no_text")
    wants("too long", court.says("y" * 2_001), "text_too_long")
    own = court.tries(lambda: court.staff.answer(court.last.dispute_id, "so", MAYA))
    wants("one's own", own, "payee_may_not_decide")
    _full(court) if draw.random() < 0.2 else _late(court, due_ms, turn)
    _over(court)


def _full(court: Court) -> None:
    """Fifty messages are the most; then it is decided."""
    for _ in range(50 - court.last.messages):
        court.teller.wants("a word", court.says("again"), "")
    for by in ("staff", "advocate"):
        court.teller.wants("one too many", court.says("more", by), "thread_full")
    texts = court.staff.thread(court.last)
    court.teller.wants("all of them", [one.number for one, _ in texts], [*range(1, 51)])
    for wanted, more in (
        ("unknown_reason_code", {"reason": "so"}),
        ("unknown_reason_code", {"learned": "so"}),
        ("payee_may_not_decide", {"own": MAYA}),
        ("outcome_does_not_fit", {"outcome": "partly"}),
        ("", {}),
    ):
        court.teller.wants(wanted or "an end", court.ends(**more), wanted)
    one = court.last
    said = one.state, one.outcome, one.reason, one.learned, one.decided_by
    court.teller.wants("so", said, ("resolved", "upheld", "other", "nothing", "usr_carl"))


def _late(court: Court, due_ms: int, turn: str) -> None:
    """Staff is reminded, again and again; an advocate who does not answer has it ended."""
    wants, none = court.teller.wants, {"escalated": 0, "lapsed": 0}
    wants(
        "in time", court.staff.sweep() if court.later(due_ms - 1 - court.teller.now_ms) else 0, none
    )
    now_ms = court.later(1)
    before = court.last
    if turn == "advocate":
        wants("too late", court.staff.sweep(), none | {"lapsed": 1})
        one = court.last
        said = one.state, one.outcome, one.reason, one.learned, one.decided_by, one.changed_ms
        wanted = ("resolved", "upheld", "no_answer", "nothing", None, now_ms)
        wants("ended", said, wanted)
        wants("once", court.staff.sweep(), none)
        return
    for number in (1, 2):
        wants("too late", court.staff.sweep(), none | {"escalated": 1})
        due_ms = court.teller.now_ms + LATER * DAY_MS
        court.stands("reminded", before.state, turn, due_ms, before.messages)
        wants("how often", court.last.escalations, number)
        court.later(LATER * DAY_MS - 1)
        wants("in time", court.staff.sweep(), none)
        court.later(1)
    wants("taken back", court.tries(lambda: court.staff.withdraw(court.last.dispute_id)), "")
    wants("so", (court.last.state, court.last.reason), ("withdrawn", "own_wish"))


def _over(court: Court) -> None:
    """What is over stays so."""
    wants, one = court.teller.wants, court.last
    wants("nothing runs", court.open_ones(), [])
    wants("a word", court.says("but"), "dispute_over")
    wants("an answer", court.says("no", "staff"), "dispute_over")
    wants("an end", court.ends(), "dispute_over")
    again = court.tries(lambda: court.staff.withdraw(one.dispute_id))
    wants("taken back", again, "" if one.state == "withdrawn" else "dispute_over")
    wants("as it was", court.last, one)
    wants(
        "in the listing",
        [each.dispute_id for each in court.staff.of(MAYA, 1, None).rows],
        [one.dispute_id],
    )
    told: list[Event] = [
        each for each in court.teller.town.all(Event) if each.subject == one.dispute_id
    ]
    ends = [each.reason for each in told if each.type == f"dispute.{one.state}"]
    wants("is told once", ends, [one.reason])


def _payment(teller: Teller) -> None:
    """A payment in dispute stops others until that is over; granted, it is payable again."""
    draw, court, wants = teller.draw, Court(teller), teller.wants
    net = draw.randrange(2_000, 90_000, 10)
    teller.tells(teller.sold("o1", net, MAYA))
    teller.pays()
    (paid,) = teller.town.all(Payout)
    wants("another's", court.opens("payout", paid.payout_id, BEN), "unknown_payout")
    wants("a dispute", court.opens("payout", paid.payout_id), "")
    (stop,) = teller.town.all(PayoutStop)
    wants("stopped", stop.reason, "dispute_open")
    outcome = draw.choice(("granted", "granted", "partly", "upheld", "taken back", "late"))
    if outcome == "taken back":
        wants("ended", court.tries(lambda: court.staff.withdraw(court.last.dispute_id)), "")
    elif outcome == "late":
        wants("asked", court.says("which bank?", "staff"), "")
        court.later(DAYS * DAY_MS)
        wants("ended", court.staff.sweep(), {"escalated": 0, "lapsed": 1})
    else:
        wants("ended", court.ends(outcome=outcome), "")
    (stop,), (after,) = teller.town.all(PayoutStop), teller.town.all(Payout)
    wants("not any more", stop.reason, None)
    wants("the payment", after.state, "returned" if outcome == "granted" else "paid")
    teller.owns(maya=net // 10)


THREADS = (
    Tale("a dispute, word by word", _thread, judged=False),
    Tale("a payment in dispute", _payment, judged=False),
)
