"""Every sample of trust does what its name says, and every route is asked by every role (I10)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from goodword.advocates.model import Advocate, Known
from goodword.conversions.model import Source
from goodword.errors import NotFound
from goodword.ports import Change, Desk
from goodword.rewards.model import Reward, RewardPlace
from goodword.times import DAY_MS
from goodword.trust.banning import Ban
from goodword.trust.dispute import Dispute, Said
from goodword.trust.disputing import Disputes, Wish
from goodword.trust.model import Exemption, Held
from goodword_aws import wiring
from goodword_aws.trust_letters import told_values

from tests.fakes.privacy import MemoryVault
from tests.support.functions import ROOT, call, load, over, sample
from tests.support.people import http
from tests.support.scene import BEN, MAYA, PROGRAM, Scene

DISPUTE = "dsp_01kasx2e80dispute000000000"
REWARD = "rwd_01kasx2e80hold00000000000"


class OneId:
    """Ids of which the next dispute's is known."""

    def __init__(self, ids: Any) -> None:
        self.ids = ids

    def new(self, prefix: str) -> str:
        made: str = DISPUTE if prefix == "dsp" else self.ids.new(prefix)
        return made

    def entropy(self, length: int) -> bytes:
        made: bytes = self.ids.entropy(length)
        return made


class House(Scene):
    """Maya has a reward on hold and misses the order 1001."""

    def __init__(self) -> None:
        super().__init__()
        self.vault = MemoryVault()
        change = Change()
        change.create(
            Advocate(advocate_id=MAYA, created_ms=0),
            Source(
                source_id="src_1",
                kind="generic",
                program_id=PROGRAM,
                currency="EUR",
                label="shop",
                sealed_secrets=(),
                created_ms=0,
            ),
            Known(mac="mac-subject-sub-maya", of="subject", advocate_id=MAYA),
            Known(mac="mac-subject-sub-ben", of="subject", advocate_id=BEN),
        )
        self.store.commit(change)
        self.sale(
            "1000", net_minor=50_000, click_ids=(self.click(),), customer={"customer_id": "x"}
        )
        made, change = self.reward, Change()
        change.create(
            made.but(reward_id=REWARD, version=0), RewardPlace(reward_id=REWARD, advocate_id=MAYA)
        )
        change.delete(made)
        self.store.commit(change)
        self.approval.assess(REWARD)
        self.sale("1001")
        desk = self.desk("test")
        fixed = Desk(store=desk.store, clock=desk.clock, ids=OneId(desk.ids), actor=desk.actor)
        wish = Wish(PROGRAM, "missing_conversion", "Robin bought!", "", "1001", self.clock.at_ms)
        Disputes(fixed, self.vault).open(MAYA, wish)


@pytest.fixture
def house() -> Iterator[House]:
    scene = House()
    with over(scene) as patch:
        patch.setattr(wiring, "texts", lambda: scene.vault)
        patch.setattr("goodword_aws.trust.client", lambda _name: None)
        patch.setattr("goodword_aws.rewards.client", lambda _name: None)
        yield scene


def answered(event: dict[str, Any]) -> tuple[int, Any]:
    reply = call("trust_api", event)
    return reply["statusCode"], json.loads(reply["body"]) if reply["body"] else None


def good(case: str) -> Any:
    status, body = answered(sample("trust_api", case))
    assert status in (200, 201), body
    return body


REFUSED = {
    "refused_open_without_order": (422, "order_not_named"),
    "refused_foreign_reward": (404, "unknown_reward"),
    "refused_payouts_not_held": (404, "payouts_not_held"),
    "refused_address_as_order": (422, "invalid_body"),
    "refused_foreign_dispute": (404, "unknown_dispute"),
    "refused_admin_answers": (403, "not_allowed"),
    "refused_resolve_unknown_code": (422, "unknown_reason_code"),
    "refused_advocate_resolves": (403, "not_allowed"),
    "refused_preview_of_a_later_ban": (422, "since_in_the_future"),
    "refused_preview_of_no_code": (422, "unknown_reason_code"),
    "refused_marketer_reviews": (403, "not_allowed"),
    "refused_ban_without_reason_of_the_code": (422, "unknown_reason_code"),
    "refused_exempt_for_ever": (422, "bad_end"),
    "refused_learned_of_no_month": (422, "invalid_query"),
}


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("case", sorted(REFUSED))
def test_what_is_refused_says_why(case: str) -> None:
    status, problem = answered(sample("trust_api", case))
    assert (status, problem["code"]) == REFUSED[case]


