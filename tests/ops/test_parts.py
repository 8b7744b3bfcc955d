"""Parts as the program exports them, and their health as Docker tells it."""

import json
import time
from dataclasses import replace

import pytest
from docker import DockerClient

from ops import parts
from ops.parts import Part, PartHealth
from tests.ops.conftest import ENDPOINT, LABELS, STACK

WRITER = Part("writer", "127.0.0.1:6432", f"hft-{STACK}-pooler", "a", "psql")


def test_parts_are_read_from_the_outputs() -> None:
    entry = {"part": "writer", "endpoint": "127.0.0.1:6432", "container": "c", "host": "a", "open": "psql", "new": 1}
    assert parts.exported({"parts": [entry]}) == [Part("writer", "127.0.0.1:6432", "c", "a", "psql")]


def test_a_stack_may_export_none() -> None:
    assert parts.exported({}) == []


@pytest.mark.parametrize("health", ["healthy", "running"])
def test_a_part_is_healthy(health: str) -> None:
    assert PartHealth(WRITER, health).healthy


@pytest.mark.parametrize("health", ["starting", "unhealthy", "exited", "paused", "missing", "unreachable"])
def test_any_other_state_is_not_healthy(health: str) -> None:
    assert not PartHealth(WRITER, health).healthy


def test_the_contract_of_json() -> None:
    assert json.dumps(PartHealth(WRITER, "healthy").as_json()) == (
        '{"part": "writer", "endpoint": "127.0.0.1:6432", "healthy": true}'
    )


def test_a_row_ends_with_how_to_open_it() -> None:
    assert parts.rows([PartHealth(WRITER, "starting")]) == [("writer", "127.0.0.1:6432", "starting", "psql")]


def test_a_host_that_does_not_answer_is_unreachable() -> None:
    found = parts.health([WRITER], {"a": "unix:///nowhere/docker.sock"})
    assert found == [PartHealth(WRITER, "unreachable")]


@pytest.mark.images
def test_health_is_dockers(clean_host: DockerClient, image: str) -> None:
    def container(name: str, command: str, test: str | None = None) -> Part:
        clean_host.containers.run(
            image,
            name=f"hft-{STACK}-{name}",
            entrypoint=["sh", "-c"],
            command=[command],
            labels=LABELS,
            healthcheck={"test": ["CMD", test], "interval": 10**9, "retries": 1} if test else {"test": ["NONE"]},
            detach=True,
        )
        return replace(WRITER, part=name, container=f"hft-{STACK}-{name}")

    wanted = [
        container("runs", "exec sleep 60"),
        container("good", "exec sleep 60", "true"),
        container("bad", "exec sleep 60", "false"),
        container("ended", "exit 0"),
        replace(WRITER, part="none", container=f"hft-{STACK}-none"),
    ]
    expected = ["running", "healthy", "unhealthy", "exited", "missing"]
    end = time.monotonic() + 60
    while (found := [each.health for each in parts.health(wanted, {"a": ENDPOINT})]) != expected:
        assert time.monotonic() < end, found
        time.sleep(0.5)
