"""What is no money is listed for whom it belongs to: handed over, and still to come, by pages."""

from collections.abc import Iterator

import pytest
from goodword.ports import Change
from goodword.programs.model import Rule
from goodword.rewards.handed import HandOut
from goodword.rewards.model import Reward, RewardState

from tests.functional.test_me_api import put, reward
from tests.support.api import ANNA, BEN, FINANCE
from tests.support.handing import handed
from tests.support.pages import Pages, pages
from tests.support.people import ANNA as ANNA_IN
from tests.support.people import BEN as BEN_IN

RULES = (
    Rule.model_validate(
        {
            "rule_id": "mug",
            "action": "sale",
            "reward": {"kind": "flat", "amount_minor": 1},
            "unit": "gift",
            "item": "Mug",
        }
    ),
    Rule.model_validate(
        {
            "rule_id": "sale",
            "action": "sale",
            "reward": {"kind": "percentage", "basis_points": 1_000},
        }
    ),
)


@pytest.fixture
def here() -> Iterator[Pages]:
    with pages() as made:
        yield made


STATES: tuple[RewardState, ...] = ("pending", "on_hold", "due", "paid", "void", "rejected")


def gift(own: str, program_id: str, number: int, state: RewardState, left: int = 1) -> Reward:
    fields = {"rule_id": "mug", "currency": "GIFTS", "earned_minor": 1, "remaining_minor": left}
    return reward(own, program_id, number, state, **fields)


@pytest.fixture
def program_id(here: Pages) -> str:
    """Anna waits for three mugs between money and ends, and got points twice; so did Ben once."""
    town = here.town
    made = str(town.program(rules=RULES).program_id)
    anna = town.joined(made, ANNA_IN).advocate_id
    ben = town.joined(made, BEN_IN).advocate_id
    put(
        here,
        *(gift(anna, made, at, state) for at, state in enumerate(STATES, 1)),
        *(reward(anna, made, at, "pending") for at in range(10, 40)),
        gift(anna, made, 41, "due", 0),
        gift(ben, made, 50, "due"),
    )
    handed(town, anna, made, "ticket 1")
    town.clock.advance(60_000)
    handed(town, anna, made, "ticket 2")
    handed(town, ben, made, "ticket of Ben")
    return made


def test_what_was_handed_over_comes_newest_first_by_pages(here: Pages, program_id: str) -> None:
    call = here
    first = call(ANNA, "GET", "/v1/me/hand-outs", query={"limit": "1"}).body
    assert first["has_more"]
    more = {"limit": "1", "starting_after": first["next_cursor"]}
    rest = call(ANNA, "GET", "/v1/me/hand-outs", query=more).body
    rows = [*first["data"], *rest["data"]]
    assert [one["reference"] for one in rows] == ["ticket 2", "ticket 1"]
    assert rows[0]["amount"] == {"amount_minor": 10, "currency": "POINTS"}
    assert rows[0]["program_id"] == program_id
    assert "by" not in rows[0]  # who of the staff it was is nobody's business
    assert not rest["has_more"]
    whole = call(BEN, "GET", "/v1/me/hand-outs").body["data"]
    assert [one["reference"] for one in whole] == ["ticket of Ben"]


def test_what_is_coming_is_no_money_and_not_ended(here: Pages, program_id: str) -> None:
    call = here
    found, cursor = [], None
    for _ in range(60):
        query = {"limit": "2"} | ({"starting_after": cursor} if cursor else {})
        page = call(ANNA, "GET", "/v1/me/hand-outs/coming", query=query).body
        found += page["data"]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            break
    states = [(one["state"], one["item"], one["amount"]["currency"]) for one in found]
    assert states == [(one, "Mug", "GIFTS") for one in ("due", "on_hold", "pending")]
    assert all(one["program_id"] == program_id for one in found)
    assert {one["status"]["fact"] for one in found} != {""}
    empty = call(ANNA, "GET", "/v1/me/hand-outs/coming", query={"limit": "1"}).body
    assert (empty["data"], empty["has_more"]) == ([], True)  # 31 rewards of money come first
    (bens,) = call(BEN, "GET", "/v1/me/hand-outs/coming").body["data"]
    assert bens["reward_id"].endswith("50")


@pytest.mark.parametrize("path", ["/v1/me/hand-outs", "/v1/me/hand-outs/coming"])
def test_staff_have_no_hand_outs_of_their_own(here: Pages, program_id: str, path: str) -> None:
    reply = here(FINANCE, "GET", path)
    assert (reply.status, reply.code) == (403, "not_an_advocate"), program_id


def test_the_page_shows_ones_own_and_no_others(here: Pages, program_id: str) -> None:
    shown = here.browser(ANNA).get("/my/hand-outs")
    assert shown.status == 200
    assert "ticket 1" in shown.words
    assert "ticket 2" in shown.words
    assert "ticket of Ben" not in shown.words
    assert shown.words.count("Mug") == 3
    assert "/my/hand-outs" in here.browser(ANNA).get("/my/earnings").html
    assert here.browser().get("/my/hand-outs").status == 303
    change = Change()
    for one in here.town.all(HandOut):
        change.delete(one)
    here.town.store.commit(change)
    assert "Nothing was handed over yet" in here.browser(ANNA).get("/my/hand-outs").words
    assert program_id
