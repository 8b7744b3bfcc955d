"""Asks hosts: asked.py in a container that lives for a second, and the Docker engine itself."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from docker import DockerClient
from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from docker.models.containers import Container
from docker.types import Mount

from components._common.cpus import format_cpus, parse_cpus
from components.hosts import HostSettings
from ops import docker_hosts
from ops.errors import OpsError
from ops.hosts.facts import Facts, Told, read_engine, read_told
from ops.wanted import LOCK

IMAGE = "workloads"
"""The smallest image of the lock with Python."""
SECONDS = 20
"""How long the container may take; it takes less than one."""

_SCRIPT = Path(__file__).with_name("asked.py")
_DAEMON_FOLDER = "/etc/docker"
"""On the host; asked.py looks for it under the same name."""
_MEMORY = "64m"
_PROCESSES = 16
_NOBODY = "65534:65534"


@dataclass(frozen=True)
class Answers:
    """What the hosts said, and one error for each that did not."""

    facts: Mapping[str, Facts]
    """Host name → its facts."""
    errors: tuple[str, ...]


def ask_all(hosts: tuple[HostSettings, ...], engine_cpus: Mapping[str, str], image: str, stack: str) -> Answers:
    """Ask every host at once. `engine_cpus`: host name → CPUs that the asking keeps off; `image`: an id."""
    with ThreadPoolExecutor(max_workers=len(hosts) or 1) as pool:
        answers = list(pool.map(lambda host: _answer(host, engine_cpus.get(host.name), image, stack), hosts))
    facts = {host.name: each for host, each in zip(hosts, answers, strict=True) if isinstance(each, Facts)}
    return Answers(facts, tuple(each for each in answers if isinstance(each, str)))


def _answer(host: HostSettings, engine_cpus: str | None, image: str, stack: str) -> Facts | str:
    try:
        return ask(host, engine_cpus, image, stack)
    except OpsError as error:
        return f"host {host.name}: {error}"


def ask(host: HostSettings, engine_cpus: str | None, image: str, stack: str) -> Facts:
    """What one host tells.

    Raises:
        OpsError: it does not answer, has no such image, or cannot run it.
    """
    with docker_hosts.connected(host.docker_endpoint) as client:
        info = client.info()
        cpus = _quiet_cpus(host.cpus, engine_cpus, int(info["NCPU"]))
        try:
            return Facts(told=_told(client, image, stack, cpus), engine=read_engine(info, _bridge(client)))
        except ImageNotFound:
            local = host.docker_endpoint.startswith("unix://")
            fix = "hft images build" if local else f"hft images copy {host.docker_endpoint}"
            raise OpsError(f"{LOCK}: {IMAGE} ({image[:19]}…) is not there: run {fix}") from None
        except APIError as error:
            raise OpsError(f"Docker refused to run the questions: {error.explanation or error}") from error


def _quiet_cpus(given: str, engine_cpus: str | None, count: int) -> str | None:
    """The CPUs to ask on: those of the stack that no engine has; None where that leaves none."""
    left = parse_cpus(given) & frozenset(range(count)) - (parse_cpus(engine_cpus) if engine_cpus else frozenset())
    return format_cpus(left) or None


def _told(client: DockerClient, image: str, stack: str, cpus: str | None) -> Told:
    container = _made(client, image, stack, cpus)
    try:
        container.start()
        return _output(container)
    finally:
        _removed(container)


def _made(client: DockerClient, image: str, stack: str, cpus: str | None) -> Container:
    try:
        return _create(client, image, stack, cpus, [Mount("/etc/docker", _DAEMON_FOLDER, type="bind", read_only=True)])
    except APIError as error:
        # Asked for as a mount, a missing folder is refused; as a volume, Docker would make it on the host.
        if "bind source path does not exist" not in str(error):
            raise
        return _create(client, image, stack, cpus, [])


def _create(client: DockerClient, image: str, stack: str, cpus: str | None, mounts: list[Mount]) -> Container:
    quiet: dict[str, Any] = {"cpuset_cpus": cpus} if cpus else {}
    return client.containers.create(
        image,
        entrypoint=["python3", "-I", "-S", "-c", _SCRIPT.read_text()],
        command=[],
        # Without hft.project: what looks for a stack's own containers does not take this one for a stranger.
        labels={"hft.stack": stack, "hft.role": "host-check"},
        # The host's network namespace has busy_poll, its process namespace the host's processes.
        network_mode="host",
        pid_mode="host",
        user=_NOBODY,
        read_only=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        mem_limit=_MEMORY,
        memswap_limit=_MEMORY,
        pids_limit=_PROCESSES,
        mounts=mounts,
        **quiet,
    )


def _output(container: Container) -> Told:
    try:
        code = int(container.wait(timeout=SECONDS)["StatusCode"])
    except (requests.ConnectionError, requests.Timeout):
        raise OpsError(f"the questions took more than {SECONDS} s: is the host out of CPU?") from None
    if code:
        last = container.logs(stdout=False).decode(errors="replace").strip().splitlines()[-1:]
        raise OpsError(f"the questions ended with exit code {code}: {''.join(last) or 'no message'}")
    try:
        return read_told(container.logs(stderr=False).decode())
    except ValueError as error:
        raise OpsError(f"the answer cannot be read: {error}") from error


def _removed(container: Container) -> None:
    with suppress(DockerException, requests.RequestException):  # What went wrong before says more.
        container.remove(force=True, v=True)


def _bridge(client: DockerClient) -> dict[str, str] | None:
    try:
        return dict(client.networks.get("bridge").attrs.get("Options") or {})
    except NotFound:
        return None
