from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components._common.endpoint import DatabaseMember
from components._common.scraping import ScrapeTarget
from components.database import DatabaseSettings, TimescaleCluster, TimescaleClusterArgs
from components.database.alerts import alert_rules
from components.database.render import patroni_yml, shared_json
from tests.components.conftest import Options
from tests.components.database.test_settings import database
from tests.conftest import CONTAINER, VOLUME, Recorder, Secret, placements, probe, tls

SETTINGS = database(etcd={"hosts": ["a"]}, hosts=["a", "b", "a"], memory_mib=4096, shm_mib=512, stop_grace_seconds=120)
ENDPOINTS = ("10.0.0.1:12379", "10.0.0.2:12379")
NODES = ["tsdb-node-0", "tsdb-node-1", "tsdb-node-2"]
BOOTSTRAP = Path(__file__).parents[3] / "components/database/bootstrap.sh"
QUERIES = Path(__file__).parents[3] / "components/database/exporter_queries.yaml"
EXPORTERS = ["tsdb-exporter-0", "tsdb-exporter-1", "tsdb-exporter-2"]
RELOADS = ["tsdb-reload-0", "tsdb-reload-1", "tsdb-reload-2"]
PASSWORDS = ["tsdb-passwords-0", "tsdb-passwords-1", "tsdb-passwords-2"]
ROLES = ["tsdb-roles-0", "tsdb-roles-1", "tsdb-roles-2"]
VOLUMES = ["tsdb-data-0", "tsdb-data-1", "tsdb-data-2"]
MEMBERS = [
    DatabaseMember(name="tsdb-0", address="10.0.0.1", postgres_port=15432, patroni_port=18008),
    DatabaseMember(name="tsdb-1", address="10.0.0.2", postgres_port=15432, patroni_port=18008),
    DatabaseMember(name="tsdb-2", address="10.0.0.1", postgres_port=15433, patroni_port=18009),
]


def build(settings: DatabaseSettings = SETTINGS) -> TimescaleCluster:
    return TimescaleCluster(
        "tsdb",
        TimescaleClusterArgs(
            settings=settings,
            placements=placements("a", "b"),
            image="sha256:timescaledb",
            exporter_image="sha256:exporters",
            etcd_endpoints=ENDPOINTS,
            admin_password="a",
            replication_password="r",
            rewind_password="w",
            monitoring_password="m",
            tls=tls("tsdb-0", "tsdb-1", "tsdb-2"),
        ),
    )


def deployed(recorder: Recorder, name: str) -> dict[str, Any]:
    recorder.run(lambda: build() and None)
    return recorder.inputs(CONTAINER, name)


def seen(recorder: Recorder, look: Callable[[TimescaleCluster], Any], settings: DatabaseSettings = SETTINGS) -> Any:
    return recorder.run(lambda: look(build(settings)))


def label(found: dict[str, Any], name: str) -> str | None:
    return {each["label"]: each["value"] for each in found["labels"]}.get(name)


def test_it_makes_nodes_exporters_and_volumes_on_their_hosts(recorder: Recorder) -> None:
    recorder.run(lambda: build() and None)

    assert recorder.names(CONTAINER) == [
        *(*EXPORTERS, *NODES, *PASSWORDS, *RELOADS, "tsdb-replicated", *ROLES, "tsdb-shared")
    ]
    assert recorder.names(VOLUME) == VOLUMES
    assert recorder.provider(CONTAINER, "tsdb-shared") == "on-a"
    for index, host in enumerate(("on-a", "on-b", "on-a")):
        assert recorder.provider(CONTAINER, NODES[index]) == host
        assert recorder.provider(CONTAINER, EXPORTERS[index]) == host
        assert recorder.provider(CONTAINER, RELOADS[index]) == host
        assert recorder.provider(CONTAINER, PASSWORDS[index]) == host
        assert recorder.provider(CONTAINER, ROLES[index]) == host
        assert recorder.provider(VOLUME, VOLUMES[index]) == host


