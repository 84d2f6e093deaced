"""An HTTP server on loopback that keeps what it is sent, and stands for servers that have a fixed name."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

HOST = "127.0.0.1"
_ANSWERS = {"hooks.slack.com": b"ok", "api.telegram.org": b'{"ok": true, "result": {"message_id": 1}}'}


@dataclass
class Receiver:
    """What came.

    Attributes:
        status: what is answered.
        requests: host that was meant, path, kind of content and body of each request.
    """

    port: int = 0
    status: int = 200
    requests: list[tuple[str, str, str, bytes]] = field(default_factory=list)

    def json(self, number: int = 0) -> Any:
        """Give the body of a request that is JSON."""
        return json.loads(self.requests[number][3])


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Serve on a free port."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            host = self.headers.get("X-Meant-For", "")
            kind = self.headers.get("Content-Type", "")
            receiver.requests.append((host, self.path, kind, body))
            answer = _ANSWERS.get(host, b"")
            self.send_response(receiver.status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((HOST, 0), Handler)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def redirect(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every request of this process go to the receiver, as it would go to the server that it names."""
    usual = requests.Session.request

    def request(session: requests.Session, method: str, url: str, **options: Any) -> requests.Response:
        meant = urlsplit(url)
        headers = {**(options.pop("headers", None) or {}), "X-Meant-For": meant.hostname or ""}
        here = f"http://{HOST}:{receiver.port}{meant.path}"
        return usual(session, method, here, headers=headers, **options)

    monkeypatch.setattr(requests.Session, "request", request)
