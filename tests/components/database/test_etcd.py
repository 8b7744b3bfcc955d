from collections.abc import Callable
from typing import Any

import pulumi

from components._common.scraping import ScrapeTarget
from components.database import EtcdCluster, EtcdClusterArgs, EtcdSettings, FailoverSettings
from components.database.alerts import alert_rules
from components.database.render import EtcdMember, etcd_arguments
from tests.components.conftest import Options
from tests.conftest import CONTAINER, VOLUME, Recorder, placements, probe, tls

SETTINGS = EtcdSettings(hosts=("a", "b", "a"), memory_mib=512)
MEMBERS = [
    EtcdMember(name="etcd-0", address="10.0.0.1", client_port=12379, peer_port=12479, metrics_port=12579),
    EtcdMember(name="etcd-1", address="10.0.0.2", client_port=12379, peer_port=12479, metrics_port=12579),
    EtcdMember(name="etcd-2", address="10.0.0.1", client_port=12380, peer_port=12480, metrics_port=12580),
]
NODES = ["etcd-node-0", "etcd-node-1", "etcd-node-2"]
VOLUMES = ["etcd-data-0", "etcd-data-1", "etcd-data-2"]


def build() -> EtcdCluster:
    args = EtcdClusterArgs(
        settings=SETTINGS,
        placements=placements("a", "b"),
        image="sha256:etcd",
        tls=tls("etcd-0", "etcd-1", "etcd-2"),
    )
    return EtcdCluster("etcd", args)


def seen(recorder: Recorder, look: Callable[[EtcdCluster], Any]) -> Any:
    return recorder.run(lambda: look(build()))


def test_each_member_has_a_container_and_a_volume_on_its_host(recorder: Recorder) -> None:
    recorder.run(lambda: build() and None)

    assert recorder.names(CONTAINER) == NODES
    assert recorder.names(VOLUME) == VOLUMES
    assert [recorder.provider(CONTAINER, name) for name in NODES] == ["on-a", "on-b", "on-a"]
    assert [recorder.provider(VOLUME, name) for name in VOLUMES] == ["on-a", "on-b", "on-a"]


def test_the_second_member_of_a_host_has_its_own_name_arguments_volume_and_health_check(recorder: Recorder) -> None:
    recorder.run(lambda: build() and None)
    found = recorder.inputs(CONTAINER, "etcd-node-2")

    assert found["name"] == "hft-dev-etcd-2"
    assert found["image"] == "sha256:etcd"
    assert found["command"] == etcd_arguments(SETTINGS, FailoverSettings(), MEMBERS, 2, token="hft-dev-etcd")
    assert probe(found) == ["curl", "-fsS", "-o", "/dev/null", "http://10.0.0.1:12580/health"]
    assert found["volumes"] == [
        {"containerPath": "/var/lib/hft/data", "volumeName": "hft-dev-etcd-2-data"},
        {"containerPath": "/var/lib/hft/tls", "readOnly": True, "volumeName": "hft-dev-etcd-2-tls"},
    ]
    assert found["uploads"] == []
    assert found["memory"] == 512
    # The cluster's first write waits for a quorum, which is more than health.
    assert (found["wait"], found.get("waitTimeout")) == (False, None)
    assert found["healthcheck"]["interval"] == "5s"


def test_data_is_protected_and_outlives_its_resource_and_containers_do_not(
    recorder: Recorder, options: Options
) -> None:
    recorder.run(lambda: build() and None)

    assert options.kept() == VOLUMES


def test_members_wait_for_their_certificates_and_not_for_each_other_since_none_is_healthy_alone(
    recorder: Recorder, options: Options
) -> None:
    def program() -> Any:
        build()
        return pulumi.Output.all(*(options.after(name) for name in NODES))

    assert recorder.run(program) == [["etcd-0-filled"], ["etcd-1-filled"], ["etcd-2-filled"]]


def test_endpoints_are_the_members_client_addresses(recorder: Recorder) -> None:
    assert seen(recorder, lambda etcd: list(etcd.endpoints)) == ["10.0.0.1:12379", "10.0.0.2:12379", "10.0.0.1:12380"]


def test_every_member_is_scraped(recorder: Recorder) -> None:
    targets = seen(recorder, lambda etcd: [target.as_output() for target in etcd.scrape_targets])

    assert targets == [
        ScrapeTarget(job="etcd", instance="etcd-0", host="a", address="10.0.0.1:12579").as_output(),
        ScrapeTarget(job="etcd", instance="etcd-1", host="b", address="10.0.0.2:12579").as_output(),
        ScrapeTarget(job="etcd", instance="etcd-2", host="a", address="10.0.0.1:12580").as_output(),
    ]


def test_it_hands_on_the_rules_of_the_folder(recorder: Recorder) -> None:
    assert seen(recorder, lambda etcd: dict(etcd.alert_rules)) == alert_rules()
