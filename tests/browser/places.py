"""All pages by name, with who reads them; the gallery and the checks of every page share it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from infra.local.waiting import eventually
from tests.browser.doing import draw_secret, export
from tests.browser.reading import Reader

Path = Callable[[Reader], str]


@dataclass(frozen=True)
class Place:
    """A page: who opens it, and how its address is found.

    `page` is the path that it is registered under; empty for what is no page of ours. `then` is
    what is done there to come to an answer that has no address of its own.
    """

    name: str
    who: str
    path: Path
    status: int = 200
    page: str = ""
    then: Callable[[Reader], None] | None = None

    def visit(self, reader: Reader) -> int:
        """Come to the page; the status of its address."""
        status = reader.open(self.path(reader))
        if self.then is not None:
            self.then(reader)
        return status


def _plain(name: str, who: str, path: str) -> Place:
    """A page whose address everybody could type."""
    return Place(name, who, lambda _: path, page=path.partition("?")[0])


def _at(path: str) -> Path:
    return lambda _: path


def _program(face: str) -> Path:
    return lambda reader: f"/{face}/{reader.told.directory.program_id}"


def _first(page: str, link: str) -> Path:
    """The address that the first such link of a page leads to."""

    def find(reader: Reader) -> str:
        reader.open(page)
        found = reader.page.locator(link).first.get_attribute("href")
        assert found is not None
        return found

    return find


def _first_on_reward(begins: str) -> Path:
    """A link on the page of the newest reward."""

    def find(reader: Reader) -> str:
        reader.open(_first("/my/earnings", ".items a.what")(reader))
        found = reader.page.locator(f'a[href^="{begins}"]').first.get_attribute("href")
        assert found is not None
        return found

    return find


def _within(page: str, link: str, more: str = "") -> Path:
    """What the first such link leads to, with something added to its address."""
    return lambda reader: f"{_first(page, link)(reader)}{more}"


def _of_program(more: str = "") -> Path:
    return lambda reader: f"/console/rules/{reader.told.directory.program_id}{more}"


def _draft(state: str, more: str = "") -> Path:
    """The newest draft in a state."""

    def find(reader: Reader) -> str:
        base = f"/v1/programs/{reader.told.directory.program_id}/drafts"
        rows = reader.told.person("marta").get(base)["data"]
        found = next(one["id"] for one in rows if one["state"] == state)
        return f"{_of_program()(reader)}/drafts/{found}{more}"

    return find


_RUN, _PAYMENT = "tbody th a", "tbody th a[href^='/console/payouts/']"
_REVIEW = "tbody th a[href^='/console/reviews/']"


def _payments(more: str = "") -> Path:
    return _within("/console/runs", _RUN, f"/{more}" if more else "")


def _first_payment(reader: Reader) -> str:
    return _first(_payments("payments")(reader), _PAYMENT)(reader)


def _entries(reader: Reader) -> str:
    number = _first("/console/reviews", _REVIEW)(reader).rpartition("/")[2]
    return f"/console/ledger?subject={number}"


def _somebody(more: str = "") -> Path:
    """Maya's page, who has something of everything."""

    def find(reader: Reader) -> str:
        maya = reader.told.person("maya").get("/v1/me")["advocate_id"]
        return f"/console/advocates/{maya}{more}"

    return find


def _embedded(reader: Reader) -> str:
    """Maya's view for somebody else's frame, by a fresh token."""
    maya = reader.told.person("maya").get("/v1/me")["advocate_id"]
    return str(reader.told.person("ada").post(f"/v1/advocates/{maya}/embed")["url"])


def _conversion(reader: Reader) -> str:
    """Of Maya's newest reward."""
    return str(reader.told.person("maya").get("/v1/me/referrals")["data"][0]["conversion_id"])


def _own_order(reader: Reader) -> str:
    return f"/my/earnings/orders/{_conversion(reader)}"


def _order(reader: Reader) -> str:
    return f"/console/orders/{_conversion(reader)}"


def _letter(reader: Reader, has: str) -> str:
    """The newest address with this in it that somebody was written."""
    texts = "\n".join(one.text for one in reader.told.stack.mails())
    found = re.findall(rf"https?://[^/\s]+([^\s]*{has}[^\s]*)", texts)
    return str(found[-1]) if found else ""


def _by_letter(reader: Reader) -> str:
    """Robin's page by a link that was sent to the address; asked for unless one still opens it."""
    has = f"{_program('friend')(reader)}/by/"
    sent = _letter(reader, has)
    if sent and reader.open(sent) == 200:
        return sent
    reader.open(_program("friend")(reader))
    reader.page.locator("input[type=email]").fill("robin@shoppers.example")
    reader.page.locator("main form button").click()
    eventually(lambda: _letter(reader, has) != sent, "the letter", 30)
    return _letter(reader, has)


