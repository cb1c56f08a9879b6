"""Nothing goes out to somebody who was stopped meanwhile; what went out can be let go of."""

from collections.abc import Callable

import pytest
from goodword.advocates.model import Advocate
from goodword.conversions.forgetting import Forgetting
from goodword.conversions.model import Customer
from goodword.errors import Conflict
from goodword.payouts.stops import Holding
from goodword.ports import Change
from goodword.programs.model import FlatReward
from goodword.rewards.handed import HandOut, forget_references, hand_outs_of
from goodword.rewards.handing import HandOuts
from goodword.trust.banning import Ban, Bans, ban_key

from tests.support.desk import PlainIndex
from tests.support.handing import FAY, Counter
from tests.support.scene import JOINED_MS, MAYA, PROGRAM

EMAIL = "friend@x.example"
BOTH = {
    "rule_id": "both",
    "action": "sale",
    "reward": FlatReward(amount_minor=100),
    "unit": "points",
    "friend": {"reward": {"kind": "flat", "amount_minor": 1}, "unit": "gift", "item": "mug"},
}


def head(counter: Counter, **fields: int) -> None:
    """Maya's head, new or changed."""
    before = [one for one in counter.all(Advocate) if one.advocate_id == MAYA]
    change = Change()
    change.save((before or [Advocate(advocate_id=MAYA, created_ms=1)])[0].but(**fields))
    counter.store.commit(change)


def hold(counter: Counter) -> None:
    Holding(counter.desk(FAY)).hold(MAYA, "legal_request", None)


def pause(counter: Counter) -> None:
    counter.set_enrolment(MAYA, "paused")


def ban(counter: Counter) -> None:
    head(counter)
    Bans(counter.desk(FAY)).ban(MAYA, PROGRAM, "spam", JOINED_MS, None)


def erase(counter: Counter) -> None:
    head(counter, erased_ms=counter.clock.at_ms)


@pytest.mark.parametrize("has_head", [False, True])
@pytest.mark.parametrize(
    ("act", "code"),
    [
        (hold, "not_payable"),
        (pause, "not_payable"),
        (erase, "not_payable"),
        (ban, "nothing_to_hand_over"),
    ],
)
def test_whoever_is_stopped_at_that_moment_gets_nothing(
    act: Callable[[Counter], None], code: str, has_head: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = Counter()
    counter.order("1")
    counter.mature()
    if has_head:
        head(counter)
        holding = Holding(counter.desk(FAY))
        (cause,) = holding.hold(MAYA, "other", None).causes
        holding.lift(MAYA, cause, "other", None)
    commit = counter.store.commit

    def meanwhile(change: Change) -> None:
        monkeypatch.setattr(counter.store, "commit", commit)
        act(counter)
        commit(change)

    monkeypatch.setattr(counter.store, "commit", meanwhile)
    with pytest.raises(Conflict) as wrong:
        counter.hand(100)
    assert wrong.value.code == code
    assert counter.all(HandOut) == []
    assert counter.purse().paid_minor == 0
    assert counter.ledger_differences() == []


def test_while_a_ban_still_takes_back_nothing_goes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    counter = Counter()
    counter.order("1")
    counter.mature()
    with monkeypatch.context() as patch:
        patch.setattr(Bans, "carry_out", lambda *_: None)  # the call was cut off
        ban(counter)
    assert counter.owed()[0].bar == "enrolment_banned"
    with pytest.raises(Conflict, match="enrolment_banned"):
        counter.hand(100)
    Bans(counter.desk(FAY)).carry_out(MAYA, PROGRAM)
    found = counter.store.get(Ban, ban_key(MAYA, PROGRAM))
    assert found is not None
    assert (found.voided, found.voiding, counter.owed()) == (1, False, [])


def test_what_was_earned_before_a_violation_still_goes_out() -> None:
    counter = Counter()
    counter.order("1")
    counter.mature()
    head(counter)
    Bans(counter.desk(FAY)).ban(MAYA, PROGRAM, "spam", counter.clock.at_ms, None)
    assert counter.hand(100).amount_minor == 100


def test_an_erased_person_is_listed_but_gets_nothing() -> None:
    counter = Counter()
    counter.order("1")
    counter.mature()
    erase(counter)
    assert counter.owed()[0].bar == "erased"


def test_the_newest_comes_first_and_references_can_be_let_go() -> None:
    counter = Counter()
    for name in ("1", "2", "3"):
        counter.order(name)
        counter.mature()
        counter.hand(100, reference=f"box {name}")
    first = hand_outs_of(counter.store, MAYA, 2, None)
    rest = hand_outs_of(counter.store, MAYA, 2, first.cursor)
    made = [one.reference for page in (first, rest) for one in page.rows]
    assert made == ["box 3", "box 2", "box 1"]
    for _ in range(2):
        forget_references(counter.store, MAYA)
        assert [one.reference for one in counter.all(HandOut)] == [""] * 3
    assert {one.version for one in counter.all(HandOut)} == {2}
    assert counter.ledger_differences() == []


def test_what_a_forgotten_friend_got_leads_nowhere() -> None:
    counter = Counter(BOTH)
    counter.sale("1", 5_000, click_ids=(counter.click(),), customer=Customer(email=EMAIL))
    counter.mature()
    ((gift,), _) = (counter.owed("GIFTS"), counter.hand(100))
    friend = gift.advocate_id
    HandOuts(counter.desk(FAY)).hand_over(friend, PROGRAM, "GIFTS", 1, "parcel 12")
    key = PlainIndex().mac("email", EMAIL)
    for _ in range(2):
        Forgetting(counter.desk()).forget(PROGRAM, key)
        made = {one.advocate_id: one.reference for one in counter.all(HandOut)}
        assert made == {MAYA: "box 7", friend: ""}
