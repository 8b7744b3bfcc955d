"""What can be wrong with a stack, an area a file."""

from ops.doctor.causes import (
    certificates,
    containers,
    database,
    deploys,
    etcd,
    hosts,
    pooling,
    trading,
    watching,
)
from ops.doctor.causes.cause import Cause

CAUSES: tuple[Cause, ...] = (
    *hosts.CAUSES,
    *containers.CAUSES,
    *certificates.CAUSES,
    *etcd.CAUSES,
    *database.CAUSES,
    *pooling.CAUSES,
    *trading.CAUSES,
    *deploys.CAUSES,
    *watching.CAUSES,
)
"""All of them."""
