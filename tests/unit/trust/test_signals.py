"""Equal people meet under one mark however they are written, and nothing of them is kept."""

import re

import pytest
from goodword.tracking.model import Visited
from goodword.trust.places import COUPON, SEARCH, WRAPPERS, referrer_of, visited
from goodword.trust.signals import (
    Signals,
    family_of,
    folded_address,
    folded_name,
    folded_network,
    folded_stem,
    marks_of,
    near_names,
    own_names,
    trace_of,
)
from goodword.trust.trails import Own, Pace, Paced, Sighting, Trail, customer_of

from tests.support.desk import PlainIndex
from tests.support.people import MACS

NOW = 1_763_800_000_000
FULL = Signals(
    ip="91.4.5.6",
    agent="Browser/1",
    card="visa 411111 4242",
    device="dev-1",
    name="Anna Müller",
    address=("Mühlenstr. 12", "Apt 3"),
    postcode="10115",
    country="DE",
    orders_before=1,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Hauptstraße 12",), ("12 Hauptstr.",)),
        (("12 Mill Road", "Apt 4"), ("12, mill rd.", "Unit 4")),
        (("Rue de l'Église 3",), ("3 RUE DE L EGLISE",)),
        (("High St 1", ""), ("1 high street",)),
        (("Am Park Nr. 5",), ("Am Park 5",)),
    ],
)
def test_one_address_is_written_in_many_ways(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert folded_address(one, "10 115", "de") == folded_address(other, "10115", "DE") != ""


def test_other_doors_are_other_addresses() -> None:
    here = folded_address(("Mill Road 12",), "10115", "DE")
    assert here != folded_address(("Mill Road 13",), "10115", "DE")
    assert here != folded_address(("Mill Road 12",), "10117", "DE")
    assert here != folded_address(("Mill Road 12",), "10115", "AT")
    assert folded_address(("Mill Road",), "10115", "DE") == ""
    assert folded_address(("Mill Road 12",), "", "DE") == ""


def test_names_networks_and_stems() -> None:
    assert folded_name("Dr. Anna  M\u00dcLLER") == folded_name("M\u00fcller, Anna") == "aaelmnru"
    assert folded_name("Anna M. M\u00fcller") == folded_name("Anna Mueller M") == "aaelmnru"
    assert folded_name("Anna") == folded_name("") == folded_name("Anna-Lena") == ""
    assert folded_name("J. Smith") == folded_name("Smith J") == "j.himst"
    assert folded_name("\u674e \u660e") != "", "one letter is a whole name in other scripts"
    assert folded_network("91.4.5.6") == folded_network("::ffff:91.4.5.6") == "91.4.5.6"
    assert folded_network("2a02:8071:1:2:3::4") == folded_network("2a02:8071:1:2::9") != ""
    for private in ("10.0.0.1", "127.0.0.1", "fe80::1", "100.64.1.1", "home", ""):
        assert folded_network(private) == ""
    assert folded_stem("anna.m1@x.example") == folded_stem("anna.m.22@x.example")
    assert folded_stem("bob1@x.example") == folded_stem("annamaria@x.example") == ""


def known(own: str, written: str) -> bool:
    macs = PlainIndex()
    marks = {mac for _, mac in own_names(own, macs)}
    return macs.mac("trust-name", folded_name(written)) in marks


@pytest.mark.parametrize(
    ("own", "written"),
    [
        ("J\u00fcrgen Gro\u00df", "Juergen Gross"),
        ("J\u00fcrgen Gro\u00df", "Jurgen Gros"),
        ("J\u00f8rn \u0141apa", "Jorn Lapa"),
        ("Sean O'Brien", "Sean O\u2019Brien"),
        ("Sean O'Brien", "OBrien, Sean"),
        ("Anna-Lena Meyer-Schmidt", "Anna Lena Meyer Schmidt"),
        ("Anna-Lena Meyer-Schmidt", "Annalena Meyerschmidt"),
        ("Anna Keller", "A. Keller"),
        ("Anna Keller", "KELLER A"),
        ("Anna Keller", "Anna Kelelr"),
        ("Paul Neumann", "Paul Nuemann"),
        ("Paul Schr\u00f6der", "Paul Schrd\u00f6er"),
        ("Zo\u00eb Berg", "Zoee Berg"),
    ],
)
def test_a_name_is_known_as_people_misspell_it(own: str, written: str) -> None:
    assert known(own, written)


@pytest.mark.parametrize(
    ("own", "written"),
    [
        ("Anna Keller", "Ben Keller"),
        ("Anna Keller", "B. Keller"),
        ("Anna Keller", "Anna Kellen"),
        ("Anna", "Anna"),
        ("\u674e \u660e", "\u674e \u4f1f"),
    ],
)
def test_another_name_is_another(own: str, written: str) -> None:
    assert not known(own, written)


def test_a_surname_is_known_of_a_full_name_alone() -> None:
    macs = PlainIndex()
    family = family_of("Anna M\u00fcller", macs)
    assert family.startswith("mac-trust-family-")
    for same in (
        "Ben Mueller",
        "M\u00dcLLER, Jan",
        "Dr. Mia M. M\u00fcller",
        "de M\u00fcller, Ida",
    ):
        assert family_of(same, macs) == family
    for other in ("Anna Keller", "M\u00fcller Anna", "Anna, M\u00fcller"):
        assert family_of(other, macs) not in ("", family)
    for none in ("", "M\u00fcller", "A. M\u00fcller", ", Anna M\u00fcller"):
        assert family_of(none, macs) == ""
    assert ("family", family) in own_names("Anna M\u00fcller", macs)


@pytest.mark.parametrize(
    ("own", "written"),
    [
        ("Anna Keller", "Anna Kellen"),
        ("Anna Keller", "KELLEN, anna"),
        ("Keller, Anna", "Anna Kelder"),
        ("Anna Müller", "Anna Mükler"),
        ("Dr. Anna M. Keller", "Anna Kellex"),
        ("Anna O'Brien", "Anna OBriem"),
        ("Анна Каренина", "Анна Каренкна"),
    ],
)
def test_a_surname_with_one_letter_wrong_is_near(own: str, written: str) -> None:
    assert set(near_names(own, MACS)) & set(near_names(written, MACS))
    marks = [mac for kind, mac in own_names(own, MACS) if kind == "near"]
    assert marks == list(near_names(own, MACS))
    assert all(len(one) == 16 for one in marks)


@pytest.mark.parametrize(
    ("own", "written"),
    [
        ("Jan Keller", "Jana Keller"),  # a family has its surname in common
        ("Anna Keller", "Anne Keller"),
        ("Anna Keller", "Anna Kessel"),
        ("Anna Berger", "Anna Bergke"),
        ("Anna Keller", "Anna Koller-Hahn"),
        ("Anna Lang", "Anna Berg"),
        ("Anna Lang", "Anna Land"),  # short names a letter apart are two names
        ("Anna Keller", "A. Kellen"),
        ("Anna Keller", "Kellen"),
        ("Anna Keller", ""),
        ("Keller, ", "Anna Keller"),
    ],
)
def test_a_relative_or_another_name_is_not_near(own: str, written: str) -> None:
    assert not set(near_names(own, MACS)) & set(near_names(written, MACS))


def test_near_names_are_bounded_and_have_room_of_their_own() -> None:
    long = "Anna " + "abcdefghijklmnopqrstuvwxyz"
    assert len(near_names(long, MACS)) == 24
    own = Own(advocate_id="adv_1").plus([("near", f"{n}") for n in range(90)])
    assert len(own.marks["near"]) == 72


def test_other_spellings_of_own_names_have_room_of_their_own() -> None:
    own = Own(advocate_id="adv_1").plus([("spelt", f"{n}") for n in range(60)])
    own = own.plus([("name", f"{n}") for n in range(60)])
    assert (len(own.marks["spelt"]), len(own.marks["name"])) == (40, 8)


def test_marks_are_keyed_by_kind_and_hold_no_value() -> None:
    marks = {mark.kind: mark.mac for mark in marks_of(FULL, "anna22@x.example", PlainIndex())}
    assert set(marks) == {"card", "device", "name", "address", "network", "browser", "stem"}
    assert all(mac.startswith(f"mac-trust-{kind}-") for kind, mac in marks.items())
    assert marks_of(Signals(), None, PlainIndex()) == ()
    assert marks_of(Signals(agent="x", ip="10.0.0.1"), None, PlainIndex()) == ()
    assert "Anna" not in repr(FULL)
    assert "91.4" not in repr(FULL)


def test_a_trace_keeps_what_was_known_first() -> None:
    def of(before: object, signals: Signals) -> object:
        return trace_of(
            before,  # type: ignore[arg-type]  # a Trace or None
            signals,
            None,
            PlainIndex(),
            conversion_id="cnv_1",
            program_id="prg_1",
            now_ms=NOW,
        )

    assert of(None, Signals()) is None
    first = of(None, FULL)
    assert of(first, Signals()) == of(first, FULL) == first
    later = of(first, FULL.but(card="another", orders_before=5, country="AT"))
    assert later == first
    for alone in (Signals(country="DE"), Signals(email_kind="role"), Signals(orders_before=0)):
        assert of(None, alone) is not None
    grown = trace_of(
        trace_of(
            None,
            Signals(card="visa 1"),
            None,
            PlainIndex(),
            conversion_id="cnv_1",
            program_id="prg_1",
            now_ms=NOW,
        ),
        Signals(device="dev", orders_before=3),
        None,
        PlainIndex(),
        conversion_id="cnv_1",
        program_id="prg_1",
        now_ms=NOW,
    )
    assert grown is not None
    assert (grown.mac("device"), grown.orders_before) == ("mac-trust-device-dev", 3)
    assert grown.mac("name") == ""
    assert (grown.key.sk, grown.expires_s) == ("TRACE", grown.keep_s)


def test_trails_are_sets_and_bounded() -> None:
    trail = Trail(kind="card", mac="m")
    for n in range(50):
        seen = Sighting(conversion_id=f"c{n}", at_ms=n, customer=f"k{n}", advocate_id="adv_a")
        trail = trail.seen(seen, NOW)
    assert len(trail.sightings) == 40
    assert trail.seen(trail.sightings[-1], NOW) == trail
    moved = trail.seen(trail.sightings[-1].but(advocate_id="adv_b"), NOW)
    assert moved.advocates() == {"adv_a", "adv_b"}
    assert len(trail.customers("adv_b")) == 0
    for n in range(30):
        trail = trail.owned(f"adv_{n}", NOW)
    assert (len(trail.owners), trail.owned("adv_29", NOW)) == (20, trail)
    own = Own(advocate_id="adv_a").plus([("card", f"m{n}") for n in range(12)])
    assert (len(own.marks["card"]), own.has("card", "m11"), own.has("card", "m0")) == (
        8,
        True,
        False,
    )
    assert own.plus([("card", "m11")]) == own
    assert not own.has("card", "")
    pace = Pace(advocate_id="adv_a", program_id="prg_1")
    for n in range(70):
        pace = pace.plus(
            Paced(conversion_id=f"c{n}", at_ms=n, customer="k", kind="click", link_id="l")
        )
    assert len(pace.newest) == 60
    assert customer_of((), "cnv_1") == "cnv_1"


def test_referrers_are_classes() -> None:
    for host, kind in (
        ("www.retailmenot.com", "coupon"),
        ("best-gutscheine.example", "coupon"),
        ("google.com", "search"),
        ("www.google.de", "search"),
        ("google.it", "search"),
        ("www.google.co.jp", "search"),
        ("www.google.com.br", "search"),
        ("google.de.evil.example", "other"),
        ("slack-redir.net", "wrapper"),
        ("redir.net", "other"),
        ("t.co", "wrapper"),
        ("mail.google.com", "search"),
        ("blog.example", "other"),
        ("notgoogle.com", "other"),
        ("", ""),
    ):
        assert referrer_of(host) == kind, host
    seen = visited("prompted", "t.co", "newsletter COUPON-week", "DE", "phone")
    assert seen == Visited(
        opened="prompted", referrer="wrapper", campaign="coupon", country="DE", device="phone"
    )


def test_every_word_of_the_lists_is_a_host() -> None:
    for host in COUPON | SEARCH | WRAPPERS:
        assert re.fullmatch(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", host), host


def test_names_that_are_written_without_a_space_are_names() -> None:
    for one, other in (
        ("田中太郎", "田中 太郎"),
        ("김민준", "김 민준"),
        ("タナカ タロウ", "タナカタロウ"),
    ):
        assert folded_name(one) == folded_name(other) != ""
    assert len({folded_name(one) for one in ("李小龍", "李小明", "김민준", "Bruce Lee")}) == 4
    assert [folded_name(one) for one in ("李", "Bruce", "ब्रूस", "มานี")] == [""] * 4
    assert folded_name("मीना शर्मा") not in ("", folded_name("मोना शर्मा"))
    assert folded_name("سیمین نوری\u200cپور") == folded_name("سیمین نوریپور")
