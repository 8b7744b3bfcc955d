"""Prints what a host is set to, as JSON: standard library only, as it runs alone in a container on that host.

Text is given as the kernel has it, null where a file is missing; facts.py reads it. Nothing is written anywhere.
"""

import ctypes
import json
import os
import platform
import sys
from pathlib import Path

PROCESSES = ("chronyd", "docker-proxy", "dockerd", "irqbalance", "ntpd", "phc2sys", "ptp4l", "systemd-timesyn")
"""Those that matter, cut to the 15 characters that the kernel keeps."""
DAEMON_KEYS = ("default-ulimits", "icc", "live-restore", "no-new-privileges", "seccomp-profile", "userland-proxy")
"""What is told of daemon.json; the rest may hold secrets, such as a proxy's."""
FLAGS = {"default-ulimit": "default-ulimits"} | {key: key for key in DAEMON_KEYS} | {"config-file": "config-file"}
"""Flag of dockerd → key of daemon.json."""

_STA_UNSYNC = 0x40
_TIME_ERROR = 5


class _Timex(ctypes.Structure):
    """`struct timex` of linux/timex.h, with room to spare at its end."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_long * 40),
    )


def told(root: Path = Path("/"), daemon_file: str = "etc/docker/daemon.json") -> dict[str, object]:
    """Everything, below `root`."""
    cpus, net = root / "sys/devices/system/cpu", root / "proc/sys/net/core"
    return {
        "kernel": _text(root / "proc/sys/kernel/osrelease"),
        "machine": platform.machine(),
        "command_line": _text(root / "proc/cmdline"),
        "online": _text(cpus / "online"),
        "isolated": _text(cpus / "isolated"),
        "nohz_full": _text(cpus / "nohz_full"),
        "numa": _numbered(root / "sys/devices/system/node", "node", "cpulist"),
        "siblings": _numbered(cpus, "cpu", "topology/thread_siblings_list"),
        "governors": _numbered(cpus, "cpu", "cpufreq/scaling_governor"),
        "hugepages": _text(root / "sys/kernel/mm/transparent_hugepage/enabled"),
        "swaps": _swaps(_text(root / "proc/swaps")),
        "swappiness": _text(root / "proc/sys/vm/swappiness"),
        "clocksource": _text(root / "sys/devices/system/clocksource/clocksource0/current_clocksource"),
        "irqs": _irqs(root),
        "processes": _processes(root / "proc"),
        "clock": _clock(),
        "busy_poll": _text(net / "busy_poll"),
        "busy_read": _text(net / "busy_read"),
        "daemon": _daemon(root / daemon_file),
        "daemon_flags": _daemon_flags(root / "proc"),
    }


def _text(file: Path) -> str | None:
    try:
        return file.read_text().strip()
    except OSError:
        return None


def _number(name: str, prefix: str) -> int | None:
    number = name.removeprefix(prefix)
    return int(number) if name.startswith(prefix) and number.isdigit() else None


def _entries(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - names are enough
    except OSError:
        return []


def _numbered(folder: Path, prefix: str, file: str) -> dict[int, str]:
    """Number → text of `file`, for the folders that are called prefix and a number; without those that have none."""
    found = {
        number: _text(folder / name / file)
        for name in _entries(folder)
        if (number := _number(name, prefix)) is not None
    }
    return {number: text for number, text in sorted(found.items()) if text is not None}


def _swaps(text: str | None) -> list[str] | None:
    return None if text is None else [line.split()[0] for line in text.splitlines()[1:] if line.strip()]


def _irqs(root: Path) -> list[dict[str, object]] | None:
    """Those that some driver handles: others never interrupt. None where the kernel shows none at all."""
    numbers = sorted(number for name in _entries(root / "proc/irq") if (number := _number(name, "")) is not None)
    if not numbers:
        return None
    found = []
    for number in numbers:
        folder = root / f"proc/irq/{number}"
        actions = _text(root / f"sys/kernel/irq/{number}/actions")
        allowed = _text(folder / "smp_affinity_list")
        if actions and allowed is not None:
            effective = _text(folder / "effective_affinity_list")
            found.append({"number": number, "actions": actions, "allowed": allowed, "effective": effective})
    return found


def _pids(proc: Path, *names: str) -> list[tuple[str, str]]:
    """(name, process id) of the processes with one of these names."""
    pids = [name for name in _entries(proc) if name.isdigit()]
    return [(comm, pid) for pid in pids if (comm := _text(proc / pid / "comm")) in names and comm]


def _processes(proc: Path) -> list[str]:
    return sorted({name for name, _ in _pids(proc, *PROCESSES)})


def _clock() -> dict[str, object] | None:
    """As adjtimex(2) tells, asked without changing anything; None where it may not be asked."""
    timex = _Timex(modes=0)
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex))
    except (OSError, AttributeError):
        return None
    if state < 0:
        return None
    synchronised = state != _TIME_ERROR and not timex.status & _STA_UNSYNC
    return {"synchronised": synchronised, "max_error_seconds": timex.maxerror / 1e6}


def _daemon(file: Path) -> dict[str, object]:
    """State of daemon.json (read, absent, unreadable, broken) and of what it says the keys that matter."""
    try:
        says = json.loads(file.read_text())
    except FileNotFoundError:
        return {"state": "absent"}
    except OSError as error:
        return {"state": "unreadable", "why": error.strerror}
    except ValueError as error:
        return {"state": "broken", "why": str(error)}
    if not isinstance(says, dict):
        return {"state": "broken", "why": f"a {type(says).__name__} where an object belongs"}
    return {"state": "read", "says": {key: says[key] for key in DAEMON_KEYS if key in says}}


def _daemon_flags(proc: Path) -> dict[str, str] | None:
    """The flags that matter of the one dockerd here; None where there is none, or several."""
    found = _pids(proc, "dockerd")
    if len(found) != 1:
        return None
    words = (_text(proc / found[0][1] / "cmdline") or "").split("\0")
    flags = {}
    for word, following in zip(words, [*words[1:], ""], strict=True):
        name, equals, value = word.removeprefix("--").partition("=")
        if word.startswith("--") and name in FLAGS:
            # A bare switch is true; the others take the word that follows.
            takes_next = name in ("config-file", "default-ulimit", "seccomp-profile")
            flags[FLAGS[name]] = value if equals else following if takes_next else "true"
    return flags


if __name__ == "__main__":
    json.dump(told(), sys.stdout)
