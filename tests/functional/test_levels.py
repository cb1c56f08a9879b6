"""Levels and milestones from the bus to the page, the letter and the journey."""

import json
from collections.abc import Iterator

import pytest
from goodword.advocates.model import Enrolment
from goodword.advocates.recognition import Recognition
from goodword.events import Event
from goodword.journeys.asks import Wishes
from goodword.journeys.listening import Listening
from goodword.journeys.milestones import MilestoneSignal, OwnOrigin
from goodword.journeys.signal import Signal, Subject
from goodword.messages.model import Message
from goodword.messages.waking import Waking
from goodword.ports import Change
from goodword.privacy.model import PersonalFields, VaultItem, vault_key
from goodword.programs.tiers import Level
from goodword.rewards.model import Reward
from goodword.rewards.tally import Sum, Tally
from goodword.times import HOUR_MS
from goodword_aws import privacy

from tests.support.api import ANNA, BEN, FINANCE, MARKETER
from tests.support.functions import CONTEXT, call, load, sample
from tests.support.milestones import FIRST, LEVELLED, TIERS
from tests.support.pages import Pages, pages
from tests.support.people import ANNA as ANNA_IN
from tests.support.people import BEN as BEN_IN
from tests.support.people import MACS
from tests.support.ses import Ses

TITLE = "First <b>& best</b> {{ 7 * 7 }}"


@pytest.fixture
def ses() -> Ses:
    return Ses()


@pytest.fixture
def here(ses: Ses, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pages]:
    with pages() as made:
        monkeypatch.setattr("goodword_aws.messages.client", lambda _name: ses)
        yield made


@pytest.fixture
def anna(here: Pages) -> Enrolment:
    years = FIRST.but(milestone_id="year", title="A year", measure="years", reward_minor=None)
    program = here.town.program(
        tiers=TIERS, milestones=(FIRST.but(title=TITLE), years), rules=LEVELLED
    )
    return here.town.joined(program.program_id, ANNA_IN)


def ordered(here: Pages, anna: Enrolment, orders: int) -> None:
    """So many orders stand, and the bus says so."""
    none = Tally(advocate_id=anna.advocate_id, program_id=anna.program_id)
    stored = next(iter(here.town.all(Tally)), none)
    change = Change()
    change.save(stored.but(in_all=Sum(orders=orders, net_minor=orders * 5_000)))
    here.town.store.commit(change)
    hear(here, "ordered", anna)


def hear(here: Pages, case: str, anna: Enrolment) -> None:
    text = json.dumps(sample("journeys_queue", case))
    for name, real in (("adv_sample", anna.advocate_id), ("prg_sample", anna.program_id)):
        text = text.replace(name, real)
    for _ in range(2):
        answer = load("journeys_queue").handler(json.loads(text), CONTEXT)
        assert answer == {"batchItemFailures": []}


def tell(event: Event, failed: tuple[str, ...] = ()) -> None:
    """The event reaches the function that sends mail."""
    message = sample("messages_queue", "reward_due")
    body = json.loads(message["Records"][0]["body"]) | {"detail": event.model_dump(mode="json")}
    message["Records"] = [message["Records"][0] | {"body": json.dumps(body)}]
    answer = call("messages_queue", message)
    assert [one["itemIdentifier"] for one in answer["batchItemFailures"]] == list(failed)


def test_a_page_shows_the_level_what_comes_next_and_the_history(
    here: Pages, anna: Enrolment
) -> None:
    browser = here.browser(ANNA)
    assert "It has not changed yet" in browser.get("/my/level").words
    ordered(here, anna, 2)
    shown = browser.get("/my/level")
    for words in (
        "Your level: silver",
        "So far: 2 orders",
        "Still needed: 3 orders until gold.",
        "20 % of the amount for an order",
        "bronze → silver",
        "An order that came from you.",
        "Reached",
        "On the way",
        "It gives €5.00",
        TITLE,
    ):
        assert words in shown.words, words
    assert "<b>&" not in shown.html
    home = browser.get("/my").words
    assert "Your level: silver" in home
    assert "Milestones reached: 1 of 2" in home
    ordered(here, anna, 7)
    assert "That is the highest level." in browser.get("/my/level").words
    assert here.browser().get("/my/level").status == 303


def test_what_is_measured_by_net_is_shown_as_money(here: Pages) -> None:
    tiers = TIERS.but(measure="net", levels=(TIERS.levels[0], Level(name="silver", at_least=7_000)))
    large = FIRST.but(title="A lot", measure="net", at_least=500_000, reward_minor=None)
    program = here.town.program(tiers=tiers, milestones=(large,))
    anna = here.town.joined(program.program_id, ANNA_IN)
    shown = here.browser(ANNA).get("/my/level")
    assert "Still needed: €70.00 until silver." in shown.words
    assert "€0.00 / €5,000.00" in shown.words
    staff = here.browser(FINANCE).get(f"/console/advocates/{anna.advocate_id}")
    assert "€0.00 / €5,000.00" in staff.words


def test_a_return_is_told_in_german_too(here: Pages, anna: Enrolment) -> None:
    ordered(here, anna, 2)
    ordered(here, anna, 0)
    browser = here.browser(ANNA)
    browser.get("/my/level?lang=de")
    assert [one.after for one in here.town.all(Recognition)[0].changes] == ["silver", "bronze"]
    assert "An order was returned." in here.browser(ANNA).get("/my/level").words


def test_who_has_no_levels_is_told_so(here: Pages) -> None:
    here.town.joined(here.town.program().program_id, BEN_IN)
    browser = here.browser(BEN)
    assert "No levels here" in browser.get("/my/level").words
    assert "/my/level" not in browser.get("/my").html


