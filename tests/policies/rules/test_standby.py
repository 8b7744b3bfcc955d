import json
from collections.abc import Mapping
from typing import Any

import pytest

from policies.pack.resource import Resource
from policies.resources import Container
from tests.policies.given import DATABASE, ENGINE, UNKNOWN, container, found, found_in_stack, resource

COMPONENT = "hft:database:TimescaleCluster$"
DYNAMIC = {"synchronous_mode": "quorum", "synchronous_mode_strict": True}
AT = "container hft-dev-tsdb-0: "
DATA = {"containerPath": "/var/lib/hft/data", "volumeName": "hft-dev-tsdb-0-data"}


def patroni(
    number: int,
    dynamic: Mapping[str, Any],
    parameters: Mapping[str, Any] | None = None,
    parent: str = "tsdb",
) -> Resource:
    """A node of Patroni; a setting that is None is not set."""
    dcs = {name: value for name, value in dynamic.items() if value is not None}
    tree = {"scope": "hft", "bootstrap": {"dcs": dcs}, "postgresql": {"parameters": parameters or {}}}
    inputs = {
        **DATABASE,
        "name": f"hft-dev-tsdb-{number}",
        "uploads": [{"file": "/etc/patroni.yml", "content": json.dumps(tree)}],
    }
    return resource(Container.TYPE, inputs, name=f"tsdb-{number}", parent=parent, parents=COMPONENT)


def pair(**changes: Any) -> list[Resource]:
    return [patroni(number, {**DYNAMIC, **changes}) for number in range(2)]


def plain(number: int, command: list[str], uploads: Any = ()) -> Resource:
    inputs = {**DATABASE, "name": f"hft-dev-tsdb-{number}", "command": ["postgres", *command], "uploads": [*uploads]}
    return resource(Container.TYPE, inputs, name=f"tsdb-{number}", parent="tsdb", parents=COMPONENT)


@pytest.mark.parametrize(
    ("value", "shown"),
    [("off", "off"), (False, "false"), (None, "off"), ("no", "no"), ("Quorums", "quorums"), ("", "")],
)
def test_a_standby_that_follows_later(value: Any, shown: str) -> None:
    assert found_in_stack("standby-confirms-orders", *pair(synchronous_mode=value)) == [
        f"{AT}synchronous_mode={shown}: an acknowledged order is lost with the primary; set it to quorum"
    ]


@pytest.mark.parametrize("value", [False, None, "off", "false"])
@pytest.mark.parametrize("mode", ["quorum", True])
def test_a_standby_that_may_be_missing(value: Any, mode: Any) -> None:
    assert found_in_stack("standby-confirms-orders", *pair(synchronous_mode=mode, synchronous_mode_strict=value)) == [
        f"{AT}synchronous_mode_strict is off: without a standby, orders are acknowledged by one host; set it to true"
    ]


@pytest.mark.parametrize("value", ["quorum", "Quorum", "on", True, "true", "yes", 1])
@pytest.mark.parametrize("strict", [True, "on", 1])
def test_a_standby_that_confirms(value: Any, strict: Any) -> None:
    assert (
        found_in_stack("standby-confirms-orders", *pair(synchronous_mode=value, synchronous_mode_strict=strict)) == []
    )


def test_a_node_that_is_alone() -> None:
    assert found_in_stack("standby-confirms-orders", patroni(0, DYNAMIC)) == [
        f"{AT}is the only member of its cluster: there is nobody to take over; add one on another host"
    ]
    assert found_in_stack("standby-confirms-orders", patroni(0, {"synchronous_mode": False})) == [
        f"{AT}synchronous_mode=false: an acknowledged order is lost with the primary; set it to quorum",
        f"{AT}is the only member of its cluster: there is nobody to take over; add one on another host",
    ]


def test_members_of_another_cluster_are_none_of_this() -> None:
    assert found_in_stack("standby-confirms-orders", patroni(0, DYNAMIC), patroni(1, DYNAMIC, parent="other")) == [
        f"{AT}is the only member of its cluster: there is nobody to take over; add one on another host",
        "container hft-dev-tsdb-1: "
        "is the only member of its cluster: there is nobody to take over; add one on another host",
    ]


def test_a_job_beside_says_what_all_nodes_share() -> None:
    shared = {"loop_wait": 1, "synchronous_mode": False}
    job = resource(
        Container.TYPE,
        {**ENGINE, "mustRun": False, "uploads": [{"file": "/etc/shared.json", "content": json.dumps(shared)}]},
        name="tsdb-shared",
        parent="tsdb",
        parents=COMPONENT,
    )

    assert found_in_stack("standby-confirms-orders", job, *pair()) == [
        f"{AT}synchronous_mode=false: an acknowledged order is lost with the primary; set it to quorum"
    ]


