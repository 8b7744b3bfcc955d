"""A daemon that answers, or one line that says why there is none; a real dockerd is started on fresh machines only."""

import gc
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer

import pytest

from tests.toolchain.conftest import Script
from toolchain import ToolchainError, docker_daemon


class Daemon(BaseHTTPRequestHandler):
    """Answers every request as Docker's /version does."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b'{"Version": "20.10.24", "ApiVersion": "1.41"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "docker.sock"
    with ThreadingUnixStreamServer(str(path), Daemon) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield path
        server.shutdown()


@pytest.fixture
def no_daemon(machine: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Root on a machine without init system whose usual socket is silent; returns that socket's path."""
    path = machine / "silent.sock"
    monkeypatch.setattr(docker_daemon, "_SOCKET", path)
    monkeypatch.setattr(docker_daemon, "_SYSTEMD", machine / "no-systemd")
    monkeypatch.setattr(docker_daemon, "daemon_version", lambda: None)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    return path


def error() -> str:
    with pytest.raises(ToolchainError) as raised:
        docker_daemon.ensure_docker()
    return str(raised.value)


def test_a_running_daemon_is_used(machine: Path, daemon: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{daemon}")
    assert docker_daemon.ensure_docker() == f"20.10.24 at unix://{daemon}"


# The docker client forgets to close a socket that it could not connect.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_chosen_host_that_is_silent_is_named(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{machine}/none.sock")
    assert error() == (
        f"DOCKER_HOST=unix://{machine}/none.sock does not answer; start that daemon or unset DOCKER_HOST"
    )
    gc.collect()


def test_a_closed_socket_names_the_group(no_daemon: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    no_daemon.touch()
    monkeypatch.setattr("os.access", lambda *_: False)
    assert error() == f"no permission for {no_daemon}; add this user to the group docker, or run as root"


def test_no_docker_at_all_is_installed_from_debian(no_daemon: Path) -> None:
    why = f"no Docker daemon answers at {no_daemon}"
    assert error() == f"docker.io is lacking ({why}) and there is no apt-get here; install it by hand"


def test_not_root_names_the_command(
    no_daemon: Path, machine: Path, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(machine / "bin" / "dockerd", "exit 0")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert error() == "the Docker daemon does not run; as root run: systemctl start docker"


def test_a_daemon_that_ends_at_once_is_told_with_its_last_line(no_daemon: Path, machine: Path, script: Script) -> None:
    script(machine / "bin" / "dockerd", 'echo starting; echo "failed to mount overlay"; exit 1')
    log = machine / ".hft" / "dockerd.log"
    assert error() == f"dockerd does not answer at {no_daemon}: failed to mount overlay; log: {log}"


def test_a_daemon_started_by_hand_is_waited_for(
    no_daemon: Path, machine: Path, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = machine / "started"
    script(machine / "bin" / "dockerd", f': > "{started}"; exec /bin/sleep 1')
    monkeypatch.setattr(docker_daemon, "daemon_version", lambda: "20.10.24" if started.exists() else None)
    assert docker_daemon.ensure_docker() == f"20.10.24 at unix://{no_daemon}"
    assert docker_daemon._started.pop().wait(10) == 0


def test_systemd_starts_it_where_it_runs(no_daemon: Path, machine: Path, script: Script) -> None:
    (machine / "no-systemd").mkdir()
    script(machine / "bin" / "dockerd", "exit 0")
    script(machine / "bin" / "systemctl", 'echo "Unit docker.service is masked." >&2; exit 1')
    assert error() == "systemctl start docker failed: Unit docker.service is masked.; see: journalctl -u docker"
