"""A container's lines reach a syslog server, as Docker sends them."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from docker import DockerClient
from docker.models.containers import Container

from components._common.logs import LogStore, log_driver
from ops.images import Entry

pytestmark = pytest.mark.images

PORT = 17098


@contextmanager
def logging(client: DockerClient, image: str, address: str) -> Iterator[Container]:
    """A container that writes two lines as a node of the database does, and has ended."""
    driver, options = log_driver("data", audit=True, store=LogStore(driver="syslog", address=address))
    container = client.containers.run(
        image,
        entrypoint=["sh", "-c", "echo one; echo two"],
        name="hft-test-log-store",
        detach=True,
        network_mode="none",
        log_config={"type": driver, "config": options},
    )
    try:
        container.wait()
        yield container
    finally:
        container.remove(force=True)


def test_a_server_gets_each_line_with_its_container(docker_client: DockerClient, locked: dict[str, Entry]) -> None:
    with (
        socket.create_server(("127.0.0.1", PORT)) as server,
        logging(docker_client, locked["workloads"].id, f"tcp://127.0.0.1:{PORT}") as container,
    ):
        connection, _ = server.accept()
        with connection, connection.makefile() as lines:
            told = [next(lines).rstrip("\n") for _ in range(2)]
        kept = container.logs().decode()

    assert [line.split(" ")[-1] for line in told] == ["one", "two"]
    assert all(" hft-test-log-store " in line for line in told)
    assert kept == "one\ntwo\n"


def test_an_agents_socket_for_datagrams_gets_them_too(
    docker_client: DockerClient, locked: dict[str, Entry], tmp_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as agent:
        agent.bind(str(tmp_path / "log"))
        with logging(docker_client, locked["workloads"].id, f"unixgram://{tmp_path}/log"):
            told = [agent.recv(1_000).decode().rstrip("\n") for _ in range(2)]

    assert [line.split(" ")[-1] for line in told] == ["one", "two"]
