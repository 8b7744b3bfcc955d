from collections.abc import Callable
from typing import Any

import pytest
from pulumi_policy import PolicyCustomTimeouts, PolicyResourceOptions, ResourceValidationArgs, ResourceValidationPolicy
from pulumi_policy.proxy import unknown_checking_proxy

from policies.rules import RULES
from policies.rules._resources import CONTAINER, VOLUME

DIGEST = "sha256:" + "0" * 64
CONTAINER_PROPS: dict[str, Any] = {
    "name": "hft-dev-engine",
    "image": DIGEST,
    "cpuSet": "2-3",
    "envs": ["TZ=UTC", "POSTGRES_PASSWORD_FILE=/run/secrets/db"],
    "ports": [{"internal": 8080.0, "external": 18080.0, "ip": "127.0.0.1"}],
    "labels": [{"label": "hft.tier", "value": "engine"}],
}

Judge = Callable[..., list[str]]


@pytest.fixture
def judge() -> Judge:
    """Messages of one rule over a good container (or volume) with some inputs changed."""

    def messages(rule_name: str, *, resource_type: str = CONTAINER, protect: bool = True, **changes: Any) -> list[str]:
        rule = next(rule for rule in RULES if rule.name == rule_name)
        props = CONTAINER_PROPS if resource_type == CONTAINER else {"name": "hft-dev-tsdb-0-data"}
        return _violations(rule, resource_type, {**props, **changes}, protect)

    return messages


def _violations(rule: ResourceValidationPolicy, resource_type: str, props: dict[str, Any], protect: bool) -> list[str]:
    options = PolicyResourceOptions(protect, [], None, [], PolicyCustomTimeouts(0, 0, 0), [])
    urn = f"urn:pulumi:dev::hft::{resource_type}::it"
    found: list[str] = []
    args = ResourceValidationArgs(resource_type, unknown_checking_proxy(props), urn, "it", options, None)
    rule.validate(args, lambda message, _urn: found.append(message))  # type: ignore[operator, misc]
    return found


__all__ = ["CONTAINER", "DIGEST", "VOLUME", "Judge"]
