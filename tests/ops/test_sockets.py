"""Who listens on a port, read from /proc."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops import sockets
from ops.sockets import Listener


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_listening_socket_is_found_with_its_process(listening: int) -> None:
    (found,) = [each for each in sockets.listeners() if each.port == listening]
    assert found.address == "127.0.0.1"
    owner = sockets.owners([found])[found]
    assert (owner.pid, owner.name) == (os.getpid(), Path("/proc/self/comm").read_text().strip())


def test_a_bound_socket_that_does_not_listen_is_not_found() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        assert bound.getsockname()[1] not in [each.port for each in sockets.listeners()]


def test_the_owner_of_a_closed_socket_is_unknown() -> None:
    assert sockets.owners([Listener("127.0.0.1", 1, "no-such-inode")]) == {}


def test_a_socket_of_ipv6_is_found_with_its_address() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        port = server.getsockname()[1]
        assert [each.address for each in sockets.listeners() if each.port == port] == ["::1"]


@pytest.mark.parametrize("address", ["10.0.0.1", "0.0.0.0", "::", "::ffff:10.0.0.1"])
def test_an_address_or_all_of_them_take_the_port(address: str) -> None:
    assert Listener(address, 80, "1").takes("10.0.0.1", 80)


@pytest.mark.parametrize(("address", "port"), [("127.0.0.1", 80), ("10.0.0.1", 81)])
def test_another_address_or_port_does_not(address: str, port: int) -> None:
    assert not Listener(address, port, "1").takes("10.0.0.1", 80)


def test_addresses_of_this_machine_are_told_from_others() -> None:
    assert sockets.is_local("127.0.0.1")
    assert not sockets.is_local("192.0.2.1")
