"""What the policy pack costs: its start, and each resource, through its own process, as the engine asks it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import grpc  # type: ignore[import-untyped]
from google.protobuf.json_format import ParseDict  # type: ignore[import-untyped]
from google.protobuf.struct_pb2 import Struct  # type: ignore[import-untyped]
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from ops.bench.measure import Measure
from ops.sandbox import CHECKOUT
from ops.screen import Screen
from toolchain.limits import GRPC_OPTIONS

_MANY = 1_000
_FEW, _MOST = 100, 10_000
_ROUNDS = 3
_ENGINES_OF_A_HOST = 100
_TYPE = "docker:index/container:Container"
_CONTAINER: dict[str, Any] = {
    "image": "sha256:" + "0" * 64,
    "memory": 256,
    "memorySwap": 256,
    "networkMode": "host",
    "logDriver": "local",
    "logOpts": {"mode": "non-blocking", "max-buffer-size": "4m", "max-size": "10m", "max-file": "5"},
    "ulimits": [{"name": "memlock", "soft": -1, "hard": -1}, {"name": "nofile", "soft": 65_536, "hard": 65_536}],
    "stopSignal": "SIGTERM",
    "stopTimeout": 30,
    "destroyGraceSeconds": 30,
    "restart": "on-failure",
    "maxRetryCount": 5,
    "readOnly": True,
    "capabilities": {"drops": ["ALL"]},
    "securityOpts": ["no-new-privileges:true"],
    "healthcheck": {"tests": ["CMD", "true"], "interval": "5s"},
    "wait": True,
    "uploads": [{"file": f"/etc/hft/{number}.conf", "content": "key = value\n" * 40} for number in range(3)],
    "labels": [{"label": "hft.tier", "value": "engine"}],
}
"""A container with which no rule finds fault: each is asked to its end."""


def measures(screen: Screen) -> Iterator[Measure]:
    """The figures of the pack alone."""
    whole = [_asked(_MANY) for _ in range(_ROUNDS)]
    screen.step(f"policy pack over {_MANY:,} resources", sum(whole[-1]))
    method = (
        f"Median of {_ROUNDS} runs, the pack's own process: from its start to its last answer about {_MANY:,} engines, "
        f"one after the other, and about the stack of them; no finding. "
        f"Its start took {median(start for start, _ in whole):.2f} s."
    )
    yield Measure(
        f"policy pack, start and {_MANY:,} resources, seconds", median(sum(each) for each in whole), 3.0, method
    )
    pairs = [(_asked(_FEW)[1] / _FEW, _asked(_MOST)[1] / _MOST) for _ in range(_ROUNDS)]
    few, most = (median(each[side] for each in pairs) * 1_000 for side in (0, 1))
    screen.step(f"policy pack over {_MOST:,} resources", most * _MOST / 1_000)
    method = f"Median of {_ROUNDS} pairs, without the start: {few:.2f} ms and {most:.2f} ms for each resource."
    ratio = median(each_of_most / each_of_few for each_of_few, each_of_most in pairs)
    yield Measure(f"policy pack, a resource of {_MOST:,} ÷ of {_FEW}", ratio, 1.2, method)


def _asked(count: int) -> tuple[float, float]:
    """Seconds until the pack listened, and from then to its last answer."""
    resources = [_resource(number) for number in range(count)]
    began = time.monotonic()
    with _pack() as stub:
        listening = time.monotonic()
        stub.Configure(analyzer_pb2.ConfigureAnalyzerRequest())
        for each in resources:
            _require_silent(stub.Analyze(analyzer_pb2.AnalyzeRequest(**each)))
        whole = [analyzer_pb2.AnalyzerResource(**each) for each in resources]
        stub.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=whole))
        return listening - began, time.monotonic() - listening


def _resource(number: int) -> dict[str, Any]:
    host, place = divmod(number, _ENGINES_OF_A_HOST)
    inputs = {**_CONTAINER, "name": f"engine-{number}", "cpuSet": f"{2 * place + 2}-{2 * place + 3}"}
    provider = analyzer_pb2.AnalyzerProviderResource(urn=f"urn:pulumi:bench::hft::pulumi:providers:docker::host-{host}")
    urn = f"urn:pulumi:bench::hft::{_TYPE}::engine-{number}"
    properties = ParseDict(inputs, Struct())
    return {"type": _TYPE, "urn": urn, "name": f"engine-{number}", "properties": properties, "provider": provider}


def _require_silent(response: analyzer_pb2.AnalyzeResponse) -> None:
    found = [each.message for each in response.diagnostics]
    assert not found, f"the container is meant to be without fault: {found[0]}"


@contextmanager
def _pack() -> Iterator[analyzer_pb2_grpc.AnalyzerStub]:
    argv = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", "policies"]
    with subprocess.Popen(argv, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            with grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}", options=GRPC_OPTIONS) as channel:
                yield analyzer_pb2_grpc.AnalyzerStub(channel)
        finally:
            process.kill()
