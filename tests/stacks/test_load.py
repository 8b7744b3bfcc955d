"""Reading a stack file without an engine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from stacks.load import settings_in
from tests.stacks.conftest import ROOT, Change

Changed = Callable[[Change], dict[str, Any]]


def written(folder: Path, settings: dict[str, Any]) -> Path:
    file = folder / "Pulumi.x.yaml"
    file.write_text(yaml.safe_dump({"config": {f"hft:{key}": value for key, value in settings.items()}}))
    return file


def test_a_stack_file_is_read() -> None:
    assert settings_in(ROOT / "Pulumi.prod.yaml").hosts[0].name == "alpha"


def test_secrets_are_no_settings(tmp_path: Path, changed: Changed) -> None:
    file = written(tmp_path, changed(lambda s: s.update({"secret-venue-key": {"secure": "v1:x"}})))
    assert settings_in(file) == settings_in(ROOT / "Pulumi.dev.yaml")


def test_another_unknown_key_is_refused(tmp_path: Path, changed: Changed) -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        settings_in(written(tmp_path, changed(lambda s: s.update({"secrets-venue-key": "x"}))))


def test_keys_of_other_namespaces_are_left_alone(tmp_path: Path, changed: Changed) -> None:
    file = written(tmp_path, changed(lambda s: None))
    document = yaml.safe_load(file.read_text())
    document["config"]["aws:region"] = "eu-west-1"
    file.write_text(yaml.safe_dump(document))
    assert settings_in(file) == settings_in(ROOT / "Pulumi.dev.yaml")


@pytest.mark.parametrize("text", ["", "config:\n", "config: [hft]\n", "- config\n"])
def test_a_file_without_settings_lacks_every_required_one(tmp_path: Path, text: str) -> None:
    file = tmp_path / "Pulumi.x.yaml"
    file.write_text(text)
    with pytest.raises(ValidationError) as refused:
        settings_in(file)
    assert {error["type"] for error in refused.value.errors()} == {"missing"}
    assert ("hosts",) in {error["loc"] for error in refused.value.errors()}
