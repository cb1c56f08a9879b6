"""What the store does when DynamoDB is busy, silent or odd: repeat within bounds, then say so."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from goodword.errors import GoodwordError, Stale, Unavailable
from goodword.limits import CONFLICT_TRIES_MAX
from goodword.ports import Change, Collision, Guard, GuardFailed
from goodword.records import Key
from goodword_aws.items import to_item
from goodword_aws.store import PAUSE_SECONDS_MAX, DynamoStore

from tests.adapters.tables import TABLES
from tests.adapters.things import Thing, thing

Answer = dict[str, Any] | Exception


class Scripted:
    """A DynamoDB client that gives these answers in turn, the last one for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[dict[str, Any]] = []

    def __getattr__(self, _: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            self.requests.append(request)
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


class Desk:
    """A store over a scripted client, and the pauses it made."""

    def __init__(self, *answers: Answer) -> None:
        self.client = Scripted(*answers)
        self.pauses: list[float] = []
        self.tokens = iter(range(100))
        self.store = DynamoStore(
            self.client,
            TABLES,
            sleep=self.pauses.append,
            chance=lambda: 0.5,
            entropy=lambda length: next(self.tokens).to_bytes(length),
        )


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "Any")


def cancelled(*reasons: str | dict[str, Any]) -> ClientError:
    listed = [{"Code": reason} if isinstance(reason, str) else reason for reason in reasons]
    answer: Any = {"Error": {"Code": "TransactionCanceledException", "Message": ""}}
    answer["CancellationReasons"] = listed
    return ClientError(answer, "TransactWriteItems")


def failed(version: int | None = None) -> dict[str, Any]:
    shown = {} if version is None else {"Item": to_item(thing().but(version=version))}
    return {"Code": "ConditionalCheckFailed", **shown}


def two_creates() -> Change:
    change = Change()
    change.create(thing("a"), thing("b"))
    return change


def every_kind() -> Change:
    change = Change()
    change.create(thing("new"))
    change.replace(thing("old").but(version=3), Guard(equals={"state": "new"}))
    change.delete(thing("gone").but(version=4))
    change.require(Key("core", "HOME", "there"), Guard())
    change.require_absent(Key("core", "HOME", "absent"))
    return change


@pytest.mark.parametrize(
    "busy",
    [
        cancelled("TransactionConflict", "None"),
        cancelled("None", "ThrottlingError"),
        cancelled("ProvisionedThroughputExceeded", "TransactionConflict"),
        refused("TransactionInProgressException"),
        refused("ThrottlingException"),
    ],
)
def test_a_busy_store_is_asked_again_under_the_same_token(busy: Exception) -> None:
    desk = Desk(busy, busy, {})
    desk.store.commit(two_creates())
    tokens = {request["ClientRequestToken"] for request in desk.client.requests}
    assert len(desk.client.requests) == 3
    assert len(tokens) == 1
    assert all(len(token) == 36 for token in tokens)
    assert desk.pauses == [0.015, 0.03]


def test_every_commit_has_a_token_of_its_own() -> None:
    desk = Desk({})
    desk.store.commit(two_creates())
    desk.store.commit(two_creates())
    first, second = desk.client.requests
    assert first["TransactItems"] == second["TransactItems"]
    assert first["ClientRequestToken"] != second["ClientRequestToken"]


def test_a_store_that_stays_busy_is_unavailable_in_the_end() -> None:
    desk = Desk(cancelled("TransactionConflict", "None"))
    with pytest.raises(Unavailable, match="store_busy"):
        desk.store.commit(two_creates())
    assert len(desk.client.requests) == CONFLICT_TRIES_MAX
    assert max(desk.pauses) <= PAUSE_SECONDS_MAX


def test_a_condition_that_failed_decides_also_beside_a_conflict() -> None:
    desk = Desk(cancelled("TransactionConflict", failed()))
    with pytest.raises(Collision) as caught:
        desk.store.commit(two_creates())
    assert [key.sk for key in caught.value.keys] == ["b"]


@pytest.mark.parametrize(
    ("place", "reason", "error", "named"),
    [
        (0, failed(), Collision, "new"),
        (1, failed(), Stale, "old"),
        (1, failed(version=2), Stale, "old"),
        (1, failed(version=3), GuardFailed, "old"),
        (2, failed(), Stale, "gone"),
        (2, failed(version=9), Stale, "gone"),
        (3, failed(), GuardFailed, "there"),
        (4, failed(), GuardFailed, "absent"),
    ],
)
def test_a_reason_is_read_by_its_place(
    place: int, reason: dict[str, Any], error: type[GoodwordError], named: str
) -> None:
    reasons: list[str | dict[str, Any]] = ["None"] * 5
    reasons[place] = reason
    with pytest.raises(error, match=f"HOME/{named}$"):
        Desk(cancelled(*reasons)).store.commit(every_kind())


