"""What restore refuses and cleans up, over a Docker that only keeps names; real servers are tried by hand."""

import io
import tarfile
from typing import Any

import pytest
from docker.errors import NotFound

from ops.backup import restore
from ops.backup.containers import Ended, Site
from ops.errors import OpsError

ATTRS = {
    "Image": "sha256:backup",
    "Mounts": [
        {"Type": "volume", "Name": "hft-dev-repository-data", "Destination": "/var/lib/hft/repository", "RW": True},
        {"Type": "volume", "Name": "hft-dev-backup-a-tls", "Destination": "/var/lib/hft/tls", "RW": False},
        {"Type": "volume", "Name": "hft-dev-backup-drill-data", "Destination": "/var/lib/hft/scratch", "RW": True},
    ],
    "HostConfig": {"Memory": 1024, "CpusetCpus": "0", "CpuShares": 128},
    "Config": {"Healthcheck": {"Test": ["CMD", "curl", "http://10.0.0.1:19855/metrics"]}},
}


class Kept:
    """Containers or volumes by name."""

    def __init__(self, *names: str) -> None:
        self.names = set(names)
        self.options: dict[str, Any] = {}
        self.files: list[str] = []

    def get(self, name: str) -> "Thing":
        if name not in self.names:
            raise NotFound(name)
        return Thing(self, name)

    def create(self, first: str, **options: Any) -> "Thing":
        self.names.add(name := options.get("name", first))
        self.options = options
        return Thing(self, name)


class Thing:
    """A container or a volume."""

    status = "exited"
    attrs: dict[str, Any] = {"RestartCount": 0}  # noqa: RUF012 - never written

    def __init__(self, kept: Kept, name: str) -> None:
        self._kept, self.name = kept, name

    def remove(self, **_: Any) -> None:
        self._kept.names.discard(self.name)

    def exec_run(self, argv: list[str]) -> Any:
        return Ended(0, "") if self.status == "running" else _Failed()

    def put_archive(self, path: str, data: bytes) -> None:
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            self._kept.files += [f"{path}/{name}" for name in tar.getnames()]

    def start(self) -> None: ...

    def reload(self) -> None: ...

    def logs(self, **_: Any) -> bytes:
        return b"the archive ends before"


class _Failed:
    exit_code = 2


class Docker:
    def __init__(self, *names: str) -> None:
        self.containers, self.volumes = Kept(*names), Kept()


class Prover:
    """The container that drills."""

    attrs = ATTRS

    def __init__(self, client: Docker) -> None:
        self.client = client

    def get_archive(self, path: str) -> tuple[list[bytes], None]:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            entry = tarfile.TarInfo(f"{path.rpartition('/')[2]}/backup.json")
            entry.size = 2
            tar.addfile(entry, io.BytesIO(b"{}"))
        return [buffer.getvalue()], None


class Hosts(Site):
    def __init__(self, monkeypatch: pytest.MonkeyPatch, docker: Docker, status: int = 0) -> None:
        super().__init__("dev", {})
        self.docker = docker
        monkeypatch.setattr(restore, "call", lambda *_: Ended(status, "20261128-120000F\n"))
        monkeypatch.setattr(restore, "_PAUSE_SECONDS", 0)

    def all(self, role: str, *, running: bool = True) -> list[Any]:
        return [Prover(self.docker)] if role == restore.DRILL else []


@pytest.mark.parametrize("name", ["Copy", "1st", "a" * 21, "a_b", ""])
def test_a_name_that_docker_or_people_would_stumble_over_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    docker = Docker()
    with pytest.raises(OpsError, match="at most 20 letters, digits and hyphens"):
        restore.restore(Hosts(monkeypatch, docker), name, None, 17432)
    assert docker.containers.names == set()


def test_a_name_that_is_taken_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    docker = Docker("hft-dev-copy")
    with pytest.raises(OpsError, match="hft-dev-copy is there already: choose another name for --as"):
        restore.restore(Hosts(monkeypatch, docker), "copy", None, 17432)
    assert (docker.containers.names, docker.volumes.names) == ({"hft-dev-copy"}, set())


def test_a_time_outside_of_the_archive_makes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    docker = Docker()
    with pytest.raises(OpsError, match="that time cannot be restored; see above"):
        restore.restore(Hosts(monkeypatch, docker, status=1), "copy", None, 17432)
    assert (docker.containers.names, docker.volumes.names) == (set(), set())


def test_a_restore_that_fails_leaves_nothing_and_shows_its_last_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    docker = Docker()
    with pytest.raises(OpsError, match="Its last lines:\nthe archive ends before"):
        restore.restore(Hosts(monkeypatch, docker), "copy", None, 17432)
    assert (docker.containers.names, docker.volumes.names) == (set(), set())


def test_a_restore_is_sealed_and_bounded_as_the_drill_and_has_a_volume_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docker = Docker()
    monkeypatch.setattr(Thing, "status", "running")
    monkeypatch.setattr(Thing, "exec_run", lambda self, argv: type("Done", (), {"exit_code": 0}))
    made = restore.restore(Hosts(monkeypatch, docker), "copy", None, 17432)

    assert made == restore.Restored("hft-dev-copy", "20261128-120000F", 17432)
    assert docker.containers.files == ["/etc/hft/backup.json", "/run/secrets/backup.json"]
    options = docker.containers.options
    assert options["command"] == ["become", "10.0.0.1", "17432"]
    assert options["volumes"] == {
        "hft-dev-repository-data": {"bind": "/var/lib/hft/repository", "mode": "rw"},
        "hft-dev-backup-a-tls": {"bind": "/var/lib/hft/tls", "mode": "ro"},
        "hft-dev-copy-data": {"bind": "/var/lib/hft/scratch", "mode": "rw"},
    }
    assert (options["read_only"], options["cap_drop"], options["mem_limit"]) == (True, ["ALL"], 1024)


def test_only_what_a_restore_made_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OpsError, match="no restore of stack 'dev' has the name 'tsdb-0'"):
        restore.forget(Hosts(monkeypatch, Docker("hft-dev-tsdb-0")), "tsdb-0")
