"""Writes what was seen of a stack into one file that may be handed on: no secret value is in it.

No file below /run/secrets is read, no environment of a container is written, and whatever is written has passed the
redactor, which knows every secret of the stack.
"""

import io
import json
import os
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any

import requests
import yaml
from docker import DockerClient
from docker.errors import DockerException
from pulumi import automation as auto

from ops import docker_hosts
from ops.doctor.facts import Facts
from ops.doctor.plan import Plan
from ops.doctor.rank import Verdict
from ops.doctor.redact import Redactor, secret_values
from ops.doctor.report import as_json, lines
from ops.errors import OpsError
from ops.workspace import Workspace
from stacks.load import NAMESPACE, SECRET_PREFIX

LOG_LINES = 200
_ANSWER_SECONDS = 10
_HOST_KEYS = ("CpusetCpus", "CpuQuota", "CpuPeriod", "NanoCpus", "CpuShares", "Memory", "MemorySwap", "RestartPolicy")
"""What is told of a container's HostConfig."""
_CONFIG_KEYS = ("Image", "Labels", "StopSignal", "StopTimeout", "User")
"""What is told of its Config: its environment and its command line are not."""


def redactor(workspace: Workspace, stack: auto.Stack) -> Redactor:
    """What takes the stack's secrets out. Raises OpsError where they cannot be read: then nothing is written."""
    told = workspace.run(stack, ["stack", "export", "--show-secrets"])
    try:
        return Redactor(secret_values(json.loads(told)))
    except ValueError:
        # What it is has secrets in it, and is not shown.
        raise OpsError(f"stack {workspace.name!r}: its state cannot be read, so no secret can be taken out") from None


def texts(plan: Plan, facts: Facts, verdicts: Sequence[Verdict], settings_file: Path) -> dict[str, str]:
    """Everything that is written, by its name; not yet redacted."""
    return {
        "report.txt": "\n".join(lines(verdicts, facts)) + "\n",
        "causes.json": as_json(verdicts),
        "facts.json": to_json(asdict(facts)),
        "settings.yaml": settings(settings_file.read_text()),
        **dict(_of_hosts(plan)),
    }


def write(file: Path, found: Mapping[str, str], clean: Redactor) -> None:
    """Write a tar.gz for its owner only. Raises OpsError where it cannot be written."""
    try:
        pack(file, found, clean)
    except OSError as error:
        raise OpsError(f"--bundle {file}: {error.strerror}: name another file") from error


def pack(file: Path, files: Mapping[str, str], redactor: Redactor) -> None:
    """Write texts by their names, each redacted. Raises OSError."""
    with (
        os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out,
        tarfile.open(fileobj=out, mode="w:gz") as archive,
    ):
        for name, text in sorted(files.items()):
            content = redactor.clean(text).encode()
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o600
            archive.addfile(entry, io.BytesIO(content))


def settings(text: str) -> str:
    """A stack file without its secrets, and without what decrypts them."""
    found = yaml.safe_load(text)
    config = found.get("config", {}) if isinstance(found, dict) else {}
    prefix = f"{NAMESPACE}:{SECRET_PREFIX}"
    kept = {
        key: value
        for key, value in config.items()
        if not key.startswith(prefix) and not (isinstance(value, dict) and "secure" in value)
    }
    return yaml.safe_dump({"config": kept}, sort_keys=False)


def to_json(value: Any) -> str:
    """JSON of facts: times as RFC 3339 texts."""
    return json.dumps(value, indent=2, default=_told, ensure_ascii=False)


def _told(value: Any) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.name if isinstance(value, Enum) else str(value)


def _of_hosts(plan: Plan) -> Iterator[tuple[str, str]]:
    for host, endpoint in plan.hosts.items():
        names = [each.name for each in plan.containers if each.host == host]
        try:
            with docker_hosts.connected(endpoint, _ANSWER_SECONDS) as client:
                yield from _of_host(client, host, names)
        except OpsError as error:
            yield f"{host}/unreachable.txt", str(error)


def _of_host(client: DockerClient, host: str, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        yield f"{host}/{name}.json", _or_why(partial(_inspected, client, name))
        yield f"{host}/{name}.log", _or_why(partial(_log, client, name))


def _or_why(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except (DockerException, requests.RequestException) as error:
        return f"not known: {error}"


def _inspected(client: DockerClient, name: str) -> str:
    return to_json(shown(client.api.inspect_container(name)))


def _log(client: DockerClient, name: str) -> str:
    told = client.api.logs(name, tail=LOG_LINES, timestamps=True)
    return told.decode(errors="replace") if isinstance(told, bytes) else str(told)


def shown(document: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of a container: its state, its limits and its mounts."""
    return {
        "State": document["State"],
        "RestartCount": document.get("RestartCount"),
        "Image": document.get("Image"),
        "HostConfig": {key: document["HostConfig"].get(key) for key in _HOST_KEYS},
        "Config": {key: document["Config"].get(key) for key in _CONFIG_KEYS},
        "Mounts": [
            {"Destination": each.get("Destination"), "Name": each.get("Name"), "RW": each.get("RW")}
            for each in document.get("Mounts", ())
        ],
    }
