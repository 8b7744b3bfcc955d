"""Every dashboard of a stack, without its resources: for `hft dashboards`, which needs no Pulumi."""

from components.database.dashboards import audit, database, etcd
from components.monitoring.dashboard import hosts
from components.pooling.dashboard import pooling
from components.trading.dashboards import trading_dashboards


def dashboards(stack: str) -> dict[str, str]:
    """Dashboard name → JSON, as stacks/trading.py collects them from the components."""
    return {
        **trading_dashboards(stack),
        "database": database(stack),
        "pooling": pooling(stack),
        "etcd": etcd(stack),
        "hosts": hosts(stack),
        "audit": audit(stack),
    }