def _asked_by_letter(more: str = "") -> Path:
    return lambda reader: f"{_letter(reader, '/asks/').removesuffix('/unsubscribe')}{more}"


def _in_town(path: str) -> Path:
    """A page of the demo's own, beside the product."""
    return lambda reader: f"{reader.told.town}{path}"


CONSOLE = (
    _plain("console", "fatima", "/console"),
    _plain("console-analyst", "lars", "/console"),
    _plain("console-kpis", "lars", "/console/kpis"),
    _plain("console-runs", "fatima", "/console/runs"),
    Place("console-run", "fatima", _payments(), page="/console/runs/<run_id>"),
    Place(
        "console-run-payments",
        "fatima",
        _payments("payments"),
        page="/console/runs/<run_id>/payments",
    ),
    Place(
        "console-run-left-out",
        "fatima",
        _payments("left-out"),
        page="/console/runs/<run_id>/left-out",
    ),
    Place("console-run-gone", "fatima", _payments("gone"), page="/console/runs/<run_id>/gone"),
    Place(
        "console-run-comparison",
        "fatima",
        _payments("reconciliation"),
        page="/console/runs/<run_id>/reconciliation",
    ),
    Place("console-payout", "fatima", _first_payment, page="/console/payouts/<payout_id>"),
    _plain("console-reviews", "fatima", "/console/reviews"),
    Place(
        "console-review",
        "fatima",
        _within("/console/reviews", _REVIEW),
        page="/console/reviews/<reward_id>",
    ),
    Place(
        "console-review-words",
        "fatima",
        _within("/console/reviews", _REVIEW, "?verdict=refuse&reason_code=terms_broken"),
        page="/console/reviews/<reward_id>",
    ),
    _plain("console-hand-outs", "fatima", "/console/hand-outs"),
    _plain("console-learned", "fatima", "/console/learned"),
    _plain("console-disputes", "fatima", "/console/disputes"),
    Place(
        "console-dispute",
        "fatima",
        _within("/console/disputes", "tbody th a"),
        page="/console/disputes/<dispute_id>",
    ),
    _plain("console-rules", "marta", "/console/rules"),
    _plain("console-program-new", "marta", "/console/rules/new"),
    Place("console-program", "marta", _of_program(), page="/console/rules/<program_id>"),
    Place(
        "console-budget",
        "fatima",
        _of_program("/budget"),
        page="/console/rules/<program_id>/budget",
    ),
    _plain("console-rates", "fatima", "/console/rates?base=EUR&quote=USD"),
    Place(
        "console-version",
        "lars",
        _of_program("/versions/2"),
        page="/console/rules/<program_id>/versions/<number>",
    ),
    Place(
        "console-draft",
        "milo",
        _draft("open"),
        page="/console/rules/<program_id>/drafts/<draft_id>",
    ),
    Place(
        "console-draft-own",
        "marta",
        _draft("open"),
        page="/console/rules/<program_id>/drafts/<draft_id>",
    ),
    Place(
        "console-changes",
        "marta",
        _draft("open", "/changes"),
        page="/console/rules/<program_id>/drafts/<draft_id>/changes",
    ),
    _plain("console-advocates", "fatima", "/console/advocates"),
    _plain("console-invite", "marta", "/console/advocates/invite"),
    Place("console-advocate", "fatima", _somebody(), page="/console/advocates/<advocate_id>"),
    Place(
        "console-advocate-marketing", "marta", _somebody(), page="/console/advocates/<advocate_id>"
    ),
    Place(
        "console-advocate-rewards",
        "fatima",
        _somebody("/rewards"),
        page="/console/advocates/<advocate_id>/rewards",
    ),
    Place(
        "console-advocate-orders",
        "fatima",
        _somebody("/orders"),
        page="/console/advocates/<advocate_id>/orders",
    ),
    Place(
        "console-advocate-payouts",
        "fatima",
        _somebody("/payouts"),
        page="/console/advocates/<advocate_id>/payouts",
    ),
    Place("console-order", "fatima", _order, page="/console/orders/<conversion_id>"),
    _plain("console-ledger", "fatima", "/console/ledger"),
    Place("console-entries", "fatima", _entries, page="/console/ledger"),
    _plain("console-exports", "fatima", "/console/exports"),
    Place(
        "console-export",
        "fatima",
        export,
        page="/console/exports/<program_id>/<extract_id>",
    ),
    _plain("console-audit", "ada", "/console/audit"),
    _plain("console-audit-of", "ada", "/console/audit?subject=ledger"),
    _plain("console-journeys", "marta", "/console/journeys"),
    Place(
        "console-journey",
        "marta",
        _within("/console/journeys", "tbody th a"),
        page="/console/journeys/<journey_id>",
    ),
    _plain("console-references", "marta", "/console/references"),
    _plain(
        "console-references-need", "marta", "/console/references?industry=coffee+shops&size=medium"
    ),
    Place(
        "console-reference",
        "marta",
        _first("/console/references", ".items a.what"),
        page="/console/references/<subject_id>",
    ),
    _plain("console-letters", "marta", "/console/letters"),
    _plain("console-introductions", "marta", "/console/introductions"),
    Place(
        "console-introduction",
        "marta",
        _at("/console/introductions/none"),
        404,
        "/console/introductions/<introduction_id>",
    ),
    _plain("console-stories", "marta", "/console/stories"),
    Place("console-story", "marta", _at("/console/stories/none"), 404, "/console/stories/<ask_id>"),
    _plain("console-sources", "ada", "/console/sources"),
    _plain("console-source-new", "ada", "/console/sources/new"),
    Place(
        "console-source-secret",
        "ada",
        _at("/console/sources/new"),
        page="/console/sources/new",
        then=draw_secret,
    ),
    Place(
        "console-source",
        "ada",
        _within("/console/sources", ".items a.what"),
        page="/console/sources/<source_id>",
    ),
    Place("console-nowhere", "fatima", _at("/console/nowhere"), 404),
    Place("console-not-mine", "lars", _at("/console/runs"), 403),
)

