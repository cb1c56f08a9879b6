"""An order may be given further names after it was booked; a name that another order has stays.

The two are then one order, which `merging` sees to.

Stripe tells in one delivery that an invoice was paid and in another by which payment intent, and a
refund names the payment intent only. Whoever joins names then books the refunds that waited under
them: parking a refund requires that its names are unknown, so one of the two always sees the other.
"""

from goodword.conversions.aliases import OrderAlias, alias_key
from goodword.conversions.model import OtherNames
from goodword.conversions.order import Space
from goodword.ports import Change, Desk


def join_names(desk: Desk, space: Space, names: OtherNames) -> bool:
    """One attempt to put the names; False if the order itself is not known (yet)."""
    order = desk.store.get(OrderAlias, alias_key(space, names.order_id))
    if order is None:
        return False
    places = {alias_key(space, name): name for name in names.aliases}
    known = desk.store.get_many(OrderAlias, list(places))
    change = Change()
    for place, name in places.items():
        if place not in known:
            change.create(
                OrderAlias(
                    program_id=space.program_id,
                    namespace=space.namespace,
                    alias=name,
                    conversion_id=order.conversion_id,
                )
            )
    if change.keys:
        desk.store.commit(change)
    return True
