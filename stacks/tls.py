"""Who speaks TLS: the parts of a stack that get a certificate."""

from collections.abc import Iterator

from components._common.images import ImageLock
from components._common.naming import member_name
from components._common.placement import Placements
from components.backup import agent_name, client_names
from components.backup.repository import REPOSITORY_MEMBER
from components.certs import TlsPart
from stacks.settings import StackSettings


def tls_parts(settings: StackSettings, placements: Placements, images: ImageLock) -> list[TlsPart]:
    """The database's members, witnesses and poolers, the engines, and who backs up, with their hosts and images."""
    clients = repository_clients(settings)
    own_addresses = settings.pooling.pooler.own_addresses
    return [
        TlsPart(
            member=member,
            placement=placements[host],
            own_addresses=own_addresses if image == "pgbouncer" else (),
            image=images[image],
            named=member in clients,
        )
        for member, host, image in _members(settings)
    ]


def repository_clients(settings: StackSettings) -> tuple[str, ...]:
    """Who may speak to the repository's server, where there is one: nodes and agents, by their certificates' names."""
    return client_names(settings.database.hosts) if settings.backup.repository.host else ()


def _members(settings: StackSettings) -> Iterator[tuple[str, str, str]]:
    for index, host in enumerate(settings.database.etcd.hosts):
        yield member_name("etcd", index), host, "etcd"
    for index, host in enumerate(settings.database.hosts):
        yield member_name("tsdb", index), host, "timescaledb"
    for host in settings.database.witness_hosts:
        yield f"witness-{host}", host, "witness"
    for host in settings.pooling.pooler.hosts:
        yield f"pooler-{host}", host, "pgbouncer"
    for engine in settings.trading.engines:
        yield engine.name, engine.host, engine.image
    if settings.backup.repository.host:
        # By the database's image, as the agents' has no such folder of its own; both have the same user.
        yield REPOSITORY_MEMBER, settings.backup.repository.host, "timescaledb"
        for host in dict.fromkeys(settings.database.hosts):
            yield agent_name(host), host, "timescaledb"
