"""Every route of the people's APIs times every role, times own and somebody else's (I10).

The table below is written by hand: it does not ask the routes what they allow.
"""

from collections.abc import Iterator

import pytest
from goodword.advocates.model import Enrolment
from goodword.conversions.model import Source

from tests.support.api import (
    ADMIN,
    ANALYST,
    ANNA,
    BEN,
    FINANCE,
    MARKETER,
    Caller,
    Front,
    front,
    function_of,
    join,
)
from tests.support.people import http, terms_json

EVERYBODY = "amlfd"  # advocate, marketer, analyst (lars), finance, admin
WRITERS = "md"
KEEPERS = "d"
READERS = "mfd"
STAFF_READERS = "mlfd"
CALLERS = {"a": ANNA, "m": MARKETER, "l": ANALYST, "f": FINANCE, "d": ADMIN}

RATE = {"day": "2025-11-21", "base": "EUR", "quote": "USD", "rate": "1.0834", "source": "ECB"}

# Who may call what. A path's `{…}` are filled in by `places`.
ALLOWED = {
    ("GET", "/v1/programs"): STAFF_READERS,
    ("POST", "/v1/programs"): WRITERS,
    ("GET", "/v1/programs/schema"): STAFF_READERS,
    ("GET", "/v1/programs/<program_id>"): STAFF_READERS,
    ("GET", "/v1/programs/<program_id>/segments"): STAFF_READERS,
    ("GET", "/v1/programs/<program_id>/versions"): STAFF_READERS,
    ("GET", "/v1/programs/<program_id>/versions/<number>"): STAFF_READERS,
    ("GET", "/v1/programs/<program_id>/versions/<number>/examples"): STAFF_READERS,
    ("GET", "/v1/programs/<program_id>/versions/<number>/acknowledgements"): READERS,
    ("POST", "/v1/programs/<program_id>/versions/<number>/promote"): WRITERS,
    ("POST", "/v1/programs/<program_id>/versions/<number>/withdraw"): WRITERS,
    ("POST", "/v1/programs/<program_id>/state"): WRITERS,
    ("GET", "/v1/programs/<program_id>/budget"): READERS,
    ("PUT", "/v1/programs/<program_id>/budget"): "fd",
    ("GET", "/v1/rates"): STAFF_READERS,
    ("PUT", "/v1/rates"): "fd",
    ("GET", "/v1/rates/wanted"): STAFF_READERS,
    ("GET", "/v1/programs/<program_id>/refunds-waiting"): STAFF_READERS,
    ("GET", "/v1/programs/<program_id>/drafts"): STAFF_READERS,
    ("POST", "/v1/programs/<program_id>/drafts"): WRITERS,
    ("GET", "/v1/programs/<program_id>/drafts/<draft_id>"): STAFF_READERS,
    ("PUT", "/v1/programs/<program_id>/drafts/<draft_id>"): WRITERS,
    ("DELETE", "/v1/programs/<program_id>/drafts/<draft_id>"): WRITERS,
    ("GET", "/v1/programs/<program_id>/drafts/<draft_id>/replay"): READERS,
    ("POST", "/v1/programs/<program_id>/drafts/<draft_id>/replay"): WRITERS,
    ("GET", "/v1/programs/<program_id>/drafts/<draft_id>/replay/changes"): READERS,
    ("POST", "/v1/programs/<program_id>/drafts/<draft_id>/publish"): WRITERS,
    ("GET", "/v1/programs/<program_id>/webhook"): WRITERS,
    ("PUT", "/v1/programs/<program_id>/webhook"): KEEPERS,
    ("POST", "/v1/programs/<program_id>/webhook/rotate"): KEEPERS,
    ("POST", "/v1/programs/<program_id>/webhook/state"): KEEPERS,
    ("GET", "/v1/programs/<program_id>/webhook/deliveries"): WRITERS,
    ("POST", "/v1/programs/<program_id>/webhook/deliveries/<event_id>/resend"): WRITERS,
    ("GET", "/v1/sources"): WRITERS,
    ("POST", "/v1/sources"): KEEPERS,
    ("GET", "/v1/sources/<source_id>"): WRITERS,
    ("POST", "/v1/sources/<source_id>/rotate"): KEEPERS,
    ("POST", "/v1/sources/<source_id>/state"): KEEPERS,
    ("GET", "/v1/sources/<source_id>/deliveries"): WRITERS,
    ("GET", "/v1/me"): EVERYBODY,
    ("GET", "/v1/me/programs/<program_id>"): EVERYBODY,
    ("GET", "/v1/me/programs/<program_id>/examples"): EVERYBODY,
    ("GET", "/v1/me/programs/<program_id>/terms"): EVERYBODY,
    ("POST", "/v1/me/programs/<program_id>/acknowledgements"): EVERYBODY,
    ("POST", "/v1/me/enrolments"): EVERYBODY,
    ("POST", "/v1/me/enrolments/<program_id>/leave"): EVERYBODY,
    ("GET", "/v1/me/links"): EVERYBODY,
    ("POST", "/v1/me/links"): EVERYBODY,
    ("GET", "/v1/me/rewards"): EVERYBODY,
    ("GET", "/v1/me/rewards/<reward_id>/explanation"): EVERYBODY,
    ("GET", "/v1/me/referrals"): EVERYBODY,
    ("GET", "/v1/me/conversions"): EVERYBODY,
    ("GET", "/v1/me/conversions/<conversion_id>/explanation"): EVERYBODY,
    ("GET", "/v1/me/hand-outs"): EVERYBODY,
    ("GET", "/v1/me/hand-outs/coming"): EVERYBODY,
    ("GET", "/v1/me/payouts"): EVERYBODY,
    ("GET", "/v1/me/payouts/<payout_id>/statement"): EVERYBODY,
    ("GET", "/v1/me/payout-method"): EVERYBODY,
    ("PUT", "/v1/me/payout-method"): EVERYBODY,
    ("GET", "/v1/me/profile"): EVERYBODY,
    ("PUT", "/v1/me/profile"): EVERYBODY,
    ("GET", "/v1/me/consents"): EVERYBODY,
    ("GET", "/v1/me/export"): EVERYBODY,
    ("POST", "/v1/me/export"): EVERYBODY,
    ("GET", "/v1/me/export/files/<number>"): EVERYBODY,
    ("GET", "/v1/me/erasure"): EVERYBODY,
    ("POST", "/v1/me/erasure"): EVERYBODY,
    ("POST", "/v1/me/erasure/withdraw"): EVERYBODY,
    ("POST", "/v1/advocates"): WRITERS,
    ("GET", "/v1/advocates"): READERS,
    ("GET", "/v1/advocates/<advocate_id>"): READERS,
    ("GET", "/v1/advocates/<advocate_id>/links"): READERS,
    ("POST", "/v1/advocates/<advocate_id>/links"): WRITERS,
    ("POST", "/v1/advocates/<advocate_id>/enrolments/<program_id>/state"): WRITERS,
    ("GET", "/v1/advocates/<advocate_id>/enrolments/<program_id>/recognition"): READERS,
    ("GET", "/v1/me/programs/<program_id>/recognition"): EVERYBODY,
    ("POST", "/v1/advocates/<advocate_id>/enrolments/<program_id>/segments"): WRITERS,
    ("POST", "/v1/advocates/<advocate_id>/embed"): "d",
    ("GET", "/v1/me/leaderboard"): EVERYBODY,
    ("PUT", "/v1/me/leaderboard/<program_id>"): EVERYBODY,
    ("POST", "/v1/me/leaderboard/<program_id>/leave"): EVERYBODY,
    ("GET", "/v1/advocates/leaderboard"): WRITERS,
    ("PUT", "/v1/advocates/leaderboard/<program_id>"): WRITERS,
    ("GET", "/v1/me/referral-form"): EVERYBODY,
    ("POST", "/v1/me/introductions"): EVERYBODY,
    ("GET", "/v1/me/introductions"): EVERYBODY,
    ("GET", "/v1/advocates/introductions"): WRITERS,
    ("GET", "/v1/advocates/introductions/<introduction_id>"): WRITERS,
    ("PUT", "/v1/advocates/referral-forms/<program_id>"): WRITERS,
    ("GET", "/v1/links/<code>/qr"): EVERYBODY,
}
# What a permitted call may still run into: staff who never joined, a person who has, no method yet.
KNOWN = {
    "not_an_advocate",
    "no_replay",
    "no_open_pilot",
    "version_stays",
    "draft_moved_on",
    "already_enrolled",
    "no_payout_method",
    "no_export",
    "nothing_to_take_back",
    "unknown_link",
    "unknown_payout",
    "unknown_reward",
    "unknown_conversion",
    "unknown_introduction",
    "program_id_missing",
    "form_closed",
    "unknown_endpoint",
}
APIS = ("programs_api", "programs_api_drafts", "advocates_api")