def test_staff_see_the_same_on_the_page_of_the_person(here: Pages, anna: Enrolment) -> None:
    ordered(here, anna, 2)
    for who, linked in ((FINANCE, True), (MARKETER, False)):
        shown = here.browser(who).get(f"/console/advocates/{anna.advocate_id}")
        assert "Level and milestones: silver" in shown.words
        assert ("/console/orders/cnv_1" in shown.html) is linked


def test_a_rise_and_a_milestone_have_a_letter_each_once(
    here: Pages, anna: Enrolment, ses: Ses
) -> None:
    ordered(here, anna, 2)
    found = [
        *here.town.events("enrolment.level_reached"),
        *here.town.events("enrolment.milestone_reached"),
    ]
    for event in found * 2:
        tell(event)
    subjects = [one["Content"]["Simple"]["Subject"]["Data"] for one in ses.requests]
    assert subjects == [
        "You have reached silver with Acme Coffee",
        f"{TITLE}: thank you, from Acme Coffee",
    ]
    level, milestone = (one["Content"]["Simple"]["Body"]["Text"]["Data"] for one in ses.requests)
    assert "silver: 10 % of the amount for an order." in level
    assert "what comes next. + €5.00" in milestone
    assert "/my/level" in level
    assert "<b>&" not in ses.requests[1]["Content"]["Simple"]["Body"]["Html"]["Data"]


def test_who_wants_no_letters_about_rewards_gets_none(
    here: Pages, anna: Enrolment, ses: Ses
) -> None:
    item = here.town.store.get(VaultItem, vault_key(anna.advocate_id))
    assert item is not None
    fields: PersonalFields = here.town.vault.open(item).but(muted=("rewards",))
    change = Change()
    change.save(here.town.vault.seal(anna.advocate_id, fields, item))
    here.town.store.commit(change)
    ordered(here, anna, 2)
    tell(here.town.events("enrolment.level_reached")[0])
    assert ses.requests == []


def test_news_that_pleases_waits_for_the_morning(here: Pages, anna: Enrolment, ses: Ses) -> None:
    ordered(here, anna, 2)
    here.town.clock.advance(14 * HOUR_MS)  # 22:26
    tell(here.town.events("enrolment.milestone_reached")[0])
    (kept,) = here.town.all(Message)
    assert (kept.state, kept.reason, ses.requests) == ("held", "quiet_hours", [])
    assert kept.next_ms is not None
    here.town.clock.at_ms = kept.next_ms
    assert Waking(here.town.desk()).sweep() == 1
    tell(here.town.events("message.due")[0])
    assert [one.state for one in here.town.all(Message)] == ["sent"]
    assert len(ses.requests) == 1


def test_news_that_pleases_waits_for_the_end_of_a_pause_that_commits_first(
    here: Pages, anna: Enrolment, ses: Ses
) -> None:
    ordered(here, anna, 2)
    event = here.town.events("enrolment.milestone_reached")[0]

    def pause() -> None:
        here.town.programs.set_state(anna.program_id, "paused", "holidays")

    here.town.before_next_commit(pause)
    tell(event, failed=("sample-1",))  # it comes again
    tell(event)
    (kept,) = here.town.all(Message)
    assert (kept.state, kept.reason, ses.requests) == ("held", "programme_paused", [])


@pytest.mark.parametrize("against", ["unsubscribed", "no_consent"])
def test_news_that_pleases_is_not_told_against_a_no(
    here: Pages, anna: Enrolment, ses: Ses, against: str
) -> None:
    ordered(here, anna, 2)
    hear(here, "milestone", anna)  # the person is known, and has said nothing of consent
    tell(here.town.events("enrolment.milestone_reached")[0])
    assert len(ses.requests) == 1
    (subject,) = here.town.all(Subject)
    if against == "unsubscribed":
        wishes = Wishes(here.town.desk())
        wishes.put(subject.subject_id, anna.program_id, ("all",), "UTC")
    else:
        said = MilestoneSignal("no", "", here.town.clock.at_ms, "consent", 0)
        listening = Listening(here.town.desk(), MACS)
        listening.note_of(OwnOrigin(anna.program_id), subject.marks, said)
    tell(here.town.events("enrolment.level_reached")[0])
    assert len(ses.requests) == 1
    reasons = {one.type: one.reason for one in here.town.all(Message)}
    assert reasons["enrolment.level_reached"] == against


def test_a_milestone_gives_what_the_rules_give_through_the_ledger(
    here: Pages, anna: Enrolment
) -> None:
    ordered(here, anna, 1)
    (reward,) = here.town.all(Reward)
    assert (reward.rule_id, reward.earned_minor, reward.state) == ("first", 500, "pending")
    assert here.town.ledger_differences() == []


def test_a_milestone_is_a_signal_of_its_person_that_journeys_hear(
    here: Pages, anna: Enrolment
) -> None:
    hear(here, "milestone", anna)
    (signal,) = here.town.all(Signal)
    assert (signal.kind, signal.word, signal.source_id) == ("milestone", "first", "goodword")
    (subject,) = here.town.all(Subject)
    assert subject.what == "person"
    assert signal.subject_id == subject.subject_id
    (noted,) = here.town.events("journey.signal_noted")
    assert noted.data["kind"] == "milestone"


def test_it_is_in_the_copy_of_all_that_is_held(here: Pages, anna: Enrolment) -> None:
    ordered(here, anna, 2)
    read = privacy.sections(here.town.desk())["programmes"]
    rows = read(anna.advocate_id, None).rows
    assert [one["level"] for one in rows if "reached" in one] == ["silver"]
