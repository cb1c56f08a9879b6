"""A ban has a reason, a day and an appeal; what was earned before stays and is paid."""

import pytest
from goodword.advocates.model import Advocate, Enrolment, Link, LinkOfAdvocate
from goodword.errors import Conflict, InvalidInput, NotAllowed, NotFound
from goodword.limits import BAN_AHEAD_PAGES_MAX
from goodword.payouts.choice import bar
from goodword.ports import Change, Page
from goodword.rewards.model import Reward
from goodword.times import DAY_MS
from goodword.trust.banning import Ahead, Ban, Bans
from goodword.trust.disputing import Disputes, Wish
from goodword.trust.exempting import Exemptions
from goodword.trust.resolving import Resolving, Ruling

from tests.fakes.privacy import MemoryVault
from tests.support.scene import JOINED_MS, MAYA, PROGRAM, Scene


class Court(Scene):
    """A scene in which Maya can be banned."""

    def __init__(self, **changes: object) -> None:
        super().__init__(**changes)
        change = Change()
        change.create(Advocate(advocate_id=MAYA, created_ms=0, links=1))
        self.store.commit(change)
        self.bans = Bans(self.desk("fay"))
        self.exemptions = Exemptions(self.desk("fay"))

    def bought(self, order_id: str, *, due: bool = False) -> Reward:
        customer = {"customer_id": order_id}
        self.sale(order_id, click_ids=(self.click(),), customer=customer)
        reward = self.of(order_id)
        self.approval.assess(reward.reward_id)
        if due:
            self.clock.advance(14 * DAY_MS)
            self.approval.post(reward.reward_id)
        return self.of(order_id)

    def of(self, order_id: str) -> Reward:
        return next(one for one in self.all(Reward) if one.order_id == order_id)

    def ban(self, since_ms: int | None = None, reason: str = "spam", by: str | None = None) -> Ban:
        since = self.clock.at_ms if since_ms is None else since_ms
        return self.bans.ban(MAYA, PROGRAM, reason, since, by)

    def swept(self) -> int:
        def tell(_ban: Ban, failure: Exception) -> None:
            raise failure

        return self.bans.sweep(tell)

    @property
    def enrolment(self) -> Enrolment:
        return next(one for one in self.all(Enrolment) if one.advocate_id == MAYA)


def test_what_was_earned_before_stays_and_is_paid_and_the_rest_is_void() -> None:
    here = Court()
    here.bought("before", due=True)
    since = here.clock.at_ms
    here.clock.advance(DAY_MS)
    here.bought("after")
    here.bought("due-since", due=True)
    here.clock.advance(DAY_MS)
    ban = here.ban(since)
    assert (ban.voided, ban.voiding, ban.paid_before) == (2, False, 0)
    assert ban.appeal_until_ms == here.clock.at_ms + 30 * DAY_MS
    assert [here.of(one).state for one in ("before", "after", "due-since")] == [
        "due",
        "void",
        "reversed",
    ]
    assert here.of("after").reason == here.of("due-since").reason == "ban"
    assert here.balance().payable_minor == 500
    assert here.ledger_differences() == []
    assert (here.enrolment.state, bar(here.enrolment)) == ("banned", None)
    assert bar(here.enrolment.but(keeps_earned=False)) == "enrolment_banned"
    said = here.events("enrolment.banned")[0]
    assert (said.reason, said.data["appeal_until_ms"]) == ("spam", ban.appeal_until_ms)
    assert here.events("enrolment.ban_carried_out")[0].data["voided"] == 2


def test_what_a_ban_would_cancel_is_known_before_it() -> None:
    here = Court()
    here.bought("before", due=True)
    here.clock.advance(DAY_MS)
    since = here.clock.at_ms
    here.bought("after")
    paid = here.bought("paid", due=True)
    change = Change()
    change.replace(paid.but(state="paid"))
    here.store.commit(change)
    assert here.bans.ahead(MAYA, PROGRAM, since) == Ahead(1, {"EUR": 500}, 1, more=False)
    assert here.bans.ahead(MAYA, PROGRAM, JOINED_MS).sums == {"EUR": 1_000}
    assert here.bans.ahead(MAYA, PROGRAM, here.clock.at_ms) == Ahead(0, {}, 0, more=False)
    ban = here.ban(since)
    assert (ban.voided, ban.paid_before) == (1, 1)
    with pytest.raises(Conflict, match="enrolment_cannot_move"):
        here.bans.ahead(MAYA, PROGRAM, since)
    with pytest.raises(InvalidInput, match="since_in_the_future"):
        here.bans.ahead(MAYA, PROGRAM, here.clock.at_ms + 1)


