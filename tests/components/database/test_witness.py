import json
from collections.abc import Callable
from typing import Any

import pytest

from components._common.scraping import ScrapeTarget
from components.database import DatabaseSettings, FailoverWitness, FailoverWitnessArgs
from components.database.alerts import alert_rules
from components.database.cluster import database_members
from tests.components.database.test_settings import database
from tests.conftest import CONTAINER, Recorder, placements, tls

SETTINGS = database(hosts=["a", "b", "a"])
ETCD = ("10.0.0.1:12379", "10.0.0.2:12379")


def build(settings: DatabaseSettings = SETTINGS) -> FailoverWitness:
    at = placements("a", "b")
    return FailoverWitness(
        "witness",
        FailoverWitnessArgs(
            settings=settings,
            placements=at,
            image="sha256:witness",
            members=database_members("tsdb", settings, at),
            etcd_endpoints=ETCD,
            tls=tls("witness-a", "witness-b"),
        ),
    )


def seen(recorder: Recorder, look: Callable[[FailoverWitness], Any], settings: DatabaseSettings = SETTINGS) -> Any:
    return recorder.run(lambda: look(build(settings)))


def test_each_host_with_nodes_has_one(recorder: Recorder) -> None:
    recorder.run(lambda: build() and None)

    assert {name: recorder.provider(CONTAINER, name) for name in recorder.names(CONTAINER)} == {
        "witness-a": "on-a",
        "witness-b": "on-b",
    }


def test_it_may_write_the_firewall_and_nothing_else(recorder: Recorder) -> None:
    recorder.run(lambda: build() and None)
    found = recorder.inputs(CONTAINER, "witness-b")

    assert (found["name"], found["image"], found["memory"]) == ("hft-dev-witness", "sha256:witness", 96)
    assert found["command"] == ["workloads.witness", "--config", "/etc/hft/witness.json"]
    assert found["capabilities"] == {"adds": ["NET_ADMIN"], "drops": ["ALL"]}
    assert (found["readOnly"], found["securityOpts"]) == (True, ["no-new-privileges:true"])
    assert found["healthcheck"]["tests"][-1] == "http://10.0.0.2:19208/healthz"
    assert found["volumes"] == [
        {"containerPath": "/var/lib/hft/tls", "readOnly": True, "volumeName": "hft-dev-witness-b-tls"}
    ]


def test_it_is_told_all_nodes_and_asks_the_nearest_member_of_etcd_first(recorder: Recorder) -> None:
    recorder.run(lambda: build() and None)
    (upload,) = recorder.inputs(CONTAINER, "witness-b")["uploads"]

    assert upload["file"] == "/etc/hft/witness.json"
    assert json.loads(upload["content"]) == {
        "host": "b",
        "listen_address": "10.0.0.2",
        "listen_port": 19208,
        "etcd_endpoints": ["https://10.0.0.2:12379", "https://10.0.0.1:12379"],
        "tls": {
            "authority_file": "/var/lib/hft/tls/ca.crt",
            "certificate_file": "/var/lib/hft/tls/tls.crt",
            "key_file": "/var/lib/hft/tls/tls.key",
        },
        "etcd_peer_ports": [12479],
        "prefix": "/hft/hft/",
        "members": [
            {
                "name": f"tsdb-{index}",
                "host": host,
                "address": address,
                "postgres_port": port,
                "patroni_port": 18008 + port - 15432,
            }
            for index, (host, address, port) in enumerate(
                [("a", "10.0.0.1", 15432), ("b", "10.0.0.2", 15432), ("a", "10.0.0.1", 15433)]
            )
        ],
        "probes": 3,
        "probe_timeout_ms": 400,
        "interval_ms": 200,
        "table": "hft_dev_witness",
    }


def test_it_tells_monitoring_where_it_is(recorder: Recorder) -> None:
    assert seen(recorder, lambda witness: (witness.scrape_targets, witness.alert_rules)) == (
        (
            ScrapeTarget(job="witness", instance="witness-a", host="a", address="10.0.0.1:19208"),
            ScrapeTarget(job="witness", instance="witness-b", host="b", address="10.0.0.2:19208"),
        ),
        alert_rules(),
    )


@pytest.mark.parametrize("settings", [database(hosts=["a", "a", "a"]), database(failover={"witness_probes": 0})])
def test_on_one_host_and_where_nobody_wants_them_there_are_none(recorder: Recorder, settings: DatabaseSettings) -> None:
    assert seen(recorder, lambda witness: witness.scrape_targets, settings) == ()
    assert recorder.names(CONTAINER) == []


def test_its_outputs_are_those_that_monitoring_takes() -> None:
    assert set(FailoverWitness.__annotations__) == {"scrape_targets", "alert_rules"}
