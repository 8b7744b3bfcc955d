"""A TimescaleDB cluster in a stack of your own: etcd, three nodes with a synchronous standby, and the route to them."""

from pathlib import Path

import pulumi

from components import ImageLock
from components.certs import Certificates, CertificatesArgs, CertsSettings, TlsPart
from components.database import DatabaseSettings, EtcdCluster, EtcdClusterArgs, TimescaleCluster, TimescaleClusterArgs
from components.hosts import Hosts, HostsArgs, HostSettings
from components.pooling import Router, RouterArgs, RouterSettings
from components.secrets import Secrets, SecretsArgs, SecretsSettings

DOCKER = {"name": "here", "docker_endpoint": "unix:///var/run/docker.sock"}
HERE = HostSettings.model_validate({**DOCKER, "address": "127.0.0.1", "failure_domain": "here", "cpus": "0-1"})
ETCD = {"hosts": ["here"] * 3, "client_port": 22379, "peer_port": 22479, "metrics_port": 22579}
PORTS = {"postgres_port": 25432, "patroni_port": 28008, "exporter_port": 29187}
SETTINGS = DatabaseSettings.model_validate(
    {"hosts": ["here"] * 3, "memory_mib": 512, "wal_mib": 256, "etcd": ETCD, **PORTS}
)
ROUTER = RouterSettings(hosts=("here",), writer_port=25000, reader_port=25100, stats_port=28404)

images = ImageLock.load(Path(__file__).parents[2] / "images/lock.json")
at = Hosts("hosts", HostsArgs(settings=[HERE])).placements
key = Secrets("secrets", SecretsArgs(settings=SecretsSettings())).values
parts = [
    TlsPart(member=f"{name}-{index}", placement=at[host], image=images[image])
    for name, image, hosts in (("etcd", "etcd", SETTINGS.etcd.hosts), ("tsdb", "timescaledb", SETTINGS.hosts))
    for index, host in enumerate(hosts)
]
tls = Certificates("certs", CertificatesArgs(settings=CertsSettings(), parts=parts)).tls

etcd = EtcdCluster("etcd", EtcdClusterArgs(settings=SETTINGS.etcd, placements=at, image=images["etcd"], tls=tls))
cluster = TimescaleCluster(
    "tsdb",
    TimescaleClusterArgs(
        settings=SETTINGS,
        placements=at,
        image=images["timescaledb"],
        exporter_image=images["exporters"],
        etcd_endpoints=etcd.endpoints,
        admin_password=key["db-admin"],
        replication_password=key["db-replication"],
        rewind_password=key["db-rewind"],
        monitoring_password=key["db-monitoring"],
        tls=tls,
    ),
    pulumi.ResourceOptions(depends_on=[etcd]),
)
route = RouterArgs(
    settings=ROUTER, placements=at, image=images["haproxy"], members=cluster.members, authority_pem=tls.authority_pem
)
router = Router("router", route)

pulumi.export("writer", str(router.writer))
pulumi.export("admin_password", key["db-admin"])
pulumi.export("authority", tls.authority_pem)
