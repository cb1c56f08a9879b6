"""What the demo leaves behind: who can sign in, where things are, and what to try next.

It lies in `.local/demo/directory.json`, readable by its owner only, and goes with `make reset`.
"""

import json
import os
from dataclasses import asdict, dataclass
from typing import Any

from infra.local.cast import Cast, Endpoint, Signed
from infra.local.people import Person
from infra.local.places import DEMO_HOME
from infra.local.progress import Progress
from infra.local.stack import LocalStack

PLACE = DEMO_HOME / "directory.json"
ROLES = {
    "maya@people.example": "advocate",
    "fatima@staff.example": "finance, requests",
    "frank@staff.example": "finance, releases",
    "marta@staff.example": "marketing",
    "ada@staff.example": "admin",
}


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
    def read(cls) -> "Directory | None":
        """The directory of the demo that was told here, if one was."""
        return cls(**json.loads(PLACE.read_text())) if PLACE.exists() else None

    @classmethod
    def forget(cls) -> None:
        """There is no told story any more."""
        PLACE.unlink(missing_ok=True)

    def write(self) -> None:
        """Keep it, for the owner's eyes only."""
        with os.fdopen(os.open(PLACE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(asdict(self), out, indent=1)

    @property
    def shop(self) -> Endpoint:
        """The shop's endpoint."""
        return Endpoint(self.source_id, self.secret)

    def person(self, name: str) -> Person:
        """`maya` or `maya@people.example`. Raises KeyError for somebody unknown."""
        email = next((each for each in self.people if name in (each, each.partition("@")[0])), name)
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
        say(f"    Maya's link     {api}/r/{self.code}")
        say(f"    API             {api}/v1/…        described in docs/openapi.json")
        say("    Mailbox         make mail WHO=maya")
        say(f"    AWS endpoint    {stack.endpoint}        any AWS tool, key and secret `test`")
        say("\n  Who can sign in (Cognito; `make token WHO=maya` prints an ID token)")
        for email, role in ROLES.items():
            say(f"    {email:<24}{role:<20}{self.people[email]['password']}")
        say("\n  Three things to try")
        say("    make see WHO=maya        what Maya sees: money, reasons, next payout")
        say("    make order AMOUNT=49.00  a friend buys over Maya's link, really signed")
        say("    make forward DAYS=15     move time: holds end, runs start, mails go out")
        say("\n  make down ends it, make reset forgets it.")
