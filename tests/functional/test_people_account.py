"""The account: what is held about oneself, a copy of it, and its end, by API and by pages."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from goodword.advocates.model import Enrolment, Known, Link
from goodword.errors import Unavailable
from goodword.limits import ERASURE_WAIT_DAYS
from goodword.privacy.exporting import Export
from goodword.times import DAY_MS
from goodword.trust.disputing import Wish
from goodword_aws import accounts, privacy, wiring
from goodword_aws.accounts import PoolAccounts
from goodword_aws.privacy import LEFT_OUT
from goodword_aws.trust import disputes

from tests.functional.test_portal_pages import keep, reward_of
from tests.support.api import ADMIN, ANNA, BEN, FINANCE, Front, join
from tests.support.functions import CONTEXT, load, sample
from tests.support.handing import handed
from tests.support.pages import Pages, pages

IBAN = {"name": "Anna Canary", "iban": "DE89370400440532013000"}
CANARY = "Anna Canary"
WORDS = Path(wiring.__file__).parent / "pages" / "words"
ARCHITECTURE = Path(__file__).parents[2] / "docs" / "architecture.md"


class Cognito:
    """The two calls that closing an account makes."""

    def __init__(self) -> None:
        self.names = {"sub-anna": "anna-of-the-pool"}
        self.fails = ""

    def list_users(self, **asked: Any) -> dict[str, Any]:
        assert asked["UserPoolId"] == "eu-west-1_people"
        subject = asked["Filter"].removeprefix('sub = "').removesuffix('"')
        name = self.names.get(subject)
        return {"Users": [{"Username": name}] if name else []}

    def admin_delete_user(self, **asked: Any) -> None:
        if self.fails:
            said: Any = {"Error": {"Code": self.fails, "Message": "anna-of-the-pool"}}
            raise ClientError(said, "AdminDeleteUser")
        self.names = {k: v for k, v in self.names.items() if v != asked["Username"]}


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made, pytest.MonkeyPatch.context() as patch:
        pool = Cognito()
        patch.setattr(wiring, "vault", lambda: made.town.vault)
        patch.setattr(accounts, "client", lambda _: pool)
        made.loaded["cognito"] = pool
        yield made


@pytest.fixture
def program_id(here: Pages) -> str:
    return here.town.program().program_id


def settle_in(here: Pages, program_id: str) -> str:
    """Anna with a link that she named, a method, a reward and a question; her id."""
    own: str = join(here, program_id, name=CANARY).body["advocate_id"]
    here(ANNA, "POST", "/v1/me/links", {"program_id": program_id, "label": "Canary's link"})
    here(ANNA, "PUT", "/v1/me/payout-method", {"rail": "csv", "destination": IBAN})
    reward = reward_of(program_id, own, here.town.clock.at_ms)
    keep(here, reward.but(conversion_id="cnv_01kanar9g00000000000000001"))
    handed(here.town, own, program_id, "box 7")
    wish = Wish(
        program_id=program_id,
        about="missing_conversion",
        text="My canary order is gone",
        order_number="4711",
        ordered_ms=here.town.clock.at_ms - DAY_MS,
    )
    disputes(here.town.desk()).open(own, wish)
    return own


def work(here: Front, type: str) -> None:
    """Bring the newest event of a type to the worker."""
    batch = sample("privacy_queue", "export_asked")
    detail = json.loads(here.town.events(type)[-1].model_dump_json())
    batch["Records"][0]["body"] = json.dumps({"detail": detail})
    assert load("privacy_queue").handler(batch, CONTEXT) == {"batchItemFailures": []}


def tick() -> dict[str, int]:
    """The clock of privacy, once."""
    counts: dict[str, int] = load("privacy_schedule").handler(
        sample("privacy_schedule", "tick"), CONTEXT
    )
    return counts


def test_a_copy_holds_everything_and_only_the_person_gets_it(here: Pages, program_id: str) -> None:
    own = settle_in(here, program_id)
    segments = {"add": ["gold"], "reason": "yearly_volume"}
    place = f"/v1/advocates/{own}/enrolments/{program_id}/segments"
    assert here(ADMIN, "POST", place, segments).status == 200
    asked = here(ANNA, "POST", "/v1/me/export", key="once")
    assert (asked.status, asked.body["state"], asked.body["files"]) == (202, "gathering", 0)
    assert here(ANNA, "POST", "/v1/me/export", key="once").body == asked.body
    assert here(ANNA, "GET", "/v1/me/export/files/1").code == "no_export"
    work(here, "advocate.export_asked")
    shown = here(ANNA, "GET", "/v1/me/export").body["export"]
    assert (shown["state"], shown["percent"], shown["files"]) == ("ready", 100, 1)
    reply = here(ANNA, "GET", "/v1/me/export/files/1")
    assert "goodword-1-of-1.json" in reply.headers["Content-Disposition"]
    held = reply.body["held"]
    assert held["person"][0]["payout"]["iban"] == IBAN["iban"]
    assert held["person"][0]["email"] == ANNA.email
    assert [one["what"] for one in held["consents"]] == ["terms"]
    assert "Canary's link" in [one["label"] for one in held["links"]]
    assert held["rewards"][0]["earned"] == {"amount_minor": 500, "currency": "EUR"}
    (gift,) = held["hand_outs"]
    assert (gift["reference"], gift["amount"]["amount_minor"]) == ("box 7", 10)
    assert "by" not in gift
    assert held["disputes"][0]["thread"][0]["text"] == "My canary order is gone"
    (time,) = (one for one in held["programmes"] if "segment" in one)
    assert (time["segment"], time["program_id"], time["until_at"]) == ("gold", program_id, None)
    assert held["programmes"][0]["segments"] == ["gold"]
    assert "enrolment.activated" in [one["what"] for one in held["history"]]
    assert held["known_by"][0]["advocate_id"] == own
    join(here, program_id, BEN)
    for path in ("/v1/me/export/files/1", "/v1/me/export/files/x", "/v1/me/export/files/0"):
        assert here(BEN, "GET", path).status == 404
    assert here(BEN, "GET", "/v1/me/export").body == {"export": None}
    assert all(CANARY not in str(item) for item in here.town.store.items.values())


def own_keys(row: str) -> list[str]:
    """The sort keys of a row of the table that stand in a person's partition."""
    pks, sks = (re.findall(r"`([^`]+)`", row.split("|")[n]) for n in (2, 3))
    if len(pks) != len(sks):
        return [sk for sk in sks if not sk.startswith("#")]
    return [sk for pk, sk in zip(pks, sks, strict=True) if pk.startswith("ADV#")]


