"""What a cut-off run left: what is removed on the real Docker, and what the providers are asked for.

That a killed `up` is picked up as a whole is tested in test_life.py.
"""

import pytest
from docker import DockerClient

from ops import recover
from ops.recover import expected_id
from ops.state import CONTAINER, NETWORK, VOLUME, Pending, Resource
from tests.ops.conftest import LABELS, STACK
from tests.ops.states import entry, state

NAME = f"hft-{STACK}-a"


def pending(kind: str, operation: str = "creating", **inputs: object) -> Pending:
    document = entry(kind, "x", inputs=inputs)
    return Pending(Resource(document["urn"], document), operation)


@pytest.mark.parametrize(
    ("found", "id_"),
    [
        (pending("postgresql:index/role:Role", name="hft_owner"), "hft_owner"),
        (pending("postgresql:index/database:Database", name="hft"), "hft"),
        (pending("grafana:oss/folder:Folder", uid="hft"), "1:hft"),
        (pending("grafana:oss/dataSource:DataSource", uid="tsdb", orgId=2), "2:tsdb"),
        (pending("grafana:alerting/contactPoint:ContactPoint", name="pager"), "1:pager"),
    ],
)
def test_an_id_that_the_inputs_tell_is_expected(found: Pending, id_: str) -> None:
    assert expected_id(found) == id_


@pytest.mark.parametrize(
    "found",
    [
        pending("grafana:oss/folder:Folder", title="no uid"),
        pending("postgresql:index/grant:Grant", role="hft_owner"),
        pending("postgresql:index/role:Role", "updating", name="hft_owner"),
        pending(CONTAINER, name="hft-dev-a"),
    ],
)
def test_any_other_id_is_not(found: Pending) -> None:
    assert expected_id(found) is None


@pytest.mark.images
def test_a_half_made_container_and_network_are_removed(clean_host: DockerClient, image: str) -> None:
    clean_host.containers.create(image, name=NAME, labels=LABELS)
    clean_host.networks.create(f"hft-{STACK}-plane", labels=LABELS)
    cut_off = state(
        pending=[
            ("creating", entry(CONTAINER, "a", inputs={"name": NAME})),
            ("creating", entry(NETWORK, "plane", inputs={"name": f"hft-{STACK}-plane"})),
        ]
    )
    assert recover.sort_half_made(cut_off, STACK) == {}
    assert left(clean_host) == []


@pytest.mark.images
@pytest.mark.parametrize(("must_run", "whole"), [(True, True), (False, False)])
def test_a_container_that_runs_is_whole_unless_it_should_end(
    clean_host: DockerClient, image: str, must_run: bool, whole: bool
) -> None:
    container = clean_host.containers.run(
        image, name=NAME, entrypoint=["sleep"], command=["600"], labels=LABELS, detach=True
    )
    made = entry(CONTAINER, "a", inputs={"name": NAME, "mustRun": must_run})
    found = recover.sort_half_made(state(pending=[("creating", made)]), STACK)
    assert found == ({made["urn"]: container.id} if whole else {})
    assert left(clean_host) == ([NAME] if whole else [])


@pytest.mark.images
@pytest.mark.parametrize(
    "case",
    ["updating", "known", "other name", "other stack", "other type"],
)
def test_anything_else_stays(clean_host: DockerClient, image: str, case: str) -> None:
    labels = LABELS | ({"hft.stack": f"{STACK}2"} if case == "other stack" else {})
    container = clean_host.containers.create(image, name=NAME, labels=labels)
    inputs = {"name": f"{NAME}2" if case == "other name" else NAME}
    kind = VOLUME if case == "other type" else CONTAINER
    known = [entry(CONTAINER, "a", id=container.id)] if case == "known" else []
    operation = "updating" if case == "updating" else "creating"
    try:
        recover.sort_half_made(state(*known, pending=[(operation, entry(kind, "a", inputs=inputs))]), STACK)
        assert clean_host.containers.get(NAME).id == container.id
    finally:
        container.remove(v=True)


@pytest.mark.images
def test_a_volume_is_never_removed(clean_host: DockerClient) -> None:
    clean_host.volumes.create(f"hft-{STACK}-data", labels=LABELS)
    inputs = {"name": f"hft-{STACK}-data"}
    recover.sort_half_made(state(pending=[("creating", entry(VOLUME, "data", inputs=inputs))]), STACK)
    assert [each.name for each in clean_host.volumes.list(filters={"label": f"hft.stack={STACK}"})] == [inputs["name"]]


def left(client: DockerClient) -> list[str]:
    chosen = {"label": f"hft.stack={STACK}"}
    found = [*client.containers.list(all=True, filters=chosen), *client.networks.list(filters=chosen)]
    return sorted(str(each.name) for each in found)
