"""The CRMs that every adapter is tried on, each on a wire of its own."""

from collections.abc import Iterator

import pytest

from tests.support.crms.servers import Connected, Crm, HubSpot, Salesforce, hubspot, salesforce


@pytest.fixture(params=["hubspot", "salesforce"])
def crm(request: pytest.FixtureRequest) -> Iterator[Connected]:
    server: Crm
    if request.param == "hubspot":
        server = HubSpot()
        with server.serve() as wire:
            yield hubspot(server, wire)
    else:
        server = Salesforce()
        with server.serve() as wire:
            yield salesforce(server, wire)
