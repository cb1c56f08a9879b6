"""What a further delivery shows of the buyer is noted with the order that it names, as marks only.

Stripe names the card in its charge, the order in its checkout or invoice: two deliveries of one
payment. The order is decided by the one; the other adds to its trace, and the checks see the card
when the reward is assessed again before it becomes due.
"""

from goodword.advocates.model import Known, known_key
from goodword.conversions.aliases import OrderAlias, alias_key
from goodword.conversions.merging import standing
from goodword.conversions.model import OtherNames
from goodword.conversions.order import Space
from goodword.ports import Change, Desk
from goodword.privacy.ports import Macs
from goodword.trust.noting import note


def mark(desk: Desk, macs: Macs, space: Space, names: OtherNames) -> None:
    """One attempt to note it; nothing for an order that is not known."""
    alias = desk.store.get(OrderAlias, alias_key(space, names.order_id))
    conversion = standing(desk, alias.conversion_id) if alias else None
    if conversion is None:
        return
    keys = [known_key(one) for one in conversion.identities]
    known = desk.store.get_many(Known, keys).values() if keys else ()
    buyer = next((one.advocate_id for one in known), None)
    change = Change()
    note(desk, change, macs, conversion, names.signals, None, buyer)
    if change.keys:
        desk.store.commit(change)
