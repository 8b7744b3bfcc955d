"""A trading container of any image. What the daemon and the kernel make of it is not proven here."""

from typing import Any
from unittest.mock import ANY

import pulumi
import pytest

from components._common.scraping import ScrapeTarget
from components.trading import TradingContainer, TradingContainerArgs, TradingContainerSettings
from tests.conftest import CONTAINER, Recorder, Secret, placements

SETTINGS: dict[str, Any] = {"host": "b", "cpu_set": "2-3"}
HEALTHY = ("/usr/bin/maker", "ping")


def build(
    changes: dict[str, Any] | None = None, opts: pulumi.ResourceOptions | None = None, **wires: Any
) -> TradingContainer:
    return TradingContainer(
        "maker",
        TradingContainerArgs(
            settings=TradingContainerSettings.model_validate({**SETTINGS, **(changes or {})}),
            placements=placements("a", "b"),
            image="sha256:maker",
            healthy=HEALTHY,
            **wires,
        ),
        opts,
    )


def deployed(recorder: Recorder, changes: dict[str, Any] | None = None, **wires: Any) -> dict[str, Any]:
    recorder.run(lambda: build(changes, **wires) and None)
    return recorder.inputs(CONTAINER, "maker")


def targets(recorder: Recorder, **wires: Any) -> Any:
    return recorder.run(lambda: [target.as_output() for target in build(**wires).scrape_targets])


def test_it_is_pinned_sealed_and_bounded(recorder: Recorder) -> None:
    assert deployed(recorder) == {
        "name": "hft-dev-maker",
        "image": "sha256:maker",
        "capabilities": {"drops": ["ALL"]},
        "cpuSet": "2-3",
        "destroyGraceSeconds": 30,
        "healthcheck": {
            "tests": ["CMD", "sh", "-c", ANY, "probe", "5", "25", "/usr/bin/maker", "ping"],
            "interval": "5s",
            "timeout": "60s",
            "retries": 3,
            "startPeriod": "0s",
        },
        "labels": [
            {"label": "hft.component", "value": "trading"},
            {"label": "hft.project", "value": "hft"},
            {"label": "hft.role", "value": "maker"},
            {"label": "hft.stack", "value": "dev"},
            {"label": "hft.tier", "value": "engine"},
        ],
        "logDriver": "local",
        "logOpts": {"mode": "non-blocking", "max-buffer-size": "4m", "max-size": "10m", "max-file": "5"},
        "maxRetryCount": 5,
        "memory": 512,
        "memorySwap": 512,
        "networkMode": "host",
        "readOnly": True,
        "restart": "on-failure",
        "securityOpts": ["no-new-privileges:true"],
        "shmSize": 64,
        "stopSignal": "SIGTERM",
        "stopTimeout": 30,
        "tmpfs": {"/tmp": ""},
        "ulimits": [{"name": "memlock", "soft": -1, "hard": -1}, {"name": "nofile", "soft": 65536, "hard": 65536}],
        "uploads": [],
        "volumes": [{"containerPath": "/etc/hft"}, {"containerPath": "/run/secrets"}],
        "wait": True,
        "waitTimeout": 60,
    }
    assert recorder.names(CONTAINER) == ["maker"]
    assert recorder.provider(CONTAINER, "maker") == "on-b"


def test_no_quota_ever_stops_it(recorder: Recorder) -> None:
    found = deployed(recorder)

    assert {"cpuQuota", "cpuPeriod", "cpuShares", "cpus"} & found.keys() == set()


def test_choices_of_the_operator_reach_the_container(recorder: Recorder) -> None:
    choices = {"memory_mib": 1024, "shm_mib": 256, "ready_timeout_seconds": 90, "stop_grace_seconds": 45}
    found = deployed(recorder, {**choices, "cpu_set": "4"})

    assert {key: found[key] for key in ("memory", "memorySwap", "shmSize", "waitTimeout", "cpuSet")} == {
        "memory": 1024,
        "memorySwap": 1024,
        "shmSize": 256,
        "waitTimeout": 90,
        "cpuSet": "4",
    }
    assert (found["stopTimeout"], found["destroyGraceSeconds"]) == (45, 45)


def test_memory_is_not_locked_where_the_daemon_may_not_grant_it(recorder: Recorder) -> None:
    found = deployed(recorder, {"lock_memory": False})

    assert found["ulimits"] == [{"name": "nofile", "soft": 65536, "hard": 65536}]


def test_files_and_arguments_are_handed_in(recorder: Recorder) -> None:
    found = deployed(recorder, command=("--config", "/etc/hft/maker.toml"), files={"/etc/hft/maker.toml": "a = 1\n"})

    assert found["command"] == ["--config", "/etc/hft/maker.toml"]
    assert found["uploads"] == [{"file": "/etc/hft/maker.toml", "content": "a = 1\n", "permissions": "0444"}]


def test_a_secret_is_a_file_and_nothing_else(recorder: Recorder) -> None:
    found = deployed(recorder, secrets={"venue-key": "s3cret"})
    uploads = found.pop("uploads")

    assert uploads == Secret([{"file": "/run/secrets/venue-key", "content": "s3cret", "permissions": "0444"}])
    assert "s3cret" not in str(found)
    assert {"label": "hft.secrets", "value": "venue-key"} in found["labels"]


def test_its_metrics_are_scraped_every_second_at_its_hosts_address(recorder: Recorder) -> None:
    target = ScrapeTarget(job="engine", instance="maker", host="b", address="10.0.0.2:19999", interval_seconds=1)

    assert targets(recorder, metrics_port=19999) == [target.as_output()]


def test_who_takes_part_in_a_lease_is_scraped_under_its_strategy(recorder: Recorder) -> None:
    (found,) = targets(recorder, metrics_port=19999, strategy="making")

    assert found["labels"] == {"strategy": "making"}


def test_what_a_policy_asks_of_it_is_a_label(recorder: Recorder) -> None:
    found = deployed(recorder, metrics_port=19999, drain_seconds=10)["labels"]

    assert {"label": "hft.metrics", "value": "10.0.0.2:19999"} in found
    assert {"label": "hft.drain-seconds", "value": "10"} in found


def test_what_is_not_said_is_no_label(recorder: Recorder) -> None:
    found = [each["label"] for each in deployed(recorder)["labels"]]

    assert [name for name in found if name in ("hft.metrics", "hft.drain-seconds")] == []


def test_without_a_port_nothing_is_scraped(recorder: Recorder) -> None:
    assert targets(recorder) == []


def test_the_name_on_the_host_is_an_output(recorder: Recorder) -> None:
    assert recorder.run(lambda: build().container_name) == "hft-dev-maker"


def test_the_container_is_a_child_of_the_component(recorder: Recorder) -> None:
    below: list[str] = []

    def note(args: pulumi.ResourceTransformationArgs) -> None:
        below.append(f"{args.type_} {args.name}")

    recorder.run(lambda: build(opts=pulumi.ResourceOptions(transformations=[note])) and None)

    assert below == ["hft:trading:TradingContainer maker", f"{CONTAINER} maker"]


def test_an_unknown_host_is_refused(recorder: Recorder) -> None:
    with pytest.raises(KeyError, match="'c'"):
        recorder.run(lambda: build({"host": "c"}) and None)
