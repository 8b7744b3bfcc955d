"""Three Docker hosts on one Linux machine: a bridge, a network namespace for each host, and a dockerd in it.

Everything carries the name of its rig, `hftdrill0` and on, and goes away at the end; what a killed rig has left goes
away before the next one of that name. Of the machine's own Docker only images are read.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ops.docker_hosts import connected
from ops.errors import OpsError

HOSTS = ("alpha", "beta", "gamma")
FOLDERS = Path(tempfile.gettempdir())
"""Where the rig keeps what its daemons write."""

_RIGS = 8
_CGROUPS = Path("/sys/fs/cgroup")
_TOOLS = ("dockerd", "ip", "iptables", "nsenter", "umount")
_START_SECONDS = 60
_END_SECONDS = 30


@dataclass(frozen=True)
class Site:
    """The names and addresses that one rig has to itself."""

    number: int

    @property
    def name(self) -> str:
        """What everything of this rig begins with; with a host's name as long as a link's name may be."""
        return f"hftdrill{self.number}"

    @property
    def bridge(self) -> str:
        """Link that joins the hosts."""
        return f"{self.name}-br"

    @property
    def subnet(self) -> str:
        """The first three numbers of all addresses."""
        return f"10.214.{self.number}"

    @property
    def forwarded(self) -> tuple[str, ...]:
        """By default the kernel shows bridged packets to iptables, and Docker makes FORWARD drop what no rule takes."""
        return ("FORWARD", "-i", self.bridge, "-o", self.bridge, "-j", "ACCEPT")


@dataclass(frozen=True)
class Host:
    """One Docker host of a rig."""

    site: Site
    name: str
    address: str
    """IPv4 address under which the others, and this machine, reach it."""
    folder: Path
    """Where its dockerd keeps everything."""
    daemons: ExitStack = field(default_factory=ExitStack, compare=False, repr=False)
    """Its dockerd, once for each time that it was powered on."""

    @property
    def namespace(self) -> str:
        """Its network namespace; this machine's end of its cable has the same name."""
        return f"{self.site.name}-{self.name}"

    @property
    def socket(self) -> Path:
        """Of its dockerd; reached through the file system, so also while the host is unplugged."""
        return self.folder / "docker.sock"

    @property
    def run_folder(self) -> Path:
        """What its dockerd keeps while it runs."""
        return self.folder / "run"

    @property
    def endpoint(self) -> str:
        """The socket as settings have it."""
        return f"unix://{self.socket}"

    def inside(self, *argv: str) -> list[str]:
        """A command as a process of this host: it sees the host's network only."""
        return ["nsenter", f"--net=/run/netns/{self.namespace}", *argv]

    def power_on(self) -> None:
        """Start its dockerd, which starts what ran before; what is on its disk is as the end left it."""
        self.plug()
        _await_docker(self, self.daemons.enter_context(_dockerd(self)))

    def power_off(self) -> None:
        """Take it off the network and end all its processes at once. What they had written and not synchronised is
        there all the same: the kernel is this machine's, and goes on."""
        self.unplug()
        _end_processes(self.namespace)
        self.daemons.close()
        _unmount([self.folder])
        # A host has these in memory.
        shutil.rmtree(self.run_folder)

    def unplug(self) -> None:
        """Take the host off the network; what runs on it goes on."""
        _run("ip", "link", "set", self.namespace, "down")

    def isolate(self) -> None:
        """Keep the host from others that are isolated; those that are not, and this machine, still reach it."""
        self._isolated("on")

    def plug(self) -> None:
        """Bring the host back to all others."""
        self._isolated("off")
        _run("ip", "link", "set", self.namespace, "up")

    def _isolated(self, state: Literal["on", "off"]) -> None:
        _run("ip", "link", "set", self.namespace, "type", "bridge_slave", "isolated", state)


def lacking() -> str | None:
    """Why no rig can be made here; None where one can."""
    if missing := [tool for tool in _TOOLS if shutil.which(tool) is None]:
        return f"{', '.join(missing)} not on PATH"
    return None if os.geteuid() == 0 else "network namespaces need root"


@contextmanager
def rig() -> Iterator[tuple[Host, ...]]:
    """The hosts, with an empty Docker each, until the block ends. Raises BlockingIOError where all rigs are in use."""
    with _site() as site, ExitStack() as daemons:
        remove(site)
        root = Path(tempfile.mkdtemp(prefix=f"{site.name}-", dir=FOLDERS))
        made = tuple(
            Host(site, name, f"{site.subnet}.{number}", root / name) for number, name in enumerate(HOSTS, start=11)
        )
        try:
            _make_bridge(site)
            for host in made:
                _make_namespace(host)
            for host in made:
                daemons.enter_context(host.daemons)
                host.power_on()
            yield made
        finally:
            remove(site)


