"""Signals find their subject, once; identifiers that meet join subjects, and nothing moves."""

from typing import Any

import pytest
from goodword.errors import NotFound
from goodword.events import Event
from goodword.journeys import listening
from goodword.journeys.asking import AskBook, AskRules, may_thank
from goodword.journeys.listening import head
from goodword.journeys.signal import Signal, SignalFact, Subject, SubjectMark
from goodword.limits import SUBJECT_ADDRESSES_MAX, SUBJECT_PARTS_MAX
from goodword.ports import Change, Page
from goodword.times import DAY_MS
from pydantic import ValidationError

from tests.support.journeys import AT, REFERENCE, Ear, terms
from tests.support.walks import Path

EMAIL = "ann@mail.example"
ACME = {"account_id": "acme"}
BOOK = AskBook(subject_id="s")
NOON = AT - AT % DAY_MS + DAY_MS // 2


@pytest.fixture
def ear() -> Ear:
    return Ear()


def test_a_signal_is_kept_under_its_subject_and_told(ear: Ear) -> None:
    ear.hear("nps", customer_id="u-1", value=9)
    (signal,), (subject,) = ear.all(Signal), ear.all(Subject)
    assert (signal.subject_id, signal.kind, signal.value) == (subject.subject_id, "nps", 9)
    (event,) = ear.events("journey.signal_noted")
    assert event.subject == subject.subject_id
    assert event.data["signal_id"] == signal.signal_id
    assert signal.expires_s == signal.keep_s > AT // 1_000


def test_a_repeat_changes_nothing_whatever_time_it_names(ear: Ear) -> None:
    name = ear.hear(customer_id="u-1")
    before = dict(ear.store.items)
    ear.hear(customer_id="u-1", signal_id=name, occurred_ms=AT + 999)
    assert ear.store.items == before


@pytest.mark.parametrize("whose", ["person", "account"])
def test_what_forbids_asking_is_found_behind_everything_newer(
    ear: Ear, whose: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "SIGNALS_READ_MAX", 5)
    ear.hear("consent", email=EMAIL, value=1, account_id="acme")
    ear.hear("case_opened", email=EMAIL, value=1, about="c-1")
    ear.hear("invoice_overdue", account_id="acme", about="i-1")
    ear.hear("churn_risk", account_id="acme")
    ear.hear("complaint", email=EMAIL)
    for _ in range(12):
        ear.hear("usage", value=20, **({"email": EMAIL} if whose == "person" else ACME))
    ear.clock.at_ms += DAY_MS
    found = ear.subjects.standing(ear.subjects.find("prg_1", EMAIL)).suppressors
    assert {one.code for one in found} == {
        "open_urgent_case",
        "invoice_overdue",
        "churn_risk",
        "recent_complaint",
    }


def test_whoever_is_heard_of_too_much_is_asked_for_nothing(
    ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "SIGNALS_READ_MAX", 2)
    ear.hear("consent", email=EMAIL, value=1)
    for _ in range(19):
        ear.hear("milestone", email=EMAIL)
    ear.clock.at_ms += DAY_MS
    person = ear.subjects.find("prg_1", EMAIL)
    assert ear.subjects.standing(person).suppressors == ()
    ear.hear("consent", email=EMAIL, value=1)
    stands = ear.subjects.standing(person)
    assert [one.code for one in stands.suppressors] == ["too_many_signals"]
    assert all("too_many_signals" in one.reasons for one in stands.motions)
    thanks = may_thank(terms(REFERENCE), AskRules(program_id="p"), stands, BOOK, NOON)
    assert thanks.reason == "too_many_signals"


