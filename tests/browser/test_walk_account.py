"""A friend sees and erases; an advocate saves a copy of everything, asks to be erased, and is.

The days that an erasure waits pass here, so these run last: another run of payouts begins.
"""

import json
import re
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from playwright.sync_api import expect

from infra.local.cast import Cast
from infra.local.demo import Story
from infra.local.progress import Silent
from infra.local.waiting import eventually
from tests.browser.reading import DESK, PHONE, Reader, Readers, Told
from tests.browser.test_walk import newcomer, until

NO_ACCOUNT = ("UserNotFoundException", "NotAuthorizedException")
BOTH = pytest.mark.parametrize(("size", "scripts"), [(PHONE, True), (DESK, False)])


def axed(reader: Reader, *, scripts: bool) -> None:
    """Nothing serious, light and dark; axe itself needs scripts."""
    assert reader.overflow() <= 0
    for scheme in ("light", "dark") if scripts else ():
        reader.page.emulate_media(color_scheme=scheme)
        assert reader.grave() == [], scheme


def joined(told: Told, person: Reader) -> Reader:
    """A newcomer joins."""
    person.open(f"/join/{told.directory.program_id}")
    person.page.get_by_label("Your name").fill("Walker Canary")
    person.page.get_by_label(re.compile("I have read version")).check()
    person.page.get_by_label(re.compile("I say that I earn")).check()
    person.page.get_by_role("button", name="Take part").click()
    expect(person.page.get_by_text("Welcome. Here is your link.")).to_be_visible()
    return person


@BOTH
def test_a_friend_sees_and_erases(
    told: Told, readers: Readers, size: tuple[int, int], scripts: bool
) -> None:
    name = f"friend{size[0]}"
    newcomer(told, name)
    buyer = readers.make(size=size, scripts=scripts)
    buyer.open(f"/r/{told.directory.code}")
    buyer.page.get_by_label("One bag").check()
    buyer.page.get_by_label("Your e-mail").fill(f"{name}@people.example")
    buyer.page.get_by_role("button", name="Buy").click()
    expect(buyer.page.get_by_text("is paid")).to_be_visible()

    friend = readers.make(name, size=size, scripts=scripts)
    here = f"/friend/{told.directory.program_id}"
    until(friend, here, "A recommendation counted for it")
    assert told.directory.code in friend.words
    axed(friend, scripts=scripts)
    friend.page.get_by_label("I know that this cannot be taken back.").check()
    friend.page.get_by_role("button", name="Erase everything about me").click()
    expect(friend.page.get_by_text("Erased. Nothing can be found")).to_be_visible()
    assert told.directory.code not in friend.words
    friend.open(here)
    assert "A recommendation counted for it" not in friend.words
    axed(friend, scripts=scripts)


@BOTH
def test_an_advocate_saves_a_copy_of_everything(
    told: Told, readers: Readers, tmp_path: Path, size: tuple[int, int], scripts: bool
) -> None:
    newcomer(told, f"copier{size[0]}")
    person = joined(told, readers.make(f"copier{size[0]}", size=size, scripts=scripts))
    page = person.page
    person.open("/my/account")
    page.get_by_label(re.compile("Time zone")).fill("Asia/Tokyo")
    page.get_by_label("Write to me when a reward is ready").uncheck()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert "JST" in person.words
    expect(page.get_by_label("Write to me when a reward is ready")).not_to_be_checked()
    axed(person, scripts=scripts)
    page.get_by_role("link", name="A copy of your data").click()
    page.get_by_role("button", name="Gather my data").click()
    until(person, "/my/account/export", "Save the file")
    axed(person, scripts=scripts)
    with page.expect_download() as saving:
        page.get_by_role("link", name="Save the file").click()
    saved = tmp_path / "copy.json"
    saving.value.save_as(saved)
    held = json.loads(saved.read_text("utf-8"))["held"]
    assert held["person"][0]["name"] == "Walker Canary"
    assert [one["what"] for one in held["consents"]] == ["terms"]
    assert held["links"]
    other = readers.make("nora", size=size, scripts=scripts)
    other.open("/my/account/export/1")
    assert "Canary" not in other.page.content()


@BOTH
def test_an_advocate_is_erased_unless_they_think_again(
    told: Told, readers: Readers, size: tuple[int, int], scripts: bool
) -> None:
    name = f"leaver{size[0]}"
    newcomer(told, name)
    person = joined(told, readers.make(name, size=size, scripts=scripts))
    page, story = person.page, Story(Cast(told.stack), Silent(), told.directory.program_id)
    person.open("/my/account")
    page.get_by_role("link", name="Erase my account").click()
    axed(person, scripts=scripts)
    for again in (False, True):
        page.get_by_label(re.compile("Erase me. I know")).check()
        page.get_by_role("button", name="Ask to be erased").click()
        expect(page.get_by_text("You asked to be erased")).to_be_visible()
        axed(person, scripts=scripts)
        if not again:
            page.get_by_role("button", name="Take it back").click()
            expect(page.get_by_text("Taken back. Everything is as it was.")).to_be_visible()
            person.open("/my/account/erase")
    story.forward(8, "the days are over")

    def gone() -> bool:
        story.ring("privacy_schedule")
        try:
            told.stack.people.sign_in(told.person(name).person)
        except ClientError as refused:
            return refused.response["Error"]["Code"] in (
                "UserNotFoundException",
                "NotAuthorizedException",
            )
        return False

    assert eventually(gone, "the account to be closed")
    person.open("/my/account")
    assert "Walker" not in person.words