def test_commits_that_are_not_confirmed() -> None:
    nodes = [patroni(number, DYNAMIC, {"synchronous_commit": "local"} if number else {}) for number in range(2)]

    assert found_in_stack("standby-confirms-orders", *nodes) == [
        "container hft-dev-tsdb-1: synchronous_commit=local does not wait for the standby; set it to on"
    ]


@pytest.mark.parametrize("value", ["on", "remote_apply", "remote_write"])
def test_commits_that_are_confirmed(value: str) -> None:
    nodes = [patroni(number, DYNAMIC, {"synchronous_commit": value}) for number in range(2)]

    assert found_in_stack("standby-confirms-orders", *nodes) == []


@pytest.mark.parametrize("command", [[], ["-c", "synchronous_standby_names="]])
def test_a_server_without_a_standby(command: list[str]) -> None:
    assert found_in_stack("standby-confirms-orders", plain(0, command)) == [
        f"{AT}has no synchronous standby: an acknowledged order is lost with its disk; add one and name it"
    ]


def test_a_server_with_a_standby() -> None:
    named = ["-c", "synchronous_standby_names=ANY 1 (*)"]

    assert found_in_stack("standby-confirms-orders", plain(0, []), plain(1, named)) == []


NONE = (
    "has no named volume for its data: every change of the container deletes the database; mount one at its data folder"
)


def on(folder: str | None, **changes: Any) -> list[str]:
    """What is found in a server whose configuration says where its files are."""
    tree: dict[str, Any] = {"scope": "hft", "postgresql": {"data_dir": folder} if folder else {}}
    uploads = [{"file": "/etc/patroni.yml", "content": json.dumps(tree)}]
    return found("database-on-a-volume", container(DATABASE, uploads=uploads, **changes))


@pytest.mark.parametrize(
    "volumes",
    [
        None,
        [{"containerPath": "/var/lib/hft/data"}],
        [{**DATA, "readOnly": True}],
        [{**DATA, "containerPath": "/etc/hft"}],
        [{**DATA, "containerPath": "/run/postgresql"}],
        [{**DATA, "containerPath": "/tmp"}],
    ],
)
def test_a_database_that_goes_with_its_container(volumes: Any) -> None:
    assert on(None, volumes=volumes) == [NONE]


@pytest.mark.parametrize(
    "given",
    [
        {"volumes": [DATA]},
        {"volumes": [{"containerPath": "/var/lib/postgresql/data", "hostPath": "/srv/data"}]},
        {"volumes": [{**DATA, "containerPath": "/tmpdata"}]},
        {"mounts": [{"type": "volume", "source": "data", "target": "/var/lib/postgresql/data"}]},
        {"volumes": [{**DATA, "containerPath": "/etc/hft"}, DATA]},
    ],
)
def test_a_database_that_stays(given: Any) -> None:
    assert on(None, **given) == []


@pytest.mark.parametrize(
    "given",
    [
        {"volumes": None},
        {"volumes": [{**DATA, "containerPath": "/var/lib/hft/dat"}]},
        {"volumes": [{**DATA, "containerPath": "/var/lib/hft/data/pg17/pg_wal"}]},
        {"volumes": [{**DATA, "readOnly": True}]},
        {"volumes": [{"containerPath": "/var/lib/hft/data"}]},
        {"volumes": [DATA, {"containerPath": "/var/lib/hft/data/pg17"}]},
        {"volumes": [{"containerPath": "/var/lib/hft/data/pg17"}, DATA]},
        {"volumes": [DATA], "tmpfs": {"/var/lib/hft/data/pg17": ""}},
    ],
)
def test_a_data_folder_that_goes_with_its_container(given: Any) -> None:
    assert on("/var/lib/hft/data/pg17", **given) == [
        "/var/lib/hft/data/pg17 is on no named volume: every change of the container deletes the database; "
        "mount one there"
    ]


@pytest.mark.parametrize(
    "given",
    [
        {"volumes": [DATA]},
        {"volumes": [{**DATA, "containerPath": "/var/lib/hft/data/pg17"}]},
        {"volumes": [{"containerPath": "/var/lib"}, DATA]},
        {"volumes": [DATA], "tmpfs": {"/var/lib": ""}},
        {"volumes": [DATA], "tmpfs": None},
    ],
)
def test_a_data_folder_that_stays(given: Any) -> None:
    assert on("/var/lib/hft/data/pg17", **given) == []


def test_a_data_folder_may_be_anywhere() -> None:
    assert on("/run/data", volumes=[{**DATA, "containerPath": "/run/data"}]) == []


def test_the_environment_says_where_the_data_is() -> None:
    given = container(DATABASE, uploads=[], command=["postgres"], envs=["PGDATA=/data"], volumes=[DATA])

    assert found("database-on-a-volume", given) == [
        "/data is on no named volume: every change of the container deletes the database; mount one there"
    ]


def test_what_is_no_database_needs_no_volume() -> None:
    assert found("database-on-a-volume", container()) == []
    assert on(None, mustRun=False) == []
    assert found("database-on-a-volume", container(mustRun=False, command=UNKNOWN)) == []