def test_each_record_of_a_person_is_in_the_copy_or_left_out_for_a_reason() -> None:
    """The keys under `ADV#` are those of the architecture's table; a new one must be placed."""
    shown = {
        *(
            "A#HEAD",
            "A#ENR#",
            "A#BAL#",
            "A#CLK#",
            "LEVEL#",
            "A#STOP",
            "A#METHOD",
            "MARKS",
            "BAN#",
        ),
        *("L#", "R#", "P#", "H#", "C#", "D#", "G#", "K#", "M#", "Y#", "I#", "B#"),
    }
    rows = [one for one in ARCHITECTURE.read_text().splitlines() if "ADV#<advocate_id>" in one]
    keys = {key.partition("<")[0] for row in rows for key in own_keys(row)} - {""}
    known = shown | set(LEFT_OUT)
    assert {key for key in keys if not any(key.startswith(one) for one in known)} == set()
    assert len(keys) > 15
    assert set(privacy.sections(SimpleNamespace())) == set(privacy.SECTION_NAMES)  # type: ignore[arg-type]  # never asked


def test_somebody_asks_to_be_erased_waits_and_is_gone(here: Pages, program_id: str) -> None:
    own = settle_in(here, program_id)
    asked = here(ANNA, "POST", "/v1/me/erasure", {"at_once": True}, key="once")
    assert (asked.status, asked.body["state"]) == (202, "asked")
    assert here(ANNA, "POST", "/v1/me/erasure/withdraw").body["state"] == "taken_back"
    here(ANNA, "POST", "/v1/me/erasure", {"at_once": True})
    assert tick() == {"exports": 0, "erased": 0, "failed": 0}
    here.town.clock.advance(ERASURE_WAIT_DAYS * DAY_MS)
    here.loaded["cognito"].fails = "TooManyRequestsException"
    assert tick() == {"exports": 0, "erased": 0, "failed": 1}
    assert here.town.vault.forgotten == set()
    here.loaded["cognito"].fails = ""
    assert tick() == {"exports": 0, "erased": 1, "failed": 0}
    assert here.loaded["cognito"].names == {}
    assert here.town.vault.forgotten == {own}
    assert here.town.all(Known) == []
    assert {(one.state, one.label) for one in here.town.all(Link)} == {("paused", "")}
    assert {one.state for one in here.town.all(Enrolment)} == {"left"}


