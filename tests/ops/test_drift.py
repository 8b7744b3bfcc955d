"""What is gone or stopped on the real Docker, and what only looks as if it were."""

from collections.abc import Callable

import pytest
from docker import DockerClient

from ops.drift import drifted, failed_jobs, lost_databases
from ops.errors import OpsError
from ops.state import CONTAINER, NETWORK, VOLUME, State
from tests.ops.conftest import LABELS, STACK
from tests.ops.states import entry, state, urn


@pytest.fixture
def deployed(clean_host: DockerClient, image: str) -> State:
    """A running container, one that ended as it should, a network and a volume."""
    runs = clean_host.containers.run(
        image, name=f"hft-{STACK}-a", entrypoint=["sleep"], command=["600"], labels=LABELS, detach=True
    )
    ended = clean_host.containers.create(image, name=f"hft-{STACK}-once", labels=LABELS)
    network = clean_host.networks.create(f"hft-{STACK}-plane", labels=LABELS)
    volume = clean_host.volumes.create(f"hft-{STACK}-data", labels=LABELS)
    return state(
        entry(CONTAINER, "a", id=runs.id),
        entry(CONTAINER, "once", id=ended.id, inputs={"mustRun": False}),
        entry(NETWORK, "plane", id=network.id),
        entry(VOLUME, "data", id=volume.name),
        entry("random:index/randomPassword:RandomPassword", "secret"),
        entry(CONTAINER, "elsewhere", provider="urn:pulumi:dev::hft::pulumi:providers:docker::x::1"),
    )


def names(found: State) -> list[str]:
    return [each.name for each in drifted(found)]


@pytest.mark.images
def test_what_is_as_it_should_be_has_not_drifted(deployed: State) -> None:
    assert names(deployed) == []


@pytest.mark.images
@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda docker: docker.containers.get(f"hft-{STACK}-a").stop(timeout=0), "a"),
        (lambda docker: docker.containers.get(f"hft-{STACK}-a").remove(force=True, v=True), "a"),
        (lambda docker: docker.containers.get(f"hft-{STACK}-once").remove(v=True), "once"),
        (lambda docker: docker.networks.get(f"hft-{STACK}-plane").remove(), "plane"),
        (lambda docker: docker.volumes.get(f"hft-{STACK}-data").remove(), "data"),
    ],
    ids=["stopped", "removed", "ended and removed", "network", "volume"],
)
def test_what_was_changed_by_hand_is_found(
    deployed: State, docker_host: DockerClient, change: Callable[[DockerClient], None], found: str
) -> None:
    change(docker_host)
    assert names(deployed) == [found]


@pytest.mark.images
def test_a_paused_container_is_no_drift(deployed: State, docker_host: DockerClient) -> None:
    docker_host.containers.get(f"hft-{STACK}-a").pause()
    assert names(deployed) == []


@pytest.mark.images
def test_a_host_that_does_not_answer_is_an_error() -> None:
    provider = entry("pulumi:providers:docker", "hosts-gone", inputs={"host": "unix:///nowhere/docker.sock"})
    gone = state(provider, entry(CONTAINER, "a", provider=f"{provider['urn']}::1"))
    with pytest.raises(OpsError, match=r"^Docker at unix:///nowhere/docker\.sock does not answer"):
        drifted(gone)


def test_an_empty_state_has_not_drifted() -> None:
    assert drifted(State({"version": 3, "deployment": None})) == []


def job(exit_code: int | None, must_run: bool = False) -> State:
    return state(entry(CONTAINER, "job", inputs={"mustRun": must_run}, outputs={"exitCode": exit_code}))


def test_a_job_with_another_status_than_0_has_failed() -> None:
    assert [each.name for each in failed_jobs(job(3))] == ["job"]


@pytest.mark.parametrize(
    "unfailed",
    [job(0), job(137, must_run=True), state(entry(CONTAINER, "job", inputs={"mustRun": False})), state()],
    ids=["ended well", "to run for good", "unknown", "no job"],
)
def test_what_ended_well_or_is_to_run_for_good_has_not_failed(unfailed: State) -> None:
    assert failed_jobs(unfailed) == []


CLUSTER = "hft:database:TimescaleCluster"
DATA = [entry(VOLUME, f"data-{index}", parent=urn(CLUSTER, "tsdb")) for index in range(2)]
DATABASE = (entry(CLUSTER, "tsdb", custom=False), *DATA, entry(VOLUME, "other"))


def lost(found: State, gone: list[str]) -> list[list[str]]:
    databases = lost_databases(found, [each for each in found.of_type(VOLUME) if each.name in gone])
    return [[each.name for each in volumes] for volumes in databases]


@pytest.mark.parametrize(
    ("gone", "found"),
    [
        (["data-0", "data-1"], [["data-0", "data-1"]]),
        (["data-0", "data-1", "other"], [["data-0", "data-1"]]),
        (["data-0"], []),
        (["data-1", "other"], []),
        ([], []),
    ],
)
def test_a_database_is_lost_when_no_node_has_its_data(gone: list[str], found: list[list[str]]) -> None:
    assert lost(state(*DATABASE, entry("postgresql:index/role:Role", "owner")), gone) == found


def test_a_database_that_had_nothing_in_it_is_not_lost() -> None:
    assert lost(state(*DATABASE, entry("pulumi:providers:postgresql", "db-server")), ["data-0", "data-1"]) == []
