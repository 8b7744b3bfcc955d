from typing import Any

import pytest

from policies.resources import Network, RemoteImage, Service
from tests.policies.given import found, resource

DIGEST = "sha256:" + "a1" * 32
IMAGE = {"name": f"prom/prometheus@{DIGEST}", "keepLocally": True}
SPEC = {"image": f"registry.example/api@{DIGEST}", "env": {"TZ": "UTC"}}
GOOD = {
    "name": "api",
    "taskSpec": {"containerSpec": SPEC},
    "convergeConfig": {"delay": "5s", "timeout": "60s"},
    "updateConfig": {"failureAction": "rollback"},
    "labels": [{"label": "hft.tier", "value": "infra"}],
}
OVERLAY = {"name": "fabric", "driver": "overlay", "options": {"encrypted": "true"}}
MOVING = ["api", "api:1.4", "api:latest", DIGEST, f"api@{DIGEST}0", "api@sha256:a1", f"api@{DIGEST.upper()}", ""]


def found_in_image(rule: str, **changes: Any) -> list[str]:
    return found(rule, resource(RemoteImage.TYPE, {**IMAGE, **changes}))


def found_in_service(rule: str, **changes: Any) -> list[str]:
    return found(rule, resource(Service.TYPE, {**GOOD, **changes}))


def found_in_spec(rule: str, **changes: Any) -> list[str]:
    return found_in_service(rule, taskSpec={"containerSpec": {**SPEC, **changes}})


def found_in_network(**changes: Any) -> list[str]:
    return found("overlay-networks-private", resource(Network.TYPE, {**OVERLAY, **changes}))


@pytest.mark.parametrize("name", MOVING)
def test_a_pulled_image_that_can_move(name: str) -> None:
    assert found_in_image("pulled-images-pinned", name=name) == [f"name={name!r} can move; write name@sha256:…"]


def test_a_pulled_image_without_name() -> None:
    assert found_in_image("pulled-images-pinned", name=None) == ["name='' can move; write name@sha256:…"]


def test_a_pulled_image_that_cannot_move() -> None:
    assert found_in_image("pulled-images-pinned") == []


def test_a_built_image_is_not_pulled() -> None:
    assert found_in_image("pulled-images-pinned", name="engine:dev", build={"context": "."}) == []


@pytest.mark.parametrize("value", [None, False])
def test_an_image_that_is_not_kept(value: bool | None) -> None:
    assert found_in_image("pulled-images-kept", keepLocally=value) == [
        "keepLocally is not true, so a roll-back has to pull what it was; set it"
    ]


def test_an_image_that_is_removed_by_force() -> None:
    assert found_in_image("pulled-images-kept", forceRemove=True) == [
        "forceRemove=true removes an image under a container that runs; remove it"
    ]


def test_an_image_that_is_kept() -> None:
    assert found_in_image("pulled-images-kept", forceRemove=False) == []


@pytest.mark.parametrize("image", MOVING)
def test_an_image_of_a_service_that_can_move(image: str) -> None:
    assert found_in_spec("service-images-pinned", image=image) == [
        f"taskSpec.containerSpec.image={image!r} can move, on each node by itself; write name@sha256:…"
    ]


@pytest.mark.parametrize("task", [None, {}, {"containerSpec": {}}])
def test_a_service_without_image(task: dict[str, Any] | None) -> None:
    assert found_in_service("service-images-pinned", taskSpec=task) == [
        "taskSpec.containerSpec.image='' can move, on each node by itself; write name@sha256:…"
    ]


def test_an_image_of_a_service_that_cannot_move() -> None:
    assert found_in_service("service-images-pinned") == []


@pytest.mark.parametrize("value", [None, {}])
def test_a_service_that_nobody_waits_for(value: dict[str, str] | None) -> None:
    assert found_in_service("service-updates-whole", convergeConfig=value) == [
        "convergeConfig is not set, so the deployment says done before anything runs; set delay and timeout"
    ]


@pytest.mark.parametrize(
    ("update", "action"),
    [
        (None, "pause"),
        ({}, "pause"),
        ({"failureAction": ""}, "pause"),
        ({"failureAction": "pause"}, "pause"),
        ({"failureAction": "continue"}, "continue"),
    ],
)
def test_an_update_that_stops_in_the_middle(update: dict[str, str] | None, action: str) -> None:
    assert found_in_service("service-updates-whole", updateConfig=update) == [
        f"updateConfig.failureAction={action} leaves half of an update; set it to rollback"
    ]


def test_an_update_that_is_whole() -> None:
    assert found_in_service("service-updates-whole") == []


ENGINE = [{"label": "hft.tier", "value": "engine"}]
IN_SWARM = ["is an engine: Swarm can neither pin CPUs nor bound swap; run it as a Container"]


def test_an_engine_in_a_swarm() -> None:
    labelled = {"containerSpec": {**SPEC, "labels": ENGINE}}

    assert found_in_service("no-engine-in-a-swarm", labels=ENGINE) == IN_SWARM
    assert found_in_service("no-engine-in-a-swarm", taskSpec=labelled) == IN_SWARM
    assert found_in_service("no-engine-in-a-swarm", labels=ENGINE, taskSpec=labelled) == IN_SWARM


@pytest.mark.parametrize(
    "labels",
    [None, [{"label": "hft.tier", "value": "data"}], [{"label": "role", "value": "engine"}, {"label": "hft.tier"}]],
)
def test_others_in_a_swarm(labels: list[dict[str, str]] | None) -> None:
    assert found_in_service("no-engine-in-a-swarm", labels=labels) == []
    assert found_in_spec("no-engine-in-a-swarm", labels=labels or []) == []


@pytest.mark.parametrize("options", [None, {}, {"mtu": "9000"}, {"encrypted": "false"}, {"encrypted": "False"}])
def test_an_overlay_in_clear(options: dict[str, str] | None) -> None:
    assert found_in_network(options=options) == [
        "driver=overlay without options encrypted=true crosses hosts in clear; set it"
    ]


@pytest.mark.parametrize("value", ["true", "", "1"])
def test_an_overlay_that_is_encrypted(value: str) -> None:
    assert found_in_network(options={"encrypted": value}) == []


def test_an_overlay_that_anything_joins() -> None:
    assert found_in_network(attachable=True) == ["attachable=true lets any container of the swarm join; remove it"]
    assert found_in_network(attachable=False) == []


@pytest.mark.parametrize("driver", [None, "bridge", "macvlan"])
def test_other_networks_stay_on_their_host(driver: str | None) -> None:
    assert found_in_network(driver=driver, options=None, attachable=True) == []
