"""An order from abroad waits for the rate of its day, also while its programme is paused.

The day is that of the programme's zone. What goes back meanwhile is gone; an order that nobody has
brought needs no rate; one that is told while the programme is paused earns nothing, ever.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from random import Random
from zoneinfo import ZoneInfo

from goodword.programs.rates import NewRate, Rates

from tests.simulation.abroad import Abroad
from tests.simulation.offers import rounded
from tests.simulation.paydays import Paying
from tests.simulation.story import DAY_MS, HOUR_MS, Story
from tests.simulation.tales.changed import PAUSED
from tests.simulation.tales.teller import Tale, Teller, plain

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo")
RATES = ("1.0834", "0.5", "1.333333", "2")


def _abroad(draw: Random) -> Story:
    zone = draw.choice(ZONES)
    found = Abroad(days=draw.choice((0, 1, 3)), rounding=draw.choice(("half_even", "half_up")))
    paying = Paying("weekly", zone=zone)
    rates = {"2025-01-01": "1"}
    story = plain(draw)
    return replace(story, rates=rates, abroad=found, paying=paying, hold_days=9, zone=zone)


def states(teller: Teller, day: str, rate: str, inverse: bool) -> str:
    """Finance says what one euro is in dollars, or one dollar in euros; the code of a refusal."""
    base, quote = ("USD", "EUR") if inverse else ("EUR", "USD")
    said = {"day": day, "base": base, "quote": quote, "rate": rate, "source": "ECB"}
    desk = teller.town.desk(teller.town.person("usr_fatima"))
    return teller.tries("usr_fatima", lambda: Rates(desk).put([NewRate.model_validate(said)]))


def _day(at_ms: int, zone: str, back: int = 0) -> str:
    local = datetime.fromtimestamp(at_ms // 1_000, ZoneInfo(zone))
    return f"{local - timedelta(days=back):%Y-%m-%d}"


def _waits(teller: Teller) -> None:
    draw, story = teller.draw, teller.town.story
    zone, most = story.paying.zone, story.abroad.days
    teller.to(teller.now_ms + draw.randrange(24) * HOUR_MS + draw.choice((0, 1, 1_800_000)))
    net, at_ms = draw.randrange(1_000, 90_000), teller.now_ms
    rate, inverse, late = draw.choice(RATES), draw.random() < 0.5, draw.choice((0, 0, most))
    story.rates, story.abroad = {_day(at_ms, zone): rate}, replace(story.abroad, inverse=inverse)
    teller.tells(teller.sold("o1", net, "adv_maya", currency="USD"))
    teller.tells(teller.sold("o2", net, currency="USD", friend="c2"))
    teller.orders(o1=["waiting"], o2=["unattributed"])
    teller.owns()
    paused = draw.random() < 0.6
    if paused:
        said = teller.asks("usr_marta", PAUSED, "marketer", state="paused", reason="other")
        teller.wants("a pause", said, "")
        teller.tells(teller.sold("o3", net, "adv_maya", friend="c3"))
        teller.orders(o3=["disqualified"])
    back = draw.choice((0, net // 3))
    if back:
        teller.tells(teller.back("r1", "o1", back, currency="USD"))
    if draw.random() < 0.5:
        teller.tells(teller.sold("o1", net, "adv_maya", currency="USD", occurred_ms=at_ms))
        teller.orders(o1=["waiting"])
    for useless in (-1, most + 1):  # of the day after, and of one that is too old
        states(teller, _day(at_ms, zone, useless), "7.7", inverse)
    teller.days(0.1)
    teller.orders(o1=["waiting"])
    teller.wants("a rate", states(teller, _day(at_ms, zone, late), rate, inverse), "")
    again = states(teller, _day(at_ms, zone, late), "9.9", inverse)
    teller.wants("another rate of the day", again, "rate_is_fixed")
    teller.days(0.1)
    factor = Fraction(rate) if inverse else 1 / Fraction(rate)
    home = rounded(net * factor, story.abroad.rounding)
    earned = round(Fraction(home, 10))
    left = earned - round(Fraction(earned * back, net))
    teller.orders(o1=["qualified"])
    teller.owns(maya=left)
    if paused:
        teller.asks("usr_marta", PAUSED, "marketer", state="active", reason="other")
        teller.days(0.1)
        teller.owns(maya=left)
        teller.orders(o3=["disqualified"])
    teller.to(at_ms + 9 * DAY_MS)
    teller.pays()
    teller.paid(maya=left)


WAITS = (Tale("an order waits for its rate", _waits, _abroad),)
