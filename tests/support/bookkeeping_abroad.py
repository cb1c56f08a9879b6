"""Worked cases of orders in other currencies than the programme's, which is the case's.

`order A 100.00 in USD` is in dollars, as is `refund A 50.00 in USD`. `rate USD 1.0834` states that
1 of the case's currency is 1.0834 dollars today, `rate USD 1.0834 3 ago` that it was so three days
ago, `rate from USD 0.92` that 1 dollar is 0.92. `look` is what the clock does: it decides what has
waited for a rate. Orders may take a rate that is at most four days old.
"""

from datetime import timedelta

from goodword.conversions.exchange import Wanted
from goodword.conversions.model import ReversalFact
from goodword.money import parse_decimal
from goodword.programs.rates import NewRate, Rates
from goodword.times import as_datetime

from tests.support.bookkeeping import Bookkeeping, Case
from tests.support.bookkeeping_rules import rule_of
from tests.support.scene import Scene


class Abroad(Bookkeeping):
    """Plays a case whose orders come in any currency."""

    def _scene(self, case: Case) -> Scene:
        caps = [self._cap(text) for text in case.cap.split(" and ") if text]
        rules = [rule_of(n, text, self.minor) for n, text in enumerate(case.rule.split(" and "))]
        promised = {"rules": tuple(rules), "caps": tuple(caps), "currency": case.currency}
        return Scene(currencies="convert", **promised)

    def _do(self, what: str, *rest: str) -> None:
        if what == "rate":
            self._rate(list(rest))
        elif what == "look":
            for conversion_id in list(Wanted(self.scene.store).ready()):
                self.scene.worker.decide_again(conversion_id)
        elif "in" in rest and rest[-1].isupper():
            self._abroad(what, rest[-1], list(rest[:-2]))
        else:
            super()._do(what, *rest)

    def _rate(self, rest: list[str]) -> None:
        into = rest[0] == "from"
        rest = rest[1:] if into else rest
        pair = (rest[0], self.currency) if into else (self.currency, rest[0])
        ago = int(rest[2]) if len(rest) > 2 else 0
        day = as_datetime(self.scene.clock.at_ms).date() - timedelta(days=ago)
        said = NewRate(base=pair[0], quote=pair[1], day=day.isoformat(), rate=rest[1], source="ECB")
        Rates(self.scene.desk()).put([said])

    def _abroad(self, what: str, currency: str, rest: list[str]) -> None:
        name = rest[0] if len(rest) > 1 else "1001"
        amount = None if rest[-1] == "all" else parse_decimal(rest[-1], currency)
        if what == "order":
            clicks = (self.scene.click(),)
            self.scene.sale(name, amount or 0, currency=currency, click_ids=clicks)
            return
        assert what == "refund", what
        self._facts += 1
        self.scene.deliver(
            ReversalFact(
                refund_id=f"re_{self._facts}",
                orders=(name,),
                occurred_ms=self.scene.clock.at_ms,
                currency=currency,
                amount_minor=amount,
                of="net",
            )
        )
