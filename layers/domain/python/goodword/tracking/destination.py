"""A redirect leads only to the exact hosts of its programme, whatever is stored as the destination.

What is checked when a link is made is checked again when it is followed, so that no mistake in
between makes an open redirect. Standard library only: the redirect imports this.
"""

from collections.abc import Collection, Mapping
from urllib.parse import quote, quote_plus, unquote_plus, urlsplit, urlunsplit

_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1"})
_ASCII = "".join(map(chr, range(33, 127)))


def is_allowed(url: str, hosts: Collection[str]) -> bool:
    """Whether a browser that opens `url` lands on one of `hosts` (with the port if there is one).

    `https://shop.example/a` is on `shop.example` and not on `www.shop.example`. Only https, or http
    to this machine; no user part, backslash, blank or control character, no host that is not ASCII.
    """
    if any(ord(letter) <= 32 or letter in "\\\x7f" for letter in url):
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    secure = parts.scheme == "https" or (parts.scheme == "http" and host in _LOCAL_HOSTS)
    if not secure or not host.isascii() or "@" in parts.netloc or "%" in host:
        return False
    return (host if port is None else f"{host}:{port}") in hosts


def with_parameters(url: str, ours: Mapping[str, str | None], defaults: Mapping[str, str]) -> str:
    """`url` with parameters behind its own query; no name appears twice through us.

    `ours` replace what the URL has under their names (None: only take it away), `defaults` yield to
    it. The rest of the query and the fragment stay as they are; what is not ASCII is
    percent-encoded, for the header's sake.
    """
    parts = urlsplit(url)
    kept = [pair for pair in parts.query.split("&") if pair and _name(pair) not in ours]
    taken = {_name(pair) for pair in kept} | set(ours)
    added = {name: value for name, value in defaults.items() if name not in taken}
    added |= {name: value for name, value in ours.items() if value is not None}
    query = kept + [f"{quote_plus(name)}={quote_plus(value)}" for name, value in added.items()]
    return quote(urlunsplit(parts._replace(query="&".join(query))), safe=_ASCII)


def _name(pair: str) -> str:
    return unquote_plus(pair.partition("=")[0])
