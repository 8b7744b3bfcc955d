"""Checks before anything is created, on the real Docker: exact messages, and that good input passes."""

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import DockerClient

from components._common.ports import PortUse
from components.hosts import HostSettings
from ops import preflight
from ops.errors import OpsError
from ops.wanted import Wanted
from tests.ops.conftest import ENDPOINT, LABELS, STACK
from tests.ops.states import entry, state

pytestmark = pytest.mark.images

ABSENT = "sha256:" + "0" * 64


def host(**changed: str) -> HostSettings:
    fields = {"name": "a", "docker_endpoint": ENDPOINT, "address": "127.0.0.1", "failure_domain": "r1", "cpus": "0"}
    return HostSettings.model_validate(fields | changed)


def problems(check: object, *arguments: object) -> tuple[str, ...]:
    with pytest.raises(OpsError) as refused:
        check(*arguments)  # type: ignore[operator]
    return refused.value.problems


def test_a_good_host_passes(docker_host: DockerClient, image: str) -> None:
    preflight.check_hosts(Wanted(hosts=(host(),), images={"base": image}))


def test_docker_that_does_not_answer_is_named_once_a_host() -> None:
    wanted = Wanted(hosts=(host(docker_endpoint="unix:///nowhere/docker.sock"),))
    expected = (
        "hosts[0].docker_endpoint=unix:///nowhere/docker.sock (host a): Docker does not answer "
        "(No such file or directory): start dockerd there, or mend the setting",
    )
    assert problems(preflight.check_hosts, wanted) == expected
    assert problems(preflight.check_reachable, wanted) == expected


def test_a_port_where_no_docker_listens_is_named() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        endpoint = f"tcp://127.0.0.1:{bound.getsockname()[1]}"
        wanted = Wanted(hosts=(host(docker_endpoint=endpoint),))
        assert problems(preflight.check_hosts, wanted) == (
            f"hosts[0].docker_endpoint={endpoint} (host a): Docker does not answer (Connection refused): "
            "start dockerd there, or mend the setting",
        )


def test_cpus_that_a_host_does_not_have_are_named(docker_host: DockerClient) -> None:
    count = docker_host.info()["NCPU"]
    there = f"0-{count - 1}" if count > 1 else "0"
    assert problems(preflight.check_hosts, Wanted(hosts=(host(cpus=f"0,{count}"),))) == (
        f"hosts[0].cpus=0,{count}: host a has CPUs {there} only; leave out {count}",
    )


@pytest.mark.parametrize(("missing", "fix"), [("etcd", "hft images build")])
def test_images_that_a_host_does_not_have_are_named(
    docker_host: DockerClient, image: str, missing: str, fix: str
) -> None:
    wanted = Wanted(hosts=(host(),), images={"base": image, missing: ABSENT})
    assert problems(preflight.check_hosts, wanted) == (
        f"images/lock.json: host a does not have etcd (sha256:000000000000…): run {fix}",
    )


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_is_named_with_its_process(docker_host: DockerClient, taken: int) -> None:
    wanted = Wanted(hosts=(host(),), ports=(PortUse("cache.valkey_port", "a", taken),))
    name = Path("/proc/self/comm").read_text().strip()
    assert problems(preflight.check_ports, wanted, STACK) == (
        f"cache.valkey_port: port {taken} on host a (127.0.0.1) is taken by {name} (pid {os.getpid()}): "
        "end that, or set another port",
    )


def test_a_port_taken_on_another_host_or_address_is_free(docker_host: DockerClient, taken: int) -> None:
    elsewhere = Wanted(hosts=(host(),), ports=(PortUse("cache.valkey_port", "b", taken),))
    assert preflight.check_ports(elsewhere, STACK) == []
    beside = Wanted(hosts=(host(address="127.0.0.2"),), ports=(PortUse("cache.valkey_port", "a", taken),))
    assert preflight.check_ports(beside, STACK) == []


def test_ports_of_another_machine_are_not_checked_and_said_so(docker_host: DockerClient) -> None:
    wanted = Wanted(hosts=(host(address="192.0.2.7"),), ports=(PortUse("cache.valkey_port", "a", 1),))
    assert preflight.check_ports(wanted, STACK) == ["ports on host a (192.0.2.7) not checked: it is another machine"]


def test_a_port_of_our_own_container_is_free_for_us(clean_host: DockerClient, image: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    clean_host.containers.run(
        image,
        name=f"hft-{STACK}-web",
        entrypoint=["perl", "-MIO::Socket::INET", "-e"],
        command=[f"$s = IO::Socket::INET->new(Listen=>1,LocalAddr=>'127.0.0.1:{port}'); 1 while $s->accept"],
        network_mode="host",
        labels=LABELS,
        detach=True,
    )
    while not _listens(port):
        pass
    wanted = Wanted(hosts=(host(),), ports=(PortUse("cache.valkey_port", "a", port),))
    assert preflight.check_ports(wanted, STACK) == []
    (problem,) = problems(preflight.check_ports, wanted, "anotherstack")
    assert re.fullmatch(
        rf"cache\.valkey_port: port {port} on host a \(127\.0\.0\.1\) is taken by perl \(pid \d+\): "
        r"end that, or set another port",
        problem,
    )


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_what_another_checkout_made_is_named(clean_host: DockerClient, image: str) -> None:
    container = clean_host.containers.create(image, name=f"hft-{STACK}-etcd-0", labels=LABELS)
    wanted = Wanted(hosts=(host(),))
    assert problems(preflight.check_names, wanted, state(), STACK) == (
        f"container hft-{STACK}-etcd-0 on host a belongs to stack '{STACK}', but this checkout did not make it: "
        f"run `hft down {STACK}` in the checkout that did, or, where that is lost, "
        f"`docker rm -f hft-{STACK}-etcd-0` there",
    )
    ours = state(entry("docker:index/container:Container", "etcd-0", id=container.id))
    preflight.check_names(wanted, ours, STACK)


def test_a_network_of_another_checkout_is_named(clean_host: DockerClient) -> None:
    clean_host.networks.create(f"hft-{STACK}-venues", labels=LABELS)
    (problem,) = problems(preflight.check_names, Wanted(hosts=(host(),)), state(), STACK)
    assert problem.endswith(f"`docker network rm hft-{STACK}-venues` there")
