"""Money is integer minor units and an ISO 4217 code; a rounding is always named.

`Money(1999, "EUR")` is 19.99 EUR; `Money(500, "JPY")` is 500 yen, `Money(1500, "KWD")` 1.500 dinar.
Amounts of different currencies never meet: adding them is a programming error and raises.
"""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from goodword.errors import InvalidInput
from goodword.limits import ACCEPTED_CURRENCIES_MAX, AMOUNT_MINOR_MAX

Rounding = Literal["down", "half_even", "half_up"]

_CODES_0 = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_CODES_3 = "BHD IQD JOD KWD LYD OMR TND"
_CODES_2 = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN
    BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
    GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR
    LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD
    PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN
    SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD XCG YER ZAR ZMW ZWG
"""
_EXPONENT_0 = frozenset(_CODES_0.split())
_EXPONENT_3 = frozenset(_CODES_3.split())
CURRENCIES = _EXPONENT_0 | _EXPONENT_3 | frozenset(_CODES_2.split())

# What is booked: a currency, or a unit that is no money. The ledger balances each by itself.
CREDIT = ".CREDIT"  # behind a currency: store credit, in its minor units
PIECES = frozenset({"POINTS", "GIFTS", "CODES"})  # whole pieces
Currency = Annotated[str, Field(pattern=r"^([A-Z]{3}(\.CREDIT)?|POINTS|GIFTS|CODES)$")]
Minor = Annotated[int, Field(ge=-AMOUNT_MINOR_MAX, le=AMOUNT_MINOR_MAX)]
PositiveMinor = Annotated[int, Field(gt=0, le=AMOUNT_MINOR_MAX)]
NaturalMinor = Annotated[int, Field(ge=0, le=AMOUNT_MINOR_MAX)]
# What an amount is in other currencies, each in its own minor units: `{"USD": 600, "KWD": 1500}`.
MoneyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
PositiveIn = Annotated[dict[MoneyCode, PositiveMinor], Field(max_length=ACCEPTED_CURRENCIES_MAX)]
NaturalIn = Annotated[dict[MoneyCode, NaturalMinor], Field(max_length=ACCEPTED_CURRENCIES_MAX)]


def is_money(currency: str) -> bool:
    """Whether it can be paid out; points, gifts, codes and store credit cannot."""
    return currency not in PIECES and not currency.endswith(CREDIT)


def money_of(currency: str) -> str:
    """The currency in which its amounts are said: `EUR.CREDIT` is credit in EUR."""
    return currency.removesuffix(CREDIT)


def known_currency(code: str) -> str:
    """The code in capitals, or InvalidInput `unknown_currency`."""
    upper = code.upper()
    if upper not in CURRENCIES:
        raise InvalidInput("unknown_currency", f"{code[:8]!r} is not an ISO 4217 currency")
    return upper


def exponent(currency: str) -> int:
    """How many decimals the currency or unit has: 0, 2 or 3."""
    currency = currency.removesuffix(CREDIT)
    if currency in _EXPONENT_0 or currency in PIECES:
        return 0
    return 3 if currency in _EXPONENT_3 else 2


def parse_decimal(text: str, currency: str) -> int:
    """`"19.99", "EUR"` -> 1999. More decimals than the currency has are refused, not rounded."""
    try:
        value = Decimal(text)
    except InvalidOperation as bad:
        raise InvalidInput("bad_amount", f"{text[:24]!r} is not an amount") from bad
    if not value.is_finite() or abs(value) > AMOUNT_MINOR_MAX:
        raise InvalidInput("bad_amount", f"{text[:24]!r} is not an amount that can be booked")
    minor = value.scaleb(exponent(currency))
    if minor != minor.to_integral_value() or abs(minor) > AMOUNT_MINOR_MAX:
        raise InvalidInput(
            "bad_amount", f"{text[:24]!r} has more decimals than {currency} or is too big"
        )
    return int(minor)


def format_minor(amount_minor: int, currency: str) -> str:
    """1999, EUR -> `19.99 EUR`; -5, JPY -> `-5 JPY`. For logs and plain text, not for locales."""
    return f"{decimal_text(amount_minor, currency)} {currency}"


def decimal_text(amount_minor: int, currency: str) -> str:
    """1999, EUR -> `19.99`; the inverse of `parse_decimal`."""
    places = exponent(currency)
    sign, digits = ("-" if amount_minor < 0 else ""), str(abs(amount_minor)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def ratio(amount_minor: int, numerator: int, denominator: int, rounding: Rounding) -> int:
    """`amount * numerator / denominator` in exact integers; all arguments are natural numbers.

    `ratio(999, 1000, 10_000, "half_even")` is 10 % of 9.99 -> 100 (9.99 rounds to 10.0 cents * 10).
    """
    if amount_minor < 0 or numerator < 0 or denominator <= 0:
        raise ValueError("ratio() takes natural numbers; put the sign on afterwards")
    whole, rest = divmod(amount_minor * numerator, denominator)
    twice = 2 * rest
    if rounding == "half_up" and twice >= denominator:
        return whole + 1
    if rounding == "half_even" and (twice > denominator or (twice == denominator and whole % 2)):
        return whole + 1
    return whole


class Money(BaseModel):
    """An amount in minor units with its currency; frozen, hashable."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    amount_minor: Minor
    currency: Currency

    def __str__(self) -> str:
        return format_minor(self.amount_minor, self.currency)
