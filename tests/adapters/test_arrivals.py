"""One delivery id is stored once, however many copies of it come at the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from goodword.conversions.intake import DeliveryHead, first_seen
from goodword.conversions.model import Delivery, Source
from goodword_aws.arrivals import Arrivals
from goodword_aws.items import from_item

from tests.adapters.conftest import Connect
from tests.adapters.tables import TABLES

SOURCE = Source(
    source_id="src_1",
    kind="shopify",
    program_id="prg_1",
    currency="EUR",
    label="shop",
    sealed_secrets=(),
    created_ms=0,
)
COPIES = 12


def delivery(fingerprint: str, writer: str = "req") -> Delivery:
    head = DeliveryHead(delivery_id="one", topic="orders/paid", fingerprint=fingerprint)
    return first_seen(SOURCE, head, sealed_body="sealed", at_ms=1_763_800_000_000, writer=writer)


@pytest.fixture(params=["moto", "ministack"])
def connect(request: pytest.FixtureRequest) -> Connect:
    found: Connect = request.getfixturevalue(request.param)
    return found


def test_the_first_is_accepted_and_the_rest_are_told_apart(connect: Connect) -> None:
    client = connect("dynamodb")
    arrivals = Arrivals(client, TABLES["arrivals"])
    assert arrivals.put(delivery("a" * 64)) == "accepted"
    assert arrivals.put(delivery("a" * 64, writer="retry")) == "duplicate"
    assert arrivals.put(delivery("b" * 64)) == "quarantined"
    assert arrivals.put(delivery("b" * 64)) == "quarantined"
    items = client.scan(TableName=TABLES["arrivals"], ConsistentRead=True)["Items"]
    stored = {one.key.sk: one for one in (from_item(Delivery, item) for item in items)}
    assert sorted(stored) == ["BODY", "BODY#" + "b" * 32]
    assert (stored["BODY"].writer, stored["BODY"].version) == ("req", 1)
    assert stored["BODY#" + "b" * 32].state == "quarantined"


def test_of_racing_copies_one_is_accepted(ministack: Connect) -> None:
    arrivals = Arrivals(ministack("dynamodb"), TABLES["arrivals"])
    copies = [delivery("a" * 64, writer=str(number)) for number in range(COPIES)]
    with ThreadPoolExecutor(COPIES) as pool:
        outcomes = sorted(pool.map(arrivals.put, copies))
    assert outcomes == ["accepted"] + ["duplicate"] * (COPIES - 1)


def test_of_racing_bodies_one_is_accepted_and_all_are_kept(ministack: Connect) -> None:
    client = ministack("dynamodb")
    arrivals = Arrivals(client, TABLES["arrivals"])
    bodies = [delivery(f"{number:064x}"[::-1]) for number in range(COPIES)]
    with ThreadPoolExecutor(COPIES) as pool:
        outcomes = sorted(pool.map(arrivals.put, bodies))
    assert outcomes == ["accepted"] + ["quarantined"] * (COPIES - 1)
    items = client.scan(TableName=TABLES["arrivals"], ConsistentRead=True)["Items"]
    assert len(items) == COPIES
