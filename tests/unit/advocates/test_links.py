"""A link leads only to the programme's hosts, its code is unique, and there are at most 25."""

import pytest
from goodword.advocates import links as links_module
from goodword.advocates.code import ALPHABET, fold
from goodword.advocates.links import RESERVED, links_of
from goodword.advocates.model import Advocate, Link, LinkOfAdvocate
from goodword.errors import Conflict, GoodwordError, InvalidInput, NotFound, Unavailable
from goodword.limits import CODE_LENGTH, LINKS_PER_ADVOCATE_MAX
from goodword.programs.model import Destination
from goodword.times import DAY_MS

from tests.support.people import BEN, Town
from tests.support.scene import terms

SHOP = Destination(
    hosts=("shop.example", "localhost:8080"),
    default_url="https://shop.example/start",
    fallback_url="https://shop.example/",
    parameters={"utm_source": "friends"},
)


@pytest.fixture
def town() -> Town:
    return Town()


def test_a_link_carries_what_the_terms_said_when_it_was_made(town: Town) -> None:
    enrolment = town.joined(town.program(destination=SHOP).program_id)
    town.next_version(enrolment.program_id, terms())
    first = town.all(Link)[0]
    assert first.destination == "https://shop.example/start"
    assert first.hosts == ("shop.example", "localhost:8080")
    assert first.parameters == {"utm_source": "friends"}
    assert first.fallback == "https://shop.example/"
    assert town.link(enrolment).parameters == {}


def test_a_drawn_code_is_made_of_letters_that_nobody_mixes_up(town: Town) -> None:
    town.joined(town.program().program_id)
    code = town.all(Link)[0].code
    assert len(code) == CODE_LENGTH
    assert set(code) <= set(ALPHABET)


def test_what_was_wished_for_is_kept(town: Town) -> None:
    enrolment = town.joined(town.program(destination=SHOP).program_id)
    until = town.clock.at_ms + DAY_MS
    link = town.link(
        enrolment,
        destination="http://localhost:8080/shoes?x=1#top",
        label="Blog",
        vanity="Anna-10",
        expires_ms=until,
    )
    assert (link.code, link.label, link.expires_ms) == ("Anna-10", "Blog", until)
    assert town.links.of_code("anna10") == town.links.of_code("ANNA-1O")
    (event,) = town.events("link.created")
    assert event.data == {
        "program_id": enrolment.program_id,
        "link_id": link.link_id,
        "by_choice": True,
    }


@pytest.mark.parametrize(
    "destination",
    [
        "https://www.shop.example/",
        "https://shop.example.evil.example/",
        "https://evil.example/?shop.example",
        "http://shop.example/",
        "https://user@shop.example/",
        "https://shop.example:444/",
        "//shop.example/",
        "javascript:alert(1)",
        "https://shop.example/\n",
        "https:\\\\shop.example/",
        "https://localhost/",
    ],
)
def test_a_destination_elsewhere_is_refused(town: Town, destination: str) -> None:
    enrolment = town.joined(town.program(destination=SHOP).program_id)
    with pytest.raises(InvalidInput) as refused:
        town.link(enrolment, destination=destination)
    assert refused.value.code == "destination_not_allowed"
    assert refused.value.fields[0].field == "destination"


@pytest.mark.parametrize(
    "tail",
    [
        "?e=anna@mail.example",
        "?e=anna%40mail.example",
        "?e=anna%2540mail.example",
        "anna@mail.example",
        "#anna+x@mail.example",
    ],
)
def test_a_destination_that_names_a_person_is_refused(town: Town, tail: str) -> None:
    enrolment = town.joined(town.program(destination=SHOP).program_id)
    with pytest.raises(InvalidInput, match="destination_names_a_person"):
        town.link(enrolment, destination=f"https://shop.example/{tail}")
    assert town.link(enrolment, destination="https://shop.example/@brand/shoes?size=10@home")


@pytest.mark.parametrize(
    "vanity", ["ab", "x" * 21, "anna maria", "anna_10", "-anna", "ann@", "a-b", ""]
)
def test_a_code_that_nobody_can_type_is_refused(town: Town, vanity: str) -> None:
    enrolment = town.joined(town.program().program_id)
    with pytest.raises(InvalidInput, match="bad_code"):
        town.link(enrolment, vanity=vanity)


