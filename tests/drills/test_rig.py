"""The rig itself: its cables, and that nothing of it stays."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.sandbox import CHECKOUT
from tests.drills import rig

pytestmark = pytest.mark.drills

_PROBE = """\
import socket, sys
try:
    socket.create_connection((sys.argv[1], 9), timeout=1).close()
except ConnectionRefusedError:
    print("refused")
except OSError:
    print("silent")
"""
_SLEEPER = """\
import time
from tests.drills.rig import rig
with rig() as hosts:
    print(hosts[0].site.number, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def hosts() -> Iterator[tuple[rig.Host, ...]]:
    if reason := rig.lacking():
        pytest.skip(f"no rig here: {reason}")
    with rig.rig() as made:
        yield made


def reached(host: rig.Host, *, of: rig.Host | None = None) -> bool:
    """Whether a host refuses a connection, which it has to be there for; of this machine, or of another host."""
    probe = [sys.executable, "-c", _PROBE, host.address]
    return subprocess.run(of.inside(*probe) if of else probe, check=True, capture_output=True).stdout == b"refused\n"


def test_an_unplugged_host_is_out_of_reach_until_it_is_plugged_in_and_its_docker_answers_all_the_while(
    hosts: tuple[rig.Host, ...],
) -> None:
    assert [reached(host) for host in hosts] == [True, True, True]
    hosts[1].unplug()

    assert [reached(host) for host in hosts] == [True, False, True]
    assert rig.answers(hosts[1])
    hosts[1].plug()
    assert reached(hosts[1])


def test_two_isolated_hosts_do_not_reach_each_other_and_a_third_reaches_both(hosts: tuple[rig.Host, ...]) -> None:
    one, other, third = hosts
    assert reached(one, of=other)
    one.isolate()
    other.isolate()

    assert not reached(one, of=other)
    assert not reached(other, of=one)
    assert reached(one, of=third)
    assert reached(third, of=other)
    one.plug()
    assert reached(one, of=other)


def test_a_second_rig_has_names_and_addresses_of_its_own(hosts: tuple[rig.Host, ...]) -> None:
    with rig.rig() as others:
        assert {host.site for host in hosts}.isdisjoint(host.site for host in others)
        assert {host.address for host in hosts}.isdisjoint(host.address for host in others)
        assert all(rig.answers(host) for host in (*hosts, *others))

    assert all(rig.answers(host) for host in hosts)


def test_there_is_an_end_to_the_rigs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rig, "_RIGS", 0)

    with pytest.raises(BlockingIOError, match=r"^all 0 rigs are in use$"), rig.rig():
        pass


def test_what_a_killed_rig_has_left_is_taken_away() -> None:
    if reason := rig.lacking():
        pytest.skip(f"no rig here: {reason}")
    with subprocess.Popen([sys.executable, "-c", _SLEEPER], cwd=CHECKOUT, stdout=subprocess.PIPE) as killed:
        assert killed.stdout
        site = rig.Site(int(killed.stdout.readline()))
        killed.send_signal(signal.SIGKILL)
    # Three cables and the bridge; the daemons have outlived the rig.
    assert len(rig.named("link", site)) == 4
    assert len(rig.named("netns", site)) == 3

    rig.remove(site)
    assert rig.named("link", site) == rig.named("netns", site) == []
    assert list(Path(rig.FOLDERS).glob(f"{site.name}-*")) == []
    assert f"{site.name}-" not in Path("/proc/self/mounts").read_text()
    rules = subprocess.run(["iptables", "-w", "-S", "FORWARD"], capture_output=True, text=True, check=True)
    assert site.bridge not in rules.stdout
