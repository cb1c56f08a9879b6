"""Join, share, click, buy, see the reward and why: as people do it, with their thumbs."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from infra.local.waiting import eventually
from tests.browser.reading import DESK, PHONE, Reader, Readers, Told


def until(reader: Reader, path: str, pattern: str) -> None:
    """Open the page until it says so."""

    def look() -> bool:
        reader.open(path)
        return bool(re.search(pattern, reader.words))

    assert eventually(look, pattern)


def newcomer(told: Told, name: str) -> None:
    """A user of the pool who has joined nothing, with a one-click sign-in."""
    person = told.stack.people.create(f"{name}@people.example")
    kept = {"email": person.email, "subject": person.subject, "groups": [], "password": ""}
    told.directory.people[person.email] = kept | {"password": person.password}
    told.directory.write(told.stack.emulator.home)


@pytest.mark.parametrize(("size", "scripts"), [(PHONE, True), (DESK, False)])
def test_join_share_click_buy_see_why(
    told: Told, readers: Readers, size: tuple[int, int], scripts: bool
) -> None:
    name = f"walker{size[0]}"
    newcomer(told, name)
    person = readers.make(name, size=size, scripts=scripts)
    person.open(f"/join/{told.directory.program_id}")
    page = person.page
    page.get_by_label("Your name").fill("Walker")
    page.get_by_label(re.compile("I have read version")).check()
    page.get_by_label(re.compile("I say that I earn")).check()
    page.get_by_role("button", name="Take part").click()
    expect(page.get_by_text("Welcome. Here is your link.")).to_be_visible()
    link = page.locator(".address").first.inner_text().strip()
    assert "/r/" in link

    friend = readers.make(size=size, scripts=scripts)
    friend.open(link)
    assert "You came over a recommendation." in friend.words
    friend.page.get_by_label("Two bags").check()
    friend.page.get_by_label("Your e-mail").fill(f"{name}s.friend@shoppers.example")
    friend.page.get_by_role("button", name="Buy").click()
    expect(friend.page.get_by_text("is paid")).to_be_visible()

    percent = told.percent()
    earned = re.escape(f"€{4_900 * percent / 10_000:.2f}")
    until(person, "/my", earned)
    until(person, "/my/earnings", earned)
    page.locator(".items a.what").first.click()
    expect(page.get_by_role("heading", name="Why this amount")).to_be_visible()
    assert re.search(rf"€49\.00 . {percent} % = {earned}", person.words)
    assert "shoppers.example" not in page.content()


def test_sign_in_on_the_pools_own_page_and_out_again(told: Told, readers: Readers) -> None:
    reader = readers.make()
    kept = told.directory.people["maya@people.example"]
    reader.open("/my/payouts")
    page = reader.page
    page.locator("input[name=username]").fill("maya@people.example")
    page.locator("input[name=password]").fill(kept["password"])
    page.locator("button[type=submit], input[type=submit]").first.click()
    expect(page.get_by_role("heading", name="Payouts", exact=True)).to_be_visible()
    assert page.url.endswith("/my/payouts")
    assert page.evaluate("document.cookie").count("gw_id") == 0
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    assert not [c for c in reader.context.cookies() if c["name"] in ("gw_id", "gw_refresh")]
    reader.complaints.clear()  # of the pool's own page, which is the emulator's


def test_copy_says_so(readers: Readers) -> None:
    reader = readers.make("maya")
    reader.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reader.open("/my")
    reader.page.get_by_role("button", name="Copy link").click()
    expect(reader.page.get_by_role("button", name="Copied")).to_be_visible()
    assert "/r/" in reader.page.evaluate("navigator.clipboard.readText()")


def test_language_and_zone_are_the_readers(readers: Readers) -> None:
    reader = readers.make("maya", language="de-DE")
    reader.open("/my/payouts")
    assert "Zahlungen" in reader.words
    reader.open("/my/payouts")
    assert re.search(r"\d{2}:\d{2} CES?T", reader.words)
    reader.page.get_by_role("button", name="English").click()
    page = reader.page
    expect(page.get_by_role("heading", name="Payouts", exact=True)).to_be_visible()
    reader.open("/my/payouts?since=letter")
    page.get_by_text("Times in Europe/Berlin").click()
    for width in (320, PHONE[0]):
        reader.looks((width, PHONE[1]), "dark" if width == 320 else "light")
        expect(page.get_by_label("Show times in")).to_be_visible()
        assert (reader.grave(), reader.overflow(), reader.small_targets()) == ([], 0, [])
    page.get_by_label("Show times in").fill("Asia/Tokyo")
    page.get_by_role("button", name="Use it").click()
    expect(page.locator("[data-zone]")).to_have_text("Times in Asia/Tokyo")
    assert page.url.endswith("/my/payouts?since=letter")
    assert re.search(r"\d:\d{2}(\s[AP]M)?\sJST", reader.words)
    assert not re.search(r"CES?T", reader.words)
    reader.open("/my")
    expect(page.locator("[data-zone]")).to_have_text("Times in Asia/Tokyo")


def test_a_form_from_another_site_is_refused(told: Told, readers: Readers) -> None:
    reader = readers.make("maya")
    reader.open(f"{told.town}/shop")
    reader.page.evaluate(
        """action => { const form = document.createElement('form');
           form.method = 'post'; form.action = action; document.body.append(form);
           form.submit(); }""",
        f"{told.api}/my/account/leave",
    )
    reader.page.wait_for_url("**/leave", timeout=5_000)
    assert "Nothing was changed." in reader.words  # its cookies were not even sent (SameSite)
    reader.open("/my")
    assert "/r/" in reader.words


def test_the_first_page_is_light(readers: Readers) -> None:
    reader = readers.make("maya")
    sizes: list[int] = []
    reader.page.on("response", lambda answer: sizes.append(len(answer.body())))
    reader.open("/my")
    reader.page.wait_for_load_state("networkidle")
    assert 5_000 < sum(sizes) < 60_000, sizes


def test_hostile_text_in_an_order_and_a_name_is_text(told: Told, readers: Readers) -> None:
    hostile = "<img src=x onerror=document.title='owned'>"
    reader = readers.make("maya")
    page = reader.page
    reader.open("/my/links")
    page.locator("summary").filter(has_text="Make another link").click()
    page.get_by_label("Name of the link").fill("a & b 'c'")
    page.get_by_role("button", name="Make another link").click()
    expect(page.get_by_text("a & b 'c'").first).to_be_visible()
    for path in (f"/my/{hostile}", f"/terms/{hostile}", f"/join/{hostile}"):
        assert reader.open(path) == 404
        assert page.title() != "owned"


def test_the_friend_sees_what_was_recorded_and_others_do_not(told: Told, readers: Readers) -> None:
    path = f"/friend/{told.directory.program_id}"
    friend = readers.make("robin")
    friend.open(path)
    assert "7001" in friend.words
    assert "went back" in friend.words
    assert "maya" not in friend.page.content().lower()
    other = readers.make("nora")
    other.open(path)
    assert "7001" not in other.words


def test_the_embedded_view_stands_in_no_frame_that_is_not_listed(
    told: Told, readers: Readers
) -> None:
    signed = told.directory.signed
    maya = signed(told.stack, "maya").get("/v1/me")["advocate_id"]
    made = signed(told.stack, "ada").post(f"/v1/advocates/{maya}/embed")
    alone = readers.make()
    assert alone.open(made["url"]) == 200
    assert "/r/" in alone.words
    assert alone.grave() == []
    around = readers.make()
    around.open(f"{told.town}/shop")
    around.page.evaluate(
        """url => { const frame = document.createElement('iframe'); frame.src = url;
           document.body.append(frame); }""",
        made["url"],
    )
    around.page.wait_for_timeout(800)
    assert "/r/" not in around.page.frames[-1].content()
    around.complaints.clear()  # the browser says that it refused


def test_a_reward_is_disputed_from_its_page(readers: Readers) -> None:
    person = readers.make("maya")
    page = person.page
    person.open("/my/earnings")
    page.locator(".items a.what").first.click()
    page.get_by_role("link", name=re.compile("Think it is a mistake")).click()
    page.get_by_label("What is wrong").fill("Only a quarter came back <b>& not more</b>")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Sent. A person will look at it.")).to_be_visible()
    assert "<b>& not more</b>" in person.words
    assert re.search(r"We answer by \d", person.words)
    assert person.grave() == []
    person.open("/my/disputes")
    assert "With us" in person.words


def test_printing_a_statement_leaves_the_frame_out(
    readers: Readers, reader: Callable[..., object]
) -> None:
    del reader
    person = readers.make("maya", size=DESK)
    person.open("/my/payouts")
    person.page.locator(".items a.what").first.click()
    person.page.emulate_media(media="print")
    assert not person.page.locator(".top").is_visible()
    assert person.page.get_by_role("table").is_visible()
