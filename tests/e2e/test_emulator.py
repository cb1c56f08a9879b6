"""The emulator listens on loopback only, ends with its owner, and recovers from a killed run."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.local import emulator, process
from infra.local.aws import client
from infra.local.emulator import Emulator, EmulatorError
from infra.local.http import Http
from infra.local.places import REGION, ROOT
from infra.local.waiting import eventually
from tests.e2e.listeners import LOOPBACK, listening_addresses

SNATCHED = (
    "import signal, sys, time; from pathlib import Path; from infra.local import emulator; "
    "signal.signal(signal.SIGINT, signal.default_int_handler); "  # ignored if we run behind an &
    "print(emulator.start(Path(sys.argv[1])).pid, flush=True); time.sleep(60)"
)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "home"
    emulator.stop(tmp_path / "home")


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads Linux's /proc")
def test_it_listens_on_loopback_and_nowhere_else(home: Path) -> None:
    found = emulator.start(home)
    assert listening_addresses(found.pid) <= LOOPBACK
    assert listening_addresses(found.pid)


def test_a_new_one_is_empty_and_has_a_rail_that_pays_nobody(home: Path) -> None:
    payment = {"key": "pay_1", "amount_minor": 1, "currency": "EUR", "receiver": "a@rail.example"}
    rail = Http(emulator.start(home).rail_url)
    assert rail.post("/payments", payment).status == 201
    assert len(rail.get("/payments").json()["data"]) == 1
    emulator.stop(home)
    assert Http(emulator.start(home).rail_url).get("/payments").json() == {"data": []}


def test_its_root_key_is_accepted_and_a_stranger_is_refused(home: Path) -> None:
    found = emulator.start(home)
    assert client(found.endpoint, "sts").get_caller_identity()["Arn"].endswith(":root")
    stranger = boto3.client(
        "sqs",
        endpoint_url=found.endpoint,
        region_name=REGION,
        aws_access_key_id="AKIASTRANGER",
        aws_secret_access_key="anything",
    )
    with pytest.raises(ClientError) as refused:
        stranger.list_queues()
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403)


def test_stop_ends_it_and_says_whether_there_was_one(home: Path) -> None:
    found = emulator.start(home)
    assert emulator.stop(home)
    assert not process.command_line(found.pid)
    assert not emulator.stop(home)


def test_a_second_one_in_the_same_home_is_refused(home: Path) -> None:
    emulator.start(home)
    with pytest.raises(EmulatorError, match="already runs"):
        emulator.start(home)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_its_owner_and_the_next_start_clears_up(
    home: Path, how: signal.Signals
) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", SNATCHED, str(home)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        owner.send_signal(how)
    eventually(lambda: not process.command_line(pid), f"emulator {pid} ended", 10)
    assert (home / "emulator.json").exists(), "the owner had no time to clear up"
    assert emulator.running(home) is None
    assert emulator.start(home).pid != pid


def test_a_pid_that_is_someone_elses_by_now_is_left_alone(home: Path) -> None:
    home.mkdir()
    (home / "emulator.json").write_text(f'{{"pid": {os.getpid()}, "port": 1}}')
    assert emulator.running(home) is None
    assert not emulator.stop(home)
    assert not (home / "emulator.json").exists()


def test_a_damaged_pid_file_counts_as_none(home: Path) -> None:
    home.mkdir()
    (home / "emulator.json").write_text("{")
    assert emulator.running(home) is None


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads Linux's /proc")
def test_the_developers_own_aws_settings_do_not_reach_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    found: Emulator = emulator.start(home)
    environment = Path(f"/proc/{found.pid}/environ").read_bytes()
    assert b"AWS_" not in environment
    assert b"AUTH=true" in environment
