import json
from functools import partial
from typing import Any

import pulumi

from components._common.archiving import Archiving, NodeData
from components._common.endpoint import DatabaseMember, Endpoint
from components._common.scraping import ScrapeTarget
from components.backup import Backups, BackupsArgs, BackupSettings
from components.backup.render import agent_conf
from components.backup.repository import RepositoryServer
from tests.components.conftest import Options
from tests.conftest import CONTAINER, Recorder, Secret, placements, tls

SETTINGS = BackupSettings(memory_mib=512)
ARCHIVING = Archiving(
    parameters={},
    files={"/etc/hft/pgbackrest.conf": "the node's", "/run/secrets/pgbackrest.conf": "secret"},
    secrets=("backup-cipher",),
    volumes={"/var/lib/hft/repository": "hft-dev-repository-data"},
    host_paths={"/folder": "/srv/backup"},
)
NODES = [
    NodeData(
        member=DatabaseMember(name=f"tsdb-{index}", address=address, postgres_port=port, patroni_port=18008),
        host=host,
        volume=f"hft-dev-tsdb-{index}-data",
    )
    for index, (host, address, port) in enumerate(
        [("a", "10.0.0.1", 15432), ("b", "10.0.0.2", 15432), ("a", "10.0.0.1", 15433)]
    )
]


def server() -> RepositoryServer:
    """That of another host."""
    answers = pulumi.ComponentResource("test:backup:Server", "repository-server")
    return RepositoryServer(listens=Endpoint("10.0.0.9", 19856), answers=answers)


def build(*, served: bool = False) -> Backups:
    archiving = Archiving(
        **{**vars(ARCHIVING), "files": {**ARCHIVING.files, "/run/secrets/pgbackrest.conf": pulumi.Output.secret("x")}}
    )
    return Backups(
        "backup",
        BackupsArgs(
            settings=SETTINGS,
            placements=placements("a", "b"),
            image="sha256:backup",
            stanza="hft-dev",
            archiving=archiving,
            server=server() if served else None,
            tls=tls("backup-a", "backup-b"),
            nodes=NODES,
            cluster=pulumi.ComponentResource("hft:database:TimescaleCluster", "tsdb"),
        ),
    )


def deployed(recorder: Recorder, name: str) -> dict[str, Any]:
    recorder.run(lambda: build() and None)
    return recorder.inputs(CONTAINER, name)


def test_each_host_of_the_database_has_one_agent(recorder: Recorder) -> None:
    recorder.run(lambda: build() and None)

    assert {name: recorder.provider(CONTAINER, name) for name in recorder.names(CONTAINER)} == {
        "backup-a": "on-a",
        "backup-b": "on-b",
        "backup-drill": "on-a",
        "backup-prepared-a": "on-a",
        "backup-prepared-b": "on-b",
    }


def test_an_agent_reads_its_nodes_and_writes_the_repository(recorder: Recorder) -> None:
    found = deployed(recorder, "backup-a")

    assert (found["name"], found["command"], found["memory"]) == ("hft-dev-backup", ["serve"], 512)
    assert found["volumes"] == [
        {"containerPath": "/var/lib/hft/repository", "volumeName": "hft-dev-repository-data"},
        {"containerPath": "/var/lib/hft/tsdb-0", "volumeName": "hft-dev-tsdb-0-data", "readOnly": True},
        {"containerPath": "/var/lib/hft/tsdb-2", "volumeName": "hft-dev-tsdb-2-data", "readOnly": True},
        {"containerPath": "/folder", "hostPath": "/srv/backup"},
    ]
    assert (found["cpuShares"], found["cpuSet"]) == (128, "0-1")
    assert {"label": "hft.secrets", "value": "backup-cipher"} in found["labels"]


