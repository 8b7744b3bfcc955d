"""Who speaks TLS: the parts of a stack that get a certificate."""

from collections.abc import Iterator
from typing import NamedTuple

from components._common.images import ImageLock
from components._common.naming import member_name
from components._common.placement import Placements
from components.backup import agent_name, client_names
from components.backup.repository import REPOSITORY_MEMBER
from components.certs import TlsPart
from stacks.settings import StackSettings


class _Member(NamedTuple):
    name: str
    host: str
    image: str
    own_addresses: tuple[str, ...] = ()


def tls_parts(settings: StackSettings, placements: Placements, images: ImageLock) -> list[TlsPart]:
    """The database's members, witnesses and poolers, the engines, and who backs up, with their hosts and images."""
    clients = repository_clients(settings)
    return [
        TlsPart(
            member=member.name,
            placement=placements[member.host],
            own_addresses=member.own_addresses,
            image=images[member.image],
            named=member.name in clients,
        )
        for member in _members(settings)
    ]


def repository_clients(settings: StackSettings) -> tuple[str, ...]:
    """Who may speak to the repository's server, where there is one: nodes and agents, by their certificates' names."""
    return client_names(settings.database.hosts) if settings.backup.repository.host else ()


def _members(settings: StackSettings) -> Iterator[_Member]:
    for index, host in enumerate(settings.database.etcd.hosts):
        yield _Member(member_name("etcd", index), host, "etcd")
    for index, host in enumerate(settings.database.hosts):
        yield _Member(member_name("tsdb", index), host, "timescaledb")
    for host in settings.database.witness_hosts:
        yield _Member(f"witness-{host}", host, "witness")
    for host in settings.pooling.pooler.hosts:
        yield _Member(f"pooler-{host}", host, "pgbouncer", settings.pooling.pooler.own_addresses)
    for engine in settings.trading.engines:
        yield _Member(engine.name, engine.host, engine.image)
    if settings.backup.repository.host:
        # By the database's image, as the agents' has no such folder of its own; both have the same user.
        yield _Member(REPOSITORY_MEMBER, settings.backup.repository.host, "timescaledb")
        for host in dict.fromkeys(settings.database.hosts):
            yield _Member(agent_name(host), host, "timescaledb")
