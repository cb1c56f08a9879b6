"""Where a redirect may lead, and what it carries there."""

import pytest
from goodword.programs.model import url_host
from goodword.tracking.destination import is_allowed, with_parameters

HOSTS = ("shop.example", "shop.example:8443", "localhost:3000", "127.0.0.1")


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example",
        "https://SHOP.example/a?b=c#d",
        "https://shop.example:8443/",
        "http://localhost:3000/x",
        "http://127.0.0.1/",
        "https://shop.example/ä",
    ],
)
def test_exact_hosts_are_allowed(url: str) -> None:
    assert is_allowed(url, HOSTS)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.example",
        "//shop.example/",
        "/shop.example",
        "http://shop.example/",
        "https://www.shop.example/",
        "https://shop.example.evil.example/",
        "https://shop.example:444/",
        "https://shop.example:0/",
        "https://shop.example:x/",
        "https://shop.example:99999/",
        "https://maya@shop.example/",
        "https://shop.example@evil.example/",
        "https://evil.example\\@shop.example/",
        "https:\\\\shop.example/",
        "https://shop.example\t.evil.example/",
        " https://shop.example/",
        "https://shop.example/\r\nset-cookie: a=b",
        "https://shop.example/a b",
        "https://shop.example\x7f/",
        "https://shöp.example/",
        "https://shop%2eexample/",
        "https://[::1]/",
        "https://[::1/",
        "https:///shop.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://localhost:3001/",
        "http://127.0.0.1:1/",
    ],
)
def test_everything_else_is_not(url: str) -> None:
    assert not is_allowed(url, HOSTS)


@pytest.mark.parametrize(
    ("url", "ours", "defaults", "whole"),
    [
        ("https://a.example", {"g": "1"}, {}, "https://a.example?g=1"),
        ("https://a.example/?", {"g": "1"}, {}, "https://a.example/?g=1"),
        ("https://a.example/?x=%20y&x=2&&z", {}, {"u": "v"}, "https://a.example/?x=%20y&x=2&z&u=v"),
        ("https://a.example/?g=0&b=1&g=2", {"g": "3"}, {}, "https://a.example/?b=1&g=3"),
        ("https://a.example/?%67=0", {"g": "3"}, {}, "https://a.example/?g=3"),
        ("https://a.example/?g=0#f?g=9", {"g": None}, {"g": "5"}, "https://a.example/#f?g=9"),
        ("https://a.example/?u=own", {}, {"u": "v", "w": "x"}, "https://a.example/?u=own&w=x"),
        ("https://a.example/", {"v": "a&b=c d"}, {"v": "d"}, "https://a.example/?v=a%26b%3Dc+d"),
        ("https://a.example/ä?ö=ü#ß", {}, {}, "https://a.example/%C3%A4?%C3%B6=%C3%BC#%C3%9F"),
    ],
)
def test_parameters_are_added_once(
    url: str, ours: dict[str, str | None], defaults: dict[str, str], whole: str
) -> None:
    assert with_parameters(url, ours, defaults) == whole


@pytest.mark.parametrize("url", ["https://shop.example/a", "https://x@shop.example", "ftp://a"])
def test_the_rule_is_that_under_which_links_are_made(url: str) -> None:
    assert is_allowed(url, HOSTS) == (url_host(url) in HOSTS)
