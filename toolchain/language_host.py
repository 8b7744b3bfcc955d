"""`pulumi-language-python` for machines without the official one: the engine's LanguageRuntime service.

It covers what running programs, policy packs and plugin folders needs; generating SDKs (`pulumi package add`),
converting programs and debuggers stay with the official host.
"""
# ruff: noqa: N802, ARG002  (names and arguments are the service's)

import platform
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import distributions

import grpc  # type: ignore[import-untyped]
from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped]
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from toolchain import plugin_run, program, versions
from toolchain.limits import GRPC_OPTIONS

_THREADS = 64
"""Calls served at once; each running pack or plugin folder holds one for its whole life."""


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Answers the engine; the program runs in this process, packs and plugin folders in child processes."""

    def __init__(self, engine: str) -> None:
        """Serve the engine at this address, which takes what programs log."""
        self._engine = engine

    def Handshake(
        self, request: language_pb2.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        """Accept any engine; the version was checked before the run."""
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """Say the engine's version: host and engine belong together."""
        return plugin_pb2.PluginInfo(version=versions.PULUMI)

    def About(self, request: language_pb2.AboutRequest, context: grpc.ServicerContext) -> language_pb2.AboutResponse:
        """The interpreter that programs run in."""
        return language_pb2.AboutResponse(executable=sys.executable, version=platform.python_version())

    def GetProgramDependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        """Every distribution in the program's environment."""
        found = sorted({(d.metadata["Name"], d.version) for d in distributions()})
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[language_pb2.DependencyInfo(name=name, version=version) for name, version in found]
        )

    def GetRequiredPackages(
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        """None ahead of the run: each resource names the plugin version it needs when it is registered."""
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(
        self, request: language_pb2.GetRequiredPluginsRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPluginsResponse:
        """None, as `GetRequiredPackages`."""
        return language_pb2.GetRequiredPluginsResponse()

    def InstallDependencies(
        self, request: language_pb2.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        """Nothing: set-up has installed requirements.txt with its hashes."""
        yield from ()

    def Run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> language_pb2.RunResponse:
        """Run the program to its end."""
        return program.run(request, self._engine)

    def RunPlugin(
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        """Run a policy pack or a plugin folder until it ends or the engine cancels the call."""
        yield from plugin_run.run_plugin(request, context)


def main() -> None:
    """Serve on a free local port, print it, and stay until the engine ends this process.

    The engine gives its own address as the last argument.
    """
    server = grpc.server(ThreadPoolExecutor(max_workers=_THREADS), options=GRPC_OPTIONS)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageHost(sys.argv[-1]), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    server.wait_for_termination()


if __name__ == "__main__":
    main()
