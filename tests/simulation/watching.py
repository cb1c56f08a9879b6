"""Every commit is watched: states move only as the glossary says, with an event, and once frozen
a payout never changes.

The tables below are written down anew from the glossary; they share nothing with the product's.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from goodword.records import Key

from tests.fakes.dynamo import Writes
from tests.simulation.audits import Audits
from tests.simulation.bancheck import banned
from tests.simulation.bans import forgotten
from tests.simulation.comparing import compared
from tests.simulation.deciding import decided, turned
from tests.simulation.giving import watch_hand_out
from tests.simulation.leaving import watch_erased
from tests.simulation.lettercheck import written_of
from tests.simulation.neighbours import traced
from tests.simulation.potchecks import poured
from tests.simulation.questions import asked
from tests.simulation.rails import step_in
from tests.simulation.runchecks import left_behind
from tests.simulation.standing import Stood
from tests.simulation.stepping import stepped
from tests.simulation.takings import Takings

if TYPE_CHECKING:
    from tests.simulation.town import Town

NEW = ""
MOVES = {
    "reward": {
        NEW: {"pending", "on_hold", "void"},  # on hold while a bank asks
        "pending": {"on_hold", "approved", "void", "rejected"},  # by a check that may
        "on_hold": {"pending", "approved", "rejected", "void"},
        "approved": {"on_hold", "due", "void"},
        "due": {"batched", "reversed", "paid"},  # paid at once: what is no money
        "batched": {"due", "paid", "reversed"},
        "paid": {"reversed", "due"},
        "rejected": {"pending"},  # a dispute about it is granted
        "void": {"pending"},  # a refund is given again
        "reversed": {"due", "paid"},
    },
    "payout": {
        NEW: {"draft"},
        "draft": {"sent", "failed", "cancelled"},
        "sent": {"unknown", "paid", "failed", "returned"},
        "unknown": {"sent", "paid", "failed", "returned"},
        "paid": {"returned"},
    },
    "payout_run": {
        NEW: {"draft"},
        "draft": {"requested", "settled", "cancelled", "expired"},
        "requested": {"released", "cancelled", "expired"},
        "released": {"sending", "cancelled"},
        "sending": {"settled"},
    },
    "conversion": {
        NEW: {"unattributed", "qualified", "disqualified", "waiting"},
        "unattributed": {"qualified", "disqualified", "waiting"},
        "qualified": {"unattributed", "disqualified"},
        "disqualified": {"unattributed", "qualified", "waiting"},
        "waiting": {"unattributed", "qualified", "disqualified"},
    },
    "delivery": {
        NEW: {"waiting", "quarantined"},
        "waiting": {"booked", "ignored", "not_understood"},
        "not_understood": {"waiting"},
    },
}
FROZEN = ("rewards", "carry_minor", "amount_minor", "destination_hash", "run_id", "rail")
NO_EVENT = {"delivery"}
LAPSED, TOO_LARGE = "review_lapsed_release", "over_auto_approve_limit"
REASONED = {
    "reward": {"rejected", "void", "reversed"},
    "payout": {"failed", "cancelled"},
    "payout_run": {"cancelled", "expired"},
    "conversion": {"unattributed", "disqualified"},
    "delivery": {"not_understood", "ignored", "quarantined"},
}
CONSTANT = {"reward": ("earned_minor", "hold_until_ms", "advocate_id", "currency")}


def set_aside(
    town: "Town", pairs: Sequence[tuple[dict[str, Any] | None, dict[str, Any]]]
) -> Iterator[str]:
    """A delivery is set aside only if another body has come under its id before."""
    for _, new in pairs:
        if new["kind"] == "delivery" and new["state"] == "quarantined":
            first = town.memory.items.get(Key("arrivals", new["pk"], "BODY"))
            if first is None or first["body_hash"] == new["body_hash"]:
                yield f"{new['delivery_id']} is set aside, and there is no other body"


JUDGES = (stepped, poured, written_of, banned, set_aside)


class Watch:
    """Told by the table of every write, as it is written."""

    def __init__(self, town: "Town") -> None:
        self._town, self.judges = town, True
        self._watchers = (Takings(town), Audits(town))

    def see(self, writes: Writes) -> None:
        """Judge one put or transaction, unless nobody `judges`; what it replaces comes with it."""
        if self.judges:
            self._judge_all(
                [(key, old and old.plain, new and new.plain) for key, old, new in writes]
            )
        if self._town.baton.current is not None:
            said = sorted({key.sk.split("#")[0] for key, _, _ in writes})
            self._town.tell(f"    commit {' '.join(said)}")
        self._town.committed(
            [(key, new) for (key, old, new) in writes if new is not None and old is None]
        )

    def _judge_all(self, plain: list[Any]) -> None:
        events = sum(new is not None and new["kind"] == "event" for _, _, new in plain)
        for key, old, new in plain:
            if key.table == "journal" and (old is not None or new is None):
                self._town.fail(f"{key.pk} {key.sk} of the journal was written over")
            if new is not None:
                self._judge(old, new, events)
                self._told(old, new, plain)
                if new.get("version", 1) != (old or {}).get("version", 0) + 1:
                    self._town.fail(f"{new['kind']} was written over what nobody had read")
        pairs = [(old, new) for _, old, new in plain if new is not None]
        for what in chain(*(judge(self._town, pairs) for judge in JUDGES)):
            self._town.fail(what)
        for one in self._watchers:
            one.see(plain)
        self._decided({str(new["kind"]): (old, new) for _, old, new in plain if new is not None})

    def _told(self, old: dict[str, Any] | None, new: dict[str, Any], plain: list[Any]) -> None:
        """Whoever looks at one kind of record."""
        match new["kind"]:
            case "hand_out" if old is None:
                watch_hand_out(self._town, new)
            case "conversion" if old is None:
                traced(self._town, new)
            case "enrolment":
                stood = self._town.stood[str(new["advocate_id"])]
                stood.append(Stood(self._town.clock.at_ms, new))
            case "inquiry":
                self._asked(new, plain)
            case "ban":
                for what in forgotten(self._town, old, new):
                    self._town.fail(what)
            case "open_comparison":
                for what in compared(self._town, old, new):
                    self._town.fail(what)
            case "advocate":
                watch_erased(self._town, old, new)

    def _asked(self, question: dict[str, Any], plain: list[Any]) -> None:
        """I5: what a bank asks about stands still."""
        written = [(old, new) for _, old, new in plain if new is not None]
        for what in asked(self._town, question, written):
            self._town.fail(what)

    def _decided(self, written: dict[str, tuple[dict[str, Any] | None, dict[str, Any]]]) -> None:
        """I11: what a decision says of limits and places was so at its commit."""
        if "program" in written:
            turned(self._town, *written["program"])
        if "decision" in written and "conversion" in written:
            before, after = written["conversion"]
            for what in decided(self._town, written["decision"][1], before, after):
                self._town.fail(what)

    def _covered(self, payout: dict[str, Any]) -> None:
        """I3: what is left payable once a payout is frozen is what the other due rewards hold."""
        for what in left_behind(self._town, payout):
            self._town.fail(what)
        items = self._town.dynamo
        mine = (payout["advocate_id"], payout["program_id"], payout["currency"])
        left = sum(
            one.plain["remaining_minor"]
            for one in items.of_kind("reward")
            if one.plain["state"] == "due" and _whose(one.plain) == mine
        )
        for one in items.of_kind("balance"):
            rest = one.plain["payable_minor"] - left if _whose(one.plain) == mine else 0
            step = step_in(self._town.story)
            if not 0 <= rest < step or payout["amount_minor"] % step:
                self._town.fail(
                    f"{payout['payout_id']} of {payout['amount_minor']} leaves {rest} too much"
                )

    def _judge(self, old: dict[str, Any] | None, new: dict[str, Any], events: int) -> None:
        kind = new["kind"]
        if kind not in MOVES:
            return
        was, now = (old or {}).get("state", NEW), new["state"]
        if was != now:
            self._town.tell(f"    {kind} {was or 'new'} -> {now} {new.get('reason', '')}")
            if now not in MOVES[kind].get(was, set()):
                self._town.fail(f"{kind} moved from {was or 'nothing'} to {now}")
            if not events and kind not in NO_EVENT:
                self._town.fail(f"{kind} moved to {now} and no event tells of it")
        if now in REASONED[kind] and not new.get("reason"):
            self._town.fail(f"{kind} is {now} without a reason")
        if kind == "reward" and old is not None:
            self._rewarded(old, new)
        if kind == "payout" and old is None:
            self._covered(new)
        fixed = FROZEN if kind == "payout" else CONSTANT.get(kind, ())
        for name in fixed if old else ():
            if old is not None and old.get(name) != new.get(name):
                self._town.fail(f"{kind}: {name} changed after it was fixed")

    def _rewarded(self, old: dict[str, Any], new: dict[str, Any]) -> None:
        """No reward is paid beside a payout, and time alone releases only what was too large."""
        if (old["state"], new["state"]) == ("due", "paid") and not new.get("hand_out_id"):
            self._town.fail("a reward is paid out of no payout")
        if new["reason"] == LAPSED != old["reason"] != TOO_LARGE:
            self._town.fail(f"a lapse released what was held for {old['reason']}")


def _whose(item: dict[str, Any]) -> tuple[str, str, str]:
    return item["advocate_id"], item["program_id"], item["currency"]
