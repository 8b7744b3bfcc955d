"""Standbys: an acknowledged order is on two hosts, and a database's files outlive its container."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from pulumi_policy import Severity

from policies.pack.resource import Stack
from policies.pack.rule import ResourceRule, StackRule, Violation
from policies.reading.postgresql import Node, Server, is_true, servers
from policies.resources import Container
from policies.resources.container import Mount

_LEAST_MEMBERS = 2
_NO_DATA = ("/etc", "/run", "/tmp")


def _confirmed(stack: Stack) -> Iterator[Violation]:
    for server in servers(stack):
        yield from _confirmed_by_patroni(server) if server.by_patroni else _confirmed_by_name(server)
        for node in server.nodes:
            if node.word("synchronous_commit", "on") == "local":
                yield Violation("synchronous_commit=local does not wait for the standby; set it to on", node.container)


def _confirmed_by_name(server: Server) -> Iterator[Violation]:
    if not any(node.parameter("synchronous_standby_names", "") for node in server.nodes):
        yield Violation(
            "has no synchronous standby: an acknowledged order is lost with its disk; add one and name it", server.at
        )


def _confirmed_by_patroni(server: Server) -> Iterator[Violation]:
    mode = str(server.dynamic.get("synchronous_mode", "off")).lower()
    if mode != "quorum" and not is_true(mode):
        yield Violation(
            f"synchronous_mode={mode}: an acknowledged order is lost with the primary; set it to quorum", server.at
        )
    elif not is_true(str(server.dynamic.get("synchronous_mode_strict", "off"))):
        yield Violation(
            "synchronous_mode_strict is off: without a standby, orders are acknowledged by one host; set it to true",
            server.at,
        )
    if len(server.containers) < _LEAST_MEMBERS:
        yield Violation(
            "is the only member of its cluster: there is nobody to take over; add one on another host", server.at
        )


def _on_a_volume(container: Container) -> Iterator[str]:
    if container.runs_once or not container.runs_postgresql:
        return
    folder = Node(container).data_folder
    if folder:
        if not _keeps(_mount_of(container, folder)):
            yield f"{folder} is on no named volume: every change of the container deletes the database; mount one there"
    elif not any(_keeps(each) and not _is_in(each.target, *_NO_DATA) for each in container.mounts):
        yield (
            "has no named volume for its data: every change of the container deletes the database; "
            "mount one at its data folder"
        )


def _mount_of(container: Container, folder: str) -> Mount | None:
    """What a folder is on: the innermost mount that holds it."""
    memory = [Mount("", str(target), read_only=False) for target in container.inputs.get("tmpfs") or ()]
    holding = [each for each in (*container.mounts, *memory) if _is_in(folder, each.target)]
    return max(holding, key=lambda each: len(PurePosixPath(each.target).parts), default=None)


def _keeps(mount: Mount | None) -> bool:
    return mount is not None and mount.source != "" and not mount.read_only


def _is_in(path: str, *folders: str) -> bool:
    return any(PurePosixPath(path).is_relative_to(each) for each in folders)


RULES = (
    StackRule(
        name="standby-confirms-orders",
        description="An order is acknowledged when a second host has it: else a lost host takes confirmed orders.",
        severity=Severity.CRITICAL,
        check=_confirmed,
        steps="Set synchronous_mode=quorum and synchronous_mode_strict=true in Patroni, or synchronous_standby_names.",
        source="https://patroni.readthedocs.io/en/latest/replication_modes.html",
        tags=("postgresql", "orders", "data"),
    ),
    ResourceRule(
        name="database-on-a-volume",
        description="A database's files are on a named volume: those in the container go with it, at the next change.",
        severity=Severity.CRITICAL,
        of=Container,
        check=_on_a_volume,
        steps="Mount a protected Volume at the data folder with Container.volumes.",
        source="https://docs.docker.com/engine/storage/volumes/",
        tags=("docker", "postgresql", "data"),
    ),
)
