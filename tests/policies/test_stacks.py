"""Every rule over every resource that `dev` and `prod` register: our own stacks comply, without an engine."""

import json
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from pulumi.runtime.proto import analyzer_pb2

from policies.pack.analyzer import Analyzer
from policies.pack.server import WAIVERS
from policies.pack.waivers import read
from policies.resources import TYPES
from policies.rules import RULES
from tests.policies.graphs import Told, told
from tests.stacks.graph import built


def pack_for(stack: str) -> Analyzer:
    """The pack with the configuration that the repository ships for a stack."""
    analyzer = Analyzer("hft", RULES, TYPES, read(WAIVERS, RULES))
    given = json.loads(Path(f"policies/{stack}.json").read_text())
    analyzer.Configure(
        ParseDict({"policyConfig": {name: _policy(value) for name, value in given.items()}}, _Request()), None
    )
    return analyzer


_Request = analyzer_pb2.ConfigureAnalyzerRequest


def _policy(value: str | dict[str, Any]) -> dict[str, Any]:
    """As the engine sends one entry of the file, but that it knows each rule's own level."""
    if isinstance(value, str):
        return {"enforcementLevel": value.upper()}
    numbers = {name: each for name, each in value.items() if name != "enforcementLevel"}
    return {"enforcementLevel": str(value.get("enforcementLevel", "mandatory")).upper(), "properties": numbers}


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_our_own_stacks_comply_but_for_the_waivers(stack: str) -> None:
    found = told(pack_for(stack), built(stack), stack)

    assert [each for each in found if not _is_only_told(each)] == []
    assert [level for level, rule, _ in found if rule == "waivers-in-order"] == ["advisory", "advisory"]


_OF_A_TRIAL = ("engine-memory-locked", "engine-open-files", "more-than-one-host")
"""What `dev` is told: it is one host, whose Docker may not be able to raise limits."""


def _is_only_told(each: Told) -> bool:
    level, rule, _ = each
    return level == "advisory" and rule in ("cis-contradicted-by-latency", "waivers-in-order", *_OF_A_TRIAL)
