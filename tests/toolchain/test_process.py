"""Real processes: what the engine starts ends on SIGINT and with its parent, silently."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from toolchain import paths

SLEEP = "print(os.getpid(), flush=True); time.sleep(60)"
GUARDED = f"from toolchain.process import guard; guard(); {SLEEP}"
ELSEWHERE = "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})"
"""The main thread's sleep is not cut short, as when the signal comes just before it falls asleep."""
WITHOUT_PIDFD = "os.pidfd_open = lambda pid: (_ for _ in ()).throw(OSError(38, 'not here'))"


def gone(pid: int, seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("prelude", ["pass", ELSEWHERE], ids=["main-thread", "another-thread"])
def test_sigint_ends_it_at_once_with_status_0_and_no_traceback(prelude: str) -> None:
    code = f"import os, signal, time; from toolchain.process import guard; guard(); {prelude}; {SLEEP}"
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=paths.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")


@pytest.mark.parametrize("prelude", ["pass", WITHOUT_PIDFD], ids=["pidfd", "polling"])
def test_it_ends_with_a_parent_that_is_killed(prelude: str) -> None:
    child = f"import os, time; {prelude}; {GUARDED}"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with subprocess.Popen([sys.executable, "-c", parent], cwd=paths.ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert not gone(pid, seconds=0.3)
        process.kill()
        assert gone(pid)


def test_the_launcher_s_code_runs_a_module_with_its_arguments(tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text("import sys; print(sys.argv[1:])")
    launch = str(paths.ROOT / "toolchain" / "launch.py")
    command = [sys.executable, "-P", launch]
    folder = subprocess.run([*command, str(tmp_path), "a", "b"], capture_output=True, text=True, check=True, cwd="/")
    module = subprocess.run([*command, "json.tool", "--help"], capture_output=True, text=True, check=True, cwd="/")
    assert folder.stdout == "['a', 'b']\n"
    assert "json" in module.stdout.splitlines()[0]
