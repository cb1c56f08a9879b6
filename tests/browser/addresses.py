"""Addresses that nobody could type: each is found from what the story has made."""

import re
from collections.abc import Callable

from infra.local.waiting import eventually
from tests.browser.reading import Reader

Path = Callable[[Reader], str]


def at(path: str) -> Path:
    return lambda _: path


def program(face: str) -> Path:
    return lambda reader: f"/{face}/{reader.told.directory.program_id}"


def first(page: str, link: str) -> Path:
    """The address that the first such link of a page leads to."""

    def find(reader: Reader) -> str:
        reader.open(page)
        found = reader.page.locator(link).first.get_attribute("href")
        assert found is not None
        return found

    return find


def first_on_reward(begins: str) -> Path:
    """A link on the page of the newest reward."""

    def find(reader: Reader) -> str:
        reader.open(first("/my/earnings", ".items a.what")(reader))
        found = reader.page.locator(f'a[href^="{begins}"]').first.get_attribute("href")
        assert found is not None
        return found

    return find


def within(page: str, link: str, more: str = "") -> Path:
    """What the first such link leads to, with something added to its address."""
    return lambda reader: f"{first(page, link)(reader)}{more}"


def of_program(more: str = "") -> Path:
    return lambda reader: f"/console/rules/{reader.told.directory.program_id}{more}"


def draft(state: str, more: str = "") -> Path:
    """The newest draft in a state."""

    def find(reader: Reader) -> str:
        base = f"/v1/programs/{reader.told.directory.program_id}/drafts"
        rows = reader.told.person("marta").get(base)["data"]
        found = next(one["id"] for one in rows if one["state"] == state)
        return f"{of_program()(reader)}/drafts/{found}{more}"

    return find


RUN, PAYMENT = "tbody th a", "tbody th a[href^='/console/payouts/']"
REVIEW = "tbody th a[href^='/console/reviews/']"


def payments(more: str = "") -> Path:
    return within("/console/runs", RUN, f"/{more}" if more else "")


def first_payment(reader: Reader) -> str:
    return first(payments("payments")(reader), PAYMENT)(reader)


def entries(reader: Reader) -> str:
    number = first("/console/reviews", REVIEW)(reader).rpartition("/")[2]
    return f"/console/ledger?subject={number}"


def somebody(more: str = "") -> Path:
    """Maya's page, who has something of everything."""

    def find(reader: Reader) -> str:
        maya = reader.told.person("maya").get("/v1/me")["advocate_id"]
        return f"/console/advocates/{maya}{more}"

    return find


def embedded(reader: Reader) -> str:
    """Maya's view for somebody else's frame, by a fresh token."""
    maya = reader.told.person("maya").get("/v1/me")["advocate_id"]
    return str(reader.told.person("ada").post(f"/v1/advocates/{maya}/embed")["url"])


def conversion(reader: Reader) -> str:
    """Of Maya's newest reward."""
    return str(reader.told.person("maya").get("/v1/me/referrals")["data"][0]["conversion_id"])


def own_order(reader: Reader) -> str:
    return f"/my/earnings/orders/{conversion(reader)}"


def order(reader: Reader) -> str:
    return f"/console/orders/{conversion(reader)}"


def letter(reader: Reader, has: str) -> str:
    """The newest address with this in it that somebody was written."""
    texts = "\n".join(one.text for one in reader.told.stack.mails())
    found = re.findall(rf"https?://[^/\s]+([^\s]*{has}[^\s]*)", texts)
    return str(found[-1]) if found else ""


def by_letter(reader: Reader) -> str:
    """Robin's page by a link that was sent to the address; asked for unless one still opens it."""
    has = f"{program('friend')(reader)}/by/"
    sent = letter(reader, has)
    if sent and reader.open(sent) == 200:
        return sent
    reader.open(program("friend")(reader))
    reader.page.locator("input[type=email]").fill("robin@shoppers.example")
    reader.page.locator("main form button").click()
    eventually(lambda: letter(reader, has) != sent, "the letter")
    return letter(reader, has)


def asked_by_letter(more: str = "") -> Path:
    return lambda reader: f"{letter(reader, '/asks/').removesuffix('/unsubscribe')}{more}"


def request_of(who: str) -> Callable[[Reader], str]:
    """The newest request to somebody for their story."""

    def find(reader: Reader) -> str:
        rows = reader.told.person(who).get("/v1/me/asks")["data"]
        return next(str(one["id"]) for one in rows if one["motion"] == "story")

    return find


def story_of(who: str) -> Path:
    """One's own story."""
    return lambda reader: f"/my/asks/{request_of(who)(reader)}/story"


def staff_story(who: str) -> Path:
    """The same for who works on it."""
    return lambda reader: f"/console/stories/{request_of(who)(reader)}"


def of_advocates(page: str, more: str = "") -> Path:
    """A list of the programme that pays for advocacy."""

    def find(reader: Reader) -> str:
        rows = reader.told.person("marta").get("/v1/programs")["data"]
        found = next(one["id"] for one in rows if one["name"] == "Acme advocates")
        return f"{page}?program={found}{more}"

    return find


def journey_draft(more: str = "") -> Path:
    """The next version of the journey that may not be published."""

    def find(reader: Reader) -> str:
        program_id = of_advocates("")(reader).rpartition("=")[2]
        path = f"/v1/journeys?program_id={program_id}"
        rows = reader.told.person("marta").get(path)["data"]
        found = next(one["id"] for one in rows if one["state"] == "draft")
        return f"/console/journeys/{found}/draft{more}"

    return find


def journey_letters(reader: Reader) -> str:
    """What a journey with words of its own writes."""
    program_id = of_advocates("")(reader).rpartition("=")[2]
    rows = reader.told.person("marta").get(f"/v1/journeys?program_id={program_id}")["data"]
    found = next(one["id"] for one in rows if one["name"] == "Support rescue")
    return f"/console/letters?journey={found}"


def handed(reader: Reader) -> str:
    """The first thing that a journey has handed over to staff."""
    return first(of_advocates("/console/hand-overs")(reader), "tbody th a")(reader)


def reference(reader: Reader) -> str:
    """The customer who said yes, and whose call was held."""
    return first(of_advocates("/console/references")(reader), ".items a.what")(reader)


def listed(page: str) -> Path:
    """A list of the programme of the story."""
    return lambda reader: f"{page}?program={reader.told.directory.program_id}"


def introduction(reader: Reader) -> str:
    return first(listed("/console/introductions")(reader), "tbody th a")(reader)


def in_town(path: str) -> Path:
    """A page of the demo's own, beside the product."""
    return lambda reader: f"{reader.told.town}{path}"
