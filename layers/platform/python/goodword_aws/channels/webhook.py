"""A signed POST to an address that somebody else has named, without letting it lead inside.

The name is looked up here, every address that it has must be of the public internet, and the
connection is made to one that was looked at, never to the name again: so no second look-up can
answer otherwise. Redirects are not followed, nothing but the status and `Retry-After` is read, and
the whole try has one end, however slowly the other side talks.

Signed as Standard Webhooks say: `v1,` and the HMAC-SHA256 of `<id>.<seconds>.<body>`, one for each
live secret, in one header.
"""

import base64
import binascii
import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

from goodword.limits import HOOK_SECONDS
from goodword.messages.endpoint import HookAnswer

from goodword_aws.retry_after import seconds_named
from goodword_aws.sources.signatures import base64_mac

PORT = 443
SECRET_PREFIX = b"whsec_"
SPECIAL = tuple(map(ipaddress.IPv4Network, ("192.0.0.0/24", "192.88.99.0/24")))
PUBLIC = ipaddress.IPv6Network("2000::/3")  # the only IPv6 addresses that are anybody's
Look = Callable[[str], Sequence[str]]


class ForbiddenAddressError(Exception):
    """The name stands for an address that is not of the public internet, or for none."""


class WebhookPost:
    """The HookPost port over HTTPS. `now_s` is the time that is signed.

    `look` answers the addresses of a name; `allowed` says whether one may be connected to; both and
    `port` are others only in tests, which have no public address.
    """

    def __init__(
        self,
        now_s: Callable[[], int],
        look: Look | None = None,
        allowed: Callable[[str], bool] | None = None,
        context: ssl.SSLContext | None = None,
        port: int = PORT,
        seconds: float = HOOK_SECONDS,
    ) -> None:
        self._now_s = now_s
        self._look = look or addresses_of
        self._allowed = allowed or is_public
        self._context = context or ssl.create_default_context()
        self._port = port
        self._seconds = seconds

    def send(self, url: str, secrets: Sequence[bytes], message_id: str, body: bytes) -> HookAnswer:
        """One POST; nothing is repeated here."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Goodword-Webhooks/1",
            **signature(secrets, message_id, self._now_s(), body),
        }
        try:
            pinned = self._pinned(host)
            return self._post(host, pinned, parts.path or "/", headers, body)
        except ForbiddenAddressError:
            return HookAnswer(outcome="refused", reason="forbidden_address")
        except ssl.SSLError:
            return HookAnswer(outcome="refused", reason="bad_certificate")
        except TimeoutError:
            return HookAnswer(outcome="refused", reason="no_answer")
        except (OSError, http.client.HTTPException, ValueError):
            return HookAnswer(outcome="refused", reason="not_reached")

    def _pinned(self, host: str) -> str:
        """The address to connect to; every one that the name has must be allowed."""
        found = self._look(host)
        if not found or not all(self._allowed(one) for one in found):
            raise ForbiddenAddressError
        return found[0]

    def _post(
        self, host: str, pinned: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> HookAnswer:
        connection = _Pinned(host, pinned, self._port, self._context, self._seconds)
        end = threading.Timer(self._seconds, connection.cut)
        end.daemon = True
        end.start()
        try:
            connection.request("POST", path, body, dict(headers))
            response = connection.getresponse()
            if connection.was_cut:  # half of the headers look like all of them
                raise TimeoutError
            return answer_of(response.status, response.getheader("Retry-After"))
        except (OSError, http.client.HTTPException, ValueError) as broken:
            if connection.was_cut:
                raise TimeoutError from broken
            raise
        finally:
            end.cancel()
            connection.close()


class _Pinned(http.client.HTTPSConnection):
    """A connection to one address whose certificate must be for the name."""

    def __init__(
        self, host: str, address: str, port: int, context: ssl.SSLContext, seconds: float
    ) -> None:
        super().__init__(host, port, timeout=seconds, context=context)
        self._address, self._tls, self.was_cut = address, context, False

    def connect(self) -> None:
        raw = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(
            raw, server_hostname=self.host, do_handshake_on_connect=False
        )
        if self.was_cut:
            raise TimeoutError
        self.sock.do_handshake()

    def cut(self) -> None:
        """End it from another thread: whoever waits for the other side is woken."""
        self.was_cut = True
        if self.sock is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


def signature(secrets: Sequence[bytes], message_id: str, at_s: int, body: bytes) -> dict[str, str]:
    """The three headers of Standard Webhooks, signed by each secret, newest first."""
    content = f"{message_id}.{at_s}.".encode() + body
    signed = [f"v1,{base64_mac(_key(one), content)}" for one in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": " ".join(signed),
    }


def addresses_of(host: str) -> list[str]:
    """Every address that the name has at this moment. Raises OSError when it has none."""
    found = socket.getaddrinfo(host, PORT, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def is_public(address: str) -> bool:
    """Whether an address is of the public internet, and carries no other one inside itself."""
    try:
        one = ipaddress.ip_address(address)
    except ValueError:
        return False
    if one.is_multicast or not one.is_global:
        return False
    if isinstance(one, ipaddress.IPv4Address):
        return not any(one in network for network in SPECIAL)  # Pythons differ about these
    return one in PUBLIC and one.sixtofour is None and one.teredo is None


def answer_of(status: int, retry_after: str | None) -> HookAnswer:
    """What a status means: 2xx is taken, 410 ends it, and everything else is tried again."""
    if 200 <= status < 300:
        return HookAnswer(outcome="taken")
    if status == 410:
        return HookAnswer(outcome="gone", reason="gone")
    if 300 <= status < 400:
        return HookAnswer(outcome="refused", reason="redirected")
    wait = seconds_named(retry_after) or 0
    return HookAnswer(outcome="refused", reason=f"status_{status}", wait_seconds=wait)


def _key(secret: bytes) -> bytes:
    """The bytes that sign: what is behind `whsec_`, decoded. ValueError for anything else."""
    if not secret.startswith(SECRET_PREFIX):
        raise ValueError("the secret has no prefix")
    try:
        return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error as bad:
        raise ValueError("the secret is no base64") from bad
