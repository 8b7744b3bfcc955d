"""Pulumi components for trading infrastructure; each area is a package of its own."""

from components._common.endpoint import Endpoint
from components._common.images import ImageLock

__all__ = ["Endpoint", "ImageLock"]
