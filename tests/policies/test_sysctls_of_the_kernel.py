"""The table of sysctls against the running kernel: in a fresh network namespace, and in containers."""

import json
import platform
import subprocess
import sys
from pathlib import Path

import pytest
from docker import DockerClient
from docker.errors import APIError

from policies.sysctls import Effect, effect, kernel, names
from tests.components.programs import LABELS, image_id

pytestmark = pytest.mark.images

KERNEL = kernel(platform.release())
_PROBE = """
import json, os, sys
found = {}
for name in sys.argv[1:]:
    path = "/proc/sys/" + name.replace(".", "/")
    if not os.path.exists(path):
        found[name] = "absent"
        continue
    try:
        value = open(path).read()
        with open(path, "w") as file:
            file.write(value)
        found[name] = "written"
    except PermissionError:
        found[name] = "refused"
print(json.dumps(found))
"""


def probed(*wrapper: str) -> dict[str, str]:
    """What becomes of each name of the table when it is given its own value again."""
    argv = [*wrapper, sys.executable, "-c", _PROBE, *names()]
    return dict(json.loads(subprocess.run(argv, check=True, capture_output=True, text=True).stdout))


@pytest.fixture(scope="module")
def inside() -> dict[str, str]:
    return probed("unshare", "--net")


@pytest.mark.parametrize("name", list(names()))
def test_the_table_says_what_a_network_namespace_has(inside: dict[str, str], name: str) -> None:
    expected = {
        Effect.WORKS: "written",
        Effect.READ_ONLY: "refused",
        Effect.HOST_ONLY: "absent",
        Effect.DEAD: "absent",
        Effect.ABSENT: "absent",
    }

    assert inside[name] == expected[effect(name, KERNEL)[0]]


def test_what_is_of_the_host_only_is_there_on_the_host() -> None:
    host_only = [name for name in names() if effect(name, KERNEL)[0] in (Effect.HOST_ONLY, Effect.READ_ONLY)]
    lacking = [name for name in host_only if not (Path("/proc/sys") / name.replace(".", "/")).exists()]

    # Built in only where the kernel steers flows by itself.
    assert [name for name in lacking if "flow_limit" not in name and "rps_sock" not in name] == []


def started(name: str, value: str, **options: str) -> str:
    """What Docker says when a container that sets it is made and started; empty if it runs."""
    client = DockerClient.from_env()
    container = None
    try:
        container = client.containers.create(
            image_id("exporters"), ["1"], entrypoint=["sleep"], sysctls={name: value}, labels=LABELS, **options
        )
        container.start()
    except APIError as error:
        return str(error.explanation)
    finally:
        if container:
            container.remove(force=True)
        client.close()
    return ""


@pytest.mark.parametrize(
    ("name", "value", "effect_", "said"),
    [
        ("net.core.somaxconn", "4096", Effect.WORKS, ""),
        ("net.ipv4.tcp_rmem", "4096 87380 6291456", Effect.WORKS, ""),
        ("kernel.shmmax", "68719476736", Effect.WORKS, ""),
        ("net.core.rmem_max", "134217728", Effect.READ_ONLY, "permission denied"),
        ("net.core.busy_poll", "50", Effect.HOST_ONLY, "no such file or directory"),
        ("net.ipv4.tcp_low_latency", "1", Effect.DEAD, "no such file or directory"),
        ("vm.swappiness", "0", Effect.REFUSED, "not in a separate kernel namespace"),
        ("kernel.sched_rt_runtime_us", "-1", Effect.REFUSED, "not in a separate kernel namespace"),
    ],
)
def test_a_container_starts_with_what_works_and_with_nothing_else(
    name: str, value: str, effect_: Effect, said: str
) -> None:
    found = started(name, value, network_mode="none")

    assert effect(name, KERNEL)[0] is effect_
    assert said in found
    assert bool(found) is (effect_ is not Effect.WORKS)


def test_with_the_hosts_network_no_setting_of_it_is_accepted() -> None:
    assert "not allowed in host network namespace" in started("net.core.somaxconn", "4096", network_mode="host")