@pytest.fixture
def call() -> Iterator[Front]:
    with front() as found:
        yield found


def settled(call: Front) -> dict[str, str]:
    """A programme with Anna and Ben in it, a source, and what fills the paths: Ben's."""
    program_id = call.town.program().program_id
    join(call, program_id)
    join(call, program_id, BEN)
    body = {"kind": "generic", "program_id": program_id, "label": "Shop"}
    assert call(ADMIN, "POST", "/v1/sources", body).status == 201
    draft = {"terms": terms_json(hold_days=9), "rationale": "walk", "based_on": 1}
    drafted = call(ADMIN, "POST", f"/v1/programs/{program_id}/drafts", draft)
    ben = max(call.town.all(Enrolment), key=lambda one: one.advocate_id).advocate_id
    return {
        "program_id": program_id,
        "number": "1",
        "draft_id": drafted.body["id"],
        "source_id": call.town.all(Source)[0].source_id,
        "advocate_id": ben,
        "payout_id": "pay_none",
        "reward_id": "rwd_none",
        "conversion_id": "cnv_none",
        "introduction_id": "int_none",
        "event_id": "evt_none",
        "code": call.town.links.list(ben)[0].code,
    }


def body_for(method: str, path: str, program_id: str) -> object:
    """A body that the route accepts."""
    if method in ("GET", "DELETE"):
        return None
    bodies: dict[str, object] = {
        "/v1/programs": {"terms": terms_json(), "rationale": "walk"},
        "/v1/programs/<program_id>/drafts/<draft_id>/replay": {
            "from_at": "2025-10-01T00:00:00Z",
            "until_at": "2025-11-01T00:00:00Z",
        },
        "/v1/programs/<program_id>/drafts/<draft_id>/publish": {"digest": "0" * 64},
        "/v1/programs/<program_id>/versions/<number>/withdraw": {"reason": "walk"},
        "/v1/programs/<program_id>/drafts": {
            "terms": terms_json(hold_days=7),
            "rationale": "walk",
            "based_on": 1,
        },
        "/v1/programs/<program_id>/drafts/<draft_id>": {
            "terms": terms_json(hold_days=8),
            "rationale": "walk",
            "based_on": 1,
            "revision": 1,
        },
        "/v1/programs/<program_id>/state": {"state": "active", "reason": "walk"},
        "/v1/programs/<program_id>/budget": {"limits": [], "reason": "walk"},
        "/v1/rates": {"rates": [RATE]},
        "/v1/programs/<program_id>/webhook": {"url": "https://hooks.acme.example/in"},
        "/v1/programs/<program_id>/webhook/state": {"state": "off", "reason": "walk"},
        "/v1/sources": {"kind": "generic", "program_id": program_id, "label": "walk"},
        "/v1/sources/<source_id>/state": {"state": "active", "reason": "walk"},
        "/v1/me/enrolments": {
            "program_id": program_id,
            "accept_terms_version": 1,
            "disclosure_acknowledged": True,
        },
        "/v1/me/programs/<program_id>/acknowledgements": {"version": 1},
        "/v1/me/links": {"program_id": program_id},
        "/v1/me/leaderboard/<program_id>": {"name": "Maya K."},
        "/v1/me/introductions": {
            "program_id": program_id,
            "email": "robin@acme.example",
            "agreed": True,
        },
        "/v1/advocates/referral-forms/<program_id>": {"is_open": True},
        "/v1/advocates/leaderboard/<program_id>": {"is_open": False},
        "/v1/me/payout-method": {"rail": "simulator", "destination": {"receiver": "a@b.example"}},
        "/v1/advocates": {"program_id": program_id, "email": "new@mail.example"},
        "/v1/advocates/<advocate_id>/links": {"program_id": program_id},
        "/v1/advocates/<advocate_id>/enrolments/<program_id>/state": {
            "state": "active",
            "reason": "walk",
        },
        "/v1/advocates/<advocate_id>/enrolments/<program_id>/segments": {
            "add": ["gold"],
            "reason": "walk",
        },
    }
    return bodies.get(path, {})


