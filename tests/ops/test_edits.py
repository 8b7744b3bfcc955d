"""Edits of an exported state: exact documents; the state that is edited stays as it was."""

import copy
from typing import Any

from ops import edits
from ops.state import CONTAINER, NETWORK, VOLUME, State
from tests.ops.states import POSTGRESQL, entry, state, urn

DATABASE = "postgresql:index/database:Database"
ROLE = "postgresql:index/role:Role"
PASSWORD = "random:index/randomPassword:RandomPassword"
FOLDER = "grafana:oss/folder:Folder"
NODE = urn(CONTAINER, "tsdb-0")


def deployed() -> State:
    """A database container on a volume, an object inside it, and a folder on a Grafana elsewhere."""
    return state(
        entry("hft:database:DatabaseObjects", "db", custom=False, dependencies=[NODE]),
        entry(PASSWORD, "secrets-db-owner"),
        entry(VOLUME, "tsdb-0-data", protect=True, retainOnDelete=True),
        entry(CONTAINER, "tsdb-0", dependencies=[urn(VOLUME, "tsdb-0-data"), urn(PASSWORD, "secrets-db-owner")]),
        entry("pulumi:providers:postgresql", "db", dependencies=[NODE], propertyDependencies={"host": [NODE]}),
        entry(ROLE, "db-owner", provider=f"{POSTGRESQL}::1", dependencies=[urn(PASSWORD, "secrets-db-owner")]),
        entry(CONTAINER, "migrate", dependencies=[urn(ROLE, "db-owner")], deletedWith=urn(ROLE, "db-owner")),
        entry("pulumi:providers:grafana", "g"),
        entry(FOLDER, "folder", provider=f"{urn('pulumi:providers:grafana', 'g')}::1"),
    )


def entries(export: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["urn"].rpartition("::")[2] + "/" + each["type"]: each for each in export["deployment"]["resources"]}


def test_only_objects_of_servers_in_our_containers_are_within() -> None:
    assert edits.within_containers(deployed()) == [urn(ROLE, "db-owner")]


def test_volumes_secrets_and_what_is_inside_are_kept() -> None:
    assert edits.kept(deployed()) == {
        urn(PASSWORD, "secrets-db-owner"),
        urn(VOLUME, "tsdb-0-data"),
        urn(ROLE, "db-owner"),
    }


def test_what_is_kept_is_protected_and_needs_nothing_that_goes() -> None:
    before = deployed()
    untouched = copy.deepcopy(before.export)
    found = entries(edits.keep_data(before))
    assert [name for name, each in found.items() if each.get("protect")] == [
        f"secrets-db-owner/{PASSWORD}",
        f"tsdb-0-data/{VOLUME}",
        f"db-owner/{ROLE}",
    ]
    provider = found["db/pulumi:providers:postgresql"]
    assert (provider["dependencies"], provider["propertyDependencies"]) == ([], {"host": []})
    assert found["db/hft:database:DatabaseObjects"]["dependencies"] == []
    assert found[f"tsdb-0/{CONTAINER}"]["dependencies"] == [
        urn(VOLUME, "tsdb-0-data"),
        urn(PASSWORD, "secrets-db-owner"),
    ]
    assert before.export == untouched


def test_given_up_data_is_not_protected_and_goes_with_its_volume() -> None:
    found = entries(edits.give_up_data(deployed()))
    assert f"db-owner/{ROLE}" not in found
    assert f"folder/{FOLDER}" in found
    volume = found[f"tsdb-0-data/{VOLUME}"]
    assert "protect" not in volume
    assert "retainOnDelete" not in volume
    migrate = found[f"migrate/{CONTAINER}"]
    assert migrate["dependencies"] == []
    assert "deletedWith" not in migrate


def test_settling_drops_pending_operations() -> None:
    found = edits.settle(state(pending=[("creating", entry(NETWORK, "venues"))]), {})
    assert "pending_operations" not in found["deployment"]
    assert len(found["deployment"]["resources"]) == 2


def test_settling_adds_what_may_exist_with_its_id_and_inputs() -> None:
    role = entry(ROLE, "db-owner", id="", inputs={"name": "hft_owner"})
    found = edits.settle(state(pending=[("creating", role)]), {role["urn"]: "hft_owner"})
    added = found["deployment"]["resources"][-1]
    assert (added["urn"], added["id"], added["outputs"]) == (role["urn"], "hft_owner", {"name": "hft_owner"})


def test_settling_adds_nothing_twice() -> None:
    role = entry(ROLE, "db-owner", inputs={"name": "hft_owner"})
    found = edits.settle(state(role, pending=[("creating", role)]), {role["urn"]: "hft_owner"})
    assert [each["urn"] for each in found["deployment"]["resources"]].count(role["urn"]) == 1


def test_settling_puts_a_replacement_where_the_replaced_was() -> None:
    old = entry(CONTAINER, "tsdb-node-0", id="old", pendingReplacement=True)
    after = entry(CONTAINER, "tsdb-node-1", dependencies=[old["urn"]])
    new = entry(CONTAINER, "tsdb-node-0", id="", inputs={"name": "hft-dev-tsdb-0"})
    found = edits.settle(state(old, after, pending=[("creating", new)]), {new["urn"]: "new"})["deployment"]["resources"]

    assert [(each["urn"], each["id"]) for each in found[-2:]] == [(old["urn"], "new"), (after["urn"], "tsdb-node-1-id")]
    assert "pendingReplacement" not in found[-2]


def test_what_a_down_has_kept_inside_is_given_up_with_its_volume() -> None:
    gone = (CONTAINER, FOLDER, "pulumi:providers:grafana")
    after_down = edits.keep_data(deployed())
    after_down["deployment"]["resources"] = [
        each for each in after_down["deployment"]["resources"] if each["type"] not in gone
    ]

    found = entries(edits.give_up_data(State(after_down)))
    assert f"db-owner/{ROLE}" not in found
    assert f"tsdb-0-data/{VOLUME}" in found
