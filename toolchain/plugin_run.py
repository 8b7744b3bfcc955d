"""Runs policy packs and plugin folders as child processes of the language host and streams what they print."""

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import grpc  # type: ignore[import-untyped]
from pulumi.runtime.proto import language_pb2

from toolchain import paths

_STOP_SECONDS = 5
"""How long a child may take to end after SIGINT; the engine gives its own children the same."""


def run_plugin(
    request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
) -> Iterator[language_pb2.RunPluginResponse]:
    """Stream the child's output until it ends, then its exit code; a cancelled call ends the child."""
    process = subprocess.Popen(
        command(request),
        cwd=request.info.program_directory if request.kind == "analyzer" else request.pwd,
        env=dict(entry.split("=", 1) for entry in request.env) or None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    if not context.add_callback(lambda: _stop(process)):
        _stop(process)
    yield from _output(process)
    yield language_pb2.RunPluginResponse(exitcode=process.wait())


def command(request: language_pb2.RunPluginRequest) -> list[str]:
    """What to start: the SDK's policy server for a pack (kind `analyzer`), else the plugin's own folder."""
    launch = [python(request.info), "-u", "-P", str(paths.ROOT / "toolchain" / "launch.py")]
    if request.kind == "analyzer":
        return [*launch, "pulumi.policy", *request.args[:1], request.info.program_directory]
    return [*launch, request.info.program_directory, *request.args]


def python(info: language_pb2.ProgramInfo) -> str:
    """The interpreter of the folder's `virtualenv` option when that venv is there, else this one."""
    option = info.options.fields["virtualenv"].string_value if "virtualenv" in info.options.fields else ""
    own = Path(info.root_directory) / option / "bin" / "python"
    return str(own) if option and own.exists() else sys.executable


def _output(process: subprocess.Popen[bytes]) -> Iterator[language_pb2.RunPluginResponse]:
    messages: queue.SimpleQueue[language_pb2.RunPluginResponse | None] = queue.SimpleQueue()

    def pump(stream: IO[bytes], message: Callable[[bytes], language_pb2.RunPluginResponse]) -> None:
        with stream:
            while chunk := os.read(stream.fileno(), 65536):
                messages.put(message(chunk))
        messages.put(None)

    assert process.stdout is not None
    assert process.stderr is not None
    pumps = [
        (process.stdout, lambda chunk: language_pb2.RunPluginResponse(stdout=chunk)),
        (process.stderr, lambda chunk: language_pb2.RunPluginResponse(stderr=chunk)),
    ]
    for arguments in pumps:
        threading.Thread(target=pump, args=arguments, daemon=True).start()
    for _ in pumps:
        yield from iter(messages.get, None)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        threading.Timer(_STOP_SECONDS, process.kill).start()
