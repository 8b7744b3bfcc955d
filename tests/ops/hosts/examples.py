"""A host that is set as it should be, and one field changed."""

from typing import Any

from ops.hosts import checks
from ops.hosts.facts import Engine, Facts, Told
from ops.hosts.result import Result, Subject

ENGINES = {"engine": frozenset({4, 5})}

TOLD: dict[str, Any] = {
    "kernel": "6.12.48",
    "machine": "x86_64",
    "command_line": "quiet isolcpus=managed_irq,domain,4-7 nohz_full=4-7",
    "online": "0-7",
    "isolated": "4-7",
    "nohz_full": "4-7",
    "numa": {"0": "0-7"},
    "siblings": {str(cpu): str(cpu) for cpu in range(8)},
    "governors": {str(cpu): "performance" for cpu in range(8)},
    "hugepages": "always madvise [never]",
    "swaps": [],
    "swappiness": "10",
    "clocksource": "tsc",
    "irqs": [{"number": 24, "actions": "eth0-rx-0", "allowed": "0-3", "effective": "1"}],
    "processes": ["chronyd", "dockerd"],
    "clock": {"synchronised": True, "max_error_seconds": 80e-6},
    "busy_poll": "50",
    "busy_read": "50",
    "daemon": {
        "state": "read",
        "says": {
            "userland-proxy": False,
            "live-restore": True,
            "icc": False,
            "no-new-privileges": True,
            "default-ulimits": {"nofile": {"Name": "nofile", "Soft": 65536, "Hard": 65536}},
        },
    },
    "daemon_flags": {},
}
ENGINE: dict[str, Any] = {
    "version": "28.2.2",
    "live_restore": True,
    "swarm": False,
    "cgroup_version": "2",
    "security_options": ("name=seccomp,profile=builtin", "name=no-new-privileges"),
    "bridge_icc": False,
}


def daemon(**says: object) -> dict[str, Any]:
    """daemon.json with some keys changed; None takes one out."""
    changed = {**TOLD["daemon"]["says"], **{key.replace("_", "-"): value for key, value in says.items()}}
    return {"state": "read", "says": {key: value for key, value in changed.items() if value is not None}}


def facts(**changes: object) -> Facts:
    """The good host with some facts changed, of itself or of its Docker engine."""
    engine = {**ENGINE, **{key: value for key, value in changes.items() if key in ENGINE}}
    told = {**TOLD, **{key: value for key, value in changes.items() if key in TOLD}}
    assert changes.keys() <= TOLD.keys() | ENGINE.keys()
    return Facts(told=Told.model_validate(told), engine=Engine.model_validate(engine))


def subject(engines: dict[str, frozenset[int]] | None = None, **changes: object) -> Subject:
    return Subject("alpha", facts(**changes), ENGINES if engines is None else engines)


def judged(
    engines: dict[str, frozenset[int]] | None = None, regime: checks.RegimeName = "none", **changes: object
) -> list[Result]:
    return checks.judge(subject(engines, **changes), checks.LIMITS[regime])
