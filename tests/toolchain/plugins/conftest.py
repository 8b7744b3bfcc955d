"""Drives a plugin over real gRPC, or by the real engine; compares its tables with the published schemas."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import struct_pb2
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from toolchain.engine.lookup import require_engine
from toolchain.errors import ToolchainError
from toolchain.plugins.framework import Property, Resource, TableProvider
from toolchain.plugins.framework.server import start
from toolchain.plugins.framework.values import UNKNOWN, is_unknown, unknown, wrap

CHECKOUT = Path(__file__).resolve().parents[3]
SCHEMAS = CHECKOUT.parent / "shared" / "schemas"


@dataclass(frozen=True)
class Secret:
    """A value with the engine's secret mark."""

    value: Any


def to_wire(value: Any) -> PropertyValue:
    if isinstance(value, Secret):
        return to_wire(value.value).with_secret(True)
    if value is UNKNOWN:
        return unknown()
    if isinstance(value, Mapping):
        return PropertyValue({k: to_wire(v) for k, v in value.items()})
    if isinstance(value, list):
        return PropertyValue([to_wire(v) for v in value])
    return wrap(value)


def from_wire(value: PropertyValue) -> Any:
    raw = value.value
    if is_unknown(value):
        plain: Any = UNKNOWN
    elif isinstance(raw, Mapping):
        plain = {k: from_wire(v) for k, v in raw.items()}
    elif isinstance(raw, tuple):
        plain = [from_wire(v) for v in raw]
    else:
        plain = int(raw) if isinstance(raw, float) and raw.is_integer() else raw
    return Secret(plain) if value.is_secret else plain


def to_struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    return PropertyValue.marshal_map({k: to_wire(v) for k, v in values.items()})


def from_struct(struct: struct_pb2.Struct) -> dict[str, Any]:
    return {k: from_wire(v) for k, v in PropertyValue.unmarshal_map(struct).items()}


class Plugin:
    """A running plugin. Values are plain; `Secret` and `UNKNOWN` stand for the engine's marks."""

    def __init__(self, stub: Any, kinds: Mapping[str, str]) -> None:
        self._stub = stub
        self._kinds = kinds

    def urn(self, kind: str, name: str = "thing") -> str:
        return f"urn:pulumi:test::hft::hft:some:Parent${self._kinds[kind]}::{name}"

    async def configure(self, **settings: Any) -> Any:
        return await self._stub.Configure(
            provider_pb2.ConfigureRequest(args=to_struct(settings), acceptSecrets=True, acceptResources=True)
        )

    async def check_config(self, **settings: Any) -> list[tuple[str, str]]:
        request = provider_pb2.CheckRequest(urn="urn:pulumi:test::hft::pulumi:providers:x::p", news=to_struct(settings))
        return [(f.property, f.reason) for f in (await self._stub.CheckConfig(request)).failures]

    async def check(
        self, kind: str, inputs: Mapping[str, Any], old: Mapping[str, Any] | None = None, name: str = "thing"
    ) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        request = provider_pb2.CheckRequest(
            urn=self.urn(kind, name), olds=to_struct(old or {}), news=to_struct(inputs), randomSeed=b"seed"
        )
        answer = await self._stub.Check(request)
        return from_struct(answer.inputs), sorted((f.property, f.reason) for f in answer.failures)

    async def failures(self, kind: str, inputs: Mapping[str, Any]) -> list[tuple[str, str]]:
        return (await self.check(kind, inputs))[1]

    async def diff(
        self,
        kind: str,
        old: Mapping[str, Any],
        new: Mapping[str, Any],
        *,
        state: Mapping[str, Any] | None = None,
        ignore: tuple[str, ...] = (),
    ) -> dict[str, Any]:
        """`changes`, `replaces`, `delete_before_replace`, and `paths`: path → kind of change."""
        answer = await self._stub.Diff(
            provider_pb2.DiffRequest(
                id="id",
                urn=self.urn(kind),
                olds=to_struct(state if state is not None else old),
                old_inputs=to_struct(old),
                news=to_struct(new),
                ignoreChanges=list(ignore),
            )
        )
        kinds = provider_pb2.PropertyDiff.Kind
        return {
            "changes": answer.changes == provider_pb2.DiffResponse.DIFF_SOME,
            "replaces": list(answer.replaces),
            "delete_before_replace": answer.deleteBeforeReplace,
            "paths": {path: kinds.Name(change.kind) for path, change in answer.detailedDiff.items()},
        }

    async def paths(self, kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, str]:
        found: dict[str, str] = (await self.diff(kind, old, new))["paths"]
        return found

    async def create(
        self, kind: str, inputs: Mapping[str, Any], *, preview: bool = False
    ) -> tuple[str, dict[str, Any]]:
        request = provider_pb2.CreateRequest(urn=self.urn(kind), properties=to_struct(inputs), preview=preview)
        answer = await self._stub.Create(request)
        return answer.id, from_struct(answer.properties)

    async def read(
        self, kind: str, resource_id: str, state: Mapping[str, Any], inputs: Mapping[str, Any]
    ) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """Id (empty: gone), state and inputs."""
        request = provider_pb2.ReadRequest(
            id=resource_id, urn=self.urn(kind), properties=to_struct(state), inputs=to_struct(inputs)
        )
        answer = await self._stub.Read(request)
        return answer.id, from_struct(answer.properties), from_struct(answer.inputs)

    async def update(
        self,
        kind: str,
        resource_id: str,
        state: Mapping[str, Any],
        old: Mapping[str, Any],
        new: Mapping[str, Any],
        *,
        preview: bool = False,
    ) -> dict[str, Any]:
        request = provider_pb2.UpdateRequest(
            id=resource_id,
            urn=self.urn(kind),
            olds=to_struct(state),
            old_inputs=to_struct(old),
            news=to_struct(new),
            preview=preview,
        )
        return from_struct((await self._stub.Update(request)).properties)

    async def delete(self, kind: str, resource_id: str, state: Mapping[str, Any]) -> None:
        await self._stub.Delete(
            provider_pb2.DeleteRequest(id=resource_id, urn=self.urn(kind), properties=to_struct(state))
        )


