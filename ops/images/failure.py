"""The one error of this package."""

from ops.errors import OpsError


class ImageError(OpsError):
    """An image could not be made or moved; the text names what, why and the fix."""
