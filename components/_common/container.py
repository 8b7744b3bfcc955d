"""The one shape of our containers: sealed, pinned, bounded, and ready only when its health check says so.

A component describes a part as a `ContainerSpec`; `arguments` and `options` turn it into what `docker.Container` takes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_docker as docker

from components._common.labels import Tier, labels
from components._common.logs import log_driver
from components._common.naming import docker_name, member_name
from components._common.placement import Placement
from components._common.probe import probe

CONFIG_DIR = "/etc/hft"
"""Where configuration files are uploaded; a volume of the image, since the root file system is read-only."""
SECRET_DIR = "/run/secrets"
"""Where secret files are uploaded; a volume of the image too."""

# moby#51485: Docker 29 lowered the soft default to 1,024.
_NOFILE = 16384
# CIS Docker 5.15: at most five restarts; a crash loop of an engine would send orders again and again.
_MAX_ENGINE_RESTARTS = 5
_AUDIT_LABEL = "hft.audit"


@dataclass(frozen=True, kw_only=True)
class Plane:
    """A place on a Docker network instead of the host's own network."""

    network: pulumi.Input[str]
    """Name of the Docker network."""
    ipv4_address: str
    """The fixed address there."""
    published: Mapping[int, int] = field(default_factory=dict)
    """Container port → host port, published on the host's address."""


@dataclass(frozen=True, kw_only=True)
class ContainerSpec:
    """One container of a component."""

    component: str
    """Folder of the component, for labels."""
    role: str
    """The part, in kebab case: `tsdb`; the logical, Docker and host names derive from it."""
    index: int | None = None
    """Number of the member, where the part has several."""
    tier: Tier
    image: str
    """Image id from the lock."""
    entrypoint: Sequence[str] = ()
    """Program to start instead of the image's own."""
    command: Sequence[pulumi.Input[str]] = ()
    """Arguments of the entry point."""
    files: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Absolute path → text. A changed file replaces the container."""
    secrets: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Secret name → value, found at /run/secrets/<name>."""
    embedded_secrets: Sequence[str] = ()
    """Names of further secrets, whose values are inside `files`; for the label only."""
    further_labels: Mapping[str, str] = field(default_factory=dict)
    """Label → value, beside those that every container has."""
    volumes: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Absolute path → name of the data volume."""
    anonymous_volumes: Sequence[str] = ()
    """Absolute paths for uploads, with images that do not declare them as volumes; they go away with the container."""
    volumes_read: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Absolute path → name of a volume that another container writes, mounted read-only."""
    host_paths: Mapping[str, str] = field(default_factory=dict)
    """Absolute path in the container → path of the host, mounted read-only."""
    host_paths_written: Mapping[str, str] = field(default_factory=dict)
    """Absolute path in the container → path of the host, which it writes."""
    audit: bool = False
    """Whether its log is part of the audit trail: it waits rather than lose a line."""
    tmpfs: Sequence[str] = ("/tmp",)
    """Absolute paths of scratch space in memory."""
    healthy: Sequence[str] = ()
    """Health check as argv; exit status 0 means ready. A one-shot container has none."""
    health_interval_seconds: int = 5
    """Time between two probes until all is well, and the least that a start takes, as the first one comes after it
    (Docker Engine API, HealthConfig): short where others wait."""
    awaited: bool = True
    """Whether the deployment waits for its health; false where what comes after it waits for more than that."""
    ready_timeout_seconds: int = 60
    """How long a start may take before the deployment fails."""
    memory_mib: int
    """Hard limit; there is no swap above it."""
    shm_mib: int = 64
    """Size of /dev/shm; 64 is Docker's default."""
    open_files: int = _NOFILE
    """How many files and sockets it may have open. The daemon needs CAP_SYS_RESOURCE for more than its own limit."""
    lock_memory: bool = False
    """Whether it may lock all its memory (mlockall). The daemon needs CAP_SYS_RESOURCE to grant that."""
    stop_grace_seconds: int = 10
    """From SIGTERM to SIGKILL, at `docker stop` and at a replacement."""
    stop_signal: str = "SIGTERM"
    cpu_set: str | None = None
    """CPUs of its own; without, the housekeeping CPUs of its host."""
    cpu_shares: int | None = None
    """Weight against other containers while CPUs are short; without, Docker's 1,024."""
    pid_mode: pulumi.Input[str] | None = None
    capabilities: Sequence[str] = ()
    """Capabilities that it keeps of those that all are dropped: `NET_ADMIN`. Only root in the container has them."""
    plane: Plane | None = None
    """Without: the host's network (docs/adr/0002-host-networking.md)."""

    @property
    def member(self) -> str:
        """The part without its stack: `tsdb-0`."""
        return member_name(self.role, self.index)


def arguments(spec: ContainerSpec, placement: Placement) -> docker.ContainerArgs:
    """The arguments of a container that keeps running: ready when its health check passes, restarted when it dies."""
    found = _sealed(spec, placement)
    found.healthcheck = probe(spec.healthy, spec.health_interval_seconds)
    found.wait = spec.awaited
    found.wait_timeout = spec.ready_timeout_seconds if spec.awaited else None
    found.restart = "on-failure" if spec.tier == "engine" else "unless-stopped"
    found.max_retry_count = _MAX_ENGINE_RESTARTS if spec.tier == "engine" else None
    return found


