import pulumi
import pytest

from components._common.archiving import NodeData
from components._common.endpoint import DatabaseMember, Endpoint
from components._common.scraping import ScrapeTarget
from components.database import DatabaseSettings, DiskGuard, DiskGuardArgs
from components.database.alerts import alert_rules
from components.database.render import guard_json
from tests.components.database.test_settings import database
from tests.conftest import CONTAINER, Recorder, Secret, placements

SETTINGS: DatabaseSettings = database(hosts=["a", "b", "a"])
MEMBERS = [
    DatabaseMember(name="tsdb-0", address="10.0.0.1", postgres_port=15432, patroni_port=18008),
    DatabaseMember(name="tsdb-1", address="10.0.0.2", postgres_port=15432, patroni_port=18008),
    DatabaseMember(name="tsdb-2", address="10.0.0.1", postgres_port=15433, patroni_port=18009),
]
LISTENING = [Endpoint("10.0.0.1", 19197), Endpoint("10.0.0.2", 19197), Endpoint("10.0.0.1", 19198)]
GUARDS = ["tsdb-guard-0", "tsdb-guard-1", "tsdb-guard-2"]


def build() -> DiskGuard:
    nodes = [
        NodeData(member=member, host=host, volume=pulumi.Output.from_input(f"volume-{member.name}"))
        for member, host in zip(MEMBERS, SETTINGS.hosts, strict=True)
    ]
    return DiskGuard(
        "tsdb-guard",
        DiskGuardArgs(
            settings=SETTINGS, placements=placements("a", "b"), image="sha256:timescaledb", nodes=nodes, password="g"
        ),
    )


@pytest.fixture
def built(recorder: Recorder) -> Recorder:
    recorder.run(lambda: build() and None)
    return recorder


def test_each_node_has_a_guard_on_its_host(built: Recorder) -> None:
    assert built.names(CONTAINER) == GUARDS
    assert [built.provider(CONTAINER, name) for name in GUARDS] == ["on-a", "on-b", "on-a"]


@pytest.mark.parametrize("index", [0, 1, 2])
def test_a_guard_sees_the_data_of_its_node_and_cannot_write_it(built: Recorder, index: int) -> None:
    found = built.inputs(CONTAINER, GUARDS[index])

    assert (found["name"], found["image"]) == (f"hft-dev-tsdb-guard-{index}", "sha256:timescaledb")
    assert found["volumes"] == [
        {"containerPath": "/var/lib/hft/data", "volumeName": f"volume-tsdb-{index}", "readOnly": True}
    ]


@pytest.mark.parametrize("index", [0, 1, 2])
def test_a_guard_knows_all_nodes_and_its_password_is_secret(built: Recorder, index: int) -> None:
    found = built.inputs(CONTAINER, GUARDS[index])

    assert (found["entrypoints"], found["command"]) == (["hft-disk-guard"], ["/etc/hft/guard.json"])
    assert found["uploads"] == Secret(
        [
            {
                "file": "/etc/hft/guard.json",
                "content": guard_json(SETTINGS, MEMBERS, index, LISTENING[index]),
                "permissions": "0444",
            },
            {"file": "/run/secrets/db-guard", "content": "g", "permissions": "0444"},
        ]
    )


def test_the_guards_are_scraped(recorder: Recorder) -> None:
    found = recorder.run(lambda: pulumi.Output.from_input([each.as_output() for each in build().scrape_targets]))

    assert found == [
        ScrapeTarget(job="disk-guard", instance=member.name, host=host, address=str(listen)).as_output()
        for member, host, listen in zip(MEMBERS, SETTINGS.hosts, LISTENING, strict=True)
    ]


def test_its_alerts_are_those_of_the_database(recorder: Recorder) -> None:
    assert recorder.run(lambda: dict(build().alert_rules)) == alert_rules()