def test_a_node_runs_patroni_with_its_volume_and_room(recorder: Recorder) -> None:
    found = deployed(recorder, "tsdb-node-2")

    assert (found["name"], found["image"]) == ("hft-dev-tsdb-2", "sha256:timescaledb")
    assert found["command"] == ["/etc/hft/patroni"]
    assert found["volumes"] == [
        {"containerPath": "/var/lib/hft/data", "volumeName": "hft-dev-tsdb-2-data"},
        {"containerPath": "/var/lib/hft/tls", "volumeName": "hft-dev-tsdb-2-tls", "readOnly": True},
        {"containerPath": "/var/lib/postgresql", "volumeName": "hft-dev-tsdb-2-tls", "readOnly": True},
    ]
    assert found["tmpfs"] == {"/tmp": "", "/run/postgresql": ""}
    assert probe(found) == [
        *("curl", "-fsS", "--cacert", "/var/lib/hft/tls/ca.crt", "-o", "/dev/null"),
        "https://10.0.0.1:18009/readiness",
    ]
    assert found["waitTimeout"] == 300
    assert (found["memory"], found["memorySwap"], found["shmSize"]) == (4096, 4096, 512)
    assert (found["stopTimeout"], found["destroyGraceSeconds"]) == (120, 120)
    assert label(found, "hft.tier") == "data"


def test_a_node_has_no_password_among_its_arguments_and_is_not_made_anew_for_one(recorder: Recorder) -> None:
    found = deployed(recorder, "tsdb-node-2")

    assert found["uploads"] == [
        {"file": "/etc/hft/bootstrap.sh", "content": BOOTSTRAP.read_text(), "permissions": "0444"},
        {
            "file": "/etc/hft/patroni/10-patroni.yml",
            "content": patroni_yml(SETTINGS, MEMBERS[2], ENDPOINTS, ["10.0.0.1", "10.0.0.2"]),
            "permissions": "0444",
        },
    ]
    assert label(found, "hft.secrets") == "db-admin,db-replication,db-rewind"


def test_a_one_shot_writes_the_passwords_of_a_node_before_it_starts(recorder: Recorder, options: Options) -> None:
    found = deployed(recorder, "tsdb-passwords-2")

    assert (found["name"], found["image"]) == ("hft-dev-tsdb-passwords-2", "sha256:timescaledb")
    assert found["entrypoints"][:2] == ["/bin/sh", "-euc"]
    assert found["uploads"] == Secret(
        [
            {"file": "/run/secrets/db-admin", "content": "a", "permissions": "0444"},
            {"file": "/run/secrets/db-replication", "content": "r", "permissions": "0444"},
            {"file": "/run/secrets/db-rewind", "content": "w", "permissions": "0444"},
        ]
    )
    assert found["volumes"] == [{"containerPath": "/var/lib/hft/tls", "volumeName": "hft-dev-tsdb-2-tls"}]
    assert (found["attach"], found["logs"], found["mustRun"], found["restart"]) == (True, True, False, "no")
    assert (found["memory"], label(found, "hft.secrets")) == (32, "db-admin,db-replication,db-rewind")
    assert recorder.run(partial(options.after, "tsdb-passwords-2")) == ["tsdb-2-filled"]


def test_the_roles_take_their_passwords_beside_each_node_once_all_nodes_know_them(
    recorder: Recorder, options: Options
) -> None:
    found = deployed(recorder, "tsdb-roles-2")

    assert (found["name"], found["image"]) == ("hft-dev-tsdb-roles-2", "sha256:timescaledb")
    assert found["entrypoints"][:2] == ["/bin/sh", "-uc"]
    assert found["command"] == ["10.0.0.1", "15433", "10.0.0.1:18009", "120"]
    assert found["uploads"] == Secret(
        [
            {"file": "/etc/hft/bootstrap.sh", "content": BOOTSTRAP.read_text(), "permissions": "0444"},
            {"file": "/etc/hft/ca.crt", "content": "the authority", "permissions": "0444"},
            {"file": "/run/secrets/db-admin", "content": "a", "permissions": "0444"},
            {"file": "/run/secrets/db-replication", "content": "r", "permissions": "0444"},
            {"file": "/run/secrets/db-rewind", "content": "w", "permissions": "0444"},
        ]
    )
    assert found["pidMode"] == "container:tsdb-node-2-id"
    assert (found["attach"], found["logs"], found["mustRun"], found["restart"]) == (True, True, False, "no")
    assert (found["memory"], label(found, "hft.secrets")) == (32, "db-admin,db-replication,db-rewind")
    assert recorder.run(partial(options.after, "tsdb-roles-2")) == PASSWORDS


