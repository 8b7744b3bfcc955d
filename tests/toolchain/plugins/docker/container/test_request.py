"""The requests as they are sent. What the daemon makes of them is in test_resource.py."""

import pytest

from toolchain.plugins.docker.container.request import create_body, endpoint, gpu_request, update_body

MIB = 1024 * 1024


def config(**inputs):
    return create_body({"image": "i", **inputs})


def host(**inputs):
    return config(**inputs)["HostConfig"]


def test_the_least_that_a_container_needs():
    assert config() == {
        "Image": "i",
        "Tty": False,
        "OpenStdin": False,
        "HostConfig": {
            "Privileged": False,
            "PublishAllPorts": False,
            "AutoRemove": False,
            "ReadonlyRootfs": False,
            "Init": False,
            "NetworkMode": "bridge",
            "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
            "LogConfig": {"Type": "", "Config": {}},
            "Memory": 0,
            "MemoryReservation": 0,
        },
    }


def test_what_runs():
    inputs = {
        "command": ["run"],
        "entrypoints": ["/entry"],
        "envs": ["A=1"],
        "user": "10001",
        "workingDir": "/w",
        "hostname": "h",
        "domainname": "d",
        "stopSignal": "SIGINT",
        "stopTimeout": 30,
        "tty": True,
        "stdinOpen": True,
        "labels": [{"label": "hft.role", "value": "engine"}],
    }
    body = config(**inputs)
    del body["HostConfig"]
    assert body == {
        "Image": "i",
        "Cmd": ["run"],
        "Entrypoint": ["/entry"],
        "Env": ["A=1"],
        "User": "10001",
        "WorkingDir": "/w",
        "Hostname": "h",
        "Domainname": "d",
        "StopSignal": "SIGINT",
        "StopTimeout": 30,
        "Tty": True,
        "OpenStdin": True,
        "Labels": {"hft.role": "engine"},
    }


def test_a_health_check_leaves_out_what_is_zero():
    check = {"tests": ["CMD", "ok"], "interval": "1m30s", "timeout": "0s", "startPeriod": "500ms", "retries": 3}
    assert config(healthcheck=check)["Healthcheck"] == {
        "Test": ["CMD", "ok"],
        "Interval": 90 * 10**9,
        "StartPeriod": 5 * 10**8,
        "Retries": 3,
    }
    assert "Healthcheck" not in config(healthcheck={})


def test_ports_of_one_inside_port_are_gathered():
    ports = [
        {"internal": 9000, "external": 19000, "ip": "127.0.0.1", "protocol": "udp"},
        {"internal": 9000, "external": 19001, "protocol": "udp"},
        {"internal": 80},
    ]
    body = config(ports=ports)
    assert body["ExposedPorts"] == {"9000/udp": {}, "80/tcp": {}}
    assert body["HostConfig"]["PortBindings"] == {
        "9000/udp": [{"HostIp": "127.0.0.1", "HostPort": "19000"}, {"HostIp": "0.0.0.0", "HostPort": "19001"}],
        "80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "0"}],
    }


def test_volumes_of_every_kind():
    volumes = [
        {"volumeName": "data", "containerPath": "/data"},
        {"hostPath": "/dev/hugepages", "containerPath": "/huge", "readOnly": True, "selinuxRelabel": "z"},
        {"containerPath": "/anonymous"},
        {"fromContainer": "other"},
    ]
    body = config(volumes=volumes)
    assert body["Volumes"] == {"/data": {}, "/huge": {}, "/anonymous": {}}
    assert body["HostConfig"]["Binds"] == ["data:/data:rw", "/dev/hugepages:/huge:ro,z"]
    assert body["HostConfig"]["VolumesFrom"] == ["other"]


