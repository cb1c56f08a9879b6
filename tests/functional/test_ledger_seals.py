"""The functions that seal: items are noted from the stream, sealed with KMS, copied to S3."""

import hashlib
import json

import pytest
from botocore.exceptions import ClientError
from goodword.errors import Conflict
from goodword.ledger.leaves import Leaf
from goodword.ledger.seal import Seal
from goodword_aws.ledger import LockedBucket, pem_of

from infra.verifier import curve, forms, verify
from tests.support.desk import World
from tests.support.functions import call, over, sample
from tests.support.seals import Bucket, KeyOfTests, Kms, Vaulted, event


def noted(world: World, case: str) -> list[str]:
    """Run the sample through the noter; the sequence numbers that were reported as failed."""
    with over(world):
        answer = call("ledger_stream_leaves", sample("ledger_stream_leaves", case))
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def test_new_items_wait_for_the_sealer() -> None:
    world = World()
    assert noted(world, "entry_and_events") == []
    assert noted(world, "entry_and_events") == []  # the stream brings things twice
    leaves = world.all(Leaf)
    assert sorted(leaf.of for leaf in leaves) == ["entry", "event", "event"]
    assert {leaf.subject for leaf in leaves} == {"rwd_00", "rwd_01"}
    image = sample("ledger_stream_leaves", "entry_and_events")["Records"][0]["dynamodb"]["NewImage"]
    (entry,) = (leaf for leaf in leaves if leaf.of == "entry")
    spelled = {
        "at_ms": int(image["at_ms"]["N"]),
        "currency": "EUR",
        "entry_id": "ent_1",
        "kind": "entry",
        "legs": [
            {"account": "program:prg_1:expense", "amount_minor": 500},
            {"account": "advocate:adv_1:pending", "amount_minor": -500},
        ],
        "pk": "ENT#ent_1",
        "program_id": "prg_1",
        "refs": {"reward_id": "rwd_00"},
        "sk": "ENTRY",
        "what": "reward_earned",
    }
    assert entry.leaf == hashlib.sha256(b"\x00" + forms.canonical(spelled)).hexdigest()


def test_what_is_no_item_is_set_aside_and_what_came_before_is_noted() -> None:
    world = World()
    assert noted(world, "refused_without_image") == ["91"]
    assert [leaf.item_pk for leaf in world.all(Leaf)] == ["ENT#ent_1"]


def test_a_store_that_refuses_brings_the_whole_batch_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()

    def refuse(_change: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(world.store, "commit", refuse)
    assert noted(world, "entry_and_events") == ["90"]


def test_the_sealer_signs_with_kms_and_copies_to_the_bucket(
    capsys: pytest.CaptureFixture[str],
) -> None:
    vaulted, kms, bucket = Vaulted(), Kms(), Bucket()
    vaulted.write(event(1), event(2))
    with over(vaulted.world) as patch:
        found = {"kms": kms, "s3": bucket}
        patch.setattr("goodword_aws.ledger.client", found.__getitem__)
        answer = call("ledger_schedule_seal", sample("ledger_schedule_seal", "tick"))
    assert answer == {"seals": 1, "leaves": 2, "copied": 1, "lost": False, "more": False}
    (asked,) = kms.asked
    assert asked["KeyId"] == "test-seal_key_arn"
    assert (asked["MessageType"], asked["SigningAlgorithm"]) == ("RAW", "ECDSA_SHA_256")
    (seal,) = vaulted.world.all(Seal)
    assert json.loads(bucket.objects["seals/000000000001.json"])["signature"] == seal.signature
    pem = bucket.objects[f"keys/{kms.key.fingerprint()}.pem"].decode()
    report = verify.verify_export(vaulted.items(), vaulted.seals(), curve.read_keys(pem))
    assert report.wrong == []
    assert '"LedgerSealed":' in capsys.readouterr().out


def test_a_public_key_is_spelled_as_everybody_spells_it() -> None:
    assert pem_of(KeyOfTests().der) == KeyOfTests().pem()


def test_a_copy_is_kept_once_and_never_replaced() -> None:
    bucket = Bucket()
    archive = LockedBucket(bucket, "b")
    archive.keep("seals/1.json", b"one")
    archive.keep("seals/1.json", b"one")
    with pytest.raises(Conflict, match="another content"):
        archive.keep("seals/1.json", b"two")
    assert bucket.objects == {"seals/1.json": b"one"}
    bucket.fails = "AccessDenied"
    with pytest.raises(ClientError):
        archive.keep("seals/2.json", b"two")
