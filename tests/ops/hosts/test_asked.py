"""The script on its own, on a made-up host and on this one; and as `hft hosts check` asks this machine's Docker."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docker import DockerClient
from typer.testing import CliRunner

from components.hosts import HostSettings
from ops import cli
from ops.errors import OpsError
from ops.hosts import asked, asks
from ops.hosts.facts import read_told
from tests.ops import bridge
from tests.ops.conftest import ENDPOINT, LOCK

SCRIPT = Path(asked.__file__)
DAEMON = "etc/docker/daemon.json"
HOST = HostSettings.model_validate(
    {"name": "local", "docker_endpoint": ENDPOINT, "address": "127.0.0.1", "failure_domain": "here", "cpus": "0-1"}
)
STACK = f"hostcheck{os.getpid()}"
"""Two runs on one machine do not see each other's."""


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def told(root: Path, **files: str) -> dict[str, Any]:
    write(root, **files)
    return json.loads(json.dumps(asked.told(root)))  # type: ignore[no-any-return]


def test_a_machine_without_any_of_the_files_tells_nothing_and_does_not_fail(tmp_path: Path) -> None:
    found = told(tmp_path)

    assert {key: value for key, value in found.items() if value not in (None, {}, [])} == {
        "machine": found["machine"],
        "clock": found["clock"],
        "daemon": {"state": "absent"},
    }
    assert read_told(json.dumps(found)).irqs is None


def test_files_are_told_by_their_numbers(tmp_path: Path) -> None:
    found = told(
        tmp_path,
        **{
            "sys/devices/system/cpu/isolated": "2-3\n",
            "sys/devices/system/cpu/cpu10/topology/thread_siblings_list": "10\n",
            "sys/devices/system/cpu/cpu2/topology/thread_siblings_list": "2,10\n",
            "sys/devices/system/cpu/cpu2/cpufreq/scaling_governor": "powersave\n",
            "sys/devices/system/cpu/cpufreq/boost": "1\n",
            "sys/devices/system/node/node0/cpulist": "0-3\n",
            "proc/swaps": "Filename\tType\tSize\n/dev/sda2  partition  1048572\n\n",
            "proc/irq/24/smp_affinity_list": "0-3\n",
            "proc/irq/24/effective_affinity_list": "1\n",
            "sys/kernel/irq/24/actions": "eth0\n",
            "proc/irq/25/smp_affinity_list": "0-3\n",
            "sys/kernel/irq/25/actions": "\n",
            "proc/irq/default_smp_affinity": "f\n",
        },
    )

    assert found["isolated"] == "2-3"
    assert found["siblings"] == {"2": "2,10", "10": "10"}
    assert found["governors"] == {"2": "powersave"}
    assert found["numa"] == {"0": "0-3"}
    assert found["swaps"] == ["/dev/sda2"]
    assert found["irqs"] == [{"number": 24, "actions": "eth0", "allowed": "0-3", "effective": "1"}]
    assert read_told(json.dumps(found)).siblings == {2: {2, 10}, 10: {10}}


@pytest.mark.parametrize(
    ("text", "daemon"),
    [
        ('{"icc": false, "proxies": {"http-proxy": "http://me:secret@x"}}', {"state": "read", "says": {"icc": False}}),
        ("{", {"state": "broken",
               "why": "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"}),
        ("[]", {"state": "broken", "why": "a list where an object belongs"}),
    ],
)  # fmt: skip
def test_of_daemon_json_only_what_matters_is_told(tmp_path: Path, text: str, daemon: dict[str, Any]) -> None:
    assert told(tmp_path, **{DAEMON: text})["daemon"] == daemon


def test_a_daemon_json_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / DAEMON).mkdir(parents=True)
    assert told(tmp_path)["daemon"] == {"state": "unreadable", "why": "Is a directory"}


