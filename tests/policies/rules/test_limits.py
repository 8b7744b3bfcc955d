from typing import Any

import pytest

from tests.policies.given import SERVICE, container, found


def nofile(soft: int, hard: int = 1_048_576) -> list[dict[str, Any]]:
    return [{"name": "memlock", "soft": -1, "hard": -1}, {"name": "nofile", "soft": soft, "hard": hard}]


@pytest.mark.parametrize("limits", [None, nofile(0)[:1]])
def test_an_engine_with_dockers_limit(limits: Any) -> None:
    assert found("engine-open-files", container(ulimits=limits)) == [
        "ulimits has no nofile: Docker 29 gives 1024 sockets and files; set it to 65536 or more"
    ]


@pytest.mark.parametrize("soft", [1024, 65535, -1])
def test_an_engine_with_few_files(soft: int) -> None:
    assert found("engine-open-files", container(ulimits=nofile(soft))) == [
        f"ulimits nofile soft={soft} is below 65536; raise it"
    ]


@pytest.mark.parametrize("soft", [65536, 1_048_576])
def test_an_engine_with_many_files(soft: int) -> None:
    assert found("engine-open-files", container(ulimits=nofile(soft))) == []


def test_files_as_configured() -> None:
    assert found("engine-open-files", container(ulimits=nofile(16383)), minimum_files=16384) == [
        "ulimits nofile soft=16383 is below 16384; raise it"
    ]
    assert found("engine-open-files", container(ulimits=nofile(16384)), minimum_files=16384) == []
    assert found("engine-open-files", container(ulimits=None), minimum_files=16384) == [
        "ulimits has no nofile: Docker 29 gives 1024 sockets and files; set it to 16384 or more"
    ]


@pytest.mark.parametrize("limits", [None, nofile(1024)])
def test_another_tier_may_have_few_files(limits: Any) -> None:
    assert found("engine-open-files", container(SERVICE, ulimits=limits)) == []
