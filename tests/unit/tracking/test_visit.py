"""Who counts as a visitor, and how little of one is kept."""

import pytest
from goodword.times import DAY_MS
from goodword.tracking.visit import (
    SOURCE_LENGTH_MAX,
    country_of,
    device_of,
    is_counted,
    opened_of,
    source_of,
    visitor_of,
)

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605 Mobile Safari/604"
IPAD = "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605 Version/17.5 Safari/604.1"
PIXEL = "Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537 Chrome/140 Mobile Safari/537"
TAB = "Mozilla/5.0 (Linux; Android 15; SM-X910) AppleWebKit/537 Chrome/140 Safari/537"
CUBOT = "Mozilla/5.0 (Linux; Android 13; CUBOT X70) AppleWebKit/537 Chrome/140 Mobile Safari/537"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537 Chrome/140 Safari/537"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605 Version/19 Safari/605"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
INSTAGRAM = f"{IPHONE} Instagram 350.0.0 (iPhone16,2; iOS 19_1; de_DE)"
GARDEN = f"{PIXEL} Botanica/2.1"
OPERA = "Opera/9.80 (Android; Opera Mini/36.2/191.256; U; de) Presto/2.12.423 Version/12.16"
PEOPLE = [GARDEN, OPERA, IPHONE, IPAD, PIXEL, TAB, CUBOT, WINDOWS, MAC, FIREFOX, INSTAGRAM]
ROBOTS = [
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "facebookexternalhit/1.1",
    "WhatsApp/2.23.20.0 A",
    "TelegramBot (like TwitterBot)",
    "Mozilla/5.0 (Windows NT 6.1) SkypeUriPreview Preview/0.5",
    "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0 Safari/537.36",
    "curl/8.11.0",
    "Wget/1.24",
    "python-requests/2.32",
    "Go-http-client/2.0",
    "okhttp/4.12.0",
    "Java/21.0.1",
    "axios/1.7",
    "Screaming Frog SEO Spider/20.0",
    "ia_archiver",
    "UptimeRobot/2.0",
    "Mozilla/5.0 (compatible; GoogleOther)",
    "Mozilla/5.0 (compatible; Google-InspectionTool/1.0;)",
    "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Perplexity-User/1.0)",
    "Microsoft Office Existence Discovery",
    "meta-externalfetcher/1.1",
    "Slack-ImgProxy (+https://api.slack.com/robots)",
    "Mastodon/4.3.0 (http.rb/5.2.0; +https://mastodon.example/)",
    "node",
    "Deno/2.5",
    "HTTPie/3.2",
    "   ",
]


@pytest.mark.parametrize("agent", PEOPLE)
def test_people_count(agent: str) -> None:
    assert is_counted("GET", {"user-agent": agent})
    navigation = {"sec-fetch-dest": "document", "sec-fetch-mode": "navigate"}
    assert is_counted("GET", {"user-agent": agent, **navigation})


@pytest.mark.parametrize("agent", ROBOTS)
def test_robots_do_not(agent: str) -> None:
    assert not is_counted("GET", {"user-agent": agent})


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("POST", {}),
        ("", {}),
        ("GET", {"user-agent": ""}),
        ("GET", {"purpose": "prefetch"}),
        ("GET", {"sec-purpose": "prefetch;anonymous-client-ip"}),
        ("GET", {"sec-purpose": "Prefetch;prerender"}),
        ("GET", {"sec-purpose": "prerender"}),
        ("GET", {"x-moz": "prefetch"}),
        ("GET", {"x-purpose": "preview"}),
        ("GET", {"sec-fetch-dest": "image"}),
        ("GET", {"sec-fetch-dest": "iframe", "sec-fetch-mode": "navigate"}),
        ("GET", {"sec-fetch-dest": "empty", "sec-fetch-mode": "cors"}),
        ("GET", {"sec-fetch-mode": "no-cors"}),
        ("GET", {"sec-fetch-dest": ""}),
    ],
)
def test_what_nobody_opened_as_a_page_does_not(method: str, headers: dict[str, str]) -> None:
    assert not is_counted(method, {"user-agent": FIREFOX, **headers})


def test_no_agent_at_all_does_not() -> None:
    assert not is_counted("GET", {})


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (IPHONE, "phone"),
        (PIXEL, "phone"),
        (IPAD, "tablet"),
        (TAB, "tablet"),
        (WINDOWS, "desktop"),
        (MAC, "desktop"),
        (FIREFOX, "desktop"),
        ("SmartTV", "other"),
    ],
)
def test_devices_are_coarse(agent: str, device: str) -> None:
    assert device_of(agent) == device


@pytest.mark.parametrize(("sent", "kept"), [("DE", "DE"), ("", ""), ("de", ""), ("DEU", "")])
def test_a_country_is_two_letters(sent: str, kept: str) -> None:
    assert country_of({"cloudfront-viewer-country": sent}) == kept
    assert country_of({}) == ""


def test_of_the_referring_page_only_the_host_is_kept() -> None:
    headers = {"referer": "https://maya@blog.example/private/post?reader=ben#x"}
    assert source_of(headers, {}) == {"referrer": "blog.example"}


def test_source_words_are_cut_and_cleaned() -> None:
    query = {
        "utm_source": "a\x00b\n" + "c" * 60,
        "utm_medium": "",
        "utm_campaign": "ben@mail.example",
        "utm_term": "ignored",
    }
    found = source_of({"referer": "https://[broken"}, query)
    assert found == {"source": ("ab" + "c" * 60)[:SOURCE_LENGTH_MAX]}


def test_an_address_is_left_out_even_where_the_cut_would_hide_it() -> None:
    assert source_of({}, {"utm_campaign": "x" * 40 + "ben@mail.example"}) == {}


def test_a_visitor_is_the_same_for_a_day_and_unknown_without_the_secret() -> None:
    at_ms = 100 * DAY_MS
    first = visitor_of("203.0.113.7", IPHONE, at_ms, b"secret")
    assert len(first) == 16
    assert first == visitor_of("203.0.113.7", IPHONE, at_ms + DAY_MS - 1, b"secret")
    others = {
        visitor_of("203.0.113.7", IPHONE, at_ms + DAY_MS, b"secret"),
        visitor_of("203.0.113.8", IPHONE, at_ms, b"secret"),
        visitor_of("203.0.113.7", PIXEL, at_ms, b"secret"),
        visitor_of("203.0.113.7", IPHONE, at_ms, b"other"),
    }
    assert len(others) == 4
    assert first not in others


def test_a_person_s_act_is_told_from_a_script() -> None:
    navigated = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert opened_of(navigated | {"sec-fetch-user": "?1"}) == "prompted"
    assert opened_of(navigated) == "unprompted"
    assert opened_of({"user-agent": IPHONE}) == ""
