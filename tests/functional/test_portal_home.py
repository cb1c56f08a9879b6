"""The advocate's first page at a glance, and payouts that did not go through: told and mended."""

from collections.abc import Iterator

import pytest
from goodword.advocates.model import PayoutMethod
from goodword.ledger.model import Balance
from goodword.payouts.model import FrozenReward, Payout, PayoutRun
from goodword.records import Record
from goodword.rewards.model import Reward
from goodword.times import DAY_MS
from goodword.trust.dispute import Dispute, DisputeOfAdvocate
from goodword_aws.pages import portal
from goodword_aws.pages.portal_latest import READ

from tests.functional.test_portal_pages import joined, keep, reward_of
from tests.support.api import ANNA
from tests.support.pages import Browser, Pages, pages

READS = ("get", "get_many", "get_mixed", "query", "query_mixed", "query_index")


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        yield made


@pytest.fixture
def program_id(here: Pages) -> str:
    return here.town.program(brand="Acme").program_id


def payout(here: Pages, program_id: str, own: str, number: int = 1, **changes: object) -> Payout:
    """A paid payout of 5.00 EUR, a day later for each number."""
    at_ms = here.town.clock.at_ms - 400 * DAY_MS + number * DAY_MS
    fields: dict[str, object] = {
        "payout_id": f"pay_{number:026d}",
        "run_id": "run_1",
        "advocate_id": own,
        "program_id": program_id,
        "rewards": (FrozenReward(reward_id="rwd_1", amount_minor=500),),
        "carry_minor": 0,
        "amount_minor": 500,
        "currency": "EUR",
        "rail": "simulator",
        "destination_hash": "0" * 64,
        "state": "paid",
        "cutoff_ms": at_ms,
        "created_ms": at_ms,
        "changed_ms": at_ms,
    }
    return Payout.model_validate(fields | changes)


def kept(here: Pages, program_id: str, *records: Record) -> None:
    run = PayoutRun(
        run_id="run_1",
        program_id=program_id,
        period="2025-10",
        cutoff_ms=0,
        rail="simulator",
        currency="EUR",
        minimum_minor=0,
        state="settled",
        created_ms=0,
        changed_ms=0,
    )
    for record in (run, *records):
        keep(here, record)


def with_method(browser: Browser) -> None:
    page = browser.get("/my/payouts/method")
    sent = browser.send(page, "/my/payouts/method", receiver="anna@mail.example")
    assert sent.location == "/my/payouts"


def test_the_link_is_there_as_a_picture_from_our_own_host(here: Pages, program_id: str) -> None:
    joined(here, program_id)
    browser = here.browser(ANNA)
    html = browser.get("/my").html
    (source,) = [part for part in html.split('"') if part.endswith("/qr")]
    assert source.startswith("/my/links/")
    assert f'src="{source}"' in html
    assert "<svg" in browser.get(source).html
    assert html.index(f'src="{source}"') < html.index('id="latest"')


def test_events_of_every_kind_come_by_the_time_of_what_happened(
    here: Pages, program_id: str
) -> None:
    own, now_ms = joined(here, program_id).advocate_id, here.town.clock.at_ms
    old: Reward = reward_of(program_id, own, now_ms - 300 * DAY_MS)
    asked = Dispute(
        dispute_id="dsp_1",
        advocate_id=own,
        program_id=program_id,
        about="payout",
        subject_id="pay_1",
        opened_ms=now_ms - 9 * DAY_MS,
        changed_ms=now_ms - 2 * DAY_MS,
        due_ms=now_ms + DAY_MS,
    )
    kept(
        here,
        program_id,
        old.but(changed_ms=now_ms - DAY_MS, state="paid", payout_id="pay_1"),
        *(
            old.but(reward_id=f"rwd_{number:026d}", changed_ms=now_ms - number * DAY_MS)
            for number in range(20, 28)
        ),
        asked,
        DisputeOfAdvocate(advocate_id=own, dispute_id="dsp_1"),
        payout(here, program_id, own, changed_ms=now_ms - 3 * DAY_MS),
    )
    browser = here.browser(ANNA)
    page = browser.get("/my")
    latest = page.html.partition('id="latest"')[2]
    places = [
        latest.index(link)
        for link in (
            f"/my/earnings/{old.reward_id}",  # earned first, moved last
            "/my/disputes/dsp_1",
            f"/my/payouts/pay_{1:026d}",
            f"/my/earnings/rwd_{20:026d}",
        )
    ]
    assert places == sorted(places)
    assert latest.count("<li>") == 6
    assert "Newest rewards, payouts and questions, and what became of them" in page.words
    browser.language = "de"
    german = browser.get("/my").words
    assert "Deine Frage" in german
    assert "Neueste Prämien, Auszahlungen und Fragen, und was aus ihnen wurde" in german


