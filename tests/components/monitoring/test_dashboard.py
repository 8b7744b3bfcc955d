"""What stands on the dashboard of hosts. Its queries: tests/stacks/test_dashboards.py and its programs."""

from components.monitoring.dashboard import hosts
from tests.components.outline import outline


def test_hosts() -> None:
    assert outline(hosts("dev")) == {
        "Is there CPU left?": ["CPU in use", "Each core in use", "CPU stolen", "Time that something waited"],
        "Is there memory and disk left?": ["Memory left", "Pages read back from swap", "Disk left", "Disk in use"],
        "Does the network keep up?": [
            *("Network", "Packets dropped by the host", "TCP segments sent again", "Use of the connection table"),
        ],
        "Is the clock right?": ["Clock: bound of the error", "Clock: bound of the kernel", "Clock: synchronised"],
        "Is everything watched?": [
            *("Parts that answer Prometheus", "Time for the rules, of their interval"),
            "Time to the end of the next certificate",
        ],
    }
