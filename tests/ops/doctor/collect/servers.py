"""Servers on the loopback that answer as parts do, each for the length of a block."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ops.doctor.plan import Plan


def plan(**changes: Any) -> Plan:
    """A plan with nothing but what is given."""
    nothing: dict[str, Any] = {
        "stack": "dev",
        "hosts": {},
        "authority": "",
        "containers": (),
        "targets": (),
        "doors": (),
        "members": (),
        "certificates": (),
        "pending": (),
    }
    return Plan(**nothing | changes)


class Quiet(BaseHTTPRequestHandler):
    """One that says nothing of what it is asked."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's own name
        pass


@contextmanager
def served(handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Address of a server that answers by `handler`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def pages(texts: dict[str, str], context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Address of a server with these texts by their paths; anything else is a 404."""

    class Handler(Quiet):
        def do_GET(self) -> None:
            text = texts.get(self.path.partition("?")[0])
            self.send_response(404 if text is None else 200)
            self.end_headers()
            self.wfile.write((text or "").encode())

    with served(Handler, context) as address:
        yield address


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """Address of a server that does something with its first client."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run() -> None:
            with suppress(OSError):
                client, _ = server.accept()
                with client, suppress(OSError):
                    serve(client)

        thread = threading.Thread(target=run)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        thread.join()


def free_address() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"
