"""A program beside a part of the stack, inside its container, with which one talks by lines over Docker's own way in.

Whoever leaves it, by an error or with the whole process, closes its input: the programs of this folder take that as the
word to undo what they have done.
"""

import queue
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from docker import DockerClient
from docker.errors import DockerException
from docker.utils.socket import frames_iter

from ops.errors import OpsError

_OUT, _ERR = 1, 2


class Conversation:
    """One program; made by `converse`."""

    def __init__(self, name: str, stream: Any) -> None:
        """`stream` is what Docker gives for a started program."""
        self.name = name
        """Of its container, and where that is."""
        self._stream = stream
        self._socket: socket.socket = stream._sock
        # Its own time-out is for answers of the API.
        self._socket.settimeout(None)
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._complaint = ""
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def say(self, line: str) -> None:
        """Send a line. Raises OpsError where the program has ended."""
        try:
            self._socket.sendall(f"{line}\n".encode())
        except OSError as error:
            raise OpsError(self._ended()) from error

    def hear(self, seconds: float) -> str:
        """The program's next line. Raises OpsError where it ends or says nothing for that long."""
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            raise OpsError(f"{self.name}: no answer within {seconds:g} s") from None
        if line is None:
            raise OpsError(self._ended())
        return line

    def expect(self, line: str, seconds: float) -> None:
        """Hear this line. Raises OpsError for any other one, and as `hear` does."""
        if (heard := self.hear(seconds)) != line:
            raise OpsError(f"{self.name}: {heard}")

    def close(self) -> None:
        """End the program's input, and the connection."""
        # Wakes the thread that listens, which closing alone does not.
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._listener.join()
        # Docker's client keeps it there; with it goes the connection, and a process of ssh.
        self._stream._response.close()
        self._stream.close()
        self._socket.close()

    def _ended(self) -> str:
        return f"{self.name}: {self._complaint.strip().splitlines()[-1] if self._complaint.strip() else 'ended'}"

    def _listen(self) -> None:
        rest = ""
        try:
            frames: Iterator[tuple[int, bytes]] = frames_iter(self._stream, tty=False)  # type: ignore[no-untyped-call]
            for kind, data in frames:
                if kind == _ERR:
                    self._complaint += data.decode(errors="replace")
                elif kind == _OUT:
                    *whole, rest = (rest + data.decode(errors="replace")).split("\n")
                    for line in whole:
                        self._lines.put(line)
        except (OSError, ValueError):
            # Closed by us, or cut.
            pass
        self._lines.put(None)


@contextmanager
def converse(
    client: DockerClient, container: str, script: str, arguments: Sequence[str], *, host: str
) -> Iterator[Conversation]:
    """Run a bash script in a container until the block ends; `host` is for messages, as names repeat on every host.

    Raises OpsError where the container is not running.
    """
    name = f"{container} on {host}"
    argv = ["bash", "-c", script, "bash", *arguments]
    try:
        started = client.api.exec_create(container, argv, stdin=True)
        stream = client.api.exec_start(started["Id"], socket=True)
    except DockerException as error:
        raise OpsError(f"{name}: {error}") from error
    conversation = Conversation(name, stream)
    try:
        yield conversation
    finally:
        conversation.close()