def test_the_list_is_of_the_newest_as_its_title_says(here: Pages, program_id: str) -> None:
    own, now_ms = joined(here, program_id).advocate_id, here.town.clock.at_ms
    old: Reward = reward_of(program_id, own, now_ms - 300 * DAY_MS)
    newer = [old.but(reward_id=f"rwd_{number:026d}") for number in range(20, 20 + READ)]
    kept(here, program_id, old.but(changed_ms=now_ms, state="paid", payout_id="pay_1"), *newer)
    latest = here.browser(ANNA).get("/my").html.partition('id="latest"')[2]
    assert "what became of them" in latest.partition("</h2>")[0]
    assert old.reward_id not in latest  # it moved last, but is none of the newest
    assert newer[-1].reward_id in latest


def test_a_payout_that_did_not_arrive_is_mended_where_it_is_told(
    here: Pages, program_id: str
) -> None:
    own = joined(here, program_id).advocate_id
    browser = here.browser(ANNA)
    with_method(browser)
    (method,) = here.town.all(PayoutMethod)
    failed = payout(
        here,
        program_id,
        own,
        state="failed",
        reason="account_closed",
        changed_ms=method.changed_ms + 1,
    )
    kept(here, program_id, failed)
    mend = '<a class="button button--second" href="/my/payouts/method">Check how you are paid'
    for path in ("/my/payouts", f"/my/payouts/{failed.payout_id}"):
        assert mend in browser.get(path).html
    home = browser.get("/my")
    assert "A payout of yours did not arrive" in home.words
    assert 'class="button" href="/my/payouts/method"' in home.html
    assert "€5.00 could not be paid on" in home.words
    browser.language = "de"
    assert "Eine Auszahlung an dich kam nicht an" in browser.get("/my").words
    browser.language = "en"
    keep(here, method.but(changed_ms=failed.changed_ms + 1))
    assert "did not arrive" not in browser.get("/my").words  # the method was changed since
    assert mend in browser.get("/my/payouts").html


@pytest.mark.parametrize(
    ("follows", "told"),
    [
        ({}, False),  # paid: the way works
        ({"state": "failed"}, True),
        *(({"state": state}, True) for state in ("draft", "sent", "unknown", "cancelled")),
        ({"program_id": "prg_of_others"}, True),
        ({"currency": "USD"}, True),
    ],
)
def test_what_did_not_arrive_is_told_until_it_was_paid_or_changed(
    here: Pages, program_id: str, follows: dict[str, object], told: bool
) -> None:
    own = joined(here, program_id).advocate_id
    browser = here.browser(ANNA)
    with_method(browser)
    (method,) = here.town.all(PayoutMethod)
    at_ms = method.changed_ms
    first = payout(here, program_id, own, state="returned", changed_ms=at_ms + 1)
    second = payout(here, program_id, own, 2, changed_ms=at_ms + 2).but(**follows)
    kept(here, program_id, first, second)
    assert ("A payout of yours did not arrive" in browser.get("/my").words) == told
    keep(here, method.but(changed_ms=at_ms + 3))
    assert "did not arrive" not in browser.get("/my").words


def test_what_came_back_after_a_later_one_was_paid_is_told(here: Pages, program_id: str) -> None:
    own, now_ms = joined(here, program_id).advocate_id, here.town.clock.at_ms
    late = payout(here, program_id, own, state="returned", changed_ms=now_ms)
    kept(here, program_id, late, payout(here, program_id, own, 2))
    assert "A payout of yours did not arrive" in here.browser(ANNA).get("/my").words


