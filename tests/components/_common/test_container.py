from dataclasses import replace
from typing import Any
from unittest.mock import ANY

import pulumi
import pulumi_docker as docker

from components._common.container import ContainerSpec, Plane, arguments, one_shot_arguments, options
from components._common.logs import LogStore
from tests.conftest import CONTAINER, Recorder, Secret, placements


def spec(**changes: Any) -> ContainerSpec:
    given: dict[str, Any] = {
        "component": "cache",
        "role": "valkey",
        "tier": "infra",
        "image": "sha256:abc",
        "healthy": ("true",),
        "memory_mib": 64,
    }
    return ContainerSpec(**{**given, **changes})


def deployed(recorder: Recorder, described: ContainerSpec, build: Any = arguments) -> dict[str, Any]:
    def program() -> None:
        place = placements("a")["a"]
        parent = pulumi.ComponentResource("hft:test:Parent", "parent")
        docker.Container("it", build(described, place), options(parent, place))

    recorder.run(program)
    return recorder.inputs(CONTAINER, "it")


def test_a_container_is_sealed_bounded_and_ready_by_its_health_check(recorder: Recorder) -> None:
    assert deployed(recorder, spec()) == {
        "name": "hft-dev-valkey",
        "image": "sha256:abc",
        "capabilities": {"drops": ["ALL"]},
        "cpuSet": "0-1",
        "destroyGraceSeconds": 10,
        "healthcheck": {
            "tests": ["CMD", "sh", "-c", ANY, "probe", "5", "25", "true"],
            "interval": "5s",
            "timeout": "60s",
            "retries": 3,
            "startPeriod": "0s",
        },
        "labels": [
            {"label": "hft.component", "value": "cache"},
            {"label": "hft.project", "value": "hft"},
            {"label": "hft.role", "value": "valkey"},
            {"label": "hft.stack", "value": "dev"},
            {"label": "hft.tier", "value": "infra"},
        ],
        "logDriver": "local",
        "logOpts": {"mode": "non-blocking", "max-buffer-size": "4m", "max-size": "10m", "max-file": "5"},
        "memory": 64,
        "memorySwap": 64,
        "networkMode": "host",
        "readOnly": True,
        "restart": "unless-stopped",
        "securityOpts": ["no-new-privileges:true"],
        "shmSize": 64,
        "stopSignal": "SIGTERM",
        "stopTimeout": 10,
        "tmpfs": {"/tmp": ""},
        "ulimits": [{"name": "nofile", "soft": 16384, "hard": 16384}],
        "uploads": [],
        "volumes": [],
        "wait": True,
        "waitTimeout": 60,
    }
    assert recorder.provider(CONTAINER, "it") == "on-a"


def test_an_audit_trail_is_labelled_and_waits_for_its_log(recorder: Recorder) -> None:
    found = deployed(recorder, spec(audit=True))

    assert {"label": "hft.audit", "value": "true"} in found["labels"]
    assert found["logOpts"] == {"mode": "blocking", "max-size": "10m", "max-file": "5"}


def test_a_log_goes_where_the_host_keeps_logs(recorder: Recorder) -> None:
    def program() -> None:
        place = replace(placements("a")["a"], log_store=LogStore(driver="journald"))
        parent = pulumi.ComponentResource("hft:test:Parent", "parent")
        docker.Container("it", arguments(spec(), place), options(parent, place))

    recorder.run(program)
    found = recorder.inputs(CONTAINER, "it")
    assert (found["logDriver"], found["logOpts"]["tag"]) == ("journald", "{{.Name}}")


def test_an_engine_has_its_cpus_locked_memory_and_few_restarts(recorder: Recorder) -> None:
    found = deployed(recorder, spec(tier="engine", cpu_set="2-3", lock_memory=True))

    assert found["cpuSet"] == "2-3"
    assert found["ulimits"][0] == {"name": "memlock", "soft": -1, "hard": -1}
    assert (found["restart"], found["maxRetryCount"]) == ("on-failure", 5)
    assert found["healthcheck"]["interval"] == "5s"


def test_files_are_uploaded_and_secrets_are_secret(recorder: Recorder) -> None:
    found = deployed(recorder, spec(index=1, files={"/etc/hft/a.conf": "a=1"}, secrets={"cache-reader": "s3cret"}))

    # One secret element makes the whole list secret in the SDK.
    assert found["uploads"] == Secret(
        [
            {"file": "/etc/hft/a.conf", "content": "a=1", "permissions": "0444"},
            {"file": "/run/secrets/cache-reader", "content": "s3cret", "permissions": "0444"},
        ]
    )
    assert {"label": "hft.secrets", "value": "cache-reader"} in found["labels"]
    assert {"label": "hft.role", "value": "valkey-1"} in found["labels"]
    assert found["name"] == "hft-dev-valkey-1"


def test_a_secret_inside_a_file_is_named_in_the_label(recorder: Recorder) -> None:
    found = deployed(recorder, spec(files={"/etc/hft/users": "x"}, embedded_secrets=("b",), secrets={"a": "s3cret"}))

    assert {"label": "hft.secrets", "value": "a,b"} in found["labels"]


def test_an_image_of_others_gets_volumes_for_uploads(recorder: Recorder) -> None:
    assert deployed(recorder, spec(anonymous_volumes=("/run/secrets", "/etc/hft")))["volumes"] == [
        {"containerPath": "/etc/hft"},
        {"containerPath": "/run/secrets"},
    ]


def test_volumes_are_named_and_host_paths_read_only(recorder: Recorder) -> None:
    found = deployed(recorder, spec(volumes={"/var/lib/hft": "hft-dev-x-data"}, host_paths={"/host/proc": "/proc"}))

    assert found["volumes"] == [
        {"containerPath": "/var/lib/hft", "volumeName": "hft-dev-x-data"},
        {"containerPath": "/host/proc", "hostPath": "/proc", "readOnly": True},
    ]


def test_on_a_plane_it_has_a_fixed_address_and_ports_on_the_hosts_address_only(recorder: Recorder) -> None:
    plane = Plane(network="hft-dev-venues", ipv4_address="10.89.0.10", published={8080: 18200})

    found = deployed(recorder, spec(plane=plane))

    assert found["networkMode"] == "bridge"
    assert found["networksAdvanced"] == [{"name": "hft-dev-venues", "ipv4Address": "10.89.0.10"}]
    assert found["ports"] == [{"internal": 8080, "external": 18200, "ip": "10.0.0.1", "protocol": "tcp"}]


def test_a_one_shot_runs_to_its_end(recorder: Recorder) -> None:
    found = deployed(recorder, spec(healthy=()), one_shot_arguments)

    assert (found["attach"], found["logs"], found["mustRun"], found["restart"]) == (True, True, False, "no")
    assert "wait" not in found
    assert "healthcheck" not in found
