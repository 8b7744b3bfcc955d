"""What an inspected container says of itself, as outputs. Pure."""

from typing import Any

from toolchain.plugins.docker.container.request import MIB
from toolchain.plugins.docker.rules import duration_text
from toolchain.plugins.framework import Values

_TIMES = {"Interval": "interval", "Timeout": "timeout", "StartPeriod": "startPeriod", "StartInterval": "startInterval"}
_NETWORK_DATA = {
    "IPAddress": "ipAddress",
    "IPPrefixLen": "ipPrefixLength",
    "Gateway": "gateway",
    "GlobalIPv6Address": "globalIpv6Address",
    "GlobalIPv6PrefixLen": "globalIpv6PrefixLength",
    "IPv6Gateway": "ipv6Gateway",
    "MacAddress": "macAddress",
}


def observed(found: dict[str, Any], known: Values) -> Values:
    """The state of an inspected container, given the state known so far.

    As with the official plugin, envs, labels, volumes, uploads and networksAdvanced are not read back: their drift is
    invisible. ulimits, ports, pidMode and logOpts are read only where they were given.
    """
    config, host, running = found["Config"], found["HostConfig"], found["State"]["Running"]
    state: Values = {
        **_process(config, host),
        **_limits(host),
        **_isolation(host),
        "name": found["Name"].lstrip("/"),
        "image": found["Image"] if str(known.get("image", "")).startswith("sha256:") else config["Image"],
        "platform": known.get("platform") or found.get("Platform", ""),
        "networkMode": host["NetworkMode"],
        "bridge": found["NetworkSettings"].get("Bridge", ""),
        "networkDatas": _network_data(found["NetworkSettings"]),
        "envs": known.get("envs", []),
        "labels": known.get("labels", []),
    }
    if not running:
        state["exitCode"] = found["State"]["ExitCode"]
        # Makes the next `up` start it again.
        state["mustRun"] = False
    if known.get("ulimits"):
        state["ulimits"] = [{"name": u["Name"], "soft": u["Soft"], "hard": u["Hard"]} for u in host["Ulimits"] or []]
    if known.get("pidMode"):
        state["pidMode"] = host["PidMode"]
    if known.get("logOpts"):
        state["logOpts"] = host["LogConfig"]["Config"] or {}
    if known.get("ports") and running:
        state["ports"] = _ports(known["ports"], found["NetworkSettings"].get("Ports") or {})
    if config.get("Healthcheck"):
        state["healthcheck"] = _healthcheck(config["Healthcheck"])
    return state


def _process(config: dict[str, Any], host: dict[str, Any]) -> Values:
    return {
        "command": config.get("Cmd") or [],
        "entrypoints": config.get("Entrypoint") or [],
        "user": config["User"],
        "workingDir": config["WorkingDir"],
        "hostname": config["Hostname"],
        "domainname": config["Domainname"],
        "tty": config["Tty"],
        "stdinOpen": config["OpenStdin"],
        "stopSignal": config.get("StopSignal") or "",
        "stopTimeout": config.get("StopTimeout") or 0,
        "runtime": host.get("Runtime") or "",
        "init": bool(host.get("Init")),
        "restart": host["RestartPolicy"]["Name"] or "no",
        "maxRetryCount": host["RestartPolicy"]["MaximumRetryCount"],
        "rm": host["AutoRemove"],
        "logDriver": host["LogConfig"]["Type"],
        "publishAllPorts": host["PublishAllPorts"],
        "dns": host.get("Dns") or [],
        "dnsOpts": host.get("DnsOptions") or [],
        "dnsSearches": host.get("DnsSearch") or [],
        "hosts": [dict(zip(("host", "ip"), item.split(":", 1), strict=True)) for item in host.get("ExtraHosts") or []],
    }


def _limits(host: dict[str, Any]) -> Values:
    swap = host.get("MemorySwap", 0)
    limits: Values = {
        "memory": host["Memory"] // MIB,
        "memoryReservation": host.get("MemoryReservation", 0) // MIB,
        "memorySwap": swap // MIB if swap > 0 else swap,
        "shmSize": host["ShmSize"] // MIB,
        "cpuShares": host["CpuShares"],
        "cpuSet": host["CpusetCpus"],
    }
    if host.get("NanoCpus"):
        limits["cpus"] = f"{host['NanoCpus'] / 10**9:.9g}"
    return limits


def _isolation(host: dict[str, Any]) -> Values:
    state: Values = {
        "readOnly": host["ReadonlyRootfs"],
        "privileged": host["Privileged"],
        "securityOpts": host.get("SecurityOpt") or [],
        "groupAdds": host.get("GroupAdd") or [],
        "usernsMode": host.get("UsernsMode") or "",
        "ipcMode": host.get("IpcMode") or "",
        "sysctls": host.get("Sysctls") or {},
        "storageOpts": host.get("StorageOpt") or {},
        "tmpfs": host.get("Tmpfs") or {},
    }
    if host.get("CapAdd") or host.get("CapDrop"):
        state["capabilities"] = {"adds": host.get("CapAdd") or [], "drops": host.get("CapDrop") or []}
    return state


def _network_data(settings: dict[str, Any]) -> list[Values]:
    networks = sorted((settings.get("Networks") or {}).items())
    return [
        {"networkName": name, **{ours: data[theirs] for theirs, ours in _NETWORK_DATA.items()}}
        for name, data in networks
    ]


def _healthcheck(found: dict[str, Any]) -> Values:
    times = {ours: duration_text(found.get(theirs, 0)) for theirs, ours in _TIMES.items()}
    return {"tests": found.get("Test") or [], "retries": found.get("Retries", 0), **times}


def _ports(known: list[Values], found: dict[str, Any]) -> list[Values]:
    """The given ports in their order with the external ones that Docker chose; what is there, where it differs."""
    left = [
        {
            "internal": int(key.partition("/")[0]),
            "protocol": key.partition("/")[2],
            "ip": binding["HostIp"],
            "external": int(binding["HostPort"]),
        }
        for key, bindings in sorted(found.items())
        for binding in bindings or []
    ]
    everything, matched = list(left), []
    for port in known:
        same = next((item for item in left if _fits(port, item)), None)
        if same is None:
            return everything
        left.remove(same)
        matched.append(same)
    return everything if left else matched


def _fits(given: Values, found: Values) -> bool:
    """Whether a published port is the one that was asked for; Docker chooses an external one that was not given."""
    return all(found[name] == value for name, value in given.items() if value or name != "external")
