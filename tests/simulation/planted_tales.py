"""Planted mistakes in what seldom happens: the tales are told against them."""

import hmac
from collections.abc import Iterable
from typing import Any

from goodword.conversions import evidence, friends, gathering, granting, order
from goodword.conversions.numbers import OrderNumber, folded_number
from goodword.ledger.model import due_index
from goodword.payouts import clock, sending

from tests.simulation.planting import Mistake, Swap, swap


def first_space(store: Any, program_id: str, source_id: str = "") -> tuple[Any, ...]:
    return REAL_SPACES(store, program_id, source_id)[:1]


REAL_SPACES = granting.spaces_of


def still_granted(number: OrderNumber, conversion_id: str) -> OrderNumber:
    return REAL_REPORTED(number, conversion_id).but(granted=number.granted)


REAL_REPORTED = OrderNumber.reported


def numbered_alone() -> Iterable[Swap]:
    for reader in (evidence, gathering):
        yield reader, "number_of", lambda fact: folded_number(fact.number)


def only_due() -> Iterable[Swap]:
    yield clock, "small_index", due_index


def believed(_sending: Any, payout: Any, _standing: Any) -> Any:
    return _sending._failed(payout, sending.FORGED)


TALES = (
    Mistake(
        "of two shops the first is meant",
        swap(granting, "spaces_of", first_space),
        tale="granted before it is told",
    ),
    Mistake(
        "what was granted is granted for ever",
        swap(OrderNumber, "reported", still_granted),
        tale="granted before it is told",
    ),
    Mistake(
        "an id is no number, whatever was granted", numbered_alone, tale="granted before it is told"
    ),
    Mistake(
        "the last word about an order counts",
        swap(evidence, "merged_facts", lambda known, told: order.merged_facts(told, known)),
        tale="told again in other words",
    ),
    Mistake(
        "who owes nothing but what was put aside is not run",
        only_due,
        tale="a lower minimum pays what was put aside",
    ),
    Mistake(
        "what is edited is believed",
        swap(sending.Sending, "_give_back_as_frozen", believed),
        tale="edited after the release",
    ),
    Mistake(
        "half a signature is one",
        swap(hmac, "compare_digest", lambda one, two: one[:8] == two[:8]),
        tale="clicks that are none",
    ),
    Mistake(
        "memory drops whoever brought a customer",
        swap(friends, "_firsts", lambda ordered: ordered[-1:]),
        tale="a customer of many orders",
    ),
)
