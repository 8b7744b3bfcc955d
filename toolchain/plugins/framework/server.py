"""The gRPC server of a plugin: one diagnostic per failure, half-made resources kept, many calls at once."""

import argparse
import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc  # type: ignore[import-untyped]
from google.protobuf import any_pb2  # type: ignore[import-untyped]
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from toolchain.plugins.framework.provider import OLD_INPUTS, PartialState, TableProvider
from toolchain.plugins.framework.resource import ProviderError

_THREADS = 64
"""Above the engine's own parallelism (4 x CPUs), as a create that waits for health holds its thread for minutes."""
_CALLS = ("CheckConfig", "DiffConfig", "Configure", "Check", "Diff", "Create", "Read", "Update", "Delete", "Invoke")
_ABSENT = ("Handshake", "Attach", "GetMapping", "GetMappings", "GetSchema", "Call", "Construct", "List", "Parameterize")


class Servicer(ProviderServicer):
    """The SDK's servicer with clear errors: no traceback, and `PartialState` handed over as the engine's init error."""


def _guarded(name: str) -> Any:
    async def call(self: Servicer, request: Any, context: Any) -> Any:
        if name in ("Diff", "Update"):
            OLD_INPUTS.set(PropertyValue.unmarshal_map(request.old_inputs))
        try:
            return await getattr(ProviderServicer, name)(self, request, context)
        except PartialState as error:
            return await context.abort(grpc.StatusCode.UNKNOWN, str(error), _init_error(error))
        except ProviderError as error:
            return await context.abort(grpc.StatusCode.UNKNOWN, str(error))
        except Exception as error:  # the engine would otherwise show a traceback
            return await context.abort(grpc.StatusCode.UNKNOWN, f"{type(error).__name__}: {error}")

    return call


def _absent(name: str) -> Any:
    async def call(_self: Servicer, _request: Any, context: Any) -> Any:
        return await context.abort(grpc.StatusCode.UNIMPLEMENTED, f"{name} is not offered by this stand-in provider")

    return call


for _name in _CALLS:
    setattr(Servicer, _name, _guarded(_name))
for _name in _ABSENT:
    setattr(Servicer, _name, _absent(_name))


def _init_error(error: PartialState) -> tuple[tuple[str, bytes], ...]:
    detail = provider_pb2.ErrorResourceInitFailed(
        id=error.resource_id, properties=PropertyValue.marshal_map(error.state), reasons=[str(error)]
    )
    packed = any_pb2.Any()
    packed.Pack(detail)
    code: int = grpc.StatusCode.UNKNOWN.value[0]
    status = status_pb2.Status(code=code, message=str(error), details=[packed])
    return (("grpc-status-details-bin", status.SerializeToString()),)


async def start(provider: TableProvider, version: str, engine: str) -> tuple[Any, int]:
    """A started server and its port on 127.0.0.1."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS))
    server = grpc.aio.server(options=_GRPC_CHANNEL_OPTIONS)
    servicer = Servicer([], version, provider, engine_address=engine)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    return server, port


def serve(provider: TableProvider, version: str) -> None:
    """Run a plugin until the engine ends it: prints the port, as the engine expects, then answers calls."""
    parser = argparse.ArgumentParser(description=f"stand-in Pulumi provider {provider.name}")
    parser.add_argument("engine", help="address of the engine, host:port")
    options, _ = parser.parse_known_args()

    async def run() -> None:
        server, port = await start(provider, version, options.engine)
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        await server.wait_for_termination()

    asyncio.run(run())
