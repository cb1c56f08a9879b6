"""One request and its answer over a kept connection: as much of HTTP/1.1 as AWS speaks with us.

`http.client` reads headers with the whole `email` package, which is a sixth of the redirect's start
(docs/performance.md). What is not understood here is refused, never guessed: the caller hangs up.
Names are checked against Amazon's own roots first, because reading all the roots of a system takes
longer than everything else at a start; whoever these do not vouch for is checked against all.
"""

import os
import socket
import ssl
from functools import cache
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import SplitResult

ROOTS = os.path.join(os.path.dirname(__file__), "amazon_roots.pem")  # no pathlib: it takes a ms
LINE_BYTES_MAX = 8_192  # bytes of the status line, of a header, or of a chunk's size
HEADERS_MAX = 64
BODY_BYTES_MAX = 1_048_576  # bytes; the largest item has 400 KB


class NotHttpError(ValueError):
    """What came back is not an answer that we can read to its end."""


class Answer(NamedTuple):
    """`kept` tells whether the connection may be used again."""

    status: int
    body: bytes
    kept: bool


class Exchange:
    """A connection to one place, opened at the first use and kept until `close`."""

    def __init__(self, url: SplitResult, connect_seconds: float) -> None:
        # Bytes, because a host in text loads the tables of international names, which AWS has not.
        self._host = (url.hostname or "").encode("ascii")
        self._port = url.port or (443 if url.scheme == "https" else 80)
        self._tls = url.scheme == "https"
        self._connect_seconds = connect_seconds
        self._socket: socket.socket | None = None
        self._file: BinaryIO | None = None

    @property
    def kept(self) -> bool:
        """Whether there is a connection of an earlier request."""
        return self._socket is not None

    def ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes, seconds: float
    ) -> Answer:
        """Send and read. Raises OSError, or NotHttpError for what is not HTTP."""
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {headers[name]}" for name in headers)]
        if not all(line.isprintable() for line in lines):
            raise ValueError("a header would end before its end")
        head = "\r\n".join([*lines, f"content-length: {len(body)}", "", ""])
        link, file = self._opened()
        link.settimeout(seconds)
        link.sendall(head.encode("latin-1") + body)
        return _read(file)

    def close(self) -> None:
        """Hang up; the next request connects again."""
        if self._file is not None:
            self._file.close()
        if self._socket is not None:
            self._socket.close()
        self._socket = self._file = None

    def _opened(self) -> tuple[socket.socket, BinaryIO]:
        if self._socket is None or self._file is None:
            self._socket = self._connected()
            self._file = self._socket.makefile("rb")
        return self._socket, self._file

    def _connected(self) -> socket.socket:
        if not self._tls:
            return self._reached()
        try:
            return self._secured(_context(all_roots=False))
        except ssl.SSLCertVerificationError:
            return self._secured(_context(all_roots=True))

    def _reached(self) -> socket.socket:
        place: tuple[Any, int] = (self._host, self._port)  # the types know of text only
        reached = socket.create_connection(place, self._connect_seconds)
        reached.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return reached

    def _secured(self, context: ssl.SSLContext) -> socket.socket:
        plain = self._reached()
        try:
            return context.wrap_socket(plain, server_hostname=self._host)
        except BaseException:
            plain.close()
            raise


@cache
def _context(*, all_roots: bool) -> ssl.SSLContext:
    """Names and chains are always checked; `PROTOCOL_TLS_CLIENT` says so."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if all_roots:
        context.load_default_certs()
    else:
        context.load_verify_locations(ROOTS)
    return context


def _read(file: BinaryIO) -> Answer:
    """The next answer that is final."""
    status = 100
    while 100 <= status < 200:  # "go on" and the like, before the answer itself
        version, status = _status(_line(file))
        headers = _headers(file)
    kept = headers.get("connection", "").lower() != "close" and version == "HTTP/1.1"
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return Answer(status, _chunks(file), kept)
    length = headers.get("content-length", "")
    if not (length.isascii() and length.isdigit()):
        raise NotHttpError("the answer does not say how long it is")
    return Answer(status, _bytes(file, int(length)), kept)


def _status(line: str) -> tuple[str, int]:
    version, _, rest = line.partition(" ")
    code = rest[:3]
    if version not in ("HTTP/1.1", "HTTP/1.0") or not (code.isascii() and code.isdigit()):
        raise NotHttpError("this is not HTTP")
    return version, int(code)


def _headers(file: BinaryIO) -> dict[str, str]:
    """Names in lower case; of one that comes twice the last counts."""
    found: dict[str, str] = {}
    for _ in range(HEADERS_MAX):
        line = _line(file)
        if not line:
            return found
        name, colon, value = line.partition(":")
        if not colon:
            raise NotHttpError("a header without a name")
        found[name.lower()] = value.strip()
    raise NotHttpError("too many headers")


def _chunks(file: BinaryIO) -> bytes:
    body = b""
    while size := _size(_line(file)):
        body += _bytes(file, size)
        if len(body) > BODY_BYTES_MAX or _line(file):
            raise NotHttpError("a chunk that does not end where it says")
    _headers(file)
    return body


def _size(line: str) -> int:
    return int(line.partition(";")[0], 16)


def _line(file: BinaryIO) -> str:
    line = file.readline(LINE_BYTES_MAX)
    if not line.endswith(b"\n"):
        raise NotHttpError("the answer ends, or a line does not")
    return line.rstrip(b"\r\n").decode("latin-1")


def _bytes(file: BinaryIO, count: int) -> bytes:
    if not 0 <= count <= BODY_BYTES_MAX:
        raise NotHttpError("the answer is longer than any that we ask for")
    found = file.read(count)
    if len(found) < count:
        raise NotHttpError("the answer ends too early")
    return found
