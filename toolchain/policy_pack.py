"""Starts a policy pack once the engine has said for which stack, and passes the engine's calls on to it.

The stack comes with the analyzer's ConfigureStack call, but a pack reads it from its environment while it is imported:
so this proxy takes the calls, and starts the pack on the first one that it cannot answer itself.

It is a process of its own, `FOLDER COMMAND…`: in the language host it would wait for Python's lock at each call while
the program runs there, 10 ms and more of each of two calls per resource.
"""

import json
import os
import queue
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import grpc  # type: ignore[import-untyped]
from pulumi.runtime.proto import analyzer_pb2
from pulumi.runtime.proto.language_pb2 import RunPluginResponse

from toolchain.child import Child
from toolchain.limits import GRPC_OPTIONS

_THREADS = 16
"""Calls to one pack at once; the pack's own server works on four."""


class PolicyPackProxy(grpc.GenericRpcHandler):  # type: ignore[misc]
    """One policy pack; iterating gives this proxy's port, then the pack's output and exit code."""

    def __init__(self, command: Sequence[str], folder: str, environment: dict[str, str]) -> None:
        """Serve at once; the pack itself is started later, in its own folder."""
        self._command, self._folder, self._environment = command, folder, environment
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._pack: Future[grpc.Channel] = Future()
        self._started: queue.SimpleQueue[Child | None] = queue.SimpleQueue()
        self._server = grpc.server(ThreadPoolExecutor(_THREADS), handlers=[self], options=GRPC_OPTIONS)
        self._own_port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()

    def __iter__(self) -> Iterator[RunPluginResponse]:
        yield RunPluginResponse(stdout=f"{self._own_port}\n".encode())
        child = self._started.get()
        if child is not None:
            yield from child

    def stop(self) -> None:
        """End the pack, if it was started, and this proxy."""
        with self._lock:
            if self._child:
                self._child.stop()
        self._started.put(None)
        self._server.stop(None)

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        """Every call of the analyzer service, as the bytes that came."""
        method: str = handler_call_details.method

        def call(request: bytes, context: grpc.ServicerContext) -> bytes:
            return self._call(method, request, context)

        return grpc.unary_unary_rpc_method_handler(call)

    def _call(self, method: str, request: bytes, context: grpc.ServicerContext) -> bytes:
        if method.endswith("/Handshake"):
            return bytes(analyzer_pb2.AnalyzerHandshakeResponse().SerializeToString())
        self._start(_variables(request) if method.endswith("/ConfigureStack") else {})
        try:
            return bytes(self._pack.result().unary_unary(method)(request))
        except RuntimeError as error:
            context.abort(grpc.StatusCode.UNAVAILABLE, str(error))
        except grpc.RpcError as error:
            context.abort(error.code(), error.details())
        raise AssertionError("abort raises")

    def _start(self, variables: dict[str, str]) -> None:
        with self._lock:
            if self._child is None:
                environment = (self._environment or dict(os.environ)) | variables
                self._child = Child(self._command, self._folder, environment, first_line=self._ready)
                self._started.put(self._child)

    def _ready(self, line: bytes) -> None:
        if line.strip().isdigit():
            self._pack.set_result(grpc.insecure_channel(f"127.0.0.1:{int(line)}", options=GRPC_OPTIONS))
        else:
            said = line.decode(errors="replace").strip()
            problem = f"it printed {said!r} instead of its port" if said else "it ended before it was ready"
            self._pack.set_exception(RuntimeError(f"policy pack {self._folder}: {problem}"))


def main() -> int:
    """Run the proxy for the pack in the folder; the pack's output and exit code are this process's own."""
    folder, *command = sys.argv[1:]
    for message in PolicyPackProxy(command, folder, {}):
        if message.WhichOneof("output") == "exitcode":
            return message.exitcode
        os.write(1, message.stdout)
        os.write(2, message.stderr)
    return 0


def _variables(request: bytes) -> dict[str, str]:
    """What a pack may read from its environment: the same variables as under the official host."""
    stack = analyzer_pb2.AnalyzerStackConfigureRequest.FromString(request)
    return {
        "PULUMI_CONFIG": json.dumps(dict(stack.config)),
        "PULUMI_DRY_RUN": str(stack.dry_run).lower(),
        "PULUMI_ORGANIZATION": stack.organization,
        "PULUMI_PROJECT": stack.project,
        "PULUMI_STACK": stack.stack,
    }


if __name__ == "__main__":
    sys.exit(main())
