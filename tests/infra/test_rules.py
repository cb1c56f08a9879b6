"""cdk-nag really looks: a careless construct stops the synthesis, and no excuse is left over."""

import json
from pathlib import Path

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_sqs as sqs

from infra.foundations.installation import Installation
from infra.foundations.rules import check_rules
from infra.layers import as_written
from infra.stack import GoodwordStack

ACKNOWLEDGED = "aws:cdk:acknowledged-rules"


def test_a_queue_without_encryption_in_transit_stops_the_synthesis(tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path))
    sqs.Queue(Stack(app, "careless"), "Queue")
    check_rules(app)
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()


def test_every_acknowledgement_has_a_reason(tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path))
    stack = GoodwordStack(app, "goodword", at=Installation("prod", "aws"), sources=as_written())
    said = [
        reason
        for construct in stack.node.find_all()
        for entry in construct.node.metadata
        if entry.type == ACKNOWLEDGED
        for reason in json.loads(json.dumps(entry.data)).values()
    ]
    assert len(said) > 40
    assert all(len(reason) > 30 and reason.endswith(".") for reason in said)
