"""The versions that belong together; requirements.txt and the installed SDKs are tested against this file."""

import json
from importlib.util import find_spec
from pathlib import Path

PULUMI = "3.259.0"
"""CLI and Python SDK, always the same version."""

SDKS = {
    "docker": "pulumi_docker",
    "postgresql": "pulumi_postgresql",
    "grafana": "pulumiverse_grafana",
    "random": "pulumi_random",
    "tls": "pulumi_tls",
}
"""Provider plugin → Python package of its SDK."""


def plugin(name: str) -> str:
    """The version of a provider plugin: what its installed SDK asks the engine for, which looks it up exactly."""
    return str(_plugin_json(name)["version"])


def plugin_server(name: str) -> str | None:
    """Where the official plugin is published, when not at the default place."""
    server = _plugin_json(name).get("server")
    return str(server) if server else None


def _plugin_json(name: str) -> dict[str, object]:
    spec = find_spec(SDKS[name])
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{SDKS[name]} is not installed; run: toolchain/bootstrap.sh setup")
    loaded: dict[str, object] = json.loads((Path(spec.origin).parent / "pulumi-plugin.json").read_text())
    return loaded
