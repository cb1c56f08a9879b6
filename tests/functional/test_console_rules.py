"""Marketing's work on the pages: draft, try on the past, and another person publishes."""

from collections.abc import Iterator
from typing import Any

import pytest
from goodword.programs.draft import Draft
from goodword.programs.model import Program, ProgramVersion
from goodword.programs.payment import Payment
from goodword.programs.replay import Replay
from goodword.times import DAY_MS, parse_rfc3339, rfc3339
from goodword_aws.documents import as_json, text_of
from goodword_aws.pages.console.rules import terms_of

from tests.functional.test_programs_life import OTTO, work
from tests.support.api import ADMIN, ANALYST, ANNA, FINANCE, MARKETER, Front
from tests.support.pages import Browser, Pages, Shown, pages
from tests.support.scene import terms

HOSTILE = '<script>alert("x")</script>{{ 7 * 7 }}'


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        yield made


@pytest.fixture
def place(here: Pages) -> str:
    made = here.town.program(name=f"Friends {HOSTILE}", brand=HOSTILE)
    return f"/console/rules/{made.program_id}"


def begun(browser: Browser, place: str, rationale: str = "dearer beans") -> str:
    """A draft copied from the latest version; its address."""
    sent = browser.send(browser.get(place), place, rationale=rationale)
    assert sent.status == 303, sent.words
    return sent.location


def saved(browser: Browser, draft: str, text: str, **more: str) -> Shown:
    return browser.send(browser.get(draft), draft, terms=text, **more)


def replayed(here: Pages, browser: Browser, draft: str) -> None:
    browser.send(browser.get(draft), f"{draft}/replay")
    work(Front(here.town, here.loaded), "program.replay_asked")


def changed(text: str, hold_days: int = 30) -> str:
    assert "hold_days: 14" in text
    return text.replace("hold_days: 14", f"hold_days: {hold_days}")


def test_the_first_page_names_the_programmes_and_their_version(here: Pages, place: str) -> None:
    for who in (FINANCE, MARKETER, ANALYST, ADMIN):
        page = here.browser(who).get("/console")
        assert page.status == 200
        assert f"/terms/{place.rpartition('/')[2]}" in page.html
        assert "Version 1 holds now" in page.words


def test_a_rule_is_changed_tried_and_published_by_another(here: Pages, place: str) -> None:
    otto, mara = here.browser(OTTO), here.browser(MARKETER)
    draft = begun(otto, place)
    text = otto.get(draft).fields(draft)["terms"]
    assert saved(otto, draft, changed(text)).location == draft
    page = otto.get(draft)
    assert "hold_days" in page.words
    assert "First try it on the past" in page.words
    assert f'action="{draft}/publish"' not in page.html
    sent = otto.send(page, f"{draft}/replay")
    assert sent.location == draft
    assert 'data-live="3"' in otto.get(draft).html  # and it is there again after a reload
    work(Front(here.town, here.loaded), "program.replay_asked")
    own = otto.get(draft)
    assert "would change 0 rewards" in own.words
    assert "You wrote it, so another person publishes it" in own.words
    assert f'action="{draft}/publish"' not in own.html
    others = mara.get(draft)
    assert "You can publish it" in others.words
    tomorrow = here.town.clock.at_ms + DAY_MS
    early = mara.send(others, f"{draft}/publish", effective_on=rfc3339(tomorrow)[:10])
    assert early.status == 422
    assert "promised more notice" in early.words
    done = mara.send(mara.get(draft), f"{draft}/publish")
    assert done.location == f"{place}/versions/2"
    shown = mara.get(done.location)
    assert "Coming" in shown.words
    assert "hold_days" in shown.words
    seen = here.browser(ANALYST)
    assert "would change 0 rewards" in shown.words
    for path in (done.location, draft):  # it may be of one person
        assert "would change" not in seen.get(path).words
    assert "Its sums are shown to those who see single people" in seen.get(draft).words
    versions = f"/v1/programs/{here.town.all(ProgramVersion)[0].program_id}/versions"
    front = Front(here.town, here.loaded)
    for who, sees in ((MARKETER, True), (ANALYST, False)):
        assert (front(who, "GET", versions).body["data"][0]["replay"] is not None) == sees
        assert (front(who, "GET", f"{versions}/2").body["replay"] is not None) == sees
    (one, two) = sorted(here.town.all(ProgramVersion), key=lambda each: each.number)
    assert (one.terms.hold_days, two.terms.hold_days) == (14, 30)
    assert "Published" in mara.get(draft).words


def test_whoever_wrote_it_cannot_publish_it_by_hand_either(here: Pages, place: str) -> None:
    otto = here.browser(OTTO)
    draft = begun(otto, place)
    replayed(here, otto, draft)
    (kept,) = here.town.all(Draft)
    form = otto.get(draft).fields(f"{draft}/replay") | {"digest": kept.digest}
    refused = otto.ask("POST", f"{draft}/publish", form=form)
    assert refused.status == 403
    assert "another person has to finish it" in refused.words
    assert len(here.town.all(ProgramVersion)) == 1


