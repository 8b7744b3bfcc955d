"""A whole stack under mocks: its resources, and the files that its containers get."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pulumi
import yaml

from components._common.images import ImageLock
from policies.pack.values import as_secret
from stacks import trading
from stacks.settings import StackSettings
from tests.conftest import CONTAINER, Recorder, Registration, Secret, recording
from tests.stacks.conftest import config

IMAGES = (
    *("alertmanager", "backup", "etcd", "exporters", "grafana", "haproxy", "migrate"),
    *("pgbouncer", "prometheus", "timescaledb", "valkey", "witness", "workloads"),
)
LOCK = ImageLock({name: f"sha256:{number:064x}" for number, name in enumerate(IMAGES)})

# Secrets, and files of the repository that are handed on as they are.
_NOT_RENDERED = ("/run/secrets/", "/etc/hft/migrations/", "/etc/hft/rules/")
_RENDERED = "/etc/hft/rules/objectives.yaml"
# What the recorder gives for a generated password, and the checksum of one in Valkey's list of users.
_GENERATED = re.compile(r"value-of-[a-z-]+|(?<=#)[0-9a-f]{64}")


def built(stack: str, *, preview: bool = False, images: ImageLock = LOCK, **changes: Any) -> Recorder:
    """Registers a committed stack, with some of its settings replaced."""
    recorder = recording(stack, preview=preview)
    settings = StackSettings.model_validate({**config(stack), **changes})
    given = {name: pulumi.Output.secret(f"value-of-{name}") for name in settings.secrets.given}
    recorder.run(lambda: trading.build(settings, images=images, given=given))
    return recorder


def resources_yaml(recorder: Recorder) -> str:
    """Every resource with its inputs; texts of files are left to `files`."""
    found = {f"{each.type} {each.name}": _shown(each) for each in recorder.registrations}
    return yaml.safe_dump(json.loads(json.dumps(found, sort_keys=True)), sort_keys=True, width=120)


def files(recorder: Recorder) -> dict[str, str]:
    """`<container>/<path>` → text of every rendered file and every dashboard."""
    found = {
        f"files/{each.name}{upload['file']}": _without_secrets(upload["content"])
        for each in recorder.registrations
        if each.type == CONTAINER
        for upload in open_secret(each.inputs.get("uploads", []))
        if upload["file"] == _RENDERED or not upload["file"].startswith(_NOT_RENDERED)
    }
    found |= {
        f"dashboards/{each.name}.json": json.dumps(json.loads(each.inputs["configJson"]), indent=2) + "\n"
        for each in recorder.registrations
        if each.type == "grafana:oss/dashboard:Dashboard"
    }
    return found


def open_secret(value: Any) -> Any:
    """A value without the marks of secrets."""
    return _rebuilt(value, lambda secret: open_secret(secret.value))


def as_sent(value: Any) -> Any:
    """A value as the engine sends it to a policy pack: secrets are marked."""
    return _rebuilt(value, lambda secret: as_secret(as_sent(secret.value)))


def strings(value: Any) -> Iterator[str]:
    """Every text in a value, but not what is inside of secrets."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def _shown(registration: Registration) -> dict[str, Any]:
    inputs = dict(registration.inputs)
    if "uploads" in inputs:
        inputs["uploads"] = [
            {key: value for key, value in upload.items() if key != "content"}
            for upload in open_secret(inputs["uploads"])
        ]
    if "configJson" in inputs:
        inputs["configJson"] = "see dashboards/"
    shown: dict[str, Any] = _rebuilt(inputs, lambda secret: "[secret]")
    return {key: value for key, value in shown.items() if value not in (None, [], {})}


def _rebuilt(value: Any, secret: Callable[[Secret], Any]) -> Any:
    if isinstance(value, Secret):
        return secret(value)
    if isinstance(value, dict):
        return {key: _rebuilt(item, secret) for key, item in value.items()}
    if isinstance(value, list):
        return [_rebuilt(item, secret) for item in value]
    return value


def _without_secrets(text: str) -> str:
    return _GENERATED.sub("[secret]", text)
