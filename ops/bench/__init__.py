"""`hft bench`: what the stack costs against doing the same by hand, side by side in one run."""

from ops.bench.measure import Measure
from ops.bench.run import bench

__all__ = ["Measure", "bench"]
