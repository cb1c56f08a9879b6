"""One advocate from all sides, sources with what they sent, the ledger and the journal."""

import json
from collections.abc import Iterator

import pytest
from goodword.advocates.model import Enrolment
from goodword.conversions.model import Delivery
from goodword.events import Event
from goodword.payouts.stops import Cause, PayoutStop, barred
from goodword.ports import Change
from goodword.programs.model import Program
from goodword.times import DAY_MS, rfc3339
from goodword.trust.banning import Ban
from goodword.trust.model import Exemption

from tests.support.api import ADMIN, ANNA, FINANCE, MARKETER, STAFF
from tests.support.pages import Browser, Pages, Shown, pages
from tests.support.people import ANNA as ANNA_IN
from tests.support.people import BEN as BEN_IN
from tests.support.people import kept_delivery

HOSTILE = '<script>alert("x")</script>{{ 7 * 7 }}'


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        yield made


@pytest.fixture
def program(here: Pages) -> Program:
    return here.town.program(name=f"Friends {HOSTILE}")


@pytest.fixture
def anna(here: Pages, program: Program) -> Enrolment:
    joined = here.town.joined(program.program_id, ANNA_IN)
    here.town.link(joined, label="my shop & more")
    return joined


def place(enrolment: Enrolment) -> str:
    return f"/console/advocates/{enrolment.advocate_id}"


def day(here: Pages, days: int) -> str:
    return rfc3339(here.town.clock.at_ms + days * DAY_MS)[:10]


def send(browser: Browser, path: str, action: str, **fields: str) -> Shown:
    return browser.send(browser.get(path), f"{path}/{action}", **fields)


@pytest.mark.parametrize("who", ["anna@mail.example", " ANNA@mail.example", "id", "code", "link"])
def test_somebody_is_found_by_address_code_and_number(
    here: Pages, anna: Enrolment, capsys: pytest.CaptureFixture[str], who: str
) -> None:
    code = here.town.links.list(anna.advocate_id)[0].code
    said = {"id": anna.advocate_id, "code": code, "link": f"https://go.example/r/{code}"}
    fay = here.browser(FINANCE)
    found = fay.send(fay.get("/console/advocates"), "/console/advocates", who=said.get(who, who))
    assert (found.status, found.location) == (303, place(anna))
    shown = fay.get(found.location)
    assert "my shop & more" in shown.words
    assert "anna@mail" not in shown.html + capsys.readouterr().out


@pytest.mark.parametrize("who", ["eve@mail.example", "adv_none", "NONE123", HOSTILE, "@"])
def test_nobody_is_found_by_what_is_not_known(here: Pages, anna: Enrolment, who: str) -> None:
    fay = here.browser(FINANCE)
    sent = fay.send(fay.get("/console/advocates"), "/console/advocates", who=who)
    assert sent.status in (404, 422)
    assert "<script>alert" not in sent.html
    assert sent.fields("/console/advocates")["who"] == who
    assert sent.html.count("eve@mail") == ("eve@mail" in who)
    assert 'aria-describedby="h-who w-who"' in sent.tag("f-who")


def test_personal_fields_are_shown_for_a_reason_that_stays(here: Pages, anna: Enrolment) -> None:
    fay, path = here.browser(FINANCE), place(anna)
    assert send(fay, path, "look").status == 422
    assert send(fay, path, "look", reason_code="curious").status == 422
    assert here.town.events("advocate.looked_at") == []
    seen = send(fay, path, "look", reason_code="payment_problem")
    assert "anna@mail.example" in seen.words
    there = seen.fields("/auth/reader")["next"]
    assert (there, fay.get(there).status) == (place(anna), 200)
    (told,) = here.town.events("advocate.looked_at")
    assert (told.subject, told.reason) == (anna.advocate_id, "payment_problem")
    assert told.actor.id == "sub-fay"
    assert "anna@" not in told.model_dump_json()
    assert "anna@mail.example" not in fay.get(path).words
    audit = fay.get("/console/audit", subject=anna.advocate_id)
    assert "advocate.looked_at" in audit.words
    assert "A problem with a payment" in audit.words
    here.town.vault.forget(anna.advocate_id)
    assert "has been erased" in send(fay, path, "look", reason_code="fraud_check").words