def test_an_ordinary_person_is_read_once(ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    ear.hear("consent", email=EMAIL, value=1)
    person, reads = ear.subjects.find("prg_1", EMAIL), 0
    query = ear.store.query

    def counted(*of: Any, **how: Any) -> Page[Signal]:
        nonlocal reads
        reads += 1
        return query(*of, **how)

    monkeypatch.setattr(ear.store, "query", counted)
    assert len(ear.subjects.signals(person)) == 1
    assert reads == 1


def test_ids_count_within_their_namespace_and_addresses_everywhere(ear: Ear) -> None:
    ear.hear(customer_id="u-1", namespace="shop_a")
    ear.hear(customer_id="u-1", namespace="shop_b")
    assert len(ear.people) == 2
    ear.hear(email="ann@mail.example", namespace="shop_a")
    ear.hear(email="ann@mail.example", namespace="shop_b")
    assert len(ear.people) == 3


def test_identifiers_that_meet_join_two_subjects_for_good(ear: Ear) -> None:
    ear.hear("nps", customer_id="u-1", value=9)
    ear.hear("csat", email="ann@mail.example", value=90)
    assert len(ear.people) == 2
    ear.hear("milestone", customer_id="u-1", email="ann@mail.example")
    (one,) = ear.people
    assert {signal.kind for signal in ear.subjects.signals(one)} == {"nps", "csat", "milestone"}
    ear.hear("mention", email="ann@mail.example", value=1)
    (one,) = ear.people
    assert len(ear.subjects.signals(one)) == 4
    assert ear.subjects.find("prg_1", "ann@mail.example") == one


def test_three_that_meet_one_by_one_are_one_and_old_names_lead_to_it(ear: Ear) -> None:
    for who in ("u-1", "u-2", "u-3"):
        ear.hear(customer_id=who, account_id=f"co-{who}")
    first, second, third = ear.people
    ear.hear(customer_id="u-3", email="a@mail.example")
    ear.hear(customer_id="u-2", email="a@mail.example")
    ear.hear(customer_id="u-1", email="a@mail.example")
    (one,) = ear.people
    assert one.subject_id == first.subject_id
    assert set(one.parts) == {second.subject_id, third.subject_id}
    for old in (second, third):
        assert head(ear.desk(), old.subject_id) == one
    assert len(ear.subjects.signals(one)) == 6


def test_a_company_speaks_for_its_people(ear: Ear) -> None:
    ear.hear("consent", customer_id="u-1", value=1, account_id="acme")
    ear.hear("invoice_overdue", account_id="acme", about="i-1")
    ear.hear("renewal", customer_id="u-1", account_id="acme")
    (one,) = ear.people
    company = head(ear.desk(), one.account_id or "")
    assert company.what == "account"
    kept = {signal.kind: signal.subject_id for signal in ear.all(Signal)}
    assert kept["renewal"] == kept["invoice_overdue"] == company.subject_id
    assert kept["consent"] == one.subject_id
    ear.clock.at_ms = AT + 1_000
    assert [found.code for found in ear.subjects.standing(one).suppressors] == ["invoice_overdue"]


def test_a_person_is_of_the_company_that_was_told_last(ear: Ear) -> None:
    ear.hear(customer_id="u-1", account_id="new", occurred_ms=AT + 100)
    ear.hear(customer_id="u-1", account_id="old", occurred_ms=AT)
    (one,) = ear.people
    first = ear.all(Signal)
    assert one.account_ms == AT + 100
    assert len(first) == 2


def test_joined_subjects_keep_the_company_that_was_told_last(ear: Ear) -> None:
    ear.hear(customer_id="u-1")
    ear.hear(email="a@mail.example", account_id="acme")
    ear.hear(customer_id="u-1", email="a@mail.example", occurred_ms=AT - 5)
    (one,) = ear.people
    assert one.account_id is not None
    assert (one.account_ms, one.last_ms) == (AT + 2, AT + 2)


def test_a_shared_address_does_not_swallow_everybody(ear: Ear) -> None:
    for number in range(SUBJECT_PARTS_MAX + 3):
        ear.hear(customer_id=f"u-{number}")
        ear.hear(customer_id=f"u-{number}", email="team@mail.example")
    assert len(ear.people) == 3
    assert all(len(one.parts) <= SUBJECT_PARTS_MAX for one in ear.people)


def test_two_that_hear_of_somebody_at_once_agree(ear: Ear) -> None:
    commit = ear.store.commit
    raced: list[int] = []

    def race(change: Change) -> None:
        if not raced and any(isinstance(one, SubjectMark) for one in change.created):
            raced.append(1)
            ear.hear("csat", customer_id="u-1", value=100)
        commit(change)

    ear.store.commit = race  # type: ignore[method-assign]
    ear.hear("nps", customer_id="u-1", value=9)
    (one,) = ear.people
    assert len(ear.subjects.signals(one)) == 2


def test_who_is_known_is_listed_with_the_longest_silence_first(ear: Ear) -> None:
    ear.hear(customer_id="u-1")
    ear.hear(customer_id="u-2", account_id="acme")
    ear.hear(customer_id="u-1")
    rows = ear.subjects.page("prg_1", 10, None).rows
    assert [one.last_ms for one in rows] == [AT + 2, AT + 3]


def test_nobody_is_found_who_was_never_heard_of(ear: Ear) -> None:
    with pytest.raises(NotFound, match="nothing is known"):
        ear.subjects.read("sbj_nobody")
    with pytest.raises(NotFound, match="nothing is known"):
        ear.subjects.find("prg_1", "nobody@mail.example")


def test_what_is_stored_names_nobody(ear: Ear) -> None:
    ear.hear(email="ann@mail.example", customer_id="u-secret")
    assert "ann@" not in str(ear.store.items)
    assert "u-secret" not in str([one for one in ear.all(Event)])


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"kind": "nps", "value": 11, "email": "a@b.example"}, "value must be from 0 to 10"),
        ({"kind": "nps", "email": "a@b.example"}, "value must be from 0 to 10"),
        ({"kind": "renewal", "value": 1, "account_id": "a"}, "value must be left out"),
        ({"kind": "case_opened", "value": 1, "customer_id": "u"}, "about must name"),
        ({"kind": "stage", "word": "someday", "customer_id": "u"}, "word must be a stage"),
        ({"kind": "milestone"}, "customer_id must say whose"),
        ({"kind": "consent", "value": 1, "account_id": "a"}, "customer_id must say whose"),
    ],
)
def test_a_signal_that_does_not_fit_its_kind_is_none(fields: dict[str, object], wrong: str) -> None:
    with pytest.raises(ValidationError, match=wrong):
        SignalFact.model_validate({"signal_id": "s", "occurred_ms": AT, **fields})


