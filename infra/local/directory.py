"""What the demo leaves behind: who can sign in, where things are, and what to try next.

It lies in `.local/demo/directory.json`, readable by its owner only, and goes with `make reset`.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from infra.local.cast import Cast, Endpoint, Signed
from infra.local.people import Person
from infra.local.places import DEMO_HOME, DIRECTORY
from infra.local.progress import Progress
from infra.local.stack import LocalStack

ROLES = {
    "maya@people.example": "advocate",
    "robin@shoppers.example": "a friend who bought",
    "iris@people.example": "asked for a review",
    "nora@people.example": "signed up, not joined yet",
    "fatima@staff.example": "finance, requests",
    "frank@staff.example": "finance, releases",
    "marta@staff.example": "marketing, drafts",
    "milo@staff.example": "marketing, publishes",
    "lars@staff.example": "analyst",
    "ada@staff.example": "admin",
}


class UnknownPersonError(Exception):
    """Nobody of that name took part in the demo."""


@dataclass(frozen=True)
class Directory:
    """The people with their passwords, the programme, the shop's endpoint and Maya's code."""

    people: dict[str, dict[str, Any]]
    program_id: str
    source_id: str
    secret: str
    code: str

    @classmethod
    def of(cls, cast: Cast, program_id: str, shop: Endpoint, code: str) -> "Directory":
        """Everybody who signed in during the story."""
        people = {one.person.email: asdict(one.person) for one in cast.signed}
        return cls(people, program_id, shop.source_id, shop.secret, code)

    @classmethod
    def read(cls, home: Path = DEMO_HOME) -> "Directory | None":
        """The directory of the story that was told in `home`, if one was."""
        place = home / DIRECTORY
        return cls(**json.loads(place.read_text())) if place.exists() else None

    @classmethod
    def forget(cls, home: Path = DEMO_HOME) -> None:
        """There is no told story any more."""
        (home / DIRECTORY).unlink(missing_ok=True)

    def write(self, home: Path = DEMO_HOME) -> None:
        """Keep it, for the owner's eyes only."""
        place = home / DIRECTORY
        with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(asdict(self), out, indent=1)

    @property
    def shop(self) -> Endpoint:
        """The shop's endpoint."""
        return Endpoint(self.source_id, self.secret)

    def person(self, name: str) -> Person:
        """`maya` or `maya@people.example`. Raises UnknownPersonError with who is known."""
        names = {part: email for email in self.people for part in (email, email.partition("@")[0])}
        if name not in names:
            known = ", ".join(sorted(email.partition("@")[0] for email in self.people))
            raise UnknownPersonError(f"nobody is called {name!r} here; there are {known}")
        email = names[name]
        kept = self.people[email]
        return Person(email, kept["subject"], kept["password"], tuple(kept["groups"]))

    def signed(self, stack: LocalStack, name: str) -> Signed:
        """The person, signed in now."""
        person = self.person(name)
        return Signed(person, stack.http.signed_in(stack.people.sign_in(person)))

    def show(self, progress: Progress, stack: LocalStack) -> None:
        """Addresses, sign-ins and things to try."""
        api = stack.deployed.output("ApiUrl")
        say = progress.say
        say("\n  Where things are (on this machine only)")
        say(f"    Start here      {stack.emulator.town_url}/   sign in by one click, shop, mailbox")
        say(f"    Maya's link     {api}/r/{self.code}")
        say(f"    Advocate        {api}/my")
        say(f"    Console         {api}/console")
        say(f"    Join            {api}/join/{self.program_id}")
        say(f"    API             {api}/v1/…        described in docs/openapi.json")
        say(f"    Mailbox         {stack.emulator.town_url}/mail")
        say(f"    AWS endpoint    {stack.endpoint}        any AWS tool, key and secret `test`")
        say("\n  Who can sign in (Cognito; `make token WHO=maya` prints an ID token)")
        for email, role in ROLES.items():
            say(f"    {email:<24}{role:<27}{self.people[email]['password']}")
        say("\n  Three things to try")
        say("    Open Maya's link, buy something, and see it as Maya within seconds")
        say("    make see WHO=maya        the same over the API")
        say("    make forward DAYS=15     move time: holds end, runs start, mails go out")
        say("\n  make down ends it, make reset forgets it.")