PLACES = (
    _plain("front", "", "/"),
    Place("join-before", "", _program("join"), page="/join/<program_id>"),
    Place("join", "nora", _program("join"), page="/join/<program_id>"),
    Place("joined", "maya", _program("join"), page="/join/<program_id>"),
    Place("terms", "", _program("terms"), page="/terms/<program_id>"),
    Place("friend-before", "", _program("friend"), page="/friend/<program_id>"),
    Place("friend", "robin", _program("friend"), page="/friend/<program_id>"),
    Place("friend-by-letter", "", _by_letter, page="/friend/<program_id>/by/<token>"),
    _plain("style", "", "/style"),
    _plain("nobody", "nora", "/my"),
    _plain("home", "maya", "/my"),
    _plain("level", "maya", "/my/level"),
    _plain("earnings", "maya", "/my/earnings"),
    Place(
        "reward", "maya", _first("/my/earnings", ".items a.what"), page="/my/earnings/<reward_id>"
    ),
    _plain("unrewarded", "maya", "/my/earnings/nothing"),
    Place("order", "maya", _own_order, page="/my/earnings/orders/<conversion_id>"),
    _plain("links", "maya", "/my/links"),
    _plain("payouts", "maya", "/my/payouts"),
    _plain("payout-method", "maya", "/my/payouts/method"),
    Place(
        "statement", "maya", _first("/my/payouts", ".items a.what"), page="/my/payouts/<payout_id>"
    ),
    _plain("help", "maya", "/my/help"),
    _plain("requests", "maya", "/my/asks"),
    Place("request-by-letter", "", _asked_by_letter(), page="/asks/<token>"),
    Place("requests-end", "", _asked_by_letter("/unsubscribe"), page="/asks/<token>/unsubscribe"),
    _plain("introductions", "maya", "/my/introductions"),
    Place("story", "maya", _at("/my/asks/none/story"), 404, page="/my/asks/<ask_id>/story"),
    _plain("questions", "maya", "/my/disputes"),
    _plain("missing-order", "maya", "/my/disputes/new"),
    Place(
        "ask-about-reward", "maya", _first_on_reward("/my/disputes/new"), page="/my/disputes/new"
    ),
    _plain("account", "maya", "/my/account"),
    _plain("account-copy", "maya", "/my/account/export"),
    _plain("account-erase", "maya", "/my/account/erase"),
    Place(
        "question",
        "maya",
        _first("/my/disputes", ".items a.what"),
        page="/my/disputes/<dispute_id>",
    ),
    Place("embed", "", _embedded, page="/embed/<token>"),
    Place("town", "", _in_town("/")),
    Place("shop", "", _in_town("/shop")),
    Place("mailbox", "", _in_town("/mail")),
    Place("nowhere", "maya", _at("/my/nowhere"), 404),
    Place("forbidden", "maya", _at("/console"), 403),
    *CONSOLE,
)