def test_who_was_erased_is_nobody_and_staff_see_a_number(here: Pages, program_id: str) -> None:
    own = settle_in(here, program_id)
    (dispute,) = disputes(here.town.desk()).of(own, 9, None).rows
    here(ANNA, "POST", "/v1/me/erasure", {"at_once": True})
    here.town.clock.advance(ERASURE_WAIT_DAYS * DAY_MS)
    assert tick()["erased"] == 1
    staff = here(ADMIN, "GET", f"/v1/advocates/{own}")
    assert (staff.status, staff.body["email"]) == (200, None)
    assert here(ADMIN, "GET", "/v1/advocates", query={"program_id": program_id}).status == 200
    assert (
        here(ADMIN, "POST", f"/v1/advocates/{own}/links", {"program_id": program_id}).status == 404
    )
    again = here(ADMIN, "POST", "/v1/advocates", {"program_id": program_id, "email": ANNA.email})
    assert again.status == 201
    assert again.body["advocate_id"] != own
    for who in (FINANCE, ADMIN):
        browser = here.browser(who)
        for path in (
            f"/console/advocates/{own}",
            f"/console/advocates/{own}/rewards",
            f"/console/disputes/{dispute.dispute_id}",
        ):
            shown = browser.get(path)
            assert shown.status in (200, 403), (who, path, shown.words)
            assert "canary" not in shown.html.lower()
            assert "dispute" not in path or who != FINANCE or "has been erased" in shown.words


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_pages_do_all_of_it(here: Pages, program_id: str, language: str) -> None:
    own = settle_in(here, program_id)
    browser = here.browser(ANNA)
    browser.language = language
    account = browser.get("/my/account")
    assert account.status == 200
    assert "•" in account.words or "3000" in account.words  # the IBAN's end, masked
    assert IBAN["iban"] not in account.html
    begun = browser.send(browser.get("/my/account/export"), "/my/account/export")
    assert begun.location == "/my/account/export"
    waiting = browser.get("/my/account/export")
    assert 'data-live="3"' in waiting.html
    assert "0 %" in waiting.words
    assert browser.get("/my/account/export/1").status == 404
    work(here, "advocate.export_asked")
    ready = browser.get("/my/account/export")  # a reload shows where it is
    assert 'href="/my/account/export/1"' in ready.html
    assert waiting.followed == ["work", "asking"]
    words = json.loads((WORDS / language / "portal.json").read_text())["export"]
    assert f'data-say="{words["ready"]}"' in ready.tag("work")
    assert (
        words["leave"] in waiting.html.partition(waiting.tag("work"))[2].partition("</section>")[0]
    )
    assert "/my/account/export" in ready.html.partition(ready.tag("asking"))[2]
    parts = json.loads((WORDS / language / "portal.json").read_text())["export"]["part"]
    elsewhere = {"balances", "orders_that_earned_nothing"}  # with programmes, and with rewards
    assert set(parts) | elsewhere == set(privacy.SECTION_NAMES)
    assert [one for one in parts.values() if one not in ready.words] == []
    saved = browser.get("/my/account/export/1")
    assert "attachment" in saved.headers["Content-Disposition"]
    assert json.loads(saved.html)["held"]["person"][0]["name"] == CANARY
    assert own not in ready.html
    join(here, program_id, BEN)
    assert here.browser(BEN).get("/my/account/export/1").status == 404
    assert here.browser().get("/my/account/export/1").status == 303

    parting = browser.get("/my/account/erase")
    refused = browser.send(parting, "/my/account/erase", when="paid")
    assert refused.status == 422
    sent = browser.send(parting, "/my/account/erase", when="paid", sure="yes")
    assert sent.location == "/my/account/erase"
    asked = browser.get("/my/account/erase")
    assert "/my/account/erase/withdraw" in asked.html
    assert 'value="at_once"' not in asked.html
    assert "/my/account/erase" in browser.get("/my/account").html
    back = browser.send(asked, "/my/account/erase/withdraw")
    assert back.location == "/my/account"
    again = browser.send(asked, "/my/account/erase/withdraw", _once="another-once-of-this-form")
    assert again.status in (403, 409)
    assert here.town.all(Export)[0].state == "ready"