def test_what_is_ahead_is_read_in_bounds_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Court()
    read: list[Page[Reward]] = []

    def page(*_: object, **__: object) -> Page[Reward]:
        read.append(Page([], "more"))
        return read[-1]

    monkeypatch.setattr(here.store, "query", page)
    assert here.bans.ahead(MAYA, PROGRAM, JOINED_MS) == Ahead(0, {}, 0, more=True)
    assert len(read) == BAN_AHEAD_PAGES_MAX


def test_a_ban_begins_no_earlier_than_its_person_joined() -> None:
    here = Court()
    for early in (JOINED_MS - 2 * DAY_MS, 0, -61_000_000_000_000):
        with pytest.raises(InvalidInput, match="since_before_joining"):
            here.ban(early)
        with pytest.raises(InvalidInput, match="since_before_joining"):
            here.bans.ahead(MAYA, PROGRAM, early)
    assert here.all(Ban) == []
    assert here.ban(JOINED_MS - DAY_MS).state == "banned"


def test_what_was_paid_already_is_only_counted() -> None:
    here = Court()
    reward = here.bought("1", due=True)
    change = Change()
    change.replace(reward.but(state="paid"))
    here.store.commit(change)
    assert here.ban(JOINED_MS).paid_before == 1
    assert here.of("1").state == "paid"


def test_links_follow_and_later_orders_earn_nothing() -> None:
    here = Court()
    here.ban()
    here.sale("late", click_ids=(here.click(),))
    assert here.conversion.reason == "enrolment_banned"
    assert here.all(Link)


def test_a_ban_has_a_known_reason_and_a_day_that_has_been() -> None:
    here = Court()
    with pytest.raises(InvalidInput, match="unknown_reason_code"):
        here.ban(reason="dislike")
    with pytest.raises(InvalidInput, match="since_in_the_future"):
        here.ban(here.clock.at_ms + 1)
    with pytest.raises(NotAllowed, match="payee_may_not_decide"):
        here.ban(by=MAYA)
    with pytest.raises(NotFound, match="not_enrolled"):
        here.bans.ban("adv_none", PROGRAM, "spam", 0, None)
    here.ban()
    with pytest.raises(Conflict, match="enrolment_cannot_move"):
        here.ban()
    with pytest.raises(NotFound, match="not_banned"):
        here.bans.carry_out("adv_none", PROGRAM)


def test_an_appeal_is_a_dispute_and_lifts_the_ban() -> None:
    here = Court()
    here.ban()
    disputes = Disputes(here.desk("frank"), MemoryVault())
    resolving = Resolving(here.desk("frank"), disputes, here.workflow)
    appeal = disputes.open(MAYA, Wish(PROGRAM, "ban", "I did not."))
    with pytest.raises(InvalidInput, match="outcome_does_not_fit"):
        resolving.resolve(appeal.dispute_id, Ruling("partly", "other", "nothing"), None)
    ruling = Ruling("granted", "mistake_of_ours", "staff_mistake")
    resolving.resolve(appeal.dispute_id, ruling, None)
    assert (here.enrolment.state, here.one(Ban).state) == ("active", "lifted")
    with pytest.raises(NotFound, match="not_banned"):
        here.bans.lift(Change(), MAYA, PROGRAM, "again")
    assert here.ban(reason="spam").state == "banned"


def test_nobody_takes_part_again_who_was_erased_meanwhile() -> None:
    here, change = Court(), Change()
    own = [one for one in here.all(Link) if one.advocate_id == MAYA]
    for one in own:
        fields = one.model_dump(include={"advocate_id", "link_id", "code", "program_id"})
        change.create(LinkOfAdvocate(**fields, created_ms=one.created_ms))
    here.store.commit(change)
    here.ban()
    gone = Change()
    gone.replace(here.one(Advocate).but(erased_ms=here.clock.at_ms))
    here.store.commit(gone)
    lifted = Change()
    here.bans.lift(lifted, MAYA, PROGRAM, "mistake_of_ours")
    here.store.commit(lifted)
    assert (here.enrolment.state, here.one(Ban).state) == ("banned", "lifted")
    assert {one.state for one in here.all(Link) if one.advocate_id == MAYA} == {"paused"}


