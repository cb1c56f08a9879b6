"""The payout use cases with their real adapters: vault, rails, state machine.

Only `payouts_task` makes what opens destinations and asks rails; the API and the clock never do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goodword.advocates.destination import canonical
from goodword.errors import InvalidInput, NotFound
from goodword.events import Actor
from goodword.payouts.approving import Approving
from goodword.payouts.clock import PayoutClock
from goodword.payouts.confirming import Confirming, has_file
from goodword.payouts.cycle import Cycle
from goodword.payouts.ending import Ending
from goodword.payouts.filing import Asking
from goodword.payouts.freezing import read_run
from goodword.payouts.model import PayoutRun
from goodword.payouts.origins import KnownOrigins
from goodword.payouts.ports import Opened, Rail
from goodword.payouts.reconciling import Reconciling
from goodword.payouts.sending import Sending
from goodword.persons import Person
from goodword.ports import Desk, Store
from goodword.privacy.model import VaultItem, vault_key
from goodword.privacy.ports import Forgotten, Macs, PersonalVault
from goodword.programs.payment import RailName
from goodword.receipts import Receipt, no_receipt
from goodword.times import SECOND_MS

from goodword_aws import observe, wiring
from goodword_aws.aws import client
from goodword_aws.calls import Principal
from goodword_aws.rails.csv import CsvRail
from goodword_aws.rails.setup import rails_of
from goodword_aws.rails.simulator import SimulatorRail
from goodword_aws.rails.tremendous import TremendousRail
from goodword_aws.settings import settings
from goodword_aws.workflow import StepFunctions


@dataclass(frozen=True)
class VaultDestinations:
    """The Destinations port over the vault; the hash is made as `PayoutMethods` makes it."""

    store: Store
    vault: PersonalVault
    macs: Macs

    def open(self, advocate_id: str, rail: RailName) -> Opened | None:
        """The destination in plain, with the hash it has now."""
        item = self.store.get(VaultItem, vault_key(advocate_id))
        if item is None:
            return None
        try:
            fields = self.vault.open(item).payout
        except Forgotten:
            return None
        if not fields:
            return None
        return Opened(fields, self.macs.mac("destination", canonical(rail, fields)))


@dataclass(frozen=True)
class PayoutMachine:
    """The Machine port over Step Functions."""

    states: StepFunctions
    machine_arn: str

    def start(self, name: str, given: Mapping[str, str | int]) -> bool:
        """Start `payout_cycle` under this name; False if the name was used before."""
        return self.states.start(self.machine_arn, name, dict(given))


def states() -> StepFunctions:
    """Step Functions."""
    return StepFunctions(client("stepfunctions"))


def csv_rail() -> CsvRail:
    """The rail by hand; needs EXPORTS_BUCKET, and for what it is asked to pay the vault."""
    return CsvRail(client("s3"), settings().exports_bucket, wiring.vault)


def rails() -> Mapping[RailName, Rail]:
    """The rails of this installation; the simulator only where it has an address."""
    found: dict[RailName, Rail] = {"csv": csv_rail()}
    if url := settings().rail_simulator_url:
        found["simulator"] = SimulatorRail(url)
    if arn := settings().rail_keys_arn:
        log = observe.logger("payouts_task")
        found |= rails_of(
            wiring.secrets().read(arn)[0].decode(),
            lambda name: log.warning("rail_keys_not_understood", extra={"rail": name}),
        )
    return found


def names(rail: RailName, resource: str) -> Sequence[str] | None:
    """The payouts that a rail's own name of a thing stands for; only Tremendous uses its own."""
    found = rails().get(rail)
    if not isinstance(found, TremendousRail):
        return ()
    kind, _, identifier = resource.partition(":")
    return found.payouts_of(kind, identifier)


def sending(actor: str) -> Sending:
    """What sends; opens the vault."""
    there = VaultDestinations(wiring.store(), wiring.vault(), wiring.blind_index())
    return Sending(wiring.desk(actor), rails(), there)


def approving(actor: Actor | str) -> Approving:
    """The two people's use cases."""
    return Approving(wiring.desk(actor), states())


def confirming(actor: Actor) -> Confirming:
    """A person's word about payments."""
    return Confirming(wiring.desk(actor))


def bank_file(run_id: str, part: int, actor: Actor) -> bytes:
    """A part of the file that a person takes to the bank; who takes it is noted before they get it.

    Raises NotFound `no_bank_file`, or `bank_file_gone` when it is no longer kept.
    """
    run = read_run(wiring.store(), run_id)
    if not has_file(run) or not 1 <= part <= max(run.file_parts, 1):
        raise NotFound("no_bank_file", "the run has no file for a bank")
    content = csv_rail().file(run_id, part)
    confirming(actor).file_saved(run_id, part)
    return content


def write_bank_file(run_id: str, desk: Desk, receipt: Receipt[PayoutRun] = no_receipt) -> None:
    """Have the file written anew by `payout_cycle`. Conflict `no_file_needed`."""
    run = Asking(desk).ask(run_id, receipt)
    name = f"{run_id}-file-{(run.file_asked_ms or 0) // SECOND_MS}"
    payout_machine().start(name, {"task": "file", "run_id": run_id})


def cycle(actor: str) -> Cycle:
    """The steps of `payout_cycle`."""
    ending = Ending(wiring.desk(actor), csv_rail())
    return Cycle(
        wiring.desk(actor),
        wiring.blind_index(),
        KnownOrigins(wiring.store()),
        names,
        approving(actor),
        ending,
        lambda: sending(actor),
    )


def payout_clock(actor: Actor | str) -> PayoutClock:
    """What starts executions; needs PAYOUT_CYCLE_ARN."""
    return PayoutClock(wiring.desk(actor), payout_machine())


def payout_machine() -> PayoutMachine:
    """What starts `payout_cycle`; needs PAYOUT_CYCLE_ARN."""
    return PayoutMachine(states(), settings().payout_cycle_arn)


def reconciling(actor: Actor) -> Reconciling:
    """The comparison with a report that a person gives; it asks no rail."""
    return Reconciling(wiring.desk(actor))


def person(principal: Principal) -> Person:
    """The signed-in person, with the advocate that they are, if any, and the mailbox."""
    return Person(principal.subject, principal.advocate_id, wiring.mark_of(principal))


STEPS = (
    *("open", "freeze", "close_list", "audit", "ask", "stand", "expire"),
    *("begin", "send", "settle", "reconcile", "recompare", "compare", "sum_up"),
    *("give_back", "write_file", "mend", "look_up"),
)


def step(event: Mapping[str, Any]) -> dict[str, Any]:
    """One step of the machine: its name under `step`, its arguments beside it.

    Raises InvalidInput `unknown_step`: only the names above are ever looked up.
    """
    given = {name: value for name, value in event.items() if name != "step"}
    if event["step"] not in STEPS:
        raise InvalidInput("unknown_step", "payout_cycle has no such step")
    run_step = getattr(cycle("payout_cycle"), event["step"])
    answer: dict[str, Any] = run_step(**given).model_dump(mode="json")
    return answer
