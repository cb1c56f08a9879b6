"""Whatever people wrote is text on every page that can be reached from anybody's first page."""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from urllib.parse import parse_qsl

import pytest
from goodword.conversions.model import Conversion, Source
from goodword.languages import plain
from goodword.privacy.model import PersonalFields
from goodword.trust.disputing import Wish
from goodword_aws.trust import disputes
from markupsafe import escape

from tests.functional.test_pages_forms import HOSTILE
from tests.functional.test_portal_pages import keep, reward_of
from tests.support.api import ADMIN, ANALYST, ANNA, FINANCE, MARKETER, Caller, join
from tests.support.pages import Browser, Pages, pages
from tests.support.people import kept_delivery, terms_json

ARABIC = "\u0645\u0631\u062d\u0628\u0627"
PAGES_MAX = 400  # of one reader; the crawl fails before it passes one over
CLEAN = [one.replace("\x00", "") for one in HOSTILE]
STARTS: Mapping[str, tuple[Caller, str]] = {
    "advocate": (ANNA, "/my"),
    "marketer": (MARKETER, "/console"),
    "analyst": (ANALYST, "/console"),
    "finance": (FINANCE, "/console"),
    "admin": (ADMIN, "/console"),
}


class Found(HTMLParser):
    """Elements that nobody of ours has written, and where the page leads."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        foreign = tag in ("img", "iframe", "object") and not str(said.get("src")).startswith("/")
        if foreign or any(name.startswith("on") for name in said):
            self.wrong.append(f"{tag} {said}")
        if tag == "script" and not str(said.get("src", "")).startswith("/static/"):
            self.wrong.append(f"{tag} {said}")
        for name in ("href", "src", "action", "formaction"):
            if re.match(r"\s*(javascript|data:text)", str(said.get(name) or ""), re.IGNORECASE):
                self.wrong.append(f"{tag} {said}")
        if tag == "a" and said.get("href"):
            self.links.append(str(said["href"]))


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        yield made


def written(here: Pages, text: str) -> None:
    """One programme whose every field says it: of staff, of an advocate, of a shop."""
    town = here.town
    named = {"name": text, "brand": text, "disclosure": text}
    program_id = town.program(**named).program_id
    own: str = join(here, program_id, ANNA, name=text[:200]).body["advocate_id"]
    label = {"program_id": program_id, "label": re.sub(r"[<>@\x00-\x1f\x7f]", "", text)}
    assert here(ANNA, "POST", "/v1/me/links", label).status == 201
    method = {"name": text[:60], "iban": "DE89370400440532013000"}
    here(ANNA, "PUT", "/v1/me/payout-method", {"rail": "csv", "destination": method})
    at_ms = town.clock.at_ms
    number = "01kanar9g0000000000000000a"
    order = Conversion.model_validate(
        {
            "conversion_id": f"cnv_{number}",
            "program_id": program_id,
            "action": "sale",
            "order_id": text,
            "currency": "EUR",
            "state": "qualified",
            "advocate_id": own,
            "occurred_ms": at_ms,
            "received_ms": at_ms,
            "net_minor": 5_000,
            "gross_minor": 5_000,
            "reason": "",
        }
    )
    reward = reward_of(program_id, own, at_ms).but(
        order_id=text, state="on_hold", conversion_id=order.conversion_id, reason=text
    )
    keep(here, reward)
    cases = disputes(town.desk())
    wish = Wish(program_id=program_id, about="reward", text=text, subject_id=reward.reward_id)
    asked = cases.open(own, wish)
    cases.answer(asked.dispute_id, text, None)
    body = {"kind": "generic", "program_id": program_id, "label": "Shop"}
    here(ADMIN, "POST", "/v1/sources", body)
    draft = {"terms": terms_json(**named, hold_days=9), "rationale": f"why {text}", "based_on": 1}
    made = here(MARKETER, "POST", f"/v1/programs/{program_id}/drafts", draft)
    assert made.status == 201, made.text
    source = town.all(Source)[0]
    kept_delivery(town, source, 1)
    town.enrolments.invite(program_id, PersonalFields(email="eve@mail.example", name=text[:200]))


def visited(browser: Browser, start: str) -> dict[str, str]:
    """Every page that can be reached, with its HTML; what was asked of a page is a page, too."""
    found: dict[str, str] = {}
    waiting = [start]
    while waiting:
        path = waiting.pop(0)
        if path in found:
            continue
        assert len(found) < PAGES_MAX, "more pages than are looked at: none is passed over"
        place, _, query = path.partition("?")
        shown = browser.get(place, **dict(parse_qsl(query, keep_blank_values=True)))
        if shown.location.startswith("/"):
            waiting.append(shown.location.split("#")[0])
        assert shown.status < 500, path
        found[path] = shown.html
        reading = Found()
        reading.feed(shown.html)
        waiting += [
            one.split("#")[0]
            for one in reading.links
            if one.startswith("/") and "/static/" not in one
        ]
    return found


@pytest.mark.parametrize("text", CLEAN)
@pytest.mark.parametrize("who", sorted(STARTS))
def test_hostile_text_is_text_on_every_page(here: Pages, who: str, text: str) -> None:
    written(here, text)
    caller, start = STARTS[who]
    found = visited(here.browser(caller), start)
    assert len(found) > 5
    shown = 0
    for path, html in found.items():
        reading = Found()
        reading.feed(html)
        assert reading.wrong == [], path
        assert "49{%" not in html, path
        assert "<" not in text or text not in html, path
        shown += str(escape(plain(text))) in html
    assert shown >= 2, "the words are to be met on the way"


@pytest.mark.parametrize("who", sorted(STARTS))
def test_no_name_turns_round_what_stands_beside_it(here: Pages, who: str) -> None:
    """A page has no mark of a person's, and its own isolates are closed in their element."""
    written(here, f"{ARABIC} \u202eevil\u2069 \u202d\u2066name")
    caller, start = STARTS[who]
    met = 0
    for path, html in visited(here.browser(caller), start).items():
        assert set(html) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067") == set(), path
        for text in re.split(r"<[^>]*>", html):
            assert re.fullmatch(
                r"[^\u2068\u2069]*(\u2068[^\u2068\u2069]*\u2069[^\u2068\u2069]*)*", text
            )
        met += ARABIC in html
    assert met >= 2, "the words are to be met on the way"


def test_a_required_text_that_nobody_could_see_is_none(here: Pages) -> None:
    program_id = here.town.program().program_id
    unseen = "\u200b \u2060\u3164"
    assert join(here, program_id, ANNA).status == 201
    anna, place = here.browser(ANNA), "/my/disputes/new"
    page = anna.send(anna.get(place), place, text=unseen)
    assert page.status == 422
    assert 'href="#f-text"' in page.html
    draft = {"terms": terms_json(hold_days=9), "rationale": unseen, "based_on": 1}
    refused = here(MARKETER, "POST", f"/v1/programs/{program_id}/drafts", draft)
    assert (refused.status, refused.body["errors"][0]["field"]) == (422, "rationale")