def test_every_sample_is_played() -> None:
    cases = {path.stem for path in (ROOT / "events" / "trust_api").glob("*.json")}
    assert {case for case in cases if case.startswith("refused_")} == set(REFUSED)


def test_a_dispute_is_opened_and_read_by_its_advocate_alone(house: House) -> None:
    made = good("open_about_a_hold")
    assert (made["state"], made["about"], made["learned"]) == ("open", "hold", "")
    mine = good("my_disputes")
    assert len(mine["data"]) == 2
    assert "fehlenden Bestellung" in str(mine["data"])
    found = good("my_dispute")
    assert [one["text"] for one in found["thread"]] == ["Robin bought!"]
    assert found["searched"]["order"]["credited"] == "nobody"
    assert found["searched"]["kept"] == []
    assert "evidence" in found
    assert found["evidence"] is None
    assert house.all(Said)


def test_an_advocate_reads_only_own_orders_that_a_mistyped_number_may_mean(house: House) -> None:
    dispute, change = house.one(Dispute), Change()
    change.replace(dispute.but(order_number="1002"))
    house.store.commit(change)
    found = good("my_dispute")["searched"]
    assert (found["order"], found["left_out"]) == (None, [])
    assert [one["order"]["order_id"] for one in found["candidates"]] == ["1000"]
    assert {one["touch"]["advocate_id"] for one in found["candidates"][0]["order"]["touches"]} == {
        MAYA
    }
    staff = good("dispute")["searched"]
    assert [one["order"]["order_id"] for one in staff["candidates"]] == ["1000", "1001"]
    assert {one["slip"] for one in staff["candidates"]} == {"one_wrong"}


def test_opening_twice_under_one_key_opens_one(house: House) -> None:
    event = sample("trust_api", "open_missing_conversion")
    event["body"] = event["body"].replace("1001", "2002")
    assert answered(event) == answered(event)
    assert len(house.all(Dispute)) == 2


def test_the_thread_goes_back_and_forth(house: House) -> None:
    assert good("answer")["turn"] == "advocate"
    assert good("reply")["turn"] == "staff"
    assert [one["by"] for one in good("dispute")["thread"]] == ["advocate", "staff", "advocate"]
    assert [one["id"] for one in good("waiting")["data"]] == [DISPUTE]
    assert good("withdraw")["state"] == "withdrawn"
    assert house.one(Dispute).is_over


def test_a_missing_order_is_granted(house: House) -> None:
    done = good("resolve_granted")
    assert (done["outcome"], len(done["reward_ids"])) == ("granted", 1)
    granted = next(one for one in house.all(Reward) if one.order_id == "1001")
    assert (granted.advocate_id, granted.state) == (MAYA, "pending")
    told = good("my_dispute")["dispute"]
    assert (told["decided_by"], told["told"]["fact"].count("decided for you")) == (None, 1)
    assert house.ledger_differences() == []


def test_it_is_upheld(house: House) -> None:
    assert good("resolve_upheld")["decided_by"] == "sub-fin-1"
    assert len(house.all(Reward)) == 1


def test_the_queue_shows_what_waits_with_evidence_side_by_side(house: House) -> None:
    (row,) = good("reviews")["data"]
    assert (row["reward"]["id"], row["overdue"], row["first_look_by"]) == (REWARD, False, None)
    assert row["due_at"]
    found = good("review")
    assert found["evidence"]["conversion"]["order_id"] == "1000"
    checks = found["assessments"][0]["findings"]
    assert {one["check"] for one in checks} >= {"self_referral", "ring", "velocity"}
    assert all("hold_points" in one for one in checks)
    house.clock.advance(8 * DAY_MS)
    assert good("reviews")["data"][0]["overdue"] is True


def test_the_preview_is_what_the_advocate_will_read(house: House) -> None:
    seen = good("preview")
    assert seen["locale"] == "de"
    assert "eigene Bestellungen" in seen["status"]["reason"]
    assert house.reward.state == "on_hold" if len(house.all(Reward)) == 1 else True
    event = sample("trust_api", "preview")
    event["queryStringParameters"] = {"verdict": "perhaps", "reason_code": "other"}
    assert answered(event)[1]["code"] == "invalid_query"