def test_a_paid_payout_has_nothing_to_mend(here: Pages, program_id: str) -> None:
    own = joined(here, program_id).advocate_id
    kept(here, program_id, payout(here, program_id, own))
    browser = here.browser(ANNA)
    for path in ("/my", "/my/payouts", f"/my/payouts/pay_{1:026d}"):
        assert "Check how you are paid" not in browser.get(path).words


@pytest.mark.parametrize(
    ("in_payout", "english", "german"),
    [
        (0, "Nothing is ready yet;", "Noch ist nichts bereit;"),
        (1_200, "Nothing else is ready yet;", "Sonst ist noch nichts bereit;"),
    ],
)
def test_what_is_in_a_payout_is_ready_and_nothing_else(
    here: Pages, program_id: str, in_payout: int, english: str, german: str
) -> None:
    own = joined(here, program_id).advocate_id
    browser = here.browser(ANNA)
    with_method(browser)
    empty = Balance(advocate_id=own, program_id=program_id, currency="EUR")
    keep(here, empty.but(earned_minor=1_200, in_payout_minor=in_payout))
    for path in ("/my", "/my/payouts"):
        browser.language = "en"
        page = browser.get(path)
        assert english in page.words
        assert ("€12.00 is in a payout already" in page.words) == bool(in_payout)
        browser.language = "de"
        assert german in browser.get(path).words


@pytest.mark.parametrize(("count", "said"), [(60, ""), (101, "Of the newest 100")])
def test_the_chart_of_payouts_has_what_its_words_say(
    here: Pages, program_id: str, count: int, said: str
) -> None:
    own = joined(here, program_id).advocate_id
    kept(here, program_id, *(payout(here, program_id, own, number) for number in range(count)))
    page = here.browser(ANNA).get("/my/payouts")
    chart = page.html.partition('id="chart-paid-eur"')[2].partition("</figure>")[0]
    assert ("Of the newest" in chart) == bool(said)
    assert said in chart
    most = min(count, portal.CHARTED) * 5
    rows = chart.partition("<tbody>")[2].replace(",", "").split("€")[1:]
    assert sum(float(row.partition("<")[0]) for row in rows) == most


def counted(here: Pages, browser: Browser, path: str, patch: pytest.MonkeyPatch) -> list[str]:
    """The reads of one page, by the names that the store has for them."""
    asked: list[str] = []
    with patch.context() as inside:
        for name in READS:
            before = getattr(here.town.store, name)

            def read(*words: object, _name: str = name, _before: object = before, **more: object):  # type: ignore[no-untyped-def]  # stands for six methods
                asked.append(_name)
                return _before(*words, **more)  # type: ignore[operator]  # as above

            inside.setattr(here.town.store, name, read)
        assert browser.get(path).status == 200
    return asked


@pytest.mark.parametrize(
    ("path", "summaries", "most"),
    [("/my", 1, 8), ("/my/links", 1, 4), ("/my/payouts", 1, 4), ("/my/earnings", 0, 2)],
)
def test_a_page_reads_the_summary_once_whatever_there_is(
    here: Pages,
    program_id: str,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    summaries: int,
    most: int,
) -> None:
    own = joined(here, program_id).advocate_id
    browser = here.browser(ANNA)
    first: Reward = reward_of(program_id, own, here.town.clock.at_ms)
    for many in (range(1), range(1, 80)):
        rewards = [first.but(reward_id=f"rwd_{number:026d}") for number in many]
        for reward in rewards:
            keep(here, reward)
        browser.get(path)  # what a process remembers is not read again
        asked = counted(here, browser, path, monkeypatch)
        assert asked.count("query_mixed") == summaries, asked
        assert len(asked) <= most, asked


def test_the_first_page_is_light_with_all_that_it_brings(here: Pages, program_id: str) -> None:
    own = joined(here, program_id).advocate_id
    first: Reward = reward_of(program_id, own, here.town.clock.at_ms)
    kept(
        here,
        program_id,
        *(first.but(reward_id=f"rwd_{number:026d}") for number in range(20)),
        *(payout(here, program_id, own, number, state="failed") for number in range(5)),
    )
    browser = here.browser(ANNA)
    page = browser.get("/my")
    size = len(page.html.encode())
    for part in page.html.split('"'):
        if part.startswith("/static/") or part.endswith("/qr"):
            size += len(browser.get(part).html.encode())
    assert size < 60_000, size
