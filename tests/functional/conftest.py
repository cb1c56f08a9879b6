"""What many files here ask for; an installation of intake is made once a file, and emptied."""

from collections.abc import Iterator

import pytest

from tests.support.intake import Installation, installation
from tests.support.ses import Ses
from tests.support.walks import Path


@pytest.fixture(scope="module")
def made() -> Iterator[Installation]:
    with installation() as one:
        yield one


@pytest.fixture
def here(made: Installation) -> Installation:
    made.start_over()
    return made


@pytest.fixture
def path() -> Path:
    return Path()


@pytest.fixture
def ses() -> Ses:
    return Ses()
