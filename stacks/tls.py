"""Who speaks TLS: the parts of a stack that get a certificate."""

from collections.abc import Iterator

from components._common.images import ImageLock
from components._common.naming import member_name
from components._common.placement import Placements
from components.certs import TlsPart
from stacks.settings import StackSettings


def tls_parts(settings: StackSettings, placements: Placements, images: ImageLock) -> list[TlsPart]:
    """The database's members, witnesses and poolers, and the engines, with their hosts and images."""
    return [
        TlsPart(member=member, placement=placements[host], image=images[image])
        for member, host, image in _members(settings)
    ]


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
