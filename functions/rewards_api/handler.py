"""What finance and support ask about rewards and conversions, and the answer to a review."""

from functools import partial
from typing import Literal

from goodword.errors import NotFound
from goodword.ledger.proof import Proof
from goodword.ports import Page
from goodword.records import Value
from goodword.rewards.handing import HandOuts
from goodword.rewards.model import Reward, reward_listing
from goodword.rewards.service import APPROVE_CODES, REFUSE_CODES
from goodword_aws import wiring
from goodword_aws.calls import Call
from goodword_aws.explanations import spoken
from goodword_aws.explanations_staff import Explanation, explanation
from goodword_aws.http import Api
from goodword_aws.ledger import owner_to_be, reward_proof
from goodword_aws.rewards import (
    ConversionAnswer,
    Evidence,
    RewardAnswer,
    approval,
    conversion_answer,
    evidence_of,
    shown,
)
from goodword_aws.rewards_hand_outs import (
    HandingOver,
    HandOutAnswer,
    OwedAnswer,
    hand_out_answer,
    owed_answer,
)

wiring.require("core_table", "journal_table")
handler = Api(service="rewards")
LOCALE = {"locale": "the language of what the advocate reads, en (default) or de"}


class Answer(Value):
    """A person's decision with its reason code; `GET /v1/rewards/reason-codes` lists them."""

    reason_code: str


@handler.route(
    "GET",
    "/v1/rewards",
    roles={"finance", "admin"},
    paged=True,
    query={"advocate_id": "all rewards of one advocate, newest first; without it the review queue"},
)
def rewards(call: Call) -> Page[RewardAnswer]:
    """What waits for a person, soonest lapse first, or one advocate's rewards."""
    page = reward_listing(
        call.desk.store, call.query.get("advocate_id"), call.page.limit, call.page.starting_after
    )
    return Page([shown(reward) for reward in page.rows], page.cursor)


@handler.route("GET", "/v1/rewards/reason-codes", roles={"finance", "admin"})
def reason_codes(_call: Call) -> dict[str, tuple[str, ...]]:
    """The codes that a decision may give."""
    return {"approve": APPROVE_CODES, "refuse": REFUSE_CODES}


@handler.route(
    "GET",
    "/v1/rewards/hand-outs",
    roles={"finance", "admin"},
    answer=OwedAnswer,
    paged=True,
    query={
        "program_id": "whose programme",
        "unit": "POINTS, GIFTS, CODES or store credit such as EUR.CREDIT",
    },
)
def owed(call: Call) -> Page[OwedAnswer]:
    """What is no money and waits to be handed over, person by person."""
    page = HandOuts(call.desk).waiting(
        call.query.get("program_id", ""),
        call.query.get("unit", ""),
        call.page.limit,
        call.page.starting_after,
    )
    return Page([owed_answer(one) for one in page.rows], page.cursor)


@handler.route(
    "POST",
    "/v1/rewards/hand-outs",
    roles={"finance"},
    body=HandingOver,
    answer=HandOutAnswer,
    status=201,
)
def hand_over(call: Call) -> HandOutAnswer:
    """Record that all that is owed of a unit goes out now; refused if the amount has moved."""
    done = HandOuts(call.desk, wiring.mark_of(call.principal)).hand_over(
        **dict(call.body),
        own_id=call.principal.advocate_id,
        receipt=lambda made: call.claim(hand_out_answer(made)),
    )
    return hand_out_answer(done)


@handler.route("GET", "/v1/rewards/<reward_id>", roles={"finance", "admin"}, answer=Evidence)
def reward(call: Call) -> Evidence:
    """The reward with its evidence: the decision, the touches, the order, the history."""
    found = approval(call.desk.actor).find(call.path["reward_id"])
    return evidence_of(call.desk.store, found)


@handler.route(
    "GET",
    "/v1/rewards/<reward_id>/proof",
    roles={"finance", "admin", "advocate"},
    answer=Proof,
)
def proof(call: Call) -> Proof:
    """Under which signed roots the reward's journal items stand; advocates see their own only."""
    found = approval(call.desk.actor).find(call.path["reward_id"])
    return reward_proof(call.desk.store, wiring.store(), found, owner_to_be(call))


@handler.route(
    "GET",
    "/v1/rewards/<reward_id>/explanation",
    roles={"finance", "admin"},
    answer=Explanation,
    query=LOCALE,
)
def explain_reward(call: Call) -> Explanation:
    """Why the reward is what it is: touches, rule, cap, life, reversals, entries."""
    found = approval(call.desk.actor).find(call.path["reward_id"])
    locale = spoken(call.query.get("locale", ""))
    return explanation(call.desk, found.conversion_id, locale, found)


def _decided(call: Call, verdict: Literal["approve", "refuse"]) -> RewardAnswer:
    after: Reward = approval(call.desk.actor).decide(
        call.path["reward_id"],
        approve=verdict == "approve",
        code=call.body.reason_code,
        decider_advocate_id=call.principal.advocate_id,
        mark=wiring.mark_of(call.principal),
        receipt=lambda done: call.claim(shown(done)),
    )
    return shown(after)


for verdict in ("approve", "refuse"):
    handler.route(
        "POST",
        f"/v1/rewards/<reward_id>/{verdict}",
        roles={"finance"},
        body=Answer,
        answer=RewardAnswer,
    )(partial(_decided, verdict=verdict))


@handler.route(
    "GET",
    "/v1/conversions/<conversion_id>",
    roles={"finance", "admin", "marketer"},
    answer=ConversionAnswer,
)
def conversion(call: Call) -> ConversionAnswer:
    """One conversion with every decision made about it, also when it earned nothing."""
    found = conversion_answer(call.desk.store, call.path["conversion_id"])
    if found is None:
        raise NotFound("unknown_conversion", "there is no such conversion")
    return found


@handler.route(
    "GET",
    "/v1/conversions/<conversion_id>/explanation",
    roles={"finance", "admin", "marketer"},
    answer=Explanation,
    query=LOCALE,
)
def explain_conversion(call: Call) -> Explanation:
    """Why the conversion earned what it did, or nothing: every touch, rule, step and entry."""
    locale = spoken(call.query.get("locale", ""))
    return explanation(call.desk, call.path["conversion_id"], locale, None)
