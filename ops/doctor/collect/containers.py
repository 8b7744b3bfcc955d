"""Asks the Docker engine of each host about the stack's containers."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import requests
from docker import DockerClient
from docker.errors import DockerException, NotFound

from ops import docker_hosts
from ops.doctor.facts import Container, Host, Throttling
from ops.doctor.plan import Plan, Planned
from ops.errors import OpsError

_ANSWER_SECONDS = 10
_NEVER = "0001-01-01"
"""How Docker writes a time that has not been."""
_HALTED = ("T", "t")
"""States of ps(1): stopped by job control, or by a debugger."""


def look(plan: Plan, *, thorough: bool = True) -> tuple[tuple[Host, ...], tuple[Container, ...]]:
    """Every host, and every container of the plan in its order; on a host that is silent they are `unseen`.

    A thorough look is at their processes too, and for a second at what throttles engines.
    """
    with ThreadPoolExecutor(max_workers=len(plan.hosts) or 1) as pool:
        answers = list(pool.map(lambda host: _on_host(plan, host, thorough=thorough), plan.hosts))
    hosts = tuple(host for host, _ in answers)
    seen = {container.key: container for _, found in answers for container in found}
    return hosts, tuple(seen.get(each.key) or _unseen(each, "unseen") for each in plan.containers)


def _on_host(plan: Plan, name: str, *, thorough: bool) -> tuple[Host, list[Container]]:
    endpoint = plan.hosts[name]
    planned = [each for each in plan.containers if each.host == name]
    try:
        with docker_hosts.connected(endpoint, _ANSWER_SECONDS) as client, ThreadPoolExecutor(max_workers=4) as pool:
            cpus = int(client.info()["NCPU"])
            found = list(pool.map(lambda each: _seen(client, each, thorough=thorough), planned))
    except (OpsError, DockerException) as error:
        return Host(name=name, endpoint=endpoint, problem=str(error)), []
    return Host(name=name, endpoint=endpoint, cpus=cpus), found


def _seen(client: DockerClient, planned: Planned, *, thorough: bool) -> Container:
    try:
        document: Mapping[str, Any] = client.api.inspect_container(planned.name)
    except NotFound:
        return _unseen(planned, "missing")
    looked_into = thorough and document["State"]["Status"] == "running" and not planned.one_shot
    halted = _halted(client, planned.name) if looked_into else ()
    throttling = _throttling(client, planned.name) if looked_into and planned.tier == "engine" else None
    return read(planned, document, halted=halted, throttling=throttling)


def read(
    planned: Planned,
    document: Mapping[str, Any],
    *,
    halted: Sequence[str] = (),
    throttling: Throttling | None = None,
) -> Container:
    """A container by Docker's document about it."""
    state, host = document["State"], document["HostConfig"]
    return Container(
        name=planned.name,
        host=planned.host,
        role=planned.role,
        component=planned.component,
        tier=planned.tier,
        one_shot=planned.one_shot,
        status=str(state["Status"]),
        health=str((state.get("Health") or {}).get("Status") or ""),
        exit_code=int(state.get("ExitCode") or 0),
        out_of_memory=bool(state.get("OOMKilled")),
        restarts=int(document.get("RestartCount") or 0),
        started=moment(str(state.get("StartedAt") or _NEVER)),
        finished=moment(str(state.get("FinishedAt") or _NEVER)),
        cpu_set=str(host.get("CpusetCpus") or ""),
        wanted_cpu_set=planned.cpu_set,
        quota_cpus=_quota(host),
        throttling=throttling,
        halted=tuple(halted),
    )


def moment(text: str) -> datetime | None:
    """A time as Docker writes it, with nanoseconds; None for one that has not been."""
    return None if text.startswith(_NEVER) else datetime.fromisoformat(text)


def _unseen(planned: Planned, status: str) -> Container:
    return Container(
        name=planned.name,
        host=planned.host,
        role=planned.role,
        component=planned.component,
        tier=planned.tier,
        one_shot=planned.one_shot,
        status=status,
        wanted_cpu_set=planned.cpu_set,
    )


def _quota(host: Mapping[str, Any]) -> float | None:
    if host.get("NanoCpus"):
        return int(host["NanoCpus"]) / 1e9
    if int(host.get("CpuQuota") or 0) > 0:
        # 100 ms is the kernel's own period.
        return int(host["CpuQuota"]) / (int(host.get("CpuPeriod") or 0) or 100_000)
    return None


def _halted(client: DockerClient, name: str) -> tuple[str, ...]:
    try:
        told: Mapping[str, Any] = client.api.top(name, "-eo pid,stat,comm")
    except (DockerException, requests.RequestException):
        # It has just ended, or the host has no ps.
        return ()
    return halted_in(told.get("Processes") or ())


def halted_in(processes: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The names of the processes that stand still, of rows (pid, state, name)."""
    return tuple(f"{row[2]} (process {row[0]})" for row in processes if row[1].startswith(_HALTED))


def _throttling(client: DockerClient, name: str) -> Throttling | None:
    try:
        told: Mapping[str, Any] = client.api.stats(name, stream=False)
    except (DockerException, requests.RequestException):
        return None
    return throttling_in(told)


def throttling_in(told: Mapping[str, Any]) -> Throttling | None:
    """By how much the counters went up between the two samples of a `docker stats`; None without them."""
    now = (told.get("cpu_stats") or {}).get("throttling_data") or {}
    before = (told.get("precpu_stats") or {}).get("throttling_data") or {}
    if not now:
        return None
    return Throttling(
        periods=int(now.get("periods", 0)) - int(before.get("periods", 0)),
        throttled=int(now.get("throttled_periods", 0)) - int(before.get("throttled_periods", 0)),
    )
