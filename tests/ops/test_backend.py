"""A file backend after its engine was killed."""

from pathlib import Path

import pytest

from ops import backend


@pytest.fixture
def stacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{tmp_path}/state?no_tmp_dir=true")
    found = tmp_path / "state" / ".pulumi" / "stacks" / "hft"
    found.mkdir(parents=True)
    return found


def test_torn_attributes_go_and_whole_ones_stay(stacks: Path) -> None:
    (stacks / "dev.json").write_text("{}")
    (stacks / "dev.json.attrs").touch()
    (stacks / "prod.json.attrs").write_text("{}")

    backend.drop_torn_attributes("hft")

    assert sorted(path.name for path in stacks.iterdir()) == ["dev.json", "prod.json.attrs"]


def test_another_project_s_are_left_alone(stacks: Path) -> None:
    (stacks / "dev.json.attrs").touch()
    backend.drop_torn_attributes("other")

    assert [path.name for path in stacks.iterdir()] == ["dev.json.attrs"]


@pytest.mark.parametrize("url", ["", "s3://states", "https://api.example"])
def test_a_backend_elsewhere_has_no_folder(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", url)
    backend.drop_torn_attributes("hft")

    assert not backend.folder().exists()
