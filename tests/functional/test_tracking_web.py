"""A shopper who follows a link: where they land, what is stored, and what if AWS fails."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from goodword.advocates.model import Link, link_key
from goodword.limits import CLICK_DAYS
from goodword.tracking.click import read_click
from goodword_aws.hot.redirect import Redirect
from goodword_aws.hot.wiring import make_redirect
from goodword_aws.items import to_item

from tests.support.aws_stub import CLICK_SECRET_ARN, AwsStub, aws_stub

EVENTS = Path(__file__).resolve().parents[2] / "events" / "tracking_web"
FALLBACK = "https://brand.example/"
PAUSED_FALLBACK = "https://shop.example/thanks"
LINK = Link(
    code="Maya-7",
    link_id="lnk_01kt8vzg0000000000000000k1",
    advocate_id="adv_01kt8vzg0000000000000000m1",
    program_id="prg_01kt8vzg0000000000000000p1",
    destination="https://shop.example/sale?size=m&utm_source=own#top",
    hosts=("shop.example", "127.0.0.1:8080"),
    parameters={"utm_source": "goodword", "utm_medium": "referral"},
    fallback=PAUSED_FALLBACK,
    created_ms=1,
)


def sample(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return event


def keep(stub: AwsStub, link: Link) -> None:
    key = link_key(link.code)
    stub.items["core", key.pk, key.sk] = to_item(link.but(version=1))


@pytest.fixture
def stub() -> Iterator[AwsStub]:
    with aws_stub() as running:
        keep(running, LINK)
        keep(running, LINK.but(code="paused7", state="paused"))
        keep(running, LINK.but(code="expired7", expires_ms=1_000))
        yield running
        assert running.rejected == []


@pytest.fixture
def redirect(stub: AwsStub) -> Iterator[Redirect]:
    made = make_redirect(stub.environment)
    yield made
    made.store.close()


def location(answer: dict[str, Any]) -> str:
    assert answer["statusCode"] == 302
    assert "set-cookie" not in answer["headers"]
    assert "cookies" not in answer
    target: str = answer["headers"]["location"]
    return target


def lost(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The reasons of the clicks that were counted as lost since the last look."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for line in lines:
        (metrics,) = line["_aws"]["CloudWatchMetrics"]
        assert metrics["Namespace"] == "Goodword"
        assert metrics["Dimensions"] == [["stage"]]
        assert metrics["Metrics"] == [{"Name": "ClicksUnrecorded", "Unit": "Count"}]
        assert (line["stage"], line["ClicksUnrecorded"]) == ("test", 1)
    return [line["reason"] for line in lines]


def test_a_click_is_stored_and_carried_on(stub: AwsStub, redirect: Redirect) -> None:
    answer = redirect.answer(sample("good_click"))
    target = urlsplit(location(answer))
    query = parse_qs(target.query)
    assert (target.netloc, target.path, target.fragment) == ("shop.example", "/sale", "top")
    assert query["size"] == ["m"]
    assert query["utm_source"] == ["own"]
    assert query["utm_medium"] == ["referral"]
    assert query["via"] == ["Maya-7"]
    secret = stub.secrets[CLICK_SECRET_ARN].encode()
    click = read_click(query["gw_click"][0], [secret])
    (item,) = stub.clicks()
    assert (item["pk"]["S"], item["sk"]["S"]) == (f"TCH#{click.nonce_hex}", "CLICK")
    assert item["t"]["N"] == str(click.at_ms)
    assert click.code == "MAYA7"
    assert answer["headers"]["cache-control"] == "no-store"
    assert answer["headers"]["referrer-policy"] == "strict-origin-when-cross-origin"


def test_of_a_visit_only_what_is_documented_is_stored(stub: AwsStub, redirect: Redirect) -> None:
    redirect.answer(sample("click_by_the_edge"))
    (item,) = stub.clicks()
    stored = {name: next(iter(value.values())) for name, value in item.items()}
    at_ms = int(stored.pop("t"))
    assert int(stored.pop("expires_s")) == at_ms // 1000 + CLICK_DAYS * 86_400
    assert len(stored.pop("v")) == 16
    assert stored.pop("pk").startswith("TCH#")
    assert stored == {
        "sk": "CLICK",
        "kind": "click",
        "l": LINK.link_id,
        "a": LINK.advocate_id,
        "p": LINK.program_id,
        "d": "phone",
        "c": "DE",
        "f": "n",
        "r": "blog.example",
        "s": "newsletter",
        "m": "email",
        "n": "autumn",
    }
    assert "203.0.113.7" not in json.dumps(item)
    assert "Mozilla" not in json.dumps(item)


def test_what_the_edge_says_counts_under_its_sign_alone(stub: AwsStub, redirect: Redirect) -> None:
    direct, edge, forged = sample("good_click"), sample("click_by_the_edge"), sample("good_click")
    claimed = {"CloudFront-Viewer-Country": "DE", "CloudFront-Viewer-Address": "192.0.2.99:1"}
    forged["headers"] |= claimed | {"X-Goodword-Edge": "sign-of-the-edge\u00e9"}
    for event in (direct, edge, forged):
        redirect.answer(event)
    seen = [(item.get("c", {}).get("S", ""), item["v"]["S"]) for item in stub.clicks()]
    visitor = seen[0][1]
    assert seen == [("", visitor), ("DE", visitor), ("", visitor)]  # one address, whoever tells it


def test_without_an_edge_nobody_is_believed(stub: AwsStub) -> None:
    made = make_redirect({**stub.environment, "EDGE_SIGN": ""})
    event = sample("click_by_the_edge")
    for shown in ("sign-of-the-edge", ""):
        event["headers"]["x-goodword-edge"] = shown
        made.answer(event)
    assert not any("c" in item for item in stub.clicks())
    made.store.close()


def test_an_address_in_a_campaign_is_not_kept_however_it_is_encoded(
    stub: AwsStub, redirect: Redirect
) -> None:
    event = sample("good_click")
    for campaign in ("robin@x.example", "robin%40x.example", "robin%2540x.example"):
        event["queryStringParameters"] = {"utm_campaign": campaign, "utm_source": "letter"}
        redirect.answer(event)
    assert [item.get("n") for item in stub.clicks()] == [None] * 3
    assert {item["s"]["S"] for item in stub.clicks()} == {"letter"}


def test_whatever_is_sent_the_shopper_goes_on(
    stub: AwsStub, redirect: Redirect, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = sample("click_by_the_edge")
    odd["headers"] |= {"user-agent": "Mozilla \ud800", "x-goodword-edge": "\udfff"}
    assert location(redirect.answer(odd)).startswith("https://shop.example/")
    empty = sample("good_click") | {"requestContext": {"http": None}}
    assert location(redirect.answer(empty)).startswith("https://shop.example/")
    assert lost(capsys) == []
    broken = sample("good_click") | {"headers": {"user-agent": 7}}
    assert location(redirect.answer(broken)) == FALLBACK
    assert lost(capsys) == ["AttributeError"]


def test_a_click_takes_200_bytes_and_one_request(stub: AwsStub, redirect: Redirect) -> None:
    event = sample("click_by_the_edge")
    del event["queryStringParameters"]
    redirect.answer(event)
    (item,) = stub.clicks()
    assert sum(len(name) + size_of(value) for name, value in item.items()) <= 200
    redirect.answer(event)
    assert (stub.count("GetItem"), stub.count("PutItem")) == (1, 2)
    assert stub.count("GetSecretValue") == 1


def size_of(value: dict[str, str]) -> int:
    """Bytes as DynamoDB counts them: text in UTF-8, a number two digits to a byte and one more."""
    ((kind, content),) = value.items()
    return len(content.encode()) if kind == "S" else (len(content) + 1) // 2 + 1


@pytest.mark.parametrize("name", ["head", "bot", "prefetch", "sub_resource"])
def test_what_is_no_visit_is_sent_on_uncounted(
    stub: AwsStub, redirect: Redirect, name: str
) -> None:
    target = location(redirect.answer(sample(name)))
    assert target == "https://shop.example/sale?size=m&utm_source=own&utm_medium=referral#top"
    assert stub.clicks() == []


@pytest.mark.parametrize(
    ("name", "fallback"),
    [
        ("refused_unknown_code", FALLBACK),
        ("refused_malformed_code", FALLBACK),
        ("refused_paused_link", PAUSED_FALLBACK),
        ("refused_expired_link", PAUSED_FALLBACK),
    ],
)
def test_what_leads_nowhere_leads_to_the_fallback(
    stub: AwsStub, redirect: Redirect, name: str, fallback: str
) -> None:
    assert location(redirect.answer(sample(name))) == fallback
    assert stub.clicks() == []


@pytest.mark.parametrize("event", [{}, {"headers": None, "pathParameters": None}])
def test_an_event_without_anything_in_it_is_sent_on(redirect: Redirect, event: Any) -> None:
    assert location(redirect.answer(event)) == FALLBACK


@pytest.mark.parametrize("spelt", ["MAYA7", "m-a-y-a-7", "Maya%2D7", "maya%207"])
def test_a_code_is_found_however_it_is_spelt(redirect: Redirect, spelt: str) -> None:
    event = sample("good_click")
    event["pathParameters"]["code"] = spelt
    assert "gw_click=" in location(redirect.answer(event))


@pytest.mark.parametrize(
    "destination",
    [
        "https://evil.example/",
        "https://www.shop.example/",
        "https://shop.example:444/",
        "https://shop.example@evil.example/",
        "http://shop.example/",
        "javascript:alert(1)//shop.example",
        "//shop.example/",
    ],
)
def test_a_stored_destination_elsewhere_is_not_followed(
    stub: AwsStub, redirect: Redirect, destination: str
) -> None:
    keep(stub, LINK.but(destination=destination))
    assert location(redirect.answer(sample("good_click"))) == PAUSED_FALLBACK
    assert stub.clicks() == []


def test_a_stored_fallback_elsewhere_is_not_followed(stub: AwsStub, redirect: Redirect) -> None:
    keep(stub, LINK.but(state="paused", fallback="https://evil.example/"))
    assert location(redirect.answer(sample("good_click"))) == FALLBACK


def test_a_click_id_in_the_stored_destination_is_replaced(
    stub: AwsStub, redirect: Redirect
) -> None:
    keep(stub, LINK.but(destination="https://shop.example/?gw_click=old&via=BEN&a=1"))
    target = location(redirect.answer(sample("good_click")))
    query = parse_qs(urlsplit(target).query)
    assert len(query["gw_click"]) == 1
    assert query["gw_click"] != ["old"]
    assert (query["via"], query["a"]) == (["Maya-7"], ["1"])
    assert "old" not in location(redirect.answer(sample("bot")))


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("silent", "TimedOut"),
        ("garbage", "NotConnected"),
        ("refused", "AccessDeniedException"),
    ],
)
def test_a_shopper_goes_on_while_clicks_cannot_be_stored(
    stub: AwsStub,
    redirect: Redirect,
    capsys: pytest.CaptureFixture[str],
    fault: str,
    reason: str,
) -> None:
    redirect.answer(sample("good_click"))
    assert lost(capsys) == []
    stub.faults.extend([fault, fault])
    target = location(redirect.answer(sample("good_click")))
    secret = stub.secrets[CLICK_SECRET_ARN].encode()
    assert read_click(parse_qs(urlsplit(target).query)["gw_click"][0], [secret]).code == "MAYA7"
    assert lost(capsys) == [reason]


@pytest.mark.parametrize("fault", ["throttle", "broken"])
def test_a_busy_store_is_asked_again_but_not_for_ever(
    stub: AwsStub, redirect: Redirect, capsys: pytest.CaptureFixture[str], fault: str
) -> None:
    redirect.answer(sample("good_click"))
    stub.faults.extend([fault, fault])
    redirect.answer(sample("good_click"))
    assert len(stub.clicks()) == 2
    assert lost(capsys) == []
    stub.faults.extend([fault] * 3)
    redirect.answer(sample("good_click"))
    assert len(stub.clicks()) == 2
    assert len(lost(capsys)) == 1
    assert not stub.faults


@pytest.mark.parametrize("fault", ["left", "dropped", "silent"])
def test_a_connection_that_was_closed_meanwhile_costs_no_click(
    stub: AwsStub, redirect: Redirect, capsys: pytest.CaptureFixture[str], fault: str
) -> None:
    redirect.answer(sample("good_click"))
    stub.faults.append(fault)
    for _ in range(3):
        redirect.answer(sample("good_click"))
    assert len(stub.clicks()) == 4
    assert lost(capsys) == []


def test_the_connection_is_kept(stub: AwsStub, redirect: Redirect) -> None:
    for _ in range(5):
        redirect.answer(sample("good_click"))
    assert stub.connections == 2


def test_while_no_link_can_be_read_shoppers_get_the_fallback(
    stub: AwsStub, redirect: Redirect, capsys: pytest.CaptureFixture[str]
) -> None:
    stub.faults.extend(["refused"] * 2)
    assert location(redirect.answer(sample("bot"))) == FALLBACK
    assert lost(capsys) == []
    assert location(redirect.answer(sample("good_click"))) == FALLBACK
    assert lost(capsys) == ["AccessDeniedException"]
    assert "gw_click=" in location(redirect.answer(sample("good_click")))


def test_a_broken_link_item_is_a_failure_and_no_error_page(
    stub: AwsStub, redirect: Redirect, capsys: pytest.CaptureFixture[str]
) -> None:
    key = link_key(LINK.code)
    del stub.items["core", key.pk, key.sk]["hosts"]
    assert location(redirect.answer(sample("good_click"))) == FALLBACK
    assert lost(capsys) == ["BrokenLink"]


def test_without_its_secret_the_redirect_still_sends_on(
    stub: AwsStub, capsys: pytest.CaptureFixture[str]
) -> None:
    stub.faults.append("refused")
    made = make_redirect(stub.environment)
    target = location(made.answer(sample("good_click")))
    assert "gw_click" not in target
    assert "via=Maya-7" in target
    assert lost(capsys) == ["NoClickSecret"]
    made.store.close()


@pytest.mark.parametrize(
    "name", ["CORE_TABLE", "ARRIVALS_TABLE", "CLICK_SECRET_ARN", "FALLBACK_URL", "GOODWORD_STAGE"]
)
def test_a_missing_setting_refuses_to_start(stub: AwsStub, name: str) -> None:
    with pytest.raises(RuntimeError, match=name):
        make_redirect({**stub.environment, name: ""})


def test_local_time_travel_moves_clicks_and_expiry_but_not_signatures(
    stub: AwsStub, tmp_path: Path
) -> None:
    file = tmp_path / "clock"
    made = make_redirect({**stub.environment, "CLOCK_FILE": str(file)})
    keep(stub, LINK.but(expires_ms=made.now_ms() + 60_000))
    assert "gw_click=" in location(made.answer(sample("good_click")))
    file.write_text("90\n")
    assert location(made.answer(sample("good_click"))) == PAUSED_FALLBACK
    file.write_text("soon")
    assert "gw_click=" in location(made.answer(sample("good_click")))
    made.store.close()


@pytest.mark.parametrize(
    ("parameters", "counted"),
    [
        ({"proxy": "Maya-7/"}, 1),
        ({"proxy": "%4Daya-7/"}, 1),
        ({"proxy": "Maya-7/more"}, 0),
        ({"proxy": "../Maya-7"}, 0),
        ({"proxy": ""}, 0),
        ({}, 0),
        (None, 0),
    ],
)
def test_whatever_is_added_to_a_link_the_shopper_goes_on(
    stub: AwsStub, redirect: Redirect, parameters: dict[str, str] | None, counted: int
) -> None:
    answer = redirect.answer(sample("good_click") | {"pathParameters": parameters})
    assert answer["statusCode"] == 302
    host = urlsplit(answer["headers"]["location"]).hostname
    assert host == ("shop.example" if counted else "brand.example")
    assert len([key for key in stub.items if key[0] == "arrivals"]) == counted
