"""Serves a pack to the engine, which starts it and reads its port."""

import sys
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc  # type: ignore[import-untyped]
from pulumi.runtime.proto import analyzer_pb2_grpc

from policies.pack.analyzer import Analyzer
from policies.pack.resource import Resource
from policies.pack.rule import Rule
from policies.pack.waivers import WaiverError, read

WAIVERS = Path(__file__).parents[1] / "waivers.yaml"
_WORKERS = 4
"""Calls at once; the engine asks about one resource after the other, and once about the stack."""
_OPTIONS = [(f"grpc.max_{way}_message_length", 400 * 1024 * 1024) for way in ("receive", "send")]
"""As large as the engine sends, whose own limit this is (`rpcutil.maxRPCMessageSize`)."""


def serve(name: str, rules: Sequence[Rule], types: Iterable[type[Resource]], waivers: Path = WAIVERS) -> None:
    """Print the port and answer until the engine ends this process. Ends it with a message if a waiver is wrong."""
    try:
        analyzer = Analyzer(name, rules, types, read(waivers, rules))
    except WaiverError as error:
        sys.exit(str(error))
    server = grpc.server(ThreadPoolExecutor(_WORKERS), options=_OPTIONS)
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(analyzer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    threading.Event().wait()
