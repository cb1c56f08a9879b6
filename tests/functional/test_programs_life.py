"""The life of a version over the API: drafted, replayed, published by another, told, read."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from goodword.advocates.model import Enrolment
from goodword.events import Event
from goodword.programs.model import FlatReward, PercentageReward, ProgramVersion, Rule
from goodword.programs.replay import Replay
from goodword.times import DAY_MS, rfc3339
from goodword_aws.messages import catalogue_of
from goodword_aws.programs_replays import replay_text
from goodword_aws.programs_terms import change_values

from tests.support.api import (
    ADMIN,
    ANALYST,
    ANNA,
    BEN,
    FINANCE,
    MARKETER,
    Caller,
    Front,
    Reply,
    front,
    join,
)
from tests.support.functions import CONTEXT, load, sample
from tests.support.people import terms_json

SMALLER = (
    Rule(rule_id="sale", action="sale", reward=PercentageReward(basis_points=800)),
    Rule(rule_id="lead", action="lead", reward=FlatReward(amount_minor=200)),
)
OTTO = Caller("sub-otto", "otto@shop.example", ("marketer",))


@pytest.fixture
def call() -> Iterator[Front]:
    with front() as found:
        yield found


class Life:
    """One programme, and the draft of its second version by Otto."""

    def __init__(self, call: Front, **changes: object) -> None:
        self.call = call
        first = {"terms": terms_json(), "rationale": "a first try"}
        self.program_id = call(MARKETER, "POST", "/v1/programs", first).body["id"]
        self.base = f"/v1/programs/{self.program_id}"
        body = {"terms": terms_json(**changes), "rationale": "dearer beans", "based_on": 1}
        self.draft = call(OTTO, "POST", f"{self.base}/drafts", body).body
        self.path = f"{self.base}/drafts/{self.draft['id']}"

    def replay(self) -> Any:
        """Ask, and let the worker do what the bus brings it."""
        now_ms = self.call.town.clock.at_ms
        period = {"from_at": rfc3339(now_ms - 30 * DAY_MS), "until_at": rfc3339(now_ms)}
        asked = self.call(OTTO, "POST", f"{self.path}/replay", period)
        assert (asked.status, asked.body["state"]) == (202, "counting")
        work(self.call, "program.replay_asked")
        return self.call(FINANCE, "GET", f"{self.path}/replay").body

    def publish(self, who: Caller = MARKETER, **more: object) -> Reply:
        """Publish what was drafted."""
        body = {"digest": self.draft["digest"]} | more
        return self.call(who, "POST", f"{self.path}/publish", body)


def bring(event: Event) -> dict[str, Any]:
    """The SQS event of a bus event."""
    batch = sample("programs_queue", "replay_asked")
    detail = json.loads(event.model_dump_json())
    batch["Records"][0]["body"] = json.dumps({"detail": detail})
    return batch


def work(call: Front, type: str) -> None:
    """Bring the newest event of a type to the worker."""
    answer = load("programs_queue").handler(bring(call.town.events(type)[-1]), CONTEXT)
    assert answer == {"batchItemFailures": []}


def test_a_version_lives(call: Front) -> None:
    life = Life(call, hold_days=30)
    join(call, life.program_id, ANNA)
    join(call, life.program_id, BEN)
    assert life.publish().code == "replay_needed"
    report = life.replay()
    assert (report["state"], report["percent"], report["changed"]) == ("done", 100, 0)
    assert report["text"] == "would change 0 rewards, 0.00"
    assert call(FINANCE, "GET", f"{life.path}/replay/changes").body["data"] == []
    assert life.publish(OTTO).code == "same_person"
    early = life.publish(effective_at=rfc3339(call.town.clock.at_ms + DAY_MS))
    assert (early.status, early.code) == (422, "notice_too_short")
    assert early.body["errors"][0]["field"] == "effective_at"

    made = life.publish()
    assert (made.status, made.body["number"], made.body["state"]) == (201, 2, "scheduled")
    assert (made.body["author"], made.body["publisher"]) == ("sub-otto", "sub-mara")
    assert made.body["effective_at"] == rfc3339(call.town.clock.at_ms + 14 * DAY_MS)
    assert made.body["replay"]["changed"] == 0
    work(call, "program.version_published")
    told = call.town.events("program.change_announced")
    assert {one.subject for one in told} == {one.advocate_id for one in call.town.all(Enrolment)}
    assert (told[0].data["before"], told[0].data["after"]) == (1, 2)

    call.town.clock.advance(14 * DAY_MS)
    listed = call(ADMIN, "GET", f"{life.base}/versions").body["data"]
    assert [(one["number"], one["state"]) for one in listed] == [(2, "in_force"), (1, "superseded")]
    (head,) = call(ADMIN, "GET", "/v1/programs").body["data"]
    assert (head["version"], head["latest_version"]) == (2, 2)
    old = call(ADMIN, "GET", f"{life.base}/versions/1").body
    assert (old["state"], old["terms"]["hold_days"]) == ("superseded", 14)


def test_a_draft_shows_what_it_would_change(call: Front) -> None:
    life = Life(call, hold_days=30)
    shown = call(ANALYST, "GET", life.path, query={"locale": "de-AT"}).body
    assert shown["differences"] == [{"path": "hold_days", "before": 14, "after": 30}]
    assert (shown["compared_with"], shown["locale"]) == (1, "de")
    assert shown["in_words"][0].endswith("bis dahin 14 Tage, von da an 30 Tage.")


def test_changing_the_draft_undoes_its_replay(call: Front) -> None:
    life = Life(call, hold_days=30)
    life.replay()
    body = {"terms": terms_json(hold_days=31), "rationale": "x y z", "based_on": 1, "revision": 1}
    changed = call(MARKETER, "PUT", life.path, body).body
    assert (changed["revision"], changed["replay_id"]) == (2, None)
    assert call(FINANCE, "GET", f"{life.path}/replay").code == "no_replay"
    assert life.publish(ADMIN).code == "draft_moved_on"
    life.draft = changed
    assert life.publish(ADMIN).code == "replay_needed"
    life.replay()
    assert life.publish(MARKETER).code == "same_person"  # she edited it
    assert life.publish(ADMIN).status == 201


def test_an_admin_may_not_publish_their_own_and_may_make_an_exception(call: Front) -> None:
    life = Life(call, hold_days=30)
    life.replay()
    at = rfc3339(call.town.clock.at_ms + DAY_MS)
    assert life.publish(effective_at=at, exception="new_law").code == "exception_needs_admin"
    made = life.publish(ADMIN, effective_at=at, exception="new_law")
    assert (made.status, made.body["early"], made.body["effective_at"]) == (201, "new_law", at)
    assert call.town.events("program.version_published")[0].reason == "new_law"
    body = {"copy_of": 1, "rationale": "back again", "based_on": 2}
    own = call(ADMIN, "POST", f"{life.base}/drafts", body).body
    life.path, life.draft = f"{life.base}/drafts/{own['id']}", own
    life.replay()
    assert life.publish(ADMIN, exception="new_law").code == "same_person"


def test_what_is_in_favour_needs_no_notice(call: Front) -> None:
    life = Life(call, hold_days=7)
    life.replay()
    made = life.publish()
    assert (made.body["state"], made.body["early"]) == ("in_force", "in_favour")


def test_a_replay_says_its_sum_in_a_line(call: Front) -> None:
    life = Life(call, hold_days=30)
    life.replay()
    done = call.town.all(Replay)[0].but(before_minor={"EUR": 500}, after_minor={"EUR": 88})
    assert replay_text(done.but(changed=1)) == "would change 1 reward, -4.12 EUR"
    assert replay_text(done.but(changed=37)) == "would change 37 rewards, -4.12 EUR"
    running = done.but(state="judging", done=30, total=120)
    assert replay_text(running) == "30 of 120 decisions judged again"
    assert (running.percent, done.percent, done.but(state="counting").percent) == (25, 100, 0)
    late = done.but(state="failed", reason="too_long")
    assert replay_text(late) == "failed: too_long"


def test_rolling_back_is_publishing_an_earlier_version_again(call: Front) -> None:
    life = Life(call, hold_days=7)
    life.replay()
    life.publish()
    body = {"copy_of": 1, "rationale": "too short", "based_on": 2}
    life.draft = call(OTTO, "POST", f"{life.base}/drafts", body).body
    life.path = f"{life.base}/drafts/{life.draft['id']}"
    life.replay()
    assert life.publish().body["number"] == 3
    call.town.clock.advance(14 * DAY_MS)
    read = call(ADMIN, "GET", life.base).body
    assert (read["version"], read["terms"]) == (3, terms_json())


def test_a_pilot_is_promoted_by_another(call: Front) -> None:
    life = Life(call, hold_days=7)
    join(call, life.program_id, ANNA)
    join(call, life.program_id, BEN)
    anna = min(call.town.all(Enrolment), key=lambda one: one.advocate_id).advocate_id
    life.replay()
    made = life.publish(pilot={"segment": "first", "advocate_ids": [anna]})
    assert (made.body["state"], made.body["pilot"]["advocate_ids"]) == ("pilot", [anna])
    work(call, "program.version_published")
    assert [one.subject for one in call.town.events("program.change_announced")] == [anna]
    path = f"{life.base}/versions/2"
    assert call(OTTO, "POST", f"{path}/promote", {}).code == "same_person"
    assert call(ADMIN, "POST", f"{path}/promote", {}).body["state"] == "in_force"
    work(call, "program.version_promoted")
    assert len(call.town.events("program.change_announced")) == 2
    assert call(ADMIN, "POST", f"{path}/promote", {}).code == "no_open_pilot"
    assert call(ADMIN, "POST", f"{path}/withdraw", {"reason": "no_use"}).code == "version_stays"


def test_nobody_adds_a_version_alone_any_more(call: Front) -> None:
    life = Life(call, hold_days=30)
    body = {"terms": terms_json(), "rationale": "alone"}
    reply = call(MARKETER, "POST", f"{life.base}/versions", body)
    assert (reply.status, reply.code) == (405, "method_not_allowed")
    assert len(call.town.all(ProgramVersion)) == 1


def test_an_advocate_sees_what_holds_and_what_comes_with_examples(call: Front) -> None:
    life = Life(call, rules=SMALLER, hold_days=30)
    join(call, life.program_id, ANNA)
    mine = f"/v1/me/programs/{life.program_id}"
    assert call(ANNA, "GET", f"{mine}/terms").body["coming"] == []
    card = call(ANNA, "GET", "/v1/me").body["programs"][0]
    assert (card["terms_version"], card["coming_version"], card["coming_at"]) == (1, None, None)
    life.replay()
    made = life.publish().body
    call.town.clock.advance(61_000)  # what the page remembers of versions is a minute old
    card = call(ANNA, "GET", "/v1/me").body["programs"][0]
    assert (card["terms_version"], card["coming_version"]) == (1, 2)
    assert card["coming_at"] == made["effective_at"]
    shown = call(ANNA, "GET", f"{mine}/terms").body
    (coming,) = shown["coming"]
    assert (shown["current"]["version_number"], coming["version_number"]) == (1, 2)
    assert coming["holds_from"] == made["effective_at"]
    assert coming["changes"][0] == "Until then: 10 % of the order. From then on: 8 % of the order."
    assert "you earn €10.00" in shown["current"]["examples"][0]["lines"][0]
    assert "you earn €8.00" in coming["examples"][0]["lines"][0]
    assert coming["acknowledged_at"] is None

    said = call(ANNA, "POST", f"{mine}/acknowledgements", {"version": 2})
    assert (said.status, said.body["version_number"]) == (201, 2)
    again = call(ANNA, "GET", f"{mine}/terms", query={"locale": "de"}).body
    assert again["coming"][0]["acknowledged_at"] == said.body["at"]
    assert again["coming"][0]["in_words"].startswith("8 % der Bestellung.")
    path = f"{life.base}/versions/2/acknowledgements"
    assert [one["advocate_id"] for one in call(FINANCE, "GET", path).body["data"]] == [
        said.body["advocate_id"]
    ]
    assert call(BEN, "POST", f"{mine}/acknowledgements", {"version": 1}).code == "not_an_advocate"
    assert call(BEN, "GET", f"{mine}/terms").body["current"]["version_number"] == 1
    assert call(ANNA, "GET", f"{life.base}/drafts").code == "not_allowed"


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "Until then: 10 % of the order. From then on: 8 % of the order."),
        ("de", "Bis dahin: 10 % der Bestellung. Von da an: 8 % der Bestellung."),
    ],
)
def test_the_letter_tells_old_and_new_and_when(call: Front, locale: str, said: str) -> None:
    life = Life(call, rules=SMALLER)
    join(call, life.program_id, ANNA, locale=locale)
    life.replay()
    life.publish()
    work(call, "program.version_published")
    event = call.town.events("program.change_announced")[0]
    letter = catalogue_of(locale).letter(
        event.type,
        "Anna",
        "https://go.example",
        {"brand": "Acme", "program": "Friends", **change_values(event, locale)},
    )
    assert said in letter.text
    assert ("6 Dec 2025" if locale == "en" else "6. Dezember 2025") in letter.subject
    ended = event.but(type="program.change_cancelled", data=event.data | {"before": 2, "after": 1})
    assert change_values(ended, locale)["terms"].startswith("10 %")
    same = event.but(data=event.data | {"after": 1})
    assert change_values(same, "en")["changes"] == "Nothing changes for you."
    assert change_values(event.but(type="reward.due"), locale) == {}


def test_what_is_no_message_comes_again_and_the_others_do_not(call: Front) -> None:
    handler = load("programs_queue").handler
    for case in ("refused_not_json", "refused_unknown_replay", "refused_unknown_extract"):
        answer = handler(sample("programs_queue", case), CONTEXT)
        assert answer == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
    for case in ("version_published", "announcement_continues"):  # of a programme that is not there
        assert handler(sample("programs_queue", case), CONTEXT) == {"batchItemFailures": []}


def test_the_clock_goes_on_with_what_stands_still(call: Front) -> None:
    life = Life(call, hold_days=30)
    now_ms = call.town.clock.at_ms
    period = {"from_at": rfc3339(now_ms - 30 * DAY_MS), "until_at": rfc3339(now_ms)}
    call(OTTO, "POST", f"{life.path}/replay", period)
    handler = load("programs_schedule").handler
    assert handler(sample("programs_schedule", "tick"), CONTEXT) == {
        "replays": 0,
        "announcements": 0,
        "extracts": 0,
    }
    call.town.clock.advance(DAY_MS // 24)
    assert handler({}, CONTEXT)["replays"] == 1
    assert call(OTTO, "GET", f"{life.path}/replay").body["state"] == "done"
