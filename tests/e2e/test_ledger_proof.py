"""What the stack wrote verifies with a stranger's tool, and nothing can be changed unseen.

The verifier runs in a process of its own that sees neither AWS nor this checkout; it gets the
files, the key from the locked bucket, and the last seal that was copied there.
"""

import base64
import copy
import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from infra.local import audit
from infra.local.audit import Rows
from infra.local.cast import Cast
from infra.local.export import Exported, export, ring_sealer
from infra.local.stack import LocalStack
from infra.local.waiting import NotYetError, eventually
from tests.e2e.scenario import Scenario, scenario
from tests.e2e.test_grants import buy, without

QUIET_SECONDS = 6.0  # long enough for what works (about one second) to have happened


@pytest.fixture(scope="module")
def told(stack: LocalStack) -> Scenario:
    """A story with a reward that is due."""
    made = scenario(Cast(stack))
    maya, code = made.joins("maya")
    buy(made, 9101, made.cast.click_id(code))
    buy(made, 9102, made.cast.click_id(code))
    made.becomes(maya, "due", 2)
    return made


@pytest.fixture(scope="module")
def taken(stack: LocalStack, told: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """Everything in the journal, which is sealed by then."""
    del told
    return export(stack, tmp_path_factory.mktemp("audit") / "export")


def test_everything_is_sealed_and_the_export_verifies(taken: Exported) -> None:
    verdict = audit.verified(taken)
    assert (verdict.code, verdict.wrong) == (0, []), verdict.text
    assert f"{taken.items} of {taken.items} items are sealed" in verdict.text
    assert taken.items > 20


def flip(items: Rows) -> None:
    legs = items[place_of_entry(items)]["legs"]
    legs[0]["amount_minor"] += 1
    legs[1]["amount_minor"] -= 1


def delete(items: Rows) -> None:
    del items[7]


def reorder(items: Rows) -> None:
    items[3], items[9] = items[9], items[3]


def insert(items: Rows) -> None:
    """As young as the youngest, balanced, and with an id of its own."""
    forged = copy.deepcopy(items[place_of_entry(items)]) | {"at_ms": items[-1]["at_ms"]}
    items.append(forged | {"entry_id": "ent_x", "pk": "ENT#ent_x"})


def truncate(items: Rows) -> None:
    del items[-3:]


def forge_the_last(seals: Rows) -> None:
    """Another key signs, and the header claims to be of the true one."""
    raw = json.dumps(
        seals[-1]["header"], sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()
    mine = ec.generate_private_key(ec.SECP256R1())
    seals[-1]["signature"] = base64.b64encode(mine.sign(raw, ec.ECDSA(hashes.SHA256()))).decode()


def cut_off(seals: Rows) -> None:
    del seals[-1]


def place_of_entry(items: Rows) -> int:
    return next(place for place, item in enumerate(items) if item["kind"] == "entry")


JOURNAL, SEALS = "journal.jsonl", "seals.jsonl"
TAMPERINGS: list[tuple[str, Callable[[Rows], None], str]] = [
    (JOURNAL, flip, "journal line {entry} (ENT#"),
    (JOURNAL, delete, "journal item 8: sealed, but missing or changed"),
    (JOURNAL, reorder, "journal line 5 ("),
    (JOURNAL, insert, "journal line {next} (ENT#ent_x ENTRY): changed or inserted"),
    (JOURNAL, truncate, "journal item {items}: sealed, but missing or changed"),
    (SEALS, forge_the_last, "seal {seals} (seals line {seals}): the signature is not one of"),
    (SEALS, cut_off, "cut off or replaced"),
]


@pytest.mark.parametrize(
    ("name", "change", "place"), TAMPERINGS, ids=[change.__name__ for _, change, _ in TAMPERINGS]
)
def test_a_tampering_is_refused_and_its_place_named(
    taken: Exported, name: str, change: Callable[[Rows], None], place: str
) -> None:
    rows = [json.loads(line) for line in taken.journal.read_text().splitlines()]
    named = place.format(
        entry=place_of_entry(rows) + 1, next=len(rows) + 1, items=len(rows), seals=taken.seals
    )
    verdict = audit.verified(audit.tampered(taken, name, change))
    assert verdict.code == 1
    assert any(named in sentence for sentence in verdict.wrong), (named, verdict.text)


def test_a_change_in_the_table_itself_is_seen_from_outside_and_at_night(
    stack: LocalStack, told: Scenario, tmp_path: Path
) -> None:
    """Somebody with every right in the account rewrites an entry, and the balance with it."""
    before = export(stack, tmp_path / "before")
    rows = [json.loads(line) for line in before.journal.read_text().splitlines()]
    entry = rows[place_of_entry(rows)]
    table, tables = stack.client("dynamodb"), stack.deployed.output
    key = {"pk": {"S": entry["pk"]}, "sk": {"S": entry["sk"]}}
    stored = table.get_item(TableName=tables("JournalTable"), Key=key)["Item"]
    table.put_item(TableName=tables("JournalTable"), Item=stored | {"what": {"S": "other"}})
    try:
        with pytest.raises(NotYetError):
            export_soon(stack, tmp_path / "after")
        named = json.loads(tables("Functions"))["ledger_schedule"]
        stack.client("lambda").invoke(FunctionName=named, Payload=b"{}")
        checks = table.query(
            TableName=tables("CoreTable"),
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": "LEDGER#SEALS"}},
            ScanIndexForward=False,
            Limit=1,
        )["Items"]
        said = [one["S"] for one in checks[0]["findings"]["L"]]
        assert f"{entry['pk']} ENTRY is not what was sealed" in said
    finally:
        table.put_item(TableName=tables("JournalTable"), Item=stored)


def export_soon(stack: LocalStack, place: Path) -> Exported:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("infra.local.export.SEALED_SECONDS_MAX", 3.0)
        return export(stack, place)


def test_the_proof_of_a_reward_verifies_as_it_comes_over_http(
    stack: LocalStack, told: Scenario, taken: Exported, tmp_path: Path
) -> None:
    maya = told.cast.sign_in(f"maya.{told.program_id[-6:]}@people.example")
    reward_id = told.rewards(maya)[0]["id"]
    pem = maya.get("/v1/ledger/key")["pem"]
    assert pem in (taken.directory / "public_key.pem").read_text()
    for person in (maya, told.cast.staff("fatima", "finance")):
        answer = person.http.get(f"/v1/rewards/{reward_id}/proof")
        verdict = audit.verified_proof(answer.body, pem, tmp_path)
        assert (answer.status, verdict.code) == (200, 0), verdict.text
        proof = answer.json()
        assert proof["complete"]
        entry = next(one for one in proof["items"] if one["of"] == "entry")
        entry["item"]["legs"][0]["amount_minor"] += 1
        refused = audit.verified_proof(json.dumps(proof).encode(), pem, tmp_path)
        assert refused.code == 1
        assert any(entry["pk"] in sentence for sentence in refused.wrong)
    stranger, _ = told.joins("ben")
    assert stranger.http.get(f"/v1/rewards/{reward_id}/proof").status == 404
    assert stranger.http.get("/v1/ledger/seals").status == 403


def test_the_copies_are_the_seals_and_are_put_once(stack: LocalStack, taken: Exported) -> None:
    """The lock itself is in the template (tests/infra); the emulator does not know it."""
    s3, bucket = stack.client("s3"), stack.deployed.output("SealsBucket")
    seals = [json.loads(line) for line in (taken.directory / SEALS).read_text().splitlines()]
    for seal in seals:
        name = f"seals/{seal['header']['number']:012d}.json"
        kept = json.loads(s3.get_object(Bucket=bucket, Key=name)["Body"].read())
        assert kept == seal
        with pytest.raises(ClientError, match="PreconditionFailed"):
            s3.put_object(Bucket=bucket, Key=name, Body=b"x", IfNoneMatch="*")
    number, _, head = taken.last.partition(":")
    raw = json.dumps(
        seals[-1]["header"], sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()
    assert (int(number), head) == (len(seals), hashlib.sha256(raw).hexdigest())


def test_all_balances_are_rebuilt_from_the_journal_and_agree(
    stack: LocalStack, told: Scenario
) -> None:
    def agree() -> audit.Verdict | None:
        found = audit.rebuilt(stack)
        return found if found.code == 0 else None

    agreed = eventually(agree, "balances that agree", 30)
    assert agreed is not None
    maya = told.cast.sign_in(f"maya.{told.program_id[-6:]}@people.example")
    key = {
        "pk": {"S": f"ADV#{maya.get('/v1/me')['advocate_id']}"},
        "sk": {"S": f"A#BAL#{told.program_id}#EUR"},
    }
    table, core = stack.client("dynamodb"), stack.deployed.output("CoreTable")
    stored = table.get_item(TableName=core, Key=key)["Item"]
    wrong = str(int(stored["payable_minor"]["N"]) + 100)
    table.put_item(TableName=core, Item=stored | {"payable_minor": {"N": wrong}})
    verdict = audit.rebuilt(stack)
    assert verdict.code == 1
    assert [sentence.split()[0] for sentence in verdict.wrong] == [key["pk"]["S"]]
    assert audit.rebuilt(stack, "--mend").code == 1
    assert audit.rebuilt(stack).code == 0


def sealed_count(stack: LocalStack) -> int:
    """How many leaves the chain holds, as the head says."""
    key = {"pk": {"S": "LEDGER#SEAL"}, "sk": {"S": "HEAD"}}
    found = stack.client("dynamodb").get_item(
        TableName=stack.deployed.output("CoreTable"), Key=key, ConsistentRead=True
    )
    return int(found["Item"]["total"]["N"]) if "Item" in found else 0


def all_sealed(stack: LocalStack) -> int:
    """Have the leaves sealed that there are, until no more come; how many the chain holds then."""
    before = -1
    while (now := sealed_count(stack)) > before:
        before = now
        with suppress(NotYetError):
            eventually(partial(seals_more, stack, now), "a seal", QUIET_SECONDS)
    return now


def seals_more(stack: LocalStack, before: int) -> bool:
    ring_sealer(stack)
    return sealed_count(stack) > before


@pytest.mark.parametrize(
    ("function", "action"),
    [
        ("ledger_schedule_seal", "kms:Sign"),
        ("ledger_schedule_seal", "kms:GetPublicKey"),
        ("ledger_schedule_seal", "dynamodb:PutItem"),
        ("ledger_stream_leaves", "dynamodb:PutItem"),
    ],
)
def test_without_a_grant_nothing_is_sealed_and_later_nothing_is_lost(
    stack: LocalStack, told: Scenario, tmp_path: Path, function: str, action: str
) -> None:
    export(stack, tmp_path / "before")
    with without(stack, function, action):
        before = all_sealed(stack)  # what still came from before
        told.joins(f"{function}-{action.rpartition(':')[2]}".lower())
        with pytest.raises(NotYetError):
            eventually(lambda: seals_more(stack, before), "a seal", QUIET_SECONDS)
    verdict = audit.verified(export(stack, tmp_path / "after"))
    assert (verdict.code, sealed_count(stack) > before) == (0, True), verdict.text


def test_without_its_put_no_copy_leaves_and_the_next_run_copies_it(
    stack: LocalStack, told: Scenario, tmp_path: Path
) -> None:
    before = export(stack, tmp_path / "before")
    with without(stack, "ledger_schedule_seal", "s3:PutObject"):
        told.joins("copied")
        with pytest.raises(NotYetError):
            eventually(lambda: ring_sealer(stack).get("copied"), "a copy", QUIET_SECONDS)
    after = export(stack, tmp_path / "after")
    assert after.seals > before.seals
    assert audit.verified(after).code == 0
