"""What the end of a deal says is one signal, the same in every order in which its steps come."""

from itertools import permutations

import pytest
from goodword.conversions.model import Facts
from goodword.journeys.listening import Customers
from goodword.journeys.opportunity import ContactFact, DealFact
from goodword.journeys.outcome import Outcome
from goodword.journeys.scoring import Standing
from goodword.journeys.signal import Signal, SignalFact, SignalKind, SignalName, Subject, put_signal
from goodword.ports import Change

from tests.support.crm import AT, Crm, delivery, step

DAY = 86_400_000
RENEWED = (
    step("1", 0, opened=True, renewal=True, account_id="a-1", contact_ids=("c-1",)),
    step("4", 2, closed=True),
    step("5", 2, won=True),
    step("6", 2, stage="98765"),
)
CORRECTED = (
    step("1", 0, opened=True, account_id="a-1"),
    step("2", 0, renewal=True),
    step("3", 2, stage="closedlost"),
    step("4", 3, stage="closedwon"),
)
CALLED_LATE = (
    step("1", 0, opened=True, contact_ids=("c-1",)),
    step("2", 1, stage="closedwon"),
    step("3", 2, renewal=True),
    step("4", 3, account_id="a-1"),
)
CALLED_OTHERWISE = (
    step("1", 0, stage="closedlost", account_id="a-1"),
    step("2", 1, renewal=True),
    step("3", 2, renewal=False),
    step("4", 3, amount="5"),
)
REMOVED = (
    step("1", 0, renewal=True, account_id="a-1"),
    step("2", 1, stage="closedlost"),
    step("3", 2, removed=True),
    step("4", 2.5, stage="closedwon"),
)
GIVEN_BACK = (
    step("1", 0, renewal=True, account_id="a-1"),
    step("2", 1, stage="closedlost"),
    step("3", 2, removed=True),
    step("4", 3, removed=False),
    step("5", 4, stage="qualifiedtobuy"),
)


@pytest.fixture
def crm() -> Crm:
    return Crm()


def stands(crm: Crm) -> list[Signal]:
    return [one for one in crm.all(Signal) if not one.withdrawn]


def company(crm: Crm) -> Standing:
    """What is known of the only company, ten days after."""
    account = next(one for one in crm.all(Subject) if one.what == "account")
    crm.clock.at_ms = AT + 10 * DAY
    return Customers(crm.desk("journeys_queue")).standing(account)


def of_before(crm: Crm, said: str, *ends: tuple[str, float, SignalKind]) -> None:
    """The deal as it was kept before one signal stood for its end: a signal for each of these."""
    deal, change, told = crm.deal, Change(), delivery()
    for one in (*crm.all(Signal), *crm.all(SignalName)):
        change.delete(one)
    change.replace(deal.but(said=said, said_ms=0, said_of=""))
    crm.store.commit(change)
    assert deal.account is not None
    for state, day, kind in ends:
        change, at_ms = Change(), AT + round(day * DAY)
        fact = Outcome(
            signal_id=f"{deal.opportunity_id}:{at_ms}:{state}",
            kind=kind,
            occurred_ms=at_ms,
            subject_id=deal.account,
        )
        put_signal(crm.desk(), change, told, deal.account, fact)
        crm.store.commit(change)
        crm.clock.at_ms += 1


OPENED = step("1", 0, opened=True, renewal=True, account_id="a-1")
WON = step("2", 2, stage="closedwon")


def test_a_deal_of_before_puts_no_second_signal_at_its_next_step(crm: Crm) -> None:
    crm.tell(OPENED, WON)
    of_before(crm, "won", ("won", 2, "renewal"))
    before = len(crm.events("journey.signal_noted"))
    for number in range(2):
        crm.tell(step(f"a{number}", 3, amount="5"))
        assert [(one.kind, one.occurred_ms) for one in crm.all(Signal)] == [
            ("renewal", AT + 2 * DAY)
        ]
    assert crm.deal.said == "renewal"
    assert len(crm.events("journey.signal_noted")) == before
    crm.tell(step("b", 4, renewal=False))  # it is withdrawn by its old name
    assert [one.kind for one in stands(crm)] == ["deal_won"]
    assert (crm.deal.said, crm.deal.said_name) == ("deal_won", "")
    crm.tell(step("c", 5, stage="demo"))
    assert stands(crm) == []