def test_flags_of_the_daemon_are_told_but_not_the_rest(tmp_path: Path) -> None:
    words = ["/usr/sbin/dockerd", "--icc=false", "--live-restore", "--log-opt", "splunk-token=secret"]
    words += ["--config-file", "/srv/daemon.json", "--default-ulimit", "nofile=65536", ""]
    found = told(tmp_path, **{"proc/7/comm": "dockerd\n", "proc/7/cmdline": "\0".join(words)})

    assert found["processes"] == ["dockerd"]
    assert found["daemon_flags"] == {
        "icc": "false",
        "live-restore": "true",
        "config-file": "/srv/daemon.json",
        "default-ulimits": "nofile=65536",
    }


def test_of_two_daemons_no_flag_is_told(tmp_path: Path) -> None:
    files = {
        f"proc/{pid}/{name}": text for pid in (7, 8) for name, text in (("comm", "dockerd"), ("cmdline", "dockerd"))
    }
    assert told(tmp_path, **files)["daemon_flags"] is None


def test_the_script_runs_alone_and_its_answer_is_read() -> None:
    done = subprocess.run([sys.executable, "-I", "-S", "-c", SCRIPT.read_text()], capture_output=True, check=True)
    found = read_told(done.stdout.decode())

    assert found.kernel == Path("/proc/sys/kernel/osrelease").read_text().strip()
    assert found.online
    assert found.clock is not None
    assert 0 <= found.clock.max_error_seconds <= 16  # NTP_PHASE_LIMIT


@pytest.fixture
def workloads(docker_host: DockerClient) -> Iterator[str]:
    if not LOCK.exists():
        pytest.skip(f"{LOCK} is missing: run `hft images build`")
    yield str(json.loads(LOCK.read_text())["images"][asks.IMAGE]["id"])
    assert docker_host.containers.list(all=True, filters={"label": f"hft.stack={STACK}"}) == []


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """In place of this machine's /etc/docker."""
    tmp_path.chmod(0o755)
    monkeypatch.setattr(asks, "_DAEMON_FOLDER", str(tmp_path))
    return tmp_path


@pytest.mark.images
def test_a_container_sees_what_the_host_is(workloads: str, docker_host: DockerClient) -> None:
    found = asks.ask(HOST, "1", workloads, STACK)
    here = read_told(json.dumps(asked.told()))

    # The clock's bound grows, and processes and interrupts come and go.
    moving = {"clock", "processes", "irqs"}
    assert found.told.model_dump(exclude=moving) == here.model_dump(exclude=moving)
    assert {irq.number for irq in found.told.irqs or ()} == {irq.number for irq in here.irqs or ()}
    assert (found.told.clock is None) == (here.clock is None)
    assert found.told.kernel == Path("/proc/sys/kernel/osrelease").read_text().strip()
    assert found.told.command_line == Path("/proc/cmdline").read_text().strip()
    assert "dockerd" in found.told.processes
    assert found.engine.version == docker_host.version()["Version"]


@pytest.mark.images
def test_a_host_behind_ssh_is_asked(workloads: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bridge.write_ssh(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    host = HOST.model_copy(update={"docker_endpoint": "ssh://hft@10.20.0.11:2222"})

    kernel = Path("/proc/sys/kernel/osrelease").read_text().strip()
    assert asks.ask(host, "1", workloads, STACK).told.kernel == kernel


@pytest.mark.images
def test_the_command_prints_the_results_and_fails_where_one_does(workloads: str) -> None:
    done = CliRunner().invoke(cli.app, ["hosts", "check", "dev", "--json", "--regime", "mifid_hft"])
    results = json.loads(done.stdout)

    assert {each["host"] for each in results} == {"local"}
    assert done.exit_code == (1 if any(each["state"] == "fail" for each in results) else 0)


@pytest.mark.images
def test_an_image_that_is_not_there_is_named(docker_host: DockerClient) -> None:
    with pytest.raises(OpsError) as error:
        asks.ask(HOST, None, "sha256:" + "0" * 64, STACK)
    assert str(error.value) == "images/lock.json: workloads (sha256:000000000000…) is not there: run hft images build"


@pytest.mark.images
@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("import sys; sys.exit('no /sys here')", "the questions ended with exit code 1: no /sys here"),
        ("print('{}')", "the answer cannot be read: kernel: Field required"),
        ("import time; time.sleep(60)", "the questions took more than 1 s: is the host out of CPU?"),
    ],
)
def test_questions_that_go_wrong(
    workloads: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, message: str
) -> None:
    (tmp_path / "asked.py").write_text(script)
    monkeypatch.setattr(asks, "_SCRIPT", tmp_path / "asked.py")
    monkeypatch.setattr(asks, "SECONDS", 1 if "sleep" in script else asks.SECONDS)
    with pytest.raises(OpsError) as error:
        asks.ask(HOST, None, workloads, STACK)
    assert str(error.value) == message


