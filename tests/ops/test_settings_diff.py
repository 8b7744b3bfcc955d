"""The table of what differs between dev and prod."""

import shutil
from pathlib import Path

import pytest

from ops import settings_diff
from ops.errors import OpsError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout whose two stacks are the same."""
    for name in ("dev", "prod"):
        shutil.copy(ROOT / "Pulumi.dev.yaml", tmp_path / f"Pulumi.{name}.yaml")
    return tmp_path


def change(root: Path, old: str, new: str) -> None:
    file = root / "Pulumi.prod.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def test_equal_stacks_do_not_differ(root: Path) -> None:
    assert settings_diff.rows(root) == []


def test_a_changed_setting_is_a_row(root: Path) -> None:
    change(root, "memory_mib: 1024", "memory_mib: 2048")
    assert settings_diff.rows(root) == [("database.memory_mib", "1024", "2048")]


def test_a_setting_at_its_default_is_no_row(root: Path) -> None:
    change(root, "    host: local\n  hft:trading:", "    host: local\n    valkey_port: 16379\n  hft:trading:")
    assert settings_diff.rows(root) == []


def test_what_only_one_stack_has_is_not_set_in_the_other(root: Path) -> None:
    more = "cpus: 0-1\n    - {name: b, docker_endpoint: 'ssh://b', address: 10.0.0.2, failure_domain: b, cpus: '0'}\n"
    change(root, "cpus: 0-1\n", more)
    assert settings_diff.rows(root) == [
        ("hosts[1].name", "not set", "b"),
        ("hosts[1].docker_endpoint", "not set", "ssh://b"),
        ("hosts[1].address", "not set", "10.0.0.2"),
        ("hosts[1].failure_domain", "not set", "b"),
        ("hosts[1].cpus", "not set", "0"),
    ]


def test_a_missing_stack_file_is_named(root: Path) -> None:
    (root / "Pulumi.prod.yaml").unlink()
    with pytest.raises(OpsError) as refused:
        settings_diff.rows(root)
    assert refused.value.problems == ("Pulumi.prod.yaml is not there: put it back, or name another stack",)
