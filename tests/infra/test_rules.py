"""cdk-nag really looks: a careless construct stops the synthesis, and no excuse is left over."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aws_cdk import Acknowledgment, App, Stack
from aws_cdk import aws_sqs as sqs
from constructs import IConstruct

from infra.foundations import acknowledged
from infra.foundations.installation import Installation
from infra.foundations.rules import check_rules
from infra.layers import as_written
from infra.stack import GoodwordStack

FINDING = re.compile(r"^\s+(\S+) \S+\n\s+Acknowledge with '([^']+)'", re.MULTILINE)


@dataclass
class Excuses:
    """Takes the place of the CDK's Validations: writes down what would be acknowledged."""

    made: list[tuple[str, str, str]] = field(default_factory=list)

    def of(self, construct: IConstruct) -> "Excuse":
        return Excuse(self, construct.node.path)


@dataclass
class Excuse:
    """The excuses of one construct."""

    all: Excuses
    path: str

    def acknowledge(self, *rules: Acknowledgment) -> None:
        self.all.made += [(self.path, rule.id, rule.reason) for rule in rules]


def test_a_queue_without_encryption_in_transit_stops_the_synthesis(tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path))
    sqs.Queue(Stack(app, "careless"), "Queue")
    check_rules(app)
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()


def test_every_finding_is_excused_once_with_a_reason_and_no_excuse_is_idle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    excuses = Excuses()
    monkeypatch.setattr(acknowledged, "Validations", excuses)
    app = App(outdir=str(tmp_path))
    GoodwordStack(app, "goodword", at=Installation("prod", "aws"), sources=as_written())
    check_rules(app)
    with pytest.raises(RuntimeError) as refused:
        app.synth()
    found = set(FINDING.findall(str(refused.value)))
    assert len(found) > 60
    idle = [
        (path, rule)
        for path, rule, _ in excuses.made
        if not [at for at, said in found if said == rule and f"{at}/".startswith(f"{path}/")]
    ]
    unexcused = [
        (at, said)
        for at, said in found
        if not [
            path
            for path, rule, _ in excuses.made
            if said == rule and f"{at}/".startswith(f"{path}/")
        ]
    ]
    assert (idle, unexcused) == ([], [])
    assert [reason for *_, reason in excuses.made if len(reason) < 30 or reason[-1] != "."] == []
