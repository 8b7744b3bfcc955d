"""What a real node exporter tells of a time service, and of none: the series that the rules of clock.yaml read."""

import pytest

from components.monitoring.monitoring import _COLLECTORS
from tests.components.programs import beside, execute, running

pytestmark = pytest.mark.images

# The port is not the well-known one: nothing in a sealed container may listen there.
NODE = [
    *("node", "--web.listen-address=127.0.0.1:19100", "--collector.disable-defaults"),
    *("--collector.ntp", "--collector.ntp.server-port=10123"),
]
READY = ["curl", "-fsS", "http://127.0.0.1:19100/metrics"]
# RFC 5905, 7.3: leap 0, version 4, server; stratum 1; delay of 4 and dispersion of 2 units of 2⁻¹⁶ s (15.26 µs), all
# times now.
SERVICE = """\
import socket, struct, time
served = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
served.bind(("127.0.0.1", 10123))
while True:
    asked, client = served.recvfrom(48)
    now = int((time.time() + 2_208_988_800) * 2**32)
    served.sendto(struct.pack("!BBbbII4sQ8sQQ", 0x24, 1, 0, -20, 4, 2, b"PPS\\0", now, asked[40:48], now, now), client)
"""
LISTENS = ["sh", "-c", "grep -qi ':278B ' /proc/net/udp"]


def series(page: str) -> dict[str, float]:
    return {name: float(value) for name, value in (line.split() for line in page.splitlines() if line[0] != "#")}


def test_the_stacks_exporters_ask() -> None:
    assert "ntp" in _COLLECTORS


def test_it_tells_what_bounds_the_clocks_error() -> None:
    with (
        running("exporters", NODE, {}, READY) as exporter,
        running("workloads", [], {}, LISTENS, entrypoint=["python3", "-c", SERVICE], network_mode=beside(exporter)),
    ):
        found = series(execute(exporter, READY).output)

    assert found['node_scrape_collector_success{collector="ntp"}'] == 1
    assert found["node_ntp_root_delay_seconds"] == 61.035e-6
    assert found["node_ntp_root_dispersion_seconds"] == 30.518e-6
    assert abs(found["node_ntp_offset_seconds"]) < 1
    assert 0 < found["node_ntp_rtt_seconds"] < 1


def test_without_a_time_service_it_tells_nothing_and_says_so() -> None:
    with running("exporters", NODE, {}, READY) as exporter:
        found = series(execute(exporter, READY).output)

    assert found['node_scrape_collector_success{collector="ntp"}'] == 0
    assert [name for name in found if name.startswith("node_ntp_")] == []
