"""Terms are refused where they are wrong; a plain address is told from everything that is not."""

import json
from typing import Any

import pytest
from goodword.programs.model import Destination, Rule, Terms, url_host
from goodword.programs.payment import Payment
from pydantic import ValidationError

from tests.support.people import terms_json
from tests.support.scene import terms


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://shop.example/a?b#c", "shop.example"),
        ("https://shop.example:8443/", "shop.example:8443"),
        ("https://SHOP.example/", "shop.example"),
        ("http://localhost:9000/", "localhost:9000"),
        ("http://127.0.0.1/", "127.0.0.1"),
        ("http://shop.example/", None),
        ("https://user:pass@shop.example/", None),
        ("https://shop.example\\@evil.example/", None),
        ("https://shop.example /", None),
        ("https://shop.example/\x7f", None),
        ("https://shop.example:port/", None),
        ("https://[::1/", None),
        ("https://[fe80::1%25eth0]/", None),
        ("https:///path", None),
        ("https://sh\u00f6p.example/", None),
        ("ftp://shop.example/", None),
        ("shop.example", None),
        ("", None),
    ],
)
def test_the_host_that_a_browser_would_open(url: str, host: str | None) -> None:
    assert url_host(url) == host


def refused(**changes: Any) -> set[str]:
    """The paths that are wrong after these changes of otherwise good terms."""
    with pytest.raises(ValidationError) as found:
        Terms.model_validate_json(json.dumps(terms_json() | changes))
    return {".".join(str(part) for part in one["loc"]) for one in found.value.errors()}


def test_good_terms_come_back_as_they_were() -> None:
    sent = terms_json()
    assert Terms.model_validate_json(json.dumps(sent)) == terms()


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"currency": "EURO"}, {"currency"}),
        ({"currency": "ABC"}, {""}),
        ({"rules": []}, {"rules"}),
        ({"hold_days": 366}, {"hold_days"}),
        ({"hold_days": True}, {"hold_days"}),
        ({"name": "  "}, {"name"}),
        ({"caps": [{"amount_minor": 0}]}, {"caps.0.amount_minor"}),
        ({"caps": [{"amount_minor": 1, "rewards": 1}]}, {"caps.0"}),
        ({"caps": [{"period": "day"}]}, {"caps.0"}),
        (
            {
                "caps": [
                    {"scope": "programme", "period": one, "rewards": 9}
                    for one in ("day", "week", "month")
                ]
            },
            {""},
        ),
        ({"currencies": "keep"}, {"currencies"}),
        ({"exchange": {"days": 11}}, {"exchange.days"}),
        ({"caps": [{"rewards": 1, "scope": "shop"}]}, {"caps.0.scope"}),
        ({"caps": [{"amount_minor": 1}, {"amount_minor": 2}]}, {""}),
        ({"payment": {"cadence": "weekly", "anchor": 8}}, {"payment"}),
        ({"payment": {"time_zone": "Mars/Olympus"}}, {"payment"}),
        ({"payment": {"time_zone": "../etc"}}, {"payment"}),
        ({"payment": {"cadence": "on_minimum"}}, {"payment"}),
        ({"payment": {"cadence": "every_n_days", "every_days": 14}}, {"payment"}),
        ({"payment": {"cadence": "monthly", "every_days": 14}}, {"payment"}),
        ({"payment": {"holidays": ["2026-02-30"]}}, {"payment.holidays.0"}),
        ({"payment": {"holidays": ["1.1.2026"]}}, {"payment.holidays.0"}),
        ({"payment": {"weekend": [0]}}, {"payment.weekend.0"}),
        ({"payment": {"holidays": [f"2026-08-{day:02d}" for day in range(3, 20)]}}, {"payment"}),
        ({"review": {"auto_approve_limit_minor": -1}}, {"review.auto_approve_limit_minor"}),
        ({"disclosure": ""}, {"disclosure"}),
        ({"unknown": 1}, {"unknown"}),
    ],
)
def test_what_is_wrong_is_said_where_it_is(changes: dict[str, Any], paths: set[str]) -> None:
    assert refused(**changes) == paths


@pytest.mark.parametrize("name", ["Friends\r\nBcc: x@y.example", "a\x00b", "a\x7fb"])
def test_names_that_stand_in_letters_are_one_line(name: str) -> None:
    assert refused(name=name, brand=name) == {"name", "brand"}


def test_two_rules_need_two_names() -> None:
    rule = terms_json()["rules"][0]
    assert refused(rules=[rule, rule]) == {""}


@pytest.mark.parametrize(
    "rule",
    [
        {"reward": {"kind": "percentage", "basis_points": 100}},
        {"reward": {"kind": "flat", "amount_minor": 5}, "minimum_order_minor": 1},
    ],
)
def test_a_lead_has_no_order_to_take_a_share_of(rule: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="a lead has no order"):
        Rule.model_validate({"rule_id": "lead", "action": "lead"} | rule)


@pytest.mark.parametrize(
    "changes",
    [
        {"default_url": "https://evil.example/"},
        {"fallback_url": "http://shop.example/"},
        {"parameters": {"gw_click": "x"}},
        {"parameters": {"1bad": "x"}},
        {"hosts": ("shop example",)},
        {"hosts": ()},
    ],
)
def test_a_destination_stays_inside_its_hosts(changes: dict[str, Any]) -> None:
    good = {
        "hosts": ("shop.example",),
        "default_url": "https://shop.example/",
        "fallback_url": "https://shop.example/",
    }
    assert Destination.model_validate(good).hosts == ("shop.example",)
    with pytest.raises(ValidationError):
        Destination.model_validate(good | changes)


def test_a_weekday_is_a_good_anchor_of_a_week() -> None:
    assert Payment(cadence="weekly", anchor=7, time_zone="Europe/Berlin").anchor == 7


@pytest.mark.parametrize(
    "slip", ["0025-11-21", "1969-12-31", "2200-01-01", "9999-12-31", "20261122"]
)
def test_a_day_of_the_terms_is_one_that_people_mean(slip: str) -> None:
    counted: dict[str, Any] = {"cadence": "every_n_days", "every_days": 14, "starts_on": slip}
    for payment in (counted, {"holidays": (slip,)}):
        with pytest.raises(ValidationError) as wrong:
            Payment.model_validate(payment)
        assert [one["type"] for one in wrong.value.errors()] == ["bad_time"]
    assert Payment.model_validate(counted | {"starts_on": "1970-01-01"}).starts_on == "1970-01-01"