def one_shot_arguments(spec: ContainerSpec, placement: Placement) -> docker.ContainerArgs:
    """The arguments of a container that does one job and ends; the resource's `exit_code` says how."""
    found = _sealed(spec, placement)
    found.attach = True
    found.logs = True
    found.must_run = False
    found.restart = "no"
    return found


def options(
    parent: pulumi.Resource, placement: Placement, depends_on: Sequence[pulumi.Input[pulumi.Resource]] = ()
) -> pulumi.ResourceOptions:
    """The options of a container: on its host, and replaced where the provider would show an update but apply none."""
    return pulumi.ResourceOptions(
        parent=parent,
        provider=placement.provider,
        depends_on=list(depends_on),
        # kreuzwerker/terraform-provider-docker#988: these are not sent to the engine on update.
        replace_on_changes=["healthcheck", "tmpfs", "cpuQuota", "cpuPeriod", "init"],
        delete_before_replace=True,
    )


def _sealed(spec: ContainerSpec, placement: Placement) -> docker.ContainerArgs:
    stack = pulumi.get_stack()
    driver, log_options = log_driver(spec.tier, audit=spec.audit, store=placement.log_store)
    return docker.ContainerArgs(
        name=docker_name(stack, spec.role, spec.index),
        image=spec.image,
        entrypoints=list(spec.entrypoint) or None,
        command=list(spec.command) or None,
        labels=_label_args(spec, stack),
        uploads=_uploads(spec),
        volumes=_volumes(spec),
        tmpfs=dict.fromkeys(spec.tmpfs, ""),
        read_only=True,
        capabilities=docker.ContainerCapabilitiesArgs(adds=list(spec.capabilities) or None, drops=["ALL"]),
        security_opts=["no-new-privileges:true"],
        ulimits=_ulimits(spec),
        cpu_set=spec.cpu_set or placement.housekeeping_cpus,
        cpu_shares=spec.cpu_shares,
        memory=spec.memory_mib,
        memory_swap=spec.memory_mib,
        shm_size=spec.shm_mib,
        stop_signal=spec.stop_signal,
        stop_timeout=spec.stop_grace_seconds,
        destroy_grace_seconds=spec.stop_grace_seconds,
        pid_mode=spec.pid_mode,
        log_driver=driver,
        log_opts=log_options,
        network_mode="bridge" if spec.plane else "host",
        networks_advanced=_attachments(spec.plane),
        ports=_ports(spec.plane, placement),
    )


def _label_args(spec: ContainerSpec, stack: str) -> list[docker.ContainerLabelArgs]:
    secrets = {*spec.secrets, *spec.embedded_secrets}
    found = labels(stack=stack, component=spec.component, role=spec.member, tier=spec.tier, secrets=secrets)
    audit = {_AUDIT_LABEL: "true"} if spec.audit else {}
    all_of_them = sorted({**found, **audit, **spec.further_labels}.items())
    return [docker.ContainerLabelArgs(label=key, value=value) for key, value in all_of_them]


def _uploads(spec: ContainerSpec) -> list[docker.ContainerUploadArgs]:
    secrets = {f"{SECRET_DIR}/{name}": pulumi.Output.secret(value) for name, value in spec.secrets.items()}
    return [
        docker.ContainerUploadArgs(file=path, content=content, permissions="0444")
        for path, content in sorted({**spec.files, **secrets}.items())
    ]


def _volumes(spec: ContainerSpec) -> list[docker.ContainerVolumeArgs]:
    named = [
        docker.ContainerVolumeArgs(container_path=path, volume_name=name) for path, name in sorted(spec.volumes.items())
    ]
    read = [
        docker.ContainerVolumeArgs(container_path=path, volume_name=name, read_only=True)
        for path, name in sorted(spec.volumes_read.items())
    ]
    mounted = [
        docker.ContainerVolumeArgs(container_path=path, host_path=host_path, read_only=True)
        for path, host_path in sorted(spec.host_paths.items())
    ]
    written = [
        docker.ContainerVolumeArgs(container_path=path, host_path=host_path)
        for path, host_path in sorted(spec.host_paths_written.items())
    ]
    anonymous = [docker.ContainerVolumeArgs(container_path=path) for path in sorted(spec.anonymous_volumes)]
    return named + read + mounted + written + anonymous


def _ulimits(spec: ContainerSpec) -> list[docker.ContainerUlimitArgs]:
    nofile = docker.ContainerUlimitArgs(name="nofile", soft=spec.open_files, hard=spec.open_files)
    if not spec.lock_memory:
        return [nofile]
    return [docker.ContainerUlimitArgs(name="memlock", soft=-1, hard=-1), nofile]


def _attachments(plane: Plane | None) -> list[docker.ContainerNetworksAdvancedArgs] | None:
    if plane is None:
        return None
    return [docker.ContainerNetworksAdvancedArgs(name=plane.network, ipv4_address=plane.ipv4_address)]


def _ports(plane: Plane | None, placement: Placement) -> list[docker.ContainerPortArgs] | None:
    if plane is None:
        return None
    return [
        docker.ContainerPortArgs(internal=inside, external=outside, ip=placement.address, protocol="tcp")
        for inside, outside in sorted(plane.published.items())
    ]
