"""What an auditor does with a running demo: take the journal away, verify it, rebuild balances.

The verifier runs as a stranger would run it: a process of its own that sees no installed package
and no Goodword (`python -ESs`), with nothing but the files. The balances are rebuilt by the
product's own command with the emulator's root key. A change behind everybody's back is played on a
copy.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.export import Exported, export
from infra.local.places import REGION, ROOT, ROOT_KEY
from infra.local.progress import Progress
from infra.local.stack import LocalStack

VERIFIER = ROOT / "infra" / "verifier"
SECONDS_MAX = 300.0  # seconds; a demo's journal takes one, a hundred thousand items a minute
Json = dict[str, Any]
Rows = list[Json]


@dataclass(frozen=True)
class Verdict:
    """The exit code of a command and what it printed."""

    code: int
    text: str

    @property
    def wrong(self) -> list[str]:
        """What it found, each with its place."""
        marked = (line.strip() for line in self.text.splitlines())
        return [line.removeprefix("WRONG").strip() for line in marked if line.startswith("WRONG")]


def verified(taken: Exported) -> Verdict:
    """The exported journal before the stand-alone verifier, the last copied seal known."""
    place = taken.directory
    names = ("journal.jsonl", "seals.jsonl", "public_key.pem")
    balances = ["--balances", str(place.resolve() / "balances.jsonl")]
    return run_verifier(
        [*(str(place.resolve() / name) for name in names), *balances, "--last", taken.last]
    )


def verified_proof(proof: bytes, pem: str, directory: Path) -> Verdict:
    """The proof of a reward, as it came over HTTP, before the stand-alone verifier."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "proof.json").write_bytes(proof)
    (directory / "proof_key.pem").write_text(pem, "ascii")
    names = ("proof.json", "proof_key.pem")
    return run_verifier([str(directory.resolve() / name) for name in names])


def run_verifier(arguments: Sequence[str]) -> Verdict:
    """`python -ESs -m verifier ...` beside its directory, with an empty environment."""
    words = [sys.executable, "-ESs", "-m", VERIFIER.name, *arguments]
    return _run(words, {}, VERIFIER.parent)


def rebuilt(stack: LocalStack, *arguments: str) -> Verdict:
    """Every balance, folded anew from the journal, against what is stored."""
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "JOURNAL_TABLE": stack.deployed.output("JournalTable"),
        "CORE_TABLE": stack.deployed.output("CoreTable"),
        "AWS_ENDPOINT_URL": stack.endpoint,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ROOT_KEY,
        "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
    }
    return _run([sys.executable, "-m", "goodword_aws.balances", *arguments], environment)


def tampered(taken: Exported, name: str, change: Callable[[Rows], None]) -> Exported:
    """A copy of the export, in a directory beside it, with one of its files of lines changed."""
    place = taken.directory.with_name(f"{taken.directory.name}-changed")
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(taken.directory, place)
    rows: Rows = [json.loads(line) for line in (place / name).read_text().splitlines()]
    change(rows)
    (place / name).write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return Exported(place, taken.items, taken.seals, taken.last)


def verify(progress: Progress, stack: LocalStack, asked: argparse.Namespace) -> int:
    """The verb `verify`: export the journal of the demo and let a stranger judge it."""
    del asked
    taken = export(stack)
    where = taken.directory.relative_to(ROOT)
    progress.say(f"  {taken.items} items, {taken.seals} seals and the key are in {where}/")
    verdict = verified(taken)
    progress.say(verdict.text.rstrip())
    return verdict.code


def balances(progress: Progress, stack: LocalStack, asked: argparse.Namespace) -> int:
    """The verb `balances`: rebuild them all; exit code 1 if one is not what the journal says."""
    verdict = rebuilt(stack, *(["--mend"] if asked.mend else []))
    progress.say(verdict.text.rstrip())
    return verdict.code


def _run(words: Sequence[str], environment: dict[str, str], place: Path = ROOT) -> Verdict:
    done = subprocess.run(
        words,
        env=environment,
        cwd=place,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    return Verdict(done.returncode, done.stdout)
