"""All pages by name, with who reads them; the gallery and the checks of every page share it."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.browser.reading import Reader


@dataclass(frozen=True)
class Place:
    """A page: who opens it, and how its address is found."""

    name: str
    who: str
    path: Callable[[Reader], str]
    status: int = 200


def _at(path: str) -> Callable[[Reader], str]:
    return lambda _: path


def _program(face: str) -> Callable[[Reader], str]:
    return lambda reader: f"/{face}/{reader.told.directory.program_id}"


def _first(page: str, link: str) -> Callable[[Reader], str]:
    """The address that the first such link of a page leads to."""

    def find(reader: Reader) -> str:
        reader.open(page)
        found = reader.page.locator(link).first.get_attribute("href")
        assert found is not None
        return found

    return find


def _first_on_reward(begins: str) -> Callable[[Reader], str]:
    """A link on the page of the newest reward."""

    def find(reader: Reader) -> str:
        reader.open(_first("/my/earnings", ".items a.what")(reader))
        found = reader.page.locator(f'a[href^="{begins}"]').first.get_attribute("href")
        assert found is not None
        return found

    return find


def _within(page: str, link: str, more: str = "") -> Callable[[Reader], str]:
    """What the first such link leads to, with something added to its address."""
    return lambda reader: f"{_first(page, link)(reader)}{more}"


def _of_program(more: str = "") -> Callable[[Reader], str]:
    return lambda reader: f"/console/rules/{reader.told.directory.program_id}{more}"


def _draft(state: str, more: str = "") -> Callable[[Reader], str]:
    """The newest draft in a state."""

    def find(reader: Reader) -> str:
        base = f"/v1/programs/{reader.told.directory.program_id}/drafts"
        rows = reader.told.person("marta").get(base)["data"]
        found = next(one["id"] for one in rows if one["state"] == state)
        return f"{_of_program()(reader)}/drafts/{found}{more}"

    return find


_RUN, _PAYMENT = "tbody th a", "tbody th a[href^='/console/payouts/']"
_REVIEW = "tbody th a[href^='/console/reviews/']"


def _payments(more: str = "") -> Callable[[Reader], str]:
    return _within("/console/runs", _RUN, f"/{more}" if more else "")


def _first_payment(reader: Reader) -> str:
    return _first(_payments("payments")(reader), _PAYMENT)(reader)


def _entries(reader: Reader) -> str:
    number = _first("/console/reviews", _REVIEW)(reader).rpartition("/")[2]
    return f"/console/ledger?subject={number}"


def _somebody(more: str = "") -> Callable[[Reader], str]:
    """Maya's page, who has something of everything."""

    def find(reader: Reader) -> str:
        maya = reader.told.person("maya").get("/v1/me")["advocate_id"]
        return f"/console/advocates/{maya}{more}"

    return find


def _embedded(reader: Reader) -> str:
    """Maya's view for somebody else's frame, by a fresh token."""
    maya = reader.told.person("maya").get("/v1/me")["advocate_id"]
    return str(reader.told.person("ada").post(f"/v1/advocates/{maya}/embed")["url"])


def _in_town(path: str) -> Callable[[Reader], str]:
    """A page of the demo's own, beside the product."""
    return lambda reader: f"{reader.told.town}{path}"


