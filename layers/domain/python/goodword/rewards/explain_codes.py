"""Every reason code that a conversion or a reward can carry, so that none is without a sentence.

Built from the same types that produce the codes. A test walks the sources and fails on a code that
is not here, another on one that a catalogue has no sentence for.
"""

from typing import get_args

from goodword.advocates.model import EnrolmentState
from goodword.conversions.model import ReversalFact
from goodword.payouts.model import PayoutState
from goodword.programs.model import ProgramState, Review
from goodword.rewards.model import BAN
from goodword.rewards.service import APPROVE_CODES, REFUSE_CODES
from goodword.trust.model import REASONS
from goodword.trust.resolving import GRANTED

ENROLMENT = (
    *(f"enrolment_{state}" for state in get_args(EnrolmentState) if state != "active"),
    "enrolment_missing",
)
PROGRAM = tuple(f"programme_{state}" for state in get_args(ProgramState) if state != "active")

# Why a touch won.
WON = (
    "granted",
    "last_touch",
    "first_touch",
    "sticky_advocate",
    "code_before_link",
    "link_before_code",
    "work",
)
# Why a touch lost to another one, and why it could not win at all.
OUTRANKED = ("granted", "later_touch", "earlier_touch", "code_before_link", "link_before_code")
UNABLE = (
    *("after_conversion", "before_link", "outside_window", "self_referral", "sticky_advocate"),
    *ENROLMENT,
)
# Why nobody won, where it is not the reason of the touches themselves.
NOBODY = ("no_touch", "all_refused", "sticky_refused")
# Why a rule gave less than it computed, and why nobody's rules were asked.
RULE = (
    *("below_minimum_order", "condition_not_met", "condition_not_known", "lines_not_told"),
    *("not_first_purchase", "not_repeat_purchase", "customer_not_known", "months_over"),
    "level_not_rewarded",
    *("nothing_to_reward", "amount_too_large", "cap_reached", "budget_exhausted"),
)
UNDECIDED = (
    "no_rule_for_action",
    "currency_mismatch",
    "duplicate_order",
    "waiting_for_rate",
    "refused_before",
    *PROGRAM,
)

NOTHING = tuple(dict.fromkeys((*OUTRANKED, *UNABLE, *NOBODY, *RULE, *UNDECIDED)))

ON_LAPSE: tuple[str, ...] = get_args(Review.model_fields["on_lapse"].annotation)
# A payout that ends like this gives its rewards back.
UNPAID = ("failed", "returned", "cancelled")
INQUIRY = ("inquiry", "inquiry_closed")  # a bank asks about the payment, and has its answer
TAKEN_BACK: tuple[str, ...] = (
    *get_args(ReversalFact.model_fields["reason"].annotation),
    "duplicate_order",
    BAN,
)
LIFE = tuple(
    dict.fromkeys(
        (
            "within_auto_approve_limit",
            "over_auto_approve_limit",
            *APPROVE_CODES,
            *REFUSE_CODES,
            *(f"review_lapsed_{way}" for way in ON_LAPSE),
            "hold_over",
            "reattributed",
            "decided_anew",
            "refunded",
            *INQUIRY,
            *REASONS.values(),
            GRANTED,
            BAN,
            "reinstated",
            *TAKEN_BACK,
            *(f"payout_{state}" for state in get_args(PayoutState) if state in UNPAID),
        )
    )
)

# What an advocate reads as the sentence of the state: naming the check would show how it works.
SAID_BY_STATE = (
    "within_auto_approve_limit",
    "over_auto_approve_limit",
    *APPROVE_CODES,
    "hold_over",
    "review_lapsed_release",
)
