import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ops.doctor.collect.doors import look
from ops.doctor.facts import Door
from ops.doctor.plan import PlannedDoor
from tests.components.authority import Authority
from tests.ops.doctor.collect.servers import free_address, listening, plan
from tests.workloads.parts import own

OURS, STRANGER = Authority(), Authority("stranger")
Serve = Callable[[socket.socket], None]


@pytest.fixture
def tls(tmp_path: Path) -> ssl.SSLContext:
    """A server's side with a certificate for 127.0.0.1."""
    files = own(tmp_path, OURS.server_files("127.0.0.1"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate_file, files.key_file)
    return context


def greets(context: ssl.SSLContext) -> Serve:
    def serve(client: socket.socket) -> None:
        with context.wrap_socket(client, server_side=True) as secure:
            secure.recv(1)

    return serve


def as_postgres(then: Serve, answer: bytes = b"S") -> Serve:
    def serve(client: socket.socket) -> None:
        assert client.recv(8) == b"\x00\x00\x00\x08\x04\xd2\x16/"
        client.sendall(answer)
        then(client)

    return serve


def knock(address: str, authority: Authority = OURS, *, starttls: bool = False) -> Door:
    door = PlannedDoor(part="local/one", address=address, starttls=starttls)
    [found] = look(plan(doors=(door,), authority=authority.pem))
    return found


@pytest.mark.parametrize("starttls", [False, True])
def test_a_good_certificate_is_told_with_its_end(tls: ssl.SSLContext, starttls: bool) -> None:
    serve = as_postgres(greets(tls)) if starttls else greets(tls)
    with listening(serve) as address:
        found = knock(address, starttls=starttls)

    assert (found.problem, found.refused) == ("", False)
    assert found.ends
    assert timedelta(hours=23) < found.ends - datetime.now(UTC) <= timedelta(hours=24)


def test_a_certificate_by_somebody_else_is_refused(tls: ssl.SSLContext) -> None:
    with listening(greets(tls)) as address:
        found = knock(address, STRANGER)

    assert found.refused
    assert found.problem.startswith("its certificate is refused: ")


def test_a_server_that_breaks_the_handshake_off_is_refused() -> None:
    # A server without a certificate answers with alert 80, internal error.
    with listening(lambda client: client.sendall(b"\x15\x03\x03\x00\x02\x02\x50")) as address:
        found = knock(address)

    assert found == Door(
        part="local/one", address=address, problem="TLS fails: tlsv1 alert internal error", refused=True
    )


def test_a_postgres_without_tls_is_refused() -> None:
    with listening(as_postgres(lambda client: None, b"N")) as address:
        assert knock(address, starttls=True) == Door(
            part="local/one", address=address, problem="it offers no TLS", refused=True
        )


def test_who_does_not_listen_is_not_refused() -> None:
    address = free_address()

    assert knock(address) == Door(part="local/one", address=address, problem="Connection refused")


def test_without_an_authority_no_door_is_judged() -> None:
    door = PlannedDoor(part="local/one", address=free_address(), starttls=False)

    assert look(plan(doors=(door,))) == ()