def test_a_dispute_about_a_reward_has_the_reward_beside_it(house: House) -> None:
    made = good("open_about_a_hold")
    event = sample("trust_api", "dispute")
    path = f"/v1/disputes/{made['id']}"
    event["rawPath"] = event["requestContext"]["http"]["path"] = path
    status, found = answered(event)
    assert (status, found["evidence"]["reward"]["id"], found["searched"]) == (200, REWARD, None)
    assert house.reward.state == "on_hold"


def test_bans_and_their_notice(house: House) -> None:
    ahead = good("preview_ban")
    assert (ahead["voided"], ahead["paid"], ahead["more"]) == (1, 0, False)
    assert ahead["sums"] == [{"amount_minor": 5_000, "currency": "EUR"}]
    made = good("ban")
    assert (made["carried_out"], made["voided"]) == (True, 1)
    notice = good("my_ban")
    assert (notice["banned_by"], notice["told"]["action"].startswith("Think")) == ("", True)
    assert "stays yours" in notice["told"]["reason"]
    assert good("read_ban")["banned_by"] == "sub-fin-1"
    assert house.one(Ban).state == "banned"
    event = sample("trust_api", "read_ban")
    event["queryStringParameters"] = {}
    assert answered(event)[1]["code"] == "not_banned"


def test_exemptions(house: House) -> None:
    assert good("exempt")["reason"] == "known_partner"
    assert good("read_exemption")["until"] == "2026-01-01T00:00:00.000Z"
    good("end_exemption")
    assert house.one(Exemption).until_ms == house.clock.at_ms


@pytest.mark.usefixtures("house")
def test_codes_are_listed() -> None:
    assert set(good("codes")) == {"approve", "refuse", "resolve", "learned", "ban", "exempt"}


def test_what_was_learned_is_summed_up_by_check_and_by_code(house: House) -> None:
    assert good("learned")["checks"] == []  # held for its amount, by no check
    change = Change()
    change.create(
        Held(
            program_id=PROGRAM,
            at_ms=house.clock.at_ms,
            reward_id=REWARD,
            advocate_id=MAYA,
            number=1,
            check_set="set",
            held=("ring",),
            recorded=("coupon",),
        )
    )
    house.store.commit(change)
    good("resolve_upheld")
    found = good("learned")
    assert (found["month"], found["whole"], found["check_sets"]) == ("2025-11", True, ["set"])
    ring, coupon = found["checks"]
    assert (ring["check"], ring["held"], ring["waiting"]) == ("ring", 1, 1)
    assert (ring["overturned"], ring["false_hold_basis_points"]) == (0, None)
    assert (coupon["check"], coupon["held"], coupon["recorded"]) == ("coupon", 0, 1)
    (code,) = found["learned"]
    assert (code["disputes"], code["upheld"], code["granted"]) == (1, 1, 0)


def test_the_clock_escalates(house: House) -> None:
    house.clock.advance(8 * DAY_MS)
    counts = call("trust_schedule", sample("trust_schedule", "tick"))
    assert counts == {"escalated": 1, "lapsed": 0, "bans": 0, "bans_failed": 0}