@pytest.mark.parametrize(
    ("since", "until", "from_at", "until_at", "said"),
    [
        ("2026-03-29", "2026-03-29", "2026-03-28T23", "2026-03-29T22", "29 Mar 2026 - 29 Mar"),
        ("2026-03-28", "2026-03-30", "2026-03-27T23", "2026-03-30T22", "28 Mar 2026 - 30 Mar"),
        ("2026-10-25", "2026-10-25", "2026-10-24T22", "2026-10-25T23", "25 Oct 2026 - 25 Oct"),
        ("2026-10-24", "2026-10-26", "2026-10-23T22", "2026-10-26T23", "24 Oct 2026 - 26 Oct"),
        ("2026-11-09", "2026-11-10", "2026-11-08T23", "2026-11-10T12", "9 Nov 2026 - 10 Nov"),
    ],
    ids=["spring", "about-spring", "autumn", "about-autumn", "today"],
)
def test_the_last_day_of_a_trial_is_tried_whole_where_the_programme_is(
    here: Pages, since: str, until: str, from_at: str, until_at: str, said: str
) -> None:
    program = here.town.program(payment=Payment(time_zone="Europe/Berlin"))
    here.town.clock.at_ms = parse_rfc3339("2026-11-10T12:00:00Z")
    otto = here.browser(OTTO)
    draft = begun(otto, f"/console/rules/{program.program_id}")
    form = otto.get(draft)
    assert "days are those of Europe/Berlin" in form.words
    otto.send(form, f"{draft}/replay", since=since, until=until)
    (replay,) = here.town.all(Replay)
    assert [rfc3339(at)[:13] for at in (replay.from_ms, replay.until_ms)] == [from_at, until_at]
    assert said.replace("-", "\N{EN DASH}") in otto.get(draft).words


def test_a_draft_that_was_tried_on_too_few_days_waits(here: Pages, place: str) -> None:
    here.town.clock.advance(60 * DAY_MS)
    otto, mara = here.browser(OTTO), here.browser(MARKETER)
    draft = begun(otto, place)
    first = rfc3339(here.town.clock.at_ms - 5 * DAY_MS)[:10]
    otto.send(otto.get(draft), f"{draft}/replay", since=first)
    work(Front(here.town, here.loaded), "program.replay_asked")
    shown = mara.get(draft)
    assert "It was tried on too few days" in shown.words
    assert "the last 28 days at least" in shown.words
    assert f'action="{draft}/publish"' not in shown.html
    (kept,) = here.town.all(Draft)
    form = mara.get(draft).fields(f"{draft}/replay") | {"digest": kept.digest}
    refused = mara.ask("POST", f"{draft}/publish", form=form)
    assert refused.status == 409
    assert "on the last four weeks at least" in refused.words
    replayed(here, otto, draft)
    assert "You can publish it" in mara.get(draft).words


def test_what_is_wrong_with_the_text_is_said_with_its_place(here: Pages, place: str) -> None:
    otto = here.browser(OTTO)
    draft = begun(otto, place)
    text = otto.get(draft).fields(draft)["terms"]
    for sent, words in (
        (text.replace("hold_days: 14", "hold_days: fourteen"), "hold_days"),
        (text.replace("basis_points: 1000", "basis_points: 0"), "rules.0.reward.basis_points"),
        (f"{text}\nmore: true", "more"),
        ("rules: [", "Line 1: "),
        ("a: &x [1]\nb: *x", "Line 1: "),
        ("!!python/object/apply:os.system ['id']", "Line 1: "),
        ("", "terms"),
        (HOSTILE, ""),
    ):
        refused = saved(otto, draft, sent)
        assert refused.status in (400, 422), sent
        assert words in refused.words, sent
        assert "<script>alert" not in refused.html
        assert "49" not in refused.words
    assert here.town.all(Draft)[0].revision == 1
    kept = saved(otto, draft, sent := changed(text) + "\nmore: 1")
    assert sent.strip().splitlines()[-1] in kept.words  # what was typed is not lost


def test_terms_are_the_same_as_text_and_back() -> None:
    made = terms(hold_days=7)
    assert terms_of(text_of(made)) == made
    assert terms_of(as_json(text_of(made).encode()).decode()) == made


def test_two_people_with_one_draft_are_told(here: Pages, place: str) -> None:
    otto, mara = here.browser(OTTO), here.browser(MARKETER)
    draft = begun(otto, place)
    text = otto.get(draft).fields(draft)["terms"]
    page = mara.get(draft)
    saved(otto, draft, changed(text))
    late = mara.send(page, draft, terms=changed(text, 60))
    assert late.status == 409
    assert "has changed the draft since you opened" in late.words


