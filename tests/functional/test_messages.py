"""The mail function, from the SQS batch to what SES is asked; nothing personal in its logs."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from goodword.messages.model import Message
from goodword.ports import Change
from goodword.privacy.model import PersonalFields
from goodword_aws.messages import catalogue_of

from tests.fakes.privacy import MemoryVault
from tests.support.functions import call, over, sample
from tests.support.scene import MAYA, Scene
from tests.support.ses import Ses

ADDRESS = "canary-maya@example.com"


class House(Scene):
    def __init__(self) -> None:
        super().__init__()
        self.ses, self.vault = Ses(), MemoryVault()
        change = Change()
        change.create(self.vault.seal(MAYA, PersonalFields(name="Canary Maya", email=ADDRESS)))
        self.store.commit(change)

    def run(self, case: str) -> list[str]:
        answer = call("messages_queue", sample("messages_queue", case))
        return [each["itemIdentifier"] for each in answer["batchItemFailures"]]

    def states(self) -> list[tuple[str, str]]:
        return [(message.state, message.reason) for message in self.all(Message)]


@pytest.fixture
def house() -> Iterator[House]:
    scene = House()
    with over(scene) as patch:
        patch.setattr("goodword_aws.wiring.vault", lambda: scene.vault)
        patch.setattr("goodword_aws.messages.client", lambda _name: scene.ses)
        yield scene


@pytest.mark.parametrize(
    "case",
    [
        *("reward_due", "invited", "activated", "payout_failed"),
        *("payout_returned", "payout_part_returned", "payout_unclaimed"),
        *("level_reached", "milestone_reached"),
    ],
)
def test_a_fact_becomes_one_mail(house: House, case: str) -> None:
    assert house.run(case) == []
    assert house.run(case) == []
    (request,) = house.ses.requests
    assert request["Destination"] == {"ToAddresses": [ADDRESS]}
    assert request["FromEmailAddress"] == "test-mail_sender"
    content = request["Content"]["Simple"]
    assert "Acme Coffee" in content["Subject"]["Data"] + content["Body"]["Text"]["Data"]
    assert content["Body"]["Html"]["Charset"] == "UTF-8"
    assert house.states() == [("sent", "")]


def test_what_cannot_be_read_comes_again_and_the_rest_is_told(house: House) -> None:
    assert house.run("refused_among_good") == ["sample-2", "sample-3"]
    assert len(house.ses.requests) == 2


def test_nobody_to_write_to_is_no_failure(house: House) -> None:
    assert house.run("refused_unknown_person") == []
    assert house.states() == [("skipped", "unknown_person")]


def test_a_letter_that_does_not_wait_is_not_woken(house: House) -> None:
    assert house.run("refused_not_held") == []
    assert house.run("reward_due") == []
    assert house.run("refused_not_held") == []
    assert (house.states(), len(house.ses.requests)) == ([("sent", "")], 1)


def said(code: str) -> ClientError:
    text = f"Email address is not verified: {ADDRESS}"
    return ClientError({"Error": {"Code": code, "Message": text}}, "SendEmail")


@pytest.mark.parametrize(
    ("error", "failed", "state"),
    [
        (said("MessageRejected"), [], ("failed", "mail_rejected")),
        (said("BadRequestException"), [], ("failed", "bad_mail")),
        (said("TooManyRequestsException"), ["sample-1"], ("waiting", "mail_not_taken")),
        (EndpointConnectionError(endpoint_url="x"), ["sample-1"], ("waiting", "mail_unreachable")),
        (ReadTimeoutError(endpoint_url="x"), ["sample-1"], ("sending", "")),
    ],
)
def test_an_error_of_the_mail_service_has_a_state_and_leaves_no_address_in_the_logs(
    house: House,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    failed: list[str],
    state: tuple[str, str],
) -> None:
    house.ses.error = error
    assert house.run("reward_due") == failed
    assert house.states() == [state]
    assert "canary" not in capsys.readouterr().out.lower()


def test_a_language_without_words_gets_english() -> None:
    assert catalogue_of("fr").locale == "en"
    assert catalogue_of("de-AT").locale == "de"
    assert catalogue_of("en-GB").letters == catalogue_of("en").letters
