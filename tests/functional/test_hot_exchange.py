"""The redirect's own HTTP: whom it trusts, what it reads, and what it takes for broken."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import botocore
import pytest
from goodword_aws.hot import exchange as hot_exchange
from goodword_aws.hot.exchange import Answer, Exchange, NotHttpError
from goodword_aws.hot.wiring import make_redirect

from tests.functional.test_tracking_web import LINK, keep, location, sample
from tests.support.aws_stub import aws_stub
from tests.support.tls import Authority, authority


@contextmanager
def far_end(*answers: bytes) -> Iterator[Exchange]:
    """An exchange with somebody who gives each new connection the next of these answers."""

    def serve() -> None:
        for answer in answers:
            with suppress(OSError), far.accept()[0] as connection:
                connection.settimeout(2)
                connection.recv(65_536)
                connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as far:
        far.settimeout(2)
        thread = threading.Thread(target=serve)
        thread.start()
        made = Exchange(urlsplit(f"http://127.0.0.1:{far.getsockname()[1]}"), 1)
        try:
            yield made
        finally:
            made.close()
            thread.join()


def asked(exchange: Exchange) -> Answer:
    return exchange.ask("POST", "/", {"host": "aws.example"}, b"{}", 1)


@pytest.mark.parametrize(
    ("answer", "body", "kept"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", b"{}", True),
        (b"HTTP/1.1 200\r\ncontent-length:2\r\n\r\n{}", b"{}", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: Close\r\n\r\n{}", b"{}", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", b"{}", False),
        (b"HTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b"", True),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"2;what=that\r\n{}\r\nA\r\n0123456789\r\n0\r\nLater: 1\r\n\r\n",
            b"{}0123456789",
            True,
        ),
    ],
)
def test_an_answer_is_read_to_its_end(answer: bytes, body: bytes, kept: bool) -> None:
    with far_end(answer) as exchange:
        assert asked(exchange) == Answer(200, body, kept)
        assert exchange.kept


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 2oo OK\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Len",
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 100 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 10_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
    ],
)
def test_what_cannot_be_read_to_its_end_is_no_answer(answer: bytes) -> None:
    with far_end(answer) as exchange, pytest.raises(ValueError, match=r"."):
        asked(exchange)


def test_chunks_without_end_are_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hot_exchange, "BODY_BYTES_MAX", 100)
    many = b"50\r\n" + b"x" * 80 + b"\r\n"
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with far_end(head + many * 3 + b"0\r\n\r\n") as exchange, pytest.raises(NotHttpError):
        asked(exchange)


def test_a_header_cannot_bring_another_along() -> None:
    exchange = Exchange(urlsplit("http://127.0.0.1:9"), 1)
    with pytest.raises(ValueError, match="header"):
        exchange.ask("POST", "/", {"x-amz-security-token": "t\r\nevil: 1"}, b"", 1)


@pytest.fixture(autouse=True)
def strangers() -> Iterator[None]:
    """Roots are read once per process; each test has its own."""
    hot_exchange._context.cache_clear()
    yield
    hot_exchange._context.cache_clear()


@pytest.fixture
def ours(tmp_path: Path) -> Authority:
    return authority(tmp_path)


def test_amazons_roots_are_the_ones_that_botocore_trusts() -> None:
    def certificates(path: Path) -> set[str]:
        parts = path.read_text().split("-----BEGIN CERTIFICATE-----")[1:]
        return {"".join(part.partition("-----END")[0].split()) for part in parts}

    roots = certificates(Path(hot_exchange.ROOTS))
    assert len(roots) == 5
    assert roots <= certificates(Path(botocore.__file__).with_name("cacert.pem"))


def test_a_click_goes_over_tls(ours: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hot_exchange, "ROOTS", str(ours.root))
    with aws_stub(ours.server) as stub:
        keep(stub, LINK)
        made = make_redirect(stub.environment)
        for _ in range(2):
            assert "gw_click=" in location(made.answer(sample("good_click")))
        made.store.close()
        assert stub.connections == 2
        assert len(stub.clicks()) == 2


def test_who_is_not_amazon_may_be_known_to_the_system(
    ours: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(ours.root))
    with aws_stub(ours.server) as stub:
        keep(stub, LINK)
        made = make_redirect(stub.environment)
        assert "gw_click=" in location(made.answer(sample("good_click")))
        made.store.close()


def test_a_stranger_is_told_nothing(ours: Authority, capsys: pytest.CaptureFixture[str]) -> None:
    with aws_stub(ours.server) as stub:
        made = make_redirect(stub.environment)
        assert location(made.answer(sample("good_click"))) == "https://brand.example/"
        assert stub.asked == []
    assert "NotConnected" in capsys.readouterr().out


def test_another_name_than_the_one_asked_for_is_a_stranger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = authority(tmp_path, "other.example")
    monkeypatch.setattr(hot_exchange, "ROOTS", str(known.root))
    monkeypatch.setenv("SSL_CERT_FILE", str(known.root))
    with aws_stub(known.server) as stub:
        url = urlsplit(stub.endpoint.replace("127.0.0.1", "localhost"))
        with pytest.raises(ssl.SSLCertVerificationError):
            asked(Exchange(url, 1))
