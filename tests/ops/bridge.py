"""Joins a connection to this machine's Docker: behind a tcp:// address, or as the `ssh` of a host behind ssh://."""

import os
import select
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer

SOCKET = "/var/run/docker.sock"


class _Handler(BaseRequestHandler):
    def handle(self) -> None:
        join(self.request.fileno(), self.request.fileno())


@contextmanager
def tcp() -> Iterator[str]:
    """A tcp:// endpoint while the `with` block lasts."""
    with ThreadingTCPServer(("127.0.0.1", 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"tcp://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def write_ssh(folder: Path) -> Path:
    """Write an `ssh` that reaches this machine whatever it is asked for; gives the file that says what it was."""
    asked = folder / "asked"
    script = folder / "ssh"
    script.write_text(f'#!/bin/sh\necho "$*" > {asked}\nexec {sys.executable} {__file__}\n')
    script.chmod(0o755)
    return asked


def join(read: int, write: int) -> None:
    """Carry bytes between two file descriptors and Docker until either ends."""
    with socket.socket(socket.AF_UNIX) as docker, suppress(OSError):
        docker.connect(SOCKET)
        ways = {read: docker.fileno(), docker.fileno(): write}
        while True:
            for ready in select.select(list(ways), [], [])[0]:
                if not (data := os.read(ready, 65536)):
                    return
                os.write(ways[ready], data)


if __name__ == "__main__":
    join(0, 1)
