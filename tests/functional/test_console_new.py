"""What the console makes: integrations whose secret is shown once, and invitations."""

import logging
import re
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from goodword.advocates.model import Enrolment
from goodword.conversions.model import Source
from goodword.events import Event
from goodword.ports import Change
from goodword.programs.model import Program

from tests.support.api import ADMIN, FINANCE, MARKETER, STAFF, Caller
from tests.support.pages import Pages, Shown, pages
from tests.support.people import kept_delivery

HOSTILE = '<script>alert("x")</script>{{ 7 * 7 }}'
NEW, INVITE = "/console/sources/new", "/console/advocates/invite"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        yield made


@pytest.fixture
def program(here: Pages) -> Program:
    return here.town.program(name=f"Friends {HOSTILE}")


def sent(here: Pages, who: Caller, path: str, **fields: str) -> Shown:
    browser = here.browser(who)
    return browser.send(browser.get(path), path, **fields)


def test_a_drawn_secret_is_in_one_answer_and_nowhere_else(
    here: Pages, program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ada = here.browser(ADMIN)
    page = ada.get(NEW)
    form = page.fields(NEW) | {"label": "till & web", "kind": "generic"}
    made = ada.ask("POST", NEW, form=form)
    (source,) = here.town.all(Source)
    assert made.status == 200
    (secret, _copy) = SECRET.findall(made.html)
    assert "/auth/reader" not in made.html  # another language would lose it
    assert (source.label, source.livemode, source.namespace) == (
        "till & web",
        True,
        source.source_id,
    )
    again = ada.ask("POST", NEW, form=form)  # the reload of that very page
    place = f"/console/sources/{source.source_id}"
    assert (again.status, again.location) == (303, place)
    assert len(here.town.all(Source)) == 1
    shown = ada.get(place)
    assert "till & web" in shown.words
    assert not SECRET.search(shown.html)
    said = caplog.text + "".join(one.model_dump_json() for one in here.town.all(Event))
    assert secret not in said
    assert [one.actor.id for one in here.town.events("source.created")] == ["sub-ada"]


def test_a_secret_from_elsewhere_is_handed_in_and_never_shown(
    here: Pages, program: Program
) -> None:
    refused = sent(here, ADMIN, NEW, kind="stripe", label="shop", secret="not-stripes-own")
    assert refused.status == 422
    assert "does not fit this kind" in refused.words
    assert "the signing secret that stripe shows" in refused.words
    assert "not-stripes-own" not in refused.html
    assert here.town.all(Source) == []
    made = sent(
        here, ADMIN, NEW, kind="stripe", label="shop", secret="whsec_0123456789", trial="yes"
    )
    (source,) = here.town.all(Source)
    assert (made.status, made.location) == (303, f"/console/sources/{source.source_id}")
    assert (source.kind, source.livemode) == ("stripe", False)
    shown = here.browser(ADMIN).get(made.location)
    assert "Test data" in shown.words
    assert "whsec_" not in shown.html


def test_what_is_wrong_with_a_source_is_said_beside_its_field(
    here: Pages, program: Program
) -> None:
    for fields, code in (
        ({"currency": "USD"}, "Only EUR is possible"),
        ({"namespace": "src_none"}, "There is no such source in this programme"),
        ({"namespace": "Ünicode"}, "not written the way"),
        ({"label": HOSTILE}, "not written the way"),
    ):
        refused = sent(here, ADMIN, NEW, **({"kind": "generic", "label": "till"} | fields))
        assert refused.status == 422, fields
        assert code in refused.words
        assert 'class="wrong"' in refused.html, fields
        assert "<script>alert" not in refused.html
    assert here.town.all(Source) == []


def test_a_secret_is_changed_and_the_one_before_stays(here: Pages, program: Program) -> None:
    source, _ = here.town.sources.create(
        kind="generic", program_id=program.program_id, label="till"
    )
    ada, place = here.browser(ADMIN), f"/console/sources/{source.source_id}"
    form = ada.get(place).fields(f"{place}/rotate")
    made = ada.ask("POST", f"{place}/rotate", form=form)
    assert made.status == 200
    assert SECRET.search(made.html)
    (after,) = here.town.all(Source)
    assert after.sealed_secrets[1:] == source.sealed_secrets
    again = ada.ask("POST", f"{place}/rotate", form=form)
    assert (again.status, again.location) == (303, place)
    assert here.town.all(Source) == [after]
    assert "2 are accepted" in ada.get(place).words
    assert len(here.town.events("source.secret_rotated")) == 1


def test_a_secret_of_the_other_side_is_changed_by_handing_in_the_next(
    here: Pages, program: Program
) -> None:
    source, _ = here.town.sources.create(
        kind="shopify", program_id=program.program_id, label="shop", secret="0123456789abcdef"
    )
    ada, place = here.browser(ADMIN), f"/console/sources/{source.source_id}"
    for secret, status in (("short", 422), ("", 422), ("fedcba9876543210", 303)):
        page = ada.get(place)
        assert ada.send(page, f"{place}/rotate", secret=secret).status == status


def test_the_page_of_a_source_says_when_it_was_heard_and_what_was_booked(
    here: Pages, program: Program
) -> None:
    source, _ = here.town.sources.create(
        kind="generic", program_id=program.program_id, label="till"
    )
    ada, place = here.browser(ADMIN), f"/console/sources/{source.source_id}"
    assert "Nothing in the last 30 days" in ada.get(place).words
    assert "Nothing heard in the last 30 days" in ada.get("/console/sources").words
    for number in range(27):
        kept_delivery(here.town, source, number * 60_000, "booked")
    shown = ada.get(place)
    assert ("Last heard" in shown.words, "Nothing in the last" in shown.words) == (True, False)
    assert shown.words.count("Booked") == 5
    assert "Last heard 22 Nov 2025, " in ada.get("/console/sources").words
    log = ada.get(f"{place}/deliveries")
    (after,) = re.findall(r'href="[^"]+starting_after=([^"]+)"', log.html)
    rest = ada.get(f"{place}/deliveries", starting_after=unquote(after))
    seen = re.findall(r"msg_(\d+)", log.words + rest.words)
    assert [int(one) for one in seen] == [number * 60_000 for number in reversed(range(27))]
    assert [one.html.count('class="pages"') for one in (log, rest)] == [1, 0]


def test_what_was_rightly_left_out_says_why(here: Pages, program: Program) -> None:
    source, _ = here.town.sources.create(
        kind="generic", program_id=program.program_id, label="till"
    )
    one = kept_delivery(here.town, source, 1)
    change = Change()
    change.replace(one.but(version=1, state="ignored", reason="test_order"))
    here.town.store.commit(change)
    log = f"/console/sources/{source.source_id}/deliveries"
    ada = here.browser(ADMIN)
    assert "A test order" in ada.get(log).words
    german = ada.get(log, lang="de").words
    assert ("Zu Recht ausgelassen" in german, "Eine Testbestellung" in german) == (True, True)
    assert here.browser(FINANCE).get(log).status == 403
    assert here.browser(ADMIN).get("/console/sources/src_none/deliveries").status == 404


def test_only_admins_open_integrations(here: Pages, program: Program) -> None:
    for who in STAFF:
        assert here.browser(who).get(NEW).status == (200 if who is ADMIN else 403), who.subject
    ada, mara = here.browser(ADMIN), here.browser(MARKETER)
    assert NEW not in mara.get("/console/sources").html
    form = ada.get(NEW).fields(NEW) | {"kind": "generic", "label": "till"}
    token = mara.get("/console/sources").fields("/auth/sign-out")["_token"]
    assert mara.ask("POST", NEW, form=form | {"_token": token}).status == 403
    assert ada.ask("POST", NEW, form=form | {"_token": ""}).status == 403
    assert ada.ask("POST", NEW, form=form, headers={"origin": "https://evil.example"}).status == 403
    assert here.town.all(Source) == []


def test_somebody_is_invited(
    here: Pages, program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    mara = here.browser(MARKETER)
    form = mara.get(INVITE).fields(INVITE) | {"email": "Eve@Mail.example", "name": "Eve"}
    made = mara.ask("POST", INVITE, form=form | {"locale": "de"})
    (enrolment,) = here.town.all(Enrolment)
    assert enrolment.state == "invited"
    place = f"/console/advocates/{enrolment.advocate_id}"
    assert (made.status, made.location) == (303, place)
    shown = mara.get(place)
    assert "Invited. The letter is on its way." in shown.words
    (told,) = here.town.events("advocate.invited")
    assert told.actor.id == "sub-mara"
    said = caplog.text + shown.html + told.model_dump_json()
    assert "mail.example" not in said.lower()
    once = mara.ask("POST", INVITE, form=form | {"locale": "de"})
    assert (once.status, once.location) == (303, place)
    assert len(here.town.all(Enrolment)) == 1


def test_an_invitation_that_cannot_be_is_explained(here: Pages, program: Program) -> None:
    wrong = sent(here, MARKETER, INVITE, email=HOSTILE)
    assert wrong.status == 422
    assert "not an e-mail address" in wrong.words
    assert "<script>alert" not in wrong.html
    here.town.joined(program.program_id)
    known = sent(here, MARKETER, INVITE, email="anna@mail.example")
    assert known.status == 409
    assert "already" in known.words
    for who in STAFF:
        may = who in (MARKETER, ADMIN)
        assert here.browser(who).get(INVITE).status == (200 if may else 403), who.subject
    assert INVITE not in here.browser(FINANCE).get("/console/advocates").html
    here.town.programs.set_state(program.program_id, "paused", "season_over")
    assert "No programme takes people" in here.browser(MARKETER).get(INVITE).words