CONSOLE = (
    Place("console", "fatima", _at("/console")),
    Place("console-analyst", "lars", _at("/console")),
    Place("console-kpis", "lars", _at("/console/kpis")),
    Place("console-runs", "fatima", _at("/console/runs")),
    Place("console-run", "fatima", _payments()),
    Place("console-run-payments", "fatima", _payments("payments")),
    Place("console-run-left-out", "fatima", _payments("left-out")),
    Place("console-run-comparison", "fatima", _payments("reconciliation")),
    Place("console-payout", "fatima", _first_payment),
    Place("console-reviews", "fatima", _at("/console/reviews")),
    Place("console-review", "fatima", _within("/console/reviews", _REVIEW)),
    Place(
        "console-review-words",
        "fatima",
        _within("/console/reviews", _REVIEW, "?verdict=refuse&reason_code=terms_broken"),
    ),
    Place("console-hand-outs", "fatima", _at("/console/hand-outs")),
    Place("console-learned", "fatima", _at("/console/learned")),
    Place("console-disputes", "fatima", _at("/console/disputes")),
    Place("console-dispute", "fatima", _within("/console/disputes", "tbody th a")),
    Place("console-rules", "marta", _at("/console/rules")),
    Place("console-program-new", "marta", _at("/console/rules/new")),
    Place("console-program", "marta", _of_program()),
    Place("console-budget", "fatima", _of_program("/budget")),
    Place("console-rates", "fatima", _at("/console/rates?base=EUR&quote=USD")),
    Place("console-version", "lars", _of_program("/versions/2")),
    Place("console-draft", "milo", _draft("open")),
    Place("console-draft-own", "marta", _draft("open")),
    Place("console-changes", "marta", _draft("open", "/changes")),
    Place("console-advocates", "fatima", _at("/console/advocates")),
    Place("console-invite", "marta", _at("/console/advocates/invite")),
    Place("console-advocate", "fatima", _somebody()),
    Place("console-advocate-marketing", "marta", _somebody()),
    Place("console-ledger", "fatima", _at("/console/ledger")),
    Place("console-entries", "fatima", _entries),
    Place("console-audit", "ada", _at("/console/audit")),
    Place("console-audit-of", "ada", _at("/console/audit?subject=ledger")),
    Place("console-journeys", "marta", _at("/console/journeys")),
    Place("console-journey", "marta", _within("/console/journeys", "tbody th a")),
    Place("console-letters", "marta", _at("/console/letters")),
    Place("console-sources", "ada", _at("/console/sources")),
    Place("console-source-new", "ada", _at("/console/sources/new")),
    Place("console-source", "ada", _within("/console/sources", ".items a.what")),
    Place("console-nowhere", "fatima", _at("/console/nowhere"), 404),
    Place("console-not-mine", "lars", _at("/console/runs"), 403),
)

PLACES = (
    Place("front", "", _at("/")),
    Place("join-before", "", _program("join")),
    Place("join", "nora", _program("join")),
    Place("joined", "maya", _program("join")),
    Place("terms", "", _program("terms")),
    Place("friend-before", "", _program("friend")),
    Place("friend", "robin", _program("friend")),
    Place("style", "", _at("/style")),
    Place("nobody", "nora", _at("/my")),
    Place("home", "maya", _at("/my")),
    Place("earnings", "maya", _at("/my/earnings")),
    Place("reward", "maya", _first("/my/earnings", ".items a.what")),
    Place("unrewarded", "maya", _at("/my/earnings/nothing")),
    Place("links", "maya", _at("/my/links")),
    Place("payouts", "maya", _at("/my/payouts")),
    Place("payout-method", "maya", _at("/my/payouts/method")),
    Place("statement", "maya", _first("/my/payouts", ".items a.what")),
    Place("help", "maya", _at("/my/help")),
    Place("requests", "maya", _at("/my/asks")),
    Place("questions", "maya", _at("/my/disputes")),
    Place("missing-order", "maya", _at("/my/disputes/new")),
    Place("ask-about-reward", "maya", _first_on_reward("/my/disputes/new")),
    Place("account", "maya", _at("/my/account")),
    Place("account-copy", "maya", _at("/my/account/export")),
    Place("account-erase", "maya", _at("/my/account/erase")),
    Place("question", "maya", _first("/my/disputes", ".items a.what")),
    Place("embed", "", _embedded),
    Place("town", "", _in_town("/")),
    Place("shop", "", _in_town("/shop")),
    Place("mailbox", "", _in_town("/mail")),
    Place("nowhere", "maya", _at("/my/nowhere"), 404),
    Place("forbidden", "maya", _at("/console"), 403),
    *CONSOLE,
)