def test_payouts_are_held_and_let_go(here: Pages, anna: Enrolment) -> None:
    fay, path = here.browser(FINANCE), place(anna)
    assert send(fay, path, "hold", reason_code="other").status == 303
    assert "Stopped by finance" in fay.get(path).words
    assert send(fay, path, "lift", reason_code="other").status == 303
    (stop,) = here.town.all(PayoutStop)
    assert stop.causes == {}


def test_the_stop_of_a_ban_is_shown_and_has_no_button(here: Pages, anna: Enrolment) -> None:
    fay, path, change = here.browser(FINANCE), place(anna), Change()
    cause = Cause(reason="on_hold", code="ban", by="sub-fay", at_ms=0)
    change.save(barred(PayoutStop(advocate_id=anna.advocate_id), anna.program_id, cause))
    here.town.store.commit(change)
    assert "Stopped by finance" in fay.get(path).words
    assert f'action="{path}/lift"' not in fay.get(path).html
    assert send(fay, path, "hold", reason_code="other").status == 303
    assert fay.get(path).html.count(f'action="{path}/lift"') == 1


def test_a_ban_and_an_exemption(here: Pages, anna: Enrolment) -> None:
    fay, path = here.browser(FINANCE), place(anna)
    exempt = {"reason_code": "known_partner", "until": day(here, 30)}
    assert send(fay, path, "exempt", **exempt).status == 303
    assert "Checks only record until" in fay.get(path).words
    assert send(fay, path, "exempt/end").status == 303
    assert here.town.all(Exemption)[0].until_ms <= here.town.clock.at_ms
    future = send(fay, path, "ban", reason_code="spam", since=day(here, 9))
    assert future.status == 422
    assert "choose an earlier day" in future.words
    here.town.clock.advance(9 * DAY_MS)
    for slip in ("0025-11-21", day(here, -12)):
        refused = send(fay, path, "ban", reason_code="spam", since=slip, sure="yes")
        assert refused.status == 422, slip
    assert "See what it would cancel" in fay.get(path).words
    looked = send(fay, path, "ban", reason_code="spam", since=day(here, -9))
    assert looked.status == 409
    assert "See what it would cancel" not in looked.words
    assert ('href="#to-confirm"' in looked.html, 'id="to-confirm"' in looked.html) == (True, True)
    assert "Nobody is banned yet" in looked.words
    assert "0 rewards" in looked.words
    changed = fay.send(looked, f"{path}/ban", since=day(here, -8), sure="yes")
    assert changed.status == 409
    assert here.town.all(Ban) == []
    assert fay.send(changed, f"{path}/ban", sure="yes").status == 303
    assert here.town.all(Ban)[0].reason == "spam"
    shown = fay.get(path)
    assert "Banned" in shown.words
    assert "appeal until" in shown.words
    assert f'action="{path}/ban"' not in shown.html


def test_marketing_moves_people_and_sees_no_money(here: Pages, anna: Enrolment) -> None:
    mara, path = here.browser(MARKETER), place(anna)
    page = mara.get(path)
    assert f'action="{path}/move"' in page.html
    for action in ("look", "hold", "ban", "exempt"):
        assert f'action="{path}/{action}"' not in page.html
        form = page.fields(f"{path}/move")
        assert mara.ask("POST", f"{path}/{action}", form=form).status == 403
    assert send(mara, path, "move", state="paused", reason="on_holiday").status == 303
    assert here.town.all(Enrolment)[0].state == "paused"
    for more in ("rewards", "orders", "payouts"):
        assert mara.get(f"{path}/{more}").status == 403
        assert here.browser(FINANCE).get(f"{path}/{more}").status == 200


READERS = {
    "/console/advocates": (FINANCE, MARKETER, ADMIN),
    "/console/disputes": (FINANCE, ADMIN),
    "/console/hand-outs": (FINANCE, ADMIN),
    "/console/learned": (FINANCE, ADMIN),
    "/console/ledger": (FINANCE, ADMIN),
    "/console/audit": (FINANCE, ADMIN),
    "/console/kpis": STAFF,
    "/console/sources": (MARKETER, ADMIN),
}


