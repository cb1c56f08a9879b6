"""The due rewards of a balance are read after the balance, and strongly.

Every movement of a due reward moves its balance too. So if the balance is still at the version that
was read when the payout is committed, the rewards read in between are exactly what it holds.
"""

from collections.abc import Iterator

from goodword.ledger.model import Balance
from goodword.limits import READ_KEYS_MAX
from goodword.paging import pages
from goodword.payouts.choice import carry
from goodword.ports import Store
from goodword.rewards.model import Reward, reward_key


def due_rewards(store: Store, balance: Balance) -> list[Reward]:
    """All due rewards of the balance as they are now.

    Found through the sparse index, which may lag: when it leaves money of the balance unexplained,
    the advocate's whole partition is read instead.
    """
    due = listed_due(store, balance)
    if carry(balance, due) > 0:
        due = [reward for reward in _all(store, balance) if _is_due(reward, balance)]
    return due


def listed_due(store: Store, balance: Balance) -> list[Reward]:
    """The due rewards of the balance that the index names, as they are now; it may lag behind."""
    return [reward for reward in _listed(store, balance) if _is_due(reward, balance)]


def _is_due(reward: Reward, balance: Balance) -> bool:
    return (
        reward.state == "due"
        and reward.remaining_minor > 0
        and (reward.program_id, reward.currency) == (balance.program_id, balance.currency)
    )


def _listed(store: Store, balance: Balance) -> Iterator[Reward]:
    place = f"DUE_REWARDS#{balance.advocate_id}#{balance.program_id}"
    for rows in pages(
        lambda at: store.query_index(Reward, "core", place, limit=READ_KEYS_MAX, cursor=at)
    ):
        keys = [reward_key(each.advocate_id, each.reward_id) for each in rows]
        if keys:
            yield from store.get_many(Reward, keys).values()


def _all(store: Store, balance: Balance) -> Iterator[Reward]:
    place = f"ADV#{balance.advocate_id}"
    for rows in pages(lambda at: store.query(Reward, "core", place, "R#", cursor=at)):
        yield from rows
