"""What is read ahead answers later reads, also that nothing is there; the rest is asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from goodword.advocates.model import Enrolment, Link, enrolment_key, link_key
from goodword.ahead import Ahead
from goodword.limits import READ_KEYS_MAX
from goodword.ports import Change
from goodword.programs.model import Program, ProgramVersion, program_key
from goodword.records import Key, Record

from tests.fakes.store import MemoryStore
from tests.support.scene import BEN, MAYA, PROGRAM, Scene

HEAD = program_key(PROGRAM)
LINK, NO_LINK = link_key("maya7"), link_key("nobody")
HERS, HIS = enrolment_key(MAYA, PROGRAM), enrolment_key(BEN, PROGRAM)


class Counted(MemoryStore):
    """A store that notes which keys each of its reads asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[list[Key]] = []

    def get(self, kind: Any, key: Key) -> Any:
        return self.get_many(kind, [key]).get(key)

    def get_many(self, kind: Any, keys: Sequence[Key]) -> Any:
        self.asked.append(list(keys))
        return super().get_many(kind, keys)

    def get_mixed(self, wanted: Mapping[Key, type[Record]]) -> dict[Key, Record]:
        self.asked.append(list(wanted))
        return super().get_mixed(wanted)


class CountedScene(Scene):
    """The programme in a store that counts."""

    STORE = Counted


@pytest.fixture
def store() -> Counted:
    scene = CountedScene()
    assert isinstance(scene.store, Counted)
    scene.store.asked.clear()
    return scene.store


def test_one_request_answers_what_is_asked_later(store: Counted) -> None:
    ahead = Ahead(store)
    ahead.read({HEAD: Program, LINK: Link, NO_LINK: Link})
    ahead.read({HEAD: Program, NO_LINK: Link})
    assert store.asked == [[HEAD, LINK, NO_LINK]]
    program = ahead.get(Program, HEAD)
    assert program is not None
    assert ahead.get(Link, NO_LINK) is None
    assert set(ahead.get_many(Link, [LINK, NO_LINK])) == {LINK}
    assert ahead.get_mixed({HEAD: Program, NO_LINK: Link}) == {HEAD: program}
    assert len(store.asked) == 1


def test_what_was_not_read_ahead_is_asked_of_the_store(store: Counted) -> None:
    ahead = Ahead(store)
    ahead.read({HERS: Enrolment})
    assert set(ahead.get_many(Enrolment, [HERS, HIS])) == {HERS, HIS}
    assert set(ahead.get_mixed({HERS: Enrolment, HEAD: Program})) == {HERS, HEAD}
    assert ahead.get(Link, LINK) is not None
    assert store.asked == [[HERS], [HIS], [HEAD], [LINK]]


def test_it_stays_as_it_was_read_and_the_commit_sees_that_it_has_moved(store: Counted) -> None:
    ahead = Ahead(store)
    ahead.read({HERS: Enrolment})
    before = ahead.get(Enrolment, HERS)
    assert before is not None
    change = Change()
    change.replace(before)
    ahead.commit(change)
    assert ahead.get(Enrolment, HERS) == before
    again = store.get(Enrolment, HERS)
    assert again is not None
    assert again.version == before.version + 1


def test_a_record_of_another_kind_is_refused_as_by_any_store(store: Counted) -> None:
    ahead = Ahead(store)
    ahead.read({HEAD: Program})
    with pytest.raises(TypeError):
        ahead.get(Link, HEAD)


def test_more_than_fit_one_request_take_several(store: Counted) -> None:
    many = {link_key(f"code{number}"): Link for number in range(READ_KEYS_MAX + 1)}
    Ahead(store).read(many | {LINK: Link})
    assert [len(keys) for keys in store.asked] == [READ_KEYS_MAX, 2]


def test_queries_go_to_the_store(store: Counted) -> None:
    ahead = Ahead(store)
    versions = ahead.query(ProgramVersion, "core", HEAD.pk, "V#", limit=1)
    assert [one.number for one in versions.rows] == [1]
    kinds = (Program, ProgramVersion)
    assert len(ahead.query_mixed(kinds, "core", HEAD.pk)) == 2
    assert len(ahead.query_index(Enrolment, "core", f"ENR#{PROGRAM}").rows) == 2
