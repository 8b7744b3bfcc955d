"""The container's inputs and outputs; comments name what the official plugin does on purpose or by omission."""

from typing import Any

from toolchain.plugins.docker.labels import labels
from toolchain.plugins.docker.rules import base64_text, duration, matching
from toolchain.plugins.framework import (
    Property,
    Table,
    at_least,
    boolean,
    integer,
    listing,
    mapping,
    one_of,
    record,
    string,
    unordered,
)


def _texts(**options: Any) -> Property:
    return unordered(string(), **options)


def _capabilities() -> Property:
    name = string(same=lambda old, new: _bare_capability(old) == _bare_capability(new))
    return record({"adds": unordered(name), "drops": unordered(name)}, replaces=True)


def _bare_capability(name: Any) -> Any:
    return name.upper().removeprefix("CAP_") if isinstance(name, str) else name


def _throttle() -> Property:
    device = {"path": string(required=True), "rate": integer(required=True, problem=at_least(0))}
    return unordered(record(device))


def _unless_empty(**options: Any) -> Property:
    """Text whose emptying is no change: the image's own value stays."""
    return string(same=lambda old, new: new in ("", old), **options)


_MOUNT = {
    "target": string(required=True),
    "type": string(required=True, problem=one_of("bind", "volume", "tmpfs")),
    "source": string(),
    "readOnly": boolean(),
    "bindOptions": record(
        {"propagation": string(problem=one_of("private", "rprivate", "shared", "rshared", "slave", "rslave"))}
    ),
    "volumeOptions": record(
        {
            "noCopy": boolean(),
            "labels": labels(),
            "driverName": string(),
            "driverOptions": mapping(),
            "subpath": string(),
        }
    ),
    "tmpfsOptions": record({"sizeBytes": integer(), "mode": integer()}),
}
_VOLUME = {
    "volumeName": string(),
    "hostPath": string(problem=matching(r"/.*", "an absolute path")),
    "containerPath": string(),
    "fromContainer": string(),
    "readOnly": boolean(),
    "selinuxRelabel": string(problem=one_of("z", "Z")),
}
_NETWORK = {
    "name": string(required=True),
    "aliases": _texts(),
    "ipv4Address": string(),
    "ipv6Address": string(),
    "linkLocalIps": _texts(),
    "macAddress": string(),
    "driverOpts": _texts(),
    "gwPriority": integer(problem=at_least(0)),
}
_PORT = {
    "internal": integer(required=True),
    "external": integer(computed=True),
    "ip": string(default="0.0.0.0"),
    "protocol": string(default="tcp"),
}
_UPLOAD = {
    "file": string(required=True, problem=matching(r"/.*[^/]", "an absolute path of a file")),
    "content": string(),
    "contentBase64": string(problem=base64_text),
    "source": string(),
    "sourceHash": string(),
    "executable": boolean(default=False),
    "permissions": string(problem=matching("0[0-7]{3}", "four octal digits such as 0644")),
}
_HEALTHCHECK = {
    "tests": listing(string()),
    "interval": duration(default="0s"),
    "timeout": duration(default="0s"),
    "startPeriod": duration(default="0s"),
    "startInterval": duration(default="0s"),
    "retries": integer(default=0, problem=at_least(0)),
}
_DEVICE = {
    "hostPath": string(required=True),
    "containerPath": string(),
    "permissions": string(default="rwm"),
}
_DEVICE_REQUEST = {
    "driver": string(default="cdi"),
    "count": integer(default=0),
    "deviceIds": _texts(),
    "capabilities": _texts(),
    "options": mapping(),
}
_ULIMIT = {"name": string(required=True), "soft": integer(required=True), "hard": integer(required=True)}
_HOST = {"host": string(required=True), "ip": string(required=True)}
_ARGUMENT = string(problem=lambda value: None if value else "must not be empty")

