"""A container's lines reach a syslog server, as Docker sends them."""

import socket

import pytest
from docker import DockerClient

from components._common.logs import LogStore, log_driver
from ops.images import Entry

pytestmark = pytest.mark.images

PORT = 17098


def test_each_line_comes_with_the_containers_name(docker_client: DockerClient, locked: dict[str, Entry]) -> None:
    store = LogStore(driver="syslog", address=f"tcp://127.0.0.1:{PORT}")
    driver, options = log_driver("data", audit=True, store=store)
    with socket.create_server(("127.0.0.1", PORT)) as server:
        container = docker_client.containers.run(
            locked["workloads"].id,
            entrypoint=["sh", "-c", "echo one; echo two"],
            name="hft-test-log-store",
            detach=True,
            network_mode="none",
            log_config={"type": driver, "config": options},
        )
        try:
            connection, _ = server.accept()
            container.wait()
            with connection, connection.makefile() as lines:
                told = [next(lines).rstrip("\n") for _ in range(2)]
            kept = container.logs().decode()
        finally:
            container.remove(force=True)

    assert [line.rpartition(" hft-test-log-store ")[2].split(" ")[-1] for line in told] == ["one", "two"]
    assert all(" hft-test-log-store " in line for line in told)
    assert kept == "one\ntwo\n"
