"""A small server that answers as Grafana 11 does. No Grafana itself is asked here."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


class Server:
    """What it was asked, and what it answers next."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        """Path, `Authorization` and body of each request."""
        self.answer: tuple[int, Any] = (200, {"results": {}})
        self.url = ""


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._answered(body)

        def do_GET(self) -> None:
            self._answered(None)

        def _answered(self, body: Any) -> None:
            server.asked.append((self.path, self.headers["Authorization"], body))
            status, told = server.answer
            text = (told if isinstance(told, str) else json.dumps(told)).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as listening:
        server.url = f"http://127.0.0.1:{listening.server_port}/"
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield server
        listening.shutdown()
        thread.join()
