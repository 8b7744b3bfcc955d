"""A child process of the language host, and what it prints as the messages that the engine wants."""

import os
import queue
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import IO

from pulumi.runtime.proto.language_pb2 import RunPluginResponse

_STOP_SECONDS = 5
"""How long a child may take to end after SIGINT; the engine gives its own children the same."""


class Child:
    """Runs one command; iterating gives its output as it comes, then its exit code."""

    def __init__(
        self,
        command: Sequence[str],
        cwd: str,
        environment: dict[str, str],
        first_line: Callable[[bytes], None] | None = None,
    ) -> None:
        """Start it; `first_line` takes the first line of stdout (empty when it ends without one) from the output."""
        self._messages: queue.SimpleQueue[RunPluginResponse | None] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment or None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        threading.Thread(target=self._follow, args=(first_line,), daemon=True).start()

    def __iter__(self) -> Iterator[RunPluginResponse]:
        return iter(self._messages.get, None)

    def stop(self) -> None:
        """Ask it to end, and make it end some seconds later; returns at once."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            killer = threading.Timer(_STOP_SECONDS, self._process.kill)
            killer.daemon = True
            killer.start()

    def _follow(self, first_line: Callable[[bytes], None] | None) -> None:
        stdout, stderr = self._process.stdout, self._process.stderr
        assert stdout is not None
        assert stderr is not None
        errors = threading.Thread(
            target=self._pump, args=(stderr, lambda text: RunPluginResponse(stderr=text)), daemon=True
        )
        errors.start()
        if first_line:
            # Unbuffered, so that nothing of what follows is swallowed.
            first_line(_line(stdout.fileno()))
        self._pump(stdout, lambda text: RunPluginResponse(stdout=text))
        errors.join()
        self._messages.put(RunPluginResponse(exitcode=self._process.wait()))
        self._messages.put(None)

    def _pump(self, stream: IO[bytes], message: Callable[[bytes], RunPluginResponse]) -> None:
        with stream:
            while chunk := os.read(stream.fileno(), 65536):
                self._messages.put(message(chunk))


def _line(descriptor: int) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(descriptor, 1)
        if not byte:
            break
        line += byte
    return line
