"""Payouts by hand: two or three people let a run pass, and say what became of its file.

Whoever is paid by it lets nothing pass and says nothing of their own money; what failed or came
back is payable again, and the file holds what has no answer.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

from goodword.ledger.model import Balance
from goodword.payouts.confirming import Confirming
from goodword.payouts.filing import Asking, Filing
from goodword.payouts.model import Payout, PayoutRun

from tests.simulation.lambdas import TWICE, asked
from tests.simulation.paydays import Paying
from tests.simulation.smallness import AS_EVER
from tests.simulation.story import DAY_MS, Story
from tests.simulation.tales.teller import Tale, Teller, plain

NAMES = ("maya", "ben", "third")
NO_ONE = "0" * 64


def by_hand(draw: Random) -> Story:
    """Paid at every midnight, by a file for the bank."""
    return replace(plain(draw), rail="csv", paying=Paying("daily"))


class Counter:
    """Where the three people's money of one run is, and what is said of it."""

    def __init__(self, teller: Teller, checkers: int | None = None) -> None:
        self.teller = teller
        draw = teller.draw
        self.owed = {name: draw.randrange(100, 9_000) for name in NAMES}
        self.total = sum(self.owed.values())
        if checkers is not None:
            least = self.total + checkers
            story = teller.town.story
            story.paying = replace(story.paying, checkers=least)
            payment = teller.terms().payment
            teller.promises(payment=payment.but(two_checkers_from_minor=least))
        for number, (name, amount) in enumerate(self.owed.items()):
            sold = teller.sold(f"o{number}", amount * 10, f"adv_{name}", friend=f"c{number}")
            teller.tells(sold)
        self.midnight()
        self.midnight()
        (self.run_id,) = (one.run_id for one in self._runs() if one.state != "settled")

    def midnight(self) -> None:
        """The next one."""
        self.teller.at((self.teller.now_ms // DAY_MS + 1) * DAY_MS)

    @property
    def run(self) -> PayoutRun:
        """As it is now."""
        (run,) = (one for one in self._runs() if one.run_id == self.run_id)
        return run

    def _runs(self) -> list[PayoutRun]:
        every: list[PayoutRun] = self.teller.town.all(PayoutRun)
        return every

    def of(self, name: str) -> Payout:
        """Somebody's payout of the run."""
        every: list[Payout] = self.teller.town.all(Payout)
        (one,) = (
            each
            for each in every
            if (each.run_id, each.advocate_id) == (self.run_id, f"adv_{name}")
        )
        return one

    def says(self, who: str, what: str, refused: str = "", **body: Any) -> None:
        """Somebody does something to the run, and is refused with this code."""
        run, path = self.run, f"/v1/payout-runs/{self.run_id}/{what}"
        known = {"run_hash": run.run_hash, "total_minor": run.total_minor}
        needs = {"request": ("run_hash",), "release": ("run_hash", "total_minor")}.get(what, ())
        said: dict[str, Any] = {name: known[name] for name in needs} | body
        self.teller.wants(f"{who} {what} {body}", self.teller.asks(who, path, **said), refused)

    def stands(self, what: str, state: str, **states: str) -> None:
        """The run's state, the payouts' states, their sums, and what is payable of it."""
        wants, run = self.teller.wants, self.run
        wants(f"run, {what}", run.state, state)
        every = {name: states.get(name, states.get("every", "")) for name in NAMES}
        wants(f"payouts, {what}", {name: self.of(name).state for name in NAMES}, every)
        if state == "settled":
            sums = dict[str, int]()
            for name, one in every.items():
                sums[one] = sums.get(one, 0) + self.owed[name]
            said = {name: one.amount_minor for name, one in run.outcome.items()}
            wants(f"sums, {what}", said, sums)
        self.balances(what, every)

    def balances(self, what: str, states: dict[str, str]) -> None:
        """Payable, in a payout, paid."""
        places = {"paid": 2} | dict.fromkeys(("failed", "returned", "cancelled"), 0)
        for one in self.teller.town.all(Balance):
            name = one.advocate_id.removeprefix("adv_")
            wanted = [0, 0, 0]
            wanted[places.get(states[name], 1)] = self.owed[name]
            said = [one.payable_minor, one.in_payout_minor, one.paid_minor]
            self.teller.wants(f"balance of {name}, {what}", said, wanted)

    def became(self, **states: str) -> None:
        """What has really become of them, as a bank would say."""
        said = {self.of(name).payout_id: state for name, state in states.items()}
        vars(self.teller.town.rail)["said"].update(said)

    def passes(self) -> None:
        """The people let it pass."""
        self.says("usr_anna", "request")
        self.says("usr_carl", "release")
        if self.run.state == "requested":
            self.says("usr_dora", "release")


def _people(teller: Teller) -> None:
    """Who may let a run pass, by which hash and total, and from exactly which amount two check."""
    draw = teller.draw
    beside = draw.choice((0, -1, 1, None))
    two = beside is not None and beside <= 0
    hand = Counter(teller, beside)
    hand.stands("listed", "draft", every="draft")
    teller.wants("its total", (hand.run.count, hand.run.total_minor), (3, hand.total))
    says = hand.says
    says("usr_carl", "release", "run_not_waiting")
    says("usr_anna", "request", "run_changed", run_hash=NO_ONE)
    says("usr_maya", "request", "payee_may_not_request")
    ends = draw.choice(("draft", "requested", "checked", "released", "sent", "", ""))
    if ends == "draft":
        return _cancels(hand)
    says("usr_anna", "request")
    says("usr_anna", "request")
    says("usr_dora", "request", "run_not_waiting")
    hand.stands("requested", "requested", every="draft")
    if ends == "requested":
        return _cancels(hand)
    says("usr_ben", "release", "payee_may_not_release")
    says("usr_anna", "release", "same_person")
    says(f"usr_anna{TWICE}", "release", "same_person")
    says("usr_carl", "release", "run_changed", run_hash=NO_ONE)
    wrong = hand.total + draw.choice((-1, 1))
    says("usr_carl", "release", "total_mismatch", total_minor=wrong)
    hand.stands("not let go", "requested", every="draft")
    says("usr_carl", "release")
    if two:
        said = hand.run.checked_by, hand.run.released_by
        teller.wants("one has checked", said, ("usr_carl", None))
        hand.stands("checked", "requested", every="draft")
        if ends == "checked":
            return _cancels(hand)
        says("usr_carl", "release")
        says(f"usr_carl{TWICE}", "release", "same_person")
        says("usr_anna", "release", "same_person")
        says("usr_third", "release", "payee_may_not_release")
        hand.stands("still", "requested", every="draft")
        says("usr_dora", "release")
    last = "usr_dora" if two else "usr_carl"
    teller.wants("let go by", (hand.run.requested_by, hand.run.released_by), ("usr_anna", last))
    hand.stands("sent", "settled", every="sent")
    says("usr_anna", "cancel", "run_not_waiting", reason_code="other")
    files = teller.town.hands.files[hand.run_id]
    wanted = sorted(hand.of(name).payout_id for name in NAMES)
    teller.wants("the file", list(files), wanted)
    return None


def _cancels(hand: Counter) -> None:
    """It is cancelled: all of it is payable again, and in the next run."""
    hand.says("usr_dora", "cancel", "unknown_reason_code", reason_code="just so")
    hand.says("usr_dora", "cancel", reason_code="wrong_amounts")
    hand.says("usr_anna", "cancel", reason_code="other")
    hand.stands("cancelled", "cancelled", every="cancelled")
    hand.teller.wants("why", hand.run.reason, "wrong_amounts")
    reasons = {hand.of(name).reason for name in NAMES}
    hand.teller.wants("why of each", reasons, {"run_cancelled"})
    hand.says("usr_anna", "request", "run_not_waiting")
    hand.midnight()
    before = hand.run_id
    (hand.run_id,) = (one.run_id for one in hand.teller.town.all(PayoutRun) if one.state == "draft")
    hand.teller.wants("another run", hand.run_id != before, True)
    hand.stands("the next one", "draft", every="draft")


def _confirms(teller: Teller) -> None:
    """People say what became of each; the file that is made anew has what has no answer."""
    draw = teller.draw
    teller.town.parts = AS_EVER
    hand = Counter(teller)
    ids = {name: hand.of(name).payout_id for name in NAMES}

    def word(name: str, outcome: str, **body: str) -> dict[str, str]:
        return {"payout_id": ids[name], "outcome": outcome} | body

    early = draw.choice(("draft", "requested"))
    if early == "requested":
        hand.says("usr_anna", "request")
    hand.says("usr_anna", "confirm", "payout_not_open", **word("ben", "paid", reference="x"))
    hand.says("usr_anna", "confirm", "", all=True, reference="x")
    hand.stands("too early", early, every="draft")
    hand.passes()
    hand.stands("sent", "settled", every="sent")
    paid = word("maya", "paid", reference="bank 1")
    hand.says("usr_maya", "confirm", "payee_may_not_confirm", **paid)
    hand.says("usr_anna", "confirm", "reference_missing", **word("maya", "paid"))
    hand.says("usr_anna", "confirm", "unknown_reason_code", **word("maya", "failed"))
    wrong = word("maya", "returned", reason_code="other")
    hand.says("usr_anna", "confirm", "payout_not_open", **wrong)
    first = draw.choice(("paid", "failed"))
    said = paid if first == "paid" else word("maya", "failed", reason_code="account_closed")
    hand.became(maya=first, ben="paid", third="paid")
    for who in ("usr_anna", "usr_dora"):
        hand.says(who, "confirm", **said)
    other = word("maya", "failed", reason_code="other") if first == "paid" else paid
    hand.says("usr_anna", "confirm", "payout_not_open", **other)
    hand.stands("one of them", "settled", every="sent", maya=first)
    _filed(hand, ("ben", "third"))
    hand.says("usr_ben", "confirm", "", all=True, reference="bank 2")
    hand.stands("all but his own", "settled", maya=first, ben="sent", third="paid")
    teller.wants("under", hand.of("third").reference, "bank 2")
    _filed(hand, ("ben",))
    hand.says("usr_anna", "confirm", "", all=True, reference="bank 3")
    hand.stands("all", "settled", maya=first, ben="paid", third="paid")
    _filed(hand, ())
    hand.became(ben="returned")
    hand.says("usr_anna", "confirm", **word("ben", "returned", reason_code="wrong_details"))
    hand.stands("one is back", "settled", maya=first, ben="returned", third="paid")
    again = {"ben"} | ({"maya"} if first == "failed" else set())
    hand.midnight()
    runs: list[PayoutRun] = [one for one in teller.town.all(PayoutRun) if one.state == "draft"]
    wanted = sum(hand.owed[name] for name in again)
    sums = [(one.count, one.total_minor) for one in runs]
    teller.wants("the next run", sums, [(len(again), wanted)])


class _Files:
    """Where a file goes that is made anew."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def close(self, _: str, payout_ids: Sequence[str]) -> int:
        """Written."""
        self.written = list(payout_ids)
        return 1


def _filed(hand: Counter, names: tuple[str, ...]) -> None:
    """The file is asked for anew: it holds these, or is not needed."""
    teller, files = hand.teller, _Files()
    desk = teller.town.desk(teller.town.person("usr_anna"))
    code = teller.tries("usr_anna", lambda: Asking(desk).ask(hand.run_id))
    teller.wants("a new file", code, "" if names else "no_file_needed")
    if not names:
        return
    teller.tries("files", lambda: Filing(desk, files).write(hand.run_id))
    wanted = sorted(hand.of(name).payout_id for name in names)
    teller.wants("what is in it", files.written, wanted)
    said = hand.run.file_made_ms, hand.run.file_asked_ms
    teller.wants("when it was made", said, (teller.now_ms, None))
    saving = Confirming(teller.town.desk(teller.town.person("usr_dora")))
    teller.tries("usr_dora", lambda: saving.file_saved(hand.run_id))
    teller.wants("who took it", (hand.run.file_by, hand.run.file_ms), ("usr_dora", teller.now_ms))


def _parts(teller: Teller) -> None:
    """A run is confirmed in parts; its own payee goes over it, and leaves the one."""
    teller.town.parts = replace(AS_EVER, rows=1, page=1)
    hand = Counter(teller)
    hand.passes()
    hand.stands("sent", "settled", every="sent")
    path, cursor = f"/v1/payout-runs/{hand.run_id}/confirm", None
    who = teller.draw.choice(("usr_anna", "usr_maya", "usr_third"))
    counts = []
    said: list[Any] = []
    for _ in range(5):
        body = {"all": True, "reference": "bank"} | ({"cursor": cursor} if cursor else {})
        ask = partial(asked, teller.town, who, "POST", path, body)
        teller.tries(who, lambda act=ask: said.append(act()))  # type: ignore[misc]  # a default
        answer = said[-1][1]
        counts.append(answer["count"])
        if not (cursor := answer["next_cursor"]):
            break
    own = who.removeprefix("usr_")
    states = dict.fromkeys(NAMES, "paid") | ({own: "sent"} if own in NAMES else {})
    hand.stands("in parts", "settled", **states)
    teller.wants("each once", sorted(counts)[-3:], [int(own not in NAMES), 1, 1])


BY_HAND = (
    Tale("by hand: who lets it pass", _people, by_hand),
    Tale("by hand: what became of it", _confirms, by_hand),
    Tale("by hand: in parts", _parts, by_hand),
)