def test_a_reason_of_another_kind_is_a_programming_error() -> None:
    desk = Desk(cancelled("ValidationError", "TransactionConflict"))
    with pytest.raises(ValueError, match="ValidationError"):
        desk.store.commit(two_creates())
    assert len(desk.client.requests) == 1


def test_a_refusal_that_no_repeat_can_cure_is_raised_as_it_is() -> None:
    desk = Desk(refused("AccessDeniedException"))
    with pytest.raises(ClientError, match="AccessDenied"):
        desk.store.commit(two_creates())
    with pytest.raises(ClientError, match="AccessDenied"):
        desk.store.get(Thing, Key("core", "HOME", "a"))
    assert desk.pauses == []


@pytest.mark.parametrize(
    "lost", [ReadTimeoutError(endpoint_url="x"), EndpointConnectionError(endpoint_url="x")]
)
def test_no_reply_to_a_commit_says_that_it_may_be_done(lost: Exception) -> None:
    desk = Desk(lost)
    with pytest.raises(Unavailable, match="outcome_unknown"):
        desk.store.commit(two_creates())
    assert len(desk.client.requests) == 1


@pytest.mark.parametrize(
    "trouble", [ReadTimeoutError(endpoint_url="x"), refused("ThrottlingException")]
)
def test_a_read_without_an_answer_is_unavailable(trouble: Exception) -> None:
    with pytest.raises(Unavailable, match="store_busy"):
        Desk(trouble).store.query(Thing, "core", "HOME")


def test_keys_that_were_left_out_are_asked_for_again() -> None:
    table = TABLES["core"]
    key_of_b = {"pk": {"S": "HOME"}, "sk": {"S": "b"}}
    first = {
        "Responses": {table: [to_item(thing("a"))]},
        "UnprocessedKeys": {table: {"ConsistentRead": True, "Keys": [key_of_b]}},
    }
    desk = Desk(first, {"Responses": {table: [to_item(thing("b"))]}})
    keys = [Key("core", "HOME", "a"), Key("core", "HOME", "b")]
    assert list(desk.store.get_many(Thing, keys)) == keys
    assert desk.client.requests[1]["RequestItems"][table]["Keys"] == [key_of_b]


def test_keys_that_are_always_left_out_end_as_unavailable() -> None:
    left = {TABLES["core"]: {"Keys": [{"pk": {"S": "HOME"}, "sk": {"S": "a"}}]}}
    desk = Desk({"Responses": {}, "UnprocessedKeys": left})
    with pytest.raises(Unavailable, match="left out"):
        desk.store.get_many(Thing, [Key("core", "HOME", "a")])
    assert len(desk.client.requests) == CONFLICT_TRIES_MAX


def test_a_page_that_the_store_cuts_short_is_completed() -> None:
    def part(more: bool, *names: str) -> dict[str, Any]:
        cut = {"LastEvaluatedKey": {"pk": {"S": "HOME"}, "sk": {"S": names[-1]}}} if more else {}
        return {"Items": [to_item(thing(name)) for name in names], **cut}

    desk = Desk(part(True, "a"), part(True, "b"), part(False, "c"))
    page = desk.store.query(Thing, "core", "HOME", limit=2)
    assert [row.name for row in page.rows] == ["a", "b"]
    assert page.cursor is not None
    assert [request["Limit"] for request in desk.client.requests] == [3, 2, 1]


def test_a_page_that_never_ends_is_given_up() -> None:
    desk = Desk({"Items": [], "LastEvaluatedKey": {"pk": {"S": "HOME"}}})
    with pytest.raises(Unavailable, match="too many requests"):
        desk.store.query(Thing, "core", "HOME")


def test_a_scan_follows_the_pages() -> None:
    first = {"Items": [to_item(thing("a"))], "LastEvaluatedKey": {"pk": {"S": "HOME"}}}
    desk = Desk(first, {"Items": [to_item(thing("b"))]})
    assert [row.name for row in desk.store.scan(Thing, "core")] == ["a", "b"]
    assert desk.client.requests[1]["ExclusiveStartKey"] == {"pk": {"S": "HOME"}}
    assert desk.client.requests[0]["ConsistentRead"] is True