def test_a_one_shot_brings_what_is_shared_to_every_member_of_etcd_it_knows(recorder: Recorder) -> None:
    found = deployed(recorder, "tsdb-shared")

    assert (found["name"], found["image"]) == ("hft-dev-tsdb-shared", "sha256:timescaledb")
    assert found["entrypoints"][:2] == ["/bin/sh", "-euc"]
    assert found["command"] == ["/hft/hft/config", "60", *ENDPOINTS]
    assert found["uploads"] == [
        {
            "file": "/etc/hft/shared.json",
            "content": shared_json(SETTINGS, ["10.0.0.1", "10.0.0.2"]),
            "permissions": "0444",
        }
    ]
    assert found["volumes"] == [
        {"containerPath": "/var/lib/hft/tls", "readOnly": True, "volumeName": "hft-dev-tsdb-0-tls"}
    ]
    assert (found["attach"], found["logs"], found["mustRun"], found["restart"]) == (True, True, False, "no")
    assert (found["memory"], label(found, "hft.tier"), label(found, "hft.secrets")) == (32, "infra", None)


def test_nodes_start_one_after_the_other_once_etcd_has_what_they_share(recorder: Recorder, options: Options) -> None:
    recorder.run(lambda: build() and None)

    assert recorder.run(partial(options.after, "tsdb-shared")) == ["tsdb-0-filled"]
    assert [recorder.run(partial(options.after, name)) for name in NODES] == [
        ["tsdb-0-filled", "tsdb-passwords-0", "tsdb-shared"],
        ["tsdb-1-filled", "tsdb-node-0", "tsdb-passwords-1"],
        ["tsdb-2-filled", "tsdb-node-1", "tsdb-passwords-2"],
    ]


def test_a_node_reads_a_renewed_certificate_and_is_not_made_anew_for_it(recorder: Recorder, options: Options) -> None:
    found = deployed(recorder, "tsdb-reload-2")

    assert (found["name"], found["image"]) == ("hft-dev-tsdb-reload-2", "sha256:timescaledb")
    assert found["pidMode"] == "container:tsdb-node-2-id"
    assert found["command"] == ["10.0.0.1:15433", "fingerprint of tsdb-2", "90", "-starttls", "postgres"]
    assert "fingerprint" not in str(recorder.inputs(CONTAINER, "tsdb-node-2"))
    assert recorder.run(partial(options.after, "tsdb-reload-2")) == ["tsdb-2-filled"]


def test_writers_wait_for_the_nodes_and_their_roles_and_what_must_not_be_lost_for_a_standby(recorder: Recorder) -> None:
    names = seen(
        recorder,
        lambda cluster: pulumi.Output.all(
            cluster.writable.urn, pulumi.Output.from_input(cluster.replicated).apply(lambda found: found.urn)
        ),
    )

    assert [name.rpartition("::")[2] for name in names] == ["tsdb-node-0", "tsdb-replicated"]


def test_a_one_shot_waits_until_commits_wait_for_the_standby(recorder: Recorder, options: Options) -> None:
    found = deployed(recorder, "tsdb-replicated")

    assert found["entrypoints"][:2] == ["/bin/sh", "-uc"]
    assert found["command"] == ["1", "60", "10.0.0.1:18008", "10.0.0.2:18008", "10.0.0.1:18009"]
    assert found["uploads"] == [{"file": "/etc/hft/ca.crt", "content": "the authority", "permissions": "0444"}]
    assert (found["attach"], found["mustRun"]) == (True, False)
    assert recorder.run(lambda: options.after("tsdb-replicated")) == ["tsdb-node-1"]


def test_without_synchronous_standbys_there_is_nothing_to_wait_for(recorder: Recorder) -> None:
    alone = SETTINGS.model_copy(update={"synchronous_standbys": 0})
    names = seen(recorder, lambda cluster: cluster.replicated.urn, alone)

    assert names.rpartition("::")[2] == "tsdb-node-0"
    assert "tsdb-replicated" not in recorder.names(CONTAINER)


