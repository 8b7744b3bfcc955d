"""The receiver of pages: what Alertmanager posts, and when it came."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ops.errors import OpsError

ADDRESS, PORT = "127.0.0.1", 17095
"""Where it listens, below the ports that the kernel gives to clients."""


@dataclass(frozen=True)
class Notice:
    """One alert of one post."""

    at: float
    """When it came, as `time.monotonic` counts."""
    alert: str
    firing: bool
    labels: tuple[tuple[str, str], ...]


class Pager:
    """All notices so far."""

    def __init__(self) -> None:
        self._notices: list[Notice] = []
        self._news = threading.Condition()

    def take(self, body: dict[str, Any]) -> None:
        """Keep what one post says."""
        now = time.monotonic()
        with self._news:
            for alert in body["alerts"]:
                labels = tuple(sorted(alert["labels"].items()))
                self._notices.append(Notice(now, alert["labels"]["alertname"], alert["status"] == "firing", labels))
            self._news.notify_all()

    def firing_after(self, began: float, alert: str, seconds: float) -> float:
        """When the first page of an alert came after `began`. Raises OpsError where none comes in time."""
        until = began + seconds
        with self._news:
            while True:
                for notice in self._notices:
                    if notice.at >= began and notice.alert == alert and notice.firing:
                        return notice.at
                if not self._news.wait(until - time.monotonic()):
                    raise OpsError(f"{alert}: no page within {seconds:g} s; it got {self._told(began)}")

    def _told(self, began: float) -> str:
        return ", ".join(sorted({notice.alert for notice in self._notices if notice.at >= began})) or "none"


@contextmanager
def listening(port: int = PORT) -> Iterator[Pager]:
    """A pager at `ADDRESS` until the block ends."""
    pager = Pager()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            pager.take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Say nothing: the screen is the benchmark's."""

    with ThreadingHTTPServer((ADDRESS, port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield pager
        finally:
            server.shutdown()
            thread.join()