def test_the_table_knows_every_route(call: Front) -> None:
    routes = {
        (route.method, route.path) for function in APIS for route in call.api(function).routes
    }
    assert routes == set(ALLOWED)


@pytest.mark.parametrize("who", sorted(CALLERS))
@pytest.mark.parametrize(("method", "path"), sorted(ALLOWED))
def test_a_role_may_call_what_the_table_says_and_nothing_else(
    call: Front, method: str, path: str, who: str
) -> None:
    places = settled(call)
    filled = path
    for name, value in places.items():
        filled = filled.replace(f"<{name}>", value)
    before = len(call.town.store.commits)
    reply = call(
        CALLERS[who],
        method,
        filled,
        body_for(method, path, places["program_id"]),
        query={"program_id": places["program_id"], "base": "EUR", "quote": "USD"},
    )
    if who in ALLOWED[method, path]:
        assert reply.status < 500, reply.text
        assert reply.status < 400 or reply.code in KNOWN, reply.text
    else:
        assert (reply.status, reply.code) == (403, "not_allowed")
        assert len(call.town.store.commits) == before


@pytest.mark.parametrize(("method", "path"), sorted(ALLOWED))
def test_nobody_gets_anything_without_signing_in(call: Front, method: str, path: str) -> None:
    event = http(method, path.replace("<", "").replace(">", ""), {})
    del event["requestContext"]["authorizer"]
    reply = call.send(function_of(path), event)
    assert (reply.status, reply.code) == (401, "not_signed_in")


