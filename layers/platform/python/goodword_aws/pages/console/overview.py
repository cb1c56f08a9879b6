"""What the staff's pages show, gathered from the same answers that the staff API gives.

Money waits for finance and is seen by admins; marketers and analysts see the programmes only.
"""

from typing import Any

from goodword.programs.service import Programs
from goodword.rewards.model import reward_listing

from goodword_aws import rewards
from goodword_aws.pages.view import View
from goodword_aws.payouts_answers import run_page
from goodword_aws.programs import program_answer

LISTED = 10  # rows of each list of the first page; the API has the rest
SEES_MONEY = frozenset({"finance", "admin"})


def overview(view: View) -> dict[str, Any]:
    """What waits for a person, the newest payout runs, and the programmes."""
    store, money = view.desk.store, bool(view.person.groups & SEES_MONEY)
    waiting = reward_listing(store, None, LISTED, None) if money else None
    runs = run_page(store, LISTED, None) if money else None
    programs = Programs(view.desk).list(LISTED, None)
    return {
        "sees_money": money,
        "waiting": [rewards.shown(one) for one in waiting.rows] if waiting else [],
        "more_waiting": waiting is not None and waiting.cursor is not None,
        "runs": runs.rows if runs else [],
        "programs": [program_answer(one) for one in programs.rows],
    }
