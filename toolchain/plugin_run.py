"""Answers the engine's RunPlugin: policy packs and plugin folders run as children of the language host."""

import sys
from collections.abc import Iterator
from pathlib import Path

import grpc  # type: ignore[import-untyped]
from pulumi.runtime.proto import language_pb2

from toolchain import paths
from toolchain.child import Child
from toolchain.policy_pack import PolicyPackProxy


def run_plugin(
    request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
) -> Iterator[language_pb2.RunPluginResponse]:
    """Stream the plugin's output until it ends, then its exit code; a cancelled call ends the plugin."""
    environment = dict(entry.split("=", 1) for entry in request.env)
    if request.kind == "analyzer":
        plugin: Child | PolicyPackProxy = PolicyPackProxy(command(request), request.info.program_directory, environment)
    else:
        plugin = Child(command(request), request.pwd, environment)
    if not context.add_callback(plugin.stop):
        plugin.stop()
    yield from plugin


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
