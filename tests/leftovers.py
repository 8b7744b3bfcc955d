"""Takes away what a stack of the tests has on a Docker host, whatever state a test left it in."""

from docker import DockerClient


def remove_stack(client: DockerClient, stack: str) -> None:
    """Remove the containers, networks and volumes that carry the stack's labels."""
    chosen: dict[str, str | list[str] | bool] = {"label": ["hft.project=hft", f"hft.stack={stack}"]}
    for container in client.containers.list(all=True, filters=chosen, ignore_removed=True):
        container.remove(force=True, v=True)
    for network in client.networks.list(filters=chosen):
        network.remove()
    for volume in client.volumes.list(filters=chosen):
        volume.remove()
