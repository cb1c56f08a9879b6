"""Whatever keeps the records behaves the same: memories, moto and the emulator pass one suite."""

import pytest
from goodword.errors import InvalidInput, Stale, Unavailable
from goodword.limits import SUMMARY_ITEMS_MAX
from goodword.ports import Change, Collision, Guard, GuardFailed, Overfull, Store
from goodword.records import Key
from goodword_aws.store import DynamoStore

from tests.adapters.things import Line, Other, Part, Passed, Thing, created, dynamo, read, thing
from tests.fakes.quick import QuickStore
from tests.fakes.store import MemoryStore


@pytest.fixture(params=["memory", "quick", "moto", "ministack"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param in ("memory", "quick"):
        return MemoryStore() if request.param == "memory" else QuickStore()
    return dynamo(request.getfixturevalue(request.param))


def test_what_was_created_is_read_as_it_was(store: Store) -> None:
    full = thing(
        required_or_none=None,
        kind="square",
        amount_minor=-(10**12),
        parts=(Part(word="", size=None, flag=True), Part(word="ü", size=0)),
        notes={"none": None, "true": True, "one": 1, "text": "x"},
        waits="5",
        keep_s=9,
    )
    created(store, full)
    assert read(store) == full.but(version=1)


def test_nothing_is_found_where_nothing_is(store: Store) -> None:
    assert store.get(Thing, Key("core", "HOME", "a")) is None
    assert store.get_many(Thing, []) == {}
    assert store.query(Thing, "core", "HOME").rows == []


@pytest.mark.parametrize(("pk", "sk"), [("ü" * 1_025, "a"), ("HOME", "x" * 1_025), ("HOME", "")])
def test_nothing_is_where_no_key_can_be(store: Store, pk: str, sk: str) -> None:
    created(store, thing("a"))
    key, good = Key("core", pk, sk), Key("core", "HOME", "a")
    assert store.get(Thing, key) is None
    assert [*store.get_many(Thing, [key, good])] == [good]
    assert [*store.get_mixed({key: Thing, good: Thing})] == [good]
    assert store.get_many(Thing, [key]) == {}
    if sk:
        assert store.query(Thing, "core", pk, sk).rows == []
        assert store.query_mixed([Thing], "core", pk, sk) == []
        assert store.query_index(Thing, "core", pk, since=sk).rows == []


@pytest.mark.parametrize("name", ["x" * 1_025, ""])
def test_nothing_is_put_where_no_key_can_be(store: Store, name: str) -> None:
    created(store, thing("a"))
    key, changes = Key("core", "HOME", name), [Change(), Change(), Change()]
    changes[0].create(thing(name))
    changes[1].require(key, Guard())
    changes[2].require_absent(key)
    for change in changes:
        change.replace(read(store).but(state="old"))
        with pytest.raises(InvalidInput) as caught:
            store.commit(change)
        assert caught.value.code == "id_too_long"
    assert read(store).version == 1


def test_no_place_of_an_index_is_too_long(store: Store) -> None:
    with pytest.raises(InvalidInput):
        created(store, thing("a", waits="x" * 1_025))


def test_a_second_create_collides_and_changes_nothing(store: Store) -> None:
    created(store, thing("a"), thing("b"))
    with pytest.raises(Collision) as caught:
        created(store, thing("c"), thing("b", amount_minor=5), thing("a"))
    assert [key.sk for key in caught.value.keys] == ["b", "a"]
    assert read(store, "b").amount_minor == 0
    assert store.get(Thing, Key("core", "HOME", "c")) is None


def test_the_same_create_again_collides_too(store: Store) -> None:
    created(store, thing("a"))
    with pytest.raises(Collision):
        created(store, thing("a"))


def test_what_was_deleted_can_be_created_again(store: Store) -> None:
    created(store, thing("a"))
    change = Change()
    change.delete(read(store))
    store.commit(change)
    assert store.get(Thing, Key("core", "HOME", "a")) is None
    created(store, thing("a"))
    assert read(store).version == 1


def test_a_replace_counts_the_version_up(store: Store) -> None:
    created(store, thing())
    change = Change()
    change.replace(read(store).but(state="old", waits=None))
    store.commit(change)
    assert (read(store).version, read(store).state) == (2, "old")


def test_a_replace_under_an_old_version_is_stale(store: Store) -> None:
    created(store, thing())
    first = read(store)
    for state in ("one", "two"):
        change = Change()
        change.replace(first.but(state=state))
        if state == "one":
            store.commit(change)
        else:
            with pytest.raises(Stale):
                store.commit(change)
    assert read(store).state == "one"


def test_a_replace_of_what_is_gone_is_stale(store: Store) -> None:
    change = Change()
    change.replace(thing().but(version=3))
    with pytest.raises(Stale):
        store.commit(change)


def test_a_delete_under_an_old_version_is_stale(store: Store) -> None:
    created(store, thing())
    change = Change()
    change.delete(read(store).but(version=7))
    with pytest.raises(Stale):
        store.commit(change)
    assert read(store).version == 1


@pytest.mark.parametrize(
    ("guard", "holds"),
    [
        (Guard(equals={"state": "new"}), True),
        (Guard(equals={"state": "old"}), False),
        (Guard(equals={"amount_minor": 0}), True),
        (Guard(equals={"amount_minor": 1}), False),
        (Guard(equals={"kind": "round"}), True),
        (Guard(equals={"waits": "x"}), False),
        (Guard(differs={"state": "old"}), True),
        (Guard(differs={"state": "new"}), False),
        (Guard(differs={"waits": "x"}), False),
        (Guard(equals={"state": "new"}, differs={"name": "b"}), True),
        (Guard(equals={"state": "new"}, differs={"name": "a"}), False),
        (Guard(), True),
    ],
)
def test_a_guard_decides_a_replace_and_a_requirement(
    store: Store, guard: Guard, holds: bool
) -> None:
    created(store, thing())
    guarded = Change()
    guarded.replace(read(store).but(amount_minor=9), guard)
    requiring = Change()
    requiring.create(thing("b"))
    requiring.require(Key("core", "HOME", "a"), guard)
    for change in (requiring, guarded):
        if holds:
            store.commit(change)
        else:
            with pytest.raises(GuardFailed) as caught:
                store.commit(change)
            assert caught.value.keys == (Key("core", "HOME", "a"),)
    assert (store.get(Thing, Key("core", "HOME", "b")) is not None) == holds
    assert read(store).amount_minor == (9 if holds else 0)


def test_a_requirement_of_what_is_missing_fails(store: Store) -> None:
    change = Change()
    change.create(thing("b"))
    change.require(Key("core", "HOME", "gone"), Guard())
    with pytest.raises(GuardFailed):
        store.commit(change)


def test_required_absence_holds_only_while_nothing_is_there(store: Store) -> None:
    for expected in (True, False):
        change = Change()
        change.create(thing("b" if expected else "c"))
        change.require_absent(Key("core", "HOME", "a"))
        if expected:
            store.commit(change)
            created(store, thing("a"))
        else:
            with pytest.raises(GuardFailed):
                store.commit(change)
    assert store.get(Thing, Key("core", "HOME", "c")) is None


def test_a_stale_write_is_told_from_a_failed_guard(store: Store) -> None:
    created(store, thing("a"), thing("b"))
    change = Change()
    change.replace(read(store, "a").but(state="x"), Guard(equals={"state": "no"}))
    change.replace(read(store, "b").but(version=5))
    with pytest.raises(Stale, match=r"HOME/b$"):
        store.commit(change)


def test_one_change_spans_tables(store: Store) -> None:
    created(store, thing(), Line(name="1"))
    found = store.get_mixed({Key("core", "HOME", "a"): Thing, Key("journal", "LINES", "1"): Line})
    assert sorted(record.KIND for record in found.values()) == ["line", "thing"]


def test_a_record_of_another_kind_is_an_error(store: Store) -> None:
    created(store, thing())
    with pytest.raises(TypeError):
        store.get(Other, Key("core", "HOME", "a"))
    with pytest.raises(TypeError):
        store.query(Other, "core", "HOME")


def test_many_keys_are_read_at_once_and_more_are_refused(store: Store) -> None:
    names = [f"{number:03d}" for number in range(100)]
    created(store, *(thing(name) for name in names))
    keys = [Key("core", "HOME", name) for name in names]
    assert len(store.get_many(Thing, [*keys[:-1], keys[0], Key("core", "HOME", "x")])) == 99
    with pytest.raises(ValueError, match="at most 100"):
        store.get_many(Thing, [*keys, Key("core", "HOME", "x")])


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_partition_is_paged_in_key_order(store: Store, newest_first: bool) -> None:
    created(store, *(thing(f"A#{n}") for n in range(4)), thing("B#0"), thing("A#9", home="ELSE"))
    seen, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        page = store.query(
            Thing, "core", "HOME", "A#", limit=2, cursor=cursor, newest_first=newest_first
        )
        seen += [row.name for row in page.rows]
        cursor, pages = page.cursor, pages + 1
    expected = [f"A#{n}" for n in range(4)]
    assert seen == (expected[::-1] if newest_first else expected)
    assert pages == 2


def test_a_summary_holds_the_kinds_that_are_asked_for(store: Store) -> None:
    other = Other(home="HOME", name="A#2", required_or_none=None)
    created(store, thing("A#1"), other, thing("B#1"), Passed(name="A#3"))
    found = store.query_mixed([Thing, Other], "core", "HOME", "A#")
    assert found == [thing("A#1").but(version=1), other.but(version=1)]
    assert len(store.query_mixed([Thing], "core", "HOME")) == 2


# Not moto: it copies the whole table for every transaction.
@pytest.mark.parametrize("store", ["memory", "ministack"], indirect=True)
def test_a_summary_of_a_partition_that_grew_is_refused(store: Store) -> None:
    for start in range(0, SUMMARY_ITEMS_MAX + 1, 100):
        stop = min(start + 100, SUMMARY_ITEMS_MAX + 1)
        created(store, *(thing(f"{number:04d}") for number in range(start, stop)))
    with pytest.raises(Unavailable):
        store.query_mixed([Thing], "core", "HOME")
    assert len(store.query_mixed([Thing], "core", "HOME", "00")) == 100


def test_the_index_holds_only_what_waits(store: Store) -> None:
    created(store, thing("a", waits="2"), thing("b", waits="1"), thing("c"), thing("d", waits="2"))
    assert [row.name for row in store.query_index(Thing, "core", "WAITS").rows] == ["b", "a", "d"]
    assert [row.name for row in store.query_index(Thing, "core", "WAITS", until="1").rows] == ["b"]
    for since, until, names in (
        ("2", None, ["a", "d"]),
        ("1", "1", ["b"]),
        ("1", "2", ["b", "a", "d"]),
        ("3", None, []),
        ("2", "1", []),
    ):
        found = store.query_index(Thing, "core", "WAITS", since=since, until=until)
        assert ([row.name for row in found.rows], found.cursor) == (names, None)
    first = store.query_index(Thing, "core", "WAITS", since="1", until="2", limit=2)
    rest = store.query_index(Thing, "core", "WAITS", since="1", until="2", cursor=first.cursor)
    assert [[row.name for row in page.rows] for page in (first, rest)] == [["b", "a"], ["d"]]
    change = Change()
    change.replace(read(store, "b").but(waits=None))
    store.commit(change)
    assert [row.name for row in store.query_index(Thing, "core", "WAITS").rows] == ["a", "d"]


def test_the_index_is_paged_also_among_equals(store: Store) -> None:
    names = [str(number) for number in range(7)]
    created(store, *(thing(name, home=f"H{name}", waits="same") for name in names))
    seen, cursor = [], None
    for _ in range(3):
        page = store.query_index(Thing, "core", "WAITS", limit=3, cursor=cursor)
        seen += [row.name for row in page.rows]
        cursor = page.cursor
    assert sorted(seen) == names
    assert cursor is None


@pytest.mark.parametrize("cursor", ["", "x", "W10", "WyJhIiwiYiIsImMiLCJkIl0", "é", "a" * 5000])
def test_a_made_up_cursor_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(InvalidInput, match="bad_cursor"):
        store.query(Thing, "core", "HOME", cursor=cursor)
    with pytest.raises(InvalidInput, match="bad_cursor"):
        store.query_index(Thing, "core", "WAITS", cursor=cursor)


def test_the_cursor_of_another_list_is_refused(store: Store) -> None:
    created(store, *(thing(f"N#{number}") for number in range(3)), thing("A"))
    whole = store.query(Thing, "core", "HOME", limit=1)
    with pytest.raises(InvalidInput, match="bad_cursor"):
        store.query(Thing, "core", "HOME", "T#N#", cursor=whole.cursor)


def test_a_scan_gives_every_record_of_one_kind(store: MemoryStore | DynamoStore) -> None:
    created(store, *(thing(str(number)) for number in range(30)))
    created(store, Other(home="X", name="x", required_or_none=1), Line(name="1"))
    assert sorted(row.name for row in store.scan(Thing, "core")) == sorted(map(str, range(30)))
    assert [row.name for row in store.scan(Line, "journal")] == ["1"]


def test_a_scan_of_several_kinds_gives_all_of_them(store: MemoryStore | DynamoStore) -> None:
    created(store, *(thing(str(number)) for number in range(30)), Line(name="1"))
    created(store, Other(home="X", name="x", required_or_none=1))
    found = list(store.scan_mixed((Thing, Other), "core"))
    assert sorted(one.KIND for one in found) == sorted([Other.KIND, *[Thing.KIND] * 30])
    assert [one.KIND for one in store.scan_mixed((Thing,), "core")] == [Thing.KIND] * 30
    assert list(store.scan_mixed((Thing, Other), "journal")) == []


def test_an_illegal_change_never_leaves(store: Store) -> None:
    with pytest.raises(ValueError, match="at least one item"):
        store.commit(Change())
    with pytest.raises(Overfull, match="101 items"):
        created(store, *(thing(str(number)) for number in range(101)))
    assert store.get(Thing, thing("0").key) is None
    with pytest.raises(ValueError, match="twice"):
        created(store, thing(), thing())


def test_items_are_read_as_they_are_stored(store: MemoryStore | DynamoStore) -> None:
    one = thing(notes={"none": None, "text": "ü"})
    created(store, one, Other(home="X", name="x", required_or_none=1), Line(name="1"))
    (plain,) = store.plain_many([one.key, one.key._replace(pk="NONE")]).values()
    assert (plain["kind"], plain["version"], plain["notes"]) == (
        "thing",
        1,
        {"none": None, "text": "ü"},
    )
    assert plain in list(store.scan_plain("core", ["thing"]))
    assert len(list(store.scan_plain("core", ["thing", "other"]))) == 2
