"""Every rule over every resource that `dev` and `prod` register: our own stacks comply, without an engine."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pulumi_policy import PolicyCustomTimeouts, PolicyResourceOptions, ResourceValidationArgs, ResourceValidationPolicy
from pulumi_policy.proxy import unknown_checking_proxy

from policies.rules import RULES
from tests.conftest import Recorder, Registration
from tests.stacks.graph import built, open_secret


@pytest.fixture(scope="module", params=["dev", "prod"])
def stack(request: pytest.FixtureRequest) -> Recorder:
    return built(request.param)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.name))
def test_our_own_stacks_comply(stack: Recorder, rule: ResourceValidationPolicy) -> None:
    assert [message for each in stack.registrations for message in _messages(rule, stack, each)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.name))
def test_each_rule_finds_its_fault_in_our_own_stacks(stack: Recorder, rule: ResourceValidationPolicy) -> None:
    found = [message for each in stack.registrations for message in _messages(rule, stack, each, _spoilt)]

    assert found != []


def _spoilt(inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs with what each rule is there to find."""
    return {
        **inputs,
        "image": "postgres:latest",
        "cpus": "2",
        "envs": ["API_KEY=1"],
        "ports": [{"internal": 80.0, "external": 80.0}],
    }


def _messages(
    rule: ResourceValidationPolicy,
    stack: Recorder,
    each: Registration,
    change: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
) -> Iterator[str]:
    # The engine hands secrets over in clear.
    props = {name: open_secret(value) for name, value in each.inputs.items() if value is not None}
    protect = stack.safety(each.type, each.name).protect and change is None
    options = PolicyResourceOptions(protect, [], None, [], PolicyCustomTimeouts(0, 0, 0), [])
    urn = f"urn:pulumi:stack::hft::{each.type}::{each.name}"
    proxied = unknown_checking_proxy(change(props) if change else props)
    found: list[str] = []
    args = ResourceValidationArgs(each.type, proxied, urn, each.name, options, None)
    rule.validate(args, lambda message, _urn: found.append(message))  # type: ignore[operator, misc]
    yield from found
