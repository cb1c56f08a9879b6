"""Every rail over HTTPS pays once per payout, whatever its server does, as it is documented."""

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from goodword.limits import RAIL_ANSWER_BYTES_MAX, RESEND_MARGIN_HOURS
from goodword.payouts.ports import Rail
from goodword.times import HOUR_MS
from goodword_aws.rails.paypal import PayPalRail
from goodword_aws.rails.shopify import DiscountCodeRail, StoreCreditRail
from goodword_aws.rails.stripe import StripeRail
from goodword_aws.rails.tremendous import TremendousRail
from goodword_aws.rails.wire import Wire, code, json_bytes, minor, part, reference

from tests.support.rails.counter import MAKE, SAFE_TO_REPEAT, Counter, counter
from tests.support.rails.door import Answer, running
from tests.support.rails.door import Rail as Server


@pytest.fixture(params=MAKE)
def at(request: pytest.FixtureRequest) -> Iterator[Counter]:
    with counter(request.param) as found:
        yield found


@pytest.fixture(params=SAFE_TO_REPEAT)
def safe(request: pytest.FixtureRequest) -> Iterator[Counter]:
    with counter(request.param) as found:
        yield found


def test_a_payment_is_made_to_the_cent(at: Counter) -> None:
    said = at.settle(at.order())
    assert (said.status, said.amount_minor) == ("paid", 1_234)
    assert [amount for _, amount, _ in at.server.paid] == [
        "1234" if at.name == "stripe" else "12.34"
    ]


def test_the_same_order_again_is_the_same_payment(safe: Counter) -> None:
    first, again = safe.settle(safe.order()), safe.settle(safe.order())
    assert (first.status, again.reference, safe.made) == ("paid", first.reference, 1)


def test_other_keys_are_other_payments(at: Counter) -> None:
    at.settle(at.order("pay_1"))
    at.settle(at.order("pay_2"))
    assert at.made == 2


def test_a_payment_that_was_never_asked_for_is_not_known(safe: Counter) -> None:
    assert safe.rail.look_up("pay_never") is None


@pytest.mark.parametrize(
    "trouble", ["before", "after", "error", "error_after", "garbage", "cut_off", "flooded"]
)
def test_an_unclear_answer_is_looked_up_and_pays_once(safe: Counter, trouble: str) -> None:
    safe.server.troubles = [trouble]
    assert safe.rail.send(safe.order()).status == "unknown"
    assert safe.settle(safe.order()).status == "paid"
    assert safe.made == 1


@pytest.mark.parametrize("trouble", ["after", "error_after", "garbage", "cut_off"])
def test_two_unclear_answers_in_a_row_pay_once(safe: Counter, trouble: str) -> None:
    safe.server.troubles = [trouble, trouble]
    assert safe.settle(safe.order()).status == "paid"
    assert safe.made == 1


def test_a_busy_rail_is_asked_again_under_the_same_key(safe: Counter) -> None:
    safe.server.troubles = ["busy", "busy"]
    assert safe.settle(safe.order()).status == "paid"
    assert safe.made == 1


def test_a_flooded_rail_says_for_how_long_it_wants_no_calls(safe: Counter) -> None:
    safe.server.troubles = ["flooded", "error"]
    said = safe.rail.send(safe.order())
    assert (said.status, said.reason, said.rest_seconds) == ("unknown", "rate_limited", 3_600)
    said = safe.rail.send(safe.order())
    assert (said.reason, said.rest_seconds, safe.made) == ("rail_error", 0, 0)


@pytest.mark.parametrize("trouble", ["before", "after", "error", "error_after", "garbage"])
def test_store_credit_is_never_asked_for_again(trouble: str) -> None:
    with counter("store_credit") as at:
        at.server.troubles = [trouble]
        said = at.settle(at.order())
        assert (said.status, said.reason) == ("unknown", "no_look_up")
        assert at.made == (trouble in ("after", "error_after", "garbage"))


def test_a_rail_that_is_not_there_says_nothing_about_the_money(at: Counter) -> None:
    gone = MAKE[at.name][1](Wire("http://127.0.0.1:9", 0.2, pause=lambda _: None))
    assert gone.send(at.order()).status == "unknown"
    found = gone.look_up("pay_1", "BATCH00000000")
    assert found is not None
    assert found.status == "unknown"


def test_wrong_keys_say_nothing_about_the_money(at: Counter) -> None:
    wrong: dict[str, Callable[[Wire], Rail]] = {
        "paypal": lambda wire: PayPalRail(wire, "client", "wrong"),
        "stripe": lambda wire: StripeRail(wire, "sk_wrong"),
        "tremendous": lambda wire: TremendousRail(wire, "wrong", "C"),
        "store_credit": lambda wire: StoreCreditRail(wire, "wrong"),
        "discount_code": lambda wire: DiscountCodeRail(wire, "wrong"),
    }
    with running(at.server) as wire:
        said = wrong[at.name](wire).send(at.order())
    assert (said.status, said.reason, at.made) == ("unknown", "not_authorised", 0)


def test_another_payment_under_a_known_key_is_never_made(safe: Counter) -> None:
    safe.settle(safe.order())
    safe.rail.send(safe.order(amount=9_999))
    assert safe.made == 1


def test_a_person_decides_only_when_nothing_can_be_sent_any_more(at: Counter) -> None:
    assert RESEND_MARGIN_HOURS * HOUR_MS < at.rail.key_window_ms <= 48 * HOUR_MS


# For how long each of them documents to know a key; two name no end.
DOCUMENTED_HOURS = {"stripe": 24, "paypal": 30 * 24}


def test_nothing_is_sent_again_when_the_rail_may_have_forgotten_the_key(at: Counter) -> None:
    hours = DOCUMENTED_HOURS.get(at.name, 48)
    assert at.rail.key_window_ms <= hours * HOUR_MS


@pytest.mark.parametrize(
    "url", ["http://rail.example", "ftp://127.0.0.1", "https://", "rail.example", ""]
)
def test_a_rail_is_reached_by_https_only(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        Wire(url)


def test_a_long_answer_or_one_that_is_no_object_is_no_answer() -> None:
    class Odd(Server):
        said: object = None

        def makes(self, method: str, path: str, body: bytes) -> bool:
            return False

        def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
            return 200, self.said

    server = Odd()
    odd: tuple[object, ...] = ([], "text", None, {"x": "y" * RAIL_ANSWER_BYTES_MAX})
    with running(server) as wire:
        for said in odd:
            server.said = said
            assert wire.call("GET", "/").status == 0


def test_numbers_of_a_body_stay_exact_and_nothing_else_gets_in() -> None:
    assert json_bytes({"a": Decimal("0.10"), "b": [Decimal("1E+2")]}) == b'{"a": 0.10, "b": [100]}'
    with pytest.raises(TypeError, match="no part of a body"):
        json_bytes({"a": object()})
    assert minor(True, "EUR") is minor("1.234", "EUR") is minor(None, "EUR") is None
    assert (code("Maya <x>", "other"), code("A B", ""), reference("a b")) == ("other", "a_b", "")
    assert part({"a": [{"b": 1}]}, "a", 0, "b") == 1
    assert part({"a": []}, "a", 0, "b") is None
