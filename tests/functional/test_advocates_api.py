"""People over the API: joining, links, and what staff may do."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import pytest
from goodword.advocates.model import Advocate, Enrolment, Link
from goodword.privacy.model import PersonalFields
from goodword.times import DAY_MS, rfc3339

from tests.support.api import ADMIN, ANNA, BEN, FINANCE, MARKETER, Caller, Front, Reply, front, join
from tests.support.scene import terms


@pytest.fixture
def call() -> Iterator[Front]:
    with front() as found:
        yield found


class TestJoining:
    def test_somebody_who_has_not_joined_sees_an_empty_page_and_the_offer(
        self, call: Front
    ) -> None:
        program_id = call.town.program(enrolment="approval").program_id
        assert call(ANNA, "GET", "/v1/me").body == {
            "advocate_id": None,
            "payout_method": None,
            "programs": [],
        }
        offer = call(ANNA, "GET", f"/v1/me/programs/{program_id}").body
        assert (offer["terms_version"], offer["brand"]) == (1, "Acme Coffee")
        assert offer["enrolment"] == "approval"
        assert "review" not in offer
        refused = call(ANNA, "GET", "/v1/me/links")
        assert (refused.status, refused.code) == (403, "not_an_advocate")

    def test_joining_makes_a_link_at_once(self, call: Front) -> None:
        program_id = call.town.program().program_id
        reply = join(call, program_id, name="Anna Maria", locale="de")
        assert (reply.status, reply.body["state"]) == (201, "active")
        (link,) = call(ANNA, "GET", "/v1/me/links").body["data"]
        assert link["url"] == f"https://go.example/r/{link['code']}"
        fields = call.town.methods.fields(reply.body["advocate_id"])
        assert fields == PersonalFields(name="Anna Maria", email="anna@mail.example", locale="de")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"disclosure_acknowledged": False},
            {"accept_terms_version": 0},
            {"advocate_id": "adv_other"},
            {"state": "active"},
        ],
    )
    def test_a_body_that_skips_or_adds_something_is_refused(
        self, call: Front, wrong: dict[str, Any]
    ) -> None:
        reply = join(call, call.town.program().program_id, **wrong)
        assert (reply.status, reply.code) == (422, "invalid_body")

    def test_terms_that_have_changed_are_shown_again_first(self, call: Front) -> None:
        program_id = call.town.program().program_id
        call.town.next_version(program_id, terms(hold_days=1))
        reply = join(call, program_id)
        assert (reply.status, reply.code) == (409, "terms_changed")

    def test_the_same_call_again_is_answered_the_same_and_done_once(self, call: Front) -> None:
        program_id = call.town.program().program_id
        first, again = (join(call, program_id, key="once") for _ in range(2))
        assert (again.status, again.body) == (201, first.body)
        assert len(call.town.all(Link)) == len(call.town.all(Advocate)) == 1

    def test_the_same_call_twice_at_once_is_answered_the_same(self, call: Front) -> None:
        program_id = call.town.program().program_id
        quicker: list[Reply] = []
        call.town.before_next_commit(lambda: quicker.append(join(call, program_id, key="once")))
        slower = join(call, program_id, key="once")
        assert (slower.status, slower.body) == (201, quicker[0].body)
        assert len(call.town.all(Advocate)) == 1

    def test_an_unverified_address_joins_nothing(self, call: Front) -> None:
        who = Caller("sub-x", "anna@mail.example", verified=False)
        reply = join(call, call.town.program().program_id, who)
        assert (reply.status, reply.code) == (403, "email_not_verified")

    def test_an_invitation_is_accepted_by_whoever_owns_the_address(self, call: Front) -> None:
        program_id = call.town.program(enrolment="invite_only").program_id
        body = {"program_id": program_id, "email": "Anna@Mail.example", "name": "Anna"}
        invited = call(MARKETER, "POST", "/v1/advocates", body)
        assert (invited.status, invited.body["state"]) == (201, "invited")
        assert "anna" not in invited.text.lower()
        again = call(MARKETER, "POST", "/v1/advocates", body)
        assert (again.status, again.code) == (409, "already_enrolled")
        refused = join(call, program_id, BEN)
        assert (refused.status, refused.code) == (403, "invitation_needed")
        joined = join(call, program_id)
        assert joined.body["advocate_id"] == invited.body["advocate_id"]
        assert joined.body["state"] == "active"

    def test_a_wrong_address_is_refused_without_being_repeated(self, call: Front) -> None:
        body = {"program_id": call.town.program().program_id, "email": "anna at home"}
        reply = call(MARKETER, "POST", "/v1/advocates", body)
        assert (reply.status, reply.code) == (422, "bad_email")
        assert "anna at home" not in reply.text

    def test_leaving_pauses_the_links(self, call: Front) -> None:
        program_id = call.town.program().program_id
        join(call, program_id)
        reply = call(ANNA, "POST", f"/v1/me/enrolments/{program_id}/leave")
        assert (reply.status, reply.body["state"]) == (200, "left")
        assert [one.state for one in call.town.all(Link)] == ["paused"]

    def test_leaving_takes_no_body_but_an_empty_one(self, call: Front) -> None:
        program_id = call.town.program().program_id
        join(call, program_id)
        path = f"/v1/me/enrolments/{program_id}/leave"
        reply = call(ANNA, "POST", path, {"reason": "moved"})
        assert (reply.status, reply.code) == (422, "invalid_body")
        assert [error["field"] for error in reply.body["errors"]] == ["reason"]
        assert [one.state for one in call.town.all(Link)] == ["active"]
        assert call(ANNA, "POST", path, {}).body["state"] == "left"


class TestLinks:
    def test_are_listed_in_pages_each_once(self, call: Front) -> None:
        program_id = call.town.program().program_id
        advocate_id = join(call, program_id).body["advocate_id"]
        for number in range(4):
            body = {"program_id": program_id, "vanity": f"ANNA{number}"}
            assert call(ANNA, "POST", "/v1/me/links", body).status == 201
        for caller, path in (
            (ANNA, "/v1/me/links"),
            (MARKETER, f"/v1/advocates/{advocate_id}/links"),
        ):
            codes, query = [], {"limit": "2"}
            for more in (True, True, False):
                page = call(caller, "GET", path, query=query).body
                assert page["has_more"] is more
                codes.append([one["code"] for one in page["data"]])
                query["starting_after"] = page["next_cursor"]
            whole = call(caller, "GET", path).body
            assert [len(page) for page in codes] == [2, 2, 1]
            assert [one for page in codes for one in page] == [one["code"] for one in whole["data"]]
            assert (whole["has_more"], whole["next_cursor"]) == (False, None)

    def test_a_link_with_every_wish(self, call: Front) -> None:
        program_id = call.town.program().program_id
        join(call, program_id)
        until = rfc3339(call.town.clock.at_ms + DAY_MS)
        body = {
            "program_id": program_id,
            "destination": "https://shop.example/shoes",
            "label": "Blog",
            "vanity": "ANNA-10",
            "expires_at": until,
        }
        reply = call(ANNA, "POST", "/v1/me/links", body)
        assert reply.status == 201, reply.text
        assert reply.body["url"] == "https://go.example/r/ANNA-10"
        assert (reply.body["label"], reply.body["expires_at"]) == ("Blog", until)
        taken = call(ANNA, "POST", "/v1/me/links", body)
        assert (taken.status, taken.code) == (409, "code_taken")

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"destination": "https://evil.example/"}, "destination_not_allowed"),
            (
                {"destination": "https://shop.example/?e=a@mail.example"},
                "destination_names_a_person",
            ),
            ({"vanity": "x y"}, "bad_code"),
            ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_in_the_past"),
            ({"expires_at": "tomorrow"}, "invalid_body"),
            ({"label": "mail me: anna@mail.example"}, "invalid_body"),
            ({"hosts": ["evil.example"]}, "invalid_body"),
        ],
    )
    def test_a_wish_that_cannot_be_is_refused(
        self, call: Front, wrong: dict[str, object], code: str
    ) -> None:
        program_id = call.town.program().program_id
        join(call, program_id)
        reply = call(ANNA, "POST", "/v1/me/links", {"program_id": program_id} | wrong)
        assert (reply.status, reply.code) == (422, code)
        assert len(call.town.all(Link)) == 1

    def test_staff_make_links_for_an_advocate_and_see_them(self, call: Front) -> None:
        program_id = call.town.program().program_id
        advocate_id = join(call, program_id).body["advocate_id"]
        path = f"/v1/advocates/{advocate_id}/links"
        assert call(MARKETER, "POST", path, {"program_id": program_id}).status == 201
        assert len(call(FINANCE, "GET", path).body["data"]) == 2

    def test_the_qr_code_is_an_image_for_the_owner_and_for_staff(self, call: Front) -> None:
        program_id = call.town.program().program_id
        join(call, program_id)
        join(call, program_id, BEN)
        code = call(ANNA, "GET", "/v1/me/links").body["data"][0]["code"]
        for who in (ANNA, FINANCE):
            reply = call(who, "GET", f"/v1/links/{code}/qr")
            assert reply.status == 200
            assert reply.headers["Content-Type"] == "image/svg+xml"
            assert ET.fromstring(reply.text).tag == "{http://www.w3.org/2000/svg}svg"
        other = call(BEN, "GET", f"/v1/links/{code}/qr")
        assert (other.status, other.code) == (404, "unknown_link")
        assert call(ANNA, "GET", "/v1/links/NOBODY2/qr").status == 404


class TestStaff:
    def test_a_programme_lists_its_advocates_with_masked_addresses_for_some(
        self, call: Front
    ) -> None:
        program_id = call.town.program().program_id
        join(call, program_id)
        call.town.clock.advance(1_000)
        join(call, program_id, BEN)
        query = {"program_id": program_id, "limit": "1"}
        first = call(ADMIN, "GET", "/v1/advocates", query=query).body
        assert [one["email"] for one in first["data"]] == ["a***@m***.example"]
        more = query | {"starting_after": first["next_cursor"]}
        rest = call(MARKETER, "GET", "/v1/advocates", query=more).body
        assert [one["email"] for one in rest["data"]] == ["b***@m***.example"]
        assert rest["has_more"] is False
        hidden = call(FINANCE, "GET", "/v1/advocates", query=query).body
        assert [one["email"] for one in hidden["data"]] == [None]
        missing = call(ADMIN, "GET", "/v1/advocates")
        assert (missing.status, missing.code) == (422, "program_id_missing")

    def test_one_advocate_is_seen_as_they_see_themselves(self, call: Front) -> None:
        advocate_id = join(call, call.town.program().program_id).body["advocate_id"]
        own = call(ANNA, "GET", "/v1/me").body
        path = f"/v1/advocates/{advocate_id}"
        assert call(ADMIN, "GET", path).body == own | {"email": "a***@m***.example"}
        assert call(FINANCE, "GET", path).body == own | {"email": None}
        call.town.vault.forget(advocate_id)
        assert call(ADMIN, "GET", path).body["email"] is None
        assert call(ADMIN, "GET", "/v1/advocates/adv_none").status == 404

    def test_segments_are_set_with_a_reason_listed_and_seen_by_the_advocate(
        self, call: Front
    ) -> None:
        program_id = call.town.program().program_id
        own = join(call, program_id).body["advocate_id"]
        join(call, program_id, BEN)
        path = f"/v1/advocates/{own}/enrolments/{program_id}/segments"
        body = {"add": ["Gold  Partners", "cafe"], "reason": "yearly_volume"}
        made = call(MARKETER, "POST", path, body, key="once")
        assert made.body["segments"] == ["cafe", "gold partners"]
        assert made.body["times"][0]["until_at"] is None
        assert call(MARKETER, "POST", path, body, key="once").body == made.body
        assert len(call.town.events("enrolment.segment_joined")) == 2
        call.town.clock.advance(1_000)
        ended = call(ADMIN, "POST", path, {"remove": ["CAFE"], "reason": "closed"}).body
        assert ended["segments"] == ["gold partners"]
        assert ended["times"][0]["until_at"] > ended["times"][0]["from_at"]
        assert call(ANNA, "GET", "/v1/me").body["programs"][0]["segments"] == ["gold partners"]
        listed = call(ADMIN, "GET", f"/v1/programs/{program_id}/segments").body["data"]
        assert listed == [{"segment": "gold partners", "advocates": 1}]
        query = {"program_id": program_id, "segment": "Gold Partners"}
        rows = call(FINANCE, "GET", "/v1/advocates", query=query).body["data"]
        assert [(one["id"], one["segments"]) for one in rows] == [(own, ["gold partners"])]
        query["segment"] = "cafe"
        assert call(FINANCE, "GET", "/v1/advocates", query=query).body["data"] == []
        too_many = {"add": [f"s{number}" for number in range(11)], "reason": "volume"}
        assert call(ADMIN, "POST", path, too_many).code == "invalid_body"
        too_many["add"] = too_many["add"][:10]
        assert call(ADMIN, "POST", path, too_many).code == "too_many_segments"

    def test_pausing_and_reactivating_moves_the_links(self, call: Front) -> None:
        program_id = call.town.program().program_id
        advocate_id = join(call, program_id).body["advocate_id"]
        path = f"/v1/advocates/{advocate_id}/enrolments/{program_id}/state"
        paused = call(MARKETER, "POST", path, {"state": "paused", "reason": "terms_check"})
        assert (paused.body["state"], paused.body["reason"]) == ("paused", "terms_check")
        assert call(ANNA, "GET", "/v1/me/links").body["data"][0]["state"] == "paused"
        refused = call(ANNA, "POST", "/v1/me/links", {"program_id": program_id})
        assert (refused.status, refused.code) == (409, "enrolment_not_active")
        call(MARKETER, "POST", path, {"state": "active", "reason": "fine"})
        assert [one.state for one in call.town.all(Enrolment)] == ["active"]
        assert call(ANNA, "GET", "/v1/me/links").body["data"][0]["state"] == "active"
        never = call(ADMIN, "POST", path, {"state": "invited", "reason": "no"})
        assert (never.status, never.code) == (422, "invalid_body")
