"""What an advocate reads of rewards and referrals: plain words, own amounts, no friend.

A referral is a conversion that earned something: the rewards of a page, grouped by conversion. A
conversion that earned this advocate nothing is not in the list; support sees it with its reason.
"""

from collections.abc import Sequence
from functools import cache
from importlib import resources
from itertools import groupby

from goodword.conversions.model import Conversion, conversion_key
from goodword.errors import NotFound
from goodword.money import Money
from goodword.payouts.calendar import payout_of
from goodword.payouts.model import Payout, payout_key
from goodword.payouts.statement import Statement
from goodword.ports import Desk, Page
from goodword.records import Value
from goodword.rewards.model import Reward, reward_key
from goodword.rewards.words import Catalogue, status_of
from goodword.times import rfc3339

from goodword_aws import wiring
from goodword_aws.payouts_answers import read_statement


class StatusAnswer(Value):
    """Fact, reason, date and action of a reward; `date` is the instant that the words speak of."""

    bucket: str
    fact: str
    reason: str
    date: str | None
    action: str


class MyReward(Value):
    """A reward as its advocate sees it."""

    id: str
    program_id: str
    conversion_id: str
    action: str
    state: str
    earned: Money
    remaining: Money
    created_at: str
    payout_id: str | None
    hand_out_id: str | None
    status: StatusAnswer


class MyReferral(Value):
    """One conversion that came from the advocate; `earned` is what is left of all its rewards."""

    conversion_id: str
    program_id: str
    action: str
    occurred_at: str
    earned: Money
    rewards: list[str]
    statuses: list[str]


@cache
def words(locale: str = "en") -> Catalogue:
    """The sentences of a language that has a catalogue."""
    path = resources.files("goodword.rewards").joinpath("catalogue", f"{locale}.json")
    return Catalogue.model_validate_json(path.read_text("utf-8"))


def my_rewards(
    desk: Desk,
    advocate_id: str,
    limit: int,
    cursor: str | None,
    language: str = "en",
    zone: str = "UTC",
) -> Page[MyReward]:
    """One page, newest first, in the words of a language that has a catalogue; days of a zone."""
    page = _rewards(desk, advocate_id, limit, cursor)
    return Page([shown_reward(desk, one, language, zone) for one in page.rows], page.cursor)


def my_reward(
    desk: Desk, advocate_id: str, reward_id: str, language: str = "en", zone: str = "UTC"
) -> MyReward:
    """One of the advocate's own. NotFound `unknown_reward` for others'."""
    reward = desk.store.get(Reward, reward_key(advocate_id, reward_id))
    if reward is None:
        raise NotFound("unknown_reward", "there is no such reward")
    return shown_reward(desk, reward, language, zone)


def my_referrals(desk: Desk, advocate_id: str, limit: int, cursor: str | None) -> Page[MyReferral]:
    """One page of rewards, newest first, as the conversions that earned them.

    The rewards of one conversion were made together and their ids begin with the same time, so
    they stand together; should a page end between them, the conversion is on both pages.
    """
    page = _rewards(desk, advocate_id, limit, cursor)
    keys = list(dict.fromkeys(conversion_key(one.conversion_id) for one in page.rows))
    conversions = desk.store.get_many(Conversion, keys) if keys else {}
    groups = groupby(page.rows, key=lambda one: one.conversion_id)
    rows = [
        _referral(conversions[conversion_key(conversion_id)], list(rewards))
        for conversion_id, rewards in groups
        if conversion_key(conversion_id) in conversions
    ]
    return Page(rows, page.cursor)


def my_statement(desk: Desk, advocate_id: str, payout_id: str) -> Statement:
    """What one of the advocate's own payments is made of. NotFound `unknown_payout` for others'."""
    payout = desk.store.get(Payout, payout_key(advocate_id, payout_id))
    if payout is None:
        raise NotFound("unknown_payout", "there is no such payout")
    return read_statement(desk.store, payout)


def _rewards(desk: Desk, advocate_id: str, limit: int, cursor: str | None) -> Page[Reward]:
    return desk.store.query(
        Reward, "core", f"ADV#{advocate_id}", "R#", limit=limit, cursor=cursor, newest_first=True
    )


def shown_reward(desk: Desk, reward: Reward, language: str, zone: str = "UTC") -> MyReward:
    """The reward as its advocate sees it, in the words of a language and the days of a zone."""
    now_ms = desk.clock.now_ms()
    payment = wiring.shelf().version(reward.program_id, now_ms).terms.payment
    paid_ms = payout_of(payment, reward.created_ms, reward.hold_until_ms, now_ms)
    status = status_of(reward, words(language), paid_ms, zone)
    return MyReward(
        id=reward.reward_id,
        program_id=reward.program_id,
        conversion_id=reward.conversion_id,
        action=reward.action,
        state=reward.state,
        earned=Money(amount_minor=reward.earned_minor, currency=reward.currency),
        remaining=Money(amount_minor=reward.remaining_minor, currency=reward.currency),
        created_at=rfc3339(reward.created_ms),
        payout_id=reward.payout_id,
        hand_out_id=reward.hand_out_id,
        status=StatusAnswer(
            bucket=status.bucket,
            fact=status.fact,
            reason=status.reason,
            date=None if status.date_ms is None else rfc3339(status.date_ms),
            action=status.action,
        ),
    )


def _referral(conversion: Conversion, rewards: Sequence[Reward]) -> MyReferral:
    left = sum(one.remaining_minor for one in rewards if one.state not in ("rejected", "void"))
    currency = rewards[0].currency if rewards else conversion.currency
    return MyReferral(
        conversion_id=conversion.conversion_id,
        program_id=conversion.program_id,
        action=conversion.action,
        occurred_at=rfc3339(conversion.occurred_ms),
        earned=Money(amount_minor=left, currency=currency),
        rewards=[one.reward_id for one in rewards],
        statuses=[status_of(one, words()).fact for one in rewards],
    )