def test_who_may_see_and_do_what(here: Pages, place: str) -> None:
    draft = begun(here.browser(OTTO), place)
    for who in (FINANCE, ANALYST):
        browser = here.browser(who)
        for path in ("/console/rules", place, f"{place}/versions/1", draft):
            page = browser.get(path)
            assert page.status == 200
            assert 'action="/console' not in page.html, path
        form = browser.get(draft).fields("/auth/sign-out")
        for action in (place, draft, f"{draft}/replay", f"{draft}/publish", f"{draft}/discard"):
            assert browser.ask("POST", action, form=form).status == 403
    anna = here.browser(ANNA)
    assert anna.get("/console/rules").status == 403
    assert here.browser(ANALYST).get(f"{draft}/changes").status == 403
    assert here.browser(ADMIN).get(place).status == 200


def test_what_is_of_another_programme_is_not_found(here: Pages, place: str) -> None:
    otto = here.browser(OTTO)
    draft = begun(otto, place)
    other = here.town.program().program_id
    name = draft.rpartition("/")[2]
    for path in (
        f"/console/rules/{other}/drafts/{name}",
        f"/console/rules/{other}/versions/2",
        f"{place}/versions/x",
        f"{place}/drafts/drf_none",
        f"{draft}/changes",
        "/console/rules/prg_none",
    ):
        assert otto.get(path).status == 404, path


def test_hostile_words_are_text(here: Pages, place: str) -> None:
    otto = here.browser(OTTO)
    draft = begun(otto, place, rationale=f"because {HOSTILE}")
    for path in ("/console/rules", place, draft, f"{place}/versions/1"):
        page = otto.get(path)
        assert "<script>alert" not in page.html
        assert "{{ 7 * 7 }}" in page.words, path


def test_a_rollback_a_pilot_and_its_end(here: Pages, place: str) -> None:
    otto, mara = here.browser(OTTO), here.browser(MARKETER)
    draft = begun(otto, place)
    text = otto.get(draft).fields(draft)["terms"]
    saved(otto, draft, text.replace("basis_points: 1000", "basis_points: 2000"))
    replayed(here, otto, draft)
    both = mara.send(mara.get(draft), f"{draft}/publish", percent="10", advocates="adv_1")
    assert both.status == 422
    done = mara.send(mara.get(draft), f"{draft}/publish", percent="10")
    assert done.location == f"{place}/versions/2"
    here.town.clock.advance(15 * DAY_MS)
    pilot = mara.get(done.location)
    assert "10 % of all advocates" in pilot.words
    assert f'action="{place}/versions/2/promote"' in pilot.html
    assert "another person makes it everybody" in otto.get(done.location).words
    ended = mara.send(pilot, f"{place}/versions/2/withdraw", reason="too_dear")
    assert ended.status == 303
    assert "Withdrawn from" in mara.get(done.location).words
    back = otto.send(otto.get(place), place, copy_of="1", rationale="back to the first")
    assert back.status == 303
    assert "back to the first" in otto.get(back.location).words


def test_a_programme_is_paused_with_a_reason(here: Pages, place: str) -> None:
    mara = here.browser(MARKETER)
    page = mara.get(place)
    form: dict[str, Any] = {"state": "paused"}
    assert mara.send(page, f"{place}/state", **form, reason="No Code").status == 422
    assert mara.send(mara.get(place), f"{place}/state", **form, reason="season_over").status == 303
    assert here.town.all(Program)[0].state == "paused"
    assert "Paused" in mara.get("/console/rules").words


def test_closing_for_ever_has_a_form_and_a_box_of_its_own(here: Pages, place: str) -> None:
    mara = here.browser(MARKETER)
    page = mara.get(place)
    assert page.fields(f"{place}/state")["state"] == ""
    assert mara.send(page, f"{place}/state", reason="season_over").status == 422
    closing = {"state": "closed", "reason": "season_over"}
    assert mara.send(mara.get(place), f"{place}/state", **closing).status == 422
    unticked = mara.send(mara.get(place), f"{place}/close", reason="season_over")
    assert unticked.status == 422
    assert "Please fill this in" in unticked.words
    assert here.town.all(Program)[0].state == "active"
    assert mara.send(unticked, f"{place}/close", sure="yes").status == 303
    assert here.town.all(Program)[0].state == "closed"
    assert f'action="{place}/close"' not in mara.get(place).html


def test_a_draft_is_given_up(here: Pages, place: str) -> None:
    otto = here.browser(OTTO)
    draft = begun(otto, place)
    otto.send(otto.get(draft), f"{draft}/discard")
    page = otto.get(draft)
    assert "It was given up" in page.words
    assert f'action="{draft}' not in page.html
