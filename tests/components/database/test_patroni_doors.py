"""Whom a real Patroni lets in, and what a renewal does to its node while a real router looks on."""

import json
import ssl
import time
from collections.abc import Iterator

import pytest
from docker.models.containers import Container

from components._common.tls import _RELOAD, CURL_AS_PART, TLS_DIR, fingerprint
from components.pooling import RouteFailoverSettings, RouterSettings
from components.pooling.render import haproxy_cfg
from tests.components.authority import Authority, certified, fill, key
from tests.components.etcd import AUTHORITY
from tests.components.node import CLIENT, MEMBER, smallest_node
from tests.components.programs import FOLDERS, Ended, beside, execute, run, running

pytestmark = pytest.mark.images

STRANGER = Authority("stranger")
KEY = key()
CONFIG, CLUSTER = f"https://{MEMBER.patroni}/config", f"https://{MEMBER.patroni}/cluster"
HERE, ELSEWHERE = ("--interface", MEMBER.address), ("--interface", CLIENT)
CHANGE = ("-X", "PATCH", "-H", "Content-Type: application/json", "-d", '{"maximum_lag_on_failover": 1048576}')


def certificate() -> dict[str, str]:
    """A certificate of the node, each time a new one for the same key."""
    return AUTHORITY.server_files(MEMBER.address, of=KEY, names=[MEMBER.name])


@pytest.fixture(scope="module")
def node() -> Iterator[Container]:
    with certified("timescaledb", certificate()) as mount, smallest_node(mount) as container:
        yield container


def asked(node: Container, url: str, *flags: str, files: dict[str, str] | None = None) -> Ended:
    """Status and body that curl gets with the node's own certificate, or with that of these files."""
    argv = ["curl", "-sS", "--max-time", "5", "-w", "%{http_code}", *flags, url]
    if files is None:
        return execute(node, argv)
    with certified("timescaledb", files) as mount:
        return run("timescaledb", argv, {}, network_mode=beside(node), volumes=[*FOLDERS, mount])


def test_everyone_may_read(node: Container) -> None:
    ended = asked(node, CLUSTER, *CURL_AS_PART[:2], *ELSEWHERE)

    assert (ended.status, ended.output[-3:]) == (0, "200"), ended.output


def test_a_part_of_the_stack_on_a_nodes_host_may_change_the_cluster(node: Container) -> None:
    ended = asked(node, CONFIG, *CURL_AS_PART, *HERE, *CHANGE)

    assert (ended.status, ended.output[-3:]) == (0, "200"), ended.output


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ((*CURL_AS_PART[:2], *HERE), "client certificate required403"),
        ((*CURL_AS_PART, *ELSEWHERE), "Access is denied403"),
    ],
    ids=["without a certificate", "from another host"],
)
@pytest.mark.parametrize("path", ["config", "switchover", "restart", "reinitialize", "reload", "failsafe"])
def test_nobody_else_may(node: Container, path: str, flags: tuple[str, ...], told: str) -> None:
    method = ("-X", "PATCH") if path == "config" else ("-X", "POST")
    ended = asked(node, f"https://{MEMBER.patroni}/{path}", *flags, *CHANGE[2:], *method)

    assert ended == (0, told)


def test_a_stranger_is_not_even_answered(node: Container) -> None:
    files = {**STRANGER.server_files(MEMBER.address), "/etc/hft/ca.crt": AUTHORITY.pem}
    ended = asked(node, CLUSTER, *CURL_AS_PART, files=files)

    assert (ended.status != 0, ended.output[-3:]) == (True, "000"), ended.output
    # One that says nothing hears why. What curl sends meanwhile is answered with a reset, which may come before that.
    shown = f"-CAfile {TLS_DIR}/ca.crt -cert {TLS_DIR}/tls.crt -key {TLS_DIR}/tls.key"
    listen = f"openssl s_client -connect {MEMBER.patroni} {shown} -ign_eof < /dev/null 2>&1"
    with certified("timescaledb", files) as mount:
        told = run("timescaledb", ["sh", "-c", listen], {}, network_mode=beside(node), volumes=[*FOLDERS, mount])
    assert (told.status != 0, "alert" in told.output) == (True, True), told.output


def test_a_patroni_of_another_stack_is_not_taken_for_ours(node: Container) -> None:
    files = {**certificate(), "/etc/hft/ca.crt": STRANGER.pem}
    ended = asked(node, CLUSTER, *CURL_AS_PART, files=files)

    assert (ended.status, "certificate" in ended.output) == (60, True), ended.output


def test_without_tls_nobody_is_answered(node: Container) -> None:
    assert asked(node, CLUSTER.replace("https", "http")).status != 0


def presented(node: Container, port: int, *flags: str) -> str:
    """SHA-256 of the certificate that a door of the node shows now."""
    script = f"openssl s_client -connect {MEMBER.address}:{port} {' '.join(flags)} < /dev/null | openssl x509"
    pem = execute(node, ["sh", "-c", f"({script}) 2> /dev/null"]).output
    return fingerprint(ssl.DER_cert_to_PEM_cert(ssl.PEM_cert_to_DER_cert(pem)))


def seen(haproxy: Container, metric: str) -> float:
    """What the router counts of its way to the primary."""
    text = execute(haproxy, ["curl", "-fsS", "http://127.0.0.1:18404/metrics"]).output
    (line,) = [each for each in text.splitlines() if each.startswith(f'{metric}{{proxy="primary",server="tsdb-0"')]
    return float(line.split()[-1])


def test_a_renewal_is_taken_up_at_both_doors_and_cuts_nobody_off(node: Container) -> None:
    second = certificate()
    wanted = fingerprint(second["/etc/hft/tls.crt"])
    volume = next(each for each in node.attrs["Mounts"] if each["Destination"] == TLS_DIR)["Name"]
    config = haproxy_cfg(RouterSettings(hosts=("a",)), RouteFailoverSettings(), CLIENT, [MEMBER])
    files = {"/etc/hft/haproxy.cfg": config, **AUTHORITY.client_files}
    healthy = ["curl", "-fsS", f"http://{CLIENT}:18404/healthz"]
    verified = f"sslmode=verify-ca sslrootcert={TLS_DIR}/ca.crt"
    login = f"host={CLIENT} port=15000 user=hft_admin password=a dbname=postgres {verified}"
    session = f"psql -XAtc 'SELECT pg_sleep(15)' -c 'SELECT 1' '{login}' > /tmp/said 2>&1 &"
    with running("haproxy", ["-f", "/etc/hft/haproxy.cfg"], files, healthy, network_mode=beside(node)) as haproxy:
        execute(node, ["sh", "-c", session])
        began = time.monotonic()
        fill("timescaledb", volume, second)
        argv = ["/bin/sh", "-uc", _RELOAD, str(MEMBER.postgres), wanted, "90", "-starttls", "postgres"]
        reload = run("timescaledb", argv, {}, network_mode=beside(node), pid_mode=beside(node))

        assert reload == (0, "")
        assert presented(node, MEMBER.postgres_port, "-starttls", "postgres") == wanted
        assert presented(node, MEMBER.patroni_port) == wanted
        time.sleep(max(0.0, began + 17 - time.monotonic()))
        assert execute(node, ["cat", "/tmp/said"]).output == "\n1\n"
        assert seen(haproxy, "haproxy_server_check_up_down_total") == 0
        # Patroni opens its door anew, so that one look may find it closed; the router wants two.
        assert seen(haproxy, "haproxy_server_check_failures_total") <= 1
    assert json.loads(asked(node, CLUSTER, *CURL_AS_PART[:2]).output[:-3])["members"][0]["role"] == "leader"