@pytest.mark.parametrize("vanity", ["admin", "ADM1N", "a-p-i", "Goodword", "LOG1N", "check-out"])
def test_reserved_words_are_taken_however_they_are_written(town: Town, vanity: str) -> None:
    enrolment = town.joined(town.program().program_id)
    with pytest.raises(Conflict, match="code_taken"):
        town.link(enrolment, vanity=vanity)


def test_a_code_belongs_to_the_first_who_chose_it(town: Town) -> None:
    program_id = town.program().program_id
    anna, ben = town.joined(program_id), town.joined(program_id, BEN)
    town.link(anna, vanity="MAYA10")
    for same in ("MAYA10", "maya-1o", "MAYAIO"):
        with pytest.raises(Conflict, match="code_taken"):
            town.link(ben, vanity=same)


def test_two_who_choose_one_code_at_once_have_one_winner(town: Town) -> None:
    program_id = town.program().program_id
    anna, ben = town.joined(program_id), town.joined(program_id, BEN)
    town.before_next_commit(lambda: town.link(ben, vanity="MAYA10"))
    with pytest.raises(Conflict, match="code_taken"):
        town.link(anna, vanity="MAYA10")
    assert town.links.of_code("MAYA10").advocate_id == ben.advocate_id


def test_a_drawn_code_that_is_taken_is_drawn_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrolment = town.joined(town.program().program_id)
    taken = town.all(Link)[0].code
    drawn = iter([taken, "ADM1N", "FRESH22"])
    monkeypatch.setattr(links_module, "random_code", lambda entropy: next(drawn))
    assert town.link(enrolment).code == "FRESH22"
    monkeypatch.setattr(links_module, "random_code", lambda entropy: taken)
    with pytest.raises(Unavailable, match="no_free_code"):
        town.link(enrolment)


def test_there_are_at_most_25_and_the_count_is_right(town: Town) -> None:
    enrolment = town.joined(town.program().program_id)
    for _ in range(LINKS_PER_ADVOCATE_MAX - 1):
        town.link(enrolment)
    with pytest.raises(Conflict, match="too_many_links"):
        town.link(enrolment)
    assert town.all(Advocate)[0].links == len(town.all(Link)) == LINKS_PER_ADVOCATE_MAX


def test_racing_calls_do_not_get_past_the_limit(town: Town) -> None:
    enrolment = town.joined(town.program().program_id)
    for _ in range(LINKS_PER_ADVOCATE_MAX - 2):
        town.link(enrolment)
    town.before_next_commit(lambda: town.link(enrolment))
    with pytest.raises(Conflict, match="too_many_links"):
        town.link(enrolment)
    assert len(town.all(LinkOfAdvocate)) == LINKS_PER_ADVOCATE_MAX


def test_only_an_active_advocate_of_an_active_programme_makes_links(town: Town) -> None:
    program_id = town.program().program_id
    enrolment = town.joined(program_id)
    with pytest.raises(Conflict, match="enrolment_not_active"):
        town.link(enrolment.but(program_id=town.program().program_id))
    with pytest.raises(NotFound, match="unknown_advocate"):
        town.link(enrolment.but(advocate_id="adv_none"))
    town.programs.set_state(program_id, "paused", "budget")
    with pytest.raises(Conflict, match="program_not_active"):
        town.link(enrolment)


def test_a_link_cannot_have_expired_before_it_is_made(town: Town) -> None:
    enrolment = town.joined(town.program().program_id)
    with pytest.raises(InvalidInput, match="expires_in_the_past"):
        town.link(enrolment, expires_ms=town.clock.at_ms)


def test_links_are_listed_oldest_first_and_found_by_code(town: Town) -> None:
    enrolment = town.joined(town.program().program_id)
    town.clock.advance(5)
    second = town.link(enrolment)
    listed = town.links.list(enrolment.advocate_id)
    assert [link.link_id for link in listed][1:] == [second.link_id]
    assert links_of(town.store, "adv_none") == ()
    with pytest.raises(NotFound, match="unknown_link"):
        town.links.of_code("NOBODY2")
    with pytest.raises(GoodwordError, match="bad_code"):
        town.links.of_code("?")


def test_reserved_words_are_stored_as_they_fold() -> None:
    assert fold("login") in RESERVED
    assert all(fold(word) == word for word in RESERVED)
