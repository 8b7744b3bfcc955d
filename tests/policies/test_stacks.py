"""Every rule over every resource that `dev` and `prod` register: our own stacks comply, without an engine."""

import json
from collections import Counter
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


def test_a_first_preview_of_prod_tells_what_cannot_be_known_and_that_alone() -> None:
    found = told(pack_for("prod"), built("prod"), "prod", first_preview=True)
    waiting = [(rule, message) for _, rule, message in found if "not known at preview" in message]

    assert Counter(rule for rule, _ in waiting) == {
        "own-namespaces": 12,
        "role-passwords-secret": 6,
        "cache-for-reference-data": 1,
        "data-sources-secret": 1,
        "grafana-provider-authenticated": 1,
    }
    assert [each for each in found if not _is_only_told(each) and (each[1], each[2]) not in waiting] == []


_OF_A_TRIAL = ("alerts-reach-somebody", "engine-memory-locked", "engine-open-files", "more-than-one-host")
"""What `dev` is told: it tells nobody, and is one host, whose Docker may not be able to raise limits."""


def _is_only_told(each: Told) -> bool:
    level, rule, _ = each
    return level == "advisory" and rule in ("cis-contradicted-by-latency", "waivers-in-order", *_OF_A_TRIAL)
