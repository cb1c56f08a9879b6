"""What happened, beyond a sign-up (a plain lead) or a purchase (a plain sale)."""

from typing import Literal

from pydantic import Field

from goodword.money import Currency
from goodword.records import Value

Occasion = Literal["plain", "qualified", "renewal", "level_up", "event"]


class AdvocatePlace(Value):
    """Which lead or sale of its advocate it was, and their level, when it was first theirs.

    `counted_in` is the programme's own currency: with that balance everything is counted, whatever
    currency it is in.
    """

    advocate_id: str
    number: int = Field(ge=1)
    level: str | None = None
    counted_in: Currency | None = None