ADVOCATE, READ, DECIDE = "amlfd", "fd", "f"
ALLOWED = {
    ("POST", "/v1/me/disputes"): ADVOCATE,
    ("GET", "/v1/me/disputes"): ADVOCATE,
    ("GET", "/v1/me/disputes/<dispute_id>"): ADVOCATE,
    ("POST", "/v1/me/disputes/<dispute_id>/messages"): ADVOCATE,
    ("POST", "/v1/me/disputes/<dispute_id>/withdraw"): ADVOCATE,
    ("GET", "/v1/me/disputes/bans/<program_id>"): ADVOCATE,
    ("GET", "/v1/disputes"): READ,
    ("GET", "/v1/disputes/codes"): READ,
    ("GET", "/v1/disputes/learned"): READ,
    ("GET", "/v1/disputes/<dispute_id>"): READ,
    ("POST", "/v1/disputes/<dispute_id>/messages"): DECIDE,
    ("POST", "/v1/disputes/<dispute_id>/resolve"): DECIDE,
    ("GET", "/v1/reviews"): READ,
    ("GET", "/v1/reviews/<reward_id>"): READ,
    ("GET", "/v1/reviews/<reward_id>/preview"): READ,
    ("POST", "/v1/bans"): DECIDE,
    ("GET", "/v1/bans"): READ,
    ("GET", "/v1/bans/preview"): READ,
    ("POST", "/v1/exemptions"): DECIDE,
    ("POST", "/v1/exemptions/end"): DECIDE,
    ("GET", "/v1/exemptions"): READ,
}
GROUPS = {"a": (), "m": ("marketer",), "l": ("analyst",), "f": ("finance",), "d": ("admin",)}
WHO = {"advocate_id": BEN, "program_id": PROGRAM}
BODIES = {
    "/v1/me/disputes": {"program_id": PROGRAM, "about": "ban", "text": "x"},
    "messages": {"text": "x"},
    "resolve": {"outcome": "upheld", "reason_code": "other", "learned": "nothing"},
    "/v1/bans": WHO | {"reason_code": "spam", "since": "2025-01-01T00:00:00Z"},
    "/v1/exemptions": WHO | {"reason_code": "other", "until": "2025-12-01T00:00:00Z"},
    "end": WHO,
}


def asked(method: str, path: str, who: str, subject: str) -> tuple[int, Any]:
    filled = (
        path.replace("<dispute_id>", DISPUTE)
        .replace("<reward_id>", REWARD)
        .replace("<program_id>", PROGRAM)
    )
    body = BODIES.get(path) or BODIES.get(path.rsplit("/", 1)[-1])
    query = {"verdict": "approve", "reason_code": "other"} if path.endswith("preview") else {}
    event = http(
        method,
        filled,
        body if method == "POST" else None,
        subject=subject,
        groups=GROUPS[who],
        key=f"{who}-{method}-{path}-{subject}"[:200],
        query=query,
    )
    return answered(event)


@pytest.mark.usefixtures("house")
def test_every_route_is_in_the_table() -> None:
    routes = {(one.method, one.path) for one in load("trust_api").handler.routes}
    assert routes == set(ALLOWED)


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(("method", "path"), sorted(ALLOWED))
def test_every_role_gets_what_the_table_says_and_nothing_of_others(method: str, path: str) -> None:
    for who in GROUPS:
        status, body = asked(method, path, who, f"sub-{who}-x")
        if who in ALLOWED[method, path]:
            assert (body or {}).get("code") != "not_allowed"
        else:
            assert (status, body["code"]) == (403, "not_allowed"), who


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(("method", "path"), [one for one in sorted(ALLOWED) if "<d" in one[1]])
def test_somebody_elses_dispute_is_not_there(method: str, path: str) -> None:
    if path.startswith("/v1/me"):
        assert asked(method, path, "a", "sub-ben")[1]["code"] == "unknown_dispute"
        assert asked(method, path, "a", "sub-nobody")[1]["code"] == "not_an_advocate"
        assert asked(method, path, "a", "sub-maya")[0] == 200
    elif "f" in ALLOWED[method, path] and method == "POST":
        assert asked(method, path, "f", "sub-maya")[1]["code"] == "payee_may_not_decide"


def test_letters_say_what_the_pages_say(house: House) -> None:
    good("answer")
    (answered_event,) = house.events("dispute.answered")
    assert "We answered you" in told_values(answered_event, "en")["told_fact"]
    good("resolve_granted")
    (resolved,) = house.events("dispute.resolved")
    assert "zu deinen Gunsten" in told_values(resolved, "de-AT")["told_fact"]
    good("ban")
    (banned,) = house.events("enrolment.banned")
    assert told_values(banned, "en")["told_action"].startswith("Think it is a mistake?")
    plain = banned.but(reason="under_review", data={"program_id": PROGRAM})
    assert told_values(plain, "en")["told_action"] == ""
    assert told_values(house.events("reward.created")[0], "en") == {}
    with pytest.raises(NotFound, match="unknown_dispute"):
        told_values(answered_event.but(subject="dsp_gone"), "en")


def test_a_tick_takes_no_orders(house: House) -> None:
    counts = call("trust_schedule", sample("trust_schedule", "refused_orders"))
    assert counts == {"escalated": 0, "lapsed": 0, "bans": 0, "bans_failed": 0}
    assert house.one(Dispute).state == "open"
