"""`hft bench-monitoring`: how soon a page comes, and what it costs to be watched."""

from ops.bench.monitoring.run import bench_monitoring

__all__ = ["bench_monitoring"]
