"""Locks of the file backend: those of dead engines go, all others stop the run."""

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.errors import OpsError
from ops.locks import release_stale

SINCE = "2026-11-23T12:00:00Z"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{tmp_path}/state")
    found = tmp_path / "state" / ".pulumi" / "locks" / "organization" / "hft" / "dev"
    found.mkdir(parents=True)
    return found


def lock(folder: Path, pid: int, hostname: str = "") -> Path:
    path = folder / "6f1d.json"
    owner = {"pid": pid, "username": "root", "hostname": hostname or socket.gethostname(), "timestamp": SINCE}
    path.write_text(json.dumps(owner))
    path.with_name("6f1d.json.attrs").write_text("{}")
    return path


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is called as the engine is."""
    program = tmp_path / "pulumi"
    shutil.copy(shutil.which("sleep") or "/bin/sleep", program)
    process = subprocess.Popen([program, "60"])
    yield process
    process.kill()
    process.wait()


def told(project: str, stack: str) -> list[str]:
    lines: list[str] = []
    release_stale(project, stack, lines.append)
    return lines


def test_without_locks_nothing_happens(folder: Path) -> None:
    assert told("hft", "dev") == []


def test_the_lock_of_a_dead_engine_is_released(folder: Path, engine: subprocess.Popen[bytes]) -> None:
    path = lock(folder, engine.pid)
    engine.kill()
    engine.wait()
    who = f"root@{socket.gethostname()}, pid {engine.pid}, since {SINCE}"
    assert told("hft", "dev") == [f"released the lock of a killed run ({who})"]
    assert list(path.parent.iterdir()) == []


def test_an_engine_that_nobody_waited_for_is_dead(folder: Path, engine: subprocess.Popen[bytes]) -> None:
    lock(folder, engine.pid)
    engine.kill()
    while Path(f"/proc/{engine.pid}/stat").read_text().split()[2] != "Z":
        pass
    assert len(told("hft", "dev")) == 1


def test_a_pid_that_another_program_has_now_is_dead(folder: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as other:
        lock(folder, other.pid)
        assert len(told("hft", "dev")) == 1
        other.kill()


def test_a_living_engine_stops_the_run(folder: Path, engine: subprocess.Popen[bytes]) -> None:
    path = lock(folder, engine.pid)
    with pytest.raises(OpsError) as refused:
        told("hft", "dev")
    assert refused.value.problems == (
        f"stack 'dev' is being changed by root@{socket.gethostname()}, pid {engine.pid}, since {SINCE}: "
        "wait for it to end, or end it",
    )
    assert path.exists()


def test_an_engine_on_another_machine_stops_the_run(folder: Path) -> None:
    path = lock(folder, 1, "elsewhere")
    with pytest.raises(OpsError) as refused:
        told("hft", "dev")
    assert refused.value.problems == (
        f"stack 'dev' is locked by root@elsewhere, pid 1, since {SINCE}, on another machine: wait for it, or, "
        "when it is gone, run: pulumi cancel --yes --stack dev",
    )
    assert path.exists()


def test_other_stacks_and_other_backends_are_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock(folder, 2**22 + 1)
    assert told("hft", "prod") == []
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://bucket")
    assert told("hft", "dev") == []


def test_an_engine_whose_command_was_killed_may_end_first(folder: Path, tmp_path: Path) -> None:
    program = tmp_path / "pulumi"
    shutil.copy(shutil.which("sleep") or "/bin/sleep", program)
    # The shell ends at once, so that init becomes the parent of what it started.
    started = subprocess.run(["sh", "-c", f"{program} 0.5 >&- 2>&- & echo $!"], capture_output=True, check=True)
    path = lock(folder, int(started.stdout))
    who = f"root@{socket.gethostname()}, pid {int(started.stdout)}, since {SINCE}"
    assert told("hft", "dev") == [
        f"waiting for the engine of a killed run ({who})",
        f"released the lock of a killed run ({who})",
    ]
    assert not path.exists()
