"""An installation has the rails that its secret names; wrong keys keep only their rail away."""

import json
from typing import Any

import pytest
from goodword_aws import payouts, wiring
from goodword_aws.rails.setup import rails_of
from goodword_aws.rails.tremendous import TremendousRail

from tests.support.desk import World
from tests.support.functions import over

KEYS: dict[str, Any] = {
    "paypal": {"environment": "sandbox", "client_id": "c", "client_secret": "s"},
    "stripe": {"api_key": "sk_test_1"},
    "tremendous": {"environment": "live", "api_key": "k", "campaign_id": "C"},
    "shopify": {"shop": "acme.myshopify.com", "access_token": "shpat_1"},
}


def found(keys: object) -> tuple[set[str], list[str]]:
    told: list[str] = []
    rails = rails_of(json.dumps(keys), told.append)
    assert {rail.name for rail in rails.values()} == set(rails)
    return set(rails), told


def test_each_rail_with_keys_is_there() -> None:
    everything = {"paypal", "stripe", "tremendous", "store_credit", "discount_code"}
    assert found(KEYS) == (everything, [])
    assert found({}) == (set(), [])


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("paypal", {"environment": "moon", "client_id": "c", "client_secret": "s"}),
        ("paypal", {"environment": "live"}),
        ("stripe", {}),
        ("stripe", {"api_key": "k", "base_url": "http://stripe.example"}),
        ("stripe", "sk_live"),
        ("shopify", {"shop": "evil.example", "access_token": "t"}),
        ("venmo", {"key": "k"}),
    ],
)
def test_keys_that_are_not_understood_keep_only_their_rail_away(name: str, wrong: object) -> None:
    rails, told = found({**KEYS, name: wrong})
    assert told == [name]
    assert "tremendous" in rails


@pytest.mark.parametrize("text", ["[]", "{", "null"])
def test_a_secret_that_is_no_object_gives_no_rail(text: str) -> None:
    told: list[str] = []
    assert rails_of(text, told.append) == {}
    assert told == ["the secret as a whole"]


class Secrets:
    def read(self, _arn: str) -> list[bytes]:
        return [json.dumps({**KEYS, "odd": {}}).encode()]


def test_the_function_takes_its_rails_from_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    with over(World()) as patch:
        patch.setenv("RAIL_KEYS_ARN", "arn:keys")
        patch.setattr(wiring, "secrets", Secrets)
        patch.setattr(payouts, "csv_rail", lambda: None)
        assert {"csv", "paypal", "stripe"} <= set(payouts.rails())
        asked: list[tuple[str, str]] = []

        def asks(_rail: TremendousRail, kind: str, name: str) -> list[str]:
            asked.append((kind, name))
            return ["pay_1"]

        patch.setattr(TremendousRail, "payouts_of", asks)
        assert payouts.names("tremendous", "orders:O1") == ["pay_1"]
        assert payouts.names("stripe", "x:y") == ()
        assert asked == [("orders", "O1")]