def remove(site: Site) -> None:
    """Take away everything that carries the name, whatever state a rig left it in."""
    namespaces = named("netns", site)
    for namespace in namespaces:
        _end_processes(namespace)
    folders = list(FOLDERS.glob(f"{site.name}-*"))
    _unmount(folders)
    # Before the namespaces, which would take their cables with them some time after they are gone.
    for link in named("link", site):
        _run("ip", "link", "delete", link)
    for namespace in namespaces:
        _run("ip", "netns", "delete", namespace)
    if _succeeds("iptables", "-w", "-C", *site.forwarded):
        _run("iptables", "-w", "-D", *site.forwarded)
    for group in sorted(_CGROUPS.glob(f"*/{site.name}/**/"), reverse=True):
        group.rmdir()
    for folder in folders:
        shutil.rmtree(folder)


@contextmanager
def _site() -> Iterator[Site]:
    """The first names that no other rig has: what is there already under them is a leftover."""
    for number in range(_RIGS):
        site = Site(number)
        with (FOLDERS / f"{site.name}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield site
            return
    raise BlockingIOError(f"all {_RIGS} rigs are in use")


def _make_bridge(site: Site) -> None:
    _run("ip", "link", "add", site.bridge, "type", "bridge")
    _run("ip", "address", "add", f"{site.subnet}.1/24", "dev", site.bridge)
    _run("ip", "link", "set", site.bridge, "up")
    _run("iptables", "-w", "-I", *site.forwarded)


def _make_namespace(host: Host) -> None:
    within = ("ip", "-netns", host.namespace)
    _run("ip", "netns", "add", host.namespace)
    _run("ip", "link", "add", host.namespace, "type", "veth", "peer", "name", "eth0", "netns", host.namespace)
    _run("ip", "link", "set", host.namespace, "master", host.site.bridge, "up")
    _run(*within, "address", "add", f"{host.address}/24", "dev", "eth0")
    _run(*within, "link", "set", "eth0", "up")
    _run(*within, "link", "set", "lo", "up")


@contextmanager
def _dockerd(host: Host) -> Iterator[subprocess.Popen[bytes]]:
    """A daemon that leaves the machine's firewall alone; it is ended by whoever ends its namespace."""
    host.run_folder.mkdir(parents=True)
    config = host.folder / "daemon.json"
    config.write_text("{}")
    argv = host.inside(
        "dockerd",
        # Without, it would read what the machine's own daemon is configured with.
        f"--config-file={config}",
        f"--host={host.endpoint}",
        f"--data-root={host.folder / 'data'}",
        f"--exec-root={host.run_folder}",
        f"--pidfile={host.run_folder / 'pid'}",
        f"--cgroup-parent=/{host.site.name}",
        "--bridge=none",
        "--iptables=false",
        "--ip-forward=false",
        "--log-level=warn",
    )
    with (
        (host.folder / "log").open("ab") as log,
        subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/") as process,
    ):
        yield process


def _await_docker(host: Host, process: subprocess.Popen[bytes]) -> None:
    def is_up() -> bool:
        assert process.poll() is None, (host.folder / "log").read_text()
        return answers(host)

    await_true(is_up, _START_SECONDS, f"dockerd of {host.name} answers")


def answers(host: Host) -> bool:
    """Whether the Docker of a host answers."""
    try:
        with connected(host.endpoint):
            return True
    except OpsError:
        return False


def _end_processes(namespace: str) -> None:
    """End what runs in a namespace of ours: the daemon, containers and clients. A dying daemon may restart some."""

    def none_left() -> bool:
        pids = _output("ip", "netns", "pids", namespace).split()
        for pid in pids:
            _kill(int(pid))
        return not pids

    await_true(none_left, _END_SECONDS, f"the processes in {namespace} end")


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def named(kind: Literal["link", "netns"], site: Site) -> list[str]:
    """Names of a rig among the machine's links or network namespaces."""
    listed = {"link": ("ip", "-brief", "link"), "netns": ("ip", "netns", "list")}[kind]
    names = [line.split()[0].partition("@")[0] for line in _output(*listed).splitlines()]
    return [name for name in names if name.startswith(f"{site.name}-")]


def _unmount(folders: Sequence[Path]) -> None:
    """Take away all mounts below some folders, the last one first."""
    points = [Path(line.split()[1]) for line in Path("/proc/self/mounts").read_text().splitlines()]
    for point in reversed(points):
        if any(point.is_relative_to(folder) for folder in folders):
            _run("umount", "--lazy", str(point))


def await_true(holds: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait until something holds; an AssertionError that names it where it does not in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        time.sleep(0.1)


def _run(*argv: str) -> None:
    _output(*argv)


def _output(*argv: str) -> str:
    ran = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{' '.join(argv)}: {ran.stderr}"
    return ran.stdout


def _succeeds(*argv: str) -> bool:
    return subprocess.run(argv, capture_output=True, check=False).returncode == 0
