"""Proofs, seals and the key over HTTP: who may ask, what is shown, and that it verifies."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.verifier import curve, verify
from tests.functional.test_rewards import House
from tests.support.functions import call, over, sample
from tests.support.seals import Vaulted, event
from tests.support.treasury import told


@pytest.fixture
def house() -> Iterator[House]:
    scene = House()
    scene.hold()
    with over(scene) as patch:
        patch.setattr("goodword_aws.rewards.client", lambda _name: scene.states)
        yield scene


@pytest.fixture
def vaulted(house: House) -> Vaulted:
    """The house's journal, noted by the stream and sealed once."""
    made = Vaulted(world=house)
    made.bring()
    made.seal()
    return made


def asked(function: str, case: str) -> tuple[int, Any]:
    status, answer = told(call(function, sample(function, case)))
    return status, json.loads(answer) if isinstance(answer, str) else answer


def test_a_proof_verifies_with_the_key_of_the_api(vaulted: Vaulted) -> None:
    status, proof = asked("rewards_api", "proof")
    assert (status, proof["complete"]) == (200, True)
    status, key = asked("payouts_api", "seal_key")
    assert (status, key["pem"], key["number"]) == (200, vaulted.key.pem(), 1)
    report = verify.verify_proof(proof, curve.read_keys(key["pem"]))
    assert (report.wrong, len(report.notes)) == ([], 1)
    assert {one["of"] for one in proof["items"]} == {"event", "entry"}
    assert all(one["item"] for one in proof["items"])
    (header,) = (seal["header"] for seal in proof["seals"])
    assert (header["number"], header["total"]) == (1, key["total"])


@pytest.mark.usefixtures("vaulted")
def test_an_advocate_proves_their_own_reward_and_reads_no_event() -> None:
    status, proof = asked("rewards_api", "proof_of_ones_own")
    assert status == 200
    shown = {one["of"]: one["item"] is not None for one in proof["items"]}
    assert shown == {"entry": True, "event": False}
    keys = curve.read_keys(asked("payouts_api", "seal_key")[1]["pem"])
    assert verify.verify_proof(proof, keys).wrong == []


@pytest.mark.usefixtures("house")
def test_before_the_first_seal_nothing_is_proven_and_there_is_no_key() -> None:
    status, proof = asked("rewards_api", "proof")
    assert (status, proof["complete"], proof["items"]) == (200, False, [])
    assert asked("payouts_api", "seal_key") == (404, asked("payouts_api", "seal_key")[1])
    assert asked("payouts_api", "seal_key")[1]["code"] == "never_sealed"
    assert asked("payouts_api", "seals")[1]["data"] == []


def test_seals_are_listed_in_order_and_verify_as_they_are(vaulted: Vaulted) -> None:
    vaulted.write(event(1), event(2))
    vaulted.seal()
    status, page = asked("payouts_api", "seals")
    assert (status, page["has_more"], len(page["data"])) == (200, False, 2)
    report = verify.verify_export(vaulted.items(), page["data"], curve.read_keys(vaulted.key.pem()))
    assert report.wrong == []


@pytest.mark.usefixtures("vaulted")
@pytest.mark.parametrize(
    ("function", "case", "status", "code"),
    [
        ("rewards_api", "refused_proof_of_another", 404, "unknown_reward"),
        ("rewards_api", "refused_marketer_reads_proof", 403, "not_an_advocate"),
        ("payouts_api", "refused_advocate_lists_seals", 403, "not_allowed"),
    ],
)
def test_nobody_else_reads_them(function: str, case: str, status: int, code: str) -> None:
    got, problem = asked(function, case)
    assert (got, problem["code"]) == (status, code)
