"""Mistakes with banks that ask about one order."""

from collections.abc import Iterable
from typing import Any

from goodword.conversions import reversing

from tests.simulation.planting import Mistake, Swap


def one_answer_is_enough() -> Iterable[Swap]:
    real = reversing._inquire

    def inquire(desk: Any, conversion: Any, fact: Any) -> Any:
        only = tuple(one for one in conversion.inquiries if one == fact.inquiry_id)
        return real(desk, conversion.but(inquiries=only), fact)

    yield reversing, "_inquire", inquire


ORDERS = (Mistake("the answer of one bank lets go what another asks about", one_answer_is_enough),)