def test_a_ban_without_an_end_stops_at_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Court()
    monkeypatch.setattr("goodword.trust.banning.QUERY_PAGES_MAX", 1)
    monkeypatch.setattr("goodword.trust.banning.BAN_REWARDS_PAGE", 1)
    here.bought("1")
    here.bought("2")
    assert here.ban(JOINED_MS).voiding
    assert here.swept() == 1


def test_an_appeal_has_its_time() -> None:
    here = Court()
    ban = here.ban()
    here.clock.at_ms = ban.appeal_until_ms
    disputes = Disputes(here.desk("frank"), MemoryVault())
    with pytest.raises(Conflict, match="appeal_over"):
        disputes.open(MAYA, Wish(PROGRAM, "ban", "I did not."))


def test_a_ban_that_was_cut_off_is_finished_by_the_sweep() -> None:
    here = Court(caps=())
    for n in range(27):
        here.bought(f"o{n}")
    since = here.clock.at_ms
    carry_out = Bans.carry_out
    try:
        Bans.carry_out = lambda self, *_: here.one(Ban)  # type: ignore[method-assign]
        assert here.ban(since).voiding
    finally:
        Bans.carry_out = carry_out  # type: ignore[method-assign]
    assert here.swept() == 1
    assert (here.one(Ban).voided, here.swept()) == (27, 0)
    assert here.bans.carry_out(MAYA, PROGRAM).voided == 27
    assert {one.state for one in here.all(Reward)} == {"void"}
    assert here.ledger_differences() == []


def test_counting_again_after_a_crash_counts_the_same() -> None:
    here = Court()
    here.bought("1")
    ban = here.ban(here.clock.at_ms)
    change = Change()
    change.replace(here.one(Ban).but(voiding=True, cursor=None, voided=0))
    here.store.commit(change)
    assert here.bans.carry_out(MAYA, PROGRAM).voided == ban.voided == 1


def test_a_refused_reward_is_no_part_of_it_nor_one_whose_order_is_gone() -> None:
    here = Court(review={"auto_approve_limit_minor": 0})
    refused = here.bought("1")
    here.approval.decide(refused.reward_id, approve=False, code="fraud", decider_advocate_id=None)
    assert here.ban(JOINED_MS).voided == 0
    assert here.bans._void(here.one(Ban), "rwd_none") == ""
    gone = Court()
    gone.bought("1")
    change = Change()
    change.delete(gone.conversion)
    gone.store.commit(change)
    assert gone.ban(JOINED_MS).voided == 1


def test_exemptions_have_a_reason_an_end_and_an_event() -> None:
    here = Court()
    until = here.clock.at_ms + DAY_MS
    for reason, end, who, error in (
        ("liked", until, None, InvalidInput),
        ("other", here.clock.at_ms, None, InvalidInput),
        ("other", here.clock.at_ms + 366 * DAY_MS, None, InvalidInput),
        ("other", until, MAYA, NotAllowed),
    ):
        with pytest.raises(error):
            here.exemptions.give(MAYA, PROGRAM, reason, end, who)
    with pytest.raises(NotFound, match="not_enrolled"):
        here.exemptions.give("adv_none", PROGRAM, "other", until, None)
    with pytest.raises(NotFound, match="not_exempt"):
        here.exemptions.read(MAYA, PROGRAM)
    given = here.exemptions.give(MAYA, PROGRAM, "known_partner", until, None)
    longer = here.exemptions.give(MAYA, PROGRAM, "other", until + 1, None)
    assert (given.given_by, longer.until_ms) == ("fay", until + 1)
    ended = here.exemptions.end(MAYA, PROGRAM)
    assert ended.until_ms == here.clock.at_ms
    assert here.exemptions.end(MAYA, PROGRAM).until_ms == ended.until_ms
    assert [one.type for one in here.events() if one.type.startswith("trust.")] == [
        "trust.exempted",
        "trust.exempted",
        "trust.exemption_ended",
    ]