Serve = Callable[[TableProvider], Awaitable[Plugin]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts providers and gives back their `Plugin`; resources are named by their class part (``Container``)."""
    running: list[Any] = []

    async def serve_one(provider: TableProvider) -> Plugin:
        server, port = await start(provider, "1.2.3", "127.0.0.1:1")
        channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}")
        running.extend([channel.close, lambda: server.stop(None)])
        kinds = {token.rpartition(":")[2]: token for token in provider.tokens}
        return Plugin(provider_pb2_grpc.ResourceProviderStub(channel), kinds)

    yield serve_one
    for stop in running:
        await stop()


class Project:
    """A Pulumi project in a folder, run by the real engine with the language host and the plugins of this checkout.

    Skips the test where the engine is not there (set-up builds it).
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "state").mkdir()
        (folder / "Pulumi.yaml").write_text("name: plugins\nruntime: python\n")
        self._environment = _environment(folder)
        self.run("stack", "init", "test")

    def program(self, text: str) -> None:
        """Replaces the program."""
        (self._folder / "__main__.py").write_text(text)

    def run(self, *arguments: str, fails: bool = False) -> str:
        """Runs the CLI; gives what it wrote. `fails`: it must exit non-zero, else zero."""
        command = ["pulumi", *arguments, "--non-interactive", "--color", "never"]
        ran = subprocess.run(
            command,
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=180,
        )
        assert (ran.returncode != 0) == fails, ran.stdout
        assert "Traceback" not in ran.stdout
        return ran.stdout

    def up(self, *, fails: bool = False) -> str:
        return self.run("up", "--yes", "--skip-preview", fails=fails)

    def preview(self) -> dict[str, str]:
        """What `up` would do: logical name → operation, without what stays the same."""
        printed = self.run("preview", "--json")
        steps = json.loads(printed[printed.index("{") :])["steps"]
        return {step["urn"].rpartition("::")[2]: step["op"] for step in steps if step["op"] != "same"}

    def resources(self) -> dict[str, dict[str, Any]]:
        """State by logical name, custom resources only."""
        exported = json.loads(self.run("stack", "export", "--show-secrets"))["deployment"].get("resources", [])
        return {r["urn"].rpartition("::")[2]: r for r in exported if r["custom"] and ":providers:" not in r["type"]}


