from typing import Any

import pytest

from policies.pack.rule import ResourceRule
from tests.policies.given import BY_NAME, DATABASE, SERVICE, container, found

ENGINE_MAY = "IPC_LOCK, NET_RAW, SYS_NICE"
OTHERS_MAY = (
    "CHOWN, DAC_OVERRIDE, FOWNER, IPC_LOCK, KILL, NET_ADMIN, NET_BIND_SERVICE, NET_RAW, SETGID, SETUID, SYS_NICE"
)
LACKS_ALL = "capabilities.drops lacks ALL, so it keeps Docker's fourteen; drop ALL and add what it needs"
LACKS_NO_NEW = "securityOpts lacks no-new-privileges: a setuid file makes its user root; add no-new-privileges:true"
NO_NEW = "no-new-privileges:true"


def test_a_privileged_container_is_root_on_the_host() -> None:
    assert found("few-capabilities", container(privileged=True)) == [
        "privileged=true is root on the host; remove it and name the capabilities that it needs"
    ]
    assert found("few-capabilities", container(privileged=False)) == []


@pytest.mark.parametrize("capabilities", [None, {}, {"drops": []}, {"drops": ["NET_RAW"]}])
def test_what_is_not_dropped_is_kept(capabilities: Any) -> None:
    assert found("few-capabilities", container(capabilities=capabilities)) == [LACKS_ALL]


@pytest.mark.parametrize("name", ["ALL", "all", "CAP_ALL"])
def test_all_is_dropped_however_it_is_written(name: str) -> None:
    assert found("few-capabilities", container(capabilities={"drops": [name]})) == []


@pytest.mark.parametrize("name", ["NET_ADMIN", "CAP_SYS_ADMIN", "ALL"])
def test_an_engine_may_not_add_every_capability(name: str) -> None:
    assert found("few-capabilities", container(capabilities={"drops": ["ALL"], "adds": [name]})) == [
        f"capabilities.adds has {name.removeprefix('CAP_')}; remove it: no other than {ENGINE_MAY} may be added"
    ]


def test_an_engine_may_add_what_latency_needs() -> None:
    adds = [*ENGINE_MAY.split(", "), "CAP_SYS_NICE"]

    assert found("few-capabilities", container(capabilities={"drops": ["ALL"], "adds": adds})) == []


def test_another_tier_may_add_more() -> None:
    adds = OTHERS_MAY.split(", ")

    assert found("few-capabilities", container(SERVICE, capabilities={"drops": ["ALL"], "adds": adds})) == []
    assert found("few-capabilities", container(DATABASE, capabilities={"drops": ["ALL"], "adds": adds})) == []


def test_another_tier_may_not_add_every_capability() -> None:
    assert found("few-capabilities", container(SERVICE, capabilities={"drops": ["ALL"], "adds": ["SYS_PTRACE"]})) == [
        f"capabilities.adds has SYS_PTRACE; remove it: no other than {OTHERS_MAY} may be added"
    ]


@pytest.mark.parametrize(
    "options",
    [
        None,
        [],
        ["apparmor=docker-default"],
        ["no-new-privileges:false"],
        ["no-new-privileges=0"],
        ["no-new-privileges:true", "no-new-privileges:false"],
        ["no-new-privileges:true", "no-new-privileges=true=false"],
        ["label=no-new-privileges"],
    ],
)
def test_privileges_may_not_be_gained(options: list[str] | None) -> None:
    assert found("no-new-privileges", container(securityOpts=options)) == [LACKS_NO_NEW]


@pytest.mark.parametrize(
    "options",
    [
        ["no-new-privileges"],
        ["no-new-privileges:true"],
        ["no-new-privileges=true"],
        ["no-new-privileges=TRUE"],
        ["no-new-privileges=t"],
        ["no-new-privileges=1"],
        ["no-new-privileges:false", "no-new-privileges"],
        ["seccomp=profile.json", "no-new-privileges:true"],
        ["no-new-privileges:true", "seccomp=profile.json"],
    ],
)
def test_the_daemon_reads_it_in_several_ways(options: list[str]) -> None:
    assert found("no-new-privileges", container(securityOpts=options)) == []


@pytest.mark.parametrize(
    ("options", "mended"),
    [
        (None, [NO_NEW]),
        (["no-new-privileges:false"], [NO_NEW]),
        (["no-new-privileges=0", "apparmor=docker-default"], ["apparmor=docker-default", NO_NEW]),
    ],
)
def test_new_privileges_are_mended(options: list[str] | None, mended: list[str]) -> None:
    rule = BY_NAME["no-new-privileges"]
    assert isinstance(rule, ResourceRule)
    assert rule.mend is not None
    changes = rule.mend(container(securityOpts=options))

    assert changes == {"securityOpts": mended}
    assert found("no-new-privileges", container(**changes)) == []


UNCONFINED = "a break-in has every system call of the kernel, to save 40 ns of each"
NO_PROFILE = "no profile bounds its files and mounts"
NO_SELINUX = "SELinux is off for it"


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("seccomp=unconfined", f"securityOpts has seccomp=unconfined: {UNCONFINED}; remove it"),
        ("seccomp:unconfined", f"securityOpts has seccomp=unconfined: {UNCONFINED}; remove it"),
        ("apparmor=unconfined", f"securityOpts has apparmor=unconfined: {NO_PROFILE}; remove it"),
        ("apparmor:unconfined", f"securityOpts has apparmor=unconfined: {NO_PROFILE}; remove it"),
        ("label=disable", f"securityOpts has label=disable: {NO_SELINUX}; remove it"),
        ("label:disable", f"securityOpts has label=disable: {NO_SELINUX}; remove it"),
        ("disable", f"securityOpts has label=disable: {NO_SELINUX}; remove it"),
    ],
)
def test_the_kernels_guards_are_not_switched_off(option: str, message: str) -> None:
    assert found("confined-by-the-kernel", container(securityOpts=[NO_NEW, option])) == [message]


