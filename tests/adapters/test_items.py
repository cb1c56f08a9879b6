"""An item holds what the record held, exactly; what cannot be held is refused."""

from typing import ClassVar

import pytest
from goodword.records import Key, Record
from goodword_aws.items import (
    from_item,
    marshal,
    pack_cursor,
    plain_of,
    to_item,
    unmarshal,
    unpack_cursor,
)
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from tests.adapters.things import thing

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(PLAIN)
def test_an_attribute_value_is_read_as_it_was(value: JsonValue) -> None:
    assert unmarshal(marshal(value)) == value


@pytest.mark.parametrize("value", [1.0, b"x", {"a": [0.5]}, object()])
def test_what_is_not_ours_is_not_stored(value: object) -> None:
    with pytest.raises(TypeError, match="not stored"):
        marshal(value)


def test_sets_and_binaries_are_not_ours() -> None:
    with pytest.raises(TypeError, match="SS"):
        unmarshal({"SS": ["a"]})


def test_the_fields_and_the_place_do_not_overwrite_each_other() -> None:
    item = plain_of(to_item(thing("n", kind="square", waits="w", keep_s=5)))
    assert (item["kind"], item["kind_"]) == ("thing", "square")
    assert (item["pk"], item["sk"], item["gsi1pk"], item["gsi1sk"]) == ("HOME", "n", "WAITS", "w")
    assert (item["expires_s"], item["version"], item["amount_minor"]) == (5, 0, 0)
    assert "required_or_none" in item
    assert "required_or_none" not in to_item(thing("n", required_or_none=None))


def test_a_field_that_came_later_takes_its_default() -> None:
    class Before(Record):
        KIND: ClassVar[str] = "grown"

        name: str

        @property
        def key(self) -> Key:
            return Key("core", "G", self.name)

    class After(Before):
        size: int = 7

    assert from_item(After, to_item(Before(name="x"))).size == 7


@given(st.lists(st.text(min_size=1, max_size=50), min_size=1, max_size=3))
def test_a_cursor_gives_its_parts_back(parts: list[str]) -> None:
    packed = pack_cursor(*parts)
    assert packed.isascii()
    assert not set(packed) & set("+/=& ")
    assert unpack_cursor(packed, len(parts)) == parts
