"""A rotation is noticed within five minutes and loses nothing that was signed before."""

import pytest
from botocore.exceptions import ClientError
from goodword_aws.secrets import KEPT_SECONDS, BlindIndex, Secrets

from tests.adapters.conftest import Connect
from tests.adapters.test_vault import Counting


@pytest.mark.parametrize("where", ["moto", "ministack"])
def test_the_current_and_the_previous_value_are_given(
    where: str, request: pytest.FixtureRequest
) -> None:
    connect: Connect = request.getfixturevalue(where)
    client, now = connect("secretsmanager"), [0.0]
    arn = client.create_secret(Name="click", SecretString="one")["ARN"]
    counting = Counting(client)
    secrets = Secrets(counting, lambda: now[0])
    assert secrets.read(arn) == (b"one",)
    client.put_secret_value(SecretId=arn, SecretString="two")
    assert secrets.read(arn) == (b"one",)
    assert len(counting.calls) == 2
    now[0] = KEPT_SECONDS
    assert secrets.read(arn) == (b"two", b"one")


def test_a_secret_that_may_not_be_read_is_an_error(moto: Connect) -> None:
    secrets = Secrets(moto("secretsmanager"), lambda: 0.0)
    with pytest.raises(ClientError):
        secrets.read("arn:aws:secretsmanager:eu-west-1:123456789012:secret:none")


def test_a_mac_depends_on_secret_kind_and_value() -> None:
    index = BlindIndex(b"secret")
    macs = {
        index.mac("email", "a@b.example"),
        index.mac("customer", "a@b.example"),
        index.mac("email", "b@b.example"),
        BlindIndex(b"other").mac("email", "a@b.example"),
    }
    assert len(macs) == 4
    assert all(len(mac) == 64 for mac in macs)
    assert index.mac("email", "a@b.example") in macs