def test_what_a_deal_of_before_left_beside_its_last_word_is_let_go(crm: Crm) -> None:
    lost = step("3", 1, stage="closedlost")
    crm.tell(OPENED, lost, WON)
    of_before(crm, "won", ("lost", 1, "churn_risk"), ("won", 2, "renewal"))
    crm.tell(step("a", 3, amount="5"))
    assert [one.kind for one in stands(crm)] == ["renewal"]


def test_a_deal_of_before_that_is_no_more_so_is_withdrawn(crm: Crm) -> None:
    crm.tell(OPENED, step("2", 2, stage="closedlost"))
    of_before(crm, "lost", ("lost", 2, "churn_risk"))
    crm.tell(step("3", 3, stage="closedwon"))
    assert [(one.kind, one.occurred_ms) for one in stands(crm)] == [("renewal", AT + 3 * DAY)]


def test_a_deal_of_before_whose_signal_has_expired_says_it_anew(crm: Crm) -> None:
    crm.tell(OPENED, WON)
    of_before(crm, "won")
    crm.tell(step("3", 3, amount="5"))
    assert [one.kind for one in stands(crm)] == ["renewal"]


@pytest.mark.parametrize(
    ("steps", "kind", "day"),
    [
        (RENEWED, "renewal", 2),
        (CORRECTED, "renewal", 3),
        (CALLED_LATE, "renewal", 1),
        (CALLED_OTHERWISE, "", 0),
        (REMOVED, "", 0),
        (GIVEN_BACK, "", 0),
        (GIVEN_BACK[:4], "churn_risk", 3),
    ],
)
def test_what_the_end_of_a_deal_says_is_the_same_in_every_order(
    steps: tuple[DealFact, ...], kind: str, day: int
) -> None:
    for order in permutations(steps):
        crm, seen = Crm(), set[str]()
        for one in order:
            assert crm.tell(one) == ""
            seen.add(crm.deal.said)
        found = [(one.kind, one.occurred_ms, one.subject_id) for one in stands(crm)]
        told = [(kind, AT + day * DAY, crm.deal.account)] if kind else []
        assert found == told, [one.fact_id for one in order]
        now = company(crm)
        assert [one.code for one in now.suppressors if one.code == "churn_risk"] == (
            [kind] if kind == "churn_risk" else []
        )
        assert now.score == {"renewal": 20, "churn_risk": -30}.get(kind, 0)
        assert {one.kind for one in crm.all(Signal)} == seen - {""}


def test_a_risk_that_somebody_else_told_of_stands_whatever_becomes_of_a_deal(crm: Crm) -> None:
    risk = SignalFact(signal_id="s-1", kind="churn_risk", occurred_ms=AT, account_id="a-1")
    crm.hearing.hear(delivery(), Facts(signals=(risk,)))
    crm.tell(*GIVEN_BACK)
    assert [one.kind for one in stands(crm)] == ["churn_risk"]
    assert "churn_risk" in [one.code for one in company(crm).suppressors]


def test_a_signal_that_stands_again_is_looked_at_again(crm: Crm) -> None:
    won = step("2", 1, stage="closedwon")
    crm.tell(step("1", 0, renewal=True, account_id="a-1"), won)
    crm.tell(step("5", 1.5, renewal=False))
    assert [one.kind for one in stands(crm)] == ["deal_won"]
    crm.tell(step("6", 1.7, renewal=True))
    assert [one.kind for one in stands(crm)] == ["renewal"]
    told = [one.data["kind"] for one in crm.events("journey.signal_noted")]
    assert told == ["renewal", "deal_won", "renewal"]
    account = next(one for one in crm.all(Subject) if one.what == "account")
    assert account.heard == 2


def test_what_was_told_of_a_company_stays_when_the_contact_moves_on(crm: Crm) -> None:
    crm.tell(ContactFact(customer_id="c-1", account_id="a-1", occurred_ms=AT))
    crm.tell(step("1", 1, stage="closedwon", contact_ids=("c-1",)))
    before = [one.subject_id for one in stands(crm)]
    crm.tell(ContactFact(customer_id="c-1", account_id="a-2", occurred_ms=AT + DAY))
    crm.tell(step("2", 3, amount="7"))
    assert [one.subject_id for one in stands(crm)] == before


def test_a_signal_that_has_expired_is_not_missed(crm: Crm) -> None:
    crm.tell(step("1", 0, renewal=True, account_id="a-1"), step("2", 1, stage="closedlost"))
    change = Change()
    for one in (*crm.all(Signal), *crm.all(SignalName)):
        change.delete(one)
    crm.store.commit(change)
    crm.tell(step("3", 2, stage="closedwon"))
    assert [one.kind for one in stands(crm)] == ["renewal"]
