"""A person's fields open for that person and version only, and never again once forgotten."""

import base64
from typing import Any

import pytest
from botocore.exceptions import ClientError
from goodword.errors import NotAuthentic
from goodword.ports import Change
from goodword.privacy.model import PersonalFields, VaultItem, vault_key
from goodword.privacy.ports import Forgotten, PersonalVault, Sealer
from goodword_aws.vault import KEPT_SECONDS, OPENED_KEYS_MAX, USES_MAX, Envelope, Vault

from tests.adapters.conftest import Connect
from tests.adapters.tables import KEYS_TABLE
from tests.fakes.privacy import MemoryVault, PlainSealer
from tests.fakes.store import MemoryStore

ANN = PersonalFields(name="Ann Ö", email="ann@example.com", payout={"iban": "XX00 1234"})
BOB = PersonalFields(name="Bob", email="bob@example.com")


class Counting:
    """A client that counts the calls it passes on."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.calls.append(name)
        return getattr(self.client, name)


def real_vault(connect: Connect) -> Vault:
    key = connect("kms").create_key()["KeyMetadata"]["Arn"]
    return Vault(connect("kms"), connect("dynamodb"), key, KEYS_TABLE)


def stored(item: VaultItem) -> VaultItem:
    """The item as it is read after the commit."""
    return item.but(version=item.version + 1)


@pytest.fixture(params=["memory", "moto", "ministack"])
def vault(request: pytest.FixtureRequest) -> PersonalVault:
    if request.param == "memory":
        return MemoryVault()
    return real_vault(request.getfixturevalue(request.param))


@pytest.fixture(params=["memory", "moto", "ministack"])
def sealer(request: pytest.FixtureRequest) -> Sealer:
    if request.param == "memory":
        return PlainSealer()
    kms = request.getfixturevalue(request.param)("kms")
    return Envelope(kms, kms.create_key()["KeyMetadata"]["Arn"], lambda: 0.0)


def test_what_was_sealed_is_read_after_the_commit(vault: PersonalVault) -> None:
    store, change = MemoryStore(), Change()
    change.create(vault.seal("adv_1", ANN), vault.seal("adv_2", BOB))
    store.commit(change)
    found = store.get(VaultItem, vault_key("adv_1"))
    assert found is not None
    assert vault.open(found) == ANN
    assert "ann" not in found.model_dump_json().lower()
    again = Change()
    again.replace(vault.seal("adv_1", BOB, found))
    store.commit(again)
    changed = store.get(VaultItem, vault_key("adv_1"))
    assert changed is not None
    assert vault.open(changed) == BOB


def test_an_item_of_another_person_or_version_does_not_open(vault: PersonalVault) -> None:
    first = stored(vault.seal("adv_1", ANN))
    vault.seal("adv_2", BOB)
    for other in (first.but(person_id="adv_2"), first.but(version=2)):
        with pytest.raises(NotAuthentic):
            vault.open(other)


def test_what_was_forgotten_never_opens_again(vault: PersonalVault) -> None:
    first, other = stored(vault.seal("adv_1", ANN)), stored(vault.seal("adv_2", BOB))
    vault.forget("adv_1")
    vault.forget("adv_1")
    with pytest.raises(Forgotten):
        vault.open(first)
    assert vault.open(other) == BOB


def test_the_key_that_was_stored_first_counts(ministack: Connect) -> None:
    vault = real_vault(ministack)
    assert vault._wrapped("adv_1") is None
    winner = stored(vault.seal("adv_1", ANN))
    late = vault._make("adv_1")
    wrapped = vault._wrapped("adv_1")
    assert wrapped is not None
    assert late == vault._unwrap("adv_1", wrapped)
    assert vault.open(winner) == ANN


def test_a_key_opens_for_its_person_only(ministack: Connect) -> None:
    vault = real_vault(ministack)
    vault.seal("adv_1", ANN)
    wrapped = vault._wrapped("adv_1")
    assert wrapped is not None
    with pytest.raises(ClientError):
        vault._unwrap("adv_2", wrapped)


@pytest.mark.parametrize("place", [0, 1, 20, -1])
def test_an_altered_seal_does_not_open(moto: Connect, place: int) -> None:
    vault = real_vault(moto)
    item = stored(vault.seal("adv_1", ANN))
    raw = bytearray(base64.b64decode(item.sealed))
    raw[place] ^= 1
    with pytest.raises(NotAuthentic):
        vault.open(item.but(sealed=base64.b64encode(raw).decode()))
    with pytest.raises(NotAuthentic):
        vault.open(item.but(sealed="not base64!"))


def test_deliveries_open_with_what_they_are_about(sealer: Sealer) -> None:
    body = b"\x00raw \xff body"
    sealed = sealer.seal_bytes(body, "DLV#1")
    assert sealer.open_bytes(sealed, "DLV#1") == body
    with pytest.raises(NotAuthentic):
        sealer.open_bytes(sealed, "DLV#2")


def test_one_data_key_serves_many_deliveries_but_not_for_ever(ministack: Connect) -> None:
    kms, now = Counting(ministack("kms")), [0.0]
    key = ministack("kms").create_key()["KeyMetadata"]["Arn"]
    envelope = Envelope(kms, key, lambda: now[0])
    sealed = [envelope.seal_bytes(b"x", "a") for _ in range(USES_MAX + 1)]
    assert kms.calls == ["generate_data_key"] * 2
    now[0] = KEPT_SECONDS + 1.0
    envelope.seal_bytes(b"x", "a")
    assert len(kms.calls) == 3
    reader = Envelope(kms, key, lambda: now[0])
    for text in (*sealed[:5], sealed[-1]):
        assert reader.open_bytes(text, "a") == b"x"
    assert kms.calls[3:] == ["decrypt"] * 2
    now[0] *= 2
    reader.open_bytes(sealed[0], "a")
    assert len(kms.calls) == 6


def test_a_seal_for_one_purpose_opens_for_no_other(ministack: Connect) -> None:
    kms = ministack("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    sealed = Envelope(kms, key, lambda: 0.0).seal_bytes(b"x", "a")
    with pytest.raises(NotAuthentic):
        Envelope(kms, key, lambda: 0.0, "other").open_bytes(sealed, "a")


@pytest.mark.parametrize("place", [0, 5, 40, -1])
def test_an_altered_delivery_does_not_open(ministack: Connect, place: int) -> None:
    kms = ministack("kms")
    envelope = Envelope(kms, kms.create_key()["KeyMetadata"]["Arn"], lambda: 0.0)
    raw = bytearray(base64.b64decode(envelope.seal_bytes(b"content", "a")))
    raw[place] ^= 1
    with pytest.raises(NotAuthentic):
        envelope.open_bytes(base64.b64encode(raw).decode(), "a")


class Refusing:
    """A client whose one operation answers with an error; everything else passes."""

    def __init__(self, client: Any, operation: str, code: str) -> None:
        self.client, self.operation, self.code = client, operation, code

    def __getattr__(self, name: str) -> Any:
        if name != self.operation:
            return getattr(self.client, name)

        def refuse(**_: Any) -> None:
            raise ClientError({"Error": {"Code": self.code}}, self.operation)

        return refuse


def test_a_key_that_vanished_while_it_was_made_is_forgotten(moto: Connect) -> None:
    key = moto("kms").create_key()["KeyMetadata"]["Arn"]
    code = "ConditionalCheckFailedException"
    racing = Refusing(moto("dynamodb"), "put_item", code)
    with pytest.raises(Forgotten):
        Vault(moto("kms"), racing, key, KEYS_TABLE).seal("adv_1", ANN)


def test_a_refusal_by_aws_is_no_broken_seal(moto: Connect) -> None:
    key = moto("kms").create_key()["KeyMetadata"]["Arn"]
    denied = Refusing(moto("dynamodb"), "put_item", "AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        Vault(moto("kms"), denied, key, KEYS_TABLE).seal("adv_1", ANN)
    sealed = Envelope(moto("kms"), key, lambda: 0.0).seal_bytes(b"x", "a")
    kms = Refusing(moto("kms"), "decrypt", "AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        Envelope(kms, key, lambda: 0.0).open_bytes(sealed, "a")


def test_only_so_many_opened_keys_are_remembered(moto: Connect) -> None:
    kms = Counting(moto("kms"))
    key = moto("kms").create_key()["KeyMetadata"]["Arn"]
    reader = Envelope(kms, key, lambda: 0.0)
    texts = [
        Envelope(moto("kms"), key, lambda: 0.0).seal_bytes(b"x", "a")
        for _ in range(OPENED_KEYS_MAX + 1)
    ]
    for text in (*texts, texts[0]):
        reader.open_bytes(text, "a")
    assert len(kms.calls) == OPENED_KEYS_MAX + 2


def test_a_text_opens_for_its_person_and_place_only(vault: Any) -> None:
    vault.seal("adv_ann", ANN)
    vault.seal("adv_bob", BOB)
    sealed = vault.seal_text("adv_ann", "Robin bought it, ja wirklich ö", "dsp_1#1")
    assert "Robin" not in sealed
    assert vault.open_text("adv_ann", sealed, "dsp_1#1") == "Robin bought it, ja wirklich ö"
    for person, place in (("adv_bob", "dsp_1#1"), ("adv_ann", "dsp_1#2")):
        with pytest.raises(NotAuthentic):
            vault.open_text(person, sealed, place)
    vault.forget("adv_ann")
    with pytest.raises(Forgotten):
        vault.open_text("adv_ann", sealed, "dsp_1#1")
    with pytest.raises(Forgotten):
        vault.seal_text("adv_ann", "again", "dsp_1#2")
