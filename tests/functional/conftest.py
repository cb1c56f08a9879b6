"""One installation of intake for each file that asks for it, emptied before each test."""

from collections.abc import Iterator

import pytest

from tests.support.intake import Installation, installation


@pytest.fixture(scope="module")
def made() -> Iterator[Installation]:
    with installation() as one:
        yield one


@pytest.fixture
def here(made: Installation) -> Installation:
    made.start_over()
    return made
