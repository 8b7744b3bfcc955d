"""How Docker hosts are reached: unix, tcp and ssh, and what is said of one that does not answer."""

import socket
from pathlib import Path

import pytest
import requests
from docker import DockerClient

from ops import docker_hosts
from ops.docker_hosts import connected, reason
from ops.errors import OpsError
from tests.ops import bridge
from tests.ops.conftest import ENDPOINT, LABELS, STACK


def refused(endpoint: str, seconds: int = 20) -> str:
    with pytest.raises(OpsError) as error, connected(endpoint, seconds):
        pass
    return str(error.value)


@pytest.mark.images
def test_a_socket_answers(docker_host: DockerClient) -> None:
    with connected(ENDPOINT) as client:
        assert client.ping()


@pytest.mark.images
def test_an_address_answers(docker_host: DockerClient) -> None:
    with bridge.tcp() as endpoint, connected(endpoint) as client:
        assert client.info()["ID"] == docker_host.info()["ID"]


@pytest.mark.images
def test_a_host_behind_ssh_answers(docker_host: DockerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = bridge.write_ssh(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with connected("ssh://hft@10.20.0.11:2222") as client:
        assert client.info()["ID"] == docker_host.info()["ID"]
    assert asked.read_text() == "-l hft -p 2222 -- 10.20.0.11 docker system dial-stdio\n"


def test_a_host_that_ssh_does_not_reach_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ssh").write_text("#!/bin/sh\necho 'Permission denied (publickey).' >&2\nexit 255\n")
    (tmp_path / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert refused("ssh://hft@10.20.0.11") == (
        "failed to connect to docker daemon at ssh://hft@10.20.0.11: Permission denied (publickey); "
        "try it by hand: ssh -l hft -- 10.20.0.11 docker system dial-stdio"
    )


def test_a_socket_that_is_not_there_is_named() -> None:
    assert refused("unix:///nowhere/docker.sock") == (
        "Docker at unix:///nowhere/docker.sock does not answer (No such file or directory): "
        "start dockerd there, or mend the setting"
    )


def test_a_host_that_accepts_and_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        endpoint = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        assert refused(endpoint, 1) == (
            f"Docker at {endpoint} does not answer (timed out): start dockerd there, or mend the setting"
        )


def test_a_host_that_goes_away_meanwhile_is_an_error() -> None:
    with pytest.raises(OpsError) as error, bridge.tcp() as endpoint, connected(endpoint):
        raise requests.ConnectionError("Connection aborted.")
    assert str(error.value) == (
        f"Docker at {endpoint} does not answer (Connection aborted.): start dockerd there, or mend the setting"
    )


def test_a_mistake_of_ours_is_not_taken_for_one_of_docker() -> None:
    with pytest.raises(LookupError), bridge.tcp() as endpoint, connected(endpoint):
        raise LookupError


def test_the_reason_is_the_systems_own() -> None:
    outer = RuntimeError("layers of libraries")
    outer.__cause__ = ConnectionRefusedError(111, "Connection refused")
    assert (reason(outer), reason(RuntimeError("odd"))) == ("Connection refused", "odd")


@pytest.mark.images
def test_only_what_has_the_stacks_labels_is_ours(clean_host: DockerClient, image: str) -> None:
    other = {"hft.project": "hft", "hft.stack": f"{STACK}2"}
    clean_host.containers.create(image, name=f"hft-{STACK}-a", labels=LABELS)
    clean_host.networks.create(f"hft-{STACK}-plane", labels=LABELS)
    stranger = clean_host.containers.create(image, name=f"hft-{STACK}-b", labels=other)
    try:
        assert [each.name for each in docker_hosts.containers(clean_host, STACK)] == [f"hft-{STACK}-a"]
        assert [each.name for each in docker_hosts.networks(clean_host, STACK)] == [f"hft-{STACK}-plane"]
    finally:
        stranger.remove(v=True)
