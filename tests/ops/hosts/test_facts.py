"""How answers are read; what the kernel writes where it has nothing to say."""

import json
from typing import Any

import pytest

from ops.hosts.facts import read_engine, read_told
from tests.ops.hosts.examples import TOLD


def told(**changes: object) -> str:
    return json.dumps({**TOLD, **changes})


def test_lists_of_cpus_and_choices_are_read_as_the_kernel_writes_them() -> None:
    found = read_told(told(isolated="2-3,6", nohz_full="(null)", hugepages="always [madvise] never", online=None))

    assert found.isolated == frozenset({2, 3, 6})
    assert found.nohz_full is not None
    assert not found.nohz_full
    assert found.hugepages == "madvise"
    assert found.online is None
    assert found.numa == {0: frozenset(range(8))}
    assert found.swappiness == 10


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (told(isolated="3-1"), "isolated: Value error, '3-1' has a reversed range '3-1'; write it as '1-3'"),
        (told(busy_poll="fifty"), "busy_poll: Input should be a valid integer, unable to parse string as an integer"),
        (told(clock={"synchronised": True}), "clock.max_error_seconds: Field required"),
        (told(colour="red"), "colour: Extra inputs are not permitted"),
        ("", "the answer: Invalid JSON: EOF while parsing a value at line 1 column 0"),
    ],
)
def test_a_wrong_answer_is_named(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r".+") as error:
        read_told(text)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("flags", "expected"),
    [(None, False), ({}, False), ({"userland-proxy": "true"}, True), ({"icc": "true"}, False)],
)
def test_a_flag_of_the_daemon_goes_before_its_file(flags: dict[str, str] | None, expected: bool) -> None:
    assert read_told(told(daemon_flags=flags)).daemon_setting("userland-proxy") is expected


def test_a_setting_that_nobody_made_is_none() -> None:
    assert read_told(told(daemon={"state": "absent"})).daemon_setting("icc") is None


INFO: dict[str, Any] = {
    "ServerVersion": "28.2.2",
    "LiveRestoreEnabled": True,
    "CgroupVersion": "2",
    "Swarm": {"LocalNodeState": "active"},
    "SecurityOptions": ["name=seccomp,profile=builtin"],
}


def test_docker_tells_of_itself() -> None:
    found = read_engine(INFO, {"com.docker.network.bridge.enable_icc": "false"})

    assert (found.version, found.live_restore, found.swarm, found.cgroup_version) == ("28.2.2", True, True, "2")
    assert found.security_options == ("name=seccomp,profile=builtin",)
    assert found.bridge_icc is False


def test_what_docker_leaves_out_is_its_default() -> None:
    found = read_engine({}, None)

    assert (found.live_restore, found.swarm, found.cgroup_version, found.bridge_icc) == (False, False, "1", None)
    assert read_engine({}, {}).bridge_icc is True
