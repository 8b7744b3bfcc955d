"""What a program has registered under mocks, as the engine sends it to the pack."""

import json
import re
from collections.abc import Iterator
from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import analyzer_pb2

from policies.pack.analyzer import Analyzer
from policies.pack.resource import Resource
from tests.conftest import CONTAINER, Recorder, Registration
from tests.policies.given import UNKNOWN, resource
from tests.stacks.graph import as_sent

Told = tuple[str, str, str]
"""Level, rule and message."""
_GIVEN_BY_OTHERS = re.compile(r"value-of-|#[0-9a-f]{64}|-id$|-----BEGIN")
"""What the recorder gives for passwords, keys and certificates, and for the id of a container."""
_FILLED_IN = ("command", "entrypoints", "envs")
"""What the docker provider knows of a container only by its image."""


def as_resources(recorder: Recorder, stack: str) -> list[Resource]:
    """Every resource of it, as a rule gets it."""
    return [
        resource(
            each.type,
            _sent(each),
            name=each.name,
            protect=recorder.safety(each.type, each.name).protect,
            stack=stack,
            host=_host(each),
            parent=recorder.safety(each.type, each.name).parent,
            parents=_parents(recorder, each),
        )
        for each in recorder.registrations
    ]


def told(analyzer: Analyzer, recorder: Recorder, stack: str, *, first_preview: bool = False) -> list[Told]:
    """What a pack tells about each resource, and about the whole; at a first preview nothing of it has been made."""
    sent = list(_messages(recorder, stack, first_preview=first_preview))
    answers = [analyzer.Analyze(analyzer_pb2.AnalyzeRequest(**each), None) for each in sent]
    whole = [analyzer_pb2.AnalyzerResource(**(_unfilled(each) if first_preview else each)) for each in sent]
    answers.append(analyzer.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=whole), None))
    return [
        (
            analyzer_pb2.EnforcementLevel.Name(each.enforcementLevel).lower(),
            each.policyName,
            each.message.partition("\n")[2],
        )
        for answer in answers
        for each in answer.diagnostics
    ]


def _messages(recorder: Recorder, stack: str, *, first_preview: bool) -> Iterator[dict[str, Any]]:
    for each in recorder.registrations:
        inputs = _not_made(_sent(each)) if first_preview else _sent(each)
        safety = recorder.safety(each.type, each.name)
        yield {
            "type": each.type,
            "urn": f"urn:pulumi:{stack}::hft::{_parents(recorder, each)}{each.type}::{each.name}",
            "name": each.name,
            "properties": ParseDict(inputs, Struct()),
            "options": analyzer_pb2.AnalyzerResourceOptions(protect=safety.protect, parent=safety.parent),
            "provider": analyzer_pb2.AnalyzerProviderResource(urn=_host(each)),
        }


def _sent(each: Registration) -> dict[str, Any]:
    found = json.loads(json.dumps(as_sent(each.inputs)))
    return {name: value for name, value in found.items() if value is not None}


def _not_made(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _not_made(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_not_made(item) for item in value]
    return UNKNOWN if isinstance(value, str) and _GIVEN_BY_OTHERS.search(value) else value


def _unfilled(message: dict[str, Any]) -> dict[str, Any]:
    """As the provider has it before the image is there."""
    if message["type"] != CONTAINER:
        return message
    asked = MessageToDict(message["properties"])
    return {**message, "properties": ParseDict({**dict.fromkeys(_FILLED_IN, UNKNOWN), **asked}, Struct())}


def _host(each: Registration) -> str:
    return each.provider.rpartition("::")[0]


def _parents(recorder: Recorder, each: Registration) -> str:
    parent = recorder.safety(each.type, each.name).parent
    # The stack itself is a parent, and no component.
    types = parent.split("::")[2].removeprefix("pulumi:pulumi:Stack").lstrip("$") if parent else ""
    return f"{types}$" if types else ""
