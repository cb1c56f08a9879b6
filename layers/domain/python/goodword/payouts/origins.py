"""Where conversions came from: the marks that trust keeps of the buyer's network and address.

Marks are keyed hashes and expire; a conversion without one is left out, and counts neither way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from goodword.limits import READ_KEYS_MAX
from goodword.payouts.ports import Origin
from goodword.ports import Store
from goodword.trust.signals import Trace, trace_key


@dataclass(frozen=True)
class KnownOrigins:
    """The Origins port over the traces of conversions."""

    store: Store

    def of(self, conversion_ids: Sequence[str]) -> Mapping[str, Origin]:
        """By conversion id, in requests of up to 100."""
        found: dict[str, Origin] = {}
        keys = [trace_key(one) for one in dict.fromkeys(conversion_ids)]
        for at in range(0, len(keys), READ_KEYS_MAX):
            traces = self.store.get_many(Trace, keys[at : at + READ_KEYS_MAX])
            for trace in traces.values():
                origin = Origin(network=trace.mac("network"), place=trace.mac("address"))
                if origin != Origin():
                    found[trace.conversion_id] = origin
        return found
