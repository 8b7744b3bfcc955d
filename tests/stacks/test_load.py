import json
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml
from pulumi.runtime import set_all_config
from pydantic import ValidationError

from components.secrets import SecretsSettings
from stacks import load
from stacks.settings import StackSettings
from tests.conftest import Recorder
from tests.stacks.conftest import config


@pytest.fixture
def configured(recorder: Recorder) -> Any:
    """Set the stack's configuration as the engine does: values are strings, objects are JSON."""

    def configure(values: dict[str, Any], **secrets: str) -> None:
        plain = {f"hft:{key}": json.dumps(value) for key, value in values.items()}
        hidden = {f"hft:secret-{name.replace('_', '-')}": value for name, value in secrets.items()}
        set_all_config({**plain, **hidden}, list(hidden))

    return configure


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_the_engine_and_the_file_give_the_same_settings(configured: Any, stack: str) -> None:
    configured(config(stack))

    assert load.settings() == StackSettings.model_validate(config(stack))


def test_a_misspelt_key_is_one_error_with_its_fix(configured: Any) -> None:
    configured({**config("dev"), "databse": {}})

    with pytest.raises(pulumi.RunError) as raised:
        load.settings()
    assert str(raised.value).splitlines()[0] == ("Pulumi.dev.yaml: databse is not a setting: did you mean database?")


def test_given_secrets_are_no_settings_and_stay_secret(configured: Any, recorder: Recorder) -> None:
    configured(config("dev"), db_owner="s3cret")

    load.settings()
    given = load.given_secrets(SecretsSettings(given=("db-owner",)))
    assert list(given) == ["db-owner"]
    assert recorder.run(given["db-owner"].is_secret) is True
    assert recorder.run(lambda: given["db-owner"]) == "s3cret"


def test_a_given_secret_without_a_value_is_one_error_with_its_fix(configured: Any) -> None:
    configured(config("dev"), receiver_desk="s3cret")

    with pytest.raises(pulumi.RunError) as raised:
        load.given_secrets(SecretsSettings(given=("receiver-pager", "receiver-desk")))
    assert str(raised.value) == (
        "Pulumi.dev.yaml: secrets.given=['receiver-pager'] have no value in this stack: "
        "run pulumi config set --secret hft:secret-receiver-pager"
    )


def test_a_file_is_read_without_an_engine(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.x.yaml"
    values = {f"hft:{key}": value for key, value in config("dev").items()} | {"hft:secret-a": {"secure": "v1:x"}}
    file.write_text(yaml.safe_dump({"config": values, "encryptionsalt": "v1:y"}))

    assert load.settings_in(file) == StackSettings.model_validate(config("dev"))


@pytest.mark.parametrize("text", ["", "config:", "config: []", "- a"])
def test_a_file_without_settings_lacks_them_all(tmp_path: Path, text: str) -> None:
    file = tmp_path / "Pulumi.x.yaml"
    file.write_text(text)

    with pytest.raises(ValidationError) as raised:
        load.settings_in(file)
    assert {found["type"] for found in raised.value.errors()} == {"missing"}


def test_the_lock_is_read_beside_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(pulumi.RunError) as raised:
        load.images()
    assert str(raised.value) == "images/lock.json is missing: run `hft images build`"

    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "lock.json").write_text('{"images": {"etcd": {"id": "sha256:1"}}}')
    assert load.images()["etcd"] == "sha256:1"
