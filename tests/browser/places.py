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
    Place("questions", "maya", _at("/my/disputes")),
    Place("missing-order", "maya", _at("/my/disputes/new")),
    Place("ask-about-reward", "maya", _first_on_reward("/my/disputes/new")),
    Place("account", "maya", _at("/my/account")),
    Place("nowhere", "maya", _at("/my/nowhere"), 404),
    Place("forbidden", "maya", _at("/console"), 403),
)
