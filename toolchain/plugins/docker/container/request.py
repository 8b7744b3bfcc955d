"""The Engine API's requests for a container, from the inputs. Pure: no client, no clock."""

from typing import Any

from toolchain.plugins.docker.labels import to_docker
from toolchain.plugins.docker.rules import nanoseconds
from toolchain.plugins.framework import Values

MIB = 1024 * 1024
"""Docker's megabyte."""

_CONFIG = {
    "command": "Cmd",
    "entrypoints": "Entrypoint",
    "envs": "Env",
    "user": "User",
    "workingDir": "WorkingDir",
    "hostname": "Hostname",
    "domainname": "Domainname",
    "stopSignal": "StopSignal",
    "stopTimeout": "StopTimeout",
}
_HOST_CONFIG = {
    "dns": "Dns",
    "dnsOpts": "DnsOptions",
    "dnsSearches": "DnsSearch",
    "groupAdds": "GroupAdd",
    "usernsMode": "UsernsMode",
    "pidMode": "PidMode",
    "ipcMode": "IpcMode",
    "cgroupParent": "CgroupParent",
    "cgroupnsMode": "CgroupnsMode",
    "sysctls": "Sysctls",
    "storageOpts": "StorageOpt",
    "tmpfs": "Tmpfs",
    "cpuShares": "CpuShares",
    "cpuSet": "CpusetCpus",
    "runtime": "Runtime",
}
_THROTTLES = {
    "deviceReadBps": "BlkioDeviceReadBps",
    "deviceReadIops": "BlkioDeviceReadIOps",
    "deviceWriteBps": "BlkioDeviceWriteBps",
    "deviceWriteIops": "BlkioDeviceWriteIOps",
}


def create_body(inputs: Values) -> dict[str, Any]:
    """The body of ``POST /containers/create``."""
    volumes, binds, volumes_from = _volumes(inputs.get("volumes", []))
    exposed, bindings = _ports(inputs.get("ports", []))
    body: dict[str, Any] = {
        "Image": inputs["image"],
        "Tty": inputs.get("tty", False),
        "OpenStdin": inputs.get("stdinOpen", False),
        **_renamed(inputs, _CONFIG),
        "Labels": to_docker(inputs.get("labels", [])),
        "ExposedPorts": exposed,
        "Volumes": volumes,
        "Healthcheck": _healthcheck(inputs.get("healthcheck")),
    }
    host = {
        "PortBindings": bindings,
        "Binds": binds,
        "VolumesFrom": volumes_from,
        **_host_config(inputs),
    }
    return {k: v for k, v in body.items() if v not in ([], {}, None)} | {
        "HostConfig": {
            k: v for k, v in host.items() if v not in ([], {}, None) or k in ("MaskedPaths", "ReadonlyPaths")
        }
    }


def update_body(inputs: Values, *, memory_changed: bool) -> dict[str, Any]:
    """The body of ``POST /containers/<id>/update``. A limit that is left out stays as it is: Docker cannot lift one."""
    memory = _memory(inputs)
    if memory_changed and "MemorySwap" not in memory:
        # What the daemon chooses at create; a limit above the former swap limit is refused without it.
        memory["MemorySwap"] = 2 * memory["Memory"]
    return {
        "RestartPolicy": _restart(inputs),
        "CpuShares": inputs.get("cpuShares", 0),
        "CpusetCpus": inputs.get("cpuSet", ""),
        **memory,
        **{theirs: _throttle(inputs[ours]) for ours, theirs in _THROTTLES.items() if inputs.get(ours)},
    }


def endpoint(network: Values) -> dict[str, Any]:
    """The settings with which a container joins one of its `networksAdvanced`."""
    ipam = {"ipv4Address": "IPv4Address", "ipv6Address": "IPv6Address", "linkLocalIps": "LinkLocalIPs"}
    settings: dict[str, Any] = {"IPAMConfig": _renamed(network, ipam)}
    settings |= _renamed(network, {"aliases": "Aliases", "macAddress": "MacAddress", "gwPriority": "GwPriority"})
    options = dict(option.split("=", 1) for option in network.get("driverOpts", []) if "=" in option)
    return settings | ({"DriverOpts": options} if options else {})


def _host_config(inputs: Values) -> dict[str, Any]:
    security = inputs.get("securityOpts", [])
    capabilities = inputs.get("capabilities", {})
    config: dict[str, Any] = {
        "Privileged": inputs.get("privileged", False),
        "PublishAllPorts": inputs.get("publishAllPorts", False),
        "AutoRemove": inputs.get("rm", False),
        "ReadonlyRootfs": inputs.get("readOnly", False),
        "Init": inputs.get("init", False),
        "NetworkMode": inputs.get("networkMode", "bridge"),
        "RestartPolicy": _restart(inputs),
        "LogConfig": {"Type": inputs.get("logDriver", ""), "Config": inputs.get("logOpts", {})},
        **_renamed(inputs, _HOST_CONFIG),
        **_memory(inputs),
        **_cpu(inputs),
        "ShmSize": inputs.get("shmSize", 0) * MIB or None,
        "ExtraHosts": [f"{item['host']}:{item['ip']}" for item in inputs.get("hosts", [])],
        "Ulimits": [{"Name": u["name"], "Soft": u["soft"], "Hard": u["hard"]} for u in inputs.get("ulimits", [])],
        "CapAdd": capabilities.get("adds"),
        "CapDrop": capabilities.get("drops"),
        "SecurityOpt": [option for option in security if option != "systempaths=unconfined"],
        "Mounts": [_mount(item) for item in inputs.get("mounts", [])],
        "Devices": [_device(item) for item in inputs.get("devices", [])],
        "DeviceRequests": _device_requests(inputs),
        **{theirs: _throttle(inputs.get(ours, [])) for ours, theirs in _THROTTLES.items()},
    }
    if "systempaths=unconfined" in security:
        # The docker command line's own option: the daemon knows it only as empty lists.
        config |= {"MaskedPaths": [], "ReadonlyPaths": []}
    return config