class TestOwnAndOther:
    """Anna is signed in and tries to be Ben."""

    READS = (
        *("/v1/me", "/v1/me/links", "/v1/me/rewards", "/v1/me/referrals", "/v1/me/payouts"),
        *("/v1/me/hand-outs", "/v1/me/hand-outs/coming"),
    )

    def test_a_read_says_the_same_whatever_the_query_claims(self, call: Front) -> None:
        ben = settled(call)["advocate_id"]
        for path in self.READS:
            plain = call(ANNA, "GET", path).body
            for query in ({"advocate_id": ben}, {"sub": "sub-ben"}, {"email": BEN.email}):
                assert call(ANNA, "GET", path, query=query).body == plain
            assert ben not in str(plain)

    def test_a_write_that_names_somebody_else_is_refused(self, call: Front) -> None:
        places = settled(call)
        named = {"advocate_id": places["advocate_id"]}
        for method, path in ALLOWED:
            if path.startswith("/v1/me") and method != "GET" and "<" not in path:
                body = body_for(method, path, places["program_id"])
                assert isinstance(body, dict)
                reply = call(ANNA, method, path, body | named)
                assert (reply.status, reply.code) == (422, "invalid_body")

    def test_leaving_is_one_s_own_leaving(self, call: Front) -> None:
        places = settled(call)
        call(ANNA, "POST", f"/v1/me/enrolments/{places['program_id']}/leave")
        states = {one.advocate_id: one.state for one in call.town.all(Enrolment)}
        assert states[places["advocate_id"]] == "active"
        assert sorted(states.values()) == ["active", "left"]

    def test_somebody_else_s_link_is_not_there(self, call: Front) -> None:
        code = settled(call)["code"]
        assert call(BEN, "GET", f"/v1/links/{code}/qr").status == 200
        assert call(ANNA, "GET", f"/v1/links/{code}/qr").status == 404

    def test_a_group_that_is_none_of_ours_gives_nothing(self, call: Front) -> None:
        places = settled(call)
        odd = Caller("sub-odd", "odd@mail.example", ("Admin", "administrators", "finance2"))
        assert call(odd, "GET", "/v1/programs").status == 403
        assert call(odd, "GET", f"/v1/links/{places['code']}/qr").status == 404

    def test_staff_who_are_advocates_act_as_themselves_on_their_own_page(self, call: Front) -> None:
        places = settled(call)
        assert join(call, places["program_id"], MARKETER).status == 201
        own = call(MARKETER, "GET", "/v1/me").body["advocate_id"]
        assert call.town.events("enrolment.activated")[-1].actor.id == own
