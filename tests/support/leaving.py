"""Somebody who asked to be erased, with what has to go."""

from dataclasses import dataclass, field

from goodword.advocates.recognition import Recognition
from goodword.errors import Unavailable
from goodword.ledger.model import Balance
from goodword.limits import ERASURE_WAIT_DAYS
from goodword.ports import Change
from goodword.privacy.erasing import Erasing, Erasure
from goodword.times import DAY_MS

from tests.support.people import ANNA, Town

IBAN = {"name": "Anna Maria Canary", "iban": "DE89370400440532013000"}


@dataclass
class Pool:
    """Accounts of a sign-in."""

    closed: list[str] = field(default_factory=list)
    is_away: bool = False

    def close(self, subject: str) -> None:
        if self.is_away:
            raise Unavailable("sign_in_unavailable", "not now")
        self.closed.append(subject)


@dataclass
class Leaving:
    """Anna, with a link that she named, a payout method, and a wish to be erased."""

    town: Town = field(default_factory=Town)
    pool: Pool = field(default_factory=Pool)
    program_id: str = ""
    own: str = ""

    def __post_init__(self) -> None:
        self.program_id = self.town.program().program_id
        enrolment = self.town.joined(self.program_id)
        self.own = enrolment.advocate_id
        self.town.link(enrolment, label="Anna's canary")
        self.town.methods.put(self.own, "csv", IBAN)
        change = Change()
        change.create(Recognition(advocate_id=self.own, program_id=self.program_id, look_ms=1))
        self.town.store.commit(change)

    @property
    def erasing(self) -> Erasing:
        """The use cases, with anybody as the actor."""
        return Erasing(self.town.desk(), self.town.vault)

    def ask(self, *, at_once: bool = False) -> Erasure:
        """Ask, with the account to close."""
        return self.erasing.ask(self.own, at_once=at_once, subject=ANNA.subject)

    def has(self, **amounts: int) -> None:
        """Money of hers."""
        change = Change()
        change.create(
            Balance(advocate_id=self.own, program_id=self.program_id, currency="EUR", **amounts)
        )
        self.town.store.commit(change)

    def carry_out(self) -> bool:
        """Try it now."""
        return self.erasing.carry_out(self.own, self.pool)

    def wait(self) -> None:
        """The days are over."""
        self.town.clock.advance(ERASURE_WAIT_DAYS * DAY_MS)
