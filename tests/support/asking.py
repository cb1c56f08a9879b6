"""The pages of a town whose journeys are played by its own workflow."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from goodword_aws import journeys_walks, messages

from tests.support.api import front
from tests.support.pages import Pages, signing_in
from tests.support.ses import Ses
from tests.support.walks import Path


@contextmanager
def asking_pages(path: Path, ses: Ses | None = None) -> Iterator[Pages]:
    """Its portal and its console, while walks wait in `path.workflow` and mail goes to `ses`."""
    with pytest.MonkeyPatch.context() as patch, front(path) as found, signing_in() as fake:
        patch.setattr(journeys_walks, "StepFunctions", lambda _client: path.workflow)
        patch.setattr(journeys_walks, "client", lambda _name: None)
        if ses is not None:
            patch.setattr(messages, "client", lambda _name: ses)
        yield Pages(found.town, pool=fake)
