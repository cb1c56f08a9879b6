"""Finance's month and marketing's change of a rule, by pages alone, as two people each."""

import json
import re

import pytest
from playwright.sync_api import expect

from infra.local.cast import Cast
from infra.local.demo import HOLD_DAYS, Story
from infra.local.progress import Silent
from infra.local.waiting import eventually
from tests.browser.reading import DESK, PHONE, Reader, Readers, Told
from tests.browser.test_walk import until

ORDER = 9_300


def bought(told: Told, name: str, number: int) -> Story:
    """Somebody new recommended an order that is too large to go on by itself."""
    story = Story(Cast(told.stack), Silent(), told.directory.program_id)
    _, code = story.joins(name, name.title())
    story.buys(told.directory.shop, number, "500.00", story.cast.click_id(code), f"{name}s.friend")
    return story


def approve(finance: Reader, number: int) -> None:
    """Open the held order, choose, read what the advocate will read, decide."""
    page = finance.page
    until(finance, "/console/reviews", str(number))
    page.get_by_role("link", name=re.compile(str(number))).click()
    page.get_by_label("Why").first.select_option("checked_order")
    page.get_by_role("button", name="See what they will read").first.click()
    expect(page.get_by_text("The advocate will read this")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Approve")).click()
    expect(page.get_by_text("Decided.")).to_be_visible()


def month_ends(told: Told, story: Story) -> str:
    """The hold passes, then the period; the clocks ring as they would. The number of its run.

    Once it is listed: where the machine is slow, the run of a month before may stand open too.
    """
    story.forward(HOLD_DAYS + 1, "the hold is over")
    story.ring("rewards_schedule")
    card = told.person("maya").get("/v1/me")["programs"][0]
    story.forward(story.days_to(card["next_payout_at"]) + 1, "the 1st has come")
    story.ring("rewards_schedule")
    story.ring("payouts_schedule")
    month = card["next_payout_at"][:7]  # Berlin's midnight is of the last day, in UTC
    run_id = f"run_{story.program_id}_{month}"

    def listed() -> bool:
        found = told.person("fatima").get("/v1/payout-runs")["data"]
        return any(one["id"] == run_id and one["listing"] == "hashed" for one in found)

    eventually(listed, "the listed run")
    return run_id


@pytest.mark.parametrize(("size", "scripts"), [(DESK, True), (PHONE, False)])
def test_review_request_release_watch_reconcile(
    told: Told, readers: Readers, size: tuple[int, int], scripts: bool
) -> None:
    number = ORDER + size[0] % 7
    story = bought(told, f"payee{size[0]}", number)
    fatima = readers.make("fatima", size=size, scripts=scripts)
    frank = readers.make("frank", size=size, scripts=scripts)
    approve(fatima, number)
    run_id = month_ends(told, story)

    page = fatima.page
    until(fatima, "/console/runs", "To be requested")
    page.locator(f"a[href$='/{run_id}']").first.click()
    expect(page.get_by_text("The list is complete")).to_be_visible()  # nothing unusual was found
    total = page.locator(".sums .main dd").inner_text()
    page.get_by_role("button", name="Request it").click()
    expect(page.get_by_text("You requested it, so you cannot release it")).to_be_visible()
    assert page.get_by_role("button", name="Release it").count() == 0
    address = page.url

    other = frank.page
    frank.open(address)
    other.get_by_label(re.compile("Total in EUR")).fill("1")
    other.get_by_role("button", name="Release it").click()
    expect(other.get_by_text("The total is not that of the run")).to_be_visible()
    frank.open(address)
    other.get_by_label(re.compile("Total in EUR")).fill(total)
    other.get_by_role("button", name="Release it").click()
    expect(other.get_by_text("Released. The payments go out now.")).to_be_visible()
    if scripts:  # without a touch: the page follows the run by itself
        expect(other.get_by_text("What became of the payments")).to_be_visible(timeout=90_000)
    until(frank, address, "The run is finished")
    assert re.search(r"Paid\s+\d+ payments?, €", frank.words)

    other.get_by_role("link", name="Comparison with the rail").first.click()
    until(frank, f"{address}/reconciliation", "No difference, to the cent")
    other.get_by_role("button", name="Compare again").click()
    expect(other.get_by_text("We are asking the rail.")).to_be_visible()
    assert frank.grave() == [] if scripts else True


def test_a_rule_is_changed_replayed_and_published_by_another(told: Told, readers: Readers) -> None:
    marta, milo = readers.make("marta", size=DESK), readers.make("milo", size=PHONE)
    page = marta.page
    marta.open(f"/console/rules/{told.directory.program_id}")
    page.get_by_label("Why", exact=True).fill("longer holds <b>please</b>")
    page.get_by_role("button", name="Begin it").click()
    expect(page.get_by_text("Here is your draft.")).to_be_visible()
    address = page.url

    page.get_by_text("Change the draft").click()
    text = page.get_by_label("The terms").input_value()
    page.get_by_label("The terms").fill(text.replace(f"hold_days: {HOLD_DAYS}", "hold_days: many"))
    page.get_by_role("button", name="Save this revision").click()
    expect(page.get_by_text(re.compile("hold_days: "))).not_to_have_count(0)
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("The terms").fill(text.replace(f"hold_days: {HOLD_DAYS}", "hold_days: 21"))
    page.get_by_role("button", name="Save this revision").click()
    expect(page.get_by_text("Saved as a new revision.")).to_be_visible()

    page.get_by_role("button", name="Try it on the past").click()
    expect(page.get_by_text("It is being tried on the past").first).to_be_visible()
    page.reload()  # the replay goes on whoever looks
    expect(page.get_by_text(re.compile(r"would change \d+ reward"))).to_be_visible(timeout=90_000)
    marta.open(address)
    expect(page.get_by_text("You wrote it, so another person publishes it")).to_be_visible()
    assert page.get_by_role("button", name="Publish").count() == 0
    assert marta.grave() == []

    milo.open(address)
    milo.page.get_by_role("button", name="Publish").click()
    expect(milo.page.get_by_text("Published. Advocates are being told.")).to_be_visible()
    assert "longer holds <b>please</b>" in milo.words
    assert milo.grave() == []


def test_somebody_is_found_and_looked_at_with_a_reason(told: Told, readers: Readers) -> None:
    fatima = readers.make("fatima", size=DESK)
    page = fatima.page
    fatima.open("/console/advocates")
    page.get_by_label(re.compile("Find somebody")).fill("maya@people.example")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("heading", name="Balances")).to_be_visible()
    assert "maya" not in page.content().lower().replace(told.directory.code.lower(), "")
    page.get_by_text("Look at name and address").click()
    page.get_by_label("Why").first.select_option("asked_by_advocate")
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_text("maya@people.example").first).to_be_visible()
    page.get_by_role("link", name=re.compile("Everything in the journal")).click()
    expect(page.get_by_text("advocate.looked_at").first).to_be_visible()


def test_a_proof_is_downloaded(readers: Readers) -> None:
    fatima = readers.make("fatima", size=DESK)
    page = fatima.page
    fatima.open("/console/advocates")
    page.locator("tbody a").first.click()
    page.locator("a[href^='/console/reviews/']").first.click()
    with page.expect_download() as saved:
        page.get_by_role("link", name=re.compile("Download the proof")).first.click()
    assert json.loads(saved.value.path().read_text())["format"] == "goodword-proof-1"