def operations(printed: str) -> dict[str, int]:
    """The counts under "Resources:" of an update's summary."""
    summary = printed.partition("Resources:")[2]
    return {
        word: int(count) for count, word in re.findall(r"(\d+) (created|updated|replaced|deleted|unchanged)", summary)
    }


def _environment(folder: Path) -> dict[str, str]:
    try:
        engine = require_engine()
    except ToolchainError as error:
        pytest.skip(f"no engine here: {error}")
    launchers = folder / "bin"
    launchers.mkdir()
    modules = {"pulumi-language-python": "toolchain.language_host"}
    plugins = ("docker", "grafana", "postgresql", "random", "tls")
    modules |= {f"pulumi-resource-{name}": f"toolchain.plugins.{name}" for name in plugins}
    for name, module in modules.items():
        command = shlex.join([sys.executable, "-P", "-u", str(CHECKOUT / "toolchain" / "launch.py"), module])
        (launchers / name).write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        (launchers / name).chmod(0o755)
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith("PULUMI_")},
        "PATH": os.pathsep.join([str(launchers), str(Path(engine).parent), os.environ["PATH"]]),
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty project with the stack `test`."""
    return Project(tmp_path)


def published(package: str) -> dict[str, Any]:
    """A provider's published schema; skips the test where the checkout has none beside it."""
    path = SCHEMAS / f"{package}.json"
    if not path.exists():
        pytest.skip(f"no published schema at {path}")
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def disagreements(resource: type[Resource[Any]], schema: Mapping[str, Any], *, replaces: bool = True) -> list[str]:
    """Where a resource's tables differ from the schema; `replaces=False` where the schema tells nothing of it."""
    known = schema["resources"][resource.token]
    found = list(_differences("", resource.inputs, known["inputProperties"], known.get("requiredInputs", []), schema))
    outputs = {k: v for k, v in known["properties"].items() if k not in known["inputProperties"]}
    found += _differences("", resource.outputs, outputs, [], schema)
    for name, shape in known["properties"].items():
        declared = resource.table().get(name)
        if declared and declared.secret != shape.get("secret", False):
            found.append(f"{name}: secret is {declared.secret}")
    for name, shape in known["inputProperties"].items():
        if replaces and name in resource.inputs:
            wanted = shape.get("willReplaceOnChanges", False)
            found += [f"{name}: replaces should be {wanted}"] if resource.inputs[name].replaces != wanted else []
    return found


def configuration_disagreements(table: Mapping[str, Property], schema: Mapping[str, Any]) -> list[str]:
    """Where a provider's configuration differs from the schema."""
    known = schema["provider"]
    return list(_differences("", table, known.get("inputProperties", {}), known.get("requiredInputs", []), schema))


def _differences(
    path: str,
    table: Mapping[str, Property],
    known: Mapping[str, Any],
    required: list[str],
    schema: Mapping[str, Any],
) -> list[str]:
    found = [f"{path}{name}: not in the schema" for name in table.keys() - known.keys()]
    found += [f"{path}{name}: missing" for name in known.keys() - table.keys()]
    for name in table.keys() & known.keys():
        found += _type_differences(path + name, table[name], known[name], schema)
        if table[name].required != (name in required):
            found.append(f"{path}{name}: required should be {name in required}")
    return sorted(found)


def _type_differences(path: str, shape: Property, known: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    if shape.unsupported:
        return []
    if "$ref" in known:
        target = schema["types"][known["$ref"].removeprefix("#/types/")]
        if shape.kind != "object":
            return [f"{path}: is {shape.kind}, should be object"]
        return _differences(f"{path}.", shape.fields, target["properties"], target.get("required", []), schema)
    wanted = "map" if known["type"] == "object" else known["type"]
    if ("array" if shape.kind in ("list", "set") else shape.kind) != wanted:
        return [f"{path}: is {shape.kind}, should be {wanted}"]
    inner = known.get("items") or known.get("additionalProperties")
    return _type_differences(f"{path}[]", shape.items, inner, schema) if inner and shape.items else []
