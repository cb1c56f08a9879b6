"""Settings refuse to start without what is needed; clock, ids, logs and wiring do their part."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from goodword.errors import InvalidInput
from goodword.ids import time_of
from goodword.ports import Change
from goodword.records import Key
from goodword_aws import observe, wiring
from goodword_aws.aws import client
from goodword_aws.calls import Principal
from goodword_aws.clock import SystemClock
from goodword_aws.ids import SystemIds
from goodword_aws.secrets import BlindIndex
from goodword_aws.settings import MissingSetting, Settings, describe_only, require, settings
from moto import mock_aws

from tests.adapters.tables import TABLES, make_tables
from tests.support.desk import FakeClock


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    wiring.forget()
    yield
    wiring.forget()


def test_a_missing_setting_is_named() -> None:
    own = Settings({"CORE_TABLE": "core", "JOURNAL_TABLE": ""})
    assert own.core_table == "core"
    assert own.clock_file == ""
    own.require("core_table", "clock_file")
    with pytest.raises(MissingSetting, match="JOURNAL_TABLE"):
        own.require("core_table", "journal_table")
    with pytest.raises(AttributeError):
        own.require("no_such_setting")


def test_settings_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUS_NAME", "first")
    require("bus_name")
    monkeypatch.setenv("BUS_NAME", "second")
    assert settings().bus_name == "first"
    settings.cache_clear()
    assert settings().bus_name == "second"


def test_a_description_needs_no_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CORE_TABLE", "BUS_NAME"):
            patch.delenv(name, raising=False)
        patch.setattr("os.environ", {"CORE_TABLE": "mine"})
        describe_only()
        require("core_table", "bus_name", "mail_sender")
        assert (settings().core_table, settings().bus_name) == ("mine", "none")
        assert settings().clock_file == ""


def test_the_clock_goes_forward_with_the_file(tmp_path: Path) -> None:
    real, file = SystemClock().now_ms(), tmp_path / "clock"
    clock = SystemClock(str(file))
    assert 0 <= clock.now_ms() - real < 60_000
    file.write_text("3600\n")
    assert 3_600_000 <= clock.now_ms() - real < 3_660_000
    file.write_text("")
    assert clock.now_ms() - real < 60_000


def test_ids_are_of_now_and_never_the_same() -> None:
    ids = SystemIds(FakeClock(1_700_000_000_000))
    made = {ids.new("adv") for _ in range(50)}
    assert len(made) == 50
    assert {time_of(each) for each in made} == {1_700_000_000_000}
    assert len(ids.entropy(7)) == 7


def test_clients_give_up_soon_and_mail_is_never_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert client("dynamodb") is client("dynamodb")
    assert client("dynamodb").meta.endpoint_url == "http://127.0.0.1:1"
    assert client("dynamodb").meta.config.read_timeout <= 10
    assert client("dynamodb").meta.config.retries["total_max_attempts"] == 4
    assert client("sesv2").meta.config.retries["total_max_attempts"] == 1


def test_a_failure_is_logged_without_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    log = observe.logger("failing")
    try:
        try:
            raise ValueError("canary-one")
        except ValueError as cause:
            raise InvalidInput("bad_thing", "canary-two") from cause
    except InvalidInput as error:
        observe.failure(log, "it failed", error, reward_id="rwd_1")
    text = capsys.readouterr().out
    line = json.loads(text)
    assert "canary" not in text
    assert (line["error"], line["code"], line["cause"]) == (
        "InvalidInput",
        "bad_thing",
        "ValueError",
    )
    assert line["reward_id"] == "rwd_1"
    assert "test_platform.py" in line["frames"][0]


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An installation in moto: tables, key and secrets, and the settings that name them."""
    names = {"GOODWORD_STAGE": "test", "AWS_DEFAULT_REGION": "eu-west-1"}
    names |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    names |= {"CORE_TABLE": TABLES["core"], "JOURNAL_TABLE": TABLES["journal"]}
    names |= {"KEYS_TABLE": "t-keys", "ARRIVALS_TABLE": ""}
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        make_tables(client("dynamodb"))
        key = client("kms").create_key()["KeyMetadata"]["Arn"]
        secret = client("secretsmanager").create_secret(Name="index", SecretString="s" * 64)
        monkeypatch.setenv("VAULT_KEY_ARN", key)
        monkeypatch.setenv("INDEX_SECRET_ARN", secret["ARN"])
        yield


@pytest.mark.usefixtures("installed")
def test_the_parts_are_wired_once_and_work() -> None:
    assert wiring.store() is wiring.store()
    assert wiring.vault() is wiring.vault()
    assert wiring.envelope().open_bytes(wiring.envelope().seal_bytes(b"x", "a"), "a") == b"x"
    assert wiring.blind_index().mac("email", "a") == BlindIndex(b"s" * 64).mac("email", "a")
    desk, change = wiring.desk("test"), Change()
    event = desk.event("thing.happened", "thi_1")
    change.create(event)
    desk.store.commit(change)
    assert desk.store.get(type(event), event.key) == event.but(version=1)
    assert event.actor.kind == "system"
    with pytest.raises(KeyError):
        desk.store.get(type(event), Key("arrivals", "a", "b"))


@pytest.mark.usefixtures("installed")
def test_a_signed_in_person_is_found_by_subject_then_by_verified_address() -> None:
    from goodword.advocates.people import People  # noqa: PLC0415 - only here
    from goodword.privacy.model import PersonalFields  # noqa: PLC0415 - only here

    def signed_in(subject: str, email: str, *, verified: bool) -> Principal:
        return Principal(subject, email, verified, frozenset(), wiring.advocate_of)

    people = People(wiring.desk("test"), wiring.blind_index(), wiring.vault(), {})
    change = Change()
    ann = people.add(change, PersonalFields(name="Ann", email="ann@example.com"))
    wiring.store().commit(change)
    assert signed_in("sub-1", "ann@example.com", verified=False).advocate_id is None
    assert signed_in("sub-1", "Ann+x@example.com", verified=True).advocate_id == ann.advocate_id
    assert signed_in("sub-1", "", verified=False).advocate_id == ann.advocate_id
    assert signed_in("sub-2", "bob@example.com", verified=True).advocate_id is None


@pytest.mark.usefixtures("installed")
def test_the_vault_is_opened_only_when_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    from goodword.privacy.model import PersonalFields  # noqa: PLC0415 - only here
    from goodword.privacy.ports import Forgotten  # noqa: PLC0415 - only here

    late: Any = wiring._VaultWhenUsed()
    item = late.seal("adv_1", PersonalFields(name="Ann"))
    item = item.but(version=1)
    assert late.open(item).name == "Ann"
    late.forget("adv_1")
    with pytest.raises(Forgotten):
        late.open(item)
    monkeypatch.delenv("KEYS_TABLE")
    wiring.forget()
    with pytest.raises(MissingSetting, match="KEYS_TABLE"):
        wiring._VaultWhenUsed().open(item)
