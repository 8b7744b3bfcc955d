"""`hft status` on a stack that was never up; that it shows one that is, is tested in test_life.py."""

from pathlib import Path

import pytest

import toolchain
from ops.secret_list import secret_uses
from ops.status import status
from ops.workspace import Workspace

pytestmark = pytest.mark.engine


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A stack with settings that the backend does not know."""
    try:
        toolchain.environment()
    except toolchain.ToolchainError as error:
        pytest.skip(str(error))
    (tmp_path / "Pulumi.yaml").write_text("name: hft\nruntime: python\n")
    (tmp_path / "Pulumi.opstest.yaml").write_text("config: {}\n")
    (tmp_path / "state").mkdir()
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{tmp_path}/state")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "one")
    return Workspace.prepared("opstest", tmp_path)


def test_it_has_no_parts(workspace: Workspace) -> None:
    assert status(workspace) == []


def test_it_has_no_secrets(workspace: Workspace) -> None:
    assert secret_uses(workspace) == []


def test_looking_does_not_make_it(workspace: Workspace) -> None:
    status(workspace)
    assert [path for path in (workspace.root / "state").rglob("*opstest*") if path.is_file()] == []
