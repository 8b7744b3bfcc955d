"""Programs inside containers: lines over a socket and over ssh, and what becomes of them when we are gone."""

import time
from pathlib import Path

import pytest
from docker import DockerClient
from docker.models.containers import Container

from ops.db.conversation import converse
from ops.docker_hosts import connected
from ops.errors import OpsError
from tests.ops import bridge
from tests.ops.conftest import LABELS, STACK

pytestmark = pytest.mark.images

ECHO = 'while read -r line; do echo "heard $line, $1"; done'
UNDO = "trap 'touch /tmp/undone' EXIT; echo ready; read -r _"


@pytest.fixture
def container(clean_host: DockerClient, image: str) -> Container:
    return clean_host.containers.run(
        image,
        ["-c", "sleep 600 & wait"],
        name=f"hft-{STACK}-talk",
        labels=LABELS,
        network_mode="none",
        detach=True,
        init=True,
    )


def refused(client: DockerClient, container: str, script: str, seconds: float = 5) -> str:
    with pytest.raises(OpsError) as error, converse(client, container, script, [], host="alpha") as program:
        program.hear(seconds)
    return str(error.value)


def undone(container: Container) -> bool:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if container.exec_run(["test", "-e", "/tmp/undone"])[0] == 0:
            return True
        time.sleep(0.1)
    return False


def test_lines_go_both_ways(clean_host: DockerClient, container: Container) -> None:
    with converse(clean_host, str(container.name), ECHO, ["twice"], host="alpha") as program:
        program.say("one")
        program.say("two")
        assert [program.hear(5), program.hear(5)] == ["heard one, twice", "heard two, twice"]


def test_lines_go_both_ways_over_ssh(
    container: Container, clean_host: DockerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bridge.write_ssh(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with (
        connected("ssh://hft@10.20.0.11:2222") as client,
        converse(client, str(container.name), ECHO, ["far"], host="alpha") as program,
    ):
        program.say("one")
        assert program.hear(5) == "heard one, far"


def test_a_program_that_is_left_finds_its_input_ended(clean_host: DockerClient, container: Container) -> None:
    with converse(clean_host, str(container.name), UNDO, [], host="alpha") as program:
        assert program.hear(5) == "ready"
    assert undone(container)


def test_a_program_that_is_left_over_ssh_finds_its_input_ended(
    container: Container, clean_host: DockerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bridge.write_ssh(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with connected("ssh://hft@10.20.0.11:2222") as client:
        with converse(client, str(container.name), UNDO, [], host="alpha") as program:
            assert program.hear(5) == "ready"
        assert undone(container)


def test_a_program_that_ends_is_told_with_its_last_complaint(clean_host: DockerClient, container: Container) -> None:
    name = f"hft-{STACK}-talk"
    assert (
        refused(clean_host, name, "echo first >&2; echo 'no such luck' >&2; exit 1") == f"{name} on alpha: no such luck"
    )
    assert refused(clean_host, name, "exit 0") == f"{name} on alpha: ended"


def test_a_program_that_says_nothing_is_told_after_the_time(clean_host: DockerClient, container: Container) -> None:
    name = f"hft-{STACK}-talk"
    assert refused(clean_host, name, "sleep 5", seconds=0.2) == f"{name} on alpha: no answer within 0.2 s"


def test_a_container_that_is_not_there_is_named(clean_host: DockerClient) -> None:
    assert refused(clean_host, "hft-opstest-none", "exit 0").startswith("hft-opstest-none on alpha: ")
