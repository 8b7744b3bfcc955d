from typing import Any

import pytest

from policies.rules import RULES
from policies.rules._resources import VOLUME
from tests.policies.rules.conftest import DIGEST, Judge


@pytest.mark.parametrize("rule", [rule.name for rule in RULES])
def test_a_good_container_and_a_protected_volume_pass(judge: Judge, rule: str) -> None:
    assert judge(rule) == []
    assert judge(rule, resource_type=VOLUME) == []


@pytest.mark.parametrize("rule", [rule.name for rule in RULES])
def test_other_resource_types_are_ignored(judge: Judge, rule: str) -> None:
    bad = {"image": "x:latest", "cpus": "2", "envs": ["TOKEN=1"], "ports": [{"internal": 1.0}]}

    assert judge(rule, resource_type="docker:index/network:Network", protect=False, **bad) == []


@pytest.mark.parametrize("image", ["postgres", "postgres:17", "postgres:latest", "sha256:12ab", ""])
def test_an_image_by_a_name_that_can_move_is_refused(judge: Judge, image: str) -> None:
    assert judge("images-pinned-by-digest", image=image) == [
        f"container hft-dev-engine: image={image!r} is a name that can move; "
        "use an image id (sha256:…) from images/lock.json or name@sha256:…"
    ]


def test_an_image_by_digest_passes(judge: Judge) -> None:
    assert judge("images-pinned-by-digest", image=f"registry.example/engine@{DIGEST}") == []


@pytest.mark.parametrize(("argument", "value"), [("cpus", "2"), ("cpuQuota", 50000.0), ("cpuPeriod", 100000.0)])
def test_a_quota_on_an_engine_is_refused(judge: Judge, argument: str, value: Any) -> None:
    assert judge("engine-without-cpu-quota", **{argument: value}) == [
        f"container hft-dev-engine: {argument}={value} lets the kernel stop the engine "
        "for the rest of each period; remove it and pin with cpuSet"
    ]


@pytest.mark.parametrize("labels", [[], [{"label": "hft.tier", "value": "infra"}]])
def test_a_quota_on_another_tier_passes(judge: Judge, labels: list[dict[str, str]]) -> None:
    assert judge("engine-without-cpu-quota", cpus="2", labels=labels) == []


@pytest.mark.parametrize(
    "variable", ["POSTGRES_PASSWORD", "api_key", "EXCHANGE_SECRET", "GITHUB_TOKEN", "PGPASS", "DATABASE_DSN"]
)
def test_a_credential_in_the_environment_is_refused_without_its_value(judge: Judge, variable: str) -> None:
    name = variable.upper()

    assert judge("no-credentials-in-env", envs=[f"{variable}=hunter2"]) == [
        f"container hft-dev-engine: envs sets {name}, which `docker inspect` shows to everyone "
        f"on the host; upload a file to /run/secrets and point {name}_FILE at it"
    ]


@pytest.mark.parametrize("ip", [None, "", "0.0.0.0", "::"])
def test_a_port_on_all_interfaces_is_refused(judge: Judge, ip: str | None) -> None:
    assert judge("ports-not-on-all-interfaces", ports=[{"internal": 5432.0, "ip": ip}]) == [
        "container hft-dev-engine: ports publishes 5432 on all interfaces, "
        "past the host's firewall; set ip to 127.0.0.1 or the host's private address"
    ]


def test_publishing_all_ports_is_refused(judge: Judge) -> None:
    assert judge("ports-not-on-all-interfaces", publishAllPorts=True) == [
        "container hft-dev-engine: publishAllPorts=true publishes every port on all interfaces; "
        "set it to false and name each port with its ip"
    ]


def test_an_unprotected_volume_is_refused(judge: Judge) -> None:
    assert judge("volumes-protected", resource_type=VOLUME, protect=False) == [
        "volume hft-dev-tsdb-0-data: protect is off, so a renamed setting deletes its data; "
        "set ResourceOptions(protect=True, retain_on_delete=True)"
    ]
