"""Each template is synthesized once per session, from the checkout: no build, no network."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from infra.node import use_packaged_node
from tests.infra.reading import Template

use_packaged_node()  # before anything imports aws_cdk, which starts Node

from infra.foundations.installation import Installation, Stage, Target  # noqa: E402


@pytest.fixture(scope="session")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Stage, Target], Path]:
    """`synthesized("prod", "aws")` -> the template file; cdk-nag has passed for target aws."""
    from aws_cdk import App  # noqa: PLC0415

    from infra.foundations.rules import check_rules  # noqa: PLC0415
    from infra.layers import as_written  # noqa: PLC0415
    from infra.stack import GoodwordStack  # noqa: PLC0415

    @cache
    def make(stage: Stage, target: Target) -> Path:
        out = tmp_path_factory.mktemp(f"cdk-{stage}")
        app = App(outdir=str(out))
        at = Installation(stage, target)
        GoodwordStack(app, at.prefix, at=at, sources=as_written())
        if not at.on_laptop:
            check_rules(app)
        app.synth()
        return out / f"{at.prefix}.template.json"

    return make


@pytest.fixture(scope="session")
def prod(synthesized: Callable[[Stage, Target], Path]) -> Template:
    """What production deploys."""
    return Template(json.loads(synthesized("prod", "aws").read_text()))


@pytest.fixture(scope="session")
def dev(synthesized: Callable[[Stage, Target], Path]) -> Template:
    """What a trial account deploys."""
    return Template(json.loads(synthesized("dev", "aws").read_text()))


@pytest.fixture(scope="session")
def laptop(synthesized: Callable[[Stage, Target], Path]) -> Template:
    """What the emulator deploys."""
    return Template(json.loads(synthesized("local", "local").read_text()))