@pytest.mark.parametrize("path", READERS)
def test_who_may_see_what(here: Pages, program: Program, path: str) -> None:
    for who in (*STAFF, ANNA):
        expected = 200 if who in READERS[path] else 403
        assert here.browser(who).get(path).status == expected, who.subject
    assert here.browser().get(path).status == 303


def test_navigation_leads_only_where_one_may_go(here: Pages) -> None:
    for who in STAFF:
        browser = here.browser(who)
        page = browser.get("/console")
        links = [part.split('"')[0] for part in page.html.split('href="')[1:]]
        for link in links:
            if link.startswith("/console"):
                assert browser.get(link).status == 200, (who.subject, link)


def test_what_is_not_there_is_not_found(here: Pages, anna: Enrolment) -> None:
    ada, fay = here.browser(ADMIN), here.browser(FINANCE)
    for path in (
        "/console/advocates/adv_none",
        "/console/advocates/adv_none/rewards",
        "/console/orders/cnv_none",
        "/console/disputes/dsp_none",
        "/console/sources/src_none",
        "/console/ledger/proofs/rwd_none",
        "/console/ledger/key",
    ):
        assert ada.get(path).status == 404, path
    form = fay.get(place(anna)).fields(f"{place(anna)}/hold") | {"reason_code": "other"}
    for path in ("/console/advocates/adv_none/hold", "/console/disputes/dsp_none/answer"):
        assert fay.ask("POST", path, form=form | {"_token": ""}).status == 403
    assert fay.ask("POST", "/console/disputes/dsp_none/answer", form=form).status in (404, 422)


def test_the_journal_is_read_by_number(here: Pages, anna: Enrolment) -> None:
    fay = here.browser(FINANCE)
    assert "Ask about something" in fay.get("/console/audit").words
    program_id = here.town.all(Program)[0].program_id
    assert "program.created" in fay.get("/console/audit", subject=program_id).words
    assert fay.get("/console/audit", subject=HOSTILE).status == 404
    ledger = fay.get("/console/ledger", subject=HOSTILE)
    assert ledger.status == 200
    assert "<script>alert" not in ledger.html
    assert "No entry" in ledger.words


def test_what_was_not_understood_is_read_again(here: Pages, program: Program) -> None:
    source, _ = here.town.sources.create(
        kind="generic", program_id=program.program_id, label="till & web"
    )
    kept = kept_delivery(here.town, source, 1)
    kept_delivery(here.town, source, 2, "quarantined")
    ada, mara = here.browser(ADMIN), here.browser(MARKETER)
    path = f"/console/sources/{source.source_id}"
    assert "till & web" in ada.get("/console/sources").words
    page = mara.get(path)
    assert "Not understood" in page.words
    assert "Quarantined" in page.words
    assert f'action="{path}/again"' not in page.html
    form = ada.get(path).fields(f"{path}/again")
    assert mara.ask("POST", f"{path}/again", form=page.fields("/auth/sign-out")).status == 403
    for name, status in (("msg_2", 404), ("none", 404), (HOSTILE, 404)):
        refused = ada.ask("POST", f"{path}/again", form=form | {"delivery_id": name})
        assert refused.status in (status, 409), name
        form = ada.get(path).fields(f"{path}/again")
    assert ada.ask("POST", f"{path}/again", form=form).status == 303
    again = next(one for one in here.town.all(Delivery) if one.delivery_id == kept.delivery_id)
    assert again.state == "waiting"
    assert [one.actor.id for one in here.town.events("conversion.read_again")] == ["sub-ada"]


def test_a_source_is_closed_with_a_reason(here: Pages, program: Program) -> None:
    source, _ = here.town.sources.create(
        kind="generic", program_id=program.program_id, label="till"
    )
    ada, path = here.browser(ADMIN), f"/console/sources/{source.source_id}"
    assert send(ada, path, "state", reason="secret_leaked").status == 303
    assert "Closed" in ada.get("/console/sources").words


