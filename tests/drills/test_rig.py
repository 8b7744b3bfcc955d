"""The rig itself: its cables, and that nothing of it stays."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.sandbox import CHECKOUT
from tests.drills import rig

pytestmark = pytest.mark.drills

_ANY_PORT = 9
_SLEEPER = """\
import time
from tests.drills.rig import rig
with rig():
    print("up", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def hosts() -> Iterator[tuple[rig.Host, ...]]:
    if reason := rig.lacking():
        pytest.skip(f"no rig here: {reason}")
    with rig.rig() as made:
        yield made


def reached(host: rig.Host) -> bool:
    """Whether a host refuses a connection, which it has to be there for."""
    try:
        socket.create_connection((host.address, _ANY_PORT), timeout=1).close()
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    raise AssertionError(f"something listens on port {_ANY_PORT} of {host.name}")


def test_an_unplugged_host_is_out_of_reach_until_it_is_plugged_in_and_its_docker_answers_all_the_while(
    hosts: tuple[rig.Host, ...],
) -> None:
    assert [reached(host) for host in hosts] == [True, True, True]
    hosts[1].unplug()

    assert [reached(host) for host in hosts] == [True, False, True]
    assert rig.answers(hosts[1])
    hosts[1].plug()
    assert reached(hosts[1])


def test_there_is_one_rig_at_a_time(hosts: tuple[rig.Host, ...]) -> None:
    with pytest.raises(BlockingIOError), rig.rig():
        pass

    assert all(rig.answers(host) for host in hosts)


def test_what_a_killed_rig_has_left_is_taken_away() -> None:
    if reason := rig.lacking():
        pytest.skip(f"no rig here: {reason}")
    with subprocess.Popen([sys.executable, "-c", _SLEEPER], cwd=CHECKOUT, stdout=subprocess.PIPE) as killed:
        assert killed.stdout
        assert killed.stdout.readline() == b"up\n"
        killed.send_signal(signal.SIGKILL)
    # Three cables and the bridge; the daemons have outlived the rig.
    assert len(rig.named("link")) == 4
    assert len(rig.named("netns")) == 3

    rig.remove()
    assert rig.named("link") == rig.named("netns") == []
    assert list(Path(rig.FOLDERS).glob(f"{rig.PREFIX}-*")) == []
    assert rig.PREFIX not in Path("/proc/self/mounts").read_text()
    rules = subprocess.run(["iptables", "-w", "-S", "FORWARD"], capture_output=True, text=True, check=True)
    assert rig.PREFIX not in rules.stdout
