"""How often a container is probed: at once while it is not well, rarely while it is."""

import time
from collections.abc import Iterator

import pytest
from docker import DockerClient
from docker.models.containers import Container

from components._common.probe import probe
from tests.components.programs import LABELS, image_id

SECOND = 10**9
# Leaves a line for each probe, and is well while a file is there.
COUNTED = ("sh", "-c", "echo >> /tmp/probes; test -e /tmp/up")
REST_SECONDS = 6


def test_until_all_is_well_it_is_as_quick_as_is_asked_for() -> None:
    found = probe(["pg_isready", "-q"], 2)

    assert isinstance(found.tests, list)
    assert [found.tests[:3], found.tests[4:]] == [["CMD", "sh", "-c"], ["probe", "2", "28", "pg_isready", "-q"]]
    assert (found.interval, found.timeout, found.retries, found.start_period) == ("2s", "60s", 3, "0s")


def test_what_is_asked_for_rarely_does_not_rest() -> None:
    found = probe(["true"], 45)

    assert isinstance(found.tests, list)
    assert found.tests[4:7] == ["probe", "45", "0"]


def probed(argv: tuple[str, ...]) -> Iterator[Container]:
    found = probe(argv, 1)
    assert isinstance(found.tests, list)
    tests = [str(REST_SECONDS) if word == "29" else str(word) for word in found.tests]
    client = DockerClient.from_env()
    container: Container = client.containers.run(
        image_id("exporters"),
        ["300"],
        entrypoint=["sleep"],
        healthcheck={"test": tests, "interval": SECOND, "timeout": 60 * SECOND, "retries": 3},
        detach=True,
        labels=LABELS,
        network_mode="none",
        read_only=True,
        tmpfs={"/tmp": ""},
    )
    container.reload()
    try:
        yield container
    finally:
        container.remove(force=True)
        client.close()


@pytest.fixture
def counted() -> Iterator[Container]:
    yield from probed(COUNTED)


@pytest.fixture
def hanging() -> Iterator[Container]:
    yield from probed(("sleep", "300"))


def await_health(container: Container, health: str, seconds: float = 30) -> float:
    """How long it took to be that."""
    began = time.monotonic()
    while container.attrs["State"]["Health"]["Status"] != health:
        assert time.monotonic() - began < seconds, container.attrs["State"]["Health"]
        time.sleep(0.1)
        container.reload()
    return time.monotonic() - began


def probes(container: Container) -> int:
    return int(container.exec_run(["sh", "-c", "wc -l < /tmp/probes"]).output)


@pytest.mark.images
def test_it_rests_while_all_is_well_and_not_while_it_is_not(counted: Container) -> None:
    await_health(counted, "unhealthy")

    assert counted.exec_run(["touch", "/tmp/up"]).exit_code == 0
    await_health(counted, "healthy")
    time.sleep(2)
    resting = probes(counted)
    time.sleep(REST_SECONDS - 3)
    assert probes(counted) == resting

    assert counted.exec_run(["rm", "/tmp/up"]).exit_code == 0
    # The rest that is under way, and three probes; each starts a second after the last has ended.
    await_health(counted, "unhealthy", REST_SECONDS + 3 * 2 + 4)


@pytest.mark.images
def test_one_that_hangs_is_ended_and_counts_as_failed(hanging: Container) -> None:
    await_health(hanging, "unhealthy")

    # Its own, the one probe that may be under way, and what bounds that.
    assert len(hanging.top()["Processes"]) <= 3