def test_no_look_without_a_commit(here: Pages, anna: Enrolment) -> None:
    """Whoever reads the journal finds every look; the event holds no personal field."""
    fay = here.browser(FINANCE)
    send(fay, place(anna), "look", reason_code="legal_request")
    events = [one for one in here.town.all(Event) if one.type == "advocate.looked_at"]
    assert [json.loads(one.model_dump_json())["data"] for one in events] == [{}]


def test_staff_mark_somebody_out_once_and_take_it_back(here: Pages, anna: Enrolment) -> None:
    mara, path = here.browser(MARKETER), place(anna)
    form = mara.get(path).fields(f"{path}/flag")
    form |= {"flag": "executive sponsor", "to": "on", "reason": "spoke_for_us"}
    for _ in range(2):
        done = mara.ask("POST", f"{path}/flag", form=form)
        assert (done.status, done.location) == (303, path)
    (event,) = here.town.events("enrolment.segment_joined")
    assert (event.actor.id, event.reason) == (MARKETER.subject, "spoke_for_us")
    shown = mara.get(path).words
    assert shown.count("Executive sponsor") == 3  # the flag, its history, and the choice
    assert "put in" in shown
    assert "spoke_for_us" in shown
    assert here.browser(FINANCE).get(path).words.count("Executive sponsor") == 2
    off = {"flag": "executive sponsor", "to": "off", "reason": "has_left"}
    assert send(mara, path, "flag", **off).status == 303
    assert mara.get(path).words.count("Executive sponsor") == 3  # twice in its history
    assert "taken out" in mara.get(path).words
    assert len(here.town.events("enrolment.segment_left")) == 1


@pytest.mark.parametrize(
    "wrong", [{"flag": "king"}, {"to": "maybe"}, {"reason": "No Code"}, {"program_id": "prg_none"}]
)
def test_a_flag_that_is_none_is_not_set(
    here: Pages, anna: Enrolment, wrong: dict[str, str]
) -> None:
    mara, path = here.browser(MARKETER), place(anna)
    said = {"flag": "beta", "to": "on", "reason": "asked_for_it"} | wrong
    assert send(mara, path, "flag", **said).status in (404, 422)
    assert here.town.events("enrolment.segment_joined") == []
    form = mara.get(path).fields(f"{path}/flag")
    assert here.browser(FINANCE).ask("POST", f"{path}/flag", form=form).status == 403


def test_staff_put_somebody_into_a_segment_and_find_all_of_it(here: Pages, anna: Enrolment) -> None:
    mara, path = here.browser(MARKETER), place(anna)
    said = {"segment": "  Gold   Partners ", "to": "on", "reason": "sells_most"}
    form = mara.get(path).fields(f"{path}/segment") | said
    for _ in range(2):
        assert mara.ask("POST", f"{path}/segment", form=form).location == path
    (event,) = here.town.events("enrolment.segment_joined")
    assert (event.actor.id, event.data["segment"]) == (MARKETER.subject, "gold partners")
    assert "gold partners since" in mara.get(path).words
    ben = here.town.joined(anna.program_id, BEN_IN)
    listed = mara.get("/console/advocates", program=anna.program_id)
    assert "gold partners (1)" in listed.words
    assert ben.advocate_id in listed.words
    some = mara.get("/console/advocates", program=anna.program_id, segment="Gold partners")
    assert anna.advocate_id in some.words
    assert ben.advocate_id not in some.words
    assert send(mara, path, "segment", **said | {"to": "off"}).status == 303
    assert "gold partners (1)" not in mara.get("/console/advocates").words


@pytest.mark.parametrize(
    "wrong", [{"segment": "<b>"}, {"segment": ""}, {"reason": "No Code"}, {"to": "maybe"}]
)
def test_a_segment_that_is_none_is_refused_on_the_page(
    here: Pages, anna: Enrolment, wrong: dict[str, str]
) -> None:
    mara, path = here.browser(MARKETER), place(anna)
    said = {"segment": "gold", "to": "on", "reason": "sells_most"} | wrong
    refused = send(mara, path, "segment", **said)
    assert refused.status == 422
    assert 'role="alert"' in refused.html
    assert here.town.events("enrolment.segment_joined") == []
    form = mara.get(path).fields(f"{path}/segment")
    assert here.browser(FINANCE).ask("POST", f"{path}/segment", form=form).status == 403
