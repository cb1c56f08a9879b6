"""Marketing makes a journey from the console, and staff close what a journey left to them."""

import pytest
from playwright.sync_api import Page, expect

from infra.local.advocacy import hear, soon
from infra.local.cast import Cast, Endpoint, Json
from infra.local.demo import Story
from infra.local.progress import Silent
from infra.local.waiting import eventually
from tests.browser.addresses import handed, of_advocates
from tests.browser.reading import DESK, PHONE, Reader, Readers, Told
from tests.browser.test_walk import newcomer

NARROW = (320, 700)
SIZES = {"phone": PHONE, "desk": DESK}
PRIVATE = """name: {name}
trigger:
  kind: renewal
steps:
- step: wait
  name: settle
  hours: 24
- step: ask
  name: call
  motion: reference
  template: call
goal:
  motion: reference
"""
GATED = """name: {name}
trigger:
  kind: nps
  low: 9
steps:
- step: ask
  name: review
  motion: review
  template: public_review
  site: g2
  profile: acme-coffee
- step: reward
  name: thanks
  of_ask: review
  amount_minor: 1500
goal:
  motion: review
"""


def well_made(reader: Reader, size: tuple[int, int]) -> None:
    """Fits everywhere, in both lights."""
    for narrow in (NARROW, size):
        for scheme in ("light", "dark"):
            reader.looks(narrow, scheme)
            assert reader.grave() == []
            assert reader.overflow() <= 0
            assert reader.small_targets() == []


def kept(reader: Reader, text: str, why: str) -> None:
    page = reader.page
    page.get_by_label("The journey as text").fill(text)
    page.get_by_label("Why").fill(why)
    page.get_by_role("button", name="Keep the draft").click()


def begun(reader: Reader) -> Page:
    """The form of a new journey of the programme that pays for advocacy, from a ready one."""
    page = reader.page
    reader.open(of_advocates("/console/journeys")(reader))
    page.get_by_role("link", name="New journey").click()
    page.get_by_label("Begin with").select_option("support_rescue")
    page.get_by_role("button", name="Put its text below").click()
    return page


@pytest.mark.parametrize("size", sorted(SIZES))
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
def test_a_journey_is_drafted_mended_tried_published_and_paused(
    readers: Readers, size: str, scripts: bool
) -> None:
    marta, milo = (readers.make(who, scripts=scripts) for who in ("marta", "milo"))
    for one in (marta, milo):
        one.looks(SIZES[size], "light")
    page, name = begun(marta), f"Renewals {size} {scripts}"
    assert "name: Support rescue" in page.get_by_label("The journey as text").input_value()
    text = PRIVATE.format(name=name)
    kept(marta, text.replace("hours: 24", "hours: 0"), "renewers speak well")
    expect(page.get_by_text("Line 7: steps.0.hours: It must be 1 or more.")).to_be_visible()
    if scripts:
        well_made(marta, SIZES[size])
    kept(marta, text, "renewers speak well")
    expect(page.get_by_text("You wrote it, so another person publishes it")).to_be_visible()
    place = page.url.removeprefix(marta.told.api)
    if scripts:
        well_made(marta, SIZES[size])
    page.get_by_role("link", name="See whom it would ask").click()
    expect(page.get_by_text("Would be asked")).to_be_visible()
    if scripts:
        well_made(marta, SIZES[size])
    assert milo.open(place) == 200
    milo.page.get_by_role("button", name="Publish").click()
    expect(milo.page.get_by_text("Running")).to_be_visible()
    milo.page.get_by_text("Pause it, let it go on, or end it").click()
    milo.page.get_by_label("State").select_option("paused")
    milo.page.get_by_label("Reason as a code").fill("season_over")
    milo.page.get_by_role("button", name="Do it").click()
    expect(milo.page.locator(".status").get_by_text("Paused")).to_be_visible()
    marta.open(place)
    expect(marta.page.get_by_text("No draft yet")).to_be_visible()


def test_a_rewarded_review_for_promoters_is_refused_with_the_rule(readers: Readers) -> None:
    marta, milo = readers.make("marta"), readers.make("milo")
    begun(marta)
    kept(marta, GATED.format(name="Only the happy"), "only good ones")
    place = marta.page.url.removeprefix(marta.told.api)
    assert milo.open(place) == 200
    expect(milo.page.get_by_text("It cannot be published as it is")).to_be_visible()
    line = milo.page.get_by_text("Line 7: steps.0: Review gating (16 CFR 465.4 and 465.7)")
    expect(line).to_be_visible()
    assert milo.page.get_by_role("button", name="Publish").count() == 0
    well_made(milo, PHONE)
    well_made(milo, DESK)


def test_a_hand_over_is_taken_and_closed_without_scripts(readers: Readers) -> None:
    marta = readers.make("marta", scripts=False)
    assert marta.open(handed(marta)) == 200
    page = marta.page
    if page.get_by_role("button", name="Take it").count():
        page.get_by_role("button", name="Take it").click()
    expect(page.get_by_role("definition").get_by_text("you", exact=True)).to_be_visible()
    page.get_by_role("button", name="Give it back").click()
    expect(page.get_by_role("button", name="Take it")).to_be_visible()


def asked_for_a_review(told: Told, name: str) -> None:
    """A new customer of the story's second programme; a request of the story's may be over."""
    story = Story(Cast(told.stack), Silent(), told.directory.program_id)
    program_id = str(told.person("iris").get("/v1/me")["programs"][0]["program_id"])
    signed = story.cast.join(f"{name}@people.example", "Rae", program_id)
    opened = {"kind": "generic", "program_id": program_id, "label": "what Rae does"}
    made = told.person("ada").post("/v1/sources", opened)
    source = Endpoint(str(made["id"]), str(made["signing_secret"]))
    hear(story, source, signed.person.email, ({"kind": "deal_won"},))
    marta = told.person("marta")
    where = {"program_id": program_id, "email": signed.person.email}

    def walks() -> list[Json]:
        found = marta.send("POST", "/v1/subjects/find", where)
        at = f"/v1/subjects/{found.json()['id']}/walks" if found.status == 200 else ""
        rows: list[Json] = marta.get(at)["data"] if at else []
        return rows

    def asks() -> list[Json]:
        soon(story)
        rows: list[Json] = signed.get("/v1/me/asks")["data"]
        return rows

    eventually(walks, "an entry into a journey")
    story.forward(15, "the first waits are over")
    eventually(asks, "a request")
    newcomer(told, name)  # with a password of its own, for the one-click sign-in


def test_the_advocates_page_leads_to_the_review_form_with_the_disclosure(
    told: Told, readers: Readers
) -> None:
    asked_for_a_review(told, "reviewer")
    rae = readers.make("reviewer")
    rae.open("/my/asks")
    link = rae.page.get_by_role("link", name="Open the form").first
    assert link.get_attribute("href") == "https://www.g2.com/products/acme-coffee/take_survey"
    expect(rae.page.locator("main q").first).to_be_visible()
    well_made(rae, PHONE)
