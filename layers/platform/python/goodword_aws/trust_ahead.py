"""What a ban would do, as it is answered before anybody is banned."""

from goodword.money import Money
from goodword.records import Value
from goodword.times import rfc3339
from goodword.trust.banning import Ahead


class BanAhead(Value):
    """What a ban since then would cancel: so many rewards, and how much by currency.

    Of the rewards that were `paid` nothing comes back. With `more`, the newest were counted only.
    """

    advocate_id: str
    program_id: str
    since: str
    voided: int
    sums: tuple[Money, ...]
    paid: int
    more: bool


def ban_ahead(advocate_id: str, program_id: str, since_ms: int, found: Ahead) -> BanAhead:
    """The figures as an answer; the sums in the order of their currencies."""
    return BanAhead(
        advocate_id=advocate_id,
        program_id=program_id,
        since=rfc3339(since_ms),
        voided=found.voided,
        sums=tuple(Money(amount_minor=sum, currency=of) for of, sum in found.sums.items()),
        paid=found.paid,
        more=found.more,
    )