def test_the_profile_is_kept_with_the_person_and_in_the_browser(
    here: Pages, program_id: str
) -> None:
    settle_in(here, program_id)
    browser = here.browser(ANNA)
    said = {"name": "Anna C.", "language": "de", "zone": "Asia/Tokyo"}
    page = browser.get("/my/account")
    fields = page.fields("/my/account")
    assert (fields["rewards"], fields["payouts"], fields["name"]) == ("yes", "yes", CANARY)
    form = {k: v for k, v in fields.items() if k != "rewards"} | said
    assert browser.ask("POST", "/my/account", form=form).location == "/my/account"
    after = browser.get("/my/account")
    assert "Gespeichert" in after.words
    assert "rewards" not in after.fields("/my/account")
    assert "JST" in after.words
    profile = here(ANNA, "GET", "/v1/me/profile").body
    assert profile == {
        "name": "Anna C.",
        "email": ANNA.email,
        "locale": "de",
        "time_zone": "Asia/Tokyo",
        "letters": ["payouts"],
    }
    again = here(ANNA, "PUT", "/v1/me/profile", {"name": "A", "letters": ["rewards"]}).body
    assert (again["name"], again["locale"], again["letters"]) == ("A", "en", ["rewards"])
    here(ANNA, "PUT", "/v1/me/profile", {"name": "Anna C.", "letters": ["payouts"]})
    view = here(ANNA, "GET", "/v1/me/erasure").body
    assert (view["erasure"], view["waits_for"]) == (None, [])
    consents = here(ANNA, "GET", "/v1/me/consents").body["data"]
    assert [one["what"] for one in consents] == ["payouts", "rewards", "terms"]
    wrong = browser.send(after, "/my/account", zone="Mars/Base")
    assert wrong.status == 422
    assert "Mars/Base" in wrong.html


def test_what_is_no_message_comes_again(here: Pages) -> None:
    handler = load("privacy_queue").handler
    failed = {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
    assert handler(sample("privacy_queue", "refused_not_json"), CONTEXT) == failed
    for case in ("export_asked", "export_continues"):  # of a person who is not there
        assert handler(sample("privacy_queue", case), CONTEXT) == {"batchItemFailures": []}


def test_nothing_that_a_clock_says_erases_anybody(here: Pages, program_id: str) -> None:
    settle_in(here, program_id)
    orders = sample("privacy_schedule", "refused_orders")
    assert load("privacy_schedule").handler(orders, CONTEXT)["erased"] == 0


def test_an_account_is_closed_by_its_subject_alone() -> None:
    pool = Cognito()
    closing = PoolAccounts(pool, "eu-west-1_people")
    closing.close("sub-nobody")
    closing.close("sub-anna")
    closing.close("sub-anna")
    assert pool.names == {}
    with pytest.raises(ValueError, match="UUID"):
        closing.close('x" or sub ^= "')
    pool.names, pool.fails = {"sub-ben": "ben"}, "UserNotFoundException"
    closing.close("sub-ben")
    pool.fails = "InternalErrorException"
    with pytest.raises(Unavailable, match="account_not_closed") as away:
        closing.close("sub-ben")
    assert "anna-of-the-pool" not in str(away.value)