def test_an_agent_has_its_own_configuration_beside_the_nodes_secrets(recorder: Recorder) -> None:
    uploads = deployed(recorder, "backup-b")["uploads"]

    assert isinstance(uploads, Secret)
    files = {each["file"]: each["content"] for each in uploads.value}
    assert sorted(files) == ["/etc/hft/backup.json", "/etc/hft/pgbackrest.conf", "/run/secrets/pgbackrest.conf"]
    assert files["/etc/hft/pgbackrest.conf"] == agent_conf(
        SETTINGS, "hft-dev", "/var/lib/hft/data", "/var/lib/hft/data/pg17"
    )
    assert json.loads(files["/etc/hft/backup.json"])["nodes"] == [
        {
            "name": "tsdb-1",
            "address": "10.0.0.2",
            "path": "/var/lib/hft/tsdb-1/pg17",
            "socket": "/var/lib/hft/tsdb-1",
            "port": 15432,
        }
    ]


def test_a_drill_sees_the_repository_and_no_node(recorder: Recorder, options: Options) -> None:
    found = deployed(recorder, "backup-drill")

    assert (found["name"], found["command"], found["memory"]) == ("hft-dev-backup-drill", ["prove"], 1024)
    assert found["volumes"] == [
        {"containerPath": "/var/lib/hft/repository", "volumeName": "hft-dev-repository-data"},
        {"containerPath": "/var/lib/hft/scratch", "volumeName": "hft-dev-backup-drill-data"},
        {"containerPath": "/folder", "hostPath": "/srv/backup"},
    ]
    assert found["healthcheck"]["tests"][-1] == "http://10.0.0.1:19855/metrics"
    assert options.kept() == ["backup-drill-data"]


def test_an_agent_starts_once_its_host_reaches_the_repository(recorder: Recorder, options: Options) -> None:
    recorder.run(lambda: build() and None)

    assert recorder.inputs(CONTAINER, "backup-prepared-a")["command"] == ["prepare"]
    assert recorder.inputs(CONTAINER, "backup-prepared-a")["mustRun"] is False
    assert recorder.run(partial(options.after, "backup-a")) == ["backup-prepared-a"]
    assert recorder.run(partial(options.after, "backup-prepared-a")) == ["tsdb"]
    assert recorder.run(partial(options.after, "backup-drill")) == ["tsdb"]
    # It outlives the cluster.
    assert recorder.run(partial(options.after, "backup-drill-data")) == []


def test_the_agents_are_scraped_and_bring_their_alerts(recorder: Recorder) -> None:
    def outputs() -> list[Any]:
        made = build()
        return [[target.as_output() for target in made.scrape_targets], sorted(made.alert_rules)]

    found = recorder.run(outputs)

    assert found == [
        [
            ScrapeTarget(
                job="backup", instance=f"backup-{of}", host=host, address=address, interval_seconds=15
            ).as_output()
            for of, host, address in (
                *(("a", "a", "10.0.0.1:19854"), ("b", "b", "10.0.0.2:19854"), ("drill", "a", "10.0.0.1:19855")),
            )
        ],
        ["backup.yaml"],
    ]


def test_agents_show_a_certificate_to_the_repositorys_server(recorder: Recorder) -> None:
    recorder.run(lambda: build(served=True) and None)

    for name, member in (("backup-b", "backup-b"), ("backup-prepared-b", "backup-b"), ("backup-drill", "backup-a")):
        found = recorder.inputs(CONTAINER, name)
        certificate = {"containerPath": "/var/lib/hft/tls", "volumeName": f"hft-dev-{member}-tls", "readOnly": True}
        assert certificate in found["volumes"]
        files = {each["file"]: each["content"] for each in found["uploads"].value}
        assert "repo1-host=10.0.0.9\n" in files["/etc/hft/pgbackrest.conf"]


def test_agents_start_once_the_repositorys_server_answers(recorder: Recorder, options: Options) -> None:
    recorder.run(lambda: build(served=True) and None)

    for name, member in (("backup-prepared-b", "backup-b"), ("backup-drill", "backup-a")):
        assert recorder.run(partial(options.after, name)) == [f"{member}-filled", "repository-server", "tsdb"]


def test_without_a_server_agents_have_no_certificate(recorder: Recorder) -> None:
    found = deployed(recorder, "backup-b")

    assert "/var/lib/hft/tls" not in [volume["containerPath"] for volume in found["volumes"]]