_WHAT_RUNS: Table = {
    "name": string(autoname=True, replaces=True),
    "image": string(required=True, replaces=True, problem=lambda value: None if value else "must not be empty"),
    "command": listing(_ARGUMENT, computed=True, replaces=True),
    "entrypoints": listing(string(), computed=True, replaces=True),
    "envs": _texts(computed=True, replaces=True),
    "labels": labels(computed=True, replaces=True),
    "user": _unless_empty(replaces=True),
    "workingDir": _unless_empty(replaces=True),
    "hostname": string(computed=True, replaces=True),
    "domainname": string(replaces=True),
    "platform": string(computed=True, replaces=True),
    "runtime": string(computed=True, replaces=True),
    "tty": boolean(default=False, replaces=True),
    "stdinOpen": boolean(default=False, replaces=True),
    "stopSignal": string(computed=True, replaces=True),
    "stopTimeout": integer(computed=True, replaces=True),
    "uploads": unordered(record(_UPLOAD), replaces=True),
    # Neither replaced nor sent on change by the official plugin: shown, never carried out.
    "healthcheck": record(_HEALTHCHECK, computed=True, applied=False),
    "init": boolean(computed=True, applied=False),
    "tmpfs": mapping(applied=False),
}
_NETWORKING: Table = {
    "networkMode": string(default="bridge", replaces=True),
    "networksAdvanced": unordered(record(_NETWORK), replaces=True),
    "ports": listing(record(_PORT), replaces=True),
    "publishAllPorts": boolean(replaces=True),
    "hosts": unordered(record(_HOST), replaces=True),
    "dns": _texts(replaces=True),
    "dnsOpts": _texts(replaces=True),
    "dnsSearches": _texts(replaces=True),
}
_STORAGE: Table = {
    "volumes": unordered(record(_VOLUME), replaces=True),
    "mounts": unordered(record(_MOUNT), replaces=True),
    "readOnly": boolean(default=False, replaces=True),
    "storageOpts": mapping(replaces=True),
    "shmSize": integer(computed=True, replaces=True, problem=at_least(0, " MB")),
    "logDriver": string(computed=True, replaces=True),
    "logOpts": mapping(replaces=True),
    "removeVolumes": boolean(default=True),
}
_ISOLATION: Table = {
    "capabilities": _capabilities(),
    "privileged": boolean(replaces=True),
    "securityOpts": _texts(computed=True, replaces=True),
    "groupAdds": _texts(replaces=True),
    "usernsMode": string(replaces=True),
    "pidMode": string(replaces=True),
    "ipcMode": string(computed=True, replaces=True),
    "cgroupParent": string(replaces=True),
    "cgroupnsMode": string(replaces=True, problem=one_of("private", "host")),
    "sysctls": mapping(replaces=True),
    "ulimits": unordered(record(_ULIMIT), replaces=True),
    "devices": unordered(record(_DEVICE), replaces=True),
    "deviceRequests": unordered(record(_DEVICE_REQUEST), replaces=True),
    "gpus": string(replaces=True),
}
_RESOURCES: Table = {
    "memory": integer(problem=at_least(0, " MB")),
    "memoryReservation": integer(default=0, problem=at_least(0, " MB")),
    "memorySwap": integer(problem=at_least(-1, " MB")),
    "cpuSet": string(problem=matching(r"\d+([,-]\d+)*", "a list of cores such as 2-3 or 0,2")),
    "cpuShares": integer(problem=at_least(0)),
    "cpus": string(replaces=True, problem=matching(r"\d+(\.\d+)?", "a number of cores such as 1.5")),
    "cpuPeriod": integer(problem=at_least(0), applied=False),
    "cpuQuota": integer(problem=at_least(0), applied=False),
    "deviceReadBps": _throttle(),
    "deviceReadIops": _throttle(),
    "deviceWriteBps": _throttle(),
    "deviceWriteIops": _throttle(),
}
_LIFE: Table = {
    "restart": string(default="no", problem=one_of("no", "on-failure", "always", "unless-stopped")),
    "maxRetryCount": integer(),
    "start": boolean(default=True),
    "mustRun": boolean(default=True, from_state=True),
    "attach": boolean(default=False),
    "logs": boolean(default=False),
    "wait": boolean(default=False),
    "waitTimeout": integer(default=60, problem=at_least(1, " s")),
    "rm": boolean(default=False),
    "destroyGraceSeconds": integer(problem=at_least(0, " s")),
    "containerReadRefreshTimeoutMilliseconds": integer(default=15000),
}

INPUTS: Table = {**_WHAT_RUNS, **_NETWORKING, **_STORAGE, **_ISOLATION, **_RESOURCES, **_LIFE}

OUTPUTS: Table = {
    "bridge": string(),
    "containerLogs": string(),
    "exitCode": integer(),
    "networkDatas": listing(
        record(
            {
                "networkName": string(),
                "ipAddress": string(),
                "ipPrefixLength": integer(),
                "gateway": string(),
                "globalIpv6Address": string(),
                "globalIpv6PrefixLength": integer(),
                "ipv6Gateway": string(),
                "macAddress": string(),
            }
        )
    ),
}
