"""The docker provider: its configuration and its resources."""

from typing import Any

from toolchain.plugins.docker.container.resource import Container
from toolchain.plugins.docker.daemon import Daemon
from toolchain.plugins.docker.endpoint import resolve
from toolchain.plugins.docker.image import RemoteImage
from toolchain.plugins.docker.network import Network
from toolchain.plugins.docker.registry import credentials
from toolchain.plugins.docker.volume import Volume
from toolchain.plugins.framework import Table, TableProvider, boolean, listing, record, string, unordered

CONFIGURATION: Table = {
    "host": string(default="unix:///var/run/docker.sock", env=("DOCKER_HOST",)),
    "context": string(env=("DOCKER_CONTEXT",)),
    "sshOpts": listing(string(), env=("DOCKER_SSH_OPTS",)),
    "caMaterial": string(env=("DOCKER_CA_MATERIAL",)),
    "certMaterial": string(env=("DOCKER_CERT_MATERIAL",)),
    "keyMaterial": string(env=("DOCKER_KEY_MATERIAL",)),
    "certPath": string(env=("DOCKER_CERT_PATH",)),
    "disableDockerDaemonCheck": boolean(default=False),
    "registryAuth": unordered(
        record(
            {
                "address": string(required=True),
                "username": string(),
                "password": string(secret=True),
                "configFile": string(),
                "configFileContent": string(),
                "authDisabled": boolean(),
            }
        )
    ),
}


def connect(settings: dict[str, Any]) -> Daemon:
    """The daemon that the settings name; pinged now, unless it is reached by ssh or the check is disabled."""
    endpoint = resolve(settings)
    daemon = Daemon(endpoint, credentials(settings.get("registryAuth", [])))
    if not endpoint.by_ssh and not settings["disableDockerDaemonCheck"]:
        daemon.check()
    return daemon


def provider() -> TableProvider:
    """The provider, ready to be served."""
    resources = [Container, Network, Volume, RemoteImage]
    return TableProvider(name="docker", configuration=CONFIGURATION, resources=resources, connect=connect)