def _renamed(given: Values, names: dict[str, str]) -> dict[str, Any]:
    return {theirs: given[ours] for ours, theirs in names.items() if given.get(ours)}


def _restart(inputs: Values) -> dict[str, Any]:
    return {"Name": inputs.get("restart", "no"), "MaximumRetryCount": inputs.get("maxRetryCount", 0)}


def _memory(inputs: Values) -> dict[str, Any]:
    limits = {"Memory": inputs.get("memory", 0) * MIB, "MemoryReservation": inputs.get("memoryReservation", 0) * MIB}
    swap = inputs.get("memorySwap", 0)
    if swap:
        limits["MemorySwap"] = swap * MIB if swap > 0 else swap
    return limits


def _cpu(inputs: Values) -> dict[str, Any]:
    if inputs.get("cpus"):
        return {"NanoCpus": round(float(inputs["cpus"]) * 10**9)}
    return _renamed(inputs, {"cpuPeriod": "CpuPeriod", "cpuQuota": "CpuQuota"})


def _healthcheck(given: Values | None) -> dict[str, Any] | None:
    if not given:
        return None
    times = {
        "Interval": "interval",
        "Timeout": "timeout",
        "StartPeriod": "startPeriod",
        "StartInterval": "startInterval",
    }
    known = {theirs: nanoseconds(given[ours]) for theirs, ours in times.items() if given.get(ours)}
    check = {k: v for k, v in known.items() if v}
    return {"Test": given.get("tests", []), "Retries": given.get("retries", 0), **check}


def _ports(ports: list[Values]) -> tuple[dict[str, Any], dict[str, Any]]:
    bindings: dict[str, list[dict[str, str]]] = {}
    for port in ports:
        key = f"{port['internal']}/{port.get('protocol', 'tcp')}"
        binding = {"HostIp": port.get("ip", "0.0.0.0"), "HostPort": str(port.get("external", 0))}
        bindings.setdefault(key, []).append(binding)
    return {key: {} for key in bindings}, dict(bindings)


def _volumes(volumes: list[Values]) -> tuple[dict[str, Any], list[str], list[str]]:
    paths: dict[str, Any] = {}
    binds, others = [], []
    for volume in volumes:
        if volume.get("fromContainer"):
            others.append(volume["fromContainer"])
            continue
        paths[volume["containerPath"]] = {}
        source = volume.get("hostPath") or volume.get("volumeName")
        if source:
            mode = "ro" if volume.get("readOnly") else "rw"
            label = f",{volume['selinuxRelabel']}" if volume.get("selinuxRelabel") else ""
            binds.append(f"{source}:{volume['containerPath']}:{mode}{label}")
    return paths, binds, others


def _mount(given: Values) -> dict[str, Any]:
    mount: dict[str, Any] = {
        "Type": given["type"],
        "Target": given["target"],
        "Source": given.get("source", ""),
        "ReadOnly": given.get("readOnly", False),
    }
    bind, volume, tmpfs = (given.get(f"{kind}Options") for kind in ("bind", "volume", "tmpfs"))
    if given["type"] == "bind" and bind:
        mount["BindOptions"] = _renamed(bind, {"propagation": "Propagation"})
    elif given["type"] == "volume" and volume:
        mount["VolumeOptions"] = _volume_options(volume)
    elif given["type"] == "tmpfs" and tmpfs:
        mount["TmpfsOptions"] = _renamed(tmpfs, {"sizeBytes": "SizeBytes", "mode": "Mode"})
    return mount


def _volume_options(given: Values) -> dict[str, Any]:
    options = _renamed(given, {"noCopy": "NoCopy", "subpath": "Subpath"})
    if given.get("labels"):
        options["Labels"] = to_docker(given["labels"])
    driver = _renamed(given, {"driverName": "Name", "driverOptions": "Options"})
    return options | ({"DriverConfig": driver} if driver else {})


def _device(given: Values) -> dict[str, str]:
    inside = given.get("containerPath") or given["hostPath"]
    permissions = given.get("permissions", "rwm")
    return {"PathOnHost": given["hostPath"], "PathInContainer": inside, "CgroupPermissions": permissions}


def _device_requests(inputs: Values) -> list[dict[str, Any]]:
    if inputs.get("gpus"):
        return [gpu_request(inputs["gpus"])]
    return [
        {
            "Driver": item.get("driver", "cdi"),
            "Count": item.get("count", 0),
            "DeviceIDs": item.get("deviceIds", []),
            "Capabilities": [item.get("capabilities", [])],
            "Options": item.get("options", {}),
        }
        for item in inputs.get("deviceRequests", [])
    ]


def gpu_request(text: str) -> dict[str, Any]:
    """``all``, a count, or ``device=…`` as the docker command line reads ``--gpus``. Raises ValueError."""
    value = text.strip().strip("\"'")
    request: dict[str, Any] = {"Driver": "", "Capabilities": [["gpu"]], "Options": {}}
    if value.startswith("device="):
        return {**request, "Count": 0, "DeviceIDs": value.removeprefix("device=").split(",")}
    return {**request, "Count": -1 if value == "all" else int(value), "DeviceIDs": []}


def _throttle(devices: list[Values]) -> list[dict[str, Any]]:
    return [{"Path": device["path"], "Rate": device["rate"]} for device in devices]