def test_mounts_of_every_kind():
    mounts = [
        {
            "type": "bind",
            "target": "/b",
            "source": "/s",
            "readOnly": True,
            "bindOptions": {"propagation": "rslave"},
            "tmpfsOptions": {"mode": 1},
        },
        {
            "type": "volume",
            "target": "/v",
            "source": "data",
            "volumeOptions": {
                "noCopy": True,
                "subpath": "sub",
                "labels": [{"label": "a", "value": "b"}],
                "driverName": "local",
                "driverOptions": {"o": "x"},
            },
        },
        {"type": "tmpfs", "target": "/t", "tmpfsOptions": {"sizeBytes": 4096, "mode": 0o1777}},
        {"type": "volume", "target": "/plain"},
    ]
    assert host(mounts=mounts)["Mounts"] == [
        {"Type": "bind", "Target": "/b", "Source": "/s", "ReadOnly": True, "BindOptions": {"Propagation": "rslave"}},
        {
            "Type": "volume",
            "Target": "/v",
            "Source": "data",
            "ReadOnly": False,
            "VolumeOptions": {
                "NoCopy": True,
                "Subpath": "sub",
                "Labels": {"a": "b"},
                "DriverConfig": {"Name": "local", "Options": {"o": "x"}},
            },
        },
        {
            "Type": "tmpfs",
            "Target": "/t",
            "Source": "",
            "ReadOnly": False,
            "TmpfsOptions": {"SizeBytes": 4096, "Mode": 0o1777},
        },
        {"Type": "volume", "Target": "/plain", "Source": "", "ReadOnly": False},
    ]


def test_memory_is_in_mebibytes_and_shares_are_not():
    found = host(memory=64, memoryReservation=32, memorySwap=128, shmSize=16, cpuShares=512)
    assert {key: found[key] for key in ("Memory", "MemoryReservation", "MemorySwap", "ShmSize", "CpuShares")} == {
        "Memory": 64 * MIB,
        "MemoryReservation": 32 * MIB,
        "MemorySwap": 128 * MIB,
        "ShmSize": 16 * MIB,
        "CpuShares": 512,
    }


def test_swap_without_a_limit_is_minus_one_byte():
    assert host(memory=64, memorySwap=-1)["MemorySwap"] == -1


def test_cores_go_before_period_and_quota():
    assert host(cpus="1.5", cpuPeriod=1, cpuQuota=2)["NanoCpus"] == 1_500_000_000
    assert "CpuQuota" not in host(cpus="1.5", cpuPeriod=1, cpuQuota=2)
    found = host(cpuPeriod=100000, cpuQuota=50000, cpuSet="2-3")
    assert (found["CpuPeriod"], found["CpuQuota"], found["CpusetCpus"]) == (100000, 50000, "2-3")


def test_isolation():
    found = host(
        capabilities={"adds": ["IPC_LOCK"], "drops": ["ALL"]},
        securityOpts=["no-new-privileges"],
        groupAdds=["video"],
        usernsMode="host",
        pidMode="host",
        ipcMode="private",
        cgroupParent="/hft",
        cgroupnsMode="private",
        sysctls={"net.core.somaxconn": "1024"},
        ulimits=[{"name": "memlock", "soft": -1, "hard": -1}],
        devices=[{"hostPath": "/dev/ptp0"}, {"hostPath": "/dev/a", "containerPath": "/dev/b", "permissions": "r"}],
        tmpfs={"/tmp": "size=1m"},
        storageOpts={"size": "1G"},
        runtime="runc",
        privileged=True,
        readOnly=True,
        init=True,
        rm=True,
        publishAllPorts=True,
    )
    assert {key: value for key, value in found.items() if key not in ("LogConfig", "RestartPolicy", "NetworkMode")} == {
        "CapAdd": ["IPC_LOCK"],
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges"],
        "GroupAdd": ["video"],
        "UsernsMode": "host",
        "PidMode": "host",
        "IpcMode": "private",
        "CgroupParent": "/hft",
        "CgroupnsMode": "private",
        "Sysctls": {"net.core.somaxconn": "1024"},
        "Ulimits": [{"Name": "memlock", "Soft": -1, "Hard": -1}],
        "Devices": [
            {"PathOnHost": "/dev/ptp0", "PathInContainer": "/dev/ptp0", "CgroupPermissions": "rwm"},
            {"PathOnHost": "/dev/a", "PathInContainer": "/dev/b", "CgroupPermissions": "r"},
        ],
        "Tmpfs": {"/tmp": "size=1m"},
        "StorageOpt": {"size": "1G"},
        "Runtime": "runc",
        "Privileged": True,
        "ReadonlyRootfs": True,
        "Init": True,
        "AutoRemove": True,
        "PublishAllPorts": True,
        "Memory": 0,
        "MemoryReservation": 0,
    }


def test_open_system_paths_are_empty_lists_to_the_daemon():
    found = host(securityOpts=["systempaths=unconfined", "seccomp=unconfined"])
    assert (found["MaskedPaths"], found["ReadonlyPaths"]) == ([], [])
    assert found["SecurityOpt"] == ["seccomp=unconfined"]
    assert "MaskedPaths" not in host(securityOpts=["seccomp=unconfined"])


