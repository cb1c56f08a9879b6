"""Where conversions came from, as far as their traces say.

Nothing is kept of a conversion's network or address until sources give signals.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from goodword.payouts.ports import Origin
from goodword.ports import Store


@dataclass(frozen=True)
class KnownOrigins:
    """The Origins port over the store."""

    store: Store

    def of(self, _conversion_ids: Sequence[str]) -> Mapping[str, Origin]:
        """Nothing is known yet."""
        return {}
