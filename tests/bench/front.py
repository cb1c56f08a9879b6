"""A front for one Lambda handler: `python front.py DIRECTORY`; it prints its port.

It stands where the HTTP API stands: it makes the event (payload 2.0) and sends what the handler
answers. One event at a time, as a Lambda process has it; connections are kept.
"""

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

ONE_AT_A_TIME = threading.Lock()
CONTEXT = SimpleNamespace(
    function_name="front",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-west-1:111122223333:function:front",
    aws_request_id="front",
    get_remaining_time_in_millis=lambda: 5_000,
)


class Front(BaseHTTPRequestHandler):
    """GET only; that is what a redirect gets."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    handle_event: Any

    def do_GET(self) -> None:
        """The path's last part is the code."""
        http = {
            "method": "GET",
            "path": self.path,
            "protocol": "HTTP/1.1",
            "sourceIp": self.client_address[0],
            "userAgent": self.headers.get("user-agent", ""),
        }
        event = {
            "version": "2.0",
            "routeKey": "GET /r/{code}",
            "rawPath": self.path,
            "rawQueryString": "",
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "pathParameters": {"code": self.path.rpartition("/")[2]},
            "requestContext": {"http": http, "stage": "$default", "requestId": "front"},
            "isBase64Encoded": False,
        }
        with ONE_AT_A_TIME:
            answer = type(self).handle_event(event, CONTEXT)
        self.send_response(answer["statusCode"])
        for name, value in (answer.get("headers") or {}).items():
            self.send_header(name, value)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    import handler  # type: ignore[import-not-found]  # the one of the directory

    Front.handle_event = staticmethod(handler.handler)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Front)
    print(server.server_address[1], flush=True)
    server.serve_forever()