def test_no_node_starts_where_etcd_did_not_take_what_they_share(recorder: Recorder) -> None:
    recorder.outputs["tsdb-shared"] = {"exitCode": 1, "containerLogs": "curl: (7) Failed to connect to 10.0.0.1\n"}

    with pytest.raises(RuntimeError) as raised:
        recorder.run(lambda: build() and None)

    assert str(raised.value) == (
        "container hft-dev-tsdb-shared ended with exit status 1, want 0. Its last lines:\n"
        "curl: (7) Failed to connect to 10.0.0.1\n"
        "Mend the cause, then run hft up again, or else: pulumi up --replace "
        f"'urn:pulumi:stack::project::hft:database:TimescaleCluster${CONTAINER}::tsdb-shared'"
    )
    assert [name for name in recorder.names(CONTAINER) if name in NODES] == []


def test_no_node_starts_without_its_passwords(recorder: Recorder) -> None:
    recorder.outputs["tsdb-passwords-0"] = {"exitCode": 1, "containerLogs": "cp: No space left on device\n"}

    with pytest.raises(RuntimeError, match="container hft-dev-tsdb-passwords-0 ended with exit status 1, want 0"):
        recorder.run(lambda: build() and None)

    assert [name for name in recorder.names(CONTAINER) if name in NODES] == []


@pytest.mark.parametrize("name", ROLES)
def test_nothing_is_written_to_a_cluster_where_a_node_did_not_take_the_passwords(recorder: Recorder, name: str) -> None:
    recorder.outputs[name] = {"exitCode": 1, "containerLogs": "roles do not take their passwords\n"}

    with pytest.raises(RuntimeError, match=f"container hft-dev-{name} ended with exit status 1, want 0"):
        seen(recorder, lambda cluster: cluster.writable.urn)


def test_an_exporter_reads_its_password_from_a_file(recorder: Recorder) -> None:
    found = deployed(recorder, "tsdb-exporter-2")

    assert (found["name"], found["image"]) == ("hft-dev-tsdb-exporter-2", "sha256:exporters")
    assert found["command"] == [
        *("postgres", "10.0.0.1", "15433", "hft", "hft_monitoring", "/run/secrets/db-monitoring"),
        "/etc/hft/ca.crt",
        "--web.listen-address=10.0.0.1:19188",
        "--extend.query-path=/etc/hft/queries.yaml",
        "--collector.stat_checkpointer",
        "--collector.database_wraparound",
    ]
    assert found["uploads"] == Secret(
        [
            {"file": "/etc/hft/ca.crt", "content": "the authority", "permissions": "0444"},
            {"file": "/etc/hft/queries.yaml", "content": QUERIES.read_text(), "permissions": "0444"},
            {"file": "/run/secrets/db-monitoring", "content": "m", "permissions": "0444"},
        ]
    )
    assert probe(found) == ["curl", "-fsS", "-o", "/dev/null", "http://10.0.0.1:19188/"]
    assert found["memory"] == 64


def test_data_is_protected_and_outlives_its_resource_and_containers_do_not(
    recorder: Recorder, options: Options
) -> None:
    recorder.run(lambda: build() and None)

    assert options.kept() == VOLUMES


def test_members_have_a_port_of_their_own_on_a_shared_host(recorder: Recorder) -> None:
    assert seen(recorder, lambda cluster: [vars(member) for member in cluster.members]) == list(map(vars, MEMBERS))


def test_patroni_and_the_exporter_of_every_node_are_scraped(recorder: Recorder) -> None:
    targets = seen(recorder, lambda cluster: [target.as_output() for target in cluster.scrape_targets])

    assert targets == [
        ScrapeTarget(job="patroni", instance="tsdb-0", host="a", address="10.0.0.1:18008", tls=True).as_output(),
        ScrapeTarget(job="patroni", instance="tsdb-1", host="b", address="10.0.0.2:18008", tls=True).as_output(),
        ScrapeTarget(job="patroni", instance="tsdb-2", host="a", address="10.0.0.1:18009", tls=True).as_output(),
        ScrapeTarget(job="postgres", instance="tsdb-0", host="a", address="10.0.0.1:19187").as_output(),
        ScrapeTarget(job="postgres", instance="tsdb-1", host="b", address="10.0.0.2:19187").as_output(),
        ScrapeTarget(job="postgres", instance="tsdb-2", host="a", address="10.0.0.1:19188").as_output(),
    ]


def test_it_hands_on_the_rules_of_the_folder(recorder: Recorder) -> None:
    assert seen(recorder, lambda cluster: dict(cluster.alert_rules)) == alert_rules()