def test_names_and_logs():
    found = host(
        dns=["10.0.0.2"],
        dnsOpts=["ndots:1"],
        dnsSearches=["site"],
        hosts=[{"host": "venue", "ip": "10.0.0.9"}],
        networkMode="host",
        logDriver="json-file",
        logOpts={"max-size": "1m"},
        restart="on-failure",
        maxRetryCount=3,
    )
    expected = {
        "Dns": ["10.0.0.2"],
        "DnsOptions": ["ndots:1"],
        "DnsSearch": ["site"],
        "ExtraHosts": ["venue:10.0.0.9"],
        "NetworkMode": "host",
        "LogConfig": {"Type": "json-file", "Config": {"max-size": "1m"}},
        "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3},
    }
    assert {key: found[key] for key in expected} == expected


def test_device_throttles():
    found = host(deviceReadBps=[{"path": "/dev/a", "rate": 1}], deviceWriteIops=[{"path": "/dev/b", "rate": 2}])
    assert found["BlkioDeviceReadBps"] == [{"Path": "/dev/a", "Rate": 1}]
    assert found["BlkioDeviceWriteIOps"] == [{"Path": "/dev/b", "Rate": 2}]
    assert "BlkioDeviceWriteBps" not in found


def test_device_requests():
    assert host(deviceRequests=[{"driver": "cdi", "deviceIds": ["v/d=0"]}])["DeviceRequests"] == [
        {"Driver": "cdi", "Count": 0, "DeviceIDs": ["v/d=0"], "Capabilities": [[]], "Options": {}}
    ]
    assert host(gpus="all")["DeviceRequests"] == [gpu_request("all")]


@pytest.mark.parametrize(
    ("text", "count", "ids"),
    [("all", -1, []), ("2", 2, []), ("device=0,1", 0, ["0", "1"]), ('"device=0"', 0, ["0"]), (" all ", -1, [])],
)
def test_gpus_as_the_command_line_reads_them(text, count, ids):
    assert gpu_request(text) == {
        "Driver": "",
        "Capabilities": [["gpu"]],
        "Options": {},
        "Count": count,
        "DeviceIDs": ids,
    }


def test_gpus_that_nothing_can_read():
    with pytest.raises(ValueError, match="some"):
        gpu_request("some")


def test_an_update_sends_all_that_updates_in_place():
    inputs = {
        "restart": "always",
        "memory": 64,
        "memoryReservation": 32,
        "memorySwap": 128,
        "cpuSet": "0",
        "cpuShares": 512,
        "deviceReadBps": [{"path": "/dev/a", "rate": 1}],
        "image": "i",
    }
    assert update_body(inputs, memory_changed=True) == {
        "RestartPolicy": {"Name": "always", "MaximumRetryCount": 0},
        "Memory": 64 * MIB,
        "MemoryReservation": 32 * MIB,
        "MemorySwap": 128 * MIB,
        "CpusetCpus": "0",
        "CpuShares": 512,
        "BlkioDeviceReadBps": [{"Path": "/dev/a", "Rate": 1}],
    }


def test_changed_memory_without_swap_raises_the_swap_limit_with_it():
    assert update_body({"memory": 64}, memory_changed=True)["MemorySwap"] == 128 * MIB
    assert "MemorySwap" not in update_body({"memory": 64}, memory_changed=False)


def test_joining_a_network():
    network = {
        "name": "plane",
        "aliases": ["engine"],
        "ipv4Address": "10.0.0.5",
        "ipv6Address": "fd00::5",
        "linkLocalIps": ["169.254.1.1"],
        "macAddress": "02:42:0a:00:00:05",
        "gwPriority": 1,
        "driverOpts": ["k=v=w", "nonsense"],
    }
    assert endpoint(network) == {
        "IPAMConfig": {"IPv4Address": "10.0.0.5", "IPv6Address": "fd00::5", "LinkLocalIPs": ["169.254.1.1"]},
        "Aliases": ["engine"],
        "MacAddress": "02:42:0a:00:00:05",
        "GwPriority": 1,
        "DriverOpts": {"k": "v=w"},
    }
    assert endpoint({"name": "plane"}) == {"IPAMConfig": {}}
