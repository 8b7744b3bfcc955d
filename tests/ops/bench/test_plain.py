from pathlib import Path
from typing import Any

import pytest

from ops.bench.plain import Plain, by_names, docker_run, looked_into, network_create
from ops.state import CONTAINER, NETWORK, VOLUME
from tests.ops.states import entry, state

INPUTS: dict[str, Any] = {
    "name": "hft-bench-etcd-0",
    "image": "sha256:1",
    "command": ["--name=etcd-0"],
    "networkMode": "host",
    "cpuSet": "0",
    "memory": 256.0,
    "memorySwap": 256.0,
    "shmSize": 64.0,
    "logDriver": "local",
    "logOpts": {"mode": "non-blocking"},
    "securityOpts": ["no-new-privileges:true"],
    "ulimits": [{"name": "nofile", "soft": 16384.0, "hard": 16384.0}],
    "tmpfs": {"/tmp": ""},
}
SEALED = [
    *("--read-only", "--cap-drop", "ALL", "--cpuset-cpus", "0", "--memory", "256m", "--memory-swap", "256m"),
    *("--shm-size", "64m", "--log-driver", "local", "--log-opt", "mode=non-blocking"),
    *("--security-opt", "no-new-privileges:true", "--ulimit", "nofile=16384:16384", "--tmpfs", "/tmp"),
]


def test_limits_and_seals_are_the_same(tmp_path: Path) -> None:
    assert docker_run(INPUTS, tmp_path) == [
        *("run", "--detach", "--name", "hft-bench-etcd-0", "--network", "host"),
        *SEALED,
        *("sha256:1", "--name=etcd-0"),
    ]


def test_health_plane_ports_and_volumes_are_the_same(tmp_path: Path) -> None:
    more = {
        "healthcheck": {"tests": ["CMD", "sh", "-c", "curl x"], "interval": "2s", "timeout": "2s", "retries": 3.0},
        "networksAdvanced": [{"name": "venues", "ipv4Address": "10.0.0.2"}],
        "ports": [{"ip": "127.0.0.1", "external": 18200.0, "internal": 8080.0}],
        "volumes": [
            {"containerPath": "/data", "volumeName": "hft-data"},
            {"containerPath": "/host", "hostPath": "/", "readOnly": True},
            {"containerPath": "/etc/hft"},
        ],
    }
    found = docker_run({**INPUTS, **more}, tmp_path)

    assert found[4:18] == [
        *(
            "--health-cmd",
            "sh -c 'curl x'",
            "--health-interval",
            "2s",
            "--health-timeout",
            "2s",
            "--health-retries",
            "3",
        ),
        *("--network", "venues", "--ip", "10.0.0.2", "--publish", "127.0.0.1:18200:8080"),
    ]
    assert found[-8:-2] == ["--volume", "hft-data:/data", "--volume", "/:/host:ro", "--volume", "/etc/hft"]


def test_shares_capabilities_and_another_containers_processes_are_the_same(tmp_path: Path) -> None:
    more = {"cpuShares": 128.0, "capabilities": {"adds": ["CHOWN"], "drops": ["ALL"]}, "pidMode": "container:tsdb-0"}

    assert docker_run({**INPUTS, **more}, tmp_path)[6:14] == [
        *("--pid", "container:tsdb-0", "--read-only", "--cap-drop", "ALL", "--cpuset-cpus", "0", "--cap-add"),
    ]
    assert "--cpu-shares 128 " in " ".join(docker_run({**INPUTS, **more}, tmp_path))


def test_another_containers_processes_are_those_of_its_name() -> None:
    names = {"4f2a": "hft-bench-tsdb-0"}

    assert by_names({"name": "a", "pidMode": "container:4f2a"}, names)["pidMode"] == "container:hft-bench-tsdb-0"
    assert by_names({"name": "a", "pidMode": "host"}, names) == {"name": "a", "pidMode": "host"}
    assert by_names({"name": "a"}, names) == {"name": "a"}


def test_files_are_mounted_and_a_job_is_waited_for(tmp_path: Path) -> None:
    upload = {"file": "/etc/hft/shared.json", "content": "{}"}
    job = {**INPUTS, "mustRun": False, "entrypoints": ["sh", "-c"], "command": ["true"], "uploads": [upload]}
    found = docker_run(job, tmp_path)

    assert (tmp_path / "etc/hft/shared.json").read_text() == "{}"
    assert "--detach" not in found
    assert found[-7:] == [
        *("--volume", f"{tmp_path}/etc/hft/shared.json:/etc/hft/shared.json:ro"),
        *("--entrypoint", "sh", "sha256:1", "-c", "true"),
    ]


def test_a_network_has_its_subnet_and_options() -> None:
    inputs = {"name": "venues", "driver": "bridge", "ipamConfigs": [{"subnet": "10.0.0.0/24"}], "options": {"a": "b"}}

    assert network_create(inputs) == [
        *("network", "create", "--driver", "bridge", "--subnet", "10.0.0.0/24", "--opt", "a=b", "venues"),
    ]


def test_a_state_becomes_commands_in_its_order_without_the_migrations(tmp_path: Path) -> None:
    job = {**INPUTS, "name": "hft-bench-tsdb-shared", "mustRun": False}
    found = Plain.of(
        state(
            entry(VOLUME, "etcd-data-0", inputs={"name": "hft-bench-etcd-0-data"}),
            entry(NETWORK, "network-venues", inputs={"name": "hft-bench-venues"}),
            entry(CONTAINER, "etcd-node-0", inputs=INPUTS),
            entry(CONTAINER, "tsdb-shared", inputs=job),
            entry(CONTAINER, "db-migrate", inputs={**INPUTS, "name": "hft-bench-db-migrate"}),
        ),
        tmp_path,
    )

    assert found.before == (
        ("volume", "create", "hft-bench-etcd-0-data"),
        ("network", "create", "--driver", "bridge", "hft-bench-venues"),
    )
    assert [run[run.index("--name") + 1] for run in found.runs] == ["hft-bench-etcd-0", "hft-bench-tsdb-shared"]
    assert (found.running, found.names) == (("hft-bench-etcd-0",), ("hft-bench-etcd-0", "hft-bench-tsdb-shared"))


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("run", "--name", "b", "--pid", "container:a", "image"), ("a",)),
        (("run", "--name", "b", "--pid", "host", "image"), ()),
        (("run", "--name", "b", "image"), ()),
    ],
)
def test_what_a_container_looks_into_is_waited_for(arguments: tuple[str, ...], names: tuple[str, ...]) -> None:
    assert looked_into(arguments) == names
