"""An item holds what the record held, exactly; what cannot be held is refused."""

import pkgutil
import zlib
from collections.abc import Iterator
from importlib import import_module
from typing import ClassVar

import goodword
import pytest
from goodword.records import Key, Record
from goodword_aws.items import (
    PACKED_FROM,
    UNPACKED_MAX,
    from_item,
    marshal,
    pack_cursor,
    packed,
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


def test_sets_are_not_ours() -> None:
    with pytest.raises(TypeError, match="SS"):
        unmarshal({"SS": ["a"]})


@given(PLAIN, st.integers(1, 60))
def test_what_is_packed_is_read_as_it_was(value: JsonValue, times: int) -> None:
    assert unmarshal(packed([value] * times)) == [value] * times


def test_only_what_is_long_is_packed() -> None:
    short, long = "x" * (PACKED_FROM - 3), "x" * (PACKED_FROM - 2)  # and two quotation marks
    assert packed(short) == {"S": short}
    assert len(packed(long)["B"]) < 30
    with pytest.raises(TypeError, match="not stored"):
        packed([0.5] * PACKED_FROM)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no binary of ours",
        zlib.compress(b"[" + b"1," * 600 + b"1]")[:-6],
        zlib.compress(b" " * (UNPACKED_MAX + 1)),
        zlib.compress(b"{"),
    ],
)
def test_a_binary_of_others_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"binary|Expecting"):
        unmarshal({"B": content})


def test_the_fields_that_a_kind_lets_be_packed_are() -> None:
    class Long(Record):
        KIND: ClassVar[str] = "long"
        PACKED: ClassVar[frozenset[str]] = frozenset({"names"})

        names: tuple[str, ...]
        others: tuple[str, ...]

        @property
        def key(self) -> Key:
            return Key("core", "L", "1")

    names = tuple(f"name {number}" for number in range(100))
    record = Long(names=names, others=names)
    item = to_item(record)
    assert (set(item["names"]), set(item["others"])) == ({"B"}, {"L"})
    assert from_item(Long, item) == record
    assert from_item(Long, {**item, "names": item["others"]}) == record  # as it was stored before


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


def _kinds(of: type[Record] = Record) -> Iterator[type[Record]]:
    for module in pkgutil.walk_packages(goodword.__path__, "goodword."):
        import_module(module.name)
    for kind in of.__subclasses__():
        yield kind
        yield from _kinds(kind)


def test_nothing_that_is_verified_or_asked_for_is_packed() -> None:
    kinds = [kind for kind in _kinds() if kind.__module__.startswith("goodword.")]
    packs = [kind for kind in kinds if kind.PACKED]
    assert {kind.KIND for kind in packs} == {"conversion", "identity", "decision"}
    for kind in packs:
        assert kind.TABLE == "core", kind
        assert set(kind.model_fields) >= kind.PACKED, kind


@given(st.lists(st.text(min_size=1, max_size=50), min_size=1, max_size=3))
def test_a_cursor_gives_its_parts_back(parts: list[str]) -> None:
    packed = pack_cursor(*parts)
    assert packed.isascii()
    assert not set(packed) & set("+/=& ")
    assert unpack_cursor(packed, len(parts)) == parts
