"""A provider of payments in memory, behind the product's own adapter, vault and destinations."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from goodword.advocates.methods import PayoutMethods
from goodword.payouts.model import Payout
from goodword.payouts.ports import Rail
from goodword.ports import Change, Desk
from goodword.privacy.model import PersonalFields, VaultItem
from goodword_aws.rails.wire import Reply, Wire

from tests.fakes.privacy import MemoryVault
from tests.simulation.lambdas import RealDestinations
from tests.simulation.tales.teller import Teller
from tests.support.payday import Places
from tests.support.rails.door import Rail as Server

LOST, UNHEARD = "lost", "unheard"  # it never arrived; it was done, and no answer came
UNITS = {"JPY": 1, "ISK": 1, "UGX": 1, "KWD": 1_000}  # minor units of one; others have 100


@dataclass
class Line(Wire):
    """The wire to a server in memory; `said` is what becomes of the next calls, else it answers."""

    server: Server = field(default_factory=Server)
    said: list[str | Reply] = field(default_factory=list)
    calls: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.pause = self.waited.append

    def posts(self) -> list[tuple[str, str, dict[str, str], bytes]]:
        """The calls that would pay."""
        return [one for one in self.calls if self.server.makes(one[0], one[1], one[3])]

    def _once(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
    ) -> Reply:
        call = method, path, {name.lower(): one for name, one in headers.items()}, content or b""
        self.calls.append(call)
        fate = self.said.pop(0) if self.said else ""
        if isinstance(fate, Reply):
            return fate
        if fate == LOST:
            return Reply(0)
        status, body = self.server.answer(*call)
        plain = json.loads(json.dumps(body), parse_float=Decimal)
        return Reply(0) if fate == UNHEARD else Reply(status, plain)


class Digests:
    """A blind index of the length of the real one; of destinations as the town's judges know it."""

    def mac(self, kind: str, value: str) -> str:
        """Equal for equal values of a kind."""
        if kind == "destination":
            told = json.loads(value)
            return Places.hash(told["rail"], told["to"])
        return hashlib.sha256(f"{kind} {value}".encode()).hexdigest()


class Payees:
    """People who are paid to where their own vault says, over this rail or the town's."""

    def __init__(self, teller: Teller, rail: Rail | None = None) -> None:
        self.teller, self.vault = teller, MemoryVault()
        town = teller.town
        if rail is not None:
            town.rails[rail.name] = rail
        town.places = RealDestinations(town.store, self.vault, Digests())  # type: ignore[assignment]  # no town's

    def lives(self, person: str, **fields: str) -> None:
        """So this person is paid from now on."""
        town = self.teller.town
        desk = Desk(town.memory, town.clock, town.ids, town.person(person))
        methods = PayoutMethods(desk, Digests(), self.vault)
        if not any(one.person_id == person for one in self._items()):
            change = Change()
            change.create(self.vault.seal(person, PersonalFields()))
            town.memory.commit(change)
        methods.put(person, town.story.rail, fields)

    def _items(self) -> list[Any]:
        return self.teller.town.all(VaultItem)

    def of(self, person: str) -> list[Payout]:
        """The payouts of one of them, the oldest first."""
        every: list[Payout] = self.teller.town.all(Payout)
        found = [one for one in every if one.advocate_id == person]
        return sorted(found, key=lambda one: (one.created_ms, one.payout_id))


def text(amount_minor: int, currency: str) -> str:
    """The amount as people write it."""
    unit = UNITS.get(currency, 100)
    places = len(str(unit)) - 1
    whole, rest = divmod(amount_minor, unit)
    return f"{whole}.{rest:0{places}d}" if places else str(whole)
