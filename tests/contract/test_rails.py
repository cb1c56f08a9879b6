"""What every rail promises: one payment per key, nothing raised, nothing personal told."""

import csv
import http.client
import io
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from goodword.errors import NotFound, Unavailable
from goodword.limits import (
    BANK_FILE_BYTES_MAX,
    BANK_FILE_ROWS,
    PERSON_AFTER_HOURS,
    RESEND_MARGIN_HOURS,
)
from goodword.payouts.model import RAILS_BY_HAND
from goodword.payouts.ports import PaymentOrder, Rail
from goodword.payouts.sheet import sheet
from goodword.times import HOUR_MS
from goodword_aws.rails.csv import CsvRail, file_key
from goodword_aws.rails.simulator import SimulatorRail
from moto import mock_aws

from infra.local.rail_simulator import RailSimulator, serve
from tests.fakes.privacy import MemoryVault

BUCKET = "exports"
CANARY = "canary.of.a.person"
VAULT = MemoryVault()


def keeper() -> MemoryVault:
    return VAULT


def order(
    key: str = "pay_1", receiver: str = "maya@x.example", amount: int = 1_234
) -> PaymentOrder:
    return PaymentOrder(
        payout_id=key,
        run_id="run_1",
        amount_minor=amount,
        currency="EUR",
        destination={"receiver": receiver, "name": CANARY, "iban": "DE89370400440532013000"},
    )


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[RailSimulator]:
    with serve(tmp_path / "rail.sqlite", stall_seconds=0.6) as running:
        yield running


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket=BUCKET)
        yield s3


@pytest.fixture(params=["csv", "simulator"])
def rail(request: pytest.FixtureRequest) -> Rail:
    if request.param == "csv":
        return CsvRail(request.getfixturevalue("bucket"), BUCKET, keeper)
    return SimulatorRail(request.getfixturevalue("simulator").url, seconds=0.3)


def test_a_payment_that_was_never_asked_for_is_not_known(rail: Rail) -> None:
    assert rail.look_up("pay_never") is None


def test_an_order_is_taken_and_can_be_looked_up(rail: Rail) -> None:
    taken = rail.send(order())
    assert taken.status in ("accepted", "paid")
    assert rail.look_up("pay_1") == taken


def test_the_same_order_again_is_the_same_payment(rail: Rail) -> None:
    assert rail.send(order()) == rail.send(order())


def test_other_keys_are_other_payments(rail: Rail) -> None:
    rail.send(order("pay_1"))
    assert rail.look_up("pay_2") is None
    assert rail.send(order("pay_2")).status in ("accepted", "paid")


def test_a_rail_that_answers_itself_forgets_keys_before_a_person_may_decide(rail: Rail) -> None:
    assert rail.key_window_ms > RESEND_MARGIN_HOURS * HOUR_MS
    if rail.name not in RAILS_BY_HAND:
        assert rail.key_window_ms <= PERSON_AFTER_HOURS * HOUR_MS


def test_no_answer_names_a_person(rail: Rail) -> None:
    for receiver in ("maya", "fail", "unclaimed", "slow", "duplicate"):
        key = f"pay_{receiver}"
        said = [rail.send(order(key, f"{receiver}@{CANARY}.example")), rail.look_up(key)]
        assert CANARY not in repr(said)
    assert CANARY not in repr(order())


@pytest.mark.parametrize(
    ("receiver", "first", "later", "transfers"),
    [
        ("maya", "paid", "paid", 1),
        ("fail", "failed", "failed", 1),
        ("unclaimed", "unclaimed", "unclaimed", 1),
        ("slow", "accepted", "accepted", 1),
        ("gone", "accepted", "accepted", 1),
        ("partly", "paid", "paid", 1),
        ("duplicate", "unknown", "paid", 1),
        ("timeout-after-accept", "unknown", "paid", 1),
        ("timeout-before-accept", "unknown", None, 0),
    ],
)
def test_each_receiver_of_the_simulator_does_what_its_name_says(
    simulator: RailSimulator, receiver: str, first: str, later: str | None, transfers: int
) -> None:
    rail = SimulatorRail(simulator.url, seconds=0.3)
    assert rail.send(order(receiver=f"{receiver}@x.example")).status == first
    found = rail.look_up("pay_1")
    assert (found.status if found else None) == later
    assert len(simulator.ledger.transfers()) == transfers
    assert rail.send(order(receiver=f"{receiver}@x.example")).status != "unknown"
    assert len(simulator.ledger.transfers()) == 1


@pytest.mark.parametrize(("receiver", "end"), [("slow", "paid"), ("gone", "returned")])
def test_some_payments_end_later(simulator: RailSimulator, receiver: str, end: str) -> None:
    rail = SimulatorRail(simulator.url)
    rail.send(order(receiver=f"{receiver}@x.example"))
    said = [rail.look_up("pay_1"), rail.look_up("pay_1")]
    assert [each.status if each else None for each in said] == ["accepted", end]
    simulator.ledger.take_back("pay_1", 1_234)
    said = [rail.look_up("pay_1"), rail.look_up("pay_1")]
    assert [each.status if each else None for each in said] == ["returned", "returned"]


