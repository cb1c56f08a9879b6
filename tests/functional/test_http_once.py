"""A write is done once per key, and its answer is remembered without anything personal."""

import json
from typing import Any

import pytest
from goodword.claims import Claim, claim_key
from goodword.errors import Conflict
from goodword.limits import CLAIM_ANSWER_BYTES_MAX
from goodword_aws.calls import Call

from tests.functional.house import APPROVE, House, ann, ask, refused


@pytest.fixture
def house() -> House:
    return House()


@pytest.mark.parametrize("key", ["", "a" * 256, "with space", "schlüssel", "a\nb"])
def test_a_write_needs_an_idempotency_key(house: House, key: str) -> None:
    asked = {"body": {"reason": "x"}, "key": key}
    assert refused(house, "POST", APPROVE, **asked) == (400, "idempotency_key_missing")
    assert house.ran == []


def test_a_repeated_write_gets_the_first_answer(house: House) -> None:
    for path in (APPROVE, "/v1/things"):
        house.ran.clear()
        first = ask(house, "POST", path, body={"reason": "x"}, key=f"key-{path}")
        again = ask(house, "POST", path, body={"reason": "x"}, key=f"key-{path}")
        assert again[:2] == first[:2]
        assert again[2]["Idempotency-Replayed"] == "true"
        assert "Idempotency-Replayed" not in first[2]
        assert len(house.ran) == 1


def test_a_repeated_empty_answer_stays_empty(house: House) -> None:
    for _ in range(2):
        assert ask(house, "DELETE", "/v1/me", **ann())[:2] == (204, "")
    assert len(house.ran) == 1


def test_a_key_with_another_request_is_refused(house: House) -> None:
    ask(house, "POST", APPROVE, body={"reason": "x"})
    other = [
        ask(house, "POST", APPROVE, body={"reason": "y"}),
        ask(house, "POST", "/v1/things/t2/approve", body={"reason": "x"}),
        ask(house, "POST", APPROVE, body={"reason": "x"}, query={"a": "b"}),
    ]
    assert [(status, body["code"]) for status, body, _ in other] == [
        (409, "idempotency_key_reused")
    ] * 3
    assert len(house.ran) == 1


def test_keys_of_different_people_do_not_meet(house: House) -> None:
    for sub in ("one", "two"):
        ask(house, "POST", APPROVE, body={"reason": "x"}, claims={"sub": sub})
    assert len(house.ran) == 2


def test_the_claim_keeps_neither_the_key_nor_a_private_answer(house: House) -> None:
    for _ in range(2):
        assert ask(house, "PUT", "/v1/me", key="ann@example.com", **ann())[0] == 200
    assert len(house.ran) == 2
    claim = house.world.store.get(Claim, claim_key("sub-ann", "ann@example.com"))
    assert claim is not None
    assert claim.answer == ""
    assert "example" not in json.dumps(list(house.world.store.items.values())).lower()
    assert claim.expires_s == claim.keep_s > house.world.clock.now_ms() // 1000


def test_the_claim_is_in_the_transaction_of_the_change(house: House) -> None:
    ask(house, "POST", "/v1/things", body={"reason": "x"})
    (change,) = house.world.store.commits
    assert [record.KIND for record in change.created] == ["claim", "event"]


def test_a_write_that_was_in_flight_twice_gets_one_answer(house: House) -> None:
    def overtake(call: Call) -> None:
        house.run = lambda call: None  # type: ignore[method-assign]  # only the first is overtaken
        first.append(ask(house, "POST", "/v1/things", body={"reason": "x"}))

    first: list[tuple[int, Any, Any]] = []
    house.run = overtake  # type: ignore[method-assign]  # the second arrives inside the first
    late = ask(house, "POST", "/v1/things", body={"reason": "x"})
    assert late[:2] == first[0][:2]
    assert len(house.world.events("thing.made")) == 1


def test_an_answer_that_came_second_is_still_given(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    def overtake(call: Call) -> None:
        house.run = lambda call: None  # type: ignore[method-assign]  # only the first is overtaken
        ask(house, "POST", APPROVE, body={"reason": "x"})

    house.run = overtake  # type: ignore[method-assign]  # the second arrives inside the first
    assert ask(house, "POST", APPROVE, body={"reason": "x"})[0] == 200
    assert ask(house, "POST", APPROVE, body={"reason": "x"})[2]["Idempotency-Replayed"] == "true"


def test_an_answer_too_long_to_remember_is_a_mistake(house: House) -> None:
    ask(house, "POST", APPROVE, body={"reason": "x"})
    with pytest.raises(ValueError, match="short"):
        house.ran[0].claim({"text": "x" * CLAIM_ANSWER_BYTES_MAX})
    with pytest.raises(TypeError, match="no part of an answer"):
        house.ran[0].claim({"text": object()})


def test_a_refused_write_may_be_tried_again(house: House) -> None:
    house.fails = [Conflict("not_yet", "wait")]
    assert refused(house, "POST", APPROVE, body={"reason": "x"}) == (409, "not_yet")
    assert ask(house, "POST", APPROVE, body={"reason": "x"})[0] == 200
