"""A local stack is an emulator, the deployed template and the ways in: HTTP, people, clock.

`local_stack` brings all of it up and takes all of it down, whatever happens in between. The demo,
the end-to-end tests and `up` share it, so they cannot differ.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from infra.local import assembly, emulator, logs, mailbox
from infra.local.assembly import Assembly
from infra.local.aws import client
from infra.local.clock import LocalClock
from infra.local.deploy import Deployed, deploy, look_up
from infra.local.emulator import Emulator
from infra.local.http import Http
from infra.local.people import People
from infra.local.places import CLOCK_NAME
from infra.local.progress import Progress

PARAMETERS = {  # of every local stack; the names are reserved by RFC 2606 and belong to nobody
    "FallbackUrl": "https://shop.example/",
    "MailSender": "rewards@goodword.example",
}


@dataclass(frozen=True)
class LocalStack:
    """Everything that a walk-through or a test needs of the running product."""

    emulator: Emulator
    deployed: Deployed

    @property
    def endpoint(self) -> str:
        """Of the emulator, for AWS clients."""
        return self.emulator.endpoint

    @cached_property
    def http(self) -> Http:
        """The public API, not signed in."""
        return Http(self.deployed.output("ApiUrl"))

    @cached_property
    def people(self) -> People:
        """The users of the pool."""
        output = self.deployed.output
        return People(self.endpoint, output("UserPoolId"), output("UserPoolClientId"))

    @cached_property
    def clock(self) -> LocalClock:
        """The functions' clock."""
        return LocalClock(self.emulator.home / CLOCK_NAME)

    def client(self, service: str) -> Any:
        """A boto3 client of the emulator with its root key."""
        return client(self.endpoint, service)

    def log_lines(self) -> dict[str, list[str]]:
        """All that the functions printed, by log group."""
        return logs.all_log_lines(self.endpoint)

    def transfers(self) -> list[dict[str, Any]]:
        """Every transfer that the simulated rail has made or refused."""
        found: list[dict[str, Any]] = Http(self.emulator.rail_url).get("/payments").json()["data"]
        return found

    def mails(self, to: str | None = None) -> list[mailbox.Mail]:
        """What was sent by e-mail."""
        return mailbox.mails(self.endpoint, to)


def bring_up(
    home: Path,
    progress: Progress,
    *,
    tethered: bool,
    wait_scale: float = 1.0,
    parameters: Mapping[str, str] | None = None,
) -> LocalStack:
    """Synthesize if the sources changed, start an empty emulator in `home`, deploy.

    `parameters` of the template come on top of those that every local stack has. If it cannot be
    finished, or is interrupted, nothing is left running.
    """
    wanted = _synthesize(progress)
    with progress.step("start the emulator on 127.0.0.1") as notes:
        there = emulator.start(home, tethered=tethered, wait_scale=wait_scale)
        notes.append(f"port {there.port}, pid {there.pid}")
    try:
        return LocalStack(there, _deploy(there, wanted, progress, parameters or {}))
    except BaseException:
        emulator.stop(home)
        raise


def refresh(
    there: Emulator, progress: Progress, parameters: Mapping[str, str] | None = None
) -> LocalStack:
    """Bring a running emulator to the present sources; what it has stored stays."""
    wanted = _synthesize(progress)
    return LocalStack(there, _deploy(there, wanted, progress, parameters or {}))


def attach(home: Path) -> LocalStack | None:
    """The stack that `up` or a demo left running in `home`, if one does."""
    there = emulator.running(home)
    if there is None:
        return None
    stacks = client(there.endpoint, "cloudformation").describe_stacks()["Stacks"]
    return LocalStack(there, look_up(there.endpoint, stacks[0]["StackName"])) if stacks else None


@contextmanager
def local_stack(
    home: Path,
    progress: Progress,
    *,
    wait_scale: float = 1.0,
    parameters: Mapping[str, str] | None = None,
) -> Iterator[LocalStack]:
    """A stack that goes away at the end of the block, after Ctrl-C, and with its process."""
    running = bring_up(home, progress, tethered=True, wait_scale=wait_scale, parameters=parameters)
    try:
        yield running
    finally:
        emulator.stop(home)


def _synthesize(progress: Progress) -> Assembly:
    with progress.step("synthesize the CDK app") as notes:
        done = assembly.synthesize()
        notes.append("" if done.is_new else "unchanged")
    return assembly.read_assembly(done.directory)


def _deploy(
    there: Emulator, wanted: Assembly, progress: Progress, parameters: Mapping[str, str]
) -> Deployed:
    with progress.step("deploy the stack with CloudFormation") as notes:
        own = {
            "ClockFile": str(there.home / CLOCK_NAME),
            "RailSimulatorUrl": there.rail_url,
        }
        deployed = deploy(there.endpoint, wanted, {**PARAMETERS, **own, **parameters})
        mailbox.open_mailbox(there.endpoint, PARAMETERS["MailSender"])
        notes.append(f"{len(deployed.resources)} resources")
    return deployed
