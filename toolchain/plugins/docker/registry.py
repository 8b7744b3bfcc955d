"""Registry credentials: from the provider's configuration, by the registry's host name."""

import base64
import json
import os
from pathlib import Path
from typing import Any

from toolchain.plugins.framework import ProviderError

HUB = "registry-1.docker.io"
_HUB_NAMES = ("registry-1.docker.io", "index.docker.io", "docker.io", "registry.hub.docker.com")

Credentials = dict[str, str]
"""``username``, ``password`` and ``serveraddress``, as the Docker client takes them."""


def credentials(given: list[dict[str, Any]]) -> dict[str, Credentials]:
    """Credentials by host name of the registry. Raises ProviderError when a configuration file has none."""
    found = {}
    for item in given:
        host = hostname(item["address"])
        scheme = "http" if item["address"].startswith("http://") else "https"
        username, password = _login(item, host)
        found[host] = {"username": username, "password": password, "serveraddress": f"{scheme}://{host}"}
    return found


def for_image(name: str, known: dict[str, Credentials]) -> Credentials | None:
    """The credentials to pull this image with, if any."""
    registry = registry_of(name)
    if registry == HUB:
        return next((known[host] for host in _HUB_NAMES if host in known), None)
    return known.get(registry)


def registry_of(name: str) -> str:
    """The host name of the registry that an image name stands for."""
    first, slash, rest = name.partition("/")
    named = slash and (any(mark in first for mark in ".:") or first == "localhost" or "/" in rest)
    return first if named else HUB


def hostname(address: str) -> str:
    """An address without scheme and path."""
    return address.removeprefix("https://").removeprefix("http://").partition("/")[0]


def _login(item: dict[str, Any], host: str) -> tuple[str, str]:
    if item.get("authDisabled"):
        return "username", "password"  # the official plugin's; a registry without login ignores them
    username = item.get("username") or os.environ.get("DOCKER_REGISTRY_USER")
    if username:
        return username, item.get("password") or os.environ.get("DOCKER_REGISTRY_PASS", "")
    if item.get("configFileContent"):
        return _from_file(item["configFileContent"], host, "configFileContent")
    path = Path(item.get("configFile") or _default_file()).expanduser()
    try:
        return _from_file(path.read_text(), host, str(path))
    except OSError as error:
        raise ProviderError(f"docker registryAuth {host}: cannot read {path}: {error.strerror}") from error


def _default_file() -> str:
    folder = os.environ.get("DOCKER_CONFIG", "~/.docker")
    return folder if Path(folder).is_file() else f"{folder}/config.json"


def _from_file(text: str, host: str, origin: str) -> tuple[str, str]:
    try:
        known = json.loads(text)
    except ValueError as error:
        raise ProviderError(f"docker registryAuth {host}: {origin} is not JSON") from error
    names = [host, f"https://{host}"] + (["https://index.docker.io/v1/", *_HUB_NAMES] if host in _HUB_NAMES else [])
    entries = _object(_object(known).get("auths"))
    login = next((auth for name in names if (auth := _object(entries.get(name)).get("auth"))), None)
    if login is not None:
        return _decoded(login, host, origin)
    helper = _object(_object(known).get("credHelpers")).get(host) or _object(known).get("credsStore")
    reason = f"uses the credential helper {helper!r}, which is not supported" if helper else "has no login for it"
    raise ProviderError(f"docker registryAuth {host}: {origin} {reason}; give username and password")


def _decoded(login: Any, host: str, origin: str) -> tuple[str, str]:
    try:
        username, _, password = base64.b64decode(login).decode().partition(":")
    except (TypeError, ValueError) as error:
        reason = "has a login that is not base64 of user:password; give username and password"
        raise ProviderError(f"docker registryAuth {host}: {origin} {reason}") from error
    return username, password


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
