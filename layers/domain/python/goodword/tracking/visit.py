"""A visit counts only if a person's browser opened the link as a page; everybody is sent on.

Not counted: robots and link previews, HEAD, prefetches, and pages that load the link as an image,
frame or script to plant a click (cookie stuffing). Headers have lower-case names here.
Standard library only: the redirect imports this.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Literal
from urllib.parse import unquote, urlsplit

Device = Literal["phone", "tablet", "desktop", "other"]
Opened = Literal["", "prompted", "unprompted"]

SOURCE_LENGTH_MAX = 40  # characters of each word about where a visit came from
ENCODED_MAX = 3  # times that a text may be percent-encoded over and over and still be read
VISITOR_BYTES = 8  # bytes; tells the visitors of one link and day apart, and nothing more
_DAY_MS = 86_400_000

# How the browsers of people begin, in lower case: for thirty years all have called themselves so,
# while programs that fetch pages (`node`, `Microsoft Office`) mostly say what they are.
_BROWSERS = ("mozilla/", "opera/", "ucweb/")
# Names that programs give themselves, in lower case. Words, not patterns: compiling a pattern of
# forty names is a tenth of the redirect's start. `-user/` fetches what a person asked a model for.
_ROBOTS = (
    *("crawl", "spider", "slurp", "archiver", "headless", "phantomjs", "lighthouse", "pagespeed"),
    *("preview", "externalhit", "facebookcatalog", "whatsapp/", "embedly", "iframely", "vkshare"),
    *("mediapartners", "feedfetcher", "feedburner", "validator", "linkcheck", "monitor", "pingdom"),
    *("uptime", "statuscake", "gtmetrix", "scrape", "scrapy", "harvest", "nutch", "heritrix"),
    *("wget", "curl/", "libwww", "lwp::", "python", "java/", "go-http", "okhttp/", "axios/"),
    *("node-fetch", "undici", "httpclient", "httpunit", "http_request", "ruby", "perl/", "php/"),
    *("guzzle", "postman", "insomnia", "selenium", "puppeteer", "playwright", "google-read-aloud"),
    *("adsbot", "proofpoint", "mimecast", "barracuda", "cardyb", "googleother"),
    *("inspectiontool", "-user/"),
)
_UNSEEN = ("prefetch", "prerender", "preview")
_TABLETS = ("ipad", "tablet", "kindle", "silk/", "playbook")
_PHONES = ("iphone", "ipod", "mobile", "phone", "blackberry", "opera mini")
_DESKTOPS = ("windows nt", "macintosh", "x11", "cros ", "linux")


def is_counted(method: str, headers: Mapping[str, str]) -> bool:
    """Whether this looks like a person who follows the link."""
    agent = headers.get("user-agent", "")
    purposes = (headers.get(name, "") for name in ("sec-purpose", "purpose", "x-moz", "x-purpose"))
    return (
        method == "GET"
        and agent.strip() != ""
        and not _is_robot(agent.lower())
        and not any(_has(purpose.lower(), _UNSEEN) for purpose in purposes)
        and headers.get("sec-fetch-dest", "document") == "document"
        and headers.get("sec-fetch-mode", "navigate") == "navigate"
    )


def opened_of(headers: Mapping[str, str]) -> Opened:
    """Whether the browser says that a person's own act opened the page; empty if it says nothing.

    A page that moves itself on (a pop-under, a script) sends the other Sec-Fetch headers without
    `Sec-Fetch-User: ?1`. So do services that wrap links; the referrer tells those apart.
    """
    if headers.get("sec-fetch-user") == "?1":
        return "prompted"
    return "unprompted" if "sec-fetch-mode" in headers else ""


def device_of(agent: str) -> Device:
    """A coarse class; tells nobody apart."""
    text = agent.lower()
    mobile_after = "mobile" in text[text.rfind("android") :]  # Android names phones, not tablets
    if _has(text, _TABLETS) or ("android" in text and not mobile_after):
        return "tablet"
    if _has(text, _PHONES):
        return "phone"
    return "desktop" if _has(text, _DESKTOPS) else "other"


def country_of(headers: Mapping[str, str]) -> str:
    """The two letters that the edge found, or nothing."""
    country = headers.get("cloudfront-viewer-country", "")
    fits = len(country) == 2 and country.isascii() and country.isalpha() and country.isupper()
    return country if fits else ""


def source_of(headers: Mapping[str, str], query: Mapping[str, str]) -> dict[str, str]:
    """Where the visit came from: `referrer` (its host), and utm_* of the short link's own query.

    Each is cut; one with an @ is left out, also where it is encoded over and over, because people
    put addresses into campaign names.
    """
    found = {"referrer": _host(headers.get("referer", ""))}
    found |= {name: query.get(f"utm_{name}", "") for name in ("source", "medium", "campaign")}
    cut = {name: _printable(value)[:SOURCE_LENGTH_MAX] for name, value in found.items()}
    return {name: value for name, value in cut.items() if value and not _has_at(found[name])}


def visitor_of(address: str, agent: str, at_ms: int, secret: bytes) -> str:
    """16 hex digits that are the same for one address and browser on one UTC day, and no longer.

    The key is made of the secret and the day, so without the secret nobody can try addresses out.
    """
    day = hmac.digest(secret, f"visitor {at_ms // _DAY_MS}".encode(), "sha256")
    seen = f"{address}\0{agent}".encode("utf-8", "replace")
    return hmac.digest(day, seen, "sha256")[:VISITOR_BYTES].hex()


def _is_robot(agent: str) -> bool:
    """`Googlebot/2.1` and `scanner 1` are robots; `CUBOT` is a make of phones."""
    return (
        not agent.startswith(_BROWSERS)
        or _has(agent, _ROBOTS)
        or _ends_in(agent.replace("cubot", " "), "bot", str.isalpha)
        or _ends_in(agent, "scan", str.isalnum)
        or _ends_in(agent, "scanner", str.isalnum)
    )


def _has(text: str, words: Sequence[str]) -> bool:
    return any(word in text for word in words)


def _ends_in(text: str, word: str, goes_on: Callable[[str], bool]) -> bool:
    """Whether a word of the text ends in `word`: nothing behind it that goes on with the word."""
    at = text.find(word)
    while at >= 0:
        at += len(word)
        if not goes_on(text[at : at + 1]):
            return True
        at = text.find(word, at)
    return False


def _has_at(text: str) -> bool:
    for _ in range(ENCODED_MAX):
        text = unquote(text)
    return "@" in text


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())
