"""`hft bench-db`: what the database answers, takes and withstands, side by side in one run."""

from ops.bench.db.run import bench_db
from ops.bench.db.sizes import Sizes

__all__ = ["Sizes", "bench_db"]