@pytest.mark.parametrize(
    "option",
    [
        "seccomp=engine.json",
        "seccomp=builtin",
        "apparmor=docker-default",
        "label=type:engine_t",
        "label=unconfined",
        "seccomp=disable",
        "label=level:a=disable",
    ],
)
def test_guards_of_ones_own_are_guards(option: str) -> None:
    assert found("confined-by-the-kernel", container(securityOpts=[option])) == []


@pytest.mark.parametrize(
    ("argument", "what"), [("pidMode", "processes"), ("usernsMode", "users"), ("cgroupnsMode", "control groups")]
)
def test_the_host_is_not_seen(argument: str, what: str) -> None:
    assert found("own-namespaces", container(**{argument: "host"})) == [
        f"{argument}=host gives it the host's {what}; remove it"
    ]
    assert found("own-namespaces", container(SERVICE, **{argument: "host"})) == [
        f"{argument}=host gives it the host's {what}; remove it"
    ]


def test_namespaces_of_ones_own_are_not_the_hosts() -> None:
    assert found("own-namespaces", container(pidMode="container:abc", cgroupnsMode="private", usernsMode="")) == []


@pytest.mark.parametrize("read_only", [True, False])
@pytest.mark.parametrize(
    "path",
    [
        "/var/run/docker.sock",
        "/run/docker.sock",
        "/run/user/1000/docker.sock",
        "/run/containerd/containerd.sock",
        "/run",
        "/run/",
        "/var/run",
        "/run/containerd",
        "/var/run/containerd/",
    ],
)
def test_dockers_socket_is_the_host(path: str, read_only: bool) -> None:
    volume = {"hostPath": path, "containerPath": "/there", "readOnly": read_only}

    assert found("no-way-to-the-host", container(volumes=[volume])) == [
        f"mounts {path}, and with it Docker's socket: who reaches it is root on the host; remove it"
    ]


@pytest.mark.parametrize(
    "path",
    ["/run/chrony", "/srv/run", "/run/containerd/data", "/srv/docker.sock.d", "/docker-sock", "/srv/mydocker.sock"],
)
def test_other_sockets_are_not(path: str) -> None:
    assert found("no-way-to-the-host", container(volumes=[{"hostPath": path, "containerPath": "/there"}])) == []


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/bin", "/boot", "/dev", "/dev/", "/etc", "/etc/", "/lib", "/lib64", "/proc", "/root", "/sbin", "/sys"),
        *("/usr", "/var", "/var/lib", "/var/lib/docker", "/var/lib/docker/volumes", "/etc/cron.d", "/sys/fs/cgroup"),
    ],
)
def test_system_folders_are_not_written(path: str) -> None:
    message = f"mounts {path} of the host to write; mount it read-only, or a folder of its own"
    volume, mount = {"hostPath": path, "containerPath": "/there"}, {"source": path, "target": "/there", "type": "bind"}

    assert found("no-way-to-the-host", container(volumes=[volume])) == [message]
    assert found("no-way-to-the-host", container(mounts=[mount])) == [message]
    assert found("no-way-to-the-host", container(volumes=[{**volume, "readOnly": True}])) == []
    assert found("no-way-to-the-host", container(mounts=[{**mount, "readOnly": True}])) == []


@pytest.mark.parametrize(
    "path", ["/srv/ticks", "/dev/hugepages", "/dev/shm", "/etcetera", "/home/desk", "/var/lib/hft"]
)
def test_folders_of_ones_own_are_written(path: str) -> None:
    assert found("no-way-to-the-host", container(volumes=[{"hostPath": path, "containerPath": "/there"}])) == []


def test_volumes_are_written() -> None:
    named, anonymous = {"volumeName": "etc", "containerPath": "/etc"}, {"containerPath": "/run/secrets"}

    assert found("no-way-to-the-host", container(volumes=[named, anonymous])) == []


@pytest.mark.parametrize("permissions", [None, "", "rwm", "m"])
def test_a_device_is_not_made_anew(permissions: str | None) -> None:
    device = {"hostPath": "/dev/ptp0", **({} if permissions is None else {"permissions": permissions})}

    assert found("no-way-to-the-host", container(devices=[device])) == [
        "devices gives /dev/ptp0 with mknod; set permissions to r or rw"
    ]


@pytest.mark.parametrize("permissions", ["r", "rw"])
def test_a_device_is_read_and_written(permissions: str) -> None:
    device = {"hostPath": "/dev/ptp0", "permissions": permissions}

    assert found("no-way-to-the-host", container(devices=[device])) == []


@pytest.mark.parametrize("value", [None, False])
def test_the_root_file_system_is_sealed(value: bool | None) -> None:
    message = "readOnly is not true, so a break-in leaves programs behind; set it, and tmpfs or volumes where it writes"

    assert found("root-file-system-read-only", container(readOnly=value)) == [message]
    assert found("root-file-system-read-only", container(SERVICE, readOnly=value)) == [message]
    assert found("root-file-system-read-only", container(readOnly=True)) == []
