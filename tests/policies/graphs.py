"""What a program has registered under mocks, as the engine sends it to the pack."""

import json
from collections.abc import Iterator
from typing import Any

from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import analyzer_pb2

from policies.pack.analyzer import Analyzer
from policies.pack.resource import Resource
from tests.conftest import Recorder, Registration
from tests.policies.given import resource
from tests.stacks.graph import as_sent

Told = tuple[str, str, str]
"""Level, rule and message."""


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


def told(analyzer: Analyzer, recorder: Recorder, stack: str) -> list[Told]:
    """What a pack tells about each resource, and about the whole."""
    sent = list(_messages(recorder, stack))
    answers = [analyzer.Analyze(analyzer_pb2.AnalyzeRequest(**each), None) for each in sent]
    whole = [analyzer_pb2.AnalyzerResource(**each) for each in sent]
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


def _messages(recorder: Recorder, stack: str) -> Iterator[dict[str, Any]]:
    for each in recorder.registrations:
        safety = recorder.safety(each.type, each.name)
        yield {
            "type": each.type,
            "urn": f"urn:pulumi:{stack}::hft::{_parents(recorder, each)}{each.type}::{each.name}",
            "name": each.name,
            "properties": ParseDict(_sent(each), Struct()),
            "options": analyzer_pb2.AnalyzerResourceOptions(protect=safety.protect, parent=safety.parent),
            "provider": analyzer_pb2.AnalyzerProviderResource(urn=_host(each)),
        }


def _sent(each: Registration) -> dict[str, Any]:
    found = json.loads(json.dumps(as_sent(each.inputs)))
    return {name: value for name, value in found.items() if value is not None}


def _host(each: Registration) -> str:
    return each.provider.rpartition("::")[0]


def _parents(recorder: Recorder, each: Registration) -> str:
    parent = recorder.safety(each.type, each.name).parent
    # The stack itself is a parent, and no component.
    types = parent.split("::")[2].removeprefix("pulumi:pulumi:Stack").lstrip("$") if parent else ""
    return f"{types}$" if types else ""
