"""What a stack wants of its hosts, from its settings file and the lock, and the errors of both."""

import shutil
from pathlib import Path

import pytest

from components._common.ports import PortUse
from ops import settings_file
from ops.errors import OpsError
from ops.images import Entry, lock
from ops.workspace import Workspace

CHECKOUT = Path(__file__).parents[2]
BASE = Entry(id="sha256:b", digest=None, inputs="i")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    shutil.copy(CHECKOUT / "Pulumi.prod.yaml", tmp_path)
    (tmp_path / "images").mkdir()
    lock.write(tmp_path / "images/lock.json", {"base": BASE})
    return Workspace("prod", tmp_path)


def refused(workspace: Workspace) -> list[str]:
    with pytest.raises(OpsError) as error:
        settings_file.read(workspace)
    return str(error.value).splitlines()


def change(workspace: Workspace, old: str, new: str) -> None:
    text = workspace.settings_file.read_text()
    assert old in text
    workspace.settings_file.write_text(text.replace(old, new, 1))


def test_hosts_ports_and_images_are_read(workspace: Workspace) -> None:
    wanted = settings_file.read(workspace)
    assert [host.name for host in wanted.hosts] == ["alpha", "beta", "gamma"]
    assert PortUse("cache.valkey_port", "beta", 16379) in wanted.ports
    assert wanted.images == {"base": "sha256:b"}


def test_only_a_grafana_that_is_there_already_has_to_let_the_stack_in(workspace: Workspace) -> None:
    assert settings_file.read(workspace).grafana is None
    ours = "    mode: container\n    host: gamma\n"
    change(workspace, ours, "    mode: external\n    url: https://grafana.example\n")
    change(workspace, "    given: [", "    given: [grafana-admin, ")
    found = settings_file.read(workspace).grafana
    assert found is not None
    assert str(found.url) == "https://grafana.example/"


def test_a_secret_in_the_file_is_no_setting(workspace: Workspace) -> None:
    change(workspace, "  hft:cache:\n", "  hft:secret-venue-key:\n    secure: v1:x\n  hft:cache:\n")
    assert settings_file.read(workspace).images == {"base": "sha256:b"}


def test_work_that_is_over_is_a_notice_and_no_mistake(workspace: Workspace) -> None:
    assert settings_file.read(workspace).notices == ()

    over = '{host: alpha, day: "2020-12-05", start: "06:00", end: "08:00"}'
    change(workspace, "  hft:monitoring:\n", f"  hft:monitoring:\n    maintenance: [{over}]\n")
    assert settings_file.read(workspace).notices == (
        "monitoring.maintenance[0]: work on alpha is over since 2020-12-05 08:00 UTC: remove it",
    )


def test_every_mistake_is_a_line(workspace: Workspace) -> None:
    change(workspace, "retention_days: 30", "retention_days: -1")
    change(workspace, "address: 10.20.0.12\n", "address: 10.20.0.312\n")
    told = refused(workspace)
    assert len(told) == 3
    assert "Pulumi.prod.yaml: monitoring.retention_days=-1: input should be greater than or equal to 1" in told
    assert [line for line in told if line.startswith("Pulumi.prod.yaml: hosts[1].address=10.20.0.312: ")] != []


def test_a_file_that_is_no_yaml_is_told_with_its_line(workspace: Workspace) -> None:
    workspace.settings_file.write_text("config:\n  hft:hosts: [\n")
    assert refused(workspace) == [
        "Pulumi.prod.yaml, line 3, column 1: not YAML: expected the node content, but found '<stream end>'"
    ]


def test_a_file_with_characters_that_yaml_forbids_is_told(workspace: Workspace) -> None:
    workspace.settings_file.write_text("config: \x00\n")
    assert refused(workspace)[0].startswith("Pulumi.prod.yaml: not YAML: unacceptable character #x0000")


def test_a_file_that_is_not_there_is_told(workspace: Workspace) -> None:
    workspace.settings_file.unlink()
    assert refused(workspace) == ["Pulumi.prod.yaml is not there: put it back, or name another stack"]


def test_no_lock_is_told(workspace: Workspace) -> None:
    path = workspace.root / "images/lock.json"
    path.unlink()
    assert refused(workspace) == [f"{path} is missing: run `hft images build`"]


@pytest.mark.parametrize("text", ["", "[]", '{"images": []}', '{"images": {"base": {}}}'])
def test_a_broken_lock_is_told(workspace: Workspace, text: str) -> None:
    path = workspace.root / "images/lock.json"
    path.write_text(text)
    (problem,) = refused(workspace)
    assert problem.startswith(f"{path} is not an image lock (")
    assert problem.endswith("): run `hft images build`")