@pytest.mark.images
@pytest.mark.parametrize(
    ("text", "mode", "daemon"),
    [
        ('{"userland-proxy": false}', 0o644, {"state": "read", "why": "", "says": {"userland-proxy": False}}),
        ('{"userland-proxy": false}', 0o600, {"state": "unreadable", "why": "Permission denied", "says": {}}),
        ("", 0o644, {"state": "broken", "why": "Expecting value: line 1 column 1 (char 0)", "says": {}}),
    ],
)
def test_daemon_json_is_read_as_it_lies_on_the_host(
    workloads: str, folder: Path, text: str, mode: int, daemon: dict[str, Any]
) -> None:
    (folder / "daemon.json").write_text(text)
    (folder / "daemon.json").chmod(mode)

    assert asks.ask(HOST, None, workloads, STACK).told.daemon.model_dump() == daemon


@pytest.mark.images
def test_without_docker_s_folder_it_asks_all_the_same(workloads: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asks, "_DAEMON_FOLDER", "/etc/docker-is-not-here")
    assert asks.ask(HOST, None, workloads, STACK).told.daemon.state == "absent"
    assert not Path("/etc/docker-is-not-here").exists()


def test_hosts_that_do_not_answer_are_one_error_each() -> None:
    gone = HOST.model_copy(update={"docker_endpoint": "unix:///nowhere/docker.sock"})
    found = asks.ask_all((gone,), {}, "sha256:0", STACK)

    assert found.facts == {}
    assert found.errors == (
        "host local: Docker at unix:///nowhere/docker.sock does not answer (No such file or directory): "
        "start dockerd there, or mend the setting",
    )


@pytest.mark.images
def test_what_docker_refuses_is_told(workloads: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asks, "_MEMORY", "1m")
    with pytest.raises(OpsError) as error:
        asks.ask(HOST, None, workloads, STACK)
    assert str(error.value) == "Docker refused to run the questions: Minimum memory limit allowed is 6MB"


@pytest.mark.images
def test_people_get_a_table(workloads: str) -> None:
    done = CliRunner().invoke(cli.app, ["hosts", "check", "dev"])

    assert done.stdout.split()[:6] == ["host", "state", "rule", "check", "found", "wanted"]
    assert re.search(r"^\d+ fail, \d+ warn, \d+ unknown, \d+ pass$", done.stdout, re.MULTILINE)


def test_a_lock_without_the_image_says_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asks, "IMAGE", "nothing")
    done = CliRunner().invoke(cli.app, ["hosts", "check", "dev"])

    assert done.exit_code == 1
    assert done.stderr == "error: images/lock.json has no image 'nothing': run hft images build\n"


def test_a_stack_without_settings_is_an_error() -> None:
    done = CliRunner().invoke(cli.app, ["hosts", "check", "nowhere"])

    assert done.exit_code == 1
    assert done.stderr == "error: Pulumi.nowhere.yaml is not there: put it back, or name another stack\n"


@pytest.mark.parametrize(
    ("given", "engines", "count", "left"),
    [("0-7", "4-7", 8, "0-3"), ("0-7", None, 2, "0-1"), ("1", "1", 2, None), ("4-7", None, 2, None)],
)
def test_questions_keep_off_the_engines(given: str, engines: str | None, count: int, left: str | None) -> None:
    assert asks._quiet_cpus(given, engines, count) == left
