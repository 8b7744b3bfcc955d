import tarfile
from pathlib import Path
from typing import Any

import pytest

from ops.doctor import bundle
from ops.doctor.causes import CAUSES
from ops.doctor.plan import Plan
from ops.doctor.rank import diagnose
from ops.doctor.redact import Redactor
from ops.errors import OpsError
from tests.ops.doctor.healthy import container

SETTINGS = """\
encryptionsalt: v1:abcd:v1:efgh
config:
  hft:database:
    memory_mib: 1024
  hft:secret-db-owner:
    secure: v1:ciphertext
  hft:other:
    secure: v1:ciphertext
"""
NOTHING = Plan(
    stack="dev", hosts={}, authority="", containers=(), targets=(), doors=(), members=(), certificates=(), pending=()
)
INSPECTED: dict[str, Any] = {
    "State": {"Status": "running"},
    "RestartCount": 2,
    "Image": "sha256:abc",
    "HostConfig": {"Memory": 5, "Binds": ["/secret:/secret"]},
    "Config": {"Image": "sha256:abc", "Env": ["PASSWORD=first-password"], "Cmd": ["--password=first-password"]},
    "Mounts": [{"Destination": "/data", "Name": "hft-dev-data", "RW": True, "Source": "/var/lib/docker/x"}],
}


def read(file: Path) -> dict[str, str]:
    with tarfile.open(file) as archive:
        found = {}
        for entry in archive.getmembers():
            content = archive.extractfile(entry)
            assert content
            found[entry.name] = content.read().decode()
        return found


def test_every_text_passes_the_redactor(tmp_path: Path) -> None:
    file = tmp_path / "bundle.tar.gz"
    bundle.write(file, {"one.log": "password is first-password", "two.json": "{}"}, Redactor(["first-password"]))

    assert read(file) == {"one.log": "password is [redacted]", "two.json": "{}"}
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_written_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(OpsError) as error:
        bundle.write(tmp_path / "none" / "bundle", {}, Redactor([]))

    assert error.value.problems == (f"--bundle {tmp_path}/none/bundle: No such file or directory: name another file",)


def test_what_is_known_is_written(tmp_path: Path) -> None:
    settings = tmp_path / "Pulumi.dev.yaml"
    settings.write_text(SETTINGS)
    broken = container("tsdb-1", status="exited", exit_code=1)
    texts = bundle.texts(NOTHING, broken, diagnose(broken, CAUSES), settings)

    assert sorted(texts) == ["causes.json", "facts.json", "report.txt", "settings.yaml"]
    assert "1. hft-dev-tsdb-1 on local: its container is stopped" in texts["report.txt"]
    assert '"cause": "container-stopped"' in texts["causes.json"]
    assert '"started": "2026-03-01T07:00:00+00:00"' in texts["facts.json"]


def test_settings_are_written_without_secrets_and_salt() -> None:
    assert bundle.settings(SETTINGS) == "config:\n  hft:database:\n    memory_mib: 1024\n"


def test_of_a_container_no_environment_and_no_command_line_is_told() -> None:
    shown = bundle.shown(INSPECTED)

    assert "first-password" not in str(shown)
    assert sorted(shown) == ["Config", "HostConfig", "Image", "Mounts", "RestartCount", "State"]
    assert shown["Mounts"] == [{"Destination": "/data", "Name": "hft-dev-data", "RW": True}]
