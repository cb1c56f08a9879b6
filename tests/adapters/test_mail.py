"""SES takes what we send: the emulator's mailbox holds the mail as it was composed."""

import json
import urllib.request

import pytest
from goodword.messages.model import Letter
from goodword_aws.messages import SesPost

from tests.adapters.conftest import Connect

LETTER = Letter(subject="Grüße", text="Hello\n", html="<p>Hello</p>")


@pytest.mark.parametrize("where", ["moto", "ministack"])
def test_a_mail_is_taken(where: str, request: pytest.FixtureRequest) -> None:
    connect: Connect = request.getfixturevalue(where)
    ses = connect("sesv2")
    ses.create_email_identity(EmailIdentity="sender@goodword.example")
    sent = SesPost(ses, "sender@goodword.example").send("a@b.example", LETTER, "reward.due")
    assert sent
    if where == "ministack":
        endpoint = request.getfixturevalue("emulator_endpoint")
        with urllib.request.urlopen(f"{endpoint}/_ministack/ses/messages") as answer:
            box = json.dumps(json.load(answer), ensure_ascii=False)
        assert sent in box
        assert "Grüße" in box
