"""What people told us in confidence turns up nowhere but sealed, over real adapters.

The real store, vault, sealer and blind index; every value below is looked for in every item
of every table, in every log line and in every answer to somebody else.
"""

import io
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import pytest
from goodword.advocates.destination import canonical
from goodword.advocates.model import PayoutMethod, method_key
from goodword.privacy.model import VaultItem, vault_key
from goodword_aws import wiring
from goodword_aws.settings import settings

from tests.adapters.tables import KEYS_TABLE
from tests.support.api import ADMIN, FINANCE, Caller, Front, join
from tests.support.intake import REGION, Installation, installation
from tests.support.people import Town, terms_json

NAME, LOCAL, IBAN = "Zaphira Quintessa", "zq.canary.7731", "DE89370400440532013000"
EMAIL = f"{LOCAL}@mail-canary.example"
HOLDER = "Zaphira Q. Holder"
CANARIES = (NAME, "Quintessa", LOCAL, "mail-canary", IBAN, IBAN[4:], HOLDER, "canary-receiver")
WHO = Caller("sub-canary", EMAIL)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    with installation() as found:
        monkeypatch.setenv("KEYS_TABLE", KEYS_TABLE)
        monkeypatch.setenv("PUBLIC_URL", "https://go.example")
        monkeypatch.setenv("PAGE_SECRET_ARN", "none")
        settings.cache_clear()
        yield found


def stored(here: Installation) -> str:
    """Every item of every table as text, also what is packed."""
    items = here.tables.fake.items
    assert {"journal", "core"} <= {key.table for key in items}, "both have been written"
    keys = boto3.client("dynamodb", region_name=REGION).scan(TableName=KEYS_TABLE)["Items"]
    return json.dumps([*items.values(), *keys], default=repr, ensure_ascii=False)


def lived(call: Front) -> str:
    """A life with every personal field in it; answers the advocate's id."""
    body = {"terms": terms_json(), "rationale": "canary"}
    program_id = call(ADMIN, "POST", "/v1/programs", body).body["id"]
    invite = {"program_id": program_id, "email": EMAIL, "name": NAME}
    invited = call(ADMIN, "POST", "/v1/advocates", invite)
    assert invited.status == 201, invited.text
    assert call(ADMIN, "POST", "/v1/advocates", invite).status == 409
    joined = join(call, program_id, WHO, name=NAME)
    assert joined.status == 201, joined.text
    for rail, to in (
        ("csv", {"name": HOLDER, "iban": IBAN}),
        ("csv", {"name": HOLDER, "iban": IBAN[:-1] + "1"}),
        ("simulator", {"receiver": "canary-receiver@mail-canary.example"}),
        ("csv", {"name": HOLDER, "iban": IBAN}),
    ):
        call(WHO, "PUT", "/v1/me/payout-method", {"rail": rail, "destination": to})
    advocate_id = str(joined.body["advocate_id"])
    for path in ("", "/links", "/rewards", "/referrals", "/payouts", "/payout-method"):
        assert call(WHO, "GET", f"/v1/me{path}").status == 200
    for who in (ADMIN, FINANCE):
        assert call(who, "GET", f"/v1/advocates/{advocate_id}").status == 200
        call(who, "GET", "/v1/advocates", query={"program_id": program_id})
    state = {"state": "paused", "reason": "check"}
    path = f"/v1/advocates/{advocate_id}/enrolments/{program_id}/state"
    assert call(ADMIN, "POST", path, state).status == 200
    return advocate_id


@contextmanager
def listening(call: Front) -> Iterator[io.StringIO]:
    """What the loggers of both functions write meanwhile, extras and all."""
    heard, before = io.StringIO(), []
    for function in ("programs_api", "advocates_api"):
        for handler in logging.getLogger(call.api(function).service).handlers:
            assert isinstance(handler, logging.StreamHandler)
            before.append((handler, handler.setStream(heard)))
    yield heard
    for handler, stream in before:
        handler.setStream(stream or sys.stdout)


def test_no_canary_is_stored_logged_or_answered(here: Installation) -> None:
    call = Front(Town())
    with listening(call) as heard:
        advocate_id = lived(call)
    answers = "".join(reply.text + json.dumps(reply.headers) for reply in call.replies)
    places = {
        "tables": stored(here),
        "logs": heard.getvalue(),
        "answers": answers,
    }
    for place, text in places.items():
        assert text, place
        found = [canary for canary in CANARIES if canary.lower() in text.lower()]
        assert not found, f"{found} in {place}"
    assert "z***@m***.example" in answers
    item = here.store.get(VaultItem, vault_key(advocate_id))
    assert item is not None
    fields = wiring.vault().open(item)
    assert (fields.name, fields.email, fields.payout["iban"]) == (NAME, EMAIL, IBAN)


def test_the_hash_of_the_destination_is_what_a_payout_will_compare(here: Installation) -> None:
    advocate_id = lived(Front(Town()))
    method = here.store.get(PayoutMethod, method_key(advocate_id))
    item = here.store.get(VaultItem, vault_key(advocate_id))
    assert method is not None
    assert item is not None
    kept = wiring.vault().open(item).payout
    digest = wiring.blind_index().mac("destination", canonical(method.rail, kept))
    assert method.destination_hash == digest


def test_a_forgotten_person_is_shown_without_anything(here: Installation) -> None:
    call = Front(Town())
    advocate_id = lived(call)
    wiring.vault().forget(advocate_id)
    assert call(ADMIN, "GET", f"/v1/advocates/{advocate_id}").body["email"] is None
    reply = call(WHO, "GET", "/v1/me/payout-method")
    assert (reply.status, reply.code) == (404, "forgotten")
    assert call(WHO, "GET", "/v1/me").status == 200
