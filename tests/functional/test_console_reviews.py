"""The review queue on the pages: evidence, a reason, what the advocate will read, a decision."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from goodword.ports import Change
from goodword.programs.model import Rule
from goodword.rewards.model import Reward
from goodword.times import DAY_MS
from goodword.trust.lessons import Ruled
from goodword.trust.model import Held
from goodword_aws import wiring

from tests.fakes.privacy import MemoryVault
from tests.support.api import ADMIN, ANALYST, MARKETER, Caller
from tests.support.api import FINANCE as FAY
from tests.support.functions import over
from tests.support.pages import Browser, Pages, Shown, signing_in
from tests.support.scene import MAYA, PROGRAM, Scene

FRED = Caller("sub-fred", "fred@shop.example", ("finance",))
HOSTILE = "<script>alert(1)</script>{{7*7}}"


class Desk(NamedTuple):
    """A scene with a reward on hold, and its pages."""

    scene: Scene
    pages: Pages

    @property
    def reward(self) -> Reward:
        return self.scene.reward

    def state(self) -> str:
        """Where the reward stands now."""
        return self.reward.state

    @property
    def place(self) -> str:
        return f"/console/reviews/{self.reward.reward_id}"


def opened(scene: Scene, patch: pytest.MonkeyPatch) -> None:
    vault = MemoryVault()
    patch.setattr(wiring, "texts", lambda: vault)
    patch.setattr("goodword_aws.trust.client", lambda _name: None)
    patch.setattr("goodword_aws.rewards.client", lambda _name: None)


@pytest.fixture
def desk() -> Iterator[Desk]:
    scene = Scene()
    scene.sale(HOSTILE, net_minor=50_000, click_ids=(scene.click(),), customer={"customer_id": "x"})
    scene.approval.assess(scene.reward.reward_id)
    with over(scene) as patch, signing_in() as pool:
        opened(scene, patch)
        yield Desk(scene, Pages(scene, pool=pool))  # type: ignore[arg-type]  # any world


def chosen(browser: Browser, place: str, verdict: str, code: str) -> Shown:
    return browser.get(place, verdict=verdict, reason_code=code)


def test_a_reward_of_the_friends_is_reviewed_like_any_other() -> None:
    """Credit of 50.00 is above the automatic limit of 20.00, so it waits for a person."""
    side = {"reward": {"kind": "flat", "amount_minor": 5_000}, "unit": "store_credit"}
    tenth = {"kind": "percentage", "basis_points": 1_000}
    rule = {"rule_id": "both", "action": "sale", "reward": tenth, "friend": side}
    scene = Scene(rules=(Rule.model_validate(rule),), caps=())
    scene.sale(click_ids=(scene.click(),))
    own = next(one for one in scene.all(Reward) if one.side == "friend")
    scene.approval.assess(own.reward_id)
    with over(scene) as patch, signing_in() as pool:
        opened(scene, patch)
        fay = Pages(scene, pool=pool).browser(FAY)  # type: ignore[arg-type]  # any world
        place = f"/console/reviews/{own.reward_id}"
        assert place in fay.get("/console/reviews").html
        for shown in (fay.get(place), chosen(fay, place, "approve", "checked_order")):
            assert shown.status == 200
            assert "The friend of an order" in shown.words
            assert "50.00" in shown.words


def test_what_the_checks_taught_is_on_a_page_of_its_own(desk: Desk) -> None:
    fay = desk.pages.browser(FAY)
    assert 'href="/console/learned"' in fay.get("/console/reviews").html
    assert "Nothing was held" in fay.get("/console/learned").words
    rows = [
        Held(
            program_id=PROGRAM,
            at_ms=desk.scene.clock.at_ms,
            reward_id=desk.reward.reward_id,
            advocate_id=MAYA,
            number=n,
            check_set="2025-11-22.1",
            held=("ring", "total"),
            recorded=("returning",),
        )
        for n in (1, 2)
    ]
    ruled = Ruled(
        program_id=PROGRAM,
        at_ms=desk.scene.clock.at_ms,
        dispute_id="dsp_x",
        about="hold",
        outcome="granted",
        learned="check_too_strict",
        checks=("ring",),
    )
    change = Change()
    change.create(*rows, ruled)
    desk.scene.store.commit(change)
    decide = chosen(fay, desk.place, "approve", "checked_order")
    fay.send(decide, desk.place)
    shown = fay.get("/console/learned")
    for words in (
        "Shared details 1 100% 1 0",
        "Several signs together 1 100% 1 0",
        "Known customer 0 \N{EN DASH} 0 0",
        "Versions of the checks: 2025-11-22.1",
        "A check is too strict 1 1 0 0 Shared details 1",
    ):
        assert words in shown.words, words
    wrong = fay.get("/console/learned", month="2025-13", program=PROGRAM)
    assert "This is no month" in wrong.words
    before = fay.get("/console/learned", month="2025-10", program=PROGRAM)
    assert '<option value="2025-10" selected>Oct 2025</option>' in before.html
    assert "Nothing was held" in before.words
    assert desk.pages.browser(MARKETER).get("/console/learned").status == 403


def test_a_reward_is_approved_after_its_words_were_seen(desk: Desk) -> None:
    fay = desk.pages.browser(FAY)
    queue = fay.get("/console/reviews")
    assert "€50.00" in queue.words
    assert "Over the automatic limit" in queue.words
    assert "days left" in queue.words
    page = fay.get(desk.place)
    for words in ("Who led the buyer here", "The last one counts", "10 %", "Net €500.00"):
        assert words in page.words, words
    assert 'method="post" action="/console/reviews' not in page.html  # first the words
    preview = chosen(fay, desk.place, "approve", "checked_order")
    assert "The advocate will read this" in preview.words
    assert desk.state() == "on_hold"
    sent = fay.send(preview, desk.place)
    assert (sent.status, sent.location) == (303, "/console/reviews")
    assert desk.state() == "approved"
    assert desk.reward.decided_by == "sub-fay"
    assert "Nothing waits" in fay.get("/console/reviews").words
    assert "does not wait for anybody" in fay.get(desk.place).words


def test_a_refusal_says_why_to_the_advocate(desk: Desk) -> None:
    fay = desk.pages.browser(FAY)
    preview = chosen(fay, desk.place, "refuse", "self_referral")
    assert "own orders do not earn" in preview.words
    fay.send(preview, desk.place)
    assert (desk.state(), desk.reward.reason) == ("rejected", "self_referral")
    again = fay.send(preview, desk.place, _once="1" * 64)
    assert again.status == 409
    assert "not on hold any more" in again.words


@pytest.mark.parametrize(
    ("verdict", "code"),
    [("approve", "fraud"), ("refuse", "known_customer"), ("perhaps", "other"), ("", "")],
)
def test_a_reason_that_does_not_fit_shows_nothing_and_does_nothing(
    desk: Desk, verdict: str, code: str
) -> None:
    fay = desk.pages.browser(FAY)
    page = chosen(fay, desk.place, verdict, code)
    assert page.status == 200
    assert "The advocate will read this" not in page.words
    form = chosen(fay, desk.place, "approve", "checked_order").fields(desk.place)
    sent = fay.ask("POST", desk.place, form=form | {"verdict": verdict, "reason_code": code})
    assert sent.status == 422
    assert desk.state() == "on_hold"


def test_a_large_amount_takes_two_looks() -> None:
    scene = Scene(trust={"second_look_minor": 4_000})
    scene.sale(net_minor=50_000, click_ids=(scene.click(),), customer={"customer_id": "x"})
    scene.approval.assess(scene.reward.reward_id)
    with over(scene) as patch, signing_in() as pool:
        opened(scene, patch)
        desk = Desk(scene, Pages(scene, pool=pool))  # type: ignore[arg-type]  # any world
        fay, fred = desk.pages.browser(FAY), desk.pages.browser(FRED)
        form = chosen(fay, desk.place, "approve", "checked_order")
        fay.send(form, desk.place)
        assert desk.state() == "on_hold"
        assert "Another person takes the second look" in fay.get("/console/reviews").words
        assert "You took the first look" in fay.get(desk.place).words
        repeated = fay.send(form, desk.place, _once="2" * 64)
        assert repeated.status == 403
        assert desk.state() == "on_hold"
        twin = desk.pages.browser(Caller("sub-fay-2", "Fay+more@shop.example", ("finance",)))
        assert "You took the first look" in twin.get(desk.place).words
        typed = twin.get(desk.place).fields("/auth/sign-out") | {"verdict": "approve"}
        sent = twin.ask("POST", desk.place, form=typed | {"reason_code": "other"})
        assert (sent.status, desk.state()) == (403, "on_hold")
        second = chosen(fred, desk.place, "approve", "checked_with_shop")
        assert "takes two people" in second.words
        fred.send(second, desk.place)
        assert desk.state() == "approved"


def test_nobody_decides_about_their_own(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword_aws.wiring.advocate_of", lambda _: MAYA)
    fay = desk.pages.browser(FAY)
    assert "This reward is your own" in fay.get(desk.place).words
    form = fay.get(desk.place).fields("/auth/sign-out")
    said = {"verdict": "approve", "reason_code": "checked_order"}
    assert fay.ask("POST", desk.place, form=form | said).status == 403
    assert desk.state() == "on_hold"


def test_who_may_see_and_decide(desk: Desk) -> None:
    for who, status in ((FAY, 200), (ADMIN, 200), (MARKETER, 403), (ANALYST, 403)):
        browser = desk.pages.browser(who)
        assert browser.get("/console/reviews").status == status
        assert browser.get(desk.place).status == status
    admin = desk.pages.browser(ADMIN)
    assert "Finance decides" in admin.get(desk.place).words
    form = admin.get(desk.place).fields("/auth/sign-out")
    assert admin.ask("POST", desk.place, form=form).status == 403
    assert desk.pages.browser(FAY).get("/console/reviews/rwd_none").status == 404


def test_a_form_without_its_token_does_nothing(desk: Desk) -> None:
    fay = desk.pages.browser(FAY)
    form = chosen(fay, desk.place, "approve", "checked_order").fields(desk.place)
    assert fay.ask("POST", desk.place, form=form | {"_token": ""}).status == 403
    assert desk.state() == "on_hold"


def test_hostile_words_are_text(desk: Desk) -> None:
    fay = desk.pages.browser(FAY)
    for page in (fay.get("/console/reviews"), fay.get(desk.place)):
        assert "<script>alert" not in page.html
        assert "{{7*7}}" in page.words


def test_a_late_answer_is_said_to_be_late(desk: Desk) -> None:
    desk.scene.clock.advance(30 * DAY_MS)
    assert "Late" in desk.pages.browser(FAY).get("/console/reviews").words
