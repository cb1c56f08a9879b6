"""An advocate's newest rewards, payouts and questions, and what became of them, on the first page.

Each kind is one page of the advocate's own partition, so the reads do not grow with what there is;
what moved last of it comes first. An older reward that moves is not among them: no listing by the
time of a move exists, and the title on the page promises none.
A payout that did not go through is told beside it, with the way to mend it, until how one is paid
was changed or a payout of the same programme and currency was paid since. One that is only being
prepared, is on its way or was cancelled says nothing about the way.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

from goodword.advocates.model import PayoutMethod, method_key
from goodword.payouts.statement import Statement
from goodword.rewards.model import Reward, reward_listing
from goodword.times import ms_of, parse_rfc3339
from goodword.trust.dispute import Dispute, DisputeOfAdvocate, dispute_key

from goodword_aws import earnings, explanations
from goodword_aws.advocates_recognition import RecognitionAnswer
from goodword_aws.messages import catalogue_of
from goodword_aws.pages.portal_standing import reward_days
from goodword_aws.pages.view import View
from goodword_aws.payouts_answers import statement_pages

SHOWN = 6  # events on the first page
READ = 12  # the newest rewards; of them those that moved last are shown
OTHERS = 3  # of each other kind
PAYOUTS = 12  # the newest, to find the last word of each programme and currency
BROKEN = ("failed", "returned")

Kind = Literal["reward", "payout", "dispute", "nothing", "milestone"]


class Happened(NamedTuple):
    """One event: when (ms), of which kind, and what the page shows of it."""

    at_ms: int
    kind: Kind
    of: Any


class Broken(NamedTuple):
    """A payout that did not go through, and why in words."""

    payout: Statement
    because: str


def latest(view: View, reached: Iterable[RecognitionAnswer]) -> dict[str, Any]:
    """The newest of each kind, the last one moved first, and the payout to be mended, if any."""
    store, own = view.desk.store, view.advocate_id
    payouts = statement_pages(store, own, PAYOUTS, None).rows
    events = [
        *(Happened(parse_rfc3339(one.changed_at), "payout", one) for one in payouts[:OTHERS]),
        *_rewards(view),
        *_disputes(view),
        *_nothings(view),
        *_milestones(reached),
    ]
    newest = sorted(events, key=lambda one: one.at_ms, reverse=True)
    rewards = [one.of for one in newest[:SHOWN] if one.kind == "reward"]
    days = reward_days(view, rewards)
    return {"events": newest[:SHOWN], "reward_days": days, "broken": _broken(view, payouts)}


def because(view: View, payout: Statement) -> str:
    """Why it did not go through, in the words of the letter about it; "" if it did."""
    if payout.state not in BROKEN:
        return ""
    return catalogue_of(view.reader.language).sentence(payout.reason)


def _broken(view: View, payouts: Sequence[Statement]) -> Broken | None:
    """The last that did not go through where nothing was paid or changed since, if there is one."""
    last: dict[tuple[str, str], Statement] = {}
    for one in sorted(payouts, key=_moved):
        if one.state in (*BROKEN, "paid"):
            last[one.program_id, one.total.currency] = one
    broken = [one for one in last.values() if one.state in BROKEN]
    if not broken:
        return None
    newest = max(broken, key=_moved)
    method = view.desk.store.get(PayoutMethod, method_key(view.advocate_id))
    if method is not None and method.changed_ms > _moved(newest):
        return None
    return Broken(newest, because(view, newest))


def _moved(payout: Statement) -> int:
    return parse_rfc3339(payout.changed_at)


def _rewards(view: View) -> Iterable[Happened]:
    page = reward_listing(view.desk.store, view.advocate_id, READ, None)
    moved = sorted(page.rows, key=_changed, reverse=True)[:SHOWN]
    for one in moved:
        shown = earnings.shown_reward(view.desk, one, view.reader.language, view.reader.zone)
        yield Happened(one.changed_ms, "reward", shown)


def _changed(reward: Reward) -> int:
    return reward.changed_ms


def _disputes(view: View) -> Iterable[Happened]:
    """With what each is told as: fact, reason, date and action."""
    store, reader = view.desk.store, view.reader
    page = store.query(
        DisputeOfAdvocate, "core", f"ADV#{view.advocate_id}", "D#", limit=OTHERS, newest_first=True
    )
    keys = [dispute_key(one.dispute_id) for one in page.rows]
    if not keys:
        return
    from goodword_aws.trust_answers import dispute_answer  # noqa: PLC0415 - it loads all of trust

    for one in store.get_many(Dispute, keys).values():
        shown = dispute_answer(one, reader.language, to_staff=False, zone=reader.zone)
        yield Happened(one.changed_ms, "dispute", shown)


def _nothings(view: View) -> Iterable[Happened]:
    """What was recorded and earned nothing, with its reason."""
    page = explanations.my_unrewarded(view.desk, view.advocate_id, view.reader.locale, OTHERS, None)
    for one in page.rows:
        yield Happened(ms_of(one.occurred_at), "nothing", one)


def _milestones(reached: Iterable[RecognitionAnswer]) -> Iterable[Happened]:
    for recognised in reached:
        for one in recognised.milestones:
            if one.reached_at is not None:
                yield Happened(parse_rfc3339(one.reached_at), "milestone", one)