def test_a_part_comes_back_and_later_the_rest(simulator: RailSimulator) -> None:
    rail = SimulatorRail(simulator.url)
    rail.send(order(receiver="partly@x.example"))
    said = [one for _ in range(3) if (one := rail.look_up("pay_1"))]
    assert [one.returned_minor for one in said] == [0, 411, 411]
    assert {one.status for one in said} == {"paid"}
    assert (said[1].reason, said[1].left_minor) == ("partly_reversed", 1_234 - 411)
    simulator.ledger.take_back("pay_1", 1_000)  # more than is left is what is left
    found = rail.look_up("pay_1")
    assert found is not None
    assert (found.status, simulator.ledger.returned("pay_1")) == ("returned", 1_234)


def test_who_claims_is_paid_and_it_is_never_forgotten(tmp_path: Path) -> None:
    now = [1_000_000.0]
    with serve(tmp_path / "rail.sqlite", seconds=lambda: now[0]) as running:
        rail = SimulatorRail(running.url)
        for key, receiver in (("pay_1", "unclaimed"), ("pay_2", "unclaimed"), ("pay_3", "maya")):
            rail.send(order(key, receiver=f"{receiver}@x.example"))
        now[0] += 30 * 86_400
        running.ledger.claim("pay_1", "paid")
        running.ledger.take_back("pay_1", 0)
        running.ledger.claim("pay_2", "returned")
        running.ledger.claim("pay_3", "returned")  # it did not wait for anybody
        running.ledger.take_back("pay_3", 34)
        said = [rail.look_up(key) for key in ("pay_1", "pay_3")]
    assert [(one.status, one.returned_minor) for one in said if one] == [("paid", 0), ("paid", 34)]


def test_another_payment_under_a_known_key_is_never_made(simulator: RailSimulator) -> None:
    rail = SimulatorRail(simulator.url)
    rail.send(order())
    other = rail.send(order(amount=9_999))
    assert (other.status, other.reason) == ("unknown", "key_conflict")
    assert [each["amount_minor"] for each in simulator.ledger.transfers()] == [1_234]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"receiver": "nobody"}, "bad_receiver"),
        ({"key": "k" * 65}, "bad_key"),
        ({"amount": 0}, "bad_amount"),
    ],
)
def test_what_is_no_payment_fails_for_good(
    simulator: RailSimulator, wrong: dict[str, Any], reason: str
) -> None:
    said = SimulatorRail(simulator.url).send(order(**wrong))
    assert (said.status, said.reason) == ("failed", reason)


def test_the_simulator_keeps_its_transfers_over_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "rail.sqlite"
    with serve(state) as running:
        first = SimulatorRail(running.url).send(order())
    with serve(state) as running:
        assert SimulatorRail(running.url).send(order()) == first
        assert len(running.ledger.transfers()) == 1


def test_a_key_that_was_pruned_makes_a_second_transfer_as_real_rails_do(tmp_path: Path) -> None:
    now = [1_000_000.0]
    with serve(tmp_path / "rail.sqlite", seconds=lambda: now[0]) as running:
        rail = SimulatorRail(running.url)
        rail.send(order())
        now[0] += rail.key_window_ms / 1_000 + 1
        assert rail.look_up("pay_1") is None
        rail.send(order())
        assert len(running.ledger.transfers()) == 2


