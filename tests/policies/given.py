"""Resources as the engine sends them, and what the rules find in them."""

from collections.abc import Mapping
from typing import Any

from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct

from policies.pack.judge import Finding, judge, judge_stack
from policies.pack.resource import Resource, Stack
from policies.pack.rule import ResourceRule, Rule, StackRule
from policies.pack.values import opened
from policies.resources import TYPES, Container, Volume
from policies.rules import RULES

BY_NAME: Mapping[str, Rule] = {rule.name: rule for rule in RULES}
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""A text that is not known yet, as the engine writes it."""

ENGINE: Mapping[str, Any] = {
    "name": "hft-dev-engine-blue",
    "image": "sha256:" + "0" * 64,
    "command": ["workloads.engine"],
    "cpuSet": "2-3",
    "memory": 1024,
    "memorySwap": 1024,
    "networkMode": "host",
    "envs": ["TZ=UTC", "POSTGRES_PASSWORD_FILE=/run/secrets/db-writer"],
    "labels": [{"label": "hft.tier", "value": "engine"}],
    "ulimits": [
        {"name": "memlock", "soft": -1, "hard": -1},
        {"name": "nofile", "soft": 65536, "hard": 65536},
    ],
    "logDriver": "local",
    "logOpts": {"mode": "non-blocking", "max-buffer-size": "4m", "max-size": "10m", "max-file": "5"},
    "stopSignal": "SIGTERM",
    "stopTimeout": 30,
    "destroyGraceSeconds": 30,
    "restart": "on-failure",
    "maxRetryCount": 5,
    "readOnly": True,
    "tmpfs": {"/tmp": ""},
    "capabilities": {"drops": ["ALL"]},
    "securityOpts": ["no-new-privileges:true"],
    "healthcheck": {"tests": ["CMD", "true"], "interval": "5s"},
    "wait": True,
    "waitTimeout": 60,
}
"""A container with which no rule finds fault."""
DATABASE: Mapping[str, Any] = {
    **ENGINE,
    "name": "hft-dev-tsdb-0",
    "labels": [{"label": "hft.tier", "value": "data"}],
    "uploads": [{"file": "/etc/hft/patroni/10-patroni.yml", "content": "{}"}],
    "shmSize": 256,
    "stopTimeout": 90,
    "destroyGraceSeconds": 90,
}
"""The same for a node of the database."""
SERVICE: Mapping[str, Any] = {
    **ENGINE,
    "name": "hft-dev-grafana",
    "labels": [{"label": "hft.tier", "value": "infra"}],
}
"""The same for anything else."""
GOOD: Mapping[str, Mapping[str, Any]] = {Container.TYPE: ENGINE, Volume.TYPE: {"name": "hft-dev-tsdb-0-data"}}
"""Type → inputs without fault."""


def resource(
    type_token: str,
    inputs: Mapping[str, Any],
    *,
    name: str = "it",
    protect: bool = True,
    host: str = "",
    parent: str = "",
    parents: str = "",
    stack: str = "dev",
) -> Resource:
    """A resource as a rule gets it; an input that is None is not set, `parents` are types of components, with `$`."""
    read = opened(ParseDict({key: value for key, value in inputs.items() if value is not None}, Struct()))
    kind = {each.TYPE: each for each in TYPES}.get(type_token, Resource)
    return kind(
        type=type_token,
        urn=f"urn:pulumi:{stack}::hft::{parents}{type_token}::{name}",
        name=name,
        inputs=read.inputs,
        protect=protect,
        parent=parent,
        host=host,
        secrets=read.secrets,
    )


def container(inputs: Mapping[str, Any] = ENGINE, **changes: Any) -> Container:
    """A container with some inputs changed."""
    found = resource(Container.TYPE, {**inputs, **changes})
    assert isinstance(found, Container)
    return found


def findings(rule_name: str, of: Resource, **numbers: Any) -> list[Finding]:
    """What a rule finds in a resource."""
    rule = BY_NAME[rule_name]
    assert isinstance(rule, ResourceRule)
    return judge(rule, of, {**rule.defaults, **numbers})


def found(rule_name: str, of: Resource, **numbers: Any) -> list[str]:
    """The messages, without the resource's name."""
    return [each.message.removeprefix(f"{of.title}: ") for each in findings(rule_name, of, **numbers)]


def found_in_stack(rule_name: str, *resources: Resource, **numbers: Any) -> list[str]:
    """What a stack rule finds."""
    rule = BY_NAME[rule_name]
    assert isinstance(rule, StackRule)
    return [each.message for each in judge_stack(rule, Stack(resources), {**rule.defaults, **numbers})]


def everything_found(stack: Stack, regime: str = "none") -> list[Finding]:
    """What all rules find in a stack, in their order, with their own numbers but for the regime."""
    found: list[Finding] = []
    for rule in RULES:
        numbers = rule.defaults | ({"regime": regime} if "regime" in rule.numbers else {})
        if isinstance(rule, StackRule):
            found += judge_stack(rule, stack, numbers)
        elif isinstance(rule, ResourceRule):
            found += [finding for each in stack.resources for finding in judge(rule, each, numbers)]
    return found


def secret(value: Any) -> dict[str, Any]:
    """A value that the engine has marked as secret."""
    return {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": value}
