"""Builds our container images from Debian packages and records them in images/lock.json."""

from ops.images.build import build_all
from ops.images.catalog import Image, load
from ops.images.failure import ImageError
from ops.images.lock import Entry, read
from ops.images.transfer import copy_images

__all__ = ["Entry", "Image", "ImageError", "build_all", "copy_images", "load", "read"]
