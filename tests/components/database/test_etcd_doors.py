"""Whom a real etcd lets in, at its door for clients and at that for peers, and what it shows after a renewal."""

import ssl
from collections.abc import Iterator

import pytest
from docker.models.containers import Container

from components._common.tls import CURL_AS_PART, SERVER_AUTHORITY_FILE, TLS_DIR, fingerprint
from tests.components.authority import Authority, certified, fill, key
from tests.components.etcd import ADDRESS, AUTHORITY, ETCD, etcd, etcdctl
from tests.components.programs import FOLDERS, Ended, beside, execute, run

pytestmark = pytest.mark.images

STRANGER = Authority("stranger")
CLIENTS, PEERS = f"https://{ETCD.client}/version", f"https://{ETCD.address}:{ETCD.peer_port}/version"
PRESENTED = f"openssl s_client -connect {{}} -CAfile {SERVER_AUTHORITY_FILE} < /dev/null 2> /dev/null | openssl x509"


@pytest.fixture(scope="module")
def member() -> Iterator[Container]:
    with etcd() as container:
        yield container


def asked(member: Container, url: str, files: dict[str, str], *flags: str) -> Ended:
    """What curl gets at a door with the certificate of these files."""
    with certified("timescaledb", files) as mount:
        # The peers' door offers HTTP/2 and does not speak it.
        argv = ["curl", "-sS", "--http1.1", "--max-time", "5", *flags, url]
        return run("timescaledb", argv, {}, network_mode=beside(member), volumes=[*FOLDERS, mount])


@pytest.mark.parametrize("url", [CLIENTS, PEERS])
def test_a_part_of_the_stack_comes_in(member: Container, url: str) -> None:
    ended = asked(member, url, AUTHORITY.server_files(ADDRESS), *CURL_AS_PART)

    assert (ended.status, '"etcdserver":"3.5' in ended.output) == (0, True), ended.output


@pytest.mark.parametrize("url", [CLIENTS, PEERS])
@pytest.mark.parametrize(
    ("files", "flags", "reason"),
    [
        ({}, CURL_AS_PART[:2], "certificate required"),
        (STRANGER.server_files(ADDRESS), CURL_AS_PART, "alert"),
        ({}, (*CURL_AS_PART, "--tls-max", "1.2"), "protocol version"),
    ],
    ids=["without a certificate", "with a stranger's", "with TLS 1.2"],
)
def test_nobody_else_comes_in(
    member: Container, url: str, files: dict[str, str], flags: tuple[str, ...], reason: str
) -> None:
    """Each of them takes the member for what it is, so that the refusal is the member's."""
    files = {**AUTHORITY.server_files(ADDRESS), **files, "/etc/hft/ca.crt": AUTHORITY.pem}
    ended = asked(member, url, files, *flags)

    assert (ended.status != 0, reason in ended.output) == (True, True), ended.output


@pytest.mark.parametrize("url", [CLIENTS, PEERS])
def test_without_tls_nobody_is_answered(member: Container, url: str) -> None:
    ended = asked(member, url.replace("https", "http"), AUTHORITY.server_files(ADDRESS), "--fail")

    assert ended.status != 0, ended.output


def test_a_member_of_another_stack_is_not_taken_for_ours(member: Container) -> None:
    files = {**AUTHORITY.server_files(ADDRESS), "/etc/hft/ca.crt": STRANGER.pem}
    ended = asked(member, CLIENTS, files, *CURL_AS_PART)

    assert (ended.status, "certificate" in ended.output) == (60, True), ended.output


def test_metrics_and_health_are_open_and_keys_are_not_there(member: Container) -> None:
    metrics = execute(member, ["curl", "-fsS", f"http://{ETCD.metrics}/metrics"])
    keys = execute(
        member, ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", f"http://{ETCD.metrics}/v3/kv/range"]
    )

    assert "\netcd_server_has_leader 1\n" in metrics.output
    assert keys == (0, "404")


def test_the_key_is_the_users_alone(member: Container) -> None:
    listed = execute(member, ["stat", "--format=%a %U %n", f"{TLS_DIR}/tls.key", f"{TLS_DIR}/tls.crt"])

    assert listed == (0, f"400 hft {TLS_DIR}/tls.key\n400 hft {TLS_DIR}/tls.crt\n")


def test_people_come_in_as_the_member_itself(member: Container) -> None:
    assert etcdctl(member, "put", "a", "b") == (0, "OK\n")
    assert etcdctl(member, "get", "--print-value-only", "a") == (0, "b\n")


def presented(member: Container, port: int) -> str:
    """SHA-256 of the certificate that a door shows now."""
    pem = execute(member, ["sh", "-c", PRESENTED.format(f"{ADDRESS}:{port}")]).output
    return fingerprint(ssl.DER_cert_to_PEM_cert(ssl.PEM_cert_to_DER_cert(pem)))


def test_a_renewed_certificate_is_shown_at_both_doors_without_a_restart() -> None:
    of = key()
    first, second = AUTHORITY.server_files(ADDRESS, of=of), AUTHORITY.server_files(ADDRESS, of=of)
    with certified("etcd", first) as mount, etcd(mount=mount) as member:
        ports = (ETCD.client_port, ETCD.peer_port)
        assert {presented(member, port) for port in ports} == {fingerprint(first["/etc/hft/tls.crt"])}

        fill("etcd", mount.partition(":")[0], second)

        assert {presented(member, port) for port in ports} == {fingerprint(second["/etc/hft/tls.crt"])}
        assert etcdctl(member, "put", "a", "b") == (0, "OK\n")
