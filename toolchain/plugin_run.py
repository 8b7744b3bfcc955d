"""Answers the engine's RunPlugin: policy packs and plugin folders run as children of the language host."""

import sys
from collections.abc import Iterator
from pathlib import Path

import grpc  # type: ignore[import-untyped]
from pulumi.runtime.proto import language_pb2

from toolchain import paths
from toolchain.child import Child


def run_plugin(
    request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
) -> Iterator[language_pb2.RunPluginResponse]:
    """Stream the plugin's output until it ends, then its exit code; a cancelled call ends the plugin."""
    environment = dict(entry.split("=", 1) for entry in request.env)
    plugin = Child(command(request), request.pwd, environment)
    if not context.add_callback(plugin.stop):
        plugin.stop()
    yield from plugin


def command(request: language_pb2.RunPluginRequest) -> list[str]:
    """What to start: the SDK's policy server for a pack (kind `analyzer`), behind a proxy, else the plugin's folder."""
    folder, options = request.info.program_directory, ["-u", "-P", str(paths.ROOT / "toolchain" / "launch.py")]
    launch = [python(request.info), *options]
    if request.kind == "analyzer":
        proxy = [sys.executable, *options, "toolchain.policy_pack", folder]
        return [*proxy, *launch, "pulumi.policy", *request.args[:1], folder]
    return [*launch, folder, *request.args]


def python(info: language_pb2.ProgramInfo) -> str:
    """The interpreter of the folder's `virtualenv` option when that venv is there, else this one."""
    option = info.options.fields["virtualenv"].string_value if "virtualenv" in info.options.fields else ""
    own = Path(info.root_directory) / option / "bin" / "python"
    return str(own) if option and own.exists() else sys.executable
