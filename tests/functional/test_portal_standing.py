"""Every state is told as fact, reason, date and action, and nothing untrue stands beside it."""

from collections.abc import Iterator

import pytest
from goodword.advocates.model import Enrolment
from goodword.ledger.model import Balance
from goodword.payouts.stops import Holding
from goodword.programs.model import ProgramState
from goodword.times import DAY_MS, parse_rfc3339
from goodword.trust.banning import Bans
from goodword_aws.pages.embed import embed_token
from goodword_aws.settings import settings

from tests.functional.test_portal_pages import joined, keep, reward_of
from tests.support.api import ANNA
from tests.support.pages import Pages, Shown, pages

NOW = parse_rfc3339("2025-11-22T10:00:00Z")


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pages]:
    monkeypatch.setenv("EMBED_ORIGINS", "https://shop.example")
    with pages() as made:
        settings.cache_clear()
        made.town.clock.at_ms = NOW
        yield made


@pytest.fixture
def enrolment(here: Pages) -> Enrolment:
    return joined(here, here.town.program().program_id)


def frame(here: Pages, advocate_id: str) -> Shown:
    token, _ = embed_token(b"page secret", advocate_id, here.town.clock.now_ms())
    return here.browser().get(f"/embed/{token}")


def moved(here: Pages, enrolment: Enrolment, state: str) -> None:
    stored = here.town.store.get(Enrolment, enrolment.key)
    assert stored is not None
    keep(here, stored.but(state=state, changed_ms=NOW - 2 * DAY_MS))


def test_a_ban_is_told_with_its_reason_its_day_and_the_appeal(
    here: Pages, enrolment: Enrolment
) -> None:
    Bans(here.town.desk()).ban(
        enrolment.advocate_id, enrolment.program_id, "spam", NOW - DAY_MS, None
    )
    for page in (here.browser(ANNA).get("/my"), frame(here, enrolment.advocate_id)):
        assert "ended your part in it on 22 Nov 2025" in page.words
        assert "Messages were sent to people who had not asked for them." in page.words
        assert "You can appeal until" in page.words
        for untrue in ("Next payout", "Share it with", "/r/", "Your link"):
            assert untrue not in page.words, untrue
    assert "about=ban" in here.browser(ANNA).get("/my").html
    assert "/my/disputes" not in frame(here, enrolment.advocate_id).html
    anna = here.browser(ANNA)
    anna.language = "de"
    assert "Hältst du das für einen Irrtum? Du kannst bis" in anna.get("/my").words


@pytest.mark.parametrize("state", ["paused", "declined", "left"])
def test_each_other_state_has_its_day(here: Pages, enrolment: Enrolment, state: str) -> None:
    moved(here, enrolment, state)
    for page in (here.browser(ANNA).get("/my"), frame(here, enrolment.advocate_id)):
        assert "Since 20 Nov 2025." in page.words
        assert "Next payout" not in page.words
        assert "Share" not in page.words


def test_payouts_on_hold_say_since_when_and_why_and_promise_no_day(
    here: Pages, enrolment: Enrolment
) -> None:
    money = Balance(
        advocate_id=enrolment.advocate_id,
        program_id=enrolment.program_id,
        currency="EUR",
        payable_minor=5_000,
    )
    keep(here, money)
    anna = here.browser(ANNA)
    assert "Next payout 1 Dec 2025" in anna.get("/my").words
    for code, why in (("legal_request", "A person looks at"), ("details_unclear", "how you are")):
        held = Holding(here.town.desk()).hold(enrolment.advocate_id, code, None)
        for path in ("/my", "/my/payouts"):
            page = anna.get(path)
            assert "Next payout Not now They have been on hold since 22 Nov 2025" in page.words
            assert why in page.words
            assert "1 Dec 2025" not in page.words
        assert why in frame(here, enrolment.advocate_id).words
        assert "1 Dec 2025" not in frame(here, enrolment.advocate_id).words
        for name in held.causes:
            Holding(here.town.desk()).lift(enrolment.advocate_id, name, "details_unclear", None)


def test_a_reward_that_is_ready_or_on_its_way_has_a_day(here: Pages, enrolment: Enrolment) -> None:
    ready = reward_of(enrolment.program_id, enrolment.advocate_id, NOW).but(state="due")
    sent = ready.but(
        reward_id="rwd_00000000000000000000000002",
        state="batched",
        payout_id="pay_1",
        changed_ms=NOW - DAY_MS,
    )
    points = ready.but(reward_id="rwd_00000000000000000000000003", currency="POINTS")
    keep(here, ready, sent, points)
    for path in ("/my", "/my/earnings"):
        words = here.browser(ANNA).get(path).words
        assert words.count("The programme's next payout is on 1 Dec 2025.") == 1, path
        assert "In a payout since 21 Nov 2025." in words, path
        assert "on its way" not in words, path


def test_a_question_on_the_first_page_says_what_comes_next(
    here: Pages, enrolment: Enrolment
) -> None:
    keep(
        here,
        reward_of(enrolment.program_id, enrolment.advocate_id, NOW).but(
            state="on_hold", lapse_ms=NOW + DAY_MS
        ),
    )
    anna = here.browser(ANNA)
    held = "rwd_00000000000000000000000001"
    form = anna.get("/my/disputes/new", about="hold", subject=held, program=enrolment.program_id)
    assert anna.send(form, "/my/disputes/new", text="why?").status == 303
    words = anna.get("/my").words
    assert "You asked about a reward on hold on 22 Nov 2025." in words
    assert "A person is looking into it." in words
    assert "We answer by" in words.partition("looking into it")[2]


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_a_programme_that_does_not_run_says_so_wherever_it_is_shown(
    here: Pages, enrolment: Enrolment, state: ProgramState
) -> None:
    anna, program_id = here.browser(ANNA), enrolment.program_id
    said = {"paused": "This programme is paused", "closed": "This programme has ended"}[state]
    own = ("/my", "/my/links", "/my/payouts", "/my/help", "/my/account")
    for path in own:
        assert said not in anna.get(path).words, path
    assert "Few have followed your link" in anna.get("/my").words
    here.town.programs.set_state(program_id, state, "season_over")
    for path in (*own, f"/terms/{program_id}"):
        page = anna.get(path)
        assert page.status == 200, path
        assert said in page.words, path
        assert "data-share" not in page.html, path
    home = anna.get("/my")
    assert "Few have followed your link" not in home.words
    assert "/r/" not in home.words
    assert f'href="/join/{program_id}"' not in anna.get(f"/terms/{program_id}").html
    assert said in frame(here, enrolment.advocate_id).words
    assert "/r/" not in frame(here, enrolment.advocate_id).words
    assert here.browser().get(f"/terms/{program_id}").status == 200
    assert here.browser().get("/terms/prg_none").status == 404
    anna.language = "de"
    assert "Dieses Programm" in anna.get("/my").words
