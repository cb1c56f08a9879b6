"""What a payout needs from outside: a rail that knows a key once, destinations, and the machine.

A rail is asked with the payout's id as its key, for ever the same. Whatever is not a clear answer
is `unknown`, never a failure: money that may have left is looked up before anything is sent again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from goodword.programs.payment import RailName

# A payment that fails for one of these reasons says that the next one would fail too, for now.
HALTING = frozenset({"insufficient_funds", "rate_limited"})
# These say that nothing more can be learned for now, not that the rail is silent.
TELLING = frozenset(
    {"no_look_up", "key_conflict", "duplicate_without_link", "past_key_window", "first_unclear"}
    | {"not_enrolled", "enrolment_paused", "enrolment_banned", "on_hold", "dispute_open"}
    | {"destination_changed", "no_destination", "changed_after_release"}
)
RailStatus = Literal["accepted", "paid", "failed", "unclaimed", "returned", "unknown"]


@dataclass(frozen=True)
class PaymentOrder:
    """One payment as a rail is asked for it. `destination` is personal and never shown.

    `again` says that it was asked for before, without a clear answer.
    """

    payout_id: str
    run_id: str
    amount_minor: int
    currency: str
    destination: Mapping[str, str] = field(repr=False)
    advocate_id: str = ""
    again: bool = False


@dataclass(frozen=True)
class RailAnswer:
    """What the rail says of one payment. `reason` is a code (`receiver_refused`), never its text.

    accepted: it has the order and will say more later; unclaimed: it waits for the receiver;
    returned: the money came back; unknown: no clear answer. `amount_minor` is what left in all
    under the key, as far as the rail says, `returned_minor` how much of it came back again. A busy
    rail names `rest_seconds` in which it wants no more calls.
    """

    status: RailStatus
    reference: str = ""
    reason: str = ""
    fee_minor: int = 0
    amount_minor: int | None = None
    returned_minor: int = 0
    rest_seconds: int = 0

    @property
    def left_minor(self) -> int | None:
        """What is with the receiver by the rail's word, if it says so."""
        return None if self.amount_minor is None else self.amount_minor - self.returned_minor


class Rail(Protocol):
    """A way in which money leaves; `key_window_ms` is how long it is sure to know a key again."""

    @property
    def name(self) -> RailName: ...

    @property
    def key_window_ms(self) -> int: ...

    def send(self, order: PaymentOrder) -> RailAnswer:
        """Ask for the payment; the same order again is the same payment. Trouble is `unknown`."""
        ...

    def look_up(self, payout_id: str, reference: str = "") -> RailAnswer | None:
        """What became of it; None when the rail does not know the key: never seen, or forgotten.

        `reference` is the rail's own id of it, if an earlier answer gave one.
        """
        ...


@dataclass(frozen=True)
class Origin:
    """Where a conversion came from, as keyed hashes: the customer's network and address, or ""."""

    network: str = ""
    place: str = ""


class Origins(Protocol):
    """What is known about where conversions came from."""

    def of(self, conversion_ids: Sequence[str]) -> Mapping[str, Origin]:
        """By conversion id; those of which nothing is known are left out."""
        ...


class RunFiles(Protocol):
    """Where the orders of a rail by hand become the file of a run, in parts if it is long."""

    def close(self, run_id: str, payout_ids: Sequence[str]) -> int:
        """Write the file with these orders, in this order; written again it is the same file.

        Returns how many parts it has.
        """
        ...


@dataclass(frozen=True)
class Opened:
    """A destination from the vault, with the keyed hash it has now."""

    fields: Mapping[str, str] = field(repr=False)
    hash: str


class Destinations(Protocol):
    """The vault, as far as payouts may look into it."""

    def open(self, advocate_id: str, rail: RailName) -> Opened | None:
        """Where this person's money goes by this rail; None when erased or never given."""
        ...


class Machine(Protocol):
    """Starts executions of `payout_cycle`."""

    def start(self, name: str, given: Mapping[str, str | int]) -> bool:
        """Start the execution of this name; False if there has been one already."""
        ...
