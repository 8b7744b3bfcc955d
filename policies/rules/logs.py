"""Logs: writing a line never stops an engine, and an audit line is never dropped."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_policy import Severity

from policies.frameworks import latency
from policies.pack.rule import ResourceRule, whole
from policies.resources import Container

_DRIVERS = ("local", "journald", "none")
_DOCKERS_DRIVER = "json-file"
_DOCKERS_BUFFER = "1m"
_BUFFER_MIB = 4
_BOUNDS = {"max-size": "10m", "max-file": "5"}
_LEFT_OPEN = {
    "json-file": {
        "max-size": "its log grows until the disk of the database is full",
        "max-file": "its log is one file, and all of it is lost at each rotation",
    },
    "local": {"max-size": "the driver chooses, 20m", "max-file": "the driver chooses, 5"},
}
"""What the drivers that write files do where an option is not set; others keep no file of their own."""
_KEPT_FOR_LOCAL = (*_BOUNDS, "compress", "max-buffer-size")
"""With any other option of another driver, `local` refuses to start the container."""
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?(?:([kmgtp])(?:i?b)?|b)?", re.IGNORECASE)
_MIB = {None: 1 / 1_048_576, "k": 1 / 1_024, "m": 1, "g": 1_024, "t": 1_048_576, "p": 1_073_741_824}


def _never_waits(container: Container, *, minimum_buffer_mib: int) -> Iterator[str]:
    if not container.is_engine or container.is_audit:
        return
    driver = container.inputs.get("logDriver")
    if driver not in _DRIVERS:
        yield f"logDriver={driver or 'the default'} is slow or unbounded; set it to local"
    if driver != "none":
        yield from _delivered_late(container.log_options, minimum_buffer_mib)


def _delivered_late(options: Mapping[str, str], minimum_buffer_mib: int) -> Iterator[str]:
    mode, buffer = options.get("mode", "blocking"), options.get("max-buffer-size")
    if mode != "non-blocking":
        yield f"logOpts mode={mode} stops it while the log is slow; set it to non-blocking"
    size = mib(buffer or _DOCKERS_BUFFER)
    if size is None:
        yield f"logOpts max-buffer-size={buffer} is no size; set it to {minimum_buffer_mib}m or more"
    elif size < minimum_buffer_mib:
        shown = buffer or f"{_DOCKERS_BUFFER}, the default,"
        yield f"logOpts max-buffer-size={shown} drops lines in a burst; set it to {minimum_buffer_mib}m or more"


def _never_waiting(container: Container, *, minimum_buffer_mib: int) -> Mapping[str, Any]:
    driver, options = container.inputs.get("logDriver"), container.log_options
    if driver not in _DRIVERS:
        driver, options = "local", {name: options[name] for name in _KEPT_FOR_LOCAL if name in options}
    buffer = options.get("max-buffer-size") or _DOCKERS_BUFFER
    size = mib(buffer)
    if size is None or size < minimum_buffer_mib:
        buffer = f"{minimum_buffer_mib}m"
    return {"logDriver": driver, "logOpts": {**options, "mode": "non-blocking", "max-buffer-size": buffer}}


def _bounded(container: Container) -> Iterator[str]:
    left_open = _LEFT_OPEN.get(str(container.inputs.get("logDriver") or _DOCKERS_DRIVER), {})
    for option, consequence in left_open.items():
        if option not in container.log_options:
            yield f"logOpts has no {option}, so {consequence}; set {option}={_BOUNDS[option]}"


def _with_bounds(container: Container) -> Mapping[str, Any]:
    return {"logOpts": {**_BOUNDS, **container.log_options}}


def _never_drops(container: Container) -> Iterator[str]:
    if not container.is_audit:
        return
    if container.inputs.get("logDriver") == "none":
        yield "logDriver=none keeps no line of an audit trail; set it to local"
    mode = container.log_options.get("mode", "blocking")
    if mode != "blocking":
        yield f"logOpts mode={mode} drops lines of an audit trail when its buffer is full; set it to blocking"


def mib(size: str) -> float | None:
    """A size as Docker reads it, `4m`, in MiB; None if it is none."""
    found = _SIZE.fullmatch(size)
    return float(found[1]) * _MIB[found[2] and found[2].lower()] if found else None


RULES = (
    ResourceRule(
        name="engine-log-never-waits",
        description="An engine never waits for its log: Docker lets it by default, and a slow disk stops trading.",
        severity=Severity.HIGH,
        of=Container,
        check=_never_waits,
        mend=_never_waiting,
        numbers={"minimum_buffer_mib": whole(_BUFFER_MIB, 1, 1_024, "Least buffer for lines not yet written, in MiB.")},
        steps="Set Container.log_driver to local and log_opts mode=non-blocking, max-buffer-size=4m.",
        source="https://docs.docker.com/engine/logging/configure/#configure-the-delivery-mode-of-log-messages-from-container-to-log-driver",
        follows=(latency("L16"),),
        tags=("docker", "latency", "logs"),
    ),
    ResourceRule(
        name="logs-bounded",
        description="A log is rotated: json-file grows without end, and a full disk stops the database.",
        severity=Severity.HIGH,
        of=Container,
        check=_bounded,
        mend=_with_bounds,
        steps="Set Container.log_opts max-size=10m, max-file=5.",
        source="https://docs.docker.com/engine/logging/drivers/json-file/",
        follows=(latency("L16"),),
        tags=("docker", "logs"),
    ),
    ResourceRule(
        name="audit-log-never-drops",
        description="An audit container waits for its log: a lost line cannot be told from a deleted one.",
        severity=Severity.HIGH,
        of=Container,
        check=_never_drops,
        steps="Set Container.log_opts mode=blocking where the label hft.audit is true.",
        source="https://docs.docker.com/engine/logging/configure/#configure-the-delivery-mode-of-log-messages-from-container-to-log-driver",
        follows=(latency("L16"),),
        tags=("docker", "logs", "audit"),
    ),
)
