"""Privileges: a container can do what its work needs, and a break-in ends in it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from pulumi_policy import Severity

from policies.frameworks import cis_docker, latency
from policies.pack.rule import ResourceRule
from policies.resources import Container

_SOCKET = re.compile(r"/(docker|containerd)\.sock$|^(/var)?/run(/containerd)?/?$")
"""Docker's sockets, and the folders that they are in."""
_SYSTEM_FOLDERS = tuple(
    map(
        PurePosixPath,
        ("/bin", "/boot", "/etc", "/lib", "/lib64", "/proc", "/root", "/sbin", "/sys", "/usr", "/var/lib/docker"),
    )
)
_DEVICES = PurePosixPath("/dev")
_ENGINE_MAY = {"IPC_LOCK", "NET_RAW", "SYS_NICE"}
_MAY = _ENGINE_MAY | {"CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "NET_ADMIN", "NET_BIND_SERVICE", "SETGID", "SETUID"}
_NO_NEW = "no-new-privileges"
_TRUE = ("1", "t", "true")
_OFF = {
    ("seccomp", "unconfined"): "a break-in has every system call of the kernel, to save 40 ns of each",
    ("apparmor", "unconfined"): "no profile bounds its files and mounts",
    ("label", "disable"): "SELinux is off for it",
}
_NAMESPACES = {"pidMode": "processes", "usernsMode": "users", "cgroupnsMode": "control groups"}


def _few_capabilities(container: Container) -> Iterator[str]:
    if container.inputs.get("privileged"):
        yield "privileged=true is root on the host; remove it and name the capabilities that it needs"
    if "ALL" not in container.dropped_capabilities:
        yield "capabilities.drops lacks ALL, so it keeps Docker's fourteen; drop ALL and add what it needs"
    allowed = _ENGINE_MAY if container.is_engine else _MAY
    for name in container.added_capabilities:
        if name not in allowed:
            yield f"capabilities.adds has {name}; remove it: no other than {', '.join(sorted(allowed))} may be added"


def _no_new_privileges(container: Container) -> Iterator[str]:
    said = [value for name, value in _security_options(container) if name == _NO_NEW]
    if not said or said[-1] not in _TRUE:
        yield f"securityOpts lacks {_NO_NEW}: a setuid file makes its user root; add {_NO_NEW}:true"


def _with_no_new_privileges(container: Container) -> Mapping[str, Any]:
    kept = [option for option in container.texts("securityOpts") if not option.startswith(_NO_NEW)]
    return {"securityOpts": [*kept, f"{_NO_NEW}:true"]}


def _confined(container: Container) -> Iterator[str]:
    for name, value in _security_options(container):
        if reason := _OFF.get((name, value)):
            yield f"securityOpts has {name}={value}: {reason}; remove it"


def _security_options(container: Container) -> Iterator[tuple[str, str]]:
    """Name and value, as the daemon reads them: the last of a name holds (moby, daemon_unix.go, parseSecurityOpt)."""
    for option in container.texts("securityOpts"):
        if option == _NO_NEW:
            yield _NO_NEW, "true"
        elif option == "disable":
            yield "label", option
        else:
            name, _, value = option.partition("=" if "=" in option else ":")
            yield name, value.lower()


def _own_namespaces(container: Container) -> Iterator[str]:
    for argument, what in _NAMESPACES.items():
        if container.inputs.get(argument) == "host":
            yield f"{argument}=host gives it the host's {what}; remove it"


def _no_way_out(container: Container) -> Iterator[str]:
    for mount in container.mounts:
        if _SOCKET.search(mount.source):
            yield f"mounts {mount.source}, and with it Docker's socket: who reaches it is root on the host; remove it"
        elif not mount.read_only and _is_of_the_system(mount.source):
            yield f"mounts {mount.source} of the host to write; mount it read-only, or a folder of its own"
    for device in container.items("devices"):
        if "m" in str(device.get("permissions") or "rwm"):
            yield f"devices gives {device['hostPath']} with mknod; set permissions to r or rw"


def _is_of_the_system(source: str) -> bool:
    """Whether it is one of the folders, or in one, or around one; in /dev is what a container may well write."""
    path = PurePosixPath(source)
    around = any(path.is_relative_to(folder) or folder.is_relative_to(path) for folder in _SYSTEM_FOLDERS)
    return around or path == _DEVICES


def _sealed(container: Container) -> Iterator[str]:
    if not container.inputs.get("readOnly"):
        yield "readOnly is not true, so a break-in leaves programs behind; set it, and tmpfs or volumes where it writes"


RULES = (
    ResourceRule(
        name="few-capabilities",
        description="A container has the capabilities that it needs: with all of them, a break-in is one of the host.",
        severity=Severity.CRITICAL,
        of=Container,
        check=_few_capabilities,
        steps="Set Container.capabilities to drops=[ALL] and few adds; remove privileged.",
        source="https://docs.docker.com/engine/security/#linux-kernel-capabilities",
        follows=(latency("L23"), cis_docker("5.4"), cis_docker("5.5")),
        tags=("docker", "security"),
    ),
    ResourceRule(
        name="no-new-privileges",
        description="A program cannot gain privileges that it was not started with.",
        severity=Severity.HIGH,
        of=Container,
        check=_no_new_privileges,
        mend=_with_no_new_privileges,
        steps="Add no-new-privileges:true to Container.security_opts.",
        source="https://docs.kernel.org/userspace-api/no_new_privs.html",
        follows=(latency("L24"), cis_docker("5.26")),
        tags=("docker", "security"),
    ),
    ResourceRule(
        name="confined-by-the-kernel",
        description="Seccomp, AppArmor and SELinux stay on: without, a call is 40 ns shorter, and the kernel open.",
        severity=Severity.HIGH,
        of=Container,
        check=_confined,
        steps="Remove unconfined and disable from Container.security_opts.",
        source="https://docs.docker.com/engine/security/seccomp/",
        follows=(latency("L24"), cis_docker("5.2"), cis_docker("5.3"), cis_docker("5.22")),
        tags=("docker", "security"),
    ),
    ResourceRule(
        name="own-namespaces",
        description="A container does not see the host's processes: from there it reads every secret in memory.",
        severity=Severity.CRITICAL,
        of=Container,
        check=_own_namespaces,
        steps="Remove host from Container.pid_mode, userns_mode and cgroupns_mode.",
        source="https://docs.docker.com/engine/security/userns-remap/",
        follows=(latency("L25"), cis_docker("5.16"), cis_docker("5.31")),
        tags=("docker", "security"),
    ),
    ResourceRule(
        name="no-way-to-the-host",
        description="A container mounts neither Docker's socket nor system folders to write: each is root on the host.",
        severity=Severity.CRITICAL,
        of=Container,
        check=_no_way_out,
        steps="Remove the mount, or give it read_only=True or a folder of its own.",
        source="https://docs.docker.com/engine/security/protect-access/",
        follows=(latency("L25"), cis_docker("5.6"), cis_docker("5.18"), cis_docker("5.32")),
        tags=("docker", "security"),
    ),
    ResourceRule(
        name="root-file-system-read-only",
        description="The root file system is read-only: what was reviewed is what runs, after a break-in too.",
        severity=Severity.HIGH,
        of=Container,
        check=_sealed,
        steps="Set Container.read_only=True, and tmpfs or volumes for the paths that it writes.",
        source="https://docs.docker.com/reference/cli/docker/container/run/#read-only",
        follows=(latency("L22"), cis_docker("5.13")),
        tags=("docker", "security"),
    ),
)
