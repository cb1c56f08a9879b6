"""What comes back of a payment to somebody banned is taken by their ban, as if never paid.

A ban only counts what was paid. If such a payment comes back, the ban is carried out once more, by
its sweep; the Change in which it comes back stops all payouts until that is done.
"""

from collections.abc import Sequence

from goodword.conversions.model import Conversion, conversion_key
from goodword.payouts.stops import Cause, barred, taken_stop
from goodword.ports import Change, Guard, Store
from goodword.records import Key, Record
from goodword.rewards.model import BAN, Reward
from goodword.trust.banning import Ban, when_ms


def resume_ban(
    store: Store, change: Change, place: Key, ban: Record | None, rewards: Sequence[Reward]
) -> None:
    """Let the ban read at `place` go on if it covers a reward of the payment that came back.

    The commit fails if a ban comes, goes on or is lifted meanwhile. A chargeback that is won later
    gives nothing back of what was reversed in that payment.
    """
    if not isinstance(ban, Ban):
        change.require_absent(place)
        return
    mine = _covered(store, ban, rewards) if ban.state == "banned" else []
    if not mine:
        change.require(place, Guard({"version": ban.version}))
        return
    for one in mine:
        if one.state == "reversed" and one.ceiling_minor:
            change.replace(one.but(ceiling_minor=0))
    again = ban.again or not ban.voiding
    change.replace(ban.but(voiding=True, again=again, cursor=None, waits=False, look_ms=0))
    stop = taken_stop(store, change, ban.advocate_id)
    cause = Cause(reason="on_hold", code=BAN, by=ban.banned_by, at_ms=ban.banned_ms)
    change.save(barred(stop, ban.program_id, cause))


def _covered(store: Store, ban: Ban, rewards: Sequence[Reward]) -> list[Reward]:
    keys = list({conversion_key(one.conversion_id) for one in rewards})
    orders = store.get_many(Conversion, keys) if keys else {}
    return [
        one
        for one in rewards
        if when_ms(one, orders.get(conversion_key(one.conversion_id))) >= ban.since_ms
    ]