def test_a_hundred_calls_at_one_moment_make_one_transfer(simulator: RailSimulator) -> None:
    rail = SimulatorRail(simulator.url)
    threads = [threading.Thread(target=rail.send, args=(order(),)) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(simulator.ledger.transfers()) == 1


def test_a_rail_that_is_not_there_says_nothing_about_the_money() -> None:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        rail = SimulatorRail(f"http://127.0.0.1:{free.getsockname()[1]}", seconds=0.3)
    assert rail.send(order()).status == "unknown"
    found = rail.look_up("pay_1")
    assert found is not None
    assert found.status == "unknown"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b'HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n{"status":"PAID"}',
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\n{}",
        b'HTTP/1.1 500 No\r\nContent-Length: 17\r\n\r\n{"status":"paid"}',
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
def test_an_unclear_answer_is_never_taken_for_one(answer: bytes) -> None:
    with closing(socket.socket()) as door:
        door.bind(("127.0.0.1", 0))
        door.listen()

        def speak() -> None:
            for _ in range(2):
                caller, _ = door.accept()
                with closing(caller):
                    caller.settimeout(0.2)
                    try:
                        caller.recv(65_536)
                        caller.recv(65_536)
                    except OSError:
                        pass
                    caller.sendall(answer)

        thread = threading.Thread(target=speak)
        thread.start()
        rail = SimulatorRail(f"http://127.0.0.1:{door.getsockname()[1]}", seconds=1)
        assert rail.send(order()).status == "unknown"
        found = rail.look_up("pay_1")
        thread.join()
    assert found is not None
    assert found.status == "unknown"


@pytest.mark.parametrize("url", ["", "ftp://x.example", "file:///etc/passwd", "127.0.0.1:80"])
def test_the_address_of_a_rail_is_checked(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        SimulatorRail(url)


def test_the_file_of_a_run_is_safe_to_open_and_exact(bucket: Any) -> None:
    rail = CsvRail(bucket, BUCKET, keeper)
    evil = PaymentOrder(
        payout_id="pay_2",
        run_id="run_1",
        amount_minor=5,
        currency="EUR",
        destination={"name": '=HYPERLINK("http://x")', "iban": "NL91ABNA0417164300"},
    )
    for each in (order("pay_1"), evil):
        rail.send(each)
    rail.close("run_1", ["pay_1", "pay_2"])
    rail.close("run_1", ["pay_1", "pay_2"])
    content = bucket.get_object(Bucket=BUCKET, Key=file_key("run_1"))["Body"].read().decode()
    rows = list(csv.reader(io.StringIO(content)))
    assert rows[0] == ["payout_id", "name", "iban", "amount", "currency", "reference"]
    assert rows[1][3:] == ["12.34", "EUR", "Goodword pay_1"]
    assert rows[2][1] == '\'=HYPERLINK("http://x")'
    assert len(rows) == 3


def test_a_long_file_is_written_in_parts_each_with_a_head(
    bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rail, names = CsvRail(bucket, BUCKET, keeper), [f"pay_{n}" for n in range(5)]
    for one in names:
        rail.send(order(one))
    assert rail.close("run_1", names) == rail.close("run_2", []) == 1
    monkeypatch.setattr("goodword_aws.rails.csv.BANK_FILE_ROWS", 2)
    assert rail.close("run_1", names) == 3
    parts = [rail.file("run_1", part).decode().splitlines() for part in (1, 2, 3)]
    assert [len(part) for part in parts] == [3, 3, 2]
    assert {part[0] for part in parts} == {"payout_id,name,iban,amount,currency,reference"}
    assert [row.split(",")[0] for part in parts for row in part[1:]] == names
    assert file_key("run_1", 3) == "payouts/files/run_1-3.csv"
    with pytest.raises(NotFound, match="bank_file_gone"):
        rail.file("run_1", 4)


def test_a_part_of_the_longest_rows_fits_an_answer() -> None:
    longest = [
        "pay_" + "x" * 40,
        "'" + "\U00020000" * 70,
        "'" + "9" * 34,
        "9" * 20,
        "EUR",
        "x" * 60,
    ]
    assert len(sheet([longest]).encode()) * BANK_FILE_ROWS < BANK_FILE_BYTES_MAX


def test_an_order_names_nobody_and_goes_with_its_persons_key(bucket: Any) -> None:
    vault = MemoryVault()
    rail = CsvRail(bucket, BUCKET, lambda: vault)
    rail.send(replace(order("pay_1"), advocate_id="adv_1"))
    rail.send(replace(order("pay_2"), advocate_id="adv_2"))
    kept = bucket.get_object(Bucket=BUCKET, Key="payouts/orders/pay_1.json")["Body"].read()
    assert order().destination["iban"].encode() not in kept
    assert order().destination["name"].encode() not in kept
    vault.forget("adv_1")
    rail.close("run_1", ["pay_1", "pay_2"])
    content = bucket.get_object(Bucket=BUCKET, Key=file_key("run_1"))["Body"].read().decode()
    assert [row[0] for row in csv.reader(io.StringIO(content))] == ["payout_id", "pay_2"]
    said = rail.send(replace(order("pay_3"), advocate_id="adv_1"))
    assert (said.status, said.reason) == ("failed", "payee_erased")


def test_a_bucket_that_refuses_leaves_the_order_unknown() -> None:
    s3 = boto3.client(
        "s3", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    rail = CsvRail(s3, BUCKET, keeper)
    with Stubber(s3) as stub:
        stub.add_client_error("put_object", "SlowDown")
        stub.add_client_error("head_object", "SlowDown")
        stub.add_client_error("head_object", "AccessDenied")
        stub.add_client_error("get_object", "NoSuchKey")
        stub.add_client_error("put_object", "SlowDown")
        assert rail.send(order()).status == "unknown"
        found = rail.look_up("pay_1")
        assert found is not None
        assert found.status == "unknown"
        assert rail.look_up("pay_1") is None
        with pytest.raises(Unavailable, match="order_not_read"):
            rail.close("run_1", ["pay_1"])
        with pytest.raises(Unavailable, match="file_not_written") as refused:
            rail.close("run_1", [])
    assert isinstance(refused.value.__cause__, ClientError)


def test_the_doors_of_the_simulator_are_the_ones_it_names(simulator: RailSimulator) -> None:
    def ask(method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(simulator.url.removeprefix("http://"), timeout=2)
        connection.request(method, path, body)
        answer = connection.getresponse()
        told = answer.status, answer.read()
        connection.close()
        return told

    assert ask("GET", "/payments") == (200, b'{"data": []}')
    assert ask("GET", "/other")[0] == 404
    assert ask("POST", "/other", b"{}")[0] == 404
    assert ask("POST", "/payments", b"{")[0] == 400
    assert ask("POST", "/payments", b"[]")[0] == 422