def test_a_chain_of_joined_names_without_an_end_is_not_followed_for_good(
    ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear.hear(customer_id="u-1")
    (subject,) = ear.people
    monkeypatch.setattr("goodword.journeys.listening.SUBJECT_HOPS_MAX", 0)
    with pytest.raises(NotFound, match="nothing is known"):
        ear.subjects.read(subject.subject_id)


def test_an_id_of_everybody_joins_few_and_then_nobody() -> None:
    """A counter's id comes with one address after the other; a person has not so many."""
    path = Path()
    names = [f"n{number}@mail.example" for number in range(6)]
    for name in names:
        path.hear("consent", 1, email=name, customer_id="till-1")
    people = [path.subjects.find(path.program_id, name).subject_id for name in names]
    assert len(set(people[:SUBJECT_ADDRESSES_MAX])) == 1
    assert len(set(people)) == 1 + len(names) - SUBJECT_ADDRESSES_MAX
    path.hear("nps", 0, email=names[-1], customer_id="till-1")
    assert path.subjects.find(path.program_id, names[0]).heard == SUBJECT_ADDRESSES_MAX
    path.hear("nps", 9, email=names[0], customer_id="till-1")
    assert path.subjects.find(path.program_id, names[0]).heard == SUBJECT_ADDRESSES_MAX + 1


def test_people_who_are_known_already_are_not_joined_by_an_id_of_everybody() -> None:
    path = Path()
    for number in range(SUBJECT_ADDRESSES_MAX):
        path.hear("consent", 1, email=f"n{number}@mail.example", customer_id="till-1")
    path.hear("consent", 1, email="kim@mail.example")
    path.hear("nps", 9, email="kim@mail.example", customer_id="till-1")
    first = path.subjects.find(path.program_id, "n0@mail.example")
    kim = path.subjects.find(path.program_id, "kim@mail.example")
    assert (kim.subject_id != first.subject_id, kim.heard, kim.parts) == (True, 2, ())
