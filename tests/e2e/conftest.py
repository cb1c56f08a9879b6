"""One stack per session serves every end-to-end test and is gone, pid by pid, after it."""

import os
from collections.abc import Iterator

import pytest

from infra.local import emulator
from infra.local.places import LOCAL
from infra.local.progress import Silent
from infra.local.stack import LocalStack, local_stack


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    """The product, deployed to an emulator of its own on a free port.

    Tests share it, so each makes its own programmes and people. `stack.http`, `.people`, `.clock`,
    `.client(service)`, `.log_lines()`, `.mails(to)`, `.deployed.output(name)`.
    """
    emulator.sweep()
    with local_stack(LOCAL / f"e2e-{os.getpid()}", Silent()) as running:
        yield running
